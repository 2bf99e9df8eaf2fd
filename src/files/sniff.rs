//! What a file is, by its content. Names and the words of senders count nothing; what is in no line here is refused.

use super::played::{Tracks, is_mp4, played};
use crate::domain::attachment::MediaType;

/// So much of the beginning is looked at for type and size of an image. Larger than what cameras put before the picture.
const HEAD: usize = 256 * 1024;

/// Most pixels of an image that pages show; larger ones are offered as files, as unpacking them could take all memory.
const PIXELS_MAX: u64 = 50_000_000;

/// The file is of no type that may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only images (PNG, JPEG, GIF, WebP), audio, video, PDF and plain text can be sent")]
pub struct NotAllowed;

/// What was found out about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub media_type: MediaType,
    /// Width and height in pixels, of images that pages may show.
    pub pixels: Option<(u32, u32)>,
}

/// Looks at a file while it streams by.
#[derive(Debug, Default)]
pub struct Sniffer {
    head: Vec<u8>,
    /// The last bytes, when they may be the beginning of a character.
    partial: Vec<u8>,
    not_text: bool,
    tracks: Tracks,
}

impl Sniffer {
    /// Looks at the next bytes.
    pub fn look(&mut self, bytes: &[u8]) {
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if !self.not_text {
            self.look_at_text(bytes);
        }
        if is_mp4(&self.head) {
            self.tracks.look(bytes);
        }
    }

    /// Judges, once all bytes were seen.
    ///
    /// # Errors
    /// [`NotAllowed`].
    pub fn judge(&self) -> Result<Found, NotAllowed> {
        let head = &self.head[..];
        let image = |media_type, pixels: Option<(u32, u32)>| {
            let shown = |(width, height)| {
                width > 0 && height > 0 && u64::from(width) * u64::from(height) <= PIXELS_MAX
            };
            Ok(Found { media_type, pixels: pixels.filter(|pixels| shown(*pixels)) })
        };
        if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            return image(MediaType::Png, png(head));
        }
        if head.starts_with(&[0xff, 0xd8, 0xff]) {
            return image(MediaType::Jpeg, jpeg(head));
        }
        if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
            return image(MediaType::Gif, gif(head));
        }
        if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
            return image(MediaType::Webp, webp(head));
        }
        if head.starts_with(b"%PDF-") {
            return Ok(Found { media_type: MediaType::Pdf, pixels: None });
        }
        if self.not_text
            && let Some(media_type) = played(head, &self.tracks)
        {
            return Ok(Found { media_type, pixels: None });
        }
        if !self.not_text && self.partial.is_empty() && !head.is_empty() && !is_markup(head) {
            return Ok(Found { media_type: MediaType::Text, pixels: None });
        }
        Err(NotAllowed)
    }

    /// Text is UTF-8 without control characters.
    fn look_at_text(&mut self, bytes: &[u8]) {
        self.partial.extend_from_slice(bytes);
        let all = std::mem::take(&mut self.partial);
        let whole = match std::str::from_utf8(&all) {
            Ok(_) => all.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => {
                self.not_text = true;
                return;
            }
        };
        let control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c);
        self.not_text = all[..whole].iter().any(control);
        self.partial = all[whole..].to_vec();
    }
}

/// Does a text begin as HTML, SVG or other XML does? Then it is meant to be more than text.
fn is_markup(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    text.first() == Some(&b'<')
        && text.get(1).is_some_and(|next| matches!(next, b'!' | b'?' | b'/') || next.is_ascii_alphabetic())
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?)))
}

fn le24(bytes: &[u8], at: usize) -> Option<u32> {
    let three = bytes.get(at..at + 3)?;
    Some(u32::from_le_bytes([three[0], three[1], three[2], 0]))
}

/// PNG, third edition, section 11.2.1: the first chunk is IHDR.
fn png(head: &[u8]) -> Option<(u32, u32)> {
    if head.get(12..16)? != b"IHDR" {
        return None;
    }
    let number = |at: usize| Some(u32::from_be_bytes(head.get(at..at + 4)?.try_into().ok()?));
    Some((number(16)?, number(20)?))
}

