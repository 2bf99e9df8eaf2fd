//! Finds the actor for an id, starting it on first use, and is the way in for everything that is
//! not an actor: sessions, REST, start and shutdown.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use actix::dev::ToEnvelope;
use actix::prelude::SendError;
use actix::{Actor, Addr, Arbiter, ArbiterHandle, Message};
use futures_util::future::join_all;
use tokio::sync::Notify;
use tokio::sync::mpsc::{Receiver, Sender};

use super::agent::{Agent, CloseSessions, Credential, Which};
use super::conversation::{CaughtUp, Conversation, Do};
use super::error::{Answer, CallError};
use super::figures::Figures;
use super::link::{Link, Push};
use super::reply::Reply;
use super::scope_supervisor::{
    Awake, ContactChanged, Find, FindMember, Forget, Look, Overview, Reload, RemoveMember, ScopeSupervisor,
    Wallboard, Watch,
};
use crate::bots::Bots;
use crate::domain::Millis;
use crate::domain::conversation::{Assignee, Command};
use crate::domain::ids::{ChannelId, ClientId, ContactId, ConversationId, LoginId, MemberId, ScopeId};
use crate::protocol::code::CloseCode;
use crate::protocol::server::{self, DashboardEvent};
use crate::push::Push as WebPush;
use crate::sources::Sources;
use crate::store::audit::AuditRow;
use crate::store::webhook_events::{self, Happened};
use crate::store::{self, Connection, Store};

/// Times that the conversations of a contact to be erased are ended; they may begin one after each.
const ERASE_TRIES: usize = 10;

/// A member is writing to the customer of this conversation, on this messaging channel.
pub type Typed = (ChannelId, ConversationId);

/// So many signs of life may wait; more are left out.
const TYPED_MAX: usize = 64;

/// How actors behave; from the configuration.
#[derive(Debug, Clone)]
pub struct Options {
    /// A conversation nobody is attached to sleeps after this long. Milliseconds.
    pub sleep_after_ms: u64,
    /// A log-in that was silent for this long has ended. Milliseconds.
    pub login_idle_ms: Millis,
    /// Whether what open sockets came with still counts is looked at this often. Milliseconds.
    pub login_check_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { sleep_after_ms: 60_000, login_idle_ms: 43_200_000, login_check_ms: 60_000 }
    }
}

/// What every actor shares.
pub struct Shared {
    /// The store.
    pub store: Store,
    /// Clock and ids.
    pub sources: Sources,
    /// Asks bots.
    pub bots: Bots,
    /// Tells members who look at no dashboard.
    pub push: WebPush,
    /// From the configuration.
    pub options: Options,
    /// What the actors count.
    pub figures: Figures,
    /// Rung when a commit has caused messages to customers of messaging channels.
    pub messages_out: Notify,
    /// Rung when there is something new to tell webhooks.
    pub events_out: Notify,
    typing: Sender<Typed>,
    typed: tokio::sync::Mutex<Receiver<Typed>>,
    draining: AtomicBool,
    threads: Mutex<Vec<ArbiterHandle>>,
    scopes: Mutex<HashMap<ScopeId, Addr<ScopeSupervisor>>>,
    agents: Mutex<HashMap<MemberId, Addr<Agent>>>,
    sessions: Mutex<HashMap<u64, Link>>,
}

/// Finds actors. Cheap to clone.
#[derive(Clone)]
pub struct Directory(Arc<Shared>);

impl Shared {
    /// True once shutdown has begun: no command is taken any more.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// A member is writing to a customer whose platform may show it. Forgotten when too much waits.
    pub(super) fn type_out(&self, typed: Typed) {
        let _ = self.typing.try_send(typed);
    }

    /// The next conversation in which a member is writing to such a customer. For one who asks.
    pub async fn typed(&self) -> Typed {
        match self.typed.lock().await.recv().await {
            Some(typed) => typed,
            // The sender lives as long as this.
            None => std::future::pending().await,
        }
    }

