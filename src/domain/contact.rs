//! A contact: the person outside.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Millis;
use super::ids::{ChannelId, ContactId, ScopeId};

/// A contact as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Id.
    pub id: ContactId,
    /// Scope.
    pub scope: ScopeId,
    /// Channel they came in by.
    pub channel: ChannelId,
    /// The site's own id of a known customer; proven by the site's signature.
    pub external_id: Option<String>,
    /// Name they gave, or "Visitor 4821".
    pub name: String,
    /// E-mail address they gave.
    pub email: Option<String>,
    /// True when the site proved who they are.
    pub verified: bool,
    /// Further facts given by the page; unproven unless `verified`.
    pub attributes: BTreeMap<String, String>,
    /// Raised to make all earlier visitor tokens worthless.
    pub token_generation: i64,
    /// When they first wrote.
    pub first_seen: Millis,
}

/// Where a conversation began, as the widget told it. Unproven; shown as text only.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionDetails {
    /// Page address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Page title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
    /// Browser language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// IANA time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Browser, from the handshake's header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}
