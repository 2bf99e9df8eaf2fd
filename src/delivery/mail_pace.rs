//! How many messages a minute a channel sends, where it has a limit. Learned from the first message, so that channels without
//! one cost nothing.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::domain::Millis;
use crate::domain::ids::ChannelId;

const MINUTE: Millis = 60_000;

/// What was sent by channels with a limit. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Pace(Arc<Mutex<HashMap<ChannelId, Sent>>>);

#[derive(Debug, Default)]
struct Sent {
    per_minute: usize,
    /// In the last minute, oldest first; at most `per_minute`, and a lane more.
    times: VecDeque<Millis>,
}

impl Pace {
    fn all(&self) -> MutexGuard<'_, HashMap<ChannelId, Sent>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The channel sends one message now, and has this limit.
    pub(super) fn sends(&self, channel: ChannelId, per_minute: u32, now: Millis) {
        let mut all = self.all();
        let sent = all.entry(channel).or_default();
        sent.per_minute = usize::try_from(per_minute).unwrap_or(usize::MAX);
        sent.forget(now);
        sent.times.push_back(now);
    }

    /// How many more the channel may send now, and how long it has to wait if it is none.
    pub(super) fn room(&self, channel: ChannelId, now: Millis) -> (usize, Duration) {
        let mut all = self.all();
        let Some(sent) = all.get_mut(&channel) else { return (usize::MAX, Duration::ZERO) };
        sent.forget(now);
        let room = sent.per_minute.saturating_sub(sent.times.len());
        let wait = sent.times.front().map_or(0, |first| first + MINUTE - now);
        (room, Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
    }
}

impl Sent {
    fn forget(&mut self, now: Millis) {
        while self.times.front().is_some_and(|first| now - first >= MINUTE) {
            self.times.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_channel_waits_for_the_end_of_its_minute() {
        let (pace, channel) = (Pace::default(), ChannelId::from_uuid(Uuid::from_u128(7)));
        assert_eq!(pace.room(channel, 0).0, usize::MAX);
        pace.sends(channel, 2, 1_000);
        assert_eq!(pace.room(channel, 1_000).0, 1);
        pace.sends(channel, 2, 5_000);
        assert_eq!(pace.room(channel, 6_000), (0, Duration::from_secs(55)));
        assert_eq!(pace.room(channel, 61_000).0, 1);
        assert_eq!(pace.room(channel, 65_000).0, 2);
    }
}
