//! What all requests share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use std::net::IpAddr;
use uuid::Uuid;

use super::ApiError;
use super::metrics::Counters;
use super::origin::OwnOrigins;
use super::password::Passwords;
use super::throttle::Throttle;
use super::tickets::Tickets;
use crate::actors::directory::Directory;
use crate::config::Config;
use crate::sources::Sources;
use crate::store::{Connection, Store, StoreError};

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
    /// Figures for `/metrics`.
    pub counters: Counters,
    draining: AtomicBool,
}

impl Edge {
    /// Puts the parts together. `origins` are known once the server has its port.
    pub fn new(
        config: Config,
        sources: Sources,
        store: Store,
        directory: Directory,
        origins: OwnOrigins,
        passwords: Passwords,
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
