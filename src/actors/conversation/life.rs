//! How a conversation's actor wakes, hears of its scope, and goes to sleep.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use actix::{ActorContext, AsyncContext, Context, Handler};

use super::submit::key;
use super::{Conversation, RECENT};
use crate::actors::link::Push;
use crate::actors::scope_supervisor::{ScopeRules, Sleepy};
use crate::domain::contact::Contact;
use crate::domain::conversation as domain;
use crate::domain::event::{Author, Entry};
use crate::domain::hours::Staffing;
use crate::domain::ids::ConversationId;
use crate::domain::{Millis, Seq};
use crate::fault::{self, Fault};
use crate::protocol::server::Reader;
use crate::store::deliveries::Line;
use crate::store::entries::UsedClientId;
use crate::store::{self, Connection, StoreError};

/// What the supervisor knows and customers are told: the queue, and who is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, actix::Message)]
#[rtype(result = "()")]
pub struct Surroundings {
    /// Place in the queue from 1; 0 while not queued.
    pub position: usize,
    /// Likely wait, when enough is known.
    pub estimate_ms: Option<Millis>,
    /// Members of the scope who are online.
    pub agents_online: usize,
    /// The assignee has a session open.
    pub assignee_online: bool,
    /// The scope's hours and what asking for a human leads to; none until the supervisor has said.
    pub staffing: Option<Staffing>,
}

/// The scope's settings, bot or channels changed.
#[derive(Debug, Clone, actix::Message)]
#[rtype(result = "()")]
pub struct RulesChanged(pub Arc<ScopeRules>);

/// Answered once everything that came before is decided, and every commit whose outcome is known is told.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct CaughtUp;

/// The supervisor has forgotten this actor: end.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Stop;

/// Another actor of this conversation has committed something.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct LookAgain;

/// An actor that was told to stop takes mail for so long, to pass it on.
const LINGER: Duration = Duration::from_secs(1);

/// A conversation as the store has it, with what its actor keeps at hand.
pub(super) struct Stored {
    pub(super) conversation: domain::Conversation,
    contact: Contact,
    recent: Vec<Entry>,
    client_ids: Vec<UsedClientId>,
    reads: Vec<(store::reads::Reader, Seq)>,
    deliveries: BTreeMap<Seq, Line>,
}

/// Reads all that an actor needs.
pub(super) fn stored(connection: &mut Connection, id: ConversationId) -> Result<Stored, StoreError> {
    let (conversation, contact) = store::conversations::with_contact(connection, id)?;
    let from = conversation.version - RECENT;
    Ok(Stored {
        conversation,
        contact,
        recent: store::entries::last(connection, id, RECENT)?,
        client_ids: store::entries::client_ids(connection, id)?,
        reads: store::reads::of_conversation(connection, id)?,
        deliveries: store::deliveries::states(connection, id, from)?,
    })
}

impl Conversation {
    pub(super) fn restore(&mut self, stored: Stored) {
        self.seen = stored
            .client_ids
            .into_iter()
            .filter(|_| !fault::on(Fault::ClientIdsOnlyInMemory))
            .map(|used| {
                let author = match (used.by, used.member) {
                    (domain::Side::Member, Some(id)) => Author::Member { id, name: String::new() },
                    (domain::Side::Bot, _) => Author::Bot,
                    (domain::Side::Contact, _) => Author::Contact,
                    _ => Author::System,
                };
                (key(&author, used.client_id), used.seq)
            })
            .collect();
        self.reads = stored
            .reads
            .into_iter()
            .map(|(reader, seq)| match reader {
                store::reads::Reader::Contact => (Reader::CONTACT, seq),
                store::reads::Reader::Member(id) => (Reader::Member(id), seq),
            })
            .collect();
        self.deliveries = stored.deliveries.into_iter().map(|(seq, line)| (seq, line.into())).collect();
        self.outdated = None;
        // Most chats have few entries, and room for more would be kept beside each that is awake.
        let mut recent = stored.recent;
        recent.shrink_to_fit();
        self.recent = recent.into();
        self.contact = Some(Arc::new(stored.contact));
        self.head = Some(stored.conversation.clone());
        self.committed = Some(stored.conversation);
    }

    /// Starts or stops the timer towards sleep, as somebody is attached or not.
    pub(super) fn watch_idleness(&mut self, ctx: &mut Context<Self>) {
        if let Some(timer) = self.idle_timer.take() {
            ctx.cancel_future(timer);
        }
        if !self.watchers.is_empty() || !self.customers.is_empty() {
            return;
        }
        let after = Duration::from_millis(self.shared.options.sleep_after_ms);
        self.idle_timer = Some(ctx.run_later(after, |actor, ctx| {
            actor.idle_timer = None;
            if actor.in_flight.is_empty() && actor.asking.is_none() {
                let me = Sleepy { conversation: actor.id, generation: actor.generation };
                actor.supervisor.do_send(me);
            } else {
                actor.watch_idleness(ctx);
            }
        }));
    }

    /// Ends, if that is wanted and everything decided here is answered. Its sessions start over with
    /// the next actor, and mail that is on its way is passed on to it for a moment.
    pub(super) fn end_if_done(&mut self, ctx: &mut Context<Self>) {
        if self.stopping && self.in_flight.is_empty() {
            self.let_go(ctx);
            ctx.run_later(LINGER, |actor, ctx| {
                if actor.in_flight.is_empty() {
                    ctx.stop();
                }
            });
        }
    }

    /// Ends now.
    pub(super) fn end(&mut self, ctx: &mut Context<Self>) {
        self.stopping = true;
        self.let_go(ctx);
        ctx.stop();
    }

    fn let_go(&mut self, ctx: &mut Context<Self>) {
        let customers = std::mem::take(&mut self.customers);
        let watchers = std::mem::take(&mut self.watchers);
        self.tell_row(ctx);
        for link in watchers.iter().map(|watcher| &watcher.link).chain(&customers) {
            link.push(Push::Detached);
        }
    }
}

impl Handler<Stop> for Conversation {
    type Result = ();

    fn handle(&mut self, _: Stop, ctx: &mut Context<Self>) {
        self.stopping = true;
        if let Some(call) = self.asking.take() {
            ctx.cancel_future(call);
        }
        self.end_if_done(ctx);
    }
}

impl Handler<LookAgain> for Conversation {
    type Result = ();

    fn handle(&mut self, _: LookAgain, ctx: &mut Context<Self>) {
        // What is in flight will meet the conflict and load by itself.
        if self.in_flight.is_empty() {
            self.load(ctx, Vec::new());
        }
    }
}

impl Handler<CaughtUp> for Conversation {
    type Result = ();

    fn handle(&mut self, _: CaughtUp, _: &mut Context<Self>) {}
}

/// Makes the actor panic, to see what becomes of its neighbours.
#[cfg(feature = "testkit")]
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Panic;

#[cfg(feature = "testkit")]
impl Handler<Panic> for Conversation {
    type Result = ();

    fn handle(&mut self, _: Panic, _: &mut Context<Self>) {
        panic!("asked to");
    }
}

impl Handler<RulesChanged> for Conversation {
    type Result = ();

    fn handle(&mut self, RulesChanged(rules): RulesChanged, _: &mut Context<Self>) {
        self.rules = rules;
        self.tell_status();
    }
}

impl Handler<Surroundings> for Conversation {
    type Result = ();

    fn handle(&mut self, surroundings: Surroundings, _: &mut Context<Self>) {
        self.surroundings = surroundings;
        self.tell_status();
    }
}
