//! Files that come within an event, as those of a mail do: kept like uploads of the customer, before their message is said.

use super::Courier;
use crate::channels::email::File;
use crate::domain::Millis;
use crate::domain::attachment::{ATTACHMENTS_MAX, Attachment, file_name};
use crate::domain::contact::Contact;
use crate::files::sniff::Sniffer;
use crate::hex;
use crate::store::files::{self, Reservation};

/// If the message is not said by then, as after a crash, the file goes.
const UNSENT: Millis = 24 * 60 * 60 * 1_000;

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
pub(super) async fn keep(courier: &Courier, contact: &Contact, given: &[File]) -> Result<Kept, String> {
    let mut kept = Kept::default();
    for file in given {
        let mut sniffer = Sniffer::default();
        sniffer.look(&file.bytes);
        let Some(found) = sniffer.judge().ok().filter(|_| kept.attachments.len() < ATTACHMENTS_MAX) else {
            kept.names.push(file.name.clone());
            continue;
        };
        let now = courier.sources.now();
        let place = Reservation {
            id: courier.sources.id(),
            scope: contact.scope,
            contact: contact.id,
            member: None,
            object_key: hex::encode(&courier.sources.secret::<32>()),
            created_at: now,
            expires_at: now + UNSENT,
        };
        let attachment = Attachment {
            id: place.id,
            name: file_name(&file.name, found.media_type),
            media_type: found.media_type,
            size: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            width: found.pixels.map(|(width, _)| width),
            height: found.pixels.map(|(_, height)| height),
        };
        store(courier, place, &file.bytes, attachment.clone()).await?;
        kept.attachments.push(attachment);
    }
    Ok(kept)
}

/// The row first, then the bytes, then what they are: nothing is there that no row knows of.
async fn store(
    courier: &Courier,
    place: Reservation,
    bytes: &[u8],
    attachment: Attachment,
) -> Result<(), String> {
    let mut upload = courier.files.upload(&place.object_key);
    let reserved = courier.store.write(move |connection| files::reserve(connection, &place)).await;
    reserved.map_err(|error| error.to_string())?;
    let written = match upload.write(bytes).await {
        Ok(()) => upload.finish().await,
        Err(error) => Err(error),
    };
    if let Err(error) = written {
        upload.abort().await;
        return Err(error.to_string());
    }
    let completed = courier.store.write(move |connection| files::complete(connection, &attachment)).await;
    completed.map_err(|error| error.to_string())
}
