//! The sockets of one conversation.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix::Addr;
use bytestring::ByteString;
use serde::Deserialize;

use super::session::{Deliver, Session};

/// Which side a socket is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Writes to the agents.
    Customer,
    /// Writes to the customer.
    Agent,
}

/// All groups, found when a socket joins and never afterwards.
#[derive(Default)]
pub struct Groups {
    groups: Mutex<HashMap<u64, Arc<Group>>>,
}

impl Groups {
    /// The group of a conversation.
    pub fn get(&self, conversation: u64) -> Arc<Group> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        let group = groups.entry(conversation).or_insert_with(|| Arc::new(Group::new(conversation)));
        Arc::clone(group)
    }
}

/// One conversation.
pub struct Group {
    /// Its number.
    pub conversation: u64,
    state: Mutex<Members>,
}

/// Who is there, and how many entries there were.
#[derive(Default)]
pub struct Members {
    last: i64,
    customers: Vec<Addr<Session>>,
    agents: Vec<Addr<Session>>,
}

impl Group {
    fn new(conversation: u64) -> Self {
        Self { conversation, state: Mutex::default() }
    }

    /// Held while numbering and telling, so that the bare relay tells in the order of the numbers.
    pub fn lock(&self) -> MutexGuard<'_, Members> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Members {
    /// The number of the next entry.
    pub fn number(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    /// A socket joins its side.
    pub fn join(&mut self, role: Role, session: Addr<Session>) {
        self.side(role).push(session);
    }

    /// A socket leaves.
    pub fn leave(&mut self, role: Role, session: &Addr<Session>) {
        self.side(role).retain(|other| other != session);
    }

    /// Gives an entry to everybody on the other side of its sender. Who does not keep up is dropped.
    pub fn tell(&mut self, from: Role, entry: &ByteString) {
        let others = match from {
            Role::Customer => Role::Agent,
            Role::Agent => Role::Customer,
        };
        self.side(others).retain(|session| session.try_send(Deliver(entry.clone())).is_ok());
    }

    fn side(&mut self, role: Role) -> &mut Vec<Addr<Session>> {
        match role {
            Role::Customer => &mut self.customers,
            Role::Agent => &mut self.agents,
        }
    }
}
