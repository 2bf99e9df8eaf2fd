//! What the store promises of conversations, the same on both databases.

use std::sync::mpsc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use switchboard::domain::conversation::{Command, Status};
use switchboard::domain::event::Event;
use switchboard::domain::feedback::{Feedback, Rating};
use switchboard::store::audit::{AuditActor, AuditRow};
use switchboard::store::outbox::OutboxRow;
use switchboard::store::{
    CommitError, StoreError, audit, contacts, conversations, entries, feedback, meta, outbox,
};

use crate::support::chat::{Chat, hold_journal, is_conflict};
use crate::support::database::Database;
use crate::support::on_both;

on_both! {
    an_opening_is_one_commit
    a_stale_commit_changes_nothing
    numbers_with_holes_are_refused
    one_of_many_simultaneous_commits_wins
    a_contact_has_one_open_conversation
    a_proven_customer_is_one_contact
    an_ended_conversation_opens_again_only_alone
    a_failed_write_is_undone_and_harms_no_other
    feedback_becomes_a_row
    what_a_commit_causes_is_in_it
    an_answer_means_that_others_see_it
    every_state_survives_storing
    a_restart_keeps_everything
    a_full_queue_refuses
    who_waited_in_vain_has_changed_nothing
    readers_cannot_write_and_are_few
    figures_are_counted
}

fn audit_row(chat: &Chat, action: &str) -> AuditRow {
    AuditRow {
        id: chat.sources.id(),
        scope: Some(chat.scope.id),
        at: chat.now(),
        actor: AuditActor {
            kind: "member".into(),
            id: Some(chat.agent.id.to_string()),
            name: chat.agent.name.clone(),
        },
        action: action.into(),
        object: "c_1".into(),
        address: Some("192.0.2.7".into()),
        details: json!({"from": "queued"}),
    }
}

fn outbox_row(chat: &Chat, topic: &str) -> OutboxRow {
    OutboxRow {
        id: chat.sources.id(),
        scope: chat.scope.id,
        conversation: None,
        topic: topic.into(),
        payload: json!({"n": 1}),
        created_at: chat.now(),
        next_at: chat.now(),
        message: None,
    }
}

async fn an_opening_is_one_commit(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let contact = chat.contact();
    let opened = chat.open_for(&contact, "Hello\u{0}\n  world ☃").await;
    assert_eq!(opened.version, 2);
    let id = opened.id;
    assert_eq!(chat.stored(id).await.unwrap(), opened);
    let (stored, session) = chat
        .store
        .read(move |c| Ok((contacts::by_id(c, contact.id)?, conversations::session(c, id)?)))
        .await
        .unwrap();
    assert_eq!(stored.name, "Visitor 4821");
    assert_eq!(session.language.as_deref(), Some("de"));
    let log = chat.log(id).await;
    assert_eq!(log.len(), 2);
    let text = "Hello\u{0}\n  world ☃".into();
    let said =
        Event::Message { text, attachments: vec![], quick_replies: vec![], cards: vec![], coming: vec![] };
    assert_eq!(log[1].body, said);

    // A contact the store knows is kept as it is.
    let ended = chat.does(&opened, Command::End { feedback: Feedback::default() }).await;
    assert_eq!(ended.status, Status::Ended);
    let mut again = stored.clone();
    again.name = "Somebody else".into();
    chat.open_for(&again, "Me again").await;
    let kept = chat.store.read(move |c| contacts::by_id(c, again.id)).await.unwrap();
    assert_eq!(kept, stored);
}

async fn a_stale_commit_changes_nothing(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let posted = chat.done(chat.post(&opened, "first")).await;

    let plain = chat.store.commit(chat.post(&opened, "stale")).await;
    assert!(is_conflict(&plain), "{plain:?}");
    let mut claim = chat.decided(&opened, &Command::Join { by: chat.agent.clone() });
    claim.outbox.push(outbox_row(&chat, "stale"));
    claim.audit.push(audit_row(&chat, "stale"));
    let claim = chat.store.commit(claim).await;
    assert!(is_conflict(&claim), "{claim:?}");
    let mut again = chat.opening(&chat.contact(), "the same id");
    again.after.id = opened.id;
    let again = chat.store.commit(again).await;
    assert!(is_conflict(&again), "{again:?}");
    let mut unknown = chat.post(&opened, "nowhere");
    unknown.after.id = chat.sources.id();
    assert!(is_conflict(&chat.store.commit(unknown).await));

    assert_eq!(chat.stored(opened.id).await.unwrap(), posted);
    assert_eq!(chat.log(opened.id).await.len(), 3);
    let now = chat.now();
    assert_eq!(chat.store.write(move |c| outbox::lease_due(c, now, now, 10)).await.unwrap(), vec![]);
    let scope = chat.scope.id;
    assert_eq!(chat.store.read(move |c| audit::list(c, scope, None, 10)).await.unwrap().items, vec![]);
}

