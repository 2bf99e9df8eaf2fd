//! What a messaging channel received and sent, for people who look for a fault: state, delivery log, dead events; and
//! another try for what failed.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde_json::json;

use super::access::{self, Action};
use super::auth::Caller;
use super::edge::Edge;
use super::list::{self, Part};
use super::{ApiError, trail};
use crate::channels::Verdict;
use crate::domain::Seq;
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::{ChannelId, ConversationId, DeliveryId, InboxId, ScopeId};
use crate::store::deliveries::{self, Line, Outcome};
use crate::store::{audit, inbox, outbox, secrets};

/// A place in one of these lists.
pub(super) fn before<T: std::str::FromStr>(part: &Part) -> Result<Option<T>, ApiError> {
    let read = |text: &String| text.parse().map_err(|_| ApiError::bad_request("not a cursor"));
    part.cursor.as_ref().map(read).transpose()
}

/// Cuts the one row that was read beyond the limit.
pub(super) fn cut<T>(mut items: Vec<T>, limit: i64, name: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(name) } else { None };
    (items, next)
}

/// `GET …/channels/{channel}/state`: `{last_event_at,fault}`.
///
/// # Errors
/// `forbidden` below admin, `not_found` for a widget.
pub async fn state(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, ChannelId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    let state = edge
        .read(move |connection| {
            access::channel(connection, &caller, scope, id, Action::ManageChannels)?;
            let last_event_at = inbox::last_of(connection, id)?;
            Ok(json!({"last_event_at": last_event_at, "fault": secrets::fault_of(connection, id)?}))
        })
        .await?;
    Ok(HttpResponse::Ok().json(state))
}

/// `POST …/channels/{channel}/connect`: tells the platform where to send its events. `{}` when it agreed.
///
/// # Errors
/// `forbidden` below admin; `bad_request` with the platform's reason.
pub async fn connect(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, ChannelId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    let (courier, who) = (edge.courier.clone(), caller.clone());
    let line = edge
        .read(move |connection| {
            access::channel(connection, &who, scope, id, Action::ManageChannels)?;
            Ok(courier.line(connection, id)?)
        })
        .await?;
    // Without its secrets there would be no call to make, and no reason for one that failed.
    line.platform.check(&line.account()).map_err(ApiError::bad_request)?;
    let hook = format!("{}/hooks/{id}", edge.origins.main());
    for call in line.platform.connect(&line.account(), &hook) {
        match edge.courier.make(&line, call).await {
            Verdict::Done { .. } => {}
            Verdict::Again { reason, .. }
            | Verdict::Unknown { reason }
            | Verdict::Failed { reason }
            | Verdict::Broken { reason } => {
                return Err(ApiError::bad_request(format!("the platform says: {reason}")));
            }
        }
    }
    let now = edge.sources.now();
    let log = trail::line(&edge.sources, &caller, Some(scope), "channel_connected", &id, json!({}));
    edge.write(move |connection| {
        secrets::clear_fault(connection, id)?;
        outbox::hurry(connection, id, now)?;
        Ok(audit::append(connection, log)?)
    })
    .await?;
    edge.directory.shared().messages_out.notify_one();
    Ok(HttpResponse::Ok().json(json!({})))
}

/// `GET …/channels/{channel}/deliveries`: its delivery log, newest first.
///
/// # Errors
/// `forbidden` below admin.
pub async fn of_channel(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, ChannelId)>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    let (limit, from) = (list::limit(part.limit)?, before::<DeliveryId>(&part)?);
    let lines = edge
        .read(move |connection| {
            access::channel(connection, &caller, scope, id, Action::ManageChannels)?;
            Ok(deliveries::of_channel(connection, id, from, limit + 1)?)
        })
        .await?;
    let (lines, next) = cut(lines, limit, |line| line.id.to_string());
    Ok(list::answer(&lines, next))
}

/// `GET …/channels/{channel}/dead_events`: what came in and could not be worked on, newest first.
///
/// # Errors
/// `forbidden` below admin.
pub async fn dead_events(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, ChannelId)>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    let (limit, from) = (list::limit(part.limit)?, before::<InboxId>(&part)?);
    let events = edge
        .read(move |connection| {
            access::channel(connection, &caller, scope, id, Action::ManageChannels)?;
            Ok(inbox::dead(connection, id, from, limit + 1)?)
        })
        .await?;
    let (events, next) = cut(events, limit, |event| event.id.to_string());
    Ok(list::answer(&events, next))
}

/// `POST …/channels/{channel}/dead_events/{event}/replay`: works on it again.
///
/// # Errors
/// `forbidden` below admin, `not_found` when there is no such dead event.
pub async fn replay(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, ChannelId, InboxId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id, event) = path.into_inner();
    let (sources, now) = (edge.sources.clone(), edge.sources.now());
    edge.write(move |connection| {
        access::channel(connection, &caller, scope, id, Action::ManageChannels)?;
        inbox::replay(connection, id, event, now)?;
        let details = json!({"event": event});
        let line = trail::line(&sources, &caller, Some(scope), "channel_event_replayed", &id, details);
        Ok(audit::append(connection, line)?)
    })
    .await?;
    edge.courier.wake_inbox();
    Ok(HttpResponse::Ok().json(json!({})))
}

/// `GET /api/v1/conversations/{id}/entries/{seq}/deliveries`: every hop of one message, oldest first; a cursor goes back.
///
/// # Errors
/// `not_found` for strangers.
pub async fn of_entry(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ConversationId, Seq)>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let (id, seq) = path.into_inner();
    let (limit, from) = (list::limit(part.limit)?, before::<DeliveryId>(&part)?);
    let mut lines = edge
        .read(move |connection| {
            access::conversation(connection, &caller, id, Action::ReadConversations)?;
            Ok(deliveries::of_entry(connection, id, seq, from, limit + 1)?)
        })
        .await?;
    let more = i64::try_from(lines.len()).is_ok_and(|count| count > limit);
    if more {
        lines.remove(0);
    }
    let next = lines.first().filter(|_| more).map(|line| line.id.to_string());
    Ok(list::answer(&lines, next))
}

/// `POST /api/v1/conversations/{id}/entries/{seq}/retry`: sends a message again that failed or is unconfirmed.
///
/// # Errors
/// `not_found` for strangers and for entries that are no such message.
pub async fn retry(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ConversationId, Seq)>,
) -> Result<HttpResponse, ApiError> {
    let (id, seq) = path.into_inner();
    let (sources, now) = (edge.sources.clone(), edge.sources.now());
    let (scope, retried) = edge
        .write(move |connection| {
            let (conversation, ..) = access::conversation(connection, &caller, id, Action::Converse)?;
            let last = deliveries::of_entry(connection, id, seq, None, 1)?.pop();
            let last = last.filter(|last| last.state.can_retry()).ok_or_else(ApiError::not_found)?;
            outbox::send_again(connection, id, seq, now)?;
            let retried = Line {
                id: sources.id(),
                attempt: 0,
                at: now,
                outcome: Outcome::Retried,
                state: DeliveryState::Queued,
                provider_id: None,
                reason: None,
                ..last
            };
            deliveries::append(connection, &retried)?;
            let scope = conversation.scope;
            let details = json!({"seq": seq});
            let line = trail::line(&sources, &caller, Some(scope), "delivery_retried", &id, details);
            audit::append(connection, line)?;
            Ok((scope, retried))
        })
        .await?;
    edge.directory.delivery_changed(scope, retried).await;
    edge.directory.shared().messages_out.notify_one();
    Ok(HttpResponse::Ok().json(json!({})))
}
