//! The journal: one thread, one connection, everything that is written.
//!
//! It takes what waits, up to a limit, stores it in one transaction, commits, and only then answers each.
//! There is no timer: the commit in progress gathers the next batch.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tokio::sync::oneshot;

use super::batch::store_all;
use super::checkpoints::Checkpoints;
use super::commit::{Outcome, Rows};
use super::connection::Target;
use super::stats::Counters;
use super::ticket::Ticket;
use super::{CommitError, Connection, StoreError};
use crate::fault::{self, Fault};
use crate::kill::{self, Point};

/// Most changes in one transaction.
const BATCH: usize = 512;

/// Shortest time between two attempts to reach a database that is away.
const RECONNECT_PAUSE: Duration = Duration::from_millis(250);

/// Exit status when the journal cannot go on: "internal software error" of `sysexits.h`.
const EXIT_BROKEN: i32 = 70;

/// The sending end; all clones feed the same thread.
#[derive(Clone)]
pub(super) struct Journal {
    jobs: SyncSender<Job>,
    counters: Arc<Counters>,
}

enum Job {
    Commit(Box<CommitJob>),
    Write(Box<dyn Work>),
    Close(oneshot::Sender<()>),
}

struct CommitJob {
    rows: Rows,
    ticket: Ticket,
    answer: Answer,
}

/// Where the outcome of a commit goes.
type Answer = Box<dyn FnOnce(Result<(), CommitError>) + Send>;

/// A closure on its way through the journal, whatever it answers.
trait Work: Send {
    /// False when nobody waits any more.
    fn take(&self) -> bool;
    /// Does the work in a savepoint and keeps its result. Answers why it failed, if it did.
    fn run(&mut self, connection: &mut Connection) -> Option<StoreError>;
    /// Answers with the result, or with why it did not become durable.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Closure<F, T> {
    work: Option<F>,
    result: Result<T, StoreError>,
    ticket: Ticket,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Work for Closure<F, T>
where
    F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn take(&self) -> bool {
        self.ticket.take()
    }

    fn run(&mut self, connection: &mut Connection) -> Option<StoreError> {
        let work = self.work.take()?;
        self.result = diesel::Connection::transaction(connection, |connection| {
            // A panic undoes this closure and harms nobody else in the batch.
            catch_unwind(AssertUnwindSafe(|| work(connection)))
                .unwrap_or_else(|_| Err(StoreError::broken("a write panicked")))
        });
        self.result.as_ref().err().cloned()
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let result = match committed {
            Err(error) if self.result.is_ok() || self.work.is_some() => Err(error),
            _ => self.result,
        };
        let _ = self.answer.send(result);
    }
}

impl Journal {
    /// Starts the thread. `held` is let go of after its connection, and before `close` answers.
    pub(super) fn start(
        target: Target,
        connection: Connection,
        queue: usize,
        counters: Arc<Counters>,
        held: impl Send + 'static,
    ) -> Result<Self, StoreError> {
        let (jobs, waiting) = sync_channel(queue.max(1));
        let journal = Self { jobs, counters: counters.clone() };
        let writer = Writer {
            checkpoints: Checkpoints::start(&target)?,
            target,
            connection: Some(connection),
            last_attempt: None,
            counters,
            _held: Box::new(held),
        };
        thread::Builder::new()
            .name("journal".into())
            .spawn(move || {
                if catch_unwind(AssertUnwindSafe(move || writer.run(&waiting))).is_err() {
                    end_process("the journal panicked");
                }
            })
            .map_err(|error| StoreError::Broken(Arc::new(error)))?;
        Ok(journal)
    }

    pub(super) async fn commit(&self, rows: Rows) -> Result<(), CommitError> {
        let (sender, answered) = oneshot::channel();
        let ticket = Ticket::new();
        let answer: Answer = Box::new(|outcome| drop(sender.send(outcome)));
        let job = CommitJob { rows, ticket: ticket.clone(), answer };
        self.send(Job::Commit(Box::new(job))).map_err(|(_, error)| error)?;
        ticket.wait(answered).await?
    }

    /// As [`Journal::commit`] for a caller that does not wait; nothing is taken back.
    pub(super) fn submit(&self, rows: Rows, done: impl FnOnce(Result<(), CommitError>) + Send + 'static) {
        let job = CommitJob { rows, ticket: Ticket::new(), answer: Box::new(done) };
        if let Err((Job::Commit(refused), error)) = self.send(Job::Commit(Box::new(job))) {
            (refused.answer)(Err(error.into()));
        }
    }

    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let ticket = Ticket::new();
        let result = Err(StoreError::unavailable("the write did not run"));
        self.send(Job::Write(Box::new(Closure { work: Some(work), result, ticket: ticket.clone(), answer })))
            .map_err(|(_, error)| error)?;
        ticket.wait(answered).await?
    }

    /// Ends the thread when everything that waits is done.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let (answer, mut answered) = oneshot::channel();
        let mut job = Job::Close(answer);
        loop {
            match self.jobs.try_send(job) {
                Ok(()) => break,
                Err(TrySendError::Disconnected(_)) => return Err(closed()),
                Err(TrySendError::Full(back)) => job = back,
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (&mut answered).await.map_err(|_| closed())
    }

    /// Queues a job; it comes back when it cannot be taken.
    fn send(&self, job: Job) -> Result<(), (Job, StoreError)> {
        self.counters.journal_depth.fetch_add(1, Relaxed);
        let sent = self.jobs.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(job) => (job, StoreError::Busy),
            TrySendError::Disconnected(job) => (job, closed()),
        });
        if sent.is_err() {
            self.counters.journal_depth.fetch_sub(1, Relaxed);
        }
        sent
    }
}

