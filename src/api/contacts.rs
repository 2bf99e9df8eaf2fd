//! Everything stored about a contact: handed out, or removed.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::{Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::conversations::contact_view;
use super::edge::Edge;
use super::{ApiError, trail};
use crate::actors::error::CallError;
use crate::domain::conversation::Command;
use crate::domain::ids::{ContactId, ConversationId};
use crate::domain::refusal::Refusal;
use crate::protocol::code::Code;
use crate::protocol::view::{Row, RowContact};
use crate::store::contacts::{self, Export};
use crate::store::{audit, conversations};

/// Tries to end what is open and erase, while the contact goes on writing.
const TRIES: usize = 5;

/// `GET /api/v1/contacts/{id}/export`.
///
/// # Errors
/// `not_found` for strangers, `forbidden` below admin.
pub async fn export(edge: Data<Edge>, caller: Caller, id: Path<ContactId>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let asking = caller.clone();
    let export = edge
        .read(move |connection| {
            access::contact(connection, &asking, id, Action::ExportContact)?;
            Ok(contacts::export(connection, id)?)
        })
        .await?;
    let scope = export.contact.scope;
    let line = trail::line(&edge.sources, &caller, Some(scope), "contact_exported", id, json!({}));
    edge.write(move |connection| Ok(audit::append(connection, line)?)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{id}.json\"")))
        .json(view(&export)))
}

fn view(export: &Export) -> Value {
    let contact = RowContact::of(&export.contact);
    let all: Vec<Value> = export
        .conversations
        .iter()
        .map(|one| {
            let feedback: Vec<Value> = one
                .feedback
                .iter()
                .map(|given| {
                    json!({
                        "episode": given.episode,
                        "rating": given.feedback.rating,
                        "comment": given.feedback.comment,
                        "at": given.at,
                    })
                })
                .collect();
            json!({
                "row": Row::of(&one.conversation, contact.clone(), false),
                "session": one.session,
                "entries": one.entries,
                "feedback": feedback,
            })
        })
        .collect();
    json!({"contact": contact_view(&export.contact), "conversations": all})
}

/// `POST /api/v1/contacts/{id}/erase`: ends what is open, then removes what they said and told. Cannot be undone.
///
/// # Errors
/// `not_found` for strangers, `forbidden` below admin.
pub async fn erase(edge: Data<Edge>, caller: Caller, id: Path<ContactId>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let asking = caller.clone();
    let contact = edge
        .read(move |connection| access::contact(connection, &asking, id, Action::EraseContact))
        .await?;
    for _ in 0..TRIES {
        for open in open_of(&edge, id).await? {
            match edge.directory.command(contact.scope, open, Command::Erase, None).await {
                Ok(_) | Err(CallError::Refused(Refusal::Ended)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let line = trail::line(&edge.sources, &caller, Some(contact.scope), "contact_erased", id, json!({}));
        let erased = edge
            .write(move |connection| {
                let all = conversations::of_contact(connection, id, i64::MAX)?;
                if all.iter().any(|one| one.status.is_active()) {
                    return Ok(None);
                }
                let erased = contacts::erase(connection, id)?;
                audit::append(connection, line)?;
                Ok(Some(erased))
            })
            .await?;
        if let Some(erased) = erased {
            edge.directory.contact_erased(contact.scope, id, &erased);
            return Ok(HttpResponse::Ok().json(json!({"conversations": erased.len()})));
        }
    }
    Err(ApiError::Plain(Code::Overloaded, "the contact keeps writing; try again".into()))
}

async fn open_of(edge: &Data<Edge>, id: ContactId) -> Result<Vec<ConversationId>, ApiError> {
    edge.read(move |connection| {
        let all = conversations::of_contact(connection, id, i64::MAX)?;
        Ok(all.into_iter().filter(|one| one.status.is_active()).map(|one| one.id).collect())
    })
    .await
}
