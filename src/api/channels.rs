//! Channels of a scope. The identity secret is shown once when it is made; it cannot be read.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::list::{self, Part};
use super::scopes::merged;
use super::{ApiError, secret, trail};
use crate::domain::channel::{Channel, ChannelKind, WidgetSettings};
use crate::domain::ids::{ChannelId, ScopeId};
use crate::domain::invalid::check_name;
use crate::store::{StoreError, audit, channels};

fn view(channel: &Channel) -> Value {
    json!({
        "id": channel.id,
        "kind": channel.kind,
        "name": channel.name,
        "public_key": channel.public_key,
        "settings": channel.settings,
        "enabled": channel.enabled,
    })
}

fn with_secret(channel: &Channel) -> Value {
    let mut view = view(channel);
    view["identity_secret"] = json!(channel.identity_secret);
    view
}

/// `GET …/channels`.
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
    access::scope(&caller, scope, Action::ReadScope)?;
    let all = edge.read(move |connection| Ok(channels::list(connection, scope)?)).await?;
    let (items, next) = list::cut(all, &part, |channel| channel.id.to_string())?;
    let items: Vec<Value> = items.iter().map(view).collect();
    Ok(list::answer(&items, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    #[serde(default)]
    kind: Option<ChannelKind>,
    #[serde(default)]
    settings: WidgetSettings,
}

/// `POST …/channels`: the answer has the identity secret.
///
/// # Errors
/// `forbidden` below admin, `bad_request` names the field.
pub async fn create(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ManageChannels)?;
    let given: Create = body.json().await?;
    check_name("name", &given.name)?;
    given.settings.check()?;
    let channel = Channel {
        id: edge.sources.id(),
        scope,
        kind: given.kind.unwrap_or(ChannelKind::Widget),
        name: given.name.trim().to_owned(),
        public_key: secret::token(&edge.sources, ""),
        identity_secret: secret::hex_secret(&edge.sources),
        settings: given.settings,
        enabled: true,
    };
    let answer = with_secret(&channel);
    let details = json!({"name": channel.name});
    let line = trail::line(&edge.sources, &caller, Some(scope), "channel_created", &channel.id, details);
    let now = edge.sources.now();
    edge.write(move |connection| {
        channels::insert(connection, &channel, now)?;
        Ok(audit::append(connection, line)?)
    })
    .await?;
    edge.directory.scope_changed(scope);
    Ok(HttpResponse::Created().json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    name: Option<String>,
    enabled: Option<bool>,
    settings: Option<Map<String, Value>>,
    #[serde(default)]
    new_identity_secret: bool,
}

/// `PATCH …/channels/{channel}`: what is not named stays. `new_identity_secret` makes the old one worthless and answers
/// the new one.
///
/// # Errors
/// As [`create`].
pub async fn change(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, ChannelId)>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    access::scope(&caller, scope, Action::ManageChannels)?;
    let given: Change = body.json().await?;
    let sources = edge.sources.clone();
    let answer = edge
        .write(move |connection| {
            let mut channel = access::channel(connection, &caller, scope, id, Action::ManageChannels)?;
            if let Some(name) = given.name {
                check_name("name", &name)?;
                name.trim().clone_into(&mut channel.name);
            }
            if let Some(settings) = given.settings {
                channel.settings = merged(&channel.settings, settings)?;
                channel.settings.check()?;
            }
            channel.enabled = given.enabled.unwrap_or(channel.enabled);
            if given.new_identity_secret {
                channel.identity_secret = secret::hex_secret(&sources);
            }
            channels::update(connection, &channel)?;
            let mut details = view(&channel);
            details["new_identity_secret"] = json!(given.new_identity_secret);
            audit::append(
                connection,
                trail::line(&sources, &caller, Some(scope), "channel_changed", &id, details),
            )?;
            Ok(if given.new_identity_secret { with_secret(&channel) } else { view(&channel) })
        })
        .await;
    // Also when nobody knows whether it was written.
    edge.channels.forget();
    let answer = answer?;
    edge.directory.scope_changed(scope);
    Ok(HttpResponse::Ok().json(answer))
}

/// `DELETE …/channels/{channel}`, as long as nobody came in by it.
///
/// # Errors
/// As [`create`]; `bad_request` when it was used.
pub async fn delete(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, ChannelId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    access::scope(&caller, scope, Action::ManageChannels)?;
    let sources = edge.sources.clone();
    let deleted = edge
        .write(move |connection| {
            let channel = access::channel(connection, &caller, scope, id, Action::ManageChannels)?;
            channels::delete(connection, id).map_err(|error| match error {
                StoreError::Conflict(_) => {
                    ApiError::bad_request("customers came in by this channel; switch it off instead")
                }
                other => other.into(),
            })?;
            let details = json!({"name": channel.name});
            Ok(audit::append(
                connection,
                trail::line(&sources, &caller, Some(scope), "channel_deleted", &id, details),
            )?)
        })
        .await;
    edge.channels.forget();
    deleted?;
    edge.directory.scope_changed(scope);
    Ok(HttpResponse::NoContent().finish())
}
