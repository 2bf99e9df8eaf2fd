//! Webhooks of a scope: where programs of others are told what happens, and the log of it. The secret is shown once.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::deliveries::{before, cut};
use super::edge::Edge;
use super::list::{self, Part};
use super::{ApiError, trail};
use crate::delivery::webhooks::rotated;
use crate::domain::ids::{DeliveryId, ScopeId, WebhookEventId, WebhookId};
use crate::domain::webhook::{EventType, WEBHOOKS_MAX, Webhook};
use crate::outgoing::signature::Secret;
use crate::store::webhooks::SealedKey;
use crate::store::{audit, webhook_events, webhooks};

/// `GET …/webhooks`.
///
/// # Errors
/// `not_found` for strangers, `forbidden` below admin.
pub async fn list(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ManageWebhooks)?;
    let all = edge.read(move |connection| Ok(webhooks::list(connection, scope)?)).await?;
    let (items, next) = list::cut(all, &part, |hook| hook.id.to_string())?;
    Ok(list::answer(&items, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    url: String,
    #[serde(default)]
    events: Vec<EventType>,
}

/// `POST …/webhooks`: the answer has the secret.
///
/// # Errors
/// `forbidden` below admin, `bad_request` names the field or says that there are too many.
pub async fn create(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ManageWebhooks)?;
    let Create { url, events } = body.json().await?;
    let hook = Webhook {
        id: edge.sources.id(),
        scope,
        url: url.trim().to_owned(),
        events,
        enabled: true,
        off_reason: None,
        failing_since: None,
        created_at: edge.sources.now(),
    };
    check(&edge, &hook)?;
    let (secret, key) = new_secret(&edge, hook.id)?;
    let line = trail::line(&edge.sources, &caller, Some(scope), "webhook_created", &hook.id, json!(hook));
    let mut answer = json!(hook);
    edge.write(move |connection| {
        if webhooks::list(connection, scope)?.len() >= WEBHOOKS_MAX {
            return Err(ApiError::bad_request(format!("a scope has at most {WEBHOOKS_MAX} webhooks")));
        }
        webhooks::insert(connection, &hook, &key)?;
        Ok(audit::append(connection, line)?)
    })
    .await?;
    edge.courier.webhooks_changed(scope).await;
    answer["secret"] = json!(secret.reveal());
    Ok(HttpResponse::Created().json(answer))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    url: Option<String>,
    events: Option<Vec<EventType>>,
    enabled: Option<bool>,
}

/// `PATCH …/webhooks/{webhook}`: what is not named stays. Switched on, or with a new address, it is told at once what waits.
///
/// # Errors
/// As [`create`].
pub async fn change(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, WebhookId)>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    access::scope(&caller, scope, Action::ManageWebhooks)?;
    let Change { url, events, enabled } = body.json().await?;
    let shared = edge.clone();
    let hook = edge
        .write(move |connection| {
            let mut hook = access::webhook(connection, &caller, scope, id)?;
            let is_mended = url.is_some() || enabled == Some(true);
            if let Some(url) = url {
                url.trim().clone_into(&mut hook.url);
            }
            hook.events = events.unwrap_or(hook.events);
            if let Some(enabled) = enabled {
                (hook.enabled, hook.off_reason) = (enabled, None);
            }
            if is_mended {
                hook.failing_since = None;
                webhook_events::hurry(connection, id, shared.sources.now())?;
            }
            check(&shared, &hook)?;
            webhooks::update(connection, &hook)?;
            let line =
                trail::line(&shared.sources, &caller, Some(scope), "webhook_changed", &id, json!(hook));
            audit::append(connection, line)?;
            Ok(hook)
        })
        .await?;
    edge.courier.webhooks_changed(scope).await;
    Ok(HttpResponse::Ok().json(hook))
}

