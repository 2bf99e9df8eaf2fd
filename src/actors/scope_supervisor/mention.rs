//! A note names members with `@`: each hears of it on every session that has the lists of the scope.

use actix::{Context, Handler};
use bytestring::ByteString;

use super::ScopeSupervisor;
use crate::actors::agent::Deliver;
use crate::domain::ids::MemberId;

/// A note with mentions was committed.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Mentioned {
    /// Whom it names; at most `MENTIONS_MAX`.
    pub members: Vec<MemberId>,
    /// What they hear.
    pub frame: ByteString,
}

impl Handler<Mentioned> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, Mentioned { members, frame }: Mentioned, _: &mut Context<Self>) {
        for agent in members.iter().filter_map(|member| self.subscribers.get(member)) {
            // Whoever cannot be told finds the note in the conversation.
            let _ = agent.try_send(Deliver { scope: self.id, only: None, frames: vec![frame.clone()] });
        }
    }
}
