//! LINE official accounts. Facts are those of LINE's own API description (github.com/line/line-openapi). How to set one up:
//! `docs/channels/line.md`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use unicode_segmentation::UnicodeSegmentation;
use uuid::Uuid;

use super::account::{Form, SecretField, Setting, named, visible};
use super::call::{Call, Got, Recipient, Saying, SentFile, Verdict, Writer};
use super::inbound::{Event, Inbound, RemoteFile, What, Who};
use super::mac::is_sha256;
use super::request::{Refused, Request};
use super::source::{Source, get};
use super::split::{Unit, split};
use super::{Account, Platform};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;

const SIGNATURE: &str = "x-line-signature";

const API: &str = "api_base";
/// Where the bytes of files are.
const DATA: &str = "data_base";
const SECRET: &str = "channel_secret";
const TOKEN: &str = "channel_access_token";

/// By it LINE knows a call that it got before.
const RETRY_KEY: &str = "x-line-retry-key";

/// In a customer's address: the token that answers their last event, and the time of that.
const REPLY: &str = "reply";

/// A token is good for about a minute; so long after its event it is not relied on any more. Milliseconds.
const REPLY_FRESH: Millis = 45_000;

/// Most UTF-16 units of a text.
const TEXT_MAX: usize = 5_000;

/// Most messages of one call.
const AT_ONCE: usize = 5;

/// Most quick replies of one message, characters of what is on them, and of what they say.
const REPLIES_MAX: usize = 13;
const LABEL_MAX: usize = 20;
const REPLY_MAX: usize = 300;

/// Most characters of a sender's name.
const NAME_MAX: usize = 20;

/// The shortest time that the sign of life may be shown.
const LOADING_SECONDS: u8 = 5;

/// Largest picture that may be its own preview, in bytes; larger ones go as a link.
const IMAGE_MAX: i64 = 1_000_000;

/// The LINE platform.
pub(super) struct Line;

