//! Files: what they are by their content, and under which name they are kept.

use switchboard::domain::attachment::{FILE_NAME_MAX, MediaType, file_name as named};
use switchboard::files::sniff::Sniffer;

use super::text;

/// Bytes of a file. The first byte says how they are cut on their way, which must change nothing.
pub fn sniff(data: &[u8]) {
    let [cut, bytes @ ..] = data else { return };
    let judge = |piece: usize| {
        let mut sniffer = Sniffer::default();
        bytes.chunks(piece).for_each(|piece| sniffer.look(piece));
        sniffer.judge()
    };
    let found = judge(bytes.len().max(1));
    assert_eq!(found, judge(usize::from(*cut) + 1));
    let begins = |mark: &[u8]| bytes.starts_with(mark);
    let has = |word: &[u8]| bytes.windows(word.len()).any(|window| window == word);
    let Ok(found) = found else { return };
    match found.media_type {
        MediaType::Png => assert!(begins(b"\x89PNG")),
        MediaType::Jpeg => assert!(begins(b"\xff\xd8\xff")),
        MediaType::Gif => assert!(begins(b"GIF8")),
        MediaType::Webp => assert!(begins(b"RIFF")),
        MediaType::Pdf => assert!(begins(b"%PDF-")),
        MediaType::Text => {
            let text = std::str::from_utf8(bytes).expect("text is UTF-8");
            assert!(!text.contains('\0') && !text.is_empty());
            let begin = text.strip_prefix('\u{feff}').unwrap_or(text).trim_ascii_start();
            let begin: String = begin.chars().take(9).collect();
            for mark in ["<!doctype", "<html", "<svg", "<script", "<?xml", "<!--"] {
                assert!(!begin.to_ascii_lowercase().starts_with(mark), "a page counts as text");
            }
        }
        MediaType::Ogg => assert!(begins(b"OggS") && has(b"OpusHead")),
        MediaType::Mp3 => assert!(begins(b"ID3") || begins(b"\xff")),
        MediaType::Aac => assert!(begins(b"\xff")),
        MediaType::Wav => assert!(begins(b"RIFF")),
        MediaType::Amr => assert!(begins(b"#!AMR\n")),
        MediaType::Webm | MediaType::WebmSound => assert!(begins(b"\x1a\x45\xdf\xa3") && has(b"webm")),
        MediaType::M4a | MediaType::Mp4 | MediaType::QuickTime | MediaType::Gpp | MediaType::GppSound => {
            assert!(bytes.get(4..8) == Some(b"ftyp") && (has(b"soun") || has(b"vide")));
        }
        #[allow(unreachable_patterns, reason = "a new type must be thought about here")]
        other => panic!("{other:?} is not on the list"),
    }
    if found.media_type != MediaType::Text && !found.media_type.as_str().starts_with("image/") {
        assert!(
            found.media_type == MediaType::Pdf || std::str::from_utf8(bytes).is_err() || has_control(bytes)
        );
    }
    if let Some((width, height)) = found.pixels {
        assert!(width > 0 && height > 0 && u64::from(width) * u64::from(height) <= 50_000_000);
        assert!(found.media_type.as_str().starts_with("image/"));
    }
}

/// Is there a byte that no text of ours has?
fn has_control(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| byte.is_ascii_control() && !b"\t\n\r\x0c".contains(byte))
}

/// The name that somebody gave a file.
pub fn file_name(data: &[u8]) {
    let given = text(data);
    for (media_type, endings) in [
        (MediaType::Png, &[".png"][..]),
        (MediaType::Jpeg, &[".jpg", ".jpeg"]),
        (MediaType::Pdf, &[".pdf"]),
        (MediaType::Text, &[".txt", ".csv", ".log", ".md"]),
        (MediaType::Ogg, &[".ogg", ".oga", ".opus"]),
        (MediaType::Mp4, &[".mp4", ".m4v"]),
    ] {
        let name = named(&given, media_type);
        assert!((1..=FILE_NAME_MAX).contains(&name.chars().count()), "{} characters", name.chars().count());
        assert!(!name.contains(['/', '\\', '"', '<', '>', '\0', '\r', '\n', '\u{202e}']), "{name:?}");
        assert!(!name.starts_with('.') && name != "..", "{name:?}");
        assert!(endings.iter().any(|ending| name.ends_with(ending)), "{name:?} is no {media_type:?}");
        assert_eq!(named(&name, media_type), name, "a name that we gave is given again");
    }
}
