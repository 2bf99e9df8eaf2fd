//! Deliveries to the outside that one commit has caused. At least once, under a constant id.

use diesel::prelude::*;
use serde_json::Value;

use super::schema::outbox;
use super::{Connection, StoreError, dialect, text};
use crate::domain::Millis;
use crate::domain::ids::{ConversationId, OutboxId, ScopeId};

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
}

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
        })
    }

    pub(super) fn insert(&self, connection: &mut Connection) -> Result<(), StoreError> {
        diesel::insert_into(outbox::table).values(self).execute(connection)?;
        Ok(())
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

/// Takes on at most `limit` deliveries that are due and that nobody holds, oldest first, until `until`.
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
    super::found(changed)
}
