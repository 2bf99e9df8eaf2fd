//! What is known of the contact changed in the store: members see it.

use std::sync::Arc;

use actix::{Context, Handler};

use super::Conversation;
use crate::domain::contact::Contact;

/// The contact as the store has it now.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct ContactChanged(pub Arc<Contact>);

impl Handler<ContactChanged> for Conversation {
    type Result = ();

    fn handle(&mut self, ContactChanged(contact): ContactChanged, ctx: &mut Context<Self>) {
        if self.contact.as_ref().is_some_and(|known| known.id == contact.id && *known != contact) {
            self.contact = Some(contact);
            self.tell_row(ctx);
        }
    }
}
