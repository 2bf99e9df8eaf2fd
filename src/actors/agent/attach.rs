//! Sessions of one member come, subscribe, and go; presence follows.

use std::collections::HashSet;

use actix::{AsyncContext, Context, Handler};

use super::{Agent, Session};
use crate::actors::link::{Link, Push};
use crate::actors::scope_supervisor;
use crate::domain::ids::{KeyId, LoginId, ScopeId};
use crate::domain::member::Presence;
use crate::protocol::client::Wanted;
use crate::protocol::code::CloseCode;

/// A session is there.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Attach {
    /// The session.
    pub link: Link,
    /// What it came with.
    pub credential: Credential,
    /// The scopes the member may see.
    pub scopes: Vec<ScopeId>,
}

/// What a session came with. It ends when that is void.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// A log-in.
    Login(LoginId),
    /// An API key.
    Key(KeyId),
}

/// A session is gone.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Detach {
    /// Which.
    pub link: u64,
}

/// A session wants the lists of a scope. The snapshot comes by its link.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Subscribe {
    /// Which session.
    pub link: u64,
    /// Which scope; the session has checked that it may.
    pub scope: ScopeId,
}

/// A session no longer wants the lists of a scope.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Unsubscribe {
    /// Which session.
    pub link: u64,
    /// Which scope.
    pub scope: ScopeId,
}

/// The member says whether they want work.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct SetPresence(pub Wanted);

/// A session's page came into somebody's view, or left it.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct SetLooking {
    /// Which session.
    pub link: u64,
    /// It is in view.
    pub on: bool,
}

/// Close sessions of the member: what they came with is void, or they cannot be told any more.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct CloseSessions {
    /// What the client hears.
    pub code: CloseCode,
    /// Whom it concerns.
    pub which: Which,
}

/// Which of a member's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// All that came with something else.
    Except(Credential),
    /// Those that came with this.
    With(Credential),
}

impl Which {
    fn concerns(self, credential: Credential) -> bool {
        match self {
            Self::All => true,
            Self::Except(other) => credential != other,
            Self::With(this) => credential == this,
        }
    }
}

impl Handler<Attach> for Agent {
    type Result = ();

    fn handle(&mut self, Attach { link, credential, scopes }: Attach, _: &mut Context<Self>) {
        let session = Session { credential, scopes, subscribed: HashSet::new(), link, looking: false };
        self.sessions.insert(session.link.id(), session);
        self.tell_presence();
    }
}

impl Handler<Detach> for Agent {
    type Result = ();

    fn handle(&mut self, Detach { link }: Detach, _: &mut Context<Self>) {
        if let Some(session) = self.sessions.remove(&link) {
            for scope in session.subscribed {
                self.leave(scope);
            }
            self.tell_presence_in(&session.scopes);
        }
    }
}

impl Handler<Subscribe> for Agent {
    type Result = ();

    fn handle(&mut self, Subscribe { link, scope }: Subscribe, ctx: &mut Context<Self>) {
        let Some(session) = self.sessions.get_mut(&link) else { return };
        session.subscribed.insert(scope);
        let (member, agent) = (self.member, ctx.address());
        // Sessions send few of these and are rate limited.
        self.shared.scope(scope).do_send(scope_supervisor::Subscribe { member, agent, link });
    }
}

impl Handler<Unsubscribe> for Agent {
    type Result = ();

    fn handle(&mut self, Unsubscribe { link, scope }: Unsubscribe, _: &mut Context<Self>) {
        if let Some(session) = self.sessions.get_mut(&link) {
            session.subscribed.remove(&scope);
        }
        self.leave(scope);
    }
}

impl Handler<SetPresence> for Agent {
    type Result = ();

    fn handle(&mut self, SetPresence(wanted): SetPresence, _: &mut Context<Self>) {
        self.away = wanted == Wanted::Away;
        self.tell_presence();
    }
}

impl Handler<SetLooking> for Agent {
    type Result = ();

    fn handle(&mut self, SetLooking { link, on }: SetLooking, _: &mut Context<Self>) {
        if let Some(session) = self.sessions.get_mut(&link) {
            session.looking = on;
            self.tell_presence();
        }
    }
}

impl Handler<CloseSessions> for Agent {
    type Result = ();

    fn handle(&mut self, CloseSessions { code, which }: CloseSessions, _: &mut Context<Self>) {
        for session in self.sessions.values().filter(|session| which.concerns(session.credential)) {
            session.link.push(Push::Close(code));
        }
    }
}

impl Agent {
    /// The supervisor need not tell this member any more, if no session is left that wants it.
    fn leave(&self, scope: ScopeId) {
        if !self.sessions.values().any(|session| session.subscribed.contains(&scope)) {
            self.shared.scope(scope).do_send(scope_supervisor::Unsubscribe { member: self.member });
        }
    }

    fn tell_presence(&mut self) {
        let scopes: Vec<ScopeId> =
            self.sessions.values().flat_map(|session| session.scopes.iter().copied()).collect();
        self.tell_presence_in(&scopes);
    }

    /// Tells every supervisor of these scopes, who ignores what is not new. One notice for each coming and going of a
    /// session, so the unbounded send is bounded.
    fn tell_presence_in(&mut self, scopes: &[ScopeId]) {
        let presence: Presence = self.presence();
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        for scope in scopes {
            let (member, undisturbed) = (self.member, self.undisturbed());
            let told = scope_supervisor::PresenceChanged { member, presence, undisturbed };
            self.shared.scope(scope).do_send(told);
        }
    }
}
