//! Twilio: SMS, MMS and `WhatsApp` by the numbers of one account. Facts are those of Twilio's documentation and of its own
//! validators (twilio-python, twilio-node). How to set one up: `docs/channels/twilio.md`.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::account::{Form, SecretField, Setting, named, visible};
use super::call::{Call, Got, Recipient, Saying, SentFile, Verdict};
use super::inbound::{Event, Inbound, RemoteFile, What, Who};
use super::mac::{is_sha1, is_sha256};
use super::request::{Answer, Refused, Request};
use super::source::{Source, get};
use super::split::{Unit, split};
use super::{Account, Platform};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;
use crate::domain::delivery::DeliveryState;
use crate::hex;

const SIGNATURE: &str = "x-twilio-signature";
/// `key=…,algorithm=…`; without it, the algorithm is HMAC-SHA1 and the key the auth token.
const ALGORITHM: &str = "x-twilio-webhooks-signature-settings";

const API: &str = "api_base";
const SID: &str = "account_sid";
const TOKEN: &str = "auth_token";
const SHARED_KEY: &str = "signature_key";

/// Before the numbers of `WhatsApp`.
const WHATSAPP: &str = "whatsapp:";

/// Most characters of a text.
const TEXT_MAX: usize = 1_600;

/// Most files of a message that comes in.
const FILES_MAX: usize = 10;

/// Largest file by `WhatsApp` and largest picture by MMS, in bytes; others go as a link.
const WHATSAPP_FILE_MAX: i64 = 16_000_000;
const MMS_FILE_MAX: i64 = 5_000_000;

/// By `WhatsApp`, customers are answered this long after they wrote.
const WINDOW: Millis = 24 * 60 * 60 * 1_000;
const WINDOW_OVER: &str =
    "the customer last wrote more than 24 hours ago, and WhatsApp takes only templates after that";

/// Is this the keyed hash of a text?
type IsMac = fn(key: &str, signed: &[u8], given: &[u8]) -> bool;

/// The Twilio platform.
pub(super) struct Twilio;

