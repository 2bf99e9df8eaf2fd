//! Figures of the store since it was opened.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// How often a value was how large.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    /// Pairs of an upper bound and how many values did not exceed it, bounds rising; cumulative, as
    /// Prometheus wants it.
    pub buckets: Vec<(u64, u64)>,
    /// How many values there were.
    pub count: u64,
    /// Their sum.
    pub sum: u64,
}

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

#[derive(Debug)]
struct Tally<const N: usize> {
    bounds: [u64; N],
    counts: [AtomicU64; N],
    above: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> Tally<N> {
    fn new(bounds: [u64; N]) -> Self {
        let counts = std::array::from_fn(|_| AtomicU64::new(0));
        Self { bounds, counts, above: AtomicU64::new(0), sum: AtomicU64::new(0) }
    }

    fn add(&self, value: u64) {
        let bucket = self.bounds.iter().position(|bound| value <= *bound);
        bucket.map_or(&self.above, |bucket| &self.counts[bucket]).fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }

    fn view(&self) -> Histogram {
        let mut count = 0;
        let buckets = self.bounds.iter().zip(&self.counts).map(|(bound, times)| {
            count += times.load(Relaxed);
            (*bound, count)
        });
        let buckets = buckets.collect();
        Histogram { buckets, count: count + self.above.load(Relaxed), sum: self.sum.load(Relaxed) }
    }
}
