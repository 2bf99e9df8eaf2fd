//! How far the mailboxes of mail channels were read.

use diesel::prelude::*;

use super::schema::mailboxes;
use super::{Connection, StoreError};
use crate::domain::ids::ChannelId;

/// A place in a mailbox: everything up to it was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Which mailbox: server, user and folder.
    pub place: String,
    /// Under which validity the UID means something.
    pub uid_validity: u32,
    /// The UID of the last mail that was stored; 0 = none.
    pub last_uid: u32,
}

/// How far the mailbox of a channel was read; none when it never was.
///
/// # Errors
/// The store's failures.
pub fn find(connection: &mut Connection, channel: ChannelId) -> Result<Option<Mark>, StoreError> {
    let row: Option<(String, i64, i64)> = mailboxes::table
        .find(channel.to_string())
        .select((mailboxes::place, mailboxes::uid_validity, mailboxes::last_uid))
        .first(connection)
        .optional()?;
    let number = |stored: i64| u32::try_from(stored).unwrap_or(0);
    Ok(row.map(|(place, validity, last)| Mark {
        place,
        uid_validity: number(validity),
        last_uid: number(last),
    }))
}

/// Notes how far it was read.
///
/// # Errors
/// The store's failures.
pub fn put(connection: &mut Connection, channel: ChannelId, mark: &Mark) -> Result<(), StoreError> {
    let id = channel.to_string();
    let facts = (
        mailboxes::place.eq(&mark.place),
        mailboxes::uid_validity.eq(i64::from(mark.uid_validity)),
        mailboxes::last_uid.eq(i64::from(mark.last_uid)),
    );
    let changed = diesel::update(mailboxes::table.find(&id)).set(facts).execute(connection)?;
    if changed == 0 {
        diesel::insert_into(mailboxes::table)
            .values((mailboxes::channel_id.eq(&id), facts))
            .execute(connection)?;
    }
    Ok(())
}

/// Forgets it, with its channel.
pub(super) fn forget(connection: &mut Connection, channel: &str) -> Result<(), StoreError> {
    diesel::delete(mailboxes::table.find(channel)).execute(connection)?;
    Ok(())
}
