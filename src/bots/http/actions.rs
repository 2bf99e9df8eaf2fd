//! From the actions a bot sends to what it may do. Nothing it sends is trusted.

use serde::Deserialize;
use serde_json::Value;

use crate::bots::text::{cut, has_control};
use crate::bots::{QUICK_REPLIES, QUICK_REPLY_CHARS, TEXT_CHARS};
use crate::domain::bot::{BotAnswer, BotHandoff, BotMessage, MESSAGES_PER_TURN};
use crate::domain::card::{self, Button, Card};

/// Most characters of the note a handoff leaves for members.
pub const NOTE_CHARS: usize = 2_000;

/// Why actions are not executed; none of them is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadActions {
    /// Not JSON, or not an object with a list `actions`.
    #[error("not a JSON object with a list of actions")]
    NotActions,
    /// An action lacks a field or has one of the wrong type. Counts from 0.
    #[error("actions[{0}] is malformed")]
    Malformed(usize),
    /// A text holds control characters. Counts from 0.
    #[error("actions[{0}] contains control characters")]
    Control(usize),
    /// A card breaks a rule that cutting does not mend, such as an address that is not https. Counts from 0.
    #[error("actions[{0}].{1}")]
    Card(usize, String),
}

#[derive(Deserialize)]
struct Actions {
    actions: Vec<Value>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    quick_replies: Vec<QuickReply>,
    #[serde(default)]
    cards: Vec<Card>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum QuickReply {
    Text(String),
    Titled { title: String },
}

#[derive(Deserialize)]
struct Handoff {
    reason: Option<String>,
    summary: Option<String>,
}

/// Reads `{"actions":[…]}`: `message` and `handoff` are taken, `typing` does nothing, unknown types are skipped and
/// logged. What follows `handoff` is not executed. Texts and lists that are too long are cut.
///
/// # Errors
/// When it is not such an object, or an action that is known is malformed.
pub fn parse_actions(body: &[u8]) -> Result<BotAnswer, BadActions> {
    let Actions { actions } = serde_json::from_slice(body).map_err(|_| BadActions::NotActions)?;
    let mut answer = BotAnswer::default();
    let mut dropped = 0;
    for (index, action) in actions.into_iter().enumerate() {
        match action.get("type").and_then(Value::as_str) {
            None => return Err(BadActions::Malformed(index)),
            Some("typing") => {}
            Some("message") => match message(action, index)? {
                Some(_) if answer.messages.len() == MESSAGES_PER_TURN => dropped += 1,
                said => answer.messages.extend(said),
            },
            Some("handoff") => {
                answer.handoff = Some(handoff(action, index)?);
                break;
            }
            Some(unknown) => {
                log::info!("bot action skipped index={index} type={:?}", cut(unknown.to_owned(), 40));
            }
        }
    }
    if dropped > 0 {
        log::warn!("bot messages beyond {MESSAGES_PER_TURN} in one turn dropped count={dropped}");
    }
    Ok(answer)
}

/// `None` when nothing but white space is said, and no card shown.
fn message(action: Value, index: usize) -> Result<Option<BotMessage>, BadActions> {
    let message: Message = serde_json::from_value(action).map_err(|_| BadActions::Malformed(index))?;
    let Some(text) = message.text.or_else(|| (!message.cards.is_empty()).then(String::new)) else {
        return Err(BadActions::Malformed(index));
    };
    let text = clean(text, TEXT_CHARS, index)?;
    let cards = cards(message.cards, index)?;
    if text.trim().is_empty() && cards.is_empty() {
        return Ok(None);
    }
    let mut quick_replies = Vec::new();
    for reply in message.quick_replies {
        let (QuickReply::Text(title) | QuickReply::Titled { title }) = reply;
        let title = clean(title, QUICK_REPLY_CHARS, index)?.replace(['\n', '\t'], " ");
        if !title.trim().is_empty() && quick_replies.len() < QUICK_REPLIES {
            quick_replies.push(title);
        }
    }
    Ok(Some(BotMessage { text, quick_replies, cards }))
}

/// Texts and lists that are too long are cut; for the rest, a bot's cards obey the rules of everybody's.
fn cards(mut cards: Vec<Card>, index: usize) -> Result<Vec<Card>, BadActions> {
    cards.truncate(card::CARDS_MAX);
    let line = |text: &mut String, most| -> Result<(), BadActions> {
        *text = clean(std::mem::take(text), most, index)?.replace(['\n', '\t'], " ");
        Ok(())
    };
    for (at, card) in cards.iter_mut().enumerate() {
        line(&mut card.title, card::TITLE_MAX)?;
        card.text = clean(std::mem::take(&mut card.text), card::TEXT_MAX, index)?;
        card.buttons.truncate(card::BUTTONS_MAX);
        if let Some(image) = &mut card.image {
            line(&mut image.alt, card::ALT_MAX)?;
            if image.file.is_some() {
                return Err(BadActions::Card(index, format!("cards[{at}].image.file is for members")));
            }
        }
        for button in &mut card.buttons {
            let (Button::Reply { title, .. } | Button::Link { title, .. }) = button;
            line(title, card::LABEL_MAX)?;
            if let Button::Reply { text: Some(said), .. } = button {
                *said = clean(std::mem::take(said), card::REPLY_MAX, index)?;
            }
        }
    }
    card::check(&cards).map_err(|why| BadActions::Card(index, why))?;
    Ok(cards)
}

fn handoff(action: Value, index: usize) -> Result<BotHandoff, BadActions> {
    let Handoff { reason, summary } =
        serde_json::from_value(action).map_err(|_| BadActions::Malformed(index))?;
    let customer_asked = reason.as_deref() == Some("customer_request");
    // That the customer asked is shown by the entry itself.
    let said = [reason.filter(|_| !customer_asked), summary];
    let said: Vec<String> = said.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
    let note = clean(said.join(": "), NOTE_CHARS, index)?;
    Ok(BotHandoff { customer_asked, note: Some(note).filter(|note| !note.is_empty()) })
}

fn clean(text: String, most: usize, index: usize) -> Result<String, BadActions> {
    let text = if text.contains('\r') { text.replace("\r\n", "\n") } else { text };
    if has_control(&text) { Err(BadActions::Control(index)) } else { Ok(cut(text, most)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(actions: &Value) -> Result<BotAnswer, BadActions> {
        parse_actions(json!({ "actions": actions }).to_string().as_bytes())
    }

    fn said(text: &str) -> BotMessage {
        BotMessage { text: text.to_owned(), ..BotMessage::default() }
    }

    #[test]
    fn messages_and_a_handoff_are_taken_in_order() {
        let answer = parse(&json!([
            {"type":"typing","seconds":2},
            {"type":"message","text":"Order 7 is on its way.","quick_replies":[{"title":"Thanks","payload":"thanks"},"More"]},
            {"type":"set_attributes","conversation":{"topic":"delivery"}},
            {"type":"message","text":"Anything else?\r\n\tSay so."},
            {"type":"handoff","reason":"customer_request","summary":"Wants delivery date","team":"logistics"},
            {"type":"message","text":"too late"},
            {"type":"handoff","reason":"other"},
            {"nonsense":true},
        ]));
        let first = BotMessage {
            quick_replies: vec!["Thanks".to_owned(), "More".to_owned()],
            ..said("Order 7 is on its way.")
        };
        let handoff = BotHandoff { customer_asked: true, note: Some("Wants delivery date".to_owned()) };
        assert_eq!(
            answer,
            Ok(BotAnswer {
                messages: vec![first, said("Anything else?\n\tSay so.")],
                handoff: Some(handoff)
            })
        );
    }

    #[test]
    fn a_note_holds_reason_and_summary() {
        let note = |action: Value| parse(&json!([action])).expect("good").handoff.expect("a handoff");
        let handoff =
            |customer_asked, note: Option<&str>| BotHandoff { customer_asked, note: note.map(str::to_owned) };
        assert_eq!(note(json!({"type":"handoff"})), handoff(false, None));
        assert_eq!(note(json!({"type":"handoff","reason":null,"summary":" "})), handoff(false, None));
        assert_eq!(note(json!({"type":"handoff","reason":"complaint"})), handoff(false, Some("complaint")));
        assert_eq!(
            note(json!({"type":"handoff","reason":"complaint","summary":"Late again"})),
            handoff(false, Some("complaint: Late again"))
        );
        assert_eq!(note(json!({"type":"handoff","reason":"customer_request"})), handoff(true, None));
        let long = note(json!({"type":"handoff","summary":"é".repeat(9_000)})).note.expect("a note");
        assert_eq!(long.chars().count(), NOTE_CHARS);
    }

    #[test]
    fn what_is_too_much_is_cut() {
        let answer = parse(&json!([{
            "type":"message","text":"é".repeat(TEXT_CHARS + 1),
            "quick_replies": (0..12).map(|_| "ü".repeat(100)).collect::<Vec<_>>(),
        }]))
        .expect("good");
        assert_eq!(answer.messages[0].text.chars().count(), TEXT_CHARS);
        assert_eq!(answer.messages[0].quick_replies, vec!["ü".repeat(QUICK_REPLY_CHARS); QUICK_REPLIES]);
        let mut many = vec![json!({"type":"message","text":"again"}); 25];
        many.push(json!({"type":"handoff"}));
        let answer = parse(&json!(many)).expect("good");
        assert_eq!(answer.messages.len(), MESSAGES_PER_TURN);
        assert!(answer.handoff.is_some(), "a handoff is never dropped");
    }

    #[test]
    fn cards_are_cut_where_that_helps_and_refused_where_not() {
        let button = json!({"kind":"reply","title":"é".repeat(60),"text":"é".repeat(900)});
        let long = json!({"title":"é".repeat(100),"text":"é".repeat(900),"buttons":vec![button; 5]});
        let message =
            parse(&json!([{"type":"message","cards":vec![long; 12]}])).expect("good").messages.remove(0);
        assert_eq!((message.text.as_str(), message.cards.len()), ("", card::CARDS_MAX));
        assert_eq!(message.cards[0].buttons.len(), card::BUTTONS_MAX);
        assert_eq!(message.cards[0].title, "é".repeat(card::TITLE_MAX));
        let refused = |card: Value| parse(&json!([{"type":"message","text":"a","cards":[card]}]));
        let why = |text: &str| Err(BadActions::Card(0, text.to_owned()));
        let link = json!({"title":"x","buttons":[{"kind":"link","title":"y","url":"javascript:alert(1)"}]});
        assert_eq!(refused(link), why("cards[0].buttons[0].url is not an https address"));
        assert_eq!(refused(json!({"title":" "})), why("cards[0].title is empty"));
        let file = json!({"title":"x","image":{"file":"f_00000000000000000000000000000001"}});
        assert_eq!(refused(file), why("cards[0].image.file is for members"));
        assert_eq!(refused(json!({"title":"\u{7}"})), Err(BadActions::Control(0)));
        assert_eq!(refused(json!({"text":"no title"})), Err(BadActions::Malformed(0)));
    }

    #[test]
    fn silence_is_an_answer() {
        for silent in [json!([]), json!([{"type":"message","text":" \n"}]), json!([{"type":"dance"}])] {
            assert_eq!(parse(&silent), Ok(BotAnswer::default()));
        }
    }

    #[test]
    fn nothing_is_executed_when_something_is_wrong() {
        let deep = format!("{{\"actions\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
        for body in [
            "",
            "OK",
            "null",
            "[]",
            "{}",
            r#"{"actions":{}}"#,
            r#"{"actions":[{}"#,
            "<html>",
            "\u{feff}{}",
            &deep,
        ] {
            assert_eq!(parse_actions(body.as_bytes()), Err(BadActions::NotActions));
        }
        assert_eq!(
            parse_actions(b"{\"actions\":[{\"type\":\"message\",\"text\":\"\xff\"}]}"),
            Err(BadActions::NotActions)
        );
        let good = || json!({"type":"message","text":"good"});
        for bad in [
            json!({}),
            json!("message"),
            json!({"type":7}),
            json!({"type":"message"}),
            json!({"type":"message","text":7}),
            json!({"type":"message","text":"a","quick_replies":"b"}),
            json!({"type":"message","text":"a","quick_replies":[{"payload":"b"}]}),
            json!({"type":"handoff","reason":7}),
            json!({"type":"handoff","summary":["a"]}),
        ] {
            assert_eq!(parse(&json!([good(), bad])), Err(BadActions::Malformed(1)), "{bad}");
        }
        for bad in [
            json!({"type":"message","text":"a\u{0}b"}),
            json!({"type":"message","text":"a\rb"}),
            json!({"type":"message","text":"\u{1b}[31m"}),
            json!({"type":"message","text":"\u{85}"}),
            json!({"type":"message","text":"a","quick_replies":["\u{7}"]}),
            json!({"type":"handoff","summary":"\u{7}"}),
        ] {
            assert_eq!(parse(&json!([good(), bad])), Err(BadActions::Control(1)), "{bad}");
        }
    }
}
