//! Addresses under which a platform may fetch one file, for a while.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::domain::Millis;
use crate::domain::ids::FileId;
use crate::hex;

/// An address is good for this long: platforms fetch at once, but a delivery may be tried for a day.
const GOOD_FOR: Millis = 60 * 60 * 1_000;

/// Makes and checks them. Cheap to clone; its `Debug` shows nothing.
#[derive(Clone)]
pub struct FileLinks {
    key: Arc<[u8]>,
    base: Arc<str>,
}

impl fmt::Debug for FileLinks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileLinks(***)")
    }
}

impl FileLinks {
    /// Name of the key among the store's values.
    pub const KEY_NAME: &'static str = "file_link_secret";

    /// `base` is how the world reaches us, without a slash at its end.
    pub fn new(key: &[u8], base: &str) -> Self {
        Self { key: key.into(), base: base.trim_end_matches('/').into() }
    }

    /// How the world reaches us, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The address of a file, from now on.
    pub fn make(&self, file: FileId, now: Millis) -> String {
        let until = now + GOOD_FOR;
        format!(
            "{}/files/{file}/{until}/{}",
            self.base,
            hex::encode(&self.mac(file, until).finalize().into_bytes())
        )
    }

    /// May the file be fetched with this proof?
    pub fn is_good(&self, file: FileId, until: Millis, proof: &str, now: Millis) -> bool {
        until >= now
            && hex::decode(proof).is_some_and(|bytes| self.mac(file, until).verify_slice(&bytes).is_ok())
    }

    fn mac(&self, file: FileId, until: Millis) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(format!("{file}.{until}").as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_address_is_good_for_one_file_and_a_while() {
        let links = FileLinks::new(b"key", "https://chat.example/");
        let file = FileId::from_uuid(Uuid::from_u128(7));
        let address = links.make(file, 1_000);
        let proof = address.rsplit('/').next().unwrap();
        let until = 1_000 + GOOD_FOR;
        assert!(address.starts_with("https://chat.example/files/f_"));
        assert!(links.is_good(file, until, proof, until));
        assert!(!links.is_good(file, until, proof, until + 1));
        assert!(!links.is_good(file, until + 1, proof, 0));
        assert!(!links.is_good(FileId::from_uuid(Uuid::from_u128(8)), until, proof, 0));
        assert!(!FileLinks::new(b"other", "").is_good(file, until, proof, 0));
        for bad in ["", "0", "zz", &proof[2..], "é"] {
            assert!(!links.is_good(file, until, bad, 0), "{bad}");
        }
    }
}
