//! What only the file database has to show.

use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use futures_util::future::join_all;
use switchboard::store::{CommitError, Store, StoreError, StoreOptions, conversations, entries, scopes};

use crate::support::chat::Chat;
use crate::support::database::Database;

fn past_the_store(database: &Database) -> SqliteConnection {
    SqliteConnection::establish(database.url.strip_prefix("sqlite://").unwrap()).unwrap()
}

#[derive(QueryableByName, Debug, PartialEq)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    value: String,
}

#[actix_web::test]
async fn a_power_cut_loses_nothing_that_was_answered() {
    let store = Database::sqlite().open();
    let settings = store.write(|c| {
        let mut values = Vec::new();
        for name in ["journal_mode", "synchronous", "foreign_keys"] {
            let query = format!("SELECT CAST({name} AS TEXT) AS value FROM pragma_{name}");
            values.push(diesel::sql_query(query).get_result::<Setting>(c)?.value);
        }
        Ok(values)
    });
    // 2 = FULL: every commit is synced.
    assert_eq!(settings.await.unwrap(), ["wal", "2", "1"]);
}

#[actix_web::test]
async fn a_second_process_is_refused() {
    let database = Database::sqlite();
    let store = database.open();
    let refused = Store::open(&database.options()).map(|_| ());
    assert!(
        matches!(&refused, Err(StoreError::Refused(why)) if why.contains("another process uses this database")),
        "{refused:?}"
    );
    store.close().await.unwrap();
    database.open();
}

#[actix_web::test]
async fn a_file_locked_by_others_is_a_clear_answer() {
    let database = Database::sqlite();
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let mut other = past_the_store(&database);
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let refused = chat.store.commit(chat.post(&opened, "locked out")).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(matches!(refused, Err(CommitError::Unavailable(StoreError::Unavailable(_)))), "{refused:?}");
    assert_eq!(chat.stored(opened.id).await.unwrap(), opened, "reading goes on");
    other.batch_execute("ROLLBACK").unwrap();
    chat.done(chat.post(&opened, "let in again")).await;
}

#[actix_web::test]
async fn a_full_disk_is_a_clear_answer() {
    let database = Database::sqlite();
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let limit = |pages: &'static str| {
        chat.store.write(move |c| {
            let query = format!("PRAGMA max_page_count = {pages}");
            diesel::sql_query(query).execute(c).map(|_| ()).map_err(Into::into)
        })
    };
    limit("1").await.unwrap();
    let refused = chat.store.commit(chat.post(&opened, &"no room ".repeat(1_000))).await;
    assert!(matches!(refused, Err(CommitError::Unavailable(StoreError::Unavailable(_)))), "{refused:?}");
    assert_eq!(chat.stored(opened.id).await.unwrap(), opened);
    limit("100000").await.unwrap();
    chat.done(chat.post(&opened, &"room again ".repeat(900))).await;
}

#[actix_web::test]
async fn a_copy_holds_all_that_was_answered() {
    let database = Database::sqlite();
    let chat = Chat::new(&database.open()).await;
    let opened = chat.open("Hello").await;
    let copy = database.folder().join("copy.db");
    chat.store.backup(&copy).await.unwrap();
    chat.done(chat.post(&opened, "after the copy")).await;
    let again = chat.store.backup(&copy).await;
    assert!(matches!(again, Err(StoreError::Refused(_))), "{again:?}");
    let store = Store::open(&StoreOptions::new(format!("sqlite://{}", copy.display()))).unwrap();
    assert_eq!(store.read(move |c| conversations::by_id(c, opened.id)).await.unwrap(), opened);
}

/// The test runs itself in a second process, which ruins its database and must not survive that.
#[actix_web::test]
async fn a_ruined_file_ends_the_program() {
    const CHILD: &str = "SWITCHBOARD_TEST_RUINED_FILE";
    const NAME: &str = "store_sqlite::a_ruined_file_ends_the_program";
    if let Ok(path) = std::env::var(CHILD) {
        return ruin_and_read(&path).await;
    }
    let folder = tempfile::tempdir().unwrap();
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(CHILD, folder.path().join("ruined.db"))
        .output()
        .unwrap();
    assert_eq!(child.status.code(), Some(70), "{}", String::from_utf8_lossy(&child.stdout));
}

