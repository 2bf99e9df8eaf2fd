//! The way to one socket: a bounded queue that never makes the sender wait.
//!
//! A socket's actor is only polled while its peer reads, so nothing inside it can end a peer that
//! does not. When the queue is full the link marks itself overflowed and, if the socket is still
//! there after a moment, shuts the connection down from outside. The client resumes by number.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use actix::Recipient;
use bytestring::ByteString;

use crate::fault::{self, Fault};
use crate::protocol::code::CloseCode;

/// Most frames that wait for one socket.
pub const QUEUE_FRAMES: usize = 256;

/// Most bytes that wait for one socket. The direct answer to a client's own command is not counted.
pub const QUEUE_BYTES: usize = 1024 * 1024;

/// Most commands of one socket that wait for their answer; it reads on when one is answered. So many of the largest
/// fit in a queue, so nobody is cut off by the answers to their own commands.
pub const IN_HAND_MAX: usize = 12;

/// Word to a socket's actor.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub enum Push {
    /// A frame to send, and the hearing it belongs to.
    Frame(ByteString, Option<Hearing>),
    /// The answer to the client's own command, in parts.
    Answer(Vec<ByteString>),
    /// Say why, then close.
    Close(CloseCode),
    /// The conversation the customer is in changed: attach to the contact's current one.
    Moved,
    /// The conversation's actor is gone: start over.
    Detached,
}

/// One time of being attached to a conversation. A socket that attaches anew, there or elsewhere, is given what it has
/// not seen; what an earlier hearing still had on its way it must not see after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hearing(u64);

/// Ends a connection whose peer no longer reads.
pub trait Cut: Send + Sync {
    /// Shuts the connection down, now.
    fn cut(&self);
}

/// A handle on one socket; cheap to clone.
#[derive(Clone)]
pub struct Link {
    inner: Arc<Inner>,
    hearing: Option<Hearing>,
}

struct Inner {
    /// Tells sessions apart.
    id: u64,
    recipient: Recipient<Push>,
    /// Bytes pushed and not yet taken by the socket.
    waiting: AtomicUsize,
    /// Commands that wait for their answer.
    in_hand: Arc<AtomicUsize>,
    /// Set once the queue was full; nothing is pushed any more.
    overflowed: AtomicBool,
    cut: Arc<dyn Cut>,
}

impl Link {
    /// A link to the socket behind `recipient`, whose mailbox holds [`QUEUE_FRAMES`]. Commands in hand are counted in
    /// `in_hand`.
    pub fn new(recipient: Recipient<Push>, in_hand: Arc<AtomicUsize>, cut: Arc<dyn Cut>) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(1);
        let inner = Arc::new(Inner {
            id: NEXT.fetch_add(1, Ordering::Relaxed) as u64,
            recipient,
            waiting: AtomicUsize::new(0),
            in_hand,
            overflowed: AtomicBool::new(false),
            cut,
        });
        Self { inner, hearing: None }
    }

    /// The same socket, for one more attachment to a conversation.
    pub fn hearing(&self) -> (Self, Hearing) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let hearing = Hearing(NEXT.fetch_add(1, Ordering::Relaxed));
        (Self { inner: self.inner.clone(), hearing: Some(hearing) }, hearing)
    }

    /// Tells sessions apart.
    pub fn id(&self) -> u64 {
        self.inner.id
    }

    /// A command of this socket will be answered by [`Link::answer`].
    pub fn asked(&self) {
        self.inner.in_hand.fetch_add(1, Ordering::Relaxed);
    }

    /// Queues the answer to a command.
    pub fn answer(&self, frame: ByteString) {
        self.inner.in_hand.fetch_sub(1, Ordering::Relaxed);
        self.queue(frame, None);
    }

    /// Queues a frame. False: the socket is gone or too slow, so forget this link.
    pub fn frame(&self, frame: ByteString) -> bool {
        self.queue(frame, self.hearing)
    }

    fn queue(&self, frame: ByteString, hearing: Option<Hearing>) -> bool {
        if fault::on(Fault::QueueWithoutBound) {
            self.inner.recipient.do_send(Push::Frame(frame, hearing));
            return true;
        }
        let size = frame.len();
        if self.inner.waiting.fetch_add(size, Ordering::Relaxed) + size > QUEUE_BYTES {
            self.overflow();
            return false;
        }
        self.push(Push::Frame(frame, hearing))
    }

    /// Queues anything else. False as in [`Link::frame`].
    pub fn push(&self, push: Push) -> bool {
        if self.inner.overflowed.load(Ordering::Relaxed) {
            return false;
        }
        match self.inner.recipient.try_send(push) {
            Ok(()) => true,
            Err(actix::prelude::SendError::Closed(_)) => false,
            Err(actix::prelude::SendError::Full(_)) => {
                self.overflow();
                false
            }
        }
    }

    /// The socket took a frame of this size out of its queue.
    pub fn taken(&self, size: usize) {
        self.inner.waiting.fetch_sub(size, Ordering::Relaxed);
    }

    /// True once the queue was full: the socket closes itself when it is polled again.
    pub fn has_overflowed(&self) -> bool {
        self.inner.overflowed.load(Ordering::Relaxed)
    }

    /// Shuts the connection down from outside.
    pub fn cut(&self) {
        self.inner.cut.cut();
    }

    fn overflow(&self) {
        if self.inner.overflowed.swap(true, Ordering::Relaxed) {
            return;
        }
        log::debug!("slow consumer link={}", self.inner.id);
        // A peer that reads again within this time hears 4008; one that does not is cut off.
        let link = self.clone();
        actix::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_secs(2)).await;
            link.cut();
        });
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Link({})", self.inner.id)
    }
}
