//! What is not deterministic: the wall clock, new ids, secrets. Nothing else reads them.
//!
//! Ids and secrets are random in tests too (no test may depend on them); the clock can be moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use rand::RngCore;
use uuid::Uuid;

use crate::domain::Millis;
use crate::domain::ids::Id;

/// The clock and the source of ids and secrets. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    shift: Arc<AtomicI64>,
}

impl Sources {
    /// UTC milliseconds now.
    pub fn now(&self) -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX) + self.shift.load(Ordering::Relaxed)
    }

    /// Moves the wall clock, for tests and for nothing else. Timers do not follow it.
    pub fn shift_clock(&self, by: Millis) {
        self.shift.fetch_add(by, Ordering::Relaxed);
    }

    /// A new id, ordered by time of creation.
    pub fn id<K>(&self) -> Id<K> {
        Id::from_uuid(Uuid::now_v7())
    }

    /// Bytes nobody can guess, for tokens, keys and salts.
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }

    /// A number from 0 to `below` - 1, for jitter and visitor names. `below` must not be 0.
    pub fn dice(&self, below: u32) -> u32 {
        rand::rng().next_u32() % below
    }
}
