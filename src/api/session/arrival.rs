//! A customer's socket comes: who they are, and the conversation that it hears from now on.

use std::sync::Arc;

use actix::{Addr, Arbiter};

use crate::actors::conversation::{AttachContact, Attached, Conversation, Seen};
use crate::actors::directory::ask;
use crate::actors::error::CallError;
use crate::actors::link::{Hearing, Link};
use crate::actors::scope_supervisor::{Arrival, Arrive, Leave, ScopeSupervisor};
use crate::api::edge::Edge;
use crate::api::seats::Seat;
use crate::api::visitors::{self, Refused, Visitor};
use crate::domain::channel::Channel;
use crate::domain::ids::{ContactId, ConversationId};
use crate::protocol::client::Hello;

/// A conversation that a socket hears.
pub struct Current {
    /// Which.
    pub id: ConversationId,
    /// Its actor.
    pub address: Addr<Conversation>,
    /// This time of being attached.
    pub hearing: Hearing,
}

/// A socket that has arrived.
pub struct Arrived {
    /// Whose it is.
    pub visitor: Visitor,
    /// As long as this lives.
    pub here: Here,
    /// What it hears and has not seen, if there is a conversation.
    pub attached: Result<Option<(Current, Attached)>, CallError>,
}

/// Why a socket cannot stay.
pub enum Away {
    /// Said to the customer, in words.
    Refused(Refused),
    /// They have too many.
    Full,
}

impl<E: Into<Refused>> From<E> for Away {
    fn from(refused: E) -> Self {
        Self::Refused(refused.into())
    }
}

/// One of the contact's sockets is here, until this is dropped: it is counted, and hears when their conversation begins
/// elsewhere.
pub struct Here {
    contact: ContactId,
    link: u64,
    supervisor: Addr<ScopeSupervisor>,
    _seat: Seat<ContactId>,
}

impl Here {
    async fn come(
        edge: &Edge,
        channel: &Channel,
        contact: ContactId,
        link: &Link,
    ) -> Result<(Self, Arrival), Away> {
        let seat = edge.visitor_sockets.take(contact).ok_or(Away::Full)?;
        let supervisor = edge.directory.shared().scope(channel.scope);
        let here = Self { contact, link: link.id(), supervisor: supervisor.clone(), _seat: seat };
        let (link, near) = (link.clone(), Arbiter::current());
        Ok((here, ask(&supervisor, Arrive { channel: channel.id, contact, link, near }).await?))
    }
}

impl Drop for Here {
    fn drop(&mut self) {
        self.supervisor.do_send(Leave { contact: self.contact, link: self.link });
    }
}

/// Lets a customer's socket in. Whoever comes back with their token alone while their conversation is open is whom that
/// knows them to be: no look into the store is needed, which would be half of the work when very many come back at once.
///
/// # Errors
/// [`Away`].
pub async fn arrive(
    edge: &Edge,
    channel: &Arc<Channel>,
    link: &Link,
    hello: &Hello,
) -> Result<Arrived, Away> {
    let seen = Seen::from(hello);
    let mut come = None;
    if let Some(claims) = visitors::claims(edge, channel, hello) {
        let (here, arrival) = Here::come(edge, channel, claims.contact, link).await?;
        if let Ok(Some(open)) = &arrival.open {
            match attach(open.clone(), link, seen, Some(claims.generation)).await {
                Ok((current, attached)) => {
                    let visitor = Visitor::new(attached.contact.clone(), channel.clone(), arrival.reception)?;
                    return Ok(Arrived { visitor, here, attached: Ok(Some((current, attached))) });
                }
                // The token is void.
                Err(CallError::NotFound) => {}
                Err(error) => return Err(error.into()),
            }
        } else {
            come = Some((here, arrival));
        }
    }
    let contact = visitors::identify(edge, channel, hello).await?;
    let (here, Arrival { reception, open }) = match come.filter(|(here, _)| here.contact == contact.id) {
        Some(come) => come,
        None => Here::come(edge, channel, contact.id, link).await?,
    };
    let visitor = Visitor::new(Arc::new(contact), channel.clone(), reception)?;
    let attached = match open? {
        Some(open) => attach(open, link, seen, None).await.map(Some),
        None => match visitors::last_ended(edge, channel.scope, visitor.contact.id).await {
            Ok(Some(ended)) => attach(ended, link, seen, None).await.map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        },
    };
    Ok(Arrived { visitor, here, attached })
}

/// Attaches to this conversation. Its frames are sent once the session hears it. `generation`: see [`AttachContact`].
///
/// # Errors
/// [`CallError`].
pub async fn attach(
    address: Addr<Conversation>,
    link: &Link,
    seen: Seen,
    generation: Option<i64>,
) -> Result<(Current, Attached), CallError> {
    let (link, hearing) = link.hearing();
    let attached = ask(&address, AttachContact { link, seen, generation }).await??;
    Ok((Current { id: attached.conversation, address, hearing }, attached))
}
