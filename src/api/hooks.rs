//! `/hooks/{channel}`: where platforms send their events. Verified on the raw body before anything is read, stored in one
//! commit, answered after it. The work follows in `src/delivery/inbox.rs`.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use tokio::sync::SemaphorePermit;
use url::form_urlencoded;

use super::body::Body;
use super::edge::Edge;
use super::{ApiError, error};
use crate::actors::error::CallError;
use crate::channels::{Answer, Event, Headers, Refused, Request};
use crate::domain::ids::ChannelId;
use crate::kill::{self, Point};
use crate::protocol::code::Code;
use crate::protocol::server::Details;
use crate::store::inbox::{self, NewEvent};

/// A body above this size, in bytes, needs one of a few places.
const SMALL: usize = 1 << 20;

/// Most events of one request.
const EVENTS_MAX: usize = 1_000;

/// Longest key of an event, a message or a customer, in bytes.
const KEY_MAX: usize = 512;

/// `GET` and `POST /hooks/{channel}`.
///
/// # Errors
/// `not_found` for a channel that is none or a widget, `unauthenticated`, `too_large`; `unavailable` when nothing could be
/// stored, so that the platform tries again.
pub async fn receive(
    edge: Data<Edge>,
    request: HttpRequest,
    channel: Path<ChannelId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    if edge.is_draining() {
        return Err(CallError::Draining.into());
    }
    let channel = channel.into_inner();
    let courier = edge.courier.clone();
    let line = edge.read(move |connection| Ok(courier.line(connection, channel)?)).await?;
    let account = line.account();
    let most = line.platform.body_max();
    let _place = if most > SMALL { large_place(&edge, &request)? } else { None };
    let bytes = body.at_most(most).any().await?;
    let headers = headers(&request);
    let url = format!("{}{}", edge.origins.main(), request.uri());
    let query: Vec<(String, String)> =
        form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    let method = request.method().as_str();
    let asked = Request { method, url: &url, query: &query, headers: &headers, body: &bytes };
    if method == "GET" {
        let answer = line.platform.handshake(&asked, &account);
        return answer.map(|answer| say(&answer)).ok_or_else(ApiError::not_found);
    }
    let now = edge.sources.now();
    if let Err(refused) = line.platform.verify(&asked, &account, now) {
        log::info!("event refused channel={channel} why=\"{refused}\"");
        return Ok(refuse(&refused));
    }
    if let Some(answer) = line.platform.handshake(&asked, &account) {
        return Ok(say(&answer));
    }
    let events = match line.platform.events(&asked).and_then(checked) {
        Ok(events) => events,
        Err(refused) => {
            log::info!("event refused channel={channel} why=\"{refused}\"");
            return Ok(refuse(&refused));
        }
    };
    let keep: Vec<NewEvent> = events
        .into_iter()
        .filter(|event| line.platform.is_ours(&event.raw, &account))
        .map(|event| edge.courier.to_keep(channel, event, now))
        .collect();
    kill::point(Point::BeforeEventKept);
    let new = edge.store.write(move |connection| inbox::keep(connection, &keep)).await?;
    kill::point(Point::EventKept);
    if new > 0 {
        edge.courier.wake_inbox();
    }
    Ok(say(&line.platform.accepted(&asked, new > 0)))
}

/// A place for a large body; few may be in memory at the same time.
fn large_place<'a>(edge: &'a Edge, request: &HttpRequest) -> Result<Option<SemaphorePermit<'a>>, ApiError> {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if length.is_some_and(|length: usize| length <= SMALL) {
        return Ok(None);
    }
    edge.large_events.try_acquire().map(Some).map_err(|_| CallError::Overloaded.into())
}

/// Only what the database can hold in an index.
///
/// # Errors
/// [`Refused::Unreadable`] for an id that is too long or empty or has a NUL, and for more than 1,000 events.
pub fn checked(events: Vec<Event>) -> Result<Vec<Event>, Refused> {
    let fits = |key: &str| (1..=KEY_MAX).contains(&key.len()) && !key.contains('\0');
    let good = |event: &Event| {
        fits(&event.key)
            && event.message.as_deref().is_none_or(fits)
            && event.contact.as_deref().is_none_or(fits)
    };
    if events.len() > EVENTS_MAX || !events.iter().all(good) {
        return Err(Refused::Unreadable("an id is too long, or there are too many events".into()));
    }
    Ok(events)
}

fn headers(request: &HttpRequest) -> Headers {
    let mut headers = Headers::default();
    for (name, value) in request.headers() {
        if let Ok(value) = value.to_str() {
            headers.add(name.as_str(), value);
        }
    }
    headers
}

fn say(answer: &Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status).insert_header((CONTENT_TYPE, answer.content_type)).body(answer.body.clone())
}

/// Why a request is not believed is for our log only.
fn refuse(refused: &Refused) -> HttpResponse {
    let status = StatusCode::from_u16(refused.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let (code, message) = match refused {
        Refused::Unauthenticated(_) => (Code::Unauthenticated, "the signature is not valid".to_owned()),
        other => (Code::BadRequest, other.to_string()),
    };
    HttpResponse::build(status).json(error::body(code, &message, Details::default()))
}
