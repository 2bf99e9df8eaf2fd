//! Days, weekdays and hours of a period in the scope's time zone, also where clocks are put forward or back.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::domain::Millis;
use crate::domain::invalid::Invalid;

/// Most days of a period.
pub const DAYS_MAX: i32 = 366;

/// Days when nobody asks for others: two weeks with today.
const DAYS_USUAL: i64 = 14;

const DAY: Millis = 24 * 60 * 60_000;

/// Whole days, and as many before them.
#[derive(Debug)]
pub struct Period {
    zone_name: String,
    from: Date,
    to: Date,
    before: Millis,
    begins: Millis,
    ends: Millis,
    /// The first day, counted from 1970.
    first_day: i64,
    /// From when on which difference to UTC holds, in milliseconds; the first holds from ever.
    shifts: Vec<(Millis, Millis)>,
}

/// Where a moment falls.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Local {
    /// Counted from the first day of the period.
    pub(super) day: usize,
    /// 0 is Monday.
    pub(super) weekday: usize,
    /// 0 to 23.
    pub(super) hour: usize,
}

impl Period {
    /// From the one day to the other, both with, as `2026-11-21`. Without them two weeks up to today. A zone nobody knows
    /// counts as UTC.
    ///
    /// # Errors
    /// [`Invalid`] names `from` or `to`: no day, the wrong way round, or more than [`DAYS_MAX`] days.
    pub fn new(zone: &str, from: Option<&str>, to: Option<&str>, now: Millis) -> Result<Self, Invalid> {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let today = moment(now).to_zoned(zone.clone()).date();
        let to = to.map_or(Ok(today), |text| day("to", text))?;
        let from = match from {
            Some(text) => day("from", text)?,
            None => shifted(to, 1 - DAYS_USUAL).ok_or_else(|| Invalid::new("to", "is too early"))?,
        };
        let days = i64::from(to.since(from).map_or(i32::MAX, |span| span.get_days())) + 1;
        if days < 1 {
            return Err(Invalid::new("from", "is after to"));
        }
        if days > i64::from(DAYS_MAX) {
            return Err(Invalid::new("from", "is more than 366 days before to"));
        }
        let begins = |date: Date| date.to_zoned(zone.clone()).ok().map(|at| at.timestamp().as_millisecond());
        let whole = || {
            let before = begins(shifted(from, -days)?)?;
            Some((before, begins(from)?, begins(shifted(to, 1)?)?))
        };
        let (before, begins, ends) = whole().ok_or_else(|| Invalid::new("from", "is out of range"))?;
        Ok(Self {
            zone_name: zone.iana_name().unwrap_or("UTC").to_owned(),
            from,
            to,
            before,
            begins,
            ends,
            first_day: days_since_1970(from),
            shifts: shifts(&zone, begins, ends),
        })
    }

    /// The zone that is used.
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// The first day, as `2026-11-08`.
    pub fn from(&self) -> String {
        self.from.to_string()
    }

    /// The last day.
    pub fn to(&self) -> String {
        self.to.to_string()
    }

    /// When the days before begin: as many as the period has.
    pub fn before(&self) -> Millis {
        self.before
    }

    /// When the first day begins.
    pub fn begins(&self) -> Millis {
        self.begins
    }

    /// When the last day is over.
    pub fn ends(&self) -> Millis {
        self.ends
    }

    /// How many days it has.
    pub fn days(&self) -> usize {
        usize::try_from(days_since_1970(self.to) - self.first_day + 1).unwrap_or(0)
    }

    /// Each day as `2026-11-08`.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.from.series(Span::new().days(1)).take(self.days()).map(|date| date.to_string())
    }

    pub(super) fn local(&self, at: Millis) -> Local {
        let place = self.shifts.partition_point(|(from, _)| *from <= at).saturating_sub(1);
        let local = at + self.shifts.get(place).map_or(0, |(_, shift)| *shift);
        let day = local.div_euclid(DAY);
        let whole = |number: i64| usize::try_from(number).unwrap_or(usize::MAX);
        Local {
            day: whole(day - self.first_day),
            // The first day of 1970 was a Thursday.
            weekday: whole((day + 3).rem_euclid(7)),
            hour: whole(local.rem_euclid(DAY) / 3_600_000),
        }
    }
}

