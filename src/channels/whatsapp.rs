//! `WhatsApp` by Meta's Cloud API. How to set one up: `docs/channels/whatsapp.md`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::account::{Form, SecretField, Setting, named};
use super::call::{Call, Got, Recipient, Saying, SentFile, Verdict};
use super::inbound::{Event, Inbound, Reaction, RemoteFile, What, Who};
use super::request::{Answer, Refused, Request};
use super::source::{Source, get};
use super::split::{Unit, split};
use super::{Account, Platform, meta};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;
use crate::domain::delivery::DeliveryState;
use crate::domain::template::Template;

/// The number that customers write to, by its Graph id.
const NUMBER: &str = "phone_number_id";
/// The business account it belongs to.
const BUSINESS: &str = "business_account_id";

/// Most characters of a text, and of one with answers to choose from.
const TEXT_MAX: usize = 4_096;
const QUESTION_MAX: usize = 1_024;

/// Most answers as buttons, and in a list; most characters of either, and of what comes back.
const BUTTONS_MAX: usize = 3;
const BUTTON_MAX: usize = 20;
const ROWS_MAX: usize = 10;
const ROW_MAX: usize = 24;
const ROW_MORE_MAX: usize = 72;
const PAYLOAD_MAX: usize = 256;

/// Largest photo, and largest audio and video, in bytes; what is larger goes as a document.
const PHOTO_MAX: i64 = 5 << 20;
const PLAYED_MAX: i64 = 16 << 20;

/// One customer may be written to about so often.
const PAIR_PAUSE: Duration = Duration::from_secs(6);

/// Kinds of message that bring a file.
const MEDIA: [&str; 5] = ["image", "document", "video", "audio", "sticker"];

const TOO_LATE: &str =
    "the customer last wrote more than 24 hours ago; WhatsApp takes only templates until they write again";

/// The `WhatsApp` platform.
pub(super) struct WhatsApp;

