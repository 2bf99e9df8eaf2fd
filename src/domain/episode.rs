//! An episode: one stretch of a conversation, from its opening or activation to its end, as reports count it.
//!
//! The fold of the entries that matter to figures. It is kept beside the log so that reports need not read logs, and can be
//! made again from them at any time: [`Episode::fold`] is the only way it comes about.

use serde::{Deserialize, Serialize};

use super::Millis;
use super::event::{Author, EndReason, Entry, Event, Start};
use super::feedback::Rating;
use super::ids::{ChannelId, ConversationId, MemberId, ScopeId};

/// Who had it first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// The bot answered first.
    Bot,
    /// It began in the queue, as the scope had no bot.
    Queued,
    /// A member activated it.
    Member,
}

/// Which conversation's episodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its scope.
    pub scope: ScopeId,
    /// Its channel.
    pub channel: ChannelId,
}

/// What reports know of one episode. Durations are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// Where.
    pub place: Place,
    /// Counts from 1 at the opening, one more with each activation.
    pub number: i64,
    /// When it was opened or activated. It belongs to the day of this moment.
    pub began_at: Millis,
    /// Who had it first.
    pub begun: Begun,
    /// When the customer first waited for a member; from there the first reply is timed. Void when the chat went back to the
    /// bot before anybody replied.
    pub queued_at: Option<Millis>,
    /// Since when they wait now; kept at the end of an episode whose customer was still waiting.
    pub waiting_since: Option<Millis>,
    /// All the time in the queue that ended with a member; none when nobody ever took it from there.
    pub waited: Option<Millis>,
    /// When a member first had it.
    pub joined_at: Option<Millis>,
    /// The last member who had it, also after the end.
    pub owner: Option<MemberId>,
    /// Since when a member has it now.
    pub owned_since: Option<Millis>,
    /// All the time members had it, up to `owned_since`.
    pub handled: Millis,
    /// When a member first wrote to the customer after they began to wait.
    pub replied_at: Option<Millis>,
    /// Who did.
    pub replied_by: Option<MemberId>,
    /// When it ended.
    pub ended_at: Option<Millis>,
    /// Why.
    pub end_reason: Option<EndReason>,
    /// The customer's stars.
    pub rating: Option<Rating>,
}

impl Episode {
    fn begin(place: Place, number: i64, began_at: Millis, begun: Begun) -> Self {
        Self {
            place,
            number,
            began_at,
            begun,
            queued_at: None,
            waiting_since: None,
            waited: None,
            joined_at: None,
            owner: None,
            owned_since: None,
            handled: 0,
            replied_at: None,
            replied_by: None,
            ended_at: None,
            end_reason: None,
            rating: None,
        }
    }

    /// Takes one entry in; `latest` is the episode it falls into. Answers a new episode when the entry begins one.
    pub fn fold(place: Place, latest: Option<&mut Self>, entry: &Entry) -> Option<Self> {
        match &entry.body {
            Event::Opened { start, .. } => {
                let begun = if *start == Start::Queued { Begun::Queued } else { Begun::Bot };
                let mut first = Self::begin(place, 1, entry.at, begun);
                if begun == Begun::Queued {
                    first.wait(entry.at);
                }
                Some(first)
            }
            Event::Activated { episode } => {
                let mut next = Self::begin(place, *episode, entry.at, Begun::Member);
                if let Author::Member { id, .. } = entry.by {
                    next.own(id, entry.at);
                }
                Some(next)
            }
            _ => {
                if let Some(latest) = latest {
                    latest.apply(entry);
                }
                None
            }
        }
    }

    fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        match (&entry.body, &entry.by) {
            (Event::HandedOff { .. } | Event::Requeued { .. }, _) => {
                self.disown(at);
                self.wait(at);
            }
            (Event::Joined { .. } | Event::TakenOver { .. }, Author::Member { id, .. }) => self.own(*id, at),
            (Event::Transferred { to, .. }, _) => self.own(*to, at),
            (Event::HandedBack, _) => {
                self.disown(at);
                self.waiting_since = None;
                if self.replied_at.is_none() {
                    self.queued_at = None;
                }
            }
            (Event::Ended { reason }, _) => {
                self.disown(at);
                self.ended_at = Some(at);
                self.end_reason = Some(*reason);
            }
            (Event::Feedback { rating, .. }, _) => self.rating = *rating,
            (Event::Message { .. }, Author::Member { id, .. })
                if self.queued_at.is_some() && self.replied_at.is_none() =>
            {
                self.replied_at = Some(at);
                self.replied_by = Some(*id);
            }
            _ => {}
        }
    }

    fn wait(&mut self, at: Millis) {
        self.queued_at.get_or_insert(at);
        self.waiting_since.get_or_insert(at);
    }

    fn own(&mut self, member: MemberId, at: Millis) {
        if let Some(since) = self.waiting_since.take() {
            self.waited = Some(self.waited.unwrap_or(0) + span(since, at));
        }
        self.joined_at.get_or_insert(at);
        self.owned_since.get_or_insert(at);
        self.owner = Some(member);
    }

    fn disown(&mut self, at: Millis) {
        if let Some(since) = self.owned_since.take() {
            self.handled += span(since, at);
        }
    }

    /// All episodes of a log that begins with its first entry. Empty for the log of an erased contact, whose entries no
    /// longer say what happened.
    pub fn of_log(place: Place, log: &[Entry]) -> Vec<Self> {
        let mut episodes: Vec<Self> = Vec::new();
        if log.iter().any(|entry| matches!(entry.body, Event::Erased)) {
            return episodes;
        }
        for entry in log {
            let next = Self::fold(place, episodes.last_mut(), entry);
            episodes.extend(next);
        }
        episodes
    }
}

