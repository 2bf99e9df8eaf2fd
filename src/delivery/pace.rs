//! Keeps a channel below the rate that its platform allows: one bucket for each channel, of the calls of one second.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::ids::ChannelId;

/// When the next call of a channel may leave, by the calls that left before. One entry for each channel that sent.
#[derive(Debug, Default)]
pub(super) struct Paces(Mutex<HashMap<ChannelId, Instant>>);

impl Paces {
    /// Waits until a call of this channel may leave, at most so many a second. Who waits holds a place in the channel's lane,
    /// so only few do.
    pub(super) async fn wait(&self, channel: ChannelId, per_second: u32) {
        let leaves_at = self.leave(channel, per_second, Instant::now());
        tokio::time::sleep_until(leaves_at).await;
    }

    /// When a call leaves that could leave `now`: at once while the bucket holds something.
    fn leave(&self, channel: ChannelId, per_second: u32, now: Instant) -> Instant {
        let second = Duration::from_secs(1);
        let pause = second / per_second.max(1);
        let full = now.checked_sub(second.saturating_sub(pause)).unwrap_or(now);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let next = all.entry(channel).or_insert(full);
        let leaves_at = (*next).max(full);
        *next = leaves_at + pause;
        leaves_at.max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_calls_leaves_at_once_and_the_rest_one_by_one() {
        let (paces, channel) = (Paces::default(), ChannelId::from_uuid(uuid::Uuid::from_u128(1)));
        let now = Instant::now();
        let after = |moment: Instant| moment.duration_since(now).as_millis();
        let at = |moment| after(paces.leave(channel, 4, moment));
        assert_eq!([at(now), at(now), at(now), at(now), at(now), at(now)], [0, 0, 0, 0, 250, 500]);
        let later = now + Duration::from_secs(10);
        assert_eq!(at(later), 10_000, "the bucket fills again");
        let other = ChannelId::from_uuid(uuid::Uuid::from_u128(2));
        assert_eq!(after(paces.leave(other, 4, now)), 0, "each channel has its own");
    }
}
