//! Messaging platforms: what comes in is verified and read, what goes out is written. Pure: no clock, no network, no store.
//!
//! A platform is one file that implements [`Platform`], a variant of [`ChannelKind`] and a line in [`platform`]. Who calls
//! it: `src/api/hooks.rs` for what comes in, `src/delivery/` for what follows from it and for what goes out.

mod account;
mod call;
mod discord;
pub mod email;
pub mod gateway;
mod inbound;
mod instagram;
mod line;
mod mac;
mod messenger;
mod meta;
mod mrkdwn;
mod page;
mod request;
mod slack;
mod source;
pub mod split;
mod telegram;
mod twilio;
mod viber;
mod webhook;
mod whatsapp;

pub use account::{Account, Form, Made, SecretField, Setting, previous};
pub use call::{Call, Carries, Got, Recipient, Saying, SentFile, Verdict, Writer};
pub use inbound::{Event, Inbound, Reaction, RemoteFile, What, Who};
pub use request::{Answer, Headers, Refused, Request};
pub use source::Source;

use crate::domain::Millis;
use crate::domain::channel::ChannelKind;
use crate::outgoing::mime;
use crate::outgoing::wire::MailServer;
use serde_json::Value;

/// The setting that says how many messages a channel may send in a second.
const RATE: &str = "sends_per_second";

/// A platform that takes so many messages of a channel in a second, unless an admin knows better.
const fn rate(default: &'static str) -> Setting {
    Setting { name: RATE, default: Some(default), form: Form::Rate }
}

/// One messaging platform.
pub trait Platform: Send + Sync {
    /// Which.
    fn kind(&self) -> ChannelKind;

    /// What an admin sets, besides secrets.
    fn settings(&self) -> &'static [Setting];

    /// What an admin sets and nobody reads again.
    fn secrets(&self) -> &'static [SecretField];

