//! `GET /metrics`: figures in Prometheus' text format, version 0.0.4.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::ApiError;
use super::edge::Edge;
use crate::actors::figures::Figures;
use crate::actors::scope_supervisor::Wallboard;
use crate::domain::Millis;
use crate::push;
use crate::store::backlog::{self, Backlog};
use crate::store::{Stats, StoreError};
use crate::tally::Histogram;

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Counters {
    /// Answers by the first digit of their status, 1 to 5.
    answers: [AtomicU64; 5],
    /// Log-ins that succeeded.
    pub logins: AtomicU64,
    /// Log-ins that did not.
    pub failed_logins: AtomicU64,
}

impl Counters {
    /// Counts an answer.
    pub fn answered(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        self.answers[class].fetch_add(1, Ordering::Relaxed);
    }
}

/// The figures, for this machine and the configured networks.
///
/// # Errors
/// `not_found` for everybody else.
pub async fn show(edge: Data<Edge>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let address = super::address::client(&request, &edge.config);
    if !address.is_loopback() && !edge.config.metrics_from.iter().any(|network| network.contains(address)) {
        return Err(ApiError::not_found());
    }
    let (chats, slowest) = edge.directory.census().await;
    let lines = edge.store.read(|connection| {
        let lines =
            [backlog::inbound(connection)?, backlog::messages(connection)?, backlog::events(connection)?];
        Ok::<_, StoreError>(lines)
    });
    let shared = edge.directory.shared();
    let moment = Moment {
        now: edge.sources.now(),
        sockets: edge.directory.session_count(),
        chats,
        supervisor_micros: u64::try_from(slowest.as_micros()).unwrap_or(u64::MAX),
        // Without its database the server still tells the rest.
        lines: lines.await.ok(),
        store: edge.store.stats(),
    };
    let text = text(&edge.counters, &moment, &shared.figures, shared.push.figures());
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}

/// What is measured when it is asked for.
struct Moment {
    now: Millis,
    sockets: usize,
    chats: Wallboard,
    supervisor_micros: u64,
    /// Inbound, messages, events.
    lines: Option<[Backlog; 3]>,
    store: Stats,
}

impl Moment {
    /// Milliseconds since then, 0 for nothing and for what a clock that was set back makes of it.
    fn since(&self, then: Option<Millis>) -> u64 {
        then.and_then(|then| u64::try_from(self.now - then).ok()).unwrap_or(0)
    }
}

fn text(counters: &Counters, moment: &Moment, actors: &Figures, push: &push::Figures) -> String {
    let mut out = String::with_capacity(8_192);
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let classes = ["1xx", "2xx", "3xx", "4xx", "5xx"];
    let answers: Vec<_> =
        classes.iter().zip(&counters.answers).map(|(name, count)| (*name, read(count))).collect();
    let help = "Answers to HTTP requests by class of status.";
    family(&mut out, "switchboard_http_answers_total", "counter", help, "class", &answers);
    let logins = [("ok", read(&counters.logins)), ("failed", read(&counters.failed_logins))];
    family(&mut out, "switchboard_logins_total", "counter", "Tries to log in.", "result", &logins);
    let sent = [
        ("sent", read(&push.sent)),
        ("failed", read(&push.failed)),
        ("gone", read(&push.gone)),
        ("dropped", read(&push.dropped)),
    ];
    let help = "Web Push messages by what became of them.";
    family(&mut out, "switchboard_push_total", "counter", help, "result", &sent);
    figures_of_chats(&mut out, moment, actors);
    figures_of_lines(&mut out, moment);
    figures_of_store(&mut out, &moment.store);
    out
}

fn figures_of_chats(out: &mut String, moment: &Moment, actors: &Figures) {
    let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let chats = &moment.chats;
    let states = [("queued", chats.waiting), ("assigned", chats.assigned), ("bot", chats.with_bot)];
    let states = states.map(|(name, count)| (name, count as u64));
    family(out, "switchboard_chats", "gauge", "Chats that have not ended.", "status", &states);
    let claims = [("won", read(&actors.claims_won)), ("lost", read(&actors.claims_lost))];
    family(
        out,
        "switchboard_claims_total",
        "counter",
        "Tries of members to claim a chat.",
        "result",
        &claims,
    );
    for (name, kind, help, value) in [
        (
            "switchboard_queue_oldest_milliseconds",
            "gauge",
            "How long the customer who has waited longest waits.",
            moment.since(chats.oldest_since),
        ),
        ("switchboard_sockets", "gauge", "Open sockets of members and customers.", moment.sockets as u64),
        ("switchboard_conversations_awake", "gauge", "Conversations whose actor runs.", chats.awake as u64),
        (
            "switchboard_supervisor_answer_microseconds",
            "gauge",
            "How long the slowest supervisor took to answer just now: its mailbox and the thread's other work.",
            moment.supervisor_micros,
        ),
        (
            "switchboard_suppressed_replies_total",
            "counter",
            "Answers of bots kept back as a human had joined.",
            read(&actors.suppressed),
        ),
        (
            "switchboard_bot_failures_total",
            "counter",
            "Calls of bots that failed.",
            read(&actors.bot_failures),
        ),
    ] {
        single(out, name, kind, help, value);
    }
    histogram(out, "switchboard_bot_milliseconds", "How long bots took to answer.", &actors.bot_millis());
}

