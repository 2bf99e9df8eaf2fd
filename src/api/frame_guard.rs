//! Looks at WebSocket frame headers as they arrive, before any of the frame is kept.
//!
//! The WebSocket library judges a frame's size only when all of it is in memory: a frame that
//! announces 1 GiB would be collected first. This adapter stands in front of it, reads the headers
//! (RFC 6455 section 5.2) and stops the stream at the first one that is too large. It also lets nothing in while
//! too many commands wait for their answer: then the peer's own connection holds back what it writes.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;

use crate::actors::link::IN_HAND_MAX;

/// Longest frame header: two bytes, eight of extended length, four of mask.
const HEADER_MAX: usize = 14;

/// Passes bytes on as long as no frame announces more than the limit.
pub struct FrameGuard<S> {
    inner: S,
    limit: u64,
    /// Set once a frame was too large.
    tripped: Rc<Cell<bool>>,
    /// Commands that wait for their answer.
    in_hand: Arc<AtomicUsize>,
    state: State,
}

enum State {
    Header { bytes: [u8; HEADER_MAX], have: usize },
    Payload { left: u64 },
}

const EMPTY: State = State::Header { bytes: [0; HEADER_MAX], have: 0 };

impl<S> FrameGuard<S> {
    /// Guards a stream; the cell tells afterwards why it ended.
    pub fn new(inner: S, limit: usize, tripped: Rc<Cell<bool>>, in_hand: Arc<AtomicUsize>) -> Self {
        Self { inner, limit: limit as u64, tripped, in_hand, state: EMPTY }
    }

    /// False when a frame in these bytes announces too much.
    fn admits(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((&first, rest)) = bytes.split_first() {
            match &mut self.state {
                State::Payload { left } => {
                    let taken = (bytes.len() as u64).min(*left);
                    *left -= taken;
                    bytes = &bytes[usize::try_from(taken).unwrap_or(bytes.len())..];
                    if *left == 0 {
                        self.state = EMPTY;
                    }
                }
                State::Header { bytes: header, have } => {
                    header[*have] = first;
                    *have += 1;
                    bytes = rest;
                    if let Some(length) = announced(&header[..*have]) {
                        if length > self.limit {
                            return false;
                        }
                        self.state = if length == 0 { EMPTY } else { State::Payload { left: length } };
                    }
                }
            }
        }
        true
    }
}

/// The payload's length, once the header is whole.
fn announced(header: &[u8]) -> Option<u64> {
    let second = *header.get(1)?;
    let extended = match second & 0x7f {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    if header.len() < 2 + extended + mask {
        return None;
    }
    if extended == 0 {
        return Some(u64::from(second & 0x7f));
    }
    Some(header[2..2 + extended].iter().fold(0, |length, &byte| (length << 8) | u64::from(byte)))
}

impl<S> Stream for FrameGuard<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.tripped.get() {
            return Poll::Ready(None);
        }
        if self.in_hand.load(Ordering::Relaxed) >= IN_HAND_MAX {
            // The answer wakes the socket, which polls this again.
            return Poll::Pending;
        }
        let polled = Pin::new(&mut self.inner).poll_next(context);
        if let Poll::Ready(Some(Err(_))) = &polled {
            // The connection is gone: the end of the stream, and no fault of a frame.
            return Poll::Ready(None);
        }
        if let Poll::Ready(Some(Ok(bytes))) = &polled
            && !self.admits(bytes)
        {
            self.tripped.set(true);
            return Poll::Ready(Some(Err(PayloadError::Overflow)));
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(limit: usize) -> FrameGuard<()> {
        FrameGuard::new((), limit, Rc::default(), Arc::default())
    }

    fn frame(length: usize) -> Vec<u8> {
        let mut bytes = vec![0x81];
        match length {
            0..=125 => bytes.push(0x80 | u8::try_from(length).unwrap()),
            126..=65_535 => {
                bytes.push(0x80 | 0x7e);
                bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            _ => {
                bytes.push(0x80 | 0x7f);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend([1, 2, 3, 4]);
        bytes.extend(std::iter::repeat_n(b'x', length));
        bytes
    }

    #[test]
    fn frames_up_to_the_limit_pass_however_they_are_cut() {
        for length in [0, 1, 125, 126, 127, 1_000] {
            let bytes = [frame(length), frame(3), frame(length)].concat();
            for step in [1, 2, 3, 7, bytes.len()] {
                let mut guard = guard(1_000);
                assert!(bytes.chunks(step).all(|chunk| guard.admits(chunk)), "{length} by {step}");
            }
        }
    }

    #[test]
    fn one_byte_more_is_refused_at_its_header() {
        assert!(!guard(1_000).admits(&frame(1_001)[..8]));
        let mut announces_a_gigabyte = vec![0x81, 0xff];
        announces_a_gigabyte.extend((1_u64 << 30).to_be_bytes());
        announces_a_gigabyte.extend([0; 4]);
        assert!(!guard(65_536).admits(&announces_a_gigabyte));
    }
}
