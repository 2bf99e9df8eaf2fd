//! What is known of a contact changed: running actors and the lists show it.

use std::sync::Arc;

use actix::{ActorFutureExt, AsyncContext, Context, Handler, WrapFuture};

use super::ScopeSupervisor;
use super::rereading::Thing;
use crate::actors::conversation;
use crate::domain::contact::Contact;
use crate::domain::conversation::Conversation;
use crate::domain::ids::ContactId;
use crate::protocol::view::RowContact;
use crate::store::{contacts, conversations};

/// So many of a contact's conversations, the newest, hear of it.
const TOLD: i64 = 200;

/// A contact was changed in the store.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub struct ContactChanged {
    /// Who.
    pub contact: ContactId,
}

impl Handler<ContactChanged> for ScopeSupervisor {
    type Result = ();

    fn handle(&mut self, ContactChanged { contact }: ContactChanged, ctx: &mut Context<Self>) {
        self.has_changed(Thing::Contact(contact), ctx);
    }
}

impl ScopeSupervisor {
    pub(super) fn read_contact(&mut self, id: ContactId, ctx: &mut Context<Self>) {
        let store = self.shared.store.clone();
        let reading = async move {
            store.read(move |c| Ok((contacts::by_id(c, id)?, conversations::of_contact(c, id, TOLD)?))).await
        };
        ctx.spawn(reading.into_actor(self).map(move |found, actor, ctx| {
            let read = found.map(|(contact, conversations)| {
                actor.take_contact(&Arc::new(contact), &conversations, ctx);
            });
            actor.was_read(Thing::Contact(id), read, ctx);
        }));
    }

    fn take_contact(
        &mut self,
        contact: &Arc<Contact>,
        conversations: &[Conversation],
        ctx: &mut Context<Self>,
    ) {
        // The one that is open may just begin, so that it is not stored yet.
        let open = self.open_of.get(&(contact.channel, contact.id)).copied();
        for id in conversations.iter().map(|conversation| conversation.id).chain(open) {
            if let Some(child) = self.children.get(&id).filter(|child| child.address.connected()) {
                // Few for each request that changes a contact, so the unbounded send is bounded.
                child.address.do_send(conversation::ContactChanged(contact.clone()));
            } else if let Some(indexed) = self.index.get_mut(&id) {
                indexed.row.contact = RowContact::of(contact);
                self.changed.insert(id);
                self.flush_soon(ctx);
            }
        }
    }
}
