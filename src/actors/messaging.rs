//! The way in for customers of messaging channels, who have no session: their commands, and what members see of them.

use std::sync::Arc;

use super::conversation::{DeliveryChanged, Typing};
use super::directory::{Directory, ask, command_to};
use super::error::{Answer, CallError};
use super::scope_supervisor::{FindForContact, FindOpen, OpenFor};
use crate::domain::contact::{Contact, SessionDetails};
use crate::domain::conversation::Command;
use crate::domain::ids::{ClientId, ScopeId};
use crate::store::deliveries::Line;

impl Directory {
    /// Sends a command to the contact's open conversation; none when they have none.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn command_of_contact(
        &self,
        contact: &Contact,
        command: Command,
        client_id: ClientId,
    ) -> Result<Option<Answer>, CallError> {
        let near = self.shared().thread(contact.id);
        let find = FindForContact { channel: contact.channel, contact: contact.id, near };
        match ask(&self.shared().scope(contact.scope), find).await?? {
            Some(open) => command_to(&open, command, Some(client_id)).await.map(Some),
            None => Ok(None),
        }
    }

    /// Sends a first message: to the contact's open conversation, or to a new one that it opens.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn first_of_contact(
        &self,
        contact: Contact,
        session: SessionDetails,
        command: Command,
        client_id: ClientId,
    ) -> Result<Answer, CallError> {
        let near = self.shared().thread(contact.id);
        let supervisor = self.shared().scope(contact.scope);
        let open = ask(&supervisor, OpenFor { contact: Arc::new(contact), session, near }).await??;
        command_to(&open, command, Some(client_id)).await
    }

    /// The contact is writing, or stopped.
    pub async fn contact_types(&self, contact: &Contact, on: bool) {
        let near = self.shared().thread(contact.id);
        let find = FindForContact { channel: contact.channel, contact: contact.id, near };
        if let Ok(Ok(Some(open))) = ask(&self.shared().scope(contact.scope), find).await {
            // A full mailbox has better things to do.
            let _ = open.try_send(Typing { member: None, link: 0, on });
        }
    }

    /// A message to a customer has come further, or failed: members who look at the conversation learn of it.
    pub async fn delivery_changed(&self, scope: ScopeId, line: Line) {
        let conversation = line.conversation;
        let find = FindOpen { conversation };
        let found = match ask(&self.shared().scope(scope), find).await {
            Ok(Ok(Some(open))) => Ok(open),
            _ => self.conversation(scope, conversation).await,
        };
        if let Ok(address) = found {
            let _ = address.try_send(DeliveryChanged(line.into()));
        }
    }
}
