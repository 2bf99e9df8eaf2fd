//! Opening hours of a scope: when its people answer, and what asking for one leads to when they do not.
//!
//! Hours are wall-clock times in the scope's time zone, so a day with a clock change is as long as it is there: an
//! interval in the hour that is skipped does not happen, one in the hour that comes twice happens twice. Zones come from
//! the IANA database that `jiff` has built in.

use std::fmt;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Millis;
use super::invalid::{Invalid, check_length};

/// Most intervals of one day, most holidays, longest name of one in characters.
pub const INTERVALS_MAX: usize = 8;
/// See [`INTERVALS_MAX`].
pub const HOLIDAYS_MAX: usize = 200;
/// See [`INTERVALS_MAX`].
pub const HOLIDAY_NAME_MAX: usize = 80;

/// An opening further away than this many days counts as never.
const HORIZON_DAYS: usize = 400;
const HORIZON: Millis = 400 * 24 * 60 * 60_000;

const MINUTES_OF_DAY: u16 = 24 * 60;

/// When people answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Seven days, Monday first; a day without intervals is closed.
    pub week: [Vec<Interval>; 7],
    /// Dates that win over the week, from midnight to midnight.
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// Open from one time of day to another. When `to` is not after `from` it lies on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// First minute, before 24:00.
    pub from: Minute,
    /// The minute after the last one; 24:00 is the end of the day.
    pub to: Minute,
}

/// A date with hours of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// Which date.
    pub date: Day,
    /// Shown to members; at most [`HOLIDAY_NAME_MAX`] characters, may be empty.
    #[serde(default)]
    pub name: String,
    /// When it is open all the same; empty = closed.
    #[serde(default)]
    pub open: Vec<Interval>,
}

/// A time of day in minutes, 0 to 1,440; written `HH:MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Minute(u16);

/// A calendar date, written `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

/// What asking for a human leads to while nobody is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Away {
    /// To the queue, as always.
    #[default]
    Queue,
    /// To the queue, and the customer is told when somebody will be there.
    QueueWithExpectation,
    /// Not to the queue: the customer leaves a message and an e-mail address, which waits there.
    OfflineForm,
}

/// Is it open at a moment, and if not, when next?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// Open now.
    pub open: bool,
    /// When it opens next; none while it is open, or when that is never.
    pub next: Option<Millis>,
}

/// What a customer who asks for a human may expect now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staffing {
    /// The scope's hours.
    pub opening: Opening,
    /// What asking leads to.
    pub asking: Away,
}

impl Opening {
    /// Without hours it is always open.
    pub const ALWAYS: Self = Self { open: true, next: None };
}

impl Default for Staffing {
    fn default() -> Self {
        Self { opening: Opening::ALWAYS, asking: Away::Queue }
    }
}

/// The time zone of this IANA name; UTC for a name that the database does not have.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

impl Hours {
    /// Is it open at this moment?
    pub fn is_open(&self, zone: &TimeZone, at: Millis) -> bool {
        let Some(local) = local(zone, at) else { return false };
        let minute = minute_of(local);
        let today = self.of(local.date());
        if today.iter().any(|open| open.from <= minute && (open.over_midnight() || minute < open.to)) {
            return true;
        }
        // What began yesterday and goes on past midnight, unless today has hours of its own.
        let Ok(yesterday) = local.date().yesterday() else { return false };
        self.holiday(local.date()).is_none()
            && self.of(yesterday).iter().any(|open| open.over_midnight() && minute < open.to)
    }

    /// When does it open next? None while it is open, or when that is never.
    pub fn next_opening(&self, zone: &TimeZone, at: Millis) -> Option<Millis> {
        let mut days = self.week.iter().chain(self.holidays.iter().map(|day| &day.open));
        let is_empty = days.all(Vec::is_empty);
        if is_empty || self.is_open(zone, at) {
            return None;
        }
        let today = local(zone, at)?.date();
        let days = today.series(1.day()).take(HORIZON_DAYS);
        let by_interval = days.filter_map(|date| {
            let begins = self.of(date).iter().flat_map(|open| open.begins(zone, date));
            self.first_open(zone, at, begins)
        });
        // A clock that jumps into an interval opens it too.
        let last = at.saturating_add(HORIZON);
        let jumps = zone
            .following(Timestamp::from_millisecond(at).ok()?)
            .map(|jump| jump.timestamp().as_millisecond())
            .take_while(|jump| *jump <= last);
        let by_jump = self.first_open(zone, at, jumps);
        by_interval.take(1).chain(by_jump).min()
    }

