//! Sends messages to customers: in order for each conversation, at most [`lanes::LANE`] at once for each channel, again and again
//! while there is hope. A platform that hangs holds up its own channel only.

use std::collections::HashSet;
use std::time::Duration;

use super::lanes::{self, STORE_PAUSE, Table};
use super::{Courier, Line, receipts};
use crate::channels::{Call, Recipient, Saying, SentFile, Verdict, Writer};
use crate::domain::attachment::Attachment;
use crate::domain::card;
use crate::domain::contact::Contact;
use crate::domain::delivery::DeliveryState;
use crate::domain::event::{Author, Entry, Event};
use crate::domain::ids::{ChannelId, ConversationId};
use crate::domain::{Millis, Seq};
use crate::fault;
use crate::kill::{self, Point};
use crate::outgoing::mime;
use crate::protocol::view::first_name;
use crate::store::deliveries::{self, Line as LogLine, Outcome};
use crate::store::outbox::{self, Delivery};
use crate::store::routes::{self, RouteTo};
use crate::store::secrets::{self, Fault};
use crate::store::webhook_events::{self, Happened};
use crate::store::{Connection, StoreError, conversations, entries};

/// Where messages that are due stand.
const MESSAGES: Table<ChannelId, Delivery> =
    Table { due: outbox::channels_due, next_due: outbox::next_due, take: outbox::lease_of_channel };

/// Longest pause between two tries of a message, and of a channel that its platform turns away. Milliseconds.
const BACKOFF_MAX: Millis = 15 * 60_000;
const BROKEN_PAUSE: Millis = 5 * 60_000;

/// Lines of the log that are looked at before a try.
const LOG_MAX: i64 = 200;

/// Sends what is due, for as long as the program runs.
pub async fn run(courier: Courier) {
    while let Err(error) = courier.store.write(outbox::let_go).await {
        log::warn!("messages not taken on error=\"{error}\"");
        tokio::time::sleep(STORE_PAUSE).await;
    }
    let woken = &courier.directory.shared().messages_out;
    lanes::run(
        "messages",
        woken,
        async |lanes| {
            lanes::take(&courier, lanes, &MESSAGES, |line, now| courier.mail_pace.room(line, now)).await
        },
        async |channel, delivery| courier.deliver(channel, delivery).await,
    )
    .await;
}

/// One message, with everything that is needed to send it.
struct Message {
    conversation: ConversationId,
    line: Line,
    entry: Entry,
    contact: Contact,
    route: Option<RouteTo>,
    log: Vec<LogLine>,
}

/// One step of saying a message.
enum Step {
    Call(Call),
    Letter(Box<mime::Mail>),
}

impl Step {
    /// Which part of the message it says. A letter says all of it.
    fn part(&self) -> i64 {
        match self {
            Self::Call(call) => call.part,
            Self::Letter(_) => 0,
        }
    }
}

/// What became of a try.
#[derive(Clone, Copy)]
enum Tried {
    /// All parts are with the platform.
    Sent,
    /// Not now.
    Again { at: Millis },
    /// Over.
    Over,
}

impl Courier {
    /// Tries one message, and notes what became of it.
    async fn deliver(&self, channel: ChannelId, delivery: Delivery) {
        let (id, attempt) = (delivery.row.id, delivery.attempt);
        let (Some(conversation), Some((_, seq))) = (delivery.row.conversation, delivery.row.message) else {
            return self
                .surely(move |connection, now| outbox::fail(connection, id, "no message", None, now))
                .await;
        };
        let tried = match self.message(channel, conversation, seq).await {
            Ok(mut message) => {
                self.take_once(&mut message).await;
                self.try_message(&message, &delivery).await
            }
            // Erased, or its channel is gone.
            Err(StoreError::NotFound) => Tried::Over,
            Err(error) => {
                log::warn!("message not read conversation={conversation} seq={seq} error=\"{error}\"");
                Tried::Again { at: self.sources.now() + self.backoff(attempt) }
            }
        };
        self.surely(move |connection, now| {
            let noted = match tried {
                Tried::Sent => outbox::finish(connection, id, now),
                Tried::Again { at } => outbox::fail(connection, id, "see deliveries", Some(at), now),
                Tried::Over => outbox::fail(connection, id, "see deliveries", None, now),
            };
            // Erased meanwhile.
            noted.or_else(|error| if matches!(error, StoreError::NotFound) { Ok(()) } else { Err(error) })
        })
        .await;
        kill::point(Point::DeliveryFinished);
    }

