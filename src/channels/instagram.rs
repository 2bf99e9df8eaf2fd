//! Instagram: those who write to a professional account. How to set one up: `docs/channels/instagram.md`.

use serde_json::{Value, json};

use super::account::{Form, SecretField, Setting, named};
use super::call::{Call, Got, Recipient, Saying, Verdict};
use super::inbound::{Event, Inbound};
use super::page::{self, TextLimit};
use super::request::{Answer, Refused, Request};
use super::source::Source;
use super::split::Unit;
use super::{Account, Platform, meta};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;

/// The account that customers write to.
const ACCOUNT: &str = "account_id";

/// Some say characters; bytes are never more.
const TEXT: TextLimit = TextLimit { most: 1_000, unit: Unit::Bytes };

/// What we want to hear of.
const FIELDS: &str = "messages,messaging_postbacks,messaging_seen,message_reactions,message_edit";

/// The Instagram platform.
pub(super) struct Instagram;

impl Platform for Instagram {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Instagram
    }

    fn settings(&self) -> &'static [Setting] {
        const FIELDS: &[Setting] = &[
            Setting { name: ACCOUNT, default: None, form: Form::Text },
            page::HUMAN_AGENT,
            Setting { default: Some(meta::INSTAGRAM), ..meta::API_BASE },
            meta::API_VERSION,
            super::rate("300"),
        ];
        FIELDS
    }

    fn secrets(&self) -> &'static [SecretField] {
        meta::SECRETS
    }

    fn handshake(&self, request: &Request<'_>, account: &Account<'_>) -> Option<Answer> {
        meta::handshake(request, account)
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, _: Millis) -> Result<(), Refused> {
        meta::verify(request, account)
    }

    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        page::events(request, "instagram")
    }

    /// One address serves all accounts of an app.
    fn is_ours(&self, raw: &Value, account: &Account<'_>) -> bool {
        page::is_of(raw, account.setting(ACCOUNT))
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        Ok(page::read(raw))
    }

    fn message(&self, raw: &Value) -> Option<String> {
        page::message(raw)
    }

    fn fetch(&self, _: &Account<'_>, reference: &str) -> Result<Source, String> {
        page::fetch(reference)
    }

    fn ask_name(&self, account: &Account<'_>, key: &str) -> Option<Call> {
        meta::get(account, key, "name,username").ok()
    }

    fn name_in(&self, answer: &Value) -> Option<String> {
        page::name_in(answer)
    }

    /// `me` is whoever the token belongs to: the account, or the page it is linked to.
    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, now: Millis) -> Result<Vec<Call>, String> {
        page::render(account, "me/messages", &TEXT, saying, now)
    }

    fn open_until(&self, account: &Account<'_>, to: &Recipient<'_>) -> Option<Millis> {
        Some(page::open_until(account, to))
    }

    fn typing(&self, account: &Account<'_>, to: &Recipient<'_>, _: Option<&str>) -> Option<Call> {
        page::typing(account, "me/messages", to)
    }

    fn judge(&self, got: &Got<'_>) -> Verdict {
        page::judge(got)
    }

    fn check(&self, account: &Account<'_>) -> Result<Option<Call>, String> {
        meta::get(account, "me", "name,username").map(Some)
    }

    fn account_in(&self, answer: &Value) -> Option<String> {
        let handle = answer["username"].as_str().map(|handle| format!("@{handle}"));
        named(answer["name"].as_str(), handle.as_deref())
    }

    /// The account sends its events to the app; the app's own address is set by hand.
    fn connect(&self, account: &Account<'_>, _: &str) -> Vec<Call> {
        meta::call(0, account, "me/subscribed_apps", &json!({"subscribed_fields": FIELDS}))
            .into_iter()
            .collect()
    }
}
