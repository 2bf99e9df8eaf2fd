//! What sound and film are, by their content: each in the containers that phones, browsers and messaging apps make.
//!
//! A browser plays them and runs nothing that is in them. All of them hold bytes that no text has, so the sniffer asks here
//! only about what is no text: nothing that can be read as a page or a script gets a type from here.

use crate::domain::attachment::MediaType;

/// Bytes of an MP4 handler box from its name to the kind of its track (ISO/IEC 14496-12, section 8.4.3).
const HANDLER: usize = 16;

/// Longest list of brands that is read, in bytes. Real ones have less than 100.
const BRANDS_MAX: usize = 4_096;

/// Which kinds of track an MP4 file has. They may be named at its end, so all of it is looked at.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    sound: bool,
    picture: bool,
    /// The last bytes, which may be the beginning of a handler box.
    tail: Vec<u8>,
}

impl Tracks {
    /// Looks at the next bytes.
    pub(super) fn look(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        for handler in self.tail.windows(HANDLER) {
            if handler.starts_with(b"hdlr\0\0\0\0") {
                self.sound |= handler.ends_with(b"soun");
                self.picture |= handler.ends_with(b"vide");
            }
        }
        let seen = self.tail.len().saturating_sub(HANDLER - 1);
        self.tail.drain(..seen);
    }
}

/// What begins like this, and has these tracks if it is an MP4 file.
pub(super) fn played(head: &[u8], tracks: &Tracks) -> Option<MediaType> {
    if is_mp4(head) {
        return mp4(head, tracks);
    }
    if head.starts_with(b"RIFF") {
        // RIFF's own number and name: MIME Sniffing Standard, section 6.2.
        return (head.get(8..12)? == b"WAVE").then_some(MediaType::Wav);
    }
    if is_opus(head) {
        Some(MediaType::Ogg)
    } else if is_mp3(head) {
        Some(MediaType::Mp3)
    } else if is_aac(head) {
        Some(MediaType::Aac)
    } else if is_amr(head) {
        Some(MediaType::Amr)
    } else {
        webm(head)
    }
}

/// Does it begin as MP4 and its relatives do? ISO/IEC 14496-12, section 4.3.
pub(super) fn is_mp4(head: &[u8]) -> bool {
    head.get(4..8) == Some(b"ftyp")
}

/// By the brands (mp4ra.org/registered-types/brands) and the tracks. Pictures have the same container and neither sound nor film.
fn mp4(head: &[u8], tracks: &Tracks) -> Option<MediaType> {
    let length = usize::try_from(u32::from_be_bytes(head.get(..4)?.try_into().ok()?)).ok()?;
    if length % 4 != 0 || !(16..=BRANDS_MAX).contains(&length) {
        return None;
    }
    let brands = head.get(8..length)?;
    let major = brands.get(..4)?;
    if !tracks.sound && !tracks.picture {
        return None;
    }
    let is_known = |brand: &[u8]| {
        [&b"mp4"[..], b"iso", b"avc1", b"M4V", b"dash", b"MSNV", b"f4v"]
            .iter()
            .any(|it| brand.starts_with(it))
    };
    match major {
        b"M4A " | b"M4B " => Some(MediaType::M4a),
        b"qt  " => Some(MediaType::QuickTime),
        _ if major.starts_with(b"3gp") && tracks.picture => Some(MediaType::Gpp),
        _ if major.starts_with(b"3gp") => Some(MediaType::GppSound),
        _ if !brands.chunks(4).any(is_known) => None,
        _ if tracks.picture => Some(MediaType::Mp4),
        _ => Some(MediaType::M4a),
    }
}

/// RFC 3533, section 6: a first page; RFC 7845, section 3: with nothing but the head of Opus on it.
fn is_opus(head: &[u8]) -> bool {
    let first_page = head.starts_with(b"OggS\0") && head.get(5).is_some_and(|flags| flags & 0x02 != 0);
    let body = head.get(26).and_then(|segments| head.get(27 + usize::from(*segments)..));
    first_page && body.is_some_and(|body| body.starts_with(b"OpusHead"))
}

/// A tag of `ID3v2` (id3.org/id3v2.4.0-structure, section 3.1), else two frames in a row (MIME Sniffing Standard, section 6.2.3).
fn is_mp3(head: &[u8]) -> bool {
    if let [b'I', b'D', b'3', 2..=4, 0, _, size @ ..] = head {
        return size.len() >= 4 && size[..4].iter().all(|byte| *byte < 0x80);
    }
    mp3_frame(head).is_some_and(|length| head.get(length..).is_some_and(|rest| mp3_frame(rest).is_some()))
}