    /// The thread for this id: always the same one, so that neighbours do not move about.
    pub(super) fn thread<T: Hash>(&self, id: T) -> ArbiterHandle {
        let threads = lock(&self.threads);
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let place = hasher.finish().checked_rem(threads.len() as u64);
        place
            .and_then(|place| threads.get(usize::try_from(place).ok()?))
            .map_or_else(Arbiter::current, Clone::clone)
    }

    /// The supervisor of a scope, started if it is not running. The caller has checked that the
    /// scope exists; one that does not stops by itself.
    pub fn scope(self: &Arc<Self>, id: ScopeId) -> Addr<ScopeSupervisor> {
        let mut scopes = lock(&self.scopes);
        if let Some(running) = scopes.get(&id).filter(|address| address.connected()) {
            return running.clone();
        }
        let shared = self.clone();
        let started =
            ScopeSupervisor::start_in_arbiter(&self.thread(id), move |_| ScopeSupervisor::new(id, shared));
        scopes.insert(id, started.clone());
        started
    }

    /// The actor of a member, started if it is not running.
    pub fn agent(self: &Arc<Self>, id: MemberId) -> Addr<Agent> {
        let mut agents = lock(&self.agents);
        if let Some(running) = agents.get(&id).filter(|address| address.connected()) {
            return running.clone();
        }
        let shared = self.clone();
        let started = Agent::start_in_arbiter(&self.thread(id), move |_| Agent::new(id, shared));
        agents.insert(id, started.clone());
        started
    }
}

impl Directory {
    /// A directory of actors that run where they are first asked for, until it gets threads.
    pub fn new(store: Store, sources: Sources, bots: Bots, push: WebPush, options: Options) -> Self {
        let (typing, typed) = tokio::sync::mpsc::channel(TYPED_MAX);
        Self(Arc::new(Shared {
            store,
            sources,
            bots,
            push,
            options,
            figures: Figures::default(),
            messages_out: Notify::new(),
            events_out: Notify::new(),
            typing,
            typed: tokio::sync::Mutex::new(typed),
            draining: AtomicBool::new(false),
            threads: Mutex::default(),
            scopes: Mutex::default(),
            agents: Mutex::default(),
            sessions: Mutex::default(),
        }))
    }

    /// Actors may run on this thread from now on; threads that have ended are forgotten.
    pub fn add_thread(&self, thread: ArbiterHandle) {
        let mut threads = lock(&self.0.threads);
        threads.retain(|known| known.spawn_fn(|| ()));
        threads.push(thread);
    }

    /// What every actor shares.
    pub fn shared(&self) -> &Arc<Shared> {
        &self.0
    }

    /// Starts the supervisor of every scope, so that timers and bots go on where they stopped.
    ///
    /// # Errors
    /// When the store cannot list the scopes.
    pub async fn start_all(&self) -> Result<(), CallError> {
        let scopes = self.0.store.read(store::scopes::list).await?;
        for scope in scopes {
            self.0.scope(scope.id);
        }
        Ok(())
    }

    /// The actor of a conversation of this scope.
    ///
    /// # Errors
    /// [`CallError::Unavailable`] when it cannot run now.
    pub async fn conversation(
        &self,
        scope: ScopeId,
        conversation: ConversationId,
    ) -> Result<Addr<Conversation>, CallError> {
        ask(&self.0.scope(scope), Find { conversation }).await?
    }

