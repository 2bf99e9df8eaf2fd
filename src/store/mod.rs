//! What is kept: one journal writes, a few readers read. The only place that knows diesel.
//!
//! A change of a conversation is one [`Commit`]; everything else is a closure over the functions of a
//! noun's module, run by [`Store::write`] or [`Store::read`]. All writes of the process go through one
//! thread and one connection, the journal, which puts what waits into one transaction and answers
//! after it is durable.

pub mod audit;
pub mod avatars;
pub mod backlog;
mod batch;
pub mod canned;
pub mod channels;
mod checkpoints;
pub mod coming_files;
mod commit;
mod connection;
pub mod contacts;
pub mod conversations;
pub mod deliveries;
mod dialect;
pub mod early_reports;
pub mod entries;
pub mod episodes;
mod error;
pub mod feedback;
pub mod files;
pub mod gateways;
mod hot;
pub mod inbox;
pub mod invitations;
mod journal;
pub mod keys;
pub mod known_messages;
pub mod logins;
pub mod mailboxes;
pub mod members;
pub mod mentions;
pub mod meta;
mod migrations;
pub mod outbox;
mod page;
pub mod push;
mod readers;
pub mod reads;
mod rebuild;
pub mod retention;
pub mod routes;
mod schema;
pub mod scopes;
pub mod search;
pub mod secrets;
mod stats;
pub mod tags;
mod taken_back;
mod text;
mod ticket;
pub mod webhook_events;
pub mod webhooks;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use commit::Rows;
use connection::Target;
use journal::Journal;
use readers::Readers;
use stats::Counters;

pub use commit::{Commit, Opening};
pub use connection::EitherConnection as Connection;
pub use error::{CommitError, StoreError};
pub use page::{Cursor, Page};
pub use stats::Stats;

/// Where the data is and how much may wait.
#[derive(Clone)]
pub struct StoreOptions {
    /// `sqlite://path/to/file` or `postgres://…`. May hold a password: never log it.
    pub url: String,
    /// Connections for reading, at least 1.
    pub readers: u32,
    /// Changes that may wait for the journal; more are refused as overloaded.
    pub journal_queue: usize,
    /// Reads that may wait for a connection; more are refused as busy.
    pub read_queue: usize,
}

impl StoreOptions {
    /// The usual limits: 4 readers, 4,096 waiting changes, 256 waiting reads.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), readers: 4, journal_queue: 4_096, read_queue: 256 }
    }
}

/// The store. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store {
    target: Target,
    journal: Journal,
    readers: Readers,
    counters: Arc<Counters>,
}

impl Store {
    /// Opens the store, makes the database if it is a file that is not there, and migrates it. Blocks;
    /// call it before the server runs.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when the URL is of no known kind, the schema is newer than this program,
    /// or another process has the file; [`StoreError::Unavailable`] when the database does not answer.
    pub fn open(options: &StoreOptions) -> Result<Self, StoreError> {
        let target = Target::parse(&options.url)?;
        let lock = target.claim()?;
        let mut connection = target.open_writer()?;
        migrations::run(&mut connection)?;
        let counters = Arc::new(Counters::new());
        let readers = Readers::open(target.clone(), options.readers, options.read_queue, counters.clone())?;
        let journal =
            Journal::start(target.clone(), connection, options.journal_queue, counters.clone(), lock)?;
        Ok(Self { target, journal, readers, counters })
    }

    /// Stores a change of one conversation. `Ok` means that it is durable.
    ///
    /// # Errors
    /// See [`CommitError`]. An answer comes within 5 seconds.
    pub async fn commit(&self, commit: Commit) -> Result<(), CommitError> {
        self.journal.commit(Rows::of(&commit)?).await
    }

    /// Puts a change of one conversation into the journal, at once and in the order of the calls; `done`
    /// is called with the outcome, from the journal's thread, or at once when nothing can be taken.
    pub fn submit(&self, commit: &Commit, done: impl FnOnce(Result<(), CommitError>) + Send + 'static) {
        match Rows::of(commit) {
            Ok(rows) => self.journal.submit(rows, done),
            Err(error) => done(Err(error.into())),
        }
    }

    /// Runs `work` in the journal's thread, alone or not at all: an error undoes what it did. `Ok` means
    /// that it is durable. Keep it short, as every commit waits behind it.
    ///
    /// # Errors
    /// What `work` answers; [`StoreError::Busy`] when the queue is full, [`StoreError::Unavailable`] and
    /// [`StoreError::Unknown`] as for [`Store::commit`]. An answer comes within 5 seconds.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.journal.write(work).await
    }

    /// Runs `work` on a connection that can only read, in a thread where it may block. What it reads is
    /// one consistent state, at least as new as every commit answered before.
    ///
    /// # Errors
    /// What `work` answers; [`StoreError::Busy`] when no connection was free within 2 seconds. An answer
    /// comes within 5 seconds.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(work).await
    }

    /// Asks the journal for a sign of life: is the database there, and does it take changes? Costs nothing on the disk, unless it
    /// took none before: then one is tried.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn ping(&self) -> Result<(), StoreError> {
        if !self.counters.refuses_changes.load(Relaxed) {
            return self.write(|_| Ok(())).await;
        }
        self.write(meta::take_room).await?;
        self.counters.refuses_changes.store(false, Relaxed);
        self.write(meta::give_room_back).await
    }

    /// Figures since the start, for `/metrics`.
    pub fn stats(&self) -> Stats {
        self.counters.view()
    }

    /// Writes a copy of a SQLite database while it is in use. It holds everything that was answered
    /// before the call. The file must not exist.
    ///
    /// # Errors
    /// [`StoreError::Refused`] on PostgreSQL, which has `pg_dump`, or when the file exists.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let target = self.target.clone();
        let to = to.to_owned();
        let running = tokio::task::spawn_blocking(move || target.copy_to(&to));
        running.await.unwrap_or_else(|_| Err(StoreError::broken("the back-up panicked")))
    }

    /// Finishes what waits, tidies the database file and lets go of it. Clones answer
    /// [`StoreError::Unavailable`] to every change afterwards.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it was closed before.
    pub async fn close(self) -> Result<(), StoreError> {
        self.journal.close().await
    }
}

/// Writes a copy of a SQLite database that another process may be using. As [`Store::backup`]; blocks.
///
/// # Errors
/// As [`Store::backup`], and [`StoreError::Refused`] when the URL is of no known kind.
pub fn backup(url: &str, to: &Path) -> Result<(), StoreError> {
    Target::parse(url)?.copy_to(to)
}

/// One row was changed, or there was none.
fn found(changed: usize) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::NotFound) } else { Ok(()) }
}
