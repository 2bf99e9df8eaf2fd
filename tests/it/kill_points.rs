//! The program ends by SIGKILL between two of its steps, once at each point that `src/kill.rs` names and on both databases: while
//! people, platforms and webhooks are at work, while it migrates, copies a database, or changes its key. It must start again, and
//! nothing that was acknowledged may be missing or there twice.
//!
//! Only the build with the feature `fault-injection` has these points: `tests/kills.py` makes it and runs them.
//! `SWITCHBOARD_SEED` = at which pass of a point.

mod town;

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use diesel::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rustix::process::Signal;
use switchboard::kill::Point;

use crate::drain::{Talk, said};
use crate::secrets_key::{House, ROTATE, channels};
use crate::support::database::Database;
use crate::support::process::Launch;
use town::dies_at_work;

/// A test for each point: what is going on when the program dies there, and between which passes of the point it does.
macro_rules! points {
    ($(fn $name:ident() = $run:ident($point:ident, $passes:expr);)*) => {
        mod sqlite {
            $(#[actix_web::test] async fn $name() {
                super::$run(super::Database::sqlite(), super::Point::$point, super::pass($passes)).await;
            })*
        }
        mod postgres {
            $(#[actix_web::test] async fn $name() {
                super::$run(super::Database::postgres(), super::Point::$point, super::pass($passes)).await;
            })*
        }
    };
}

points! {
    fn half_of_rows() = dies_at_work(HalfOfRows, 1..25);
    fn before_commit() = dies_at_work(BeforeCommit, 15..60);
    fn after_commit() = dies_at_work(AfterCommit, 15..60);
    fn after_answer() = dies_at_work(AfterAnswer, 15..60);
    fn command_answered() = dies_at_work(CommandAnswered, 1..50);
    fn entries_shown() = dies_at_work(EntriesShown, 1..50);
    fn before_lease() = dies_at_work(BeforeLease, 1..12);
    fn after_lease() = dies_at_work(AfterLease, 1..12);
    fn before_call() = dies_at_work(BeforeCall, 1..12);
    fn after_call() = dies_at_work(AfterCall, 1..12);
    fn call_noted() = dies_at_work(CallNoted, 1..12);
    fn delivery_finished() = dies_at_work(DeliveryFinished, 1..12);
    fn before_telling() = dies_at_work(BeforeTelling, 1..12);
    fn after_telling() = dies_at_work(AfterTelling, 1..12);
    fn telling_noted() = dies_at_work(TellingNoted, 1..12);
    fn before_event_kept() = dies_at_work(BeforeEventKept, 1..12);
    fn event_kept() = dies_at_work(EventKept, 1..12);
    fn event_worked() = dies_at_work(EventWorked, 1..3);
    fn event_noted() = dies_at_work(EventNoted, 1..3);
    fn file_reserved() = dies_at_work(FileReserved, 1..8);
    fn bytes_stored() = dies_at_work(BytesStored, 1..8);
    fn file_complete() = dies_at_work(FileComplete, 1..8);
    fn between_migrations() = dies_while_it_migrates(BetweenMigrations, 2..10);
    fn before_migrations_commit() = dies_while_it_migrates(BeforeMigrationsCommit, 1..2);
    fn both_keys_written() = dies_while_it_changes_its_key(BothKeysWritten, 1..2);
    fn secrets_sealed() = dies_while_it_changes_its_key(SecretsSealed, 1..2);
    fn old_key_gone() = dies_while_it_changes_its_key(OldKeyGone, 1..2);
}

/// Only a file is copied by us.
mod copies {
    use super::{Database, Point, dies_while_it_copies};

    #[actix_web::test]
    async fn backup_written() {
        dies_while_it_copies(Database::sqlite(), Point::BackupWritten).await;
    }

    #[actix_web::test]
    async fn backup_synced() {
        dies_while_it_copies(Database::sqlite(), Point::BackupSynced).await;
    }
}

/// One of these passes.
fn pass(passes: std::ops::Range<u64>) -> u64 {
    let seed = std::env::var("SWITCHBOARD_SEED").ok().map(|text| text.parse().unwrap());
    let seed: u64 = seed.unwrap_or_else(rand::random);
    println!("seed {seed}");
    StdRng::seed_from_u64(seed).random_range(passes)
}

/// The same program, which dies at this pass of the point.
fn dying(launch: &Launch, point: Point, pass: u64) -> Launch {
    launch.clone().with_variables(&[("FAULT_POINT", &format!("{point:?}:{pass}"))])
}

fn was_killed(status: ExitStatus) -> bool {
    status.signal() == Some(Signal::KILL.as_raw())
}

async fn dies_while_it_migrates(database: Database, point: Point, pass: u64) {
    let launch = Launch::on(&database.url);
    let ended = dying(&launch, point, pass).run(&[]);
    assert!(was_killed(ended.status), "{point:?}:{pass} was not passed: {ended:?}");
    assert_eq!(tables(&database), 0, "nothing of a migration stays that did not end");
    let mut server = launch.start().await;
    let mut talk = Talk::at(&mut server).await;
    talk.customer.ok(said("after all")).await;
    assert_eq!(talk.owner.get("/readyz").await.status, 200);
}

/// How many tables there are.
fn tables(database: &Database) -> i64 {
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;

    match database.url.strip_prefix("sqlite://") {
        Some(path) => {
            let mut file = SqliteConnection::establish(path).unwrap();
            diesel::select(sql::<BigInt>("(SELECT count(*) FROM sqlite_schema)")).get_result(&mut file)
        }
        None => {
            let mut server = PgConnection::establish(&database.url).unwrap();
            let count = "(SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public')";
            diesel::select(sql::<BigInt>(count)).get_result(&mut server)
        }
    }
    .unwrap()
}

async fn dies_while_it_copies(database: Database, point: Point) {
    let launch = Launch::on(&database.url);
    let mut server = launch.start().await;
    let mut talk = Talk::at(&mut server).await;
    for index in 0..20 {
        talk.customer.ok(said(&format!("before {index}"))).await;
    }
    let copy = database.folder().join("copy.db");
    let path = copy.to_str().unwrap();
    let ended = dying(&launch, point, 1).run(&["backup", path]);
    assert!(was_killed(ended.status), "{point:?} was not passed: {ended:?}");
    assert!(!copy.exists(), "what is not whole has no name of a back-up");
    // The server has noticed nothing, and the next copy is a whole one.
    talk.customer.ok(said("meanwhile")).await;
    let made = launch.run(&["backup", path]);
    assert!(made.status.success(), "{made:?}");
    assert_eq!(talk.stored(&format!("sqlite://{path}")).await.len(), 22);
    let left = std::fs::read_dir(database.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(!left.into_iter().any(|name| name.to_string_lossy().ends_with(".part")));
}

async fn dies_while_it_changes_its_key(database: Database, point: Point, pass: u64) {
    let house = House::new(database);
    let mut server = house.launch.start().await;
    channels(&server.owner().await, &house.sim, 3).await;
    server.kill();
    let plain = house.opened().await;
    let ended = dying(&house.launch, point, pass).run(&ROTATE);
    assert!(was_killed(ended.status), "{point:?} was not passed: {ended:?}");
    assert_eq!(house.opened().await, plain, "everything opens, with the keys that are there");
    assert!(house.launch.run(&ROTATE).status.success());
    assert_eq!((house.keys().len(), house.opened().await), (1, plain));
}
