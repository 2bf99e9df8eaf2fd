//! Telling what was committed: to the members who have it open, to the customer, and to the lists.

use std::time::Duration;

use actix::{AsyncContext, Context};

use super::{Conversation, RECENT_MAX};
use crate::actors::scope_supervisor::{Mentioned, Published};
use crate::domain::Seq;
use crate::domain::attachment::summary;
use crate::domain::conversation::{Status, shorten};
use crate::domain::event::{Author, Entry, Event};
use crate::domain::feedback::RATING_WINDOW;
use crate::domain::hours::Staffing;
use crate::fault::{self, Fault};
use crate::protocol::server::{self, AgentName, DashboardEvent, Standing, WidgetEvent, WidgetStatus};
use crate::protocol::view::{ContactEntry, MemberName};

/// A row that changed by messages alone is told to the lists at most this often.
const ROW_EVERY: Duration = Duration::from_millis(100);

impl Conversation {
    /// Tells new entries, in order, and keeps them at hand.
    pub(super) fn publish(&mut self, entries: Vec<Entry>, ctx: &mut Context<Self>) {
        self.tell(&entries);
        self.take_back(&entries);
        let asks_bot = entries.iter().any(is_question);
        self.recent.extend(entries);
        let surplus = self.recent.len().saturating_sub(RECENT_MAX);
        self.recent.drain(..surplus);
        if asks_bot {
            self.ask_bot_if_due(ctx);
        }
    }

    /// Forgets what the customer took back.
    fn take_back(&mut self, entries: &[Entry]) {
        let gone = entries.iter().filter_map(|entry| match entry.body {
            Event::Deleted { of } => Some(of),
            _ => None,
        });
        for of in gone {
            for entry in &mut self.recent {
                if let Some(rest) = entry.body.taken_back(entry.seq, of) {
                    entry.body = rest;
                }
            }
        }
    }

    /// Tells the lists of new entries: at once when status or owner may have changed.
    pub(super) fn tell_lists(&mut self, entries: &[Entry], ctx: &mut Context<Self>) {
        if entries.iter().any(|entry| entry.body.changes_status()) {
            self.tell_row(ctx);
        } else {
            self.tell_row_soon(ctx);
        }
    }

    /// Tells entries, in order, and what follows from them.
    pub(super) fn tell(&mut self, entries: &[Entry]) {
        let rules = self.rules.clone();
        for entry in entries {
            self.tell_members(&DashboardEvent::Entry { conversation: self.id, entry });
            if !self.customers.is_empty() {
                let entry = ContactEntry::of(entry, &rules.faces);
                if entry.by.is_none() && fault::on(Fault::PlaceholderLeftOut) {
                    continue;
                }
                self.tell_customer(&WidgetEvent::Entry { conversation: self.id, entry });
            }
        }
        self.tell_mentions(entries);
        let by_bot = entries.iter().any(|entry| entry.by == Author::Bot);
        if by_bot || entries.iter().any(|entry| entry.body.changes_status()) {
            self.tell_status();
        }
    }

    /// Tells members whom a note names.
    fn tell_mentions(&self, entries: &[Entry]) {
        for entry in entries {
            let Event::Note { text, attachments, mentions } = &entry.body else { continue };
            let Author::Member { id, name } = &entry.by else { continue };
            let members: Vec<_> = mentions.iter().copied().filter(|member| member != id).collect();
            if members.is_empty() {
                continue;
            }
            let text = shorten(&summary(text, attachments, &[], &[]));
            let frame = server::text(&DashboardEvent::Mentioned {
                scope: self.scope,
                conversation: self.id,
                seq: entry.seq,
                by: MemberName { id: *id, name: name.clone() },
                text: &text,
            });
            let (conversation, by) = (self.id, name.clone());
            // One for each note, which members send at a limited rate.
            self.supervisor.do_send(Mentioned { members, frame, conversation, by, text });
        }
    }

    /// Tells what was stored after `told` although its commit seemed to fail. Who cannot be told all of it starts over.
    pub(super) fn publish_missed(&mut self, told: Seq, ctx: &mut Context<Self>) {
        let missed: Vec<Entry> = self.recent.iter().filter(|entry| entry.seq > told).cloned().collect();
        let Some(first) = missed.first().filter(|_| !fault::on(Fault::MissedNotTold)) else { return };
        if first.seq > told + 1 {
            return self.end(ctx);
        }
        self.recent.retain(|entry| entry.seq <= told);
        self.tell_lists(&missed, ctx);
        self.publish(missed, ctx);
    }