impl Platform for WhatsApp {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Whatsapp
    }

    fn settings(&self) -> &'static [Setting] {
        const FIELDS: &[Setting] = &[
            Setting { name: NUMBER, default: None, form: Form::Text },
            Setting { name: BUSINESS, default: None, form: Form::Text },
            meta::API_BASE,
            meta::API_VERSION,
            super::rate("80"),
        ];
        FIELDS
    }

    fn secrets(&self) -> &'static [SecretField] {
        meta::SECRETS
    }

    fn handshake(&self, request: &Request<'_>, account: &Account<'_>) -> Option<Answer> {
        meta::handshake(request, account)
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, _: Millis) -> Result<(), Refused> {
        meta::verify(request, account)
    }

    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        let entries = meta::entries(request, "whatsapp_business_account")?;
        let changes = entries.iter().flat_map(|entry| meta::list(&entry["changes"]));
        Ok(changes.flat_map(of_change).collect())
    }

    /// One address may serve all numbers of an app.
    fn is_ours(&self, raw: &Value, account: &Account<'_>) -> bool {
        raw["number"] == account.setting(NUMBER)
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        if raw["status"].is_object() {
            return Ok(Inbound { who: None, what: report(&raw["status"]) });
        }
        let message = &raw["message"];
        let Some(who) = who(message, &raw["contact"]) else { return Ok(meta::nothing()) };
        Ok(match words(message) {
            What::Nothing => meta::nothing(),
            what => Inbound { who: Some(who), what },
        })
    }

    fn message(&self, raw: &Value) -> Option<String> {
        let message = &raw["message"];
        let about = &message["reaction"]["message_id"];
        about.as_str().or(message["id"].as_str()).map(str::to_owned)
    }

    fn fetch(&self, account: &Account<'_>, reference: &str) -> Result<Source, String> {
        Ok(Source::Ask(meta::get(account, reference, "url")?))
    }

    /// The address is good for five minutes, and only for the owner of the token, which nobody must read on its way.
    fn file_in(&self, account: &Account<'_>, answer: &Value) -> Result<Source, String> {
        let url = answer["url"].as_str().ok_or("WhatsApp names no address")?.to_owned();
        let api = format!("{}/", account.base(meta::API_BASE.name));
        if !url.starts_with("https://") && !url.starts_with(&api) {
            return Err("WhatsApp names an address that is not safe".into());
        }
        let headers = vec![("authorization", meta::bearer(account)?)];
        Ok(Source::At { call: get(url, headers), redirects: 0 })
    }

    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, now: Millis) -> Result<Vec<Call>, String> {
        let said = if meta::window_is_open(saying.to.last_in_at, now) {
            bodies(saying)
        } else {
            let template = account.template(saying.text).filter(|_| saying.files.is_empty());
            vec![template.map(approved).ok_or(TOO_LATE)?]
        };
        let number = meta::id(account, NUMBER)?;
        let address = saying.to.address.as_object().ok_or("the customer's number is not known")?;
        let bodies = said.into_iter().enumerate();
        let calls = bodies.map(|(part, more)| {
            let mut body = json!({
                "messaging_product": "whatsapp",
                "recipient_type": "individual",
                "biz_opaque_callback_data": format!("{}-{part}", saying.id()),
            });
            if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
                body.extend(address.clone());
                body.extend(more);
            }
            meta::call(part, account, &format!("{number}/messages"), &body)
        });
        calls.collect()
    }

    fn open_until(&self, _: &Account<'_>, to: &Recipient<'_>) -> Option<Millis> {
        Some(meta::window_ends(to.last_in_at))
    }

    /// Belongs to a message, which it also marks as read; shown for 25 seconds, or until the next message.
    fn typing(&self, account: &Account<'_>, _: &Recipient<'_>, last: Option<&str>) -> Option<Call> {
        let body = json!({
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": last?,
            "typing_indicator": {"type": "text"},
        });
        meta::call(0, account, &format!("{}/messages", meta::id(account, NUMBER).ok()?), &body).ok()
    }

    fn judge(&self, got: &Got<'_>) -> Verdict {
        meta::judge(got, |body| body["messages"][0]["id"].as_str(), class)
    }

    fn check(&self, account: &Account<'_>) -> Result<Option<Call>, String> {
        meta::get(account, meta::id(account, NUMBER)?, "verified_name,display_phone_number").map(Some)
    }

    fn account_in(&self, answer: &Value) -> Option<String> {
        named(answer["verified_name"].as_str(), answer["display_phone_number"].as_str())
    }

    /// The app hears of the business account, and of this number at an address of its own.
    fn connect(&self, account: &Account<'_>, hook: &str) -> Vec<Call> {
        let (Ok(business), Ok(number)) = (meta::id(account, BUSINESS), meta::id(account, NUMBER)) else {
            return Vec::new();
        };
        let here = json!({"webhook_configuration": meta::override_of(account, hook)});
        let calls = [
            meta::call(0, account, &format!("{business}/subscribed_apps"), &json!({})),
            meta::call(1, account, number, &here),
        ];
        calls.into_iter().flatten().collect()
    }
}

/// The events of one change: messages, reports, or something else.
fn of_change(change: &Value) -> Vec<Event> {
    let value = &change["value"];
    let number = &value["metadata"]["phone_number_id"];
    let mut events = Vec::new();
    for message in meta::list(&value["messages"]) {
        let contact = meta::list(&value["contacts"]).iter().find(|contact| is_of(contact, message));
        let from = key(message).map(str::to_owned);
        let raw = json!({"number": number, "message": message, "contact": contact});
        events.push(match message["id"].as_str() {
            Some(id) => Event { key: format!("message:{id}"), message: None, contact: from, raw },
            None => meta::other(from, raw),
        });
    }
    for status in meta::list(&value["statuses"]) {
        let to = ["recipient_user_id", "recipient_id"].iter().find_map(|name| status[*name].as_str());
        let to = to.map(str::to_owned);
        let raw = json!({"number": number, "status": status});
        events.push(match (status["id"].as_str(), status["status"].as_str()) {
            (Some(id), Some(state)) => {
                Event { key: format!("status:{id}:{state}"), message: None, contact: to, raw }
            }
            _ => meta::other(to, raw),
        });
    }
    if events.is_empty() {
        events.push(meta::other(None, json!({"number": number, "change": change})));
    }
    events
}

