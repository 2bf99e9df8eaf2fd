//! Switchboard: a self-hosted live-chat routing engine.
//!
//! Layers, each importing only those before it: [`domain`] (pure) ← [`protocol`], [`store`],
//! [`bots`], [`push`] ← [`actors`] ← [`api`] ← `app`. `tests/tidy.rs` enforces this. To follow one message,
//! read `docs/ARCHITECTURE.md`.

pub mod actors;
pub mod api;
pub mod app;
pub mod bots;
pub mod config;
pub mod demo;
pub mod domain;
pub mod files;
pub mod outgoing;
pub mod protocol;
pub mod push;
pub mod setup;
pub mod sources;
pub mod store;
