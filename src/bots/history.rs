//! What a bot gets to know of what went before. Pure.
//!
//! A bot that spoke, was cut off and got the chat back must not find its old promises or the customer's old
//! request for a human, or it hands over again at once. So [`history`] begins at the last hand-back, and
//! [`brief`] tells what matters from before: what people said, whether it was resolved, what the bot said already.

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::text::cut;
use crate::domain::attachment::{Attachment, MediaType};
use crate::domain::card;
use crate::domain::event::{Author, EndReason, Entry, Event};
use crate::domain::incoming::with_names;
use crate::domain::{Millis, Seq};

/// Most messages of a history; the newest are kept.
pub const MESSAGES: usize = 30;
/// Most messages of each list in a brief; the newest are kept.
pub const BRIEF_MESSAGES: usize = 5;
/// Most characters of a message in a brief.
pub const BRIEF_CHARS: usize = 1_000;

/// Who said something, in the words of the bot contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The contact.
    Customer,
    /// The scope's bot.
    Bot,
    /// A member.
    Agent,
}

/// One public message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Who.
    pub role: Role,
    /// What; with cards in plain words.
    pub text: String,
    /// Files that went with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<FileFact>,
    /// When.
    #[serde(serialize_with = "as_rfc3339")]
    pub at: Millis,
}

/// What a bot learns of a file; the file itself it does not get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileFact {
    /// Its name.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub media_type: MediaType,
    /// Bytes.
    pub size: i64,
}

/// The files of a message.
pub fn file_facts(attachments: &[Attachment]) -> Vec<FileFact> {
    let fact = |file: &Attachment| FileFact {
        name: file.name.clone(),
        media_type: file.media_type,
        size: file.size,
    };
    attachments.iter().map(fact).collect()
}

/// What people leave the bot when they hand a chat back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brief {
    /// When it was handed back.
    #[serde(serialize_with = "as_rfc3339")]
    pub handed_back_at: Millis,
    /// First name of the member who did.
    pub handed_back_by: Option<String>,
    /// When a member last ended the chat as done, if one did.
    #[serde(serialize_with = "as_optional_rfc3339")]
    pub resolved_at: Option<Millis>,
    /// The last public messages of members: what was explained and promised.
    pub agents_said: Vec<Said>,
    /// The bot's own last messages before people came, which need no repeating. Words it said while
    /// handing over are left out.
    pub bot_said: Vec<Said>,
}

/// The public messages before entry `turn`, oldest first: at most [`MESSAGES`], none older than the last hand-back.
pub fn history(entries: &[Entry], turn: Seq) -> Vec<Said> {
    let (_, after) = at_hand_back(before(entries, turn));
    let said: Vec<Said> = after.iter().filter_map(said).collect();
    newest(said, MESSAGES)
}

/// The brief about everything before the last hand-back, if there was one before entry `turn`.
pub fn brief(entries: &[Entry], turn: Seq) -> Option<Brief> {
    let (earlier, after) = at_hand_back(before(entries, turn));
    let hand_back = after.first().filter(|entry| entry.body == Event::HandedBack)?;
    let (_, stretch) = at_hand_back(earlier);
    let mut brief = Brief {
        handed_back_at: hand_back.at,
        handed_back_by: first_name(&hand_back.by),
        resolved_at: None,
        agents_said: Vec::new(),
        bot_said: Vec::new(),
    };
    // The bot's words since the customer last spoke; its farewell if a handoff follows.
    let mut last_words = Vec::new();
    for entry in stretch {
        match &entry.body {
            Event::HandedOff { .. } => last_words.clear(),
            Event::Ended { reason: EndReason::Resolved } => brief.resolved_at = Some(entry.at),
            _ => {}
        }
        match said(entry) {
            Some(said) if said.role == Role::Agent => brief.agents_said.push(shortened(said)),
            Some(said) if said.role == Role::Bot => last_words.push(shortened(said)),
            Some(_) => brief.bot_said.append(&mut last_words),
            None => {}
        }
    }
    brief.bot_said.append(&mut last_words);
    brief.agents_said = newest(brief.agents_said, BRIEF_MESSAGES);
    brief.bot_said = newest(brief.bot_said, BRIEF_MESSAGES);
    Some(brief)
}

