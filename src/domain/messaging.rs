//! How a messaging channel behaves: what its platform is told, and what customers say in plain words.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::feedback::Rating;
use super::invalid::{Invalid, check_length};
use super::template::{TEMPLATES_MAX, Template};

/// Most words of [`MessagingSettings::human_words`] and [`MessagingSettings::end_words`].
pub const WORDS_MAX: usize = 20;

/// Most characters of one of them.
pub const WORD_MAX: usize = 40;

/// Most characters of [`MessagingSettings::rating_question`].
pub const RATING_QUESTION_MAX: usize = 500;

/// Settings of a channel that is no widget. Every field has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MessagingSettings {
    /// What the platform itself needs, such as the address of its API. Names and checks are the platform's.
    pub platform: BTreeMap<String, String>,
    /// A message that is no more than one of these asks for a human, in any case.
    pub human_words: Vec<String>,
    /// As these end the chat.
    pub end_words: Vec<String>,
    /// Sent after the end; an answer from 1 to 5 is the rating. Empty = nobody is asked.
    pub rating_question: String,
    /// What may be sent when the platform takes no free text.
    pub templates: Vec<Template>,
}

impl Default for MessagingSettings {
    fn default() -> Self {
        Self {
            platform: BTreeMap::new(),
            human_words: vec!["/human".into()],
            end_words: vec!["/end".into()],
            rating_question: "How was this chat? Answer with a number from 1 (bad) to 5 (great).".into(),
            templates: Vec::new(),
        }
    }
}

/// What a customer's plain words ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meant {
    /// A human.
    Human,
    /// The end of the chat.
    End,
    /// Nothing special.
    Words,
}

impl MessagingSettings {
    /// What does this message ask for?
    pub fn meant(&self, text: &str) -> Meant {
        let said = text.trim().to_lowercase();
        let is_one_of = |words: &[String]| words.iter().any(|word| word.trim().to_lowercase() == said);
        if is_one_of(&self.human_words) {
            Meant::Human
        } else if is_one_of(&self.end_words) {
            Meant::End
        } else {
            Meant::Words
        }
    }

    /// Are these settings sound? The platform's own are judged by the platform.
    ///
    /// # Errors
    /// [`Invalid`] names the first field that is not.
    pub fn check(&self) -> Result<(), Invalid> {
        check_words("human_words", &self.human_words)?;
        check_words("end_words", &self.end_words)?;
        check_length("rating_question", &self.rating_question, RATING_QUESTION_MAX)?;
        if self.templates.len() > TEMPLATES_MAX {
            return Err(Invalid::new("templates", format!("are more than {TEMPLATES_MAX}")));
        }
        self.templates.iter().try_for_each(Template::check)
    }
}

fn check_words(field: &'static str, words: &[String]) -> Result<(), Invalid> {
    if words.len() > WORDS_MAX {
        return Err(Invalid::new(field, format!("has more than {WORDS_MAX} words")));
    }
    if words.iter().any(|word| word.trim().is_empty() || word.chars().any(char::is_control)) {
        return Err(Invalid::new(field, "has an empty word or a control character"));
    }
    words.iter().try_for_each(|word| check_length(field, word, WORD_MAX))
}

/// The rating that a message is, if it is no more than that: `4`, `4/5`, `4 stars` in stars of their own.
pub fn rating(text: &str) -> Option<Rating> {
    let said = text.trim();
    let stars = ['⭐', '★', '🌟'];
    let count = said.chars().filter(|c| stars.contains(c)).count();
    let only_stars = said.chars().all(|c| stars.contains(&c) || c == '\u{fe0f}');
    let number = if count > 0 && only_stars {
        u8::try_from(count).ok()?
    } else {
        said.strip_suffix("/5").unwrap_or(said).trim().parse().ok()?
    };
    Rating::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_message_is_a_command() {
        let settings = MessagingSettings::default();
        assert_eq!(settings.meant(" /Human\n"), Meant::Human);
        assert_eq!(settings.meant("/END"), Meant::End);
        for plain in ["human", "/human please", "", "/ends"] {
            assert_eq!(settings.meant(plain), Meant::Words, "{plain}");
        }
    }

    #[test]
    fn a_rating_is_one_to_five() {
        let of = |text: &str| rating(text).map(u8::from);
        assert_eq!(of(" 4 "), Some(4));
        assert_eq!(of("5/5"), Some(5));
        assert_eq!(of("⭐⭐⭐"), Some(3));
        for none in ["0", "6", "four", "4.5", "", "4 apples", "⭐⭐⭐⭐⭐⭐", "-1"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn settings_are_checked() {
        let field = |settings: MessagingSettings| settings.check().unwrap_err().field;
        let default = MessagingSettings::default;
        assert_eq!(default().check(), Ok(()));
        assert_eq!(
            field(MessagingSettings { human_words: vec!["a".into(); 21], ..default() }),
            "human_words"
        );
        assert_eq!(field(MessagingSettings { end_words: vec![" ".into()], ..default() }), "end_words");
        assert_eq!(
            field(MessagingSettings { rating_question: "x".repeat(501), ..default() }),
            "rating_question"
        );
    }
}
