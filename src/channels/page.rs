//! What Messenger and Instagram share: events of one page or account, and messages to those who wrote to it.

use serde_json::{Value, json};

use super::call::{Call, Got, Recipient, Saying, SentFile, Verdict, Writer};
use super::inbound::{Event, Inbound, Reaction, RemoteFile, What, Who};
use super::request::{Refused, Request};
use super::source::Source;
use super::split::{Unit, split};
use super::{Account, Form, Setting, meta};
use crate::domain::Millis;
use crate::domain::delivery::DeliveryState;

/// `on`: members may answer for seven days, with the tag `HUMAN_AGENT`.
pub(super) const HUMAN_AGENT: Setting =
    Setting { name: "human_agent", default: Some("off"), form: Form::Switch };

/// How long members may then answer. Milliseconds.
const HUMAN_WINDOW: Millis = 7 * 24 * 60 * 60 * 1_000;

/// Most answers to choose from; most characters of one, and of what comes back.
const REPLIES_MAX: usize = 13;
const REPLY_MAX: usize = 20;
const PAYLOAD_MAX: usize = 1_000;

/// Kinds of file that are the customer's own.
const KEPT: [&str; 4] = ["image", "video", "audio", "file"];

const TOO_LATE: &str = "the customer last wrote too long ago: Meta takes answers for 24 hours, or 7 days by a person where it agreed";

/// How long a text may be.
pub(super) struct TextLimit {
    /// So many
    pub most: usize,
    /// of these.
    pub unit: Unit,
}

/// The events of a request about this kind of object.
pub(super) fn events(request: &Request<'_>, object: &str) -> Result<Vec<Event>, Refused> {
    let entries = meta::entries(request, object)?;
    let events = entries.iter().flat_map(|entry| {
        let ours = meta::list(&entry["messaging"]).iter().flat_map(|event| of(&entry["id"], event));
        // Another program has the conversation and answers in it.
        let others = meta::list(&entry["standby"]).iter();
        ours.chain(others.map(|event| meta::other(None, json!({"account": entry["id"], "standby": event}))))
    });
    Ok(events.collect())
}

fn of(account: &Value, event: &Value) -> Vec<Event> {
    let contact = event["sender"]["id"].as_str().map(str::to_owned);
    let one = |key: String, event: &Value| Event {
        key,
        message: None,
        contact: contact.clone(),
        raw: json!({"account": account, "event": event}),
    };
    let delivered: Vec<&str> =
        meta::list(&event["delivery"]["mids"]).iter().filter_map(Value::as_str).collect();
    if !delivered.is_empty() {
        let report = |mid: &&str| one(format!("delivery:{mid}"), &json!({"delivery": {"mid": mid}}));
        return delivered.iter().map(report).collect();
    }
    vec![match key(event) {
        Some(key) => one(key, event),
        None => meta::other(contact.clone(), json!({"account": account, "event": event})),
    }]
}

/// The name of an event. What is deleted has the id of what was written, and each must be seen once.
fn key(event: &Value) -> Option<String> {
    let message = &event["message"];
    if let Some(mid) = message["mid"].as_str() {
        let kind = match (message["is_echo"] == true, message["is_deleted"] == true) {
            (true, _) => "echo",
            (_, true) => "deleted",
            _ => "message",
        };
        return Some(format!("{kind}:{mid}"));
    }
    let edit = &event["message_edit"];
    if let Some(mid) = edit["mid"].as_str() {
        return Some(format!("edit:{mid}:{}", edit["num_edit"]));
    }
    let reaction = &event["reaction"];
    if let Some(mid) = reaction["mid"].as_str() {
        // The same reaction may come and go: the time tells one from the other.
        return Some(format!("reaction:{mid}:{}:{}", reaction["action"].as_str()?, event["timestamp"]));
    }
    for kind in ["postback", "read"] {
        if let Some(mid) = event[kind]["mid"].as_str() {
            return Some(format!("{kind}:{mid}"));
        }
    }
    let sender = event["sender"]["id"].as_str()?;
    let kind = ["read", "delivery"].into_iter().find(|kind| event[*kind]["watermark"].is_i64())?;
    Some(format!("{kind}:{sender}:{}", event[kind]["watermark"]))
}

/// Is the event of this page or account?
pub(super) fn is_of(raw: &Value, account: &str) -> bool {
    raw["account"] == account
}