    async fn message(
        &self,
        channel: ChannelId,
        conversation: ConversationId,
        seq: Seq,
    ) -> Result<Message, StoreError> {
        let courier = self.clone();
        let read = move |connection: &mut Connection| {
            let (_, contact) = conversations::with_contact(connection, conversation)?;
            let key = contact.external_id.as_deref().unwrap_or_default();
            Ok(Message {
                conversation,
                line: courier.line(connection, channel)?,
                entry: entries::at(connection, conversation, seq)?,
                route: routes::find(connection, channel, key)?,
                log: deliveries::of_entry(connection, conversation, seq, None, LOG_MAX)?,
                contact,
            })
        };
        self.store.read(read).await
    }

    /// What is good for one call only is taken out of the store before: a try that may have used it leaves nothing to the next.
    async fn take_once(&self, message: &mut Message) {
        let Some(name) = message.line.platform.once() else { return };
        let (Some(key), Some(route)) = (message.contact.external_id.clone(), &mut message.route) else {
            return;
        };
        let Some(value) = route.address.get(name).cloned() else { return };
        let channel = message.line.channel.id;
        let take =
            move |connection: &mut Connection| routes::take_once(connection, channel, &key, name, &value);
        let taken = self.store.write(take).await;
        if let (false, Some(address)) = (matches!(taken, Ok(true)), route.address.as_object_mut()) {
            address.remove(name);
        }
    }

    async fn try_message(&self, message: &Message, delivery: &Delivery) -> Tried {
        let Message { line, log, .. } = message;
        let now = self.sources.now();
        let steps = match self.steps(message, now) {
            Ok(steps) => steps,
            Err(reason) => {
                let seen = Seen { part: 0, outcome: Outcome::Failed, state: DeliveryState::Failed };
                self.note(message, delivery, seen, None, Some(reason)).await;
                return Tried::Over;
            }
        };
        let sent: HashSet<i64> =
            log.iter().filter(|one| one.outcome == Outcome::Sent).map(|one| one.part).collect();
        let left: Vec<Step> = steps.into_iter().filter(|step| !sent.contains(&step.part())).collect();
        let round =
            log.iter().rposition(|one| one.outcome == Outcome::Retried).map_or(&log[..], |at| &log[at..]);
        let unknown = unknown_tries(round, delivery.attempt);
        if let Some(call) = left.first().filter(|_| unknown > 1 && !line.platform.drops_repeats()) {
            let seen =
                Seen { part: call.part(), outcome: Outcome::Unknown, state: DeliveryState::Unconfirmed };
            let reason = "the program ended while it was being sent".to_owned();
            self.note(message, delivery, seen, None, Some(reason)).await;
            return Tried::Over;
        }
        // A try that the program did not survive says nothing against the platform.
        let is_failure = |one: &&LogLine| matches!(one.outcome, Outcome::Again | Outcome::Unknown);
        let failures = i64::try_from(round.iter().filter(is_failure).count()).unwrap_or(i64::MAX - 1);
        let gives_up_at = delivery.row.created_at + line.platform.patience();
        let last = left.len().saturating_sub(1);
        for (index, step) in left.into_iter().enumerate() {
            let part = step.part();
            let seen = |outcome, state| Seen { part, outcome, state };
            if let Some(per_second) = line.platform.rate(&line.account()) {
                self.paces.wait(line.channel.id, per_second).await;
            }
            let drops_repeat = match &step {
                Step::Call(call) => line.platform.drops_repeat_of(call),
                Step::Letter(_) => line.platform.drops_repeats(),
            };
            kill::point(Point::BeforeCall);
            let verdict = self.take_step(line, step, message.entry.body.attachments()).await;
            kill::point(Point::AfterCall);
            let verdict = match verdict {
                Verdict::Unknown { .. } if fault::on(fault::Fault::UnknownTakenForSent) => {
                    Verdict::Done { provider_id: None }
                }
                Verdict::Unknown { reason } if drops_repeat => Verdict::Again { after: None, reason },
                other => other,
            };
            let (outcome, reason, after) = match verdict {
                Verdict::Done { provider_id } => {
                    let state = if index == last { DeliveryState::Sent } else { DeliveryState::Queued };
                    self.note(message, delivery, seen(Outcome::Sent, state), provider_id, None).await;
                    kill::point(Point::CallNoted);
                    continue;
                }
                Verdict::Failed { reason } => {
                    let seen = seen(Outcome::Failed, DeliveryState::Failed);
                    self.note(message, delivery, seen, None, Some(reason)).await;
                    return Tried::Over;
                }
                Verdict::Unknown { reason } if unknown > 0 => {
                    // Sent again once; a third copy would be too much.
                    let seen = seen(Outcome::Unknown, DeliveryState::Unconfirmed);
                    self.note(message, delivery, seen, None, Some(reason)).await;
                    return Tried::Over;
                }
                Verdict::Unknown { reason } => (Outcome::Unknown, reason, None),
                Verdict::Again { after, reason } => (Outcome::Again, reason, after),
                Verdict::Broken { reason } => {
                    self.turned_away(line, reason.clone()).await;
                    let pause = u64::try_from(BROKEN_PAUSE).unwrap_or_default();
                    (Outcome::Again, reason, Some(Duration::from_millis(pause)))
                }
            };
            let wanted =
                after.map_or(0, |after| Millis::try_from(after.as_millis()).unwrap_or(Millis::MAX / 4));
            let at = self.sources.now() + self.backoff(failures + 1).max(wanted);
            if at > gives_up_at {
                let seen = seen(Outcome::Failed, DeliveryState::Failed);
                self.note(message, delivery, seen, None, Some(format!("given up: {reason}"))).await;
                return Tried::Over;
            }
            self.note(message, delivery, seen(outcome, DeliveryState::Queued), None, Some(reason)).await;
            return Tried::Again { at };
        }
        self.works(line).await;
        Tried::Sent
    }

