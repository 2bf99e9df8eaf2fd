//! Cards: a picture, words and buttons that stand under a message. What they hold, and what they may hold at most.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::ids::FileId;

/// Most cards of one message.
pub const CARDS_MAX: usize = 10;
/// Most buttons of a card.
pub const BUTTONS_MAX: usize = 3;
/// Most characters of a card's title.
pub const TITLE_MAX: usize = 80;
/// Most characters of a card's text.
pub const TEXT_MAX: usize = 500;
/// Most characters on a button.
pub const LABEL_MAX: usize = 40;
/// Most characters that a button says for the customer.
pub const REPLY_MAX: usize = 500;
/// Most characters that describe a picture.
pub const ALT_MAX: usize = 200;
/// Longest address, in bytes.
pub const URL_MAX: usize = 2_000;

/// One card.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// One line of 1 to [`TITLE_MAX`] characters.
    pub title: String,
    /// At most [`TEXT_MAX`] characters; may be empty.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    #[cfg_attr(test, ts(as = "Option<String>", optional))]
    pub text: String,
    /// Stands above the words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(test, ts(optional))]
    pub image: Option<Picture>,
    /// At most [`BUTTONS_MAX`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[cfg_attr(test, ts(as = "Option<Vec<Button>>", optional))]
    pub buttons: Vec<Button>,
}

/// A card's picture: an address or a file, never both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// An https address, which the customer's browser fetches from there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(test, ts(optional))]
    pub url: Option<String>,
    /// A picture among the files of the same message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(test, ts(optional))]
    pub file: Option<FileId>,
    /// What it shows, for those who do not see it; empty = decoration.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    #[cfg_attr(test, ts(as = "Option<String>", optional))]
    pub alt: String,
}

/// What a card offers to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Button {
    /// Says something for the customer.
    Reply {
        /// Stands on it: one line of 1 to [`LABEL_MAX`] characters.
        title: String,
        /// What it says; without one, its title.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        #[cfg_attr(test, ts(optional))]
        text: Option<String>,
    },
    /// Opens a page.
    Link {
        /// Stands on it: one line of 1 to [`LABEL_MAX`] characters.
        title: String,
        /// An https address.
        url: String,
    },
}

impl Button {
    /// What stands on it.
    pub fn title(&self) -> &str {
        let (Self::Reply { title, .. } | Self::Link { title, .. }) = self;
        title
    }
}

impl Card {
    /// Everything on it that people read.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        [self.title.as_str(), self.text.as_str()].into_iter().chain(self.buttons.iter().map(Button::title))
    }
}

/// Judges the cards of a message, whoever wrote them.
///
/// # Errors
/// Names the first part that breaks a rule: `cards[1].buttons[0].url is not an https address`.
pub fn check(cards: &[Card]) -> Result<(), String> {
    if cards.len() > CARDS_MAX {
        return Err(format!("cards has more than {CARDS_MAX} items"));
    }
    cards
        .iter()
        .enumerate()
        .try_for_each(|(at, card)| check_one(card).map_err(|why| format!("cards[{at}].{why}")))
}

fn check_one(card: &Card) -> Result<(), String> {
    line("title", &card.title, TITLE_MAX)?;
    text("text", &card.text, TEXT_MAX)?;
    if let Some(image) = &card.image {
        match (&image.url, image.file) {
            (Some(url), None) => address("image.url", url)?,
            (None, Some(_)) => {}
            _ => return Err("image needs either a url or a file".to_owned()),
        }
        text("image.alt", &image.alt, ALT_MAX)?;
    }
    if card.buttons.len() > BUTTONS_MAX {
        return Err(format!("buttons has more than {BUTTONS_MAX} items"));
    }
    for (at, button) in card.buttons.iter().enumerate() {
        let named = |part: &str| format!("buttons[{at}].{part}");
        line(&named("title"), button.title(), LABEL_MAX)?;
        match button {
            Button::Reply { text: None, .. } => {}
            Button::Reply { text: Some(said), .. } if said.trim().is_empty() => {
                return Err(format!("{} is empty", named("text")));
            }
            Button::Reply { text: Some(said), .. } => text(&named("text"), said, REPLY_MAX)?,
            Button::Link { url, .. } => address(&named("url"), url)?,
        }
    }
    Ok(())
}

