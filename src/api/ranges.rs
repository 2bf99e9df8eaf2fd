//! Which part of a file a request asks for: RFC 9110, section 14, with one range of bytes. Players ask so to find the length
//! and to jump; Safari plays nothing without.

use std::ops::Range;

use actix_web::http::header::{self, HeaderMap};

/// What is handed out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of it: nothing else is asked for, or nothing that must be understood.
    Whole,
    /// These bytes; never none.
    Part(Range<u64>),
    /// Bytes that the file does not have: 416.
    Nothing,
}

/// What these headers ask of a file of `size` bytes. `tag`, in its quotes, names the file's content: who has a part of another
/// one gets the whole.
pub(super) fn wanted(headers: &HeaderMap, size: u64, tag: &str) -> Wanted {
    let mut ranges = headers.get_all(header::RANGE);
    let (Some(range), None) = (ranges.next(), ranges.next()) else { return Wanted::Whole };
    if headers.get(header::IF_RANGE).is_some_and(|known| known.as_bytes() != tag.as_bytes()) {
        return Wanted::Whole;
    }
    range.to_str().ok().and_then(|range| read(range, size)).unwrap_or(Wanted::Whole)
}

/// None for what is to be passed over: other units, several ranges, and what is no range.
fn read(range: &str, size: u64) -> Option<Wanted> {
    let (unit, range) = range.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if !unit.trim().eq_ignore_ascii_case("bytes") || !is_number(first) || !is_number(last) {
        return None;
    }
    let part = match (number(first), number(last)) {
        (None, None) => return None,
        (Some(first), Some(last)) if last < first => return None,
        (Some(first), last) => first..last.map_or(size, |last| last.saturating_add(1).min(size)),
        (None, Some(count)) => size.saturating_sub(count)..size,
    };
    Some(if part.is_empty() { Wanted::Nothing } else { Wanted::Part(part) })
}

/// None where nothing stands. What is larger than any file counts as the largest number.
fn number(digits: &str) -> Option<u64> {
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn asked(range: &'static str, known: Option<&'static str>) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, HeaderValue::from_static(range));
        if let Some(known) = known {
            headers.insert(header::IF_RANGE, HeaderValue::from_static(known));
        }
        wanted(&headers, 1_000, "\"f_1\"")
    }

    #[test]
    fn one_range_is_understood() {
        for (range, part) in [
            ("bytes=0-0", 0..1),
            ("bytes=0-", 0..1_000),
            ("Bytes=500-", 500..1_000),
            ("bytes= 10-19 ", 10..20),
            ("bytes=990-5000", 990..1_000),
            ("bytes=0-99999999999999999999999", 0..1_000),
            ("bytes=-1", 999..1_000),
            ("bytes=-5000", 0..1_000),
        ] {
            assert_eq!(asked(range, None), Wanted::Part(part), "{range}");
        }
    }

    #[test]
    fn what_is_not_there_is_said_and_what_is_no_range_is_passed_over() {
        for range in ["bytes=1000-", "bytes=1000-2000", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(asked(range, None), Wanted::Nothing, "{range}");
        }
        for range in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-4",
            "bytes=0-1,5-6",
            "lines=0-1",
            "bytes=a-b",
            "bytes=+1-2",
        ] {
            assert_eq!(asked(range, None), Wanted::Whole, "{range}");
        }
        let mut twice = HeaderMap::new();
        twice.append(header::RANGE, HeaderValue::from_static("bytes=0-1"));
        twice.append(header::RANGE, HeaderValue::from_static("bytes=2-3"));
        assert_eq!(wanted(&twice, 1_000, ""), Wanted::Whole);
        assert_eq!(wanted(&HeaderMap::new(), 1_000, ""), Wanted::Whole);
    }

    #[test]
    fn a_part_of_another_file_is_not_added_to() {
        assert_eq!(asked("bytes=1-2", Some("\"f_1\"")), Wanted::Part(1..3));
        for known in ["\"f_2\"", "W/\"f_1\"", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(asked("bytes=1-2", Some(known)), Wanted::Whole, "{known}");
        }
    }
}
