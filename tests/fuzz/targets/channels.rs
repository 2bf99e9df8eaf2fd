//! Messaging platforms: what they send, what they answer, and what is said to their customers.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use ring::signature::Ed25519KeyPair;
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;
use switchboard::channels::gateway::{self, Heard};
use switchboard::channels::split::{self as parts, Unit};
use switchboard::channels::{Account, Got, Headers, Recipient, Request, Saying, Source, Writer};
use switchboard::domain::channel::ChannelKind;
use switchboard::domain::ids::ConversationId;
use switchboard::hex;
use switchboard::outgoing::signature::Secret;
use url::form_urlencoded;
use uuid::Uuid;

use super::hooks::{HOOK, NOW, Office};
use super::text;

const SECRET: &str = "platform-secret-0123456789";
const SIGNING: &str = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
const TOKEN: &str = "1234:do-not-tell";
const SECONDS: i64 = NOW / 1_000;
/// RFC 8032, section 7.1, test 1: the public half of the key whose private half is in [`discord_key`].
const DISCORD: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

const META: &[(&str, &str)] = &[("app_secret", SECRET), ("access_token", TOKEN), ("verify_token", SECRET)];

const WEBHOOK: Office = Office {
    kind: ChannelKind::Webhook,
    settings: &[("url", "https://shop.example/hook")],
    secrets: &[("inbound_secret", SIGNING), ("outbound_secret", SIGNING)],
    hosts: &["shop.example"],
    sign: |body| {
        let signature = SIGNING.parse::<Secret>().unwrap().sign("msg_1", SECONDS, body);
        vec![
            ("content-type", "application/json".into()),
            ("webhook-id", "msg_1".into()),
            ("webhook-timestamp", SECONDS.to_string()),
            ("webhook-signature", signature),
        ]
    },
};

const TELEGRAM: Office = Office {
    kind: ChannelKind::Telegram,
    settings: &[],
    secrets: &[("bot_token", TOKEN), ("webhook_secret", SECRET)],
    hosts: &["api.telegram.org"],
    sign: |_| vec![("x-telegram-bot-api-secret-token", SECRET.into())],
};

const WHATSAPP: Office = Office {
    kind: ChannelKind::Whatsapp,
    settings: &[("phone_number_id", "200300400500600"), ("business_account_id", "100200300400500")],
    secrets: META,
    hosts: &["graph.facebook.com"],
    sign: by_meta,
};

const MESSENGER: Office = Office {
    kind: ChannelKind::Messenger,
    settings: &[("page_id", "111")],
    secrets: META,
    hosts: &["graph.facebook.com"],
    sign: by_meta,
};

const INSTAGRAM: Office = Office {
    kind: ChannelKind::Instagram,
    settings: &[("account_id", "111")],
    secrets: META,
    hosts: &["graph.instagram.com"],
    sign: by_meta,
};

const TWILIO: Office = Office {
    kind: ChannelKind::Twilio,
    settings: &[("account_sid", "AC00000000000000000000000000000001")],
    secrets: &[("auth_token", TOKEN), ("signature_key", SECRET)],
    hosts: &["api.twilio.com"],
    sign: |body| {
        let mut pairs: Vec<_> = form_urlencoded::parse(body).collect();
        pairs.sort();
        pairs.dedup();
        let fields: String = pairs.iter().flat_map(|(name, value)| [name.as_ref(), value.as_ref()]).collect();
        let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
        mac.update(format!("{HOOK}{fields}").as_bytes());
        vec![("x-twilio-signature", STANDARD.encode(mac.finalize().into_bytes()))]
    },
};

const LINE: Office = Office {
    kind: ChannelKind::Line,
    settings: &[],
    secrets: &[("channel_secret", SECRET), ("channel_access_token", TOKEN)],
    hosts: &["api.line.me", "api-data.line.me"],
    sign: |body| vec![("x-line-signature", STANDARD.encode(mac(SECRET, &[body])))],
};

const VIBER: Office = Office {
    kind: ChannelKind::Viber,
    settings: &[],
    secrets: &[("auth_token", TOKEN)],
    hosts: &["chatapi.viber.com"],
    sign: |body| vec![("x-viber-content-signature", hex::encode(&mac(TOKEN, &[body])))],
};

const SLACK: Office = Office {
    kind: ChannelKind::Slack,
    settings: &[("in_channels", "on"), ("member_names", "on")],
    secrets: &[("bot_token", TOKEN), ("signing_secret", SECRET)],
    hosts: &[".slack.com"],
    sign: |body| {
        let time = SECONDS.to_string();
        let signature = mac(SECRET, &[b"v0:", time.as_bytes(), b":", body]);
        vec![
            ("x-slack-request-timestamp", time),
            ("x-slack-signature", format!("v0={}", hex::encode(&signature))),
        ]
    },
};

const DISCORD_APP: Office = Office {
    kind: ChannelKind::Discord,
    settings: &[("application_id", "111"), ("public_key", DISCORD)],
    secrets: &[("bot_token", TOKEN)],
    hosts: &["discord.com"],
    sign: |body| {
        let time = SECONDS.to_string();
        let signed = [time.as_bytes(), body].concat();
        let signature = discord_key().sign(&signed);
        vec![("x-signature-timestamp", time), ("x-signature-ed25519", hex::encode(signature.as_ref()))]
    },
};

const ALL: [&Office; 10] =
    [&WEBHOOK, &TELEGRAM, &WHATSAPP, &MESSENGER, &INSTAGRAM, &TWILIO, &LINE, &VIBER, &SLACK, &DISCORD_APP];

