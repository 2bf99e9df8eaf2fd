//! Who we are to a push service: RFC 8292. A key pair for the life of the installation, and a signed token for each
//! service.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use serde_json::json;
use url::Url;

use crate::domain::Millis;
use crate::sources::Sources;

/// Where the private key is kept in the store's `meta`.
pub const KEY_NAME: &str = "push_private_key";

/// A token counts so long; the standard allows 24 hours. Seconds.
const LIFE: i64 = 12 * 60 * 60;

/// The installation's key pair and whom a push service may write to. Not to be logged, so it has no `Debug`.
pub struct Vapid {
    key: SigningKey,
    public: String,
    contact: String,
}

impl Vapid {
    /// The key of this text (see [`fresh_key`]); `contact` is a `mailto:` or `https:` address of the operator.
    ///
    /// # Errors
    /// What is wrong with the key, without the key.
    pub fn new(key: &str, contact: &str) -> Result<Self, String> {
        let bytes = URL_SAFE_NO_PAD.decode(key).map_err(|_| "the kept key of Web Push is not base64url")?;
        let secret =
            SecretKey::from_slice(&bytes).map_err(|_| "the kept key of Web Push is not one of P-256")?;
        let public = URL_SAFE_NO_PAD.encode(secret.public_key().to_encoded_point(false));
        Ok(Self { key: secret.into(), public, contact: contact.to_owned() })
    }

    /// The public key as browsers and push services want it: an uncompressed point, base64url.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// The `Authorization` of a message to this address.
    pub fn authorization(&self, endpoint: &Url, now: Millis) -> String {
        let head = json!({"typ": "JWT", "alg": "ES256"});
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now / 1_000 + LIFE,
            "sub": self.contact,
        });
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(head), part(claims));
        let signature: Signature = self.key.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public)
    }
}

/// A new private key, for the first start.
pub fn fresh_key(sources: &Sources) -> String {
    URL_SAFE_NO_PAD.encode(secret_key(sources).to_bytes())
}

/// A random private key: of four thousand million tries all but one give one at once.
pub(super) fn secret_key(sources: &Sources) -> SecretKey {
    loop {
        if let Ok(key) = SecretKey::from_slice(&sources.secret::<32>()) {
            return key;
        }
    }
}

#[cfg(test)]
mod tests {
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    use super::*;

    #[test]
    fn a_token_is_signed_for_one_service() {
        let vapid = Vapid::new(&fresh_key(&Sources::default()), "https://chat.example.com").unwrap();
        let endpoint = Url::parse("https://push.example.net:8443/send/abc?x=1").unwrap();
        let header = vapid.authorization(&endpoint, 1_767_225_600_000);
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, vapid.public_key());
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let point = URL_SAFE_NO_PAD.decode(key).unwrap();
        let signature = Signature::from_slice(&URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        VerifyingKey::from_sec1_bytes(&point).unwrap().verify(signed.as_bytes(), &signature).unwrap();
        let claims = URL_SAFE_NO_PAD.decode(signed.split_once('.').unwrap().1).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        let exp = 1_767_225_600 + 43_200;
        assert_eq!(
            claims,
            json!({"aud": "https://push.example.net:8443", "exp": exp, "sub": "https://chat.example.com"})
        );
    }

    #[test]
    fn a_broken_key_is_named_without_its_text() {
        for bad in ["%", "AAAA", &URL_SAFE_NO_PAD.encode([0; 32])] {
            let why = Vapid::new(bad, "mailto:a@b.example").err().unwrap();
            assert!(why.contains("Web Push") && !why.contains(bad), "{why}");
        }
    }
}
