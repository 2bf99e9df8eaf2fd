//! A note names members with `@`: each hears of it on every session that has the lists of the scope, and by push if they
//! look at none. The mark they find later is stored with the note.

use actix::{Context, Handler};
use bytestring::ByteString;

use super::ScopeSupervisor;
use crate::actors::agent::Deliver;
use crate::domain::ids::{ConversationId, MemberId};
use crate::domain::push::{Kind, Notice};

/// A note with mentions was committed.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct Mentioned {
    /// Whom it names; at most `MENTIONS_MAX`.
    pub members: Vec<MemberId>,
    /// What they hear.
    pub frame: ByteString,
    /// Where the note was written.
    pub conversation: ConversationId,
    /// The author's name.
    pub by: String,
    /// The beginning of the note.
    pub text: String,
}

impl Handler<Mentioned> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, mentioned: Mentioned, _: &mut Context<Self>) {
        let Mentioned { members, frame, conversation, by, text } = mentioned;
        for agent in members.iter().filter_map(|member| self.subscribers.get(member)) {
            // Whoever cannot be told finds the note in the conversation.
            let _ = agent.try_send(Deliver { scope: self.id, only: None, frames: vec![frame.clone()] });
        }
        let members: Vec<MemberId> =
            members.into_iter().filter(|member| self.may_be_pushed_to(*member)).collect();
        if !members.is_empty() {
            let (kind, scope) = (Kind::Mention, self.id);
            self.shared.push.offer(Notice { kind, scope, conversation, members, name: by, text });
        }
    }
}