/// A clock set back makes no negative time.
fn span(from: Millis, to: Millis) -> Millis {
    to.saturating_sub(from).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::{HandoffReason, Origin, RequeueReason};
    use uuid::Uuid;

    fn place() -> Place {
        Place {
            conversation: ConversationId::from_uuid(Uuid::from_u128(1)),
            scope: ScopeId::from_uuid(Uuid::from_u128(2)),
            channel: ChannelId::from_uuid(Uuid::from_u128(3)),
        }
    }

    fn id(number: u128) -> MemberId {
        MemberId::from_uuid(Uuid::from_u128(number))
    }

    fn member(number: u128) -> Author {
        Author::Member { id: id(number), name: String::new() }
    }

    fn said() -> Event {
        Event::Message {
            text: "Hello".into(),
            attachments: Vec::new(),
            quick_replies: Vec::new(),
            cards: Vec::new(),
            coming: Vec::new(),
        }
    }

    fn log(lines: Vec<(Millis, Author, Event)>) -> Vec<Entry> {
        let numbered = (1..).zip(lines);
        numbered.map(|(seq, (at, by, body))| Entry { seq, at, by, client_id: None, body }).collect()
    }

    fn opened(start: Start) -> Event {
        Event::Opened { first_text: String::new(), start }
    }

    #[test]
    fn waits_and_handling_add_up_over_requeue_and_transfer() {
        let episodes = Episode::of_log(
            place(),
            &log(vec![
                (1_000, Author::Contact, opened(Start::Bot)),
                (2_000, Author::Contact, Event::HandedOff { reason: HandoffReason::Customer, note: None }),
                (5_000, member(7), Event::Joined { from: Origin::Queued }),
                (9_000, member(7), said()),
                (11_000, Author::System, Event::Requeued { reason: RequeueReason::AssigneeGone }),
                (21_000, member(8), Event::Joined { from: Origin::Queued }),
                (22_000, member(8), said()),
                (31_000, member(8), Event::Transferred { to: id(9), to_name: String::new() }),
                (51_000, member(9), Event::Ended { reason: EndReason::Resolved }),
                (
                    60_000,
                    Author::Contact,
                    Event::Feedback { rating: Rating::try_from(4).ok(), comment: None },
                ),
            ]),
        );
        let [one] = episodes.as_slice() else { panic!("{episodes:?}") };
        assert_eq!((one.begun, one.began_at, one.queued_at), (Begun::Bot, 1_000, Some(2_000)));
        assert_eq!(one.waited, Some(3_000 + 10_000));
        assert_eq!((one.joined_at, one.handled), (Some(5_000), 6_000 + 30_000));
        assert_eq!((one.replied_at, one.replied_by), (Some(9_000), Some(id(7))));
        assert_eq!((one.owner, one.owned_since, one.waiting_since), (Some(id(9)), None, None));
        assert_eq!((one.ended_at, one.rating), (Some(51_000), Rating::try_from(4).ok()));
    }

    #[test]
    fn an_activation_begins_another_episode_that_waited_for_nobody() {
        let episodes = Episode::of_log(
            place(),
            &log(vec![
                (1_000, Author::Contact, opened(Start::Queued)),
                (4_000, Author::Contact, Event::Ended { reason: EndReason::Customer }),
                (9_000, member(7), Event::Activated { episode: 2 }),
                (10_000, member(7), said()),
                (12_000, member(7), Event::Ended { reason: EndReason::Resolved }),
            ]),
        );
        let [first, second] = episodes.as_slice() else { panic!("{episodes:?}") };
        assert_eq!((first.number, first.waited, first.waiting_since), (1, None, Some(1_000)), "nobody came");
        assert_eq!((first.owner, first.joined_at, first.handled), (None, None, 0));
        assert_eq!((second.number, second.begun, second.owner), (2, Begun::Member, Some(id(7))));
        assert_eq!((second.waited, second.replied_at, second.handled), (None, None, 3_000));
    }

    #[test]
    fn what_goes_back_to_the_bot_no_longer_waits() {
        let episodes = Episode::of_log(
            place(),
            &log(vec![
                (0, Author::Contact, opened(Start::Bot)),
                (10, member(7), Event::Joined { from: Origin::Bot }),
                (20, member(7), said()),
                (50, member(7), Event::HandedBack),
                (60, Author::Bot, Event::HandedOff { reason: HandoffReason::Bot, note: None }),
                (70, member(7), Event::HandedBack),
                (80, member(7), Event::Joined { from: Origin::Bot }),
                (90, member(7), said()),
            ]),
        );
        let [one] = episodes.as_slice() else { panic!("{episodes:?}") };
        assert_eq!((one.waited, one.waiting_since, one.handled), (None, None, 40));
        assert_eq!((one.queued_at, one.replied_at), (None, None), "they wrote when nobody waited");
    }

    #[test]
    fn an_erased_log_tells_nothing() {
        let erased = log(vec![(0, Author::Contact, Event::Erased)]);
        assert_eq!(Episode::of_log(place(), &erased), vec![]);
    }
}
