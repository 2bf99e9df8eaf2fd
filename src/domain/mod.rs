//! The nouns of live chat and the rules between them: no I/O, no clock, no framework.
//!
//! Time and new ids come in as arguments. `serde` derives are allowed here because the same shapes
//! are stored and sent; everything else stays outside.

pub mod attachment;
pub mod avatar;
pub mod bot;
pub mod canned;
pub mod card;
pub mod channel;
pub mod contact;
pub mod conversation;
pub mod delivery;
pub mod episode;
pub mod event;
pub mod feedback;
pub mod hours;
pub mod ids;
pub mod incoming;
pub mod invalid;
pub mod member;
pub mod messaging;
pub mod proactive;
pub mod push;
pub mod refusal;
pub mod report;
pub mod scope;
pub mod tag;
pub mod template;
pub mod transcript;
pub mod webhook;

/// UTC milliseconds since 1970. For display and stored ages; order never depends on it.
pub type Millis = i64;

/// The number of an entry in its conversation: 1, 2, 3 … without holes.
pub type Seq = i64;
