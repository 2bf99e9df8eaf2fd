//! Files that customers sent by messaging channels and that are fetched from their platforms. A row waits until its file is
//! fetched or given up; held rows are on their way.

use diesel::prelude::*;

use super::schema::{channels, coming_files as coming};
use super::{Connection, StoreError, dialect, text};
use crate::domain::event::{Entry, Event};
use crate::domain::ids::{ChannelId, ComingId, ContactId, ConversationId, ScopeId};
use crate::domain::incoming::FileNews;
use crate::domain::{Millis, Seq};

/// A file to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coming {
    /// Its id in the log.
    pub id: ComingId,
    /// By which channel it came.
    pub channel: ChannelId,
    /// In which scope.
    pub scope: ScopeId,
    /// Who sent it.
    pub contact: ContactId,
    /// Where its message stands.
    pub conversation: ConversationId,
    /// Number of the message.
    pub seq: Seq,
    /// What the platform calls it, for people.
    pub name: String,
    /// What the platform calls it, to ask for it: an address or an id.
    pub reference: String,
    /// When the message came.
    pub created_at: Millis,
}

/// A file that was taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What to fetch.
    pub file: Coming,
    /// Which try it is, from 1; a member who asks for it again begins anew.
    pub attempt: i64,
}

const WAITING: &str = "waiting";
const HERE: &str = "here";
const FAILED: &str = "failed";

#[derive(Queryable, Insertable)]
#[diesel(table_name = coming)]
pub(super) struct Row {
    id: String,
    channel_id: String,
    scope_id: String,
    contact_id: String,
    conversation_id: String,
    seq: Seq,
    name: String,
    reference: String,
    created_at: Millis,
    state: String,
    attempts: i64,
    next_at: Millis,
    held: bool,
}

impl TryFrom<Row> for Due {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let file = Coming {
            id: text::id(&row.id)?,
            channel: text::id(&row.channel_id)?,
            scope: text::id(&row.scope_id)?,
            contact: text::id(&row.contact_id)?,
            conversation: text::id(&row.conversation_id)?,
            seq: row.seq,
            name: row.name,
            reference: row.reference,
            created_at: row.created_at,
        };
        Ok(Self { file, attempt: row.attempts })
    }
}

/// Adds files that are to be fetched; one that is known stays as it is.
///
/// # Errors
/// The store's failures.
pub fn put(connection: &mut Connection, files: &[Coming]) -> Result<(), StoreError> {
    for file in files {
        let row = Row {
            id: file.id.to_string(),
            channel_id: file.channel.to_string(),
            scope_id: file.scope.to_string(),
            contact_id: file.contact.to_string(),
            conversation_id: file.conversation.to_string(),
            seq: file.seq,
            name: file.name.clone(),
            reference: file.reference.clone(),
            created_at: file.created_at,
            state: WAITING.to_owned(),
            attempts: 0,
            next_at: file.created_at,
            held: false,
        };
        dialect::put_coming_once(connection, &row)?;
    }
    Ok(())
}

/// Enabled channels with files due, at most `limit`, without those of `full`.
///
/// # Errors
/// The store's failures.
pub fn channels_due(
    connection: &mut Connection,
    full: &[ChannelId],
    now: Millis,
    limit: i64,
) -> Result<Vec<ChannelId>, StoreError> {
    let full: Vec<String> = full.iter().map(ToString::to_string).collect();
    let ready = coming::table
        .filter(coming::channel_id.eq(channels::id))
        .filter(coming::state.eq(WAITING))
        .filter(coming::held.eq(false))
        .filter(coming::next_at.le(now));
    let due: Vec<String> = channels::table
        .filter(channels::enabled.eq(true))
        .filter(channels::id.ne_all(full))
        .filter(diesel::dsl::exists(ready))
        .select(channels::id)
        .limit(limit)
        .load(connection)?;
    due.iter().map(|id| text::id(id)).collect()
}

/// When, after `now`, the next file of an enabled channel is due.
///
/// # Errors
/// The store's failures.
pub fn next_due(connection: &mut Connection, now: Millis) -> Result<Option<Millis>, StoreError> {
    let enabled = channels::table.filter(channels::enabled.eq(true)).select(channels::id);
    let waiting = coming::table
        .filter(coming::state.eq(WAITING))
        .filter(coming::held.eq(false))
        .filter(coming::next_at.gt(now))
        .filter(coming::channel_id.eq_any(enabled));
    Ok(waiting.select(diesel::dsl::min(coming::next_at)).first(connection)?)
}

