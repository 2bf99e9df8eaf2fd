//! Channels of a scope. The identity secret is shown once when it is made; it cannot be read.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::channel_settings::{self, Changes, Given};
use super::edge::Edge;
use super::list::{self, Part};
use super::scopes::merged;
use super::{ApiError, secret, trail};
use crate::channels::platform;
use crate::domain::channel::{Channel, ChannelKind, WidgetSettings};
use crate::domain::ids::{ChannelId, ScopeId};
use crate::domain::invalid::check_name;
use crate::domain::messaging::MessagingSettings;
use crate::store::{self, Connection, StoreError, audit, channels, secrets};

fn view(edge: &Edge, channel: &Channel, secrets: &[String]) -> Value {
    let mut view = json!({
        "id": channel.id,
        "kind": channel.kind,
        "name": channel.name,
        "public_key": channel.public_key,
        "settings": channel.settings,
        "enabled": channel.enabled,
    });
    if channel.kind.is_messaging() {
        view["settings"] = json!(channel.messaging);
        view["hook"] = json!(format!("{}/hooks/{}", edge.origins.main(), channel.id));
        view["secrets"] = json!(secrets);
    }
    view
}

/// Names of the secrets that are set.
fn secret_names(
    edge: &Edge,
    connection: &mut Connection,
    channel: &Channel,
) -> Result<Vec<String>, ApiError> {
    let all = secrets::of_channel(connection, channel.id, edge.sources.now())?;
    Ok(all.into_iter().map(|secret| secret.name).collect())
}

fn with_identity_secret(mut view: Value, channel: &Channel) -> Value {
    if !channel.kind.is_messaging() {
        view["identity_secret"] = json!(channel.identity_secret);
    }
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
    let shared = edge.clone();
    let views = edge.read(move |connection| {
        let view =
            |channel: &Channel| Ok(view(&shared, channel, &secret_names(&shared, connection, channel)?));
        items.iter().map(view).collect::<Result<Vec<Value>, ApiError>>()
    });
    Ok(list::answer(&views.await?, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    name: String,
    #[serde(default)]
    kind: Option<ChannelKind>,
    #[serde(default)]
    settings: Map<String, Value>,
    /// Of a messaging channel.
    #[serde(default)]
    secrets: Given,
}

/// `POST …/channels`: the answer has the identity secret of a widget, and the secrets that we made for another channel.
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
    let mut channel = Channel {
        id: edge.sources.id(),
        scope,
        kind: given.kind.unwrap_or(ChannelKind::Widget),
        name: given.name.trim().to_owned(),
        public_key: secret::token(&edge.sources, ""),
        identity_secret: secret::hex_secret(&edge.sources),
        settings: WidgetSettings::default(),
        messaging: MessagingSettings::default(),
        enabled: true,
    };
    let changes = change_settings(&edge, &mut channel, given.settings, &given.secrets, true)?;
    let made = changes.as_ref().map(|changes| changes.made.clone()).unwrap_or_default();
    let details = json!({"name": channel.name, "kind": channel.kind});
    let line = trail::line(&edge.sources, &caller, Some(scope), "channel_created", &channel.id, details);
    let (now, shared) = (edge.sources.now(), edge.clone());
    let mut answer = edge
        .write(move |connection| {
            channels::insert(connection, &channel, now)?;
            if let Some(changes) = changes {
                changes.store(&shared.courier, connection, channel.id)?;
            }
            audit::append(connection, line)?;
            let names = secret_names(&shared, connection, &channel)?;
            Ok(with_identity_secret(view(&shared, &channel, &names), &channel))
        })
        .await?;
    if !made.is_empty() {
        answer["made_secrets"] = json!(made);
    }
    edge.directory.scope_changed(scope).await;
    edge.courier.channels_changed();
    Ok(HttpResponse::Created().json(answer))
}

/// Takes settings in, and judges secrets; those of a widget are none.
fn change_settings(
    edge: &Edge,
    channel: &mut Channel,
    given: Map<String, Value>,
    secrets: &Given,
    new: bool,
) -> Result<Option<Changes>, ApiError> {
    let Some(platform) = platform(channel.kind) else {
        if !secrets.is_empty() {
            return Err(ApiError::bad_request("a widget has no secrets of this kind"));
        }
        channel.settings = merged(&channel.settings, given)?;
        channel.settings.check()?;
        return Ok(None);
    };
    channel.messaging = channel_settings::settings(edge, platform, &channel.messaging, given)?;
    channel_settings::secrets(edge, platform, secrets, new).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    name: Option<String>,
    enabled: Option<bool>,
    settings: Option<Map<String, Value>>,
    #[serde(default)]
    new_identity_secret: bool,
    /// Of a messaging channel: null removes one, an empty text makes one where we can.
    #[serde(default)]
    secrets: Given,
}

/// `PATCH …/channels/{channel}`: what is not named stays. `new_identity_secret` makes the old one worthless and answers
/// the new one; so do secrets that we made.
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
    let shared = edge.clone();
    let answer = edge
        .write(move |connection| {
            let mut channel = access::channel(connection, &caller, scope, id, Action::ManageChannels)?;
            if let Some(name) = given.name {
                check_name("name", &name)?;
                name.trim().clone_into(&mut channel.name);
            }
            let settings = given.settings.unwrap_or_default();
            let changes = change_settings(&shared, &mut channel, settings, &given.secrets, false)?;
            channel.enabled = given.enabled.unwrap_or(channel.enabled);
            if given.new_identity_secret {
                channel.identity_secret = secret::hex_secret(&shared.sources);
            }
            channels::update(connection, &channel)?;
            if let Some(changes) = &changes {
                changes.store(&shared.courier, connection, id)?;
                // Whatever was wrong may be mended.
                secrets::clear_fault(connection, id)?;
                store::outbox::hurry(connection, id, shared.sources.now())?;
            }
            let names = secret_names(&shared, connection, &channel)?;
            let mut answer = view(&shared, &channel, &names);
            let mut details = answer.clone();
            details["new_identity_secret"] = json!(given.new_identity_secret);
            details["changed_secrets"] = json!(changes.as_ref().map(Changes::names).unwrap_or_default());
            let line = trail::line(&shared.sources, &caller, Some(scope), "channel_changed", &id, details);
            audit::append(connection, line)?;
            if let Some(changes) = changes.filter(|changes| !changes.made.is_empty()) {
                answer["made_secrets"] = json!(changes.made);
            }
            Ok(if given.new_identity_secret { with_identity_secret(answer, &channel) } else { answer })
        })
        .await;
    // Also when nobody knows whether it was written.
    edge.channels.forget();
    let answer = answer?;
    edge.directory.scope_changed(scope).await;
    edge.courier.channels_changed();
    edge.courier.wake_inbox();
    edge.directory.shared().messages_out.notify_one();
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
    edge.directory.scope_changed(scope).await;
    edge.courier.channels_changed();
    Ok(HttpResponse::NoContent().finish())
}
