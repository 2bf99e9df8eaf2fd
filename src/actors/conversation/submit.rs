//! From a command to its answer: decide at once, commit through the journal, then apply, answer
//! and publish, in the order of the decisions.

use std::hash::{DefaultHasher, Hash, Hasher};

use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};
use tokio::time::Instant;

use super::life::{self, Stored};
use super::{Conversation, IN_FLIGHT_MAX};
use crate::actors::error::{Answer, CallError};
use crate::actors::reply::{Outcome, Reply};
use crate::actors::scope_supervisor::PassOn;
use crate::domain::Seq;
use crate::domain::conversation::{self as domain, Command};
use crate::domain::event::{Author, Entry, Event};
use crate::domain::ids::ClientId;
use crate::domain::refusal::Refusal;
use crate::fault::{self, Fault};
use crate::kill::{self, Point};
use crate::request_id;
use crate::store::audit::{AuditActor, AuditRow};
use crate::store::{Commit, CommitError, Opening, StoreError};

/// A command. A first message makes the conversation; all others are for one that exists.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Do {
    /// What.
    pub command: Command,
    /// Makes a repeat harmless; none for our own timers and the bot.
    pub client_id: Option<ClientId>,
    /// Where the answer goes, after the commit.
    pub reply: Reply,
}

/// Something decided whose answer has not left yet.
pub(super) struct Pending {
    ticket: u64,
    work: Do,
    /// Decided before: a conflict was met once, the second one is answered.
    retried: bool,
    decided: Decided,
    /// Set by the journal; at once when nothing is to be written.
    result: Option<Result<(), CommitError>>,
    since: Instant,
}

/// The journal has this long to answer; then the outcome is unknown.
const COMMIT_LIMIT: Duration = Duration::from_millis(4_500);

/// After the state could not be loaded, commands are refused for this long before the next attempt: an attempt may take
/// seconds, and those who wait behind it are to be answered in time.
const LOAD_PAUSE: Duration = Duration::from_millis(500);

enum Decided {
    /// Nothing to write: a refusal, a repeat, or no effect.
    Told(Outcome),
    /// Entries, at least one.
    Written { entries: Vec<Entry> },
}

/// The journal's word on one commit.
#[derive(actix::Message)]
#[rtype(result = "()")]
pub(super) struct Committed {
    ticket: u64,
    result: Result<(), CommitError>,
}

impl Handler<Do> for Conversation {
    type Result = ();

    fn handle(&mut self, work: Do, ctx: &mut Context<Self>) {
        self.take(work, false, ctx);
    }
}

impl Handler<Committed> for Conversation {
    type Result = ();

    fn handle(&mut self, Committed { ticket, result }: Committed, ctx: &mut Context<Self>) {
        if let Some(pending) = self.in_flight.iter_mut().find(|pending| pending.ticket == ticket) {
            pending.result = Some(result);
            self.settle(ctx);
        } else if result.is_ok() && self.in_flight.is_empty() {
            // It was given up as unknown and stands after all.
            self.load(ctx, Vec::new());
        }
    }
}

