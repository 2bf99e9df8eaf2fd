//! A scope: the tenant boundary around members, channels and conversations.

use serde::{Deserialize, Serialize};

use super::ids::ScopeId;
use super::{Millis, conversation::Status};

/// What the scope is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// For trying things out.
    Development,
    /// For customers.
    Production,
}

/// A scope as the store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Id.
    pub id: ScopeId,
    /// Name, 1 to 80 characters.
    pub name: String,
    /// Development or production.
    pub mode: Mode,
    /// IANA name, such as `Europe/Berlin`.
    pub time_zone: String,
    /// What its conversations obey.
    pub settings: Settings,
}

/// Settings of a scope. Every field has a default, so an empty object is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// A conversation whose assignee has no session for this long waits again. Milliseconds, 0 = keep it.
    pub release_after: Millis,
    /// Silence that ends a conversation with the bot. Milliseconds.
    pub idle_bot: Millis,
    /// Silence that ends a waiting conversation. Milliseconds.
    pub idle_queued: Millis,
    /// Silence that ends an owned conversation. Milliseconds.
    pub idle_assigned: Millis,
    /// Last words of the system when silence or the assignee ends a conversation; empty = none.
    pub closing_message: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            release_after: 60_000,
            idle_bot: 30 * 60_000,
            idle_queued: 24 * 60 * 60_000,
            idle_assigned: 24 * 60 * 60_000,
            closing_message: String::new(),
        }
    }
}

impl Settings {
    /// Silence allowed in this status; none once ended.
    pub const fn idle_limit(&self, status: Status) -> Option<Millis> {
        match status {
            Status::Bot => Some(self.idle_bot),
            Status::Queued => Some(self.idle_queued),
            Status::Assigned => Some(self.idle_assigned),
            Status::Ended => None,
        }
    }
}