fn is_of(contact: &Value, message: &Value) -> bool {
    let same = |a: &Value, b: &Value| a.is_string() && a == b;
    same(&contact["wa_id"], &message["from"]) || same(&contact["user_id"], &message["from_user_id"])
}

/// The id that stays when the customer hides their number; their number where there is none.
fn key(message: &Value) -> Option<&str> {
    ["from_user_id", "from"].iter().find_map(|name| message[*name].as_str())
}

fn who(message: &Value, contact: &Value) -> Option<Who> {
    // A note of WhatsApp itself, such as a changed number.
    if message["type"] == "system" {
        return None;
    }
    let key = key(message)?.to_owned();
    let number = message["from"].as_str();
    let mut attributes = BTreeMap::new();
    if let Some(number) = number {
        attributes.insert("phone".to_owned(), format!("+{}", number.trim_start_matches('+')));
    }
    if let Some(handle) = contact["profile"]["username"].as_str() {
        attributes.insert("whatsapp".to_owned(), format!("@{}", handle.trim_start_matches('@')));
    }
    Some(Who {
        address: number.map_or_else(|| json!({"recipient": key}), |number| json!({"to": number})),
        key,
        name: contact["profile"]["name"].as_str().map(str::to_owned),
        attributes,
        ..Who::default()
    })
}

fn words(message: &Value) -> What {
    let kind = message["type"].as_str().unwrap_or_default();
    let content = &message[kind];
    let text = match kind {
        "text" => content["body"].as_str().unwrap_or_default().to_owned(),
        "interactive" => {
            let reply = &content[content["type"].as_str().unwrap_or_default()];
            meta::chosen(&reply["id"], &reply["title"])
        }
        "button" => meta::chosen(&content["payload"], &content["text"]),
        "location" => place(content),
        "contacts" => meta::list(content).iter().map(card).collect::<Vec<_>>().join("\n"),
        "reaction" => {
            let emoji = content["emoji"].as_str().filter(|emoji| !emoji.is_empty());
            return What::Reacted(Reaction::All(emoji.map(str::to_owned).into_iter().collect()));
        }
        _ => content["caption"].as_str().unwrap_or_default().to_owned(),
    };
    let mut files = Vec::new();
    if let (true, Some(id)) = (MEDIA.contains(&kind), content["id"].as_str()) {
        let name = content["filename"].as_str().unwrap_or(kind);
        files.push(RemoteFile { reference: id.to_owned(), name: name.to_owned() });
    }
    if text.is_empty() && files.is_empty() {
        // Of a kind that WhatsApp does not pass on, or that is newer than this file.
        files.push(RemoteFile { reference: String::new(), name: format!("{kind} message") });
    }
    What::Message { text, files }
}

fn place(place: &Value) -> String {
    let mut text = format!("📍 {}, {}", place["latitude"], place["longitude"]);
    for more in ["name", "address"].iter().filter_map(|name| place[*name].as_str()) {
        text.push('\n');
        text.push_str(more);
    }
    text
}

fn card(card: &Value) -> String {
    let name = card["name"]["formatted_name"].as_str().unwrap_or_default();
    let numbers = meta::list(&card["phones"]).iter().filter_map(|phone| phone["phone"].as_str());
    let numbers: Vec<&str> = numbers.collect();
    format!("☎ {name} {}", numbers.join(", ")).trim_end().to_owned()
}

fn report(status: &Value) -> What {
    let state = match status["status"].as_str().unwrap_or_default() {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" | "played" => DeliveryState::Read,
        "failed" => DeliveryState::Failed,
        _ => return What::Nothing,
    };
    let Some(id) = status["id"].as_str() else { return What::Nothing };
    let reason = meta::list(&status["errors"]).first().map(|error| match class(&meta::fault(error)) {
        Some(Verdict::Failed { reason }) => reason,
        _ => meta::fault(error).reason,
    });
    What::Report { provider_id: id.to_owned(), state, reason }
}

