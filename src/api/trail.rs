//! The audit trail: its lines for what the edge changes, and `GET /api/v1/scopes/{scope}/audit`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::ApiError;
use super::access::{self, Action};
use super::auth::Caller;
use super::edge::Edge;
use super::list::{self, Part};
use crate::domain::ids::ScopeId;
use crate::sources::Sources;
use crate::store::Cursor;
use crate::store::audit::{self, AuditRow};

/// A line about something the caller did in a scope.
pub fn line(
    sources: &Sources,
    caller: &Caller,
    scope: Option<ScopeId>,
    action: &str,
    object: &impl ToString,
    details: Value,
) -> AuditRow {
    AuditRow {
        id: sources.id(),
        scope,
        at: sources.now(),
        actor: caller.as_audit(),
        action: action.to_owned(),
        object: object.to_string(),
        address: Some(caller.address.to_string()),
        details,
    }
}

/// `GET …/audit`: newest first.
///
/// # Errors
/// `forbidden` below admin.
pub async fn show(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ReadAudit)?;
    let limit = list::limit(part.limit)?;
    let from = cursor(part.cursor.as_deref())?;
    let page = edge.read(move |connection| Ok(audit::list(connection, scope, from, limit)?)).await?;
    let items: Vec<Value> = page.items.iter().map(view).collect();
    Ok(list::answer(&items, page.next.map(|next| next.to_string())))
}

/// A place in a list that the store cuts.
///
/// # Errors
/// `bad_request` when it is none of ours.
pub fn cursor(text: Option<&str>) -> Result<Option<Cursor>, ApiError> {
    text.map(|text| text.parse().map_err(|_| ApiError::bad_request("this is no cursor of ours"))).transpose()
}

fn view(row: &AuditRow) -> Value {
    json!({
        "id": row.id,
        "at": row.at,
        "actor": {"kind": row.actor.kind, "id": row.actor.id, "name": row.actor.name},
        "action": row.action,
        "object": row.object,
        "address": row.address,
        "details": row.details,
    })
}
