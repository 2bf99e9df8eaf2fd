//! The customer told more of themselves: what members see follows.

use actix::{Context, Handler};

use super::Conversation;
use crate::domain::contact::Contact;

/// The contact as the store has it now.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct ContactIs(pub Box<Contact>);

impl Handler<ContactIs> for Conversation {
    type Result = ();

    fn handle(&mut self, ContactIs(contact): ContactIs, ctx: &mut Context<Self>) {
        if self.contact.as_ref().is_some_and(|known| known.id == contact.id && *known != *contact) {
            self.contact = Some(*contact);
            self.tell_row(ctx);
        }
    }
}