    /// Both at once.
    pub fn opening(&self, zone: &TimeZone, at: Millis) -> Opening {
        Opening { open: self.is_open(zone, at), next: self.next_opening(zone, at) }
    }

    /// Are these hours sound?
    ///
    /// # Errors
    /// [`Invalid`] for `hours`.
    pub fn check(&self) -> Result<(), Invalid> {
        self.week.iter().try_for_each(|day| check_day(day))?;
        if self.holidays.len() > HOLIDAYS_MAX {
            return Err(Invalid::new("hours", format!("has more than {HOLIDAYS_MAX} holidays")));
        }
        for (index, holiday) in self.holidays.iter().enumerate() {
            check_day(&holiday.open)?;
            check_length("hours", &holiday.name, HOLIDAY_NAME_MAX)?;
            if self.holidays.iter().take(index).any(|other| other.date == holiday.date) {
                return Err(Invalid::new("hours", format!("has the holiday {} twice", holiday.date)));
            }
        }
        Ok(())
    }

    fn first_open(
        &self,
        zone: &TimeZone,
        at: Millis,
        moments: impl IntoIterator<Item = Millis>,
    ) -> Option<Millis> {
        moments.into_iter().filter(|moment| *moment > at && self.is_open(zone, *moment)).min()
    }

    /// The intervals that begin on this date.
    fn of(&self, date: Date) -> &[Interval] {
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        self.holiday(date).map_or_else(|| &self.week[weekday][..], |holiday| &holiday.open)
    }

    fn holiday(&self, date: Date) -> Option<&Holiday> {
        self.holidays.iter().find(|holiday| holiday.date.0 == date)
    }
}

impl Interval {
    fn over_midnight(self) -> bool {
        self.to <= self.from
    }

    /// The moments at which the clock shows its first minute on this date: two when that hour comes twice.
    fn begins(self, zone: &TimeZone, date: Date) -> impl Iterator<Item = Millis> + use<> {
        let (hour, minute) = (i8::try_from(self.from.0 / 60), i8::try_from(self.from.0 % 60));
        let begin = hour.ok().zip(minute.ok()).map(|(hour, minute)| date.at(hour % 24, minute, 0, 0));
        let both = begin.map(|begin| zone.to_ambiguous_timestamp(begin));
        let earlier = both.and_then(|moment| moment.earlier().ok());
        let later = both.and_then(|moment| moment.later().ok());
        earlier.into_iter().chain(later).map(Timestamp::as_millisecond)
    }
}

fn local(zone: &TimeZone, at: Millis) -> Option<DateTime> {
    Some(zone.to_datetime(Timestamp::from_millisecond(at).ok()?))
}

fn minute_of(local: DateTime) -> Minute {
    let minutes = i32::from(local.hour()) * 60 + i32::from(local.minute());
    Minute(u16::try_from(minutes).unwrap_or(0))
}

fn check_day(day: &[Interval]) -> Result<(), Invalid> {
    if day.len() > INTERVALS_MAX {
        return Err(Invalid::new("hours", format!("has more than {INTERVALS_MAX} intervals on one day")));
    }
    if day.iter().any(|open| open.from == open.to || open.from.0 == MINUTES_OF_DAY) {
        return Err(Invalid::new("hours", "has an interval without length"));
    }
    Ok(())
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Minute {
    /// Reads `HH:MM`, up to `24:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':').filter(|_| text.len() == 5)?;
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok());
        let (hours, minutes): (u16, u16) = (digits(hours)??, digits(minutes)??);
        let all = hours * 60 + minutes;
        (minutes < 60 && all <= MINUTES_OF_DAY).then_some(Self(all))
    }
}

impl Day {
    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let date: Date = text.parse().ok()?;
        (date.to_string() == text).then_some(Self(date))
    }
}

