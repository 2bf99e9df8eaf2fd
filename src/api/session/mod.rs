//! What a connection understands, apart from its socket. A session begins unidentified, when
//! nothing but `hello` reaches it, and is identified from then on.

mod admission;
mod arrival;
pub mod dashboard;
pub mod widget;

use bytestring::ByteString;

use crate::actors::error::CallError;
use crate::actors::reply;
use crate::protocol::client::BadFrame;
use crate::protocol::code::Code;
use crate::protocol::server::{self, Details};

/// `ok` to a command that writes nothing.
fn ok(reference: &str) -> ByteString {
    server::text(&server::Ok { reference, ..server::Ok::default() })
}

/// `error` to a frame that is no command.
fn bad_frame(bad: &BadFrame) -> ByteString {
    server::text(&server::Error {
        reference: bad.reference.as_deref(),
        code: bad.code,
        message: &bad.message,
        details: Details::default(),
    })
}

/// `error` with a code and words.
fn error(reference: &str, code: Code, message: &str) -> ByteString {
    let details = Details::default();
    server::text(&server::Error { reference: Some(reference), code, message, details })
}

/// `rate_limited`, and when to try again.
fn rate_limited(reference: &str, retry_after_ms: u64) -> ByteString {
    let details = Details { retry_after_ms: Some(retry_after_ms), ..Details::default() };
    let message = "too many commands";
    server::text(&server::Error { reference: Some(reference), code: Code::RateLimited, message, details })
}

/// `error` to a command that an actor did not take.
fn failed(reference: &str, error: &CallError) -> ByteString {
    reply::error_frame(Some(reference), error)
}
