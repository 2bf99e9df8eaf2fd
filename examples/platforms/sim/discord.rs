//! Discord's HTTP API, as far as we call it, with the answers of its documentation (github.com/discord/discord-api-docs).

use std::collections::{HashMap, HashSet};

use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::{Knock, Said, Taken};

/// Lets the bot in.
pub const TOKEN: &str = "discord-bot-token.of-the-simulator";
/// The app's id.
pub const APPLICATION: &str = "111";
/// The beginning of Discord's time, in Unix milliseconds.
const EPOCH: i64 = 1_420_070_400_000;

/// What Discord remembers.
#[derive(Default)]
pub struct State {
    messages: u64,
    /// What was answered to each nonce.
    nonces: HashMap<String, Value>,
    /// Where the gateway is.
    pub gateway: String,
}

fn refused(status: u16, code: i64, message: &str) -> Said {
    Said { status, body: json!({"message": message, "code": code}) }
}

/// An id of this time, in Unix milliseconds.
pub fn snowflake(at: i64, number: u64) -> String {
    ((u64::try_from(at - EPOCH).unwrap_or(0) << 22) + number).to_string()
}

impl State {
    /// Answers one call; `reached`: whether the address that was given is ours and refuses what others sign.
    pub fn judge(&mut self, call: &Taken, reached: bool) -> Said {
        if !call.header("user-agent").starts_with("DiscordBot (") {
            return refused(403, 40_333, "internal network error");
        }
        let path = call.path.trim_start_matches("/api/v10").to_owned();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let body = said(call);
        if let ["webhooks", application, token] = parts[..] {
            return match (application, token) {
                (APPLICATION, "expired") => refused(401, 50_027, "Invalid Webhook Token"),
                (APPLICATION, _) => self.message("0", &body),
                _ => refused(404, 10_015, "Unknown Webhook"),
            };
        }
        if call.header("authorization") != format!("Bot {TOKEN}") {
            return refused(401, 0, "401: Unauthorized");
        }
        match parts[..] {
            ["gateway", "bot"] => {
                let limit = json!({"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1});
                let body = json!({"url": self.gateway, "shards": 1, "session_start_limit": limit});
                Said { status: 200, body }
            }
            ["users", "@me"] => {
                let body = json!({"id": APPLICATION, "username": "flowers", "global_name": "Flower shop", "bot": true});
                Said { status: 200, body }
            }
            ["applications", "@me"] if reached => Said { status: 200, body: json!({"id": APPLICATION}) },
            ["applications", "@me"] => refused(
                400,
                50_035,
                "Invalid Form Body: interactions_endpoint_url: The specified interactions endpoint url could not be verified.",
            ),
            ["applications", APPLICATION, "commands"] if body["name"].is_string() => {
                Said { status: 201, body: json!({"id": "900", "name": body["name"]}) }
            }
            ["channels", "666", "messages"] => refused(403, 50_007, "Cannot send messages to this user"),
            ["channels", _, "typing"] => Said { status: 204, body: Value::Null },
            ["channels", channel, "messages"] => self.message(channel, &body),
            _ => refused(404, 0, "404: Not Found"),
        }
    }

    fn message(&mut self, channel: &str, body: &Value) -> Said {
        let nonce = body["nonce"].as_str().unwrap_or_default().to_owned();
        let is_known = body["enforce_nonce"] == true && !nonce.is_empty();
        if let Some(first) = self.nonces.get(&nonce).filter(|_| is_known) {
            return Said { status: 200, body: first.clone() };
        }
        if nonce.chars().count() > 25 {
            return refused(400, 50_035, "Invalid Form Body: nonce: Must be 25 or fewer in length.");
        }
        let content = body["content"].as_str().unwrap_or_default();
        let embeds = body["embeds"].as_array().cloned().unwrap_or_default();
        if content.trim().is_empty() && embeds.is_empty() && body["_files"].is_null() {
            return refused(400, 50_006, "Cannot send an empty message");
        }
        if content.chars().count() > 2_000 {
            return refused(400, 50_035, "Invalid Form Body: content: Must be 2000 or fewer in length.");
        }
        let is_picture =
            |embed: &Value| embed["image"]["url"].as_str().is_some_and(|url| url.starts_with("http"));
        if embeds.len() > 10 || !embeds.iter().all(is_picture) || !are_rows(&body["components"]) {
            return refused(400, 50_035, "Invalid Form Body");
        }
        self.messages += 1;
        let id = sent(self.messages);
        let message = json!({"id": id, "channel_id": channel, "content": content, "nonce": nonce, "type": 0});
        if is_known {
            self.nonces.insert(nonce, message.clone());
        }
        Said { status: 200, body: message }
    }
}

/// What a call says: JSON, or the JSON of a form with the names and sizes of its files as `_files`.
pub fn said(call: &Taken) -> Value {
    let Some((_, boundary)) = call.header("content-type").split_once("multipart/form-data; boundary=") else {
        return call.json();
    };
    let mark = format!("--{boundary}");
    let whole = String::from_utf8_lossy(&call.body);
    let mut body = Value::Null;
    let mut files = Vec::new();
    for part in whole.split(mark.as_str()) {
        let Some((head, bytes)) = part.split_once("\r\n\r\n") else { continue };
        let bytes = bytes.strip_suffix("\r\n").unwrap_or(bytes);
        let word = |name: &str| {
            let rest = head.split_once(&format!("; {name}=\""))?.1;
            rest.split_once('"').map(|(word, _)| word.to_owned())
        };
        match word("name").as_deref() {
            Some("payload_json") => body = serde_json::from_str(bytes).unwrap_or_default(),
            Some(name) if name == format!("files[{}]", files.len()) => {
                files.push(json!({"filename": word("filename"), "size": bytes.len()}));
            }
            _ => return Value::Null,
        }
    }
    if !files.is_empty() {
        body["_files"] = json!(files);
    }
    body
}

/// The id of the message that was sent as this one, from 1.
pub fn sent(number: u64) -> String {
    snowflake(1_767_225_610_000, number)
}

fn are_rows(components: &Value) -> bool {
    let rows = components.as_array().cloned().unwrap_or_default();
    let mut ids = HashSet::new();
    let mut is_button = |button: &Value| {
        let length = |name: &str| button[name].as_str().map_or(0, |text| text.chars().count());
        button["type"] == 2
            && (1..=4).contains(&button["style"].as_i64().unwrap_or(0))
            && (1..=80).contains(&length("label"))
            && (1..=100).contains(&length("custom_id"))
            && ids.insert(button["custom_id"].to_string())
    };
    rows.len() <= 5
        && rows.iter().all(|row| {
            let buttons = row["components"].as_array().cloned().unwrap_or_default();
            row["type"] == 1 && (1..=5).contains(&buttons.len()) && buttons.iter().all(&mut is_button)
        })
}

/// Signs what Discord sends.
fn pair() -> Option<Ed25519KeyPair> {
    let seed: [u8; 32] = std::array::from_fn(|at| 0x40 + u8::try_from(at).unwrap_or(0));
    Ed25519KeyPair::from_seed_unchecked(&seed).ok()
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

/// What the app's page shows as its public key.
pub fn public_key() -> String {
    pair().map(|pair| hex(pair.public_key().as_ref())).unwrap_or_default()
}

/// The signature of a body at this time, in seconds.
pub fn signature(seconds: i64, body: &[u8]) -> String {
    let signed = [seconds.to_string().as_bytes(), body].concat();
    pair().map(|pair| hex(pair.sign(&signed).as_ref())).unwrap_or_default()
}

/// What Discord sends to a new address before it takes it: a PING, and one that somebody else has signed.
pub fn knocks(call: &Taken) -> Vec<Knock> {
    let body = call.json();
    let Some(url) = body["interactions_endpoint_url"].as_str() else { return Vec::new() };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or(0);
    let ping = json!({"application_id": APPLICATION, "id": "222", "token": "tok", "type": 1, "version": 1})
        .to_string();
    let knock = |signature: String, expects: (u16, &'static str)| Knock {
        url: url.to_owned(),
        headers: vec![("x-signature-ed25519", signature), ("x-signature-timestamp", seconds.to_string())],
        body: ping.clone(),
        expects,
    };
    let good = signature(seconds, ping.as_bytes());
    let foreign = signature(seconds, b"something else");
    vec![knock(good, (200, r#"{"type":1}"#)), knock(foreign, (401, ""))]
}

/// A command that this customer uses on a server; `id` is a snowflake.
pub fn command(id: &str, token: &str, user: &str, message: &str) -> Value {
    let option = json!({"type": 3, "name": "message", "value": message});
    json!({
        "version": 1, "type": 2, "id": id, "application_id": APPLICATION, "token": token, "channel_id": "500",
        "guild_id": "400", "context": 0, "locale": "en-GB", "member": {"user": user_of(user)},
        "data": {"id": "900", "type": 1, "name": "ask", "options": [option]},
    })
}

/// A customer.
pub fn user_of(id: &str) -> Value {
    json!({"id": id, "username": "zoe", "global_name": "Zoë", "discriminator": "0"})
}

/// A message of this customer to the bot; `id` is a snowflake.
pub fn message(id: &str, user: &str, text: &str) -> Value {
    json!({
        "id": id, "channel_id": "700", "type": 0, "content": text, "author": user_of(user), "attachments": [],
        "timestamp": "2026-01-01T00:00:00.000000+00:00", "edited_timestamp": null, "mentions": [], "tts": false,
    })
}