/// Reads one event.
pub(super) fn read(raw: &Value) -> Inbound {
    let event = &raw["event"];
    if let Some(report) = report(event) {
        return Inbound { who: None, what: report };
    }
    let what = if event["message"].is_object() {
        words(&event["message"])
    } else if event["message_edit"].is_object() {
        What::Edited { text: event["message_edit"]["text"].as_str().unwrap_or_default().to_owned() }
    } else if event["reaction"].is_object() {
        reaction(&event["reaction"])
    } else if event["postback"].is_object() {
        let postback = &event["postback"];
        What::Message { text: meta::chosen(&postback["payload"], &postback["title"]), files: Vec::new() }
    } else {
        What::Nothing
    };
    match (event["sender"]["id"].as_str(), what) {
        (None, _) | (_, What::Nothing) => meta::nothing(),
        (Some(key), what) => {
            let address = json!({"id": key});
            Inbound { who: Some(Who { key: key.to_owned(), address, ..Who::default() }), what }
        }
    }
}

fn report(event: &Value) -> Option<What> {
    let kinds = [("read", DeliveryState::Read), ("delivery", DeliveryState::Delivered)];
    let (kind, state) = kinds.into_iter().find(|(kind, _)| event[*kind].is_object())?;
    let report = &event[kind];
    if let Some(mid) = report["mid"].as_str() {
        return Some(What::Report { provider_id: mid.to_owned(), state, reason: None });
    }
    let up_to = event["sender"]["id"].as_str().zip(report["watermark"].as_i64());
    Some(up_to.map_or(What::Nothing, |(contact, at)| What::ReportUpTo {
        contact: contact.to_owned(),
        at,
        state,
    }))
}

fn words(message: &Value) -> What {
    // What was said from here, by us or by somebody in the page's own inbox, comes back too.
    if message["is_echo"] == true {
        return What::Nothing;
    }
    if message["is_deleted"] == true {
        return What::Deleted;
    }
    let mut text = match &message["quick_reply"]["payload"] {
        Value::Null => message["text"].as_str().unwrap_or_default().to_owned(),
        payload => meta::chosen(payload, &message["text"]),
    };
    let mut files = Vec::new();
    for attached in meta::list(&message["attachments"]) {
        let (kind, payload) = (attached["type"].as_str().unwrap_or("file"), &attached["payload"]);
        let place = &payload["coordinates"];
        if let (Some(lat), Some(long)) = (place["lat"].as_f64(), place["long"].as_f64()) {
            let place = format!("📍 {lat}, {long}");
            text = if text.is_empty() { place } else { text + "\n" + &place };
        } else {
            let url = payload["url"].as_str().unwrap_or_default();
            // Posts and stories belong to others, and Meta wants nobody to keep them.
            let reference = if KEPT.contains(&kind) { url } else { "" }.to_owned();
            files.push(RemoteFile { name: name(kind, url), reference });
        }
    }
    let story = &message["reply_to"]["story"];
    if story.is_object() {
        files.push(RemoteFile { reference: String::new(), name: "answer to a story".into() });
    }
    if text.is_empty() && files.is_empty() {
        // Of a kind that Meta does not pass on, or that is newer than this file.
        files.push(RemoteFile { reference: String::new(), name: "unsupported message".into() });
    }
    What::Message { text, files }
}

/// One customer has at most one reaction to a message.
fn reaction(reaction: &Value) -> What {
    let emoji = reaction["emoji"].as_str().unwrap_or("⭐").to_owned();
    What::Reacted(Reaction::All(if reaction["action"] == "unreact" { Vec::new() } else { vec![emoji] }))
}

/// The message that an event brings or is about.
pub(super) fn message(raw: &Value) -> Option<String> {
    let event = &raw["event"];
    let parts = ["message", "message_edit", "reaction"].into_iter();
    parts.into_iter().find_map(|part| event[part]["mid"].as_str()).map(str::to_owned)
}

/// Meta's addresses of files lead on to where they are.
pub(super) fn fetch(reference: &str) -> Result<Source, String> {
    match Source::address(reference)? {
        Source::At { call, .. } => Ok(Source::At { call, redirects: 2 }),
        ask @ Source::Ask(_) => Ok(ask),
    }
}

/// Of a document the last part of its address; of anything else its kind, as those addresses say nothing.
fn name(kind: &str, url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    if kind == "file" && last.contains('.') { last.to_owned() } else { kind.replace('_', " ") }
}

