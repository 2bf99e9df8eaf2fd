//! What members say of themselves.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::json;

use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::{ApiError, trail};
use crate::domain::invalid::check_name;
use crate::domain::webhook::EventType;
use crate::store::webhook_events::{self, Happened};
use crate::store::{audit, members};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    name: String,
}

/// `PATCH /api/v1/session`: one's own name, in all scopes.
///
/// # Errors
/// `forbidden` with an API key, `bad_request` names the field.
pub async fn change(edge: Data<Edge>, caller: Caller, body: Body) -> Result<HttpResponse, ApiError> {
    caller.login()?;
    let given: Change = body.json().await?;
    check_name("name", &given.name)?;
    let scopes: Vec<_> = caller.memberships.iter().map(|membership| membership.scope).collect();
    let (sources, concerned) = (edge.sources.clone(), scopes.clone());
    let member = edge
        .write(move |connection| {
            let mut member = members::by_id(connection, caller.member.id)?;
            given.name.trim().clone_into(&mut member.name);
            members::update(connection, &member)?;
            for scope in concerned {
                let details = json!({"name": member.name});
                let line = trail::line(&sources, &caller, Some(scope), "member_changed", &member.id, details);
                audit::append(connection, line)?;
                let kind = EventType::MemberChanged;
                let happened = Happened::of_member(scope, kind, member.id, sources.now());
                webhook_events::raise(connection, &happened, || sources.id())?;
            }
            Ok(member)
        })
        .await?;
    for scope in scopes {
        edge.directory.scope_changed(scope).await;
    }
    edge.directory.shared().events_out.notify_one();
    Ok(HttpResponse::Ok().json(json!({"id": member.id, "name": member.name, "email": member.email})))
}
