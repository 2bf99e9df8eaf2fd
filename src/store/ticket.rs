//! Who waits for an answer waits for a limited time, and learns whether anything can still happen.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::oneshot;

use super::StoreError;

/// Longest wait for an answer, with a margin below the promised 5 seconds.
pub(super) const WAIT: Duration = Duration::from_millis(4_500);

/// Shared by who waits and who works; the first to take it decides.
#[derive(Debug, Clone)]
pub(super) struct Ticket(Arc<AtomicBool>);

impl Ticket {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicBool::new(false)))
    }

    /// True for the first who asks: the worker may work, or the waiter may leave for good.
    pub(super) fn take(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }

    /// Waits for the answer. Whoever leaves before the work began knows that it never will.
    pub(super) async fn wait<T>(&self, answer: oneshot::Receiver<T>) -> Result<T, StoreError> {
        match tokio::time::timeout(WAIT, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) if !self.take() => Err(StoreError::Unknown),
            Ok(Err(_)) => Err(StoreError::unavailable("the store is closed")),
            Err(_) => Err(StoreError::unavailable("no answer in time")),
        }
    }
}
