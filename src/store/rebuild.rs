//! Makes the episodes of all conversations again from their logs, a few at a time, so that others can write in between.

use super::{Store, StoreError, episodes, meta};

/// Conversations of one write.
const PART: i64 = 20;

/// The key under which it is noted that the episodes are complete. Its value is the version of their rules.
const NOTE: &str = "episodes";
const VERSION: &str = "1";

impl Store {
    /// Makes every episode again. What is committed meanwhile is counted, too.
    ///
    /// # Errors
    /// As [`Store::write`]; what was made until then stays and is right.
    pub async fn rebuild_episodes(&self) -> Result<(), StoreError> {
        let mut last = None;
        loop {
            let after = last;
            match self.write(move |connection| episodes::rebuild_part(connection, after, PART)).await? {
                Some(next) => last = Some(next),
                None => break,
            }
        }
        self.write(|connection| meta::put_once(connection, NOTE, VERSION)).await?;
        Ok(())
    }

    /// The same, unless it has been done: a database of before episodes were kept gets them once.
    ///
    /// # Errors
    /// As [`Store::rebuild_episodes`].
    pub async fn complete_episodes(&self) -> Result<(), StoreError> {
        match self.read(|connection| meta::get(connection, NOTE)).await? {
            Some(_) => Ok(()),
            None => self.rebuild_episodes().await,
        }
    }
}
