//! The widget without a socket: one request for each frame, for pages that cannot open one and for a site's own server.
//!
//! Who asks proves it with the visitor token that `session` gives. A page of another site may ask when the channel
//! allows its origin, exactly as for the socket; whoever sends no `Origin`, as servers do, only where the channel allows `*`.

use std::future::Future;
use std::sync::Arc;

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, AUTHORIZATION, HeaderValue, ORIGIN, USER_AGENT,
    VARY,
};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde::Deserialize;
use serde_json::json;

use super::body::Body;
use super::edge::Edge;
use super::visitors::{self, Place, Refused, Visitor};
use super::{ApiError, address, attached, commands, list, mail};
use crate::actors::conversation::{Glance, Read, Seen};
use crate::actors::directory::{ask, command_to, not_sent};
use crate::actors::error::Answer;
use crate::domain::Seq;
use crate::domain::channel::Channel;
use crate::domain::contact::Contact;
use crate::domain::conversation::Command;
use crate::domain::ids::ClientId;
use crate::domain::member::check_email;
use crate::protocol::client::{About, Hello, WidgetCommand, feedback, parse_widget_body};
use crate::protocol::code::Code;
use crate::protocol::view::ContactEntry;
use crate::store;

/// Browsers may remember the answer to a preflight for so many seconds.
const PREFLIGHT_AGE: &str = "600";

/// The query of every request here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfChannel {
    pub(super) channel: String,
}

/// The query of a preflight: that of the request it asks for, whatever that is.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    channel: String,
}

/// The channel with this key, if the page that asks may use it.
///
/// # Errors
/// `not_found`, `origin_denied`.
pub async fn channel(edge: &Edge, request: &HttpRequest, key: String) -> Result<Arc<Channel>, ApiError> {
    let channel = edge.channels.find(&edge.store, key).await?;
    if !channel.enabled {
        return Err(ApiError::not_found());
    }
    let mut origins = request.headers().get_all(ORIGIN);
    let origin = origins.next().and_then(|origin| origin.to_str().ok());
    let allowed = match origin {
        // Browsers leave the header out of what our own pages read.
        None if is_own_page(request) => {
            edge.origins.all().iter().any(|own| channel.settings.allows(Some(own)))
        }
        origin => channel.settings.allows(origin),
    };
    if origins.next().is_some() || !allowed {
        return Err(ApiError::Plain(Code::OriginDenied, "this site may not use this widget".into()));
    }
    Ok(channel)
}

/// Says the browser, and no page can make it say so, that a page of ours asks?
fn is_own_page(request: &HttpRequest) -> bool {
    request.headers().get("sec-fetch-site").is_some_and(|site| site == "same-origin")
}

