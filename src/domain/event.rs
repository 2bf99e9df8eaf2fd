//! What happened in a conversation: the body of one numbered entry of its log.

use serde::{Deserialize, Serialize};

use super::attachment::Attachment;
use super::card::Card;
use super::feedback::Rating;
use super::ids::{ClientId, ComingId, MemberId};
use super::incoming::{ComingFile, FetchFailure, FileNews};
use super::{Millis, Seq};

/// The opening and what is committed with it has at most this number: opening, greeting, first message.
pub const OPENING_MAX: Seq = 3;

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Author {
    /// The customer.
    Contact,
    /// The scope's bot.
    Bot,
    /// A member, under the name they had then.
    Member {
        /// The member.
        id: MemberId,
        /// Display name at that time, so that a transcript needs no look-up.
        name: String,
    },
    /// Switchboard itself: timers, a removed member.
    System,
}

/// One numbered line of a conversation's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Entry {
    /// Its number; also the conversation's version after it.
    pub seq: Seq,
    /// When it was committed.
    pub at: Millis,
    /// Who caused it.
    pub by: Author,
    /// The client's id of the command whose last entry this is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(test, ts(optional))]
    pub client_id: Option<ClientId>,
    /// What happened.
    pub body: Event,
}

/// Where a conversation was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The bot was answering.
    Bot,
    /// It waited in Unassigned.
    Queued,
    /// Another member owned it.
    Assigned,
}

/// Where a new conversation begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// With the scope's bot.
    Bot,
    /// In the queue, as the scope has no bot.
    Queued,
}

/// Why the bot gave way to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum HandoffReason {
    /// The customer asked.
    Customer,
    /// The bot asked.
    Bot,
    /// The bot failed twice in a row.
    BotFailed,
}

/// Why an owned conversation waits again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RequeueReason {
    /// Its assignee or an admin gave it back.
    GivenBack,
    /// Its assignee had no session for the scope's release time.
    AssigneeGone,
    /// Its assignee is no longer an active member of the scope.
    MemberRemoved,
}

/// Why a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Its assignee ended it as done.
    Resolved,
    /// The customer ended it.
    Customer,
    /// Silence ended it.
    Expired,
    /// The contact was erased.
    Erased,
}

/// What happened. `docs/PROTOCOL.md` section 2 says which kinds the customer sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The contact's first message made the conversation.
    Opened {
        /// What the customer wrote first.
        first_text: String,
        /// Who is to answer first.
        start: Start,
    },
    /// Somebody wrote something that everybody sees.
    Message {
        /// Plain text, at most 10,000 characters; empty only when there are files or cards.
        text: String,
        /// Files that go with it.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        #[cfg_attr(test, ts(as = "Option<Vec<Attachment>>", optional))]
        attachments: Vec<Attachment>,
        /// Answers offered by the bot.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        #[cfg_attr(test, ts(as = "Option<Vec<String>>", optional))]
        quick_replies: Vec<String>,
        /// Pictures with words and buttons, side by side.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        #[cfg_attr(test, ts(as = "Option<Vec<Card>>", optional))]
        cards: Vec<Card>,
        /// Files that the customer's platform still has.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        #[cfg_attr(test, ts(as = "Option<Vec<ComingFile>>", optional))]
        coming: Vec<ComingFile>,
    },
    /// A file of a customer's message was fetched from their platform, or not.
    File {
        /// Number of the message.
        of: Seq,
        /// Which of its coming files.
        id: ComingId,
        /// What became of it.
        news: FileNews,
    },
    /// The customer changed a message of theirs. What it said before stays in the log.
    Edited {
        /// Number of the message.
        of: Seq,
        /// What it says now.
        text: String,
    },
    /// The customer reacted to a message.
    Reacted {
        /// Number of the message.
        of: Seq,
        /// All their reactions to it; none = they took them back.
        emojis: Vec<String>,
    },
    /// The customer took a message back. Its content is removed with this entry.
    Deleted {
        /// Number of the message.
        of: Seq,
    },
    /// A member wrote something that only members see.
    Note {
        /// Plain text, at most 10,000 characters; empty only when there are files.
        text: String,
        /// Files that go with it.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        #[cfg_attr(test, ts(as = "Option<Vec<Attachment>>", optional))]
        attachments: Vec<Attachment>,
        /// Colleagues whom it names with `@`.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        #[cfg_attr(test, ts(as = "Option<Vec<MemberId>>", optional))]
        mentions: Vec<MemberId>,
    },
    /// A member put a tag on it.
    Tagged {
        /// The tag.
        tag: String,
    },
    /// A member took a tag off it.
    Untagged {
        /// The tag.
        tag: String,
    },
    /// From the bot to people.
    HandedOff {
        /// Who or what asked.
        reason: HandoffReason,
        /// The bot's summary for members.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(test, ts(optional))]
        note: Option<String>,
    },
    /// A member claimed it; the bot, if it was answering, is cut off.
    Joined {
        /// Where it was taken from.
        from: Origin,
    },
    /// To another member.
    Transferred {
        /// The new assignee.
        to: MemberId,
        /// Their name then.
        to_name: String,
    },
    /// An admin made it theirs.
    TakenOver {
        /// Where it was taken from.
        from: Origin,
        /// Name of the member who lost it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(test, ts(optional))]
        from_member: Option<String>,
    },
    /// It waits again, with its original age.
    Requeued {
        /// Why.
        reason: RequeueReason,
    },
    /// Given back to the bot.
    HandedBack,
    /// A bot reply that came too late. Members see it, the customer never does.
    Suppressed {
        /// The turn it was asked in.
        turn: Seq,
        /// What it would have said.
        text: String,
    },
    /// The bot was asked and had nothing to say. Ends its turn, so that it is not asked again.
    Silent {
        /// The turn it was asked in.
        turn: Seq,
    },
    /// It is over.
    Ended {
        /// Why.
        reason: EndReason,
    },
    /// The contact's rating of this episode.
    Feedback {
        /// One to five stars.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(test, ts(optional))]
        rating: Option<Rating>,
        /// In their words.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(test, ts(optional))]
        comment: Option<String>,
    },
    /// A member took an ended conversation up again.
    Activated {
        /// Counts from 1 at the opening.
        episode: i64,
    },
    /// Content removed at the contact's request; the number stays.
    Erased,
}

