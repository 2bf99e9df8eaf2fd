//! Viber's REST API for bots, as far as we call it. It says 200 to everything, and what it means in `status`.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Knock, Said, Taken};

/// The one bot there is.
pub const TOKEN: &str = "4f5e6d7c8b9a0f1e-1a2b3c4d5e6f7a8b-9c0d1e2f3a4b5c6d";

/// Most characters of a text, and bytes of a whole call.
const TEXT_MAX: usize = 7_000;
const CALL_MAX: usize = 30_000;

/// Numbers of messages are larger than what a float holds.
const FIRST: u64 = 5_900_000_000_000_000_100;

/// What Viber remembers.
#[derive(Default)]
pub struct State {
    messages: u64,
    /// The last `set_webhook`.
    pub hook: Option<Value>,
}

/// The number of the message that was sent as this one, from 1.
pub const fn sent(number: u64) -> u64 {
    FIRST + number
}

fn refused(status: i64, message: &str) -> Said {
    Said { status: 200, body: json!({"status": status, "status_message": message}) }
}

impl State {
    /// Answers one call; `reached`: whether a call to the hook got through.
    pub fn judge(&mut self, call: &Taken, reached: bool) -> Said {
        if call.header("x-viber-auth-token") != TOKEN {
            return refused(2, "invalidAuthToken");
        }
        let body = call.json();
        match call.path.as_str() {
            "/pa/set_webhook" if !reached => refused(1, "invalidUrl"),
            "/pa/set_webhook" => {
                let answer = json!({"status": 0, "status_message": "ok", "event_types": body["event_types"]});
                self.hook = Some(body);
                Said { status: 200, body: answer }
            }
            "/pa/get_account_info" => {
                let body = json!({"status": 0, "status_message": "ok", "id": "pa:1", "name": "Flower shop", "uri": "flowers"});
                Said { status: 200, body }
            }
            "/pa/send_message" => self.send(&body, call.body.len()),
            _ => Said { status: 404, body: json!({}) },
        }
    }

    fn send(&mut self, body: &Value, size: usize) -> Said {
        if self.hook.is_none() {
            return refused(10, "webhookNotSet");
        }
        let is_name = |name: &str| (1..=28).contains(&name.chars().count());
        if !body["sender"]["name"].as_str().is_some_and(is_name) {
            return refused(3, "sender.name is missing or too long");
        }
        if body["receiver"].as_str().is_none_or(str::is_empty) {
            return refused(5, "receiverNotRegistered");
        }
        let text = body["text"].as_str();
        let is_url = body["media"].as_str().is_some_and(|url| url.starts_with("http"));
        let is_whole = match body["type"].as_str() {
            Some("text") => text.is_some_and(|text| (1..=TEXT_MAX).contains(&text.chars().count())),
            Some("picture") => text.is_some() && is_url,
            Some("file") => is_url && body["size"].is_u64() && body["file_name"].is_string(),
            _ => false,
        };
        let buttons = body["keyboard"]["Buttons"].as_array().cloned().unwrap_or_default();
        let is_button = |button: &Value| button["ActionBody"].is_string() && button["Text"].is_string();
        if !is_whole || size > CALL_MAX || !buttons.iter().all(is_button) {
            return refused(3, "badData");
        }
        self.messages += 1;
        let body = json!({
            "status": 0, "status_message": "ok", "message_token": sent(self.messages),
            "chat_hostname": "SN-CHAT-01_", "billing_status": 1,
        });
        Said { status: 200, body }
    }
}

/// The signature of a body.
pub fn signature(body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(TOKEN.as_bytes()).map(|mac| mac.chain_update(body));
    mac.map(|mac| format!("{:x}", mac.finalize().into_bytes())).unwrap_or_default()
}

/// What Viber sends to a new address before it takes it.
pub fn knock(call: &Taken) -> Option<Knock> {
    let url = call.json()["url"].as_str()?.to_owned();
    let body =
        json!({"event": "webhook", "timestamp": 1_767_225_600_000_i64, "message_token": FIRST}).to_string();
    let headers = vec![("x-viber-content-signature", signature(body.as_bytes()))];
    Some(Knock { url, headers, body, expects: (200, "") })
}

/// A text of a customer.
pub fn text(number: u64, user: &str, name: &str, text: &str) -> Value {
    json!({
        "event": "message", "timestamp": 1_767_225_600_123_i64, "message_token": number,
        "sender": {"id": user, "name": name, "language": "en", "country": "GB", "api_version": 10},
        "message": {"type": "text", "text": text}, "silent": false,
    })
}

/// How far a message has come: `delivered`, `seen` or `failed`.
pub fn report(event: &str, number: u64, user: &str) -> Value {
    let mut body =
        json!({"event": event, "timestamp": 1_767_225_601_000_i64, "message_token": number, "user_id": user});
    if event == "failed" {
        body["desc"] = json!("failure description");
    }
    body
}
