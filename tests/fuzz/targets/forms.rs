//! What members fill in or take out as tables: opening hours, keys of browsers, cards, lines of CSV.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use switchboard::api::csv::line;
use switchboard::domain::card::{self, CARDS_MAX, Card, TEXT_MAX, TITLE_MAX};
use switchboard::domain::hours::{Hours, zone};
use switchboard::domain::member::check_email;
use switchboard::domain::push::Wording;
use switchboard::domain::tag::{TAG_MAX, check_tag};
use switchboard::push::seal::Recipient;

use super::{parts, text};

/// Cells of a line. Read again they say the same, and no spreadsheet takes one for a formula.
pub fn csv(data: &[u8]) {
    let cells = parts(data);
    let mut out = String::new();
    line(&mut out, cells.iter().map(String::as_str));
    let read = cells_of(&out);
    assert_eq!(read.len(), cells.len(), "{out:?}");
    for (cell, read) in cells.iter().zip(read) {
        assert!(!read.starts_with(['=', '+', '-', '@', '\t', '\r']), "a formula: {read:?}");
        assert!(read == *cell || read.strip_prefix('\'') == Some(cell), "{cell:?} became {read:?}");
    }
}

/// The cells of one line, by RFC 4180.
fn cells_of(line: &str) -> Vec<String> {
    let line = line.strip_suffix("\r\n").expect("a line ends");
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            '\r' | '\n' if !quoted => panic!("a second line: {line:?}"),
            other => cell.push(other),
        }
    }
    assert!(!quoted, "a quote without end: {line:?}");
    cells.push(cell);
    cells
}

/// Opening hours: the zone and a moment on the first lines, the hours below.
pub fn hours(data: &[u8]) {
    let text = text(data);
    let mut lines = text.splitn(3, '\n');
    let zone = zone(lines.next().unwrap_or_default());
    let at: i64 = lines.next().and_then(|at| at.parse().ok()).unwrap_or(1_767_225_600_000);
    let Ok(hours) = serde_json::from_str::<Hours>(lines.next().unwrap_or_default()) else { return };
    let written = serde_json::to_string(&hours).unwrap();
    assert_eq!(serde_json::from_str::<Hours>(&written).ok().as_ref(), Some(&hours));
    if hours.check().is_err() {
        return;
    }
    let opening = hours.opening(&zone, at);
    assert!(opening.next.is_none() || !opening.open, "open, and yet to open");
    if let Some(next) = opening.next {
        assert!(next > at && hours.is_open(&zone, next), "it does not open then");
        assert!(!hours.is_open(&zone, next - 1) || next - 1 <= at, "it was open before");
    }
}

/// Keys of a browser that wants to be told, and its wording: three lines.
pub fn push(data: &[u8]) {
    let text = text(data);
    let mut lines = text.splitn(3, '\n');
    let (p256dh, auth) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    if Recipient::read(p256dh, auth).is_ok() {
        let length = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map(|bytes| bytes.len());
        assert_eq!((length(p256dh), length(auth)), (Ok(65), Ok(16)));
    }
    if let Ok(wording) = serde_json::from_str::<Wording>(lines.next().unwrap_or_default())
        && wording.check().is_ok()
    {
        assert!(!wording.mine.trim().is_empty() && !wording.mine.contains('\0'));
    }
}

/// Cards with pictures and buttons, and further fields that have rules of their own.
pub fn cards(data: &[u8]) {
    let given = text(data);
    if check_tag(&given).is_ok() {
        assert!((1..=TAG_MAX).contains(&given.chars().count()) && !given.contains([' ', ',', '\0']));
    }
    if check_email(&given).is_ok() {
        assert!(given.len() <= 200 && !given.contains(['\r', '\n', '\0', ' ']));
    }
    let Ok(cards) = serde_json::from_str::<Vec<Card>>(&given) else { return };
    let shown = card::plain("", &cards);
    let _ = card::spoken("", &cards);
    if card::check(&cards).is_err() || cards.len() > CARDS_MAX {
        return;
    }
    assert!(!shown.contains('\0'), "a NUL, which PostgreSQL does not store");
    let files: BTreeSet<String> = card::files(&cards).iter().map(ToString::to_string).collect();
    for card in &cards {
        assert!(card.title.chars().count() <= TITLE_MAX && card.text.chars().count() <= TEXT_MAX);
        let written = serde_json::to_value(card).unwrap();
        links(&written, &mut |url| assert!(url.starts_with("https://"), "{url}"));
        if let Some(file) = written["image"]["file"].as_str() {
            assert!(files.contains(file));
        }
    }
}

fn links(value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| links(item, see)),
        Value::Object(fields) => fields.iter().for_each(|(name, item)| match item {
            Value::String(url) if name == "url" => see(url),
            other => links(other, see),
        }),
        _ => {}
    }
}
