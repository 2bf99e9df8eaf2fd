//! Facebook Messenger: those who write to a page. How to set one up: `docs/channels/messenger.md`.

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

/// The page that customers write to.
const PAGE: &str = "page_id";

const TEXT: TextLimit = TextLimit { most: 2_000, unit: Unit::Characters };

/// What we want to hear of.
const FIELDS: &str =
    "messages,messaging_postbacks,message_deliveries,message_reads,message_reactions,message_edits";

/// The Messenger platform.
pub(super) struct Messenger;

impl Platform for Messenger {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Messenger
    }

    fn settings(&self) -> &'static [Setting] {
        const FIELDS: &[Setting] = &[
            Setting { name: PAGE, default: None, form: Form::Text },
            page::HUMAN_AGENT,
            meta::API_BASE,
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
        page::events(request, "page")
    }

    /// One address serves all pages of an app.
    fn is_ours(&self, raw: &Value, account: &Account<'_>) -> bool {
        page::is_of(raw, account.setting(PAGE))
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
        meta::get(account, key, "first_name,last_name").ok()
    }

    fn name_in(&self, answer: &Value) -> Option<String> {
        page::name_in(answer)
    }

    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, now: Millis) -> Result<Vec<Call>, String> {
        let path = format!("{}/messages", meta::id(account, PAGE)?);
        page::render(account, &path, &TEXT, saying, now)
    }

    fn open_until(&self, account: &Account<'_>, to: &Recipient<'_>) -> Option<Millis> {
        Some(page::open_until(account, to))
    }

    fn typing(&self, account: &Account<'_>, to: &Recipient<'_>, _: Option<&str>) -> Option<Call> {
        page::typing(account, &format!("{}/messages", meta::id(account, PAGE).ok()?), to)
    }

    fn judge(&self, got: &Got<'_>) -> Verdict {
        page::judge(got)
    }

    fn check(&self, account: &Account<'_>) -> Result<Option<Call>, String> {
        meta::get(account, meta::id(account, PAGE)?, "name").map(Some)
    }

    fn account_in(&self, answer: &Value) -> Option<String> {
        named(answer["name"].as_str(), None)
    }

    /// The page sends its events to the app; the app's own address is set by hand.
    fn connect(&self, account: &Account<'_>, _: &str) -> Vec<Call> {
        let call = meta::id(account, PAGE).and_then(|page| {
            meta::call(0, account, &format!("{page}/subscribed_apps"), &json!({"subscribed_fields": FIELDS}))
        });
        call.into_iter().collect()
    }
}