/// The thread's side. The fields go in this order: the lock last, and the connection that tidies up after the other.
struct Writer {
    checkpoints: Option<Checkpoints>,
    target: Target,
    /// None while the database is away.
    connection: Option<Connection>,
    last_attempt: Option<Instant>,
    counters: Arc<Counters>,
    _held: Box<dyn Send>,
}

/// What is stored in one transaction.
#[derive(Default)]
struct Batch {
    #[expect(clippy::vec_box, reason = "as they came; moving them costs more than the pointer")]
    commits: Vec<Box<CommitJob>>,
    writes: Vec<Box<dyn Work>>,
}

impl Writer {
    fn run(mut self, waiting: &Receiver<Job>) {
        let mut closing = None;
        while let Some(batch) = next_batch(waiting, &mut closing, &self.counters) {
            if batch.size() > 0 {
                self.store(batch);
            }
        }
        self.tidy();
        drop(self);
        if let Some(closed) = closing {
            let _ = closed.send(());
        }
    }

    fn store(&mut self, batch: Batch) {
        let size = batch.size();
        if let Err((batch, error)) = self.try_store(batch) {
            if matches!(error, StoreError::Unavailable(_)) || size == 1 {
                batch.fail(&error, &self.counters);
            } else {
                log::warn!("a batch failed and is stored one by one size={size} error={error}");
                for single in batch.singly() {
                    if let Err((single, error)) = self.try_store(single) {
                        log::error!("a change could not be stored error={error}");
                        single.fail(&error, &self.counters);
                    }
                }
            }
        }
    }

    /// Stores a batch and answers it. When nothing of it was done for certain, it comes back with the
    /// reason, unanswered.
    fn try_store(&mut self, mut batch: Batch) -> Result<(), (Batch, StoreError)> {
        let begun = Instant::now();
        let connection = match self.begin() {
            Ok(connection) => connection,
            Err(error) => return Err((batch, error)),
        };
        let rows: Vec<&Rows> = batch.commits.iter().map(|job| &job.rows).collect();
        let outcomes = match store_all(connection, &rows) {
            Ok(outcomes) => outcomes,
            Err(error) => {
                self.abandon(&error);
                return Err((batch, error));
            }
        };
        // Closures come last: they cannot be run again, so nothing before the commit may fail after them.
        let failed: Vec<StoreError> =
            batch.writes.iter_mut().filter_map(|work| work.run(connection)).collect();
        if fault::on(Fault::AckBeforeCommit) {
            std::mem::take(&mut batch).answer(&outcomes, &Counters::new());
        }
        kill::point(Point::BeforeCommit);
        let committed = connection.commit();
        self.counters.batch(batch.size(), begun.elapsed());
        for error in &failed {
            self.note_refusal(error);
        }
        match committed {
            Ok(()) => {
                kill::point(Point::AfterCommit);
                let size = batch.size();
                batch.answer(&outcomes, &self.counters);
                kill::point(Point::AfterAnswer);
                self.copy_log(size);
            }
            Err(error) => {
                let lost = is_lost(&error);
                let error = StoreError::from(error);
                self.abandon(&error);
                batch.fail(if lost { &StoreError::Unknown } else { &error }, &self.counters);
            }
        }
        Ok(())
    }

    /// Begins a transaction, on a new connection if the old one has been lost meanwhile.
    fn begin(&mut self) -> Result<&mut Connection, StoreError> {
        if let Some(connection) = &mut self.connection
            && let Err(error) = connection.begin_write()
        {
            end_if_fatal(&error);
            let is_sound = !connection.is_broken() && !error.is_read_only();
            if is_sound && matches!(connection, Connection::Sqlite(_)) {
                return Err(error);
            }
            self.connection = None;
        }
        if self.connection.is_none() {
            let mut connection = self.reconnect()?;
            connection.begin_write()?;
            return Ok(self.connection.insert(connection));
        }
        self.connection.as_mut().ok_or_else(|| StoreError::unavailable("no connection"))
    }