/// A message that `WhatsApp` has approved, with what stands in its places.
fn approved((template, places): (&Template, Vec<String>)) -> Value {
    let mut message = json!({"name": template.name, "language": {"code": template.language}});
    if !places.is_empty() {
        let parameters: Vec<Value> =
            places.iter().map(|place| json!({"type": "text", "text": place})).collect();
        message["components"] = json!([{"type": "body", "parameters": parameters}]);
    }
    json!({"type": "template", "template": message})
}

/// What is sent, without what all of it has: texts and files, and what answers are chosen from at the end.
fn bodies(saying: &Saying<'_>) -> Vec<Value> {
    let replies = saying.quick_replies;
    let is_question = (1..=ROWS_MAX).contains(&replies.len());
    let all;
    let text = if replies.len() > ROWS_MAX {
        all = format!("{}\n\n{}", saying.text, replies.join("\n"));
        &all
    } else {
        saying.text
    };
    let mut texts = split(text, TEXT_MAX, Unit::Characters);
    let mut question = None;
    if is_question {
        let mut last = split(texts.pop().unwrap_or("👇"), QUESTION_MAX, Unit::Characters);
        question = last.pop();
        texts.extend(last);
    }
    let texts =
        texts.into_iter().map(|text| json!({"type": "text", "text": {"body": text, "preview_url": false}}));
    let question = question.map(|text| json!({"type": "interactive", "interactive": choice(text, replies)}));
    texts.chain(saying.files.iter().map(media)).chain(question).collect()
}

fn media(file: &SentFile) -> Value {
    match file.media_type {
        "image/jpeg" | "image/png" if file.size <= PHOTO_MAX => {
            json!({"type": "image", "image": {"link": file.url}})
        }
        "video/mp4" | "video/3gpp" if file.size <= PLAYED_MAX => {
            json!({"type": "video", "video": {"link": file.url}})
        }
        // Of Ogg only Opus, as all of ours is.
        "audio/mpeg" | "audio/ogg" | "audio/mp4" | "audio/aac" | "audio/amr" if file.size <= PLAYED_MAX => {
            json!({"type": "audio", "audio": {"link": file.url}})
        }
        _ => json!({"type": "document", "document": {"link": file.url, "filename": file.name}}),
    }
}

/// Buttons for a few short answers, else a list.
fn choice(text: &str, replies: &[String]) -> Value {
    let id = |reply: &str| meta::payload(reply, PAYLOAD_MAX);
    if replies.len() <= BUTTONS_MAX && replies.iter().all(|reply| reply.chars().count() <= BUTTON_MAX) {
        let buttons: Vec<Value> = replies
            .iter()
            .map(|reply| json!({"type": "reply", "reply": {"id": id(reply), "title": reply}}))
            .collect();
        return json!({"type": "button", "body": {"text": text}, "action": {"buttons": buttons}});
    }
    let rows: Vec<Value> = replies
        .iter()
        .map(|reply| {
            let mut row = json!({"id": id(reply), "title": meta::shortened(reply, ROW_MAX)});
            if reply.chars().count() > ROW_MAX {
                row["description"] = meta::shortened(reply, ROW_MORE_MAX).into();
            }
            row
        })
        .collect();
    // The word on the button that opens the list is ours to choose; a sign needs no language.
    json!({"type": "list", "body": {"text": text}, "action": {"button": "☰", "sections": [{"rows": rows}]}})
}

/// What `WhatsApp`'s own codes mean; the same in an answer and in a later report.
fn class(fault: &meta::Fault) -> Option<Verdict> {
    let reason = fault.reason.clone();
    Some(match fault.code {
        131_047 => Verdict::Failed { reason: TOO_LATE.into() },
        // The right to send, the number, payment, or the account's standing.
        131_005 | 131_031 | 131_037 | 131_042 | 131_044 | 131_045 | 131_048 | 131_064 | 130_497 | 133_010 => {
            Verdict::Broken { reason }
        }
        131_056 => Verdict::Again { after: Some(PAIR_PAUSE), reason },
        80_007 | 130_429 | 131_000 | 131_016 | 131_057 | 133_016 => Verdict::Again { after: None, reason },
        130_472 | 131_008..=131_062 | 132_000..=132_999 | 137_000 => Verdict::Failed { reason },
        _ => return None,
    })
}
