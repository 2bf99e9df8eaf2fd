//! Keyed hashes, as platforms sign their requests.

use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// The HMAC-SHA256 of a text.
pub fn sha256(key: &str, signed: &[u8]) -> Hmac<Sha256> {
    let mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.chain_update(signed)
}

/// Is this the HMAC-SHA256 of a text? Takes the same time for every wrong one.
pub fn is_sha256(key: &str, signed: &[u8], given: &[u8]) -> bool {
    sha256(key, signed).verify_slice(given).is_ok()
}

/// As [`is_sha256`], with HMAC-SHA1.
pub fn is_sha1(key: &str, signed: &[u8], given: &[u8]) -> bool {
    Hmac::<Sha1>::new_from_slice(key.as_bytes())
        .is_ok_and(|mac| mac.chain_update(signed).verify_slice(given).is_ok())
}
