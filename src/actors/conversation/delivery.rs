//! Messages to customers of messaging channels: their deliveries are committed with them, and members see how far they are.

use std::time::Duration;

use actix::{Context, Handler};
use tokio::time::Instant;

use super::Conversation;
use crate::domain::conversation as domain;
use crate::domain::event::{Author, EndReason, Entry, Event};
use crate::domain::ids::DeliveryId;
use crate::protocol::server::{DashboardEvent, DeliveryMark};
use crate::store::deliveries::Line;
use crate::store::outbox::{self, OutboxRow};

/// Marks kept at hand; older ones are in the store.
const MARKS_MAX: usize = 100;

/// A platform is told at most this often that somebody writes. The shortest of them shows it for five seconds, and members' pages
/// say it every three, of which none may be left out.
const TYPING_EVERY: Duration = Duration::from_secs(2);

/// A message to the customer has come further, or failed.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct DeliveryChanged(pub Step);

/// A line of the delivery log, as far as members learn of it.
#[derive(Debug)]
pub struct Step {
    /// Which line; those of one message are in order.
    line: DeliveryId,
    pub(super) mark: DeliveryMark,
}

impl From<Line> for Step {
    fn from(line: Line) -> Self {
        Self { line: line.id, mark: DeliveryMark { seq: line.seq, state: line.state, reason: line.reason } }
    }
}

impl Conversation {
    /// The deliveries that these entries cause; none on a widget, which hears by its socket.
    pub(super) fn messages_out(&self, after: &domain::Conversation, entries: &[Entry]) -> Vec<OutboxRow> {
        let Some(channel) = self.rules.channels.get(&after.channel).filter(|c| c.kind.is_messaging()) else {
            return Vec::new();
        };
        let asks_rating = !channel.messaging.rating_question.is_empty();
        let is_sent = |entry: &&Entry| match &entry.body {
            Event::Message { .. } => entry.by != Author::Contact,
            Event::Ended { reason: EndReason::Resolved | EndReason::Customer } => asks_rating,
            _ => false,
        };
        let row = |entry: &Entry| OutboxRow {
            id: self.shared.sources.id(),
            scope: self.scope,
            conversation: Some(self.id),
            topic: outbox::MESSAGE.into(),
            payload: serde_json::Value::Null,
            created_at: entry.at,
            next_at: entry.at,
            message: Some((channel.id, entry.seq)),
        };
        entries.iter().filter(is_sent).map(row).collect()
    }
}

impl Conversation {
    /// Has the customer's platform show that a member is writing, if it was not told just now.
    pub(super) fn type_out(&mut self) {
        let Some(channel) = self.committed.as_ref().map(|committed| committed.channel) else { return };
        let is_messaging = self.rules.channels.get(&channel).is_some_and(|c| c.kind.is_messaging());
        if is_messaging && self.typed_out.is_none_or(|at| at.elapsed() >= TYPING_EVERY) {
            self.typed_out = Some(Instant::now());
            self.shared.type_out((channel, self.id));
        }
    }
}

impl Handler<DeliveryChanged> for Conversation {
    type Result = ();

    fn handle(&mut self, DeliveryChanged(step): DeliveryChanged, _: &mut Context<Self>) {
        let seq = step.mark.seq;
        // Who sends and who hears from the platform tell of it side by side.
        if self.deliveries.get(&seq).is_some_and(|known| known.line >= step.line) {
            return;
        }
        self.tell_members(&DashboardEvent::Delivery { conversation: self.id, mark: &step.mark });
        self.deliveries.insert(seq, step);
        while self.deliveries.len() > MARKS_MAX {
            self.deliveries.pop_first();
        }
    }
}
