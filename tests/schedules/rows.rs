//! A database of the few things that races are decided by: rows with a version, a log each, and the index of open
//! conversations. Each call is one transaction; between two calls anybody else may come.

use shuttle::sync::Mutex;
use switchboard::domain::Seq;
use switchboard::domain::conversation::{Conversation, NewConversation};
use switchboard::domain::event::Entry;
use switchboard::domain::ids::{ContactId, ConversationId};

/// A conversation as it is stored.
#[derive(Debug, Clone)]
pub struct Stored {
    pub row: Conversation,
    pub log: Vec<Entry>,
}

/// Why nothing was written.
#[derive(Debug, PartialEq, Eq)]
pub enum Failed {
    /// The row has another version.
    Conflict,
    /// The contact has this open conversation.
    ActiveExists(ConversationId),
}

/// All conversations.
#[derive(Debug, Default)]
pub struct Rows(Mutex<Vec<Stored>>);

impl Rows {
    /// The row and its log.
    pub fn read(&self, id: ConversationId) -> Stored {
        let rows = self.0.lock().unwrap();
        rows.iter().find(|stored| stored.row.id == id).expect("it was written before").clone()
    }

    /// The contact's open conversation.
    pub fn open_of(&self, contact: ContactId) -> Option<ConversationId> {
        let rows = self.0.lock().unwrap();
        let open = rows.iter().find(|stored| stored.row.contact == contact && stored.row.status.is_active());
        open.map(|stored| stored.row.id)
    }

    /// Writes where the row is at version `before`; 0 = there is none.
    pub fn commit(&self, before: Seq, after: Conversation, entries: Vec<Entry>) -> Result<(), Failed> {
        let mut rows = self.0.lock().unwrap();
        let place = rows.iter().position(|stored| stored.row.id == after.id);
        if place.map_or(0, |place| rows[place].row.version) != before {
            return Err(Failed::Conflict);
        }
        let other = rows.iter().find(|other| {
            other.row.contact == after.contact && other.row.status.is_active() && other.row.id != after.id
        });
        if let Some(other) = other.filter(|_| after.status.is_active()) {
            return Err(Failed::ActiveExists(other.row.id));
        }
        match place {
            Some(place) => {
                rows[place].row = after;
                rows[place].log.extend(entries);
            }
            None => rows.push(Stored { row: after, log: entries }),
        }
        Ok(())
    }

    /// What holds after any race. Answers all conversations, in the order in which they began.
    pub fn checked(&self) -> Vec<Stored> {
        let rows = self.0.lock().unwrap().clone();
        for Stored { row, log } in &rows {
            let new =
                NewConversation { id: row.id, scope: row.scope, channel: row.channel, contact: row.contact };
            let mut told = Conversation::unopened(&new);
            for (entry, seq) in log.iter().zip(1..) {
                assert_eq!(entry.seq, seq, "numbers have no holes");
                told.apply(entry);
            }
            assert_eq!(told, *row, "the log tells the row");
            let open =
                rows.iter().filter(|other| other.row.contact == row.contact && other.row.status.is_active());
            assert!(open.count() <= 1, "a contact has one open conversation");
            let mut ids: Vec<_> = log.iter().filter_map(|entry| entry.client_id.map(|id| id.0)).collect();
            let count = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), count, "a client id has one effect");
        }
        rows
    }
}
