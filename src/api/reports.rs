//! Reports for admins and owners: figures of a period, the same as tables for spreadsheets, and what goes on now.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::ApiError;
use super::access::{self, Action};
use super::auth::Caller;
use super::csv;
use super::edge::Edge;
use crate::domain::ids::{ChannelId, MemberId, ScopeId};
use crate::domain::invalid::Invalid;
use crate::domain::report::{Figures, Part, Period, Report, report};
use crate::store::{channels, episodes, members, scopes};

/// Most chats of a report, the days before included: some 75 MB while it is made.
const CHATS_MAX: usize = 500_000;

/// Which chats a report is about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    from: Option<String>,
    to: Option<String>,
    channel: Option<ChannelId>,
    table: Option<Table>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Table {
    #[default]
    Days,
    Hours,
    Channels,
    Members,
}

/// A report and the names of those in it.
struct Found {
    period: Period,
    report: Report,
    channels: HashMap<ChannelId, String>,
    members: HashMap<MemberId, String>,
}

impl Found {
    fn channel(&self, id: ChannelId) -> &str {
        self.channels.get(&id).map_or("", String::as_str)
    }

    fn member(&self, id: MemberId) -> &str {
        self.members.get(&id).map_or("", String::as_str)
    }
}

async fn find(edge: &Edge, caller: &Caller, scope: ScopeId, wanted: Wanted) -> Result<Found, ApiError> {
    access::scope(caller, scope, Action::ReadReports)?;
    let now = edge.sources.now();
    edge.read(move |connection| {
        let zone = scopes::by_id(connection, scope)?.time_zone;
        let period = Period::new(&zone, wanted.from.as_deref(), wanted.to.as_deref(), now)?;
        let limit = i64::try_from(CHATS_MAX).unwrap_or(i64::MAX) + 1;
        let (begins, ends) = (period.before(), period.ends());
        let figures = episodes::figures(connection, scope, wanted.channel, begins, ends, limit)?;
        if figures.len() > CHATS_MAX {
            return Err(Invalid::new("from", "covers more than 500,000 chats; choose fewer days").into());
        }
        let report = report(&period, &figures);
        let channels = channels::list(connection, scope)?;
        let members =
            members::names(connection, &report.members.iter().map(|part| part.of).collect::<Vec<_>>())?;
        Ok(Found {
            period,
            report,
            channels: channels.into_iter().map(|channel| (channel.id, channel.name)).collect(),
            members,
        })
    })
    .await
}

/// `GET …/reports`: the figures of a period, and of as many days before.
///
/// # Errors
/// `forbidden` below admin; `bad_request` for days that are none, the wrong way round or too many.
pub(super) async fn show(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    wanted: Query<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let wanted = wanted.into_inner();
    if wanted.table.is_some() {
        return Err(ApiError::bad_request("table is for the tables below reports/csv"));
    }
    let found = find(&edge, &caller, scope.into_inner(), wanted).await?;
    let Found { period, report, .. } = &found;
    Ok(HttpResponse::Ok().json(json!({
        "from": period.from(),
        "to": period.to(),
        "time_zone": period.zone_name(),
        "current": report.current,
        "before": report.before,
        "days": report.days.iter().map(|part| json!({"day": part.of, "figures": part.figures})).collect::<Vec<_>>(),
        "hours": report.hours,
        "channels": named(&report.channels, |id| found.channel(id)),
        "members": named(&report.members, |id| found.member(id)),
    })))
}

fn named<'a, T: Copy + serde::Serialize>(parts: &[Part<T>], name: impl Fn(T) -> &'a str) -> Vec<Value> {
    parts.iter().map(|part| json!({"id": part.of, "name": name(part.of), "figures": part.figures})).collect()
}

/// `GET …/reports/csv`: one of the report's tables for a spreadsheet. Times are seconds.
///
/// # Errors
/// As [`show`].
pub(super) async fn table(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    wanted: Query<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let wanted = wanted.into_inner();
    let table = wanted.table.unwrap_or_default();
    let found = find(&edge, &caller, scope.into_inner(), wanted).await?;
    let report = &found.report;
    let (name, text) = match table {
        Table::Days => {
            ("days", of_figures("day", report.days.iter().map(|part| (part.of.as_str(), &part.figures))))
        }
        Table::Channels => {
            let lines = report.channels.iter().map(|part| (found.channel(part.of), &part.figures));
            ("channels", of_figures("channel", lines))
        }
        Table::Members => {
            let lines = report.members.iter().map(|part| (found.member(part.of), &part.figures));
            ("members", of_figures("member", lines))
        }
        Table::Hours => ("hours", of_hours(&report.hours)),
    };
    let file = format!("{name}-{}-{}.csv", found.period.from(), found.period.to());
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{file}\"")))
        .insert_header(("Cache-Control", "no-store"))
        .body(text))
}

fn of_figures<'a>(first: &str, lines: impl Iterator<Item = (&'a str, &'a Figures)>) -> String {
    let mut out = String::new();
    csv::line(
        &mut out,
        [
            first,
            "chats",
            "ended",
            "wait_median_s",
            "wait_90_s",
            "first_reply_median_s",
            "first_reply_90_s",
            "handle_median_s",
            "handle_90_s",
            "gave_up",
            "feedback_answers",
            "feedback_average",
            "bot_chats",
            "bot_contained",
        ],
    );
    for (name, figures) in lines {
        let Figures { wait, first_reply, handle, feedback, bot, .. } = figures;
        csv::line(
            &mut out,
            [
                name,
                &figures.chats.to_string(),
                &figures.ended.to_string(),
                &seconds(wait.median),
                &seconds(wait.p90),
                &seconds(first_reply.median),
                &seconds(first_reply.p90),
                &seconds(handle.median),
                &seconds(handle.p90),
                &figures.gave_up.to_string(),
                &feedback.answers.to_string(),
                &feedback.average.map_or(String::new(), |average| format!("{average:.2}")),
                &bot.chats.to_string(),
                &bot.contained.to_string(),
            ],
        );
    }
    out
}

fn seconds(millis: Option<i64>) -> String {
    millis.map_or(String::new(), |millis| format!("{}.{:03}", millis / 1_000, millis % 1_000))
}

fn of_hours(hours: &[[usize; 24]; 7]) -> String {
    let mut out = String::new();
    csv::line(&mut out, ["weekday", "hour", "chats"]);
    for (weekday, hours) in (1..).zip(hours) {
        for (hour, chats) in hours.iter().enumerate() {
            let cells: [String; 3] = [weekday, hour, *chats].map(|number| number.to_string());
            csv::line(&mut out, cells.iter().map(String::as_str));
        }
    }
    out
}

/// `GET …/reports/live`: who waits and who is there, at this moment.
///
/// # Errors
/// `forbidden` below admin.
pub async fn live(edge: Data<Edge>, caller: Caller, scope: Path<ScopeId>) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ReadReports)?;
    let board = edge.directory.watch(scope).await?;
    let members: Vec<Value> = board
        .members
        .iter()
        .map(|member| {
            json!({"id": member.id, "name": member.name, "role": member.role, "presence": member.presence, "chats": member.chats})
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({
        "at": edge.sources.now(),
        "waiting": board.waiting,
        "oldest_since": board.oldest_since,
        "assigned": board.assigned,
        "with_bot": board.with_bot,
        "members": members,
    })))
}
