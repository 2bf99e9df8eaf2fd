//! The channels that pages ask for, so that a connection costs no look into the store to find its own.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::channel::Channel;
use crate::store::{Store, StoreError, channels};

/// Most channels that are remembered; beyond, all are forgotten and asked for anew.
const MOST: usize = 1_000;

/// Remembers channels by their public keys until one is changed.
#[derive(Debug, Default)]
pub struct KnownChannels(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Counts the changes: what was read before one must not be remembered after it.
    generation: u64,
    by_key: HashMap<String, Arc<Channel>>,
}

impl KnownChannels {
    /// The channel that an embed snippet names, enabled or not.
    ///
    /// # Errors
    /// As [`channels::by_public_key`].
    pub async fn find(&self, store: &Store, key: String) -> Result<Arc<Channel>, StoreError> {
        let generation = {
            let known = self.known();
            if let Some(channel) = known.by_key.get(&key) {
                return Ok(channel.clone());
            }
            known.generation
        };
        let wanted = key.clone();
        let read = store.read(move |connection| channels::by_public_key(connection, &wanted));
        let channel = Arc::new(read.await?);
        let mut known = self.known();
        if known.generation == generation {
            if known.by_key.len() >= MOST {
                known.by_key.clear();
            }
            known.by_key.insert(key, channel.clone());
        }
        Ok(channel)
    }

    /// A channel was changed or deleted in the store.
    pub fn forget(&self) {
        let mut known = self.known();
        known.generation += 1;
        known.by_key.clear();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
