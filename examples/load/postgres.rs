//! A database of one play's own, so that each begins with nothing.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use url::Url;

use crate::Fallible;

/// Made when it is needed, dropped with this value.
pub struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    /// Makes an empty one on the server that `url` leads to.
    ///
    /// # Errors
    /// The server is away, or does not allow it.
    pub fn create(url: &str) -> Fallible<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name =
            format!("switchboard_load_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        PgConnection::establish(url)?.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let mut own = Url::parse(url)?;
        own.set_path(&name);
        Ok(Self { server: url.to_owned(), name, url: own.into() })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropped = PgConnection::establish(&self.server).map(|mut connection| {
            connection.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name))
        });
        if !matches!(dropped, Ok(Ok(()))) {
            eprintln!("could not drop the database {}", self.name);
        }
    }
}
