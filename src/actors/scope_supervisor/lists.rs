//! The live index and who is told of it: a snapshot first, then every row that changed.

use actix::{Addr, AsyncContext, Context, Handler};
use bytestring::ByteString;
use std::time::Duration;
use tokio::time::Instant;

use super::{Indexed, ScopeSupervisor};
use crate::actors::agent::{Agent, CloseSessions, Deliver, Which};
use crate::domain::conversation::Status;
use crate::domain::ids::MemberId;
use crate::fault::{self, Fault};
use crate::protocol::code::CloseCode;
use crate::protocol::server::{self, DashboardEvent};
use crate::protocol::view::Row;

/// Rows in one frame: about 90 KB.
const ROWS_PER_FRAME: usize = 200;

/// Rows that changed by messages alone wait this long for company.
const FLUSH_EVERY: Duration = Duration::from_millis(20);

/// A conversation changed, after its commit.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Published {
    /// Its row now.
    pub row: Row,
    /// Of which actor.
    pub generation: u64,
}

/// A member's session wants the lists.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Subscribe {
    /// Who.
    pub member: MemberId,
    /// Their agent.
    pub agent: Addr<Agent>,
    /// The session that gets the snapshot.
    pub link: u64,
}

/// None of a member's sessions wants the lists any more.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Unsubscribe {
    /// Who.
    pub member: MemberId,
}

impl Handler<Published> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, Published { row, generation }: Published, ctx: &mut Context<Self>) {
        let id = row.id;
        let known = self.index.get(&id);
        let is_late = match known {
            Some(known) => known.row.version > row.version,
            // The last word of an actor that was replaced must not bring back what has ended since.
            None => self.children.get(&id).is_some_and(|child| child.generation != generation),
        };
        if is_late && !fault::on(Fault::OlderRowWins) {
            return;
        }
        // That the customer came or went breaks no silence.
        let news = self.news(known.map(|known| &known.row), &row);
        let kept = known.filter(|known| known.row.version == row.version).map(|known| known.deadline);
        let deadline = kept.unwrap_or_else(|| self.deadline(row.status, 0));
        if kept.is_none() {
            self.tell_successor(id, generation);
        }
        let before = known.map(|known| (known.row.status, known.row.assignee.as_ref().map(|a| a.id)));
        let after = (row.status, row.assignee.as_ref().map(|assignee| assignee.id));
        if row.status.is_active() {
            let key = (row.channel, row.contact.id);
            if self.open_of.insert(key, id) != Some(id) {
                self.tell_moved(row.contact.id);
            }
            self.enter(row, deadline);
            self.changed.insert(id);
        } else {
            self.leave(&row);
            self.ended.push(row);
        }
        if let Some(notice) = news {
            self.shared.push.offer(notice);
        }
        if before == Some(after) {
            return self.flush_soon(ctx);
        }
        self.flush();
        if before.is_some_and(|(status, _)| status == Status::Queued) && after.0 == Status::Assigned {
            self.claims.note(Instant::now());
        }
        if after.0 == Status::Queued || before.is_some_and(|(status, _)| status == Status::Queued) {
            self.tell_places_soon(ctx);
        }
        self.tell_surroundings(id);
        if let Some(owner) = after.1 {
            self.watch_owner(owner, ctx);
        }
    }
}

impl ScopeSupervisor {
    /// Takes an open conversation into the index; silence ends it at `deadline`.
    pub(super) fn enter(&mut self, row: Row, deadline: Instant) {
        let id = row.id;
        if let Some(old) = self.index.get(&id) {
            self.deadlines.remove(&(old.deadline, id));
            if let Some(since) = old.row.waiting_since {
                self.queue.remove(&(since, id));
            }
        }
        if let Some(since) = row.waiting_since {
            self.queue.insert((since, id));
        }
        self.deadlines.insert((deadline, id));
        self.index.insert(id, Indexed { row, deadline });
    }

    fn leave(&mut self, row: &Row) {
        self.changed.remove(&row.id);
        if let Some(old) = self.index.remove(&row.id) {
            self.deadlines.remove(&(old.deadline, row.id));
            if let Some(since) = old.row.waiting_since {
                self.queue.remove(&(since, row.id));
            }
        }
        let key = (row.channel, row.contact.id);
        if self.open_of.get(&key) == Some(&row.id) {
            self.open_of.remove(&key);
        }
    }

    /// Tells the subscribers a little later, with what changes until then.
    pub(super) fn flush_soon(&mut self, ctx: &mut Context<Self>) {
        if !self.flush_due {
            self.flush_due = true;
            ctx.run_later(FLUSH_EVERY, |actor, _| actor.flush());
        }
    }

    /// Tells the subscribers every row that changed.
    fn flush(&mut self) {
        self.flush_due = false;
        let changed = std::mem::take(&mut self.changed);
        let mut rows = std::mem::take(&mut self.ended);
        if self.subscribers.is_empty() {
            return;
        }
        rows.extend(changed.iter().filter_map(|id| self.index.get(id)).map(|indexed| indexed.row.clone()));
        let frames: Vec<ByteString> = rows
            .chunks(ROWS_PER_FRAME)
            .map(|rows| server::text(&DashboardEvent::Rows { scope: self.id, rows }))
            .collect();
        self.tell_subscribers(&frames);
    }

    /// Sends frames to every member who has the lists open.
    pub(super) fn tell_subscribers(&self, frames: &[ByteString]) {
        for agent in self.subscribers.values() {
            let deliver = Deliver { scope: self.id, only: None, frames: frames.to_vec() };
            if agent.try_send(deliver).is_err() && agent.connected() {
                // It cannot be told everything any more, so it starts over with a snapshot.
                agent.do_send(CloseSessions { code: CloseCode::SlowConsumer, which: Which::All });
            }
        }
    }
}

impl Handler<Subscribe> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, Subscribe { member, agent, link }: Subscribe, _: &mut Context<Self>) {
        let mut rows: Vec<&Row> = self.index.values().map(|indexed| &indexed.row).collect();
        rows.sort_unstable_by_key(|row| row.id);
        let mut parts: Vec<Vec<Row>> =
            rows.chunks(ROWS_PER_FRAME).map(|part| part.iter().map(|row| (*row).clone()).collect()).collect();
        if parts.is_empty() {
            parts.push(Vec::new());
        }
        let last = parts.len() - 1;
        let frames = parts
            .iter()
            .enumerate()
            .map(|(index, rows)| {
                server::text(&DashboardEvent::Snapshot { scope: self.id, rows, done: index == last })
            })
            .collect();
        agent.do_send(Deliver { scope: self.id, only: Some(link), frames });
        self.subscribers.insert(member, agent);
    }
}

impl Handler<Unsubscribe> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, Unsubscribe { member }: Unsubscribe, _: &mut Context<Self>) {
        self.subscribers.remove(&member);
    }
}