fn before(entries: &[Entry], turn: Seq) -> &[Entry] {
    &entries[..entries.partition_point(|entry| entry.seq < turn)]
}

/// Splits at the last hand-back, which begins the second part; without one, everything is in the second.
fn at_hand_back(entries: &[Entry]) -> (&[Entry], &[Entry]) {
    entries.split_at(entries.iter().rposition(|entry| entry.body == Event::HandedBack).unwrap_or(0))
}

fn said(entry: &Entry) -> Option<Said> {
    let Event::Message { text, attachments, cards, coming, .. } = &entry.body else { return None };
    let role = match entry.by {
        Author::Contact => Role::Customer,
        Author::Bot => Role::Bot,
        Author::Member { .. } => Role::Agent,
        Author::System => return None,
    };
    let text = with_names(&card::plain(text, cards), coming);
    Some(Said { role, text, attachments: file_facts(attachments), at: entry.at })
}

fn newest(mut said: Vec<Said>, most: usize) -> Vec<Said> {
    said.split_off(said.len().saturating_sub(most))
}

fn shortened(said: Said) -> Said {
    Said { text: cut(said.text, BRIEF_CHARS), ..said }
}

fn first_name(by: &Author) -> Option<String> {
    let Author::Member { name, .. } = by else { return None };
    name.split_whitespace().next().map(str::to_owned)
}

/// A time as bots read it: `2026-01-01T00:00:00.000Z`.
pub(super) fn rfc3339(at: Millis) -> String {
    format!("{:.3}", Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH))
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn as_rfc3339<S: Serializer>(at: &Millis, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*at))
}

