//! Long lists come in pages, newest first.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::domain::Millis;
use crate::domain::ids::{BadId, Id, Kind};

/// One part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, newest first.
    pub items: Vec<T>,
    /// Where the next part begins; none at the end.
    pub next: Option<Cursor>,
}

/// A place in a list ordered by time and id. Its text is what clients send back, unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Time of the last row that was seen.
    pub at: Millis,
    /// Its id, without its kind.
    pub id: Uuid,
}

impl Cursor {
    pub(super) fn id_text<K: Kind>(self) -> String {
        Id::<K>::from_uuid(self.id).to_string()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at, self.id.simple())
    }
}

impl FromStr for Cursor {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let (at, id) = text.split_once('.').ok_or(BadId)?;
        Ok(Self { at: at.parse().map_err(|_| BadId)?, id: Uuid::try_parse(id).map_err(|_| BadId)? })
    }
}

/// Cuts the one row that was read beyond `limit`, and says where to go on.
pub(super) fn page<T>(mut items: Vec<T>, limit: i64, place: impl Fn(&T) -> Cursor) -> Page<T> {
    let limit = usize::try_from(limit).unwrap_or(0);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = if more { items.last().map(place) } else { None };
    Page { items, next }
}
