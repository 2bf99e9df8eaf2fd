//! The delivery log: every hop of every message by a messaging channel. The last line of an entry has its state.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;

use super::schema::deliveries;
use super::{Connection, StoreError, text};
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::{ChannelId, ConversationId, DeliveryId};
use crate::domain::{Millis, Seq};

/// What happened to a part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The platform took it.
    Sent,
    /// It will be tried again.
    Again,
    /// Nobody knows whether the platform took it.
    Unknown,
    /// The platform does not take it.
    Failed,
    /// The platform told how far it has come.
    Reported,
    /// A member asked for another try.
    Retried,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Id, in the order of the lines.
    pub id: DeliveryId,
    /// By which channel.
    pub channel: ChannelId,
    /// Of which conversation.
    pub conversation: ConversationId,
    /// Of which entry.
    pub seq: Seq,
    /// Which part of it, from 0.
    pub part: i64,
    /// Which try, from 1; 0 for what is none.
    pub attempt: i64,
    /// When.
    pub at: Millis,
    /// What happened.
    pub outcome: Outcome,
    /// The state of the entry from then on.
    pub state: DeliveryState,
    /// The platform's id of the part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_id: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = deliveries)]
struct Row {
    id: String,
    channel_id: String,
    conversation_id: String,
    seq: Seq,
    part: i64,
    attempt: i64,
    at: Millis,
    outcome: String,
    state: String,
    provider_id: Option<String>,
    reason: Option<String>,
}

impl TryFrom<Row> for Line {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            channel: text::id(&row.channel_id)?,
            conversation: text::id(&row.conversation_id)?,
            seq: row.seq,
            part: row.part,
            attempt: row.attempt,
            at: row.at,
            outcome: text::variant(&row.outcome)?,
            state: text::variant(&row.state)?,
            provider_id: row.provider_id,
            reason: row.reason,
        })
    }
}

/// Adds a line.
///
/// # Errors
/// The store's failures.
pub fn append(connection: &mut Connection, line: &Line) -> Result<(), StoreError> {
    let row = Row {
        id: line.id.to_string(),
        channel_id: line.channel.to_string(),
        conversation_id: line.conversation.to_string(),
        seq: line.seq,
        part: line.part,
        attempt: line.attempt,
        at: line.at,
        outcome: text::variant_name(&line.outcome)?,
        state: line.state.as_str().to_owned(),
        provider_id: line.provider_id.clone(),
        reason: line.reason.clone(),
    };
    diesel::insert_into(deliveries::table).values(row).execute(connection)?;
    Ok(())
}

/// The lines of an entry, oldest first: at most `limit`, the newest of them.
///
/// # Errors
/// The store's failures.
pub fn of_entry(
    connection: &mut Connection,
    conversation: ConversationId,
    seq: Seq,
    before: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    let mut query = deliveries::table
        .filter(deliveries::conversation_id.eq(conversation.to_string()))
        .filter(deliveries::seq.eq(seq))
        .order(deliveries::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(deliveries::id.lt(before.to_string()));
    }
    let mut rows = query.load::<Row>(connection)?;
    rows.reverse();
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The lines of a channel, newest first, at most `limit` before `before`.
///
/// # Errors
/// The store's failures.
pub fn of_channel(
    connection: &mut Connection,
    channel: ChannelId,
    before: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    let mut query = deliveries::table
        .filter(deliveries::channel_id.eq(channel.to_string()))
        .order(deliveries::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(deliveries::id.lt(before.to_string()));
    }
    query.load::<Row>(connection)?.into_iter().map(TryInto::try_into).collect()
}

/// The last line of each entry of a conversation from `from` on.
///
/// # Errors
/// The store's failures.
pub fn states(
    connection: &mut Connection,
    conversation: ConversationId,
    from: Seq,
) -> Result<BTreeMap<Seq, Line>, StoreError> {
    let rows = deliveries::table
        .filter(deliveries::conversation_id.eq(conversation.to_string()))
        .filter(deliveries::seq.ge(from))
        .order(deliveries::id)
        .load::<Row>(connection)?;
    let lines = rows.into_iter().map(Line::try_from);
    lines.map(|line| line.map(|line| (line.seq, line))).collect()
}

/// The last line of the entry of which the platform calls a part by this id.
///
/// # Errors
/// The store's failures.
pub fn by_provider_id(
    connection: &mut Connection,
    channel: ChannelId,
    provider_id: &str,
) -> Result<Option<Line>, StoreError> {
    let part = deliveries::table
        .filter(deliveries::channel_id.eq(channel.to_string()))
        .filter(deliveries::provider_id.eq(provider_id))
        .order(deliveries::id.desc())
        .first::<Row>(connection)
        .optional()?;
    let Some(part) = part else { return Ok(None) };
    let part = Line::try_from(part)?;
    Ok(of_entry(connection, part.conversation, part.seq, None, 1)?
        .pop()
        .map(|last| Line { part: part.part, ..last }))
}
