//! Files of chats: who uploaded them, where they were sent, when they go. Their bytes are in the object store.
//!
//! A row's life: [`reserve`] before the bytes come, [`complete`] when all are stored, then either a commit binds it to its
//! conversation (`Sent::bind`), or its time runs out ([`claim_expired`], [`forget`]). Erasing sets its time to 0.

use diesel::prelude::*;

use super::schema::files;
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::attachment::Attachment;
use crate::domain::event::{Entry, Event};
use crate::domain::ids::{ContactId, ConversationId, FileId, MemberId, ScopeId};

/// A place for a file that is about to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Its id to be.
    pub id: FileId,
    /// In which scope.
    pub scope: ScopeId,
    /// In whose conversations it may be sent.
    pub contact: ContactId,
    /// The member who uploads it; none when the contact does.
    pub member: Option<MemberId>,
    /// Name of its bytes in the object store; nobody can guess it.
    pub object_key: String,
    /// Now.
    pub created_at: Millis,
    /// If it is not sent by then, it goes.
    pub expires_at: Millis,
}

/// A file whose bytes are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// What readers learn.
    pub attachment: Attachment,
    /// Its scope.
    pub scope: ScopeId,
    /// In whose conversations it may be sent.
    pub contact: ContactId,
    /// The member who uploaded it; none when the contact did.
    pub member: Option<MemberId>,
    /// Where it was sent.
    pub conversation: Option<ConversationId>,
    /// Sent in a note: not for the contact.
    pub internal: bool,
    /// Name of its bytes in the object store.
    pub object_key: String,
    /// When it was uploaded.
    pub created_at: Millis,
}

/// Bytes that are to be removed from the object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    /// Whose row follows.
    pub id: FileId,
    /// Name of the bytes.
    pub object_key: String,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = files)]
struct Row {
    id: String,
    scope_id: String,
    contact_id: String,
    member_id: Option<String>,
    conversation_id: Option<String>,
    internal: bool,
    name: String,
    media_type: String,
    size: i64,
    width: Option<i64>,
    height: Option<i64>,
    object_key: String,
    created_at: Millis,
    expires_at: Option<Millis>,
}

impl TryFrom<Row> for StoredFile {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let pixels = |number: Option<i64>| number.and_then(|number| u32::try_from(number).ok());
        Ok(Self {
            attachment: Attachment {
                id: text::id(&row.id)?,
                name: row.name,
                media_type: text::variant(&row.media_type)?,
                size: row.size,
                width: pixels(row.width),
                height: pixels(row.height),
            },
            scope: text::id(&row.scope_id)?,
            contact: text::id(&row.contact_id)?,
            member: text::maybe_id(row.member_id.as_deref())?,
            conversation: text::maybe_id(row.conversation_id.as_deref())?,
            internal: row.internal,
            object_key: row.object_key,
            created_at: row.created_at,
        })
    }
}

/// Makes the row of a file whose bytes are about to come.
///
/// # Errors
/// The store's failures.
pub fn reserve(connection: &mut Connection, place: &Reservation) -> Result<(), StoreError> {
    let row = Row {
        id: place.id.to_string(),
        scope_id: place.scope.to_string(),
        contact_id: place.contact.to_string(),
        member_id: text::maybe(place.member),
        conversation_id: None,
        internal: false,
        name: String::new(),
        media_type: String::new(),
        size: 0,
        width: None,
        height: None,
        object_key: place.object_key.clone(),
        created_at: place.created_at,
        expires_at: Some(place.expires_at),
    };
    diesel::insert_into(files::table).values(row).execute(connection)?;
    Ok(())
}

/// All bytes are stored: from now on it can be sent.
///
/// # Errors
/// [`StoreError::NotFound`] when it was removed meanwhile, as by an erasure.
pub fn complete(connection: &mut Connection, file: &Attachment) -> Result<(), StoreError> {
    let coming = files::table.find(file.id.to_string()).filter(files::size.eq(0)).filter(is_alive());
    let changed = diesel::update(coming)
        .set((
            files::name.eq(&file.name),
            files::media_type.eq(file.media_type.as_str()),
            files::size.eq(file.size),
            files::width.eq(file.width.map(i64::from)),
            files::height.eq(file.height.map(i64::from)),
        ))
        .execute(connection)?;
    super::found(changed)
}

/// Not on its way out.
fn is_alive() -> diesel::dsl::Or<
    diesel::dsl::IsNull<files::expires_at>,
    diesel::dsl::Gt<diesel::dsl::AssumeNotNull<files::expires_at>, i64>,
    diesel::sql_types::Bool,
> {
    files::expires_at.is_null().or(files::expires_at.assume_not_null().gt(0))
}

