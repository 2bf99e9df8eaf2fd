//! Meta's Graph API, as far as we call it for `WhatsApp`, Messenger and Instagram, with the codes of its documentation.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Said, Simulator, Taken};

/// The app's secret.
pub const APP_SECRET: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0";
/// Whoever calls has it.
pub const TOKEN: &str = "EAATESTTOKEN123";
/// `WhatsApp`: the number and its business account.
pub const NUMBER: &str = "200300400500600";
/// See [`NUMBER`].
pub const BUSINESS: &str = "100200300400500";

/// The Facebook page, and the Instagram account.
pub const PAGE: &str = "111";
/// See [`PAGE`].
pub const INSTAGRAM: &str = "IG111";
/// A customer of either who tells their name; everybody else does not.
pub const NAMED: &str = "222";

/// What Graph remembers.
#[derive(Default)]
pub struct State {
    messages: i64,
    /// Where it was last told to send its events.
    hook: Option<Value>,
}

fn refused(status: u16, code: i64, message: &str) -> Said {
    let message = format!("(#{code}) {message}");
    Said { status, body: json!({"error": {"message": message, "type": "OAuthException", "code": code}}) }
}

fn invalid(message: &str) -> Said {
    refused(400, 100, message)
}

/// What Meta sends with a body, and the proof of a call: both are HMACs with the app's secret.
pub fn signed(secret: &str, text: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap_or_else(|_| unreachable!());
    mac.update(text);
    let bytes = mac.finalize().into_bytes();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

impl State {
    /// Answers one call.
    pub fn judge(&mut self, call: &Taken) -> Said {
        if call.header("authorization") != format!("Bearer {TOKEN}") {
            return refused(401, 190, "Invalid OAuth access token.");
        }
        let proof = format!("appsecret_proof={}", signed(APP_SECRET, TOKEN.as_bytes()));
        let mut parts = call.path.trim_start_matches('/').split('/').skip(1);
        let (object, edge) = (parts.next().unwrap_or_default(), parts.next());
        // Accounts that log in at Instagram are asked for no proof.
        if object != "me" && !call.query.split('&').any(|pair| pair == proof) {
            return invalid("Invalid appsecret_proof provided in the API argument");
        }
        let body = call.json();
        match (object, edge) {
            (BUSINESS, Some("subscribed_apps")) => Said { status: 200, body: json!({"success": true}) },
            (PAGE | "me", Some("subscribed_apps")) if body["subscribed_fields"].is_string() => {
                Said { status: 200, body: json!({"success": true}) }
            }
            (NAMED, None) => {
                Said { status: 200, body: json!({"first_name": "Zoë", "last_name": "Meyer", "id": NAMED}) }
            }
            (PAGE | "me", Some("messages")) if body["sender_action"] == "typing_on" => {
                match body["recipient"]["id"].as_str().filter(|_| body["message"].is_null()) {
                    Some(to) => Said { status: 200, body: json!({"recipient_id": to}) },
                    None => invalid("sender_action stands alone"),
                }
            }
            (NUMBER, Some("messages")) if body["status"] == "read" => {
                let good = body["message_id"].is_string() && body["typing_indicator"]["type"] == "text";
                if good {
                    Said { status: 200, body: json!({"success": true}) }
                } else {
                    invalid("Invalid parameter")
                }
            }
            (PAGE | "me", Some("messages")) => {
                let limit = if object == PAGE { Limit::Characters(2_000) } else { Limit::Bytes(1_000) };
                match page(&body, &limit) {
                    Ok(to) => {
                        self.messages += 1;
                        let id = format!("m_ours{}", self.messages);
                        Said { status: 200, body: json!({"recipient_id": to, "message_id": id}) }
                    }
                    Err(why) => invalid(why),
                }
            }
            (NUMBER, None) if call.body.is_empty() => {
                let number = json!({"id": NUMBER, "verified_name": "Flower shop", "display_phone_number": "+1 555-000-1111"});
                Said { status: 200, body: number }
            }
            (PAGE, None) => Said { status: 200, body: json!({"id": PAGE, "name": "Flower shop"}) },
            ("me", None) => Said {
                status: 200,
                body: json!({"id": INSTAGRAM, "name": "Flower shop", "username": "flowers"}),
            },
            (NUMBER, None) => {
                self.hook = Some(body["webhook_configuration"].clone());
                Said { status: 200, body: json!({"success": true}) }
            }
            (NUMBER, Some("messages")) => match whatsapp(&body) {
                Ok(to) => {
                    self.messages += 1;
                    let id = format!("wamid.OURS{}", self.messages);
                    Said {
                        status: 200,
                        body: json!({
                            "messaging_product": "whatsapp",
                            "contacts": [{"input": to, "wa_id": to}],
                            "messages": [{"id": id, "message_status": "accepted"}],
                        }),
                    }
                }
                Err(why) => invalid(why),
            },
            _ => invalid("Unsupported request. Object does not exist or cannot be loaded"),
        }
    }
}

/// Is this a message that `WhatsApp` takes? Answers to whom.
fn whatsapp(body: &Value) -> Result<&str, &'static str> {
    if body["messaging_product"] != "whatsapp" || body["recipient_type"] != "individual" {
        return Err("messaging_product and recipient_type are required");
    }
    let to = match (body["to"].as_str(), body["recipient"].as_str()) {
        (Some(number), None) if number.bytes().all(|byte| byte.is_ascii_digit()) => number,
        (None, Some(id)) if id.contains('.') => id,
        _ => return Err("The parameter to or recipient is required"),
    };
    let kind = body["type"].as_str().unwrap_or_default();
    let content = &body[kind];
    let good = match kind {
        "text" => is_text(&content["body"], 4_096),
        "image" | "video" | "audio" | "document" => {
            content["link"].as_str().is_some_and(|link| link.starts_with("http"))
        }
        "interactive" => is_text(&content["body"]["text"], 1_024) && is_choice(content),
        "template" => is_template(content),
        _ => false,
    };
    if good { Ok(to) } else { Err("Invalid parameter") }
}

