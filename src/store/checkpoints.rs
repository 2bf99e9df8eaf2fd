//! `SQLite`'s write-ahead log is copied into the database beside the journal, not by it.
//!
//! Left alone, the connection that writes copies every 1,000 pages itself, and whoever waits for a commit waits for that, too: at 5,000
//! messages a second for a tenth of all time. Here a thread of its own copies what a long stretch of changes has written, each page
//! once. What is added meanwhile the journal copies itself, which is short, since only then the log begins anew at its start
//! (<https://sqlite.org/wal.html#ckpt>).

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;

use super::StoreError;
use super::connection::{Target, open_file};
use super::journal::end_if_fatal;

/// Changes between two copies. A message writes three pages, so the log has about 50 MB by then.
const STRETCH: usize = 4_096;

const COPY: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// The journal's side.
pub(super) struct Checkpoints {
    /// Changes since the last copy was asked for.
    since: usize,
    /// The thread has copied what it found.
    copied: Arc<AtomicBool>,
    /// `None` only while this goes.
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpoints {
    /// Starts the thread; `None` for a database that does this itself.
    pub(super) fn start(target: &Target) -> Result<Option<Self>, StoreError> {
        let Target::Sqlite(path) = target else { return Ok(None) };
        let connection = open(path)?;
        let copied = Arc::new(AtomicBool::new(false));
        // One that waits is enough: it copies all there is.
        let (wake, woken) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("checkpoints".into())
            .spawn({
                let copied = copied.clone();
                move || copy_when_woken(connection, &woken, &copied)
            })
            .map_err(|error| StoreError::Broken(Arc::new(error)))?;
        Ok(Some(Self { since: 0, copied, wake: Some(wake), thread: Some(thread) }))
    }

    /// After `changes` became durable, outside a transaction.
    pub(super) fn after(&mut self, changes: usize, connection: &mut SqliteConnection) {
        self.since += changes;
        if self.since >= STRETCH {
            self.since = 0;
            // Full: it is still at the last one, and finds these changes when it is done.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        }
        if self.copied.swap(false, Relaxed) {
            copy(connection);
        }
    }
}

impl Drop for Checkpoints {
    /// Its connection must be closed before the journal's, which then leaves one file behind.
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    let mut connection = open_file(path)?;
    // As on the connection that writes: the log is synced before it is copied, and the database after.
    connection.batch_execute("PRAGMA busy_timeout = 2000; PRAGMA synchronous = FULL")?;
    Ok(connection)
}

fn copy_when_woken(mut connection: SqliteConnection, woken: &Receiver<()>, copied: &AtomicBool) {
    while woken.recv().is_ok() {
        copy(&mut connection);
        copied.store(true, Relaxed);
    }
}

/// What cannot be copied now, as a reader still needs it or the disk is full, stays in the log.
fn copy(connection: &mut SqliteConnection) {
    if let Err(error) = connection.batch_execute(COPY) {
        let error = StoreError::from(error);
        end_if_fatal(&error);
        log::warn!("the write-ahead log could not be copied error={error}");
    }
}