async fn numbers_with_holes_are_refused(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let mut hole = chat.post(&opened, "skips one");
    hole.entries[0].seq += 1;
    hole.after.version += 1;
    let refused = chat.store.commit(hole).await;
    assert!(matches!(refused, Err(CommitError::Unavailable(StoreError::Broken(_)))), "{refused:?}");
    assert_eq!(chat.stored(opened.id).await.unwrap(), opened);
}

async fn one_of_many_simultaneous_commits_wins(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    for round in 0..5 {
        let now_is = chat.stored(opened.id).await.unwrap();
        let claims = (0..50).map(|number| {
            let commit = if number % 2 == 0 && round == 0 {
                chat.decided(&now_is, &Command::Join { by: chat.agent.clone() })
            } else {
                chat.post(&now_is, &format!("message {number}"))
            };
            chat.store.commit(commit)
        });
        let results = join_all(claims).await;
        let won = results.iter().filter(|result| result.is_ok()).count();
        let lost = results.iter().filter(|result| is_conflict(result)).count();
        assert_eq!((won, lost), (1, 49));
    }
    let numbers: Vec<i64> = chat.log(opened.id).await.iter().map(|entry| entry.seq).collect();
    assert_eq!(numbers, (1..=7).collect::<Vec<_>>());
}

async fn a_contact_has_one_open_conversation(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let contact = chat.contact();
    let tries = join_all((0..20).map(|_| chat.store.commit(chat.opening(&contact, "Hello")))).await;
    assert_eq!(tries.iter().filter(|result| result.is_ok()).count(), 1);
    let open = chat.store.read({
        let (channel, contact) = (chat.channel.id, contact.id);
        move |c| conversations::open_of(c, channel, contact)
    });
    let open = open.await.unwrap().unwrap();
    for refused in tries.iter().filter_map(|result| result.as_ref().err()) {
        assert!(matches!(refused, CommitError::ActiveExists(id) if *id == open.id), "{refused:?}");
    }
    let all = chat.store.read(move |c| conversations::of_contact(c, contact.id, 100)).await.unwrap();
    assert_eq!(all, vec![open]);
}

async fn a_proven_customer_is_one_contact(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let proven = || {
        let mut contact = chat.contact();
        contact.external_id = Some("42".into());
        contact.verified = true;
        contact
    };
    let (first, second) = (proven(), proven());
    let opened = chat.open_for(&first, "from one tab").await;
    let refused = chat.store.commit(chat.opening(&second, "from the other")).await;
    assert!(matches!(refused, Err(CommitError::ActiveExists(id)) if id == opened.id), "{refused:?}");
    let channel = chat.channel.id;
    let found = chat.store.read(move |c| contacts::by_external_id(c, channel, "42")).await.unwrap();
    assert_eq!(found.unwrap().id, first.id);
    assert!(chat.store.read(move |c| contacts::by_id(c, second.id)).await.is_err());

    // Unproven, the same words make different people.
    let claimed = || {
        let mut contact = chat.contact();
        contact.external_id = Some("42".into());
        contact
    };
    chat.open_for(&claimed(), "I say I am 42").await;
    chat.open_for(&claimed(), "I say so too").await;
}

async fn an_ended_conversation_opens_again_only_alone(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let contact = chat.contact();
    let old = chat.open_for(&contact, "first").await;
    let old = chat.resolve(&old).await;
    let new = chat.open_for(&contact, "second").await;
    let activate = Command::Activate { by: chat.agent.clone() };
    let refused = chat.store.commit(chat.decided(&old, &activate)).await;
    assert!(matches!(refused, Err(CommitError::ActiveExists(id)) if id == new.id), "{refused:?}");
    assert_eq!(chat.stored(old.id).await.unwrap(), old);
    chat.resolve(&new).await;
    let active = chat.does(&old, activate).await;
    assert_eq!((active.status, active.episode), (Status::Assigned, 2));
    assert_eq!(chat.stored(old.id).await.unwrap(), active);

    // Opening one and activating another of the same contact at once: one of them.
    let contact = chat.contact();
    let ended = chat.resolve(&chat.open_for(&contact, "first").await).await;
    let activate = chat.decided(&ended, &Command::Activate { by: chat.agent.clone() });
    let opening = chat.opening(&contact, "third");
    let (a, b) = tokio::join!(chat.store.commit(activate), chat.store.commit(opening));
    assert!(a.is_ok() && matches!(b, Err(CommitError::ActiveExists(id)) if id == ended.id), "{a:?} {b:?}");
}

