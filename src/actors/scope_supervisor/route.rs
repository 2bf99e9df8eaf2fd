//! Finds the actor of a conversation, starts or restarts it from the store, lets it sleep.

use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Addr, ArbiterHandle, AsyncContext, Context, Handler, MessageResult};
use tokio::time::Instant;

use super::{Reception, ScopeSupervisor};
use crate::actors::conversation::{self, Birth, Conversation, Do, LookAgain, NewBirth, Surroundings};
use crate::actors::error::CallError;
use crate::actors::link::{Link, Push};
use crate::domain::contact::{Contact, SessionDetails};
use crate::domain::conversation::{NewConversation, Status};
use crate::domain::ids::{ChannelId, ContactId, ConversationId};
use crate::fault::{self, Fault};

/// A conversation whose actor died this often within [`DEATHS_WITHIN`] rests until that time is over.
const DEATHS_MAX: usize = 3;
const DEATHS_WITHIN: Duration = Duration::from_secs(60);

/// A running actor.
pub(super) struct Child {
    pub(super) address: Addr<Conversation>,
    pub(super) generation: u64,
    /// What it was last told.
    pub(super) told: Surroundings,
}

/// Find a conversation by its id, waking it if it sleeps.
#[derive(Debug, actix::Message)]
#[rtype(result = "Result<Addr<Conversation>, CallError>")]
pub struct Find {
    /// Which. The caller has checked that it is of this scope.
    pub conversation: ConversationId,
}

/// Find a conversation if it is open in this scope.
#[derive(Debug, actix::Message)]
#[rtype(result = "Result<Option<Addr<Conversation>>, CallError>")]
pub struct FindOpen {
    /// Which; perhaps of another scope.
    pub conversation: ConversationId,
}

/// Find the contact's open conversation, if there is one.
#[derive(Debug, actix::Message)]
#[rtype(result = "Result<Option<Addr<Conversation>>, CallError>")]
pub struct FindForContact {
    /// Where.
    pub channel: ChannelId,
    /// Whose.
    pub contact: ContactId,
    /// The thread of the one who asks: if it has to be woken it runs there, beside its customer's connection.
    pub near: ArbiterHandle,
}

/// The contact writes and has no open conversation: make one, or find what another tab just made.
#[derive(Debug, actix::Message)]
#[rtype(result = "Result<Addr<Conversation>, CallError>")]
pub struct OpenFor {
    /// Who; stored with the first message.
    pub contact: Arc<Contact>,
    /// Where the widget runs.
    pub session: SessionDetails,
    /// As in [`FindForContact`].
    pub near: ArbiterHandle,
}

/// The conversations whose actors run.
#[derive(Debug, actix::Message)]
#[rtype(result = "Vec<Addr<Conversation>>")]
pub struct Awake;

/// A contact's socket is here: from now on it hears when their conversation begins elsewhere.
#[derive(Debug, actix::Message)]
#[rtype(result = "Arrival")]
pub struct Arrive {
    /// Where.
    pub channel: ChannelId,
    /// Whose.
    pub contact: ContactId,
    /// The socket.
    pub link: Link,
    /// As in [`FindForContact`].
    pub near: ArbiterHandle,
}

/// What a contact's socket needs to know at once.
#[derive(Debug)]
pub struct Arrival {
    /// What the scope says, and who is there.
    pub reception: Reception,
    /// The contact's open conversation, if there is one.
    pub open: Result<Option<Addr<Conversation>>, CallError>,
}

/// A contact's socket is gone.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Leave {
    /// Whose.
    pub contact: ContactId,
    /// The socket.
    pub link: u64,
}

/// A conversation has nobody attached and nothing to do.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Sleepy {
    /// Which.
    pub conversation: ConversationId,
    /// Of which actor.
    pub generation: u64,
}

/// A command reached an actor that is ending: it is meant for the next one.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct PassOn {
    /// To which.
    pub conversation: ConversationId,
    /// What.
    pub work: Do,
}

/// A conversation's actor has ended.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Gone {
    /// Which.
    pub conversation: ConversationId,
    /// Of which actor.
    pub generation: u64,
    /// By a panic.
    pub died: bool,
}

