//! What a reader may see of an entry and of a conversation.
//!
//! Members see all. Customers see members by first name and without ids, and a placeholder where
//! an entry is not for them, so that the numbers they receive have no holes.

use serde::{Deserialize, Serialize};

use crate::domain::attachment::Attachment;
use crate::domain::avatar::{AvatarId, Faces};
use crate::domain::card::Card;
use crate::domain::contact::Contact;
use crate::domain::conversation::{Assignee, Conversation, Preview, Status};
use crate::domain::event::{Author, EndReason, Entry, Event, HandoffReason, Origin, RequeueReason, Start};
use crate::domain::feedback::Rating;
use crate::domain::ids::{ChannelId, ClientId, ContactId, ConversationId, MemberId};
use crate::domain::{Millis, Seq};

/// One line of the list, and the head of an open conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Row {
    /// Id.
    pub id: ConversationId,
    /// Number of its last entry.
    pub version: Seq,
    /// Status.
    pub status: Status,
    /// Channel.
    pub channel: ChannelId,
    /// Contact.
    pub contact: RowContact,
    /// Owner.
    pub assignee: Option<Assignee>,
    /// First message, shortened.
    pub first_text: String,
    /// Last message, shortened.
    pub preview: Option<Preview>,
    /// When it began.
    pub opened_at: Millis,
    /// When something last happened.
    pub last_at: Millis,
    /// Since when the customer waits, while queued.
    pub waiting_since: Option<Millis>,
    /// 1, and one more with each activation.
    pub episode: i64,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// Why it ended.
    pub end_reason: Option<EndReason>,
    /// Last rating.
    pub rating: Option<Rating>,
    /// Its tags, in the order of their letters.
    pub tags: Vec<String>,
    /// The customer has a session open.
    pub customer_online: bool,
}

/// The contact as lists show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RowContact {
    /// Id.
    pub id: ContactId,
    /// Name.
    pub name: String,
    /// The site proved who they are.
    pub verified: bool,
}

impl RowContact {
    /// What lists show of this contact.
    pub fn of(contact: &Contact) -> Self {
        Self { id: contact.id, name: contact.name.clone(), verified: contact.verified }
    }
}

impl Row {
    /// The row of a conversation.
    pub fn of(conversation: &Conversation, contact: RowContact, customer_online: bool) -> Self {
        Self {
            id: conversation.id,
            version: conversation.version,
            status: conversation.status,
            channel: conversation.channel,
            contact,
            assignee: conversation.assignee.clone(),
            first_text: conversation.first_text.clone(),
            preview: conversation.preview.clone(),
            opened_at: conversation.opened_at,
            last_at: conversation.last_at,
            waiting_since: conversation.waiting_since.filter(|_| conversation.status == Status::Queued),
            episode: conversation.episode,
            ended_at: conversation.ended_at,
            end_reason: conversation.end_reason,
            rating: conversation.rating,
            tags: conversation.tags.clone(),
            customer_online,
        }
    }
}

/// An entry as a customer may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ContactEntry<'a> {
    /// Its number.
    pub seq: Seq,
    /// When.
    pub at: Millis,
    /// Who; absent on placeholders.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub by: Option<ContactAuthor<'a>>,
    /// The client's id, on the customer's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub client_id: Option<ClientId>,
    /// What.
    pub body: ContactBody<'a>,
}

/// Who, as a customer may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ContactAuthor<'a> {
    /// The customer.
    Contact,
    /// The bot.
    Bot,
    /// Somebody of the team.
    Member {
        /// First name.
        name: &'a str,
        /// Their picture of now.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        avatar: Option<&'a AvatarId>,
    },
    /// Switchboard.
    System,
}

/// What happened, as a customer may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs, reason = "the fields are those of domain::event::Event")]
pub enum ContactBody<'a> {
    Hidden,
    Opened {
        first_text: &'a str,
        start: Start,
    },
    Message {
        text: &'a str,
        #[serde(skip_serializing_if = "<[Attachment]>::is_empty")]
        #[cfg_attr(test, ts(as = "Option<Vec<Attachment>>", optional))]
        attachments: &'a [Attachment],
        #[serde(skip_serializing_if = "<[String]>::is_empty")]
        #[cfg_attr(test, ts(as = "Option<Vec<String>>", optional))]
        quick_replies: &'a [String],
        #[serde(skip_serializing_if = "<[Card]>::is_empty")]
        #[cfg_attr(test, ts(as = "Option<Vec<Card>>", optional))]
        cards: &'a [Card],
    },
    HandedOff {
        reason: HandoffReason,
    },
    Joined {
        from: Origin,
    },
    Transferred {
        to_name: &'a str,
    },
    TakenOver {
        from: Origin,
    },
    Requeued {
        reason: RequeueReason,
    },
    HandedBack,
    Ended {
        reason: EndReason,
    },
    Activated {
        episode: i64,
    },
}

impl<'a> ContactEntry<'a> {
    /// What the customer may see of this entry. `faces`: the pictures of the team.
    pub fn of(entry: &'a Entry, faces: &'a Faces) -> Self {
        let body = contact_body(&entry.body);
        let by = match &entry.by {
            Author::Contact => ContactAuthor::Contact,
            Author::Bot => ContactAuthor::Bot,
            Author::Member { id, name } => {
                ContactAuthor::Member { name: first_name(name), avatar: faces.get(id) }
            }
            Author::System => ContactAuthor::System,
        };
        let hidden = body == ContactBody::Hidden;
        Self {
            seq: entry.seq,
            at: entry.at,
            client_id: entry.client_id.filter(|_| !hidden && entry.by == Author::Contact),
            by: (!hidden).then_some(by),
            body,
        }
    }
}

fn contact_body(body: &Event) -> ContactBody<'_> {
    match body {
        Event::Opened { first_text, start } => ContactBody::Opened { first_text, start: *start },
        Event::Message { text, attachments, quick_replies, cards, .. } => {
            ContactBody::Message { text, attachments, quick_replies, cards }
        }
        Event::HandedOff { reason, .. } => ContactBody::HandedOff { reason: *reason },
        Event::Joined { from } => ContactBody::Joined { from: *from },
        Event::Transferred { to_name, .. } => ContactBody::Transferred { to_name: first_name(to_name) },
        Event::TakenOver { from, .. } => ContactBody::TakenOver { from: *from },
        Event::Requeued { reason } => ContactBody::Requeued { reason: *reason },
        Event::HandedBack => ContactBody::HandedBack,
        Event::Ended { reason } => ContactBody::Ended { reason: *reason },
        Event::Activated { episode } => ContactBody::Activated { episode: *episode },
        Event::Note { .. }
        | Event::File { .. }
        | Event::Edited { .. }
        | Event::Reacted { .. }
        | Event::Deleted { .. }
        | Event::Tagged { .. }
        | Event::Untagged { .. }
        | Event::Suppressed { .. }
        | Event::Silent { .. }
        | Event::Feedback { .. }
        | Event::Erased => ContactBody::Hidden,
    }
}

/// The first word of a name: how customers know a member.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// A member as `details.assignee` and lists name them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MemberName {
    /// Id.
    pub id: MemberId,
    /// Name.
    pub name: String,
}
