//! Brings a database to the schema of this program, forward only.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::{MigrationSource, MigrationVersion};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Connection, StoreError};
use crate::kill::{self, Point};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Runs what is missing in one transaction, so that a failure leaves the database as it was.
///
/// # Errors
/// [`StoreError::Refused`] when the database knows a migration that this program does not.
pub(super) fn run(connection: &mut Connection) -> Result<(), StoreError> {
    match connection {
        Connection::Sqlite(connection) => connection.immediate_transaction(|c| forward(c, SQLITE)),
        Connection::Postgres(connection) => diesel::Connection::transaction(connection, |c| {
            // Several programs may start at once; the number is this program's own.
            c.batch_execute(
                "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
                 SELECT pg_advisory_xact_lock(7710233581)",
            )?;
            forward(c, POSTGRES)
        }),
    }
}

fn forward<DB: Backend, C: MigrationHarness<DB>>(
    connection: &mut C,
    source: EmbeddedMigrations,
) -> Result<(), StoreError> {
    let ours = MigrationSource::<DB>::migrations(&source).map_err(failed)?;
    let ours: Vec<MigrationVersion> = ours.iter().map(|migration| migration.name().version()).collect();
    let theirs = connection.applied_migrations().map_err(failed)?;
    if let Some(unknown) = theirs.iter().find(|version| !ours.contains(version)) {
        return Err(StoreError::Refused(format!(
            "the database was made by a newer version of this program (migration {unknown})"
        )));
    }
    let pending = connection.pending_migrations(source).map_err(failed)?;
    for migration in &pending {
        kill::point(Point::BetweenMigrations);
        let version = connection.run_migration(migration).map_err(failed)?;
        log::debug!("migrated the database version={version}");
    }
    if let Some(last) = pending.last() {
        log::info!("migrated the database steps={} version={}", pending.len(), last.name().version());
    }
    kill::point(Point::BeforeMigrationsCommit);
    Ok(())
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    StoreError::Broken(error.into())
}