/// What is in memory of a conversation no longer counts: its actor ends, the next one reads the store.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Forget {
    /// Which.
    pub conversation: ConversationId,
}

impl ScopeSupervisor {
    /// The actor of a conversation, started if it is not running: on this thread, or on the one for its id.
    pub(super) fn child(
        &mut self,
        id: ConversationId,
        near: Option<&ArbiterHandle>,
        ctx: &mut Context<Self>,
    ) -> Result<Addr<Conversation>, CallError> {
        if let Some(child) = self.children.get(&id).filter(|child| child.address.connected()) {
            return Ok(child.address.clone());
        }
        let now = Instant::now();
        let lately = |times: &Vec<Instant>| times.iter().filter(|time| now - **time < DEATHS_WITHIN).count();
        if self.deaths.get(&id).map_or(0, lately) >= DEATHS_MAX {
            log::error!("conversation left alone after repeated panics conversation={id}");
            return Err(CallError::Unavailable);
        }
        self.start(id, Birth::Wake, near, ctx)
    }

    fn start(
        &mut self,
        id: ConversationId,
        birth: Birth,
        near: Option<&ArbiterHandle>,
        ctx: &mut Context<Self>,
    ) -> Result<Addr<Conversation>, CallError> {
        let rules = self.rules.clone().ok_or(CallError::Unavailable)?;
        self.next_generation += 1;
        let (generation, scope) = (self.next_generation, self.id);
        let (shared, supervisor) = (self.shared.clone(), ctx.address());
        let thread = near.map_or_else(|| self.shared.thread(id), Clone::clone);
        let address = Conversation::start_in_arbiter(&thread, move |_| {
            Conversation::new(id, scope, generation, shared, supervisor, rules, birth)
        });
        let told = Surroundings::default();
        self.children.insert(id, Child { address: address.clone(), generation, told });
        self.tell_surroundings(id);
        Ok(address)
    }

    /// The actor of the contact's open conversation, if there is one.
    fn open_for(
        &mut self,
        channel: ChannelId,
        contact: ContactId,
        near: &ArbiterHandle,
        ctx: &mut Context<Self>,
    ) -> Result<Option<Addr<Conversation>>, CallError> {
        let open = self.open_of.get(&(channel, contact)).copied();
        open.map(|id| self.child(id, Some(near), ctx)).transpose()
    }

    /// An actor that is ending committed something: the one that took its place must hear of it.
    pub(super) fn tell_successor(&self, conversation: ConversationId, generation: u64) {
        if let Some(child) = self.children.get(&conversation).filter(|child| child.generation != generation) {
            child.address.do_send(LookAgain);
        }
    }

    /// Tells every socket of the contact, except through the conversation itself, to look again.
    pub(super) fn tell_moved(&mut self, contact: ContactId) {
        if let Some(links) = self.visitors.get_mut(&contact) {
            links.retain(|link| link.push(Push::Moved));
        }
    }
}

impl Handler<Find> for ScopeSupervisor {
    type Result = Result<Addr<Conversation>, CallError>;

    fn handle(&mut self, Find { conversation }: Find, ctx: &mut Context<Self>) -> Self::Result {
        self.child(conversation, None, ctx)
    }
}

impl Handler<FindOpen> for ScopeSupervisor {
    type Result = Result<Option<Addr<Conversation>>, CallError>;

    fn handle(&mut self, FindOpen { conversation }: FindOpen, ctx: &mut Context<Self>) -> Self::Result {
        if !self.index.contains_key(&conversation) {
            return Ok(None);
        }
        self.child(conversation, None, ctx).map(Some)
    }
}

impl Handler<FindForContact> for ScopeSupervisor {
    type Result = Result<Option<Addr<Conversation>>, CallError>;

    fn handle(&mut self, find: FindForContact, ctx: &mut Context<Self>) -> Self::Result {
        self.open_for(find.channel, find.contact, &find.near, ctx)
    }
}

impl Handler<OpenFor> for ScopeSupervisor {
    type Result = Result<Addr<Conversation>, CallError>;

