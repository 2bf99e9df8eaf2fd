//! Sealed secrets of channels, and whether their platform turns a channel away.

use diesel::prelude::*;

use super::schema::{channel_faults, channel_secrets};
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::ids::ChannelId;

/// One sealed secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedSecret {
    /// Of which channel.
    pub channel: ChannelId,
    /// Its name.
    pub name: String,
    /// Names the key that seals it.
    pub key_name: String,
    /// The sealed text.
    pub sealed: String,
    /// When it was set.
    pub set_at: Millis,
    /// From then on it no longer counts.
    pub expires_at: Option<Millis>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = channel_secrets)]
struct Row {
    channel_id: String,
    name: String,
    key_name: String,
    sealed: String,
    set_at: Millis,
    expires_at: Option<Millis>,
}

impl TryFrom<Row> for SealedSecret {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            channel: text::id(&row.channel_id)?,
            name: row.name,
            key_name: row.key_name,
            sealed: row.sealed,
            set_at: row.set_at,
            expires_at: row.expires_at,
        })
    }
}

/// Why a platform turns a channel away.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// In the platform's words.
    pub reason: String,
    /// Since when.
    pub since: Millis,
}

/// Sets a secret, in place of one of the same name.
///
/// # Errors
/// The store's failures.
pub fn put(connection: &mut Connection, secret: &SealedSecret) -> Result<(), StoreError> {
    remove(connection, secret.channel, &secret.name)?;
    let row = Row {
        channel_id: secret.channel.to_string(),
        name: secret.name.clone(),
        key_name: secret.key_name.clone(),
        sealed: secret.sealed.clone(),
        set_at: secret.set_at,
        expires_at: secret.expires_at,
    };
    diesel::insert_into(channel_secrets::table).values(row).execute(connection)?;
    Ok(())
}

/// Removes a secret.
///
/// # Errors
/// The store's failures; it is none when there is no such secret.
pub fn remove(connection: &mut Connection, channel: ChannelId, name: &str) -> Result<(), StoreError> {
    diesel::delete(channel_secrets::table.find((channel.to_string(), name))).execute(connection)?;
    Ok(())
}

/// The secrets of a channel that count now.
///
/// # Errors
/// The store's failures.
pub fn of_channel(
    connection: &mut Connection,
    channel: ChannelId,
    now: Millis,
) -> Result<Vec<SealedSecret>, StoreError> {
    let rows = channel_secrets::table
        .filter(channel_secrets::channel_id.eq(channel.to_string()))
        .filter(
            channel_secrets::expires_at.is_null().or(channel_secrets::expires_at.gt(now).assume_not_null()),
        )
        .order(channel_secrets::name)
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// All secrets of all channels, to seal them anew.
///
/// # Errors
/// The store's failures.
pub fn all(connection: &mut Connection) -> Result<Vec<SealedSecret>, StoreError> {
    channel_secrets::table.load::<Row>(connection)?.into_iter().map(TryInto::try_into).collect()
}

/// Notes why a platform turns a channel away; the first time counts.
///
/// # Errors
/// The store's failures.
pub fn put_fault(connection: &mut Connection, channel: ChannelId, fault: &Fault) -> Result<(), StoreError> {
    if fault_of(connection, channel)?.is_none() {
        diesel::insert_into(channel_faults::table)
            .values((
                channel_faults::channel_id.eq(channel.to_string()),
                channel_faults::reason.eq(&fault.reason),
                channel_faults::since.eq(fault.since),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Why the platform turns a channel away, if it does.
///
/// # Errors
/// The store's failures.
pub fn fault_of(connection: &mut Connection, channel: ChannelId) -> Result<Option<Fault>, StoreError> {
    let row: Option<(String, Millis)> = channel_faults::table
        .find(channel.to_string())
        .select((channel_faults::reason, channel_faults::since))
        .first(connection)
        .optional()?;
    Ok(row.map(|(reason, since)| Fault { reason, since }))
}

/// The channel works again, or is to be tried again.
///
/// # Errors
/// The store's failures.
pub fn clear_fault(connection: &mut Connection, channel: ChannelId) -> Result<(), StoreError> {
    diesel::delete(channel_faults::table.find(channel.to_string())).execute(connection)?;
    Ok(())
}
