//! How far each reader has read a conversation.

use diesel::prelude::*;

use super::schema::reads;
use super::{Connection, StoreError, dialect, text};
use crate::domain::Seq;
use crate::domain::ids::{ConversationId, MemberId};

/// Who reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// The customer.
    Contact,
    /// A member.
    Member(MemberId),
}

const CONTACT: &str = "contact";

/// Notes that a reader has seen everything up to `seq`; a smaller number changes nothing.
///
/// # Errors
/// The store's failures.
pub fn upsert_max(
    connection: &mut Connection,
    conversation: ConversationId,
    reader: Reader,
    seq: Seq,
) -> Result<(), StoreError> {
    let reader = match reader {
        Reader::Contact => CONTACT.to_owned(),
        Reader::Member(id) => id.to_string(),
    };
    dialect::raise_read(connection, &conversation.to_string(), &reader, seq)
}

/// How far everybody has read a conversation.
///
/// # Errors
/// The store's failures.
pub fn of_conversation(
    connection: &mut Connection,
    conversation: ConversationId,
) -> Result<Vec<(Reader, Seq)>, StoreError> {
    let rows = reads::table
        .filter(reads::conversation_id.eq(conversation.to_string()))
        .select((reads::reader, reads::seq))
        .load::<(String, Seq)>(connection)?;
    rows.into_iter()
        .map(|(reader, seq)| match reader.as_str() {
            CONTACT => Ok((Reader::Contact, seq)),
            member => Ok((Reader::Member(text::id(member)?), seq)),
        })
        .collect()
}
