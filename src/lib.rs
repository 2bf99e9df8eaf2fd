//! Switchboard: a self-hosted live-chat routing engine.
//!
//! Layers, each importing only those before it: [`domain`] (pure) ← [`protocol`], [`store`],
//! [`bots`], [`channels`], [`push`] ← [`actors`] ← [`delivery`] ← [`api`] ← `app`. `tests/tidy.rs` enforces this. To follow one message,
//! read `docs/ARCHITECTURE.md`.

pub mod actors;
pub mod api;
pub mod app;
pub mod bots;
pub mod channels;
pub mod config;
pub mod delivery;
pub mod demo;
pub mod domain;
pub mod fault;
pub mod files;
pub mod hex;
pub mod kill;
pub mod outgoing;
pub mod protocol;
pub mod push;
pub mod request_id;
pub mod setup;
pub mod sources;
pub mod store;
pub mod tally;
pub mod vault;
