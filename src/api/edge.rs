//! What all requests share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use std::net::IpAddr;
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::ApiError;
use super::bucket::Buckets;
use super::known_channels::KnownChannels;
use super::metrics::Counters;
use super::origin::OwnOrigins;
use super::password::Passwords;
use super::post_office::PostOffice;
use super::seats::Seats;
use super::socket::SocketOptions;
use super::throttle::Throttle;
use super::tickets::Tickets;
use super::visitor_token::VisitorTokens;
use crate::actors::directory::Directory;
use crate::config::Config;
use crate::delivery::Courier;
use crate::domain::ids::{ContactId, MemberId};
use crate::files::Files;
use crate::sources::Sources;
use crate::store::{Connection, Store, StoreError};

/// Transcripts a customer may send from one network address, and to one mail address, in an hour.
const MAILS_PER_HOUR: u32 = 5;

/// Most uploads at the same time; with S3 each may hold 5 MiB.
const UPLOADS: usize = 16;

/// Most events of channels above 1 MiB at the same time; each may be several times in memory.
const LARGE_EVENTS: usize = 4;

/// In milliseconds.
const HOUR: i64 = 3_600_000;

/// Everything a request may need. One for the whole server.
pub struct Edge {
    /// As checked at start.
    pub config: Config,
    /// Clock, ids, secrets.
    pub sources: Sources,
    /// What is kept.
    pub store: Store,
    /// The way to the actors.
    pub directory: Directory,
    /// Channels by public key.
    pub channels: KnownChannels,
    /// Our own pages.
    pub origins: OwnOrigins,
    /// Hashes and checks passwords.
    pub passwords: Passwords,
    /// One-time tickets for the dashboard socket.
    pub tickets: Tickets,
    /// Tries to log in, by account.
    pub tries_per_account: Throttle<String>,
    /// Tries to log in, and to use one-time links, by address.
    pub tries_per_address: Throttle<IpAddr>,
    /// Requests, by API key or log-in.
    pub requests: Throttle<Uuid>,
    /// New conversations, by address.
    pub conversations_per_address: Throttle<IpAddr>,
    /// The way out for mail; none without a mail server.
    pub mail: Option<PostOffice>,
    /// Mails that customers asked for, by the address they ask from and the one they go to.
    pub mails: Throttle<String>,
    /// Uploads, by customer and by address.
    pub files_per_visitor: Throttle<ContactId>,
    /// See there.
    pub files_per_address: Throttle<IpAddr>,
    /// Uploads at the same time: each holds up to a part of its file in memory.
    pub uploads: Semaphore,
    /// Large events of channels at the same time.
    pub large_events: Semaphore,
    /// The bytes of files.
    pub files: Files,
    /// What messaging channels receive and send.
    pub courier: Courier,
    /// Open sockets, by address.
    pub address_sockets: Seats<IpAddr>,
    /// Open sockets, by member.
    pub member_sockets: Seats<MemberId>,
    /// Open sockets, by contact.
    pub visitor_sockets: Seats<ContactId>,
    /// Commands of members.
    pub member_rates: Buckets,
    /// Commands of customers.
    pub visitor_rates: Buckets,
    /// Makes and reads visitor tokens.
    pub visitor_tokens: VisitorTokens,
    /// Figures for `/metrics`.
    pub counters: Counters,
    draining: AtomicBool,
}

impl Edge {
    /// Puts the parts together. `origins` are known once the server has its port.
    #[expect(clippy::too_many_arguments, reason = "one for each part")]
    pub fn new(
        config: Config,
        sources: Sources,
        store: Store,
        directory: Directory,
        origins: OwnOrigins,
        passwords: Passwords,
        visitor_tokens: VisitorTokens,
        mail: Option<PostOffice>,
        files: Files,
        courier: Courier,
    ) -> Self {
        let limits = &config.limits;
        let if_enabled = |most: u32| limits.enabled.then_some(most);
        let millis = |millis: u64| i64::try_from(millis).unwrap_or(i64::MAX);
        let window = millis(limits.login_window_ms);
        Self {
            tries_per_account: Throttle::new(if_enabled(limits.login_per_account), window),
            tries_per_address: Throttle::new(if_enabled(limits.login_per_address), window),
            requests: Throttle::new(if_enabled(limits.key_per_minute), 60_000),
            tickets: Tickets::new(sources.clone(), millis(config.timers.ticket_ms)),
            conversations_per_address: Throttle::new(if_enabled(limits.conversations_per_minute), 60_000),
            mails: Throttle::new(if_enabled(MAILS_PER_HOUR), 60 * 60_000),
            mail,
            files_per_visitor: Throttle::new(if_enabled(limits.files_per_visitor), HOUR),
            files_per_address: Throttle::new(if_enabled(limits.files_per_address), HOUR),
            uploads: Semaphore::new(UPLOADS),
            large_events: Semaphore::new(LARGE_EVENTS),
            files,
            courier,
            address_sockets: Seats::new(limits.enabled.then_some(limits.sockets_per_address)),
            member_sockets: Seats::new(limits.enabled.then_some(limits.sockets_per_agent)),
            visitor_sockets: Seats::new(limits.enabled.then_some(limits.sockets_per_visitor)),
            member_rates: Buckets::new(if_enabled(limits.agent_rate).unwrap_or(0), limits.agent_burst),
            visitor_rates: Buckets::new(if_enabled(limits.visitor_rate).unwrap_or(0), limits.visitor_burst),
            visitor_tokens,
            channels: KnownChannels::default(),
            counters: Counters::default(),
            draining: AtomicBool::new(false),
            config,
            sources,
            store,
            directory,
            origins,
            passwords,
        }
    }

    /// From now on the server is not ready and takes no new sockets.
    pub fn start_draining(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Is the server shutting down?
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// Limits and times of sockets.
    pub fn socket_options(&self) -> SocketOptions {
        let (limits, timers) = (&self.config.limits, &self.config.timers);
        SocketOptions {
            message_bytes: limits.socket_message_bytes,
            fragments: limits.socket_fragments,
            ping: Duration::from_millis(timers.ping_ms),
            silence: Duration::from_millis(timers.silence_ms),
            first_frame: Duration::from_millis(timers.first_frame_ms),
        }
    }

    /// Reads from the store; `work` may also refuse.
    ///
    /// # Errors
    /// What `work` refuses, and the store's failures.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.store
            .read(move |connection| match work(connection) {
                Ok(answer) => Ok(Ok(answer)),
                Err(ApiError::Store(error)) => Err(error),
                Err(refused) => Ok(Err(refused)),
            })
            .await?
    }

    /// Changes the store; `work` may also refuse, which undoes what it did.
    ///
    /// # Errors
    /// What `work` refuses, and the store's failures.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        // The store undoes on its own errors only, so a refusal waits outside.
        let refused = std::sync::Arc::new(Mutex::new(None));
        let kept = std::sync::Arc::clone(&refused);
        let done = self
            .store
            .write(move |connection| {
                work(connection).map_err(|error| match error {
                    ApiError::Store(error) => error,
                    other => {
                        *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(other);
                        StoreError::Conflict("refused")
                    }
                })
            })
            .await;
        let refused = refused.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (done, refused) {
            (Err(_), Some(refused)) => Err(refused),
            (done, _) => Ok(done?),
        }
    }
}
