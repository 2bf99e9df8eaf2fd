//! How fast somebody may send commands: a steady rate with room for a burst, over all their sockets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use uuid::Uuid;

/// One person's allowance.
#[derive(Debug)]
pub struct Bucket {
    /// Commands a second; 0 = no limit.
    rate: u32,
    burst: u32,
    level: Mutex<(f64, Instant)>,
}

impl Bucket {
    fn new(rate: u32, burst: u32) -> Self {
        Self { rate, burst, level: Mutex::new((f64::from(burst), Instant::now())) }
    }

    /// Takes one.
    ///
    /// # Errors
    /// When it is empty: in how many milliseconds there is one again.
    pub fn take(&self) -> Result<(), u64> {
        self.take_at(Instant::now())
    }

    fn take_at(&self, now: Instant) -> Result<(), u64> {
        if self.rate == 0 {
            return Ok(());
        }
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = self.filled(*level, now);
        if filled < 1.0 {
            *level = (filled, now);
            let seconds = (1.0 - filled) / f64::from(self.rate);
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 1,000 milliseconds"
            )]
            return Err((seconds * 1_000.0).ceil() as u64);
        }
        *level = (filled - 1.0, now);
        Ok(())
    }

    /// What there is now, when there was `level` at that time.
    fn filled(&self, level: (f64, Instant), now: Instant) -> f64 {
        let since = now.saturating_duration_since(level.1).as_secs_f64();
        (level.0 + since * f64::from(self.rate)).min(f64::from(self.burst))
    }

    /// As good as new.
    fn is_full_at(&self, now: Instant) -> bool {
        let level = *self.level.lock().unwrap_or_else(PoisonError::into_inner);
        self.rate == 0 || self.filled(level, now) >= f64::from(self.burst)
    }
}

/// The allowances of everybody who is connected or has used some of theirs: leaving and coming back earns no new one.
#[derive(Debug)]
pub struct Buckets {
    rate: u32,
    burst: u32,
    known: Mutex<HashMap<Uuid, Arc<Bucket>>>,
}

impl Buckets {
    /// `rate` commands a second with bursts of `burst`; a rate of 0 = no limit.
    pub fn new(rate: u32, burst: u32) -> Self {
        Self { rate, burst, known: Mutex::default() }
    }

    /// The allowance of this person, shared by all who hold it.
    pub fn of(&self, person: Uuid) -> Arc<Bucket> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = known.get(&person) {
            return bucket.clone();
        }
        if known.len() >= 1_024 && known.len().is_power_of_two() {
            let now = Instant::now();
            known.retain(|_, bucket| Arc::strong_count(bucket) > 1 || !bucket.is_full_at(now));
        }
        let bucket = Arc::new(Bucket::new(self.rate, self.burst));
        known.insert(person, bucket.clone());
        bucket
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate_holds() {
        let bucket = Bucket::new(10, 3);
        let now = Instant::now();
        assert!((0..3).all(|_| bucket.take_at(now).is_ok()));
        assert_eq!(bucket.take_at(now), Err(100));
        assert_eq!(bucket.take_at(now + Duration::from_millis(60)), Err(40));
        assert!(bucket.take_at(now + Duration::from_millis(100)).is_ok());
        assert!(bucket.take_at(now + Duration::from_secs(9)).is_ok());
    }

    #[test]
    fn one_person_has_one_allowance() {
        let buckets = Buckets::new(1, 1);
        let (one, other) = (buckets.of(Uuid::nil()), buckets.of(Uuid::nil()));
        assert!(one.take().is_ok());
        assert!(other.take().is_err());
        drop((one, other));
        assert!(buckets.of(Uuid::nil()).take().is_err());
        assert!(buckets.of(Uuid::max()).take().is_ok());
        assert!(Buckets::new(0, 0).of(Uuid::nil()).take().is_ok());
    }

    #[test]
    fn who_has_left_and_used_nothing_is_forgotten() {
        let buckets = Buckets::new(1, 1);
        assert!(buckets.of(Uuid::max()).take().is_ok());
        (0..5_000).for_each(|person| drop(buckets.of(Uuid::from_u128(person))));
        assert!(buckets.known.lock().unwrap().len() <= 2_048);
        assert!(buckets.of(Uuid::max()).take().is_err());
    }
}
