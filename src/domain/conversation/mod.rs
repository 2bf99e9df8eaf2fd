//! A conversation: one status, at most one owner, and the pure rules between them.
//!
//! [`decide()`] judges a command and answers the facts it causes, or why not; [`Conversation::apply`]
//! is the only way the state changes. Both are the table of `docs/GUARANTEES.md` in code.

mod decide;

pub use decide::{
    Command, Decision, Fact, NewConversation, Rules, Target, decide, is_staffed, number, open, open_waiting,
};

use serde::{Deserialize, Serialize};

use super::attachment;
use super::event::{Author, EndReason, Entry, Event, OPENING_MAX, Start};
use super::feedback::Rating;
use super::ids::{ChannelId, ContactId, ConversationId, MemberId, ScopeId};
use super::{Millis, Seq};

/// Most characters of [`Preview::text`] and [`Conversation::first_text`].
pub const PREVIEW_CHARS: usize = 120;

/// Exactly one of these at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The bot answers.
    Bot,
    /// Shown as Unassigned.
    Queued,
    /// One member owns it.
    Assigned,
    /// Shown as Terminated.
    Ended,
}

impl Status {
    /// The stable name in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Queued => "queued",
            Self::Assigned => "assigned",
            Self::Ended => "ended",
        }
    }

    /// Not ended.
    pub const fn is_active(self) -> bool {
        !matches!(self, Self::Ended)
    }
}

/// The member who owns a conversation now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Assignee {
    /// Who.
    pub id: MemberId,
    /// Their name when they took it.
    pub name: String,
}

/// Which side wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The customer.
    Contact,
    /// The bot.
    Bot,
    /// A member.
    Member,
    /// Switchboard.
    System,
}

impl Side {
    /// The side of an author.
    pub const fn of(author: &Author) -> Self {
        match author {
            Author::Contact => Self::Contact,
            Author::Bot => Self::Bot,
            Author::Member { .. } => Self::Member,
            Author::System => Self::System,
        }
    }

    /// The stable name in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Bot => "bot",
            Self::Member => "member",
            Self::System => "system",
        }
    }
}

/// The last message, shortened for lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Preview {
    /// Who wrote it.
    pub by: Side,
    /// At most [`PREVIEW_CHARS`] characters.
    pub text: String,
}

/// The state of one conversation: the fold of its entries, and one row in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Id.
    pub id: ConversationId,
    /// Scope; never changes.
    pub scope: ScopeId,
    /// Channel; never changes.
    pub channel: ChannelId,
    /// Contact; never changes.
    pub contact: ContactId,
    /// Number of the last entry. The store's fence: a commit names the version it was decided on.
    pub version: Seq,
    /// Status.
    pub status: Status,
    /// Owner, exactly when assigned.
    pub assignee: Option<Assignee>,
    /// Raised with each change of owner (bot, queue, member); fences bot replies.
    pub epoch: i64,
    /// 1 at the opening, one more with each activation.
    pub episode: i64,
    /// The customer's message the bot has yet to answer; set by their message in status bot,
    /// cleared by the bot's answer or by leaving the bot.
    pub turn: Option<Seq>,
    /// Bot messages so far; decides when the widget shows "Talk to a human".
    pub bot_messages: i64,
    /// First message, shortened.
    pub first_text: String,
    /// Last public message, shortened.
    pub preview: Option<Preview>,
    /// When entry 1 was committed.
    pub opened_at: Millis,
    /// When the last entry was committed.
    pub last_at: Millis,
    /// When the customer began to wait in this episode. Kept when it is requeued, so it is first in line again.
    pub waiting_since: Option<Millis>,
    /// When a member first wrote after the customer began to wait in this episode; none before.
    pub replied_at: Option<Millis>,
    /// When it ended, if it has.
    pub ended_at: Option<Millis>,
    /// Why it ended, if it has.
    pub end_reason: Option<EndReason>,
    /// This episode's feedback was given.
    pub rated: bool,
    /// Stars of the last feedback.
    pub rating: Option<Rating>,
    /// Its tags, in the order of their letters.
    pub tags: Vec<String>,
}

impl Conversation {
    /// The state before entry 1.
    pub const fn unopened(new: &NewConversation) -> Self {
        Self {
            id: new.id,
            scope: new.scope,
            channel: new.channel,
            contact: new.contact,
            version: 0,
            status: Status::Bot,
            assignee: None,
            epoch: 0,
            episode: 1,
            turn: None,
            bot_messages: 0,
            first_text: String::new(),
            preview: None,
            opened_at: 0,
            last_at: 0,
            waiting_since: None,
            replied_at: None,
            ended_at: None,
            end_reason: None,
            rated: false,
            rating: None,
            tags: Vec::new(),
        }
    }

