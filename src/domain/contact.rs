//! A contact: the person outside.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Millis;
use super::ids::{ChannelId, ContactId, ScopeId};
use super::invalid::{Invalid, check_length};
use super::member::check_email;

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

/// Most characters of a contact's name, and of an attribute's value.
pub const FIELD_MAX: usize = 200;
/// Most characters of an attribute's name.
pub const ATTRIBUTE_NAME_MAX: usize = 40;
/// Most attributes of a contact.
pub const ATTRIBUTES_MAX: usize = 20;

impl Contact {
    /// A name, an address that could be one, and attributes within their limits.
    ///
    /// # Errors
    /// [`Invalid`] names the field.
    pub fn check(&self) -> Result<(), Invalid> {
        check_line("name", &self.name, FIELD_MAX)?;
        if let Some(email) = &self.email {
            check_email(email)?;
        }
        if self.attributes.len() > ATTRIBUTES_MAX {
            return Err(Invalid::new("attributes", format!("has more than {ATTRIBUTES_MAX} entries")));
        }
        for (name, value) in &self.attributes {
            check_line("attributes", name, ATTRIBUTE_NAME_MAX)?;
            check_line("attributes", value, FIELD_MAX)?;
        }
        Ok(())
    }
}

/// 1 to `most` characters on one line.
fn check_line(field: &'static str, text: &str, most: usize) -> Result<(), Invalid> {
    if text.trim().is_empty() {
        return Err(Invalid::new(field, "is empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(Invalid::new(field, "has a control character"));
    }
    check_length(field, text, most)
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