impl Platform for Line {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Line
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting { name: API, default: Some("https://api.line.me"), form: Form::Url },
            Setting { name: DATA, default: Some("https://api-data.line.me"), form: Form::Url },
        ]
    }

    fn secrets(&self) -> &'static [SecretField] {
        const FIELDS: &[SecretField] = &[
            SecretField { name: SECRET, made_by_us: None, rotates: true, check: visible },
            SecretField { name: TOKEN, made_by_us: None, rotates: false, check: visible },
        ];
        FIELDS
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, _: Millis) -> Result<(), Refused> {
        let given = request.headers.one(SIGNATURE).and_then(|text| STANDARD.decode(text).ok());
        let given = given.ok_or(Refused::Unauthenticated("no signature"))?;
        if account.secrets(SECRET).any(|secret| is_sha256(secret, request.body, &given)) {
            Ok(())
        } else {
            Err(Refused::Unauthenticated("the signature is another one"))
        }
    }

    /// None when LINE only looks whether we are there.
    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        let body: Value =
            serde_json::from_slice(request.body).map_err(|_| Refused::Malformed("the body is not JSON"))?;
        let events =
            body["events"].as_array().ok_or_else(|| Refused::Unreadable("events: missing".into()))?;
        Ok(events.iter().map(event).collect())
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        // In standby another program has the chat.
        let Some(user) = user(raw).filter(|_| raw["mode"] != "standby") else {
            return Ok(Inbound { who: None, what: What::Nothing });
        };
        // It answers this event, once, and costs nothing.
        let token = raw["replyToken"].as_str().map(|token| json!({"token": token, "at": raw["timestamp"]}));
        let address = token.map_or_else(|| json!({}), |token| json!({REPLY: token}));
        let who = Who { key: user.to_owned(), address, ..Who::default() };
        let what = match raw["type"].as_str().ok_or("type: missing")? {
            "message" => message(&raw["message"]),
            "unsend" => What::Deleted,
            "postback" => words(raw["postback"]["data"].as_str().unwrap_or_default().to_owned()),
            _ => What::Nothing,
        };
        Ok(Inbound { who: Some(who), what })
    }

    fn message(&self, raw: &Value) -> Option<String> {
        [&raw["message"]["id"], &raw["unsend"]["messageId"]]
            .into_iter()
            .find_map(Value::as_str)
            .map(str::to_owned)
    }

    /// Pictures that are sent together are an event each.
    fn album(&self, raw: &Value) -> Option<String> {
        raw["message"]["imageSet"]["id"].as_str().map(str::to_owned)
    }

    /// By its message's id, unless it is kept elsewhere.
    fn fetch(&self, account: &Account<'_>, reference: &str) -> Result<Source, String> {
        if !reference.bytes().all(|byte| byte.is_ascii_digit()) {
            return Source::address(reference);
        }
        let url = format!("{}/v2/bot/message/{reference}/content", account.base(DATA));
        Ok(Source::At { call: with_token(account, get(url, Vec::new()))?, redirects: 0 })
    }

    fn ask_name(&self, account: &Account<'_>, key: &str) -> Option<Call> {
        let is_id = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric());
        let url = format!("{}/v2/bot/profile/{key}", account.base(API));
        let call = Call::get(url);
        with_token(account, call).ok().filter(|_| is_id)
    }

    fn name_in(&self, answer: &Value) -> Option<String> {
        answer["displayName"].as_str().map(str::to_owned)
    }

    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, now: Millis) -> Result<Vec<Call>, String> {
        let (pictures, linked): (Vec<_>, Vec<_>) = saying.files.iter().partition(|file| is_picture(file));
        let mut text = saying.text.to_owned();
        for SentFile { name, url, .. } in linked {
            text = format!("{text}\n{name}: {url}");
        }
        let mut messages: Vec<Value> = split(&text, TEXT_MAX, Unit::Utf16)
            .into_iter()
            .map(|text| json!({"type": "text", "text": text}))
            .collect();
        messages.extend(pictures.into_iter().map(
            |file| json!({"type": "image", "originalContentUrl": file.url, "previewImageUrl": file.url}),
        ));
        if let Some(name) = sender(saying.writer) {
            for message in &mut messages {
                message["sender"] = json!({"name": name});
            }
        }
        if let Some(last) = messages.last_mut()
            && !saying.quick_replies.is_empty()
        {
            last["quickReply"] = json!({"items": replies(saying.quick_replies)});
        }
        if messages.len() <= AT_ONCE
            && let Some(token) = reply_token(saying.to.address, now)
        {
            let body = json!({"replyToken": token, "messages": messages});
            let url = format!("{}/v2/bot/message/reply", account.base(API));
            return Ok(vec![with_token(account, Call::json(0, url, &body))?]);
        }
        let url = format!("{}/v2/bot/message/push", account.base(API));
        messages
            .chunks(AT_ONCE)
            .enumerate()
            .map(|(part, messages)| {
                let body = json!({"to": saying.to.key, "messages": messages});
                let mut call = with_token(account, Call::json(part, url.clone(), &body))?;
                call.headers.push((RETRY_KEY, retry_key(saying, part).to_string()));
                Ok(call)
            })
            .collect()
    }

    /// Shown for as long as we say, or until the next message.
    fn typing(&self, account: &Account<'_>, to: &Recipient<'_>, _: Option<&str>) -> Option<Call> {
        let url = format!("{}/v2/bot/chat/loading/start", account.base(API));
        let body = json!({"chatId": to.key, "loadingSeconds": LOADING_SECONDS});
        with_token(account, Call::json(0, url, &body)).ok()
    }

    fn judge(&self, got: &Got<'_>) -> Verdict {
        let body: Value = serde_json::from_slice(got.body).unwrap_or_default();
        let reason = reason(got.status, &body);
        match got.status {
            // LINE tried our address, and did not get through.
            200 if body["success"] == false => Verdict::Failed { reason },
            // 409: it has this one already.
            200..=299 | 409 => {
                let last = body["sentMessages"].as_array().and_then(|sent| sent.last());
                let id = last.and_then(|sent| sent["id"].as_str());
                Verdict::Done { provider_id: id.map(str::to_owned) }
            }
            401 => Verdict::Broken { reason },
            // It was good for less time than we thought: pushed instead.
            400 if reason.starts_with("Invalid reply token") => Verdict::Again { after: None, reason },
            429 if reason.contains("monthly limit") => Verdict::Failed { reason },
            408 | 429 | 500..=599 => Verdict::Again { after: got.retry_after, reason },
            _ => Verdict::Failed { reason },
        }
    }

    /// By `X-Line-Retry-Key`, for 24 hours.
    fn drops_repeats(&self) -> bool {
        true
    }

    fn check(&self, account: &Account<'_>) -> Result<Option<Call>, String> {
        let call = Call::get(format!("{}/v2/bot/info", account.base(API)));
        with_token(account, call).map(Some)
    }

    fn account_in(&self, answer: &Value) -> Option<String> {
        named(answer["displayName"].as_str(), answer["basicId"].as_str())
    }

    /// Answers have no such key.
    fn drops_repeat_of(&self, call: &Call) -> bool {
        call.headers.iter().any(|(name, _)| *name == RETRY_KEY)
    }

    fn once(&self) -> Option<&'static str> {
        Some(REPLY)
    }

    /// Sets our address, and has LINE try it.
    fn connect(&self, account: &Account<'_>, hook: &str) -> Vec<Call> {
        let base = format!("{}/v2/bot/channel/webhook", account.base(API));
        let set =
            Call { method: "PUT", ..Call::json(0, format!("{base}/endpoint"), &json!({"endpoint": hook})) };
        let test = Call::json(1, format!("{base}/test"), &json!({"endpoint": hook}));
        [set, test].into_iter().filter_map(|call| with_token(account, call).ok()).collect()
    }
}