impl Conversation {
    /// Decides a command and sends what it writes to the journal.
    fn take(&mut self, mut work: Do, retried: bool, ctx: &mut Context<Self>) {
        if let Some(held) = &mut self.loading {
            return held.push(work);
        }
        if self.shared.is_draining() {
            return work.reply.send(Err(CallError::Draining));
        }
        // A first message is known to nobody else, so it is taken here all the same.
        if self.stopping && !retried && self.committed.is_some() {
            return self.supervisor.do_send(PassOn { conversation: self.id, work });
        }
        if let Some(since) = self.outdated {
            if since.elapsed() < LOAD_PAUSE {
                return work.reply.send(Err(CallError::Unavailable));
            }
            return self.load(ctx, vec![work]);
        }
        if self.in_flight.len() >= IN_FLIGHT_MAX {
            return work.reply.send(Err(CallError::Overloaded));
        }
        // Their connection may be older than their name.
        if let Some(by) = work.command.by_mut()
            && let Some((member, _)) = self.rules.members.get(&by.id)
        {
            by.name.clone_from(&member.name);
        }
        let Some(head) = &self.head else {
            return work.reply.send(Err(CallError::NotFound));
        };
        let author = work.command.author();
        let asked = work.client_id.filter(|_| !fault::on(Fault::ClientIdNotLookedUp));
        let known = asked.and_then(|client_id| self.seen.get(&key(&author, client_id)));
        if let Some(&seq) = known {
            return self.repeat(seq, work, ctx);
        }
        let now = self.shared.sources.now();
        let decision = match (&work.command, head.version) {
            (Command::Post { text }, 0) => Ok(domain::open(&self.rules.rules, text)),
            (Command::LeaveMessage { text }, 0) => Ok(domain::open_waiting(text)),
            (_, 0) => Err(Refusal::Ended),
            _ => domain::is_staffed(head, &work.command, self.staffing().asking)
                .and_then(|()| domain::decide(head, &work.command, &self.rules.rules, now)),
        };
        match decision {
            Err(refusal) => {
                self.shared.figures.refused(&refusal);
                self.answer(work, retried, Err(refusal.into()), ctx);
            }
            Ok(facts) if facts.is_empty() => {
                let answer = Answer { conversation: self.id, seq: None, version: head.version };
                self.answer(work, retried, Ok(answer), ctx);
            }
            Ok(facts) => {
                let entries = domain::number(head.version, facts, work.client_id, now);
                self.write(work, retried, entries, ctx);
            }
        }
    }

    /// Queues an answer behind the commits it was decided on.
    fn answer(&mut self, work: Do, retried: bool, outcome: Outcome, ctx: &mut Context<Self>) {
        if self.in_flight.is_empty() {
            return work.reply.send(outcome);
        }
        let decided = Decided::Told(outcome);
        let since = Instant::now();
        self.in_flight.push_back(Pending { ticket: 0, work, retried, decided, result: Some(Ok(())), since });
        self.settle(ctx);
    }

    fn write(&mut self, work: Do, retried: bool, entries: Vec<Entry>, ctx: &mut Context<Self>) {
        let Some(mut after) = self.head.take() else { return };
        let before = after.version;
        for entry in &entries {
            after.apply(entry);
        }
        if let Some(client_id) = work.client_id {
            self.seen.insert(key(&work.command.author(), client_id), after.version);
        }
        let opening = (before == 0).then(|| self.contact.clone()).flatten();
        let audit = self.audit(&entries);
        let outbox = self.messages_out(&after, &entries);
        let events = self.events_out(&entries, opening.as_deref());
        let (says, tells) = (!outbox.is_empty(), !events.is_empty());
        let commit = Commit {
            before,
            after,
            entries,
            opening: opening
                .map(|contact| Opening { contact: contact.as_ref().clone(), session: self.session.clone() }),
            audit,
            outbox,
            events,
        };
        self.next_ticket += 1;
        let ticket = self.next_ticket;
        let me = ctx.address();
        // At most IN_FLIGHT_MAX of these can be on their way, so the unbounded send is bounded. The result is mail to
        // this actor, so it comes after what follows here.
        let shared = self.shared.clone();
        self.shared.store.submit(&commit, move |result| {
            if says && result.is_ok() {
                shared.messages_out.notify_one();
            }
            if tells && result.is_ok() {
                shared.events_out.notify_one();
            }
            me.do_send(Committed { ticket, result });
        });

        let Commit { after, entries, .. } = commit;
        self.head = Some(after);
        let decided = Decided::Written { entries };
        let since = Instant::now();
        self.in_flight.push_back(Pending { ticket, work, retried, decided, result: None, since });
        self.limit_commit(ctx);
    }

    /// Take-overs are audited, in the same commit.
    fn audit(&self, entries: &[Entry]) -> Vec<AuditRow> {
        let taken = entries.iter().filter(|entry| matches!(entry.body, Event::TakenOver { .. }));
        taken
            .map(|entry| AuditRow {
                id: self.shared.sources.id(),
                scope: Some(self.scope),
                at: entry.at,
                actor: AuditActor::of(&entry.by),
                action: "conversation.take_over".into(),
                object: self.id.to_string(),
                address: None,
                details: serde_json::Value::Null,
            })
            .collect()
    }

