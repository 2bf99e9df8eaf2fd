//! From the ids of uploaded files in a command to what an entry says of them. Whether they are still free the commit
//! decides; here, that they are there and that whoever sends them uploaded them for this chat.

use super::edge::Edge;
use crate::actors::error::CallError;
use crate::domain::attachment::{Attachment, Words};
use crate::domain::card::{self, Card};
use crate::domain::contact::Contact;
use crate::domain::ids::{ConversationId, FileId, MemberId};
use crate::domain::refusal::Refusal;
use crate::store::files::StoredFile;
use crate::store::{Connection, StoreError, conversations, files};

/// Ids as they stand in a command.
pub type Ids = Option<Vec<FileId>>;

/// What a member's command says.
pub struct Given {
    /// May be empty beside the rest.
    pub text: String,
    /// Files that go with it.
    pub files: Ids,
    /// Judged, but for the files they show.
    pub cards: Vec<Card>,
}

impl Given {
    /// As words, when no file is to be looked up.
    ///
    /// # Errors
    /// What was given, when there is one.
    pub fn plain(self) -> Result<Words, Self> {
        if self.files.is_some() || !card::files(&self.cards).is_empty() {
            return Err(self);
        }
        Ok(Words { text: self.text, cards: self.cards, ..Words::default() })
    }
}

/// What a member writes to this conversation.
///
/// # Errors
/// [`Refusal::NoSuchFile`] unless they uploaded each file for it, and each file of a card is a picture among them; the
/// store's failures.
pub async fn by_member(
    edge: &Edge,
    member: MemberId,
    conversation: ConversationId,
    given: Given,
) -> Result<Words, CallError> {
    let Given { text, files, cards } = match given.plain() {
        Ok(words) => return Ok(words),
        Err(given) => given,
    };
    let ids = files.unwrap_or_default();
    let found = edge.store.read(move |connection| {
        let contact = conversations::by_id(connection, conversation)?.contact;
        all(connection, &ids, |file| {
            file.member == Some(member)
                && file.contact == contact
                && file.conversation.is_none_or(|bound| bound == conversation)
        })
    });
    let found = words(text, found.await)?;
    let is_picture = |id| found.attachments.iter().any(|file| file.id == id && file.width.is_some());
    if !card::files(&cards).into_iter().all(is_picture) {
        return Err(Refusal::NoSuchFile.into());
    }
    Ok(Words { cards, ..found })
}

/// What a customer writes.
///
/// # Errors
/// [`Refusal::NoSuchFile`] unless they uploaded each file; the store's failures.
pub async fn by_contact(edge: &Edge, contact: &Contact, text: String, ids: Ids) -> Result<Words, CallError> {
    let Some(ids) = ids else { return Ok(text.into()) };
    let (id, scope) = (contact.id, contact.scope);
    let found = edge.store.read(move |connection| {
        all(connection, &ids, |file| file.member.is_none() && file.contact == id && file.scope == scope)
    });
    words(text, found.await)
}

fn all(
    connection: &mut Connection,
    ids: &[FileId],
    is_theirs: impl Fn(&StoredFile) -> bool,
) -> Result<Vec<Attachment>, StoreError> {
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let file = files::by_id(connection, *id)?;
        if !is_theirs(&file) {
            return Err(StoreError::NotFound);
        }
        found.push(file.attachment);
    }
    Ok(found)
}

fn words(text: String, found: Result<Vec<Attachment>, StoreError>) -> Result<Words, CallError> {
    match found {
        Ok(attachments) => Ok(Words { text, attachments, ..Words::default() }),
        Err(StoreError::NotFound) => Err(Refusal::NoSuchFile.into()),
        Err(error) => Err(error.into()),
    }
}