/// The calls that say it at `path`.
pub(super) fn render(
    account: &Account<'_>,
    path: &str,
    limit: &TextLimit,
    saying: &Saying<'_>,
    now: Millis,
) -> Result<Vec<Call>, String> {
    if !saying.to.address["id"].is_string() {
        return Err("the customer's id is not known".into());
    }
    let by_person = matches!(saying.writer, Writer::Agent(_)) && account.setting(HUMAN_AGENT.name) == "on";
    let mut envelope = json!({"recipient": {"id": saying.to.address["id"]}, "messaging_type": "RESPONSE"});
    if !meta::window_is_open(saying.to.last_in_at, now) {
        if !by_person || now - saying.to.last_in_at > HUMAN_WINDOW {
            return Err(TOO_LATE.into());
        }
        envelope["messaging_type"] = "MESSAGE_TAG".into();
        envelope["tag"] = HUMAN_TAG.into();
    }
    let messages = messages(saying, limit).into_iter().enumerate();
    let calls = messages.map(|(part, message)| {
        let mut body = envelope.clone();
        body["message"] = message;
        body["message"]["metadata"] = format!("{}-{part}", saying.id()).into();
        meta::call(part, account, path, &body)
    });
    calls.collect()
}

/// Until when a member may answer.
pub(super) fn open_until(account: &Account<'_>, to: &Recipient<'_>) -> Millis {
    let by_person = account.setting(HUMAN_AGENT.name) == "on";
    if by_person { to.last_in_at + HUMAN_WINDOW } else { meta::window_ends(to.last_in_at) }
}

/// The call that shows a customer at `path` that somebody is writing, for 20 seconds.
pub(super) fn typing(account: &Account<'_>, path: &str, to: &Recipient<'_>) -> Option<Call> {
    let body = json!({"recipient": {"id": to.address["id"].as_str()?}, "sender_action": "typing_on"});
    meta::call(0, account, path, &body).ok()
}

/// A person answers, later than a program may.
const HUMAN_TAG: &str = "HUMAN_AGENT";

/// Texts and files, one a message, and what answers are chosen from at the end.
fn messages(saying: &Saying<'_>, limit: &TextLimit) -> Vec<Value> {
    let replies = saying.quick_replies;
    let all;
    let (text, replies) = if replies.len() > REPLIES_MAX {
        all = format!("{}\n\n{}", saying.text, replies.join("\n"));
        (all.as_str(), &[][..])
    } else {
        (saying.text, replies)
    };
    let mut texts = split(text, limit.most, limit.unit);
    let question = (!replies.is_empty()).then(|| {
        let buttons: Vec<Value> = replies
            .iter()
            .map(|reply| {
                let (title, payload) = (meta::shortened(reply, REPLY_MAX), meta::payload(reply, PAYLOAD_MAX));
                json!({"content_type": "text", "title": title, "payload": payload})
            })
            .collect();
        json!({"text": texts.pop().unwrap_or("👇"), "quick_replies": buttons})
    });
    let texts = texts.into_iter().map(|text| json!({"text": text}));
    texts.chain(saying.files.iter().map(attachment)).chain(question).collect()
}

fn attachment(file: &SentFile) -> Value {
    let kind = match file.media_type.split('/').next().unwrap_or_default() {
        kind @ ("image" | "video" | "audio") => kind,
        _ => "file",
    };
    json!({"attachment": {"type": kind, "payload": {"url": file.url, "is_reusable": false}}})
}

/// What the answer to a message means.
pub(super) fn judge(got: &Got<'_>) -> Verdict {
    meta::judge(
        got,
        |body| body["message_id"].as_str(),
        |fault| {
            let reason = fault.reason.clone();
            match (fault.code, fault.subcode) {
                (10, 2_018_278) => Some(Verdict::Failed { reason: TOO_LATE.into() }),
                (2_018_022 | 2_018_344, _) | (_, 2_018_022 | 2_018_344) => Some(Verdict::Broken { reason }),
                (551, _) | (_, 1_545_041) | (10, 2_018_065) => Some(Verdict::Failed { reason }),
                (1_200, _) => Some(Verdict::Again { after: None, reason }),
                _ => None,
            }
        },
    )
}

/// The name in a profile.
pub(super) fn name_in(profile: &Value) -> Option<String> {
    let whole =
        [&profile["name"], &profile["username"]].into_iter().find_map(Value::as_str).map(str::to_owned);
    let parts = [&profile["first_name"], &profile["last_name"]];
    let parts = parts.iter().filter_map(|part| part.as_str()).collect::<Vec<_>>().join(" ");
    whole.or(Some(parts)).filter(|name| !name.trim().is_empty())
}
