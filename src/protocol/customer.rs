//! What a widget tells of its customer: who they are, by the site's word or their own, and where they are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Most characters of each field of [`Identity`]; most of its attributes is [`ATTRIBUTES_MAX`].
pub const IDENTITY_FIELD_MAX: usize = 200;
/// Most attributes of an [`Identity`].
pub const ATTRIBUTES_MAX: usize = 20;
/// Longer page fields are cut to this many characters.
pub const PAGE_FIELD_MAX: usize = 1_000;

/// Who the site says the customer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The site's own id, at most 200 characters.
    #[serde(default)]
    pub external_id: Option<String>,
    /// Name, at most 200 characters.
    #[serde(default)]
    pub name: Option<String>,
    /// Address, at most 200 characters.
    #[serde(default)]
    pub email: Option<String>,
    /// Further facts, at most 20.
    #[serde(default)]
    #[cfg_attr(test, ts(as = "Option<BTreeMap<String, String>>", optional))]
    pub attributes: BTreeMap<String, String>,
    /// Lower-case hex HMAC-SHA256 over `external_id` with the channel's identity secret.
    #[serde(default)]
    pub proof: Option<String>,
}

/// What the customer says of themselves in a form; unproven.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(default, deny_unknown_fields)]
pub struct About {
    /// Name, at most 80 characters on one line.
    pub name: Option<String>,
    /// Address; needed to leave a message.
    pub email: Option<String>,
    /// Answers to the channel's own questions, at most 20.
    #[cfg_attr(test, ts(as = "Option<BTreeMap<String, String>>", optional))]
    pub attributes: BTreeMap<String, String>,
}

/// Where the widget runs; unproven.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(default, deny_unknown_fields)]
pub struct Page {
    /// Address.
    pub url: Option<String>,
    /// Title.
    pub title: Option<String>,
    /// Page before.
    pub referrer: Option<String>,
    /// Browser language.
    pub language: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
}

impl Page {
    /// Without control characters, each field at most [`PAGE_FIELD_MAX`] characters long.
    #[must_use]
    pub fn cut(self) -> Self {
        let cut = |field: Option<String>| {
            field.map(|text| text.chars().filter(|c| !c.is_control()).take(PAGE_FIELD_MAX).collect())
        };
        Self {
            url: cut(self.url),
            title: cut(self.title),
            referrer: cut(self.referrer),
            language: cut(self.language),
            time_zone: cut(self.time_zone),
        }
    }
}
