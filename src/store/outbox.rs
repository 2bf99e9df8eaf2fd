//! Deliveries to the outside that one commit has caused. At least once, under a constant id.
//!
//! Messages of a conversation stand in a line: each but the first waits for the one before it (`waits_for`). Who takes some on
//! finds those that can leave by an index and never looks at what stands behind them.

use diesel::prelude::*;
use serde_json::Value;

use super::schema::{channels, outbox};
use super::{Connection, StoreError, dialect, text};
use crate::domain::ids::{ChannelId, ConversationId, OutboxId, ScopeId};
use crate::domain::{Millis, Seq};

/// Something that is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Id; the same in every attempt.
    pub id: OutboxId,
    /// Where.
    pub scope: ScopeId,
    /// Of which conversation, if any.
    pub conversation: Option<ConversationId>,
    /// Who takes care of it: a stable name such as `bot.turn`.
    pub topic: String,
    /// What to deliver.
    pub payload: Value,
    /// When it was caused.
    pub created_at: Millis,
    /// Not before.
    pub next_at: Millis,
    /// Of a message to a customer: by which channel, and which entry of the conversation it is.
    pub message: Option<(ChannelId, Seq)>,
}

/// Topic of messages to customers.
pub const MESSAGE: &str = "channel.message";

/// A delivery that was taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What to deliver.
    pub row: OutboxRow,
    /// Which attempt this is, from 1.
    pub attempt: i64,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = outbox)]
pub(super) struct Row {
    id: String,
    scope_id: String,
    conversation_id: Option<String>,
    topic: String,
    payload: String,
    created_at: Millis,
    attempts: i64,
    next_at: Millis,
    leased_until: Option<Millis>,
    last_error: Option<String>,
    done_at: Option<Millis>,
    channel_id: Option<String>,
    seq: Option<Seq>,
    waits_for: Option<String>,
}

impl Row {
    pub(super) fn of(row: OutboxRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id.to_string(),
            scope_id: row.scope.to_string(),
            conversation_id: text::maybe(row.conversation),
            topic: row.topic,
            payload: text::json(&row.payload)?,
            created_at: row.created_at,
            attempts: 0,
            next_at: row.next_at,
            leased_until: None,
            last_error: None,
            done_at: None,
            channel_id: text::maybe(row.message.map(|(channel, _)| channel)),
            seq: row.message.map(|(_, seq)| seq),
            waits_for: None,
        })
    }

    pub(super) fn insert(&self, connection: &mut Connection) -> Result<(), StoreError> {
        diesel::insert_into(outbox::table).values(self).execute(connection)?;
        match (&self.conversation_id, self.seq) {
            (Some(conversation), Some(seq)) => line_up(connection, conversation, &self.id, seq),
            _ => Ok(()),
        }
    }
}

impl TryFrom<Row> for Delivery {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let attempt = row.attempts;
        let row = OutboxRow {
            id: text::id(&row.id)?,
            scope: text::id(&row.scope_id)?,
            conversation: text::maybe_id(row.conversation_id.as_deref())?,
            topic: row.topic,
            payload: text::from_json(&row.payload)?,
            created_at: row.created_at,
            next_at: row.next_at,
            message: text::maybe_id(row.channel_id.as_deref())?.zip(row.seq),
        };
        Ok(Self { row, attempt })
    }
}

/// Adds a delivery that belongs to no conversation's commit.
///
/// # Errors
/// [`StoreError::Conflict`] when the id exists.
pub fn insert(connection: &mut Connection, row: OutboxRow) -> Result<(), StoreError> {
    Row::of(row)?.insert(connection)
}

/// Takes on at most `limit` deliveries by no channel that are due and that nobody holds, oldest first, until `until`.
/// Whoever does not finish in time loses them to the next who asks.
///
/// # Errors
/// The store's failures.
pub fn lease_due(
    connection: &mut Connection,
    now: Millis,
    until: Millis,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let due = dialect::lock_due(connection, now, limit)?;
    let rows = diesel::update(outbox::table.filter(outbox::id.eq_any(due)))
        .set((outbox::attempts.eq(outbox::attempts + 1), outbox::leased_until.eq(until)))
        .returning(outbox::all_columns)
        .get_results::<Row>(connection)?;
    let mut deliveries = rows.into_iter().map(TryInto::try_into).collect::<Result<Vec<Delivery>, _>>()?;
    deliveries.sort_by_key(|delivery| (delivery.row.next_at, delivery.row.id));
    Ok(deliveries)
}

