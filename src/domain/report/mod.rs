//! Figures about chats: how long customers waited, how fast members replied, what customers said of it.
//!
//! A chat here is an episode. It counts in the period in which it began, whatever happened later. Pure: the figures of each
//! episode come in, the report goes out.

mod calendar;

use std::collections::BTreeMap;

use serde::Serialize;

use super::Millis;
use super::ids::{ChannelId, MemberId};

pub use calendar::{DAYS_MAX, Period};

/// What a report needs of one episode. Durations are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Where the customer came in.
    pub channel: ChannelId,
    /// When it began.
    pub began_at: Millis,
    /// All the time in the queue that ended with a member.
    pub waited: Option<Millis>,
    /// It ended while the customer waited.
    pub gave_up: bool,
    /// From the first wait to a member's first words.
    pub replied: Option<Millis>,
    /// Whose words.
    pub replied_by: Option<MemberId>,
    /// All the time members had it, once it has ended.
    pub handled: Option<Millis>,
    /// The last member who had it.
    pub owner: Option<MemberId>,
    /// Of a chat that the bot had first: did it end without waiting for a member or being joined by one? None of other
    /// chats, and as long as it is open with the bot.
    pub contained: Option<bool>,
    /// It is over.
    pub ended: bool,
    /// Stars, 1 to 5.
    pub rating: Option<u8>,
}

/// How durations are spread. Milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many there are.
    pub count: usize,
    /// Half take no longer: the middle one, or the mean of the two in the middle. None without any.
    pub median: Option<Millis>,
    /// Nine in ten take no longer: the smallest duration for which that is so. None without any.
    pub p90: Option<Millis>,
}

/// What customers said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Feedback {
    /// How many gave stars.
    pub answers: usize,
    /// Mean of their stars. None without any.
    pub average: Option<f64>,
    /// How many gave one, two, three, four and five.
    pub stars: [usize; 5],
}

/// How far the bot came alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BotShare {
    /// Chats it had first and whose outcome is known: over, or with people.
    pub chats: usize,
    /// Those that ended without waiting for a member or being joined by one.
    pub contained: usize,
}

/// The figures of some chats.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// How many began.
    pub chats: usize,
    /// How many of them are over.
    pub ended: usize,
    /// Time in the queue until a member took it.
    pub wait: Spread,
    /// From the first wait to a member's first words.
    pub first_reply: Spread,
    /// Time with members, of chats that are over.
    pub handle: Spread,
    /// Chats that ended while the customer waited.
    pub gave_up: usize,
    /// What customers said.
    pub feedback: Feedback,
    /// How far the bot came alone.
    pub bot: BotShare,
}

/// The figures of one day, channel or member.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part<T> {
    /// Which one.
    pub of: T,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// Everything about a period.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// All of it.
    pub current: Figures,
    /// As many days just before.
    pub before: Figures,
    /// Each day, the first one first; also days without chats.
    pub days: Vec<Part<String>>,
    /// How many chats began on each weekday, Monday first, in each hour from midnight.
    pub hours: [[usize; 24]; 7],
    /// Each channel with chats, the busiest first.
    pub channels: Vec<Part<ChannelId>>,
    /// Each member who had chats or replied first, the busiest first. Chats, times and feedback are those of the chats they had last;
    /// first replies those they wrote.
    pub members: Vec<Part<MemberId>>,
}