/// `DELETE …/webhooks/{webhook}`, with what it was still to be told and with its log.
///
/// # Errors
/// `not_found`, `forbidden` below admin.
pub async fn delete(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, WebhookId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    let sources = edge.sources.clone();
    edge.write(move |connection| {
        let hook = access::webhook(connection, &caller, scope, id)?;
        webhooks::delete(connection, id)?;
        let details = json!({"url": hook.url});
        let line = trail::line(&sources, &caller, Some(scope), "webhook_deleted", &id, details);
        Ok(audit::append(connection, line)?)
    })
    .await?;
    edge.courier.webhooks_changed(scope).await;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST …/webhooks/{webhook}/test`: sends `webhook.test` once and answers how that ended, as a line of the log.
///
/// # Errors
/// `not_found`, `forbidden` below admin.
pub async fn test(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, WebhookId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    let line = trail::line(&edge.sources, &caller, Some(scope), "webhook_tested", &id, Value::Null);
    let hook = edge
        .write(move |connection| {
            let hook = access::webhook(connection, &caller, scope, id)?;
            audit::append(connection, line)?;
            Ok(hook)
        })
        .await?;
    Ok(HttpResponse::Ok().json(edge.courier.test_webhook(&hook).await?))
}

/// `POST …/webhooks/{webhook}/rotate_secret`: answers a new secret; the old one signs, too, for 24 hours.
///
/// # Errors
/// `not_found`, `forbidden` below admin.
pub async fn rotate_secret(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, WebhookId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    access::scope(&caller, scope, Action::ManageWebhooks)?;
    let (secret, key) = new_secret(&edge, id)?;
    let sources = edge.sources.clone();
    edge.write(move |connection| {
        access::webhook(connection, &caller, scope, id)?;
        let keys = rotated(webhooks::keys(connection, id)?, key, sources.now());
        webhooks::set_keys(connection, id, &keys)?;
        let line = trail::line(&sources, &caller, Some(scope), "webhook_secret_rotated", &id, Value::Null);
        Ok(audit::append(connection, line)?)
    })
    .await?;
    Ok(HttpResponse::Ok().json(json!({"secret": secret.reveal()})))
}

/// `GET …/webhooks/{webhook}/deliveries`: every try of the last 30 days, newest first.
///
/// # Errors
/// `not_found`, `forbidden` below admin.
pub async fn deliveries(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, WebhookId)>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    let (limit, from) = (list::limit(part.limit)?, before::<DeliveryId>(&part)?);
    let lines = edge
        .read(move |connection| {
            access::webhook(connection, &caller, scope, id)?;
            Ok(webhook_events::log_of(connection, id, from, limit + 1)?)
        })
        .await?;
    let (lines, next) = cut(lines, limit, |line| line.id.to_string());
    Ok(list::answer(&lines, next))
}

/// `POST …/webhooks/{webhook}/deliveries/{event}/replay`: tells it again under its old id, with all tries before it.
///
/// # Errors
/// `not_found` also for an event that is on its way, `bad_request` while the webhook is off, `forbidden` below admin.
pub async fn replay(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, WebhookId, WebhookEventId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id, event) = path.into_inner();
    let sources = edge.sources.clone();
    edge.write(move |connection| {
        if !access::webhook(connection, &caller, scope, id)?.enabled {
            return Err(ApiError::bad_request("the webhook is off; switch it on first"));
        }
        webhook_events::replay(connection, id, event, sources.now())?;
        let details = json!({"event": event});
        let line = trail::line(&sources, &caller, Some(scope), "webhook_event_replayed", &id, details);
        Ok(audit::append(connection, line)?)
    })
    .await?;
    edge.directory.shared().events_out.notify_one();
    Ok(HttpResponse::Ok().json(json!({})))
}

/// Is it sound, and may its address be called?
fn check(edge: &Edge, hook: &Webhook) -> Result<(), ApiError> {
    hook.check()?;
    let refused = |why| ApiError::bad_request(format!("url: {why}"));
    edge.courier.outgoing.check_secure_url(&hook.url).map(drop).map_err(refused)
}

fn new_secret(edge: &Edge, id: WebhookId) -> Result<(Secret, SealedKey), ApiError> {
    let secret = Secret::from_bytes(edge.sources.secret());
    let key = edge.courier.seal_webhook(id, &secret).map_err(|error| {
        log::error!("secret not sealed webhook={id} error=\"{error}\"");
        ApiError::from(crate::actors::error::CallError::Unavailable)
    })?;
    Ok((secret, key))
}