    /// Tells everything that is committed, oldest first, up to the first that is not.
    fn settle(&mut self, ctx: &mut Context<Self>) {
        while let Some(pending) = self.in_flight.pop_front() {
            if pending.result.is_none() {
                return self.in_flight.push_front(pending);
            }
            let Pending { work, retried, decided, result, .. } = pending;
            match (result, decided) {
                (Some(Ok(())) | None, Decided::Told(outcome)) => work.reply.send(outcome),
                (Some(Ok(())) | None, Decided::Written { entries }) => {
                    let version = self.take_in(&entries);
                    self.shared.figures.committed(&entries);
                    let answer = Answer { conversation: self.id, seq: Some(version), version };
                    // Before the answer: whoever asks for the lists after it finds them changed.
                    self.tell_lists(&entries, ctx);
                    work.reply.send(Ok(answer));
                    kill::point(Point::CommandAnswered);
                    self.publish(entries, ctx);
                    kill::point(Point::EntriesShown);
                }
                (Some(Err(CommitError::Conflict)), _) if !retried => {
                    let again = Do { ..work };
                    return self.decide_again(Some(again), ctx);
                }
                (Some(Err(CommitError::ActiveExists(open))), Decided::Written { entries })
                    if entries.first().is_some_and(|entry| entry.seq == 1) =>
                {
                    // An earlier conversation was activated meanwhile: what the contact writes belongs there, and their
                    // sessions move there too.
                    self.supervisor.do_send(PassOn { conversation: open, work });
                    return self.decide_again(None, ctx);
                }
                (Some(Err(error)), _) => {
                    request_id::at_once(work.reply.request(), || {
                        log::warn!("commit failed conversation={} error={error}", self.id);
                    });
                    work.reply.send(Err(error.into()));
                    if !fault::on(Fault::FailureNotLookedUp) {
                        return self.decide_again(None, ctx);
                    }
                }
            }
        }
        self.end_if_done(ctx);
    }

    /// Takes committed entries into the committed state. Answers its version.
    fn take_in(&mut self, entries: &[Entry]) -> Seq {
        let unopened = || self.head.as_ref().map(domain::Conversation::emptied);
        let Some(mut committed) = self.committed.take().or_else(unopened) else { return 0 };
        for entry in entries {
            committed.apply(entry);
        }
        self.committed.insert(committed).version
    }

    /// Arms the timer that ends the wait for a journal that does not answer.
    fn limit_commit(&mut self, ctx: &mut Context<Self>) {
        if self.commit_timer.is_some() {
            return;
        }
        let Some(oldest) = self.in_flight.front() else { return };
        let left = COMMIT_LIMIT.saturating_sub(oldest.since.elapsed());
        self.commit_timer = Some(ctx.run_later(left, |actor, ctx| {
            actor.commit_timer = None;
            match actor.in_flight.front() {
                Some(oldest) if oldest.since.elapsed() >= COMMIT_LIMIT => {
                    request_id::at_once(oldest.work.reply.request(), || {
                        log::warn!("the journal does not answer conversation={}", actor.id);
                    });
                    let unknown = std::mem::take(&mut actor.in_flight);
                    refuse_all(
                        unknown.into_iter().map(|pending| pending.work).collect(),
                        &CallError::Unavailable,
                    );
                    actor.load(ctx, Vec::new());
                }
                Some(_) => actor.limit_commit(ctx),
                None => {}
            }
        }));
    }

    /// A commit failed, so what was decided on top of it is void: load the state as stored and
    /// decide everything that waits again, once. The journal works in order, so what is still in
    /// it from before fails on the version and is ignored here by its ticket.
    fn decide_again(&mut self, first: Option<Do>, ctx: &mut Context<Self>) {
        let rest = std::mem::take(&mut self.in_flight);
        let again = first.into_iter().chain(rest.into_iter().map(|pending| pending.work)).collect();
        self.load(ctx, again);
    }

    /// Loads the state from the store, then decides `again`. Nothing else is handled meanwhile.
    pub(super) fn load(&mut self, ctx: &mut Context<Self>, again: Vec<Do>) {
        let (store, id) = (self.shared.store.clone(), self.id);
        let loading = async move { store.read(move |connection| life::stored(connection, id)).await };
        self.loading.get_or_insert_default();
        ctx.wait(loading.into_actor(self).map(move |loaded, actor, ctx| {
            let held = actor.loading.take().unwrap_or_default();
            actor.loaded(loaded, again, ctx);
            for work in held {
                actor.take(work, false, ctx);
            }
        }));
    }

