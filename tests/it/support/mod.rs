//! What tests share.

pub mod chat;
pub mod database;
