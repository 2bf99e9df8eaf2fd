//! The wire: what clients say ([`client`]), what we say ([`server`]), and the stable codes ([`code`]).
//!
//! `docs/PROTOCOL.md` describes it for people. The TypeScript types of the pages are generated from
//! these types by a test, and golden frames in `tests/fixtures/frames/` pin both sides.

pub mod client;
pub mod code;
mod customer;
pub mod server;
#[cfg(test)]
mod typescript;
pub mod view;

/// Version of the wire, told in `welcome`.
pub const VERSION: u32 = 1;

/// Most characters of a message or note.
pub const TEXT_MAX: usize = 10_000;

/// Most characters of a `ref`.
pub const REF_MAX: usize = 64;
