//! Discord apps: commands and buttons by HTTP ("interactions"), messages to the bot by the gateway's socket (`gateway.rs`).
//! Facts are those of Discord's documentation (github.com/discord/discord-api-docs). How to set one up:
//! `docs/channels/discord.md`.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::account::{Form, SecretField, Setting, named, visible};
use super::call::{Call, Carries, Got, Recipient, Saying, SentFile, Verdict};
use super::gateway::Gateway;
use super::inbound::{Event, Inbound, Reaction, RemoteFile, What, Who};
use super::request::{Answer, Refused, Request};
use super::source::get;
use super::split::{Unit, split};
use super::{Account, Platform};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;
use crate::hex;

const SIGNATURE: &str = "x-signature-ed25519";
const TIMESTAMP: &str = "x-signature-timestamp";

/// A signature is good for this long, before and after its time: Discord tries events again for 10 minutes.
const TOLERANCE: Millis = 15 * 60_000;

const API: &str = "api_base";
const APPLICATION: &str = "application_id";
const KEY: &str = "public_key";
/// `off`: no socket is kept, and only commands and buttons come in.
const GATEWAY: &str = "gateway";
const TOKEN: &str = "bot_token";

/// Most characters of a text.
const TEXT_MAX: usize = 2_000;

/// Most files of a message; bytes of one, which everybody may send; and bytes of all of them, below what a request may have.
const FILES_MAX: usize = 10;
const FILE_MAX: i64 = 10 << 20;
const FILES_SIZE_MAX: i64 = 20 << 20;

/// Most buttons of a message and of a row, characters of what is on them, and of what they say.
const BUTTONS_MAX: usize = 25;
const ROW: usize = 5;
const LABEL_MAX: usize = 80;
const ID_MAX: usize = 100;

/// Answers to a command used outside the chat with the bot are taken for 15 minutes; a few seconds less are sure.
const ANSWERED: Millis = 15 * 60_000 - 10_000;
const TOO_LATE: &str = "Discord takes answers to a command for 15 minutes; the customer has to use it again, or to write to the bot itself";

/// Only the customer sees it.
const EPHEMERAL: i64 = 1 << 6;

/// The beginning of Discord's time, in Unix milliseconds.
const EPOCH: Millis = 1_420_070_400_000;

/// Kinds of interaction.
const PING: i64 = 1;
const COMMAND: i64 = 2;
const COMPONENT: i64 = 3;
const AUTOCOMPLETE: i64 = 4;
const MODAL: i64 = 5;

/// The kind of option that is a file.
const ATTACHMENT: i64 = 11;

/// The Discord platform.
pub(super) struct Discord;

