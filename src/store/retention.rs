//! Customers whose chats are over for so long that what they said is to go.

use diesel::prelude::*;

use super::schema::{conversations, entries};
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::ids::{ContactId, ScopeId};

/// Every conversation begins with an entry of this kind, until it is erased.
const OPENED: &str = "opened";

/// At most `limit` contacts of a scope who have no chat that is open or ended at `before` or later, and of whom something is
/// left; those whose chats ended first come first.
///
/// # Errors
/// The store's failures.
pub fn outdated(
    connection: &mut Connection,
    scope: ScopeId,
    before: Millis,
    limit: i64,
) -> Result<Vec<ContactId>, StoreError> {
    let later = diesel::alias!(conversations as later);
    let ended = later.field(conversations::ended_at);
    let kept = later
        .filter(later.field(conversations::contact_id).eq(conversations::contact_id))
        .filter(ended.is_null().or(ended.ge(before)));
    let left = entries::table
        .filter(entries::conversation_id.eq(conversations::id))
        .filter(entries::seq.eq(1))
        .filter(entries::kind.eq(OPENED));
    let rows: Vec<String> = conversations::table
        .filter(conversations::scope_id.eq(scope.to_string()))
        .filter(conversations::ended_at.lt(before))
        .filter(diesel::dsl::exists(left))
        .filter(diesel::dsl::not(diesel::dsl::exists(kept)))
        .order((conversations::ended_at, conversations::id))
        .limit(limit)
        .select(conversations::contact_id)
        .load(connection)?;
    let mut found: Vec<ContactId> = Vec::with_capacity(rows.len());
    for id in rows {
        let id = text::id(&id)?;
        if !found.contains(&id) {
            found.push(id);
        }
    }
    Ok(found)
}
