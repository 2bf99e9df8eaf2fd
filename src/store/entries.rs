//! The logs of conversations. Written by [`super::Store::commit`] and by nothing else.

use diesel::prelude::*;

use super::known_messages::Place;
use super::schema::{conversations, entries};
use super::{Connection, StoreError, text};
use crate::domain::conversation::Side;
use crate::domain::event::{Author, Entry};
use crate::domain::ids::{ClientId, ContactId, ConversationId, MemberId};
use crate::domain::{Millis, Seq};

/// A client id that a conversation has seen, and whose it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedClientId {
    /// Which side used it.
    pub by: Side,
    /// Which member, when it was one.
    pub member: Option<MemberId>,
    /// The id.
    pub client_id: ClientId,
    /// Number of the entry it led to.
    pub seq: Seq,
}

#[derive(Queryable)]
struct Row {
    #[expect(dead_code, reason = "always the one that was asked for")]
    conversation_id: String,
    seq: Seq,
    at: Millis,
    author_kind: String,
    author_id: Option<String>,
    author_name: Option<String>,
    client_id: Option<String>,
    #[expect(dead_code, reason = "the body says it too")]
    kind: String,
    body: String,
}

impl TryFrom<Row> for Entry {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let by = match text::variant(&row.author_kind)? {
            Side::Contact => Author::Contact,
            Side::Bot => Author::Bot,
            Side::System => Author::System,
            Side::Member => Author::Member {
                id: text::id(row.author_id.as_deref().unwrap_or_default())?,
                name: row.author_name.unwrap_or_default(),
            },
        };
        let body = text::from_json(&row.body)?;
        Ok(Self { seq: row.seq, at: row.at, by, client_id: text::maybe_id(row.client_id.as_deref())?, body })
    }
}

fn rows_to_entries(rows: Vec<Row>) -> Result<Vec<Entry>, StoreError> {
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Entries that were made of an earlier one, in order: its files, its changes, reactions to it.
///
/// # Errors
/// The store's failures.
pub fn about(connection: &mut Connection, place: Place) -> Result<Vec<Entry>, StoreError> {
    let rows = entries::table
        .filter(entries::conversation_id.eq(place.conversation.to_string()))
        .filter(entries::seq.gt(place.seq))
        .filter(entries::kind.eq_any(["file", "edited", "reacted", "deleted"]))
        .order(entries::seq)
        .load::<Row>(connection)?;
    let about = rows_to_entries(rows)?.into_iter();
    Ok(about.filter(|entry| entry.body.about() == Some(place.seq)).collect())
}

/// At most `limit` entries that follow number `after`, in order.
///
/// # Errors
/// The store's failures.
pub fn after(
    connection: &mut Connection,
    conversation: ConversationId,
    after: Seq,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let rows = entries::table
        .filter(entries::conversation_id.eq(conversation.to_string()))
        .filter(entries::seq.gt(after))
        .order(entries::seq)
        .limit(limit)
        .load::<Row>(connection)?;
    rows_to_entries(rows)
}

/// At most `limit` entries just before number `before`, in order.
///
/// # Errors
/// The store's failures.
pub fn before(
    connection: &mut Connection,
    conversation: ConversationId,
    before: Seq,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let mut rows = entries::table
        .filter(entries::conversation_id.eq(conversation.to_string()))
        .filter(entries::seq.lt(before))
        .order(entries::seq.desc())
        .limit(limit)
        .load::<Row>(connection)?;
    rows.reverse();
    rows_to_entries(rows)
}

/// The last `count` entries, in order.
///
/// # Errors
/// The store's failures.
pub fn last(
    connection: &mut Connection,
    conversation: ConversationId,
    count: i64,
) -> Result<Vec<Entry>, StoreError> {
    before(connection, conversation, Seq::MAX, count)
}

/// One entry.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none of this number.
pub fn at(connection: &mut Connection, conversation: ConversationId, seq: Seq) -> Result<Entry, StoreError> {
    entries::table.find((conversation.to_string(), seq)).first::<Row>(connection)?.try_into()
}

/// The entry to which a command of the contact led, by its client id, in whichever conversation.
///
/// # Errors
/// The store's failures.
pub fn place_of(
    connection: &mut Connection,
    contact: ContactId,
    client_id: ClientId,
) -> Result<Option<Place>, StoreError> {
    let row = entries::table
        .inner_join(conversations::table)
        .filter(conversations::contact_id.eq(contact.to_string()))
        .filter(entries::client_id.eq(text::maybe(Some(client_id))))
        .filter(entries::author_kind.eq(Side::Contact.as_str()))
        .select((entries::conversation_id, entries::seq))
        .first::<(String, Seq)>(connection)
        .optional()?;
    row.map(|(conversation, seq)| Ok(Place { conversation: text::id(&conversation)?, seq })).transpose()
}

/// Every client id of a conversation, in the order of their entries.
///
/// # Errors
/// The store's failures.
pub fn client_ids(
    connection: &mut Connection,
    conversation: ConversationId,
) -> Result<Vec<UsedClientId>, StoreError> {
    let rows = entries::table
        .filter(entries::conversation_id.eq(conversation.to_string()))
        .filter(entries::client_id.is_not_null())
        .order(entries::seq)
        .select((
            entries::author_kind,
            entries::author_id,
            entries::client_id.assume_not_null(),
            entries::seq,
        ))
        .load::<(String, Option<String>, String, Seq)>(connection)?;
    rows.into_iter()
        .map(|(side, member, client_id, seq)| {
            Ok(UsedClientId {
                by: text::variant(&side)?,
                member: text::maybe_id(member.as_deref())?,
                client_id: text::id(&client_id)?,
                seq,
            })
        })
        .collect()
}
