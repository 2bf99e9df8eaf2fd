//! What the actors count, for `/metrics`.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::domain::event::{Entry, Event};
use crate::domain::refusal::Refusal;
use crate::tally::{Histogram, Tally};

/// Counts since the start.
#[derive(Debug)]
pub struct Figures {
    /// Conversations that members claimed or joined.
    pub claims_won: AtomicU64,
    /// Tries to claim one that a colleague already had.
    pub claims_lost: AtomicU64,
    /// Answers of bots that came after a human had joined, and were kept back.
    pub suppressed: AtomicU64,
    /// Calls of bots that failed.
    pub bot_failures: AtomicU64,
    bot_millis: Tally<10>,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            claims_won: AtomicU64::new(0),
            claims_lost: AtomicU64::new(0),
            suppressed: AtomicU64::new(0),
            bot_failures: AtomicU64::new(0),
            bot_millis: Tally::new([1, 5, 25, 100, 250, 500, 1_000, 2_500, 5_000, 10_000]),
        }
    }
}

impl Figures {
    /// How long bots took to answer. Milliseconds.
    pub fn bot_millis(&self) -> Histogram {
        self.bot_millis.view()
    }

    /// Counts what was committed.
    pub(super) fn committed(&self, entries: &[Entry]) {
        for entry in entries {
            match entry.body {
                Event::Joined { .. } => self.claims_won.fetch_add(1, Relaxed),
                Event::Suppressed { .. } => self.suppressed.fetch_add(1, Relaxed),
                _ => continue,
            };
        }
    }

    /// Counts what was refused.
    pub(super) fn refused(&self, refusal: &Refusal) {
        if matches!(refusal, Refusal::AlreadyAssigned { .. }) {
            self.claims_lost.fetch_add(1, Relaxed);
        }
    }

    /// Counts a call of a bot.
    pub(super) fn bot_called(&self, took: Duration, failed: bool) {
        self.bot_millis.add(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        if failed {
            self.bot_failures.fetch_add(1, Relaxed);
        }
    }
}