impl Platform for Discord {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Discord
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting { name: APPLICATION, default: None, form: Form::Text },
            Setting { name: KEY, default: None, form: Form::Text },
            Setting { name: GATEWAY, default: Some("on"), form: Form::Switch },
            Setting { name: API, default: Some("https://discord.com/api/v10"), form: Form::Url },
        ]
    }

    fn secrets(&self) -> &'static [SecretField] {
        &[SecretField { name: TOKEN, made_by_us: None, rotates: false, check: visible }]
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, now: Millis) -> Result<(), Refused> {
        let given = request.headers.one(SIGNATURE).and_then(hex::decode);
        let given = given.ok_or(Refused::Unauthenticated("no signature"))?;
        let time = request.headers.one(TIMESTAMP).ok_or(Refused::Unauthenticated("no time"))?;
        let key = hex::decode(account.setting(KEY)).unwrap_or_default();
        let signed = [time.as_bytes(), request.body].concat();
        UnparsedPublicKey::new(&ED25519, key)
            .verify(&signed, &given)
            .map_err(|_| Refused::Unauthenticated("the signature is another one"))?;
        // Far from any overflow, also when somebody with the key says otherwise.
        let at = time.parse::<u32>().map_err(|_| Refused::Unauthenticated("no time"))?;
        if (now - Millis::from(at) * 1_000).abs() > TOLERANCE {
            return Err(Refused::Unauthenticated("the time is not now"));
        }
        Ok(())
    }

    fn handshake(&self, request: &Request<'_>, _: &Account<'_>) -> Option<Answer> {
        let body: Value = serde_json::from_slice(request.body).ok()?;
        match body["type"].as_i64()? {
            // Webhook events have kinds of their own: 0 asks whether we are there, 1 tells of something.
            0 => Some(nothing_to_say()),
            PING if body["event"].is_object() => Some(nothing_to_say()),
            PING => Some(Answer::json(&json!({"type": 1}))),
            AUTOCOMPLETE => Some(Answer::json(&json!({"type": 8, "data": {"choices": []}}))),
            _ => None,
        }
    }

    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        let raw: Value =
            serde_json::from_slice(request.body).map_err(|_| Refused::Malformed("the body is not JSON"))?;
        let id = snowflake(&raw["id"]).ok_or_else(|| Refused::Unreadable("id: missing".into()))?;
        let contact = snowflake(&user(&raw)["id"]).map(str::to_owned);
        Ok(vec![Event { key: format!("interaction:{id}"), message: None, contact, raw }])
    }

    /// Answers a command with the customer's own words, for their eyes only, and takes buttons away that were used.
    fn accepted(&self, request: &Request<'_>, _: bool) -> Answer {
        let raw: Value = serde_json::from_slice(request.body).unwrap_or_default();
        if raw["type"] == COMPONENT {
            return Answer::json(&json!({"type": 7, "data": {"components": []}}));
        }
        let (said, _) = words(&raw);
        let content: String = format!("✓ {said}").chars().take(TEXT_MAX).collect();
        let data = json!({"content": content, "flags": EPHEMERAL, "allowed_mentions": {"parse": []}});
        Answer::json(&json!({"type": 4, "data": data}))
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        let nothing = Inbound { who: None, what: What::Nothing };
        if let Some(kind) = raw["t"].as_str() {
            return Ok(dispatched(kind, &raw["d"]).unwrap_or(nothing));
        }
        let (text, files) = words(raw);
        let Some(who) = who(user(raw), address(raw)?, &raw["locale"]) else { return Ok(nothing) };
        if text.is_empty() && files.is_empty() {
            return Ok(nothing);
        }
        Ok(Inbound { who: Some(who), what: What::Message { text, files } })
    }

    fn check(&self, account: &Account<'_>) -> Result<Option<Call>, String> {
        with_token(account, Call::get(format!("{}/users/@me", account.base(API)))).map(Some)
    }

    fn account_in(&self, answer: &Value) -> Option<String> {
        named(answer["global_name"].as_str(), answer["username"].as_str())
    }

    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, now: Millis) -> Result<Vec<Call>, String> {
        let address = saying.to.address;
        let base = account.base(API);
        // The chat with the bot, which has no end, or a command somewhere else.
        let is_direct = address["channel_id"].is_string();
        let url = if is_direct {
            format!("{base}/channels/{}/messages", snowflake(&address["channel_id"]).ok_or(UNKNOWN)?)
        } else {
            let token = address["token"].as_str().ok_or(UNKNOWN)?;
            if now > address["until"].as_i64().unwrap_or(0) {
                return Err(TOO_LATE.into());
            }
            format!("{base}/webhooks/{}/{token}", snowflake(&address["application_id"]).ok_or(UNKNOWN)?)
        };
        let messages = messages(saying).into_iter().enumerate();
        messages
            .map(|(part, (mut body, files))| {
                body["allowed_mentions"] = json!({"parse": []});
                if is_direct {
                    body["nonce"] = json!(nonce(saying, part));
                    body["enforce_nonce"] = json!(true);
                } else {
                    body["flags"] = json!(EPHEMERAL);
                }
                let mut call = Call::json(part, url.clone(), &body);
                if !files.is_empty() {
                    call.carries = Carries::Form(files);
                }
                if is_direct { with_token(account, call) } else { Ok(with_agent(account, call)) }
            })
            .collect()
    }

    /// A command is answered for a while; the chat with the bot has no end.
    fn open_until(&self, _: &Account<'_>, to: &Recipient<'_>) -> Option<Millis> {
        to.address["until"].as_i64()
    }

    fn message(&self, raw: &Value) -> Option<String> {
        let about = &raw["d"];
        snowflake(&about["message_id"]).or(snowflake(&about["id"])).map(str::to_owned)
    }

    /// Shown for ten seconds, in the chat with the bot only.
    fn typing(&self, account: &Account<'_>, to: &Recipient<'_>, _: Option<&str>) -> Option<Call> {
        let channel = snowflake(&to.address["channel_id"])?;
        let url = format!("{}/channels/{channel}/typing", account.base(API));
        with_token(account, Call::json(0, url, &json!({}))).ok()
    }

    fn judge(&self, got: &Got<'_>) -> Verdict {
        let body: Value = serde_json::from_slice(got.body).unwrap_or_default();
        if (200..=299).contains(&got.status) {
            return Verdict::Done { provider_id: body["id"].as_str().map(str::to_owned) };
        }
        let code = body["code"].as_i64().unwrap_or(0);
        let reason = match body["message"].as_str() {
            Some(said) if code > 0 => format!("{said} ({code})"),
            Some(said) => said.to_owned(),
            None => format!("status {}", got.status),
        };
        let reason: String = reason.chars().take(300).collect();
        match (got.status, code) {
            // The token of the command is no longer known.
            (_, 10_015 | 50_027) => Verdict::Failed { reason: TOO_LATE.into() },
            (401, _) | (_, 40_001) => Verdict::Broken { reason },
            (429, _) => {
                let after = body["retry_after"]
                    .as_f64()
                    .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                Verdict::Again { after: after.or(got.retry_after), reason }
            }
            (408 | 500..=599, _) => Verdict::Again { after: got.retry_after, reason },
            _ => Verdict::Failed { reason },
        }
    }

    /// Sets our address, which Discord tries before it takes it, and makes the command `/ask`.
    fn connect(&self, account: &Account<'_>, hook: &str) -> Vec<Call> {
        let base = account.base(API);
        let address = json!({"interactions_endpoint_url": hook});
        let set = Call { method: "PATCH", ..Call::json(0, format!("{base}/applications/@me"), &address) };
        let commands = format!("{base}/applications/{}/commands", account.setting(APPLICATION));
        let message = json!({"type": 3, "name": "message", "description": "Your message", "required": true});
        let command = json!({"type": 1, "name": "ask", "description": "Write to us", "options": [message]});
        let make = Call::json(1, commands, &command);
        [set, make].into_iter().filter_map(|call| with_token(account, call).ok()).collect()
    }

    fn gateway(&self, account: &Account<'_>) -> Option<Gateway> {
        let token = account.secret(TOKEN).filter(|_| account.setting(GATEWAY) != "off")?;
        let url = format!("{}/gateway/bot", account.base(API));
        Some(Gateway::new(with_token(account, get(url, Vec::new())).ok()?, token))
    }
}