async fn a_failed_write_is_undone_and_harms_no_other(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let (hold, release) = hold_journal(&chat.store).await;
    let fails = chat.store.write(|c| {
        meta::put_once(c, "undone", "1")?;
        Err::<(), _>(StoreError::Conflict("on purpose"))
    });
    let breaks = chat.store.write(|c| {
        meta::put_once(c, "undone", "2")?;
        diesel::RunQueryDsl::execute(diesel::sql_query("SELECT nonsense FROM nowhere"), c)?;
        Ok(())
    });
    let panics = chat.store.write(|c| -> Result<(), StoreError> {
        meta::put_once(c, "undone", "3")?;
        panic!("on purpose")
    });
    let works = chat.store.write(|c| meta::put_once(c, "kept", "yes"));
    let posts = chat.store.commit(chat.post(&opened, "beside them"));
    let all = async { tokio::join!(fails, breaks, panics, works, posts) };
    let ((), (fails, breaks, panics, works, posts)) = tokio::join!(release, all);
    hold.await.unwrap();
    assert!(matches!(fails, Err(StoreError::Conflict("on purpose"))), "{fails:?}");
    assert!(matches!(breaks, Err(StoreError::Broken(_))), "{breaks:?}");
    assert!(matches!(panics, Err(StoreError::Broken(_))), "{panics:?}");
    assert_eq!(works.unwrap(), "yes");
    posts.unwrap();
    let stored = chat.store.read(|c| Ok((meta::get(c, "undone")?, meta::get(c, "kept")?))).await.unwrap();
    assert_eq!(stored, (None, Some("yes".into())));
}

async fn feedback_becomes_a_row(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let given = Feedback { rating: Rating::try_from(4).ok(), comment: Some("good".into()) };
    let ended = chat.does(&opened, Command::End { feedback: given.clone() }).await;
    let active = chat.does(&ended, Command::Activate { by: chat.agent.clone() }).await;
    let resolved = chat.does(&active, Command::Resolve { by: chat.agent.clone() }).await;
    let later = Feedback { rating: Rating::try_from(1).ok(), comment: None };
    let rated = chat.does(&resolved, Command::Feedback { feedback: later.clone() }).await;
    assert_eq!(chat.stored(opened.id).await.unwrap(), rated);
    let rows = chat.store.read(move |c| feedback::of_conversation(c, opened.id)).await.unwrap();
    let rows: Vec<_> = rows.into_iter().map(|row| (row.episode, row.feedback)).collect();
    assert_eq!(rows, vec![(1, given), (2, later)]);
}

async fn what_a_commit_causes_is_in_it(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let mut commit = chat.post(&opened, "with consequences");
    let (job, line) = (outbox_row(&chat, "bot.turn"), audit_row(&chat, "take_over"));
    commit.outbox.push(job.clone());
    commit.audit.push(line.clone());
    chat.done(commit).await;
    let scope = chat.scope.id;
    let lines = chat.store.read(move |c| audit::list(c, scope, None, 10)).await.unwrap();
    assert_eq!(lines.items, vec![line]);

    let (now, id) = (chat.now(), job.id);
    let lease = |at| chat.store.write(move |c| outbox::lease_due(c, at, at + 1_000, 10));
    let leased = lease(now).await.unwrap();
    assert_eq!(leased.len(), 1);
    assert_eq!((&leased[0].row, leased[0].attempt), (&job, 1));
    assert_eq!(lease(now + 999).await.unwrap(), vec![], "somebody has it");
    assert_eq!(lease(now + 1_000).await.unwrap()[0].attempt, 2, "and lost it by time");
    let failed = chat.store.write(move |c| outbox::fail(c, id, "no answer", Some(now + 5_000), now));
    failed.await.unwrap();
    assert_eq!(lease(now + 4_999).await.unwrap(), vec![]);
    assert_eq!(lease(now + 5_000).await.unwrap()[0].attempt, 3);
    chat.store.write(move |c| outbox::finish(c, id, now)).await.unwrap();
    assert_eq!(lease(now + 100_000).await.unwrap(), vec![], "done is done");
}

