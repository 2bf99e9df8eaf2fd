//! Tokens nobody can guess: sessions, keys, one-time links. The store keeps their SHA-256 only; with 256 random bits
//! a slow hash would add nothing.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::hex;
use crate::sources::Sources;

/// A new token of 256 random bits behind a readable prefix.
pub fn token(sources: &Sources, prefix: &str) -> String {
    format!("{prefix}{}", URL_SAFE_NO_PAD.encode(sources.secret::<32>()))
}

/// A new secret for signing webhooks: `whsec_` and standard base64 of 32 bytes, as Standard Webhooks has it.
pub fn signing_secret(sources: &Sources) -> String {
    format!("whsec_{}", STANDARD.encode(sources.secret::<32>()))
}

/// A new key of an HMAC: hex text of 32 bytes.
pub fn hex_secret(sources: &Sources) -> String {
    hex::encode(&sources.secret::<32>())
}

/// What the store keeps of a token.
pub fn hash(token: &str) -> String {
    hex::encode(&Sha256::digest(token.as_bytes()))
}

/// Equal, found out in a time that does not tell where they differ.
pub fn equal(ours: &str, theirs: &str) -> bool {
    ours.as_bytes().ct_eq(theirs.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first test vector of FIPS 180-2 for SHA-256.
    #[test]
    fn a_token_is_kept_as_its_sha_256() {
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(equal("a", "a") && !equal("a", "b") && !equal("a", "ab"));
        assert_eq!(token(&Sources::default(), "sbk_").len(), 4 + 43);
    }
}
