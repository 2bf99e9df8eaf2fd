//! Every statement that differs per backend or that the two-database connection lacks.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, BigInt, HasSqlType, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::commit::{EntryRow, Rows};
use super::schema::{contacts, conversations, memberships, meta, outbox, reads};
use super::{Connection, StoreError, contacts as people, conversations as threads};
use crate::domain::{Millis, Seq};

/// Runs one expression on whichever connection it is; diesel types it for each.
macro_rules! on_either {
    ($connection:expr, |$concrete:ident| $body:expr) => {
        match $connection {
            Connection::Sqlite($concrete) => $body,
            Connection::Postgres($concrete) => $body,
        }
    };
}

/// Adds a membership or changes its role.
pub(super) fn put_membership(
    connection: &mut Connection,
    member: &str,
    scope: &str,
    role: &str,
) -> Result<(), StoreError> {
    let row =
        (memberships::member_id.eq(member), memberships::scope_id.eq(scope), memberships::role.eq(role));
    on_either!(connection, |concrete| diesel::insert_into(memberships::table)
        .values(row)
        .on_conflict((memberships::member_id, memberships::scope_id))
        .do_update()
        .set(memberships::role.eq(role))
        .execute(concrete))?;
    Ok(())
}

/// Adds a value unless its key has one.
pub(super) fn put_meta_once(connection: &mut Connection, key: &str, value: &str) -> Result<(), StoreError> {
    let row = (meta::key.eq(key), meta::value.eq(value));
    on_either!(connection, |concrete| diesel::insert_into(meta::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(concrete))?;
    Ok(())
}

/// Adds a contact unless its id, or its proven external id on this channel, is there.
pub(super) fn put_contact_once(connection: &mut Connection, row: &people::Row) -> Result<(), StoreError> {
    on_either!(connection, |concrete| diesel::insert_into(contacts::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(concrete))?;
    Ok(())
}

/// Raises how far a reader has read.
pub(super) fn raise_read(
    connection: &mut Connection,
    conversation: &str,
    reader: &str,
    seq: Seq,
) -> Result<(), StoreError> {
    use diesel::query_dsl::methods::FilterDsl;

    let row = (reads::conversation_id.eq(conversation), reads::reader.eq(reader), reads::seq.eq(seq));
    on_either!(connection, |concrete| diesel::insert_into(reads::table)
        .values(row)
        .on_conflict((reads::conversation_id, reads::reader))
        .do_update()
        .set(reads::seq.eq(seq))
        .filter(reads::seq.lt(seq))
        .execute(concrete))?;
    Ok(())
}

/// Ids of deliveries that are due; on PostgreSQL, those no other node is just taking.
pub(super) fn lock_due(
    connection: &mut Connection,
    now: Millis,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let due = outbox::table
        .filter(outbox::done_at.is_null())
        .filter(outbox::next_at.le(now))
        .filter(outbox::leased_until.is_null().or(outbox::leased_until.le(now).assume_not_null()))
        .order((outbox::next_at, outbox::id))
        .limit(limit)
        .select(outbox::id);
    Ok(match connection {
        Connection::Sqlite(concrete) => due.load(concrete)?,
        Connection::Postgres(concrete) => due.for_update().skip_locked().load(concrete)?,
    })
}

/// Adds a conversation unless its id is there, or its contact has an open one. True when it was added.
pub(super) fn put_conversation_once(
    connection: &mut Connection,
    row: &threads::Row,
) -> Result<bool, StoreError> {
    let added = on_either!(connection, |concrete| diesel::insert_into(conversations::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(concrete))?;
    Ok(added == 1)
}

/// Writes what any message changes, if the stored version is the one before. Answers how many rows did.
pub(super) fn update_head(connection: &mut Connection, rows: &Rows) -> Result<usize, StoreError> {
    let statement = UpdateHead(rows);
    Ok(on_either!(connection, |concrete| statement.execute(concrete))?)
}

/// Appends the entries of commits whose fence has held.
pub(super) fn append_entries(connection: &mut Connection, commits: &[&Rows]) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(connection) => {
            for rows in commits {
                for entry in &rows.entries {
                    InsertEntry { conversation: &rows.head.id, entry }.execute(connection)?;
                }
            }
        }
        Connection::Postgres(connection) => {
            InsertEntries::of(commits).execute(connection)?;
        }
    }
    Ok(())
}

/// Stores the state of plain commits of different conversations. Answers for each whether its fence held.
pub(super) fn update_heads(connection: &mut Connection, commits: &[&Rows]) -> Result<Vec<bool>, StoreError> {
    match connection {
        Connection::Sqlite(connection) => {
            commits.iter().map(|rows| Ok(UpdateHead(rows).execute(connection)? == 1)).collect()
        }
        Connection::Postgres(connection) => {
            let mut held = vec![false; commits.len()];
            for item in UpdateHeads::of(commits).load::<i64>(connection)? {
                if let Some(held) = usize::try_from(item).ok().and_then(|item| held.get_mut(item)) {
                    *held = true;
                }
            }
            Ok(held)
        }
    }
}

// The statements below run for every message. As types of their own they have one fixed text, which
// diesel prepares once a connection: `sql_query` and multi-row inserts are prepared anew each time.

/// One head, row by row.
struct UpdateHead<'a>(&'a Rows);

