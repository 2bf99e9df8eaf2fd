//! What platforms told of messages before we had noted under which id they know them. Kept for an hour: a report that nothing
//! claims until then is about a message of somebody else.

use diesel::prelude::*;

use super::schema::early_reports;
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::delivery::DeliveryState;
use crate::domain::ids::ChannelId;

/// How long one is kept. Milliseconds.
const KEPT: Millis = 60 * 60 * 1_000;

/// Longest id that is kept, in bytes.
const ID_MAX: usize = 512;

/// One report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlyReport {
    /// By which channel.
    pub channel: ChannelId,
    /// The platform's id of the message.
    pub provider_id: String,
    /// How far it has come.
    pub state: DeliveryState,
    /// The platform's reason.
    pub reason: Option<String>,
}

/// Keeps a report, and forgets those that are too old. The first of a state counts.
///
/// # Errors
/// The store's failures.
pub fn keep(connection: &mut Connection, report: &EarlyReport, now: Millis) -> Result<(), StoreError> {
    diesel::delete(early_reports::table.filter(early_reports::at.lt(now - KEPT))).execute(connection)?;
    let (channel, state) = (report.channel.to_string(), report.state.as_str());
    let known = early_reports::table.find((&channel, &report.provider_id, state));
    let is_known = diesel::select(diesel::dsl::exists(known)).get_result::<bool>(connection)?;
    if is_known || report.provider_id.len() > ID_MAX {
        return Ok(());
    }
    diesel::insert_into(early_reports::table)
        .values((
            early_reports::channel_id.eq(&channel),
            early_reports::provider_id.eq(&report.provider_id),
            early_reports::state.eq(state),
            early_reports::reason.eq(&report.reason),
            early_reports::at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes the reports of one message, in the order in which they came.
///
/// # Errors
/// The store's failures.
pub fn take(
    connection: &mut Connection,
    channel: ChannelId,
    provider_id: &str,
) -> Result<Vec<EarlyReport>, StoreError> {
    let of_message = || {
        early_reports::table
            .filter(early_reports::channel_id.eq(channel.to_string()))
            .filter(early_reports::provider_id.eq(provider_id))
    };
    let rows: Vec<(String, Option<String>)> = of_message()
        .order(early_reports::at)
        .select((early_reports::state, early_reports::reason))
        .load(connection)?;
    if !rows.is_empty() {
        diesel::delete(of_message()).execute(connection)?;
    }
    let read = |(state, reason): (String, Option<String>)| {
        let provider_id = provider_id.to_owned();
        Ok(EarlyReport { channel, provider_id, state: text::variant(&state)?, reason })
    };
    rows.into_iter().map(read).collect()
}
