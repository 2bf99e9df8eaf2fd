//! Events of messaging channels as they came, until they are worked on, and for a while after.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::schema::{channels, inbox};
use super::{Connection, StoreError, dialect, text};
use crate::domain::Millis;
use crate::domain::ids::{ChannelId, InboxId};
use crate::fault::{self, Fault};

/// An event that came in.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Its id here.
    pub id: InboxId,
    /// By which channel.
    pub channel: ChannelId,
    /// The platform's id of the event.
    pub event_key: String,
    /// The platform's id of the message it brings.
    pub message_key: Option<String>,
    /// The customer's id on the platform.
    pub contact_key: Option<String>,
    /// As it came.
    pub raw: Value,
    /// Now.
    pub received_at: Millis,
}

/// An event that waits to be worked on.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Its id here.
    pub id: InboxId,
    /// By which channel it came.
    pub channel: ChannelId,
    /// The platform's id of the event.
    pub event_key: String,
    /// The customer's id on the platform.
    pub contact_key: Option<String>,
    /// As it came.
    pub raw: Value,
    /// When it came.
    pub received_at: Millis,
    /// Tries so far.
    pub attempts: i64,
}

/// An event that could not be worked on, or was passed over, for admins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeadEvent {
    /// Its id here.
    pub id: InboxId,
    /// When it came.
    pub received_at: Millis,
    /// Tries.
    pub attempts: i64,
    /// Why not.
    pub error: String,
    /// It is about a message that we never had: nobody needs to do anything.
    pub passed_over: bool,
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Worked {
    /// It took effect.
    Done,
    /// It is tried again at this time.
    Later(Millis, String),
    /// It is kept for an admin.
    Dead(String),
    /// It is about a message that is not known; it takes effect if that message still comes.
    PassedOver(String),
}

#[derive(Insertable)]
#[diesel(table_name = inbox)]
pub(super) struct Row {
    id: String,
    channel_id: String,
    event_key: String,
    message_key: Option<String>,
    contact_key: Option<String>,
    raw: String,
    received_at: Millis,
    state: &'static str,
    attempts: i64,
    next_at: Millis,
}

/// Most characters of events that are taken at a time, but for a single larger one.
const BATCH: i64 = 32 << 20;

const WAITING: &str = "waiting";
const DONE: &str = "done";
const DEAD: &str = "dead";
const PASSED_OVER: &str = "passed_over";

/// Keeps events; those that the channel had before are left out. Answers how many were new.
///
/// # Errors
/// The store's failures.
pub fn keep(connection: &mut Connection, events: &[NewEvent]) -> Result<usize, StoreError> {
    let mut new = 0;
    for event in events {
        let forgets = fault::on(Fault::EventIdNotKept);
        let row = Row {
            id: event.id.to_string(),
            channel_id: event.channel.to_string(),
            event_key: if forgets { event.id.to_string() } else { event.event_key.clone() },
            message_key: event.message_key.clone().filter(|_| !forgets),
            contact_key: event.contact_key.clone(),
            raw: text::json(&event.raw)?,
            received_at: event.received_at,
            state: WAITING,
            attempts: 0,
            next_at: event.received_at,
        };
        new += dialect::put_event_once(connection, &row)?;
    }
    Ok(new)
}