impl Platform for Twilio {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Twilio
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting { name: SID, default: None, form: Form::Text },
            Setting { name: API, default: Some("https://api.twilio.com"), form: Form::Url },
        ]
    }

    fn secrets(&self) -> &'static [SecretField] {
        const fn given(name: &'static str) -> SecretField {
            SecretField { name, made_by_us: None, rotates: true, check: visible }
        }
        const FIELDS: &[SecretField] = &[given(TOKEN), given(SHARED_KEY)];
        FIELDS
    }

    fn optional_secrets(&self) -> &'static [&'static str] {
        &[SHARED_KEY]
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, _: Millis) -> Result<(), Refused> {
        let given = request.headers.one(SIGNATURE).and_then(|text| STANDARD.decode(text).ok());
        let given = given.ok_or(Refused::Unauthenticated("no signature"))?;
        let (secret, is_mac): (&str, IsMac) = match algorithm(request) {
            "HMAC_SHA1" => (TOKEN, is_sha1),
            "HMAC_SHA256" => (SHARED_KEY, is_sha256),
            _ => return Err(Refused::Unauthenticated("an unknown algorithm")),
        };
        let fields = match request.query.iter().find(|(name, _)| name == "bodySHA256") {
            Some((_, hash)) if hex::decode(hash).as_deref() == Some(&*Sha256::digest(request.body)) => {
                String::new()
            }
            Some(_) => return Err(Refused::Unauthenticated("bodySHA256 is of another body")),
            None => sorted(request.body),
        };
        let fits = |secret: &str| {
            addresses(request.url)
                .iter()
                .any(|url| is_mac(secret, format!("{url}{fields}").as_bytes(), &given))
        };
        if account.secrets(secret).any(fits) {
            Ok(())
        } else {
            Err(Refused::Unauthenticated("the signature is another one"))
        }
    }

    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        let fields: BTreeMap<String, String> = form_urlencoded::parse(request.body).into_owned().collect();
        let sid = fields.get("MessageSid").filter(|sid| !sid.is_empty());
        let sid = sid.ok_or_else(|| Refused::Unreadable("MessageSid: missing".into()))?;
        let status = fields.get("MessageStatus").filter(|status| !status.is_empty());
        Ok(vec![Event {
            key: status.map_or_else(|| sid.clone(), |status| format!("{sid}:{status}")),
            message: None,
            contact: fields
                .get(if status.is_some() { "To" } else { "From" })
                .filter(|number| !number.is_empty())
                .cloned(),
            raw: json!(fields),
        }])
    }

    /// An empty answer in Twilio's own language: any text would be sent to the customer.
    fn accepted(&self, _: &Request<'_>, _: bool) -> Answer {
        Answer { status: 200, content_type: "text/xml", body: "<Response/>".into() }
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        let field = |name: &str| raw[name].as_str().filter(|text| !text.is_empty());
        let needed = |name: &str| field(name).ok_or_else(|| format!("{name}: missing"));
        if let Some(status) = field("MessageStatus") {
            return Ok(Inbound {
                who: None,
                what: report(needed("MessageSid")?, status, field("ErrorCode")),
            });
        }
        let (from, to) = (needed("From")?, needed("To")?);
        let phone = from.trim_start_matches(WHATSAPP);
        let who = Who {
            key: from.to_owned(),
            name: Some(field("ProfileName").unwrap_or(phone).to_owned()),
            attributes: BTreeMap::from([("phone".to_owned(), phone.to_owned())]),
            // The number they wrote to is the one that answers.
            address: json!({"from": to}),
            ..Who::default()
        };
        let mut lines = vec![field("Body").or(field("ButtonText")).unwrap_or_default().to_owned()];
        if let (Some(lat), Some(lon)) = (field("Latitude"), field("Longitude")) {
            let names: Vec<&str> = [field("Label"), field("Address")].into_iter().flatten().collect();
            lines.push(format!("📍 {lat}, {lon} {}", names.join(", ")));
        }
        let text = lines.join("\n").trim().to_owned();
        let files: Vec<RemoteFile> = (0..FILES_MAX)
            .filter_map(|index| {
                let reference = field(&format!("MediaUrl{index}"))?.to_owned();
                let name = file_name(field(&format!("MediaContentType{index}")).unwrap_or_default());
                Some(RemoteFile { reference, name })
            })
            .collect();
        let nothing = text.is_empty() && files.is_empty();
        let what = if nothing { What::Nothing } else { What::Message { text, files } };
        Ok(Inbound { who: Some(who), what })
    }

    fn message(&self, raw: &Value) -> Option<String> {
        let sid = raw["MessageSid"].as_str().filter(|_| raw["MessageStatus"].is_null());
        sid.map(str::to_owned)
    }

    /// Twilio's own addresses lead on to its storage, which asks for nothing more.
    fn fetch(&self, account: &Account<'_>, reference: &str) -> Result<Source, String> {
        let ours = format!("{}/", account.base(API));
        if !reference.starts_with(&ours) {
            return Source::address(reference);
        }
        let headers = vec![("authorization", authorization(account)?)];
        Ok(Source::At { call: get(reference.to_owned(), headers), redirects: 3 })
    }

    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, now: Millis) -> Result<Vec<Call>, String> {
        let to = saying.to.key;
        let from = saying.to.address["from"].as_str().ok_or("the number that they wrote to is not known")?;
        let is_whatsapp = to.starts_with(WHATSAPP);
        if is_whatsapp && now - saying.to.last_in_at > WINDOW {
            let template = account.template(saying.text).filter(|_| saying.files.is_empty());
            let (template, places) = template.ok_or(WINDOW_OVER)?;
            let places = (1..).map(|place: usize| place.to_string()).zip(places.into_iter().map(Value::from));
            let places = Value::Object(places.collect()).to_string();
            let content = [("ContentSid", template.name.as_str()), ("ContentVariables", places.as_str())];
            return Ok(vec![message(account, 0, (to, from), &content)?]);
        }
        let has_mms = [from, to].iter().all(|number| number.starts_with("+1"));
        let (sent, linked): (Vec<_>, Vec<_>) =
            saying.files.iter().partition(|file| takes(file, is_whatsapp, has_mms));
        let mut text = saying.text.to_owned();
        for SentFile { name, url, .. } in linked {
            text = format!("{text}\n{name}: {url}");
        }
        for reply in saying.quick_replies {
            text = format!("{text}\n• {reply}");
        }
        let texts = split(&text, TEXT_MAX, Unit::Utf16).into_iter().map(|text| ("Body", text));
        let contents = texts.chain(sent.into_iter().map(|file| ("MediaUrl", file.url.as_str())));
        contents.enumerate().map(|(part, content)| message(account, part, (to, from), &[content])).collect()
    }

    /// Only `WhatsApp` has a limit.
    fn open_until(&self, _: &Account<'_>, to: &Recipient<'_>) -> Option<Millis> {
        to.key.starts_with(WHATSAPP).then_some(to.last_in_at + WINDOW)
    }

    fn judge(&self, got: &Got<'_>) -> Verdict {
        let body: Value = serde_json::from_slice(got.body).unwrap_or_default();
        let code = body["code"].as_i64().unwrap_or_default();
        let said = body["message"].as_str().unwrap_or_default();
        let reason: String = match known_failure(code) {
            Some(words) => format!("{words} ({code})"),
            None if said.is_empty() => format!("status {}", got.status),
            None => format!("{said} ({code})").chars().take(300).collect(),
        };
        match (got.status, code) {
            (200..=299, _) => Verdict::Done { provider_id: body["sid"].as_str().map(str::to_owned) },
            // Wrong or closed account, wrong token.
            (401, _) | (_, 20_003 | 20_005 | 20_404 | 30_002) => Verdict::Broken { reason },
            (429 | 500..=599, _) | (_, 20_429 | 21_611 | 21_730 | 30_001 | 63_018) => {
                Verdict::Again { after: got.retry_after, reason }
            }
            _ => Verdict::Failed { reason },
        }
    }

    fn check(&self, account: &Account<'_>) -> Result<Option<Call>, String> {
        let headers = vec![("authorization", authorization(account)?)];
        Ok(Some(Call { headers, ..Call::get(url(account, ".json")?) }))
    }

    fn account_in(&self, answer: &Value) -> Option<String> {
        named(answer["friendly_name"].as_str(), None)
    }

    /// Where events go is set in Twilio's console, number by number; this only shows whether the account lets us in.
    fn connect(&self, account: &Account<'_>, _: &str) -> Vec<Call> {
        self.check(account).ok().flatten().into_iter().collect()
    }
}

