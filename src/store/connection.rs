//! A connection to either database, and how each is set up.

use std::fmt::Display;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::{PgConnection, SqliteConnection, sql_query};

use super::StoreError;
use crate::fault::{self, Fault};
use crate::kill::{self, Point};

/// One connection, to whichever database the URL names. Everybody else calls it `Connection`; the
/// derive does not compile in a file that knows that name.
#[derive(diesel::MultiConnection)]
pub enum EitherConnection {
    /// A file.
    Sqlite(SqliteConnection),
    /// A server.
    Postgres(PgConnection),
}

/// Which database a URL names.
#[derive(Clone)]
pub(super) enum Target {
    Sqlite(PathBuf),
    Postgres(String),
}

/// Below this, a WAL database may be corrupted by writing and checkpointing at the same time
/// (<https://sqlite.org/wal.html#walresetbug>).
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

/// What the program wants of libpq unless the URL says otherwise: a server that is gone is noticed
/// within seconds (<https://www.postgresql.org/docs/current/libpq-connect.html>).
const POSTGRES_DEFAULTS: [(&str, &str); 6] = [
    ("connect_timeout", "2"),
    ("tcp_user_timeout", "4000"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("application_name", "switchboard"),
];

/// The journal joins few rows by key to large tables, also before the first ANALYZE: no plan but the
/// index is ever right, and one generic plan saves planning. A lock is awaited for less time than a caller waits.
const POSTGRES_WRITER: &str = "SELECT set_config('synchronous_commit', 'on', false) \
     WHERE current_setting('synchronous_commit') <> 'remote_apply'; \
     SET plan_cache_mode = force_generic_plan; \
     SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; \
     SET lock_timeout = '3s'; SET statement_timeout = '20s'; \
     SET idle_in_transaction_session_timeout = '20s'";

/// 16 MiB of pages are kept, of which each message changes three anywhere: read anew from the log they cost more than the commit.
/// `checkpoints.rs` copies the log; 256 MiB of it are more than it ever lets wait, unless it fails.
const SQLITE_WRITER: &str = "PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 65536";

/// 512 KiB of pages are kept by each connection that reads. More is of little use: in WAL mode each commit of another connection
/// makes a reader forget them all (`sqlite3WalBeginReadTransaction`).
const SQLITE_READER: &str = "PRAGMA busy_timeout = 2000; PRAGMA query_only = ON; PRAGMA cache_size = -512";

impl Target {
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() || path.starts_with(':') {
                return Err(StoreError::Refused(
                    "the database URL names no file: sqlite://path/to/file".into(),
                ));
            }
            return Ok(Self::Sqlite(path.into()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            if url.contains("sslmode=require") || url.contains("sslmode=verify") {
                let why =
                    "the database URL asks for TLS, which this program's PostgreSQL client was built without";
                return Err(StoreError::Refused(why.into()));
            }
            return Ok(Self::Postgres(with_defaults(url)));
        }
        Err(StoreError::Refused("the database URL must begin with sqlite:// or postgres://".into()))
    }

    /// Makes sure that no other process writes the same file, as long as the answer lives.
    pub(super) fn claim(&self) -> Result<Option<File>, StoreError> {
        let Self::Sqlite(path) = self else { return Ok(None) };
        let refused = |error: &dyn Display| StoreError::Refused(format!("{}: {error}", path.display()));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| refused(&error))?;
        }
        let mut lock = path.clone().into_os_string();
        lock.push(".lock");
        let lock = File::options().create(true).truncate(false).write(true).open(lock);
        let lock = lock.map_err(|error| refused(&error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(lock)),
            Err(TryLockError::WouldBlock) => Err(refused(&"another process uses this database")),
            Err(TryLockError::Error(error)) => Err(refused(&error)),
        }
    }

    /// Copies a database file that is in use.
    pub(super) fn copy_to(&self, to: &Path) -> Result<(), StoreError> {
        let Self::Sqlite(path) = self else {
            return Err(StoreError::Refused("back PostgreSQL up with its own pg_dump".into()));
        };
        if to.exists() {
            return Err(StoreError::Refused(format!("{} exists", to.display())));
        }
        // Under its own name there is a whole copy or none; of an earlier one that was interrupted nothing is of use.
        let mut part = to.to_owned().into_os_string();
        part.push(".part");
        let part = PathBuf::from(part);
        let name = part.to_str().ok_or_else(|| StoreError::Refused("the path is not UTF-8".into()))?;
        let broken = |error: io::Error| StoreError::Broken(Arc::new(error));
        fs::remove_file(&part)
            .or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(broken(error)) })?;
        if fault::on(Fault::BackupWithoutLog) {
            return fs::copy(path, to).map(|_| ()).map_err(broken);
        }
        let mut connection = open_file(path)?;
        connection.batch_execute("PRAGMA busy_timeout = 3000")?;
        sql_query("VACUUM INTO ?").bind::<diesel::sql_types::Text, _>(name).execute(&mut connection)?;
        kill::point(Point::BackupWritten);
        File::options().write(true).open(&part).and_then(|copy| copy.sync_all()).map_err(broken)?;
        kill::point(Point::BackupSynced);
        fs::rename(&part, to).map_err(broken)?;
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(broken)
    }

    /// The one connection that writes.
    pub(super) fn open_writer(&self) -> Result<EitherConnection, StoreError> {
        match self {
            Self::Sqlite(path) => {
                let mut connection = open_file(path)?;
                // Shorter than a caller waits, so that a file locked by others is a clear answer.
                connection.batch_execute("PRAGMA busy_timeout = 3000")?;
                connection.batch_execute("PRAGMA journal_mode = WAL")?;
                connection.batch_execute("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON")?;
                connection.batch_execute(SQLITE_WRITER)?;
                // What was erased is overwritten, not only unlinked.
                connection.batch_execute("PRAGMA secure_delete = ON")?;
                check_sqlite(&mut connection)?;
                Ok(EitherConnection::Sqlite(connection))
            }
            Self::Postgres(url) => {
                let mut connection = PgConnection::establish(url)?;
                connection.batch_execute(POSTGRES_WRITER)?;
                Ok(EitherConnection::Postgres(connection))
            }
        }
    }

    /// A connection that cannot write.
    pub(super) fn open_reader(&self) -> Result<EitherConnection, StoreError> {
        match self {
            Self::Sqlite(path) => {
                let mut connection = open_file(path)?;
                connection.batch_execute(SQLITE_READER)?;
                Ok(EitherConnection::Sqlite(connection))
            }
            Self::Postgres(url) => {
                let mut connection = PgConnection::establish(url)?;
                connection
                    .batch_execute("SET default_transaction_read_only = on; SET statement_timeout = '10s'")?;
                Ok(EitherConnection::Postgres(connection))
            }
        }
    }
}

