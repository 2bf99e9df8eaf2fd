//! A connection to either database.

use diesel::{PgConnection, SqliteConnection};

/// One connection, to whichever database the URL names. Everybody else calls it `Connection`; the
/// derive does not compile in a file that knows that name.
#[derive(diesel::MultiConnection)]
pub enum EitherConnection {
    /// A file.
    Sqlite(SqliteConnection),
    /// A server.
    Postgres(PgConnection),
}
