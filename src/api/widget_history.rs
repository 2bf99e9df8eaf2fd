//! A customer's own conversations, read again in the widget.

use std::sync::Arc;

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::edge::Edge;
use super::visitors;
use super::widget::{for_page, visitor};
use super::{ApiError, list};
use crate::domain::Seq;
use crate::domain::channel::Channel;
use crate::domain::conversation::Conversation;
use crate::domain::ids::ConversationId;
use crate::protocol::view::ContactEntry;
use crate::store::{StoreError, conversations, entries};

/// What a request for the list may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    channel: String,
    limit: Option<i64>,
    cursor: Option<ConversationId>,
}

/// `GET …/conversations`: the customer's own conversations, newest first.
///
/// # Errors
/// `invalid_token` without a valid visitor token.
pub async fn list(edge: Data<Edge>, request: HttpRequest, wanted: Query<Wanted>) -> HttpResponse {
    let Wanted { channel: key, limit, cursor } = wanted.into_inner();
    for_page(&edge, &request, key, |channel| own(&edge, &request, channel, limit, cursor)).await
}

async fn own(
    edge: &Edge,
    request: &HttpRequest,
    channel: Arc<Channel>,
    limit: Option<i64>,
    before: Option<ConversationId>,
) -> Result<HttpResponse, ApiError> {
    let limit = list::limit(limit)?;
    let contact = visitor(edge, request, &channel).await?.id;
    let mut found = edge
        .store
        .read(move |connection| conversations::of_contact_before(connection, contact, before, limit + 1))
        .await?;
    let most = usize::try_from(limit).unwrap_or(0);
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| last.id.to_string());
    let items: Vec<Value> = found.iter().map(view).collect();
    Ok(list::answer(&items, next))
}

fn view(conversation: &Conversation) -> Value {
    json!({
        "id": conversation.id,
        "first_text": conversation.first_text,
        "opened_at": conversation.opened_at,
        "last_at": conversation.last_at,
        "ended_at": conversation.ended_at,
    })
}

/// What a request for entries may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Span {
    channel: String,
    #[serde(default)]
    after: Seq,
    limit: Option<i64>,
}

/// `GET …/conversations/{id}/entries?after=`: what follows in one of them, as the customer may see it.
///
/// # Errors
/// `invalid_token` without a valid visitor token; `not_found` for what is not the customer's own.
pub async fn entries_of(
    edge: Data<Edge>,
    request: HttpRequest,
    id: Path<ConversationId>,
    span: Query<Span>,
) -> HttpResponse {
    let Span { channel: key, after, limit } = span.into_inner();
    let id = id.into_inner();
    for_page(&edge, &request, key, |channel| read(&edge, &request, channel, id, after, limit)).await
}

async fn read(
    edge: &Edge,
    request: &HttpRequest,
    channel: Arc<Channel>,
    id: ConversationId,
    after: Seq,
    limit: Option<i64>,
) -> Result<HttpResponse, ApiError> {
    let limit = list::limit(limit)?;
    let contact = visitor(edge, request, &channel).await?.id;
    let mut found = edge
        .store
        .read(move |connection| {
            if conversations::by_id(connection, id)?.contact != contact {
                return Err(StoreError::NotFound);
            }
            entries::after(connection, id, after, limit + 1)
        })
        .await?;
    let most = usize::try_from(limit).unwrap_or(0);
    let more = found.len() > most;
    found.truncate(most);
    let faces = visitors::faces(edge, channel.scope).await?;
    let entries: Vec<_> = found.iter().map(|entry| ContactEntry::of(entry, &faces)).collect();
    Ok(HttpResponse::Ok().json(json!({"conversation": id, "entries": entries, "more": more})))
}
