//! One member in the act of answering, however many tabs and phones they have open.
//!
//! An actor, because presence is one fact per member: it changes when the first session comes and
//! the last one goes. It hands frames of a scope to the sessions that subscribed to it. It owns no
//! conversations: those know their assignee themselves.

mod attach;
mod check;
mod deliver;

pub use attach::{
    Attach, CloseSessions, Credential, Detach, SetLooking, SetPresence, Subscribe, Unsubscribe, Which,
};
pub use deliver::Deliver;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actix::{Actor, Context};

use super::directory::Shared;
use super::link::Link;
use crate::domain::ids::{MemberId, ScopeId};
use crate::domain::member::Presence;

/// Most messages in an agent's mailbox; above it the member's sessions are closed and resume.
pub const MAILBOX: usize = 1_024;

/// The actor.
pub struct Agent {
    member: MemberId,
    shared: Arc<Shared>,
    /// Open sessions by link id.
    sessions: HashMap<u64, Session>,
    /// What the member last said of themselves; sessions decide whether they are there at all.
    away: bool,
}

struct Session {
    link: Link,
    credential: Credential,
    /// The member's scopes at the time of the log-in.
    scopes: Vec<ScopeId>,
    subscribed: HashSet<ScopeId>,
    /// Its page is in front of somebody's eyes.
    looking: bool,
}

impl Agent {
    /// The actor of this member, with no session yet.
    pub(super) fn new(member: MemberId, shared: Arc<Shared>) -> Self {
        Self { member, shared, sessions: HashMap::new(), away: false }
    }

    fn presence(&self) -> Presence {
        match (self.sessions.is_empty(), self.away) {
            (true, _) => Presence::Offline,
            (false, true) => Presence::Away,
            (false, false) => Presence::Online,
        }
    }

    /// Must nobody tell the member by other ways? They look at a dashboard, or said that they are away.
    fn undisturbed(&self) -> bool {
        self.away || self.sessions.values().any(|session| session.looking)
    }
}

impl Actor for Agent {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.check_often(ctx);
    }
}
