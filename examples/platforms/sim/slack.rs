//! Slack's Web API, as far as we call it. It says 200 to nearly everything, and what it means in `ok` and `error`.

use std::collections::{HashMap, HashSet};

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{Said, Taken};

/// Signs what Slack sends.
pub const SECRET: &str = "5ec2e75ec2e75ec2e75ec2e75ec2e7ab";
/// Lets an app in.
pub const TOKEN: &str = "xoxb-111-222-of-the-simulator";

/// The user that the app is.
pub const APP: &str = "UBOT";

/// Most characters of a text, and blocks of a message.
const TEXT_MAX: usize = 40_000;
const BLOCKS_MAX: usize = 50;

/// What Slack remembers.
#[derive(Default)]
pub struct State {
    messages: i64,
    /// Where the fakes are.
    pub base: String,
    /// Files that were announced: how many bytes each has, and whether they are here.
    files: HashMap<String, (usize, bool)>,
}

fn refused(error: &str) -> Said {
    Said { status: 200, body: json!({"ok": false, "error": error}) }
}

/// The time of the message that was sent as this one, from 1.
pub fn sent(number: i64) -> String {
    format!("1767225610.{number:06}")
}

impl State {
    /// Answers one call.
    pub fn judge(&mut self, call: &Taken) -> Said {
        match call.header("authorization").strip_prefix("Bearer ") {
            None => return refused("not_authed"),
            Some(TOKEN) => {}
            Some(_) => return refused("invalid_auth"),
        }
        match call.path.as_str() {
            "/api/auth.test" => {
                let body = json!({"ok": true, "team": "Flower shop", "user": "flowers", "team_id": "T1", "user_id": APP});
                Said { status: 200, body }
            }
            "/api/chat.postMessage" => self.post(call),
            "/api/files.getUploadURLExternal" => self.announce(&fields(call)),
            "/api/files.completeUploadExternal" => self.show(&fields(call)),
            "/api/users.info" => match fields(call).get("user").map(String::as_str) {
                Some("UDEAD") | None => refused("user_not_found"),
                Some(user) => {
                    let profile = json!({"display_name": "Zoë", "real_name": "Zoë Example"});
                    let user = json!({"id": user, "name": "zoe", "is_bot": false, "profile": profile});
                    Said { status: 200, body: json!({"ok": true, "user": user}) }
                }
            },
            _ => refused("unknown_method"),
        }
    }

    /// A file will come.
    fn announce(&mut self, form: &HashMap<String, String>) -> Said {
        let length = form.get("length").and_then(|length| length.parse().ok()).filter(|length| *length > 0);
        let (Some(length), true) = (length, form.get("filename").is_some_and(|name| !name.is_empty())) else {
            return refused("invalid_arguments");
        };
        let id = format!("F{:08}", self.files.len() + 1);
        self.files.insert(id.clone(), (length, false));
        let url = format!("{}/upload/{id}", self.base);
        Said { status: 200, body: json!({"ok": true, "upload_url": url, "file_id": id}) }
    }

    /// The bytes of a file, at the address that was named for them.
    pub fn take_upload(&mut self, call: &Taken) -> Said {
        let file = self.files.get_mut(call.path.trim_start_matches("/upload/"));
        match file.filter(|(length, _)| *length == call.body.len()) {
            Some((_, here)) => {
                *here = true;
                Said { status: 200, body: json!(format!("OK - {}", call.body.len())) }
            }
            None => Said { status: 400, body: json!("no such file") },
        }
    }

    /// Files that are here are shown.
    fn show(&mut self, form: &HashMap<String, String>) -> Said {
        let files: Vec<Value> =
            form.get("files").and_then(|files| serde_json::from_str(files).ok()).unwrap_or_default();
        if files.is_empty() {
            return refused("invalid_arguments");
        }
        let is_here =
            |file: &Value| matches!(self.files.get(file["id"].as_str()?), Some((_, true))).then_some(());
        if !files.iter().all(|file| is_here(file).is_some()) {
            return refused("file_not_found");
        }
        match form.get("channel_id").map(String::as_str) {
            Some(channel) if channel.starts_with(['C', 'D', 'G']) && channel != "CDEAD" => {
                Said { status: 200, body: json!({"ok": true, "files": files}) }
            }
            _ => refused("channel_not_found"),
        }
    }

