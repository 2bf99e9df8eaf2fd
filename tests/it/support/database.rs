//! A database of its own for each test.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use switchboard::store::{Store, StoreOptions};
use tempfile::TempDir;
use url::Url;
use uuid::Uuid;

/// An empty database that goes away with this value.
pub struct Database {
    /// Where it is.
    pub url: String,
    place: Place,
}

enum Place {
    Folder(TempDir),
    Server { admin: String, name: String },
}

impl Database {
    /// A SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
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