    /// Goes on with what was loaded.
    fn loaded(&mut self, loaded: Result<Stored, StoreError>, again: Vec<Do>, ctx: &mut Context<Self>) {
        let id = self.id;
        match loaded {
            Ok(stored) if stored.conversation.scope == self.scope => {
                let told = self.contact.as_ref().map(|_| self.version_told());
                self.restore(stored);
                if let Some(told) = told {
                    self.publish_missed(told, ctx);
                }
                self.take_all(again, ctx);
                self.ask_bot_if_due(ctx);
                self.end_if_done(ctx);
            }
            Err(StoreError::NotFound) if self.is_unopened() => {
                self.begin_anew();
                self.take_all(again, ctx);
            }
            Ok(_) | Err(StoreError::NotFound) => {
                refuse_all(again, &CallError::NotFound);
                self.end(ctx);
            }
            Err(error) => {
                request_id::at_once(again.first().and_then(|work| work.reply.request()), || {
                    log::warn!("conversation not loaded conversation={id} error={error}");
                });
                refuse_all(again, &CallError::Unavailable);
                if self.contact.is_none() {
                    return self.end(ctx);
                }
                // Its sockets stay, but what is decided next must not rest on a state that is not stored.
                self.outdated = Some(Instant::now());
            }
        }
    }

    /// Brought to life by a first message that is not stored.
    fn is_unopened(&self) -> bool {
        self.committed.is_none() && self.contact.is_some()
    }

    /// The opening failed and nothing of it is stored.
    fn begin_anew(&mut self) {
        self.outdated = None;
        self.seen.clear();
        self.head = self.head.as_ref().map(domain::Conversation::emptied);
    }

    fn take_all(&mut self, again: Vec<Do>, ctx: &mut Context<Self>) {
        for work in again {
            self.take(work, true, ctx);
        }
    }

    /// The client id is known: the first answer again, once the first one is committed.
    fn repeat(&mut self, seq: Seq, work: Do, ctx: &mut Context<Self>) {
        let in_flight = self.in_flight.iter().filter_map(|pending| match &pending.decided {
            Decided::Written { entries } => Some(entries),
            Decided::Told(_) => None,
        });
        let known = in_flight.flatten().chain(&self.recent).find(|entry| entry.seq == seq);
        if let Some(entry) = known {
            let outcome = self.first_answer(&work.command, entry);
            return self.answer(work, true, outcome, ctx);
        }
        let (store, id) = (self.shared.store.clone(), self.id);
        let reading = async move {
            store.read(move |connection| crate::store::entries::after(connection, id, seq - 1, 1)).await
        };
        ctx.spawn(reading.into_actor(self).map(move |entries, actor: &mut Self, _| {
            let outcome = match entries.as_deref() {
                Ok([entry]) => actor.first_answer(&work.command, entry),
                _ => Err(CallError::Unavailable),
            };
            work.reply.send(outcome);
        }));
    }

    fn first_answer(&self, command: &Command, entry: &Entry) -> Outcome {
        if !command.wrote(&entry.body) && entry.body != Event::Erased {
            return Err(Refusal::IdReused.into());
        }
        let version = self.head.as_ref().map_or(entry.seq, |head| head.version);
        Ok(Answer { conversation: self.id, seq: Some(entry.seq), version })
    }
}

fn refuse_all(works: Vec<Do>, error: &CallError) {
    for work in works {
        work.reply.send(Err(error.clone()));
    }
}

/// Client ids are unique for each author of a conversation.
pub(super) fn key(author: &Author, client_id: ClientId) -> u64 {
    let mut hasher = DefaultHasher::new();
    match author {
        Author::Contact => 0_u8.hash(&mut hasher),
        Author::Bot => 1_u8.hash(&mut hasher),
        Author::System => 2_u8.hash(&mut hasher),
        Author::Member { id, .. } => id.hash(&mut hasher),
    }
    client_id.hash(&mut hasher);
    hasher.finish()
}
