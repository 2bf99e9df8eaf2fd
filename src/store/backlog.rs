//! How much waits to leave, or to be read, and since when: for `/metrics`.

use diesel::prelude::*;

use super::schema::{inbox, outbox, webhook_events};
use super::{Connection, StoreError};
use crate::domain::Millis;

/// So many rows are counted at most; what is more shows as this many.
pub const COUNTED: i64 = 10_000;

/// What waits in one line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backlog {
    /// How many, up to [`COUNTED`].
    pub waiting: i64,
    /// Since when the first of them waits.
    pub oldest: Option<Millis>,
}

/// Events of messaging platforms that are stored and not yet read.
///
/// # Errors
/// The store's failures.
pub fn inbound(connection: &mut Connection) -> Result<Backlog, StoreError> {
    let waiting = inbox::table.filter(inbox::state.eq("waiting")).order(inbox::id).limit(COUNTED);
    Ok(of(waiting.select(inbox::received_at).load(connection)?))
}

/// Messages to customers of messaging channels that have not left.
///
/// # Errors
/// The store's failures.
pub fn messages(connection: &mut Connection) -> Result<Backlog, StoreError> {
    let waiting = outbox::table
        .filter(outbox::channel_id.is_not_null())
        .filter(outbox::done_at.is_null())
        .limit(COUNTED);
    Ok(of(waiting.select(outbox::created_at).load(connection)?))
}

/// Events that webhooks have not taken.
///
/// # Errors
/// The store's failures.
pub fn events(connection: &mut Connection) -> Result<Backlog, StoreError> {
    let waiting = webhook_events::table.filter(webhook_events::done_at.is_null()).limit(COUNTED);
    Ok(of(waiting.select(webhook_events::at).load(connection)?))
}

fn of(since: Vec<Millis>) -> Backlog {
    Backlog { waiting: i64::try_from(since.len()).unwrap_or(COUNTED), oldest: since.into_iter().min() }
}
