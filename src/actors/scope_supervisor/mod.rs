//! One scope: finds and starts its conversations, keeps the live index that dashboards show, the
//! queue, who is online, and the timers.
//!
//! An actor, because the index must change in one place. It never waits for its children: it tells
//! them, and they tell it ([`Published`]). Everything here can be rebuilt from the store.

mod contact;
mod expiry;
mod hours;
mod lists;
mod mention;
mod presence;
mod push;
mod queue;
mod rereading;
mod route;
mod wallboard;

pub use contact::ContactChanged;
pub use lists::{Published, Subscribe, Unsubscribe};
pub use mention::Mentioned;
pub use presence::{FindMember, Look, Overview, PresenceChanged, Reception, RemoveMember};
pub use rereading::Reload;
pub use route::{
    Arrival, Arrive, Awake, Find, FindForContact, FindOpen, Forget, Gone, Leave, OpenFor, PassOn, Sleepy,
};
pub use wallboard::{Wallboard, Watch, Working};

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use actix::{Actor, ActorContext, ActorFutureExt, Addr, AsyncContext, Context, Handler, WrapFuture};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::agent::Agent;
use super::directory::Shared;
use super::link::Link;
use crate::domain::avatar::Faces;
use crate::domain::bot::{BotConfig, BotMessage};
use crate::domain::channel::Channel;
use crate::domain::contact::Contact;
use crate::domain::conversation::{Assignee, Conversation, Rules};
use crate::domain::hours::Opening;
use crate::domain::ids::{ChannelId, ContactId, ConversationId, MemberId, ScopeId};
use crate::domain::member::{Member, Presence, Role};
use crate::domain::scope::Scope;
use crate::domain::webhook::Webhook;
use crate::protocol::view::{Row, RowContact};
use crate::store::{self, Connection, StoreError};

/// Most messages in a supervisor's mailbox from outside; more are refused as overloaded.
const MAILBOX: usize = 4_096;

/// What a scope says: settings, bot, channels, members. Replaced as a whole when something changes.
#[derive(Debug)]
pub struct ScopeRules {
    /// The scope.
    pub scope: Scope,
    /// Who answers first.
    pub bot: BotConfig,
    /// What decisions depend on.
    pub rules: Rules,
    /// Its channels.
    pub channels: HashMap<ChannelId, Channel>,
    /// Its active members, with their roles.
    pub members: HashMap<MemberId, (Member, Role)>,
    /// Pictures of its members.
    pub faces: Faces,
    /// Who is told what happens; those that are switched on.
    pub webhooks: Vec<Webhook>,
}

impl ScopeRules {
    fn read(connection: &mut Connection, id: ScopeId) -> Result<Self, StoreError> {
        let scope = store::scopes::by_id(connection, id)?;
        let bot = store::scopes::bot(connection, id)?;
        let channels = store::channels::list(connection, id)?;
        let members = store::members::list_of_scope(connection, id)?;
        let faces = store::avatars::of_scope(connection, id)?;
        let webhooks = store::webhooks::enabled(connection, id)?;
        let (text, quick_replies) = bot.greeting();
        let rules = Rules {
            has_bot: bot.exists(),
            greeting: BotMessage {
                text: text.to_owned(),
                quick_replies: quick_replies.to_vec(),
                cards: Vec::new(),
            },
            closing_message: scope.settings.closing_message.clone(),
        };
        Ok(Self {
            rules,
            channels: channels.into_iter().map(|channel| (channel.id, channel)).collect(),
            members: members
                .into_iter()
                .filter(|(member, _)| !member.disabled)
                .map(|(member, role)| (member.id, (member, role)))
                .collect(),
            faces,
            webhooks,
            scope,
            bot,
        })
    }

    /// "Talk to a human" appears after this many bot messages.
    pub fn human_after(&self, channel: ChannelId) -> u32 {
        self.channels.get(&channel).map_or(0, |channel| channel.settings.human_after)
    }

    /// An active member as a possible assignee.
    pub fn assignee(&self, id: MemberId) -> Option<Assignee> {
        self.members.get(&id).map(|(member, _)| Assignee { id, name: member.name.clone() })
    }
}

