//! What `WhatsApp`, Messenger and Instagram share: Meta's handshake and signature, its lists of entries, and calls of its
//! Graph API with their errors.

use hmac::Mac;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::Account;
use super::account::{Form, Made, SecretField, Setting, visible};
use super::call::{Call, Got, Verdict};
use super::inbound::{Event, Inbound, What};
use super::mac::{self, is_sha256};
use super::request::{Answer, Refused, Request};
use crate::domain::Millis;
use crate::hex;

/// Carries the signature. An older header with SHA-1 may come beside it and is not looked at.
const HEADER: &str = "x-hub-signature-256";

/// Where Graph is.
const API: &str = "api_base";
/// Which version of it.
const VERSION: &str = "api_version";
/// Proves who calls.
const TOKEN: &str = "access_token";
/// Signs what Meta sends; several stand apart by commas.
const APP_SECRET: &str = "app_secret";
/// Meta shows it when it asks whether we are there.
const VERIFY_TOKEN: &str = "verify_token";

/// An answer may be written freely for so long after the customer wrote. Milliseconds.
const WINDOW: Millis = 24 * 60 * 60 * 1_000;

/// Before the text of an answer to choose from, in what comes back when it was chosen.
const CHOSEN: &str = "say:";

/// Graph for accounts that log in at Instagram. It signs with another secret and asks for no proof.
pub(super) const INSTAGRAM: &str = "https://graph.instagram.com";

pub(super) const API_BASE: Setting =
    Setting { name: API, default: Some("https://graph.facebook.com"), form: Form::Url };
pub(super) const API_VERSION: Setting = Setting { name: VERSION, default: Some("v24.0"), form: Form::Text };

/// The secrets of all three.
pub(super) const SECRETS: &[SecretField] = &[
    SecretField { name: TOKEN, made_by_us: None, rotates: false, check: visible },
    SecretField { name: APP_SECRET, made_by_us: None, rotates: true, check: visible },
    SecretField { name: VERIFY_TOKEN, made_by_us: Some(Made::Token), rotates: true, check: visible },
];

/// Repeats the challenge to who knows the verify token; 403 to anybody else.
pub(super) fn handshake(request: &Request<'_>, account: &Account<'_>) -> Option<Answer> {
    if request.method != "GET" {
        return None;
    }
    let asked = |name: &str| {
        let found = request.query.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let given = asked("hub.verify_token").as_bytes();
    let known = account.secrets(VERIFY_TOKEN).any(|token| bool::from(token.as_bytes().ct_eq(given)));
    let answer = if asked("hub.mode") == "subscribe" && known {
        Answer { body: asked("hub.challenge").to_owned(), ..Answer::ok() }
    } else {
        Answer { status: 403, ..Answer::ok() }
    };
    Some(answer)
}

/// HMAC-SHA256 of the raw body with the app's secret, as hex behind `sha256=`.
pub(super) fn verify(request: &Request<'_>, account: &Account<'_>) -> Result<(), Refused> {
    let given = request.headers.one(HEADER).and_then(|value| value.strip_prefix("sha256="));
    let given = given.and_then(hex::decode).ok_or(Refused::Unauthenticated("no signature"))?;
    let fits = |secret: &str| is_sha256(secret, request.body, &given);
    if account.secrets(APP_SECRET).flat_map(several).any(fits) {
        Ok(())
    } else {
        Err(Refused::Unauthenticated("no signature fits"))
    }
}

/// The app's secrets in one text. An empty one is none: anybody could sign with it.
fn several(secrets: &str) -> impl Iterator<Item = &str> {
    secrets.split(',').map(str::trim).filter(|secret| !secret.is_empty())
}

/// The entries of a request; none when it is about something else than `object`.
pub(super) fn entries(request: &Request<'_>, object: &str) -> Result<Vec<Value>, Refused> {
    let mut body: Value =
        serde_json::from_slice(request.body).map_err(|_| Refused::Malformed("the body is not JSON"))?;
    let Some(about) = body["object"].as_str() else {
        return Err(Refused::Unreadable("object: missing".into()));
    };
    if about != object {
        return Ok(Vec::new());
    }
    match body["entry"].take() {
        Value::Array(entries) => Ok(entries),
        _ => Err(Refused::Unreadable("entry: not a list".into())),
    }
}

/// The members of a list; none where there is no list.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// An event that only its words can name.
pub(super) fn other(contact: Option<String>, raw: Value) -> Event {
    let digest = hex::encode(&Sha256::digest(raw.to_string()));
    Event { key: format!("other:{digest}"), message: None, contact, raw }
}

/// What nobody needs to see; it is from nobody, so that it opens no reply window.
pub(super) const fn nothing() -> Inbound {
    Inbound { who: None, what: What::Nothing }
}

/// What comes back when this answer is chosen.
pub(super) fn payload(answer: &str, most: usize) -> String {
    format!("{CHOSEN}{answer}").chars().take(most).collect()
}

/// The whole text of the chosen answer, which may be shown cut; else its title.
pub(super) fn chosen(payload: &Value, title: &Value) -> String {
    let whole = payload.as_str().and_then(|payload| payload.strip_prefix(CHOSEN));
    whole.or(title.as_str()).or(payload.as_str()).unwrap_or_default().to_owned()
}

/// At most so many characters, the last an ellipsis when some are missing.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

/// Until when an answer may be written freely.
pub(super) const fn window_ends(last_in_at: Millis) -> Millis {
    last_in_at + WINDOW
}

/// May an answer be written freely?
pub(super) const fn window_is_open(last_in_at: Millis, now: Millis) -> bool {
    now <= window_ends(last_in_at)
}

/// A Graph id; anything else would be another path.
pub(super) fn id<'a>(account: &Account<'a>, setting: &'static str) -> Result<&'a str, String> {
    let id = account.setting(setting);
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(format!("the channel's {setting} must be letters and digits"));
    }
    Ok(id)
}

