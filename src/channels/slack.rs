//! Slack apps: customers write to the app, or in channels where it is. Facts are those of Slack's documentation and of its
//! own clients (`slack_sdk`, bolt). How to set one up: `docs/channels/slack.md`.

use serde_json::{Value, json};
use url::form_urlencoded;

use super::account::{Form, SecretField, Setting, named, visible};
use super::call::{Call, Carries, Got, Saying, SentFile, Verdict, Writer};
use super::inbound::{Event, Inbound, Reaction, RemoteFile, What, Who};
use super::mac::is_sha256;
use super::mrkdwn::{emoji, escaped, plain};
use super::request::{Answer, Refused, Request};
use super::source::{Source, get};
use super::split::{Unit, split};
use super::{Account, Platform};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;
use crate::hex;

const SIGNATURE: &str = "x-slack-signature";
const TIMESTAMP: &str = "x-slack-request-timestamp";

/// A signature is good for this long, before and after its time.
const TOLERANCE: Millis = 300_000;

const API: &str = "api_base";
/// `on`: threads of channels where the app is are chats too.
const IN_CHANNELS: &str = "in_channels";
/// `on`: members write under their first names, for which the app needs `chat:write.customize`.
const NAMES: &str = "member_names";
const TOKEN: &str = "bot_token";
const SECRET: &str = "signing_secret";

/// Most characters of a text, as Slack advises, and of one with buttons below it.
const TEXT_MAX: usize = 4_000;
const SECTION_MAX: usize = 3_000;

/// Most buttons of a message, characters of what is on them, and of what they say.
const BUTTONS_MAX: usize = 25;
const LABEL_MAX: usize = 75;
const VALUE_MAX: usize = 2_000;

/// Most characters of a writer's name.
const NAME_MAX: usize = 80;

/// Before the customer's key in the name of our buttons.
const BUTTONS_OF: &str = "switchboard:";

/// Kinds of message that a person writes, besides those without a kind.
const WRITTEN: [&str; 3] = ["file_share", "thread_broadcast", "me_message"];

/// The Slack platform.
pub(super) struct Slack;

