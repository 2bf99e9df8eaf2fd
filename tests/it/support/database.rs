//! A database of its own for each test.

use std::path::Path;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use switchboard::store::{Store, StoreOptions};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

use super::folder::Folder;

/// An empty database that goes away with this value.
pub struct Database {
    /// Where it is.
    pub url: String,
    place: Place,
}

enum Place {
    Folder(Folder),
    Server { admin: String, name: String },
}

impl Database {
    /// A SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = Folder::new();
        let url = format!("sqlite://{}", folder.path().join("data/switchboard.db").display());
        Self { url, place: Place::Folder(folder) }
    }

    /// A database on the server that `SWITCHBOARD_TEST_POSTGRES_URL` names.
    pub fn postgres() -> Self {
        let admin = std::env::var("SWITCHBOARD_TEST_POSTGRES_URL").expect(
            "SWITCHBOARD_TEST_POSTGRES_URL must name a PostgreSQL server; tests/postgres.sh start DIR starts one",
        );
        Self::on_server(&admin)
    }

    /// A database on this server.
    pub fn on_server(admin: &str) -> Self {
        let name = format!("t{}", Uuid::now_v7().simple());
        let mut connection = PgConnection::establish(admin).expect("the PostgreSQL server answers");
        connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        let mut url = Url::parse(admin).unwrap();
        url.set_path(&name);
        Self { url: url.into(), place: Place::Server { admin: admin.to_owned(), name } }
    }

    /// Opens a store on it.
    pub fn open(&self) -> Store {
        Store::open(&self.options()).unwrap()
    }

    /// The usual options.
    pub fn options(&self) -> StoreOptions {
        StoreOptions::new(&self.url)
    }

    /// The folder of a SQLite file.
    pub fn folder(&self) -> &std::path::Path {
        match &self.place {
            Place::Folder(folder) => folder.path(),
            Place::Server { .. } => panic!("PostgreSQL has no folder here"),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Place::Server { admin, name } = &self.place
            && let Ok(mut connection) = PgConnection::establish(admin)
        {
            let _ = connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

/// A PostgreSQL server of a test's own, to be ill-treated.
pub struct PostgresServer {
    folder: TempDir,
    /// Where its databases are; the same after every start.
    pub url: String,
}

impl PostgresServer {
    /// A new one.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = script("start", folder.path());
        Self { folder, url }
    }

    /// Ends it as its operator would.
    pub fn stop(&self) {
        script("stop", self.folder.path());
    }

    /// Ends it without a clean shutdown.
    pub fn crash(&self) {
        script("crash", self.folder.path());
    }

    /// Starts it on its old data.
    pub fn start_again(&self) {
        assert_eq!(script("start", self.folder.path()), self.url);
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let _ = Command::new(SCRIPT).arg("stop").arg(self.folder.path()).output();
    }
}

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/postgres.sh");

fn script(verb: &str, folder: &Path) -> String {
    let output = Command::new(SCRIPT).arg(verb).arg(folder).output().unwrap();
    assert!(output.status.success(), "{verb}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Holds a SQLite file as another writer would, until it is rolled back or dropped: whatever is decided from now on waits.
pub fn hold(url: &str) -> SqliteConnection {
    let mut other = SqliteConnection::establish(url.strip_prefix("sqlite://").unwrap()).unwrap();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    other
}
