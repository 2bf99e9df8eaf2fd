//! The audit trail: who did what, to what, from where. Rows are only ever added.

use diesel::prelude::*;
use serde_json::Value;

use super::page::page;
use super::schema::audit;
use super::{Connection, Cursor, Page, StoreError, text};
use crate::domain::Millis;
use crate::domain::event::Author;
use crate::domain::ids::{AuditId, OfAudit, ScopeId};

/// Who did something worth a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditActor {
    /// What they are: `member`, `key`, `contact`, `operator`, `system`, or `unknown` before log-in.
    pub kind: String,
    /// Their id with its prefix, when they have one.
    pub id: Option<String>,
    /// Their name then.
    pub name: String,
}

impl AuditActor {
    /// The author of an entry.
    pub fn of(author: &Author) -> Self {
        let (kind, id, name) = match author {
            Author::Contact => ("contact", None, String::new()),
            Author::Bot => ("bot", None, String::new()),
            Author::Member { id, name } => ("member", Some(id.to_string()), name.clone()),
            Author::System => ("system", None, String::new()),
        };
        Self { kind: kind.to_owned(), id, name }
    }
}

/// One line of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Id.
    pub id: AuditId,
    /// Where; none when it concerns the whole installation, as a log-in does.
    pub scope: Option<ScopeId>,
    /// When.
    pub at: Millis,
    /// Who.
    pub actor: AuditActor,
    /// What: a stable name such as `take_over`.
    pub action: String,
    /// To what: an id with its prefix, or a name.
    pub object: String,
    /// From which address, if known.
    pub address: Option<String>,
    /// What else there is to say. No secrets and no message texts.
    pub details: Value,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = audit)]
pub(super) struct Row {
    id: String,
    scope_id: Option<String>,
    at: Millis,
    actor_kind: String,
    actor_id: Option<String>,
    actor_name: String,
    action: String,
    object: String,
    address: Option<String>,
    details: String,
}

impl Row {
    pub(super) fn of(line: AuditRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: line.id.to_string(),
            scope_id: text::maybe(line.scope),
            at: line.at,
            actor_kind: line.actor.kind,
            actor_id: line.actor.id,
            actor_name: line.actor.name,
            action: line.action,
            object: line.object,
            address: line.address,
            details: text::json(&line.details)?,
        })
    }

    pub(super) fn insert(&self, connection: &mut Connection) -> Result<(), StoreError> {
        diesel::insert_into(audit::table).values(self).execute(connection)?;
        Ok(())
    }
}

impl TryFrom<Row> for AuditRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            scope: text::maybe_id(row.scope_id.as_deref())?,
            at: row.at,
            actor: AuditActor { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
            action: row.action,
            object: row.object,
            address: row.address,
            details: text::from_json(&row.details)?,
        })
    }
}

/// Adds a line that belongs to no conversation's commit.
///
/// # Errors
/// The store's failures.
pub fn append(connection: &mut Connection, line: AuditRow) -> Result<(), StoreError> {
    Row::of(line)?.insert(connection)
}

/// The trail of a scope, newest first; lines after `from`.
///
/// # Errors
/// The store's failures.
pub fn list(
    connection: &mut Connection,
    scope: ScopeId,
    from: Option<Cursor>,
    limit: i64,
) -> Result<Page<AuditRow>, StoreError> {
    let mut query = audit::table
        .filter(audit::scope_id.eq(scope.to_string()))
        .order((audit::at.desc(), audit::id.desc()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(from) = from {
        let same_time = audit::at.eq(from.at).and(audit::id.lt(from.id_text::<OfAudit>()));
        query = query.filter(audit::at.lt(from.at).or(same_time));
    }
    let rows = query.load::<Row>(connection)?;
    let lines = rows.into_iter().map(TryInto::try_into).collect::<Result<Vec<AuditRow>, _>>()?;
    Ok(page(lines, limit, |line| Cursor { at: line.at, id: line.id.uuid() }))
}
