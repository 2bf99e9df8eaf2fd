//! Messages to customers leave their conversation in a line, one after the other, however they end.

use std::collections::BTreeMap;

use serde_json::Value;
use switchboard::domain::Millis;
use switchboard::domain::ids::{ConversationId, OutboxId};
use switchboard::store::outbox::{self, OutboxRow};
use switchboard::store::{Connection, channels};

use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::on_both;

on_both! {
    a_line_moves_one_by_one
    a_message_sent_again_takes_its_old_place
    channels_that_are_full_or_off_are_left_out
}

/// Rows of one conversation, with the numbers 1, 2, …
fn line(chat: &Chat, conversation: ConversationId, length: i64) -> Vec<OutboxRow> {
    let row = |seq| OutboxRow {
        id: chat.sources.id(),
        scope: chat.scope.id,
        conversation: Some(conversation),
        topic: outbox::MESSAGE.into(),
        payload: Value::Null,
        created_at: 0,
        next_at: seq,
        message: Some((chat.channel.id, seq)),
    };
    (1..=length).map(row).collect()
}

/// What a channel sends now, by conversation.
fn leaves(chat: &Chat, connection: &mut Connection, now: Millis) -> BTreeMap<ConversationId, OutboxId> {
    let taken = outbox::lease_of_channel(connection, chat.channel.id, now, 100).unwrap();
    let count = taken.len();
    let taken: BTreeMap<_, _> =
        taken.into_iter().map(|one| (one.row.conversation.unwrap(), one.row.id)).collect();
    assert_eq!(taken.len(), count, "two of one conversation never leave together");
    taken
}

async fn a_line_moves_one_by_one(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let (one, two) = (chat.open("one").await.id, chat.open("two").await.id);
    let (first, second) = (line(&chat, one, 4), line(&chat, two, 1));
    let id = |index: usize| first[index].id;
    let (a, b, c, d, other) = (id(0), id(1), id(2), id(3), second[0].id);
    let here = chat.clone();
    let write = chat.store.write(move |connection| {
        let chat = &here;
        first.iter().chain(&second).try_for_each(|row| outbox::insert(connection, row.clone()))?;
        assert_eq!(outbox::channels_due(connection, &[], 100, 9)?, [chat.channel.id]);
        assert_eq!(leaves(chat, connection, 100), [(one, a), (two, other)].into());
        assert_eq!(outbox::channels_due(connection, &[], 100, 9)?, []);
        assert_eq!(leaves(chat, connection, 100), [].into());
        outbox::finish(connection, a, 100)?;
        assert_eq!(leaves(chat, connection, 100), [(one, b)].into());
        // What is put off keeps its place, and nobody passes it.
        outbox::fail(connection, b, "later", Some(200), 100)?;
        assert_eq!(leaves(chat, connection, 100), [].into());
        assert_eq!(outbox::next_due(connection, 100)?, Some(200));
        assert_eq!(leaves(chat, connection, 200), [(one, b)].into());
        outbox::fail(connection, b, "never", None, 200)?;
        assert_eq!(leaves(chat, connection, 200), [(one, c)].into());
        // The program ends, and begins again.
        outbox::let_go(connection)?;
        assert_eq!(leaves(chat, connection, 200), [(one, c), (two, other)].into());
        outbox::finish(connection, c, 200)?;
        assert_eq!(leaves(chat, connection, 200), [(one, d)].into());
        outbox::finish(connection, d, 200)?;
        outbox::finish(connection, other, 200)?;
        assert_eq!(outbox::next_due(connection, 0)?, None);
        // Whoever comes after an empty line waits for nobody.
        let next = line(chat, one, 1).remove(0);
        let e = next.id;
        outbox::insert(connection, next)?;
        assert_eq!(leaves(chat, connection, 200), [(one, e)].into());
        Ok(())
    });
    write.await.unwrap();
}

async fn a_message_sent_again_takes_its_old_place(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let talk = chat.open("one").await.id;
    let rows = line(&chat, talk, 4);
    let [a, b, c, d] = [0, 1, 2, 3].map(|index| rows[index].id);
    let here = chat.clone();
    let write = chat.store.write(move |connection| {
        let next = |connection: &mut Connection| leaves(&here, connection, 100).into_values().next();
        rows.iter().try_for_each(|row| outbox::insert(connection, row.clone()))?;
        assert_eq!(next(connection), Some(a));
        outbox::fail(connection, a, "never", None, 100)?;
        // Nothing is on its way: the old one goes first.
        outbox::send_again(connection, talk, 1, 100)?;
        assert_eq!(next(connection), Some(a));
        assert_eq!(next(connection), None);
        outbox::fail(connection, a, "never", None, 100)?;
        // Another is on its way: the old one goes next, before those that still wait.
        assert_eq!(next(connection), Some(b));
        outbox::send_again(connection, talk, 1, 100)?;
        assert_eq!(next(connection), None);
        outbox::finish(connection, b, 100)?;
        assert_eq!(next(connection), Some(a));
        outbox::finish(connection, a, 100)?;
        assert_eq!(next(connection), Some(c));
        outbox::finish(connection, c, 100)?;
        // Between two that wait.
        outbox::send_again(connection, talk, 1, 100)?;
        outbox::send_again(connection, talk, 3, 100)?;
        for id in [a, c, d] {
            assert_eq!(next(connection), Some(id));
            outbox::finish(connection, id, 100)?;
        }
        assert_eq!(next(connection), None);
        assert!(outbox::send_again(connection, talk, 9, 100).is_err());
        Ok(())
    });
    write.await.unwrap();
}

async fn channels_that_are_full_or_off_are_left_out(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let talk = chat.open("one").await.id;
    let rows = line(&chat, talk, 1);
    let here = chat.clone();
    let write = chat.store.write(move |connection| {
        let mut channel = here.channel.clone();
        outbox::insert(connection, rows[0].clone())?;
        assert_eq!(outbox::channels_due(connection, &[], 0, 9)?, [], "not due yet");
        assert_eq!(outbox::channels_due(connection, &[], 1, 9)?, [channel.id]);
        assert_eq!(outbox::channels_due(connection, &[channel.id], 1, 9)?, []);
        channel.enabled = false;
        channels::update(connection, &channel)?;
        assert_eq!(outbox::channels_due(connection, &[], 1, 9)?, []);
        assert_eq!(outbox::next_due(connection, 0)?, None);
        Ok(())
    });
    write.await.unwrap();
}
