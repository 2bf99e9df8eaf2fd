//! Mail: what customers send, the hooks that bring it, and what we write.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use switchboard::channels::email::event;
use switchboard::channels::{Headers, Request, What};
use switchboard::domain::channel::ChannelKind;
use switchboard::domain::member::check_email;
use switchboard::outgoing::mime::{Enclosure, Mail, Party};
use switchboard::outgoing::signature::Secret;

use super::hooks::{HOOK, NOW, Office};
use super::parts;

const SIGNING: &str = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
const PASSWORD: &str = "hook-password";
/// Most characters that members read of one mail: text, subject, and words that say that there is more.
const WORDS_MAX: usize = 60_000;

const EMAIL: Office = Office {
    kind: ChannelKind::Email,
    settings: &[("address", "help@shop.example"), ("name", "Shop")],
    secrets: &[("inbound_secret", SIGNING), ("hook_password", PASSWORD), ("mailgun_key", "mailgun-key")],
    hosts: &[],
    sign: |_| Vec::new(),
};

/// Header fields that we write, each once.
const FIELDS: &[&str] = &[
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
    "x-auto-response-suppress",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

/// A mail, byte for byte.
pub fn mail(data: &[u8]) {
    let Ok(event) = event(data, None) else { return };
    assert!((1..=512).contains(&event.key.len()) && !event.key.contains('\0'), "a key for no index");
    assert!(event.contact.iter().all(|from| check_email(from).is_ok()), "an answer would go nowhere");
    // As it is, and as the beginning of a mail that is too large.
    let mut cut = event.raw.clone();
    cut["whole"] = json!(20 << 20);
    for raw in [&event.raw, &cut] {
        if let Ok(What::Message { text, .. }) = EMAIL.platform().read(raw).map(|inbound| inbound.what) {
            assert!(text.chars().count() <= WORDS_MAX, "{} characters", text.chars().count());
            let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
            assert!(!text.contains(control), "a control character");
        }
    }
    for file in EMAIL.platform().enclosed(&event.raw) {
        assert!(!file.name.contains(char::is_control), "a file's name of several lines");
    }
    EMAIL.work(&EMAIL.kept().account(), &event);
}

/// A request that brings a mail. The first byte picks how it is packed and by what it is believed.
pub fn mail_hook(data: &[u8]) {
    let [how, body @ ..] = data else { return };
    let packing = [
        "message/rfc822",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=xyz",
    ][usize::from(*how) % 4];
    let mut headers = Headers::default();
    headers.add("content-type", packing);
    let proof = usize::from(*how) / 4 % 3;
    let seconds = NOW / 1_000;
    match proof {
        0 => {
            let signature = SIGNING.parse::<Secret>().unwrap().sign("msg_1", seconds, body);
            headers.add("webhook-id", "msg_1");
            headers.add("webhook-timestamp", &seconds.to_string());
            headers.add("webhook-signature", &signature);
        }
        1 => headers.add("authorization", &format!("Basic {}", STANDARD.encode(format!("x:{PASSWORD}")))),
        // As Mailgun does: fields of the form sign themselves.
        _ => {}
    }
    let request = Request { method: "POST", url: HOOK, query: &[], headers: &headers, body };
    let (platform, kept) = (EMAIL.platform(), EMAIL.kept());
    let account = kept.account();
    let believed = platform.verify(&request, &account, NOW);
    assert!(proof == 2 || believed.is_ok(), "{believed:?}");
    if believed.is_err() {
        return;
    }
    platform.handshake(&request, &account);
    for event in platform.events(&request).and_then(switchboard::api::hooks::checked).iter().flatten() {
        EMAIL.work(&account, event);
    }
    platform.accepted(&request, true);
}

/// A mail of ours, made of parts that others wrote.
pub fn written_mail(data: &[u8]) {
    let mut given = parts(data).into_iter();
    let mut next = || given.next().unwrap_or_default();
    let party = |name: String, address: String| Party {
        name,
        address: if address.is_empty() { "zoe@x.example".into() } else { address },
    };
    let mail = Mail {
        from: party(next(), String::new()),
        to: party(next(), next()),
        subject: next(),
        message_id: next(),
        in_reply_to: Some(next()).filter(|id| !id.is_empty()),
        references: next().split(',').map(str::to_owned).filter(|id| !id.is_empty()).collect(),
        automatic: true,
        at: NOW,
        text: next(),
        files: vec![Enclosure { name: next(), media_type: "text/plain", bytes: next().into_bytes() }],
    };
    is_sound(&mail);
}

/// Nothing that others wrote becomes a header of its own, or ends the mail.
pub fn is_sound(mail: &Mail) {
    let Ok(bytes) = mail.clone().format() else { return };
    let written = String::from_utf8(bytes).expect("what we write is ASCII or UTF-8");
    assert_eq!(written.matches('\n').count(), written.matches("\r\n").count(), "a line that ends otherwise");
    assert_eq!(written.matches('\r').count(), written.matches("\r\n").count(), "a line that ends otherwise");
    let (head, _) = written.split_once("\r\n\r\n").expect("a head and a body");
    let mut seen = BTreeSet::new();
    for line in head.split("\r\n").filter(|line| !line.starts_with([' ', '\t'])) {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        assert!(FIELDS.contains(&name.as_str()), "a header that nobody wrote: {line:?}");
        assert!(seen.insert(name), "a header that comes twice: {line:?}");
    }
    let read = switchboard::channels::email::event(written.as_bytes(), None).expect("our own mail is one");
    // What comes back must be known as ours, so that nobody is answered by himself.
    assert_eq!(read.raw["from"], json!(mail.from.address.to_lowercase()));
}
