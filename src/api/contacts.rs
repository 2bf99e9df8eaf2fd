//! What is stored about a contact: corrected by members, handed out, or removed.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::conversations::contact_view;
use super::edge::Edge;
use super::{ApiError, files, trail};
use crate::domain::ids::ContactId;
use crate::protocol::view::{Row, RowContact};
use crate::store::audit;
use crate::store::contacts::{self, Export};
use crate::store::webhook_events::{self, Happened};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    name: Option<String>,
    email: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, String>,
}

/// `PATCH /api/v1/contacts/{id}`: what is given changes; an empty text removes the address or an attribute.
///
/// # Errors
/// `not_found` for strangers, `bad_request` over the limits.
pub async fn change(
    edge: Data<Edge>,
    caller: Caller,
    id: Path<ContactId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let asking = caller.clone();
    edge.read(move |connection| access::contact(connection, &asking, id, Action::ChangeContact)).await?;
    let Change { name, email, attributes } = body.json().await?;
    let sources = edge.sources.clone();
    let contact = edge
        .write(move |connection| {
            let mut contact = access::contact(connection, &caller, id, Action::ChangeContact)?;
            let mut changed: Vec<&str> = attributes.keys().map(String::as_str).collect();
            changed.extend(name.as_ref().map(|_| "name"));
            changed.extend(email.as_ref().map(|_| "email"));
            let line = trail::line(
                &sources,
                &caller,
                Some(contact.scope),
                "contact_changed",
                &id,
                json!({"fields": changed}),
            );
            if let Some(name) = name {
                name.trim().clone_into(&mut contact.name);
            }
            if let Some(email) = email {
                contact.email = Some(email.trim().to_owned()).filter(|email| !email.is_empty());
            }
            contact.attributes.extend(attributes);
            contact.attributes.retain(|_, value| !value.trim().is_empty());
            contact.check()?;
            contacts::update(connection, &contact)?;
            let happened = Happened::contact_changed(contact.scope, id, sources.now());
            webhook_events::raise(connection, &happened, || sources.id())?;
            audit::append(connection, line)?;
            Ok(contact)
        })
        .await?;
    edge.directory.shared().events_out.notify_one();
    edge.directory.contact_changed(contact.scope, id);
    Ok(HttpResponse::Ok().json(contact_view(&contact)))
}

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
    let line = trail::line(&edge.sources, &caller, Some(scope), "contact_exported", &id, json!({}));
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
    let files: Vec<Value> = export
        .files
        .iter()
        .map(|file| {
            json!({
                "file": file.attachment,
                "conversation": file.conversation,
                "by": if file.member.is_some() { "member" } else { "contact" },
                "internal": file.internal,
                "at": file.created_at,
            })
        })
        .collect();
    json!({"contact": contact_view(&export.contact), "conversations": all, "files": files})
}

/// `POST /api/v1/contacts/{id}/erase`: ends what is open, then removes what they said and told. Cannot be undone.
///
/// # Errors
/// `not_found` for strangers, `forbidden` below admin.
pub async fn erase(edge: Data<Edge>, caller: Caller, id: Path<ContactId>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let asking = caller.clone();
    let contact =
        edge.read(move |connection| access::contact(connection, &asking, id, Action::EraseContact)).await?;
    let line = trail::line(&edge.sources, &caller, Some(contact.scope), "contact_erased", &id, json!({}));
    edge.directory.erase_contact(contact.scope, id, line).await?;
    files::sweep(&edge).await;
    Ok(HttpResponse::NoContent().finish())
}