/// Events of enabled channels that are due, in the order in which they came, as many as may be in memory. An event whose customer has an earlier one
/// that waits for its next try is not due.
///
/// # Errors
/// The store's failures.
pub fn due(connection: &mut Connection, now: Millis, limit: i64) -> Result<Vec<Waiting>, StoreError> {
    type Columns = (String, String, String, Option<String>, String, Millis, i64);
    let earlier = diesel::alias!(inbox as earlier);
    let blocked = earlier
        .filter(earlier.field(inbox::channel_id).eq(inbox::channel_id))
        .filter(earlier.field(inbox::contact_key).eq(inbox::contact_key))
        .filter(earlier.field(inbox::state).eq(WAITING))
        .filter(earlier.field(inbox::next_at).gt(now))
        .filter(earlier.field(inbox::id).lt(inbox::id));
    let enabled = channels::table.filter(channels::enabled.eq(true)).select(channels::id);
    let sizes: Vec<(String, i64)> = inbox::table
        .filter(inbox::state.eq(WAITING))
        .filter(inbox::next_at.le(now))
        .filter(inbox::channel_id.eq_any(enabled))
        .filter(diesel::dsl::not(diesel::dsl::exists(blocked)))
        .order(inbox::id)
        .limit(limit)
        .select((
            inbox::id,
            diesel::dsl::sql::<diesel::sql_types::BigInt>("CAST(length(inbox.raw) AS BIGINT)"),
        ))
        .load(connection)?;
    let mut room = BATCH;
    let fitting = sizes.into_iter().enumerate().take_while(|(index, (_, size))| {
        room -= size;
        *index == 0 || room >= 0
    });
    let ids: Vec<String> = fitting.map(|(_, (id, _))| id).collect();
    let rows: Vec<Columns> = inbox::table
        .filter(inbox::id.eq_any(ids))
        .order(inbox::id)
        .select((
            inbox::id,
            inbox::channel_id,
            inbox::event_key,
            inbox::contact_key,
            inbox::raw,
            inbox::received_at,
            inbox::attempts,
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(id, channel, event_key, contact_key, raw, received_at, attempts)| {
            Ok(Waiting {
                id: text::id(&id)?,
                channel: text::id(&channel)?,
                event_key,
                contact_key,
                raw: text::from_json(&raw)?,
                received_at,
                attempts,
            })
        })
        .collect()
}

/// When, after `now`, the next event of an enabled channel is due.
///
/// # Errors
/// The store's failures.
pub fn next_due(connection: &mut Connection, now: Millis) -> Result<Option<Millis>, StoreError> {
    let enabled = channels::table.filter(channels::enabled.eq(true)).select(channels::id);
    let waiting = inbox::table
        .filter(inbox::state.eq(WAITING))
        .filter(inbox::next_at.gt(now))
        .filter(inbox::channel_id.eq_any(enabled));
    Ok(waiting.select(diesel::dsl::min(inbox::next_at)).first(connection)?)
}

/// Notes what became of an event.
///
/// # Errors
/// The store's failures; it is none when the event is gone, as after an erasure.
pub fn worked(connection: &mut Connection, id: InboxId, outcome: &Worked) -> Result<(), StoreError> {
    let (state, next_at, error) = match outcome {
        Worked::Done => (DONE, None, None),
        Worked::Later(at, error) => (WAITING, Some(*at), Some(error)),
        Worked::Dead(error) => (DEAD, None, Some(error)),
        Worked::PassedOver(error) => (PASSED_OVER, None, Some(error)),
    };
    diesel::update(inbox::table.find(id.to_string()))
        .set((
            inbox::state.eq(state),
            inbox::attempts.eq(inbox::attempts + 1),
            next_at.map(|at| inbox::next_at.eq(at)),
            inbox::last_error.eq(error),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes the platform's id of the message that an event brings or is about.
///
/// # Errors
/// The store's failures; it is none when the event is gone.
pub fn note_about(connection: &mut Connection, id: InboxId, about_key: &str) -> Result<(), StoreError> {
    diesel::update(inbox::table.find(id.to_string()))
        .set(inbox::about_key.eq(about_key))
        .execute(connection)?;
    Ok(())
}

/// Events of a channel that could not be worked on or were passed over, newest first, at most `limit` before `before`.
///
/// # Errors
/// The store's failures.
pub fn dead(
    connection: &mut Connection,
    channel: ChannelId,
    before: Option<InboxId>,
    limit: i64,
) -> Result<Vec<DeadEvent>, StoreError> {
    let mut query = inbox::table
        .filter(inbox::channel_id.eq(channel.to_string()))
        .filter(inbox::state.eq_any([DEAD, PASSED_OVER]))
        .order(inbox::id.desc())
        .limit(limit)
        .select((inbox::id, inbox::received_at, inbox::attempts, inbox::last_error, inbox::state))
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(inbox::id.lt(before.to_string()));
    }
    let rows: Vec<(String, Millis, i64, Option<String>, String)> = query.load(connection)?;
    rows.into_iter()
        .map(|(id, received_at, attempts, error, state)| {
            let (error, passed_over) = (error.unwrap_or_default(), state == PASSED_OVER);
            Ok(DeadEvent { id: text::id(&id)?, received_at, attempts, error, passed_over })
        })
        .collect()
}

/// Has a dead event worked on again.
///
/// # Errors
/// [`StoreError::NotFound`] when the channel has no such dead event.
pub fn replay(
    connection: &mut Connection,
    channel: ChannelId,
    id: InboxId,
    now: Millis,
) -> Result<(), StoreError> {
    let dead = inbox::table
        .find(id.to_string())
        .filter(inbox::channel_id.eq(channel.to_string()))
        .filter(inbox::state.eq_any([DEAD, PASSED_OVER]));
    let changed = diesel::update(dead)
        .set((inbox::state.eq(WAITING), inbox::next_at.eq(now), inbox::attempts.eq(0)))
        .execute(connection)?;
    super::found(changed)
}

/// Has what was passed over worked on, now that the message it is about is known.
///
/// # Errors
/// The store's failures.
pub fn recall(
    connection: &mut Connection,
    channel: ChannelId,
    about_key: &str,
    now: Millis,
) -> Result<(), StoreError> {
    let early = inbox::table
        .filter(inbox::channel_id.eq(channel.to_string()))
        .filter(inbox::about_key.eq(about_key))
        .filter(inbox::state.eq(PASSED_OVER));
    diesel::update(early).set((inbox::state.eq(WAITING), inbox::next_at.eq(now))).execute(connection)?;
    Ok(())
}

/// Removes the words of events about a message that its customer took back. The events stay, so that a repeat is known.
pub(super) fn forget_raw(
    connection: &mut Connection,
    channel: &str,
    about_key: &str,
) -> Result<(), StoreError> {
    let told = inbox::table.filter(inbox::channel_id.eq(channel)).filter(inbox::about_key.eq(about_key));
    diesel::update(told).set(inbox::raw.eq("null")).execute(connection)?;
    Ok(())
}

/// When the last event of a channel came.
///
/// # Errors
/// The store's failures.
pub fn last_of(connection: &mut Connection, channel: ChannelId) -> Result<Option<Millis>, StoreError> {
    let of_channel = inbox::table.filter(inbox::channel_id.eq(channel.to_string()));
    Ok(of_channel.order(inbox::id.desc()).select(inbox::received_at).first(connection).optional()?)
}

/// Removes events that came before `before` and do not wait. Answers how many.
///
/// # Errors
/// The store's failures.
pub fn sweep(connection: &mut Connection, before: Millis) -> Result<usize, StoreError> {
    let old = inbox::table.filter(inbox::received_at.lt(before)).filter(inbox::state.ne(WAITING));
    Ok(diesel::delete(old).execute(connection)?)
}

/// Removes what a customer sent by a channel.
pub(super) fn erase_contact(connection: &mut Connection, channel: &str, key: &str) -> Result<(), StoreError> {
    let own = inbox::table.filter(inbox::channel_id.eq(channel)).filter(inbox::contact_key.eq(key));
    diesel::delete(own).execute(connection)?;
    Ok(())
}