/// What the browser calls itself.
pub fn browser(request: &HttpRequest) -> Option<String> {
    request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// `OPTIONS`: may a page of this origin ask?
///
/// # Errors
/// As [`channel`].
pub async fn preflight(
    edge: Data<Edge>,
    request: HttpRequest,
    query: Query<Asked>,
) -> Result<HttpResponse, ApiError> {
    let key = query.into_inner().channel;
    Ok(for_page(&edge, &request, key, |_| async {
        let mut allowed = HttpResponse::NoContent();
        allowed.insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"));
        allowed.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, x-file-name"));
        allowed.insert_header((ACCESS_CONTROL_MAX_AGE, PREFLIGHT_AGE));
        Ok(allowed.finish())
    })
    .await)
}

/// `POST …/session`: the hello. Answers what `welcome` has. An identity is stored at once, so that it counts when the first
/// message comes; nothing else is stored before that.
///
/// # Errors
/// `invalid_token` when the proof of identity is wrong, `rate_limited` when the address names too many new customers.
pub async fn session(
    edge: Data<Edge>,
    request: HttpRequest,
    query: Query<OfChannel>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let key = query.into_inner().channel;
    Ok(for_page(&edge, &request, key, |channel| welcomed(&edge, &request, channel, body)).await)
}

async fn welcomed(
    edge: &Edge,
    request: &HttpRequest,
    channel: Arc<Channel>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let WidgetCommand::Hello(hello) = parse_widget_body("hello", &body.text().await?)? else {
        return Err(ApiError::not_found());
    };
    let mut contact = visitors::identify(edge, &channel, &hello).await?;
    if hello.identity.is_some() && keep(edge, request, &contact).await? {
        // Another request may have stored the same customer first.
        contact = visitors::identify(edge, &channel, &with_token(edge, &contact, *hello.clone())).await?;
    }
    let visitor = visitors::visitor(edge, channel.clone(), contact).await?;
    let attached = match visitors::conversation(edge, &channel, visitor.contact.id).await? {
        Some(address) => Some(ask(&address, Glance { seen: Seen::from(&*hello) }).await??),
        None => None,
    };
    visitors::welcome(edge, &visitor, "", hello.after, attached.as_ref(), |welcome| {
        let mut body = json!(welcome);
        if let Some(fields) = body.as_object_mut() {
            fields.remove("ref");
        }
        Ok(HttpResponse::Ok().json(body))
    })
}

/// Stores a customer nobody knew. False when they are stored already.
async fn keep(edge: &Edge, request: &HttpRequest, contact: &Contact) -> Result<bool, ApiError> {
    let id = contact.id;
    match edge.store.read(move |connection| store::contacts::by_id(connection, id)).await {
        Err(store::StoreError::NotFound) => {}
        known => return Ok(known.map(|_| false)?),
    }
    let from = address::counted(address::client(request, &edge.config));
    edge.conversations_per_address.count(&from, edge.sources.now()).map_err(ApiError::RateLimited)?;
    let contact = contact.clone();
    edge.store.write(move |connection| store::contacts::insert(connection, &contact)).await?;
    Ok(true)
}

fn with_token(edge: &Edge, contact: &Contact, hello: Hello) -> Hello {
    Hello { visitor_token: Some(visitors::token(edge, contact)), ..hello }
}

/// `POST …/{verb}`: the commands of the widget's socket, with the same limits and answers.
///
/// # Errors
/// `invalid_token` without a valid visitor token, and what the conversation refuses.
pub async fn command(
    edge: Data<Edge>,
    request: HttpRequest,
    query: Query<OfChannel>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let key = query.into_inner().channel;
    Ok(for_page(&edge, &request, key, |channel| commanded(&edge, &request, channel, body)).await)
}

async fn commanded(
    edge: &Edge,
    request: &HttpRequest,
    channel: Arc<Channel>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    use WidgetCommand as C;
    let contact = visitor(edge, request, &channel).await?;
    let verb = request.path().rsplit('/').next().unwrap_or_default();
    let command = parse_widget_body(verb, &body.text().await?)?;
    let current = visitors::conversation(edge, &channel, contact.id).await?;
    let (command, client_id) = match (command, &current) {
        (C::Start { client_id, text, attachments, about }, _) => {
            let text = attached::by_contact(edge, &contact, text, attachments).await?;
            let visitor = visitors::visitor(edge, channel, contact).await?;
            let command = Command::Post { text };
            return Ok(commands::done(&start(edge, request, visitor, about, client_id, command).await?));
        }
        (C::LeaveMessage { client_id, text, attachments, about }, _) => {
            let text = attached::by_contact(edge, &contact, text, attachments).await?;
            let visitor = visitors::visitor(edge, channel, contact).await?;
            let (command, about) = (Command::LeaveMessage { text }, Some(about));
            return Ok(commands::done(&start(edge, request, visitor, about, client_id, command).await?));
        }
        (C::Send { client_id, text, attachments }, None) => {
            let text = attached::by_contact(edge, &contact, text, attachments).await?;
            let visitor = visitors::visitor(edge, channel, contact).await?;
            let command = Command::Post { text };
            return Ok(commands::done(&start(edge, request, visitor, None, client_id, command).await?));
        }
        (C::Send { client_id, text, attachments }, Some(_)) => {
            let text = attached::by_contact(edge, &contact, text, attachments).await?;
            (Command::Post { text }, client_id)
        }
        (C::RequestHuman { client_id }, _) => (Command::RequestHuman, client_id),
        (C::End { client_id, rating, comment }, _) => {
            (Command::End { feedback: feedback(rating, comment) }, client_id)
        }
        (C::Feedback { client_id, rating, comment }, _) => {
            (Command::Feedback { feedback: feedback(rating, comment) }, client_id)
        }
        (C::Read { seq }, Some(current)) => {
            current.try_send(Read { member: None, seq }).map_err(|error| not_sent(&error))?;
            return Ok(HttpResponse::Ok().json(json!({})));
        }
        (C::Read { .. } | C::Hello(_) | C::Typing { .. }, _) => return Err(ApiError::not_found()),
    };
    let current = current.ok_or_else(ApiError::not_found)?;
    Ok(commands::done(&command_to(&current, command, Some(client_id)).await?))
}

async fn start(
    edge: &Edge,
    request: &HttpRequest,
    mut visitor: Visitor,
    about: Option<About>,
    client_id: ClientId,
    command: Command,
) -> Result<Answer, ApiError> {
    let from = address::client(request, &edge.config);
    let details = visitors::details(None, browser(request).as_deref());
    let (Place::Said(address) | Place::Open(address)) =
        visitors::introduce_and_place(edge, &mut visitor, about, client_id, details, from, &command).await?;
    Ok(command_to(&address, command, Some(client_id)).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Receiver {
    email: String,
}

/// `POST …/mail_transcript`: what the customer may see of their ended chat, to an address they give.
///
/// # Errors
/// `not_ended` before the end, `not_found` where no mail server is configured, `rate_limited`.
pub async fn mail_transcript(
    edge: Data<Edge>,
    request: HttpRequest,
    query: Query<OfChannel>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let key = query.into_inner().channel;
    let work = |channel| async {
        let channel: Arc<Channel> = channel;
        let contact = visitor(&edge, &request, &channel).await?;
        let given: Receiver = body.json().await?;
        check_email(&given.email)?;
        let from = address::client(&request, &edge.config);
        mail::to_customer(&edge, contact, given.email, from).await
    };
    Ok(for_page(&edge, &request, key, work).await)
}

/// What a request for entries may say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Span {
    channel: String,
    #[serde(default)]
    after: Seq,
    limit: Option<i64>,
}

/// `GET …/entries?after=`: what follows of the current conversation, as the customer may see it.
///
/// # Errors
/// `invalid_token` without a valid visitor token.
pub async fn entries(
    edge: Data<Edge>,
    request: HttpRequest,
    span: Query<Span>,
) -> Result<HttpResponse, ApiError> {
    let Span { channel: key, after, limit } = span.into_inner();
    Ok(for_page(&edge, &request, key, |channel| followed(&edge, &request, channel, after, limit)).await)
}

async fn followed(
    edge: &Edge,
    request: &HttpRequest,
    channel: Arc<Channel>,
    after: Seq,
    limit: Option<i64>,
) -> Result<HttpResponse, ApiError> {
    let limit = list::limit(limit)?;
    let contact = visitor(edge, request, &channel).await?;
    let (scope, channel, contact) = (channel.scope, channel.id, contact.id);
    let (conversation, mut entries) = edge
        .store
        .read(move |connection| {
            let open = store::conversations::open_of(connection, channel, contact)?;
            let current = match open {
                Some(open) => Some(open),
                None => store::conversations::latest_of(connection, contact)?,
            };
            let Some(current) = current else { return Ok((None, Vec::new())) };
            Ok((Some(current.id), store::entries::after(connection, current.id, after, limit + 1)?))
        })
        .await?;
    let most = usize::try_from(limit).unwrap_or(0);
    let more = entries.len() > most;
    entries.truncate(most);
    let faces = visitors::faces(edge, scope).await?;
    let entries: Vec<_> = entries.iter().map(|entry| ContactEntry::of(entry, &faces)).collect();
    Ok(HttpResponse::Ok().json(json!({"conversation": conversation, "entries": entries, "more": more})))
}

/// The customer whose token the request carries, within the rate of their commands.
///
/// # Errors
/// `unauthenticated`, `invalid_token`, `rate_limited`.
pub async fn visitor(edge: &Edge, request: &HttpRequest, channel: &Channel) -> Result<Contact, ApiError> {
    let contact = by_header(edge, request, channel).await?;
    edge.visitor_rates.of(contact.id.uuid()).take().map_err(ApiError::RateLimited)?;
    Ok(contact)
}

/// The same for what a page fetches by itself and often: pictures of a chat. Counted as requests of an API key are.
///
/// # Errors
/// As [`visitor`].
pub async fn visitor_who_reads(
    edge: &Edge,
    request: &HttpRequest,
    channel: &Channel,
) -> Result<Contact, ApiError> {
    let contact = by_header(edge, request, channel).await?;
    edge.requests.count(&contact.id.uuid(), edge.sources.now()).map_err(ApiError::RateLimited)?;
    Ok(contact)
}

async fn by_header(edge: &Edge, request: &HttpRequest, channel: &Channel) -> Result<Contact, ApiError> {
    let given = request.headers().get(AUTHORIZATION).ok_or_else(|| {
        ApiError::unauthenticated_because("the visitor token of …/widget/session is needed")
    })?;
    let token = given.to_str().ok().and_then(|given| given.strip_prefix("Bearer ")).unwrap_or_default();
    let contact = visitors::by_token(edge, channel, token).await?;
    contact.ok_or_else(|| ApiError::Plain(Code::InvalidToken, "the visitor token is not valid".into()))
}

/// Runs `work` for a page that may use the channel, and lets that page read the answer, whatever it is.
pub async fn for_page<F>(
    edge: &Edge,
    request: &HttpRequest,
    key: String,
    work: impl FnOnce(Arc<Channel>) -> F,
) -> HttpResponse
where
    F: Future<Output = Result<HttpResponse, ApiError>>,
{
    let (result, may_read) = match channel(edge, request, key).await {
        Ok(channel) => (work(channel).await, true),
        Err(refused) => (Err(refused), false),
    };
    let mut response = result.unwrap_or_else(|error| error.error_response());
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = request.headers().get(ORIGIN).filter(|_| may_read) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    }
    response
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Proof => Self::Plain(Code::InvalidToken, "the proof of identity is not valid".into()),
            Refused::TooMany(retry_after_ms) => Self::RateLimited(retry_after_ms),
            Refused::Failed(error) => error.into(),
        }
    }
}
