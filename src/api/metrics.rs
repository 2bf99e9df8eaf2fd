//! `GET /metrics`: figures in Prometheus' text format, version 0.0.4.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::ApiError;
use super::edge::Edge;
use crate::push::Figures;
use crate::store::{Histogram, Stats};

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
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text(
        &edge.counters,
        &edge.store.stats(),
        edge.directory.shared().push.figures(),
    )))
}

fn text(counters: &Counters, stats: &Stats, push: &Figures) -> String {
    let mut out = String::with_capacity(4_096);
    head(
        &mut out,
        "switchboard_http_answers_total",
        "counter",
        "Answers to HTTP requests by class of status.",
    );
    for (class, count) in counters.answers.iter().enumerate() {
        let count = count.load(Ordering::Relaxed);
        let _ = writeln!(out, "switchboard_http_answers_total{{class=\"{}xx\"}} {count}", class + 1);
    }
    head(&mut out, "switchboard_logins_total", "counter", "Tries to log in.");
    for (result, count) in [("ok", &counters.logins), ("failed", &counters.failed_logins)] {
        let count = count.load(Ordering::Relaxed);
        let _ = writeln!(out, "switchboard_logins_total{{result=\"{result}\"}} {count}");
    }
    head(&mut out, "switchboard_push_total", "counter", "Web Push messages by what became of them.");
    for (result, count) in
        [("sent", &push.sent), ("failed", &push.failed), ("gone", &push.gone), ("dropped", &push.dropped)]
    {
        let count = count.load(Ordering::Relaxed);
        let _ = writeln!(out, "switchboard_push_total{{result=\"{result}\"}} {count}");
    }
    for (name, kind, help, value) in [
        ("switchboard_journal_depth", "gauge", "Changes that wait for the journal.", stats.journal_depth),
        ("switchboard_store_reads", "gauge", "Reads that run or wait.", stats.reads_open),
        ("switchboard_store_conflicts_total", "counter", "Commits refused as outdated.", stats.conflicts),
        ("switchboard_store_failures_total", "counter", "Changes that failed.", stats.failures),
    ] {
        head(&mut out, name, kind, help);
        let _ = writeln!(out, "{name} {value}");
    }
    histogram(&mut out, "switchboard_journal_batch_size", "Changes in one transaction.", &stats.batch_size);
    histogram(
        &mut out,
        "switchboard_journal_commit_microseconds",
        "Duration of a transaction.",
        &stats.commit_micros,
    );
    out
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
        let text = text(&counters, &stats, &Figures::default());
        assert!(text.contains("switchboard_http_answers_total{class=\"4xx\"} 1\n"));
        assert!(text.contains("switchboard_journal_batch_size_bucket{le=\"+Inf\"} 4\n"));
        for line in text.lines().filter(|line| !line.starts_with("# ")) {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with("switchboard_") && value.parse::<u64>().is_ok(), "{line}");
        }
    }
}
