//! A channel: a place where contacts come in.

use serde::{Deserialize, Serialize};

use super::ids::{ChannelId, ScopeId};

/// Which kind of place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// The widget on a web site.
    Widget,
}

/// A channel as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Id.
    pub id: ChannelId,
    /// Its scope.
    pub scope: ScopeId,
    /// Kind.
    pub kind: ChannelKind,
    /// Name shown to members, 1 to 80 characters.
    pub name: String,
    /// Names the channel in the embed snippet; random, not secret.
    pub public_key: String,
    /// Key of the HMAC that proves known customers; secret, hex text of 32 bytes.
    pub identity_secret: String,
    /// How the widget behaves.
    pub settings: WidgetSettings,
    /// Off: no new connection.
    pub enabled: bool,
}

/// Settings of a widget. Every field has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WidgetSettings {
    /// Head line of the panel; empty = the scope's name.
    pub title: String,
    /// Brand colour as `#rrggbb`.
    pub colour: String,
    /// Sites that may embed it, as exact origins (`https://shop.example`); `*` = any.
    pub allowed_origins: Vec<String>,
    /// "Talk to a human" appears after this many bot messages; 0 = always.
    pub human_after: u32,
}

impl Default for WidgetSettings {
    fn default() -> Self {
        Self { title: String::new(), colour: "#1f6b4a".into(), allowed_origins: Vec::new(), human_after: 3 }
    }
}

impl WidgetSettings {
    /// May a page of this origin use the widget? Compared exactly; a missing origin only passes with `*`.
    pub fn allows(&self, origin: Option<&str>) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed == "*" || Some(allowed.as_str()) == origin)
    }
}
