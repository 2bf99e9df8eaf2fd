//! Scopes and their settings.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::list::{self, Part};
use super::{ApiError, trail};
use crate::domain::bot::BotConfig;
use crate::domain::ids::ScopeId;
use crate::domain::invalid::check_name;
use crate::domain::member::Role;
use crate::domain::scope::{Mode, Scope, Settings, check_time_zone};
use crate::store::{audit, members, scopes};

fn view(scope: &Scope, role: Role, has_bot: bool) -> Value {
    json!({
        "id": scope.id,
        "name": scope.name,
        "mode": scope.mode,
        "time_zone": scope.time_zone,
        "settings": scope.settings,
        "role": role,
        "has_bot": has_bot,
    })
}

/// `GET /api/v1/scopes`: those one belongs to.
///
/// # Errors
/// `unauthenticated`.
pub async fn list(edge: Data<Edge>, caller: Caller, part: Query<Part>) -> Result<HttpResponse, ApiError> {
    let mine = edge
        .read(move |connection| {
            let mut mine = Vec::new();
            for (scope, _) in scopes::of_member(connection, caller.member.id)? {
                if let Some(role) = caller.role_in(scope.id) {
                    let has_bot = scopes::bot(connection, scope.id)?.exists();
                    mine.push((scope, role, has_bot));
                }
            }
            Ok(mine)
        })
        .await?;
    let (items, next) = list::cut(mine, &part, |(scope, ..)| scope.id.to_string())?;
    let items: Vec<Value> = items.iter().map(|(scope, role, has_bot)| view(scope, *role, *has_bot)).collect();
    Ok(list::answer(&items, next))
}

/// `GET /api/v1/scopes/{scope}`.
///
/// # Errors
/// `not_found` for strangers.
pub async fn show(edge: Data<Edge>, caller: Caller, id: Path<ScopeId>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let role = access::scope(&caller, id, Action::ReadScope)?;
    let (scope, bot) = edge
        .read(move |connection| Ok((scopes::by_id(connection, id)?, scopes::bot(connection, id)?)))
        .await?;
    Ok(HttpResponse::Ok().json(view(&scope, role, bot.exists())))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    mode: Mode,
    time_zone: String,
}

/// `POST /api/v1/scopes`: its maker becomes the owner.
///
/// # Errors
/// `forbidden` for those who own no scope, and for API keys, which belong to one.
pub async fn create(edge: Data<Edge>, caller: Caller, body: Body) -> Result<HttpResponse, ApiError> {
    caller.login()?;
    if !caller.memberships.iter().any(|membership| membership.role == Role::Owner) {
        return Err(ApiError::forbidden("only the owner of a scope may make another"));
    }
    let given: Create = body.json().await?;
    check_name("name", &given.name)?;
    check_time_zone(&given.time_zone)?;
    let scope = Scope {
        id: edge.sources.id(),
        name: given.name.trim().to_owned(),
        mode: given.mode,
        time_zone: given.time_zone,
        settings: Settings::default(),
    };
    let line = trail::line(
        &edge.sources,
        &caller,
        Some(scope.id),
        "scope_created",
        &scope.id,
        json!({"name": scope.name}),
    );
    let (stored, now) = (scope.clone(), edge.sources.now());
    edge.write(move |connection| {
        scopes::insert(connection, &stored, &BotConfig::None, now)?;
        members::set_role(connection, caller.member.id, stored.id, Role::Owner)?;
        Ok(audit::append(connection, line)?)
    })
    .await?;
    Ok(HttpResponse::Created().json(view(&scope, Role::Owner, false)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    name: Option<String>,
    mode: Option<Mode>,
    time_zone: Option<String>,
    settings: Option<Map<String, Value>>,
}

/// `PATCH /api/v1/scopes/{scope}`: what is not named stays, in `settings` too.
///
/// # Errors
/// `forbidden` below admin, `bad_request` names the field.
pub async fn change(
    edge: Data<Edge>,
    caller: Caller,
    id: Path<ScopeId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let role = access::scope(&caller, id, Action::ChangeScope)?;
    let given: Change = body.json().await?;
    let sources = edge.sources.clone();
    let (scope, bot) = edge
        .write(move |connection| {
            let mut scope = scopes::by_id(connection, id)?;
            if let Some(name) = given.name {
                check_name("name", &name)?;
                name.trim().clone_into(&mut scope.name);
            }
            if let Some(time_zone) = given.time_zone {
                check_time_zone(&time_zone)?;
                scope.time_zone = time_zone;
            }
            scope.mode = given.mode.unwrap_or(scope.mode);
            if let Some(settings) = given.settings {
                scope.settings = merged(&scope.settings, settings)?;
                scope.settings.check()?;
            }
            scopes::update(connection, &scope)?;
            let after = json!({"name": scope.name, "mode": scope.mode, "time_zone": scope.time_zone, "settings": scope.settings});
            audit::append(connection, trail::line(&sources, &caller, Some(id), "scope_changed", &id, after))?;
            let bot = scopes::bot(connection, id)?;
            Ok((scope, bot))
        })
        .await?;
    edge.directory.scope_changed(id).await;
    Ok(HttpResponse::Ok().json(view(&scope, role, bot.exists())))
}

/// `DELETE /api/v1/scopes/{scope}`, with everything in it. The last scope one owns stays, or nobody could make another.
///
/// # Errors
/// `forbidden` below owner.
pub async fn delete(edge: Data<Edge>, caller: Caller, id: Path<ScopeId>) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    access::scope(&caller, id, Action::DeleteScope)?;
    caller.login()?;
    let line = trail::line(&edge.sources, &caller, Some(id), "scope_deleted", &id, json!({}));
    let deleted = edge
        .write(move |connection| {
            let all = members::memberships_of(connection, caller.member.id)?;
            if all.iter().filter(|membership| membership.role == Role::Owner).count() < 2 {
                return Err(ApiError::forbidden("the last scope you own stays"));
            }
            scopes::delete(connection, id)?;
            Ok(audit::append(connection, line)?)
        })
        .await;
    edge.channels.forget();
    deleted?;
    edge.directory.scope_deleted(id);
    Ok(HttpResponse::NoContent().finish())
}

/// `current` with the given fields in place of its own.
///
/// # Errors
/// `bad_request` for a field it does not have, or of another type.
pub fn merged<T: Serialize + DeserializeOwned>(
    current: &T,
    given: Map<String, Value>,
) -> Result<T, ApiError> {
    let mut all = serde_json::to_value(current).unwrap_or_default();
    if let Value::Object(fields) = &mut all {
        fields.extend(given);
    }
    serde_json::from_value(all).map_err(|error| ApiError::bad_request(error.to_string()))
}