/// Bytes of a frame of Layer III: ISO/IEC 11172-3, section 2.4.2.3, with the lower rates of ISO/IEC 13818-3.
fn mp3_frame(head: &[u8]) -> Option<usize> {
    const FULL: [usize; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const LOWER: [usize; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    const FREQUENCIES: [usize; 3] = [44_100, 48_000, 32_000];
    let (0xff, second, third) = (*head.first()?, *head.get(1)?, *head.get(2)?) else { return None };
    // All bits of the mark, Layer III.
    if second & 0xe6 != 0xe2 {
        return None;
    }
    let (rates, per_frame, halvings) = match (second >> 3) & 3 {
        3 => (FULL, 144, 0_u32),
        2 => (LOWER, 72, 1),
        0 => (LOWER, 72, 2),
        _ => return None,
    };
    let rate = rates.get(usize::from(third >> 4).checked_sub(1)?)? * 1_000;
    let frequency = FREQUENCIES.get(usize::from((third >> 2) & 3))? >> halvings;
    Some(per_frame * rate / frequency + usize::from((third >> 1) & 1))
}

/// Two frames in a row of ISO/IEC 13818-7, section 6.2.
fn is_aac(head: &[u8]) -> bool {
    aac_frame(head).is_some_and(|length| head.get(length..).is_some_and(|rest| aac_frame(rest).is_some()))
}

/// Bytes of such a frame, of which the head has seven.
fn aac_frame(head: &[u8]) -> Option<usize> {
    let [0xff, second, third, fourth, fifth, sixth, _, ..] = head else { return None };
    // All bits of the mark and layer 0; one of 13 frequencies.
    if second & 0xf6 != 0xf0 || (third >> 2) & 0x0f > 12 {
        return None;
    }
    let length = (usize::from(fourth & 3) << 11) | (usize::from(*fifth) << 3) | (usize::from(*sixth) >> 5);
    (length >= 7).then_some(length)
}

/// RFC 4867, sections 5.1 and 5.3: one channel, and the head of a frame, whose padding is zero.
fn is_amr(head: &[u8]) -> bool {
    let frame = head.strip_prefix(b"#!AMR\n").and_then(<[u8]>::first);
    frame.is_some_and(|frame| frame & 0x83 == 0 && matches!(frame >> 3, 0..=8 | 15))
}

/// RFC 8794, section 11.2: a head of EBML with its type; webmproject.org/docs/container: the codecs of the tracks. These come before
/// what is played.
fn webm(head: &[u8]) -> Option<MediaType> {
    const HEAD_MAX: usize = 64;
    let has = |part: &[u8], words: &[&[u8]]| {
        words.iter().any(|word| part.windows(word.len()).any(|window| window == *word))
    };
    let begin = &head[..head.len().min(HEAD_MAX)];
    if !begin.starts_with(b"\x1a\x45\xdf\xa3") || !has(begin, &[b"\x42\x82\x84webm"]) {
        return None;
    }
    if has(head, &[b"\x86\x85V_VP8", b"\x86\x85V_VP9", b"\x86\x85V_AV1"]) {
        return Some(MediaType::Webm);
    }
    has(head, &[b"\x86\x86A_OPUS", b"\x86\x88A_VORBIS"]).then_some(MediaType::WebmSound)
}

#[cfg(test)]
mod tests {
    use super::super::sniff::{NotAllowed, Sniffer};
    use super::*;

    fn judge(bytes: &[u8]) -> Result<MediaType, NotAllowed> {
        let mut sniffer = Sniffer::default();
        // In small pieces, as from a slow line.
        bytes.chunks(5).for_each(|chunk| sniffer.look(chunk));
        sniffer.judge().map(|found| {
            assert_eq!(found.pixels, None);
            found.media_type
        })
    }

    /// Brands, tracks, and what has them.
    type Case<'a> = (&'a [u8], &'a [&'a [u8]], MediaType);

    /// An MP4 file with these brands, much content, and tracks named at its end.
    fn mp4_of(brands: &[u8], tracks: &[&[u8]]) -> Vec<u8> {
        let length = u32::try_from(8 + brands.len()).unwrap();
        let mut bytes = [&length.to_be_bytes()[..], b"ftyp", brands].concat();
        bytes.extend(b"\0\0\0\0mdat");
        bytes.resize(300_000, 0x5a);
        for track in tracks {
            bytes.extend([&b"\0\0\0\x20hdlr\0\0\0\0\0\0\0\0"[..], track, b"\0\0\0\0"].concat());
        }
        bytes
    }

    #[test]
    fn mp4_is_told_apart_by_brands_and_tracks() {
        let known: [Case<'_>; 9] = [
            (b"mp42\0\0\0\0mp42isom", &[b"vide", b"soun"], MediaType::Mp4),
            (b"isom\0\0\x02\0isomiso2avc1mp41", &[b"vide"], MediaType::Mp4),
            (b"isom\0\0\x02\0isomiso2mp41", &[b"soun"], MediaType::M4a),
            (b"XAVC\0\0\0\0XAVCmp42", &[b"vide"], MediaType::Mp4),
            (b"M4A \0\0\0\0M4A mp42", &[b"soun"], MediaType::M4a),
            // An audio book whose chapters have pictures.
            (b"M4B \0\0\0\0M4B mp42", &[b"soun", b"vide"], MediaType::M4a),
            (b"qt  \x20\x05\x03\0qt  ", &[b"vide", b"soun"], MediaType::QuickTime),
            (b"3gp4\0\0\0\0isom3gp4", &[b"soun", b"vide"], MediaType::Gpp),
            (b"3gp4\0\0\0\0isom3gp4", &[b"soun"], MediaType::GppSound),
        ];
        for (brands, tracks, media_type) in known {
            let file = mp4_of(brands, tracks);
            assert_eq!(judge(&file), Ok(media_type), "{}", String::from_utf8_lossy(brands));
        }
        let others: [(&[u8], &[&[u8]]); 4] = [
            (b"mp42\0\0\0\0mp42isom", &[]),
            (b"heic\0\0\0\0mif1heic", &[b"pict"]),
            (b"avis\0\0\0\0avismsf1iso8", &[b"pict"]),
            (b"crx \0\0\0\x01crx ", &[b"vide"]),
        ];
        for (brands, tracks) in others {
            assert_eq!(judge(&mp4_of(brands, tracks)), Err(NotAllowed));
        }
        // A length of the brands that cannot be.
        let mut odd = mp4_of(b"mp42\0\0\0\0mp42", &[b"vide"]);
        for length in [0_u32, 15, 21, 5_000, u32::MAX] {
            odd[..4].copy_from_slice(&length.to_be_bytes());
            assert_eq!(judge(&odd), Err(NotAllowed), "{length}");
        }
    }

    #[test]
    fn sound_is_known() {
        let opus =
            b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\x02\x03\x04\0\0\0\0\x05\x06\x07\x08\x01\x13OpusHead\x01\x01";
        assert_eq!(judge(opus), Ok(MediaType::Ogg));
        assert_eq!(judge(b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0"), Ok(MediaType::Wav));
        assert_eq!(judge(b"ID3\x04\0\0\0\0\x02\x01TIT2"), Ok(MediaType::Mp3));
        // MPEG 1 at 128 kbit/s and 44.1 kHz has 417 bytes a frame; MPEG 2 at 64 and 22.05, with padding, 209.
        for (head, length) in [(b"\xff\xfb\x90\x00", 417), (b"\xff\xf3\x82\x00", 209)] {
            let mut frames = head.to_vec();
            frames.resize(length, 0);
            frames.extend(head);
            assert_eq!(judge(&frames), Ok(MediaType::Mp3));
            assert_eq!(judge(&frames[..length]), Err(NotAllowed), "one frame is not enough");
        }
        // 44.1 kHz, mono, 20 bytes a frame.
        let mut adts = vec![0xff, 0xf1, 0x50, 0x40, 0x02, 0x9f, 0xfc];
        adts.resize(20, 0);
        adts.extend_from_within(..);
        assert_eq!(judge(&adts), Ok(MediaType::Aac));
        assert_eq!(judge(&adts[..26]), Err(NotAllowed));
        assert_eq!(judge(b"#!AMR\n\x3c\x91\x17\x16\xbe"), Ok(MediaType::Amr));
    }

    #[test]
    fn webm_is_told_apart_by_its_codecs() {
        let head = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm";
        let with = |rest: &[u8]| [&head[..], b"\x18\x53\x80\x67\x01\xff", rest].concat();
        // Browsers name the place of the first cluster before the tracks.
        assert_eq!(judge(&with(b"\x1f\x43\xb6\x75\x86\x85V_VP8\x86\x86A_OPUS")), Ok(MediaType::Webm));
        assert_eq!(judge(&with(b"\x86\x86A_OPUS\x1f\x43\xb6\x75 V_VP8")), Ok(MediaType::WebmSound));
        assert_eq!(judge(&with(b"\x1f\x43\xb6\x75")), Err(NotAllowed));
        assert_eq!(judge(b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska\x86\x85V_VP8"), Err(NotAllowed));
    }

    #[test]
    fn what_could_be_something_else_is_refused_or_stays_what_it_is() {
        // A script behind a comment of shells is a text, and leaves as one.
        assert_eq!(judge(b"#!AMR\nalert(1)"), Ok(MediaType::Text));
        assert_eq!(judge(b"ID3 tags are explained below"), Ok(MediaType::Text));
        for bad in [
            &b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\x02\x03\x04\0\0\0\0\x05\x06\x07\x08\x01\x13\x80theora"[..],
            b"OggS\0",
            b"RIFF\x24\0\0\0AVI LIST",
            b"RIFF\x24\0",
            b"ID3\x09\0<script>",
            b"ID3\x04\0\0\x80\0\0\0",
            b"\xff\xfb",
            b"\xff\xfe<\0h\0t\0m\0l\0>\0",
            b"#!AMR\n\xff\xff",
            b"#!AMR-WB\n\x0c\x91",
            b"fLaC\0\0\0\x22",
            b"FWS\x09swf\0",
            b"FLV\x01\x05\0",
            b"<html>\0\0\0ftypmp42",
        ] {
            assert_eq!(judge(bad), Err(NotAllowed), "{:?}", String::from_utf8_lossy(bad));
        }
    }
}