fn line(what: &str, value: &str, most: usize) -> Result<(), String> {
    if value.trim().is_empty() {
        return Err(format!("{what} is empty"));
    }
    if value.contains('\n') {
        return Err(format!("{what} has more than one line"));
    }
    text(what, value, most)
}

fn text(what: &str, value: &str, most: usize) -> Result<(), String> {
    if value.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\t')) {
        return Err(format!("{what} contains control characters"));
    }
    if value.chars().count() > most {
        Err(format!("{what} is longer than {most} characters"))
    } else {
        Ok(())
    }
}

/// Whatever a browser makes of the rest, what begins so is fetched by https and runs nothing.
fn address(what: &str, url: &str) -> Result<(), String> {
    if url.len() > URL_MAX {
        return Err(format!("{what} is longer than {URL_MAX} bytes"));
    }
    let rest = url.strip_prefix("https://").unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>' | '\\');
    // A user name would make another host look like the one that is called.
    if host.is_empty() || host.contains('@') || url.contains(odd) {
        return Err(format!("{what} is not an https address"));
    }
    Ok(())
}

/// The files that are pictures of these cards.
pub fn files(cards: &[Card]) -> HashSet<FileId> {
    cards.iter().filter_map(|card| card.image.as_ref()?.file).collect()
}

/// A text and its cards as plain text, one line for each card and each button.
pub fn plain(text: &str, cards: &[Card]) -> String {
    let mut lines: Vec<String> = Some(text.to_owned()).into_iter().filter(|text| !text.is_empty()).collect();
    for Card { title, text, image, buttons } in cards {
        lines.push(if text.is_empty() {
            format!("[card] {title}")
        } else {
            format!("[card] {title}: {text}")
        });
        if let Some(Picture { url: Some(url), .. }) = image {
            lines.push(format!("[picture] {url}"));
        }
        lines.extend(buttons.iter().map(|button| match button {
            Button::Reply { title, .. } => format!("[button] {title}"),
            Button::Link { title, url } => format!("[link] {title}: {url}"),
        }));
    }
    lines.join("\n")
}

