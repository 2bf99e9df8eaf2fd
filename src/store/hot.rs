//! The statements that run for every message: row by row on SQLite, set by set on PostgreSQL.
//!
//! As types of their own they have one fixed text each, which diesel prepares once a connection.
//! `sql_query` and multi-row inserts would be prepared anew each time.

use diesel::backend::Backend;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Array, BigInt, HasSqlType, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::batch::Chain;
use super::commit::{EntryRow, Head, Rows};
use super::{Connection, StoreError};
use crate::domain::{Millis, Seq};

/// Writes what any message changes, if the stored version is the one before. Answers how many rows did.
pub(super) fn update_head(connection: &mut Connection, rows: &Rows) -> Result<usize, StoreError> {
    let statement = UpdateHead { before: rows.before, head: &rows.head };
    Ok(match connection {
        Connection::Sqlite(connection) => statement.execute(connection)?,
        Connection::Postgres(connection) => statement.execute(connection)?,
    })
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

/// Stores the state of chains of different conversations. Answers for each whether its fence held.
pub(super) fn update_heads(connection: &mut Connection, chains: &[Chain]) -> Result<Vec<bool>, StoreError> {
    match connection {
        Connection::Sqlite(connection) => chains
            .iter()
            .map(|chain| {
                let statement = UpdateHead { before: chain.before, head: chain.head };
                Ok(statement.execute(connection)? == 1)
            })
            .collect(),
        Connection::Postgres(connection) => {
            let mut held = vec![false; chains.len()];
            for item in UpdateHeads::of(chains).load::<i64>(connection)? {
                if let Some(held) = usize::try_from(item).ok().and_then(|item| held.get_mut(item)) {
                    *held = true;
                }
            }
            Ok(held)
        }
    }
}

/// One head, row by row.
struct UpdateHead<'a> {
    before: Seq,
    head: &'a Head,
}

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
        let head = self.head;
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
        out.push_bind_param::<BigInt, _>(&self.before)
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
    fn of(chains: &[Chain<'a>]) -> Self {
        let mut columns = Self::default();
        for (item, Chain { before, head, .. }) in (0..).zip(chains) {
            columns.item.push(item);
            columns.id.push(&head.id);
            columns.before.push(*before);
            columns.version.push(head.version);
            columns.last_at.push(head.last_at);
            columns.preview_by.push(head.preview_by);
            columns.preview_text.push(head.preview_text.as_deref());
            columns.turn.push(head.turn);
            columns.bot_messages.push(head.bot_messages);
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
