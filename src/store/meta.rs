//! Facts about the installation itself, one value a key: secrets made at first start, for example.

use diesel::prelude::*;

use super::schema::meta;
use super::{Connection, StoreError, dialect};

/// The value of a key.
///
/// # Errors
/// The store's failures.
pub fn get(connection: &mut Connection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(meta::table.find(key).select(meta::value).first(connection).optional()?)
}

/// Key and length of what needs room, more than there is in a page that is there already.
const ROOM: (&str, usize) = ("room", 32 * 1024);

/// Takes some room of the disk; [`give_room_back`] follows.
///
/// # Errors
/// [`StoreError::Unavailable`] when there is none, perhaps only with the commit.
pub(super) fn take_room(connection: &mut Connection) -> Result<(), StoreError> {
    give_room_back(connection)?;
    dialect::put_meta_once(connection, ROOM.0, &"x".repeat(ROOM.1))
}

/// Undoes [`take_room`].
///
/// # Errors
/// The store's failures.
pub(super) fn give_room_back(connection: &mut Connection) -> Result<(), StoreError> {
    diesel::delete(meta::table.find(ROOM.0)).execute(connection)?;
    Ok(())
}

/// Stores a value unless the key has one, and answers the one that stands.
///
/// # Errors
/// The store's failures.
pub fn put_once(connection: &mut Connection, key: &str, value: &str) -> Result<String, StoreError> {
    dialect::put_meta_once(connection, key, value)?;
    Ok(meta::table.find(key).select(meta::value).first(connection)?)
}