impl Event {
    /// The stable name in storage and on the wire.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Message { .. } => "message",
            Self::File { .. } => "file",
            Self::Edited { .. } => "edited",
            Self::Reacted { .. } => "reacted",
            Self::Deleted { .. } => "deleted",
            Self::Note { .. } => "note",
            Self::Tagged { .. } => "tagged",
            Self::Untagged { .. } => "untagged",
            Self::HandedOff { .. } => "handed_off",
            Self::Joined { .. } => "joined",
            Self::Transferred { .. } => "transferred",
            Self::TakenOver { .. } => "taken_over",
            Self::Requeued { .. } => "requeued",
            Self::HandedBack => "handed_back",
            Self::Suppressed { .. } => "suppressed",
            Self::Silent { .. } => "silent",
            Self::Ended { .. } => "ended",
            Self::Feedback { .. } => "feedback",
            Self::Activated { .. } => "activated",
            Self::Erased => "erased",
        }
    }

    /// The files that go with it.
    pub fn attachments(&self) -> &[Attachment] {
        match self {
            Self::Message { attachments, .. } | Self::Note { attachments, .. } => attachments,
            Self::File { news: FileNews::Here { file }, .. } => std::slice::from_ref(file),
            _ => &[],
        }
    }

    /// True when the customer must not see more than the number of this entry.
    pub const fn members_only(&self) -> bool {
        matches!(
            self,
            Self::Note { .. }
                | Self::File { .. }
                | Self::Edited { .. }
                | Self::Reacted { .. }
                | Self::Deleted { .. }
                | Self::Tagged { .. }
                | Self::Untagged { .. }
                | Self::Suppressed { .. }
                | Self::Silent { .. }
                | Self::Feedback { .. }
                | Self::Erased
        )
    }

    /// True when status or owner may change with it, or its words are to vanish, so every list must hear at once.
    pub const fn changes_status(&self) -> bool {
        !matches!(
            self,
            Self::Message { .. }
                | Self::Note { .. }
                | Self::File { .. }
                | Self::Edited { .. }
                | Self::Reacted { .. }
                | Self::Tagged { .. }
                | Self::Untagged { .. }
                | Self::Suppressed { .. }
                | Self::Silent { .. }
                | Self::Erased
        )
    }

    /// Number of the earlier message that it is about, if it is about one.
    pub const fn about(&self) -> Option<Seq> {
        match self {
            Self::File { of, .. }
            | Self::Edited { of, .. }
            | Self::Reacted { of, .. }
            | Self::Deleted { of } => Some(*of),
            _ => None,
        }
    }

    /// What stays of the entry `seq` when the customer takes the message `of` back; none = it says nothing of that message.
    pub fn taken_back(&self, seq: Seq, of: Seq) -> Option<Self> {
        Some(match self {
            Self::Message { .. } if seq == of => Self::Message {
                text: String::new(),
                attachments: Vec::new(),
                quick_replies: Vec::new(),
                cards: Vec::new(),
                coming: Vec::new(),
            },
            Self::Opened { start, .. } if of <= OPENING_MAX => {
                Self::Opened { first_text: String::new(), start: *start }
            }
            Self::File { of: message, id, .. } if *message == of => {
                Self::File { of, id: *id, news: FileNews::Failed { reason: FetchFailure::Gone } }
            }
            Self::Edited { of: message, .. } if *message == of => Self::Edited { of, text: String::new() },
            _ => return None,
        })
    }
}