fn figures_of_lines(out: &mut String, moment: &Moment) {
    let Some(lines) = &moment.lines else { return };
    let named = |value: fn(&Moment, &Backlog) -> u64| {
        let names = ["inbound", "messages", "events"];
        names.into_iter().zip(lines).map(|(name, line)| (name, value(moment, line))).collect::<Vec<_>>()
    };
    let waiting = named(|_, line| u64::try_from(line.waiting).unwrap_or(0));
    let oldest = named(|moment, line| moment.since(line.oldest));
    let help = "Events of platforms to be read, messages and webhook events to be sent, up to 10,000.";
    family(out, "switchboard_backlog", "gauge", help, "line", &waiting);
    let help = "How long the oldest of them waits.";
    family(out, "switchboard_backlog_oldest_milliseconds", "gauge", help, "line", &oldest);
}

fn figures_of_store(out: &mut String, stats: &Stats) {
    for (name, kind, help, value) in [
        ("switchboard_journal_depth", "gauge", "Changes that wait for the journal.", stats.journal_depth),
        ("switchboard_store_reads", "gauge", "Reads that run or wait.", stats.reads_open),
        ("switchboard_store_conflicts_total", "counter", "Commits refused as outdated.", stats.conflicts),
        ("switchboard_store_failures_total", "counter", "Changes that failed.", stats.failures),
    ] {
        single(out, name, kind, help, value);
    }
    histogram(out, "switchboard_journal_batch_size", "Changes in one transaction.", &stats.batch_size);
    let help = "Duration of a transaction.";
    histogram(out, "switchboard_journal_commit_microseconds", help, &stats.commit_micros);
}

fn single(out: &mut String, name: &str, kind: &str, help: &str, value: u64) {
    head(out, name, kind, help);
    let _ = writeln!(out, "{name} {value}");
}

fn family(out: &mut String, name: &str, kind: &str, help: &str, label: &str, values: &[(&str, u64)]) {
    head(out, name, kind, help);
    for (of, value) in values {
        let _ = writeln!(out, "{name}{{{label}=\"{of}\"}} {value}");
    }
}

fn head(out: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn histogram(out: &mut String, name: &str, help: &str, values: &Histogram) {
    head(out, name, "histogram", help);
    for (bound, count) in &values.buckets {
        let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {count}");
    }
    let (count, sum) = (values.count, values.sum);
    let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_sum {sum}\n{name}_count {count}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_comment_or_a_figure() {
        let histogram = Histogram { buckets: vec![(1, 2), (10, 3)], count: 4, sum: 50 };
        let stats = Stats {
            batch_size: histogram.clone(),
            commit_micros: histogram,
            journal_depth: 1,
            conflicts: 2,
            failures: 3,
            reads_open: 4,
        };
        let counters = Counters::default();
        counters.answered(StatusCode::NOT_FOUND);
        let line = Backlog { waiting: 3, oldest: Some(400) };
        let moment = Moment {
            now: 1_000,
            sockets: 5,
            chats: Wallboard { waiting: 2, oldest_since: Some(100), ..Wallboard::default() },
            supervisor_micros: 6,
            lines: Some([Backlog::default(), line, line]),
            store: stats,
        };
        let text = text(&counters, &moment, &Figures::default(), &push::Figures::default());
        assert!(text.contains("switchboard_queue_oldest_milliseconds 900\n"));
        assert!(text.contains("switchboard_backlog_oldest_milliseconds{line=\"messages\"} 600\n"));
        assert!(text.contains("switchboard_http_answers_total{class=\"4xx\"} 1\n"));
        assert!(text.contains("switchboard_journal_batch_size_bucket{le=\"+Inf\"} 4\n"));
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("switchboard_") && value.parse::<u64>().is_ok(), "{line}");
        }
    }
}
