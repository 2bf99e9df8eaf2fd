//! Switchboard: a self-hosted live-chat routing engine.
//!
//! Layers, each importing only those before it: [`domain`] (pure) ← `protocol`, `store` ←
//! `actors` ← `api` ← `app`. `tests/tidy.rs` enforces this. To follow one message, read
//! `docs/ARCHITECTURE.md`.

pub mod domain;
pub mod protocol;
pub mod sources;
