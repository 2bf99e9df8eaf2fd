//! What is known of the contact changed in the store.

use actix::{Context, Handler};

use super::Conversation;
use crate::domain::contact::Contact;

/// As they are now.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct ContactChanged(pub Contact);

impl Handler<ContactChanged> for Conversation {
    type Result = ();

    fn handle(&mut self, ContactChanged(contact): ContactChanged, ctx: &mut Context<Self>) {
        self.contact = Some(contact);
        self.tell_row(ctx);
    }
}
