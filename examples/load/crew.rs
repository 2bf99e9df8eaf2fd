//! The threads on which clients live, and a clock that a paced sender can trust.

use std::future::Future;
use std::time::{Duration, Instant};

use crate::Fallible;

/// Threads for clients. Two, as on the machine of the goals; they share its cores with the server.
pub const THREADS: usize = 2;

/// Deals `items` out to at most [`THREADS`] hands, in turn.
pub fn deal<T>(items: Vec<T>) -> Vec<Vec<T>> {
    let mut hands: Vec<Vec<T>> = (0..THREADS.min(items.len()).max(1)).map(|_| Vec::new()).collect();
    let count = hands.len();
    for (index, item) in items.into_iter().enumerate() {
        hands[index % count].push(item);
    }
    hands
}

/// Runs a future to its end on a runtime of its own, on this thread.
///
/// # Errors
/// The future's, or no runtime can be made.
pub fn block_on<T>(future: impl Future<Output = Fallible<T>>) -> Fallible<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(future)
}

/// Sleeps until `moment` with as little delay as the system allows. Call [`be_punctual`] first on this thread.
pub fn sleep_until(moment: Instant) {
    let now = Instant::now();
    if moment > now {
        std::thread::sleep(moment - now);
    }
}

/// Takes the slack out of this thread's timers: 50 µs by default, as much as some of the latencies measured.
///
/// # Errors
/// The system refuses.
pub fn be_punctual() -> Fallible<()> {
    Ok(rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1))?)
}

/// Nanoseconds as they are kept for a latency.
pub fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
