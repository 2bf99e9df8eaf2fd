//! Programs of others that are told what happens in a scope: where, about what, and how often it is tried.

use serde::{Deserialize, Serialize};

use super::Millis;
use super::delivery::DeliveryState;
use super::event::Event;
use super::ids::{ScopeId, WebhookId};
use super::invalid::{Invalid, check_length};

/// Most webhooks of one scope.
pub const WEBHOOKS_MAX: usize = 10;

/// Most characters of an address.
pub const URL_MAX: usize = 1_000;

/// After a rotation the old secret signs, too, for so long. Milliseconds.
pub const OLD_SECRET_KEPT: Millis = 24 * HOUR;

/// Where nothing has arrived for so long, nothing more is tried until an admin wants it. Milliseconds.
pub const FAILING_MAX: Millis = 5 * 24 * HOUR;

/// The other side may put a try off by at most this. Milliseconds.
pub const RETRY_AFTER_MAX: Millis = 24 * HOUR;

const SECOND: Millis = 1_000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;

/// Pauses after the first, second … failed try of an event. Milliseconds.
const PAUSES: [Millis; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// Parts of a hundred by which a pause may be shorter or longer.
pub const JITTER: u32 = 10;

/// How long to wait after this failed try, counted from 1; none = it was the last. `dice` is 0 to twice [`JITTER`].
pub fn pause_after(attempt: i64, dice: u32) -> Option<Millis> {
    let place = usize::try_from(attempt.max(1) - 1).ok()?;
    let pause = PAUSES.get(place)?;
    Some(pause * (100 + i64::from(dice) - i64::from(JITTER)) / 100)
}

/// What can be told. The names are for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EventType {
    /// A first message made a conversation.
    #[serde(rename = "conversation.opened")]
    Opened,
    /// From the bot to people: it waits.
    #[serde(rename = "conversation.handed_off")]
    HandedOff,
    /// A member claimed it.
    #[serde(rename = "conversation.joined")]
    Joined,
    /// To another member.
    #[serde(rename = "conversation.transferred")]
    Transferred,
    /// An admin made it theirs.
    #[serde(rename = "conversation.taken_over")]
    TakenOver,
    /// It waits again.
    #[serde(rename = "conversation.requeued")]
    Requeued,
    /// Given back to the bot.
    #[serde(rename = "conversation.handed_back")]
    HandedBack,
    /// It is over.
    #[serde(rename = "conversation.ended")]
    Ended,
    /// Taken up again.
    #[serde(rename = "conversation.activated")]
    Activated,
    /// Got a tag.
    #[serde(rename = "conversation.tagged")]
    Tagged,
    /// Lost a tag.
    #[serde(rename = "conversation.untagged")]
    Untagged,
    /// Customer, bot, member or system wrote.
    #[serde(rename = "message.created")]
    Message,
    /// A file of a customer's message was fetched from their platform, or cannot be.
    #[serde(rename = "message.file")]
    File,
    /// The customer changed a message of theirs.
    #[serde(rename = "message.edited")]
    Edited,
    /// The customer reacted to a message, or took a reaction back.
    #[serde(rename = "message.reacted")]
    Reacted,
    /// The customer took a message back.
    #[serde(rename = "message.deleted")]
    Deleted,
    /// A member wrote for members.
    #[serde(rename = "note.created")]
    Note,
    /// The customer rated.
    #[serde(rename = "feedback.given")]
    Feedback,
    /// A customer wrote for the first time.
    #[serde(rename = "contact.created")]
    ContactCreated,
    /// What is known of a customer changed.
    #[serde(rename = "contact.changed")]
    ContactChanged,
    /// Somebody became a member.
    #[serde(rename = "member.added")]
    MemberAdded,
    /// A member's role or name changed, or whether they may log in.
    #[serde(rename = "member.changed")]
    MemberChanged,
    /// A member left, or was removed.
    #[serde(rename = "member.removed")]
    MemberRemoved,
    /// The platform of a messaging channel has a message.
    #[serde(rename = "delivery.sent")]
    DeliverySent,
    /// It is on the customer's device.
    #[serde(rename = "delivery.delivered")]
    DeliveryDelivered,
    /// The customer saw it.
    #[serde(rename = "delivery.read")]
    DeliveryRead,
    /// Nobody knows whether the platform has it.
    #[serde(rename = "delivery.unconfirmed")]
    DeliveryUnconfirmed,
    /// A message by a messaging channel did not reach the customer.
    #[serde(rename = "delivery.failed")]
    DeliveryFailed,
    /// An admin asked for a test. Nobody can wish for it.
    #[serde(rename = "webhook.test")]
    Test,
}

