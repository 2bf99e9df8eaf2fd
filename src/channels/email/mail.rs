//! A mail as we need it, read from its bytes. Reads whatever it can: mails are made by programs of forty years.

use std::panic::catch_unwind;

use mail_parser::{Address, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use sha2::{Digest, Sha256};

use super::quote::{bare_subject, own_words};
use super::{bounce, html};
use crate::domain::member::check_email;
use crate::hex;

/// Most characters of a mail that members read; more is in the raw event.
const TEXT_MAX: usize = 40_000;

/// Most ids of a thread that are kept: the oldest, and the newest of the others.
const THREAD_MAX: usize = 20;

/// Most characters of a subject and of a sender's name.
const SUBJECT_MAX: usize = 500;

/// Longest id of a mail, in bytes; longer ones count as none.
const ID_MAX: usize = 200;

/// A picture inside the text that is smaller is a logo or an icon, not something that a customer sends. Bytes.
const ICON_MAX: usize = 8 * 1024;

/// Names of senders behind which nobody reads, as far as they begin so.
const NOBODY: &[&str] = &[
    "mailer-daemon",
    "postmaster",
    "no-reply",
    "noreply",
    "no_reply",
    "do-not-reply",
    "donotreply",
    "bounce",
];

/// A mail that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// Address of the sender, in lower case; empty when there is none.
    pub from: String,
    /// How they call themselves.
    pub name: Option<String>,
    /// Where they want the answer.
    pub reply_to: Option<String>,
    /// Its id, without angle brackets.
    pub message_id: Option<String>,
    /// Ids of what it answers.
    pub in_reply_to: Vec<String>,
    /// Ids of its thread, oldest first.
    pub references: Vec<String>,
    /// Its subject, on one line.
    pub subject: String,
    /// What the sender says, without what they quote.
    pub text: String,
    /// Files.
    pub files: Vec<File>,
    /// A machine wrote it, or it goes to many.
    pub is_automatic: bool,
    /// What it tells of a mail of ours that did not arrive.
    pub bounce: Option<bounce::Bounce>,
}

/// A file of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The name its sender gave it.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Mail {
    /// Reads a mail; none when nothing in it is one.
    pub fn read(mime: &[u8]) -> Option<Self> {
        // The parser promises not to panic; whoever sends a mail that breaks the promise breaks only that mail.
        catch_unwind(|| MessageParser::default().parse(mime).map(|message| of(&message))).ok().flatten()
    }

    /// Names the mail over all ways it may come by, for ever.
    pub fn key(&self) -> String {
        if let Some(id) = &self.message_id {
            return format!("mail:{id}");
        }
        let own = [&self.from, &self.subject, &self.text].map(String::as_str).join("\n");
        format!("mail-sha256:{}", hex::encode(&Sha256::digest(own)))
    }

    /// What members read: under its subject, where it begins a thread.
    pub fn words(&self) -> String {
        let subject = bare_subject(&self.subject);
        let begins = self.in_reply_to.is_empty() && self.references.is_empty() && !subject.is_empty();
        let words = if begins { format!("{subject}\n\n{}", self.text) } else { self.text.clone() };
        words.trim().to_owned()
    }

    /// The thread as an answer to this mail names it.
    pub fn thread(&self) -> Vec<String> {
        let mut thread = self.references.clone();
        if thread.is_empty() {
            thread.clone_from(&self.in_reply_to);
        }
        thread.extend(self.message_id.clone());
        bounded(thread)
    }
}

fn of(message: &Message<'_>) -> Mail {
    let from = message.from().and_then(Address::first);
    let address = from.and_then(|from| from.address()).unwrap_or_default().trim().to_lowercase();
    let address = if check_email(&address).is_ok() { address } else { String::new() };
    let reply_to = message.reply_to().and_then(Address::first).and_then(|party| party.address());
    let bounce = bounce::read(message);
    Mail {
        name: from.and_then(|from| from.name()).map(one_line).filter(|name| !name.is_empty()),
        reply_to: reply_to.map(|to| to.trim().to_owned()).filter(|to| check_email(to).is_ok()),
        message_id: ids(message.header("Message-ID")).into_iter().next(),
        in_reply_to: bounded(ids(Some(message.in_reply_to()))),
        references: bounded(ids(Some(message.references()))),
        subject: one_line(message.subject().unwrap_or_default()),
        text: text(message),
        files: message.attachments().filter_map(file).collect(),
        is_automatic: bounce.is_some() || is_automatic(message, &address),
        from: address,
        bounce,
    }
}