    /// The same conversation before its entry 1.
    #[must_use]
    pub const fn emptied(&self) -> Self {
        Self::unopened(&NewConversation {
            id: self.id,
            scope: self.scope,
            channel: self.channel,
            contact: self.contact,
        })
    }

    /// Does this member own it now?
    pub fn is_assigned_to(&self, member: MemberId) -> bool {
        self.assignee.as_ref().is_some_and(|assignee| assignee.id == member)
    }

    /// Takes one committed entry in. The entry's number must be the next one.
    pub fn apply(&mut self, entry: &Entry) {
        debug_assert_eq!(entry.seq, self.version + 1, "entries are applied in order");
        self.version = entry.seq;
        self.last_at = entry.at;
        match &entry.body {
            Event::Opened { first_text, start } => {
                self.first_text.clone_from(first_text);
                self.opened_at = entry.at;
                if *start == Start::Queued {
                    self.queue(entry.at);
                }
            }
            Event::Message { text, attachments, cards, coming, .. } => {
                let text = shorten(&attachment::summary(text, attachments, cards, coming));
                self.preview = Some(Preview { by: Side::of(&entry.by), text });
                match (&entry.by, self.status) {
                    (Author::Bot, _) => {
                        self.bot_messages += 1;
                        self.turn = None;
                    }
                    (Author::Contact, Status::Bot) => self.turn = Some(entry.seq),
                    (Author::Member { .. }, _) if self.waiting_since.is_some() => {
                        self.replied_at.get_or_insert(entry.at);
                    }
                    _ => {}
                }
            }
            Event::HandedOff { .. } | Event::Requeued { .. } => self.queue(entry.at),
            Event::Joined { .. } | Event::TakenOver { .. } | Event::Activated { .. } => {
                if let Event::Activated { episode } = entry.body {
                    self.episode = episode;
                    self.ended_at = None;
                    self.end_reason = None;
                    self.waiting_since = None;
                    self.replied_at = None;
                    self.rated = false;
                }
                if let Author::Member { id, name } = &entry.by {
                    self.assign(Assignee { id: *id, name: name.clone() });
                }
            }
            Event::Transferred { to, to_name } => {
                self.assign(Assignee { id: *to, name: to_name.clone() });
            }
            Event::HandedBack => {
                self.leave_owner();
                self.status = Status::Bot;
                self.waiting_since = None;
            }
            Event::Ended { reason } => {
                self.leave_owner();
                self.status = Status::Ended;
                self.ended_at = Some(entry.at);
                self.end_reason = Some(*reason);
            }
            Event::Feedback { rating, .. } => {
                self.rated = true;
                self.rating = *rating;
            }
            Event::Silent { .. } => self.turn = None,
            Event::Tagged { tag } => {
                if let Err(place) = self.tags.binary_search(tag) {
                    self.tags.insert(place, tag.clone());
                }
            }
            Event::Untagged { tag } => self.tags.retain(|other| other != tag),
            // Whose words the lists show is not known here, so a little too much is hidden rather than too little.
            Event::Deleted { of } => {
                self.preview.take_if(|preview| preview.by == Side::Contact);
                if *of <= OPENING_MAX {
                    self.first_text.clear();
                }
            }
            Event::Note { .. }
            | Event::File { .. }
            | Event::Edited { .. }
            | Event::Reacted { .. }
            | Event::Suppressed { .. }
            | Event::Erased => {}
        }
    }

    fn leave_owner(&mut self) {
        self.epoch += 1;
        self.turn = None;
        self.assignee = None;
    }

    fn assign(&mut self, assignee: Assignee) {
        self.leave_owner();
        self.status = Status::Assigned;
        self.assignee = Some(assignee);
    }

    fn queue(&mut self, at: Millis) {
        self.leave_owner();
        self.status = Status::Queued;
        self.waiting_since.get_or_insert(at);
    }
}

/// The first [`PREVIEW_CHARS`] characters on one line.
pub fn shorten(text: &str) -> String {
    let mut short = String::with_capacity(text.len().min(PREVIEW_CHARS * 2));
    for (count, character) in text.chars().enumerate() {
        if count == PREVIEW_CHARS {
            break;
        }
        short.push(if character.is_control() { ' ' } else { character });
    }
    short
}
