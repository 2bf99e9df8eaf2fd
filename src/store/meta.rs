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

/// Stores a value unless the key has one, and answers the one that stands.
///
/// # Errors
/// The store's failures.
pub fn put_once(connection: &mut Connection, key: &str, value: &str) -> Result<String, StoreError> {
    dialect::put_meta_once(connection, key, value)?;
    Ok(meta::table.find(key).select(meta::value).first(connection)?)
}