fn one_line(text: &str) -> String {
    let line = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    line.take(SUBJECT_MAX).collect::<String>().trim().to_owned()
}

/// The oldest, and the newest of the others.
fn bounded(mut ids: Vec<String>) -> Vec<String> {
    if ids.len() > THREAD_MAX {
        ids.drain(1..=ids.len() - THREAD_MAX);
    }
    ids
}

/// Ids of a header, without those that no mail program makes.
pub(super) fn ids(value: Option<&HeaderValue<'_>>) -> Vec<String> {
    let all: Vec<&str> = match value {
        Some(HeaderValue::Text(id)) => vec![id],
        Some(HeaderValue::TextList(ids)) => ids.iter().map(AsRef::as_ref).collect(),
        _ => Vec::new(),
    };
    let is_id = |id: &&str| (1..=ID_MAX).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic());
    let trimmed = all.into_iter().map(|id| id.trim().trim_start_matches('<').trim_end_matches('>'));
    trimmed.filter(is_id).map(str::to_owned).collect()
}

fn text(message: &Message<'_>) -> String {
    let parts = message.text_bodies().filter_map(|part| match &part.body {
        PartType::Text(text) => Some(text.to_string()),
        PartType::Html(page) => Some(html::text(page)),
        _ => None,
    });
    let mut whole = parts.collect::<Vec<_>>().join("\n\n");
    if whole.trim().is_empty() {
        whole.push_str(message.attachments().find_map(broken_text).unwrap_or_default());
    }
    let own: String =
        own_words(&whole).chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    match own.char_indices().nth(TEXT_MAX) {
        Some((at, _)) => format!("{}\n[…]", &own[..at]),
        None => own,
    }
}

/// Text whose part has no end, as in a mail that was cut off.
fn broken_text<'a>(part: &'a MessagePart<'_>) -> Option<&'a str> {
    match &part.body {
        PartType::Text(text) if part.is_encoding_problem && part.attachment_name().is_none() => Some(text),
        _ => None,
    }
}

fn file(part: &MessagePart<'_>) -> Option<File> {
    if broken_text(part).is_some() {
        return None;
    }
    let bytes = match &part.body {
        PartType::Message(inner) => inner.raw_message(),
        PartType::Multipart(_) => return None,
        _ => part.contents(),
    };
    let is_image = part.content_type().is_some_and(|kind| kind.ctype() == "image");
    if is_image && part.content_id().is_some() && bytes.len() < ICON_MAX {
        return None;
    }
    let name = part.attachment_name().map(one_line).filter(|name| !name.is_empty());
    let made = || if part.is_message() { "mail.eml".to_owned() } else { "file".to_owned() };
    Some(File { name: name.unwrap_or_else(made), bytes: bytes.to_vec() })
}

/// Marks of mails that no person wrote to us: RFC 3834 and what came before it.
fn is_automatic(message: &Message<'_>, from: &str) -> bool {
    let header = |name: &'static str| message.header_raw(name).map(|value| value.trim().to_lowercase());
    let says = |name, refused: &[&str]| {
        header(name).is_some_and(|value| refused.iter().any(|word| value.starts_with(word)))
    };
    let has = |name| header(name).is_some_and(|value| !value.is_empty());
    let local = from.split('@').next().unwrap_or_default();
    header("Auto-Submitted").is_some_and(|value| !value.is_empty() && !value.starts_with("no"))
        || says("Precedence", &["bulk", "list", "junk", "auto_reply"])
        || ["List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond"].into_iter().any(has)
        || header("Return-Path").is_some_and(|path| path == "<>")
        || NOBODY.iter().any(|nobody| local.starts_with(nobody))
        || from.is_empty()
}
