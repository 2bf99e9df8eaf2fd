//! What platforms tell of our messages: how far they have come.

use super::{Courier, Line};
use crate::domain::Millis;
use crate::domain::delivery::DeliveryState;
use crate::store::deliveries::{self, Line as LogLine, Outcome};
use crate::store::early_reports::{self, EarlyReport};
use crate::store::webhook_events::{self, Happened};
use crate::store::{Connection, StoreError, contacts, conversations, entries};

/// One report may be about so many of a conversation's last entries.
const ENTRIES_MAX: i64 = 200;

/// How far one message has come. A report may come before our own record of what it is about, which then takes it up.
pub(super) async fn of_one(
    courier: &Courier,
    line: &Line,
    provider_id: String,
    state: DeliveryState,
    reason: Option<String>,
) -> Result<(), StoreError> {
    let (channel, here) = (line.channel.id, courier.clone());
    let noted = courier.store.write(move |connection| {
        if let Some(last) = deliveries::by_provider_id(connection, channel, &provider_id)? {
            return raise(&here, connection, &last, state, reason.clone());
        }
        let early = EarlyReport { channel, provider_id: provider_id.clone(), state, reason: reason.clone() };
        early_reports::keep(connection, &early, here.sources.now())?;
        Ok(None)
    });
    let noted = noted.await?;
    tell(courier, line, noted.into_iter()).await;
    Ok(())
}

/// How far everything has come that the customer was told up to this time.
pub(super) async fn up_to(
    courier: &Courier,
    line: &Line,
    contact: String,
    at: Millis,
    state: DeliveryState,
) -> Result<(), StoreError> {
    let (channel, here) = (line.channel.id, courier.clone());
    let noted = courier.store.write(move |connection| {
        let mut noted = Vec::new();
        let Some(contact) = contacts::by_external_id(connection, channel, &contact)? else {
            return Ok(noted);
        };
        let Some(latest) = conversations::latest_of(connection, contact.id)? else { return Ok(noted) };
        let from = latest.version.saturating_sub(ENTRIES_MAX);
        for (seq, last) in deliveries::states(connection, latest.id, from)? {
            let is_there = matches!(last.state, DeliveryState::Sent | DeliveryState::Delivered);
            if is_there && last.channel == channel && entries::at(connection, latest.id, seq)?.at <= at {
                noted.extend(raise(&here, connection, &last, state, None)?);
            }
        }
        Ok(noted)
    });
    let noted = noted.await?;
    tell(courier, line, noted.into_iter()).await;
    Ok(())
}

/// What the platform told of a part before this line gave us its id for it. None when it changes nothing that members see.
pub(super) fn apply_early(
    courier: &Courier,
    connection: &mut Connection,
    sent: &LogLine,
) -> Result<Option<LogLine>, StoreError> {
    let Some(provider_id) = &sent.provider_id else { return Ok(None) };
    let mut changed: Option<LogLine> = None;
    for EarlyReport { state, reason, .. } in early_reports::take(connection, sent.channel, provider_id)? {
        let last = changed.as_ref().unwrap_or(sent);
        changed = raise(courier, connection, last, state, reason)?.or(changed);
    }
    Ok(changed)
}

/// Notes a report behind the last line of an entry. None when it changes nothing that members see.
fn raise(
    courier: &Courier,
    connection: &mut Connection,
    last: &LogLine,
    reported: DeliveryState,
    reason: Option<String>,
) -> Result<Option<LogLine>, StoreError> {
    let state = last.state.after_report(reported);
    let changed = state != last.state;
    let line = LogLine {
        id: courier.sources.id(),
        at: courier.sources.now(),
        attempt: 0,
        outcome: Outcome::Reported,
        state,
        provider_id: None,
        reason: reason.map(|reason| reason.chars().take(300).collect()),
        ..last.clone()
    };
    deliveries::append(connection, &line)?;
    if changed {
        let scope = conversations::by_id(connection, line.conversation)?.scope;
        if let Some(happened) = Happened::of_delivery(scope, &line) {
            webhook_events::raise(connection, &happened, || courier.sources.id())?;
        }
    }
    Ok(Some(line).filter(|_| changed))
}

async fn tell(courier: &Courier, line: &Line, noted: impl Iterator<Item = LogLine>) {
    courier.directory.shared().events_out.notify_one();
    for noted in noted {
        courier.directory.delivery_changed(line.channel.scope, noted).await;
    }
}