    /// Sends a command to a conversation of this scope; the answer comes after the commit.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn command(
        &self,
        scope: ScopeId,
        conversation: ConversationId,
        command: Command,
        client_id: Option<ClientId>,
    ) -> Result<Answer, CallError> {
        command_to(&self.conversation(scope, conversation).await?, command, client_id).await
    }

    /// A member of a scope as a possible assignee; none when they are not active in it.
    ///
    /// # Errors
    /// [`CallError::Unavailable`] when the scope cannot run now.
    pub async fn member(&self, scope: ScopeId, member: MemberId) -> Result<Option<Assignee>, CallError> {
        ask(&self.0.scope(scope), FindMember { member }).await
    }

    /// What members see of a scope besides its conversations.
    ///
    /// # Errors
    /// [`CallError::Unavailable`] when the scope cannot run now.
    pub async fn look(&self, scope: ScopeId) -> Result<Overview, CallError> {
        ask(&self.0.scope(scope), Look).await
    }

    /// What goes on in a scope at this moment.
    ///
    /// # Errors
    /// [`CallError::Unavailable`] when the scope cannot run now.
    pub async fn watch(&self, scope: ScopeId) -> Result<Wallboard, CallError> {
        ask(&self.0.scope(scope), Watch).await
    }

    /// All scopes together, and how long the slowest of them took to answer; those that did not are left out.
    pub async fn census(&self) -> (Wallboard, Duration) {
        let scopes: Vec<_> = lock(&self.0.scopes).values().cloned().collect();
        let begun = Instant::now();
        let boards = join_all(scopes.iter().map(|scope| ask(scope, Watch))).await;
        let took = begun.elapsed();
        let mut all = Wallboard::default();
        for board in boards.into_iter().flatten() {
            all.waiting += board.waiting;
            all.assigned += board.assigned;
            all.with_bot += board.with_bot;
            all.awake += board.awake;
            all.oldest_since = all.oldest_since.into_iter().chain(board.oldest_since).min();
        }
        (all, took)
    }

    /// Settings, bot, channels or members of a scope changed in the store. Returns when that counts, at most 5 seconds later.
    pub async fn scope_changed(&self, scope: ScopeId) {
        if ask(&self.0.scope(scope), Reload).await.is_err() {
            log::warn!("a change counts later, as the scope is busy scope={scope}");
        }
    }

    /// A scope was deleted from the store: its actors end.
    pub fn scope_deleted(&self, scope: ScopeId) {
        if let Some(running) = lock(&self.0.scopes).remove(&scope) {
            running.do_send(super::scope_supervisor::Stop);
        }
    }

    /// A member was disabled, deleted or lost the scope: what they own waits again, their sockets close.
    pub fn member_removed(&self, scope: ScopeId, member: MemberId) {
        self.0.scope(scope).do_send(RemoveMember { member });
        self.logins_revoked(member, None);
    }

    /// Log-ins of a member are void, except one: their sockets close with 4003.
    pub fn logins_revoked(&self, member: MemberId, except: Option<LoginId>) {
        let which = except.map_or(Which::All, |login| Which::Except(Credential::Login(login)));
        self.0.agent(member).do_send(CloseSessions { code: CloseCode::Forbidden, which });
    }

    /// One log-in or API key of a member is void: its sockets close with 4003.
    pub fn credential_revoked(&self, member: MemberId, credential: Credential) {
        let which = Which::With(credential);
        self.0.agent(member).do_send(CloseSessions { code: CloseCode::Forbidden, which });
    }

    /// Ends the contact's open conversations, erases everything they said, and forgets what is in memory. `line`: what the
    /// trail says of it.
    ///
    /// # Errors
    /// See [`CallError`]; [`CallError::Overloaded`] when they begin conversations faster than these can be ended.
    pub async fn erase_contact(
        &self,
        scope: ScopeId,
        contact: ContactId,
        line: AuditRow,
    ) -> Result<(), CallError> {
        for _ in 0..ERASE_TRIES {
            let (sources, line) = (self.0.sources.clone(), line.clone());
            let erase = move |connection: &mut Connection| {
                let all = store::conversations::of_contact(connection, contact, i64::MAX)?;
                let open: Vec<_> =
                    all.iter().filter(|one| one.status.is_active()).map(|one| one.id).collect();
                if !open.is_empty() {
                    return Ok(Err(open));
                }
                let erased = store::contacts::erase(connection, contact)?;
                let happened = Happened::contact_changed(scope, contact, sources.now());
                webhook_events::raise(connection, &happened, || sources.id())?;
                store::audit::append(connection, line)?;
                Ok(Ok(erased))
            };
            match self.0.store.write(erase).await? {
                Ok(erased) => {
                    self.0.events_out.notify_one();
                    for conversation in erased {
                        self.0.scope(scope).do_send(Forget { conversation });
                    }
                    self.contact_changed(scope, contact);
                    return Ok(());
                }
                Err(open) => {
                    for conversation in open {
                        self.command(scope, conversation, Command::Erase, None).await?;
                    }
                }
            }
        }
        Err(CallError::Overloaded)
    }

    /// A contact was changed in the store: running actors and lists show it.
    pub fn contact_changed(&self, scope: ScopeId, contact: ContactId) {
        self.0.scope(scope).do_send(ContactChanged { contact });
    }

    /// A socket is open: it hears of a shutdown.
    pub fn session_opened(&self, link: &Link) {
        lock(&self.0.sessions).insert(link.id(), link.clone());
    }

    /// A socket is closed.
    pub fn session_closed(&self, link: u64) {
        lock(&self.0.sessions).remove(&link);
    }

    /// Open sockets.
    pub fn session_count(&self) -> usize {
        lock(&self.0.sessions).len()
    }

    /// Stops taking commands, waits for what is in hand (at most `limit`), and closes every socket
    /// with 1012; a peer that does not take that is cut off.
    pub async fn drain(&self, limit: Duration) {
        self.0.draining.store(true, Ordering::Relaxed);
        let settled = async {
            // What was taken before is in the journal when all have caught up, stored when the journal
            // answers, and on its way to the sockets when all have caught up again.
            self.all_caught_up().await;
            if let Err(error) = self.0.store.ping().await {
                log::warn!("the journal does not answer while shutting down error={error}");
            }
            self.all_caught_up().await;
        };
        if tokio::time::timeout(limit, settled).await.is_err() {
            log::warn!("commands in hand were not finished in time");
        }
        let frame = server::text(&DashboardEvent::Draining { retry_after_ms: super::reply::RETRY_AFTER_MS });
        for link in self.sessions() {
            link.frame(frame.clone());
            link.push(Push::Close(CloseCode::Restart));
        }
        let closed = async {
            while self.session_count() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(limit.min(CLOSE_LIMIT), closed).await.is_err() {
            self.sessions().iter().for_each(Link::cut);
        }
    }

    fn sessions(&self) -> Vec<Link> {
        lock(&self.0.sessions).values().cloned().collect()
    }

    /// Waits until every conversation has handled what is in its mailbox now.
    async fn all_caught_up(&self) {
        let scopes: Vec<_> = lock(&self.0.scopes).values().cloned().collect();
        let awake = join_all(scopes.iter().map(|scope| ask(scope, Awake))).await;
        let awake: Vec<_> = awake.into_iter().filter_map(Result::ok).flatten().collect();
        // One that does not answer has nobody's command in hand, or no time left for it.
        join_all(awake.iter().map(|conversation| ask(conversation, CaughtUp))).await;
    }
}

