//! Sessions come and go: each gets what it has not seen, then everything as it happens, with no gap
//! between the two, since the actor does both in one step.

use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, AtomicResponse, Context, Handler, WrapFuture};

use super::{Conversation, RECENT, Watcher};
use crate::actors::error::CallError;
use crate::actors::link::Link;
use crate::domain::Seq;
use crate::domain::contact::Contact;
use crate::domain::conversation::Assignee;
use crate::domain::event::Entry;
use crate::domain::ids::{ConversationId, MemberId};
use crate::fault::{self, Fault};
use crate::protocol::client::Hello;
use crate::protocol::server::{
    DashboardEvent, DeliveryMark, ReadMark, Reader, Typist, WidgetEvent, WidgetStatus,
};
use crate::protocol::view::{Row, first_name};
use crate::store;

/// A session more than this far behind gets the last page instead of everything.
const RESUME_MAX: Seq = 1_000;

/// A member opens the conversation.
#[derive(Debug, actix::Message)]
#[rtype(result = "Result<Attached, CallError>")]
pub struct AttachMember {
    /// Who.
    pub member: MemberId,
    /// Their session.
    pub link: Link,
    /// Last entry seen; none: the last page.
    pub after: Option<Seq>,
}

/// The customer's session is here.
#[derive(Debug, actix::Message)]
#[rtype(result = "Result<Attached, CallError>")]
pub struct AttachContact {
    /// The session.
    pub link: Link,
    /// What it has seen.
    pub seen: Seen,
    /// The generation of its visitor token, if nobody has compared it with the contact's yet. Another one than theirs is
    /// answered [`CallError::NotFound`].
    pub generation: Option<i64>,
}

/// The customer looks without a session.
#[derive(Debug, actix::Message)]
#[rtype(result = "Result<Attached, CallError>")]
pub struct Glance {
    /// What they have seen.
    pub seen: Seen,
}

/// What a customer's session has seen of a conversation, perhaps of another one than is theirs now.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// Of which; none: of the one that is asked.
    pub conversation: Option<ConversationId>,
    /// Its last entry; none: nothing, the last page is wanted.
    pub after: Option<Seq>,
}

impl From<&Hello> for Seen {
    fn from(hello: &Hello) -> Self {
        Self { conversation: hello.conversation, after: hello.after }
    }
}

/// What the session has not seen. What follows comes by its link.
#[derive(Debug)]
pub struct Attached {
    /// The conversation.
    pub conversation: ConversationId,
    /// Its row; none before the first message.
    pub row: Option<Row>,
    /// Whom it is with.
    pub contact: Arc<Contact>,
    /// In order of their numbers.
    pub entries: Vec<Entry>,
    /// The session was too far behind: it must drop what it has.
    pub resync: bool,
    /// Number of the last entry.
    pub last_seq: Seq,
    /// Who has read up to where.
    pub reads: Vec<ReadMark>,
    /// How far messages to the customer of a messaging channel have come.
    pub deliveries: Vec<DeliveryMark>,
    /// Where the customer stands.
    pub status: WidgetStatus,
}

/// A session leaves.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Detach {
    /// Which.
    pub link: u64,
}

/// Somebody is writing, or stopped.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Typing {
    /// Who: a member, or none for the customer.
    pub member: Option<MemberId>,
    /// Their session, which need not hear it.
    pub link: u64,
    /// Writing or not.
    pub on: bool,
}

/// Somebody has read up to here.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Read {
    /// Who: a member, or none for the customer.
    pub member: Option<MemberId>,
    /// Up to here.
    pub seq: Seq,
}

impl Handler<AttachMember> for Conversation {
    type Result = AtomicResponse<Self, Result<Attached, CallError>>;

    fn handle(&mut self, attach: AttachMember, ctx: &mut Context<Self>) -> Self::Result {
        let AttachMember { member, link, after } = attach;
        self.catch_up(after, ctx, move |actor| {
            actor.watchers.retain(|watcher| watcher.link.id() != link.id());
            actor.watchers.push(Watcher { member, link });
            actor.tell_viewers();
        })
    }
}

impl Handler<AttachContact> for Conversation {
    type Result = AtomicResponse<Self, Result<Attached, CallError>>;

    fn handle(&mut self, attach: AttachContact, ctx: &mut Context<Self>) -> Self::Result {
        let AttachContact { link, seen, generation } = attach;
        let valid = self.contact.as_ref().map(|contact| contact.token_generation);
        if generation.is_some() && generation != valid {
            return AtomicResponse::new(Box::pin(async { Err(CallError::NotFound) }.into_actor(self)));
        }
        self.catch_up(self.counted(seen), ctx, move |actor| {
            actor.customers.retain(|other| other.id() != link.id());
            actor.customers.push(link);
            actor.told_status = Some(actor.status());
        })
    }
}

impl Handler<Glance> for Conversation {
    type Result = AtomicResponse<Self, Result<Attached, CallError>>;

    fn handle(&mut self, Glance { seen }: Glance, ctx: &mut Context<Self>) -> Self::Result {
        self.catch_up(self.counted(seen), ctx, |_| ())
    }
}

impl Conversation {
    /// The last entry seen of this conversation. Who has seen another one is as far behind as can be.
    fn counted(&self, seen: Seen) -> Option<Seq> {
        let is_other = seen.conversation.is_some_and(|conversation| conversation != self.id);
        seen.after.map(|after| if is_other { -1 } else { after })
    }