    fn reconnect(&mut self) -> Result<Connection, StoreError> {
        let tried_just_now = self.last_attempt.is_some_and(|last| last.elapsed() < RECONNECT_PAUSE);
        if tried_just_now || fault::on(Fault::NeverReconnects) {
            return Err(StoreError::unavailable("the database is away"));
        }
        let opened = self.target.open_writer();
        match &opened {
            Ok(_) => {
                self.last_attempt = None;
                log::info!("the journal has a connection again");
            }
            Err(error) => {
                self.last_attempt = Some(Instant::now());
                log::warn!("the journal has no connection error={error}");
            }
        }
        opened
    }

    /// Undoes the open transaction, or lets go of a connection where that is not possible.
    fn abandon(&mut self, error: &StoreError) {
        end_if_fatal(error);
        self.note_refusal(error);
        if let Some(connection) = &mut self.connection
            && (connection.is_broken() || (connection.in_transaction() && connection.roll_back().is_err()))
        {
            self.connection = None;
        }
    }

    /// Remembers that the database takes no changes, and lets go of a connection that may only read: another one may do more.
    fn note_refusal(&mut self, error: &StoreError) {
        if error.refuses_changes() {
            self.counters.refuses_changes.store(true, Relaxed);
        }
        if error.is_read_only() {
            self.connection = None;
        }
    }

    fn copy_log(&mut self, changes: usize) {
        if let (Some(checkpoints), Some(Connection::Sqlite(connection))) =
            (&mut self.checkpoints, &mut self.connection)
        {
            checkpoints.after(changes, connection);
        }
    }

    /// Leaves one file instead of three behind.
    fn tidy(&mut self) {
        self.checkpoints = None;
        if let Some(Connection::Sqlite(connection)) = &mut self.connection
            && let Err(error) = connection.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            log::warn!("the write-ahead log stays error={error}");
        }
    }
}

/// Waits for a job and takes along what waits with it. None when there will be no more.
fn next_batch(
    waiting: &Receiver<Job>,
    closing: &mut Option<oneshot::Sender<()>>,
    counters: &Counters,
) -> Option<Batch> {
    let mut next = if closing.is_some() { waiting.try_recv().ok() } else { waiting.recv().ok() };
    next.as_ref()?;
    let mut batch = Batch::default();
    let mut taken = 0;
    while let Some(job) = next {
        match job {
            Job::Close(closed) => *closing = Some(closed),
            Job::Commit(job) => {
                taken += 1;
                if job.ticket.take() {
                    batch.commits.push(job);
                }
            }
            Job::Write(work) => {
                taken += 1;
                if work.take() {
                    batch.writes.push(work);
                }
            }
        }
        next = if taken < BATCH { waiting.try_recv().ok() } else { None };
    }
    counters.journal_depth.fetch_sub(taken as u64, Relaxed);
    Some(batch)
}

impl Batch {
    fn size(&self) -> usize {
        self.commits.len() + self.writes.len()
    }

    fn singly(self) -> impl Iterator<Item = Self> {
        let commits = self.commits.into_iter().map(|job| Self { commits: vec![job], writes: Vec::new() });
        commits.chain(self.writes.into_iter().map(|work| Self { commits: Vec::new(), writes: vec![work] }))
    }

    fn answer(self, outcomes: &[Outcome], counters: &Counters) {
        for (job, outcome) in self.commits.into_iter().zip(outcomes) {
            let answer = match outcome {
                Outcome::Done => Ok(()),
                Outcome::Conflict if fault::on(Fault::LostUpdateUnnoticed) => Ok(()),
                Outcome::NoSuchFile => Err(CommitError::NoSuchFile),
                Outcome::ActiveExists(other) => Err(CommitError::ActiveExists(*other)),
                Outcome::Conflict => {
                    counters.conflicts.fetch_add(1, Relaxed);
                    Err(CommitError::Conflict)
                }
            };
            (job.answer)(answer);
        }
        for work in self.writes {
            work.answer(Ok(()));
        }
    }

    fn fail(self, error: &StoreError, counters: &Counters) {
        counters.failures.fetch_add(self.size() as u64, Relaxed);
        for job in self.commits {
            (job.answer)(Err(error.clone().into()));
        }
        for work in self.writes {
            work.answer(Err(error.clone()));
        }
    }
}

/// Was the connection lost while the commit was under way? Then nobody knows whether it took place.
fn is_lost(error: &DieselError) -> bool {
    match error {
        DieselError::RollbackErrorOnCommit { commit_error, .. } => is_lost(commit_error),
        DieselError::DatabaseError(kind, about) => {
            matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand)
                || about.message().contains("terminating connection")
        }
        _ => false,
    }
}

pub(super) fn end_if_fatal(error: &StoreError) {
    if error.is_fatal() {
        end_process(&error.to_string());
    }
}

/// Ends the program when going on would mean to lose or invent data, or to let callers wait for ever.
pub(super) fn end_process(why: &str) -> ! {
    log::error!("the store cannot go on and ends the program reason={why}");
    std::process::exit(EXIT_BROKEN)
}

fn closed() -> StoreError {
    StoreError::unavailable("the store is closed")
}
