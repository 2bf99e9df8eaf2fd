//! Who sends a command, and which entry it could have written.

use super::{Command, Target};
use crate::domain::event::{Author, EndReason, Event};
use crate::domain::member::Actor;

impl Command {
    /// Who sends it, as the log will name them.
    pub fn author(&self) -> Author {
        match self {
            Self::Post { .. }
            | Self::Edit { .. }
            | Self::React { .. }
            | Self::TakeBack { .. }
            | Self::RequestHuman
            | Self::LeaveMessage { .. }
            | Self::End { .. }
            | Self::Feedback { .. } => Author::Contact,
            Self::BotReply { .. } | Self::BotFailed { .. } => Author::Bot,
            Self::Send { by, .. }
            | Self::FileNews { by: Some(by), .. }
            | Self::Note { by, .. }
            | Self::Tag { by, .. }
            | Self::Untag { by, .. }
            | Self::Join { by }
            | Self::TakeOver { by }
            | Self::Transfer { by, .. }
            | Self::Resolve { by }
            | Self::Activate { by } => Author::Member { id: by.id, name: by.name.clone() },
            Self::FileNews { by: None, .. }
            | Self::Release { .. }
            | Self::RemoveMember { .. }
            | Self::Expire { .. }
            | Self::Erase => Author::System,
        }
    }

    /// The member who sends it, as [`Self::author`] names them.
    pub fn by_mut(&mut self) -> Option<&mut Actor> {
        match self {
            Self::Send { by, .. }
            | Self::FileNews { by: Some(by), .. }
            | Self::Note { by, .. }
            | Self::Tag { by, .. }
            | Self::Untag { by, .. }
            | Self::Join { by }
            | Self::TakeOver { by }
            | Self::Transfer { by, .. }
            | Self::Resolve { by }
            | Self::Activate { by } => Some(by),
            _ => None,
        }
    }

    /// Could `body` be the last entry this command wrote? Tells a repeat from a reused client id.
    pub fn wrote(&self, body: &Event) -> bool {
        match (self, body) {
            (
                Self::Post { text } | Self::LeaveMessage { text } | Self::Send { text, .. },
                Event::Message { text: said, attachments, cards, coming, .. },
            ) => {
                text.text == *said
                    && text.attachments == *attachments
                    && text.cards == *cards
                    && text.coming == *coming
            }
            (Self::Edit { of, text }, Event::Edited { of: message, text: said }) => {
                of == message && text == said
            }
            (Self::React { of, emojis }, Event::Reacted { of: message, emojis: said }) => {
                of == message && emojis == said
            }
            (Self::TakeBack { of }, Event::Deleted { of: message }) => of == message,
            // Fetched twice, it is another file of ours, and still the same one of the customer.
            (Self::FileNews { id, .. }, Event::File { id: told, .. }) => id == told,
            (Self::Note { text, .. }, Event::Note { text: said, attachments, .. }) => {
                text.text == *said && text.attachments == *attachments
            }
            (Self::Tag { tag, .. }, Event::Tagged { tag: said })
            | (Self::Untag { tag, .. }, Event::Untagged { tag: said }) => tag == said,
            (Self::RequestHuman, Event::HandedOff { .. })
            | (Self::End { .. }, Event::Ended { reason: EndReason::Customer })
            | (Self::Join { .. }, Event::Joined { .. })
            | (Self::TakeOver { .. }, Event::TakenOver { .. })
            | (Self::Resolve { .. }, Event::Ended { reason: EndReason::Resolved })
            | (Self::Activate { .. }, Event::Activated { .. })
            | (Self::Transfer { to: Target::Queue, .. }, Event::Requeued { .. })
            | (Self::Transfer { to: Target::Bot, .. }, Event::HandedBack)
            // Its id is made from all it says, so the same id is the same answer.
            | (
                Self::BotReply { .. },
                Event::Message { .. }
                | Event::HandedOff { .. }
                | Event::Silent { .. }
                | Event::Suppressed { .. },
            ) => true,
            (Self::Feedback { feedback }, Event::Feedback { rating, comment }) => {
                feedback.rating == *rating && feedback.comment == *comment
            }
            (Self::Transfer { to: Target::Member(Some(assignee)), .. }, Event::Transferred { to, .. }) => {
                assignee.id == *to
            }
            _ => false,
        }
    }
}
