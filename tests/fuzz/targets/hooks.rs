//! A request of a platform, from its signature to the calls that its customer is answered with.

use std::collections::BTreeMap;

use serde_json::Value;
use switchboard::api::hooks::checked;
use switchboard::channels::{
    Account, Call, Event, Headers, Inbound, Platform, Recipient, Request, Saying, SentFile, Source, What,
    Who, Writer, platform,
};
use switchboard::domain::Millis;
use switchboard::domain::channel::ChannelKind;
use switchboard::domain::ids::ConversationId;
use url::Url;
use uuid::Uuid;

/// When all of it happens: 2026-01-01, in UTC milliseconds.
pub const NOW: Millis = 1_767_225_600_000;
/// Where events arrive.
pub const HOOK: &str = "https://chat.example/hooks/ch_00000000000000000000000000000001";
/// In every secret by which we call a platform.
pub const OURS: &str = "do-not-tell";

/// A channel as an admin set it up.
pub struct Office {
    pub kind: ChannelKind,
    pub settings: &'static [(&'static str, &'static str)],
    pub secrets: &'static [(&'static str, &'static str)],
    /// Hosts, or ends of names of hosts, that may see our secrets.
    pub hosts: &'static [&'static str],
    /// The headers by which a body is believed.
    pub sign: fn(&[u8]) -> Vec<(&'static str, String)>,
}

/// Settings and secrets, as accounts hold them.
pub struct Kept {
    platform: &'static dyn Platform,
    settings: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

impl Kept {
    pub fn account(&self) -> Account<'_> {
        Account::new(self.platform, &self.settings, &self.secrets).with_hook(HOOK)
    }
}

impl Office {
    pub fn platform(&self) -> &'static dyn Platform {
        platform(self.kind).unwrap()
    }

    pub fn kept(&self) -> Kept {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        Kept { platform: self.platform(), settings: map(self.settings), secrets: map(self.secrets) }
    }

    /// A signed request with this body. It is believed, and with other bytes or no signature it is not.
    pub fn receive(&self, body: &[u8]) {
        let kept = self.kept();
        let (platform, account) = (self.platform(), kept.account());
        let mut headers = Headers::default();
        for (name, value) in (self.sign)(body) {
            headers.add(name, &value);
        }
        let request = Request { method: "POST", url: HOOK, query: &[], headers: &headers, body };
        assert_eq!(platform.verify(&request, &account, NOW), Ok(()));
        let is_tried = match self.kind {
            // It proves who it is and signs nothing; a form counts by its fields.
            ChannelKind::Telegram | ChannelKind::Twilio => false,
            // Without optimisation its signatures take longer than all the rest.
            ChannelKind::Discord => body.len().is_multiple_of(16),
            _ => true,
        };
        if is_tried {
            let other = [body, b"?"].concat();
            let forged = Request { body: &other, ..request };
            assert!(platform.verify(&forged, &account, NOW).is_err(), "another body is believed");
        }
        platform.handshake(&request, &account);
        let events = platform.events(&request).and_then(checked);
        for event in events.iter().flatten() {
            self.work(&account, event);
        }
        platform.accepted(&request, true);
    }

    /// What follows from one stored event.
    pub fn work(&self, account: &Account<'_>, event: &Event) {
        let platform = self.platform();
        // As it comes back from the store.
        let raw: Value = serde_json::from_str(&event.raw.to_string()).unwrap();
        platform.is_ours(&raw, account);
        platform.message(&raw);
        platform.enclosed(&raw);
        let read = platform.read(&event.raw);
        // Not its words: the last digit of a long fraction may be another one.
        let told = |read: &Result<Inbound, String>| {
            read.clone().ok().map(|it| (it.who.map(|who| who.key), std::mem::discriminant(&it.what)))
        };
        assert_eq!(told(&read), told(&platform.read(&raw)), "it reads otherwise when it was stored");
        let Ok(Inbound { who, what }) = read else { return };
        if let Some(who) = &who {
            assert_eq!(Some(&who.key), event.contact.as_ref(), "worked on in another customer's place");
            self.answer(account, who);
        }
        self.check(account, &what);
    }

    fn check(&self, account: &Account<'_>, what: &What) {
        let What::Message { files, .. } = what else { return };
        for file in files.iter().filter(|file| !file.reference.is_empty()) {
            match self.platform().fetch(account, &file.reference) {
                Ok(Source::At { call, .. } | Source::Ask(call)) => self.keeps_secrets(&call),
                Err(why) => assert!(!why.contains(OURS)),
            }
        }
    }

    /// What a member and the bot say to this customer.
    fn answer(&self, account: &Account<'_>, who: &Who) {
        let platform = self.platform();
        let files = [SentFile {
            name: "a.png".into(),
            media_type: "image/png",
            size: 10,
            url: "https://chat.example/files/1".into(),
        }];
        let to = Recipient { key: &who.key, address: &who.address, last_in_at: NOW };
        let saying = Saying {
            conversation: ConversationId::from_uuid(Uuid::nil()),
            seq: 7,
            at: NOW,
            writer: Writer::Agent("Ana"),
            text: "Hi",
            files: &files,
            quick_replies: &["Yes".into()],
            to,
        };
        for call in platform.render(account, &saying, NOW + 1_000).iter().flatten() {
            self.keeps_secrets(call);
        }
        if let Some(Ok(mail)) = platform.letter(account, &saying) {
            super::letters::is_sound(&mail);
        }
        for last in [None, Some("1")] {
            platform.typing(account, &to, last).iter().for_each(|call| self.keeps_secrets(call));
        }
        platform.ask_name(account, &who.key).iter().for_each(|call| self.keeps_secrets(call));
    }

    /// A call that shows a secret of ours goes to the platform, and nobody reads it on its way.
    pub fn keeps_secrets(&self, call: &Call) {
        let shows = |text: &[u8]| text.windows(OURS.len()).any(|part| part == OURS.as_bytes());
        // Written as HTTP Basic it is not found by its letters.
        let proves = |(name, value): &(&str, String)| *name == "authorization" || shows(value.as_bytes());
        if !shows(call.url.as_bytes()) && !call.headers.iter().any(proves) {
            return;
        }
        let url = Url::parse(&call.url).expect("a call with a secret has an address");
        let host = url.host_str().unwrap_or_default();
        let is_theirs = self.hosts.iter().any(|known| match known.strip_prefix('.') {
            Some(domain) => {
                host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            None => host == *known,
        });
        assert!(is_theirs && url.scheme() == "https", "a secret would go to {host}");
    }
}
