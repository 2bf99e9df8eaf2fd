//! Figures of the store since it was opened.

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
