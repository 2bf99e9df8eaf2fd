//! Takes one message to one browser's push service.

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

use super::seal::Recipient;
use super::vapid::{Vapid, secret_key};
use crate::domain::ids::{ConversationId, ScopeId};
use crate::domain::push::{BODY_MAX, Kind, Notice, Subscription};
use crate::outgoing::{ErrorKind, Limits, Outgoing, OutgoingError};
use crate::sources::Sources;

/// The push service keeps a message so long for a browser that is away. Seconds.
const KEEP: &str = "3600";
/// How long a push service may take, and how much it may answer.
const LIMITS: Limits = Limits { total: Duration::from_secs(10), answer_bytes: 4_096 };

/// What a browser gets: enough to show a notification and to find the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// What it is about.
    pub kind: Kind,
    /// Where; none in a test.
    pub scope: Option<ScopeId>,
    /// Which chat; none in a test.
    pub conversation: Option<ConversationId>,
    /// In the reader's language.
    pub title: String,
    /// The beginning of what was written, at most [`BODY_MAX`] characters.
    pub body: String,
}

impl Message {
    /// A notice as this browser reads it.
    pub fn of(notice: &Notice, to: &Subscription) -> Self {
        Self {
            kind: notice.kind,
            scope: Some(notice.scope),
            conversation: Some(notice.conversation),
            title: to.wording.title(notice.kind, &notice.name),
            body: beginning(&notice.text),
        }
    }

    /// The test that a member asks for.
    pub fn test(to: &Subscription) -> Self {
        let title = to.wording.title(Kind::Test, "");
        Self { kind: Kind::Test, scope: None, conversation: None, title, body: String::new() }
    }

    /// Later messages of the same topic replace earlier ones that were not delivered: RFC 8030 section 5.4, at most 32
    /// characters.
    fn topic(&self) -> String {
        self.conversation.map_or_else(|| "test".to_owned(), |id| id.uuid().simple().to_string())
    }
}

/// At most [`BODY_MAX`] characters, on one line.
fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= BODY_MAX {
        return line;
    }
    line.chars().take(BODY_MAX - 1).chain(['…']).collect()
}

/// Why a message did not arrive at the push service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Undelivered {
    /// The browser is subscribed no more (404, 410).
    #[error("the push service does not know this browser any more")]
    Gone,
    /// Worth another try after this time.
    #[error("the push service cannot take it now: {why}")]
    Later {
        /// As the service wishes, if it said so.
        after: Option<Duration>,
        /// Names neither URL nor address.
        why: String,
    },
    /// Another try would end the same.
    #[error("the push service does not take it: {0}")]
    Refused(String),
}

/// Seals and posts.
pub struct Courier {
    outgoing: Outgoing,
    sources: Sources,
    vapid: Vapid,
}

impl Courier {
    /// Calls push services by this client, as this installation.
    pub fn new(outgoing: Outgoing, sources: Sources, vapid: Vapid) -> Self {
        Self { outgoing, sources, vapid }
    }

    /// The installation's public key.
    pub fn public_key(&self) -> &str {
        self.vapid.public_key()
    }

    /// Is this an address and a key that messages can go to?
    ///
    /// # Errors
    /// What is wrong with it, for the member who sent it.
    pub fn check(&self, to: &Subscription) -> Result<(), String> {
        self.outgoing.check_secure_url(&to.endpoint).map_err(|refused| refused.to_string())?;
        Recipient::read(&to.p256dh, &to.auth).map(|_| ()).map_err(|bad| bad.to_string())
    }

    /// Posts a message once.
    ///
    /// # Errors
    /// See [`Undelivered`].
    pub async fn bring(&self, message: &Message, to: &Subscription) -> Result<(), Undelivered> {
        let refused = |why: String| Undelivered::Refused(why);
        let url = self.outgoing.check_secure_url(&to.endpoint).map_err(|why| refused(why.to_string()))?;
        let recipient = Recipient::read(&to.p256dh, &to.auth).map_err(|why| refused(why.to_string()))?;
        let text = serde_json::to_vec(message).map_err(|why| refused(why.to_string()))?;
        let (own, salt) = (secret_key(&self.sources), self.sources.secret());
        let body = recipient.seal(&text, &own, salt).map_err(|why| refused(why.to_string()))?;
        let authorization = self.vapid.authorization(&url, self.sources.now());
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (AUTHORIZATION, authorization.as_str()),
            (CONTENT_ENCODING, "aes128gcm"),
            (CONTENT_TYPE, "application/octet-stream"),
            (HeaderName::from_static("ttl"), KEEP),
            (HeaderName::from_static("topic"), &message.topic()),
            (HeaderName::from_static("urgency"), "high"),
        ] {
            let value = HeaderValue::from_str(value).map_err(|why| refused(why.to_string()))?;
            headers.insert(name, value);
        }
        match self.outgoing.post(&to.endpoint, headers, Bytes::from(body), LIMITS).await {
            Ok(reply) => judge(reply.status, reply.retry_after),
            Err(error) => Err(unanswered(&error)),
        }
    }
}

fn judge(status: StatusCode, after: Option<Duration>) -> Result<(), Undelivered> {
    let why = format!("status {}", status.as_u16());
    match status {
        good if good.is_success() => Ok(()),
        StatusCode::NOT_FOUND | StatusCode::GONE => Err(Undelivered::Gone),
        StatusCode::TOO_MANY_REQUESTS => Err(Undelivered::Later { after, why }),
        bad if bad.is_server_error() => Err(Undelivered::Later { after, why }),
        _ => Err(Undelivered::Refused(why)),
    }
}

fn unanswered(error: &OutgoingError) -> Undelivered {
    match error.kind {
        // A second one of the same topic takes the place of the first, so nothing is doubled.
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Broken => {
            Undelivered::Later { after: None, why: error.to_string() }
        }
        ErrorKind::Refused(_) | ErrorKind::TooLarge => Undelivered::Refused(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_than_eighty_characters_leave() {
        assert_eq!(beginning("  two\n lines\t here "), "two lines here");
        assert_eq!(beginning(&"ü".repeat(80)), "ü".repeat(80));
        let cut = beginning(&"ü".repeat(81));
        assert!(cut.chars().count() == 80 && cut.ends_with('…'));
    }

    #[test]
    fn each_answer_has_its_meaning() {
        let code = |code: u16| judge(StatusCode::from_u16(code).unwrap(), None);
        assert_eq!((code(201), code(200)), (Ok(()), Ok(())));
        assert_eq!((code(404), code(410)), (Err(Undelivered::Gone), Err(Undelivered::Gone)));
        assert!([429, 500, 503].iter().all(|c| matches!(code(*c), Err(Undelivered::Later { .. }))));
        assert!([301, 400, 403, 413].iter().all(|c| matches!(code(*c), Err(Undelivered::Refused(_)))));
    }
}
