//! LINE's messaging API, as far as we call it, with the answers of its API description (github.com/line/line-openapi).

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use uuid::Uuid;

use super::{Knock, Said, Taken};

/// Signs what LINE sends.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// Lets a bot in.
pub const TOKEN: &str = "line-channel-access-token/1+2=";

/// Most UTF-16 units of a text.
const TEXT_MAX: usize = 5_000;

/// What LINE remembers.
#[derive(Default)]
pub struct State {
    messages: i64,
    /// What was answered to each retry key.
    keys: HashMap<String, Value>,
    /// Where events go.
    pub hook: Option<String>,
}

fn refused(status: u16, message: &str) -> Said {
    Said { status, body: json!({"message": message}) }
}

fn property(message: &str, property: &str) -> Said {
    let body = json!({
        "message": "The request body has 1 error(s)",
        "details": [{"message": message, "property": property}],
    });
    Said { status: 400, body }
}

impl State {
    /// Answers one call; `reached`: whether a call to the hook got through.
    pub fn judge(&mut self, call: &Taken, reached: bool) -> Said {
        if call.header("authorization") != format!("Bearer {TOKEN}") {
            return refused(
                401,
                "Authentication failed. Confirm that the access token in the authorization header is valid.",
            );
        }
        let body = call.json();
        match call.path.as_str() {
            "/v2/bot/message/push" => self.push(call, &body),
            "/v2/bot/chat/loading/start" => match body["loadingSeconds"].as_i64() {
                Some(5 | 10 | 15 | 20 | 25 | 30 | 35 | 40 | 45 | 50 | 55 | 60)
                    if body["chatId"].is_string() =>
                {
                    Said { status: 202, body: json!({}) }
                }
                _ => property("must be a multiple of 5 from 5 to 60", "loadingSeconds"),
            },
            "/v2/bot/channel/webhook/endpoint" => match body["endpoint"].as_str() {
                Some(endpoint) if endpoint.starts_with("http") => {
                    self.hook = Some(endpoint.to_owned());
                    Said { status: 200, body: json!({}) }
                }
                _ => property("Invalid webhook endpoint URL", "endpoint"),
            },
            "/v2/bot/channel/webhook/test" => {
                let reason = if reached { "OK" } else { "COULD_NOT_CONNECT" };
                Said { status: 200, body: json!({"success": reached, "statusCode": 200, "reason": reason}) }
            }
            path => match path.strip_prefix("/v2/bot/profile/") {
                Some("U0000000000000000000000000000dead") | None => refused(404, "Not found"),
                Some(user) => Said {
                    status: 200,
                    body: json!({"displayName": "Zoë", "userId": user, "language": "en"}),
                },
            },
        }
    }

    fn push(&mut self, call: &Taken, body: &Value) -> Said {
        let key = call.header("x-line-retry-key");
        if !key.is_empty() && Uuid::parse_str(key).is_err() {
            return refused(400, "The X-Line-Retry-Key is invalid");
        }
        if let Some(known) = self.keys.get(key) {
            let mut body = known.clone();
            body["message"] = json!("The retry key is already accepted");
            return Said { status: 409, body };
        }
        if !body["to"].as_str().is_some_and(|to| to.starts_with('U') && to.len() == 33) {
            return property("The property, 'to', in the request body is invalid", "to");
        }
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        if !(1..=5).contains(&messages.len()) {
            return property("Size must be between 1 and 5", "messages");
        }
        if let Some(wrong) = messages.iter().find_map(wrong) {
            return property(wrong, "messages[0]");
        }
        let sent: Vec<Value> = messages
            .iter()
            .map(|_| {
                self.messages += 1;
                json!({"id": (461_000_000_000_000_000_i64 + self.messages).to_string(), "quoteToken": "q"})
            })
            .collect();
        let answer = json!({"sentMessages": sent});
        if !key.is_empty() {
            self.keys.insert(key.to_owned(), answer.clone());
        }
        Said { status: 200, body: answer }
    }
}

fn wrong(message: &Value) -> Option<&'static str> {
    let units = |value: &Value| value.as_str().map_or(0, |text| text.encode_utf16().count());
    let is_https = |name: &str| message[name].as_str().is_some_and(|url| url.starts_with("https://"));
    match message["type"].as_str() {
        Some("text") if !(1..=TEXT_MAX).contains(&units(&message["text"])) => {
            return Some("Length must be between 1 and 5000");
        }
        Some("image") if !is_https("originalContentUrl") || !is_https("previewImageUrl") => {
            return Some("Must be a valid HTTPS URL");
        }
        Some("text" | "image") => {}
        _ => return Some("Must be one of the following values"),
    }
    if units(&message["sender"]["name"]) > 20 {
        return Some("Length must be between 0 and 20");
    }
    let items = message["quickReply"]["items"].as_array().cloned().unwrap_or_default();
    let is_good = |item: &Value| {
        (1..=20).contains(&units(&item["action"]["label"]))
            && (1..=300).contains(&units(&item["action"]["text"]))
    };
    if items.len() > 13 || !items.iter().all(is_good) {
        return Some("Size must be between 1 and 13");
    }
    None
}

/// The signature of a body.
pub fn signature(body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).map(|mac| mac.chain_update(body));
    mac.map(|mac| STANDARD.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

/// The empty request that LINE sends when it is to try an address.
pub fn knock(call: &Taken) -> Option<Knock> {
    let url = call.json()["endpoint"].as_str()?.to_owned();
    let body = json!({"destination": "U00000000000000000000000000000001", "events": []}).to_string();
    Some(Knock { url, header: ("x-line-signature", signature(body.as_bytes())), body })
}

/// A request with these events.
pub fn request(events: &[Value]) -> Vec<u8> {
    json!({"destination": "U00000000000000000000000000000001", "events": events}).to_string().into_bytes()
}

/// A text of a customer.
pub fn text(id: &str, user: &str, text: &str) -> Value {
    json!({
        "type": "message", "mode": "active", "timestamp": 1_767_225_600_100_i64, "webhookEventId": id,
        "deliveryContext": {"isRedelivery": false}, "replyToken": "rt1",
        "source": {"type": "user", "userId": user},
        "message": {"type": "text", "id": id, "quoteToken": "q1", "text": text},
    })
}