    /// Sends one frame to every member who has it open; forgets those that are gone.
    pub(super) fn tell_members(&mut self, event: &DashboardEvent<'_>) {
        if self.watchers.is_empty() {
            return;
        }
        let frame = server::text(event);
        let before = self.watchers.len();
        self.watchers.retain(|watcher| watcher.link.frame(frame.clone()));
        if self.watchers.len() != before {
            self.tell_viewers();
        }
    }

    /// Sends one frame to every session of the customer; forgets those that are gone.
    pub(super) fn tell_customer(&mut self, event: &WidgetEvent<'_>) {
        let frame = server::text(event);
        self.customers.retain(|link| link.frame(frame.clone()));
    }

    /// Tells the members who have it open who else has.
    pub(super) fn tell_viewers(&mut self) {
        let mut members: Vec<_> = self.watchers.iter().map(|watcher| watcher.member).collect();
        members.sort_unstable();
        members.dedup();
        let frame = server::text(&DashboardEvent::Viewers { conversation: self.id, members: &members });
        for watcher in &self.watchers {
            // A link that is full is forgotten at the next entry.
            watcher.link.frame(frame.clone());
        }
    }

    /// Tells the customer where they stand, if that changed.
    pub(super) fn tell_status(&mut self) {
        let is_queued = self.committed.as_ref().is_some_and(|now_is| now_is.status == Status::Queued);
        if self.customers.is_empty() || (is_queued && self.surroundings.position == 0) {
            // A place in the queue is told when the supervisor has said which.
            return;
        }
        let status = self.status();
        if self.told_status.as_ref() != Some(&status) {
            self.tell_customer(&WidgetEvent::Status(&status));
            self.told_status = Some(status);
        }
    }

    /// Where the customer stands.
    pub(super) fn status(&self) -> WidgetStatus {
        let around = &self.surroundings;
        let Some(now_is) = &self.committed else {
            return WidgetStatus::new(Standing::None, self.staffing(), around.agents_online);
        };
        let status = match (now_is.status, &now_is.assignee) {
            (Status::Bot, _) => Standing::Bot,
            (Status::Assigned, Some(assignee)) => Standing::Agent {
                agent: AgentName::of(assignee, &self.rules.faces),
                online: around.assignee_online,
            },
            (Status::Queued | Status::Assigned, _) => {
                Standing::Waiting { position: around.position.max(1), estimate_ms: around.estimate_ms }
            }
            (Status::Ended, _) => {
                let ended_at = now_is.ended_at.unwrap_or_default();
                let in_time = self.shared.sources.now() - ended_at <= RATING_WINDOW;
                let reason = now_is.end_reason.unwrap_or(crate::domain::event::EndReason::Expired);
                Standing::Ended { reason, can_rate: in_time && !now_is.rated }
            }
        };
        let human_after = self.rules.human_after(now_is.channel);
        let human_button = status == Standing::Bot && now_is.bot_messages >= i64::from(human_after);
        WidgetStatus { human_button, ..WidgetStatus::new(status, self.staffing(), around.agents_online) }
    }

    /// What asking for a human leads to now, on this conversation's channel.
    pub(super) fn staffing(&self) -> Staffing {
        let staffing = self.surroundings.staffing.unwrap_or_default();
        let channel = self.head.as_ref().and_then(|head| self.rules.channels.get(&head.channel));
        channel.map_or(staffing, |channel| channel.settings.staffing(staffing))
    }

    /// Tells the lists at once.
    pub(super) fn tell_row(&mut self, ctx: &mut Context<Self>) {
        if let Some(timer) = self.row_timer.take() {
            ctx.cancel_future(timer);
        }
        if !self.supervisor.connected() && !self.stopping {
            // Its supervisor died and the next one knows nothing of this actor: sessions start over.
            return self.end(ctx);
        }
        if let Some(row) = self.row() {
            self.supervisor.do_send(Published { row, generation: self.generation });
        }
    }

    /// Tells the lists a little later, together with what changes until then. One notice for each
    /// conversation and interval, so the unbounded send is bounded.
    pub(super) fn tell_row_soon(&mut self, ctx: &mut Context<Self>) {
        if self.row_timer.is_none() {
            self.row_timer = Some(ctx.run_later(ROW_EVERY, |actor, ctx| {
                actor.row_timer = None;
                actor.tell_row(ctx);
            }));
        }
    }
}

fn is_question(entry: &Entry) -> bool {
    entry.by == Author::Contact && matches!(entry.body, Event::Message { .. })
}
