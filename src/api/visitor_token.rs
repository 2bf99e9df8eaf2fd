//! Who the customer is: the visitor token that the widget keeps, and the proof of a site that knows
//! its customer.
//!
//! A token is `v1.<payload>.<mac>`: base64url of contact, channel, generation and expiry, and the
//! HMAC-SHA256 over it with the server's secret. Raising the contact's generation makes all earlier
//! tokens worthless.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::domain::Millis;
use crate::domain::channel::Channel;
use crate::domain::ids::{ChannelId, ContactId};

/// Name of the server's secret in the store.
pub const SECRET_NAME: &str = "visitor_secret";

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who.
    pub contact: ContactId,
    /// Where; a token of another channel is not valid.
    pub channel: ChannelId,
    /// The contact's generation when it was made.
    pub generation: i64,
    /// When it ends.
    pub expires_at: Millis,
}

/// Makes and reads visitor tokens.
#[derive(Clone)]
pub struct VisitorTokens {
    secret: Vec<u8>,
}

impl VisitorTokens {
    /// With the server's secret, at least 32 random bytes.
    pub const fn new(secret: Vec<u8>) -> Self {
        Self { secret }
    }

    /// A token that says this.
    pub fn make(&self, claims: &Claims) -> String {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).unwrap_or_default());
        let mac = URL_SAFE_NO_PAD.encode(self.mac(&payload).finalize().into_bytes());
        format!("v1.{payload}.{mac}")
    }

    /// What a token says, if we made it, for this channel, and it has not ended.
    pub fn read(&self, token: &str, channel: ChannelId, now: Millis) -> Option<Claims> {
        let (payload, mac) = token.strip_prefix("v1.")?.split_once('.')?;
        self.mac(payload).verify_slice(&URL_SAFE_NO_PAD.decode(mac).ok()?).ok()?;
        let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
        (claims.channel == channel && claims.expires_at > now).then_some(claims)
    }

    fn mac(&self, payload: &str) -> Hmac<Sha256> {
        mac(&self.secret, payload.as_bytes())
    }
}

/// Did the site prove that this is its customer?
pub fn is_proven(channel: &Channel, external_id: &str, proof: &str) -> bool {
    let canonical =
        proof.len() == 64 && proof.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let bytes: Option<Vec<u8>> = (0..proof.len() / 2)
        .map(|index| u8::from_str_radix(proof.get(2 * index..2 * index + 2)?, 16).ok())
        .collect();
    let mac = mac(channel.identity_secret.as_bytes(), external_id.as_bytes());
    canonical && bytes.is_some_and(|bytes| mac.verify_slice(&bytes).is_ok())
}

fn mac(secret: &[u8], text: &[u8]) -> Hmac<Sha256> {
    // HMAC takes keys of any length, so this cannot fail.
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(text);
    mac
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::channel::{ChannelKind, WidgetSettings};
    use crate::domain::ids::ScopeId;
    use crate::domain::messaging::MessagingSettings;

    fn claims() -> Claims {
        Claims {
            contact: ContactId::from_uuid(Uuid::from_u128(1)),
            channel: ChannelId::from_uuid(Uuid::from_u128(2)),
            generation: 3,
            expires_at: 1_000,
        }
    }

    #[test]
    fn only_our_own_token_in_time_and_for_its_channel_is_read() {
        let tokens = VisitorTokens::new(vec![7; 32]);
        let token = tokens.make(&claims());
        assert_eq!(tokens.read(&token, claims().channel, 999), Some(claims()));
        assert_eq!(tokens.read(&token, claims().channel, 1_000), None);
        assert_eq!(tokens.read(&token, ChannelId::from_uuid(Uuid::from_u128(9)), 0), None);
        assert_eq!(VisitorTokens::new(vec![8; 32]).read(&token, claims().channel, 0), None);
        for cut in 0..token.len() {
            assert_eq!(tokens.read(&token[..cut], claims().channel, 0), None);
        }
        let mut other = claims();
        other.contact = ContactId::from_uuid(Uuid::from_u128(4));
        let forged = tokens.make(&other);
        let mixed = format!("v1.{}.{}", forged.split('.').nth(1).unwrap(), token.split('.').nth(2).unwrap());
        assert_eq!(tokens.read(&mixed, claims().channel, 0), None);
    }

    #[test]
    fn a_customer_is_proven_by_the_sites_secret_alone() {
        let channel = Channel {
            id: claims().channel,
            scope: ScopeId::from_uuid(Uuid::nil()),
            kind: ChannelKind::Widget,
            name: String::new(),
            public_key: String::new(),
            identity_secret: "key".into(),
            settings: WidgetSettings::default(),
            messaging: MessagingSettings::default(),
            enabled: true,
        };
        // HMAC-SHA256, key "key": the example of Wikipedia's article on HMAC.
        let text = "The quick brown fox jumps over the lazy dog";
        let proof = "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8";
        assert!(is_proven(&channel, text, proof));
        assert!(!is_proven(&channel, "42", proof));
        assert!(!is_proven(&channel, text, &proof.to_uppercase()));
        assert!(!is_proven(&channel, text, &proof[..62]));
        assert!(!is_proven(&channel, text, ""));
    }
}