    /// The steps that say it.
    fn steps(&self, message: &Message, now: Millis) -> Result<Vec<Step>, String> {
        let Message { line, entry, contact, route, .. } = message;
        let (text, attachments, quick_replies) = match &entry.body {
            Event::Message { text, attachments, quick_replies, cards, .. } => {
                let (text, replies) = card::spoken(text, cards);
                (text, &attachments[..], [&quick_replies[..], &replies].concat())
            }
            Event::Ended { .. } => (line.channel.messaging.rating_question.clone(), &[][..], Vec::new()),
            _ => return Err("the message was erased".into()),
        };
        let (Some(key), Some(route)) = (&contact.external_id, route) else {
            return Err("the customer cannot be reached".into());
        };
        let files: Vec<SentFile> = attachments
            .iter()
            .map(|file| SentFile {
                name: file.name.clone(),
                media_type: file.media_type.as_str(),
                size: file.size,
                url: self.links.make(file.id, now),
            })
            .collect();
        let writer = match &entry.by {
            Author::Member { name, .. } if matches!(entry.body, Event::Message { .. }) => {
                Writer::Agent(first_name(name))
            }
            Author::Bot => Writer::Bot,
            _ => Writer::System,
        };
        let to = Recipient { key, address: &route.address, last_in_at: route.last_in_at };
        let saying = Saying {
            conversation: message.conversation,
            seq: entry.seq,
            at: entry.at,
            writer,
            text: &text,
            files: &files,
            quick_replies: &quick_replies,
            to,
        };
        let account = line.account();
        if let Some(letter) = line.platform.letter(&account, &saying) {
            return letter.map(|letter| vec![Step::Letter(Box::new(letter))]);
        }
        let calls = line.platform.render(&account, &saying, now)?;
        Ok(calls.into_iter().map(Step::Call).collect())
    }

    async fn take_step(&self, line: &Line, step: Step, attachments: &[Attachment]) -> Verdict {
        match step {
            Step::Call(call) => self.make_with(line, call, attachments).await,
            Step::Letter(letter) => self.post(line, *letter, attachments).await,
        }
    }

    /// Adds a line to the log, and tells members.
    async fn note(
        &self,
        message: &Message,
        delivery: &Delivery,
        seen: Seen,
        provider_id: Option<String>,
        reason: Option<String>,
    ) {
        let log_line = LogLine {
            id: self.sources.id(),
            channel: message.line.channel.id,
            conversation: message.conversation,
            seq: message.entry.seq,
            part: seen.part,
            attempt: delivery.attempt,
            at: self.sources.now(),
            outcome: seen.outcome,
            state: seen.state,
            provider_id,
            reason,
        };
        let kept = log_line.clone();
        let happened = Happened::of_delivery(message.line.channel.scope, &kept);
        let (tells, courier) = (happened.is_some(), self.clone());
        let noted = self.surely_told(move |connection, _| {
            deliveries::append(connection, &kept)?;
            happened.iter().try_for_each(|happened| {
                webhook_events::raise(connection, happened, || courier.sources.id())
            })?;
            // The platform may have told more of it before we knew its name for it.
            receipts::apply_early(&courier, connection, &kept)
        });
        let early = noted.await.flatten();
        if tells || early.is_some() {
            self.directory.shared().events_out.notify_one();
        }
        let last = early.unwrap_or(log_line);
        self.directory.delivery_changed(message.line.channel.scope, last).await;
    }

    /// The platform turns the whole channel away.
    async fn turned_away(&self, line: &Line, reason: String) {
        let channel = line.channel.id;
        log::warn!("channel turned away by its platform channel={channel} reason=\"{reason}\"");
        self.surely(move |connection, now| {
            secrets::put_fault(connection, channel, &Fault { reason: reason.clone(), since: now })
        })
        .await;
    }

