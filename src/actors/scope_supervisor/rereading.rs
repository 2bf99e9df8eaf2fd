//! What changed in the store is read again: one read of a thing at a time, so that an older one never comes behind a newer
//! one, and again until it could be read.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, Handler, ResponseFuture, WrapFuture};
use tokio::sync::oneshot;

use super::{ScopeRules, ScopeSupervisor};
use crate::actors::conversation::RulesChanged;
use crate::domain::ids::ContactId;
use crate::store::StoreError;

/// Pause before another try to read what could not be read.
const PAUSE: Duration = Duration::from_secs(1);

/// Something that can change in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    /// Settings, bot, channels, members, webhooks.
    Scope,
    /// What is known of a customer.
    Contact(ContactId),
}

/// What is being read; true when it changed since that read began.
#[derive(Debug, Default)]
pub(super) struct Reads(HashMap<Thing, bool>);

impl Reads {
    /// It changed. Answers whether a read is to begin: the one that runs is followed by another.
    fn changed(&mut self, thing: Thing) -> bool {
        match self.0.get_mut(&thing) {
            Some(changed) => {
                *changed = true;
                false
            }
            None => self.0.insert(thing, false).is_none(),
        }
    }

    /// A read is over. Answers whether it changed meanwhile.
    fn over(&mut self, thing: Thing) -> bool {
        self.0.remove(&thing).unwrap_or(false)
    }
}

/// The scope changed in the store: read it again. Answered when that counts.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Reload;

impl Handler<Reload> for ScopeSupervisor {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Reload, ctx: &mut Context<Self>) -> Self::Result {
        let (waits, known) = oneshot::channel();
        self.wait_for_rules.push(waits);
        self.has_changed(Thing::Scope, ctx);
        // The other end is dropped when it counts.
        Box::pin(async move { drop(known.await) })
    }
}

impl ScopeSupervisor {
    /// This changed in the store: what is known of it here will be as new.
    pub(super) fn has_changed(&mut self, thing: Thing, ctx: &mut Context<Self>) {
        if !self.reads.changed(thing) {
            return;
        }
        match thing {
            Thing::Scope => self.read_scope(ctx),
            Thing::Contact(contact) => self.read_contact(contact, ctx),
        }
    }

    /// A read came to this.
    pub(super) fn was_read(&mut self, thing: Thing, read: Result<(), StoreError>, ctx: &mut Context<Self>) {
        let again = self.reads.over(thing);
        match read {
            Ok(()) if again => self.has_changed(thing, ctx),
            // Deleted.
            Ok(()) | Err(StoreError::NotFound) => {}
            Err(error) => {
                log::warn!("not read again scope={} what={thing:?} error=\"{error}\"", self.id);
                ctx.run_later(PAUSE, move |actor, ctx| actor.has_changed(thing, ctx));
            }
        }
    }

    fn read_scope(&mut self, ctx: &mut Context<Self>) {
        let (store, id) = (self.shared.store.clone(), self.id);
        let reading = async move { store.read(move |c| ScopeRules::read(c, id)).await };
        // Whoever asks from now on waits for the next read.
        let mut wait = std::mem::take(&mut self.wait_for_rules);
        ctx.spawn(reading.into_actor(self).map(move |rules, actor, ctx| {
            if rules.as_ref().is_err_and(|error| !matches!(error, StoreError::NotFound)) {
                actor.wait_for_rules.append(&mut wait);
            }
            let read = rules.map(|rules| actor.take_rules(&Arc::new(rules), ctx));
            actor.was_read(Thing::Scope, read, ctx);
        }));
    }

    fn take_rules(&mut self, rules: &Arc<ScopeRules>, ctx: &mut Context<Self>) {
        self.rules = Some(rules.clone());
        for child in self.children.values() {
            child.address.do_send(RulesChanged(rules.clone()));
        }
        self.release_removed(ctx);
        self.reset_deadlines();
        self.look_at_hours(ctx);
        self.tell_staffing(ctx);
    }
}