/// Takes on at most `limit` files of a channel that are due, oldest first. They are held until a commit tells what became of
/// them, until [`put_off`], or until [`let_go`].
///
/// # Errors
/// The store's failures.
pub fn take(
    connection: &mut Connection,
    channel: ChannelId,
    now: Millis,
    limit: i64,
) -> Result<Vec<Due>, StoreError> {
    let due: Vec<String> = coming::table
        .filter(coming::channel_id.eq(channel.to_string()))
        .filter(coming::state.eq(WAITING))
        .filter(coming::held.eq(false))
        .filter(coming::next_at.le(now))
        .order((coming::next_at, coming::id))
        .limit(limit)
        .select(coming::id)
        .load(connection)?;
    let rows = diesel::update(coming::table.filter(coming::id.eq_any(due)))
        .set((coming::attempts.eq(coming::attempts + 1), coming::held.eq(true)))
        .returning(coming::all_columns)
        .get_results::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// At the start: what an earlier run of the program held is to be taken on again.
///
/// # Errors
/// The store's failures.
pub fn let_go(connection: &mut Connection) -> Result<(), StoreError> {
    diesel::update(coming::table.filter(coming::held.eq(true)))
        .set(coming::held.eq(false))
        .execute(connection)?;
    Ok(())
}

/// Is the file still wanted? It is not once its contact, its message or its scope is erased.
///
/// # Errors
/// The store's failures.
pub fn is_wanted(connection: &mut Connection, id: ComingId) -> Result<bool, StoreError> {
    let row = coming::table.find(id.to_string()).select(coming::id);
    Ok(row.first::<String>(connection).optional()?.is_some())
}

/// A try failed, and the next one is at `at`. Nothing happens when the file is not wanted any more.
///
/// # Errors
/// The store's failures.
pub fn put_off(connection: &mut Connection, id: ComingId, at: Millis) -> Result<(), StoreError> {
    diesel::update(coming::table.find(id.to_string()).filter(coming::state.eq(WAITING)))
        .set((coming::held.eq(false), coming::next_at.eq(at)))
        .execute(connection)?;
    Ok(())
}

/// The file of a conversation that failed, under this id.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn failed(
    connection: &mut Connection,
    conversation: ConversationId,
    id: ComingId,
) -> Result<Coming, StoreError> {
    let failed = coming::table
        .find(id.to_string())
        .filter(coming::conversation_id.eq(conversation.to_string()))
        .filter(coming::state.eq(FAILED));
    Ok(Due::try_from(failed.first::<Row>(connection)?)?.file)
}

/// Removes rows of files that came before `before` and do not wait. Answers how many.
///
/// # Errors
/// The store's failures.
pub fn sweep(connection: &mut Connection, before: Millis) -> Result<usize, StoreError> {
    let old = coming::table.filter(coming::created_at.lt(before)).filter(coming::state.ne(WAITING));
    Ok(diesel::delete(old).execute(connection)?)
}

/// Nothing of a contact is fetched any more.
pub(super) fn erase_contact(connection: &mut Connection, contact: &str) -> Result<(), StoreError> {
    diesel::delete(coming::table.filter(coming::contact_id.eq(contact))).execute(connection)?;
    Ok(())
}

/// Nothing of a scope is fetched any more.
pub(super) fn erase_scope(connection: &mut Connection, scope: &str) -> Result<(), StoreError> {
    diesel::delete(coming::table.filter(coming::scope_id.eq(scope))).execute(connection)?;
    Ok(())
}

/// Nothing of a message is fetched any more.
pub(super) fn erase_message(
    connection: &mut Connection,
    conversation: &str,
    seq: Seq,
) -> Result<(), StoreError> {
    let own = coming::table.filter(coming::conversation_id.eq(conversation)).filter(coming::seq.eq(seq));
    diesel::delete(own).execute(connection)?;
    Ok(())
}

/// What a commit says of a file: stored with it, so that neither is without the other.
pub(super) struct Settled {
    id: String,
    from: &'static str,
    to: &'static str,
    at: Millis,
}

impl Settled {
    /// What one entry says.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let Event::File { id, news, .. } = &entry.body else { return None };
        let (from, to) = match news {
            FileNews::Here { .. } => (WAITING, HERE),
            FileNews::Failed { .. } => (WAITING, FAILED),
            FileNews::Again => (FAILED, WAITING),
        };
        Some(Self { id: id.to_string(), from, to, at: entry.at })
    }

    /// Can it be said? It cannot when the file is not wanted any more, or was told of before.
    pub(super) fn is_open(&self, connection: &mut Connection) -> Result<bool, StoreError> {
        let row = coming::table.find(&self.id).filter(coming::state.eq(self.from)).select(coming::id);
        Ok(row.first::<String>(connection).optional()?.is_some())
    }

    /// Notes it.
    pub(super) fn store(&self, connection: &mut Connection) -> Result<(), StoreError> {
        diesel::update(coming::table.find(&self.id))
            .set((
                coming::state.eq(self.to),
                coming::held.eq(false),
                coming::attempts.eq(0),
                coming::next_at.eq(self.at),
            ))
            .execute(connection)?;
        Ok(())
    }
}
