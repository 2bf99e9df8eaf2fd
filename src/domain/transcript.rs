//! A conversation as readable text, for members: everything said and done, notes marked as internal.

use std::fmt::Write;

use super::Millis;
use super::attachment::Attachment;
use super::card::{self, Card};
use super::conversation::{Conversation, Status};
use super::event::{Author, EndReason, Entry, Event, HandoffReason, RequeueReason, Start};
use super::incoming::{ComingFile, FileNews};

/// Width of the time column; further lines of a text begin behind it, so that no text can look like a line of ours.
const INDENT: &str = "                     ";

/// The whole conversation as plain text. `contact` and `channel` are their names.
pub fn text(conversation: &Conversation, contact: &str, channel: &str, entries: &[Entry]) -> String {
    let mut out = String::with_capacity(200 + entries.len() * 120);
    out.push_str("Transcript of ");
    line(&mut out, &conversation.id.to_string());
    out.push_str("Customer: ");
    line(&mut out, contact);
    out.push_str("Channel:  ");
    line(&mut out, channel);
    out.push_str("Opened:   ");
    line(&mut out, &stamp(conversation.opened_at));
    if let (Status::Ended, Some(ended_at)) = (conversation.status, conversation.ended_at) {
        out.push_str("Ended:    ");
        line(&mut out, &stamp(ended_at));
    }
    out.push_str("Times are UTC.\n\n");
    for entry in entries {
        out.push_str(&stamp(entry.at));
        out.push_str("  ");
        line(&mut out, &words(entry, contact));
    }
    out
}

/// One entry in words. What is not speech stands in brackets.
fn words(entry: &Entry, contact: &str) -> String {
    let who = match &entry.by {
        Author::Contact => contact,
        Author::Bot => "Bot",
        Author::Member { name, .. } => name,
        Author::System => "System",
    };
    match &entry.body {
        Event::Message { text, attachments, cards, coming, .. } => {
            format!("{who}: {}", spoken(text, attachments, cards, coming))
        }
        Event::File { news: FileNews::Here { file }, .. } => {
            format!("{contact}: [file {}, {} bytes]", file.name, file.size)
        }
        Event::File { news: FileNews::Failed { .. }, .. } => {
            "[internal] [a file of the customer could not be fetched]".to_owned()
        }
        Event::File { news: FileNews::Again, .. } => {
            format!("[internal] [{who} asked for a file of the customer again]")
        }
        Event::Edited { text, .. } => format!("{who}: [changed a message] {text}"),
        Event::Reacted { emojis, .. } if emojis.is_empty() => format!("[{who} took a reaction back]"),
        Event::Reacted { emojis, .. } => format!("[{who} reacted with {}]", emojis.join(" ")),
        Event::Deleted { .. } => format!("[{who} deleted a message]"),
        Event::Note { text, attachments, .. } => {
            format!("[internal note] {who}: {}", spoken(text, attachments, &[], &[]))
        }
        Event::Tagged { tag } => format!("[internal] [{who} put the tag {tag} on it]"),
        Event::Untagged { tag } => format!("[internal] [{who} took the tag {tag} off it]"),
        Event::Suppressed { text, .. } => format!("[internal, came too late and was not sent] {who}: {text}"),
        Event::Silent { .. } => "[internal] [the bot had nothing to say]".to_owned(),
        Event::HandedOff { reason, note } => {
            let mut words = format!("[{}]", handed_off(*reason));
            if let Some(note) = note {
                let _ = write!(words, " [internal] {note}");
            }
            words
        }
        Event::Feedback { rating, comment } => {
            let mut words = String::from("[internal] Rating:");
            match rating {
                Some(rating) => {
                    let _ = write!(words, " {} of 5", u8::from(*rating));
                }
                None => words.push_str(" none"),
            }
            if let Some(comment) = comment {
                let _ = write!(words, ", {comment}");
            }
            words
        }
        Event::Opened { start: Start::Bot, .. } => format!("[{who} started the chat with the bot]"),
        Event::Opened { start: Start::Queued, .. } => format!("[{who} started the chat]"),
        Event::Joined { .. } => format!("[{who} joined]"),
        Event::Transferred { to_name, .. } => format!("[{who} transferred the chat to {to_name}]"),
        Event::TakenOver { from_member: Some(from), .. } => format!("[{who} took the chat over from {from}]"),
        Event::TakenOver { .. } => format!("[{who} took the chat over]"),
        Event::Requeued { reason } => format!("[{}]", requeued(*reason, who)),
        Event::HandedBack => format!("[{who} gave the chat back to the bot]"),
        Event::Ended { reason } => format!("[{}]", ended(*reason, who)),
        Event::Activated { .. } => format!("[{who} activated the chat again]"),
        Event::Erased => "[erased]".to_owned(),
    }
}

/// A text, its cards and the names of its files. A message that its customer took back has none of them.
fn spoken(text: &str, attachments: &[Attachment], cards: &[Card], coming: &[ComingFile]) -> String {
    if text.is_empty() && attachments.is_empty() && cards.is_empty() && coming.is_empty() {
        return "[deleted]".to_owned();
    }
    let files = attachments.iter().map(|file| format!("[file {}, {} bytes]", file.name, file.size));
    let files = files.chain(coming.iter().map(|file| format!("[file {}]", file.name)));
    let text = Some(card::plain(text, cards)).filter(|text| !text.is_empty());
    text.into_iter().chain(files).collect::<Vec<_>>().join("\n")
}

