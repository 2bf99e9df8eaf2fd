//! Sessions with gateways of platforms: written with the events that they brought, so that none is missed or counted twice.

use diesel::prelude::*;

use super::schema::gateway_sessions;
use super::{Connection, StoreError};
use crate::domain::ids::ChannelId;

/// What there is to go on with after a connection broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewaySession {
    /// The platform's id of it.
    pub id: String,
    /// Where it goes on.
    pub url: String,
    /// The last number that was dealt with.
    pub seq: i64,
}

/// The session of a channel, if there is one.
///
/// # Errors
/// The store's failures.
pub fn find(connection: &mut Connection, channel: ChannelId) -> Result<Option<GatewaySession>, StoreError> {
    let row: Option<(String, String, i64)> = gateway_sessions::table
        .find(channel.to_string())
        .select((gateway_sessions::session_id, gateway_sessions::url, gateway_sessions::seq))
        .first(connection)
        .optional()?;
    Ok(row.map(|(id, url, seq)| GatewaySession { id, url, seq }))
}

/// Keeps the session of a channel, in place of another.
///
/// # Errors
/// The store's failures; [`StoreError::Conflict`] when the channel is gone.
pub fn put(
    connection: &mut Connection,
    channel: ChannelId,
    session: &GatewaySession,
) -> Result<(), StoreError> {
    forget(connection, channel)?;
    diesel::insert_into(gateway_sessions::table)
        .values((
            gateway_sessions::channel_id.eq(channel.to_string()),
            gateway_sessions::session_id.eq(&session.id),
            gateway_sessions::url.eq(&session.url),
            gateway_sessions::seq.eq(session.seq),
        ))
        .execute(connection)?;
    Ok(())
}

/// The session of a channel is over.
///
/// # Errors
/// The store's failures.
pub fn forget(connection: &mut Connection, channel: ChannelId) -> Result<(), StoreError> {
    diesel::delete(gateway_sessions::table.find(channel.to_string())).execute(connection)?;
    Ok(())
}
