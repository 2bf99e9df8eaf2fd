//! Pictures of members: uploaded and removed by themselves, seen by whoever knows their name.
//!
//! That name has 256 random bits and is told to colleagues and to the customers whom the member serves. So a picture needs no
//! log-in to be fetched, browsers may keep it for good, and nobody can look for others.

use std::time::Duration;

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::auth::Caller;
use super::edge::Edge;
use super::files::{self, FILE_POLICY, FileBody, SWEEP_AT_ONCE};
use super::{ApiError, secret, trail};
use crate::actors::error::CallError;
use crate::domain::avatar::{AVATAR_BYTES_MAX, AVATAR_SIDE_MAX, AvatarId};
use crate::files::Upload;
use crate::protocol::code::Code;
use crate::store::avatars::{self, StoredAvatar};
use crate::store::{StoreError, audit};

/// `PUT /api/v1/session/avatar`: one's own picture, in all scopes; the body is the file itself.
///
/// # Errors
/// `forbidden` with an API key, `too_large`, `bad_request` for what is no picture of a type that browsers show.
pub async fn put(
    edge: Data<Edge>,
    request: HttpRequest,
    caller: Caller,
    body: FileBody,
) -> Result<HttpResponse, ApiError> {
    let member = caller.login()?.member;
    files::check_announced(request.headers(), AVATAR_BYTES_MAX)?;
    let Ok(_place) = edge.uploads.try_acquire() else { return Err(CallError::Overloaded.into()) };
    let id = AvatarId(secret::hex_secret(&edge.sources));
    let now = edge.sources.now();
    let (place, expires_at) = (id.clone(), now.saturating_add(edge.config.files.unsent_ms));
    edge.store.write(move |connection| avatars::reserve(connection, &place, member, now, expires_at)).await?;
    let mut bytes = edge.files.upload(&id.0);
    let within = Duration::from_millis(edge.config.files.upload_ms);
    let taken = tokio::time::timeout(within, take_in(body, &mut bytes)).await;
    let stored = match taken.unwrap_or_else(|_| Err(ApiError::bad_request("the picture took too long"))) {
        Ok(stored) => stored,
        Err(error) => {
            undo(&edge, id, bytes).await;
            return Err(error);
        }
    };
    let shown = id.clone();
    change(&edge, caller, json!({"avatar": true}), move |connection| {
        avatars::show(connection, &shown, member, &stored)
    })
    .await?;
    Ok(HttpResponse::Ok().json(json!({"avatar": id})))
}

/// `DELETE /api/v1/session/avatar`: initials again.
///
/// # Errors
/// `forbidden` with an API key.
pub async fn delete(edge: Data<Edge>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let member = caller.login()?.member;
    change(&edge, caller, json!({"avatar": false}), move |connection| avatars::hide(connection, member))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `GET /api/v1/avatars/{avatar}`: a picture, for whoever knows its name.
///
/// # Errors
/// `not_found`, also once it was replaced or removed.
pub async fn show(edge: Data<Edge>, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let id = AvatarId(id.into_inner());
    let asked = id.clone();
    let stored = edge.store.read(move |connection| avatars::by_id(connection, &asked)).await?;
    let bytes = edge.files.read(&id.0).await?;
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, stored.media_type.as_str()));
    response.insert_header((header::CONTENT_SECURITY_POLICY, FILE_POLICY));
    let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
    response.insert_header((header::CACHE_CONTROL, forever));
    response.no_chunking(u64::try_from(stored.size).unwrap_or(0));
    Ok(response.streaming(bytes))
}

async fn take_in(body: FileBody, bytes: &mut Upload) -> Result<StoredAvatar, ApiError> {
    let (found, size) = files::stream(body, bytes, AVATAR_BYTES_MAX).await?;
    let fits = |(width, height)| width <= AVATAR_SIDE_MAX && height <= AVATAR_SIDE_MAX;
    match found.pixels {
        Some(pixels) if fits(pixels) => {}
        Some(_) => {
            let words = format!("the picture has more than {AVATAR_SIDE_MAX} pixels a side");
            return Err(ApiError::Plain(Code::TooLarge, words.into()));
        }
        None => return Err(ApiError::bad_request("only pictures (PNG, JPEG, GIF, WebP) can be shown")),
    }
    bytes.finish().await?;
    Ok(StoredAvatar { media_type: found.media_type, size })
}

/// Writes the change with its lines of the trail, one for each scope, and tells the scopes.
async fn change(
    edge: &Edge,
    caller: Caller,
    details: Value,
    write: impl FnOnce(&mut crate::store::Connection) -> Result<(), StoreError> + Send + 'static,
) -> Result<(), ApiError> {
    let scopes: Vec<_> = caller.memberships.iter().map(|membership| membership.scope).collect();
    let (sources, concerned) = (edge.sources.clone(), scopes.clone());
    edge.write(move |connection| {
        write(connection)?;
        for scope in concerned {
            let member = &caller.member.id;
            let line = trail::line(&sources, &caller, Some(scope), "member_changed", member, details.clone());
            audit::append(connection, line)?;
        }
        Ok(())
    })
    .await?;
    for scope in scopes {
        edge.directory.scope_changed(scope).await;
    }
    Ok(())
}

/// Nothing stays of an upload that failed. If the client went away instead, row and bytes go when its time is over.
async fn undo(edge: &Edge, id: AvatarId, bytes: Upload) {
    bytes.abort().await;
    if let Err(error) = edge.store.write(move |connection| avatars::give_up(connection, &id)).await {
        log::debug!("picture not given up error=\"{error}\"");
    }
}

/// Removes the bytes of pictures that nobody shows any more. What cannot be removed now stays for the next time.
pub async fn sweep(edge: &Edge) {
    let now = edge.sources.now();
    let swept = async {
        let expired = edge.store.write(move |c| avatars::expired(c, now, SWEEP_AT_ONCE)).await?;
        let mut gone = Vec::with_capacity(expired.len());
        for id in expired {
            match edge.files.remove(&id.0).await {
                Ok(()) => gone.push(id),
                Err(error) => log::warn!("picture not removed error=\"{error}\""),
            }
        }
        edge.store.write(move |connection| avatars::forget(connection, &gone)).await
    };
    if let Err(error) = swept.await {
        log::warn!("pictures not swept error=\"{error}\"");
    }
}
