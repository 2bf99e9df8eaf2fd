//! The bytes of files: in a folder, or in any store that speaks S3. What belongs to whom is in the database
//! (`src/store/files.rs`); this module knows names that nobody can guess, and bytes.
//!
//! Files stream in and out: of an upload at most one part is in memory.

pub mod links;
mod played;
pub mod sniff;

use std::error::Error as StdError;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig,
};
use url::Url;

/// S3 takes no smaller parts, but for the last one:
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>.
const PART_S3: usize = 5 * 1024 * 1024;

/// What a folder gets at a time.
const PART_FOLDER: usize = 256 * 1024;

/// Where files are kept.
#[derive(Debug, Clone)]
pub enum Place {
    /// In this folder, made when missing.
    Folder(PathBuf),
    /// In a bucket. Credentials come from the environment, as every S3 tool reads them: `AWS_ACCESS_KEY_ID` and
    /// `AWS_SECRET_ACCESS_KEY`, or those of the machine.
    S3 {
        /// `s3://bucket` or `s3://bucket/folder`.
        url: Url,
        /// Address of a store that is not Amazon's; empty = Amazon's.
        endpoint: String,
        /// Region; other stores take any.
        region: String,
    },
}

/// Why bytes were not stored or read.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// They are not there.
    #[error("the file's bytes are not there")]
    Missing,
    /// The store does not answer, or not as it should.
    #[error("the file store failed: {0}")]
    Failed(#[source] Box<dyn StdError + Send + Sync>),
}

/// A store that is away is given up on while the person who waits may still be there.
fn retries() -> RetryConfig {
    RetryConfig { max_retries: 3, retry_timeout: Duration::from_secs(10), ..RetryConfig::default() }
}

/// The object store. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    /// Before every name.
    prefix: Path,
    part: usize,
    /// Of a store in a folder.
    folder: Option<PathBuf>,
}

impl Files {
    /// Opens the store. A folder is made; a bucket must be there and is not asked.
    ///
    /// # Errors
    /// [`FilesError::Failed`] when the folder cannot be made or the bucket's address is none.
    pub fn open(place: &Place) -> Result<Self, FilesError> {
        match place {
            Place::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| FilesError::Failed(error.into()))?;
                let store = LocalFileSystem::new_with_prefix(folder)?;
                Ok(Self {
                    store: Arc::new(store),
                    prefix: Path::default(),
                    part: PART_FOLDER,
                    folder: Some(folder.clone()),
                })
            }
            Place::S3 { url, endpoint, region } => {
                let bucket = url.host_str().unwrap_or_default();
                let mut builder = AmazonS3Builder::from_env()
                    .with_bucket_name(bucket)
                    .with_region(region.as_str())
                    .with_retry(retries());
                if !endpoint.is_empty() {
                    let is_plain = endpoint.starts_with("http://");
                    builder = builder.with_endpoint(endpoint.as_str()).with_allow_http(is_plain);
                }
                Ok(Self {
                    store: Arc::new(builder.build()?),
                    prefix: Path::from(url.path()),
                    part: PART_S3,
                    folder: None,
                })
            }
        }
    }

    /// Begins to store bytes under this name.
    pub fn upload(&self, name: &str) -> Upload {
        let name = name.to_owned();
        Upload { files: self.clone(), name, buffer: BytesMut::new(), parts: None }
    }

    /// The bytes of this name.
    ///
    /// # Errors
    /// [`FilesError::Missing`]; later failures come through the stream.
    pub async fn read(
        &self,
        name: &str,
    ) -> Result<BoxStream<'static, Result<Bytes, FilesError>>, FilesError> {
        self.read_with(name, GetOptions::default()).await
    }

    /// These bytes of this name; they must be within it.
    ///
    /// # Errors
    /// As [`Files::read`].
    pub async fn read_part(
        &self,
        name: &str,
        part: Range<u64>,
    ) -> Result<BoxStream<'static, Result<Bytes, FilesError>>, FilesError> {
        let options = GetOptions { range: Some(GetRange::Bounded(part)), ..GetOptions::default() };
        self.read_with(name, options).await
    }

    async fn read_with(
        &self,
        name: &str,
        options: GetOptions,
    ) -> Result<BoxStream<'static, Result<Bytes, FilesError>>, FilesError> {
        let found = self.store.get_opts(&self.path(name), options).await?;
        Ok(found.into_stream().map_err(FilesError::from).boxed())
    }

    /// Removes the bytes of this name, and what an interrupted upload left of them.
    ///
    /// # Errors
    /// [`FilesError::Failed`]; it is no error when nothing is there.
    pub async fn remove(&self, name: &str) -> Result<(), FilesError> {
        if let Some(folder) = &self.folder {
            // Under this name the store gathers parts before it renames them.
            let unfinished = folder.join(format!("{name}#1"));
            match std::fs::remove_file(unfinished) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(FilesError::Failed(error.into()));
                }
                _ => {}
            }
        }
        match self.store.delete(&self.path(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn path(&self, name: &str) -> Path {
        self.prefix.clone().join(name)
    }

    /// Makes what was stored in a folder survive a power cut; other stores promise it by themselves.
    async fn sync(&self, name: &str) -> Result<(), FilesError> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        let file = folder.join(name);
        let sync = move || -> io::Result<()> {
            std::fs::File::open(file)?.sync_all()?;
            std::fs::File::open(folder)?.sync_all()
        };
        match tokio::task::spawn_blocking(sync).await {
            Ok(synced) => synced.map_err(|error| from_source(error.into())),
            Err(error) => Err(FilesError::Failed(error.into())),
        }
    }
}

