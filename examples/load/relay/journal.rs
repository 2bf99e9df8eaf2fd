//! The durable relay's only writer: one thread, one connection, group commit.
//!
//! It takes one record, drains what else waits, commits all in one transaction and then answers each.
//! No timer: the commit in progress gathers the next batch.

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use bytestring::ByteString;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tokio::sync::oneshot;

use crate::Fallible;

/// Records that may wait; the product's journal has the same limit.
const QUEUE: usize = 4_096;

/// Most records of one commit.
const BATCH: usize = 512;

diesel::table! {
    entries (id) {
        id -> BigInt,
        conversation -> BigInt,
        seq -> BigInt,
        at -> BigInt,
        body -> Text,
    }
}

/// One entry to be kept.
pub struct Record {
    /// Whose.
    pub conversation: u64,
    /// Its number there.
    pub seq: i64,
    /// UTC milliseconds.
    pub at: i64,
    /// The frame as it will be relayed.
    pub body: ByteString,
    /// Answered after the commit.
    pub done: oneshot::Sender<()>,
}

/// The sending end; cheap to clone.
#[derive(Clone)]
pub struct Journal {
    records: SyncSender<Record>,
}

impl Journal {
    /// Opens the database and starts the thread. If the thread fails later, the process exits.
    ///
    /// # Errors
    /// The database cannot be opened.
    pub fn start(database: &Path) -> Fallible<Self> {
        let mut connection = SqliteConnection::establish(&database.to_string_lossy())?;
        connection.batch_execute(
            "PRAGMA busy_timeout = 5000;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             CREATE TABLE entries (
                 id INTEGER PRIMARY KEY NOT NULL,
                 conversation BIGINT NOT NULL,
                 seq BIGINT NOT NULL,
                 at BIGINT NOT NULL,
                 body TEXT NOT NULL
             );
             CREATE UNIQUE INDEX entries_by_number ON entries (conversation, seq);",
        )?;
        let (records, inbox) = sync_channel(QUEUE);
        std::thread::Builder::new().name("journal".into()).spawn(move || {
            if let Err(error) = run(&mut connection, &inbox) {
                eprintln!("the relay's journal failed: {error}");
                std::process::exit(1);
            }
        })?;
        Ok(Self { records })
    }

    /// Hands a record over; false when the queue is full.
    pub fn write(&self, record: Record) -> bool {
        self.records.try_send(record).is_ok()
    }
}

fn run(connection: &mut SqliteConnection, inbox: &Receiver<Record>) -> QueryResult<()> {
    let mut batch = Vec::with_capacity(BATCH);
    while let Ok(first) = inbox.recv() {
        batch.push(first);
        batch.extend(inbox.try_iter().take(BATCH - 1));
        connection.immediate_transaction(|connection| {
            for record in &batch {
                diesel::insert_into(entries::table)
                    .values((
                        entries::conversation.eq(record.conversation as i64),
                        entries::seq.eq(record.seq),
                        entries::at.eq(record.at),
                        entries::body.eq(&*record.body),
                    ))
                    .execute(connection)?;
            }
            QueryResult::Ok(())
        })?;
        for record in batch.drain(..) {
            // The sender may have hung up; the entry is kept all the same.
            let _ = record.done.send(());
        }
    }
    Ok(())
}