    /// Names of secrets that a channel may do without.
    fn optional_secrets(&self) -> &'static [&'static str] {
        &[]
    }

    /// What is wrong with settings that are each of the right form: the name of one, and why.
    fn unsound(&self, _account: &Account<'_>) -> Option<(&'static str, &'static str)> {
        None
    }

    /// Servers that it talks to otherwise than by HTTP, by the setting that names each.
    fn servers(&self, _account: &Account<'_>) -> Vec<(&'static str, MailServer)> {
        Vec::new()
    }

    /// Largest request that it sends, in bytes.
    fn body_max(&self) -> usize {
        1 << 20
    }

    /// Answers a request that only asks whether we are there. A GET is asked about before [`Platform::verify`], anything
    /// else after it.
    fn handshake(&self, _request: &Request<'_>, _account: &Account<'_>) -> Option<Answer> {
        None
    }

    /// Is this from the platform? Judged on the raw body, before anything is read. Without a secret nothing is believed.
    ///
    /// # Errors
    /// Why not; the platform only hears the status.
    fn verify(&self, request: &Request<'_>, account: &Account<'_>, now: Millis) -> Result<(), Refused>;

    /// Takes a verified request apart into its events, each to be stored as it came. Unknown kinds are events too.
    ///
    /// # Errors
    /// [`Refused::Unreadable`] when it is not what the platform sends.
    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused>;

    /// Is this event for this channel, and not for another account that shares its address? One that is not is not kept.
    fn is_ours(&self, _raw: &Value, _account: &Account<'_>) -> bool {
        true
    }

    /// What a request hears whose events are stored. `new`: at least one was not known before.
    fn accepted(&self, _request: &Request<'_>, _new: bool) -> Answer {
        Answer::ok()
    }

    /// Reads one stored event.
    ///
    /// # Errors
    /// What cannot be understood, for the admin who looks at it later.
    fn read(&self, raw: &Value) -> Result<Inbound, String>;

    /// Files that came within a stored event.
    fn enclosed(&self, _raw: &Value) -> Vec<email::File> {
        Vec::new()
    }

    /// What the events have in common that bring the files of one message, one each; none for an event that is alone.
    fn album(&self, _raw: &Value) -> Option<String> {
        None
    }

    /// The platform's id of the message that an event brings or, where it changes one or reacts to one, is about. Ids of our
    /// own messages are those of [`Verdict::Done`].
    fn message(&self, _raw: &Value) -> Option<String> {
        None
    }

    /// The first call on the way to a customer's file; `reference` is that of its [`RemoteFile`].
    ///
    /// # Errors
    /// Why it can never be fetched.
    fn fetch(&self, _account: &Account<'_>, reference: &str) -> Result<Source, String> {
        Source::address(reference)
    }

    /// The next call, when the platform said where the file is.
    ///
    /// # Errors
    /// Why it can never be fetched.
    fn file_in(&self, _account: &Account<'_>, _answer: &Value) -> Result<Source, String> {
        Err("the platform does not say where files are".into())
    }

    /// Does the platform say by this answer that it hands out no file so large?
    fn is_too_large(&self, _got: &Got<'_>) -> bool {
        false
    }

    /// The call that shows a customer that somebody is writing, for some seconds; none where that cannot be shown. `last`: the
    /// platform's id of their last message.
    fn typing(&self, _account: &Account<'_>, _to: &Recipient<'_>, _last: Option<&str>) -> Option<Call> {
        None
    }

    /// The call that asks for the name of a new customer; none where events bring it.
    fn ask_name(&self, _account: &Account<'_>, _key: &str) -> Option<Call> {
        None
    }

    /// The name in the answer to [`Platform::ask_name`].
    fn name_in(&self, _answer: &Value) -> Option<String> {
        None
    }

    /// Until when a customer may be written to freely; none where nothing limits it. Afterwards only templates are taken, where
    /// the platform has some.
    fn open_until(&self, _account: &Account<'_>, _to: &Recipient<'_>) -> Option<Millis> {
        None
    }

    /// The calls that say something to a customer, in their order. The same saying always gives the same parts; only what
    /// depends on the time of the try may differ.
    ///
    /// # Errors
    /// Why it can never be said.
    fn render(&self, account: &Account<'_>, saying: &Saying<'_>, now: Millis) -> Result<Vec<Call>, String>;

    /// The call after one that had `then`, which was answered so.
    ///
    /// # Errors
    /// Why it can never be made.
    fn follow(&self, _account: &Account<'_>, _then: &Value, _answer: &Value) -> Result<Call, String> {
        Err("nothing follows".into())
    }

    /// What is said as a letter, by a platform that is reached by mail and not by calls; its files are added later.
    fn letter(&self, _account: &Account<'_>, _saying: &Saying<'_>) -> Option<Result<mime::Mail, String>> {
        None
    }

    /// What the platform's answer to a call means.
    fn judge(&self, got: &Got<'_>) -> Verdict;

    /// True when the platform drops a call that it got before, so that one whose outcome is unknown may be repeated freely.
    fn drops_repeats(&self) -> bool {
        false
    }

    /// The call that shows whether the platform lets this account in, without changing anything; none where nobody can be
    /// asked. [`Platform::judge`] judges its answer.
    ///
    /// # Errors
    /// Why it cannot even be asked.
    fn check(&self, _account: &Account<'_>) -> Result<Option<Call>, String> {
        Ok(None)
    }

    /// How the account calls itself, in the answer to [`Platform::check`].
    fn account_in(&self, _answer: &Value) -> Option<String> {
        None
    }

    /// As [`Platform::drops_repeats`], of one call.
    fn drops_repeat_of(&self, _call: &Call) -> bool {
        self.drops_repeats()
    }

    /// The member of a customer's address that is good for one call only. It is given to the first try after it came, and
    /// gone for all others.
    fn once(&self) -> Option<&'static str> {
        None
    }

    /// The calls that make the platform send its events to `hook`.
    fn connect(&self, _account: &Account<'_>, _hook: &str) -> Vec<Call> {
        Vec::new()
    }

    /// The socket by which the platform sends events too; none where it has none or nobody wants it.
    fn gateway(&self, _account: &Account<'_>) -> Option<gateway::Gateway> {
        None
    }

    /// Most messages that the platform takes from a channel in a second; none where it says nothing of it.
    fn rate(&self, account: &Account<'_>) -> Option<u32> {
        account.setting(RATE).parse().ok().filter(|rate| *rate > 0)
    }

    /// How long a message is worth trying, from when it was written. Milliseconds.
    fn patience(&self) -> Millis {
        24 * 60 * 60 * 1_000
    }
}

/// The platform of a kind of channel; none for widgets.
pub fn platform(kind: ChannelKind) -> Option<&'static dyn Platform> {
    match kind {
        ChannelKind::Widget => None,
        ChannelKind::Webhook => Some(&webhook::Webhook),
        ChannelKind::Telegram => Some(&telegram::Telegram),
        ChannelKind::Email => Some(&email::Email),
        ChannelKind::Instagram => Some(&instagram::Instagram),
        ChannelKind::Messenger => Some(&messenger::Messenger),
        ChannelKind::Whatsapp => Some(&whatsapp::WhatsApp),
        ChannelKind::Twilio => Some(&twilio::Twilio),
        ChannelKind::Line => Some(&line::Line),
        ChannelKind::Viber => Some(&viber::Viber),
        ChannelKind::Slack => Some(&slack::Slack),
        ChannelKind::Discord => Some(&discord::Discord),
    }
}
