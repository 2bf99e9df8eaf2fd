//! Viber bots. Facts are those of Viber's REST documentation and of its own client (viberbot). How to set one up:
//! `docs/channels/viber.md`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::account::{Form, SecretField, Setting, named, visible};
use super::call::{Call, Got, Saying, SentFile, Verdict, Writer};
use super::inbound::{Event, Inbound, RemoteFile, What, Who};
use super::mac::is_sha256;
use super::request::{Refused, Request};
use super::split::{Unit, split};
use super::{Account, Platform};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;
use crate::domain::delivery::DeliveryState;
use crate::hex;

const SIGNATURE: &str = "x-viber-content-signature";

const API: &str = "api_base";
const NAME: &str = "sender_name";
const TOKEN: &str = "auth_token";

/// Most characters of a text.
const TEXT_MAX: usize = 7_000;

/// Most characters of a sender's name.
const NAME_MAX: usize = 28;

/// Largest picture, in bytes; larger ones go as files.
const PICTURE_MAX: i64 = 1_000_000;

/// Kinds of event that we ask for; messages always come.
const EVENTS: [&str; 6] =
    ["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"];

/// The Viber platform.
pub(super) struct Viber;

impl Platform for Viber {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Viber
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting { name: NAME, default: Some("Support"), form: Form::Text },
            Setting { name: API, default: Some("https://chatapi.viber.com/pa"), form: Form::Url },
        ]
    }

    fn secrets(&self) -> &'static [SecretField] {
        const FIELDS: &[SecretField] =
            &[SecretField { name: TOKEN, made_by_us: None, rotates: true, check: visible }];
        FIELDS
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, _: Millis) -> Result<(), Refused> {
        let given = request.headers.one(SIGNATURE).and_then(hex::decode);
        let given = given.ok_or(Refused::Unauthenticated("no signature"))?;
        if account.secrets(TOKEN).any(|token| is_sha256(token, request.body, &given)) {
            Ok(())
        } else {
            Err(Refused::Unauthenticated("the signature is another one"))
        }
    }

    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        let raw: Value =
            serde_json::from_slice(request.body).map_err(|_| Refused::Malformed("the body is not JSON"))?;
        let kind = raw["event"].as_str().ok_or_else(|| Refused::Unreadable("event: missing".into()))?;
        if kind == "webhook" {
            // Viber only looks whether we are there.
            return Ok(Vec::new());
        }
        let token = token(&raw["message_token"]);
        let token = token.ok_or_else(|| Refused::Unreadable("message_token: missing".into()))?;
        let user = user(&raw);
        let key = format!("{kind}:{token}:{}", user.unwrap_or_default());
        Ok(vec![Event { key, message: None, contact: user.map(str::to_owned), raw }])
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        let state = match raw["event"].as_str().ok_or("event: missing")? {
            "delivered" => DeliveryState::Delivered,
            "seen" => DeliveryState::Read,
            "failed" => DeliveryState::Failed,
            kind => {
                let what = if kind == "message" { message(&raw["message"]) } else { What::Nothing };
                return Ok(Inbound { who: who(raw), what });
            }
        };
        let provider_id = token(&raw["message_token"]).ok_or("message_token: missing")?;
        let reason = raw["desc"].as_str().filter(|_| state == DeliveryState::Failed).map(str::to_owned);
        Ok(Inbound { who: None, what: What::Report { provider_id, state, reason } })
    }

    fn message(&self, raw: &Value) -> Option<String> {
        token(&raw["message_token"]).filter(|_| raw["event"] == "message")
    }

    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, _: Millis) -> Result<Vec<Call>, String> {
        let token = account.secret(TOKEN).ok_or("the channel has no auth_token")?;
        let name = match saying.writer {
            Writer::Agent(name) if !name.is_empty() => name,
            _ => account.setting(NAME),
        };
        let name: String = name.chars().take(NAME_MAX).collect();
        let mut bodies: Vec<Value> = split(saying.text, TEXT_MAX, Unit::Characters)
            .into_iter()
            .map(|text| json!({"type": "text", "text": text}))
            .collect();
        bodies.extend(saying.files.iter().map(file));
        if let Some(last) = bodies.last_mut()
            && !saying.quick_replies.is_empty()
        {
            last["keyboard"] = keyboard(saying.quick_replies);
        }
        let url = format!("{}/send_message", account.base(API));
        let calls = bodies.into_iter().enumerate().map(|(part, mut body)| {
            body["receiver"] = json!(saying.to.key);
            body["min_api_version"] = json!(1);
            body["sender"] = json!({"name": name});
            with_token(token, Call::json(part, url.clone(), &body))
        });
        Ok(calls.collect())
    }

    /// Viber says 200 to everything, and what it means in the body.
    fn judge(&self, got: &Got<'_>) -> Verdict {
        let body: Value = serde_json::from_slice(got.body).unwrap_or_default();
        let Some(status) = body["status"].as_i64().filter(|_| got.status == 200) else {
            let reason = format!("status {}", got.status);
            return match got.status {
                401 | 403 => Verdict::Broken { reason },
                400..=499 if got.status != 429 => Verdict::Failed { reason },
                _ => Verdict::Again { after: got.retry_after, reason },
            };
        };
        let said: String = body["status_message"].as_str().unwrap_or("no reason").chars().take(300).collect();
        let reason = format!("{said} ({status})");
        match status {
            0 => Verdict::Done { provider_id: token(&body["message_token"]) },
            // The token is wrong, the account blocked, gone or suspended, or nothing was connected.
            2 | 7..=10 => Verdict::Broken { reason },
            12 => Verdict::Again { after: got.retry_after, reason },
            _ => Verdict::Failed { reason },
        }
    }

    fn check(&self, account: &Account<'_>) -> Result<Option<Call>, String> {
        let token = account.secret(TOKEN).ok_or("the channel has no auth_token")?;
        let call = Call::json(0, format!("{}/get_account_info", account.base(API)), &json!({}));
        Ok(Some(with_token(token, call)))
    }

    fn account_in(&self, answer: &Value) -> Option<String> {
        named(answer["name"].as_str(), None)
    }

    fn connect(&self, account: &Account<'_>, hook: &str) -> Vec<Call> {
        let body = json!({"url": hook, "event_types": EVENTS, "send_name": true, "send_photo": false});
        let call = Call::json(0, format!("{}/set_webhook", account.base(API)), &body);
        account.secret(TOKEN).map(|token| with_token(token, call)).into_iter().collect()
    }
}

