//! What tests share.

pub mod app;
pub mod chat;
pub mod database;
pub mod engine;
pub mod files;
pub mod folder;
pub mod process;
pub mod raw;
pub mod sockets;
pub mod stage;

/// Runs each test once per database: `on_both! { name … }` for `async fn name(database: Database)`.
macro_rules! on_both {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[actix_web::test] async fn $name() { super::$name(super::Database::sqlite()).await; })*
        }
        mod postgres {
            $(#[actix_web::test] async fn $name() { super::$name(super::Database::postgres()).await; })*
        }
    };
}
pub(crate) use on_both;
