//! What a platform tells us, read.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::Millis;
use crate::domain::delivery::DeliveryState;

/// One event of a request, to be stored as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The platform's id of the event, unique in the channel.
    pub key: String,
    /// The platform's id of the message it brings, where that may come under several event ids.
    pub message: Option<String>,
    /// The customer's id on the platform; events of one customer are worked on in their order.
    pub contact: Option<String>,
    /// As it came; may be wrapped with what else is needed to read it.
    pub raw: Value,
}

/// An event that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Inbound {
    /// Whom it is from; none for what is about no customer.
    pub who: Option<Who>,
    /// What happened.
    pub what: What,
}

/// The customer, as the platform knows them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Who {
    /// Their id on the platform, unique in the channel.
    pub key: String,
    /// How they call themselves.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Language, as a BCP 47 tag.
    pub language: Option<String>,
    /// Further facts.
    pub attributes: BTreeMap<String, String>,
    /// What the platform needs to answer them; kept as it is, and given back when something is said to them.
    pub address: Value,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// They wrote something.
    Message {
        /// Plain text; may be empty when there are files.
        text: String,
        /// Files, still with the platform.
        files: Vec<RemoteFile>,
    },
    /// They changed the message that [`super::Platform::message`] names; where it names none, this reads as a new message.
    Edited {
        /// The new text.
        text: String,
    },
    /// They took back the message that [`super::Platform::message`] names.
    Deleted,
    /// They reacted to the message that [`super::Platform::message`] names, or took a reaction back.
    Reacted(Reaction),
    /// Something that nobody needs to see.
    Nothing,
    /// They are writing, or stopped.
    Typing {
        /// Writing or not.
        on: bool,
    },
    /// How far one of our messages has come.
    Report {
        /// The platform's id of our message.
        provider_id: String,
        /// How far.
        state: DeliveryState,
        /// The platform's reason, when it failed.
        reason: Option<String>,
    },
    /// How far everything has come that they were told up to a time.
    ReportUpTo {
        /// Their id on the platform.
        contact: String,
        /// Up to when.
        at: Millis,
        /// How far.
        state: DeliveryState,
    },
    /// They ended the chat on their side.
    Closed,
}

/// How a customer's reactions to a message changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaction {
    /// These are all there are; none = they took them back.
    All(Vec<String>),
    /// One more.
    Added(String),
    /// One less.
    Removed(String),
}

/// A file that is still with the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// What the platform calls it: an address, or an id to ask for one. Empty when it cannot be fetched and is only named.
    pub reference: String,
    /// Its name, perhaps made from its kind.
    pub name: String,
}
