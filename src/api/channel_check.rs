//! `POST …/channels/check`: does the platform let this account in? Asked before a channel is made; nothing is stored.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::channel_settings::{self, Given};
use super::edge::Edge;
use super::{ApiError, trail};
use crate::channels::{Account, platform};
use crate::domain::channel::ChannelKind;
use crate::domain::ids::ScopeId;
use crate::domain::messaging::MessagingSettings;
use crate::store::audit;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    kind: ChannelKind,
    #[serde(default)]
    settings: Map<String, Value>,
    #[serde(default)]
    secrets: Given,
}

/// Asks the platform with what a new channel would be made with. Answers what it said: see [`crate::delivery::check::Checked`].
///
/// # Errors
/// `forbidden` below admin, `bad_request` names the field that no channel could be made with.
pub async fn check(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ManageChannels)?;
    let Check { kind, settings, secrets } = body.json().await?;
    let platform = platform(kind).ok_or_else(|| ApiError::bad_request("a widget has nobody to ask"))?;
    let settings = channel_settings::settings(&edge, platform, &MessagingSettings::default(), settings)?;
    let secrets = channel_settings::secrets(&edge, platform, &secrets, true)?.plain();
    let checked = edge.courier.check(platform, &Account::new(platform, &settings.platform, &secrets)).await;
    let details = json!({"kind": kind, "said": checked});
    let line = trail::line(&edge.sources, &caller, Some(scope), "channel_checked", &scope, details);
    edge.write(move |connection| Ok(audit::append(connection, line)?)).await?;
    Ok(HttpResponse::Ok().json(checked))
}
