//! The threat table of docs/SECURITY.md, row by row, as far as no other module shows it.

mod audit;
mod erasure;
mod fields;
mod headers;
mod http;
mod lists;
mod logs;
mod sessions;
mod tables;
mod targets;
mod tokens;
