//! How often may somebody do something? Counts per key in windows of fixed length.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use crate::domain::Millis;

/// Keys remembered at the same time. When it is full, the one whose window began first is forgotten.
const MOST_KEYS: usize = 100_000;

/// Counts tries per key.
#[derive(Debug)]
pub struct Throttle<K> {
    most: u32,
    window: Millis,
    counts: Mutex<HashMap<K, Count>>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    since: Millis,
    tries: u32,
}

impl<K: Hash + Eq + Clone> Throttle<K> {
    /// At most `most` tries of a key in `window` milliseconds. `None` = no limit.
    pub fn new(most: Option<u32>, window: Millis) -> Self {
        Self { most: most.unwrap_or(u32::MAX), window, counts: Mutex::default() }
    }

    /// Counts a try.
    ///
    /// # Errors
    /// When there were too many: in how many milliseconds the next one counts.
    pub fn count(&self, key: &K, now: Millis) -> Result<(), u64> {
        if self.most == u32::MAX {
            return Ok(());
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_KEYS && !counts.contains_key(key) {
            make_room(&mut counts, self.window, now);
        }
        let count = counts.entry(key.clone()).or_insert(Count { since: now, tries: 0 });
        if now - count.since >= self.window || now < count.since {
            *count = Count { since: now, tries: 0 };
        }
        if count.tries >= self.most {
            return Err(u64::try_from(count.since + self.window - now).unwrap_or(1));
        }
        count.tries += 1;
        Ok(())
    }

    /// Forgets the tries of a key, as after a success.
    pub fn forget(&self, key: &K) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

fn make_room<K: Hash + Eq + Clone>(counts: &mut HashMap<K, Count>, window: Millis, now: Millis) {
    counts.retain(|_, count| now - count.since < window);
    if counts.len() >= MOST_KEYS
        && let Some(oldest) = counts.iter().min_by_key(|(_, count)| count.since).map(|(key, _)| key.clone())
    {
        counts.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_in_its_window_and_for_its_key() {
        let throttle = Throttle::new(Some(2), 1_000);
        assert_eq!(throttle.count(&"a", 0), Ok(()));
        assert_eq!(throttle.count(&"a", 400), Ok(()));
        assert_eq!(throttle.count(&"a", 400), Err(600));
        assert_eq!(throttle.count(&"b", 400), Ok(()));
        assert_eq!(throttle.count(&"a", 1_000), Ok(()));
        throttle.forget(&"b");
        assert_eq!([throttle.count(&"b", 500), throttle.count(&"b", 500)], [Ok(()), Ok(())]);
    }

    #[test]
    fn no_limit_and_a_clock_that_jumps_back_refuse_nobody() {
        let open = Throttle::new(None, 1_000);
        assert!((0..100).all(|_| open.count(&1, 0).is_ok()));
        let throttle = Throttle::new(Some(1), 1_000);
        assert!(throttle.count(&1, 5_000).is_ok());
        assert!(throttle.count(&1, 0).is_ok());
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::new(Some(1), 1_000);
        for key in 0..=MOST_KEYS {
            assert!(throttle.count(&key, 0).is_ok());
        }
        assert_eq!(throttle.counts.lock().unwrap().len(), MOST_KEYS);
    }
}
