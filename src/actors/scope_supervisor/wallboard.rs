//! What stands on a wallboard: who waits, who is there, who has how much.

use std::collections::HashMap;

use actix::{Context, Handler, MessageResult};

use super::ScopeSupervisor;
use crate::domain::Millis;
use crate::domain::conversation::Status;
use crate::domain::ids::MemberId;
use crate::domain::member::{Presence, Role};

/// What goes on in the scope at this moment?
#[derive(Debug, actix::Message)]
#[rtype(result = "Wallboard")]
pub struct Watch;

/// See [`Watch`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wallboard {
    /// Conversations in Unassigned.
    pub waiting: usize,
    /// Since when the one that has waited longest waits.
    pub oldest_since: Option<Millis>,
    /// Conversations that members have.
    pub assigned: usize,
    /// Conversations with the bot.
    pub with_bot: usize,
    /// Conversations whose actor runs.
    pub awake: usize,
    /// Every active member, by name.
    pub members: Vec<Working>,
}

/// One member on a [`Wallboard`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Working {
    /// Who.
    pub id: MemberId,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Are they there?
    pub presence: Presence,
    /// Conversations they have.
    pub chats: usize,
}

impl ScopeSupervisor {
    fn wallboard(&self) -> Wallboard {
        let mut board = Wallboard {
            oldest_since: self.queue.first().map(|(since, _)| *since),
            awake: self.children.len(),
            ..Wallboard::default()
        };
        let mut load: HashMap<MemberId, usize> = HashMap::new();
        for indexed in self.index.values() {
            match indexed.row.status {
                Status::Queued => board.waiting += 1,
                Status::Assigned => board.assigned += 1,
                Status::Bot => board.with_bot += 1,
                Status::Ended => {}
            }
            if let Some(assignee) = &indexed.row.assignee {
                *load.entry(assignee.id).or_default() += 1;
            }
        }
        let members = self.rules.iter().flat_map(|rules| rules.members.iter());
        board.members = members
            .map(|(id, (member, role))| Working {
                id: *id,
                name: member.name.clone(),
                role: *role,
                presence: self.presence_of(*id),
                chats: load.get(id).copied().unwrap_or(0),
            })
            .collect();
        board.members.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        board
    }
}

impl Handler<Watch> for ScopeSupervisor {
    type Result = MessageResult<Watch>;

    fn handle(&mut self, _: Watch, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.wallboard())
    }
}