/// RFC 8032, section 7.1, test 1.
fn discord_key() -> Ed25519KeyPair {
    let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
    Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()
}

fn mac(key: &str, signed: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    signed.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

fn by_meta(body: &[u8]) -> Vec<(&'static str, String)> {
    vec![("x-hub-signature-256", format!("sha256={}", hex::encode(&mac(SECRET, &[body]))))]
}

macro_rules! hooks {
    ($($name:ident $office:ident)*) => {$(
        pub fn $name(data: &[u8]) {
            $office.receive(data);
        }
    )*};
}

hooks! {
    webhook WEBHOOK
    telegram TELEGRAM
    whatsapp WHATSAPP
    messenger MESSENGER
    instagram INSTAGRAM
    twilio TWILIO
    line LINE
    viber VIBER
    slack SLACK
    discord DISCORD_APP
}

/// A frame of Discord's gateway, and its answer to where the gateway is.
pub fn gateway(data: &[u8]) {
    let frame = text(data);
    match gateway::hear(&frame, "session") {
        Ok(Heard::Hello(every)) => assert!(every > Duration::ZERO, "a heartbeat without a pause"),
        Ok(Heard::Happened { seq, event }) => {
            gateway::beat(Some(seq));
            if let Some(event) = event {
                assert!(!event.key.is_empty());
                DISCORD_APP.work(&DISCORD_APP.kept().account(), &event);
            }
        }
        Ok(Heard::Ready(session)) => {
            gateway::address(&session.url);
        }
        _ => {}
    }
    if let Ok(answer) = serde_json::from_slice::<Value>(data) {
        gateway::found(&answer);
    }
}

/// What platforms answer to our calls. The first byte picks the platform, the second the status.
pub fn answers(data: &[u8]) {
    let [which, status, body @ ..] = data else { return };
    let office = ALL[usize::from(*which) % ALL.len()];
    let status = [200, 201, 204, 301, 400, 401, 403, 404, 410, 429, 500, 503][usize::from(*status) % 12];
    let (platform, kept) = (office.platform(), office.kept());
    let got = Got { status, retry_after: Some(Duration::from_secs(7)), body };
    let verdict = platform.judge(&got);
    assert!(!format!("{verdict:?}").contains(super::hooks::OURS), "a verdict tells our secret");
    platform.is_too_large(&got);
    let Ok(answer) = serde_json::from_slice::<Value>(body) else { return };
    platform.name_in(&answer);
    platform.account_in(&answer);
    // The addresses of WhatsApp's files are no host of its own, and yet want the token.
    match platform.file_in(&kept.account(), &answer) {
        Ok(Source::At { call, .. }) if office.kind == ChannelKind::Whatsapp => {
            assert!(call.url.starts_with("https://"), "a secret that anybody could read on its way");
        }
        Ok(Source::At { call, .. } | Source::Ask(call)) => office.keeps_secrets(&call),
        Err(_) => {}
    }
}

/// What is said to customers. The first byte picks the platform, the second who writes.
pub fn sayings(data: &[u8]) {
    let [which, writer, said @ ..] = data else { return };
    let office = ALL[usize::from(*which) % ALL.len()];
    let said = text(said);
    let (said, reply) = said.split_once('\u{1f}').unwrap_or((&said, "Yes"));
    let address = serde_json::json!({
        "id": "222", "to": "15552223333", "chat_id": 55_501, "from": "+15550001111", "channel": "D1", "dm": "1",
    });
    let name: String = reply.chars().take(80).collect();
    let writer = [Writer::Bot, Writer::System, Writer::Agent(&name)][usize::from(*writer) % 3];
    let saying = Saying {
        conversation: ConversationId::from_uuid(Uuid::nil()),
        seq: 7,
        at: NOW,
        writer,
        text: said,
        files: &[],
        quick_replies: &[reply.to_owned(), said.chars().take(80).collect()],
        to: Recipient { key: "+15552223333", address: &address, last_in_at: NOW },
    };
    let kept = office.kept();
    let account: Account<'_> = kept.account();
    let calls = office.platform().render(&account, &saying, NOW);
    assert_eq!(calls, office.platform().render(&account, &saying, NOW), "every try says the same");
    for (part, call) in calls.iter().flatten().enumerate() {
        assert_eq!(usize::try_from(call.part), Ok(part), "parts are counted from 0");
        office.keeps_secrets(call);
        assert!(call.headers.iter().all(|(_, value)| !value.contains(['\r', '\n', '\0'])), "a broken header");
        if call.headers.iter().any(|(name, value)| *name == "content-type" && value == "application/json") {
            serde_json::from_slice::<Value>(&call.body).expect("JSON");
        }
    }
    // Whoever asks whether it is there hears what they may hear.
    let query: Vec<(String, String)> = form_urlencoded::parse(said.as_bytes()).into_owned().collect();
    let headers = Headers::default();
    let asked = Request { method: "GET", url: HOOK, query: &query, headers: &headers, body: &[] };
    office.platform().handshake(&asked, &account);
}

/// Long texts in parts. The first byte is the length of a part, the second what is counted.
pub fn split(data: &[u8]) {
    let [most, unit, said @ ..] = data else { return };
    let most = usize::from(*most).max(4);
    let unit = [Unit::Characters, Unit::Utf16, Unit::Bytes][usize::from(*unit) % 3];
    let said = text(said);
    let all = parts::split(&said, most, unit);
    for part in &all {
        assert!(!part.trim().is_empty(), "an empty part");
        assert!(unit.count(part) <= most, "a part of {} instead of {most}", unit.count(part));
    }
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    assert_eq!(letters(&all.concat()), letters(&said), "letters are lost");
}