impl Platform for Slack {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Slack
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting { name: IN_CHANNELS, default: Some("off"), form: Form::Switch },
            Setting { name: NAMES, default: Some("off"), form: Form::Switch },
            Setting { name: API, default: Some("https://slack.com/api"), form: Form::Url },
        ]
    }

    fn secrets(&self) -> &'static [SecretField] {
        const FIELDS: &[SecretField] = &[
            SecretField { name: TOKEN, made_by_us: None, rotates: false, check: bot_token },
            SecretField { name: SECRET, made_by_us: None, rotates: true, check: visible },
        ];
        FIELDS
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, now: Millis) -> Result<(), Refused> {
        let given = request.headers.one(SIGNATURE).and_then(|text| text.strip_prefix("v0="));
        let given = given.and_then(hex::decode).ok_or(Refused::Unauthenticated("no signature"))?;
        let time = request.headers.one(TIMESTAMP).filter(|text| is_time(text));
        let time = time.ok_or(Refused::Unauthenticated("no time"))?;
        let at = time.parse::<Millis>().map_or(0, |seconds| seconds * 1_000);
        let signed = [b"v0:", time.as_bytes(), b":", request.body].concat();
        if !account.secrets(SECRET).any(|secret| is_sha256(secret, &signed, &given)) {
            Err(Refused::Unauthenticated("the signature is another one"))
        } else if (now - at).abs() > TOLERANCE {
            Err(Refused::Unauthenticated("the time is not now"))
        } else {
            Ok(())
        }
    }

    fn handshake(&self, request: &Request<'_>, _: &Account<'_>) -> Option<Answer> {
        let body = body(request.body).ok().filter(|body| body["type"] == "url_verification")?;
        let challenge = body["challenge"].as_str()?.to_owned();
        Some(Answer { body: challenge, ..Answer::ok() })
    }

    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        let mut body = body(request.body)?;
        let missing = |name: &str| Refused::Unreadable(format!("{name}: missing"));
        match body["type"].as_str().ok_or_else(|| missing("type"))? {
            "event_callback" => {
                let key = body["event_id"].as_str().filter(|id| !id.is_empty());
                let key = key.ok_or_else(|| missing("event_id"))?.to_owned();
                // A password that Slack once sent in place of signatures; nobody should keep it.
                if let Some(fields) = body.as_object_mut() {
                    fields.remove("token");
                }
                let said = Said::of(&body);
                let (message, contact) =
                    said.map_or((None, None), |said| (Some(said.id()), Some(said.customer())));
                Ok(vec![Event { key, message, contact, raw: body }])
            }
            "block_actions" => Ok(clicks(&body)),
            _ => Ok(Vec::new()),
        }
    }

    /// What is said in channels is for us only where an admin wants it.
    fn is_ours(&self, raw: &Value, account: &Account<'_>) -> bool {
        let event = &raw["event"];
        event["type"] != "message" || is_direct(event) || account.setting(IN_CHANNELS) == "on"
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        if raw["type"] == "block_actions" {
            return Ok(click(raw));
        }
        let Some(said) = Said::of(raw) else { return Ok(Inbound { who: None, what: change(raw) }) };
        let who = Who { key: said.customer(), address: said.address(), ..Who::default() };
        Ok(Inbound { who: Some(who), what: said.what() })
    }

    fn message(&self, raw: &Value) -> Option<String> {
        let event = &raw["event"];
        let (channel, ts) = match event["type"].as_str()? {
            "message" => {
                let numbers = [&event["deleted_ts"], &event["message"]["ts"], &event["ts"]];
                (&event["channel"], numbers.into_iter().find_map(Value::as_str))
            }
            "reaction_added" | "reaction_removed" => {
                (&event["item"]["channel"], event["item"]["ts"].as_str())
            }
            _ => return None,
        };
        Some(format!("{}:{}", channel.as_str()?, ts?))
    }

    /// From Slack with the token. A file that somebody only links to is elsewhere, and nobody there may see the token.
    fn fetch(&self, account: &Account<'_>, reference: &str) -> Result<Source, String> {
        if is_id(reference) {
            let url = format!("{}/files.info?file={reference}", account.base(API));
            return Ok(Source::Ask(with_token(account, get(url, Vec::new()))?));
        }
        if !is_at_slack(reference, account.base(API)) {
            return Source::address(reference);
        }
        Ok(Source::At { call: with_token(account, get(reference.to_owned(), Vec::new()))?, redirects: 1 })
    }

    fn file_in(&self, account: &Account<'_>, answer: &Value) -> Result<Source, String> {
        let file = &answer["file"];
        let url = file["url_private_download"].as_str().or(file["url_private"].as_str());
        self.fetch(account, url.filter(|url| !is_id(url)).ok_or("Slack names no address")?)
    }

    fn ask_name(&self, account: &Account<'_>, key: &str) -> Option<Call> {
        let user = key.rsplit(':').next()?;
        let url = format!("{}/users.info?user={user}", account.base(API));
        with_token(account, get(url, Vec::new())).ok().filter(|_| is_id(user))
    }

    fn name_in(&self, answer: &Value) -> Option<String> {
        let user = &answer["user"];
        let profile = &user["profile"];
        let names = [&profile["display_name"], &profile["real_name"], &user["real_name"], &user["name"]];
        let mut names = names.into_iter().filter_map(Value::as_str);
        names.find(|name| !name.trim().is_empty()).map(str::to_owned)
    }

    fn check(&self, account: &Account<'_>) -> Result<Option<Call>, String> {
        with_token(account, Call::get(format!("{}/auth.test", account.base(API)))).map(Some)
    }

    fn account_in(&self, answer: &Value) -> Option<String> {
        named(answer["team"].as_str(), answer["user"].as_str())
    }

    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, _: Millis) -> Result<Vec<Call>, String> {
        let address = saying.to.address;
        if !address["channel"].is_string() {
            return Err("the customer's channel at Slack is not known".into());
        }
        let place = |part: usize, index: usize, file: &SentFile| -> Result<Call, String> {
            let size = file.size.to_string();
            let form = [("filename", file.name.as_str()), ("length", size.as_str())];
            let mut call = form_call(account, part, "files.getUploadURLExternal", &form)?;
            call.then = Some(json!({"file": index, "title": file.name, "to": address}));
            Ok(call)
        };
        let name = match saying.writer {
            Writer::Agent(name) if account.setting(NAMES) == "on" => Some(shortened(name, NAME_MAX)),
            _ => None,
        };
        let url = format!("{}/chat.postMessage", account.base(API));
        let said = messages(saying).into_iter().enumerate();
        said.map(|(part, said)| {
            let mut body = match said {
                Out::Words(body) => body,
                Out::File(index) => return place(part, index, &saying.files[index]),
            };
            body["channel"] = address["channel"].clone();
            body["unfurl_links"] = json!(false);
            body["unfurl_media"] = json!(false);
            if address["thread_ts"].is_string() {
                body["thread_ts"] = address["thread_ts"].clone();
            }
            if let Some(name) = name.as_ref().filter(|name| !name.is_empty()) {
                body["username"] = json!(name);
            }
            let mut call = Call::json(part, url.clone(), &body);
            call.headers = vec![("content-type", "application/json; charset=utf-8".into())];
            with_token(account, call)
        })
        .collect()
    }

    /// A file is announced, put where Slack says, and then shown: only that says something.
    fn follow(&self, account: &Account<'_>, then: &Value, answer: &Value) -> Result<Call, String> {
        let place = then["file"].as_u64().and_then(|index| usize::try_from(index).ok());
        let (id, to) = (&then["id"], &then["to"]);
        if let (Some(index), None) = (place, id.as_str()) {
            let (url, id) = (answer["upload_url"].as_str(), answer["file_id"].as_str());
            let (url, id) = url.zip(id).ok_or("Slack names no place for the file")?;
            let mut call = Call::post(0, url.to_owned(), "application/octet-stream", Vec::new());
            call.carries = Carries::Body(index);
            call.then = Some(json!({"id": id, "title": then["title"], "to": to}));
            return Ok(call);
        }
        let files = json!([{"id": id, "title": then["title"]}]).to_string();
        let mut form = vec![("files", files.as_str())];
        form.extend(to["channel"].as_str().map(|channel| ("channel_id", channel)));
        form.extend(to["thread_ts"].as_str().map(|thread| ("thread_ts", thread)));
        form_call(account, 0, "files.completeUploadExternal", &form)
    }

    /// Slack says 200 to nearly everything, and what it means in the body.
    fn judge(&self, got: &Got<'_>) -> Verdict {
        let body: Value = serde_json::from_slice(got.body).unwrap_or_default();
        if got.status == 200 && body["ok"] == true {
            let id = body["channel"].as_str().zip(body["ts"].as_str());
            return Verdict::Done { provider_id: id.map(|(channel, ts)| format!("{channel}:{ts}")) };
        }
        let error = body["error"].as_str().unwrap_or_default();
        let reason = match body["needed"].as_str() {
            _ if error.is_empty() => format!("status {}", got.status),
            Some(right) => format!("{error}: {right}"),
            None => error.to_owned(),
        };
        let reason: String = reason.chars().take(300).collect();
        match (error, got.status) {
            // Words go all the same.
            ("missing_scope", _) if body["needed"] == "files:write" => Verdict::Failed { reason },
            (
                "invalid_auth" | "not_authed" | "token_revoked" | "token_expired" | "account_inactive"
                | "missing_scope" | "org_login_required",
                _,
            )
            | (_, 401) => Verdict::Broken { reason },
            (
                "ratelimited"
                | "rate_limited"
                | "internal_error"
                | "fatal_error"
                | "service_unavailable"
                | "request_timeout",
                _,
            )
            | (_, 408 | 429 | 500..=599) => Verdict::Again { after: got.retry_after, reason },
            // Something between Slack and us spoke.
            ("", 200..=299) => Verdict::Unknown { reason },
            _ => Verdict::Failed { reason },
        }
    }
}

