//! Lets a member's socket in, and makes it end with what it came with.

use actix::Addr;

use crate::actors::agent::{self, Agent, Credential};
use crate::actors::directory::ask;
use crate::actors::error::CallError;
use crate::actors::link::Link;
use crate::actors::scope_supervisor::Overview;
use crate::api::auth::{Caller, Via};
use crate::api::edge::Edge;
use crate::domain::member::{Presence, Role};
use crate::protocol::server::{ChannelView, MemberView, ScopeView};

/// The member's agent knows of this socket, until this is dropped.
pub struct Here {
    /// Who knows.
    pub agent: Addr<Agent>,
    link: u64,
}

impl Drop for Here {
    fn drop(&mut self) {
        self.agent.do_send(agent::Detach { link: self.link });
    }
}

/// What a member's socket begins with.
pub struct Admission {
    /// It is known.
    pub here: Here,
    /// The member's scopes.
    pub scopes: Vec<ScopeView>,
}

/// Lets the caller's socket in; none when what it came with is void by now, as it may be long since it was opened.
///
/// # Errors
/// When agent, scope or store do not answer.
pub async fn admit(edge: &Edge, caller: &Caller, link: Link) -> Result<Option<Admission>, CallError> {
    let shared = edge.directory.shared();
    let credential = match &caller.via {
        Via::Login(login) => Credential::Login(login.id),
        Via::Key(key) => Credential::Key(*key),
    };
    let here = Here { agent: shared.agent(caller.member.id), link: link.id() };
    let scopes = caller.memberships.iter().map(|membership| membership.scope).collect();
    // The agent first: whatever is revoked from now on closes it, and what was revoked before is seen in the store.
    ask(&here.agent, agent::Attach { link, credential, scopes }).await?;
    if shared.standing(vec![credential]).await?.is_empty() {
        return Ok(None);
    }
    let mut scopes = Vec::new();
    for membership in &caller.memberships {
        let mut overview = edge.directory.look(membership.scope).await?;
        // This very session makes them be there.
        overview.presence.entry(caller.member.id).or_insert(Presence::Online);
        scopes.extend(scope_view(&overview, membership.role));
    }
    Ok(Some(Admission { here, scopes }))
}

/// A scope as this member sees it.
fn scope_view(overview: &Overview, role: Role) -> Option<ScopeView> {
    let rules = overview.rules.as_ref()?;
    let mut channels: Vec<ChannelView> = rules
        .channels
        .values()
        .map(|channel| ChannelView { id: channel.id, kind: channel.kind, name: channel.name.clone() })
        .collect();
    channels.sort_by(|one, other| one.name.cmp(&other.name));
    let mut members: Vec<MemberView> = rules
        .members
        .values()
        .map(|(member, role)| MemberView {
            id: member.id,
            name: member.name.clone(),
            role: *role,
            presence: overview.presence.get(&member.id).copied().unwrap_or(Presence::Offline),
            avatar: rules.faces.get(&member.id).cloned(),
        })
        .collect();
    members.sort_by(|one, other| one.name.cmp(&other.name));
    Some(ScopeView {
        id: rules.scope.id,
        name: rules.scope.name.clone(),
        mode: rules.scope.mode,
        time_zone: rules.scope.time_zone.clone(),
        role,
        has_bot: rules.rules.has_bot,
        channels,
        members,
    })
}
