//! Telegram's bot API, as far as we call it, with the answers of its own server (github.com/tdlib/telegram-bot-api).

use serde_json::{Value, json};
use url::form_urlencoded;

use super::{Said, Taken};

/// The one bot there is.
pub const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

/// Most characters of a text.
const TEXT_MAX: usize = 4_096;

/// What the bot's server remembers.
#[derive(Default)]
pub struct State {
    messages: i64,
    /// The last `setWebhook`.
    pub hook: Option<Value>,
}

fn refused(status: u16, description: &str) -> Said {
    Said { status, body: json!({"ok": false, "error_code": status, "description": description}) }
}

impl State {
    /// Answers one call.
    pub fn judge(&mut self, call: &Taken) -> Said {
        let Some((token, method)) = call.path.trim_start_matches("/bot").split_once('/') else {
            return refused(404, "Not Found");
        };
        if token != TOKEN {
            return refused(401, "Unauthorized");
        }
        let body = parameters(call);
        match method {
            "getMe" => Said { status: 200, body: json!({"ok": true, "result": me()}) },
            "sendMessage" => {
                let text = body["text"].as_str().unwrap_or_default();
                if text.trim().is_empty() {
                    return refused(400, "Bad Request: message text is empty");
                }
                if text.chars().count() > TEXT_MAX {
                    return refused(400, "Bad Request: message is too long");
                }
                self.send(&body, json!({"text": text}))
            }
            "sendPhoto" | "sendDocument" | "sendVoice" | "sendAudio" | "sendVideo" => {
                let field = method.trim_start_matches("send").to_lowercase();
                if !body[&field].as_str().is_some_and(|url| url.starts_with("http")) {
                    return refused(400, "Bad Request: wrong file identifier/HTTP URL specified");
                }
                self.send(&body, json!({}))
            }
            "getFile" => match body["file_id"].as_str() {
                Some("too-big") => refused(400, "Bad Request: file is too big"),
                Some(id) => {
                    let file = json!({"file_id": id, "file_path": format!("documents/{id}")});
                    Said { status: 200, body: json!({"ok": true, "result": file}) }
                }
                None => refused(400, "Bad Request: invalid file_id"),
            },
            "sendChatAction" if body["chat_id"].is_i64() && body["action"] == "typing" => {
                Said { status: 200, body: json!({"ok": true, "result": true}) }
            }
            "setWebhook" => {
                let secret = body["secret_token"].as_str().unwrap_or_default();
                if secret.len() > 256 {
                    return refused(400, "Bad Request: secret token is too long");
                }
                if secret.bytes().any(|b| !b.is_ascii_alphanumeric() && !b"_-".contains(&b)) {
                    return refused(400, "Bad Request: secret token contains unallowed characters");
                }
                self.hook = Some(body);
                Said {
                    status: 200,
                    body: json!({"ok": true, "result": true, "description": "Webhook was set"}),
                }
            }
            _ => refused(404, "Not Found: method not found"),
        }
    }

    fn send(&mut self, body: &Value, more: Value) -> Said {
        let chat = &body["chat_id"];
        let Some(chat) = chat.as_i64().or_else(|| chat.as_str()?.parse().ok()) else {
            return refused(400, "Bad Request: chat_id is empty");
        };
        self.messages += 1;
        let mut result = json!({
            "message_id": 200 + self.messages,
            "date": 1_767_225_610,
            "chat": {"id": chat, "type": "private"},
        });
        if let (Some(result), Value::Object(more)) = (result.as_object_mut(), more) {
            result.extend(more);
        }
        Said { status: 200, body: json!({"ok": true, "result": result}) }
    }
}

/// The bot about itself.
fn me() -> Value {
    json!({
        "id": 110_201_543, "is_bot": true, "first_name": "Flower shop", "username": "flower_shop_bot",
        "can_join_groups": true, "can_read_all_group_messages": false, "supports_inline_queries": false,
    })
}

/// As JSON or as a form: Telegram takes both, and its clients send both.
fn parameters(call: &Taken) -> Value {
    if !call.header("content-type").starts_with("application/x-www-form-urlencoded") {
        return call.json();
    }
    form_urlencoded::parse(&call.body).map(|(name, value)| (name.into_owned(), json!(value))).collect()
}

/// An update with a text of this customer.
pub fn text(update: i64, chat: i64, name: &str, text: &str) -> Value {
    json!({"update_id": update, "message": {
        "message_id": update,
        "from": {"id": chat, "is_bot": false, "first_name": name, "language_code": "en"},
        "chat": {"id": chat, "type": "private", "first_name": name},
        "date": 1_767_225_600,
        "text": text,
    }})
}
