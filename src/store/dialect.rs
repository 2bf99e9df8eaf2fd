//! Every statement that differs per backend or that the two-database connection lacks, but for those of
//! [`super::hot`].

use diesel::prelude::*;

use super::schema::{
    coming_files, contacts, conversation_tags, conversations, inbox, known_messages, memberships, meta,
    outbox, reads, routes, tags,
};
use super::{
    Connection, StoreError, coming_files as coming, contacts as people, conversations as threads,
    inbox as events,
};
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

/// Adds a contact unless its id, or its proven external id on this channel, is there. True when it was added.
pub(super) fn put_contact_once(connection: &mut Connection, row: &people::Row) -> Result<bool, StoreError> {
    let added = on_either!(connection, |concrete| diesel::insert_into(contacts::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(concrete))?;
    Ok(added == 1)
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

/// Adds an event of a channel unless it, or the message it brings, is there. Answers how many were added.
pub(super) fn put_event_once(connection: &mut Connection, row: &events::Row) -> Result<usize, StoreError> {
    Ok(on_either!(connection, |concrete| diesel::insert_into(inbox::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(concrete))?)
}

/// Adds a file to fetch unless it is there.
pub(super) fn put_coming_once(connection: &mut Connection, row: &coming::Row) -> Result<(), StoreError> {
    on_either!(connection, |concrete| diesel::insert_into(coming_files::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(concrete))?;
    Ok(())
}

/// Notes where a message stands unless that is known.
pub(super) fn put_known_once(
    connection: &mut Connection,
    channel: &str,
    message_key: &str,
    conversation: &str,
    seq: Seq,
) -> Result<(), StoreError> {
    let row = (
        known_messages::channel_id.eq(channel),
        known_messages::message_key.eq(message_key),
        known_messages::conversation_id.eq(conversation),
        known_messages::seq.eq(seq),
    );
    on_either!(connection, |concrete| diesel::insert_into(known_messages::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(concrete))?;
    Ok(())
}

/// Keeps the way to a customer unless a newer one is known.
pub(super) fn put_route(
    connection: &mut Connection,
    channel: &str,
    contact_key: &str,
    address: &str,
    at: Millis,
) -> Result<(), StoreError> {
    use diesel::query_dsl::methods::FilterDsl;

    let row = (
        routes::channel_id.eq(channel),
        routes::contact_key.eq(contact_key),
        routes::address.eq(address),
        routes::last_in_at.eq(at),
    );
    on_either!(connection, |concrete| diesel::insert_into(routes::table)
        .values(row)
        .on_conflict((routes::channel_id, routes::contact_key))
        .do_update()
        .set((routes::address.eq(address), routes::last_in_at.eq(at)))
        .filter(routes::last_in_at.le(at))
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
        .filter(outbox::channel_id.is_null())
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

/// Adds a tag to those a scope knows, unless it is there.
pub(super) fn put_tag_once(
    connection: &mut Connection,
    scope: &str,
    name: &str,
    now: Millis,
) -> Result<(), StoreError> {
    let row = (tags::scope_id.eq(scope), tags::name.eq(name), tags::created_at.eq(now));
    on_either!(connection, |concrete| diesel::insert_into(tags::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(concrete))?;
    Ok(())
}

/// Notes that a conversation has a tag, unless that is known.
pub(super) fn tag_once(
    connection: &mut Connection,
    scope: &str,
    tag: &str,
    conversation: &str,
) -> Result<(), StoreError> {
    let row = (
        conversation_tags::scope_id.eq(scope),
        conversation_tags::tag.eq(tag),
        conversation_tags::conversation_id.eq(conversation),
    );
    on_either!(connection, |concrete| diesel::insert_into(conversation_tags::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(concrete))?;
    Ok(())
}