/// It was delivered.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone, as after an erasure.
pub fn finish(connection: &mut Connection, id: OutboxId, now: Millis) -> Result<(), StoreError> {
    let changed = diesel::update(outbox::table.find(id.to_string()))
        .set((
            outbox::done_at.eq(now),
            outbox::leased_until.eq(None::<Millis>),
            outbox::last_error.eq(None::<String>),
        ))
        .execute(connection)?;
    call_next(connection, id)?;
    super::found(changed)
}

/// It was not delivered. `retry_at`: when to try again; none = never, it stays as a dead letter.
///
/// # Errors
/// [`StoreError::NotFound`] when it is gone, as after an erasure.
pub fn fail(
    connection: &mut Connection,
    id: OutboxId,
    error: &str,
    retry_at: Option<Millis>,
    now: Millis,
) -> Result<(), StoreError> {
    let changed = diesel::update(outbox::table.find(id.to_string()))
        .set((
            outbox::last_error.eq(error),
            outbox::leased_until.eq(None::<Millis>),
            outbox::next_at.eq(retry_at.unwrap_or(now)),
            outbox::done_at.eq(if retry_at.is_some() { None } else { Some(now) }),
        ))
        .execute(connection)?;
    if retry_at.is_none() {
        call_next(connection, id)?;
    }
    super::found(changed)
}

/// Has the next message of the conversation wait no longer for this one, which is done.
fn call_next(connection: &mut Connection, done: OutboxId) -> Result<(), StoreError> {
    diesel::update(outbox::table.filter(outbox::waits_for.eq(done.to_string())))
        .set(outbox::waits_for.eq(None::<String>))
        .execute(connection)?;
    Ok(())
}

/// Puts a message that waits to leave at its place in its conversation's line: behind those before it, and behind one that is on
/// its way; whoever waited there waits for it now.
fn line_up(connection: &mut Connection, conversation: &str, id: &str, seq: Seq) -> Result<(), StoreError> {
    let line = outbox::table
        .filter(outbox::conversation_id.eq(conversation))
        .filter(outbox::channel_id.is_not_null())
        .filter(outbox::done_at.is_null())
        .filter(outbox::id.ne(id));
    // By the entries' numbers: ids follow the clock, which may have been set back.
    let ahead: Option<String> = line
        .filter(outbox::seq.lt(seq).or(outbox::leased_until.is_not_null()))
        .order(outbox::seq.desc())
        .select(outbox::id)
        .first(connection)
        .optional()?;
    let behind: Option<String> = match &ahead {
        Some(ahead) => line.filter(outbox::waits_for.eq(ahead)).select(outbox::id).first(connection),
        None => line.filter(outbox::waits_for.is_null()).select(outbox::id).first(connection),
    }
    .optional()?;
    if let Some(behind) = behind {
        diesel::update(outbox::table.find(behind)).set(outbox::waits_for.eq(id)).execute(connection)?;
    }
    if ahead.is_some() {
        diesel::update(outbox::table.find(id)).set(outbox::waits_for.eq(ahead)).execute(connection)?;
    }
    Ok(())
}

/// Enabled channels with messages that are due and can leave, at most `limit`, without those of `full`.
///
/// # Errors
/// The store's failures.
pub fn channels_due(
    connection: &mut Connection,
    full: &[ChannelId],
    now: Millis,
    limit: i64,
) -> Result<Vec<ChannelId>, StoreError> {
    let full: Vec<String> = full.iter().map(ToString::to_string).collect();
    let ready = outbox::table
        .filter(outbox::channel_id.eq(channels::id.nullable()))
        .filter(outbox::done_at.is_null())
        .filter(outbox::leased_until.is_null())
        .filter(outbox::waits_for.is_null())
        .filter(outbox::next_at.le(now));
    let due: Vec<String> = channels::table
        .filter(channels::enabled.eq(true))
        .filter(channels::id.ne_all(full))
        .filter(diesel::dsl::exists(ready))
        .select(channels::id)
        .limit(limit)
        .load(connection)?;
    due.iter().map(|id| text::id(id)).collect()
}