    fn post(&mut self, call: &Taken) -> Said {
        if !call.header("content-type").starts_with("application/json") {
            return refused("invalid_post_type");
        }
        let body = call.json();
        let Some(channel) = body["channel"].as_str() else { return refused("channel_not_found") };
        let is_known = channel.starts_with(['C', 'D', 'G']) && channel != "CDEAD";
        if !is_known {
            return refused("channel_not_found");
        }
        let text = body["text"].as_str().unwrap_or_default();
        let blocks = body["blocks"].as_array().cloned().unwrap_or_default();
        if text.is_empty() && blocks.is_empty() {
            return refused("no_text");
        }
        if text.chars().count() > TEXT_MAX {
            return refused("msg_too_long");
        }
        if let Some(fault) = wrong(&blocks) {
            let metadata = json!({"messages": [format!("[ERROR] {fault}")]});
            let body = json!({"ok": false, "error": "invalid_blocks", "response_metadata": metadata});
            return Said { status: 200, body };
        }
        let thread = &body["thread_ts"];
        if !thread.is_null() && !thread.as_str().is_some_and(|ts| ts.contains('.')) {
            return refused("invalid_thread_ts");
        }
        self.messages += 1;
        let ts = sent(self.messages);
        let message = json!({"type": "message", "bot_id": "B1", "user": APP, "text": text, "ts": ts});
        Said { status: 200, body: json!({"ok": true, "channel": channel, "ts": ts, "message": message}) }
    }
}

/// What a form says, in the body or in the address.
fn fields(call: &Taken) -> HashMap<String, String> {
    let in_body = call.header("content-type").starts_with("application/x-www-form-urlencoded");
    let body = if in_body { &call.body[..] } else { &[] };
    let pairs = url::form_urlencoded::parse(call.query.as_bytes()).chain(url::form_urlencoded::parse(body));
    pairs.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn wrong(blocks: &[Value]) -> Option<&'static str> {
    if blocks.len() > BLOCKS_MAX {
        return Some("no more than 50 items allowed [json-pointer:/blocks]");
    }
    let length = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let is_url = |value: &Value| value.as_str().is_some_and(|url| url.starts_with("http"));
    let mut ids = HashSet::new();
    for block in blocks {
        let id = &block["block_id"];
        if length(id) > 255 || !id.is_null() && !ids.insert(id.to_string()) {
            return Some("block_id is too long or not unique");
        }
        let is_good = match block["type"].as_str() {
            Some("section") => {
                matches!(block["text"]["type"].as_str(), Some("mrkdwn" | "plain_text"))
                    && (1..=3_000).contains(&length(&block["text"]["text"]))
            }
            Some("image") => {
                is_url(&block["image_url"])
                    && length(&block["image_url"]) <= 3_000
                    && (1..=2_000).contains(&length(&block["alt_text"]))
            }
            Some("actions") => {
                let buttons = block["elements"].as_array().cloned().unwrap_or_default();
                let mut ids = HashSet::new();
                let is_button = |button: &Value| {
                    button["type"] == "button"
                        && button["text"]["type"] == "plain_text"
                        && (1..=75).contains(&length(&button["text"]["text"]))
                        && (1..=2_000).contains(&length(&button["value"]))
                        && (1..=255).contains(&length(&button["action_id"]))
                        && ids.insert(button["action_id"].to_string())
                };
                (1..=25).contains(&buttons.len()) && buttons.iter().all(is_button)
            }
            _ => false,
        };
        if !is_good {
            return Some("a block is not what it says it is");
        }
    }
    None
}

/// The signature of a body at this time, in seconds.
pub fn signature(seconds: i64, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes());
    let mac = mac.map(|mac| mac.chain_update(format!("v0:{seconds}:")).chain_update(body));
    mac.map(|mac| format!("v0={:x}", mac.finalize().into_bytes())).unwrap_or_default()
}

/// An event around what happened.
pub fn event(id: &str, happened: &Value) -> Value {
    json!({
        "token": "legacy", "team_id": "T1", "api_app_id": "A1", "type": "event_callback", "event_id": id,
        "event_time": 1_767_225_600, "authorizations": [{"team_id": "T1", "user_id": APP, "is_bot": true}],
        "event": happened,
    })
}

/// A text of a customer to the app; `ts` is the message's.
pub fn text(ts: &str, user: &str, text: &str) -> Value {
    json!({
        "type": "message", "channel": "D1", "channel_type": "im", "user": user, "text": text, "ts": ts,
        "client_msg_id": format!("c-{ts}"), "event_ts": ts,
    })
}

/// The form that a click on a button of this message is sent as.
pub fn click(user: &str, message: &Value, button: &Value) -> Vec<u8> {
    let block = message["blocks"].as_array().and_then(|blocks| blocks.last()).cloned().unwrap_or_default();
    let mut action = button.clone();
    action["block_id"] = block["block_id"].clone();
    action["action_ts"] = json!("1767225611.123456");
    let payload = json!({
        "type": "block_actions", "token": "legacy", "team": {"id": "T1"}, "user": {"id": user, "team_id": "T1"},
        "channel": {"id": message["channel"], "name": "directmessage"}, "trigger_id": "1.2.a",
        "response_url": "https://hooks.slack.com/actions/T1/1/secret",
        "message": {"ts": sent(1), "thread_ts": message["thread_ts"], "bot_id": "B1"}, "actions": [action],
    });
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("payload", &payload.to_string())
        .finish();
    form.into_bytes()
}
