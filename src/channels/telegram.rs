//! Telegram bots. Facts are those of Telegram's own server (github.com/tdlib/telegram-bot-api). How to set one up:
//! `docs/channels/telegram.md`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::account::{Form, Made, SecretField, Setting, named, visible};
use super::call::{Call, Got, Recipient, Saying, SentFile, Verdict};
use super::inbound::{Event, Inbound, Reaction, RemoteFile, What, Who};
use super::request::{Refused, Request};
use super::source::{Source, get};
use super::split::{Unit, split};
use super::{Account, Platform};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;

/// Carries the shared secret word for word.
const HEADER: &str = "x-telegram-bot-api-secret-token";

const API: &str = "api_base";
const TOKEN: &str = "bot_token";
const SECRET: &str = "webhook_secret";

/// Most characters of a text.
const TEXT_MAX: usize = 4_096;

/// Most bytes of a photo that Telegram fetches itself, and of a voice message; of anything else 20 MB, more than our files have.
const PHOTO_MAX: i64 = 5_000_000;
const VOICE_MAX: i64 = 1_000_000;

/// Kinds of update that we want.
const UPDATES: [&str; 5] =
    ["message", "edited_message", "message_reaction", "callback_query", "my_chat_member"];

/// What a message may bring besides text, and how we call it.
const MEDIA: [&str; 7] = ["document", "voice", "audio", "video", "video_note", "animation", "sticker"];

/// The Telegram platform.
pub(super) struct Telegram;