/// Longest text.
enum Limit {
    Characters(usize),
    Bytes(usize),
}

/// Is this a message that Messenger or Instagram takes? Answers to whom.
fn page<'a>(body: &'a Value, limit: &Limit) -> Result<&'a str, &'static str> {
    let to = body["recipient"]["id"].as_str().ok_or("Param recipient must be non-empty")?;
    match (body["messaging_type"].as_str(), body["tag"].as_str()) {
        (Some("RESPONSE"), None) | (Some("MESSAGE_TAG"), Some("HUMAN_AGENT")) => {}
        _ => return Err("Param messaging_type is wrong"),
    }
    let message = &body["message"];
    let fits = |text: &Value| match limit {
        Limit::Characters(most) => is_text(text, *most),
        Limit::Bytes(most) => {
            text.as_str().is_some_and(|text| !text.trim().is_empty() && text.len() <= *most)
        }
    };
    let attached = &message["attachment"];
    let is_file = attached["payload"]["url"].as_str().is_some_and(|url| url.starts_with("http"))
        && ["image", "video", "audio", "file"].iter().any(|kind| attached["type"] == *kind);
    match (message["text"].is_null(), attached.is_null()) {
        (false, true) if fits(&message["text"]) => {}
        (true, false) if is_file => {}
        _ => return Err("Length of param message[text] must be within the limit"),
    }
    let replies = message["quick_replies"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_reply = |reply: &Value| {
        reply["content_type"] == "text" && is_text(&reply["title"], 20) && is_text(&reply["payload"], 1_000)
    };
    if replies.len() > 13 || !replies.iter().all(is_reply) {
        return Err("Invalid quick replies");
    }
    Ok(to)
}

fn is_template(content: &Value) -> bool {
    let components = content["components"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_body = |component: &Value| {
        let parameters = component["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
        component["type"] == "body"
            && parameters.iter().all(|one| one["type"] == "text" && is_text(&one["text"], 1_024))
    };
    is_text(&content["name"], 512)
        && is_text(&content["language"]["code"], 20)
        && components.iter().all(is_body)
}

fn is_choice(content: &Value) -> bool {
    let action = &content["action"];
    if content["type"] == "button" {
        let buttons = action["buttons"].as_array().map(Vec::as_slice).unwrap_or_default();
        return (1..=3).contains(&buttons.len())
            && buttons.iter().all(|button| {
                let reply = &button["reply"];
                button["type"] == "reply" && is_text(&reply["title"], 20) && is_text(&reply["id"], 256)
            });
    }
    let rows = action["sections"][0]["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    content["type"] == "list"
        && is_text(&action["button"], 20)
        && (1..=10).contains(&rows.len())
        && rows.iter().all(|row| {
            let more = &row["description"];
            is_text(&row["title"], 24) && is_text(&row["id"], 200) && (more.is_null() || is_text(more, 72))
        })
}

fn is_text(value: &Value, most: usize) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty() && text.chars().count() <= most)
}

impl Simulator {
    /// Where Meta was told to send its events, and with which verify token.
    pub fn meta_hook(&self) -> Option<Value> {
        self.state().meta.hook.clone()
    }
}

/// Messages, reports and whatever else `WhatsApp` tells of the number.
pub fn whatsapp_event(value: &Value) -> Value {
    let mut value = value.clone();
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] = json!({"display_phone_number": "15550001111", "phone_number_id": NUMBER});
    json!({"object": "whatsapp_business_account", "entry": [
        {"id": BUSINESS, "changes": [{"value": value, "field": "messages"}]},
    ]})
}

/// A text of a customer.
pub fn whatsapp_text(id: &str, from: &str, name: &str, text: &str) -> Value {
    whatsapp_event(&json!({
        "contacts": [{"profile": {"name": name}, "wa_id": from}],
        "messages": [{"from": from, "id": id, "timestamp": "1767225600", "type": "text", "text": {"body": text}}],
    }))
}

/// Events of the page or the Instagram account.
pub fn page_events(object: &str, account: &str, events: &Value) -> Value {
    json!({"object": object, "entry": [{"id": account, "time": 1_767_225_600_123_i64, "messaging": events}]})
}

/// A text of a customer of the page or the Instagram account.
pub fn page_text(object: &str, account: &str, mid: &str, from: &str, text: &str) -> Value {
    page_events(
        object,
        account,
        &json!([{
            "sender": {"id": from}, "recipient": {"id": account}, "timestamp": 1_767_225_600_100_i64,
            "message": {"mid": mid, "text": text},
        }]),
    )
}
