//! Where the answer to a command goes. Dropping it unanswered answers `unavailable`, so that every
//! command gets exactly one answer even when its actor dies.

use tokio::sync::oneshot;

use super::error::{Answer, CallError};
use super::link::Link;
use crate::protocol::code::Code;
use crate::protocol::server::{self, Details};
use crate::request_id::{self, RequestId};

/// What a command answers.
pub type Outcome = Result<Answer, CallError>;

/// Where one answer goes, and which request asked.
#[derive(Debug)]
pub struct Reply {
    to: Option<To>,
    request: Option<RequestId>,
}

#[derive(Debug)]
enum To {
    /// As a frame on a socket.
    Socket { link: Link, reference: String },
    /// To a task that waits.
    Task(oneshot::Sender<Outcome>),
    /// To nobody: our own timers and the bot.
    Nobody,
}

impl Reply {
    /// Answers with `ok` or `error` on this socket.
    pub fn to_socket(link: Link, reference: String) -> Self {
        link.asked();
        Self::new(To::Socket { link, reference })
    }

    /// Answers the task that holds the receiver.
    pub fn to_task() -> (Self, oneshot::Receiver<Outcome>) {
        let (sender, receiver) = oneshot::channel();
        (Self::new(To::Task(sender)), receiver)
    }

    /// Nobody asks.
    pub const fn to_nobody() -> Self {
        Self { to: Some(To::Nobody), request: None }
    }

    fn new(to: To) -> Self {
        Self { to: Some(to), request: request_id::current() }
    }

    /// The request that asked; none for what nobody asked.
    pub const fn request(&self) -> Option<RequestId> {
        self.request
    }

    /// Gives the answer.
    pub fn send(mut self, outcome: Outcome) {
        if let Some(to) = self.to.take() {
            to.send(outcome);
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if let Some(to) = self.to.take() {
            to.send(Err(CallError::Unavailable));
        }
    }
}

impl To {
    fn send(self, outcome: Outcome) {
        match self {
            Self::Nobody => {}
            Self::Task(sender) => {
                // The task may have given up; the commit stands all the same.
                let _ = sender.send(outcome);
            }
            Self::Socket { link, reference } => {
                let frame = match outcome {
                    Ok(answer) => server::text(&server::Ok {
                        reference: &reference,
                        conversation: Some(answer.conversation),
                        seq: answer.seq,
                        version: Some(answer.version),
                    }),
                    Err(error) => error_frame(Some(&reference), &error),
                };
                link.answer(frame);
            }
        }
    }
}

/// When a client may try again after `overloaded` or `draining`, in milliseconds.
pub const RETRY_AFTER_MS: u64 = 1_000;

/// Code and details of an error, as sockets and HTTP say them.
pub fn code_and_details(error: &CallError) -> (Code, Details) {
    let retry = || Details { retry_after_ms: Some(RETRY_AFTER_MS), ..Details::default() };
    match error {
        CallError::Refused(refusal) => (Code::from(refusal), Details::of(refusal)),
        CallError::NotFound => (Code::NotFound, Details::default()),
        CallError::Overloaded => (Code::Overloaded, retry()),
        CallError::Unavailable => (Code::Unavailable, retry()),
        CallError::Draining => (Code::Draining, retry()),
    }
}

/// The error frame of a failed command.
pub fn error_frame(reference: Option<&str>, error: &CallError) -> bytestring::ByteString {
    let (code, details) = code_and_details(error);
    server::text(&server::Error { reference, code, message: &error.to_string(), details })
}