/// When, after `now`, the next message of an enabled channel is due that nobody holds and that is the first of its line.
///
/// # Errors
/// The store's failures.
pub fn next_due(connection: &mut Connection, now: Millis) -> Result<Option<Millis>, StoreError> {
    let enabled = channels::table.filter(channels::enabled.eq(true)).select(channels::id.nullable());
    let waiting = outbox::table
        .filter(outbox::channel_id.is_not_null())
        .filter(outbox::done_at.is_null())
        .filter(outbox::leased_until.is_null())
        .filter(outbox::waits_for.is_null())
        .filter(outbox::next_at.gt(now))
        .filter(outbox::channel_id.eq_any(enabled));
    Ok(waiting.select(diesel::dsl::min(outbox::next_at)).first(connection)?)
}

/// Takes on at most `limit` messages of a channel that are due, oldest first: of each conversation only the one with the
/// lowest number that is not done, so that they leave in order, whatever the clock did meanwhile. They are held until they
/// are finished or failed, or until [`let_go`].
///
/// # Errors
/// The store's failures.
pub fn lease_of_channel(
    connection: &mut Connection,
    channel: ChannelId,
    now: Millis,
    limit: i64,
) -> Result<Vec<Delivery>, StoreError> {
    let due: Vec<String> = outbox::table
        .filter(outbox::channel_id.eq(channel.to_string()))
        .filter(outbox::done_at.is_null())
        .filter(outbox::next_at.le(now))
        .filter(outbox::leased_until.is_null())
        .filter(outbox::waits_for.is_null())
        .order((outbox::next_at, outbox::id))
        .limit(limit)
        .select(outbox::id)
        .load(connection)?;
    let rows = diesel::update(outbox::table.filter(outbox::id.eq_any(due)))
        .set((outbox::attempts.eq(outbox::attempts + 1), outbox::leased_until.eq(Millis::MAX)))
        .returning(outbox::all_columns)
        .get_results::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// At the start: what an earlier run of the program held is to be taken on again.
///
/// # Errors
/// The store's failures.
pub fn let_go(connection: &mut Connection) -> Result<(), StoreError> {
    let held =
        outbox::table.filter(outbox::channel_id.is_not_null()).filter(outbox::leased_until.is_not_null());
    diesel::update(held).set(outbox::leased_until.eq(None::<Millis>)).execute(connection)?;
    Ok(())
}

/// Has the message of an entry sent again from now on, as if it were new.
///
/// # Errors
/// [`StoreError::NotFound`] when it is not done, or is no message by a channel.
pub fn send_again(
    connection: &mut Connection,
    conversation: ConversationId,
    seq: Seq,
    now: Millis,
) -> Result<(), StoreError> {
    let done = outbox::table
        .filter(outbox::conversation_id.eq(conversation.to_string()))
        .filter(outbox::seq.eq(seq))
        .filter(outbox::channel_id.is_not_null())
        .filter(outbox::done_at.is_not_null());
    let id: String = done.select(outbox::id).first(connection)?;
    diesel::update(outbox::table.find(&id))
        .set((
            outbox::done_at.eq(None::<Millis>),
            outbox::leased_until.eq(None::<Millis>),
            outbox::attempts.eq(0),
            outbox::created_at.eq(now),
            outbox::next_at.eq(now),
        ))
        .execute(connection)?;
    line_up(connection, &conversation.to_string(), &id, seq)
}

/// A channel was mended: what waits for its next try is tried at once.
///
/// # Errors
/// The store's failures.
pub fn hurry(connection: &mut Connection, channel: ChannelId, now: Millis) -> Result<(), StoreError> {
    let waiting = outbox::table
        .filter(outbox::channel_id.eq(channel.to_string()))
        .filter(outbox::done_at.is_null())
        .filter(outbox::next_at.gt(now));
    diesel::update(waiting).set(outbox::next_at.eq(now)).execute(connection)?;
    Ok(())
}

/// Removes messages that were done before `before`. Answers how many.
///
/// # Errors
/// The store's failures.
pub fn sweep(connection: &mut Connection, before: Millis) -> Result<usize, StoreError> {
    let old = outbox::table
        .filter(outbox::channel_id.is_not_null())
        .filter(outbox::done_at.lt(before).assume_not_null());
    Ok(diesel::delete(old).execute(connection)?)
}
