//! A few connections that only read, and threads where waiting for them does no harm.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use diesel::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::connection::Target;
use super::journal::end_process;
use super::stats::Counters;
use super::ticket::WAIT;
use super::{Connection, StoreError};

/// Longest wait for a connection.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Clone)]
pub(super) struct Readers {
    pool: r2d2::Pool<Manager>,
    threads: Arc<Threads>,
    free: Arc<Semaphore>,
    most_open: u64,
    counters: Arc<Counters>,
}

struct Manager(Target);

impl r2d2::ManageConnection for Manager {
    type Connection = Connection;
    type Error = StoreError;

    fn connect(&self) -> Result<Connection, StoreError> {
        self.0.open_reader()
    }

    fn is_valid(&self, connection: &mut Connection) -> Result<(), StoreError> {
        if let Connection::Postgres(connection) = connection {
            diesel::sql_query("SELECT 1").execute(connection)?;
        }
        Ok(())
    }

    fn has_broken(&self, connection: &mut Connection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

/// Tells nobody: whoever waits gets the failure, and knows better what it means.
struct Quiet;

impl fmt::Debug for Quiet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Quiet")
    }
}

impl<E: fmt::Display> r2d2::HandleError<E> for Quiet {
    fn handle_error(&self, error: E) {
        log::debug!("no connection for reading error={error}");
    }
}

/// As many threads as connections. Each thread that ever read keeps memory of its own, so they are not those on which anything
/// else may block.
struct Threads(Option<Runtime>);

impl Threads {
    fn start(count: usize) -> Result<Self, StoreError> {
        let mut threads = Builder::new_current_thread();
        let started = threads.max_blocking_threads(count).thread_name("reader").build();
        Ok(Self(Some(started.map_err(|error| StoreError::Broken(Arc::new(error)))?)))
    }

    /// Runs this where it may block. None when it panicked.
    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        self.0.as_ref()?.spawn_blocking(work).await.ok()
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // The last one who lets go may not wait for a read.
        if let Some(threads) = self.0.take() {
            threads.shutdown_background();
        }
    }
}

/// Counts a read until it is over, however it ends.
struct Open(Arc<Counters>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.reads_open.fetch_sub(1, Relaxed);
    }
}

impl Readers {
    /// Opens at least one connection, to be sure that it can be done.
    pub(super) fn open(
        target: Target,
        readers: u32,
        queue: usize,
        counters: Arc<Counters>,
    ) -> Result<Self, StoreError> {
        let readers = readers.max(1);
        let pool = r2d2::Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(Quiet))
            .build(Manager(target))
            .map_err(no_connection)?;
        let threads = Arc::new(Threads::start(readers as usize)?);
        let free = Arc::new(Semaphore::new(readers as usize));
        Ok(Self { pool, threads, free, most_open: u64::from(readers) + queue as u64, counters })
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let before = self.counters.reads_open.fetch_add(1, Relaxed);
        let open = Open(self.counters.clone());
        if before >= self.most_open {
            return Err(StoreError::Busy);
        }
        let answer = timeout(WAIT, self.run(open, work)).await;
        answer.unwrap_or_else(|_| Err(StoreError::unavailable("no answer in time")))
    }

    async fn run<T: Send + 'static>(
        &self,
        open: Open,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = match timeout(PATIENCE, self.free.clone().acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(StoreError::unavailable("the store is closed")),
            Err(_) => return Err(StoreError::Busy),
        };
        let pool = self.pool.clone();
        // Both are held until the thread is done, even if nobody waits for it any more.
        let held = (permit, open);
        let running = self.threads.run(move || {
            let _held = held;
            read_on(&pool, work)
        });
        running.await.unwrap_or_else(|| Err(StoreError::broken("a read panicked")))
    }
}

fn read_on<T>(
    pool: &r2d2::Pool<Manager>,
    work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut connection = pool.get().map_err(no_connection)?;
    connection.begin_read()?;
    let result = work(&mut connection);
    let over = if result.is_ok() { connection.commit() } else { connection.roll_back() };
    match result {
        Err(error) if error.is_fatal() => end_process(&error.to_string()),
        // Readers may only read whatever the database allows: whoever asked this one to write made a mistake.
        Err(error) if error.is_read_only() => Err(StoreError::Broken(Arc::new(error))),
        Err(error) => Err(error),
        Ok(value) => over.map(|()| value).map_err(Into::into),
    }
}

fn no_connection(error: r2d2::Error) -> StoreError {
    StoreError::Unavailable(Arc::new(error))
}
