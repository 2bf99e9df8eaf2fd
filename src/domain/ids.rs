//! One type per id. An id is a `UUIDv7`, shown as a prefix and 32 hexadecimal digits: `c_0198…`.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

/// What an id belongs to; gives it its prefix.
pub trait Kind {
    /// Text before the digits, with the underscore.
    const PREFIX: &'static str;
}

macro_rules! kinds {
    ($($kind:ident $alias:ident $prefix:literal $doc:literal;)*) => {$(
        #[doc = concat!("Marks the id of ", $doc, ".")]
        pub enum $kind {}
        impl Kind for $kind { const PREFIX: &'static str = $prefix; }
        #[doc = concat!("The id of ", $doc, ".")]
        pub type $alias = Id<$kind>;
    )*};
}

kinds! {
    OfScope ScopeId "s_" "a scope";
    OfChannel ChannelId "ch_" "a channel";
    OfContact ContactId "ct_" "a contact";
    OfConversation ConversationId "c_" "a conversation";
    OfMember MemberId "m_" "a member";
    OfKey KeyId "k_" "an API key";
    OfSession LoginId "l_" "a member's log-in session";
    OfInvitation InvitationId "i_" "a one-time link";
    OfAudit AuditId "a_" "an audit row";
    OfCannedReply CannedReplyId "cr_" "a canned reply";
    OfOutbox OutboxId "o_" "an outbox row";
    OfFile FileId "f_" "a file";
    OfComing ComingId "cf_" "a file that a platform still has";
    OfInbox InboxId "in_" "an event that came in by a channel";
    OfWebhook WebhookId "wh_" "a webhook";
    OfWebhookEvent WebhookEventId "ev_" "what a webhook is told";
    OfDelivery DeliveryId "d_" "a line of the delivery log";
}

/// An id of one kind of thing. Sixteen bytes, freely copied.
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

impl<K> Id<K> {
    /// Wraps a UUID made by [`crate::sources::Sources::id`].
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, kind: PhantomData }
    }

    /// The UUID without its kind.
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; uuid::fmt::Simple::LENGTH];
        f.write_str(K::PREFIX)?;
        f.write_str(self.uuid.simple().encode_lower(&mut digits))
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is not an id of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct BadId;

impl<K: Kind> FromStr for Id<K> {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let digits = text.strip_prefix(K::PREFIX).ok_or(BadId)?;
        let canonical = digits.len() == 32 && !digits.bytes().any(|b| b.is_ascii_uppercase());
        if !canonical {
            return Err(BadId);
        }
        Uuid::try_parse(digits).map(Self::from_uuid).map_err(|_| BadId)
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<K>(PhantomData<K>);
        impl<K: Kind> de::Visitor<'_> for Text<K> {
            type Value = Id<K>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                write!(f, "an id that starts with {}", K::PREFIX)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id<K>, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text(PhantomData))
    }
}

/// The UUID a client gives each of its changes; makes a repeat harmless.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
#[serde(transparent)]
pub struct ClientId(pub Uuid);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for ClientId {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Uuid::try_parse(text).map(Self).map_err(|_| BadId)
    }
}

#[cfg(test)]
impl<K: Kind + 'static> ts_rs::TS for Id<K> {
    type WithoutGenerics = String;
    type OptionInnerType = Self;
    fn name() -> String {
        "string".into()
    }
    fn inline() -> String {
        Self::name()
    }
    fn inline_flattened() -> String {
        Self::name()
    }
    fn decl() -> String {
        Self::name()
    }
    fn decl_concrete() -> String {
        Self::name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_text_and_refuses_other_kinds() {
        let id = ConversationId::from_uuid(Uuid::from_u128(7));
        let text = id.to_string();
        assert_eq!(text, "c_00000000000000000000000000000007");
        assert_eq!(text.parse::<ConversationId>(), Ok(id));
        assert_eq!(text.parse::<ScopeId>(), Err(BadId));
        assert_eq!("c_00000000-0000-0000-0000-000000000007".parse::<ConversationId>(), Err(BadId));
        assert_eq!("c_ABCDEF00000000000000000000000007".parse::<ConversationId>(), Err(BadId));
    }
}
