//! Mail: the operator's test, and transcripts to those who took part.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::json;

use super::access::{self, Action};
use super::auth::Caller;
use super::edge::Edge;
use super::post_office::PostOffice;
use super::{ApiError, address};
use crate::domain::contact::Contact;
use crate::domain::conversation::Conversation;
use crate::domain::event::{Author, Entry, Event};
use crate::domain::ids::ConversationId;
use crate::domain::member::Role;
use crate::domain::transcript;
use crate::outgoing::mail::Letter;
use crate::protocol::code::Code;
use crate::protocol::view::first_name;
use crate::store::{Connection, channels, entries};

/// Entries read at a time.
const CHUNK: i64 = 500;

/// The way out for letters.
///
/// # Errors
/// `not_found` where no mail server is configured.
pub fn office(edge: &Edge) -> Result<&PostOffice, ApiError> {
    edge.mail.as_ref().ok_or_else(ApiError::not_found)
}

/// `POST /api/v1/mail/test`: sends a letter to the caller now, for owners of any scope.
///
/// # Errors
/// `forbidden` for others, `not_found` without a mail server, `bad_request` with what the server said.
pub async fn test(edge: Data<Edge>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.login()?;
    if !caller.memberships.iter().any(|membership| membership.role == Role::Owner) {
        return Err(ApiError::forbidden("only the owner of a scope may do this"));
    }
    let letter = Letter {
        to: caller.member.email.clone(),
        subject: "Mail from Switchboard works".into(),
        text: format!("Hello {},\n\nthis is the test mail you asked for.\n", caller.member.name),
    };
    let sent = office(&edge)?.send_now(&letter).await;
    sent.map_err(|error| ApiError::bad_request(error.to_string()))?;
    Ok(HttpResponse::Ok().json(json!({"to": caller.member.email})))
}

/// `POST /api/v1/conversations/{id}/mail_transcript`: the transcript with its internal notes, to the caller's own address.
///
/// # Errors
/// `not_found`, also for strangers and without a mail server; `overloaded`.
pub async fn to_member(
    edge: Data<Edge>,
    caller: Caller,
    id: Path<ConversationId>,
) -> Result<HttpResponse, ApiError> {
    let (id, to) = (id.into_inner(), caller.member.email.clone());
    let text = edge
        .read(move |connection| {
            let (found, contact, _) =
                access::conversation(connection, &caller, id, Action::ReadConversations)?;
            written(connection, &found, &contact, Some)
        })
        .await?;
    office(&edge)?.post(Letter { to: to.clone(), subject: "Transcript of a chat".into(), text })?;
    Ok(HttpResponse::Accepted().json(json!({"to": to})))
}

/// Sends a customer what they may see of their last conversation.
///
/// # Errors
/// `not_found` without a mail server or a conversation, `rate_limited` when the address of the caller or the receiver
/// asked too often.
pub async fn to_customer(
    edge: &Edge,
    contact: Contact,
    to: String,
    from: std::net::IpAddr,
) -> Result<HttpResponse, ApiError> {
    let office = office(edge)?;
    let now = edge.sources.now();
    edge.mails.count(&address::counted(from).to_string(), now).map_err(ApiError::RateLimited)?;
    edge.mails.count(&to.to_lowercase(), now).map_err(ApiError::RateLimited)?;
    let text = edge
        .read(move |connection| {
            let latest = crate::store::conversations::latest_of(connection, contact.id)?;
            let latest = latest.ok_or_else(ApiError::not_found)?;
            if latest.status.is_active() {
                return Err(ApiError::Plain(Code::NotEnded, "the chat has not ended".into()));
            }
            written(connection, &latest, &contact, for_customer)
        })
        .await?;
    office.post(Letter { to, subject: "Your chat with us".into(), text })?;
    Ok(HttpResponse::Accepted().json(json!({})))
}

/// The transcript of what `shown` lets through.
fn written(
    connection: &mut Connection,
    found: &Conversation,
    contact: &Contact,
    shown: impl Fn(Entry) -> Option<Entry>,
) -> Result<String, ApiError> {
    let channel = channels::by_id(connection, found.channel)?;
    let mut all: Vec<Entry> = Vec::new();
    let mut after = 0;
    loop {
        let next = entries::after(connection, found.id, after, CHUNK)?;
        let Some(last) = next.last() else { break };
        after = last.seq;
        all.extend(next.into_iter().filter_map(&shown));
    }
    Ok(transcript::text(found, &contact.name, &channel.name, &all))
}

/// An entry as customers may know it: no internal words, members by their first name.
fn for_customer(mut entry: Entry) -> Option<Entry> {
    if entry.body.members_only() {
        return None;
    }
    if let Author::Member { name, .. } = &mut entry.by {
        *name = first_name(name).to_owned();
    }
    match &mut entry.body {
        Event::HandedOff { note, .. } => *note = None,
        Event::Transferred { to_name, .. } => *to_name = first_name(to_name).to_owned(),
        Event::TakenOver { from_member, .. } => *from_member = None,
        _ => {}
    }
    Some(entry)
}
