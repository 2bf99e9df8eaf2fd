//! Signatures of outgoing and incoming calls: Standard Webhooks 1.0.0, version `v1` (HMAC-SHA256).
//!
//! Signed are `id`, `.`, the time in seconds, `.` and the raw body. Source: the specification in
//! github.com/standard-webhooks/standard-webhooks.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Names the event; the same over all tries, so the receiver can drop repeats.
pub const ID: &str = "webhook-id";
/// Unix seconds of this try.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// One or several signatures, with spaces between.
pub const SIGNATURE: &str = "webhook-signature";

/// How far the time of a call may be from ours, either way. Seconds.
pub const TOLERANCE: i64 = 300;

const PREFIX: &str = "whsec_";

/// A key both sides know. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// The text is not `whsec_` and the base64 of 24 to 64 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret must be whsec_ and the base64 of 24 to 64 bytes")]
pub struct BadSecret;

impl FromStr for Secret {
    type Err = BadSecret;

    fn from_str(text: &str) -> Result<Self, BadSecret> {
        let key = text.strip_prefix(PREFIX).and_then(|key| STANDARD.decode(key).ok()).ok_or(BadSecret)?;
        if (24..=64).contains(&key.len()) { Ok(Self(key)) } else { Err(BadSecret) }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

impl Secret {
    /// A secret from random bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes.to_vec())
    }

    /// The text people copy: `whsec_…`.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// One signature, `v1,` and 44 characters. `seconds` is the Unix time of this try; `id` must not contain a dot.
    pub fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.mac(id, seconds, body).finalize().into_bytes()))
    }

    fn mac(&self, id: &str, seconds: i64, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        mac
    }
}

/// What a caller sent along with its body, as text of the three headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<'a> {
    /// [`ID`].
    pub id: &'a str,
    /// [`TIMESTAMP`].
    pub timestamp: &'a str,
    /// [`SIGNATURE`].
    pub signature: &'a str,
}

/// Why a call is not believed. For our log; the caller only hears "unauthenticated".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// The id or the time is not well formed.
    #[error("malformed webhook-id or webhook-timestamp")]
    Malformed,
    /// The time is too far from ours.
    #[error("webhook-timestamp is outside the tolerance")]
    Stale,
    /// No signature fits any of the secrets.
    #[error("no signature fits")]
    Unknown,
}

