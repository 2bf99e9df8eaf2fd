//! Discord's gateway: what is said on its socket. Pure; who keeps the socket is `src/delivery/gateway.rs`.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Call, Event, discord};

/// Version and form of what is said, to be added to the socket's address.
const FORM: &str = "/?v=10&encoding=json";

/// What we want to hear of: messages to the bot itself, and reactions to its own. Needs no privileged intent.
const DIRECT_MESSAGES: i64 = 1 << 12;
const DIRECT_MESSAGE_REACTIONS: i64 = 1 << 13;

/// Kinds of frame.
const DISPATCH: i64 = 0;
const HEARTBEAT: i64 = 1;
const IDENTIFY: i64 = 2;
const RESUME: i64 = 6;
const RECONNECT: i64 = 7;
const INVALID: i64 = 9;
const HELLO: i64 = 10;
const ACK: i64 = 11;

/// How a channel's socket is found and begun. It has no `Debug`: it holds the token.
#[derive(Clone, PartialEq, Eq)]
pub struct Gateway {
    /// The call that tells where the socket is.
    pub find: Call,
    token: String,
}

/// What there is to go on with after a connection broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Where it goes on.
    pub url: String,
    /// The last number that was dealt with: what came is stored.
    pub seq: i64,
}

/// Where the socket is, in the answer to [`Gateway::find`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its address.
    pub url: String,
    /// How long to wait, as too many sessions were begun today.
    pub wait: Option<Duration>,
}

/// A frame, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// The first one: a heartbeat is due this often.
    Hello(Duration),
    /// Our heartbeat was heard.
    Beat,
    /// A heartbeat is due now.
    BeatNow,
    /// A session began.
    Ready(Session),
    /// Something happened, or a session went on.
    Happened {
        /// Its number in the session.
        seq: i64,
        /// To be stored, if anybody needs it.
        event: Option<Event>,
    },
    /// The connection is to be made anew.
    Reconnect,
    /// The session cannot begin or go on; true: it may with another connection.
    Invalid(bool),
    /// Nothing that we know.
    Nothing,
}

/// What the end of a connection means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// The session goes on with another connection.
    Resume,
    /// A new one is needed.
    Anew,
    /// It would end so again until somebody mends it; why.
    Never(&'static str),
}

impl Gateway {
    pub(super) fn new(find: Call, token: &str) -> Self {
        Self { find, token: token.to_owned() }
    }

    /// The frame that begins a session.
    pub fn identify(&self) -> String {
        let properties =
            json!({"os": std::env::consts::OS, "browser": "switchboard", "device": "switchboard"});
        let begin = json!({"token": self.token, "intents": DIRECT_MESSAGES | DIRECT_MESSAGE_REACTIONS, "properties": properties});
        json!({"op": IDENTIFY, "d": begin}).to_string()
    }

    /// The frame that goes on with one.
    pub fn resume(&self, session: &Session) -> String {
        let begin = json!({"token": self.token, "session_id": session.id, "seq": session.seq});
        json!({"op": RESUME, "d": begin}).to_string()
    }
}

/// A heartbeat, with the last number that was dealt with.
pub fn beat(seq: Option<i64>) -> String {
    json!({"op": HEARTBEAT, "d": seq}).to_string()
}

/// The address of a socket, with what it needs to be told.
pub fn address(url: &str) -> String {
    format!("{}{FORM}", url.trim_end_matches('/'))
}

/// Where the socket is; none when the answer does not say.
pub fn found(answer: &Value) -> Option<Found> {
    let limit = &answer["session_start_limit"];
    let wait = limit["reset_after"].as_u64().filter(|_| limit["remaining"] == 0).map(Duration::from_millis);
    Some(Found { url: answer["url"].as_str()?.to_owned(), wait })
}

/// Reads a frame of a session.
///
/// # Errors
/// What is wrong with it.
pub fn hear(frame: &str, session: &str) -> Result<Heard, &'static str> {
    let frame: Value = serde_json::from_str(frame).map_err(|_| "a frame is not JSON")?;
    let about = &frame["d"];
    Ok(match frame["op"].as_i64().ok_or("a frame has no op")? {
        HELLO => {
            let every = about["heartbeat_interval"].as_u64().filter(|every| *every > 0);
            Heard::Hello(Duration::from_millis(every.ok_or("hello has no heartbeat_interval")?))
        }
        ACK => Heard::Beat,
        HEARTBEAT => Heard::BeatNow,
        RECONNECT => Heard::Reconnect,
        INVALID => Heard::Invalid(*about == true),
        DISPATCH => {
            let seq = frame["s"].as_i64().ok_or("an event has no number")?;
            match frame["t"].as_str().unwrap_or_default() {
                "READY" => {
                    let text = |name: &str| about[name].as_str().map(str::to_owned);
                    let (id, url) = (text("session_id"), text("resume_gateway_url"));
                    let (id, url) = id.zip(url).ok_or("the session has no id or address")?;
                    Heard::Ready(Session { id, url, seq })
                }
                kind => {
                    Heard::Happened { seq, event: discord::event(kind, about, &format!("{session}:{seq}")) }
                }
            }
        }
        _ => Heard::Nothing,
    })
}

/// What the code of a close frame means; none when the connection broke without one.
pub fn after(code: Option<u16>) -> After {
    match code {
        Some(4_004) => After::Never("Discord does not take the bot token (4004)"),
        Some(4_010 | 4_011) => After::Never("the bot is on too many servers for one connection (4011)"),
        Some(4_012) => After::Never("Discord no longer speaks this version of its gateway (4012)"),
        Some(4_013 | 4_014) => After::Never("Discord does not let the bot read messages to it (4014)"),
        Some(4_003 | 4_005 | 4_007 | 4_009) => After::Anew,
        _ => After::Resume,
    }
}
