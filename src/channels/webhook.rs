//! Any program that speaks our webhooks: Standard Webhooks 1.0.0, both ways. Contract: `docs/channels/webhook.md`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::{Form, Made, SecretField, Setting};
use super::call::{Call, Got, Saying, Verdict, Writer};
use super::inbound::{Event, Inbound, Reaction, RemoteFile, What, Who};
use super::request::{Answer, Refused, Request};
use super::{Account, Platform};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;
use crate::domain::delivery::DeliveryState;
use crate::outgoing::signature::{BadSignature, ID, SIGNATURE, Secret, Signed, TIMESTAMP, verify};

/// Where replies go.
const URL: &str = "url";
/// Signs what the program sends us.
const INBOUND: &str = "inbound_secret";
/// Signs what we send to it.
const OUTBOUND: &str = "outbound_secret";

/// Longest id of anything the program names.
const KEY_MAX: usize = 128;

/// The generic platform.
pub(super) struct Webhook;

impl Platform for Webhook {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Webhook
    }

    fn settings(&self) -> &'static [Setting] {
        &[Setting { name: URL, default: None, form: Form::Url }]
    }

    fn secrets(&self) -> &'static [SecretField] {
        const fn signing(name: &'static str) -> SecretField {
            SecretField { name, made_by_us: Some(Made::Signing), rotates: true, check }
        }
        const FIELDS: &[SecretField] = &[signing(INBOUND), signing(OUTBOUND)];
        FIELDS
    }

    /// Lets the program's owner see that the address is right; says nothing about us.
    fn handshake(&self, request: &Request<'_>, _: &Account<'_>) -> Option<Answer> {
        (request.method == "GET").then(|| Answer::json(&json!({"ok": true})))
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, now: Millis) -> Result<(), Refused> {
        if !request.headers.says_json() {
            return Err(Refused::Type);
        }
        let secrets: Vec<Secret> = account.secrets(INBOUND).filter_map(|text| text.parse().ok()).collect();
        let header = |name| request.headers.one(name).filter(|value| !value.is_empty());
        let (Some(id), Some(timestamp), Some(signature)) = (header(ID), header(TIMESTAMP), header(SIGNATURE))
        else {
            return Err(Refused::Unauthenticated("a header of the signature is missing"));
        };
        let call = Signed { id, timestamp, signature };
        verify(&secrets, call, request.body, now.div_euclid(1_000)).map_err(|bad| match bad {
            BadSignature::Malformed => Refused::Malformed("webhook-id or webhook-timestamp"),
            BadSignature::Stale => Refused::Unauthenticated("webhook-timestamp is outside the tolerance"),
            BadSignature::Unknown => Refused::Unauthenticated("no signature fits"),
        })
    }

    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        let key = request.headers.one(ID).unwrap_or_default().to_owned();
        let raw: Value =
            serde_json::from_slice(request.body).map_err(|_| Refused::Malformed("the body is not JSON"))?;
        let data = read(&raw).map_err(Refused::Unreadable)?;
        let message = match &raw["type"] {
            Value::String(kind) if kind == "message.inbound" => data.message_id.clone(),
            _ => None,
        };
        Ok(vec![Event { key, message, contact: data.key().map(str::to_owned), raw }])
    }

    fn accepted(&self, request: &Request<'_>, new: bool) -> Answer {
        let status = if new { "accepted" } else { "duplicate" };
        Answer::json(&json!({"status": status, "id": request.headers.one(ID)}))
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        let data = read(raw)?;
        let who = data.who();
        let what = match raw["type"].as_str().unwrap_or_default() {
            "message.inbound" => data.message(),
            "message.edited" => What::Edited { text: data.text.unwrap_or_default() },
            "message.deleted" => What::Deleted,
            "reaction.inbound" => data.reaction(),
            "typing.inbound" => What::Typing { on: data.on.unwrap_or(false) },
            "status.updated" => match (data.message_id, data.status) {
                (Some(provider_id), Some(state)) => {
                    What::Report { provider_id, state: state.into(), reason: data.error }
                }
                _ => What::Nothing,
            },
            "conversation.closed" => What::Closed,
            _ => What::Nothing,
        };
        Ok(Inbound { who, what })
    }

    fn message(&self, raw: &Value) -> Option<String> {
        let is_report = raw["type"] == "status.updated";
        raw["data"]["message_id"].as_str().filter(|_| !is_report).map(str::to_owned)
    }

    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, now: Millis) -> Result<Vec<Call>, String> {
        let id = saying.id();
        let author = match saying.writer {
            Writer::Bot => json!({"type": "bot"}),
            Writer::Agent(name) => json!({"type": "agent", "name": name}),
            Writer::System => json!({"type": "system"}),
        };
        let files: Vec<Value> = saying
            .files
            .iter()
            .map(|file| {
                let kind = match file.media_type.split('/').next().unwrap_or_default() {
                    kind @ ("image" | "audio" | "video") => kind,
                    _ => "file",
                };
                json!({"kind": kind, "url": file.url, "mime": file.media_type, "name": file.name, "size": file.size})
            })
            .collect();
        let replies: Vec<Value> =
            saying.quick_replies.iter().map(|text| json!({"title": text, "payload": text})).collect();
        let recipient = saying.to.address["sender"].as_str().unwrap_or(saying.to.key);
        let body = json!({"type": "message.outbound", "timestamp": rfc3339(saying.at), "data": {
            "message_id": id,
            "conversation_id": saying.conversation,
            "conversation_key": saying.to.key,
            "recipient": {"id": recipient},
            "author": author,
            "text": saying.text,
            "attachments": files,
            "quick_replies": replies,
            "sequence": saying.seq,
        }});
        let mut call = Call::json(0, account.setting(URL).to_owned(), &body);
        let seconds = now.div_euclid(1_000);
        let signatures: Vec<String> = account
            .secrets(OUTBOUND)
            .filter_map(|text| text.parse::<Secret>().ok())
            .map(|secret| secret.sign(&id, seconds, &call.body))
            .collect();
        if signatures.is_empty() {
            return Err("the channel has no outbound_secret".into());
        }
        call.headers.extend([(ID, id), (TIMESTAMP, seconds.to_string()), (SIGNATURE, signatures.join(" "))]);
        Ok(vec![call])
    }

    fn judge(&self, got: &Got<'_>) -> Verdict {
        let reason = format!("status {}", got.status);
        match got.status {
            200..=299 => {
                let body: Value = serde_json::from_slice(got.body).unwrap_or_default();
                let given = body["external_id"].as_str().filter(|id| (1..=KEY_MAX).contains(&id.len()));
                Verdict::Done { provider_id: given.map(str::to_owned) }
            }
            410 => Verdict::Broken { reason: "the other side says that it is gone (status 410)".into() },
            400 | 401 | 403 | 404 | 405 | 413 | 415 | 422 => Verdict::Failed { reason },
            _ => Verdict::Again { after: got.retry_after, reason },
        }
    }

    /// The same `webhook-id` in every try.
    fn drops_repeats(&self) -> bool {
        true
    }
}

