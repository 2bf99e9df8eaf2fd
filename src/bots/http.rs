//! A bot behind a URL: our own contract, `docs/BOTS.md`.

mod actions;

pub use actions::{BadActions, parse_actions};

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use super::history::{Brief, FileFact, Said, rfc3339};
use super::text::check_greeting;
use super::{Ask, TurnId};
use crate::domain::bot::{BotAnswer, HttpBot};
use crate::domain::ids::{ContactId, ConversationId};
use crate::domain::{Millis, Seq};
use crate::outgoing::signature::{ID, SIGNATURE, Secret, TIMESTAMP};
use crate::outgoing::{ErrorKind, Limits, Outgoing, OutgoingError, Reply};
use crate::sources::Sources;

/// How one call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// An answer, perhaps an empty one.
    Answer(BotAnswer),
    /// 202: the answer comes later through the API.
    Later,
    /// No usable answer.
    Failed {
        /// Whether a second try makes sense, and how long the bot asks us to wait before it.
        retry: Option<Duration>,
        /// For logs and admins; names neither URL nor address.
        why: String,
    },
}

/// One turn, ready to be posted as often as needed: always the same id and body.
#[derive(Debug)]
pub struct Call<'a> {
    bot: &'a HttpBot,
    secret: Secret,
    id: TurnId,
    body: Bytes,
}

impl<'a> Call<'a> {
    /// Writes the request.
    ///
    /// # Errors
    /// When the bot has no valid secret: nothing is sent unsigned.
    pub fn new(bot: &'a HttpBot, ask: &Ask, now: Millis) -> Result<Self, String> {
        let secret = bot.secret.parse::<Secret>().map_err(|bad| bad.to_string())?;
        let body = serde_json::to_vec(&Request::new(ask, now)).map_err(|error| error.to_string())?;
        Ok(Self { bot, secret, id: ask.turn_id, body: body.into() })
    }

    /// Posts it once, with the time and signature of this try.
    pub async fn make(&self, outgoing: &Outgoing, sources: &Sources, limits: Limits) -> Outcome {
        let headers = match self.headers(sources.now()) {
            Ok(headers) => headers,
            Err(why) => return failed(None, why),
        };
        match outgoing.post(&self.bot.url, headers, self.body.clone(), limits).await {
            Ok(reply) => judge(&reply),
            Err(error) => failed(worth_another_try(&error), error.to_string()),
        }
    }

    fn headers(&self, now: Millis) -> Result<HeaderMap, String> {
        let id = self.id.to_string();
        let seconds = now.div_euclid(1_000);
        let signature = self.secret.sign(&id, seconds, &self.body);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [(ID, id), (TIMESTAMP, seconds.to_string()), (SIGNATURE, signature)] {
            let value = HeaderValue::try_from(value).map_err(|error| error.to_string())?;
            headers.insert(HeaderName::from_static(name), value);
        }
        Ok(headers)
    }
}

/// Judges the configuration of a bot behind a URL before it is stored.
///
/// # Errors
/// What is wrong with it, for the admin who set it.
pub fn check(bot: &HttpBot, outgoing: &Outgoing) -> Result<(), String> {
    outgoing.check_url(&bot.url).map_err(|refused| format!("url: {refused}"))?;
    bot.secret.parse::<Secret>().map_err(|bad| format!("secret: {bad}"))?;
    check_greeting(&bot.greeting, &bot.quick_replies)
}

fn judge(reply: &Reply) -> Outcome {
    let status = reply.status;
    match status {
        StatusCode::ACCEPTED => Outcome::Later,
        StatusCode::NO_CONTENT => Outcome::Answer(BotAnswer::default()),
        StatusCode::OK if reply.body.trim_ascii().is_empty() => Outcome::Answer(BotAnswer::default()),
        StatusCode::OK => match parse_actions(&reply.body) {
            Ok(answer) => Outcome::Answer(answer),
            Err(bad) => failed(None, bad.to_string()),
        },
        _ => {
            let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 409 | 425 | 429);
            failed(
                passing.then(|| reply.retry_after.unwrap_or_default()),
                format!("status {}", status.as_u16()),
            )
        }
    }
}

/// Even when the bot may have seen the request: the same `webhook-id` lets it drop the repeat.
fn worth_another_try(error: &OutgoingError) -> Option<Duration> {
    match error.kind {
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Broken => Some(Duration::ZERO),
        ErrorKind::Refused(_) | ErrorKind::TooLarge => None,
    }
}