async fn an_answer_means_that_others_see_it(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let other = other_eyes(&database);
    let states = join_all((0..20).map(|_| chat.open("Hello"))).await;
    let watch = states.into_iter().map(|mut state| {
        let (chat, other) = (&chat, &other);
        async move {
            // An answer that leaves too early is seen now and then only.
            for number in 0..100 {
                state = chat.done(chat.post(&state, &format!("message {number}"))).await;
                let (version, entries) = other(&state.id.to_string());
                assert_eq!((version, entries), (state.version, state.version), "at the moment of its answer");
            }
        }
    });
    join_all(watch).await;
}

/// Asks the database past the store: version and number of entries of a conversation.
fn other_eyes(database: &Database) -> impl Fn(&str) -> (i64, i64) + use<> {
    use diesel::prelude::*;

    #[derive(QueryableByName)]
    struct Seen {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        version: i64,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        entries: i64,
    }
    let url = database.url.clone();
    let query = |id: &str| {
        diesel::sql_query(format!(
            "SELECT version, (SELECT count(*) FROM entries WHERE conversation_id = c.id) AS entries \
             FROM conversations c WHERE id = '{id}'"
        ))
    };
    let sqlite = url.strip_prefix("sqlite://").map(|path| SqliteConnection::establish(path).unwrap());
    let postgres = sqlite.is_none().then(|| PgConnection::establish(&url).unwrap());
    let connections = std::cell::RefCell::new((sqlite, postgres));
    move |id| {
        let (sqlite, postgres) = &mut *connections.borrow_mut();
        let seen: Seen = match (sqlite, postgres) {
            (Some(connection), _) => query(id).get_result(connection).unwrap(),
            (None, Some(connection)) => query(id).get_result(connection).unwrap(),
            (None, None) => unreachable!("one of them was made"),
        };
        (seen.version, seen.entries)
    }
}

async fn every_state_survives_storing(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let by = || chat.agent.clone();
    let mut now_is = chat.open("Hello").await;
    let commands = [
        Command::Note { by: by(), text: "looks new".into(), mentions: Vec::new() },
        Command::Send { by: by(), text: "Hi, what can I do?".into() },
        Command::Post { text: "Find my order".into() },
        Command::Release { member: chat.agent.id },
        Command::Join { by: by() },
        Command::Resolve { by: by() },
        Command::Activate { by: by() },
        Command::Erase,
    ];
    let mut log = chat.log(now_is.id).await;
    for command in commands {
        let commit = chat.decided(&now_is, &command);
        log.extend(commit.entries.clone());
        now_is = chat.done(commit).await;
        assert_eq!(chat.stored(now_is.id).await.unwrap(), now_is, "after {command:?}");
    }
    assert_eq!(chat.log(now_is.id).await, log);

    // The log in parts, and the client ids.
    let id = now_is.id;
    let last = log.len();
    let parts = chat.store.read(move |c| {
        Ok((
            entries::after(c, id, 2, 3)?,
            entries::before(c, id, 5, 2)?,
            entries::last(c, id, 2)?,
            entries::at(c, id, 3)?,
            entries::client_ids(c, id)?,
        ))
    });
    let (after, before, tail, third, used) = parts.await.unwrap();
    assert_eq!(after, log[2..5]);
    assert_eq!(before, log[2..4]);
    assert_eq!(tail, log[last - 2..]);
    assert_eq!(third, log[2]);
    let expected: Vec<_> =
        log.iter().filter_map(|entry| entry.client_id.map(|client_id| (entry.seq, client_id))).collect();
    assert_eq!(used.iter().map(|id| (id.seq, id.client_id)).collect::<Vec<_>>(), expected);
    let note = used.iter().find(|id| id.seq == 3).unwrap();
    assert_eq!(note.member, Some(chat.agent.id));
}

