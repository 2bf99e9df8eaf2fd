//! Why a command sent to an actor had no effect, and the answer when it had.

use crate::domain::Seq;
use crate::domain::ids::ConversationId;
use crate::domain::refusal::Refusal;
use crate::store::{CommitError, StoreError};

/// What a command came to, sent after the commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// The conversation it changed.
    pub conversation: ConversationId,
    /// Number of the command's last entry; none when it wrote nothing.
    pub seq: Option<Seq>,
    /// The conversation's version at the time of the answer.
    pub version: Seq,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is not there, or not in the caller's scope.
    #[error("not found")]
    NotFound,
    /// A bounded queue is full.
    #[error("too much is waiting; try again")]
    Overloaded,
    /// The store is away, or the outcome is unknown: ask again with the same client id.
    #[error("the database cannot be reached; nothing was acknowledged")]
    Unavailable,
    /// The server is shutting down.
    #[error("the server is shutting down")]
    Draining,
}

impl From<StoreError> for CallError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Busy => Self::Overloaded,
            _ => Self::Unavailable,
        }
    }
}

impl From<CommitError> for CallError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::ActiveExists(conversation) => Self::Refused(Refusal::ActiveExists { conversation }),
            CommitError::NoSuchFile => Self::Refused(Refusal::NoSuchFile),
            CommitError::Overloaded => Self::Overloaded,
            CommitError::Conflict | CommitError::Unavailable(_) | CommitError::Unknown => Self::Unavailable,
        }
    }
}