fn with_token(token: &str, mut call: Call) -> Call {
    call.headers.push(("x-viber-auth-token", token.to_owned()));
    call
}

/// All digits: these numbers are larger than what a float holds.
fn token(value: &Value) -> Option<String> {
    let text = || value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    value.as_u64().map(|token| token.to_string()).or_else(text)
}

fn user(raw: &Value) -> Option<&str> {
    let places = [&raw["sender"]["id"], &raw["user"]["id"], &raw["user_id"]];
    places.into_iter().find_map(Value::as_str).filter(|id| !id.is_empty())
}

fn who(raw: &Value) -> Option<Who> {
    let profile = if raw["sender"].is_object() { &raw["sender"] } else { &raw["user"] };
    let country = profile["country"].as_str();
    Some(Who {
        key: user(raw)?.to_owned(),
        name: profile["name"].as_str().map(str::to_owned),
        language: profile["language"].as_str().map(str::to_owned),
        attributes: country
            .map(|code| ("country".to_owned(), code.to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        ..Who::default()
    })
}

fn message(message: &Value) -> What {
    let mut lines = vec![message["text"].as_str().unwrap_or_default().to_owned()];
    let place = &message["location"];
    if let (Some(lat), Some(lon)) = (place["lat"].as_f64(), place["lon"].as_f64()) {
        lines.push(format!("📍 {lat}, {lon}"));
    }
    let contact = &message["contact"];
    if let Some(number) = contact["phone_number"].as_str() {
        lines.push(format!("☎ {} {number}", contact["name"].as_str().unwrap_or_default()));
    }
    let kind = message["type"].as_str().unwrap_or_default();
    let media = message["media"].as_str().unwrap_or_default();
    let mut files = Vec::new();
    match kind {
        "url" => lines.push(media.to_owned()),
        "sticker" => files.push(RemoteFile { reference: media.to_owned(), name: "sticker".into() }),
        _ if !media.is_empty() => {
            let own = message["file_name"].as_str().filter(|name| !name.is_empty());
            let name = own.unwrap_or(match kind {
                "picture" => "picture.jpg",
                "video" => "video.mp4",
                _ => "file",
            });
            files.push(RemoteFile { reference: media.to_owned(), name: name.to_owned() });
        }
        _ => {}
    }
    let text = lines.join("\n").trim().to_owned();
    if text.is_empty() && files.is_empty() { What::Nothing } else { What::Message { text, files } }
}

fn file(file: &SentFile) -> Value {
    let is_picture = matches!(file.media_type, "image/jpeg" | "image/png") && file.size <= PICTURE_MAX;
    if is_picture {
        json!({"type": "picture", "text": "", "media": file.url})
    } else {
        json!({"type": "file", "media": file.url, "size": file.size, "file_name": file.name})
    }
}

fn keyboard(replies: &[String]) -> Value {
    let buttons: Vec<Value> =
        replies.iter().map(|text| json!({"ActionType": "reply", "ActionBody": text, "Text": text})).collect();
    json!({"Type": "keyboard", "DefaultHeight": false, "Buttons": buttons})
}