/// Sums up what began in a period and in the one before.
pub fn report(period: &Period, figures: &[Figure]) -> Report {
    let (mut current, mut before) = (Tally::default(), Tally::default());
    let mut days: Vec<Tally> = std::iter::repeat_with(Tally::default).take(period.days()).collect();
    let mut hours = [[0; 24]; 7];
    let mut channels: BTreeMap<ChannelId, Tally> = BTreeMap::new();
    let mut members: BTreeMap<MemberId, Tally> = BTreeMap::new();
    for figure in figures {
        if figure.began_at < period.begins() {
            before.add(figure);
            continue;
        }
        let local = period.local(figure.began_at);
        let Some(day) = days.get_mut(local.day) else { continue };
        day.add(figure);
        current.add(figure);
        hours[local.weekday][local.hour] += 1;
        channels.entry(figure.channel).or_default().add(figure);
        if let Some(owner) = figure.owner {
            members.entry(owner).or_default().add_but_reply(figure);
        }
        if let (Some(member), Some(replied)) = (figure.replied_by, figure.replied) {
            members.entry(member).or_default().replies.push(replied);
        }
    }
    Report {
        current: current.figures(),
        before: before.figures(),
        days: period.names().zip(days).map(|(of, tally)| Part { of, figures: tally.figures() }).collect(),
        hours,
        channels: busiest_first(channels),
        members: busiest_first(members),
    }
}

fn busiest_first<T>(tallies: BTreeMap<T, Tally>) -> Vec<Part<T>> {
    let mut parts: Vec<Part<T>> =
        tallies.into_iter().map(|(of, tally)| Part { of, figures: tally.figures() }).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.figures.chats));
    parts
}

/// Figures while they are being gathered.
#[derive(Default)]
struct Tally {
    chats: usize,
    ended: usize,
    waits: Vec<Millis>,
    replies: Vec<Millis>,
    handled: Vec<Millis>,
    gave_up: usize,
    stars: [usize; 5],
    bot: BotShare,
}

impl Tally {
    fn add(&mut self, figure: &Figure) {
        self.replies.extend(figure.replied);
        self.add_but_reply(figure);
    }

    fn add_but_reply(&mut self, figure: &Figure) {
        self.chats += 1;
        self.ended += usize::from(figure.ended);
        self.waits.extend(figure.waited);
        self.handled.extend(figure.handled);
        self.gave_up += usize::from(figure.gave_up);
        if let Some(count) =
            figure.rating.and_then(|stars| self.stars.get_mut(usize::from(stars).wrapping_sub(1)))
        {
            *count += 1;
        }
        if let Some(contained) = figure.contained {
            self.bot.chats += 1;
            self.bot.contained += usize::from(contained);
        }
    }

    fn figures(self) -> Figures {
        Figures {
            chats: self.chats,
            ended: self.ended,
            wait: spread(self.waits),
            first_reply: spread(self.replies),
            handle: spread(self.handled),
            gave_up: self.gave_up,
            feedback: feedback(self.stars),
            bot: self.bot,
        }
    }
}

fn spread(mut times: Vec<Millis>) -> Spread {
    times.sort_unstable();
    let count = times.len();
    let upper = times.get(count / 2).copied();
    let lower = count.checked_sub(1).and_then(|last| times.get(last / 2)).copied();
    let median = lower.zip(upper).map(|(lower, upper)| lower + (upper - lower) / 2);
    let p90 = (count * 9).div_ceil(10).checked_sub(1).and_then(|place| times.get(place)).copied();
    Spread { count, median, p90 }
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts chats beyond 2^52")]
fn feedback(stars: [usize; 5]) -> Feedback {
    let answers: usize = stars.iter().sum();
    let sum: usize = (1..).zip(stars).map(|(worth, times)| worth * times).sum();
    let average = (answers > 0).then(|| sum as f64 / answers as f64);
    Feedback { answers, average, stars }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_tenth_are_those_of_the_definition() {
        let of = |times: &[Millis]| {
            let spread = spread(times.to_vec());
            (spread.median, spread.p90)
        };
        assert_eq!(of(&[]), (None, None));
        assert_eq!(of(&[7]), (Some(7), Some(7)));
        assert_eq!(of(&[9, 1]), (Some(5), Some(9)));
        assert_eq!(of(&[1, 2, 3]), (Some(2), Some(3)));
        assert_eq!(of(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]), (Some(5), Some(9)));
        assert_eq!(of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]), (Some(6), Some(10)));
    }

    #[test]
    fn stars_are_averaged() {
        assert_eq!(feedback([0; 5]).average, None);
        let given = feedback([1, 0, 0, 0, 3]);
        assert_eq!((given.answers, given.average), (4, Some(4.0)));
    }
}
