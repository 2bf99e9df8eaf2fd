//! Who is there, and what happens to the chats of those who are not.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::{AsyncContext, Context, Handler, MessageResult};

use super::{ScopeRules, ScopeSupervisor};
use crate::actors::conversation::Do;
use crate::actors::reply::Reply;
use crate::domain::conversation::{Assignee, Command};
use crate::domain::hours::Staffing;
use crate::domain::ids::{ConversationId, MemberId};
use crate::domain::member::Presence;
use crate::protocol::server::{self, DashboardEvent};

/// A member came, went, or changed their mind.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct PresenceChanged {
    /// Who.
    pub member: MemberId,
    /// How they are now.
    pub presence: Presence,
    /// They look at a dashboard or are away, so that nothing need be pushed to them.
    pub undisturbed: bool,
}

/// A member is no longer an active member of the scope.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct RemoveMember {
    /// Who.
    pub member: MemberId,
}

/// A possible assignee; none when they are not active in the scope.
#[derive(Debug, actix::Message)]
#[rtype(result = "Option<Assignee>")]
pub struct FindMember {
    /// Who.
    pub member: MemberId,
}

/// What members see of a scope besides its conversations.
#[derive(Debug, actix::Message)]
#[rtype(result = "Overview")]
pub struct Look;

/// See [`Look`].
#[derive(Debug, Clone)]
pub struct Overview {
    /// Settings, bot, channels, members. None while the scope cannot be loaded.
    pub rules: Option<Arc<ScopeRules>>,
    /// What a customer who asks for a human may expect; none while the scope cannot be loaded.
    pub staffing: Option<Staffing>,
    /// Who is there. Absent = offline.
    pub presence: HashMap<MemberId, Presence>,
}

/// The same, as far as customers are told of it.
#[derive(Debug, Clone)]
pub struct Reception {
    /// As in [`Overview`].
    pub rules: Option<Arc<ScopeRules>>,
    /// As in [`Overview`].
    pub staffing: Option<Staffing>,
    /// Members who are there and want work.
    pub online: usize,
}

impl From<Overview> for Reception {
    fn from(overview: Overview) -> Self {
        let Overview { rules, staffing, presence } = overview;
        Self { rules, staffing, online: online(&presence) }
    }
}

fn online(presence: &HashMap<MemberId, Presence>) -> usize {
    presence.values().filter(|presence| **presence == Presence::Online).count()
}

impl ScopeSupervisor {
    pub(super) fn reception(&self) -> Reception {
        Reception { rules: self.rules.clone(), staffing: self.staffing(), online: self.online() }
    }

    pub(super) fn presence_of(&self, member: MemberId) -> Presence {
        self.presence.get(&member).copied().unwrap_or(Presence::Offline)
    }

    /// Members who are there and want work.
    pub(super) fn online(&self) -> usize {
        online(&self.presence)
    }

    /// A conversation has this owner now: if they are not there, their time runs.
    pub(super) fn watch_owner(&mut self, owner: MemberId, ctx: &mut Context<Self>) {
        if self.rules.as_ref().is_some_and(|rules| !rules.members.contains_key(&owner)) {
            // Transferred to somebody who was just removed.
            self.release(owner, true, ctx);
        } else if self.presence_of(owner) == Presence::Offline {
            self.release_later(owner, ctx);
        }
    }

    /// Gives the chats of an absent member back to the queue after the scope's release time, unless
    /// they come back before.
    pub(super) fn release_later(&mut self, member: MemberId, ctx: &mut Context<Self>) {
        let after = self.rules.as_ref().map_or(0, |rules| rules.scope.settings.release_after);
        let Ok(after @ 1..) = u64::try_from(after) else { return };
        let generation = self.presence_generation.get(&member).copied().unwrap_or(0);
        ctx.run_later(Duration::from_millis(after), move |actor, ctx| {
            let is_same = actor.presence_generation.get(&member).copied().unwrap_or(0) == generation;
            if is_same && actor.presence_of(member) == Presence::Offline {
                actor.release(member, false, ctx);
                if !actor.owned_by(member).is_empty() {
                    // In case the store does not take it now.
                    actor.release_later(member, ctx);
                }
            }
        });
    }

    /// Gives the chats of members who are no longer in the scope back to the queue.
    pub(super) fn release_removed(&mut self, ctx: &mut Context<Self>) {
        let Some(rules) = self.rules.clone() else { return };
        let owners = self.index.values().filter_map(|indexed| indexed.row.assignee.as_ref()).map(|a| a.id);
        let mut removed: Vec<MemberId> = owners.filter(|id| !rules.members.contains_key(id)).collect();
        removed.sort_unstable();
        removed.dedup();
        for member in removed {
            self.release(member, true, ctx);
        }
        self.presence.retain(|member, _| rules.members.contains_key(member));
        self.undisturbed.retain(|member| rules.members.contains_key(member));
    }

    fn release(&mut self, member: MemberId, removed: bool, ctx: &mut Context<Self>) {
        for id in self.owned_by(member) {
            let command =
                if removed { Command::RemoveMember { member } } else { Command::Release { member } };
            self.tell_command(id, command, ctx);
        }
    }

    fn owned_by(&self, member: MemberId) -> Vec<ConversationId> {
        let rows = self.index.values().map(|indexed| &indexed.row);
        rows.filter(|row| row.assignee.as_ref().is_some_and(|owner| owner.id == member))
            .map(|row| row.id)
            .collect()
    }

    /// Sends one of our own commands to a conversation, waking it. A chat's owner is released and
    /// its silence ends once, so the unbounded send is bounded.
    pub(super) fn tell_command(&mut self, id: ConversationId, command: Command, ctx: &mut Context<Self>) {
        if let Ok(address) = self.child(id, None, ctx) {
            address.do_send(Do { command, client_id: None, reply: Reply::to_nobody() });
        }
    }
}

impl Handler<PresenceChanged> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, changed: PresenceChanged, ctx: &mut Context<Self>) {
        let PresenceChanged { member, presence, undisturbed } = changed;
        if undisturbed {
            self.undisturbed.insert(member);
        } else {
            self.undisturbed.remove(&member);
        }
        if self.presence_of(member) == presence {
            return;
        }
        *self.presence_generation.entry(member).or_insert(0) += 1;
        let before = self.staffing();
        if presence == Presence::Offline {
            self.presence.remove(&member);
            self.release_later(member, ctx);
        } else {
            self.presence.insert(member, presence);
        }
        let frame = server::text(&DashboardEvent::Presence { scope: self.id, member, status: presence });
        self.tell_subscribers(&[frame]);
        self.tell_places_soon(ctx);
        if self.staffing() != before {
            self.tell_staffing(ctx);
        }
        for id in self.owned_by(member) {
            self.tell_surroundings(id);
        }
    }
}

impl Handler<RemoveMember> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, RemoveMember { member }: RemoveMember, ctx: &mut Context<Self>) {
        self.release(member, true, ctx);
    }
}

impl Handler<FindMember> for ScopeSupervisor {
    type Result = MessageResult<FindMember>;

    fn handle(&mut self, FindMember { member }: FindMember, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.rules.as_ref().and_then(|rules| rules.assignee(member)))
    }
}

impl Handler<Look> for ScopeSupervisor {
    type Result = MessageResult<Look>;

    fn handle(&mut self, _: Look, _: &mut Context<Self>) -> Self::Result {
        let (rules, presence) = (self.rules.clone(), self.presence.clone());
        MessageResult(Overview { rules, staffing: self.staffing(), presence })
    }
}
