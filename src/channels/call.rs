//! What is said to a customer, the calls that say it, and what their answers mean.

use std::time::Duration;

use serde_json::Value;

use crate::domain::ids::ConversationId;
use crate::domain::{Millis, Seq};

/// Something to say to a customer.
#[derive(Debug, Clone, Copy)]
pub struct Saying<'a> {
    /// In which conversation.
    pub conversation: ConversationId,
    /// Number of its entry.
    pub seq: Seq,
    /// When it was written.
    pub at: Millis,
    /// Who wrote it.
    pub writer: Writer<'a>,
    /// Plain text; may be empty when there are files.
    pub text: &'a str,
    /// Files that go with it.
    pub files: &'a [SentFile],
    /// Answers to choose from.
    pub quick_replies: &'a [String],
    /// To whom.
    pub to: Recipient<'a>,
}

impl Saying<'_> {
    /// A stable name of the message: the same over all tries, without a dot.
    pub fn id(&self) -> String {
        format!("{}-{}", self.conversation, self.seq)
    }
}

/// Who wrote it, as customers may know them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writer<'a> {
    /// The bot.
    Bot,
    /// A member, by their first name.
    Agent(&'a str),
    /// Switchboard itself.
    System,
}

/// To whom.
#[derive(Debug, Clone, Copy)]
pub struct Recipient<'a> {
    /// Their id on the platform.
    pub key: &'a str,
    /// What the platform said of them last.
    pub address: &'a Value,
    /// When they last wrote: the beginning of reply windows.
    pub last_in_at: Millis,
}

/// A file for a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFile {
    /// Its name.
    pub name: String,
    /// Its MIME type.
    pub media_type: &'static str,
    /// Bytes.
    pub size: i64,
    /// Where the platform can fetch it, for a while.
    pub url: String,
}

/// What a call brings of the message's files, by their places in [`Saying::files`]. Whoever makes the call adds the bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Carries {
    /// Nothing.
    #[default]
    Nothing,
    /// This file is its body.
    Body(usize),
    /// Its body becomes the part `payload_json` of a form, in which these files are `files[0]`, `files[1]` …
    Form(Vec<usize>),
}

/// One HTTP call.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Which part of the message, from 0.
    pub part: i64,
    /// `POST`, `PUT` or `GET`.
    pub method: &'static str,
    /// Where to. May hold a secret.
    pub url: String,
    /// Headers; may hold secrets.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Files.
    pub carries: Carries,
    /// It says nothing by itself: another call must follow, which [`super::Platform::follow`] writes with this.
    pub then: Option<Value>,
}

/// Only what holds no secret.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("part", &self.part).field("method", &self.method).finish_non_exhaustive()
    }
}

impl Call {
    /// A GET.
    pub const fn get(url: String) -> Self {
        Self {
            part: 0,
            method: "GET",
            url,
            headers: Vec::new(),
            body: Vec::new(),
            carries: Carries::Nothing,
            then: None,
        }
    }

    /// A POST of this body.
    pub fn post(part: usize, url: String, media_type: &str, body: Vec<u8>) -> Self {
        Self {
            part: i64::try_from(part).unwrap_or(i64::MAX),
            method: "POST",
            headers: vec![("content-type", media_type.to_owned())],
            body,
            ..Self::get(url)
        }
    }

    /// A POST of JSON.
    pub fn json(part: usize, url: String, body: &Value) -> Self {
        Self::post(part, url, "application/json", body.to_string().into_bytes())
    }
}

/// The platform's answer to a call.
#[derive(Debug, Clone, Copy)]
pub struct Got<'a> {
    /// HTTP status.
    pub status: u16,
    /// How long it asks us to wait.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: &'a [u8],
}

/// What it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Taken. The platform's id of the message, where it gives one.
    Done {
        /// See above.
        provider_id: Option<String>,
    },
    /// Not now.
    Again {
        /// Not before so long.
        after: Option<Duration>,
        /// For members.
        reason: String,
    },
    /// Nobody knows whether it was taken.
    Unknown {
        /// For members.
        reason: String,
    },
    /// Never.
    Failed {
        /// For members.
        reason: String,
    },
    /// Nothing can be sent by this channel until somebody mends it.
    Broken {
        /// For admins.
        reason: String,
    },
}
