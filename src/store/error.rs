//! Why the store gave no answer, or another than hoped for.

use std::error::Error;
use std::sync::Arc;

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as DieselError};

use crate::domain::ids::ConversationId;

/// Any failure of the store. Cloned when one cause fails several callers.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// There is no such row.
    #[error("not found")]
    NotFound,
    /// The change contradicts what is stored; the text is a stable name of the contradiction.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// Too many wait already, or nobody was free in time. Nothing was done; try again later.
    #[error("the store is busy")]
    Busy,
    /// The database is away, locked, full or may only be read. Nothing was done.
    #[error("the database is unavailable: {0}")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
    /// The connection was lost while committing, or no answer came in time: done or not done.
    #[error("the outcome is unknown")]
    Unknown,
    /// The store must not be opened: wrong address, newer schema, used by another process.
    #[error("{0}")]
    Refused(String),
    /// A statement failed, or what is stored cannot be read.
    #[error("the store failed: {0}")]
    Broken(#[source] Arc<dyn Error + Send + Sync>),
}

/// Why a change of a conversation was not committed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// The conversation has moved on from the version the change was decided on. Load and decide again.
    #[error("the conversation has changed meanwhile")]
    Conflict,
    /// The contact has another conversation on this channel that has not ended.
    #[error("the contact has another open conversation")]
    ActiveExists(ConversationId),
    /// A file that was to be sent is not there any more, or was sent before.
    #[error("a file is not there any more")]
    NoSuchFile,
    /// The journal's queue is full. Nothing was done.
    #[error("too many changes are waiting")]
    Overloaded,
    /// Nothing was done, and cannot be at the moment.
    #[error("not committed: {0}")]
    Unavailable(#[source] StoreError),
    /// Done or not done: the connection was lost while committing, or no answer came in time. Load
    /// the conversation and let the client id decide.
    #[error("the outcome is unknown")]
    Unknown,
}

impl StoreError {
    /// A failure that is described in words only.
    pub(super) fn broken(what: impl Into<String>) -> Self {
        Self::Broken(Arc::from(Box::<dyn Error + Send + Sync>::from(what.into())))
    }

    /// The database is away, described in words only.
    pub(super) fn unavailable(why: impl Into<String>) -> Self {
        Self::Unavailable(Arc::from(Box::<dyn Error + Send + Sync>::from(why.into())))
    }

    /// True when the database file itself can no longer be trusted: the process must end.
    pub(super) fn is_fatal(&self) -> bool {
        const SIGNS: [&str; 3] =
            ["disk I/O error", "database disk image is malformed", "file is not a database"];
        matches!(self, Self::Broken(source) if SIGNS.iter().any(|sign| source.to_string().contains(sign)))
    }

    /// True when the database is there and takes no changes: it has no room, or may only be read.
    pub(super) fn refuses_changes(&self) -> bool {
        matches!(self, Self::Unavailable(source) if holds(&source.to_string(), &NO_ROOM))
            || self.is_read_only()
    }

    /// True when it may only be read, which a connection of PostgreSQL can remember for as long as it lives.
    pub(super) fn is_read_only(&self) -> bool {
        matches!(self, Self::Unavailable(source) if holds(&source.to_string(), &READ_ONLY))
    }
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unknown => Self::Unknown,
            StoreError::Busy => Self::Overloaded,
            // A unique index knew better than the version: somebody else was there first.
            StoreError::Conflict(DUPLICATE) => Self::Conflict,
            other => Self::Unavailable(other),
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        if let DieselError::RollbackErrorOnCommit { commit_error, .. } = error {
            return (*commit_error).into();
        }
        match &error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Conflict(DUPLICATE),
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
                Self::Conflict("reference")
            }
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | DieselError::BrokenTransactionManager => Self::Unavailable(Arc::new(error)),
            DieselError::DatabaseError(_, about) if is_passing(about.message()) => {
                Self::Unavailable(Arc::new(error))
            }
            _ => Self::Broken(Arc::new(error)),
        }
    }
}

impl From<ConnectionError> for StoreError {
    fn from(error: ConnectionError) -> Self {
        Self::Unavailable(Arc::new(error))
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(Arc::new(error))
    }
}

/// Name of the contradiction that a unique index found.
const DUPLICATE: &str = "duplicate";

/// SQLite's result code 13, PostgreSQL's 53100.
const NO_ROOM: [&str; 2] = ["database or disk is full", "No space left on device"];

/// SQLite's result code 8, PostgreSQL's 25006.
const READ_ONLY: [&str; 2] = ["attempt to write a readonly database", "in a read-only transaction"];

/// Failures that go away by themselves or by an operator's hand. Both databases report them only in words:
/// SQLite's result codes 5, 8 and 13 (<https://sqlite.org/rescode.html>), PostgreSQL's 25006 and classes 53 and 57.
fn is_passing(message: &str) -> bool {
    const SIGNS: [&str; 5] = [
        "database is locked",
        "terminating connection",
        "the database system is",
        "canceling statement due to",
        "too many clients",
    ];
    holds(message, &SIGNS) || holds(message, &NO_ROOM) || holds(message, &READ_ONLY)
}

fn holds(message: &str, signs: &[&str]) -> bool {
    signs.iter().any(|sign| message.contains(sign))
}
