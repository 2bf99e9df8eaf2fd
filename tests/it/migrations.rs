//! Both trees of migrations lead to the same tables, and to those the program knows.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use switchboard::store::{Store, StoreError};

use crate::support::database::Database;

/// Table, column, kind of value, may it be missing.
#[derive(QueryableByName, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Column {
    #[diesel(sql_type = Text)]
    place: String,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Bool)]
    optional: bool,
}

const SQLITE_COLUMNS: &str = "SELECT m.name || '.' || c.name AS place, lower(c.type) AS kind, \
     c.\"notnull\" = 0 AS optional FROM sqlite_schema m JOIN pragma_table_info(m.name) c \
     WHERE m.type = 'table' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\' AND m.name NOT LIKE 'sqlite%'";

const POSTGRES_COLUMNS: &str = "SELECT table_name || '.' || column_name AS place, data_type::text AS kind, \
     is_nullable = 'YES' AS optional FROM information_schema.columns \
     WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'";

fn sqlite(database: &Database) -> SqliteConnection {
    SqliteConnection::establish(database.url.strip_prefix("sqlite://").unwrap()).unwrap()
}

fn postgres(database: &Database) -> PgConnection {
    PgConnection::establish(&database.url).unwrap()
}

/// The columns that `src/store/schema.rs` declares, read from its text.
fn declared() -> BTreeSet<Column> {
    let schema = include_str!("../../src/store/schema.rs");
    let mut table = "";
    let mut columns = BTreeSet::new();
    for line in schema.lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with('{')) {
            table = name;
        } else if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ")
            && !line.starts_with("diesel::")
        {
            let optional = kind.starts_with("Nullable<");
            let kind = match kind.trim_start_matches("Nullable<").trim_end_matches('>') {
                "Text" => "text",
                "BigInt" => "bigint",
                "Bool" => "boolean",
                other => panic!("{other} does not mean the same in both databases"),
            };
            columns.insert(Column { place: format!("{table}.{name}"), kind: kind.into(), optional });
        }
    }
    columns
}

#[actix_web::test]
async fn both_trees_make_the_columns_that_the_program_knows() {
    let (file, server) = (Database::sqlite(), Database::postgres());
    drop((file.open(), server.open()));
    let columns = |rows: Vec<Column>| rows.into_iter().collect::<BTreeSet<_>>();
    let in_file = columns(diesel::sql_query(SQLITE_COLUMNS).load(&mut sqlite(&file)).unwrap());
    let on_server = columns(diesel::sql_query(POSTGRES_COLUMNS).load(&mut postgres(&server)).unwrap());
    assert!(in_file.len() > 100);
    assert_eq!(in_file, on_server);
    assert_eq!(in_file, declared());
}

#[test]
fn both_trees_have_the_same_names() {
    let names = |tree: &str| {
        let folder = format!("{}/migrations/{tree}", env!("CARGO_MANIFEST_DIR"));
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[actix_web::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('29991231235959')";
    let (file, server) = (Database::sqlite(), Database::postgres());
    for database in [&file, &server] {
        database.open().close().await.unwrap();
    }
    diesel::sql_query(newer).execute(&mut sqlite(&file)).unwrap();
    diesel::sql_query(newer).execute(&mut postgres(&server)).unwrap();
    for database in [&file, &server] {
        let refused = Store::open(&database.options()).map(|_| ());
        let Err(StoreError::Refused(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("newer version") && why.contains("29991231235959"), "{why}");
    }
}

#[actix_web::test]
async fn every_migration_can_be_undone_and_done_again() {
    let tree = |name: &str| {
        let folder = format!("{}/migrations/{name}", env!("CARGO_MANIFEST_DIR"));
        FileBasedMigrations::from_path(folder).unwrap()
    };
    let (file, server) = (Database::sqlite(), Database::postgres());
    for database in [&file, &server] {
        database.open().close().await.unwrap();
    }
    sqlite(&file).revert_all_migrations(tree("sqlite")).unwrap();
    postgres(&server).revert_all_migrations(tree("postgres")).unwrap();
    let left: Vec<Column> = diesel::sql_query(SQLITE_COLUMNS).load(&mut sqlite(&file)).unwrap();
    assert_eq!(left, vec![]);
    let left: Vec<Column> = diesel::sql_query(POSTGRES_COLUMNS).load(&mut postgres(&server)).unwrap();
    assert_eq!(left, vec![]);
    for database in [&file, &server] {
        database.open().ping().await.unwrap();
    }
}

/// What a message costs is pages touched: one index on the log, and no more.
#[actix_web::test]
async fn the_log_has_one_index() {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let (file, server) = (Database::sqlite(), Database::postgres());
    drop((file.open(), server.open()));
    let in_file = "SELECT count(*) AS count FROM pragma_index_list('entries')";
    let on_server = "SELECT count(*) AS count FROM pg_indexes WHERE tablename = 'entries'";
    let in_file: Count = diesel::sql_query(in_file).get_result(&mut sqlite(&file)).unwrap();
    let on_server: Count = diesel::sql_query(on_server).get_result(&mut postgres(&server)).unwrap();
    assert_eq!((in_file.count, on_server.count), (1, 1));
}
