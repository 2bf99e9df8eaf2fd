//! Tags: which a scope knows, and which conversations have them.
//!
//! A conversation's tags are the fold of its entries and stand in its row; `conversation_tags` says the same the other
//! way round, to find conversations by tag. Both are written with the entry.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::{conversation_tags, conversations, tags};
use super::{Connection, StoreError, dialect, text};
use crate::domain::Millis;
use crate::domain::conversation::Conversation;
use crate::domain::event::{Entry, Event};
use crate::domain::ids::{ConversationId, ScopeId};

/// What one commit changes about a conversation's tags.
pub(super) struct Change {
    conversation: String,
    scope: String,
    at: Millis,
    now: String,
    added: Vec<String>,
    removed: Vec<String>,
}

impl Change {
    /// None when the entries change no tag.
    pub(super) fn of(after: &Conversation, entries: &[Entry]) -> Result<Option<Self>, StoreError> {
        let named = |pick: fn(&Event) -> Option<&String>| -> Vec<String> {
            entries.iter().filter_map(|entry| pick(&entry.body)).cloned().collect()
        };
        let mut added = named(|event| if let Event::Tagged { tag } = event { Some(tag) } else { None });
        let mut removed = named(|event| if let Event::Untagged { tag } = event { Some(tag) } else { None });
        if added.is_empty() && removed.is_empty() {
            return Ok(None);
        }
        added.retain(|tag| after.tags.contains(tag));
        removed.retain(|tag| !after.tags.contains(tag));
        Ok(Some(Self {
            conversation: after.id.to_string(),
            scope: after.scope.to_string(),
            at: after.last_at,
            now: text::json(&after.tags)?,
            added,
            removed,
        }))
    }

    /// Writes it; the fence of the conversation has held.
    pub(super) fn store(&self, connection: &mut Connection) -> Result<(), StoreError> {
        diesel::update(conversations::table.find(&self.conversation))
            .set(conversations::tags.eq(&self.now))
            .execute(connection)?;
        for tag in &self.added {
            dialect::put_tag_once(connection, &self.scope, tag, self.at)?;
            dialect::tag_once(connection, &self.scope, tag, &self.conversation)?;
        }
        let here = conversation_tags::table
            .filter(conversation_tags::scope_id.eq(&self.scope))
            .filter(conversation_tags::tag.eq_any(&self.removed))
            .filter(conversation_tags::conversation_id.eq(&self.conversation));
        diesel::delete(here).execute(connection)?;
        Ok(())
    }
}

/// Tags of a scope in the order of their letters, after `after`; at most `limit`.
///
/// # Errors
/// The store's failures.
pub fn list(
    connection: &mut Connection,
    scope: ScopeId,
    after: &str,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    Ok(tags::table
        .filter(tags::scope_id.eq(scope.to_string()))
        .filter(tags::name.gt(after))
        .order(tags::name)
        .limit(limit)
        .select(tags::name)
        .load(connection)?)
}

/// How many conversations have each of these tags, ended ones too. A tag that none has is missing.
///
/// # Errors
/// The store's failures.
pub fn count(
    connection: &mut Connection,
    scope: ScopeId,
    tags: &[String],
) -> Result<HashMap<String, i64>, StoreError> {
    let counted = conversation_tags::table
        .filter(conversation_tags::scope_id.eq(scope.to_string()))
        .filter(conversation_tags::tag.eq_any(tags))
        .group_by(conversation_tags::tag)
        .select((conversation_tags::tag, diesel::dsl::count_star()))
        .load::<(String, i64)>(connection)?;
    Ok(counted.into_iter().collect())
}

/// At most `limit` conversations that have this tag.
///
/// # Errors
/// The store's failures.
pub fn carrying(
    connection: &mut Connection,
    scope: ScopeId,
    tag: &str,
    limit: i64,
) -> Result<Vec<ConversationId>, StoreError> {
    let ids: Vec<String> = conversation_tags::table
        .filter(conversation_tags::scope_id.eq(scope.to_string()))
        .filter(conversation_tags::tag.eq(tag))
        .order(conversation_tags::conversation_id)
        .limit(limit)
        .select(conversation_tags::conversation_id)
        .load(connection)?;
    ids.iter().map(|id| text::id(id)).collect()
}

/// Adds a tag to those a scope knows; a second time changes nothing.
///
/// # Errors
/// The store's failures.
pub fn put(connection: &mut Connection, scope: ScopeId, tag: &str, now: Millis) -> Result<(), StoreError> {
    dialect::put_tag_once(connection, &scope.to_string(), tag, now)
}

/// Removes a tag from those a scope knows. Conversations keep it.
///
/// # Errors
/// [`StoreError::NotFound`] when the scope does not know it.
pub fn delete(connection: &mut Connection, scope: ScopeId, tag: &str) -> Result<(), StoreError> {
    let changed = diesel::delete(tags::table.find((scope.to_string(), tag))).execute(connection)?;
    super::found(changed)
}
