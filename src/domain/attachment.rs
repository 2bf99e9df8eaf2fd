//! Files that go with a message: what readers learn of them, and what may be sent at all.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::card::Card;
use super::ids::FileId;
use super::incoming::ComingFile;

/// Most files of one message or note.
pub const ATTACHMENTS_MAX: usize = 10;

/// Most characters of a file's name.
pub const FILE_NAME_MAX: usize = 120;

/// What a file is, judged by its content and never by what its sender says. There is no type that a browser would run:
/// no SVG, no HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[allow(missing_docs, reason = "the names say it")]
pub enum MediaType {
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/gif")]
    Gif,
    #[serde(rename = "image/webp")]
    Webp,
    #[serde(rename = "application/pdf")]
    Pdf,
    #[serde(rename = "text/plain")]
    Text,
    /// Opus in Ogg, which most apps record voice messages as.
    #[serde(rename = "audio/ogg")]
    Ogg,
    #[serde(rename = "audio/mpeg")]
    Mp3,
    #[serde(rename = "audio/mp4")]
    M4a,
    #[serde(rename = "audio/aac")]
    Aac,
    #[serde(rename = "audio/wav")]
    Wav,
    #[serde(rename = "audio/amr")]
    Amr,
    #[serde(rename = "audio/webm")]
    WebmSound,
    #[serde(rename = "audio/3gpp")]
    GppSound,
    #[serde(rename = "video/mp4")]
    Mp4,
    #[serde(rename = "video/webm")]
    Webm,
    #[serde(rename = "video/quicktime")]
    QuickTime,
    #[serde(rename = "video/3gpp")]
    Gpp,
}

impl MediaType {
    /// The stable name in storage and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain",
            Self::Ogg => "audio/ogg",
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
            Self::Aac => "audio/aac",
            Self::Wav => "audio/wav",
            Self::Amr => "audio/amr",
            Self::WebmSound => "audio/webm",
            Self::GppSound => "audio/3gpp",
            Self::Mp4 => "video/mp4",
            Self::Webm => "video/webm",
            Self::QuickTime => "video/quicktime",
            Self::Gpp => "video/3gpp",
        }
    }

    /// What names of such files end with; the first is given to those that do not.
    const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Png => &[".png"],
            Self::Jpeg => &[".jpg", ".jpeg"],
            Self::Gif => &[".gif"],
            Self::Webp => &[".webp"],
            Self::Pdf => &[".pdf"],
            Self::Text => &[".txt", ".log", ".md", ".csv"],
            Self::Ogg => &[".ogg", ".oga", ".opus"],
            Self::Mp3 => &[".mp3"],
            Self::M4a => &[".m4a", ".m4b", ".mp4"],
            Self::Aac => &[".aac"],
            Self::Wav => &[".wav"],
            Self::Amr => &[".amr"],
            Self::WebmSound => &[".webm", ".weba"],
            Self::GppSound | Self::Gpp => &[".3gp", ".3gpp"],
            Self::Mp4 => &[".mp4", ".m4v"],
            Self::Webm => &[".webm"],
            Self::QuickTime => &[".mov", ".qt"],
        }
    }
}

/// A file as readers of an entry know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Attachment {
    /// Under this id it is fetched.
    pub id: FileId,
    /// A safe name that fits the type.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub media_type: MediaType,
    /// Bytes.
    pub size: i64,
    /// Pixels; only for images that may be shown as such.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(test, ts(optional))]
    pub width: Option<u32>,
    /// Pixels; as the width.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(test, ts(optional))]
    pub height: Option<u32>,
}

/// What somebody writes: text, files, cards, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Plain text; may be empty when there is something else.
    pub text: String,
    /// At most [`ATTACHMENTS_MAX`].
    pub attachments: Vec<Attachment>,
    /// At most [`super::card::CARDS_MAX`]; never a customer's.
    pub cards: Vec<Card>,
    /// Files that a platform still has; only a customer's.
    pub coming: Vec<ComingFile>,
}

