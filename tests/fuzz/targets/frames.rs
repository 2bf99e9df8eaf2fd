//! The way of a WebSocket message: the guard in front, the library's codec, and the joining of fragments.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use actix_http::ws::{Codec, Frame};
use actix_web::error::PayloadError;
use bytes::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt, stream};
use switchboard::api::fragments::Fragments;
use switchboard::api::frame_guard::FrameGuard;
use tokio_util::codec::Decoder;

const MESSAGE_MAX: usize = 256;
const FRAGMENTS_MAX: usize = 8;
/// Two bytes, eight of length, four of mask.
const HEADER_MAX: usize = 14;

/// What a socket made of its bytes.
#[derive(Debug, PartialEq, Eq)]
struct Heard {
    texts: Vec<String>,
    /// It ended with a fault.
    is_closed: bool,
    /// The guard ended it.
    is_too_big: bool,
}

/// Bytes of a peer. The first byte says how they are cut on their way, which must change nothing.
pub fn frames(data: &[u8]) {
    let [cut, bytes @ ..] = data else { return };
    let whole = hear(bytes, bytes.len().max(1));
    let in_pieces = hear(bytes, usize::from(*cut % 32) + 1);
    if whole.is_too_big {
        // What came in the same piece as the frame that is too large is not read any more.
        assert!(in_pieces.is_too_big || in_pieces.is_closed);
        assert!(in_pieces.texts.starts_with(&whole.texts));
    } else {
        assert_eq!(whole, in_pieces);
    }
}

fn hear(bytes: &[u8], piece: usize) -> Heard {
    let tripped = Rc::new(Cell::new(false));
    let pieces = bytes.chunks(piece).map(|piece| Ok::<_, PayloadError>(Bytes::copy_from_slice(piece)));
    let mut guard = FrameGuard::new(
        stream::iter(pieces.collect::<Vec<_>>()),
        MESSAGE_MAX,
        tripped.clone(),
        Arc::default(),
    );
    let mut codec = Codec::new().max_size(MESSAGE_MAX);
    let mut fragments = Fragments::new(MESSAGE_MAX, FRAGMENTS_MAX);
    let mut buffer = BytesMut::new();
    let mut heard = Heard { texts: Vec::new(), is_closed: false, is_too_big: false };
    while let Some(piece_of) = guard.next().now_or_never().flatten() {
        let Ok(more) = piece_of else { break };
        buffer.extend_from_slice(&more);
        loop {
            let text = match codec.decode(&mut buffer) {
                Ok(None) => break,
                Ok(Some(frame)) => joined(frame, &mut fragments),
                Err(_) => Err(()),
            };
            match text {
                Ok(text) => heard.texts.extend(text),
                Err(()) => heard.is_closed = true,
            }
            if heard.is_closed {
                return heard;
            }
        }
        assert!(buffer.len() <= MESSAGE_MAX + HEADER_MAX + piece, "{} bytes wait", buffer.len());
    }
    heard.is_too_big = tripped.get();
    heard
}

fn joined(frame: Frame, fragments: &mut Fragments) -> Result<Option<String>, ()> {
    let text = match frame {
        Frame::Text(bytes) => Some(String::from_utf8(bytes.to_vec()).map_err(|_| ())?),
        Frame::Continuation(item) => fragments.take(item).map_err(|_| ())?.map(|text| text.to_string()),
        Frame::Binary(_) | Frame::Close(_) => return Err(()),
        Frame::Ping(_) | Frame::Pong(_) => None,
    };
    assert!(text.as_ref().is_none_or(|text| text.len() <= MESSAGE_MAX), "a message above the limit");
    Ok(text)
}
