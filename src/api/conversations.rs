//! Conversations: lists, one with its details, its entries, its transcript.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::edge::Edge;
use super::list;
use super::{ApiError, trail};
use crate::domain::Seq;
use crate::domain::contact::Contact;
use crate::domain::conversation::Conversation;
use crate::domain::event::Entry;
use crate::domain::feedback::Rating;
use crate::domain::ids::{ChannelId, ConversationId, MemberId, ScopeId};
use crate::domain::invalid::check_length;
use crate::domain::tag::check_tag;
use crate::domain::transcript;
use crate::protocol::view::{Row, RowContact};
use crate::store::search::{self, Among, Filter};
use crate::store::{Connection, channels, conversations, entries};

/// Earlier conversations shown with one.
const EARLIER: i64 = 20;

/// Most characters of a search.
const QUERY_MAX: usize = 200;

/// Entries read at a time for a transcript.
const CHUNK: i64 = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    state: State,
    channel: Option<ChannelId>,
    assignee: Option<MemberId>,
    tag: Option<String>,
    rating: Option<Rating>,
    q: Option<String>,
    sort: Option<Sort>,
    limit: Option<i64>,
    cursor: Option<String>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    #[default]
    Active,
    Ended,
    All,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sort {
    Newest,
    Oldest,
}

/// `GET /api/v1/scopes/{scope}/conversations`: rows; ended ones by their end, others by their beginning. Unasked, active
/// ones come oldest first, all others newest first. With `q` an answer may have few rows or none and still a `next`.
///
/// # Errors
/// `not_found` for strangers.
pub(super) async fn list(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    wanted: Query<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ReadConversations)?;
    let wanted = wanted.into_inner();
    let text = wanted.q.filter(|text| !text.trim().is_empty());
    if let Some(text) = &text {
        check_length("q", text, QUERY_MAX)?;
    }
    if let Some(tag) = &wanted.tag {
        check_tag(tag)?;
    }
    let among = match wanted.state {
        State::Active => Among::Active,
        State::Ended => Among::Ended,
        State::All => Among::All,
    };
    let filter = Filter {
        among,
        channel: wanted.channel,
        assignee: wanted.assignee,
        tag: wanted.tag,
        rating: wanted.rating,
        text,
        oldest_first: wanted.sort.map_or(among == Among::Active, |sort| sort == Sort::Oldest),
    };
    let (limit, from) = (list::limit(wanted.limit)?, trail::cursor(wanted.cursor.as_deref())?);
    let page =
        edge.read(move |connection| Ok(search::list(connection, scope, &filter, from, limit)?)).await?;
    let rows: Vec<Row> = page.items.iter().map(|(found, contact)| row(found, contact)).collect();
    Ok(list::answer(&rows, page.next.map(|next| next.to_string())))
}

/// The row of a list. Whether the customer is there only the dashboard socket knows.
fn row(conversation: &Conversation, contact: &Contact) -> Row {
    Row::of(conversation, RowContact::of(contact), false)
}

/// `GET /api/v1/conversations/{id}`: its row, who the customer is, where it began, what came before.
///
/// # Errors
/// `not_found`, also for strangers.
pub async fn show(
    edge: Data<Edge>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let (found, contact, session, earlier) = edge
        .read(move |connection| {
            let (found, contact, _) =
                access::conversation(connection, &caller, id, Action::ReadConversations)?;
            let session = conversations::session(connection, id)?;
            let earlier = conversations::of_contact(connection, contact.id, EARLIER + 1)?;
            Ok((found, contact, session, earlier))
        })
        .await?;
    let earlier: Vec<Row> =
        earlier.iter().filter(|other| other.id != id).map(|other| row(other, &contact)).collect();
    Ok(HttpResponse::Ok().json(json!({
        "row": row(&found, &contact),
        "contact": contact_view(&contact),
        "session": session,
        "earlier": earlier,
    })))
}

/// A contact as members see them.
pub fn contact_view(contact: &Contact) -> Value {
    json!({
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "external_id": contact.external_id,
        "verified": contact.verified,
        "attributes": contact.attributes,
        "first_seen": contact.first_seen,
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Span {
    before: Option<Seq>,
    after: Option<Seq>,
    limit: Option<i64>,
}

/// `GET …/entries`: in order of their numbers. With `after` the ones that follow; else the last ones, or those before
/// `before`. `more` says that there are further ones in the same direction.
///
/// # Errors
/// `not_found`, also for strangers; `bad_request` with both `before` and `after`.
pub(super) async fn entries(
    edge: Data<Edge>,
    caller: Caller,
    id: Path<ConversationId>,
    span: Query<Span>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let limit = list::limit(span.limit)?;
    if span.before.is_some() && span.after.is_some() {
        return Err(ApiError::bad_request("before and after exclude each other"));
    }
    let (entries, more) = edge
        .read(move |connection| {
            access::conversation(connection, &caller, id, Action::ReadConversations)?;
            Ok(part_of(connection, id, &span, limit)?)
        })
        .await?;
    Ok(HttpResponse::Ok().json(json!({"entries": entries, "more": more})))
}

/// Reads one more than wanted, to know whether there are more.
fn part_of(
    connection: &mut Connection,
    id: ConversationId,
    span: &Span,
    limit: i64,
) -> Result<(Vec<Entry>, bool), crate::store::StoreError> {
    let wanted = usize::try_from(limit).unwrap_or(1);
    if let Some(after) = span.after {
        let mut found = entries::after(connection, id, after, limit + 1)?;
        let more = found.len() > wanted;
        found.truncate(wanted);
        return Ok((found, more));
    }
    let mut found = entries::before(connection, id, span.before.unwrap_or(Seq::MAX), limit + 1)?;
    let more = found.len() > wanted;
    if more {
        found.remove(0);
    }
    Ok((found, more))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct As {
    #[serde(default)]
    format: Format,
}

#[derive(Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Format {
    #[default]
    Text,
    Json,
}

/// `GET …/transcript`: all of it as plain text, internal notes marked; or as JSON, entries as `…/entries` has them.
///
/// # Errors
/// `not_found`, also for strangers.
pub(super) async fn transcript(
    edge: Data<Edge>,
    caller: Caller,
    id: Path<ConversationId>,
    wanted: Query<As>,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let (found, contact, channel, all) = edge
        .read(move |connection| {
            let (found, contact, _) =
                access::conversation(connection, &caller, id, Action::ReadConversations)?;
            let channel = channels::by_id(connection, found.channel)?;
            let mut all: Vec<Entry> = Vec::new();
            loop {
                let after = all.last().map_or(0, |entry| entry.seq);
                let next = entries::after(connection, id, after, CHUNK)?;
                if next.is_empty() {
                    break;
                }
                all.extend(next);
            }
            Ok((found, contact, channel, all))
        })
        .await?;
    if wanted.format == Format::Json {
        return Ok(HttpResponse::Ok()
            .insert_header(("Content-Disposition", format!("attachment; filename=\"{id}.json\"")))
            .json(json!({"row": row(&found, &contact), "channel": channel.name, "entries": all})));
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Content-Disposition", format!("inline; filename=\"{id}.txt\"")))
        .body(transcript::text(&found, &contact.name, &channel.name, &all)))
}
