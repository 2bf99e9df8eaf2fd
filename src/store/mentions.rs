//! Notes that name members who have not read them: written with the note, removed with the read mark.

use diesel::prelude::*;

use super::page::page;
use super::schema::{memberships, mentions as table};
use super::{Connection, Cursor, Page, StoreError, text};
use crate::domain::conversation::Conversation;
use crate::domain::event::{Author, Entry, Event};
use crate::domain::ids::{ConversationId, MemberId, OfConversation, ScopeId};
use crate::domain::{Millis, Seq};

/// Most marks of a member in a scope; the oldest go first.
pub const KEPT: i64 = 200;

/// A note somebody has not read that names them: the last one of its conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Where.
    pub conversation: ConversationId,
    /// The note's number.
    pub seq: Seq,
    /// When it was written.
    pub at: Millis,
}

/// One note and whom it names.
pub(super) struct Naming {
    conversation: String,
    scope: String,
    seq: Seq,
    at: Millis,
    members: Vec<String>,
}

impl Naming {
    /// None when the entry names nobody but its author.
    pub(super) fn of(after: &Conversation, entry: &Entry) -> Option<Self> {
        let Event::Note { mentions, .. } = &entry.body else { return None };
        let author = if let Author::Member { id, .. } = &entry.by { Some(*id) } else { None };
        let others = mentions.iter().filter(|member| Some(**member) != author);
        let members: Vec<String> = others.map(ToString::to_string).collect();
        (!members.is_empty()).then(|| Self {
            conversation: after.id.to_string(),
            scope: after.scope.to_string(),
            seq: entry.seq,
            at: entry.at,
            members,
        })
    }

    /// Marks it for those who belong to the scope; the fence of the conversation has held.
    pub(super) fn store(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let members: Vec<String> = memberships::table
            .filter(memberships::scope_id.eq(&self.scope))
            .filter(memberships::member_id.eq_any(&self.members))
            .select(memberships::member_id)
            .load(connection)?;
        for member in members {
            let mark = (
                table::member_id.eq(&member),
                table::conversation_id.eq(&self.conversation),
                table::scope_id.eq(&self.scope),
                table::seq.eq(self.seq),
                table::at.eq(self.at),
            );
            diesel::delete(table::table.find((&member, &self.conversation))).execute(connection)?;
            diesel::insert_into(table::table).values(mark).execute(connection)?;
            self.cut(connection, &member)?;
        }
        Ok(())
    }

    fn cut(&self, connection: &mut Connection, member: &str) -> Result<(), StoreError> {
        let of_member =
            table::table.filter(table::member_id.eq(member)).filter(table::scope_id.eq(&self.scope));
        let surplus: Vec<String> = of_member
            .order((table::at.desc(), table::conversation_id.desc()))
            // SQLite knows no offset without a limit; one note adds one mark.
            .limit(1)
            .offset(KEPT)
            .select(table::conversation_id)
            .load(connection)?;
        for conversation in surplus {
            diesel::delete(table::table.find((member, conversation))).execute(connection)?;
        }
        Ok(())
    }
}

/// A member has read a conversation up to `seq`.
pub(super) fn read(
    connection: &mut Connection,
    conversation: &str,
    member: &str,
    seq: Seq,
) -> Result<(), StoreError> {
    let read = table::table.find((member, conversation)).filter(table::seq.le(seq));
    diesel::delete(read).execute(connection)?;
    Ok(())
}

/// A member leaves a scope.
pub(super) fn delete_of(connection: &mut Connection, scope: &str, member: &str) -> Result<(), StoreError> {
    let own = table::table.filter(table::scope_id.eq(scope)).filter(table::member_id.eq(member));
    diesel::delete(own).execute(connection)?;
    Ok(())
}

/// A member's marks in a scope, newest first; those after `from`.
///
/// # Errors
/// The store's failures.
pub fn list(
    connection: &mut Connection,
    scope: ScopeId,
    member: MemberId,
    from: Option<Cursor>,
    limit: i64,
) -> Result<Page<Mention>, StoreError> {
    let mut query = table::table
        .filter(table::member_id.eq(member.to_string()))
        .filter(table::scope_id.eq(scope.to_string()))
        .order((table::at.desc(), table::conversation_id.desc()))
        .limit(limit + 1)
        .select((table::conversation_id, table::seq, table::at))
        .into_boxed();
    if let Some(from) = from {
        let same_time =
            table::at.eq(from.at).and(table::conversation_id.lt(from.id_text::<OfConversation>()));
        query = query.filter(table::at.lt(from.at).or(same_time));
    }
    let rows = query.load::<(String, Seq, Millis)>(connection)?;
    let marks = rows
        .into_iter()
        .map(|(conversation, seq, at)| Ok(Mention { conversation: text::id(&conversation)?, seq, at }))
        .collect::<Result<Vec<_>, StoreError>>()?;
    Ok(page(marks, limit, |mark| Cursor { at: mark.at, id: mark.conversation.uuid() }))
}
