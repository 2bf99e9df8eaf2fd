//! Message encryption for Web Push: RFC 8291, with the `aes128gcm` coding of RFC 8188 in one record.

use aes_gcm::aead::Aead;
use aes_gcm::{Aes128Gcm, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey, ecdh};
use sha2::Sha256;

/// Most bytes of a text; more would not fit into the 4,096 bytes that every push service takes (RFC 8030 section 7.2).
pub const TEXT_MAX: usize = 3_993;

/// The record size that is announced; the one record is smaller.
const RECORD: u32 = 4_096;
/// Marks the last record (RFC 8188 section 2).
const LAST: u8 = 2;

/// Why a message cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The browser's public key is not a point of P-256 in 65 bytes.
    #[error("the browser's key is not valid")]
    Key,
    /// The browser's secret has not 16 bytes.
    #[error("the browser's secret is not valid")]
    Auth,
    /// More than [`TEXT_MAX`] bytes.
    #[error("the message is too long")]
    TooLong,
}

/// For whom a message is sealed: what the browser gave with its subscription.
pub struct Recipient {
    public: PublicKey,
    auth: [u8; 16],
}

impl Recipient {
    /// Reads `p256dh` and `auth`, base64url with or without padding.
    ///
    /// # Errors
    /// [`SealError::Key`] and [`SealError::Auth`].
    pub fn read(p256dh: &str, auth: &str) -> Result<Self, SealError> {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
        let point = bytes(p256dh).ok().filter(|point| point.len() == 65).ok_or(SealError::Key)?;
        let public = PublicKey::from_sec1_bytes(&point).map_err(|_| SealError::Key)?;
        let auth = bytes(auth).ok().and_then(|auth| auth.try_into().ok()).ok_or(SealError::Auth)?;
        Ok(Self { public, auth })
    }

    /// The body of a message that only this browser can read. `own` and `salt` are fresh for each message.
    ///
    /// # Errors
    /// [`SealError::TooLong`].
    pub fn seal(&self, text: &[u8], own: &SecretKey, salt: [u8; 16]) -> Result<Vec<u8>, SealError> {
        if text.len() > TEXT_MAX {
            return Err(SealError::TooLong);
        }
        let theirs = self.public.to_encoded_point(false);
        let ours = own.public_key().to_encoded_point(false);
        let shared = ecdh::diffie_hellman(own.to_nonzero_scalar(), self.public.as_affine());
        let info = [b"WebPush: info\0".as_slice(), theirs.as_bytes(), ours.as_bytes()].concat();
        let input: [u8; 32] = derive(&self.auth, shared.raw_secret_bytes(), &info);
        let key: [u8; 16] = derive(&salt, &input, b"Content-Encoding: aes128gcm\0");
        let nonce: [u8; 12] = derive(&salt, &input, b"Content-Encoding: nonce\0");
        let record = [text, &[LAST]].concat();
        let sealed = Aes128Gcm::new(&key.into())
            .encrypt(&nonce.into(), record.as_slice())
            .map_err(|_| SealError::TooLong)?;
        let head = [salt.as_slice(), &RECORD.to_be_bytes(), &[65], ours.as_bytes()].concat();
        Ok([head, sealed].concat())
    }
}

/// HKDF with SHA-256 (RFC 5869).
fn derive<const N: usize>(salt: &[u8], input: &[u8], info: &[u8]) -> [u8; N] {
    let mut output = [0; N];
    // It fails for more than 255 times 32 bytes only.
    let _ = Hkdf::<Sha256>::new(Some(salt), input).expand(info, &mut output);
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    const P256DH: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    /// RFC 8291, appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out() {
        let own = SecretKey::from_slice(&bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let recipient = Recipient::read(P256DH, AUTH).unwrap();
        let sealed = recipient.seal(b"When I grow up, I want to be a watermelon", &own, salt).unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLoc\
                        InmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLV\
                        WGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(URL_SAFE_NO_PAD.encode(sealed), expected);
    }

    #[test]
    fn what_is_no_subscription_is_refused() {
        let padded = Recipient::read(&format!("{P256DH}="), &format!("{AUTH}=="));
        assert!(padded.is_ok());
        let off_the_curve = URL_SAFE_NO_PAD.encode([&[4u8][..], &[1; 64]].concat());
        for bad in ["", "%", &P256DH[..40], &off_the_curve] {
            assert_eq!(Recipient::read(bad, AUTH).err(), Some(SealError::Key), "{bad}");
        }
        for bad in ["", "%", &AUTH[..8]] {
            assert_eq!(Recipient::read(P256DH, bad).err(), Some(SealError::Auth), "{bad}");
        }
        let recipient = Recipient::read(P256DH, AUTH).unwrap();
        let own = SecretKey::from_slice(&[7; 32]).unwrap();
        let longest = recipient.seal(&vec![b'x'; TEXT_MAX], &own, [1; 16]).unwrap();
        assert_eq!(longest.len(), 4_096);
        assert_eq!(recipient.seal(&vec![b'x'; TEXT_MAX + 1], &own, [1; 16]), Err(SealError::TooLong));
    }
}
