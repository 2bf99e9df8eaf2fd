//! Files that come within an event, as those of a mail do: taken in like uploads of the customer, before their message is said.

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;

use super::Courier;
use super::intake::{For, IntakeError};
use crate::channels::email::File;
use crate::domain::attachment::{ATTACHMENTS_MAX, Attachment};
use crate::domain::contact::Contact;

/// What became of the files.
#[derive(Default)]
pub(super) struct Kept {
    /// Those that go with the message.
    pub attachments: Vec<Attachment>,
    /// Names of those that are of no type that is kept, or too many.
    pub names: Vec<String>,
}

/// Keeps what may be kept.
///
/// # Errors
/// Why not now; nothing of it is sent then, and what is there goes by itself.
pub(super) async fn keep(courier: &Courier, contact: &Contact, given: Vec<File>) -> Result<Kept, String> {
    let mut kept = Kept::default();
    for File { name, bytes } in given {
        if kept.attachments.len() == ATTACHMENTS_MAX {
            kept.names.push(name);
            continue;
        }
        let owner = For { scope: contact.scope, contact: contact.id, member: None };
        let body = stream::iter([Ok::<_, Infallible>(Bytes::from(bytes))]);
        match courier.intake.take(owner, &name, body).await {
            Ok(attachment) => kept.attachments.push(attachment),
            Err(IntakeError::NotAllowed(_) | IntakeError::TooLarge(_)) => kept.names.push(name),
            Err(error) => return Err(error.to_string()),
        }
    }
    Ok(kept)
}