    /// A message went through: whatever was wrong is over.
    async fn works(&self, line: &Line) {
        let channel = line.channel.id;
        let fault = self.store.read(move |connection| secrets::fault_of(connection, channel)).await;
        if matches!(fault, Ok(Some(_))) {
            self.surely(move |connection, _| secrets::clear_fault(connection, channel)).await;
        }
    }

    /// Writes what must not be lost: until the store takes it.
    pub(super) async fn surely(
        &self,
        work: impl Fn(&mut Connection, Millis) -> Result<(), StoreError> + Clone + Send + 'static,
    ) {
        self.surely_told(work).await;
    }

    /// As [`Self::surely`], and answers what was told; none when the store will never take it.
    async fn surely_told<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Connection, Millis) -> Result<T, StoreError> + Clone + Send + 'static,
    ) -> Option<T> {
        loop {
            let (once, now) = (work.clone(), self.sources.now());
            match self.store.write(move |connection| once(connection, now)).await {
                Ok(told) => return Some(told),
                Err(error @ (StoreError::Busy | StoreError::Unavailable(_) | StoreError::Unknown)) => {
                    log::warn!("delivery not noted yet error=\"{error}\"");
                    tokio::time::sleep(STORE_PAUSE).await;
                }
                // Noted before the answer was lost, or nothing that another try could mend.
                Err(error) => {
                    log::warn!("delivery not noted error=\"{error}\"");
                    return None;
                }
            }
        }
    }

    /// 1, 2, 4 … seconds, up to [`BACKOFF_MAX`], and up to a fifth less or more.
    pub(super) fn backoff(&self, attempt: i64) -> Millis {
        let doubled = 1_000_i64 << attempt.clamp(1, 20).saturating_sub(1);
        let pause = doubled.min(BACKOFF_MAX);
        pause * (80 + i64::from(self.sources.dice(41))) / 100
    }
}

/// What was seen of one part.
#[derive(Clone, Copy)]
struct Seen {
    part: i64,
    outcome: Outcome,
    state: DeliveryState,
}

/// How many of the tries before this one may have reached the platform, for all that anybody knows: those without an answer,
/// and those after which the program ended before it noted anything. `round`: the lines since the message was to be sent.
fn unknown_tries(round: &[LogLine], attempt: i64) -> usize {
    let unanswered = round.iter().filter(|one| one.outcome == Outcome::Unknown).count();
    // A part that was sent does not end a try, as there may be others.
    let ended = |attempt| round.iter().any(|one| one.attempt == attempt && one.outcome != Outcome::Sent);
    // Older lines were not read.
    let is_whole = i64::try_from(round.len()).is_ok_and(|lines| lines < LOG_MAX);
    let first = round.first().filter(|_| !is_whole).map_or(1, |oldest| oldest.attempt.max(1));
    unanswered + (first..attempt).filter(|attempt| !ended(*attempt)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_that_nobody_knows_of_are_counted() {
        let sources = crate::sources::Sources::default();
        let line = |attempt, outcome| LogLine {
            id: sources.id(),
            channel: sources.id(),
            conversation: sources.id(),
            seq: 1,
            part: 0,
            attempt,
            at: 0,
            outcome,
            state: DeliveryState::Queued,
            provider_id: None,
            reason: None,
        };
        let round = |lines: &[(i64, Outcome)]| -> Vec<LogLine> {
            lines.iter().map(|(attempt, outcome)| line(*attempt, *outcome)).collect()
        };
        let count = |lines: &[(i64, Outcome)], attempt| unknown_tries(&round(lines), attempt);
        assert_eq!(count(&[], 1), 0);
        assert_eq!(count(&[(1, Outcome::Again), (2, Outcome::Again)], 3), 0);
        assert_eq!(count(&[(1, Outcome::Unknown)], 2), 1);
        // Ended without a word, twice; and after one part of several.
        assert_eq!(count(&[], 3), 2);
        assert_eq!(count(&[(1, Outcome::Unknown)], 3), 2);
        assert_eq!(count(&[(1, Outcome::Sent)], 2), 1);
        assert_eq!(count(&[(1, Outcome::Sent), (1, Outcome::Again)], 2), 0);
        // A member asked for it: what was before no longer counts, and reports are no tries.
        assert_eq!(count(&[(0, Outcome::Retried), (0, Outcome::Reported)], 1), 0);
        let many: Vec<_> = (101..=300).map(|attempt| (attempt, Outcome::Again)).collect();
        assert_eq!(count(&many, 301), 0);
    }
}
