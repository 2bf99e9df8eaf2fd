//! Counts how often a value was how large, from many threads.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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

/// Where values are counted.
#[derive(Debug)]
pub struct Tally<const N: usize> {
    bounds: [u64; N],
    counts: [AtomicU64; N],
    above: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> Tally<N> {
    /// Nothing counted yet. `bounds`: rising.
    pub fn new(bounds: [u64; N]) -> Self {
        let counts = std::array::from_fn(|_| AtomicU64::new(0));
        Self { bounds, counts, above: AtomicU64::new(0), sum: AtomicU64::new(0) }
    }

    /// Counts a value.
    pub fn add(&self, value: u64) {
        let bucket = self.bounds.iter().position(|bound| value <= *bound);
        bucket.map_or(&self.above, |bucket| &self.counts[bucket]).fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }

    /// What was counted so far.
    pub fn view(&self) -> Histogram {
        let mut count = 0;
        let buckets = self.bounds.iter().zip(&self.counts).map(|(bound, times)| {
            count += times.load(Relaxed);
            (*bound, count)
        });
        let buckets = buckets.collect();
        Histogram { buckets, count: count + self.above.load(Relaxed), sum: self.sum.load(Relaxed) }
    }
}
