//! Keyed hashes, as platforms sign their requests.

use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// Is this the HMAC-SHA256 of a text? Takes the same time for every wrong one.
pub fn is_sha256(key: &str, signed: &[u8], given: &[u8]) -> bool {
    Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .is_ok_and(|mac| mac.chain_update(signed).verify_slice(given).is_ok())
}

/// As [`is_sha256`], with HMAC-SHA1.
pub fn is_sha1(key: &str, signed: &[u8], given: &[u8]) -> bool {
    Hmac::<Sha1>::new_from_slice(key.as_bytes())
        .is_ok_and(|mac| mac.chain_update(signed).verify_slice(given).is_ok())
}

/// The bytes behind hexadecimal digits.
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() % 2 == 1 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}