impl Words {
    /// One line for lists: the text, else the titles of the cards, else the names of the files.
    pub fn summary(&self) -> Cow<'_, str> {
        summary(&self.text, &self.attachments, &self.cards, &self.coming)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

/// As [`Words::summary`].
pub fn summary<'a>(
    text: &'a str,
    attachments: &[Attachment],
    cards: &[Card],
    coming: &[ComingFile],
) -> Cow<'a, str> {
    let mut names: Vec<&str> = cards.iter().map(|card| card.title.as_str()).collect();
    if names.is_empty() {
        names = attachments.iter().map(|file| file.name.as_str()).collect();
        names.extend(coming.iter().map(|file| file.name.as_str()));
    }
    if !text.trim().is_empty() || names.is_empty() {
        return text.into();
    }
    names.join(", ").into()
}

/// A name to store and to save under: the last part of a path, one line, nothing that a file system or a header gives a
/// meaning to, at most [`FILE_NAME_MAX`] characters, with an ending that fits the type.
pub fn file_name(given: &str, media_type: MediaType) -> String {
    let plain = plain_name(given);
    let lower = plain.to_lowercase();
    let fitting = media_type.endings().iter().find(|ending| lower.ends_with(**ending));
    let ending = fitting.copied().unwrap_or(media_type.endings()[0]);
    // Lower case may be longer in bytes, so the stem is cut by characters.
    let count = plain.chars().count() - fitting.map_or(0, |ending| ending.chars().count());
    let stem: String = plain.chars().take(count.min(FILE_NAME_MAX - ending.len())).collect();
    if stem.is_empty() { format!("file{ending}") } else { format!("{stem}{ending}") }
}

/// The last part of a path, without what [`file_name`] keeps out.
pub(super) fn plain_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !is_odd(*c)).collect();
    plain.trim_matches([' ', '.']).to_owned()
}

/// Control characters, those that turn the direction of writing (so that `gpj.exe` looks like another name), and what
/// file systems reserve.
const fn is_odd(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '"' | '<' | '>' | ':' | '|' | '?' | '*'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_safe_and_fit_their_type() {
        for (given, media_type, kept) in [
            ("photo.PNG", MediaType::Png, "photo.png"),
            ("Rechnung März.pdf", MediaType::Pdf, "Rechnung März.pdf"),
            ("../../etc/passwd", MediaType::Text, "passwd.txt"),
            ("C:\\secret\\a.txt", MediaType::Text, "a.txt"),
            ("evil.html", MediaType::Text, "evil.html.txt"),
            ("a.svg", MediaType::Png, "a.svg.png"),
            ("a\r\nSet-Cookie: x=1.png", MediaType::Png, "aSet-Cookie x=1.png"),
            ("a\0.png", MediaType::Png, "a.png"),
            ("\u{202e}gnp.exe", MediaType::Png, "gnp.exe.png"),
            ("quote\".jpg", MediaType::Jpeg, "quote.jpg"),
            ("", MediaType::Gif, "file.gif"),
            ("..", MediaType::Webp, "file.webp"),
            (".png", MediaType::Png, "png.png"),
            ("voice", MediaType::Ogg, "voice.ogg"),
            ("audioclip.mp4", MediaType::M4a, "audioclip.mp4"),
            ("film.exe", MediaType::Mp4, "film.exe.mp4"),
        ] {
            assert_eq!(file_name(given, media_type), kept, "{given:?}");
        }
        let long = file_name(&format!("{}.png", "ü".repeat(500)), MediaType::Png);
        assert_eq!(long.chars().count(), FILE_NAME_MAX);
        assert!(long.ends_with("ü.png"));
    }

    #[test]
    fn files_without_words_are_summed_up_by_their_names() {
        let file = |name: &str| Attachment {
            id: FileId::from_uuid(uuid::Uuid::nil()),
            name: name.into(),
            media_type: MediaType::Png,
            size: 1,
            width: None,
            height: None,
        };
        let words = Words {
            text: String::new(),
            attachments: vec![file("a.png"), file("b.png")],
            ..Words::default()
        };
        assert_eq!(words.summary(), "a.png, b.png");
        assert_eq!(Words { text: "Look".into(), ..words }.summary(), "Look");
    }
}