fn with_token(account: &Account<'_>, mut call: Call) -> Result<Call, String> {
    let token = account.secret(TOKEN).ok_or("the channel has no channel_access_token")?;
    call.headers.push(("authorization", format!("Bearer {token}")));
    Ok(call)
}

/// The token that still answers the customer's last event.
fn reply_token(address: &Value, now: Millis) -> Option<&str> {
    let reply = &address[REPLY];
    let age = now.saturating_sub(reply["at"].as_i64()?);
    reply["token"].as_str().filter(|_| (0..REPLY_FRESH).contains(&age))
}

/// The customer of a chat of two; in groups there are many.
fn user(event: &Value) -> Option<&str> {
    let source = &event["source"];
    source["userId"].as_str().filter(|_| source["type"] == "user")
}

fn event(raw: &Value) -> Event {
    let id = raw["webhookEventId"].as_str().filter(|id| !id.is_empty());
    // One without an id is known by its words, so that it takes no other event with it.
    let key = id.map_or_else(|| STANDARD.encode(Sha256::digest(raw.to_string())), str::to_owned);
    Event { key, message: None, contact: user(raw).map(str::to_owned), raw: raw.clone() }
}

fn words(text: String) -> What {
    if text.is_empty() { What::Nothing } else { What::Message { text, files: Vec::new() } }
}

fn message(message: &Value) -> What {
    let text = |name: &str| message[name].as_str().unwrap_or_default();
    let named = |reference: &str, name: &str| What::Message {
        text: String::new(),
        files: vec![RemoteFile { reference: reference.to_owned(), name: name.to_owned() }],
    };
    let elsewhere = message["contentProvider"]["originalContentUrl"].as_str();
    let file = |name: &str| named(elsewhere.unwrap_or(text("id")), name);
    match text("type") {
        "text" => words(text("text").to_owned()),
        "location" => {
            let names = [text("title"), text("address")].map(str::trim);
            let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
            let place = format!("📍 {}, {} {}", message["latitude"], message["longitude"], names.join(", "));
            words(place.trim().to_owned())
        }
        "image" => file("image.jpg"),
        "video" => file("video.mp4"),
        "audio" => file("audio.m4a"),
        "file" if !text("fileName").is_empty() => file(text("fileName")),
        "file" => file("file"),
        "sticker" => match message["keywords"][0].as_str() {
            Some(word) => named("", &format!("sticker: {word}")),
            None => named("", "sticker"),
        },
        _ => What::Nothing,
    }
}

/// LINE shows JPEG and PNG from https addresses; it has no message for other files of ours.
fn is_picture(file: &SentFile) -> bool {
    matches!(file.media_type, "image/jpeg" | "image/png")
        && file.size <= IMAGE_MAX
        && file.url.starts_with("https://")
}

/// Who the customer reads as the writer. LINE refuses names with its own in them, so these are left out.
fn sender(writer: Writer<'_>) -> Option<String> {
    let Writer::Agent(name) = writer else { return None };
    let is_taken = name.to_lowercase().contains("line");
    Some(shortened(name, NAME_MAX)).filter(|name| !name.is_empty() && !is_taken)
}

fn replies(texts: &[String]) -> Vec<Value> {
    let items = texts.iter().take(REPLIES_MAX);
    items
        .map(|text| {
            let (label, text) = (shortened(text, LABEL_MAX), shortened(text, REPLY_MAX));
            json!({"type": "action", "action": {"type": "message", "label": label, "text": text}})
        })
        .collect()
}

/// Whole graphemes of a text that fit into so many UTF-16 units.
fn shortened(text: &str, most: usize) -> String {
    let mut left = most;
    let fits = |grapheme: &&str| {
        let size = Unit::Utf16.count(grapheme);
        let fits = size <= left;
        left = left.saturating_sub(size);
        fits
    };
    text.trim().graphemes(true).take_while(fits).collect::<String>().trim_end().to_owned()
}

/// The same over all tries of a call: a `UUIDv8` of the SHA-256 of message and part.
fn retry_key(saying: &Saying<'_>, part: usize) -> Uuid {
    let digest = Sha256::digest(format!("{}/{part}", saying.id()));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::new_v8(bytes)
}

fn reason(status: u16, body: &Value) -> String {
    let said = [&body["message"], &body["details"][0]["message"], &body["reason"], &body["detail"]];
    let said: Vec<&str> =
        said.into_iter().filter_map(Value::as_str).filter(|text| !text.is_empty()).collect();
    if said.is_empty() { format!("status {status}") } else { said.join(": ").chars().take(300).collect() }
}
