//! How many messages a second the journal makes durable: one entry and one conversation row each.
//!
//! A plain timed harness, as criterion measures one call and the point here is many in flight:
//! `cargo bench --bench append`. SQLite always; PostgreSQL when `SWITCHBOARD_TEST_POSTGRES_URL` names a server.
//! `IN_FLIGHT` (64) and `SECONDS` (5) change the load.

#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

#[path = "../tests/it/support/chat.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod chat;
#[path = "../tests/it/support/database.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod database;
#[path = "../tests/it/support/folder.rs"]
mod folder;

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use chat::Chat;
use database::Database;

fn setting(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(usual)
}

/// Each conversation waits for its answer before it goes on.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people"
)]
async fn append(database: &Database, name: &str, in_flight: u64, seconds: u64) {
    let chat = Chat::new(&database.open()).await;
    let states = join_all((0..in_flight).map(|_| chat.open("Hello"))).await;
    let text = "x".repeat(160);
    let begun = Instant::now();
    let end = begun + Duration::from_secs(seconds);
    let before = chat.store.stats();
    let writers = states.into_iter().map(|mut state| {
        let (chat, text) = (&chat, &text);
        async move {
            let mut latencies = Vec::new();
            while Instant::now() < end {
                let commit = chat.post(&state, text);
                state = commit.after.clone();
                let asked = Instant::now();
                chat.store.commit(commit).await.unwrap();
                latencies.push(asked.elapsed());
            }
            latencies
        }
    });
    let mut latencies: Vec<Duration> = join_all(writers).await.into_iter().flatten().collect();
    let took = begun.elapsed().as_secs_f64();
    let batches = chat.store.stats().batch_size.count - before.batch_size.count;
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{name:<10} {:>8.0} msg/s   p50 {:>6.2} ms   p99 {:>6.2} ms   max {:>6.2} ms   {:>5.1} msg/commit",
        latencies.len() as f64 / took,
        at(0.5),
        at(0.99),
        at(1.0),
        latencies.len() as f64 / batches as f64,
    );
    chat.store.close().await.unwrap();
}

#[actix_web::main]
async fn main() {
    let (in_flight, seconds) = (setting("IN_FLIGHT", 64), setting("SECONDS", 5));
    println!("{in_flight} in flight, 160-byte texts, {seconds} s");
    append(&Database::sqlite(), "SQLite", in_flight, seconds).await;
    if std::env::var_os("SWITCHBOARD_TEST_POSTGRES_URL").is_some() {
        append(&Database::postgres(), "PostgreSQL", in_flight, seconds).await;
    }
}
