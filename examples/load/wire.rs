//! The frames of a measurement: commands made by changing digits in place, answers and entries
//! recognised by their first letters and one search.

use std::sync::atomic::{AtomicU32, Ordering};

use memchr::memmem;

/// Characters of a message in every scenario but that of the slow reader.
pub const TEXT_LENGTH: usize = 160;

const DIGITS: usize = 10;

/// Makes the `send` commands of one sender. The number of a message is its `ref`, part of its
/// `client_id`, and the beginning of its text (`#0000000042 …`), so that every receiver can count.
pub struct Commands {
    bytes: Vec<u8>,
    at: [usize; 3],
}

impl Commands {
    /// `fields` is what `send` needs besides `ref`, `client_id` and `text`, each with a comma behind it.
    pub fn new(fields: &str, text_length: usize) -> Self {
        static SENDER: AtomicU32 = AtomicU32::new(1);
        let sender = SENDER.fetch_add(1, Ordering::Relaxed);
        let padding = "all work and no play makes a dull chat, so here is some more of it; ";
        let padding: String = padding.chars().cycle().take(text_length.saturating_sub(DIGITS + 2)).collect();
        let zero = "0".repeat(DIGITS);
        let parts = [
            format!(r#"{{"type":"send","ref":"{zero}"#),
            format!(r#"",{fields}"client_id":"{sender:08x}-0000-4000-8000-00{zero}"#),
            format!(r##"","text":"#{zero}"##),
            format!(r#" {padding}"}}"#),
        ];
        let mut at = [0; 3];
        let mut end = 0;
        for (part, at) in parts.iter().zip(&mut at) {
            end += part.len();
            *at = end - DIGITS;
        }
        Self { bytes: parts.concat().into_bytes(), at }
    }

    /// The command of the message with this number.
    pub fn frame(&mut self, mut number: u64) -> &[u8] {
        for digit in (0..DIGITS).rev() {
            let character = b'0' + (number % 10) as u8;
            number /= 10;
            for at in self.at {
                self.bytes[at + digit] = character;
            }
        }
        &self.bytes
    }
}

/// What a frame from a server tells a scenario.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The command with this number was committed (relay: was relayed).
    Done(u64),
    /// The command with this number was refused.
    Refused(u64),
    /// The message with this number arrived.
    Message(u64),
    /// Anything else: rows, presence, other entries.
    Other,
}

/// Reads just as much of a frame as a scenario needs.
pub fn hear(frame: &[u8]) -> Heard {
    let Some(rest) = frame.strip_prefix(br#"{"type":""#) else { return Heard::Other };
    let found = if rest.starts_with(b"entry") {
        number_after(rest, br##""text":"#"##).map(Heard::Message)
    } else if rest.starts_with(b"ok") {
        number_after(rest, br#""ref":""#).map(Heard::Done)
    } else if rest.starts_with(b"error") {
        number_after(rest, br#""ref":""#).map(Heard::Refused)
    } else {
        None
    };
    found.unwrap_or(Heard::Other)
}

fn number_after(bytes: &[u8], label: &[u8]) -> Option<u64> {
    let start = memmem::find(bytes, label)? + label.len();
    bytes
        .get(start..start + DIGITS)?
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0')))
}
