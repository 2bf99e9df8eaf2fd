//! The place where everything is kept has no room, may only be read, or is held by somebody else: whoever writes is told so in time,
//! nobody loses a socket, and what was acknowledged is there.
//!
//! `SWITCHBOARD_FAULTS` = how often each (once; 20 before a release).

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use reqwest::StatusCode;
use serde_json::{Value, json};
use switchboard::store::{Connection as Stored, Store, StoreError, StoreOptions};

use crate::drain::{SOON, Talk, readiness, said};
use crate::ill_line::until_acknowledged;
use crate::support::app::{Answer, Person};
use crate::support::database::{Database, hold};
use crate::support::files::{PNG, upload};
use crate::support::process::Launch;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, said as texts_of};
use crate::support::times;

/// How long somebody else holds the file.
const HELD: Duration = Duration::from_secs(10);

/// Letters of a message that needs room.
const LONG: usize = 10_000;

/// Pages that are more than enough.
const ROOM: i64 = 1_000_000;

/// Refused in time.
async fn is_refused(customer: &mut Socket, command: &Value) -> Duration {
    let begun = Instant::now();
    let answer = customer.ask(command.clone()).await;
    assert_eq!(answer["code"], "unavailable", "{answer}");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    begun.elapsed()
}

/// Not ready, and alive.
async fn is_not_ready(person: &Person) {
    assert_eq!(readiness(person).await, (StatusCode::SERVICE_UNAVAILABLE, "unavailable".into()));
    assert_eq!(person.get("/healthz").await.status, StatusCode::OK);
}

/// Ready soon.
async fn is_ready(person: &Person) {
    let begun = Instant::now();
    while readiness(person).await.0 != StatusCode::OK {
        assert!(begun.elapsed() < SOON, "not ready {:?} after it could be", begun.elapsed());
    }
}

#[derive(QueryableByName)]
struct Free {
    #[diesel(sql_type = BigInt)]
    freelist_count: i64,
}

/// Sets how many pages the file may have, for the connection that writes.
fn set_room(connection: &mut Stored, pages: i64) -> Result<(), StoreError> {
    diesel::sql_query(format!("PRAGMA max_page_count = {pages}")).execute(connection)?;
    Ok(())
}

/// The file may have no more pages than it has, none of which is free. A connection that failed is given up, so this is said
/// before each try.
async fn no_room(store: &Store) {
    let fill = |connection: &mut Stored| {
        set_room(connection, ROOM)?;
        diesel::sql_query("CREATE TABLE IF NOT EXISTS filler (bytes BLOB NOT NULL)").execute(connection)?;
        loop {
            let free = diesel::sql_query("SELECT freelist_count FROM pragma_freelist_count");
            if free.get_result::<Free>(connection)?.freelist_count == 0 {
                return set_room(connection, 1);
            }
            diesel::sql_query("INSERT INTO filler VALUES (zeroblob(3000))").execute(connection)?;
        }
    };
    store.write(fill).await.unwrap();
}

#[actix_web::test]
async fn a_disk_without_room_costs_no_socket_and_no_word() {
    let stage = Stage::new(Database::sqlite()).await;
    let (mut customer, id) = stage.writes("Hello").await;
    let (_, mut agent) = stage.agent().await;
    let person = stage.app.stranger();
    let mut acked = vec!["Hello".to_owned()];
    for round in 0..times() {
        let text = format!("{round} {}", "x".repeat(LONG - 10));
        let command = said(&text);
        for _ in 0..3 {
            no_room(&stage.store()).await;
            is_refused(&mut customer, &command).await;
        }
        no_room(&stage.store()).await;
        is_not_ready(&person).await;
        agent.ok(json!({"type": "open", "conversation": id})).await;
        stage.store().write(|connection| set_room(connection, ROOM)).await.unwrap();
        is_ready(&person).await;
        let answer = customer.ask(command).await;
        assert_eq!(answer["type"], "ok", "{answer}");
        acked.push(text);
    }
    assert_eq!(texts_of(&stage.log(&id).await, "contact"), acked);
    // The socket is the one of before, and hears.
    assert!(agent.entry("message").await["body"]["text"].is_string());
    println!("no room {} times: 3 refusals each, nothing lost", times());
}

#[actix_web::test]
async fn a_file_that_is_held_by_somebody_else_costs_no_socket_and_no_word() {
    let database = Database::sqlite();
    let mut process = Launch::on(&database.url).start().await;
    let mut talk = Talk::at(&mut process).await;
    let mut acked = vec!["Hello".to_owned()];
    for round in 0..times() {
        let mut other = hold(&database.url);
        let begun = Instant::now();
        let text = format!("while it is held {round}");
        let command = said(&text);
        let (mut refusals, mut longest) = (0, Duration::ZERO);
        while begun.elapsed() < HELD {
            longest = longest.max(is_refused(&mut talk.customer, &command).await);
            refusals += 1;
            is_not_ready(&talk.owner).await;
        }
        other.batch_execute("ROLLBACK").unwrap();
        let (_, back_after) = until_acknowledged(&mut talk, &command, Instant::now()).await;
        is_ready(&talk.owner).await;
        acked.push(text);
        println!(
            "held {:?}: {refusals} refusals within {longest:?}, served {back_after:?} after",
            begun.elapsed()
        );
    }
    assert!(talk.member.entry("message").await["body"]["text"].is_string());
    process.kill();
    assert_eq!(talk.stored(&database.url).await, acked);
}

