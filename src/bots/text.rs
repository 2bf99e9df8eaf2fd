//! Rules for texts that bots say and admins write for them.

use super::{QUICK_REPLIES, QUICK_REPLY_CHARS, TEXT_CHARS};

/// Does it hold a control character besides line break and tab?
pub(super) fn has_control(text: &str) -> bool {
    text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t'))
}

/// The first `most` characters.
pub(super) fn cut(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
    }
    text
}

/// Judges a text an admin wrote. `what` names it in the complaint.
pub(super) fn check(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.chars().count() > most {
        return Err(format!("{what} is longer than {most} characters"));
    }
    if has_control(text) {
        return Err(format!("{what} contains control characters"));
    }
    Ok(())
}

/// As [`check`], and it must say something.
pub(super) fn check_said(what: &str, text: &str, most: usize) -> Result<(), String> {
    if text.trim().is_empty() { Err(format!("{what} is empty")) } else { check(what, text, most) }
}

/// Judges the first words of a bot: the greeting, which may be empty, and its quick replies.
pub(super) fn check_greeting(greeting: &str, quick_replies: &[String]) -> Result<(), String> {
    check("greeting", greeting, TEXT_CHARS)?;
    check_quick_replies("quick_replies", quick_replies)
}

/// Judges quick replies an admin wrote.
pub(super) fn check_quick_replies(what: &str, replies: &[String]) -> Result<(), String> {
    check_count(what, replies.len(), QUICK_REPLIES)?;
    replies.iter().enumerate().try_for_each(|(index, reply)| {
        check_said(&format!("{what}[{index}]"), reply, QUICK_REPLY_CHARS)?;
        if reply.contains('\n') { Err(format!("{what}[{index}] has more than one line")) } else { Ok(()) }
    })
}

/// Judges the length of a list.
pub(super) fn check_count(what: &str, count: usize, most: usize) -> Result<(), String> {
    if count > most { Err(format!("{what} has more than {most} items")) } else { Ok(()) }
}
