//! What a customer takes back is removed wherever it is kept, in the commit that says so. Numbers and times stay.

use diesel::prelude::*;

use super::schema::{conversations, entries, files};
use super::{Connection, StoreError, coming_files, inbox, known_messages, text};
use crate::domain::Seq;
use crate::domain::event::{Entry, Event, OPENING_MAX};

/// A message that a commit takes back.
pub(super) struct TakenBack {
    of: Seq,
}

impl TakenBack {
    /// The one of an entry, if it takes one back.
    pub(super) const fn of(entry: &Entry) -> Option<Self> {
        match entry.body {
            Event::Deleted { of } => Some(Self { of }),
            _ => None,
        }
    }

    /// Removes its words, its files, what is still to be fetched, and the events that brought it.
    pub(super) fn erase(&self, connection: &mut Connection, conversation: &str) -> Result<(), StoreError> {
        let of = self.of;
        let told: Vec<(Seq, String)> = entries::table
            .filter(entries::conversation_id.eq(conversation))
            .filter(
                entries::seq
                    .eq_any([1, of])
                    .or(entries::seq.gt(of).and(entries::kind.eq_any(["file", "edited"]))),
            )
            .select((entries::seq, entries::body))
            .load(connection)?;
        let mut gone: Vec<String> = Vec::new();
        for (seq, body) in told {
            let body: Event = text::from_json(&body)?;
            let Some(rest) = body.taken_back(seq, of) else { continue };
            gone.extend(body.attachments().iter().map(|file| file.id.to_string()));
            diesel::update(entries::table.find((conversation, seq)))
                .set(entries::body.eq(text::json(&rest)?))
                .execute(connection)?;
        }
        diesel::update(files::table.filter(files::id.eq_any(gone)))
            .set((files::expires_at.eq(0), files::name.eq("")))
            .execute(connection)?;
        if of <= OPENING_MAX {
            diesel::update(conversations::table.find(conversation))
                .set(conversations::first_text.eq(""))
                .execute(connection)?;
        }
        coming_files::erase_message(connection, conversation, of)?;
        for (channel, key) in known_messages::of_entry(connection, conversation, of)? {
            inbox::forget_raw(connection, &channel, &key)?;
        }
        Ok(())
    }
}