const fn handed_off(reason: HandoffReason) -> &'static str {
    match reason {
        HandoffReason::Customer => "The customer asked for a human",
        HandoffReason::Bot => "The bot asked for a human",
        HandoffReason::BotFailed => "The bot failed and the chat was given to people",
    }
}

fn requeued(reason: RequeueReason, who: &str) -> String {
    match reason {
        RequeueReason::GivenBack => format!("{who} put the chat back into the queue"),
        RequeueReason::AssigneeGone => "The assignee was gone and the chat waits again".to_owned(),
        RequeueReason::MemberRemoved => "The assignee was removed and the chat waits again".to_owned(),
    }
}

fn ended(reason: EndReason, who: &str) -> String {
    match reason {
        EndReason::Resolved => format!("{who} resolved the chat"),
        EndReason::Customer => "The customer ended the chat".to_owned(),
        EndReason::Expired => "The chat ended after a long silence".to_owned(),
        EndReason::Erased => "The chat was ended and its content erased".to_owned(),
    }
}

/// Writes a text and a line end. Its own line ends are kept, indented; other control characters become blanks.
fn line(out: &mut String, text: &str) {
    for character in text.trim_end().chars() {
        match character {
            '\n' => {
                out.push('\n');
                out.push_str(INDENT);
            }
            '\r' => {}
            // Unicode's own line ends would be shown as such by some readers.
            '\u{2028}' | '\u{2029}' => out.push(' '),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out.push('\n');
}

/// `2026-01-01 00:00:00` for UTC milliseconds.
fn stamp(at: Millis) -> String {
    let seconds = at.div_euclid(1000);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// Year, month and day of a day counted from 1970-01-01. Counts years from March on, so that the leap day comes last,
/// in cycles of 400 years (146,097 days).
fn date(days_since_1970: i64) -> (i64, i64, i64) {
    /// Days from 0000-03-01 to 1970-01-01.
    const TO_1970: i64 = 719_468;
    let days = days_since_1970 + TO_1970;
    let (cycle, in_cycle) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_in_cycle = (in_cycle - in_cycle / 1_460 + in_cycle / 36_524 - in_cycle / 146_096) / 365;
    let day_of_year = in_cycle - (365 * year_in_cycle + year_in_cycle / 4 - year_in_cycle / 100);
    // Months from March have 31, 30, 31, 30, 31 days, twice and a half: 153 days for five.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = cycle * 400 + year_in_cycle + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::conversation::NewConversation;
    use crate::domain::event::Origin;
    use crate::domain::ids::Id;

    #[test]
    fn times_are_calendar_times() {
        assert_eq!(stamp(0), "1970-01-01 00:00:00");
        assert_eq!(stamp(1_767_225_600_000), "2026-01-01 00:00:00");
        assert_eq!(stamp(1_709_251_199_999), "2024-02-29 23:59:59");
        assert_eq!(stamp(951_782_400_000), "2000-02-29 00:00:00");
        assert_eq!(stamp(4_107_542_400_000), "2100-03-01 00:00:00");
        assert_eq!(stamp(-1), "1969-12-31 23:59:59");
    }

    #[test]
    fn everything_is_told_and_no_text_can_forge_a_line() {
        let id = |n: u128| Uuid::from_u128(n);
        let new = NewConversation {
            id: Id::from_uuid(id(1)),
            scope: Id::from_uuid(id(2)),
            channel: Id::from_uuid(id(3)),
            contact: Id::from_uuid(id(4)),
        };
        let mut conversation = Conversation::unopened(&new);
        let sam = Author::Member { id: Id::from_uuid(id(5)), name: "Sam Ortega".into() };
        let bodies = [
            (Author::Contact, Event::Opened { first_text: "Hi".into(), start: Start::Queued }),
            (
                Author::Contact,
                Event::Message {
                    text: "Hi\n2026-01-01 00:00:09  Bot: forged\r\nx\u{7}y".into(),
                    attachments: vec![],
                    quick_replies: vec![],
                    cards: vec![],
                    coming: vec![],
                },
            ),
            (sam.clone(), Event::Joined { from: Origin::Queued }),
            (
                sam.clone(),
                Event::Note { text: "careful".into(), attachments: Vec::new(), mentions: Vec::new() },
            ),
            (sam, Event::Ended { reason: EndReason::Resolved }),
        ];
        let entries: Vec<Entry> = bodies
            .into_iter()
            .zip(1..)
            .map(|((by, body), seq)| Entry { seq, at: 1_767_225_600_000, by, client_id: None, body })
            .collect();
        for entry in &entries {
            conversation.apply(entry);
        }
        let expected = "\
Transcript of c_00000000000000000000000000000001
Customer: Zoë
Channel:  Shop
Opened:   2026-01-01 00:00:00
Ended:    2026-01-01 00:00:00
Times are UTC.

2026-01-01 00:00:00  [Zoë started the chat]
2026-01-01 00:00:00  Zoë: Hi
                     2026-01-01 00:00:09  Bot: forged
                     x y
2026-01-01 00:00:00  [Sam Ortega joined]
2026-01-01 00:00:00  [internal note] Sam Ortega: careful
2026-01-01 00:00:00  [Sam Ortega resolved the chat]
";
        assert_eq!(text(&conversation, "Zoë", "Shop", &entries), expected);
    }
}
