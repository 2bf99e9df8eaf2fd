//! Telling members who look at no dashboard, by Web Push.
//!
//! Whoever has something to tell [offers](Push::offer) a notice, which never waits: a bounded queue takes it or it is
//! dropped and counted. One [`Round`] takes notices from the queue, finds the browsers and sends to a few at a time; a
//! push service that is slow delays other messages, and nothing else.

pub mod courier;
pub mod seal;
pub mod vapid;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc};

use crate::domain::ids::MemberId;
use crate::domain::push::{Notice, Subscription};
use crate::sources::Sources;
use crate::store::{Store, StoreError, push};
use courier::{Courier, Message, Undelivered};

/// Notices that wait; more are dropped.
const WAITING: usize = 1_024;
/// Messages on their way at the same time.
const AT_ONCE: usize = 8;
/// Messages that wait for their second try; more are dropped.
const RETRIES: usize = 256;
/// Before the second try, if the push service does not say how long to wait.
const PAUSE: Duration = Duration::from_secs(5);
/// Longest wait that a push service is granted.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// The way to members' browsers. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub struct Push(Arc<Shared>);

struct Shared {
    queue: mpsc::Sender<Notice>,
    courier: Courier,
    /// Members with a browser, and perhaps some who have none any more: a look into the store tells.
    reachable: RwLock<HashSet<MemberId>>,
    /// `reachable` is not empty, to be asked without a lock.
    any: AtomicBool,
    figures: Figures,
}

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Figures {
    /// Messages that push services took.
    pub sent: AtomicU64,
    /// Messages that they did not take.
    pub failed: AtomicU64,
    /// Browsers that were gone.
    pub gone: AtomicU64,
    /// Notices and second tries for which there was no room.
    pub dropped: AtomicU64,
}

impl Push {
    /// The way, and the round that must run for anything to be sent.
    pub fn new(courier: Courier, store: Store, sources: Sources) -> (Self, Round) {
        let (queue, waiting) = mpsc::channel(WAITING);
        let push = Self(Arc::new(Shared {
            queue,
            courier,
            reachable: RwLock::default(),
            any: AtomicBool::new(false),
            figures: Figures::default(),
        }));
        let round = Round {
            push: push.clone(),
            waiting,
            store,
            sources,
            lines: Arc::new(Semaphore::new(AT_ONCE)),
            retries: Arc::new(Semaphore::new(RETRIES)),
        };
        (push, round)
    }

    /// Can anybody be told at all?
    pub fn reaches_anybody(&self) -> bool {
        self.0.any.load(Ordering::Relaxed)
    }

    /// Takes a notice for those of its members who have a browser. Never waits.
    pub fn offer(&self, mut notice: Notice) {
        {
            let reachable = self.0.reachable.read().unwrap_or_else(PoisonError::into_inner);
            notice.members.retain(|member| reachable.contains(member));
        }
        if !notice.members.is_empty() && self.0.queue.try_send(notice).is_err() {
            self.0.figures.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// These members have a browser now.
    pub fn reaches(&self, members: &[MemberId]) {
        if !members.is_empty() {
            self.0.reachable.write().unwrap_or_else(PoisonError::into_inner).extend(members);
            self.0.any.store(true, Ordering::Relaxed);
        }
    }

    /// Seals and sends; knows the installation's key.
    pub fn courier(&self) -> &Courier {
        &self.0.courier
    }

    /// Counts since the start.
    pub fn figures(&self) -> &Figures {
        &self.0.figures
    }
}

/// Takes notices from the queue and sends them.
pub struct Round {
    push: Push,
    waiting: mpsc::Receiver<Notice>,
    store: Store,
    sources: Sources,
    lines: Arc<Semaphore>,
    retries: Arc<Semaphore>,
}

impl Round {
    /// Learns who has a browser, then sends what comes until the program ends.
    pub async fn run(mut self, spawn: fn(Sending)) {
        match self.store.read(push::members).await {
            Ok(members) => self.push.reaches(&members),
            Err(error) => log::warn!("push subscriptions not read error=\"{error}\""),
        }
        while let Some(notice) = self.waiting.recv().await {
            let browsers = match self.browsers(&notice).await {
                Ok(browsers) => browsers,
                Err(error) => {
                    log::warn!("push subscriptions not read error=\"{error}\"");
                    continue;
                }
            };
            for to in browsers {
                let Ok(line) = Arc::clone(&self.lines).acquire_owned().await else { return };
                let (push, store) = (self.push.clone(), self.store.clone());
                let (lines, retries) = (Arc::clone(&self.lines), Arc::clone(&self.retries));
                let message = Message::of(&notice, &to);
                spawn(Box::pin(async move {
                    let mut tried = push.courier().bring(&message, &to).await;
                    drop(line);
                    if let Err(Undelivered::Later { after, .. }) = tried {
                        let Ok(_place) = retries.try_acquire() else {
                            push.figures().dropped.fetch_add(1, Ordering::Relaxed);
                            return;
                        };
                        tokio::time::sleep(after.unwrap_or(PAUSE).min(PAUSE_MAX)).await;
                        let Ok(_line) = lines.acquire().await else { return };
                        tried = push.courier().bring(&message, &to).await;
                    }
                    push.conclude(&store, &to, &tried).await;
                }));
            }
        }
    }

    /// Who wants to know, by the store.
    async fn browsers(&self, notice: &Notice) -> Result<Vec<Subscription>, StoreError> {
        let (members, now) = (notice.members.clone(), self.sources.now());
        let all = self.store.read(move |connection| push::of_members(connection, &members)).await?;
        Ok(all.into_iter().filter(|to| to.wishes.want(notice.kind, now)).collect())
    }
}

/// One message on its way.
pub type Sending = std::pin::Pin<Box<dyn Future<Output = ()>>>;

impl Push {
    /// Counts how a message ended, and forgets a browser that is gone.
    pub async fn conclude(&self, store: &Store, to: &Subscription, tried: &Result<(), Undelivered>) {
        let figures = self.figures();
        let Err(why) = tried else {
            figures.sent.fetch_add(1, Ordering::Relaxed);
            return;
        };
        if *why == Undelivered::Gone {
            figures.gone.fetch_add(1, Ordering::Relaxed);
            let (login, endpoint) = (to.login, to.endpoint.clone());
            let forgot = store.write(move |connection| push::delete_gone(connection, login, &endpoint)).await;
            if let Err(error) = forgot {
                log::warn!("push subscription not removed error=\"{error}\"");
            }
            return;
        }
        figures.failed.fetch_add(1, Ordering::Relaxed);
        log::info!("push message not delivered member={} error=\"{why}\"", to.member);
    }
}