    /// Answers what follows `after` and runs `join` in the same step. From memory when it is recent,
    /// else from the store while nothing else is handled.
    fn catch_up(
        &mut self,
        after: Option<Seq>,
        ctx: &mut Context<Self>,
        join: impl FnOnce(&mut Self) + 'static,
    ) -> AtomicResponse<Self, Result<Attached, CallError>> {
        let Some(contact) = self.contact.clone().filter(|_| !self.stopping) else {
            // It would never hear the next actor.
            return AtomicResponse::new(Box::pin(async { Err(CallError::Unavailable) }.into_actor(self)));
        };
        let last = self.version_told();
        let known = after.filter(|&seq| (0..=last).contains(&seq) && last - seq <= RESUME_MAX);
        let resync = after.is_some() && known.is_none();
        let from = known.unwrap_or_else(|| (last - RECENT).max(0));
        let from = from + i64::from(fault::on(Fault::ResumeSkipsOne));
        if self.recent.front().map_or(last, |first| first.seq - 1) <= from {
            let entries = self.recent.iter().filter(|entry| entry.seq > from).cloned().collect();
            let attached = self.attached(contact, entries, resync, join, ctx);
            return AtomicResponse::new(Box::pin(async { Ok(attached) }.into_actor(self)));
        }
        let (store, id) = (self.shared.store.clone(), self.id);
        let reading =
            async move { store.read(move |c| store::entries::after(c, id, from, RESUME_MAX)).await };
        AtomicResponse::new(Box::pin(reading.into_actor(self).map(move |entries, actor, ctx| {
            // Only what was told: a commit whose answer is on its way will come by the link.
            let entries = entries?.into_iter().filter(|entry| entry.seq <= last).collect();
            Ok(actor.attached(contact, entries, resync, join, ctx))
        })))
    }

    fn attached(
        &mut self,
        contact: Arc<Contact>,
        entries: Vec<Entry>,
        resync: bool,
        join: impl FnOnce(&mut Self),
        ctx: &mut Context<Self>,
    ) -> Attached {
        join(self);
        self.tell_presence(ctx);
        self.watch_idleness(ctx);
        Attached {
            conversation: self.id,
            row: self.row(),
            contact,
            entries,
            resync,
            last_seq: self.version_told(),
            reads: self.reads.iter().map(|(&by, &seq)| ReadMark { by, seq }).collect(),
            deliveries: self.deliveries.values().map(|step| step.mark.clone()).collect(),
            status: self.status(),
        }
    }

    /// Tells members whether the customer is here, if that changed.
    fn tell_presence(&mut self, ctx: &mut Context<Self>) {
        let online = !self.customers.is_empty();
        if self.told_here != online {
            self.told_here = online;
            self.tell_members(&DashboardEvent::Customer { conversation: self.id, online });
            self.tell_row_soon(ctx);
        }
    }
}

impl Handler<Detach> for Conversation {
    type Result = ();

    fn handle(&mut self, Detach { link }: Detach, ctx: &mut Context<Self>) {
        let members = self.watchers.len();
        self.watchers.retain(|watcher| watcher.link.id() != link);
        self.customers.retain(|other| other.id() != link);
        if self.watchers.len() != members {
            self.tell_viewers();
        }
        self.tell_presence(ctx);
        self.watch_idleness(ctx);
    }
}

impl Handler<Typing> for Conversation {
    type Result = ();

    fn handle(&mut self, Typing { member, link, on }: Typing, _: &mut Context<Self>) {
        let Some(id) = member else {
            return self.tell_members(&DashboardEvent::Typing {
                conversation: self.id,
                by: Typist::Contact,
                on,
            });
        };
        let is_here = self.watchers.iter().any(|watcher| watcher.link.id() == link);
        let known = self.rules.assignee(id).filter(|_| is_here);
        let Some(Assignee { name, .. }) = known else { return };
        let event = DashboardEvent::Typing {
            conversation: self.id,
            by: Typist::Member { id: Some(id), name: &name },
            on,
        };
        self.tell_members(&event);
        if self.committed.as_ref().is_some_and(|committed| committed.is_assigned_to(id)) {
            let by = Typist::Member { id: None, name: first_name(&name) };
            self.tell_customer(&WidgetEvent::Typing { by, on });
            if on {
                self.type_out();
            }
        }
    }
}

impl Handler<Read> for Conversation {
    type Result = ();

    fn handle(&mut self, Read { member, seq }: Read, ctx: &mut Context<Self>) {
        let by = member.map_or(Reader::CONTACT, Reader::Member);
        let last = self.version_told();
        let seq = seq.min(last);
        let known = self.reads.entry(by).or_insert(0);
        if seq <= *known {
            return;
        }
        *known = seq;
        self.tell_members(&DashboardEvent::Read { conversation: self.id, by, seq });
        if member.is_some() {
            self.tell_customer(&WidgetEvent::Read { seq });
        }
        // A read mark is a convenience: it is kept, but nobody waits for it.
        let (store, id) = (self.shared.store.clone(), self.id);
        let reader = member.map_or(store::reads::Reader::Contact, store::reads::Reader::Member);
        let keeping = async move {
            if let Err(error) =
                store.write(move |connection| store::reads::upsert_max(connection, id, reader, seq)).await
            {
                log::debug!("read mark not kept conversation={id} error={error}");
            }
        };
        ctx.spawn(keeping.into_actor(self));
    }
}