/// Checks that one of the `secrets` signed the call within [`TOLERANCE`] of `now_seconds`. Takes the
/// same time for every wrong signature. Without secrets nothing is believed.
///
/// # Errors
/// Why the call is not believed.
pub fn verify(
    secrets: &[Secret],
    call: Signed<'_>,
    body: &[u8],
    now_seconds: i64,
) -> Result<(), BadSignature> {
    let digits =
        call.timestamp.bytes().all(|byte| byte.is_ascii_digit()) && (1..=12).contains(&call.timestamp.len());
    let id_is_plain = call.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !digits || !id_is_plain || !(1..=128).contains(&call.id.len()) {
        return Err(BadSignature::Malformed);
    }
    let seconds: i64 = call.timestamp.parse().map_err(|_| BadSignature::Malformed)?;
    if (now_seconds - seconds).abs() > TOLERANCE {
        return Err(BadSignature::Stale);
    }
    // A handful is enough for any rotation; more would only make us compute.
    let given = call.signature.split(' ').filter_map(|one| one.strip_prefix("v1,")).take(8);
    for signature in given.filter_map(|text| STANDARD.decode(text).ok()) {
        for secret in secrets {
            if secret.mac(call.id, seconds, body).verify_slice(&signature).is_ok() {
                return Ok(());
            }
        }
    }
    Err(BadSignature::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with PyPI standardwebhooks 1.1.0; npm standardwebhooks 1.1.1 and openssl gave the same.
    const A: &str = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
    const B: &str = "whsec_YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn8=";
    const CALL_ID: &str = "msg_01JB2Q9YF3T7K8M5N6P4R2S1V0";
    const AT: i64 = 1_767_225_600;
    const BODY: &str = r#"{"type":"message.inbound","timestamp":"2026-01-01T00:00:00Z","data":{"conversation_key":"cust-42","message_id":"ext-1001","text":"Hällo 👋, where is my order?"}}"#;
    const BY_A: &str = "v1,iQS4mQzvoyJQT+U1/oQ6Zcwc6nvClW3kk5F4pt+DSs8=";
    const BY_B: &str = "v1,x1G136PxxH6ng2artyKY2Lsc+FDERMnwB8dGjG77vcc=";

    fn secret(text: &str) -> Secret {
        text.parse().expect("a secret")
    }

    fn check(secrets: &[&str], signature: &str, now: i64) -> Result<(), BadSignature> {
        let secrets: Vec<_> = secrets.iter().map(|text| secret(text)).collect();
        let call = Signed { id: CALL_ID, timestamp: "1767225600", signature };
        verify(&secrets, call, BODY.as_bytes(), now)
    }

    #[test]
    fn the_vectors_of_other_libraries_come_out() {
        assert_eq!(BODY.len(), 164);
        assert_eq!(secret(A).sign(CALL_ID, AT, BODY.as_bytes()), BY_A);
        assert_eq!(secret(B).sign(CALL_ID, AT, BODY.as_bytes()), BY_B);
        assert_eq!(secret(A).reveal(), A);
    }

    #[test]
    fn any_signature_of_any_secret_is_enough() {
        assert_eq!(check(&[A], BY_A, AT), Ok(()));
        assert_eq!(check(&[A], &format!("{BY_B} {BY_A}"), AT), Ok(()));
        assert_eq!(check(&[B, A], BY_A, AT), Ok(()));
        assert_eq!(check(&[A], &format!("v1a,xyz v2,abc v1,!! {BY_A}"), AT), Ok(()));
    }

    #[test]
    fn everything_else_is_not_believed() {
        let unknown = Err(BadSignature::Unknown);
        assert_eq!(check(&[A], BY_B, AT), unknown);
        assert_eq!(check(&[], BY_A, AT), unknown);
        for wrong in [
            "",
            "v1",
            "v1,",
            &BY_A[3..],
            &BY_A[..BY_A.len() - 4],
            &BY_A.replace("v1", "v2"),
            "v1,iQS4mQ==",
            "\u{e9}",
        ] {
            assert_eq!(check(&[A], wrong, AT), unknown, "{wrong}");
        }
        let flood = format!("{} {BY_A}", [BY_B; 8].join(" "));
        assert_eq!(check(&[A], &flood, AT), unknown);
        let call = Signed { id: CALL_ID, timestamp: "1767225600", signature: BY_A };
        assert_eq!(verify(&[secret(A)], call, BODY.replace("42", "43").as_bytes(), AT), unknown);
        assert_eq!(verify(&[secret(A)], Signed { id: "msg_other", ..call }, BODY.as_bytes(), AT), unknown);
        assert_eq!(
            verify(&[secret(A)], Signed { timestamp: "1767225601", ..call }, BODY.as_bytes(), AT),
            unknown
        );
        for timestamp in ["", "-1", "+1767225600", "1767225600.0", "1e9", "9999999999999", " 1767225600"] {
            let call = Signed { timestamp, ..call };
            assert_eq!(
                verify(&[secret(A)], call, BODY.as_bytes(), AT),
                Err(BadSignature::Malformed),
                "{timestamp}"
            );
        }
        for id in ["", "a.b", "a b", "é", &"x".repeat(129)] {
            assert_eq!(
                verify(&[secret(A)], Signed { id, ..call }, BODY.as_bytes(), AT),
                Err(BadSignature::Malformed)
            );
        }
    }

    #[test]
    fn the_time_may_differ_by_five_minutes_either_way() {
        assert_eq!(check(&[A], BY_A, AT + TOLERANCE), Ok(()));
        assert_eq!(check(&[A], BY_A, AT - TOLERANCE), Ok(()));
        assert_eq!(check(&[A], BY_A, AT + TOLERANCE + 1), Err(BadSignature::Stale));
        assert_eq!(check(&[A], BY_A, AT - TOLERANCE - 1), Err(BadSignature::Stale));
    }

    #[test]
    fn secrets_have_one_form_and_are_never_shown() {
        for bad in
            ["", "whsec_", "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=", "whsec_!!!!", "whsec_c2hvcnQ="]
        {
            assert_eq!(bad.parse::<Secret>(), Err(BadSecret), "{bad}");
        }
        assert_eq!(format!("whsec_{}", STANDARD.encode([1; 65])).parse::<Secret>(), Err(BadSecret));
        assert_eq!(format!("{:?}", secret(A)), "Secret(***)");
        assert_eq!(Secret::from_bytes([7; 32]).reveal().parse(), Ok(Secret::from_bytes([7; 32])));
    }
}
