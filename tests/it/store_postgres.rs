//! What only the server database has to show.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use switchboard::domain::conversation::{Command, Conversation};
use switchboard::store::{CommitError, Store, StoreError, StoreOptions};

use crate::support::chat::{Chat, is_conflict};
use crate::support::database::{Database, PostgresServer};
use crate::support::eventually;

#[actix_web::test]
async fn a_server_that_crashes_and_returns_is_used_again_within_five_seconds() {
    let server = PostgresServer::start();
    let database = Database::on_server(&server.url);
    let chat = Chat::new(&database.open()).await;
    let mut states: Vec<Conversation> = join_all((0..20).map(|_| chat.open("Hello"))).await;
    server.crash();

    let begun = Instant::now();
    let posts =
        join_all(states.iter().map(|state| chat.store.commit(chat.post(state, "nobody there")))).await;
    for refused in posts {
        assert!(matches!(refused, Err(CommitError::Unavailable(StoreError::Unavailable(_)))), "{refused:?}");
    }
    let read = chat.stored(states[0].id).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());

    server.start_again();
    let returned = Instant::now();
    loop {
        match chat.store.commit(chat.post(&states[0], "there again")).await {
            Ok(()) => break,
            Err(CommitError::Unavailable(_)) => tokio::task::yield_now().await,
            Err(other) => panic!("{other:?}"),
        }
        assert!(returned.elapsed() < Duration::from_secs(5));
    }
    // Nothing that was answered is lost, nothing that was refused has happened.
    for state in states.split_off(1) {
        assert_eq!(chat.stored(state.id).await.unwrap(), state);
    }
    assert!(returned.elapsed() < Duration::from_secs(5), "{:?}", returned.elapsed());
    let log = chat.log(states[0].id).await;
    assert_eq!(log.len(), 3);
}

#[actix_web::test]
async fn a_crash_under_load_loses_nothing_that_was_answered() {
    let server = PostgresServer::start();
    let database = Database::on_server(&server.url);
    let chat = Chat::new(&database.open()).await;
    let states = join_all((0..50).map(|_| chat.open("Hello"))).await;
    let writers = states.into_iter().map(|state| {
        let chat = chat.clone();
        actix_web::rt::spawn(async move {
            let mut state = state;
            loop {
                let commit = chat.post(&state, "on and on");
                let after = commit.after.clone();
                match chat.store.commit(commit).await {
                    Ok(()) => state = after,
                    Err(CommitError::Unknown) => return (state, true),
                    Err(CommitError::Unavailable(_)) => return (state, false),
                    Err(other) => panic!("{other:?}"),
                }
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    eventually(async || chat.store.stats().batch_size.sum, |sum| *sum >= 1_000).await;
    let crash = tokio::task::spawn_blocking(move || {
        server.crash();
        server.start_again();
        server
    });
    let answers = join_all(writers).await;
    let server = crash.await.unwrap();
    let returned = Instant::now();
    while chat.store.ping().await.is_err() {
        assert!(returned.elapsed() < Duration::from_secs(5));
    }
    for answer in answers {
        let (acknowledged, unknown) = answer.unwrap();
        let stored = chat.stored(acknowledged.id).await.unwrap();
        let gained = stored.version - acknowledged.version;
        assert!(gained == 0 || (unknown && gained == 1), "unknown={unknown} gained={gained}");
        let numbers: Vec<i64> = chat.log(acknowledged.id).await.iter().map(|entry| entry.seq).collect();
        assert_eq!(numbers, (1..=stored.version).collect::<Vec<_>>());
    }
    drop(server);
}

#[actix_web::test]
async fn two_programs_on_one_database_fence_each_other() {
    let database = Database::postgres();
    let here = Chat::new(&database.open()).await;
    let mut there = here.clone();
    there.store = database.open();
    let mut now_is = here.open("Hello").await;
    for round in 0..50 {
        let (a, b) = (here.post(&now_is, "here"), there.post(&now_is, "there"));
        let after = (a.after.clone(), b.after.clone());
        let (a, b) = tokio::join!(here.store.commit(a), there.store.commit(b));
        assert!(a.is_ok() != b.is_ok(), "round {round}: {a:?} {b:?}");
        assert!(is_conflict(&a) || is_conflict(&b), "round {round}: {a:?} {b:?}");
        now_is = if a.is_ok() { after.0 } else { after.1 };
        assert_eq!(there.stored(now_is.id).await.unwrap(), now_is);
    }
    // First messages of one contact at both: one conversation.
    for round in 0..20 {
        let contact = here.contact();
        let (a, b) = (here.opening(&contact, "here"), there.opening(&contact, "there"));
        let ids = (a.after.id, b.after.id);
        let (a, b) = tokio::join!(here.store.commit(a), there.store.commit(b));
        let told = match (&a, &b) {
            (Ok(()), Err(CommitError::ActiveExists(id))) => *id == ids.0,
            (Err(CommitError::ActiveExists(id)), Ok(())) => *id == ids.1,
            _ => false,
        };
        assert!(told, "round {round}: {a:?} {b:?}");
    }
    // Taken up again here, begun anew there: one of the two.
    for round in 0..20 {
        let contact = here.contact();
        let ended = here.resolve(&here.open_for(&contact, "Hello").await).await;
        let activate = here.decided(&ended, &Command::Activate { by: here.agent.clone() });
        let opening = there.opening(&contact, "there");
        let (a, b) = tokio::join!(here.store.commit(activate), there.store.commit(opening));
        assert!(a.is_ok() != b.is_ok(), "round {round}: {a:?} {b:?}");
        let refused = if a.is_ok() { b } else { a };
        let told = matches!(refused, Err(CommitError::ActiveExists(_) | CommitError::Conflict));
        assert!(told, "round {round}: {refused:?}");
    }
}

#[actix_web::test]
async fn a_back_up_is_left_to_the_server() {
    let database = Database::postgres();
    let refused = database.open().backup(Path::new("copy.db")).await;
    assert!(matches!(&refused, Err(StoreError::Refused(why)) if why.contains("pg_dump")), "{refused:?}");
}

#[actix_web::test]
async fn commits_are_synced_whatever_the_server_is_told() {
    use diesel::prelude::*;

    #[derive(QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        value: String,
    }
    let database = Database::postgres();
    let mut admin = PgConnection::establish(&database.url).unwrap();
    let name = url::Url::parse(&database.url).unwrap().path()[1..].to_owned();
    diesel::sql_query(format!("ALTER DATABASE {name} SET synchronous_commit = off"))
        .execute(&mut admin)
        .unwrap();
    let store = database.open();
    let value = store.write(|c| {
        let query = "SELECT current_setting('synchronous_commit') AS value";
        Ok(diesel::sql_query(query).get_result::<Setting>(c)?.value)
    });
    assert_eq!(value.await.unwrap(), "on");
}

#[test]
fn a_url_that_cannot_be_served_says_why() {
    let tls = Store::open(&StoreOptions::new("postgres://127.0.0.1:1/x?sslmode=require")).map(|_| ());
    assert!(matches!(&tls, Err(StoreError::Refused(why)) if why.contains("TLS")), "{tls:?}");
    let nobody = Store::open(&StoreOptions::new("postgres://me:secret@127.0.0.1:1/x")).map(|_| ());
    let Err(StoreError::Unavailable(why)) = nobody else { panic!("{nobody:?}") };
    assert!(!why.to_string().contains("secret"), "{why}");
}