/// Sockets have this long to close by themselves at the end.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// Sends a command to a conversation whose actor is known; the answer comes after the commit.
///
/// # Errors
/// See [`CallError`].
pub async fn command_to(
    address: &Addr<Conversation>,
    command: Command,
    client_id: Option<ClientId>,
) -> Result<Answer, CallError> {
    let (reply, answered) = Reply::to_task();
    address.try_send(Do { command, client_id, reply }).map_err(|error| not_sent(&error))?;
    answered.await.map_err(|_| CallError::Unavailable)?
}

/// Asks an actor and waits, at most 5 seconds.
///
/// # Errors
/// [`CallError::Unavailable`] when it is gone or does not answer.
pub async fn ask<A, M>(address: &Addr<A>, message: M) -> Result<M::Result, CallError>
where
    A: Actor + actix::Handler<M>,
    A::Context: ToEnvelope<A, M>,
    M: Message + Send + 'static,
    M::Result: Send,
{
    let asking = tokio::time::timeout(Duration::from_secs(5), address.send(message));
    asking.await.map_err(|_| CallError::Unavailable)?.map_err(|_| CallError::Unavailable)
}

/// Why a message did not get into a mailbox.
pub fn not_sent<M>(error: &SendError<M>) -> CallError {
    match error {
        SendError::Full(_) => CallError::Overloaded,
        SendError::Closed(_) => CallError::Unavailable,
    }
}

/// A panic while a map is held leaves it whole, so a poisoned lock is only a lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