/// One file whose bytes are stored.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_id(connection: &mut Connection, id: FileId) -> Result<StoredFile, StoreError> {
    let stored = files::table.find(id.to_string()).filter(files::size.gt(0)).filter(is_alive());
    stored.first::<Row>(connection)?.try_into()
}

/// Everything a contact sent or was sent, oldest first.
///
/// # Errors
/// The store's failures.
pub fn of_contact(connection: &mut Connection, contact: ContactId) -> Result<Vec<StoredFile>, StoreError> {
    let rows = files::table
        .filter(files::contact_id.eq(contact.to_string()))
        .filter(files::size.gt(0))
        .filter(is_alive())
        .order(files::id)
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Gives a file up at once, as when its upload failed.
///
/// # Errors
/// The store's failures.
pub fn give_up(connection: &mut Connection, id: FileId) -> Result<(), StoreError> {
    diesel::update(files::table.find(id.to_string())).set(files::expires_at.eq(0)).execute(connection)?;
    Ok(())
}

/// Everything of a contact goes, names at once, bytes with the next sweep.
pub(super) fn erase_contact(connection: &mut Connection, contact: &str) -> Result<(), StoreError> {
    diesel::update(files::table.filter(files::contact_id.eq(contact)))
        .set((files::expires_at.eq(0), files::name.eq("")))
        .execute(connection)?;
    Ok(())
}

/// Everything of a scope goes.
pub(super) fn erase_scope(connection: &mut Connection, scope: &str) -> Result<(), StoreError> {
    diesel::update(files::table.filter(files::scope_id.eq(scope)))
        .set((files::expires_at.eq(0), files::name.eq("")))
        .execute(connection)?;
    Ok(())
}

/// Takes at most `limit` files that are to go, so that nobody can send them any more.
///
/// # Errors
/// The store's failures.
pub fn claim_expired(
    connection: &mut Connection,
    now: Millis,
    limit: i64,
) -> Result<Vec<Expired>, StoreError> {
    diesel::update(files::table.filter(files::expires_at.le(now)))
        .set(files::expires_at.eq(0))
        .execute(connection)?;
    let rows = files::table
        .filter(files::expires_at.eq(0))
        .order(files::id)
        .limit(limit)
        .select((files::id, files::object_key))
        .load::<(String, String)>(connection)?;
    rows.into_iter().map(|(id, object_key)| Ok(Expired { id: text::id(&id)?, object_key })).collect()
}

/// How many files go by then if nobody sends them.
///
/// # Errors
/// The store's failures.
pub fn expiring(connection: &mut Connection, by: Millis) -> Result<i64, StoreError> {
    Ok(files::table.filter(files::expires_at.le(by)).count().get_result(connection)?)
}

/// Removes the rows of files whose bytes are gone.
///
/// # Errors
/// The store's failures.
pub fn forget(connection: &mut Connection, gone: &[FileId]) -> Result<(), StoreError> {
    let ids: Vec<String> = gone.iter().map(ToString::to_string).collect();
    diesel::delete(files::table.filter(files::id.eq_any(ids)).filter(files::expires_at.eq(0)))
        .execute(connection)?;
    Ok(())
}

/// The files that a commit sends.
pub(super) struct Sent {
    contact: String,
    conversation: String,
    internal: bool,
    ids: Vec<String>,
}

impl Sent {
    /// Those of one entry; none when it has none.
    pub(super) fn of(contact: ContactId, conversation: ConversationId, entry: &Entry) -> Option<Self> {
        let ids: Vec<String> = entry.body.attachments().iter().map(|file| file.id.to_string()).collect();
        (!ids.is_empty()).then(|| Self {
            contact: contact.to_string(),
            conversation: conversation.to_string(),
            internal: matches!(entry.body, Event::Note { .. }),
            ids,
        })
    }

    /// Are they all there, and sent nowhere yet?
    pub(super) fn is_free(&self, connection: &mut Connection) -> Result<bool, StoreError> {
        let free: i64 = files::table
            .filter(files::id.eq_any(&self.ids))
            .filter(files::conversation_id.is_null())
            .filter(files::size.gt(0))
            .filter(is_alive())
            .count()
            .get_result(connection)?;
        Ok(usize::try_from(free) == Ok(self.ids.len()))
    }

    /// Binds them to their conversation, and to whoever turned out to be its contact.
    pub(super) fn bind(&self, connection: &mut Connection) -> Result<(), StoreError> {
        diesel::update(files::table.filter(files::id.eq_any(&self.ids)))
            .set((
                files::conversation_id.eq(&self.conversation),
                files::contact_id.eq(&self.contact),
                files::internal.eq(self.internal),
                files::expires_at.eq(None::<Millis>),
            ))
            .execute(connection)?;
        Ok(())
    }
}