/// Bytes on their way in.
pub struct Upload {
    files: Files,
    name: String,
    buffer: BytesMut,
    /// None while everything fits into one part.
    parts: Option<Box<dyn MultipartUpload>>,
}

impl Upload {
    /// Takes the next bytes; waits while a full part is stored.
    ///
    /// # Errors
    /// [`FilesError`]; then [`Upload::abort`].
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), FilesError> {
        self.buffer.extend_from_slice(bytes);
        while self.buffer.len() >= self.files.part {
            let part = self.buffer.split_to(self.files.part).freeze();
            self.store_part(part).await?;
        }
        Ok(())
    }

    async fn store_part(&mut self, part: Bytes) -> Result<(), FilesError> {
        let parts = match &mut self.parts {
            Some(parts) => parts,
            none => none.insert(self.files.store.put_multipart(&self.files.path(&self.name)).await?),
        };
        Ok(parts.put_part(PutPayload::from_bytes(part)).await?)
    }

    /// Stores the rest. Afterwards the bytes are there for good.
    ///
    /// # Errors
    /// [`FilesError`]; then [`Upload::abort`].
    pub async fn finish(&mut self) -> Result<(), FilesError> {
        let rest = self.buffer.split().freeze();
        if self.parts.is_none() {
            self.files.store.put(&self.files.path(&self.name), PutPayload::from_bytes(rest)).await?;
        } else {
            if !rest.is_empty() {
                self.store_part(rest).await?;
            }
            if let Some(parts) = &mut self.parts {
                parts.complete().await?;
            }
            self.parts = None;
        }
        self.files.sync(&self.name).await
    }

    /// Removes what was stored so far, as well as that is possible now.
    pub async fn abort(mut self) {
        if let Some(mut parts) = self.parts.take()
            && let Err(error) = parts.abort().await
        {
            log::warn!("an upload was not undone error=\"{error}\"");
        }
        if let Err(error) = self.files.remove(&self.name).await {
            log::warn!("an upload was not undone error=\"{error}\"");
        }
    }
}

impl From<object_store::Error> for FilesError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing,
            other => from_source(other.into()),
        }
    }
}

/// Is a full disk at the bottom of it?
fn from_source(error: Box<dyn StdError + Send + Sync>) -> FilesError {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error.as_ref());
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>()
            && matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        {
            return FilesError::Full;
        }
        cause = error.source();
    }
    FilesError::Failed(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> io::Error {
        io::Error::from(io::ErrorKind::StorageFull)
    }

    #[test]
    fn a_full_disk_is_told_apart_from_other_failures() {
        assert!(matches!(from_source(full().into()), FilesError::Full));
        let wrapped = object_store::Error::Generic { store: "LocalFileSystem", source: full().into() };
        assert!(matches!(FilesError::from(wrapped), FilesError::Full));
        let other = object_store::Error::Generic { store: "S3", source: io::Error::other("no").into() };
        assert!(matches!(FilesError::from(other), FilesError::Failed(_)));
    }
}
