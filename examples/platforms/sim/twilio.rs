//! Twilio's messages, as far as we send them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use url::form_urlencoded;

use super::{Said, Taken};

/// The one account there is.
pub const SID: &str = "AC00000000000000000000000000000001";
/// Its auth token.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Most characters of a text.
const TEXT_MAX: usize = 1_600;

/// What Twilio remembers.
#[derive(Default)]
pub struct State {
    messages: usize,
}

fn refused(status: u16, code: i64, message: &str) -> Said {
    Said { status, body: json!({"code": code, "message": message, "more_info": "", "status": status}) }
}

/// A phone number, and whether it is one of `WhatsApp`.
fn number(text: &str) -> Option<bool> {
    let digits = text.strip_prefix("whatsapp:").unwrap_or(text).strip_prefix('+')?;
    let good = (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    good.then_some(text.starts_with("whatsapp:"))
}

impl State {
    /// Answers one call.
    pub fn judge(&mut self, call: &Taken) -> Said {
        let basic = format!("Basic {}", STANDARD.encode(format!("{SID}:{TOKEN}")));
        if call.header("authorization") != basic {
            return refused(401, 20_003, "Authenticate");
        }
        let path = call.path.strip_prefix("/2010-04-01/Accounts/").unwrap_or_default();
        let Some(rest) = path.strip_prefix(SID) else {
            return refused(404, 20_404, "The requested resource was not found");
        };
        match rest {
            ".json" => Said {
                status: 200,
                body: json!({"sid": SID, "friendly_name": "Flower shop", "status": "active"}),
            },
            "/Messages.json" => self.send(call),
            _ => refused(404, 20_404, "The requested resource was not found"),
        }
    }

    fn send(&mut self, call: &Taken) -> Said {
        let form: HashMap<String, String> = form_urlencoded::parse(&call.body).into_owned().collect();
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        let (Some(from), Some(to)) = (number(field("From")), number(field("To"))) else {
            return refused(400, 21_211, "The 'To' number is not a valid phone number.");
        };
        if from != to {
            return refused(400, 63_007, "Twilio could not find a Channel with the specified From address");
        }
        let is_template = field("ContentSid").starts_with("HX")
            && serde_json::from_str::<Value>(field("ContentVariables"))
                .is_ok_and(|places| places.is_object());
        if field("Body").is_empty() && field("MediaUrl").is_empty() && !is_template {
            return refused(400, 21_602, "Message body is required.");
        }
        if field("Body").chars().count() > TEXT_MAX {
            return refused(400, 21_617, "The concatenated message body exceeds the 1600 character limit");
        }
        let is_web = |text: &str| text.is_empty() || text.starts_with("http");
        if !is_web(field("MediaUrl")) || !is_web(field("StatusCallback")) {
            return refused(400, 21_609, "The URL is not valid");
        }
        self.messages += 1;
        Said {
            status: 201,
            body: json!({"sid": sent(self.messages), "status": "queued", "error_code": null}),
        }
    }
}

/// The id of the message that was sent as this one, from 1.
pub fn sent(number: usize) -> String {
    format!("SM{number:032}")
}

/// A form, and its signature for this address.
pub fn signed(url: &str, token: &str, fields: &Value) -> (String, Vec<u8>) {
    let mut pairs: Vec<(&str, &str)> = fields
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()))
        .collect();
    pairs.sort_unstable();
    let text: String = pairs.iter().flat_map(|(name, value)| [*name, *value]).collect();
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let mac =
        Hmac::<Sha1>::new_from_slice(token.as_bytes()).map(|mac| mac.chain_update(format!("{url}{text}")));
    let signature = mac.map(|mac| STANDARD.encode(mac.finalize().into_bytes())).unwrap_or_default();
    (signature, body.into_bytes())
}

/// A text of a customer.
pub fn text(sid: &str, from: &str, to: &str, text: &str) -> Value {
    json!({"MessageSid": sid, "AccountSid": SID, "From": from, "To": to, "Body": text, "NumMedia": "0", "SmsStatus": "received"})
}

/// How far a message has come.
pub fn status(sid: &str, status: &str, code: &str) -> Value {
    json!({"MessageSid": sid, "MessageStatus": status, "ErrorCode": code})
}