#[actix_web::test]
async fn a_database_that_may_only_be_read_costs_no_socket_and_no_word() {
    let database = Database::postgres();
    let mut admin = PgConnection::establish(&database.url).unwrap();
    let name = database.url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    let mut process = Launch::on(&database.url).start().await;
    let mut talk = Talk::at(&mut process).await;
    let mut acked = vec!["Hello".to_owned()];
    for round in 0..times() {
        // As after a change of roles between two servers: whoever had a connection has to make another.
        for statement in [
            format!("ALTER DATABASE {name} SET default_transaction_read_only = on"),
            format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' \
                 AND application_name = 'switchboard'"
            ),
        ] {
            admin.batch_execute(&statement).unwrap();
        }
        let text = format!("while it may only be read {round}");
        let command = said(&text);
        for _ in 0..3 {
            is_refused(&mut talk.customer, &command).await;
        }
        is_not_ready(&talk.owner).await;
        // Only the setting changes; the connections of before may remember it.
        admin.batch_execute(&format!("ALTER DATABASE {name} RESET default_transaction_read_only")).unwrap();
        let (_, back_after) = until_acknowledged(&mut talk, &command, Instant::now()).await;
        is_ready(&talk.owner).await;
        acked.push(text);
        println!("only to be read: served {back_after:?} after it could be written");
    }
    assert!(talk.member.entry("message").await["body"]["text"].is_string());
    assert_eq!(talk.stored(&database.url).await, acked);
}

/// Lets these be read only, or also written.
fn may_be_written(paths: &[&Path], yes: bool) {
    for path in paths {
        let mode = match (path.is_dir(), yes) {
            (true, true) => 0o755,
            (true, false) => 0o555,
            (false, true) => 0o644,
            (false, false) => 0o444,
        };
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
}

/// The administrator may write anywhere, so the program runs without that privilege.
fn as_anybody(launch: Launch) -> Launch {
    let is_root = rustix::process::geteuid().is_root();
    if is_root { launch.under(&["setpriv", "--inh-caps=-all", "--bounding-set=-all"]) } else { launch }
}

#[actix_web::test]
async fn a_folder_that_may_only_be_read_refuses_the_start_and_files_and_nothing_else() {
    let database = Database::sqlite();
    let data = database.folder().join("data");
    let files = data.join("files");
    let file = data.join("switchboard.db");
    fs::create_dir(&data).unwrap();
    let launch = as_anybody(Launch::on(&database.url).with(&[("DATA_DIR", data.to_str().unwrap())]));
    may_be_written(&[&data], false);
    let ended = launch.run(&[]);
    assert!(!ended.status.success() && ended.errors.contains("Permission denied"), "{ended:?}");
    may_be_written(&[&data], true);

    let mut process = launch.start().await;
    let mut talk = Talk::at(&mut process).await;
    let path = format!("/api/v1/conversations/{}/files", talk.conversation);
    let mut acked = vec!["Hello".to_owned()];
    let sends = async |person: &Person| Answer::to(upload(person, &path, "a.png", PNG.to_vec())).await;
    for round in 0..times() {
        may_be_written(&[&files, &data, &file], false);
        let text = format!("while it may only be read {round}");
        talk.customer.ok(said(&text)).await;
        acked.push(text);
        let refused = sends(&talk.owner).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
        );
        let note = json!({"client_id": client_id(), "text": "x"});
        let notes = format!("/api/v1/conversations/{}/note", talk.conversation);
        talk.owner.post(&notes, note).await.good();
        may_be_written(&[&files, &data, &file], true);
        sends(&talk.owner).await.good();
    }
    process.kill();
    // A file that may not be written is found at the start, not at the first message.
    may_be_written(&[&file], false);
    let ended = launch.run(&[]);
    assert!(!ended.status.success() && ended.errors.contains("readonly database"), "{ended:?}");
    may_be_written(&[&file], true);
    let mut process = launch.start().await;
    process.kill();
    let stored = Store::open(&StoreOptions::new(&database.url)).unwrap();
    stored.close().await.unwrap();
    assert_eq!(talk.stored(&database.url).await, acked);
}

/// Rows that make a copy take some time.
const FILLER: usize = 400;

#[actix_web::test]
async fn half_a_copy_has_no_name() {
    let database = Database::sqlite();
    let store = database.open();
    let table = "CREATE TABLE filler (bytes BLOB NOT NULL)";
    store.write(move |c| Ok(diesel::sql_query(table).execute(c)?)).await.unwrap();
    let rows = format!(
        "INSERT INTO filler WITH RECURSIVE rows(number) AS \
         (SELECT 1 UNION ALL SELECT number + 1 FROM rows WHERE number < {FILLER}) SELECT randomblob(100000) FROM rows"
    );
    store.write(move |c| Ok(diesel::sql_query(rows).execute(c)?)).await.unwrap();
    store.close().await.unwrap();
    let copy = database.folder().join("copy.db");
    let part = database.folder().join("copy.db.part");
    let launch = Launch::on(&database.url);
    let path = copy.to_str().unwrap();
    let begun = || fs::metadata(&part).is_ok_and(|part| part.len() > 0);
    for _ in 0..times() {
        assert!(launch.run_and_kill_when(&["backup", path], begun).await, "it ended before it was killed");
        assert!(!copy.exists() && part.exists());
        fs::remove_file(&part).unwrap();
    }
    fs::write(&part, "what an earlier one left").unwrap();
    let made = launch.run(&["backup", path]);
    assert!(made.status.success() && copy.exists() && !part.exists(), "{made:?}");
    assert!(fs::metadata(&copy).unwrap().len() > (FILLER * 100_000) as u64);
}
