//! Points between two steps at which the program can be made to end by SIGKILL, as when the power goes: what is promised must
//! hold wherever that happens. `tests/kills.py` kills it once at each of them, on both databases.
//!
//! In a normal build [`point`] is empty, and the compiler leaves nothing of it. Built with the feature `fault-injection`
//! (refused in releases, see `src/fault.rs`), the variable `FAULT_POINT` names the point, as `AfterCommit`, or `AfterCommit:3` for
//! its third pass.
//!
//! To add one: a name here, its line, and its test in `tests/it/kill_points.rs`; `tests/tidy.rs` misses what is forgotten.

/// Where the program can end, in the order of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// Rows of conversations are changed, their entries are not there yet.
    HalfOfRows,
    /// A transaction has all that belongs to it.
    BeforeCommit,
    /// It is durable, and nobody knows.
    AfterCommit,
    /// Everybody who waited for it has been told.
    AfterAnswer,
    /// A command is answered, its entries are not shown to others yet.
    CommandAnswered,
    /// They are.
    EntriesShown,
    /// Deliveries are due.
    BeforeLease,
    /// They are taken on, and nothing was sent.
    AfterLease,
    /// A message is about to go to its platform.
    BeforeCall,
    /// The platform has it, and that is not noted.
    AfterCall,
    /// It is noted in the log, the delivery is still open.
    CallNoted,
    /// The delivery is over.
    DeliveryFinished,
    /// A webhook is about to be told of an event.
    BeforeTelling,
    /// It was told, and that is not noted.
    AfterTelling,
    /// It is noted.
    TellingNoted,
    /// An event of a platform is believed, and not stored.
    BeforeEventKept,
    /// It is stored, and the platform does not know.
    EventKept,
    /// What it causes is committed; that it was worked on is not noted.
    EventWorked,
    /// It is noted.
    EventNoted,
    /// A file has a row, and no bytes.
    FileReserved,
    /// Its bytes are there, and its row does not say so.
    BytesStored,
    /// Its row says so, and nobody knows.
    FileComplete,
    /// Some migrations are done, others are not.
    BetweenMigrations,
    /// All are done, in a transaction that is still open.
    BeforeMigrationsCommit,
    /// A back-up is written, under a name that is not yet its own.
    BackupWritten,
    /// It is durable, and still has that name.
    BackupSynced,
    /// Old and new key are in the file, all secrets are sealed with the old one.
    BothKeysWritten,
    /// All secrets are sealed with the new key, the old one is still in the file.
    SecretsSealed,
    /// The old key is gone.
    OldKeyGone,
}

/// Here the program can end. Nothing, in a normal build.
#[cfg(not(feature = "fault-injection"))]
pub const fn point(_: Point) {}

/// Ends the program if this is the pass of the point that `FAULT_POINT` names.
#[cfg(feature = "fault-injection")]
pub fn point(point: Point) {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static CHOSEN: LazyLock<Option<(String, u64)>> = LazyLock::new(|| {
        let text = std::env::var("FAULT_POINT").ok()?;
        let (name, pass) = text.split_once(':').unwrap_or((&text, "1"));
        Some((name.to_owned(), pass.parse().ok()?))
    });
    static PASSES: AtomicU64 = AtomicU64::new(0);
    let Some((name, pass)) = &*CHOSEN else { return };
    if format!("{point:?}") == *name && PASSES.fetch_add(1, Ordering::SeqCst) + 1 == *pass {
        die();
    }
}

/// No destructor, no handler and no other thread has a say in this. Whoever asked goes no further.
#[cfg(feature = "fault-injection")]
fn die() -> ! {
    use rustix::process::{Signal, getpid, kill_process};

    if kill_process(getpid(), Signal::KILL).is_err() {
        std::process::abort();
    }
    loop {
        std::thread::park();
    }
}