impl<DB> QueryFragment<DB> for UpdateHead<'_>
where
    DB: Backend,
    i64: ToSql<BigInt, DB>,
    str: ToSql<Text, DB>,
    Option<i64>: ToSql<Nullable<BigInt>, DB>,
    Option<&'static str>: ToSql<Nullable<Text>, DB>,
    Option<String>: ToSql<Nullable<Text>, DB>,
    DB: HasSqlType<BigInt> + HasSqlType<Text>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let head = &self.0.head;
        out.push_sql("UPDATE conversations SET version = ");
        out.push_bind_param::<BigInt, _>(&head.version)?;
        out.push_sql(", last_at = ");
        out.push_bind_param::<BigInt, _>(&head.last_at)?;
        out.push_sql(", preview_by = ");
        out.push_bind_param::<Nullable<Text>, _>(&head.preview_by)?;
        out.push_sql(", preview_text = ");
        out.push_bind_param::<Nullable<Text>, _>(&head.preview_text)?;
        out.push_sql(", turn = ");
        out.push_bind_param::<Nullable<BigInt>, _>(&head.turn)?;
        out.push_sql(", bot_messages = ");
        out.push_bind_param::<BigInt, _>(&head.bot_messages)?;
        out.push_sql(" WHERE id = ");
        out.push_bind_param::<Text, _>(head.id.as_str())?;
        out.push_sql(" AND version = ");
        out.push_bind_param::<BigInt, _>(&self.0.before)
    }
}

impl QueryId for UpdateHead<'_> {
    type QueryId = UpdateHead<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> RunQueryDsl<C> for UpdateHead<'_> {}

/// One entry, row by row.
struct InsertEntry<'a> {
    conversation: &'a str,
    entry: &'a EntryRow,
}

impl QueryFragment<Sqlite> for InsertEntry<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(INSERT_ENTRIES);
        out.push_sql(" VALUES (");
        out.push_bind_param::<Text, _>(self.conversation)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.entry.seq)?;
        out.push_sql(", ");
        out.push_bind_param::<BigInt, _>(&self.entry.at)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(self.entry.author_kind)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&self.entry.author_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&self.entry.author_name)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&self.entry.client_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(self.entry.kind)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(self.entry.body.as_str())?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for InsertEntry<'_> {
    type QueryId = InsertEntry<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> RunQueryDsl<C> for InsertEntry<'_> {}

/// Many heads in one statement; answers the places of those whose fence held.
#[derive(Default)]
struct UpdateHeads<'a> {
    item: Vec<i64>,
    id: Vec<&'a str>,
    before: Vec<Seq>,
    version: Vec<Seq>,
    last_at: Vec<Millis>,
    preview_by: Vec<Option<&'a str>>,
    preview_text: Vec<Option<&'a str>>,
    turn: Vec<Option<Seq>>,
    bot_messages: Vec<i64>,
}

impl<'a> UpdateHeads<'a> {
    fn of(commits: &[&'a Rows]) -> Self {
        let mut columns = Self::default();
        for (item, rows) in (0..).zip(commits) {
            columns.item.push(item);
            columns.id.push(&rows.head.id);
            columns.before.push(rows.before);
            columns.version.push(rows.head.version);
            columns.last_at.push(rows.head.last_at);
            columns.preview_by.push(rows.head.preview_by);
            columns.preview_text.push(rows.head.preview_text.as_deref());
            columns.turn.push(rows.head.turn);
            columns.bot_messages.push(rows.head.bot_messages);
        }
        columns
    }
}

impl QueryFragment<Pg> for UpdateHeads<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "UPDATE conversations AS c SET version = n.version, last_at = n.last_at, preview_by = n.preview_by, \
             preview_text = n.preview_text, turn = n.turn, bot_messages = n.bot_messages FROM unnest(",
        );
        out.push_bind_param::<Array<BigInt>, _>(&self.item)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.id)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.before)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.version)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.last_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.preview_by)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.preview_text)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<BigInt>>, _>(&self.turn)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.bot_messages)?;
        out.push_sql(
            ") AS n (item, id, before, version, last_at, preview_by, preview_text, turn, bot_messages) \
             WHERE c.id = n.id COLLATE \"C\" AND c.version = n.before RETURNING n.item",
        );
        Ok(())
    }
}

impl QueryId for UpdateHeads<'_> {
    type QueryId = UpdateHeads<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for UpdateHeads<'_> {
    type SqlType = BigInt;
}

impl<C> RunQueryDsl<C> for UpdateHeads<'_> {}

/// Many entries in one statement.
#[derive(Default)]
struct InsertEntries<'a> {
    conversation: Vec<&'a str>,
    seq: Vec<Seq>,
    at: Vec<Millis>,
    author_kind: Vec<&'a str>,
    author_id: Vec<Option<&'a str>>,
    author_name: Vec<Option<&'a str>>,
    client_id: Vec<Option<&'a str>>,
    kind: Vec<&'a str>,
    body: Vec<&'a str>,
}

impl<'a> InsertEntries<'a> {
    fn of(commits: &[&'a Rows]) -> Self {
        let mut columns = Self::default();
        for rows in commits {
            for entry in &rows.entries {
                columns.conversation.push(&rows.head.id);
                columns.seq.push(entry.seq);
                columns.at.push(entry.at);
                columns.author_kind.push(entry.author_kind);
                columns.author_id.push(entry.author_id.as_deref());
                columns.author_name.push(entry.author_name.as_deref());
                columns.client_id.push(entry.client_id.as_deref());
                columns.kind.push(entry.kind);
                columns.body.push(&entry.body);
            }
        }
        columns
    }
}

impl QueryFragment<Pg> for InsertEntries<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(INSERT_ENTRIES);
        out.push_sql(" SELECT * FROM unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.conversation)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.seq)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<BigInt>, _>(&self.at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.author_kind)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.author_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.author_name)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.client_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.kind)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.body)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for InsertEntries<'_> {
    type QueryId = InsertEntries<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<C> RunQueryDsl<C> for InsertEntries<'_> {}

/// Both insert the columns in this order.
const INSERT_ENTRIES: &str = "INSERT INTO entries \
     (conversation_id, seq, at, author_kind, author_id, author_name, client_id, kind, body)";