/// A call of Graph, as the owner of the token; with the proof that apps may be made to ask for.
pub(super) fn call(part: usize, account: &Account<'_>, path: &str, body: &Value) -> Result<Call, String> {
    let mut call = Call::json(part, url(account, path, "")?, body);
    call.headers.push(("authorization", bearer(account)?));
    Ok(call)
}

/// A question about a customer or a file.
pub(super) fn get(account: &Account<'_>, id: &str, fields: &str) -> Result<Call, String> {
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err("this is no id of Graph".into());
    }
    let headers = vec![("authorization", bearer(account)?)];
    let url = url(account, id, &format!("fields={fields}&"))?;
    Ok(Call { headers, ..Call::get(url) })
}

/// The header that proves who calls.
pub(super) fn bearer(account: &Account<'_>) -> Result<String, String> {
    account
        .secret(TOKEN)
        .map(|token| format!("Bearer {token}"))
        .ok_or("the channel has no access_token".into())
}

fn url(account: &Account<'_>, path: &str, query: &str) -> Result<String, String> {
    let (base, version) = (account.base(API), account.setting(VERSION));
    if base == INSTAGRAM {
        return Ok(format!("{base}/{version}/{path}?{query}"));
    }
    let secret =
        account.secrets(APP_SECRET).flat_map(several).next().ok_or("the channel has no app_secret")?;
    let token = account.secret(TOKEN).unwrap_or_default();
    let proof = hex::encode(&mac::sha256(secret, token.as_bytes()).finalize().into_bytes());
    Ok(format!("{base}/{version}/{path}?{query}appsecret_proof={proof}"))
}

/// An error of Graph.
pub(super) struct Fault {
    /// 0 when it names none.
    pub code: i64,
    /// 0 when it names none.
    pub subcode: i64,
    /// For members.
    pub reason: String,
}

/// What an `error` object, or a member of `errors`, says.
pub(super) fn fault(error: &Value) -> Fault {
    let texts = [&error["error_data"]["details"], &error["message"], &error["title"]];
    let reason = texts.iter().find_map(|text| text.as_str()).unwrap_or("no reason given");
    Fault {
        code: error["code"].as_i64().unwrap_or_default(),
        subcode: error["error_subcode"].as_i64().unwrap_or_default(),
        reason: reason.chars().take(300).collect(),
    }
}

/// What an answer means: `provider_id` finds the id in a success, `class` knows the platform's own codes, and the rest are
/// those that all of Graph has.
pub(super) fn judge(
    got: &Got<'_>,
    provider_id: impl Fn(&Value) -> Option<&str>,
    class: impl Fn(&Fault) -> Option<Verdict>,
) -> Verdict {
    let body: Value = serde_json::from_slice(got.body).unwrap_or_default();
    if (200..300).contains(&got.status) && !body["error"].is_object() {
        return Verdict::Done { provider_id: provider_id(&body).map(str::to_owned) };
    }
    let mut fault = fault(&body["error"]);
    if !body["error"].is_object() {
        fault.reason = format!("status {}", got.status);
    }
    if let Some(verdict) = class(&fault) {
        return match verdict {
            Verdict::Again { after, reason } => Verdict::Again { after: got.retry_after.or(after), reason },
            other => other,
        };
    }
    let reason = fault.reason;
    match (fault.code, got.status) {
        (3 | 10 | 190 | 200..=299 | 368, _) | (0, 401) => Verdict::Broken { reason },
        (1 | 2 | 4 | 17 | 32 | 613, _) | (_, 429 | 500..=599) => {
            Verdict::Again { after: got.retry_after, reason }
        }
        (_, 400..=499) => Verdict::Failed { reason },
        _ => Verdict::Again { after: got.retry_after, reason },
    }
}

/// What tells Graph that events go to `hook`.
pub(super) fn override_of(account: &Account<'_>, hook: &str) -> Value {
    json!({"override_callback_uri": hook, "verify_token": account.secret(VERIFY_TOKEN)})
}
