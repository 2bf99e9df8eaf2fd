//! Messages that a messaging platform has approved, and takes when it takes no free text.

use serde::{Deserialize, Serialize};

use super::invalid::{Invalid, check_length};

/// Most templates of a channel.
pub const TEMPLATES_MAX: usize = 50;

/// Most characters of a name: <https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates>.
const NAME_MAX: usize = 512;

/// Most characters of a language, as the platform writes it: `en_US`.
const LANGUAGE_MAX: usize = 20;

/// Most characters of a body.
const BODY_MAX: usize = 1_024;

/// One of them, as the platform knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its name at the platform; at Twilio its content SID.
    pub name: String,
    /// Its language, as the platform writes it.
    pub language: String,
    /// What the customer reads, with the places `{{1}}`, `{{2}}` … in their order, each once.
    pub body: String,
}

/// A piece of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    Words(&'a str),
    Place,
}

impl Template {
    /// Is it sound?
    ///
    /// # Errors
    /// [`Invalid`] says what is not.
    pub fn check(&self) -> Result<(), Invalid> {
        let wrong = |why: &str| Err(Invalid::new("templates", why.to_owned()));
        for (text, most) in [(&self.name, NAME_MAX), (&self.language, LANGUAGE_MAX)] {
            check_length("templates", text, most)?;
            if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
                return wrong("has a name or a language that is empty or no plain word");
            }
        }
        check_length("templates", &self.body, BODY_MAX)?;
        if self.body.trim().is_empty() {
            return wrong("has an empty body");
        }
        let Some(pieces) = self.pieces() else {
            return wrong("has a body whose places are not {{1}}, {{2}} … in their order");
        };
        if pieces.windows(2).any(|pair| pair == [Piece::Place, Piece::Place]) {
            return wrong("has two places with nothing between them");
        }
        Ok(())
    }

    /// The body in pieces; none when its places are not numbered in their order.
    fn pieces(&self) -> Option<Vec<Piece<'_>>> {
        let (mut pieces, mut rest, mut number) = (Vec::new(), self.body.trim(), 0);
        while let Some((before, behind)) = rest.split_once("{{") {
            let (place, after) = behind.split_once("}}")?;
            number += 1;
            if place != number.to_string() {
                return None;
            }
            if !before.is_empty() {
                pieces.push(Piece::Words(before));
            }
            pieces.push(Piece::Place);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Words(rest));
        }
        Some(pieces)
    }

    /// What stands in its places, when the text is this template with all of them filled; none for any other text.
    pub fn filled_in(&self, text: &str) -> Option<Vec<String>> {
        let pieces = self.pieces()?;
        let (mut filled, mut rest) = (Vec::new(), text.trim());
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Words(words) => rest = rest.strip_prefix(words)?,
                Piece::Place => {
                    let end = match pieces.get(index + 1) {
                        None => rest.len(),
                        // The last words end the text, also where they stand in a place as well.
                        Some(Piece::Words(words)) if index + 2 == pieces.len() => {
                            rest.strip_suffix(words)?.len()
                        }
                        Some(Piece::Words(words)) => rest.find(words)?,
                        Some(Piece::Place) => return None,
                    };
                    let value = &rest[..end];
                    if !is_value(value) {
                        return None;
                    }
                    filled.push(value.to_owned());
                    rest = &rest[end..];
                }
            }
        }
        rest.is_empty().then_some(filled)
    }
}

/// May this stand in a place? Platforms take neither line breaks nor wide gaps there, and an empty place says that nobody filled it.
fn is_value(value: &str) -> bool {
    !value.trim().is_empty()
        && !value.contains("{{")
        && !value.contains("    ")
        && !value.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(body: &str) -> Template {
        Template { name: "order_update".into(), language: "en_US".into(), body: body.into() }
    }

    #[test]
    fn a_text_is_a_template_when_every_place_is_filled() {
        let two = template("Hello {{1}}, your order {{2}} is here.");
        let filled = |text: &str| two.filled_in(text);
        let wanted = Some(vec!["Zoë".to_owned(), "4711".to_owned()]);
        assert_eq!(filled("Hello Zoë, your order 4711 is here."), wanted);
        assert_eq!(filled("  Hello Zoë, your order 4711 is here.\n"), wanted);
        assert_eq!(filled("Hello Zoë, your order 1. is here. is here.").unwrap()[1], "1. is here.");
        for other in [
            "",
            "Hello",
            "Hello {{1}}, your order 4711 is here.",
            "Hello , your order 4711 is here.",
            "Hello Zoë, your order 4711 is here",
            "Hello Zoë\nMeyer, your order 4711 is here.",
            "Well: Hello Zoë, your order 4711 is here.",
        ] {
            assert_eq!(filled(other), None, "{other}");
        }
        assert_eq!(template("Are you there?").filled_in("Are you there?"), Some(vec![]));
        assert_eq!(template("{{1}} is here").filled_in("It is here"), Some(vec!["It".into()]));
        assert_eq!(template("Here: {{1}}").filled_in("Here: it"), Some(vec!["it".into()]));
    }

    #[test]
    fn what_no_platform_would_take_is_refused() {
        assert_eq!(template("Hello {{1}} and {{2}}").check(), Ok(()));
        for body in
            ["", " ", "{{2}}", "{{1}} {{1}}", "{{1}}{{2}}", "{{name}}", "Hello {{1}", &"x".repeat(1_025)]
        {
            assert!(template(body).check().is_err(), "{body}");
        }
        for (name, language) in [("", "en"), ("a", ""), ("with blank", "en"), ("a", "e n")] {
            let bad = Template { name: name.into(), language: language.into(), body: "Hi".into() };
            assert!(bad.check().is_err(), "{name} {language}");
        }
    }
}
