//! Figures of the store since it was opened.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::tally::{Histogram, Tally};

/// A moment's view of the figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// Changes in one transaction of the journal.
    pub batch_size: Histogram,
    /// Duration of such a transaction in microseconds, from its begin to the end of its commit.
    pub commit_micros: Histogram,
    /// Changes that wait for the journal now.
    pub journal_depth: u64,
    /// Commits refused as their conversation had moved on.
    pub conflicts: u64,
    /// Changes that failed, or whose outcome is unknown.
    pub failures: u64,
    /// Reads that are running or wait for a connection now.
    pub reads_open: u64,
}

/// Where the store counts.
#[derive(Debug)]
pub(super) struct Counters {
    batch_size: Tally<10>,
    commit_micros: Tally<12>,
    pub(super) journal_depth: AtomicU64,
    pub(super) conflicts: AtomicU64,
    pub(super) failures: AtomicU64,
    /// The last time it was tried, the database took no changes though it was there.
    pub(super) refuses_changes: AtomicBool,
    pub(super) reads_open: AtomicU64,
}

impl Counters {
    pub(super) fn new() -> Self {
        Self {
            batch_size: Tally::new([1, 2, 4, 8, 16, 32, 64, 128, 256, 512]),
            commit_micros: Tally::new([
                250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
            ]),
            journal_depth: AtomicU64::new(0),
            conflicts: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            refuses_changes: AtomicBool::new(false),
            reads_open: AtomicU64::new(0),
        }
    }

    pub(super) fn batch(&self, size: usize, took: Duration) {
        self.batch_size.add(size as u64);
        self.commit_micros.add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    }

    pub(super) fn view(&self) -> Stats {
        Stats {
            batch_size: self.batch_size.view(),
            commit_micros: self.commit_micros.view(),
            journal_depth: self.journal_depth.load(Relaxed),
            conflicts: self.conflicts.load(Relaxed),
            failures: self.failures.load(Relaxed),
            reads_open: self.reads_open.load(Relaxed),
        }
    }
}