impl Serialize for Minute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a time is written as 09:30"))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("a date is written as 2026-12-25"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(json: serde_json::Value) -> Hours {
        let hours: Hours = serde_json::from_value(json).unwrap();
        hours.check().unwrap();
        hours
    }

    fn every_day(from: &str, to: &str) -> Hours {
        let day = serde_json::json!([{"from": from, "to": to}]);
        hours(serde_json::json!({"week": [day, day, day, day, day, day, day]}))
    }

    fn at(text: &str) -> Millis {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn next(hours: &Hours, zone_name: &str, text: &str) -> Option<String> {
        let next = hours.next_opening(&zone(zone_name), at(text))?;
        Some(Timestamp::from_millisecond(next).unwrap().to_string())
    }

    fn is_open(hours: &Hours, zone_name: &str, text: &str) -> bool {
        hours.is_open(&zone(zone_name), at(text))
    }

    #[test]
    fn an_interval_holds_its_first_minute_and_not_its_last() {
        let week = serde_json::json!([[{"from":"09:00","to":"12:30"},{"from":"13:30","to":"18:00"}],[],[],[],[],[],[]]);
        let hours = hours(serde_json::json!({"week": week}));
        // 23 November 2026 is a Monday; Berlin is an hour ahead of UTC.
        for (time, open) in [
            ("07:59:59", false),
            ("08:00:00", true),
            ("11:29:59", true),
            ("11:30:00", false),
            ("12:30:00", true),
            ("17:00:00", false),
        ] {
            assert_eq!(is_open(&hours, "Europe/Berlin", &format!("2026-11-23T{time}Z")), open, "{time}");
        }
        assert_eq!(next(&hours, "Europe/Berlin", "2026-11-23T11:45:00Z").unwrap(), "2026-11-23T12:30:00Z");
        assert_eq!(next(&hours, "Europe/Berlin", "2026-11-23T17:00:00Z").unwrap(), "2026-11-30T08:00:00Z");
        assert_eq!(next(&hours, "Europe/Berlin", "2026-11-23T09:00:00Z"), None);
    }

    #[test]
    fn an_interval_may_go_over_midnight() {
        let mut hours = every_day("22:00", "02:00");
        hours.week[5].clear();
        // Friday night goes on into Saturday, which has no hours of its own.
        assert!(is_open(&hours, "UTC", "2026-11-28T01:59:00Z"));
        assert!(!is_open(&hours, "UTC", "2026-11-28T02:00:00Z"));
        assert!(!is_open(&hours, "UTC", "2026-11-28T23:00:00Z"));
        assert!(!is_open(&hours, "UTC", "2026-11-29T01:00:00Z"));
        assert_eq!(next(&hours, "UTC", "2026-11-28T02:00:00Z").unwrap(), "2026-11-29T22:00:00Z");
        let all_day = every_day("00:00", "24:00");
        assert!(is_open(&all_day, "UTC", "2026-11-28T23:59:59Z"));
        assert!(is_open(&all_day, "UTC", "2026-11-29T00:00:00Z"));
    }

    #[test]
    fn a_holiday_wins_over_the_week_from_midnight_to_midnight() {
        let mut hours = every_day("22:00", "02:00");
        hours.holidays = serde_json::from_value(serde_json::json!([
            {"date": "2026-12-25", "name": "Christmas"},
            {"date": "2026-12-31", "open": [{"from": "10:00", "to": "14:00"}]},
        ]))
        .unwrap();
        assert!(is_open(&hours, "UTC", "2026-12-24T23:00:00Z"));
        assert!(!is_open(&hours, "UTC", "2026-12-25T01:00:00Z"));
        assert!(!is_open(&hours, "UTC", "2026-12-25T23:00:00Z"));
        assert_eq!(next(&hours, "UTC", "2026-12-25T00:00:00Z").unwrap(), "2026-12-26T22:00:00Z");
        assert!(is_open(&hours, "UTC", "2026-12-31T12:00:00Z"));
        assert!(!is_open(&hours, "UTC", "2026-12-31T23:00:00Z"));
        assert_eq!(next(&hours, "UTC", "2026-12-31T02:00:00Z").unwrap(), "2026-12-31T10:00:00Z");
    }

    #[test]
    fn hours_follow_the_clock_over_both_changes() {
        let hours = every_day("09:00", "17:00");
        // Winter and summer time in New York: the same hours, another offset.
        assert_eq!(next(&hours, "America/New_York", "2026-03-07T23:00:00Z").unwrap(), "2026-03-08T13:00:00Z");
        assert_eq!(next(&hours, "America/New_York", "2026-03-06T23:00:00Z").unwrap(), "2026-03-07T14:00:00Z");
        assert_eq!(next(&hours, "America/New_York", "2026-10-31T22:00:00Z").unwrap(), "2026-11-01T14:00:00Z");
    }

    #[test]
    fn the_hour_that_is_skipped_does_not_happen() {
        // In Berlin on 29 March 2026, 02:00 to 03:00 is skipped at 01:00 UTC.
        let inside = every_day("02:15", "02:45");
        assert_eq!(next(&inside, "Europe/Berlin", "2026-03-28T02:00:00Z").unwrap(), "2026-03-30T00:15:00Z");
        let beyond = every_day("02:30", "05:00");
        assert!(!is_open(&beyond, "Europe/Berlin", "2026-03-29T00:59:59Z"));
        assert!(is_open(&beyond, "Europe/Berlin", "2026-03-29T01:00:00Z"));
        assert_eq!(next(&beyond, "Europe/Berlin", "2026-03-29T00:00:00Z").unwrap(), "2026-03-29T01:00:00Z");
    }

    #[test]
    fn the_hour_that_comes_twice_happens_twice() {
        // In Berlin on 25 October 2026, 02:00 to 03:00 comes at 00:00 and again at 01:00 UTC.
        let hours = every_day("02:15", "02:45");
        for (time, open) in
            [("00:14", false), ("00:15", true), ("00:45", false), ("01:15", true), ("01:45", false)]
        {
            assert_eq!(is_open(&hours, "Europe/Berlin", &format!("2026-10-25T{time}:00Z")), open, "{time}");
        }
        assert_eq!(next(&hours, "Europe/Berlin", "2026-10-25T00:50:00Z").unwrap(), "2026-10-25T01:15:00Z");
        // Half of the interval comes again when the clock is set back into it.
        let into = every_day("01:30", "02:30");
        assert!(!is_open(&into, "Europe/Berlin", "2026-10-25T00:45:00Z"));
        assert_eq!(next(&into, "Europe/Berlin", "2026-10-25T00:45:00Z").unwrap(), "2026-10-25T01:00:00Z");
    }

    #[test]
    fn whoever_never_opens_says_so() {
        let never = Hours::default();
        assert!(!is_open(&never, "UTC", "2026-11-28T12:00:00Z"));
        assert_eq!(next(&never, "UTC", "2026-11-28T12:00:00Z"), None);
        let once = hours(serde_json::json!({
            "week": [[], [], [], [], [], [], []],
            "holidays": [{"date": "2020-01-01", "open": [{"from": "10:00", "to": "11:00"}]}],
        }));
        assert_eq!(next(&once, "UTC", "2026-11-28T12:00:00Z"), None);
    }

    #[test]
    fn zones_come_from_the_database_inside() {
        assert_eq!(zone("Asia/Kolkata").iana_name(), Some("Asia/Kolkata"));
        assert_eq!(zone("Europe/Nowhere"), TimeZone::UTC);
    }

    #[test]
    fn hours_are_checked() {
        for bad in ["9:00", "09:60", "24:01", "0900", "-1:00", "+1:00", "aa:bb", ""] {
            assert_eq!(Minute::parse(bad), None, "{bad}");
        }
        for bad in ["2026-02-30", "2026-2-3", "20261225", "2026-12-25T00:00", ""] {
            assert_eq!(Day::parse(bad), None, "{bad}");
        }
        let day = serde_json::json!([{"from": "09:00", "to": "09:00"}]);
        let bad = serde_json::json!({"week": [day, [], [], [], [], [], []]});
        assert_eq!(serde_json::from_value::<Hours>(bad).unwrap().check().unwrap_err().field, "hours");
        let twice = serde_json::json!([{"date": "2026-12-25"}, {"date": "2026-12-25"}]);
        let bad = serde_json::json!({"week": [[], [], [], [], [], [], []], "holidays": twice});
        assert!(serde_json::from_value::<Hours>(bad).unwrap().check().is_err());
        let short = serde_json::json!({"week": [[], []]});
        assert!(serde_json::from_value::<Hours>(short).is_err());
    }
}
