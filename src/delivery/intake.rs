//! Takes a file in: its row first, then its bytes as they come, then its type and size. Nothing stays of one that fails. Files
//! that people upload and those that are fetched from platforms go the same way.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use crate::domain::Millis;
use crate::domain::attachment::{Attachment, file_name};
use crate::domain::ids::{ContactId, FileId, MemberId, ScopeId};
use crate::files::sniff::{Found, NotAllowed, Sniffer};
use crate::files::{Files, FilesError, Upload};
use crate::hex;
use crate::kill::{self, Point};
use crate::sources::Sources;
use crate::store::files::{self, Reservation};
use crate::store::{Store, StoreError};

/// Whose a new file is.
#[derive(Debug, Clone, Copy)]
pub struct For {
    /// In which scope.
    pub scope: ScopeId,
    /// In whose conversations it may be sent.
    pub contact: ContactId,
    /// The member who uploads; none when the contact does.
    pub member: Option<MemberId>,
}

/// What a file may be.
#[derive(Debug, Clone, Copy)]
pub struct IntakeLimits {
    /// Most bytes.
    pub max_bytes: usize,
    /// Longest time until all of it is there.
    pub within: Duration,
    /// One that nobody sends goes after this time. Milliseconds.
    pub unsent_ms: Millis,
}

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// It has more bytes than this.
    #[error("the file is larger than {0} bytes")]
    TooLarge(usize),
    /// It is of no type that is kept.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The bytes stopped coming.
    #[error("the file ended early")]
    EndedEarly,
    /// The bytes came too slowly.
    #[error("the file took too long")]
    TooSlow,
    /// The file store.
    #[error(transparent)]
    Files(#[from] FilesError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes files in. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    files: Files,
    store: Store,
    sources: Sources,
    limits: IntakeLimits,
}

impl Intake {
    /// Into these stores.
    pub const fn new(files: Files, store: Store, sources: Sources, limits: IntakeLimits) -> Self {
        Self { files, store, sources, limits }
    }

    /// Most bytes of a file.
    pub const fn max_bytes(&self) -> usize {
        self.limits.max_bytes
    }

    /// Takes a file in under the name that was given with it.
    ///
    /// # Errors
    /// See [`IntakeError`].
    pub async fn take<E>(
        &self,
        owner: For,
        given_name: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Attachment, IntakeError> {
        let now = self.sources.now();
        let place = Reservation {
            id: self.sources.id(),
            scope: owner.scope,
            contact: owner.contact,
            member: owner.member,
            object_key: hex::encode(&self.sources.secret::<32>()),
            created_at: now,
            expires_at: now.saturating_add(self.limits.unsent_ms),
        };
        let reserved = place.clone();
        self.store.write(move |connection| files::reserve(connection, &reserved)).await?;
        kill::point(Point::FileReserved);
        let mut bytes = self.files.upload(&place.object_key);
        let taking = self.receive(place.id, given_name, body, &mut bytes);
        let taken = tokio::time::timeout(self.limits.within, taking).await;
        let attachment = match taken.unwrap_or(Err(IntakeError::TooSlow)) {
            Ok(attachment) => attachment,
            Err(error) => {
                self.undo(place.id, bytes).await;
                return Err(error);
            }
        };
        kill::point(Point::BytesStored);
        let kept = attachment.clone();
        match self.store.write(move |connection| files::complete(connection, &kept)).await {
            Ok(()) => {
                kill::point(Point::FileComplete);
                Ok(attachment)
            }
            // Perhaps it is complete all the same: then it goes like any file that nobody sends.
            Err(StoreError::Unknown) => Err(StoreError::Unknown.into()),
            Err(error) => {
                self.undo(place.id, bytes).await;
                Err(error.into())
            }
        }
    }

    async fn receive<E>(
        &self,
        id: FileId,
        given_name: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
        bytes: &mut Upload,
    ) -> Result<Attachment, IntakeError> {
        let (found, size) = pour(body, bytes, self.limits.max_bytes).await?;
        bytes.finish().await?;
        Ok(Attachment {
            id,
            name: file_name(given_name, found.media_type),
            media_type: found.media_type,
            size,
            width: found.pixels.map(|(width, _)| width),
            height: found.pixels.map(|(_, height)| height),
        })
    }

    /// Nothing stays of a file that was not taken in. If the program ends instead, row and bytes go when its time is over.
    async fn undo(&self, id: FileId, bytes: Upload) {
        bytes.abort().await;
        self.give_up(id).await;
    }

    /// A file that was taken in is not wanted after all.
    pub async fn give_up(&self, id: FileId) {
        if let Err(error) = self.store.write(move |connection| files::give_up(connection, id)).await {
            log::debug!("file not given up file={id} error=\"{error}\"");
        }
    }
}

/// Writes bytes on as they come; the caller finishes. Answers what they are, and how many.
///
/// # Errors
/// [`IntakeError::TooLarge`] above `most` bytes, [`IntakeError::NotAllowed`], [`IntakeError::EndedEarly`], and those of the
/// file store.
pub async fn pour<E>(
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    bytes: &mut Upload,
    most: usize,
) -> Result<(Found, i64), IntakeError> {
    let mut sniffer = Sniffer::default();
    let mut size = 0_usize;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| IntakeError::EndedEarly)?;
        size += chunk.len();
        if size > most {
            return Err(IntakeError::TooLarge(most));
        }
        sniffer.look(&chunk);
        bytes.write(&chunk).await?;
    }
    let found = sniffer.judge()?;
    Ok((found, i64::try_from(size).unwrap_or(i64::MAX)))
}
