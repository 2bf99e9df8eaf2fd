//! Canned replies: shared ones are kept by admins, personal ones by each member.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::list::{self, Part};
use super::{ApiError, trail};
use crate::domain::canned::{CannedReply, PERSONAL_MAX, SHARED_MAX};
use crate::domain::ids::{CannedReplyId, ScopeId};
use crate::store::{Connection, StoreError, audit, canned};

fn view(reply: &CannedReply) -> Value {
    json!({
        "id": reply.id,
        "shortcut": reply.shortcut,
        "title": reply.title,
        "text": reply.text,
        "personal": reply.owner.is_some(),
        "created_at": reply.created_at,
    })
}

/// `GET …/canned_replies`: the shared ones and the caller's own, by shortcut.
///
/// # Errors
/// `not_found` for strangers.
pub async fn list(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::Converse)?;
    let member = caller.member.id;
    let all = edge.read(move |connection| Ok(canned::list(connection, scope, member)?)).await?;
    let (items, next) = list::cut(all, &part, |reply| reply.id.to_string())?;
    let items: Vec<Value> = items.iter().map(view).collect();
    Ok(list::answer(&items, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    shortcut: String,
    title: String,
    text: String,
    #[serde(default)]
    personal: bool,
}

/// `POST …/canned_replies`.
///
/// # Errors
/// `forbidden` for a shared one below admin; `bad_request` for a shortcut in use or too many replies.
pub async fn create(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::Converse)?;
    let given: Create = body.json().await?;
    access::scope(&caller, scope, needed(given.personal))?;
    let reply = CannedReply {
        id: edge.sources.id(),
        scope,
        owner: given.personal.then_some(caller.member.id),
        shortcut: given.shortcut,
        title: given.title.trim().to_owned(),
        text: given.text,
        created_at: edge.sources.now(),
    };
    reply.check()?;
    let answer = view(&reply);
    let line =
        trail::line(&edge.sources, &caller, Some(scope), "canned_reply_created", &reply.id, told(&reply));
    edge.write(move |connection| {
        let all = canned::list(connection, scope, caller.member.id)?;
        let like_it = all.iter().filter(|other| other.owner == reply.owner).count();
        let most = if reply.owner.is_some() { PERSONAL_MAX } else { SHARED_MAX };
        if like_it >= most {
            return Err(ApiError::bad_request(format!("there are {most} already")));
        }
        canned::insert(connection, &reply).map_err(in_use)?;
        note(connection, &reply, line)
    })
    .await?;
    Ok(HttpResponse::Created().json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    shortcut: Option<String>,
    title: Option<String>,
    text: Option<String>,
}

/// `PATCH …/canned_replies/{reply}`: what is given changes.
///
/// # Errors
/// As [`create`]; `not_found` also for a reply of another scope or of another member.
pub async fn change(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, CannedReplyId)>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    access::scope(&caller, scope, Action::Converse)?;
    let given: Change = body.json().await?;
    let sources = edge.sources.clone();
    let answer = edge
        .write(move |connection| {
            let mut reply = own(connection, &caller, scope, id)?;
            reply.shortcut = given.shortcut.unwrap_or(reply.shortcut);
            reply.title = given.title.map_or(reply.title, |title| title.trim().to_owned());
            reply.text = given.text.unwrap_or(reply.text);
            reply.check()?;
            canned::update(connection, &reply).map_err(in_use)?;
            let line = trail::line(&sources, &caller, Some(scope), "canned_reply_changed", &id, told(&reply));
            note(connection, &reply, line)?;
            Ok(view(&reply))
        })
        .await?;
    Ok(HttpResponse::Ok().json(answer))
}

/// `DELETE …/canned_replies/{reply}`.
///
/// # Errors
/// As [`change`].
pub async fn delete(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, CannedReplyId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    access::scope(&caller, scope, Action::Converse)?;
    let sources = edge.sources.clone();
    edge.write(move |connection| {
        let reply = own(connection, &caller, scope, id)?;
        canned::delete(connection, id)?;
        let line = trail::line(&sources, &caller, Some(scope), "canned_reply_deleted", &id, told(&reply));
        note(connection, &reply, line)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

const fn needed(personal: bool) -> Action {
    if personal { Action::Converse } else { Action::ManageCanned }
}

/// A reply of this scope that the caller may change.
fn own(
    connection: &mut Connection,
    caller: &Caller,
    scope: ScopeId,
    id: CannedReplyId,
) -> Result<CannedReply, ApiError> {
    let reply = canned::by_id(connection, id)?;
    if reply.scope != scope || reply.owner.is_some_and(|owner| owner != caller.member.id) {
        return Err(ApiError::not_found());
    }
    access::scope(caller, scope, needed(reply.owner.is_some()))?;
    Ok(reply)
}

fn told(reply: &CannedReply) -> Value {
    json!({"shortcut": reply.shortcut})
}

/// What concerns everybody stands in the trail; what members keep for themselves does not.
fn note(connection: &mut Connection, reply: &CannedReply, line: audit::AuditRow) -> Result<(), ApiError> {
    if reply.owner.is_none() {
        audit::append(connection, line)?;
    }
    Ok(())
}

fn in_use(error: StoreError) -> ApiError {
    match error {
        StoreError::Conflict(_) => ApiError::bad_request("shortcut is in use"),
        other => other.into(),
    }
}
