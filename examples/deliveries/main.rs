//! How messages and events leave while somebody at the other end is ill. Prints figures for `docs/PERFORMANCE.md`.
//!
//! ```text
//! cargo build --release && cargo run --release --example deliveries -- isolation
//! cargo run --release --example deliveries -- events
//! ```
//!
//! `isolation`: ten platforms, one of which takes connections and never answers; how long do the nine others wait for their
//! messages? `events`: 10,000 events come in as fast as they are taken, while the program that is told of them fails. The server is
//! the release build beside this program, or the one that `--server` names, as a process of its own on a new `SQLite` file.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures for people, far from the limits of their types"
)]

mod events;
mod figures;
mod isolation;
mod office;
mod peer;

use std::path::PathBuf;

use lexopt::prelude::*;

/// Errors here are for the person at the terminal, who can only read them.
type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What the command line asks for.
pub struct Options {
    /// The server's program.
    server: PathBuf,
    /// How long each play of `isolation` takes, in seconds.
    seconds: u64,
    /// Between two messages of a conversation, in milliseconds. There are forty conversations.
    pause: u64,
    /// How often `isolation` is played, each time without and with the ill platform.
    repeat: usize,
    /// How many messages wait for the ill platform before a play of `isolation` begins.
    backlog: usize,
    /// How many events `events` sends.
    count: usize,
    /// How long the program that is told fails, in seconds.
    outage: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Fallible<()> {
    // target/production/examples/deliveries, target/production/switchboard
    let beside = std::env::current_exe()?.ancestors().nth(2).unwrap_or(".".as_ref()).join("switchboard");
    let mut options =
        Options { server: beside, seconds: 20, pause: 400, repeat: 3, backlog: 0, count: 10_000, outage: 20 };
    let mut wanted = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(word) => wanted = Some(word.string()?),
            Long("server") => options.server = std::path::absolute(parser.value()?)?,
            Long("seconds") => options.seconds = parser.value()?.parse()?,
            Long("pause") => options.pause = parser.value()?.parse()?,
            Long("repeat") => options.repeat = parser.value()?.parse()?,
            Long("backlog") => options.backlog = parser.value()?.parse()?,
            Long("count") => options.count = parser.value()?.parse()?,
            Long("outage") => options.outage = parser.value()?.parse()?,
            other => return Err(other.unexpected().into()),
        }
    }
    match wanted.as_deref() {
        Some("isolation") => isolation::measure(&options).await,
        Some("events") => events::measure(&options).await,
        _ => Err("say what to measure: isolation or events".into()),
    }
}