const UNKNOWN: &str = "the customer's chat at Discord is not known";

fn nothing_to_say() -> Answer {
    Answer { status: 204, ..Answer::ok() }
}

fn with_token(account: &Account<'_>, mut call: Call) -> Result<Call, String> {
    let token = account.secret(TOKEN).ok_or("the channel has no bot_token")?;
    call.headers.push(("authorization", format!("Bot {token}")));
    Ok(with_agent(account, call))
}

/// Discord turns away programs that do not say who they are in its own form.
fn with_agent(account: &Account<'_>, mut call: Call) -> Call {
    let home = account.hook().split("/hooks/").next().unwrap_or_default();
    call.headers.push(("user-agent", format!("DiscordBot ({home}, {})", env!("CARGO_PKG_VERSION"))));
    call
}

/// An id: digits in a string, as there are more of them than a float holds.
fn snowflake(value: &Value) -> Option<&str> {
    let is_id = |id: &&str| (1..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
    value.as_str().filter(is_id)
}

/// Who used a command or a button, on a server or elsewhere.
fn user(interaction: &Value) -> &Value {
    let member = &interaction["member"]["user"];
    if member.is_object() { member } else { &interaction["user"] }
}

/// Where an interaction is answered.
fn address(interaction: &Value) -> Result<Value, String> {
    // 2: a chat between people, in which the bot is not.
    let is_direct = interaction["guild_id"].is_null() && interaction["context"] != 2;
    if is_direct {
        return Ok(json!({"channel_id": interaction["channel_id"]}));
    }
    let id = snowflake(&interaction["id"]).and_then(|id| id.parse::<u64>().ok()).ok_or("id: missing")?;
    let made_at = Millis::try_from(id >> 22).unwrap_or(0) + EPOCH;
    let (application, token) = (&interaction["application_id"], &interaction["token"]);
    Ok(json!({"application_id": application, "token": token, "until": made_at + ANSWERED}))
}

fn who(user: &Value, address: Value, locale: &Value) -> Option<Who> {
    let handle = user["username"].as_str();
    let name = user["global_name"].as_str().or(handle).filter(|name| !name.is_empty());
    let attributes = handle.map(|handle| ("discord".to_owned(), format!("@{handle}")));
    Some(Who {
        key: snowflake(&user["id"])?.to_owned(),
        name: name.map(str::to_owned),
        email: None,
        language: locale.as_str().map(str::to_owned),
        attributes: attributes.into_iter().collect::<BTreeMap<_, _>>(),
        address,
    })
}

/// What a command, a button or a form says.
fn words(interaction: &Value) -> (String, Vec<RemoteFile>) {
    let data = &interaction["data"];
    let mut said = Vec::new();
    let mut files = Vec::new();
    match interaction["type"].as_i64() {
        Some(COMMAND) => {
            options(&data["options"], &data["resolved"]["attachments"], &mut said, &mut files);
            // A command without words is its own word: `/human`, `/end`.
            if said.is_empty() && files.is_empty() {
                said.extend(data["name"].as_str().map(|name| format!("/{name}")));
            }
        }
        Some(COMPONENT) => match data["values"].as_array() {
            Some(values) => said.extend(values.iter().filter_map(Value::as_str).map(str::to_owned)),
            None => said.extend(data["custom_id"].as_str().map(chosen)),
        },
        Some(MODAL) => inputs(&data["components"], &mut said),
        _ => {}
    }
    (said.join("\n").trim().to_owned(), files)
}

/// Values of options, also of those inside a command of a command.
fn options(options: &Value, attachments: &Value, said: &mut Vec<String>, files: &mut Vec<RemoteFile>) {
    for option in list(options) {
        match &option["value"] {
            Value::String(id) if option["type"] == ATTACHMENT => files.push(file(&attachments[id.as_str()])),
            Value::String(text) => said.push(text.clone()),
            Value::Null => self::options(&option["options"], attachments, said, files),
            other => said.push(other.to_string()),
        }
    }
}

/// Values of a form's fields, in rows or beside labels.
fn inputs(components: &Value, said: &mut Vec<String>) {
    for component in list(components) {
        said.extend(component["value"].as_str().filter(|text| !text.is_empty()).map(str::to_owned));
        inputs(&component["components"], said);
        said.extend(component["component"]["value"].as_str().map(str::to_owned));
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn file(attachment: &Value) -> RemoteFile {
    let text = |name: &str| attachment[name].as_str().map(str::to_owned);
    RemoteFile {
        reference: text("url").unwrap_or_default(),
        name: text("filename").unwrap_or_else(|| "file".into()),
    }
}

/// The name of a button of ours: its number, as two may say the same, and what it says.
fn button_id(index: usize, reply: &str) -> String {
    shortened(&format!("{index}:{reply}"), ID_MAX)
}

fn chosen(button: &str) -> String {
    let (number, reply) = button.split_once(':').unwrap_or_default();
    let is_ours = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    (if is_ours { reply } else { button }).to_owned()
}

/// A dispatch of the gateway, as an event to be stored; none for what nobody needs. `place`: of the dispatch, as reactions
/// come and go and have no number of their own.
pub(super) fn event(kind: &str, happened: &Value, place: &str) -> Option<Event> {
    let key = match kind {
        "MESSAGE_CREATE" => format!("message:{}", snowflake(&happened["id"])?),
        "MESSAGE_UPDATE" => {
            format!("edit:{}:{}", snowflake(&happened["id"])?, happened["edited_timestamp"].as_str()?)
        }
        "MESSAGE_DELETE" => format!("delete:{}", snowflake(&happened["id"])?),
        "MESSAGE_REACTION_ADD" | "MESSAGE_REACTION_REMOVE" => {
            format!("reaction:{}:{place}", snowflake(&happened["message_id"])?)
        }
        _ => return None,
    };
    // Of chats on servers only those are for us that begin with a command.
    if !happened["guild_id"].is_null() || happened["author"]["bot"] == true {
        return None;
    }
    let contact = snowflake(&happened["author"]["id"]).map(str::to_owned);
    Some(Event { key, message: None, contact, raw: json!({"t": kind, "d": happened}) })
}

fn dispatched(kind: &str, message: &Value) -> Option<Inbound> {
    let emoji = || message["emoji"]["name"].as_str().map(str::to_owned);
    let change = match kind {
        "MESSAGE_DELETE" => Some(What::Deleted),
        "MESSAGE_REACTION_ADD" => Some(What::Reacted(Reaction::Added(emoji()?))),
        "MESSAGE_REACTION_REMOVE" => Some(What::Reacted(Reaction::Removed(emoji()?))),
        _ => None,
    };
    if let Some(what) = change {
        return Some(Inbound { who: None, what });
    }
    let address = json!({"channel_id": snowflake(&message["channel_id"])?});
    let who = who(&message["author"], address, &Value::Null)?;
    let text = message["content"].as_str().unwrap_or_default().trim().to_owned();
    let stickers = list(&message["sticker_items"]).iter();
    let stickers = stickers.filter_map(|sticker| sticker["name"].as_str());
    let stickers =
        stickers.map(|name| RemoteFile { reference: String::new(), name: format!("sticker: {name}") });
    let files: Vec<RemoteFile> = list(&message["attachments"]).iter().map(file).chain(stickers).collect();
    let what = match kind {
        // Others tell that somebody pinned something, or called.
        "MESSAGE_CREATE" if !matches!(message["type"].as_i64(), None | Some(0 | 19)) => return None,
        "MESSAGE_CREATE" if text.is_empty() && files.is_empty() => return None,
        "MESSAGE_CREATE" => What::Message { text, files },
        "MESSAGE_UPDATE" => What::Edited { text },
        _ => return None,
    };
    Some(Inbound { who: Some(who), what })
}

/// Texts with files below the last one, and with what answers are chosen from.
fn messages(saying: &Saying<'_>) -> Vec<(Value, Vec<usize>)> {
    let mut text = saying.text.to_owned();
    for SentFile { name, url, .. } in saying.files.iter().filter(|file| file.size > FILE_MAX) {
        text = format!("{text}\n{name}: {url}");
    }
    let texts = split(&text, TEXT_MAX, Unit::Characters).into_iter();
    let mut all: Vec<(Value, Vec<usize>)> =
        texts.map(|text| (json!({"content": text}), Vec::new())).collect();
    let mut last = all.pop().unwrap_or_default();
    let mut size = 0;
    for (index, file) in saying.files.iter().enumerate().filter(|(_, file)| file.size <= FILE_MAX) {
        if last.1.len() == FILES_MAX || size + file.size > FILES_SIZE_MAX {
            all.push(std::mem::take(&mut last));
            size = 0;
        }
        last.1.push(index);
        size += file.size;
    }
    if !saying.quick_replies.is_empty() {
        if last == Default::default() {
            last.0["content"] = json!("👇");
        }
        last.0["components"] = rows(saying.quick_replies);
    }
    if last != Default::default() {
        all.push(last);
    }
    all
}

fn rows(replies: &[String]) -> Value {
    let buttons: Vec<Value> = replies
        .iter()
        .take(BUTTONS_MAX)
        .enumerate()
        .map(|(index, reply)| {
            let (label, id) = (shortened(reply, LABEL_MAX), button_id(index, reply));
            json!({"type": 2, "style": 2, "label": label, "custom_id": id})
        })
        .collect();
    buttons.chunks(ROW).map(|row| json!({"type": 1, "components": row})).collect()
}

/// The same over all tries of a part: Discord answers a repeat within a few minutes with the first message.
fn nonce(saying: &Saying<'_>, part: usize) -> String {
    let digest = Sha256::digest(format!("{}/{part}", saying.id()));
    URL_SAFE_NO_PAD.encode(&digest[..18])
}

/// The first characters of a text.
fn shortened(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}
