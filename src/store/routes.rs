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

/// Takes out of the way to a customer what is good for one call only. False when somebody else did, or it was replaced.
///
/// # Errors
/// The store's failures.
pub fn take_once(
    connection: &mut Connection,
    channel: ChannelId,
    contact_key: &str,
    name: &str,
    value: &Value,
) -> Result<bool, StoreError> {
    let Some(mut route) = find(connection, channel, contact_key)? else { return Ok(false) };
    if route.address.get(name) != Some(value) {
        return Ok(false);
    }
    if let Some(address) = route.address.as_object_mut() {
        address.remove(name);
    }
    diesel::update(routes::table.find((channel.to_string(), contact_key)))
        .set(routes::address.eq(text::json(&route.address)?))
        .execute(connection)?;
    Ok(true)
}

/// Forgets the way to a customer.
pub(super) fn erase(connection: &mut Connection, channel: &str, key: &str) -> Result<(), StoreError> {
    diesel::delete(routes::table.find((channel, key))).execute(connection)?;
    Ok(())
}