async fn a_restart_keeps_everything(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let posted = chat.done(chat.post(&opened, "still here")).await;
    let log = chat.log(opened.id).await;
    chat.store.clone().close().await.unwrap();
    let store = database.open();
    let read =
        store.read(move |c| Ok((conversations::by_id(c, opened.id)?, entries::last(c, opened.id, 10)?)));
    assert_eq!(read.await.unwrap(), (posted, log));
}

async fn a_full_queue_refuses(database: Database) {
    let mut options = database.options();
    options.journal_queue = 8;
    let chat = Chat::new(&switchboard::store::Store::open(&options).unwrap()).await;
    let states = join_all((0..8).map(|_| chat.open("Hello"))).await;
    let (hold, release) = hold_journal(&chat.store).await;
    let fit = join_all(states.iter().map(|state| chat.store.commit(chat.post(state, "fits"))));
    let full = async {
        let commit = chat.store.commit(chat.opening(&chat.contact(), "too many")).await;
        let write = chat.store.write(|_| Ok(())).await;
        (commit, write)
    };
    let (fit, (commit, write), ()) = tokio::join!(fit, full, release);
    hold.await.unwrap();
    assert!(fit.iter().all(Result::is_ok), "{fit:?}");
    assert!(matches!(commit, Err(CommitError::Overloaded)), "{commit:?}");
    assert!(matches!(write, Err(StoreError::Busy)), "{write:?}");
    chat.open("room again").await;
}

async fn who_waited_in_vain_has_changed_nothing(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let (hold, release) = hold_journal(&chat.store).await;
    let begun = Instant::now();
    let late = chat.store.commit(chat.post(&opened, "late")).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(matches!(late, Err(CommitError::Unavailable(StoreError::Unavailable(_)))), "{late:?}");
    release.await;
    // Whoever was already being served cannot know.
    let served = hold.await;
    assert!(matches!(served, Err(StoreError::Unknown)), "{served:?}");
    chat.store.ping().await.unwrap();
    assert_eq!(chat.stored(opened.id).await.unwrap(), opened);
    assert_eq!(chat.log(opened.id).await.len(), 2);
}

async fn readers_cannot_write_and_are_few(database: Database) {
    let mut options = database.options();
    (options.readers, options.read_queue) = (1, 1);
    let store = switchboard::store::Store::open(&options).unwrap();
    let refused = store.read(|c| meta::put_once(c, "key", "value")).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
    let panicked = store.read(|_| -> Result<(), StoreError> { panic!("on purpose") }).await;
    assert!(matches!(panicked, Err(StoreError::Broken(_))), "{panicked:?}");
    assert_eq!(store.read(|c| meta::get(c, "key")).await.unwrap(), None);

    let (release, released) = mpsc::channel::<()>();
    let slow =
        store.read(move |_| released.recv_timeout(Duration::from_secs(20)).map_err(|_| StoreError::NotFound));
    let begun = Instant::now();
    let others = async {
        let waits = store.read(|c| meta::get(c, "key"));
        let third = async {
            let result = store.read(|c| meta::get(c, "key")).await;
            (result, begun.elapsed())
        };
        let (waited, (refused, at_once)) = tokio::join!(waits, third);
        let elapsed = begun.elapsed();
        release.send(()).unwrap();
        (waited, elapsed, refused, at_once)
    };
    let (slow, (waited, elapsed, refused, at_once)) = tokio::join!(slow, others);
    slow.unwrap();
    assert!(matches!(refused, Err(StoreError::Busy)) && at_once < Duration::from_secs(1));
    assert!(matches!(waited, Err(StoreError::Busy)), "{waited:?}");
    assert!(elapsed >= Duration::from_secs(2) && elapsed < Duration::from_secs(3), "{elapsed:?}");
    assert_eq!(store.read(|c| meta::get(c, "key")).await.unwrap(), None);
}

async fn figures_are_counted(database: Database) {
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    chat.done(chat.post(&opened, "one")).await;
    assert!(is_conflict(&chat.store.commit(chat.post(&opened, "stale")).await));
    assert!(chat.store.write(|_| Err::<(), _>(StoreError::NotFound)).await.is_err());
    let stats = chat.store.stats();
    // The members and channels of the scope, and the four above.
    assert_eq!((stats.batch_size.count, stats.batch_size.sum), (5, 5));
    assert_eq!(stats.batch_size.buckets[0], (1, 5));
    assert_eq!(stats.commit_micros.count, 5);
    assert_eq!((stats.conflicts, stats.failures, stats.journal_depth, stats.reads_open), (1, 0, 0, 0));
}
