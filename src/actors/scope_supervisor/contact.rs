//! A member changed what is known of a contact: running actors and the lists show it.

use std::sync::Arc;

use actix::{Context, Handler};

use super::ScopeSupervisor;
use crate::actors::conversation;
use crate::domain::contact::Contact;
use crate::domain::ids::ConversationId;
use crate::protocol::view::RowContact;

/// A contact was changed in the store.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct ContactChanged {
    /// As they are now.
    pub contact: Arc<Contact>,
    /// Their conversations.
    pub conversations: Vec<ConversationId>,
}

impl Handler<ContactChanged> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, changed: ContactChanged, ctx: &mut Context<Self>) {
        let ContactChanged { contact, conversations } = changed;
        for id in conversations {
            if let Some(child) = self.children.get(&id).filter(|child| child.address.connected()) {
                // One for each request of a member, so the unbounded send is bounded.
                child.address.do_send(conversation::ContactChanged(contact.clone()));
            } else if let Some(indexed) = self.index.get_mut(&id) {
                indexed.row.contact = RowContact::of(&contact);
                self.changed.insert(id);
                self.flush_soon(ctx);
            }
        }
    }
}