/// `GIF89a`, section 18: the logical screen.
fn gif(head: &[u8]) -> Option<(u32, u32)> {
    Some((le16(head, 6)?, le16(head, 8)?))
}

/// ITU T.81, B.1.1.2 and B.2.2: markers with lengths up to the start of a frame.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        match *head.get(at + 1)? {
            // Padding before a marker.
            0xff => at += 1,
            // Start of a frame, but for tables of Huffman codes, reserved ones, and arithmetic codes.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((be16(head, at + 7)?, be16(head, at + 5)?));
            }
            // The picture itself, or its end, before any frame.
            0xda | 0xd9 => return None,
            _ => at += 2 + usize::try_from(be16(head, at + 2)?).ok()?.max(2),
        }
    }
}

/// RFC 9649, sections 2.5 to 2.7: one of three first chunks.
fn webp(head: &[u8]) -> Option<(u32, u32)> {
    match head.get(12..16)? {
        b"VP8 " => Some((le16(head, 26)? & 0x3fff, le16(head, 28)? & 0x3fff)),
        b"VP8L" => {
            let bits = u32::from_le_bytes(head.get(21..25)?.try_into().ok()?);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => Some((le24(head, 24)? + 1, le24(head, 27)? + 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(bytes: &[u8]) -> Result<Found, NotAllowed> {
        let mut sniffer = Sniffer::default();
        // In small pieces, as from a slow line.
        bytes.chunks(3).for_each(|chunk| sniffer.look(chunk));
        sniffer.judge()
    }

    fn found(bytes: &[u8]) -> (MediaType, Option<(u32, u32)>) {
        judge(bytes).map(|found| (found.media_type, found.pixels)).unwrap()
    }

    #[test]
    fn images_are_known_with_their_size() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0";
        assert_eq!(found(png), (MediaType::Png, Some((640, 480))));
        assert_eq!(found(b"GIF89a\x80\x02\xe0\x01\0\0\0"), (MediaType::Gif, Some((640, 480))));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x0b\x08\x01\xe0\x02\x80\x03";
        assert_eq!(found(jpeg), (MediaType::Jpeg, Some((640, 480))));
        assert_eq!(found(b"\xff\xd8\xff\xe0\0\x04ab\xff\xda"), (MediaType::Jpeg, None));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01";
        assert_eq!(found(lossy), (MediaType::Webp, Some((640, 480))));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0";
        assert_eq!(found(lossless), (MediaType::Webp, Some((640, 480))));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0";
        assert_eq!(found(extended), (MediaType::Webp, Some((640, 480))));
    }

    #[test]
    fn an_image_that_would_unpack_to_gigabytes_is_not_shown() {
        let bomb = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xff\xff\0\0\xff\xff\x08\x06\0\0\0";
        assert_eq!(found(bomb), (MediaType::Png, None));
        assert_eq!(found(b"GIF89a\0\0\0\0\0\0\0"), (MediaType::Gif, None));
    }

    #[test]
    fn documents_and_texts_are_known() {
        assert_eq!(found(b"%PDF-1.7\n%\xe2\xe3"), (MediaType::Pdf, None));
        assert_eq!(found("Grüße\r\n\tund 👋\n".as_bytes()), (MediaType::Text, None));
        assert_eq!(found(b"a < b, <3"), (MediaType::Text, None));
        assert_eq!(found(b"<3 you"), (MediaType::Text, None));
    }

    #[test]
    fn nothing_else_is_allowed() {
        for bad in [
            &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..],
            b"\xef\xbb\xbf \n<?xml version='1.0'?><svg/>",
            b"<!DOCTYPE html><script>alert(1)</script>",
            b"<html>",
            b"</script>",
            b"PK\x03\x04zip",
            b"MZ\x90\0program",
            b"\x7fELF",
            b"latin-1: \xfc",
            b"cut in a character: \xe2\x82",
            b"nul\0",
            b"\x1b[2Jescape",
            b" %PDF-1.7\n\xe2\xe3",
            b"",
        ] {
            assert_eq!(judge(bad), Err(NotAllowed), "{:?}", String::from_utf8_lossy(bad));
        }
    }
}