async fn ruin_and_read(path: &str) {
    const PAGE: [u8; 4_096] = [0xAB; 4_096];
    let options = StoreOptions::new(format!("sqlite://{path}"));
    let chat = Chat::new(&Store::open(&options).unwrap()).await;
    for _ in 0..50 {
        chat.open(&"long text ".repeat(900)).await;
    }
    chat.store.close().await.unwrap();
    let store = Store::open(&options).unwrap();
    store.read(scopes::list).await.unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    let pages = file.metadata().unwrap().len() / PAGE.len() as u64;
    for page in 60..pages {
        file.write_all_at(&PAGE, page * PAGE.len() as u64).unwrap();
    }
    let read = store.read(read_everything).await;
    panic!("the program lives on and answers {read:?}");
}

fn read_everything(c: &mut switchboard::store::Connection) -> Result<usize, StoreError> {
    let scopes = scopes::list(c)?;
    let listed = conversations::active(c, scopes[0].id)?;
    for (conversation, _) in &listed {
        entries::last(c, conversation.id, 10)?;
    }
    Ok(listed.len())
}

#[actix_web::test]
async fn closing_leaves_one_file() {
    let database = Database::sqlite();
    let chat = Chat::new(&database.open()).await;
    chat.open("Hello").await;
    chat.store.close().await.unwrap();
    let log = database.folder().join("data/switchboard.db-wal");
    assert!(std::fs::metadata(log).map_or(0, |file| file.len()) == 0);
}

#[test]
fn urls_that_name_no_database_are_refused() {
    for url in ["mysql://localhost/x", "sqlite://", "sqlite://:memory:", "switchboard.db", ""] {
        let refused = Store::open(&StoreOptions::new(url)).map(|_| ());
        assert!(matches!(refused, Err(StoreError::Refused(_))), "{url}: {refused:?}");
    }
}

/// The planner uses the partial indexes, and a message touches none of them.
#[actix_web::test]
async fn lists_use_their_indexes() {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = diesel::sql_types::Text)]
        detail: String,
    }
    let database = Database::sqlite();
    drop(database.open());
    let mut connection = past_the_store(&database);
    let mut plan = |query: &str| {
        let steps: Vec<Step> =
            diesel::sql_query(format!("EXPLAIN QUERY PLAN {query}")).load(&mut connection).unwrap();
        steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("; ")
    };
    for (condition, index) in [
        ("scope_id = ? AND ended_at IS NULL", "conversations_active"),
        ("scope_id = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC, id DESC", "conversations_ended"),
        ("channel_id = ? AND contact_id = ? AND ended_at IS NULL", "conversations_open"),
        ("contact_id = ? ORDER BY id DESC", "conversations_of_contact"),
    ] {
        let plan = plan(&format!("SELECT * FROM conversations WHERE {condition}"));
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{condition}: {plan}");
    }
}

/// Both figures are known to nobody else: the log without end would be seen on a full disk, the database that stays empty never.
#[actix_web::test]
async fn the_log_is_copied_and_begins_anew_while_it_is_written() {
    /// A little more than the changes between two copies.
    const STRETCH: usize = 4_200;
    /// Few enough for the journal's queue, and many for one commit.
    const AT_ONCE: usize = 300;
    let database = Database::sqlite();
    let store = database.open();
    let path = database.url.strip_prefix("sqlite://").unwrap().to_owned();
    let length = |end: &str| std::fs::metadata(format!("{path}{end}")).unwrap().len();
    let table = "CREATE TABLE filler (text TEXT NOT NULL)";
    store.write(move |c| Ok(diesel::sql_query(table).execute(c)?)).await.unwrap();
    let fill = async || {
        for _ in 0..STRETCH / AT_ONCE {
            let add = || {
                store.write(|c| {
                    Ok(diesel::sql_query("INSERT INTO filler VALUES (hex(zeroblob(2000)))").execute(c)?)
                })
            };
            for added in join_all((0..AT_ONCE).map(|_| add())).await {
                assert_eq!(added.unwrap(), 1);
            }
        }
    };
    let before = length("");
    fill().await;
    let begun = Instant::now();
    while length("") < before + 8_000_000 {
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing came into the database");
        tokio::task::yield_now().await;
    }
    let log = length("-wal");
    for _ in 0..4 {
        fill().await;
    }
    assert!(length("-wal") < log * 3, "a log of {log} bytes became {}", length("-wal"));
}