/// A text and its cards for platforms without cards: paragraphs, and what reply buttons say, to be offered as quick replies.
pub fn spoken(text: &str, cards: &[Card]) -> (String, Vec<String>) {
    let mut paragraphs: Vec<String> =
        Some(text.to_owned()).into_iter().filter(|text| !text.is_empty()).collect();
    let mut replies = Vec::new();
    for Card { title, text, image, buttons } in cards {
        let mut lines = vec![title.clone()];
        lines.extend(Some(text.clone()).filter(|text| !text.is_empty()));
        lines.extend(image.as_ref().and_then(|image| image.url.clone()));
        for button in buttons {
            match button {
                Button::Reply { title, text } => replies.push(text.as_ref().unwrap_or(title).clone()),
                Button::Link { title, url } => lines.push(format!("{title}: {url}")),
            }
        }
        paragraphs.push(lines.join("\n"));
    }
    (paragraphs.join("\n\n"), replies)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Card {
        Card {
            title: "Blue shirt".into(),
            text: "20 €".into(),
            image: Some(Picture { url: Some("https://shop.example/blue.png".into()), ..Picture::default() }),
            buttons: vec![
                Button::Reply { title: "Take it".into(), text: None },
                Button::Link { title: "Details".into(), url: "https://shop.example/blue?a=1#b".into() },
            ],
        }
    }

    fn reply(title: &str, text: Option<&str>) -> Button {
        Button::Reply { title: title.into(), text: text.map(Into::into) }
    }

    fn link(url: &str) -> Card {
        Card { buttons: vec![Button::Link { title: "Go".into(), url: url.into() }], ..card() }
    }

    fn complaint(card: Card) -> String {
        check(&[card]).expect_err("refused")
    }

    #[test]
    fn each_part_has_its_limit() {
        let picture = |alt: &str| Some(Picture { alt: alt.into(), ..card().image.unwrap_or_default() });
        let long = |bytes: usize| format!("https://a/{}", "x".repeat(bytes - "https://a/".len()));
        assert_eq!(check(&vec![card(); CARDS_MAX]), Ok(()));
        for good in [
            Card { title: "ü".repeat(TITLE_MAX), ..card() },
            Card { text: "ü".repeat(TEXT_MAX), ..card() },
            Card { image: picture(&"ü".repeat(ALT_MAX)), ..card() },
            Card {
                buttons: vec![reply(&"ü".repeat(LABEL_MAX), Some(&"ü".repeat(REPLY_MAX))); BUTTONS_MAX],
                ..card()
            },
            link(&long(URL_MAX)),
        ] {
            assert_eq!(check(&[good]), Ok(()));
        }
        assert_eq!(check(&vec![card(); CARDS_MAX + 1]), Err("cards has more than 10 items".into()));
        for (bad, why) in [
            (Card { title: "ü".repeat(TITLE_MAX + 1), ..card() }, "title is longer than 80 characters"),
            (Card { title: " ".into(), ..card() }, "title is empty"),
            (Card { title: "a\nb".into(), ..card() }, "title has more than one line"),
            (Card { text: "ü".repeat(TEXT_MAX + 1), ..card() }, "text is longer than 500 characters"),
            (Card { text: "\u{7}".into(), ..card() }, "text contains control characters"),
            (
                Card { image: picture(&"ü".repeat(ALT_MAX + 1)), ..card() },
                "image.alt is longer than 200 characters",
            ),
            (Card { image: Some(Picture::default()), ..card() }, "image needs either a url or a file"),
            (
                Card { buttons: vec![reply("a", None); BUTTONS_MAX + 1], ..card() },
                "buttons has more than 3 items",
            ),
            (
                Card { buttons: vec![reply(&"ü".repeat(LABEL_MAX + 1), None)], ..card() },
                "buttons[0].title is longer than 40 characters",
            ),
            (Card { buttons: vec![reply("a", Some(" "))], ..card() }, "buttons[0].text is empty"),
            (
                Card { buttons: vec![reply("a", Some(&"ü".repeat(REPLY_MAX + 1)))], ..card() },
                "buttons[0].text is longer than 500 characters",
            ),
            (link(&long(URL_MAX + 1)), "buttons[0].url is longer than 2000 bytes"),
        ] {
            assert_eq!(complaint(bad), format!("cards[0].{why}"));
        }
    }

    #[test]
    fn addresses_are_https_and_nothing_else() {
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://shop.example",
            "HTTPS://shop.example",
            "//shop.example",
            "/a",
            "",
            "https://",
            "https:///a",
            "https://shop.example@evil.example/",
            "https://shop.example/a b",
            "https://shop.example/\n",
            "https://shop.example\\@evil.example",
            " https://shop.example",
        ] {
            assert_eq!(complaint(link(bad)), "cards[0].buttons[0].url is not an https address", "{bad:?}");
            let image = Some(Picture { url: Some(bad.into()), ..Picture::default() });
            assert_eq!(complaint(Card { image, ..card() }), "cards[0].image.url is not an https address");
        }
    }

    #[test]
    fn plain_text_has_a_line_for_each_part() {
        let expected = "Look:\n[card] Blue shirt: 20 €\n[picture] https://shop.example/blue.png\n[button] Take it\n\
                        [link] Details: https://shop.example/blue?a=1#b";
        assert_eq!(plain("Look:", &[card()]), expected);
        assert_eq!(plain("", &[Card { title: "Red".into(), ..Card::default() }]), "[card] Red");
        assert_eq!(plain("Look:", &[]), "Look:");
    }

    #[test]
    fn without_cards_words_and_choices_are_left() {
        let (text, replies) = spoken("Look:", &[card(), Card { title: "Red".into(), ..Card::default() }]);
        let expected = "Look:\n\nBlue shirt\n20 €\nhttps://shop.example/blue.png\nDetails: https://shop.example/blue?a=1#b\n\nRed";
        assert_eq!((text.as_str(), replies), (expected, vec!["Take it".to_owned()]));
        assert_eq!(spoken("Only words", &[]), ("Only words".to_owned(), Vec::new()));
    }
}