/// Takes a secret without its padding too.
fn check(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let padding = (4 - text.len().saturating_sub("whsec_".len()) % 4) % 4;
    let padded = format!("{text}{}", "=".repeat(padding));
    padded
        .parse::<Secret>()
        .map(|secret| secret.reveal())
        .map_err(|_| "must be whsec_ and the base64 of 24 to 64 bytes")
}

/// The members of `data` that we use; others may come with later versions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    message_id: Option<String>,
    conversation_key: Option<String>,
    sender: Option<Sender>,
    text: Option<String>,
    attachments: Vec<Attached>,
    location: Option<Location>,
    on: Option<bool>,
    emoji: Option<String>,
    action: Option<ReactionAction>,
    status: Option<Reported>,
    error: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Sender {
    id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    locale: Option<String>,
    attributes: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Attached {
    url: String,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Location {
    lat: f64,
    lon: f64,
    #[serde(default)]
    label: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ReactionAction {
    Add,
    Remove,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reported {
    Sent,
    Delivered,
    Read,
    Failed,
}

impl From<Reported> for DeliveryState {
    fn from(reported: Reported) -> Self {
        match reported {
            Reported::Sent => Self::Sent,
            Reported::Delivered => Self::Delivered,
            Reported::Read => Self::Read,
            Reported::Failed => Self::Failed,
        }
    }
}

impl Data {
    fn key(&self) -> Option<&str> {
        let sender = self.sender.as_ref().and_then(|sender| sender.id.as_deref());
        self.conversation_key.as_deref().or(sender)
    }

    fn who(&self) -> Option<Who> {
        let key = self.key()?.to_owned();
        let nobody = Sender::default();
        let sender = self.sender.as_ref().unwrap_or(&nobody);
        let mut attributes: BTreeMap<String, String> = sender
            .attributes
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        if let Some(phone) = &sender.phone {
            attributes.insert("phone".into(), phone.clone());
        }
        Some(Who {
            address: json!({"sender": sender.id.as_deref().unwrap_or(&key)}),
            key,
            name: sender.name.clone(),
            email: sender.email.clone(),
            language: sender.locale.clone(),
            attributes,
        })
    }

    fn reaction(self) -> What {
        match (self.emoji, self.action) {
            (Some(emoji), Some(ReactionAction::Remove)) => What::Reacted(Reaction::Removed(emoji)),
            (Some(emoji), _) => What::Reacted(Reaction::Added(emoji)),
            (None, _) => What::Reacted(Reaction::All(Vec::new())),
        }
    }

    fn message(self) -> What {
        let mut text = self.text.unwrap_or_default();
        if let Some(Location { lat, lon, label }) = self.location {
            let place = format!("📍 {lat}, {lon} {}", label.unwrap_or_default());
            text = format!("{text}\n{place}");
        }
        let files = self.attachments.into_iter().map(|file| {
            let from_url = || file.url.rsplit('/').next().unwrap_or_default().to_owned();
            RemoteFile { name: file.name.clone().unwrap_or_else(from_url), reference: file.url.clone() }
        });
        What::Message { text: text.trim().to_owned(), files: files.collect() }
    }
}

/// Checks what the work afterwards relies on.
fn read(raw: &Value) -> Result<Data, String> {
    let kind = raw["type"].as_str().ok_or("type: missing")?;
    let data = &raw["data"];
    if !data.is_object() {
        return Err("data: not an object".into());
    }
    let data: Data = serde_json::from_value(data.clone()).map_err(|error| format!("data: {error}"))?;
    let keys = [("data.message_id", data.message_id.as_deref()), ("data.conversation_key", data.key())];
    for (path, key) in keys {
        let key = key.unwrap_or("x");
        if !(1..=KEY_MAX).contains(&key.len()) || key.chars().any(char::is_control) {
            return Err(format!("{path}: is not 1 to {KEY_MAX} bytes without control characters"));
        }
    }
    let from_customer = matches!(kind, "message.inbound" | "message.edited" | "typing.inbound");
    if from_customer && data.key().is_none() {
        return Err("data.conversation_key: missing".into());
    }
    if kind == "message.inbound" {
        if data.message_id.is_none() {
            return Err("data.message_id: missing".into());
        }
        let says_something = data.text.as_ref().is_some_and(|text| !text.trim().is_empty());
        if !says_something && data.attachments.is_empty() && data.location.is_none() {
            return Err("data.text: missing".into());
        }
    }
    Ok(data)
}

fn rfc3339(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at).map(|time| format!("{time:.0}")).unwrap_or_default()
}
