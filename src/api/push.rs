//! Web Push: the installation's key, and the browser of one's own log-in.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use serde_json::json;

use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::{ApiError, trail};
use crate::actors::error::CallError;
use crate::domain::invalid::check_length;
use crate::domain::push::{ENDPOINT_MAX, Subscription, Wishes, Wording};
use crate::push::courier::{Message, Undelivered};
use crate::store::{audit, push};

/// `GET /api/v1/push/key`: what a browser needs to subscribe.
///
/// # Errors
/// `forbidden` with an API key.
pub async fn key(edge: Data<Edge>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.login()?;
    let push = &edge.directory.shared().push;
    Ok(HttpResponse::Ok().json(json!({"key": push.courier().public_key()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    endpoint: String,
    keys: Keys,
    wishes: Wishes,
    wording: Wording,
}

/// As browsers name them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    p256dh: String,
    auth: String,
}

/// `PUT /api/v1/push/subscription`: this log-in's browser is told from now on, or told otherwise.
///
/// # Errors
/// `forbidden` with an API key, `bad_request` names what cannot be used.
pub async fn put(edge: Data<Edge>, caller: Caller, body: Body) -> Result<HttpResponse, ApiError> {
    let login = caller.login()?.id;
    let given: Subscribe = body.json().await?;
    check_length("endpoint", &given.endpoint, ENDPOINT_MAX)?;
    given.wording.check()?;
    let subscription = Subscription {
        login,
        member: caller.member.id,
        endpoint: given.endpoint,
        p256dh: given.keys.p256dh,
        auth: given.keys.auth,
        wishes: given.wishes,
        wording: given.wording,
        created_at: edge.sources.now(),
    };
    let ways = edge.directory.shared().push.clone();
    ways.courier().check(&subscription).map_err(ApiError::bad_request)?;
    let sources = edge.sources.clone();
    let member = caller.member.id;
    edge.write(move |connection| {
        // A page says it again at each start, which is nothing new.
        if push::put(connection, &subscription)? {
            for membership in &caller.memberships {
                let scope = Some(membership.scope);
                let line = trail::line(&sources, &caller, scope, "push_subscribed", &login, json!({}));
                audit::append(connection, line)?;
            }
        }
        Ok(())
    })
    .await?;
    ways.reaches(&[member]);
    Ok(HttpResponse::NoContent().finish())
}

/// `DELETE /api/v1/push/subscription`: this log-in's browser is told no more.
///
/// # Errors
/// `forbidden` with an API key.
pub async fn delete(edge: Data<Edge>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let login = caller.login()?.id;
    let sources = edge.sources.clone();
    edge.write(move |connection| {
        if push::delete(connection, login)? {
            for membership in &caller.memberships {
                let scope = Some(membership.scope);
                let line = trail::line(&sources, &caller, scope, "push_unsubscribed", &login, json!({}));
                audit::append(connection, line)?;
            }
        }
        Ok(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/push/test`: a message to this log-in's browser, now.
///
/// # Errors
/// `not_found` when it is not told, also when its push service says so; `unavailable` when that does not take messages
/// now; `bad_request` when it refuses them.
pub async fn test(edge: Data<Edge>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let login = caller.login()?.id;
    let found = edge.read(move |connection| Ok(push::of_login(connection, login)?)).await?;
    let to = found.ok_or_else(ApiError::not_found)?;
    let ways = &edge.directory.shared().push;
    let tried = ways.courier().bring(&Message::test(&to), &to).await;
    ways.conclude(&edge.store, &to, &tried).await;
    match tried {
        Ok(()) => Ok(HttpResponse::NoContent().finish()),
        Err(Undelivered::Gone) => Err(ApiError::not_found()),
        Err(Undelivered::Later { .. }) => Err(CallError::Unavailable.into()),
        Err(error @ Undelivered::Refused(_)) => Err(ApiError::bad_request(error.to_string())),
    }
}
