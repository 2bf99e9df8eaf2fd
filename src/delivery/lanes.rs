//! The loop of whatever goes out: each receiver has a lane of its own, so that one that hangs holds up itself only.

use std::collections::HashMap;
use std::hash::Hash;
use std::pin::pin;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Notify;

use super::Courier;
use crate::domain::Millis;
use crate::kill::{self, Point};
use crate::store::{Connection, StoreError};

/// Most deliveries to one receiver on their way at once.
pub const LANE: usize = 4;

/// Most receivers looked at in one round.
const RECEIVERS: i64 = 1_000;

/// Pause while the store is away.
pub(super) const STORE_PAUSE: Duration = Duration::from_secs(1);

/// A loop looks this often even if nobody woke it.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How many deliveries each receiver has on their way; those with none are not in it.
#[derive(Debug)]
pub(super) struct Lanes<K>(HashMap<K, usize>);

impl<K: Copy + Eq + Hash> Lanes<K> {
    /// How many more may go to this receiver.
    fn room(&self, receiver: K) -> usize {
        LANE.saturating_sub(self.0.get(&receiver).copied().unwrap_or(0))
    }

    /// Receivers to whom nothing more may go now.
    fn full(&self) -> Vec<K> {
        self.0.keys().copied().filter(|receiver| self.room(*receiver) == 0).collect()
    }

    fn enter(&mut self, receiver: K) {
        *self.0.entry(receiver).or_default() += 1;
    }

    fn leave(&mut self, receiver: K) {
        if let Some(lane) = self.0.get_mut(&receiver) {
            *lane = lane.saturating_sub(1);
        }
        self.0.retain(|_, lane| *lane > 0);
    }
}