fn failed(retry: Option<Duration>, why: String) -> Outcome {
    Outcome::Failed { retry, why }
}

#[derive(Serialize)]
struct Request<'a> {
    r#type: &'static str,
    timestamp: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    turn_id: String,
    conversation_id: ConversationId,
    channel: &'a str,
    sequence: Seq,
    message: Message<'a>,
    contact: Contact<'a>,
    history: &'a [Said],
    brief: Option<&'a Brief>,
    agents_available: bool,
}

#[derive(Serialize)]
struct Message<'a> {
    id: String,
    text: &'a str,
    #[serde(skip_serializing_if = "<[FileFact]>::is_empty")]
    attachments: &'a [FileFact],
}

#[derive(Serialize)]
struct Contact<'a> {
    id: ContactId,
    name: &'a str,
    locale: Option<&'a str>,
    attributes: &'a BTreeMap<String, String>,
}

impl<'a> Request<'a> {
    fn new(ask: &'a Ask, now: Millis) -> Self {
        let TurnId { conversation, turn } = ask.turn_id;
        Self {
            r#type: "bot.message",
            timestamp: rfc3339(now),
            data: Data {
                turn_id: ask.turn_id.to_string(),
                conversation_id: conversation,
                channel: &ask.channel,
                sequence: turn.seq,
                message: Message {
                    id: format!("{conversation}-{}", turn.seq),
                    text: &ask.text,
                    attachments: &ask.attachments,
                },
                contact: Contact {
                    id: ask.contact.id,
                    name: &ask.contact.name,
                    locale: ask.contact.locale.as_deref(),
                    attributes: &ask.contact.attributes,
                },
                history: &ask.history,
                brief: ask.brief.as_ref(),
                agents_available: ask.agents_available,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outgoing::{OutgoingOptions, Refused};

    fn reply(status: u16, body: &'static str) -> Outcome {
        let status = StatusCode::from_u16(status).expect("a status");
        judge(&Reply { status, body: Bytes::from_static(body.as_bytes()), retry_after: None })
    }

    #[test]
    fn every_status_has_its_meaning() {
        assert_eq!(reply(202, "whatever"), Outcome::Later);
        for (status, body) in [(204, ""), (200, ""), (200, " \r\n"), (200, r#"{"actions":[]}"#)] {
            assert_eq!(reply(status, body), Outcome::Answer(BotAnswer::default()), "{status} {body:?}");
        }
        for passing in [408, 409, 425, 429, 500, 502, 503, 504, 529] {
            assert!(matches!(reply(passing, ""), Outcome::Failed { retry: Some(_), .. }), "{passing}");
        }
        for lasting in [201, 206, 301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422] {
            let why = format!("status {lasting}");
            assert_eq!(reply(lasting, r#"{"actions":[]}"#), Outcome::Failed { retry: None, why });
        }
        assert!(matches!(reply(200, "OK"), Outcome::Failed { retry: None, .. }));
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let try_again =
            |kind| worth_another_try(&OutgoingError { kind, request_was_written: true }).is_some();
        assert!(
            try_again(ErrorKind::Connect) && try_again(ErrorKind::Timeout) && try_again(ErrorKind::Broken)
        );
        assert!(!try_again(ErrorKind::TooLarge) && !try_again(ErrorKind::Refused(Refused::Address)));
    }

    #[test]
    fn a_configuration_is_judged_before_it_is_stored() {
        let outgoing = Outgoing::new(&OutgoingOptions::default()).expect("good options");
        let good = HttpBot {
            url: "https://bot.example.com/turn".to_owned(),
            secret: Secret::from_bytes([7; 32]).reveal(),
            greeting: "Hello!".to_owned(),
            quick_replies: vec!["Prices".to_owned()],
        };
        assert_eq!(check(&good, &outgoing), Ok(()));
        let complaint = |bot: HttpBot| check(&bot, &outgoing).expect_err("a complaint");
        let inner = HttpBot { url: "http://169.254.169.254/".to_owned(), ..good.clone() };
        assert_eq!(complaint(inner), "url: the host is not on the public internet");
        let weak = HttpBot { secret: "whsec_c2hvcnQ=".to_owned(), ..good.clone() };
        assert!(complaint(weak).starts_with("secret: "));
        let loud = HttpBot { quick_replies: vec![String::new()], ..good };
        assert_eq!(complaint(loud), "quick_replies[0] is empty");
    }
}
