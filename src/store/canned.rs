//! Canned replies of a scope and of its members.

use diesel::prelude::*;

use super::schema::canned_replies;
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::canned::CannedReply;
use crate::domain::ids::{CannedReplyId, MemberId, ScopeId};

#[derive(Queryable, Insertable)]
#[diesel(table_name = canned_replies)]
struct Row {
    id: String,
    scope_id: String,
    owner_id: Option<String>,
    shortcut: String,
    title: String,
    text: String,
    created_at: Millis,
}

impl Row {
    fn of(reply: &CannedReply) -> Self {
        Self {
            id: reply.id.to_string(),
            scope_id: reply.scope.to_string(),
            owner_id: text::maybe(reply.owner),
            shortcut: reply.shortcut.clone(),
            title: reply.title.clone(),
            text: reply.text.clone(),
            created_at: reply.created_at,
        }
    }
}

impl TryFrom<Row> for CannedReply {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            scope: text::id(&row.scope_id)?,
            owner: text::maybe_id(row.owner_id.as_deref())?,
            shortcut: row.shortcut,
            title: row.title,
            text: row.text,
            created_at: row.created_at,
        })
    }
}

/// What a member can use in a scope: the shared replies and their own, by shortcut.
///
/// # Errors
/// The store's failures.
pub fn list(
    connection: &mut Connection,
    scope: ScopeId,
    member: MemberId,
) -> Result<Vec<CannedReply>, StoreError> {
    let rows = canned_replies::table
        .filter(canned_replies::scope_id.eq(scope.to_string()))
        .filter(
            canned_replies::owner_id
                .is_null()
                .or(canned_replies::owner_id.eq(member.to_string()).assume_not_null()),
        )
        .order((canned_replies::shortcut, canned_replies::id))
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One reply.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_id(connection: &mut Connection, id: CannedReplyId) -> Result<CannedReply, StoreError> {
    canned_replies::table.find(id.to_string()).first::<Row>(connection)?.try_into()
}

/// Adds a reply.
///
/// # Errors
/// [`StoreError::Conflict`] when its owner, or the scope, has another one with this shortcut.
pub fn insert(connection: &mut Connection, reply: &CannedReply) -> Result<(), StoreError> {
    diesel::insert_into(canned_replies::table).values(Row::of(reply)).execute(connection)?;
    Ok(())
}

/// Writes shortcut, title and text.
///
/// # Errors
/// As [`insert`]; [`StoreError::NotFound`] when there is none.
pub fn update(connection: &mut Connection, reply: &CannedReply) -> Result<(), StoreError> {
    let changed = diesel::update(canned_replies::table.find(reply.id.to_string()))
        .set((
            canned_replies::shortcut.eq(&reply.shortcut),
            canned_replies::title.eq(&reply.title),
            canned_replies::text.eq(&reply.text),
        ))
        .execute(connection)?;
    super::found(changed)
}

/// Removes a reply.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn delete(connection: &mut Connection, id: CannedReplyId) -> Result<(), StoreError> {
    let changed = diesel::delete(canned_replies::table.find(id.to_string())).execute(connection)?;
    super::found(changed)
}

/// Removes what a member had for themselves in a scope.
///
/// # Errors
/// The store's failures.
pub(super) fn delete_of(connection: &mut Connection, scope: &str, member: &str) -> Result<(), StoreError> {
    let own = canned_replies::table
        .filter(canned_replies::scope_id.eq(scope))
        .filter(canned_replies::owner_id.eq(member));
    diesel::delete(own).execute(connection)?;
    Ok(())
}
