//! What tests share.

use std::fmt::Debug;
use std::panic::Location;
use std::time::{Duration, Instant};

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

/// How often each fault of the surroundings comes: once, or as `SWITCHBOARD_FAULTS` says.
pub fn times() -> u32 {
    std::env::var("SWITCHBOARD_FAULTS").ok().map_or(1, |text| text.parse().unwrap())
}

/// What comes by itself is waited for this long.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks again and again until the answer fits; fails with the last one, and says who waited.
#[track_caller]
pub fn eventually<T: Debug>(
    mut ask: impl AsyncFnMut() -> T,
    fits: impl Fn(&T) -> bool,
) -> impl Future<Output = T> {
    let (begun, waiting) = (Instant::now(), Location::caller());
    async move {
        loop {
            let answer = ask().await;
            if fits(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < PATIENCE, "{waiting}: it stays {answer:#?}");
            tokio::task::yield_now().await;
        }
    }
}