/// The call that sends this from one number to the other.
fn message(
    account: &Account<'_>,
    part: usize,
    (to, from): (&str, &str),
    content: &[(&str, &str)],
) -> Result<Call, String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([("To", to), ("From", from)]).extend_pairs(content);
    if !account.hook().is_empty() {
        form.append_pair("StatusCallback", account.hook());
    }
    let (url, form) = (url(account, "/Messages.json")?, form.finish().into_bytes());
    let mut call = Call::post(part, url, "application/x-www-form-urlencoded", form);
    call.headers.push(("authorization", authorization(account)?));
    Ok(call)
}

/// Which algorithm the request says it is signed with; empty when it is unclear.
fn algorithm<'a>(request: &Request<'a>) -> &'a str {
    match request.headers.one(ALGORITHM) {
        None => "HMAC_SHA1",
        Some(text) => {
            text.split(',').find_map(|part| part.trim().strip_prefix("algorithm=")).unwrap_or_default()
        }
    }
}

/// Names and values of a form in the order in which they are signed, each pair once.
fn sorted(body: &[u8]) -> String {
    let pairs: BTreeSet<_> = form_urlencoded::parse(body).collect();
    pairs.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).collect()
}

/// Our address without and with the port that its scheme has anyway: Twilio signs either.
fn addresses(url: &str) -> [String; 2] {
    let (scheme, rest) = url.split_once("://").unwrap_or(("https", url));
    let port = if scheme == "http" { ":80" } else { ":443" };
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let host = host.strip_suffix(port).unwrap_or(host);
    [format!("{scheme}://{host}{path}"), format!("{scheme}://{host}{port}{path}")]
}

/// `image.jpeg` and the like.
fn file_name(media_type: &str) -> String {
    let (kind, form) = media_type.split_once('/').unwrap_or_default();
    let kind = if matches!(kind, "image" | "audio" | "video") { kind } else { "file" };
    let form: String = form.chars().take_while(char::is_ascii_alphanumeric).collect();
    if form.is_empty() { kind.to_owned() } else { format!("{kind}.{form}") }
}

fn takes(file: &SentFile, is_whatsapp: bool, has_mms: bool) -> bool {
    if is_whatsapp {
        file.size <= WHATSAPP_FILE_MAX
    } else {
        has_mms && file.media_type.starts_with("image/") && file.size <= MMS_FILE_MAX
    }
}

fn report(sid: &str, status: &str, code: Option<&str>) -> What {
    let state = match status {
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "failed" | "undelivered" | "canceled" => DeliveryState::Failed,
        // Queued, accepted, scheduled, sending: no more than we know.
        _ => return What::Nothing,
    };
    let words = || {
        let code: i64 = code.and_then(|code| code.parse().ok()).unwrap_or_default();
        let words = known_failure(code).unwrap_or("the message was not delivered");
        if code == 0 { words.to_owned() } else { format!("{words} ({code})") }
    };
    let reason = (state == DeliveryState::Failed).then(words);
    What::Report { provider_id: sid.to_owned(), state, reason }
}

/// What Twilio's commonest numbers mean, in words for members.
const fn known_failure(code: i64) -> Option<&'static str> {
    Some(match code {
        21_610 => "the customer wrote STOP and gets no more messages",
        21_614 | 30_006 => "the number takes no text messages",
        30_003 => "the phone is off or out of reach",
        30_004 => "the customer's phone or carrier blocks the message",
        30_005 => "the number is not in use",
        30_007 => "the carrier filtered the message out",
        30_008 => "the carrier gave no reason",
        63_003 | 63_024 => "the number is not on WhatsApp",
        63_016 => WINDOW_OVER,
        _ => return None,
    })
}

fn url(account: &Account<'_>, rest: &str) -> Result<String, String> {
    let sid = account.setting(SID);
    let is_sid = sid.len() == 34 && sid.starts_with("AC") && sid.bytes().all(|b| b.is_ascii_alphanumeric());
    if !is_sid {
        return Err("account_sid must be AC and 32 letters and digits".into());
    }
    Ok(format!("{}/2010-04-01/Accounts/{sid}{rest}", account.base(API)))
}

fn authorization(account: &Account<'_>) -> Result<String, String> {
    let token = account.secret(TOKEN).ok_or("the channel has no auth_token")?;
    Ok(format!("Basic {}", STANDARD.encode(format!("{}:{token}", account.setting(SID)))))
}
