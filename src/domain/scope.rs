//! A scope: the tenant boundary around members, channels and conversations.

use serde::{Deserialize, Serialize};

use super::hours::{self, Away, Hours, Opening, Staffing};
use super::ids::ScopeId;
use super::invalid::{Invalid, check_length, check_millis};
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
    /// So long after their last chat ended customers are erased. Milliseconds, 0 = never.
    pub keep_for: Millis,
    /// Last words of the system when silence or the assignee ends a conversation; empty = none.
    pub closing_message: String,
    /// When its people answer; none = always.
    pub hours: Option<Hours>,
    /// What asking for a human leads to outside the hours.
    pub outside_hours: Away,
    /// What asking for a human leads to within the hours while no member is online.
    pub nobody_online: Away,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            release_after: 60_000,
            idle_bot: 30 * 60_000,
            idle_queued: 24 * 60 * 60_000,
            idle_assigned: 24 * 60 * 60_000,
            keep_for: 0,
            closing_message: String::new(),
            hours: None,
            outside_hours: Away::Queue,
            nobody_online: Away::Queue,
        }
    }
}

impl Scope {
    /// Is it open at this moment, and if not, when next?
    pub fn opening(&self, at: Millis) -> Opening {
        let zone = || hours::zone(&self.time_zone);
        self.settings.hours.as_ref().map_or(Opening::ALWAYS, |hours| hours.opening(&zone(), at))
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

    /// What a customer may expect who asks for a human while it is so, and so many members are online.
    pub const fn staffing(&self, opening: Opening, agents_online: usize) -> Staffing {
        let asking = match (opening.open, agents_online) {
            (false, _) => self.outside_hours,
            (true, 0) => self.nobody_online,
            (true, _) => Away::Queue,
        };
        Staffing { opening, asking }
    }

    /// Are these settings sound?
    ///
    /// # Errors
    /// [`Invalid`] names the first field that is not.
    pub fn check(&self) -> Result<(), Invalid> {
        if self.release_after != 0 {
            check_millis("release_after", self.release_after, SHORTEST, LONGEST)?;
        }
        check_millis("idle_bot", self.idle_bot, SHORTEST, LONGEST)?;
        check_millis("idle_queued", self.idle_queued, SHORTEST, LONGEST)?;
        check_millis("idle_assigned", self.idle_assigned, SHORTEST, LONGEST)?;
        if self.keep_for != 0 {
            check_millis("keep_for", self.keep_for, KEPT_SHORTEST, KEPT_LONGEST)?;
        }
        self.hours.as_ref().map_or(Ok(()), Hours::check)?;
        check_length("closing_message", &self.closing_message, CLOSING_MESSAGE_MAX)
    }
}

/// Shortest and longest time of the settings: a second and a year.
const SHORTEST: Millis = 1_000;
const LONGEST: Millis = 365 * 24 * 60 * 60_000;

/// Shortest and longest [`Settings::keep_for`] but for ever: a day and ten years.
const KEPT_SHORTEST: Millis = 24 * 60 * 60_000;
const KEPT_LONGEST: Millis = 3_650 * KEPT_SHORTEST;

/// Most characters of [`Settings::closing_message`].
pub const CLOSING_MESSAGE_MAX: usize = 2_000;

/// Is this the name of an IANA time zone: `UTC`, `Europe/Berlin`, `Etc/GMT+1`?
///
/// # Errors
/// [`Invalid`] for `time_zone`.
pub fn check_time_zone(text: &str) -> Result<(), Invalid> {
    if text.len() <= 64 && jiff::tz::TimeZone::get(text).is_ok() {
        return Ok(());
    }
    Err(Invalid::new("time_zone", "is not a name such as Europe/Berlin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked_at_their_limits() {
        assert_eq!(Settings::default().check(), Ok(()));
        assert_eq!(Settings { release_after: 0, idle_bot: 1_000, ..Settings::default() }.check(), Ok(()));
        let field = |settings: Settings| settings.check().unwrap_err().field;
        assert_eq!(field(Settings { release_after: 999, ..Settings::default() }), "release_after");
        assert_eq!(field(Settings { idle_bot: 0, ..Settings::default() }), "idle_bot");
        assert_eq!(field(Settings { idle_queued: LONGEST + 1, ..Settings::default() }), "idle_queued");
        assert_eq!(field(Settings { idle_assigned: -1, ..Settings::default() }), "idle_assigned");
        assert_eq!(Settings { keep_for: KEPT_LONGEST, ..Settings::default() }.check(), Ok(()));
        assert_eq!(field(Settings { keep_for: KEPT_SHORTEST - 1, ..Settings::default() }), "keep_for");
        assert_eq!(field(Settings { keep_for: KEPT_LONGEST + 1, ..Settings::default() }), "keep_for");
        let long = "x".repeat(CLOSING_MESSAGE_MAX + 1);
        assert_eq!(field(Settings { closing_message: long, ..Settings::default() }), "closing_message");
    }

    #[test]
    fn time_zones_are_those_of_the_database() {
        for good in ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1"] {
            assert!(check_time_zone(good).is_ok(), "{good}");
        }
        for bad in ["", "Europe/", "../etc", "Europe/Nowhere", "Europe Berlin", "+1"] {
            assert!(check_time_zone(bad).is_err(), "{bad}");
        }
    }
}
