//! Frames of a scope, handed to the member's sessions that subscribed to it.

use actix::{Context, Handler};
use bytestring::ByteString;

use super::Agent;
use crate::actors::link::Push;
use crate::domain::ids::ScopeId;

/// Frames for the member's sessions.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Deliver {
    /// The scope they belong to.
    pub scope: ScopeId,
    /// To this session alone, or to all that subscribed.
    pub only: Option<u64>,
    /// In order.
    pub frames: Vec<ByteString>,
}

impl Handler<Deliver> for Agent {
    type Result = ();

    fn handle(&mut self, Deliver { scope, only, frames }: Deliver, _: &mut Context<Self>) {
        if let Some(link) = only {
            if let Some(session) = self.sessions.get(&link) {
                session.link.push(Push::Answer(frames));
            }
            return;
        }
        for session in self.sessions.values().filter(|session| session.subscribed.contains(&scope)) {
            for frame in &frames {
                // A link that is full closes its own socket.
                session.link.frame(frame.clone());
            }
        }
    }
}
