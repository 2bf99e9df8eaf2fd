//! How far each reader has read a conversation.

use diesel::prelude::*;

use super::schema::reads;
use super::{Connection, StoreError, dialect, mentions, text};
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

/// Notes that a reader has seen everything up to `seq`, notes that name them as well; a smaller number changes nothing.
///
/// # Errors
/// The store's failures.
pub fn upsert_max(
    connection: &mut Connection,
    conversation: ConversationId,
    reader: Reader,
    seq: Seq,
) -> Result<(), StoreError> {
    let conversation = conversation.to_string();
    match reader {
        Reader::Contact => dialect::raise_read(connection, &conversation, CONTACT, seq),
        Reader::Member(id) => {
            let member = id.to_string();
            mentions::read(connection, &conversation, &member, seq)?;
            dialect::raise_read(connection, &conversation, &member, seq)
        }
    }
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
