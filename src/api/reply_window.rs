//! `GET /api/v1/conversations/{id}/reply_window`: may its customer be written to freely, until when, and by which templates if not?

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::json;

use super::ApiError;
use super::access::{self, Action};
use super::auth::Caller;
use super::edge::Edge;
use crate::channels::Recipient;
use crate::domain::ids::ConversationId;
use crate::store::{StoreError, routes};

/// `until` is null where nothing limits answers. Templates are those of the channel.
///
/// # Errors
/// `not_found` for strangers.
pub async fn show(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<ConversationId>,
) -> Result<HttpResponse, ApiError> {
    let (id, courier) = (path.into_inner(), edge.courier.clone());
    let answer = edge
        .read(move |connection| {
            let (conversation, contact, _) =
                access::conversation(connection, &caller, id, Action::ReadConversations)?;
            let line = match courier.line(connection, conversation.channel) {
                // A widget.
                Err(StoreError::NotFound) => return Ok(json!({"until": null, "templates": []})),
                line => line?,
            };
            let key = contact.external_id.as_deref().unwrap_or_default();
            let route = routes::find(connection, line.channel.id, key)?;
            let until = route.and_then(|route| {
                let to = Recipient { key, address: &route.address, last_in_at: route.last_in_at };
                line.platform.open_until(&line.account(), &to)
            });
            Ok(json!({"until": until, "templates": line.channel.messaging.templates}))
        })
        .await?;
    Ok(HttpResponse::Ok().json(answer))
}
