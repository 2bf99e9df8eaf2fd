//! The queue: strictly oldest first, and what customers are told of their place in it.

use std::collections::VecDeque;
use std::time::Duration;

use actix::{AsyncContext, Context};
use tokio::time::Instant;

use super::ScopeSupervisor;
use crate::actors::conversation::Surroundings;
use crate::domain::Millis;
use crate::domain::conversation::Status;
use crate::domain::ids::ConversationId;
use crate::domain::member::Presence;

/// Claims the estimate looks back on.
const PACE_CLAIMS: usize = 20;
/// With fewer claims than this there is no estimate.
const PACE_LEAST: usize = 3;
/// Changes of the queue are gathered this long before the customers in it hear of them.
const PLACES_EVERY: Duration = Duration::from_millis(50);

/// How fast chats leave the queue.
#[derive(Default)]
pub(super) struct Pace(VecDeque<Instant>);

impl Pace {
    pub(super) fn note(&mut self, now: Instant) {
        if self.0.len() == PACE_CLAIMS {
            self.0.pop_front();
        }
        self.0.push_back(now);
    }

    /// The usual time between two claims, times the place. None when too little is known.
    fn estimate(&self, position: usize) -> Option<Millis> {
        let (first, last) = (self.0.front()?, self.0.back()?);
        if self.0.len() < PACE_LEAST {
            return None;
        }
        let gaps = u32::try_from(self.0.len() - 1).ok()?;
        let wait = (last.duration_since(*first) / gaps).saturating_mul(u32::try_from(position).ok()?);
        Millis::try_from(wait.as_millis()).ok()
    }
}

impl ScopeSupervisor {
    /// Tells everybody in the queue their place, a moment later, together.
    pub(super) fn tell_places_soon(&mut self, ctx: &mut Context<Self>) {
        if !self.places_due {
            self.places_due = true;
            ctx.run_later(PLACES_EVERY, |actor, _| {
                actor.places_due = false;
                let waiting: Vec<_> = actor.queue.iter().map(|(_, id)| *id).collect();
                for (index, id) in waiting.into_iter().enumerate() {
                    let around = actor.surroundings(id, index + 1);
                    actor.tell(id, around);
                }
            });
        }
    }

    /// Tells one conversation what is around it.
    pub(super) fn tell_surroundings(&mut self, id: ConversationId) {
        let since = self.index.get(&id).and_then(|indexed| indexed.row.waiting_since);
        let position = since.map_or(0, |since| self.queue.range(..=(since, id)).count());
        let around = self.surroundings(id, position);
        self.tell(id, around);
    }

    fn surroundings(&self, id: ConversationId, position: usize) -> Surroundings {
        let row = self.index.get(&id).map(|indexed| &indexed.row);
        let assignee = row.and_then(|row| row.assignee.as_ref());
        Surroundings {
            position,
            estimate_ms: self.claims.estimate(position).filter(|_| position > 0),
            agents_online: self.online(),
            staffing: self.staffing(),
            assignee_online: row.is_some_and(|row| row.status == Status::Assigned)
                && assignee.is_some_and(|a| self.presence_of(a.id) != Presence::Offline),
        }
    }

    /// Only conversations whose actor runs have anybody to tell.
    fn tell(&mut self, id: ConversationId, around: Surroundings) {
        if let Some(child) = self.children.get_mut(&id).filter(|child| child.told != around) {
            child.told = around;
            child.address.do_send(around);
        }
    }
}