impl EventType {
    /// What an entry is told as; none = nothing is told.
    pub const fn of(event: &Event) -> Option<Self> {
        Some(match event {
            Event::Opened { .. } => Self::Opened,
            Event::Message { .. } => Self::Message,
            Event::Note { .. } => Self::Note,
            Event::Tagged { .. } => Self::Tagged,
            Event::Untagged { .. } => Self::Untagged,
            Event::HandedOff { .. } => Self::HandedOff,
            Event::Joined { .. } => Self::Joined,
            Event::Transferred { .. } => Self::Transferred,
            Event::TakenOver { .. } => Self::TakenOver,
            Event::Requeued { .. } => Self::Requeued,
            Event::HandedBack => Self::HandedBack,
            Event::Ended { .. } => Self::Ended,
            Event::Feedback { .. } => Self::Feedback,
            Event::Activated { .. } => Self::Activated,
            Event::File { .. } => Self::File,
            Event::Edited { .. } => Self::Edited,
            Event::Reacted { .. } => Self::Reacted,
            Event::Deleted { .. } => Self::Deleted,
            Event::Suppressed { .. } | Event::Silent { .. } | Event::Erased => return None,
        })
    }

    /// What is told when a message by a messaging channel has come so far; none = nothing, as it only waits.
    pub const fn of_delivery(state: DeliveryState) -> Option<Self> {
        Some(match state {
            DeliveryState::Queued => return None,
            DeliveryState::Unconfirmed => Self::DeliveryUnconfirmed,
            DeliveryState::Sent => Self::DeliverySent,
            DeliveryState::Delivered => Self::DeliveryDelivered,
            DeliveryState::Read => Self::DeliveryRead,
            DeliveryState::Failed => Self::DeliveryFailed,
        })
    }
}

/// Why nothing is told any more, apart from an admin's wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OffReason {
    /// The other side answered 410.
    Gone,
    /// Nothing arrived for [`FAILING_MAX`].
    Failing,
}

/// One address that is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Webhook {
    /// Id.
    pub id: WebhookId,
    /// Of which scope.
    #[serde(skip)]
    pub scope: ScopeId,
    /// Where.
    pub url: String,
    /// What it is told; empty = everything.
    pub events: Vec<EventType>,
    /// Is it told anything?
    pub enabled: bool,
    /// Why it is off, if no admin wished it.
    pub off_reason: Option<OffReason>,
    /// Nothing has arrived since.
    pub failing_since: Option<Millis>,
    /// When it was made.
    pub created_at: Millis,
}

impl Webhook {
    /// Does it want to be told this?
    pub fn wants(&self, kind: EventType) -> bool {
        self.events.is_empty() || self.events.contains(&kind)
    }

    /// Is this sound? Whether the address may be called is for the way out to say.
    ///
    /// # Errors
    /// [`Invalid`] names the first field that is not.
    pub fn check(&self) -> Result<(), Invalid> {
        check_length("url", &self.url, URL_MAX)?;
        if self.events.contains(&EventType::Test) {
            return Err(Invalid::new("events", "has webhook.test, which is sent to whoever is tested"));
        }
        let mut sorted = self.events.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() < self.events.len() {
            return Err(Invalid::new("events", "has one type twice"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Sources;

    #[test]
    fn ten_tries_in_a_little_more_than_three_days() {
        let pauses: Vec<_> = (1..=10).map(|attempt| pause_after(attempt, JITTER)).collect();
        let seconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        let wanted: Vec<_> = seconds.into_iter().map(|each| Some(each * 1_000)).chain([None]).collect();
        assert_eq!(pauses, wanted);
        assert_eq!((pause_after(1, 0), pause_after(1, 2 * JITTER)), (Some(4_500), Some(5_500)));
    }

    #[test]
    fn wishes_are_checked() {
        let sources = Sources::default();
        let hook = Webhook {
            id: sources.id(),
            scope: sources.id(),
            url: "x".repeat(URL_MAX),
            events: vec![],
            enabled: true,
            off_reason: None,
            failing_since: None,
            created_at: 0,
        };
        assert_eq!(hook.check(), Ok(()));
        assert!(hook.wants(EventType::Note));
        let of = |events| Webhook { events, ..hook.clone() };
        let messages = of(vec![EventType::Message]);
        assert!(messages.check().is_ok() && messages.wants(EventType::Message));
        assert!(!messages.wants(EventType::Note));
        let field = |hook: Webhook| hook.check().unwrap_err().field;
        assert_eq!(field(of(vec![EventType::Test])), "events");
        assert_eq!(field(of(vec![EventType::Note, EventType::Note])), "events");
        assert_eq!(field(Webhook { url: "x".repeat(URL_MAX + 1), ..hook.clone() }), "url");
    }
}