impl Platform for Telegram {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    fn settings(&self) -> &'static [Setting] {
        // Above 30 messages a second the whole bot is blocked for a while.
        const FIELDS: &[Setting] = &[
            Setting { name: API, default: Some("https://api.telegram.org"), form: Form::Url },
            super::rate("30"),
        ];
        FIELDS
    }

    fn secrets(&self) -> &'static [SecretField] {
        const FIELDS: &[SecretField] = &[
            SecretField { name: TOKEN, made_by_us: None, rotates: false, check: bot_token },
            SecretField { name: SECRET, made_by_us: Some(Made::Token), rotates: true, check: webhook_secret },
        ];
        FIELDS
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, _: Millis) -> Result<(), Refused> {
        let given = request.headers.one(HEADER).ok_or(Refused::Unauthenticated("no secret token"))?;
        let fits = |secret: &str| bool::from(secret.as_bytes().ct_eq(given.as_bytes()));
        if account.secrets(SECRET).any(fits) {
            Ok(())
        } else {
            Err(Refused::Unauthenticated("the secret token is another one"))
        }
    }

    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        let raw: Value =
            serde_json::from_slice(request.body).map_err(|_| Refused::Malformed("the body is not JSON"))?;
        let id = raw["update_id"].as_i64().ok_or_else(|| Refused::Unreadable("update_id: missing".into()))?;
        let contact = chat(&raw).map(|id| id.to_string());
        Ok(vec![Event { key: id.to_string(), message: None, contact, raw }])
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        let Some(id) = chat(raw) else { return Ok(Inbound { who: None, what: What::Nothing }) };
        let (message, from) = payload(raw);
        // Groups have many customers; only private chats are ours.
        if payload_chat(message)["type"].as_str().is_some_and(|kind| kind != "private") {
            return Ok(Inbound { who: None, what: What::Nothing });
        }
        let who = Who {
            key: id.to_string(),
            name: name(from),
            email: None,
            language: from["language_code"].as_str().map(str::to_owned),
            attributes: from["username"]
                .as_str()
                .map(|handle| BTreeMap::from([("telegram".to_owned(), format!("@{handle}"))]))
                .unwrap_or_default(),
            address: json!({"chat_id": id}),
        };
        let what = if raw["message"].is_object() {
            words(message)
        } else if raw["edited_message"].is_object() {
            match words(message) {
                What::Message { text, .. } => What::Edited { text },
                other => other,
            }
        } else if let Some(data) = raw["callback_query"]["data"].as_str() {
            What::Message { text: data.to_owned(), files: Vec::new() }
        } else if raw["message_reaction"].is_object() {
            What::Reacted(Reaction::All(emojis(&message["new_reaction"])))
        } else {
            What::Nothing
        };
        Ok(Inbound { who: Some(who), what })
    }

    fn message(&self, raw: &Value) -> Option<String> {
        let message = ["message", "edited_message", "message_reaction"].into_iter().map(|kind| &raw[kind]);
        let message = message.into_iter().find(|message| message.is_object())?;
        let id = message["message_id"].as_i64().zip(message["chat"]["id"].as_i64());
        id.map(|(message, chat)| format!("{chat}:{message}"))
    }

    /// Each picture of an album is an update of its own.
    fn album(&self, raw: &Value) -> Option<String> {
        raw["message"]["media_group_id"].as_str().map(str::to_owned)
    }

    /// `getFile` prepares the file and names its path, which is good for an hour.
    fn fetch(&self, account: &Account<'_>, reference: &str) -> Result<Source, String> {
        Ok(Source::Ask(Call::json(0, url(account, "getFile")?, &json!({"file_id": reference}))))
    }

    fn file_in(&self, account: &Account<'_>, answer: &Value) -> Result<Source, String> {
        let path = answer["result"]["file_path"].as_str().ok_or("Telegram names no path")?;
        let token = account.secret(TOKEN).ok_or("the channel has no bot_token")?;
        let url = format!("{}/file/bot{token}/{path}", account.base(API));
        Ok(Source::At { call: get(url, Vec::new()), redirects: 0 })
    }

    /// Bots get no files above 20 MB.
    fn is_too_large(&self, got: &Got<'_>) -> bool {
        let body: Value = serde_json::from_slice(got.body).unwrap_or_default();
        body["description"].as_str().is_some_and(|text| text.contains("file is too big"))
    }

    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, _: Millis) -> Result<Vec<Call>, String> {
        let chat = &saying.to.address["chat_id"];
        if !chat.is_i64() {
            return Err("the chat is not known".into());
        }
        let mut text = saying.text.to_owned();
        let mut sent = Vec::new();
        for file in saying.files {
            match by_call(file) {
                Some((method, field)) => sent.push((method, json!({"chat_id": chat, field: file.url}))),
                None => text = format!("{text}\n{}: {}", file.name, file.url),
            }
        }
        let mut bodies: Vec<(&str, Value)> = split(&text, TEXT_MAX, Unit::Characters)
            .into_iter()
            .map(|text| {
                let body =
                    json!({"chat_id": chat, "text": text, "link_preview_options": {"is_disabled": true}});
                ("sendMessage", body)
            })
            .collect();
        bodies.extend(sent);
        if let Some((_, last)) = bodies.last_mut() {
            // The keyboard of a question goes away with whatever is said next.
            last["reply_markup"] = if saying.quick_replies.is_empty() {
                json!({"remove_keyboard": true})
            } else {
                let keys: Vec<Value> =
                    saying.quick_replies.iter().map(|text| json!([{"text": text}])).collect();
                json!({"keyboard": keys, "one_time_keyboard": true, "resize_keyboard": true})
            };
        }
        let calls = bodies.into_iter().enumerate();
        calls.map(|(part, (method, body))| Ok(Call::json(part, url(account, method)?, &body))).collect()
    }

    /// Shown for five seconds.
    fn typing(&self, account: &Account<'_>, to: &Recipient<'_>, _: Option<&str>) -> Option<Call> {
        let chat = to.address["chat_id"].as_i64()?;
        let body = json!({"chat_id": chat, "action": "typing"});
        Some(Call::json(0, url(account, "sendChatAction").ok()?, &body))
    }

    fn judge(&self, got: &Got<'_>) -> Verdict {
        let body: Value = serde_json::from_slice(got.body).unwrap_or_default();
        let reason = body["description"]
            .as_str()
            .map_or_else(|| format!("status {}", got.status), |text| text.chars().take(300).collect());
        match got.status {
            200..=299 if body["ok"] == true => {
                let result = &body["result"];
                let id = result["message_id"].as_i64().zip(result["chat"]["id"].as_i64());
                Verdict::Done { provider_id: id.map(|(message, chat)| format!("{chat}:{message}")) }
            }
            // It may have been shown all the same.
            500 if reason.contains("immediately deleted") => Verdict::Unknown { reason },
            // A 404 without a method's name: the URL, and so the token, is wrong.
            401 => Verdict::Broken { reason },
            404 if !reason.contains("method") => Verdict::Broken { reason },
            429 => {
                let seconds = body["parameters"]["retry_after"].as_u64();
                Verdict::Again { after: seconds.map(Duration::from_secs).or(got.retry_after), reason }
            }
            400..=499 => Verdict::Failed { reason },
            _ => Verdict::Again { after: got.retry_after, reason },
        }
    }

    fn check(&self, account: &Account<'_>) -> Result<Option<Call>, String> {
        Ok(Some(Call::get(url(account, "getMe")?)))
    }

    fn account_in(&self, answer: &Value) -> Option<String> {
        let bot = &answer["result"];
        let handle = bot["username"].as_str().map(|handle| format!("@{handle}"));
        named(bot["first_name"].as_str(), handle.as_deref())
    }

    fn connect(&self, account: &Account<'_>, hook: &str) -> Vec<Call> {
        let body = json!({
            "url": hook,
            "secret_token": account.secret(SECRET),
            "allowed_updates": UPDATES,
            "drop_pending_updates": false,
        });
        url(account, "setWebhook").map(|url| Call::json(0, url, &body)).into_iter().collect()
    }
}