/// The actor.
pub struct ScopeSupervisor {
    id: ScopeId,
    shared: Arc<Shared>,
    /// None until loaded; nothing is handled before.
    rules: Option<Arc<ScopeRules>>,
    /// Every conversation that has not ended, asleep or awake.
    index: HashMap<ConversationId, Indexed>,
    /// The open conversation of each contact, from its actor's start on.
    open_of: HashMap<(ChannelId, ContactId), ConversationId>,
    /// Conversations whose actor runs.
    children: HashMap<ConversationId, route::Child>,
    /// Times of death of actors that panicked.
    deaths: HashMap<ConversationId, Vec<Instant>>,
    next_generation: u64,
    /// Queued conversations, the longest waiting first.
    queue: BTreeSet<(i64, ConversationId)>,
    /// Last claims, for the estimate.
    claims: queue::Pace,
    /// Customers in the queue are to be told their place again.
    places_due: bool,
    /// Members who have the lists open.
    subscribers: HashMap<MemberId, Addr<Agent>>,
    /// Rows the subscribers have not been told.
    changed: HashSet<ConversationId>,
    /// Ended rows the subscribers have not been told.
    ended: Vec<Row>,
    flush_due: bool,
    /// Who is there. Absent = offline.
    presence: HashMap<MemberId, Presence>,
    /// Members to whom nothing is pushed: they look at a dashboard, or said that they are away.
    undisturbed: HashSet<MemberId>,
    /// Raised when a member comes or goes, so that a timer of before is void.
    presence_generation: HashMap<MemberId, u64>,
    /// When silence ends each conversation.
    deadlines: BTreeSet<(Instant, ConversationId)>,
    /// Within the hours or not, as it was last looked at.
    opening: Opening,
    /// Sockets of contacts, so that all tabs follow into a new conversation.
    visitors: HashMap<ContactId, Vec<Link>>,
    /// What is being read again.
    reads: rereading::Reads,
    /// Those who changed the scope since a read of it began.
    wait_for_rules: Vec<oneshot::Sender<()>>,
}

/// What the supervisor knows of an open conversation.
struct Indexed {
    row: Row,
    deadline: Instant,
}

/// What the store has of a scope at start.
struct Loaded {
    rules: ScopeRules,
    active: Vec<(Conversation, Contact)>,
}

/// The scope is gone: end, with all its conversations.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Stop;

impl ScopeSupervisor {
    /// The supervisor of this scope, empty until loaded.
    pub(super) fn new(id: ScopeId, shared: Arc<Shared>) -> Self {
        Self {
            id,
            shared,
            rules: None,
            index: HashMap::new(),
            open_of: HashMap::new(),
            children: HashMap::new(),
            deaths: HashMap::new(),
            next_generation: 0,
            queue: BTreeSet::new(),
            claims: queue::Pace::default(),
            places_due: false,
            subscribers: HashMap::new(),
            changed: HashSet::new(),
            ended: Vec::new(),
            flush_due: false,
            presence: HashMap::new(),
            undisturbed: HashSet::new(),
            presence_generation: HashMap::new(),
            deadlines: BTreeSet::new(),
            opening: Opening::ALWAYS,
            visitors: HashMap::new(),
            reads: rereading::Reads::default(),
            wait_for_rules: Vec::new(),
        }
    }

    fn load(&mut self, ctx: &mut Context<Self>) {
        let (store, id) = (self.shared.store.clone(), self.id);
        let loading = async move {
            store
                .read(move |connection| {
                    let rules = ScopeRules::read(connection, id)?;
                    Ok(Loaded { rules, active: store::conversations::active(connection, id)? })
                })
                .await
        };
        ctx.wait(loading.into_actor(self).map(|loaded, actor, ctx| match loaded {
            Ok(loaded) => actor.begin(loaded, ctx),
            Err(error) => {
                // The next who asks for the scope starts another one.
                log::warn!("scope not loaded scope={} error={error}", actor.id);
                ctx.stop();
            }
        }));
    }

    fn begin(&mut self, loaded: Loaded, ctx: &mut Context<Self>) {
        let now = self.shared.sources.now();
        self.opening = loaded.rules.scope.opening(now);
        self.rules = Some(Arc::new(loaded.rules));
        for (conversation, contact) in loaded.active {
            let bot_is_due = conversation.turn.is_some();
            let silence = self.silence(conversation.status, conversation.last_at, now);
            let id = conversation.id;
            self.open_of.insert((conversation.channel, conversation.contact), id);
            let deadline = self.deadline(conversation.status, silence);
            self.enter(Row::of(&conversation, RowContact::of(&contact), false), deadline);
            if bot_is_due {
                // Its actor asks the bot again as it wakes.
                let _ = self.child(id, None, ctx);
            }
        }
        let assignees: HashSet<MemberId> =
            self.index.values().filter_map(|indexed| indexed.row.assignee.as_ref()).map(|a| a.id).collect();
        for member in assignees {
            self.release_later(member, ctx);
        }
        log::info!("scope ready scope={} open={}", self.id, self.index.len());
    }
}

impl Actor for ScopeSupervisor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.load(ctx);
        ctx.run_interval(expiry::TICK, |actor, ctx| {
            actor.look_at_hours(ctx);
            actor.expire_due(ctx);
        });
    }
}

impl Handler<Stop> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, _: Stop, ctx: &mut Context<Self>) {
        for child in self.children.values() {
            child.address.do_send(super::conversation::Stop);
        }
        ctx.stop();
    }
}
