//! Integration tests: one binary, one module a behaviour, through public interfaces only.

mod bots;