#[allow(clippy::ref_option, reason = "serde hands over a reference")]
fn as_optional_rfc3339<S: Serializer>(at: &Option<Millis>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(rfc3339).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{HandoffReason, Origin, Start};
    use crate::domain::ids::MemberId;
    use uuid::Uuid;

    fn message(by: Author, text: &str) -> (Author, Event) {
        (
            by,
            Event::Message {
                text: text.to_owned(),
                attachments: Vec::new(),
                quick_replies: Vec::new(),
                cards: Vec::new(),
                coming: Vec::new(),
            },
        )
    }

    fn customer(text: &str) -> (Author, Event) {
        message(Author::Contact, text)
    }

    fn bot(text: &str) -> (Author, Event) {
        message(Author::Bot, text)
    }

    fn sam() -> Author {
        Author::Member { id: MemberId::from_uuid(Uuid::from_u128(1)), name: "Sam Ortega".to_owned() }
    }

    fn log(facts: Vec<(Author, Event)>) -> Vec<Entry> {
        let numbered = facts.into_iter().zip(1..);
        numbered.map(|((by, body), seq)| Entry { seq, at: seq * 1_000, by, client_id: None, body }).collect()
    }

    fn texts(said: &[Said]) -> Vec<&str> {
        said.iter().map(|said| said.text.as_str()).collect()
    }

    fn first_part() -> Vec<(Author, Event)> {
        let handed_off =
            Event::HandedOff { reason: HandoffReason::Customer, note: Some("secret note".to_owned()) };
        vec![
            (Author::Contact, Event::Opened { first_text: "hi".to_owned(), start: Start::Bot }),
            bot("Hello!"),
            customer("hi"),
            bot("What is it about?"),
            customer("I want a human"),
            bot("I will get somebody."),
            (Author::Contact, handed_off),
            (sam(), Event::Joined { from: Origin::Queued }),
            (
                sam(),
                Event::Note { text: "internal".to_owned(), attachments: Vec::new(), mentions: Vec::new() },
            ),
            message(sam(), "You get your money on Friday."),
            (Author::Bot, Event::Suppressed { turn: 3, text: "late".to_owned() }),
            message(Author::System, "Good bye."),
            (sam(), Event::Ended { reason: EndReason::Resolved }),
            (Author::Contact, Event::Feedback { rating: None, comment: Some("private".to_owned()) }),
            (sam(), Event::Activated { episode: 2 }),
            (Author::Contact, Event::Erased),
        ]
    }

    #[test]
    fn a_history_is_what_everybody_could_read_before_the_turn() {
        let entries = log(first_part());
        let said = history(&entries, 16);
        assert_eq!(
            texts(&said),
            [
                "Hello!",
                "hi",
                "What is it about?",
                "I want a human",
                "I will get somebody.",
                "You get your money on Friday."
            ]
        );
        let roles: Vec<_> = said.iter().map(|said| said.role).collect();
        assert_eq!(roles, [Role::Bot, Role::Customer, Role::Bot, Role::Customer, Role::Bot, Role::Agent]);
        assert_eq!(
            texts(&history(&entries, 5)),
            ["Hello!", "hi", "What is it about?"],
            "without the turn and what follows"
        );
        assert_eq!(brief(&entries, 16), None);
    }

    #[test]
    fn only_the_newest_thirty_are_kept() {
        let entries = log((1..=50).map(|number| customer(&number.to_string())).collect());
        let said = history(&entries, 51);
        assert_eq!((said.len(), &*said[0].text, &*said[29].text), (30, "21", "50"));
    }

    #[test]
    fn after_a_hand_back_the_bot_sees_a_brief_instead_of_the_old_request() {
        let mut facts = first_part();
        facts.extend([
            (sam(), Event::HandedBack),
            customer("And by when?"),
            bot("Friday."),
            customer("Thanks"),
        ]);
        let entries = log(facts);
        assert_eq!(texts(&history(&entries, 18)), [""; 0]);
        assert_eq!(texts(&history(&entries, 20)), ["And by when?", "Friday."]);
        let brief = brief(&entries, 20).expect("handed back");
        assert_eq!(
            serde_json::to_value(&brief).expect("serializable"),
            serde_json::json!({
                "handed_back_at": "1970-01-01T00:00:17.000Z",
                "handed_back_by": "Sam",
                "resolved_at": "1970-01-01T00:00:13.000Z",
                "agents_said": [{"role":"agent","text":"You get your money on Friday.","at":"1970-01-01T00:00:10.000Z"}],
                "bot_said": [
                    {"role":"bot","text":"Hello!","at":"1970-01-01T00:00:02.000Z"},
                    {"role":"bot","text":"What is it about?","at":"1970-01-01T00:00:04.000Z"},
                ],
            })
        );
    }

    #[test]
    fn a_brief_is_short_and_about_the_last_stretch_with_people() {
        let mut facts = first_part();
        facts.push((sam(), Event::HandedBack));
        facts.extend((1..=9).map(|number| bot(&format!("bot {number}"))));
        facts.push((sam(), Event::Joined { from: Origin::Bot }));
        facts.extend((1..=9).map(|number| message(sam(), &format!("{number}{}", "é".repeat(2_000)))));
        facts.push((sam(), Event::HandedBack));
        let entries = log(facts);
        let brief = brief(&entries, 1_000).expect("handed back");
        assert_eq!(texts(&brief.bot_said), ["bot 5", "bot 6", "bot 7", "bot 8", "bot 9"]);
        assert_eq!(brief.agents_said.len(), BRIEF_MESSAGES);
        assert!(brief.agents_said[0].text.starts_with("5é"));
        assert_eq!(brief.agents_said[0].text.chars().count(), BRIEF_CHARS);
        assert_eq!(brief.resolved_at, None);
    }

    #[test]
    fn times_are_written_for_every_number() {
        assert_eq!(rfc3339(1_767_225_600_123), "2026-01-01T00:00:00.123Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(rfc3339(Millis::MAX), "1970-01-01T00:00:00.000Z");
    }
}