    fn handle(
        &mut self,
        OpenFor { contact, session, near }: OpenFor,
        ctx: &mut Context<Self>,
    ) -> Self::Result {
        let key = (contact.channel, contact.id);
        if let Some(&id) = self.open_of.get(&key) {
            return self.child(id, Some(&near), ctx);
        }
        // The connection may be older than the switch.
        let rules = self.rules.as_ref().ok_or(CallError::Unavailable)?;
        if rules.channels.get(&contact.channel).is_some_and(|channel| !channel.enabled) {
            return Err(CallError::NotFound);
        }
        let id = self.shared.sources.id();
        let new = NewConversation { id, scope: self.id, channel: contact.channel, contact: contact.id };
        self.open_of.insert(key, id);
        let contact_id = contact.id;
        let birth = Birth::New(Box::new(NewBirth { new, contact, session }));
        let started = self.start(id, birth, Some(&near), ctx)?;
        self.tell_moved(contact_id);
        Ok(started)
    }
}

impl Handler<Awake> for ScopeSupervisor {
    type Result = MessageResult<Awake>;

    fn handle(&mut self, _: Awake, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.children.values().map(|child| child.address.clone()).collect())
    }
}

impl Handler<Arrive> for ScopeSupervisor {
    type Result = MessageResult<Arrive>;

    fn handle(&mut self, arrive: Arrive, ctx: &mut Context<Self>) -> Self::Result {
        let Arrive { channel, contact, link, near } = arrive;
        self.visitors.entry(contact).or_default().push(link);
        let open = self.open_for(channel, contact, &near, ctx);
        MessageResult(Arrival { reception: self.reception(), open })
    }
}

impl Handler<Leave> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, Leave { contact, link }: Leave, _: &mut Context<Self>) {
        let Some(links) = self.visitors.get_mut(&contact) else { return };
        links.retain(|other| other.id() != link);
        if links.is_empty() {
            self.visitors.remove(&contact);
        }
    }
}

impl Handler<Sleepy> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, Sleepy { conversation, generation }: Sleepy, _: &mut Context<Self>) {
        // Forgotten first, told to stop afterwards: what comes meanwhile goes to a new actor.
        if self.children.get(&conversation).is_some_and(|child| child.generation == generation) {
            if let Some(child) = self.children.remove(&conversation) {
                child.address.do_send(conversation::Stop);
            }
            self.forget_unopened(conversation);
        }
    }
}

impl Handler<PassOn> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, PassOn { conversation, work }: PassOn, ctx: &mut Context<Self>) {
        match self.child(conversation, None, ctx) {
            // It came out of a mailbox that was bounded.
            Ok(address) => address.do_send(work),
            Err(error) => work.reply.send(Err(error)),
        }
    }
}

impl Handler<Forget> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, Forget { conversation }: Forget, _: &mut Context<Self>) {
        if let Some(child) = self.children.remove(&conversation) {
            child.address.do_send(conversation::Stop);
        }
    }
}

impl Handler<Gone> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, Gone { conversation, generation, died }: Gone, ctx: &mut Context<Self>) {
        if self.children.get(&conversation).is_some_and(|child| child.generation == generation) {
            self.children.remove(&conversation);
            self.forget_unopened(conversation);
        }
        if died {
            if fault::on(Fault::PanicSpreads) {
                self.children.values().for_each(|child| child.address.do_send(conversation::Stop));
            }
            let now = Instant::now();
            self.deaths.retain(|_, times| {
                times.retain(|time| now.duration_since(*time) < DEATHS_WITHIN);
                !times.is_empty()
            });
            self.deaths.entry(conversation).or_default().push(now);
            if self.index.get(&conversation).is_some_and(|indexed| indexed.row.status == Status::Bot) {
                // The customer may wait for the bot, whom the next actor asks again.
                let _ = self.child(conversation, None, ctx);
            }
        }
    }
}

impl ScopeSupervisor {
    /// A conversation whose first message was never stored leaves no trace.
    fn forget_unopened(&mut self, conversation: ConversationId) {
        if !self.index.contains_key(&conversation) {
            self.open_of.retain(|_, open| *open != conversation);
        }
    }
}
