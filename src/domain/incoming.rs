//! Files that a customer sent by a messaging platform. Their message is shown at once, with their names; each file follows when it
//! is fetched, as an entry of its own (`docs/adr/0017-files-that-follow.md`).

use serde::{Deserialize, Serialize};

use super::attachment::{Attachment, FILE_NAME_MAX, plain_name};
use super::ids::ComingId;

/// Most files of one message that are fetched; more are only named.
pub const COMING_MAX: usize = 30;

/// Most reactions of the customer to one message.
pub const REACTIONS_MAX: usize = 20;

/// Most characters of one reaction: a sign, or the short name that some platforms give instead.
pub const EMOJI_MAX: usize = 64;

/// A file that the platform still has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ComingFile {
    /// Under this id the log tells what becomes of it.
    pub id: ComingId,
    /// What the platform calls it: one line, at most [`FILE_NAME_MAX`] characters.
    pub name: String,
}

impl ComingFile {
    /// A file under the name that the platform gave, made safe to show.
    pub fn new(id: ComingId, given: &str) -> Self {
        let name: String = plain_name(given).chars().take(FILE_NAME_MAX).collect();
        Self { id, name: if name.is_empty() { "file".to_owned() } else { name } }
    }
}

/// A text with the names of the files below it, for readers who do not wait for them.
pub fn with_names(text: &str, coming: &[ComingFile]) -> String {
    coming.iter().fold(text.to_owned(), |text, file| format!("{text}\n[{}]", file.name)).trim().to_owned()
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FileNews {
    /// It was fetched and is kept.
    Here {
        /// As if it had been uploaded.
        file: Attachment,
    },
    /// It was not, and nobody tries any more.
    Failed {
        /// Why.
        reason: FetchFailure,
    },
    /// A member asked for another try.
    Again,
}

/// Why a file was not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum FetchFailure {
    /// It has more bytes than files may have.
    TooLarge,
    /// It is of no type that is kept.
    Type,
    /// The platform does not have it, or no longer.
    Gone,
    /// The platform does not hand it out, or its address may not be called.
    Refused,
    /// The platform did not answer, again and again.
    Unreachable,
}