fn day(field: &'static str, text: &str) -> Result<Date, Invalid> {
    let date: Option<Date> = text.parse().ok().filter(|date: &Date| date.to_string() == text);
    let usual = date.filter(|date| (1970..=9000).contains(&date.year()));
    usual.ok_or_else(|| Invalid::new(field, "is no day such as 2026-11-21"))
}

fn shifted(date: Date, days: i64) -> Option<Date> {
    date.checked_add(Span::new().try_days(days).ok()?).ok()
}

fn moment(at: Millis) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn days_since_1970(date: Date) -> i64 {
    let since = date.since(Date::constant(1970, 1, 1));
    since.map_or(0, |span| i64::from(span.get_days()))
}

fn shifts(zone: &TimeZone, begins: Millis, ends: Millis) -> Vec<(Millis, Millis)> {
    let first = zone.to_offset(moment(begins)).seconds();
    let later = zone
        .following(moment(begins))
        .map(|change| (change.timestamp().as_millisecond(), change.offset().seconds()))
        .take_while(|(at, _)| *at < ends);
    let all = std::iter::once((Millis::MIN, first)).chain(later);
    all.map(|(from, seconds)| (from, i64::from(seconds) * 1_000)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Millis {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn two_weeks_up_to_today_are_usual() {
        let period = Period::new("Europe/Berlin", None, None, at("2026-11-21T23:30:00Z")).unwrap();
        assert_eq!(
            (period.from(), period.to(), period.days()),
            ("2026-11-09".into(), "2026-11-22".into(), 14)
        );
        assert_eq!(period.begins(), at("2026-11-08T23:00:00Z"));
        assert_eq!(period.ends(), at("2026-11-22T23:00:00Z"));
        assert_eq!(period.before(), at("2026-10-25T23:00:00Z"));
    }

    #[test]
    fn days_are_as_long_as_clocks_say() {
        let day = |from, to| Period::new("Europe/Berlin", Some(from), Some(to), 0).unwrap();
        let spring = day("2026-03-29", "2026-03-29");
        assert_eq!(spring.ends() - spring.begins(), 23 * 3_600_000);
        let local = |text| spring.local(at(text));
        assert_eq!(local("2026-03-29T00:59:00Z"), Local { day: 0, weekday: 6, hour: 1 });
        assert_eq!(local("2026-03-29T01:00:00Z"), Local { day: 0, weekday: 6, hour: 3 });
        let autumn = day("2026-10-25", "2026-10-26");
        assert_eq!(autumn.ends() - autumn.begins(), 49 * 3_600_000);
        assert_eq!(autumn.local(at("2026-10-25T00:30:00Z")).hour, 2);
        assert_eq!(autumn.local(at("2026-10-25T01:30:00Z")).hour, 2, "that hour comes twice");
        assert_eq!(autumn.local(at("2026-10-25T23:30:00Z")), Local { day: 1, weekday: 0, hour: 0 });
        assert_eq!(autumn.names().collect::<Vec<_>>(), ["2026-10-25", "2026-10-26"]);
    }

    #[test]
    fn wrong_days_are_named() {
        let field = |from, to| Period::new("UTC", from, to, 0).map(|_| ()).unwrap_err().field;
        assert_eq!(field(Some("yesterday"), None), "from");
        assert_eq!(field(None, Some("2026-02-30")), "to");
        assert_eq!(field(Some("2026-11-22"), Some("2026-11-21")), "from");
        assert_eq!(field(Some("2025-11-20"), Some("2026-11-21")), "from");
        assert!(Period::new("UTC", Some("2025-11-21"), Some("2026-11-21"), 0).is_ok());
        assert_eq!(Period::new("Mars/Olympus", None, None, 0).unwrap().zone_name(), "UTC");
    }
}
