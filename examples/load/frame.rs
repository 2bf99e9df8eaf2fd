//! WebSocket frames of a client (RFC 6455 section 5), as cheaply as possible: the clients share the
//! machine with the servers they measure.

use std::ops::Range;

use memchr::memmem;

use crate::Fallible;

/// What a frame is. Servers here do not fragment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A whole text message.
    Text,
    /// The server closes.
    Close,
    /// To be answered with a pong.
    Ping,
    /// Nobody asked; ignored.
    Pong,
}

/// Appends one masked frame. The masking key is zero, so the payload is copied as it is; the server's work is the same.
pub fn put(kind: Kind, payload: &[u8], out: &mut Vec<u8>) {
    const MASKED: u8 = 0x80;
    const TWO_BYTES: u8 = 126;
    const EIGHT_BYTES: u8 = 127;
    out.push(
        0x80 | match kind {
            Kind::Text => 1,
            Kind::Close => 8,
            Kind::Ping => 9,
            Kind::Pong => 10,
        },
    );
    match payload.len() {
        short @ ..=125 => out.push(MASKED | short as u8),
        medium @ ..=0xFFFF => {
            out.push(MASKED | TWO_BYTES);
            out.extend_from_slice(&(medium as u16).to_be_bytes());
        }
        long => {
            out.push(MASKED | EIGHT_BYTES);
            out.extend_from_slice(&(long as u64).to_be_bytes());
        }
    }
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(payload);
}

/// Bytes received and not yet taken, in one buffer that grows only for a frame that does not fit.
pub struct Inbox {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Inbox {
    /// An empty one with room for a few frames.
    pub fn new() -> Self {
        Self { bytes: vec![0; 2_048], start: 0, end: 0 }
    }

    /// Where the next bytes from the socket go; never empty.
    pub fn room(&mut self) -> &mut [u8] {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        } else if self.end == self.bytes.len() {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
            if self.end == self.bytes.len() {
                self.bytes.resize(self.bytes.len() * 2, 0);
            }
        }
        &mut self.bytes[self.end..]
    }

    /// That many bytes were put into [`Self::room`].
    pub fn filled(&mut self, count: usize) {
        self.end += count;
    }

    /// Takes the head of an HTTP answer, which comes before the first frame, if all of it is there.
    pub fn take_head(&mut self) -> Option<String> {
        const END: &[u8] = b"\r\n\r\n";
        let bytes = &self.bytes[self.start..self.end];
        let length = memmem::find(bytes, END)? + END.len();
        let head = String::from_utf8_lossy(&bytes[..length]).into_owned();
        self.start += length;
        Some(head)
    }

    /// Takes the next whole frame, if it is there. Its payload stays readable until [`Self::room`] is called.
    ///
    /// # Errors
    /// A masked, fragmented, binary or unknown frame.
    pub fn take(&mut self) -> Fallible<Option<(Kind, Range<usize>)>> {
        let bytes = &self.bytes[self.start..self.end];
        let &[first, second, ..] = bytes else { return Ok(None) };
        let (head, length) = match second {
            0..=125 => (2, usize::from(second)),
            126 => match bytes.get(2..4) {
                Some(&[high, low]) => (4, usize::from(u16::from_be_bytes([high, low]))),
                _ => return Ok(None),
            },
            127 => match bytes.get(2..10).and_then(|length| <[u8; 8]>::try_from(length).ok()) {
                Some(length) => (10, usize::try_from(u64::from_be_bytes(length))?),
                None => return Ok(None),
            },
            128.. => return Err("the server masked a frame".into()),
        };
        if bytes.len() < head + length {
            return Ok(None);
        }
        let kind = match first {
            0x81 => Kind::Text,
            0x88 => Kind::Close,
            0x89 => Kind::Ping,
            0x8A => Kind::Pong,
            other => return Err(format!("unexpected frame head {other:#x}").into()),
        };
        let payload = self.start + head..self.start + head + length;
        self.start = payload.end;
        Ok(Some((kind, payload)))
    }

    /// The payload of a frame just taken.
    pub fn payload(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }
}
