//! Seals secrets for the database: XChaCha20-Poly1305 with a random nonce, bound to the place they are for, under a key
//! that the database does not hold.
//!
//! The key is in the configuration or in a file beside the data, made when it is first needed. There may be two keys while
//! they are exchanged: the first seals, both open.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use crate::sources::Sources;

/// Bytes of a key.
const KEY: usize = 32;
const NONCE: usize = 24;

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file cannot be read or written.
    #[error("the key file {0}: {1}")]
    File(String, #[source] io::Error),
    /// A key is not what it should be.
    #[error("a secrets key must be the base64 of 32 bytes")]
    BadKey,
    /// Sealed with a key that is not there.
    #[error("a secret was sealed with another key")]
    OtherKey,
    /// Changed since it was sealed, or sealed for another place.
    #[error("a sealed secret was changed")]
    Broken,
}

/// A sealed secret as the database keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Names the key.
    pub key: String,
    /// Base64 of nonce and cipher text.
    pub text: String,
}

/// The keys, newest first. Cheap to clone; its `Debug` shows nothing.
#[derive(Clone)]
pub struct Vault(Arc<[[u8; KEY]]>);

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault(***)")
    }
}

impl Vault {
    /// Keys from text: base64, with commas or line ends between, newest first.
    ///
    /// # Errors
    /// [`VaultError::BadKey`].
    pub fn from_text(text: &str) -> Result<Self, VaultError> {
        let keys = text.split([',', '\n']).map(str::trim).filter(|key| !key.is_empty());
        let read = |key: &str| -> Result<[u8; KEY], VaultError> {
            let bytes = STANDARD.decode(key).map_err(|_| VaultError::BadKey)?;
            bytes.try_into().map_err(|_| VaultError::BadKey)
        };
        let keys = keys.map(read).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(VaultError::BadKey) } else { Ok(Self(keys.into())) }
    }

    /// The keys of a file, which is made with a new key when it is not there. Only its owner may read it.
    ///
    /// # Errors
    /// [`VaultError::File`], [`VaultError::BadKey`].
    pub fn open_file(path: &Path, sources: &Sources) -> Result<Self, VaultError> {
        let failed = |error| VaultError::File(path.display().to_string(), error);
        match fs::read_to_string(path) {
            Ok(text) => Self::from_text(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let vault = Self([sources.secret::<KEY>()].into());
                vault.write_file(path).map_err(failed)?;
                Ok(vault)
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Puts the keys into a file, whole or not at all.
    ///
    /// # Errors
    /// The file system's.
    pub fn write_file(&self, path: &Path) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let beside = path.with_extension("new");
        let _ = fs::remove_file(&beside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        for key in self.0.iter() {
            writeln!(file, "{}", STANDARD.encode(key))?;
        }
        file.sync_all()?;
        fs::rename(&beside, path)
    }

    /// These keys behind a new one.
    #[must_use]
    pub fn with_new_key(&self, sources: &Sources) -> Self {
        let keys: Vec<_> = std::iter::once(sources.secret::<KEY>()).chain(self.0.iter().copied()).collect();
        Self(keys.into())
    }

    /// Only the newest key.
    #[must_use]
    pub fn newest(&self) -> Self {
        Self(self.0.iter().take(1).copied().collect())
    }

    /// Seals a secret for one place, such as a channel and a name.
    ///
    /// # Errors
    /// [`VaultError::BadKey`] without a key.
    pub fn seal(&self, place: &str, plain: &str, sources: &Sources) -> Result<Sealed, VaultError> {
        let key = self.0.first().ok_or(VaultError::BadKey)?;
        let nonce = sources.secret::<NONCE>();
        let payload = Payload { msg: plain.as_bytes(), aad: place.as_bytes() };
        let cipher = XChaCha20Poly1305::new(key.into());
        let sealed = cipher.encrypt(XNonce::from_slice(&nonce), payload).map_err(|_| VaultError::Broken)?;
        Ok(Sealed { key: name(key), text: STANDARD.encode([&nonce[..], &sealed].concat()) })
    }

    /// Opens a secret that was sealed for this place.
    ///
    /// # Errors
    /// [`VaultError::OtherKey`], [`VaultError::Broken`].
    pub fn open(&self, place: &str, sealed: &Sealed) -> Result<String, VaultError> {
        let key = self.0.iter().find(|key| name(key) == sealed.key).ok_or(VaultError::OtherKey)?;
        let bytes = STANDARD.decode(&sealed.text).map_err(|_| VaultError::Broken)?;
        let (nonce, text) = bytes.split_at_checked(NONCE).ok_or(VaultError::Broken)?;
        let payload = Payload { msg: text, aad: place.as_bytes() };
        let plain = XChaCha20Poly1305::new(key.into())
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| VaultError::Broken)?;
        String::from_utf8(plain).map_err(|_| VaultError::Broken)
    }
}

/// Tells keys apart, and tells nothing of them.
fn name(key: &[u8; KEY]) -> String {
    STANDARD.encode(&Sha256::digest([b"switchboard secrets key", &key[..]].concat())[..6])
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_opens_only_where_it_was_sealed_for_and_unchanged() {
        let sources = Sources::default();
        let vault = Vault::from_text(&STANDARD.encode([7; KEY])).unwrap();
        let sealed = vault.seal("ch_1/bot_token", "123:abc", &sources).unwrap();
        assert_eq!(vault.open("ch_1/bot_token", &sealed).unwrap(), "123:abc");
        assert!(matches!(vault.open("ch_2/bot_token", &sealed), Err(VaultError::Broken)));
        let other = Vault::from_text(&STANDARD.encode([8; KEY])).unwrap();
        assert!(matches!(other.open("ch_1/bot_token", &sealed), Err(VaultError::OtherKey)));
        let mut bytes = STANDARD.decode(&sealed.text).unwrap();
        for at in 0..bytes.len() {
            bytes[at] ^= 1;
            let changed = Sealed { text: STANDARD.encode(&bytes), ..sealed.clone() };
            assert!(vault.open("ch_1/bot_token", &changed).is_err(), "{at}");
            bytes[at] ^= 1;
        }
        assert_ne!(vault.seal("a", "b", &sources).unwrap(), vault.seal("a", "b", &sources).unwrap());
        assert_eq!(format!("{vault:?}"), "Vault(***)");
    }

    #[test]
    fn a_key_file_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data/secrets.key");
        let sources = Sources::default();
        let vault = Vault::open_file(&path, &sources).unwrap();
        let sealed = vault.seal("a", "b", &sources).unwrap();
        assert_eq!(Vault::open_file(&path, &sources).unwrap().open("a", &sealed).unwrap(), "b");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let both = vault.with_new_key(&sources);
        assert_eq!(both.open("a", &sealed).unwrap(), "b");
        assert!(matches!(both.newest().open("a", &sealed), Err(VaultError::OtherKey)));
        for bad in ["", "abc", "c2hvcnQ="] {
            assert!(matches!(Vault::from_text(bad), Err(VaultError::BadKey)), "{bad}");
        }
    }
}
