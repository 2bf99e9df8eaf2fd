//! Opening hours: looked at every second, so that customers hear of it when it opens or closes.

use actix::Context;

use super::ScopeSupervisor;
use crate::domain::Millis;
use crate::domain::conversation::Status;
use crate::domain::hours::Staffing;
use crate::domain::ids::ConversationId;

impl ScopeSupervisor {
    /// What a customer may expect now; none until the scope is loaded.
    pub(super) fn staffing(&self) -> Option<Staffing> {
        let rules = self.rules.as_ref()?;
        Some(rules.scope.settings.staffing(self.opening, self.online()))
    }

    /// Has the scope opened or closed? Then every running conversation is told.
    pub(super) fn look_at_hours(&mut self, ctx: &mut Context<Self>) {
        let Some(rules) = &self.rules else { return };
        let opening = rules.scope.opening(self.shared.sources.now());
        if opening == self.opening {
            return;
        }
        let opens = opening.open && !self.opening.open;
        self.opening = opening;
        if opens {
            // Whoever waited for this moment has the whole time from now on.
            self.reset_deadlines();
        }
        self.tell_staffing(ctx);
    }

    /// Tells every running conversation what a customer may expect now.
    pub(super) fn tell_staffing(&mut self, ctx: &mut Context<Self>) {
        self.tell_places_soon(ctx);
        let is_queued =
            |id: &ConversationId| self.index.get(id).is_some_and(|known| known.row.status == Status::Queued);
        let others: Vec<_> = self.children.keys().copied().filter(|id| !is_queued(id)).collect();
        for id in others {
            self.tell_surroundings(id);
        }
    }

    /// How long a conversation has been silent, as far as that counts. What waits in the queue of a scope with hours
    /// waits for people, not for its customer: its time begins when they are there.
    pub(super) fn silence(&self, status: Status, last_at: Millis, now: Millis) -> Millis {
        let settings = self.rules.as_ref().map(|rules| &rules.scope.settings);
        let waits = status == Status::Queued && settings.is_some_and(|settings| settings.hours.is_some());
        if waits { 0 } else { now.saturating_sub(last_at).max(0) }
    }

    /// Does silence end nothing now? So it is for the queue while it is closed.
    pub(super) fn is_held_open(&self, status: Status) -> bool {
        status == Status::Queued && !self.opening.open
    }
}
