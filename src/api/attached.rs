//! From the ids of uploaded files in a command to what an entry says of them. Whether they are still free the commit
//! decides; here, that they are there and that whoever sends them uploaded them for this chat.

use super::edge::Edge;
use crate::actors::error::CallError;
use crate::domain::attachment::{Attachment, Words};
use crate::domain::contact::Contact;
use crate::domain::ids::{ConversationId, FileId, MemberId};
use crate::domain::refusal::Refusal;
use crate::store::files::StoredFile;
use crate::store::{Connection, StoreError, conversations, files};

/// Ids as they stand in a command.
pub type Ids = Option<Vec<FileId>>;

/// What a member writes to this conversation.
///
/// # Errors
/// [`Refusal::NoSuchFile`] unless they uploaded each file for it; the store's failures.
pub async fn by_member(
    edge: &Edge,
    member: MemberId,
    conversation: ConversationId,
    text: String,
    ids: Ids,
) -> Result<Words, CallError> {
    let Some(ids) = ids else { return Ok(text.into()) };
    let found = edge.store.read(move |connection| {
        let contact = conversations::by_id(connection, conversation)?.contact;
        all(connection, &ids, |file| {
            file.member == Some(member)
                && file.contact == contact
                && file.conversation.is_none_or(|bound| bound == conversation)
        })
    });
    words(text, found.await)
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
        Ok(attachments) => Ok(Words { text, attachments }),
        Err(StoreError::NotFound) => Err(Refusal::NoSuchFile.into()),
        Err(error) => Err(error.into()),
    }
}
