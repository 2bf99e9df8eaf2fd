//! How many calls a scope's bot gets at once, and how many turns may wait for theirs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::ids::ScopeId;

/// Lets a bounded number of calls of each scope through, in order.
#[derive(Debug)]
pub(super) struct Gate {
    at_once: usize,
    waiting: usize,
    longest_wait: Duration,
    /// Only scopes with a call that runs or waits.
    scopes: Mutex<HashMap<ScopeId, Arc<Lane>>>,
}

#[derive(Debug)]
struct Lane {
    /// A place for everybody who runs or waits.
    places: Arc<Semaphore>,
    /// A slot for everybody who runs.
    slots: Arc<Semaphore>,
}

/// Leave to call; given back when dropped.
#[derive(Debug)]
pub(super) struct Pass {
    _slot: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
    /// Keeps the lane in the map.
    _lane: Arc<Lane>,
}

/// Too many calls of this scope run and wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many calls at once")]
pub(super) struct Full;

impl Gate {
    pub fn new(at_once: usize, waiting: usize, longest_wait: Duration) -> Self {
        Self { at_once, waiting, longest_wait, scopes: Mutex::default() }
    }

    /// Waits for leave, in order of arrival.
    ///
    /// # Errors
    /// At once when too many wait already, or after the longest wait.
    pub async fn enter(&self, scope: ScopeId) -> Result<Pass, Full> {
        let lane = self.lane(scope);
        let place = Arc::clone(&lane.places).try_acquire_owned().map_err(|_| Full)?;
        let slot = tokio::time::timeout(self.longest_wait, Arc::clone(&lane.slots).acquire_owned());
        let slot = slot.await.map_err(|_| Full)?.map_err(|_| Full)?;
        Ok(Pass { _slot: slot, _place: place, _lane: lane })
    }

    fn lane(&self, scope: ScopeId) -> Arc<Lane> {
        let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        scopes.retain(|_, lane| Arc::strong_count(lane) > 1);
        let new = || {
            Arc::new(Lane {
                places: Arc::new(Semaphore::new(self.at_once + self.waiting)),
                slots: Arc::new(Semaphore::new(self.at_once)),
            })
        };
        Arc::clone(scopes.entry(scope).or_insert_with(new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn scope(number: u128) -> ScopeId {
        ScopeId::from_uuid(Uuid::from_u128(number))
    }

    #[tokio::test(start_paused = true)]
    async fn a_scope_runs_so_many_and_lets_so_many_wait() {
        let gate = Arc::new(Gate::new(2, 1, Duration::from_secs(15)));
        let first = gate.enter(scope(1)).await.expect("free");
        let _second = gate.enter(scope(1)).await.expect("free");
        let waiter = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.enter(scope(1)).await }
        });
        tokio::task::yield_now().await;
        assert!(gate.enter(scope(1)).await.is_err(), "one waits already");
        assert!(gate.enter(scope(2)).await.is_ok(), "other scopes are not held up");
        drop(first);
        assert!(waiter.await.expect("no panic").is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let gate = Gate::new(1, 5, Duration::from_secs(15));
        let _running = gate.enter(scope(1)).await.expect("free");
        let before = tokio::time::Instant::now();
        assert_eq!(gate.enter(scope(1)).await.err(), Some(Full));
        assert_eq!(before.elapsed(), Duration::from_secs(15));
    }

    #[tokio::test]
    async fn scopes_without_calls_are_forgotten() {
        let gate = Gate::new(1, 1, Duration::from_secs(15));
        for number in 0..100 {
            gate.enter(scope(number)).await.expect("free");
        }
        assert_eq!(gate.scopes.lock().expect("not poisoned").len(), 1);
    }
}
