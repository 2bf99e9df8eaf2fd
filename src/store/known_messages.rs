//! Which entry a message of a messaging channel is, by the platform's id of it: for edits, reactions and deletions, and so that a
//! message that comes under two events is one.

use diesel::prelude::*;

use super::schema::{conversations, known_messages as known};
use super::{Connection, StoreError, deliveries, dialect, text};
use crate::domain::Seq;
use crate::domain::ids::{ChannelId, ConversationId};

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// In which conversation.
    pub conversation: ConversationId,
    /// Number of its entry.
    pub seq: Seq,
}

/// Notes where a customer's message stands, unless that is known.
///
/// # Errors
/// The store's failures.
pub fn put(
    connection: &mut Connection,
    channel: ChannelId,
    message_key: &str,
    place: Place,
) -> Result<(), StoreError> {
    let Place { conversation, seq } = place;
    dialect::put_known_once(connection, &channel.to_string(), message_key, &conversation.to_string(), seq)
}

/// Where a customer's message stands.
///
/// # Errors
/// The store's failures.
pub fn find(
    connection: &mut Connection,
    channel: ChannelId,
    message_key: &str,
) -> Result<Option<Place>, StoreError> {
    let row: Option<(String, Seq)> = known::table
        .find((channel.to_string(), message_key))
        .select((known::conversation_id, known::seq))
        .first(connection)
        .optional()?;
    row.map(|(conversation, seq)| Ok(Place { conversation: text::id(&conversation)?, seq })).transpose()
}

/// Where a message stands: one of the customer, or one of ours that the platform calls so.
///
/// # Errors
/// The store's failures.
pub fn find_any(
    connection: &mut Connection,
    channel: ChannelId,
    message_key: &str,
) -> Result<Option<Place>, StoreError> {
    if let Some(place) = find(connection, channel, message_key)? {
        return Ok(Some(place));
    }
    let ours = deliveries::by_provider_id(connection, channel, message_key)?;
    Ok(ours.map(|line| Place { conversation: line.conversation, seq: line.seq }))
}

/// The platform's id of the customer's last message in a conversation.
///
/// # Errors
/// The store's failures.
pub fn last_of(
    connection: &mut Connection,
    conversation: ConversationId,
) -> Result<Option<String>, StoreError> {
    let own = known::table.filter(known::conversation_id.eq(conversation.to_string()));
    Ok(own.order(known::seq.desc()).select(known::message_key).first(connection).optional()?)
}

/// The platform's ids of what an entry brought, with their channels.
pub(super) fn of_entry(
    connection: &mut Connection,
    conversation: &str,
    seq: Seq,
) -> Result<Vec<(String, String)>, StoreError> {
    let own = known::table.filter(known::conversation_id.eq(conversation)).filter(known::seq.eq(seq));
    Ok(own.select((known::channel_id, known::message_key)).load(connection)?)
}

/// Forgets the ids of a contact's messages.
pub(super) fn erase_contact(connection: &mut Connection, contact: &str) -> Result<(), StoreError> {
    let own = conversations::table.filter(conversations::contact_id.eq(contact)).select(conversations::id);
    diesel::delete(known::table.filter(known::conversation_id.eq_any(own))).execute(connection)?;
    Ok(())
}

/// Forgets the ids of a scope's messages.
pub(super) fn erase_scope(connection: &mut Connection, scope: &str) -> Result<(), StoreError> {
    let own = conversations::table.filter(conversations::scope_id.eq(scope)).select(conversations::id);
    diesel::delete(known::table.filter(known::conversation_id.eq_any(own))).execute(connection)?;
    Ok(())
}
