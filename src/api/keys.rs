//! API keys of a scope. A key is shown once; it acts under the name of its maker, with a role not above theirs.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Action};
use super::auth::{Caller, KEY_PREFIX};
use super::body::Body;
use super::edge::Edge;
use super::list::{self, Part};
use super::{ApiError, secret, trail};
use crate::actors::agent::Credential;
use crate::domain::Millis;
use crate::domain::ids::{KeyId, ScopeId};
use crate::domain::invalid::check_name;
use crate::domain::member::Role;
use crate::store::audit;
use crate::store::keys::{self, ApiKey};

fn view(key: &ApiKey) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "member": key.member,
        "role": key.role,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
    })
}

/// `GET …/keys`: newest first, revoked ones too.
///
/// # Errors
/// `forbidden` below admin.
pub async fn list(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ManageKeys)?;
    let all = edge.read(move |connection| Ok(keys::list(connection, scope)?)).await?;
    let (items, next) = list::cut(all, &part, |key| key.id.to_string())?;
    let items: Vec<Value> = items.iter().map(view).collect();
    Ok(list::answer(&items, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    role: Role,
    #[serde(default)]
    expires_at: Option<Millis>,
}

/// `POST …/keys`: the answer has the key, once.
///
/// # Errors
/// `forbidden` below admin, for a role above one's own, and for API keys: a stolen one must not outlive its end.
pub async fn create(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    let own = access::scope(&caller, scope, Action::ManageKeys)?;
    caller.login()?;
    let given: Create = body.json().await?;
    check_name("name", &given.name)?;
    if given.role > own {
        return Err(ApiError::forbidden("this role is above yours"));
    }
    let now = edge.sources.now();
    if given.expires_at.is_some_and(|at| at <= now) {
        return Err(ApiError::bad_request("expires_at has passed"));
    }
    let key = ApiKey {
        id: edge.sources.id(),
        scope,
        member: caller.member.id,
        name: given.name.trim().to_owned(),
        role: given.role,
        created_at: now,
        last_used_at: None,
        expires_at: given.expires_at,
        revoked_at: None,
    };
    let text = secret::token(&edge.sources, KEY_PREFIX);
    let hash = secret::hash(&text);
    let mut answer = view(&key);
    answer["key"] = json!(text);
    let line = trail::line(&edge.sources, &caller, Some(scope), "key_created", &key.id, view(&key));
    edge.write(move |connection| {
        keys::insert(connection, &key, &hash)?;
        Ok(audit::append(connection, line)?)
    })
    .await?;
    Ok(HttpResponse::Created().json(answer))
}

/// `DELETE …/keys/{key}`: it is worthless at once, and its sockets end. A second time changes nothing.
///
/// # Errors
/// `forbidden` below admin.
pub async fn delete(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, KeyId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    access::scope(&caller, scope, Action::ManageKeys)?;
    let now = edge.sources.now();
    let line = trail::line(&edge.sources, &caller, Some(scope), "key_revoked", &id, json!({}));
    let member = edge
        .write(move |connection| {
            let member = keys::revoke(connection, id, scope, now)?;
            audit::append(connection, line)?;
            Ok(member)
        })
        .await?;
    edge.directory.credential_revoked(member, Credential::Key(id));
    Ok(HttpResponse::NoContent().finish())
}
