//! How the customers of messaging channels are reached: what their platform said of them last.

use diesel::prelude::*;
use serde_json::Value;

use super::schema::routes;
use super::{Connection, StoreError, dialect, text};
use crate::domain::Millis;
use crate::domain::ids::ChannelId;

/// The way to one customer.
#[derive(Debug, Clone, PartialEq)]
pub struct RouteTo {
    /// What the platform needs to answer them.
    pub address: Value,
    /// When they last wrote.
    pub last_in_at: Millis,
}

/// Keeps the way to a customer; one that is older than what is known changes nothing.
///
/// # Errors
/// The store's failures.
pub fn put(
    connection: &mut Connection,
    channel: ChannelId,
    contact_key: &str,
    route: &RouteTo,
) -> Result<(), StoreError> {
    let address = text::json(&route.address)?;
    dialect::put_route(connection, &channel.to_string(), contact_key, &address, route.last_in_at)
}

/// The way to a customer, if it is known.
///
/// # Errors
/// The store's failures.
pub fn find(
    connection: &mut Connection,
    channel: ChannelId,
    contact_key: &str,
) -> Result<Option<RouteTo>, StoreError> {
    let row: Option<(String, Millis)> = routes::table
        .find((channel.to_string(), contact_key))
        .select((routes::address, routes::last_in_at))
        .first(connection)
        .optional()?;
    row.map(|(address, last_in_at)| Ok(RouteTo { address: text::from_json(&address)?, last_in_at }))
        .transpose()
}

/// Forgets the way to a customer.
pub(super) fn erase(connection: &mut Connection, channel: &str, key: &str) -> Result<(), StoreError> {
    diesel::delete(routes::table.find((channel, key))).execute(connection)?;
    Ok(())
}
