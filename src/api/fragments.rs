//! Joins the fragments of WebSocket messages: the library hands them over one by one and judges neither their sum nor their
//! number.

use actix_http::ws::Item;
use bytestring::ByteString;

use crate::protocol::code::CloseCode;

/// The message that is being joined, of one socket.
#[derive(Debug)]
pub struct Fragments {
    bytes_max: usize,
    count_max: usize,
    partial: Option<Partial>,
}

#[derive(Debug, Default)]
struct Partial {
    bytes: Vec<u8>,
    count: usize,
}

impl Fragments {
    /// None yet. A message has at most so many bytes, in at most so many fragments, empty ones included.
    pub const fn new(bytes_max: usize, count_max: usize) -> Self {
        Self { bytes_max, count_max, partial: None }
    }

    /// Takes the next fragment. Answers the whole text after its last one.
    ///
    /// # Errors
    /// The code to close the socket with: `unsupported` for binary, `protocol` out of order, `too_big` above a limit,
    /// `not_utf8`.
    pub fn take(&mut self, item: Item) -> Result<Option<ByteString>, CloseCode> {
        let (bytes, is_first, is_last) = match item {
            Item::FirstText(bytes) => (bytes, true, false),
            Item::FirstBinary(_) => return Err(CloseCode::Unsupported),
            Item::Continue(bytes) => (bytes, false, false),
            Item::Last(bytes) => (bytes, false, true),
        };
        let mut partial = match (self.partial.take(), is_first) {
            (None, true) => Partial::default(),
            (Some(partial), false) => partial,
            _ => return Err(CloseCode::Protocol),
        };
        partial.bytes.extend_from_slice(&bytes);
        partial.count += 1;
        if partial.bytes.len() > self.bytes_max || partial.count > self.count_max {
            return Err(CloseCode::TooBig);
        }
        if !is_last {
            self.partial = Some(partial);
            return Ok(None);
        }
        String::from_utf8(partial.bytes).map(|text| Some(text.into())).map_err(|_| CloseCode::NotUtf8)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn first(text: &'static str) -> Item {
        Item::FirstText(Bytes::from_static(text.as_bytes()))
    }

    fn more(text: &'static [u8]) -> Item {
        Item::Continue(Bytes::from_static(text))
    }

    fn last(text: &'static [u8]) -> Item {
        Item::Last(Bytes::from_static(text))
    }

    #[test]
    fn fragments_become_one_text_within_the_limits() {
        let mut fragments = Fragments::new(6, 3);
        assert_eq!(fragments.take(first("a")), Ok(None));
        assert_eq!(fragments.take(more(b"\xc3")), Ok(None));
        assert_eq!(fragments.take(last(b"\xbcbcd")), Ok(Some("aübcd".into())));
        assert_eq!(fragments.take(first("abcd")), Ok(None));
        assert_eq!(fragments.take(last(b"efg")), Err(CloseCode::TooBig));
        for _ in 0..2 {
            assert_eq!(fragments.take(first("")), Ok(None));
            assert_eq!(fragments.take(more(b"")), Ok(None));
            assert_eq!(fragments.take(more(b"")), Ok(None));
            assert_eq!(fragments.take(last(b"")), Err(CloseCode::TooBig));
        }
    }

    #[test]
    fn what_is_out_of_order_or_no_text_ends_the_socket() {
        let mut fragments = Fragments::new(100, 10);
        assert_eq!(fragments.take(more(b"a")), Err(CloseCode::Protocol));
        assert_eq!(fragments.take(first("a")), Ok(None));
        assert_eq!(fragments.take(first("a")), Err(CloseCode::Protocol));
        assert_eq!(fragments.take(Item::FirstBinary(Bytes::new())), Err(CloseCode::Unsupported));
        assert_eq!(fragments.take(first("a")), Ok(None));
        assert_eq!(fragments.take(last(b"\xff")), Err(CloseCode::NotUtf8));
    }
}