fn with_token(account: &Account<'_>, mut call: Call) -> Result<Call, String> {
    let token = account.secret(TOKEN).ok_or("the channel has no bot_token")?;
    call.headers.push(("authorization", format!("Bearer {token}")));
    Ok(call)
}

/// A call as Slack's own clients make it where a method takes no JSON.
fn form_call(
    account: &Account<'_>,
    part: usize,
    method: &str,
    form: &[(&str, &str)],
) -> Result<Call, String> {
    let url = format!("{}/{method}", account.base(API));
    let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    with_token(account, Call::post(part, url, "application/x-www-form-urlencoded", form.into_bytes()))
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// Is the address one of Slack's own, or where the calls go?
fn is_at_slack(address: &str, api: &str) -> bool {
    let (Ok(address), Ok(api)) = (url::Url::parse(address), url::Url::parse(api)) else { return false };
    let is_slacks = address.scheme() == "https"
        && address.host_str().is_some_and(|host| host == "slack.com" || host.ends_with(".slack.com"));
    is_slacks || address.origin() == api.origin()
}

/// What was done to an earlier message.
fn change(raw: &Value) -> What {
    let event = &raw["event"];
    let sign = || event["reaction"].as_str().map(emoji);
    match (event["type"].as_str(), event["subtype"].as_str()) {
        (Some("message"), Some("message_deleted")) => What::Deleted,
        // The first message of a thread leaves a stone, so that the others have a place.
        (Some("message"), Some("message_changed")) if event["message"]["subtype"] == "tombstone" => {
            What::Deleted
        }
        (Some("reaction_added"), _) => {
            sign().map_or(What::Nothing, |sign| What::Reacted(Reaction::Added(sign)))
        }
        (Some("reaction_removed"), _) => {
            sign().map_or(What::Nothing, |sign| What::Reacted(Reaction::Removed(sign)))
        }
        _ => What::Nothing,
    }
}

/// Unix seconds.
fn is_time(text: &str) -> bool {
    (1..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Events are JSON; clicks are JSON in the only field of a form.
fn body(bytes: &[u8]) -> Result<Value, Refused> {
    let malformed = |_| Refused::Malformed("the body is not JSON");
    if !bytes.starts_with(b"payload=") {
        return serde_json::from_slice(bytes).map_err(malformed);
    }
    let payload = url::form_urlencoded::parse(bytes).next().map(|(_, text)| text).unwrap_or_default();
    serde_json::from_str(&payload).map_err(malformed)
}

/// To the app alone? Changes come without the kind of their channel.
fn is_direct(event: &Value) -> bool {
    match event["channel_type"].as_str() {
        Some(kind) => matches!(kind, "im" | "app_home"),
        None => event["channel"].as_str().is_some_and(|id| id.starts_with('D')),
    }
}

/// Something a person said, or changed.
struct Said<'a> {
    team: &'a str,
    channel: &'a str,
    user: &'a str,
    /// Slack's number and time of the message; never a float.
    ts: &'a str,
    /// When it was changed.
    edited: Option<&'a str>,
    /// To the app alone.
    is_direct: bool,
    /// The user that the app is.
    app: Option<&'a str>,
    message: &'a Value,
}

impl<'a> Said<'a> {
    /// None for what no person said.
    fn of(raw: &'a Value) -> Option<Self> {
        let event = &raw["event"];
        let text = |value: &'a Value| value.as_str().filter(|text| !text.is_empty());
        let is_change = event["subtype"] == "message_changed";
        let message = if is_change { &event["message"] } else { event };
        let is_written = message["subtype"].as_str().is_none_or(|kind| WRITTEN.contains(&kind));
        // Previews of links change messages too.
        let edited = text(&message["edited"]["ts"]).filter(|_| is_change);
        if event["type"] != "message" || !is_written || is_change && edited.is_none() {
            return None;
        }
        let apps = raw["authorizations"].as_array().map(Vec::as_slice).unwrap_or_default();
        let app = apps.iter().find(|app| app["is_bot"] == true).and_then(|app| text(&app["user_id"]));
        let (channel, user) = (text(&event["channel"])?, text(&message["user"])?);
        if message["bot_id"].is_string() || app == Some(user) {
            return None;
        }
        let (team, ts) = (text(&raw["team_id"])?, text(&message["ts"])?);
        Some(Self { team, channel, user, ts, edited, is_direct: is_direct(event), app, message })
    }

    /// The same for the same message, under whatever event ids it comes.
    fn id(&self) -> String {
        let parts = [Some(self.team), Some(self.channel), Some(self.ts), self.edited];
        parts.into_iter().flatten().collect::<Vec<_>>().join(":")
    }

    /// The first message of its thread, and who wrote it.
    fn thread(&self) -> (&'a str, &'a str) {
        match self.message["thread_ts"].as_str() {
            Some(first) => (first, self.message["parent_user_id"].as_str().unwrap_or(self.user)),
            None => (self.ts, self.user),
        }
    }

    /// A person, or a thread in a channel. Ends with whose name it has.
    fn customer(&self) -> String {
        let (first, opener) = self.thread();
        if self.is_direct {
            format!("{}:{}", self.team, self.user)
        } else {
            format!("{}:{}:{first}:{opener}", self.team, self.channel)
        }
    }

    /// To the app alone we answer where the customer wrote last; in a channel always in the thread.
    fn address(&self) -> Value {
        let thread = if self.is_direct { self.message["thread_ts"].clone() } else { json!(self.thread().0) };
        json!({"channel": self.channel, "thread_ts": thread})
    }

    fn what(&self) -> What {
        let text = self.message["text"].as_str().unwrap_or_default();
        let called = self.app.and_then(|app| text.trim_start().strip_prefix(&format!("<@{app}>")));
        let mut text = plain(called.unwrap_or(text)).trim().to_owned();
        let files = self.message["files"].as_array().map(Vec::as_slice).unwrap_or_default();
        let files: Vec<RemoteFile> = files.iter().map(file).collect();
        if text.is_empty() && files.is_empty() {
            return What::Nothing;
        }
        if !self.is_direct && self.thread().1 != self.user {
            text = format!("@{}: {text}", self.user);
        }
        if self.edited.is_some() { What::Edited { text } } else { What::Message { text, files } }
    }
}

fn file(file: &Value) -> RemoteFile {
    let first = |names: [&str; 3]| names.into_iter().find_map(|name| file[name].as_str().map(str::to_owned));
    RemoteFile {
        reference: first(["url_private_download", "url_private", "id"]).unwrap_or_default(),
        name: first(["name", "title", "filetype"]).unwrap_or_else(|| "file".into()),
    }
}

/// Clicks on buttons of ours. What else the app shows is not for us.
fn clicks(body: &Value) -> Vec<Event> {
    let actions = body["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let ours = actions.iter().filter_map(|action| {
        let customer = customer_of(action)?.to_owned();
        let part = |name: &str| action[name].as_str().unwrap_or_default();
        // The rest of it holds addresses that let anybody answer in our name.
        let raw = json!({
            "type": "block_actions", "channel": {"id": body["channel"]["id"]}, "user": {"id": body["user"]["id"]},
            "message": {"ts": body["message"]["ts"], "thread_ts": body["message"]["thread_ts"]}, "action": action,
        });
        let key = format!("click:{customer}:{}:{}", part("action_ts"), part("action_id"));
        Some(Event { key, message: None, contact: Some(customer), raw })
    });
    ours.collect()
}

fn customer_of(action: &Value) -> Option<&str> {
    action["block_id"].as_str()?.strip_prefix(BUTTONS_OF)
}

fn click(raw: &Value) -> Inbound {
    let action = &raw["action"];
    let said = action["value"].as_str().or(action["text"]["text"].as_str()).unwrap_or_default();
    match customer_of(action) {
        Some(customer) if !said.is_empty() => {
            let address = json!({"channel": raw["channel"]["id"], "thread_ts": raw["message"]["thread_ts"]});
            let who = Who { key: customer.to_owned(), address, ..Who::default() };
            Inbound { who: Some(who), what: What::Message { text: said.to_owned(), files: Vec::new() } }
        }
        _ => Inbound { who: None, what: What::Nothing },
    }
}

/// What is said at once.
enum Out {
    /// A message, without where it goes.
    Words(Value),
    /// This file of the saying.
    File(usize),
}

/// Texts, then files, then what answers are chosen from.
fn messages(saying: &Saying<'_>) -> Vec<Out> {
    let texts = split(saying.text, TEXT_MAX, Unit::Characters).into_iter();
    let mut all: Vec<Value> = texts.map(|text| json!({"text": escaped(text), "mrkdwn": false})).collect();
    let is_short = |text: &str| text.chars().count() <= SECTION_MAX;
    let fits =
        saying.files.is_empty() && all.last().is_some_and(|last| last["text"].as_str().is_some_and(is_short));
    let files = (0..saying.files.len()).map(Out::File);
    let mut question = None;
    if !saying.quick_replies.is_empty() {
        let last = if fits { all.pop() } else { None };
        let text = last.map_or(json!("👇"), |last| last["text"].clone());
        let section = json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}});
        question = Some(json!({"text": text, "blocks": [section, buttons(saying)]}));
    }
    all.into_iter().map(Out::Words).chain(files).chain(question.map(Out::Words)).collect()
}

fn buttons(saying: &Saying<'_>) -> Value {
    let replies = saying.quick_replies.iter().take(BUTTONS_MAX).enumerate();
    let buttons: Vec<Value> = replies
        .map(|(index, reply)| {
            let label = json!({"type": "plain_text", "text": shortened(reply, LABEL_MAX), "emoji": true});
            let (id, value) = (format!("reply-{index}"), shortened(reply, VALUE_MAX));
            json!({"type": "button", "action_id": id, "value": value, "text": label})
        })
        .collect();
    json!({"type": "actions", "block_id": format!("{BUTTONS_OF}{}", saying.to.key), "elements": buttons})
}

/// The first characters of a text.
fn shortened(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}

fn bot_token(text: &str) -> Result<String, &'static str> {
    let text = visible(text)?;
    if text.starts_with("xoxb-") {
        Ok(text)
    } else {
        Err("must be the Bot User OAuth Token, which begins with xoxb-")
    }
}
