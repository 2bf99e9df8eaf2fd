//! The integration tests: one binary, one module per behaviour, public interfaces only.
//!
//! PostgreSQL's part needs a server: `export SWITCHBOARD_TEST_POSTGRES_URL=$(tests/postgres.sh start DIR)`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::pedantic, clippy::type_complexity, reason = "taste, which tests may do without")]

mod assets;
mod auth;
mod avatars;
mod bad_input;
mod bot_fence;
mod bot_rest;
mod bots;
mod canned;
mod cards;
mod channels;
mod claim_race;
mod clock;
mod crash;
mod csrf;
mod drain;
mod files;
mod files_s3;
mod frames;
mod hours;
mod hung_up;
mod ill_disk;
mod ill_line;
mod ill_receivers;
mod ill_sockets;
mod instructions;
#[cfg(feature = "fault-injection")]
mod kill_points;
mod late_rows;
mod lifecycle;
mod mail;
mod mentions;
mod metrics;
mod migrations;
mod model;
mod moves;
mod openapi;
mod outbox_lines;
mod overload;
mod pre_chat;
mod profile;
mod push;
mod races;
mod reports;
mod rereading;
mod rest;
mod resume;
mod retention;
mod roles;
mod searching;
mod secrets_key;
mod security;
mod sent_again;
mod setup;
mod soak;
mod store_batches;
mod store_contract;
mod store_postgres;
mod store_records;
mod store_sqlite;
mod story;
mod support;
mod table;
mod tags;
mod two_programs;
mod webhooks;
mod widget_rest;
