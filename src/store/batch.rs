//! Many commits in one transaction.
//!
//! Plain ones are stored together, which is what makes PostgreSQL fast. Those of one conversation that
//! follow each other change its row once: the first one's fence guards them all, the last one's state stays.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::commit::{Head, Outcome, Rows, fence};
use super::{Connection, StoreError, hot};
use crate::domain::Seq;
use crate::kill::{self, Point};

/// Plain commits of one conversation, each decided on the state that the one before leaves.
pub(super) struct Chain<'a> {
    /// The fence of the first.
    pub(super) before: Seq,
    /// The state after the last.
    pub(super) head: &'a Head,
    /// Where they stand in the batch.
    places: Vec<usize>,
}

/// Chains of different conversations that wait to be stored in one go.
#[derive(Default)]
struct Together<'a> {
    chains: Vec<Chain<'a>>,
    by_conversation: HashMap<&'a str, usize>,
}

impl<'a> Together<'a> {
    /// False when the commit cannot go with the others: it does not follow the last of its conversation.
    fn add(&mut self, place: usize, rows: &'a Rows) -> bool {
        match self.by_conversation.entry(&rows.head.id) {
            Entry::Vacant(entry) => {
                entry.insert(self.chains.len());
                self.chains.push(Chain { before: rows.before, head: &rows.head, places: vec![place] });
                true
            }
            Entry::Occupied(entry) => {
                let chain = &mut self.chains[*entry.get()];
                let follows = chain.head.version == rows.before;
                if follows {
                    chain.head = &rows.head;
                    chain.places.push(place);
                }
                follows
            }
        }
    }

    fn has(&self, rows: &Rows) -> bool {
        self.by_conversation.contains_key(rows.head.id.as_str())
    }

    fn store(&mut self, connection: &mut Connection, outcomes: &mut [Outcome]) -> Result<(), StoreError> {
        if self.chains.is_empty() {
            return Ok(());
        }
        let held = hot::update_heads(connection, &self.chains)?;
        for (chain, held) in self.chains.drain(..).zip(held) {
            for place in chain.places {
                outcomes[place] = fence(usize::from(held));
            }
        }
        self.by_conversation.clear();
        Ok(())
    }
}

/// Stores commits in order within the open transaction; those whose fence fails are left out.
///
/// # Errors
/// Any failure of a statement; then the transaction is of no further use.
pub(super) fn store_all(connection: &mut Connection, commits: &[&Rows]) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = vec![Outcome::Conflict; commits.len()];
    let mut together = Together::default();
    for (place, &rows) in commits.iter().enumerate() {
        let plain = rows.is_plain();
        if plain && together.add(place, rows) {
            continue;
        }
        if together.has(rows) {
            together.store(connection, &mut outcomes)?;
        }
        if plain {
            together.add(place, rows);
        } else {
            outcomes[place] = rows.store_state(connection)?;
        }
    }
    together.store(connection, &mut outcomes)?;
    let stored = commits.iter().zip(&outcomes).filter(|(_, outcome)| **outcome == Outcome::Done);
    let stored: Vec<&Rows> = stored.map(|(rows, _)| *rows).collect();
    if !stored.is_empty() {
        kill::point(Point::HalfOfRows);
        hot::append_entries(connection, &stored)?;
    }
    Ok(outcomes)
}
