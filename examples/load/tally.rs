//! Counting of what arrived: lost, doubled and out of order, always by the clients.

use std::ops::AddAssign;

/// What went wrong with the messages of one or more streams. All zero, or the run is worthless.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Acknowledged, but never received.
    pub lost: u64,
    /// Received more than once.
    pub doubled: u64,
    /// Received after a later one.
    pub disordered: u64,
    /// Commands that were refused, which no scenario but the claim expects.
    pub refused: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.disordered += other.disordered;
        self.refused += other.refused;
    }
}

/// The messages of one sender as one receiver sees them: numbers 0, 1, 2 …
#[derive(Default)]
pub struct Stream {
    seen: Vec<u64>,
    next: u64,
    distinct: u64,
    doubled: u64,
    disordered: u64,
}

impl Stream {
    /// Takes the number of an arrived message in.
    pub fn arrived(&mut self, number: u64) {
        let (word, bit) = ((number / 64) as usize, 1 << (number % 64));
        if word >= self.seen.len() {
            self.seen.resize(word + 1, 0);
        }
        if self.seen[word] & bit != 0 {
            self.doubled += 1;
            return;
        }
        self.seen[word] |= bit;
        self.distinct += 1;
        if number < self.next {
            self.disordered += 1;
        } else {
            self.next = number + 1;
        }
    }

    /// Different messages so far.
    pub fn distinct(&self) -> u64 {
        self.distinct
    }

    /// The verdict when `acknowledged` messages should have come.
    pub fn tally(&self, acknowledged: u64) -> Tally {
        Tally {
            lost: acknowledged.saturating_sub(self.distinct),
            doubled: self.doubled,
            disordered: self.disordered,
            refused: 0,
        }
    }
}
