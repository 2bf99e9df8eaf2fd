//! What bots answer, and the scripts of the built-in one.

use switchboard::bots::http::parse_actions;
use switchboard::bots::{QUICK_REPLIES, QUICK_REPLY_CHARS, TEXT_CHARS, scripted};
use switchboard::domain::bot::{BotAnswer, MESSAGES_PER_TURN, Script};
use switchboard::domain::card;

use super::text;

/// The body of a bot's answer.
pub fn bot_actions(data: &[u8]) {
    if let Ok(answer) = parse_actions(data) {
        is_bounded(&answer);
        let note = answer.handoff.and_then(|handoff| handoff.note).unwrap_or_default();
        assert!(note.chars().count() <= 2_100 && !note.contains('\0'));
    }
}

/// A customer's words on the first line, a script below.
pub fn script(data: &[u8]) {
    let text = text(data);
    let (said, script) = text.split_once('\n').unwrap_or((&text, "{}"));
    let Ok(script) = serde_json::from_str::<Script>(script) else { return };
    if scripted::check(&script).is_err() {
        return;
    }
    for spoken_before in [0, 1, usize::MAX] {
        is_bounded(&scripted::answer(&script, said, spoken_before));
    }
}

fn is_bounded(answer: &BotAnswer) {
    assert!(answer.messages.len() <= MESSAGES_PER_TURN);
    for message in &answer.messages {
        assert!(!message.text.trim().is_empty() || !message.cards.is_empty(), "a message that says nothing");
        assert!(message.text.chars().count() <= TEXT_CHARS && !message.text.contains('\0'));
        assert!(message.quick_replies.len() <= QUICK_REPLIES);
        for reply in &message.quick_replies {
            assert!(reply.chars().count() <= QUICK_REPLY_CHARS && !reply.contains(char::is_control));
        }
        assert_eq!(card::check(&message.cards), Ok(()));
    }
}