impl EitherConnection {
    /// Begins a transaction that writes.
    pub(super) fn begin_write(&mut self) -> Result<(), StoreError> {
        match self {
            // A deferred one that reads first fails at once when it then writes beside another writer.
            Self::Sqlite(connection) => {
                AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")?;
            }
            Self::Postgres(connection) => AnsiTransactionManager::begin_transaction(connection)?,
        }
        Ok(())
    }

    /// Begins a transaction that reads one consistent state.
    pub(super) fn begin_read(&mut self) -> Result<(), StoreError> {
        const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        match self {
            Self::Sqlite(connection) => AnsiTransactionManager::begin_transaction(connection)?,
            Self::Postgres(connection) => {
                AnsiTransactionManager::begin_transaction_sql(connection, SNAPSHOT)?;
            }
        }
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), diesel::result::Error> {
        match self {
            Self::Sqlite(connection) => AnsiTransactionManager::commit_transaction(connection),
            Self::Postgres(connection) => AnsiTransactionManager::commit_transaction(connection),
        }
    }

    pub(super) fn roll_back(&mut self) -> Result<(), diesel::result::Error> {
        match self {
            Self::Sqlite(connection) => AnsiTransactionManager::rollback_transaction(connection),
            Self::Postgres(connection) => AnsiTransactionManager::rollback_transaction(connection),
        }
    }

    pub(super) fn in_transaction(&mut self) -> bool {
        let status = match self {
            Self::Sqlite(connection) => AnsiTransactionManager::transaction_manager_status_mut(connection),
            Self::Postgres(connection) => AnsiTransactionManager::transaction_manager_status_mut(connection),
        };
        !matches!(status.transaction_depth(), Ok(None))
    }

    /// True when it must not be used again.
    pub(super) fn is_broken(&mut self) -> bool {
        match self {
            Self::Sqlite(connection) => AnsiTransactionManager::is_broken_transaction_manager(connection),
            Self::Postgres(connection) => AnsiTransactionManager::is_broken_transaction_manager(connection),
        }
    }
}

pub(super) fn open_file(path: &Path) -> Result<SqliteConnection, StoreError> {
    let path = path.to_str().ok_or_else(|| StoreError::Refused("the database's path is not UTF-8".into()))?;
    Ok(SqliteConnection::establish(path)?)
}

fn check_sqlite(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Facts {
        #[diesel(sql_type = diesel::sql_types::Text)]
        version: String,
        #[diesel(sql_type = diesel::sql_types::Text)]
        journal_mode: String,
    }
    let facts: Facts = sql_query("SELECT sqlite_version() AS version, journal_mode FROM pragma_journal_mode")
        .get_result(connection)?;
    let parts: Vec<u32> = facts.version.split('.').filter_map(|part| part.parse().ok()).collect();
    if parts.as_slice() < OLDEST_SQLITE.as_slice() {
        return Err(StoreError::Refused(format!("SQLite {} is too old, 3.51.3 is needed", facts.version)));
    }
    if facts.journal_mode != "wal" {
        let why = "the database's file system does not allow SQLite's write-ahead log";
        return Err(StoreError::Refused(why.into()));
    }
    Ok(())
}

fn with_defaults(url: &str) -> String {
    let mut url = url.to_owned();
    for (name, value) in POSTGRES_DEFAULTS {
        if !url.contains(&format!("{name}=")) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.push_str(value);
        }
    }
    url
}
