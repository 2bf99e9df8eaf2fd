//! One change of one conversation, and everything that must become durable with it.

use super::audit::AuditRow;
use super::outbox::OutboxRow;
use crate::domain::Seq;
use crate::domain::contact::{Contact, SessionDetails};
use crate::domain::conversation::Conversation;
use crate::domain::event::Entry;

/// All of it is stored in one transaction, or none.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The version it was decided on: the fence. 0 = the conversation does not exist yet.
    pub before: Seq,
    /// The state after the entries.
    pub after: Conversation,
    /// What happened: numbers `before + 1` to `after.version`, without holes. An
    /// [`Event::Feedback`](crate::domain::event::Event::Feedback) also becomes the feedback of its episode.
    pub entries: Vec<Entry>,
    /// With the first entries.
    pub opening: Option<Opening>,
    /// Lines for the audit trail.
    pub audit: Vec<AuditRow>,
    /// Deliveries it causes.
    pub outbox: Vec<OutboxRow>,
}

/// What else is stored when a conversation begins.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Who. Kept as it is if the store knows them.
    pub contact: Contact,
    /// Where, as the widget told it.
    pub session: SessionDetails,
}