fn url(account: &Account<'_>, method: &str) -> Result<String, String> {
    let token = account.secret(TOKEN).ok_or("the channel has no bot_token")?;
    Ok(format!("{}/bot{token}/{method}", account.base(API)))
}

/// The call that has Telegram fetch this file, and the field that names its address. None for what it would refuse: of
/// documents it fetches only GIF, PDF and ZIP (core.telegram.org/bots/api, "Sending files"), so others go as a link.
fn by_call(file: &SentFile) -> Option<(&'static str, &'static str)> {
    match file.media_type {
        "image/gif" | "application/pdf" => Some(("sendDocument", "document")),
        media_type if media_type.starts_with("image/") && file.size <= PHOTO_MAX => {
            Some(("sendPhoto", "photo"))
        }
        "audio/ogg" if file.size <= VOICE_MAX => Some(("sendVoice", "voice")),
        "audio/mpeg" | "audio/mp4" => Some(("sendAudio", "audio")),
        "video/mp4" => Some(("sendVideo", "video")),
        _ => None,
    }
}

/// The member of an update that carries it, and who caused it.
fn payload(raw: &Value) -> (&Value, &Value) {
    let kind = UPDATES.iter().find(|kind| raw[**kind].is_object()).copied().unwrap_or_default();
    let payload = &raw[kind];
    let from = if kind == "message_reaction" { &payload["user"] } else { &payload["from"] };
    (payload, from)
}

fn payload_chat(payload: &Value) -> &Value {
    if payload["chat"].is_object() { &payload["chat"] } else { &payload["message"]["chat"] }
}

fn chat(raw: &Value) -> Option<i64> {
    payload_chat(payload(raw).0)["id"].as_i64()
}

fn name(from: &Value) -> Option<String> {
    let names = [&from["first_name"], &from["last_name"]];
    let name = names.iter().filter_map(|name| name.as_str()).collect::<Vec<_>>().join(" ");
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn words(message: &Value) -> What {
    let text = message["text"].as_str().or(message["caption"].as_str()).unwrap_or_default();
    let mut lines = vec![text.to_owned()];
    let place = &message["location"];
    if let (Some(lat), Some(lon)) = (place["latitude"].as_f64(), place["longitude"].as_f64()) {
        lines.push(format!("📍 {lat}, {lon}"));
    }
    if let Some(number) = message["contact"]["phone_number"].as_str() {
        lines.push(format!("☎ {number}"));
    }
    let text = lines.join("\n").trim().to_owned();
    let mut files = Vec::new();
    // Sizes of one photo, the largest last.
    let photo = message["photo"].as_array().and_then(|sizes| sizes.last());
    files.extend(photo.and_then(|photo| file(photo, "photo.jpg")));
    let media = MEDIA.iter().find(|kind| message[**kind].is_object());
    files.extend(media.and_then(|kind| file(&message[*kind], kind)));
    if text.is_empty() && files.is_empty() { What::Nothing } else { What::Message { text, files } }
}

fn file(media: &Value, kind: &str) -> Option<RemoteFile> {
    let reference = media["file_id"].as_str()?.to_owned();
    Some(RemoteFile { reference, name: media["file_name"].as_str().unwrap_or(kind).to_owned() })
}

/// Reactions as signs. Those that are pictures of Telegram's own have none.
fn emojis(reactions: &Value) -> Vec<String> {
    let sign = |reaction: &Value| reaction["emoji"].as_str().unwrap_or("⭐").to_owned();
    reactions.as_array().map(|all| all.iter().map(sign).collect()).unwrap_or_default()
}

/// `123456:letters`, as Telegram's own server reads it.
fn bot_token(text: &str) -> Result<String, &'static str> {
    let text = visible(text)?;
    let (id, word) = text.split_once(':').unwrap_or_default();
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    if id.is_empty()
        || !id.bytes().all(|b| b.is_ascii_digit())
        || word.is_empty()
        || !word.bytes().all(is_word)
    {
        return Err("must be the token that @BotFather shows, such as 123456:ABC-def");
    }
    Ok(text)
}

fn webhook_secret(text: &str) -> Result<String, &'static str> {
    let good = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
    if (16..=256).contains(&text.len()) && text.bytes().all(good) {
        Ok(text.to_owned())
    } else {
        Err("must be 16 to 256 letters, digits, _ and -")
    }
}