/// Takes on what is due and delivers it, for ever. `take` heeds the lanes, and also answers how long nothing else will be
/// due; `what` is taken, for the log.
pub(super) async fn run<K: Copy + Eq + Hash, T>(
    what: &str,
    woken: &Notify,
    take: impl AsyncFn(&Lanes<K>) -> Result<(Vec<(K, T)>, Duration), StoreError>,
    deliver: impl AsyncFn(K, T),
) {
    let deliver = &deliver;
    let mut running = FuturesUnordered::new();
    let mut lanes = Lanes(HashMap::new());
    loop {
        // What is on its way must go on meanwhile: it may hold what `take` waits for, such as a reader of the store.
        let mut arrived = Vec::new();
        let taken = {
            let mut taking = pin!(take(&lanes));
            loop {
                tokio::select! {
                    taken = &mut taking => break taken,
                    Some(receiver) = running.next(), if !running.is_empty() => arrived.push(receiver),
                }
            }
        };
        // What arrived may have called the next of its line after `take` had looked.
        let look_again = !arrived.is_empty();
        for receiver in arrived {
            lanes.leave(receiver);
        }
        let pause = match taken {
            Ok((taken, pause)) => {
                for (receiver, item) in taken {
                    lanes.enter(receiver);
                    running.push(async move {
                        deliver(receiver, item).await;
                        receiver
                    });
                }
                pause
            }
            Err(error) => {
                log::warn!("deliveries not taken on what={what} error=\"{error}\"");
                STORE_PAUSE
            }
        };
        if look_again {
            continue;
        }
        tokio::select! {
            Some(receiver) = running.next(), if !running.is_empty() => lanes.leave(receiver),
            () = woken.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

type Due<K> = fn(&mut Connection, &[K], Millis, i64) -> Result<Vec<K>, StoreError>;
type Take<K, T> = fn(&mut Connection, K, Millis, i64) -> Result<Vec<T>, StoreError>;

/// Where what is due stands, in which each row goes to one receiver.
pub(super) struct Table<K, T> {
    /// Receivers of something that is due but for these, which are full; at most so many.
    pub due: Due<K>,
    /// When the next row is due.
    pub next_due: fn(&mut Connection, Millis) -> Result<Option<Millis>, StoreError>,
    /// Takes on what is due for a receiver, at most so many.
    pub take: Take<K, T>,
}

/// Nothing but its lane keeps a receiver back.
pub(super) fn unpaced<K>(_: K, _: Millis) -> (usize, Duration) {
    (usize::MAX, Duration::ZERO)
}

/// Takes on what is due and has room in its lane. Also answers how long nothing else will be due. `pace`: how many more may go
/// to a receiver now, and how long it has to wait if it is none.
pub(super) async fn take<K: Copy + Eq + Hash + Send + 'static, T: Send + 'static>(
    courier: &Courier,
    lanes: &Lanes<K>,
    table: &Table<K, T>,
    pace: impl Fn(K, Millis) -> (usize, Duration),
) -> Result<(Vec<(K, T)>, Duration), StoreError> {
    let now = courier.sources.now();
    let &Table { due, next_due, take } = table;
    let full = lanes.full();
    let look = move |connection: &mut Connection| {
        Ok((due(connection, &full, now, RECEIVERS)?, next_due(connection, now)?))
    };
    let (due, next) = courier.store.read(look).await?;
    let mut pause = pause_until(next, now);
    let mut free = Vec::with_capacity(due.len());
    for receiver in due {
        let (paced, wait) = pace(receiver, now);
        if paced == 0 {
            pause = pause.min(wait);
        } else {
            free.push((receiver, i64::try_from(lanes.room(receiver).min(paced)).unwrap_or(1)));
        }
    }
    if free.is_empty() {
        return Ok((Vec::new(), pause));
    }
    let take_all = move |connection: &mut Connection| {
        let mut taken = Vec::new();
        for (receiver, room) in free {
            taken.extend(take(connection, receiver, now, room)?.into_iter().map(|one| (receiver, one)));
        }
        Ok(taken)
    };
    kill::point(Point::BeforeLease);
    let taken = courier.store.write(take_all).await?;
    kill::point(Point::AfterLease);
    Ok((taken, pause))
}

/// How long to wait for what is due at `next`, if anything is.
pub(super) fn pause_until(next: Option<Millis>, now: Millis) -> Duration {
    next.map_or(LONGEST_PAUSE, |at| {
        Duration::from_millis(u64::try_from(at - now).unwrap_or(0)).min(LONGEST_PAUSE)
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::sync::Semaphore;
    use tokio::time::{sleep, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_is_on_its_way_goes_on_while_more_is_taken() {
        // As the readers of a store: taking and delivering wait for the same one.
        let reader = Semaphore::new(1);
        let (woken, left, arrived) = (Notify::new(), Cell::new(40), Cell::new(0));
        let take = async |lanes: &Lanes<u8>| {
            let _reading = reader.acquire().await.expect("never closed");
            let more = left.get() > 0 && lanes.room(7) > 0;
            left.set(left.get() - i32::from(more));
            if more {
                // The next is to be taken at once, while this one is on its way.
                woken.notify_one();
            }
            Ok((if more { vec![(7, ())] } else { Vec::new() }, Duration::from_secs(1)))
        };
        let deliver = async |_, ()| {
            let _reading = reader.acquire().await.expect("never closed");
            sleep(Duration::from_millis(10)).await;
            arrived.set(arrived.get() + 1);
        };
        let all = async {
            while arrived.get() < 40 {
                sleep(Duration::from_millis(1)).await;
            }
        };
        let running = run("tests", &woken, take, deliver);
        let done = async {
            tokio::select! {
                () = running => {}
                () = all => {}
            }
        };
        timeout(Duration::from_secs(1), done).await.expect("nothing waits for ever");
    }

    #[tokio::test(start_paused = true)]
    async fn what_arrives_after_a_look_has_the_next_of_its_line_taken() {
        let (woken, ready, left, arrived) = (Notify::new(), Cell::new(true), Cell::new(2), Cell::new(0));
        let take = async |_: &Lanes<u8>| {
            if ready.replace(false) {
                left.set(left.get() - 1);
                woken.notify_one();
                return Ok((vec![(7, ())], Duration::MAX));
            }
            // It has looked; what is on its way arrives before it answers.
            sleep(Duration::from_millis(20)).await;
            Ok((Vec::new(), Duration::from_secs(1_000)))
        };
        let all = Notify::new();
        let deliver = async |_, ()| {
            sleep(Duration::from_millis(10)).await;
            arrived.set(arrived.get() + 1);
            ready.set(left.get() > 0);
            if arrived.get() == 2 {
                all.notify_one();
            }
        };
        let done = async {
            tokio::select! {
                () = run("tests", &woken, take, deliver) => {}
                () = all.notified() => {}
            }
        };
        timeout(Duration::from_secs(1), done).await.expect("the second follows the first at once");
    }
}
