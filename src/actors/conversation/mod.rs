//! One conversation: the only writer of its log.
//!
//! An actor, because a claim must be decided by one at a time. A command is decided at once, in the
//! mailbox, on the newest state (`head`), which may not be committed yet; its entries go to the
//! journal, and what it answers waits for the commit. Answers and entries leave in the order of the
//! decisions. If a commit fails, everything decided on top of it is decided again on the state as
//! stored (`submit.rs`). See `docs/adr/0002-decide-then-commit.md`.
//!
//! The actor is a cache: it can be dropped at any moment and is rebuilt from the store.

mod attach;
mod bot;
mod contact;
mod delivery;
mod events;
mod life;
mod publish;
mod submit;

pub use attach::{AttachContact, AttachMember, Attached, Detach, Glance, Read, Seen, Typing};
pub use contact::ContactChanged;
pub use delivery::DeliveryChanged;
#[cfg(feature = "testkit")]
pub use life::Panic;
pub use life::{CaughtUp, LookAgain, RulesChanged, Stop, Surroundings};
pub use submit::Do;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use actix::{Actor, Addr, Context, SpawnHandle};
use tokio::time::Instant;

use super::directory::Shared;
use super::link::{Link, Push};
use super::scope_supervisor::{Gone, ScopeRules, ScopeSupervisor};
use crate::domain::Seq;
use crate::domain::contact::{Contact, SessionDetails};
use crate::domain::conversation as domain;
use crate::domain::event::Entry;
use crate::domain::ids::{ConversationId, MemberId, ScopeId};
use crate::protocol::server::{Reader, WidgetStatus};
use crate::protocol::view::{Row, RowContact};

/// Most commands in a conversation's mailbox; more are refused as overloaded.
const MAILBOX: usize = 1_024;

/// Most commands of one conversation between decision and commit; more are refused as overloaded.
const IN_FLIGHT_MAX: usize = 256;

/// So many of the last entries stay in memory: what a session that opens the chat asks for.
const RECENT: Seq = 50;
const RECENT_MAX: usize = 50;

/// The actor.
pub struct Conversation {
    id: ConversationId,
    scope: ScopeId,
    /// Tells this actor from an earlier one of the same conversation.
    generation: u64,
    shared: Arc<Shared>,
    supervisor: Addr<ScopeSupervisor>,
    /// What the scope says now; replaced by `RulesChanged`.
    rules: Arc<ScopeRules>,
    /// Who it is with. Loaded, or brought by the first message.
    contact: Option<Arc<Contact>>,
    /// Where it began; brought by the first message and stored with it.
    session: SessionDetails,
    /// The newest decided state; `committed` plus what is in flight. None before the first message.
    head: Option<domain::Conversation>,
    /// The newest committed state. None before the first commit.
    committed: Option<domain::Conversation>,
    /// Set while the store could not be read after a commit failed: `head` may be wrong, and the next command loads first.
    outdated: Option<Instant>,
    /// Set while the state is read from the store: commands that come meanwhile, from timers and the bot.
    loading: Option<Vec<Do>>,
    /// Decided and not yet told, in order.
    in_flight: VecDeque<submit::Pending>,
    /// Number given to the next commit, so that its result finds its place.
    next_ticket: u64,
    /// Every client id of the log, as a hash of author and id, with its entry.
    seen: HashMap<u64, Seq>,
    /// The last committed entries.
    recent: VecDeque<Entry>,
    /// Members' sessions that have it open.
    watchers: Vec<Watcher>,
    /// The customer's sessions.
    customers: Vec<Link>,
    /// What members were last told of the customer being here.
    told_here: bool,
    /// How far each reader has read.
    reads: HashMap<Reader, Seq>,
    /// How far messages to the customer of a messaging channel have come, of the last entries.
    deliveries: BTreeMap<Seq, delivery::Step>,
    /// What the supervisor last said of the queue and who is online.
    surroundings: Surroundings,
    /// The status customers were last told.
    told_status: Option<WidgetStatus>,
    /// Turn the bot is being asked, or has answered with silence.
    asked: Option<Seq>,
    /// The call to the bot that runs.
    asking: Option<SpawnHandle>,
    /// When the customer's platform was last told that a member writes.
    typed_out: Option<Instant>,
    /// Runs while commits are awaited.
    commit_timer: Option<SpawnHandle>,
    /// Runs while a change of the row waits to be told to lists.
    row_timer: Option<SpawnHandle>,
    /// Runs while nobody is attached; at its end the actor asks to sleep.
    idle_timer: Option<SpawnHandle>,
    /// Set by `Stop`: it ends as soon as nothing is in hand; what comes until then is passed on.
    stopping: bool,
}

/// One member's session that has the conversation open.
struct Watcher {
    member: MemberId,
    link: Link,
}

/// How an actor begins.
pub enum Birth {
    /// From the store.
    Wake,
    /// With the first message, a [`Do`].
    New(Box<NewBirth>),
}

/// See [`Birth::New`].
pub struct NewBirth {
    /// Ids of the conversation to be.
    pub new: domain::NewConversation,
    /// The contact, stored with the first message.
    pub contact: Arc<Contact>,
    /// Where the widget runs.
    pub session: SessionDetails,
}

impl Conversation {
    /// An actor for this conversation; `birth` says where its state comes from.
    pub(super) fn new(
        id: ConversationId,
        scope: ScopeId,
        generation: u64,
        shared: Arc<Shared>,
        supervisor: Addr<ScopeSupervisor>,
        rules: Arc<ScopeRules>,
        birth: Birth,
    ) -> Self {
        let (head, contact, session) = match birth {
            Birth::Wake => (None, None, SessionDetails::default()),
            Birth::New(birth) => {
                let NewBirth { new, contact, session } = *birth;
                (Some(domain::Conversation::unopened(&new)), Some(contact), session)
            }
        };
        Self {
            id,
            scope,
            generation,
            shared,
            supervisor,
            rules,
            contact,
            session,
            head,
            committed: None,
            outdated: None,
            loading: None,
            in_flight: VecDeque::new(),
            next_ticket: 0,
            seen: HashMap::new(),
            recent: VecDeque::new(),
            watchers: Vec::new(),
            customers: Vec::new(),
            told_here: false,
            reads: HashMap::new(),
            deliveries: BTreeMap::new(),
            surroundings: Surroundings::default(),
            told_status: None,
            asked: None,
            asking: None,
            typed_out: None,
            commit_timer: None,
            row_timer: None,
            idle_timer: None,
            stopping: false,
        }
    }

    /// Number of the last entry anybody was told.
    fn version_told(&self) -> Seq {
        self.committed.as_ref().map_or(0, |committed| committed.version)
    }

    fn row(&self) -> Option<Row> {
        let (committed, contact) = (self.committed.as_ref()?, self.contact.as_ref()?);
        Some(Row::of(committed, RowContact::of(contact), !self.customers.is_empty()))
    }
}

impl Actor for Conversation {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(MAILBOX);
        if self.head.is_none() {
            self.load(ctx, Vec::new());
        }
        self.watch_idleness(ctx);
    }

    fn stopped(&mut self, _: &mut Context<Self>) {
        if !self.stopping && !self.shared.is_draining() {
            // A panic ends here: the sessions must not believe they still hear this conversation.
            log::error!("conversation actor died conversation={}", self.id);
            for link in self.watchers.iter().map(|watcher| &watcher.link).chain(&self.customers) {
                link.push(Push::Detached);
            }
        }
        self.supervisor.do_send(Gone {
            conversation: self.id,
            generation: self.generation,
            died: !self.stopping,
        });
    }
}
