//! A customer's connection: their messages in, their one conversation out.

use std::net::IpAddr;
use std::sync::Arc;

use actix::Addr;
use actix_web::web::Data;

use super::arrival::{Arrived, Away, Current, Here, arrive, attach};
use super::{bad_frame, error, failed, ok, rate_limited};
use crate::actors::conversation::{Attached, Conversation, Detach, Do, Read, Seen, Typing};
use crate::actors::directory::not_sent;
use crate::actors::error::CallError;
use crate::actors::link::{Hearing, Link};
use crate::actors::reply::Reply;
use crate::api::attached;
use crate::api::bucket::Bucket;
use crate::api::edge::Edge;
use crate::api::socket::{Next, Out, Session, then};
use crate::api::visitors::{self, Place, Visitor};
use crate::domain::Seq;
use crate::domain::attachment::Words;
use crate::domain::channel::Channel;
use crate::domain::contact::SessionDetails;
use crate::domain::conversation::Command;
use crate::domain::ids::ClientId;
use crate::fault::{self, Fault};
use crate::protocol::client::{About, Hello, WidgetCommand, feedback, parse_widget};
use crate::protocol::code::{CloseCode, Code};
use crate::protocol::server::{self, WidgetEvent};

/// What this session hears is not known, as an actor did not answer in time: the widget comes back and is told.
const UNSURE: Next<WidgetSession> = Next::Close(CloseCode::Restart);

/// The session.
pub struct WidgetSession {
    edge: Data<Edge>,
    channel: Arc<Channel>,
    /// As limits count it.
    address: IpAddr,
    user_agent: Option<String>,
    link: Option<Link>,
    phase: Phase,
}

enum Phase {
    Unidentified,
    Identified(Box<Identified>),
}

struct Identified {
    visitor: Visitor,
    details: SessionDetails,
    bucket: Arc<Bucket>,
    /// As long as the socket is open.
    _here: Here,
    /// The conversation it hears, if there is one.
    current: Option<Current>,
}

/// Where something written goes.
enum To {
    /// To the conversation that is heard.
    Current(Addr<Conversation>),
    /// As a first message: the command it makes, and what the customer says of themselves.
    First(fn(Words) -> Command, Option<About>),
}

fn post(text: Words) -> Command {
    Command::Post { text }
}

impl WidgetSession {
    /// A connection to this channel, not yet identified.
    pub fn new(edge: Data<Edge>, channel: Arc<Channel>, address: IpAddr, user_agent: Option<String>) -> Self {
        Self { edge, channel, address, user_agent, link: None, phase: Phase::Unidentified }
    }

    fn hello(&self, reference: String, hello: Hello) -> Next<Self> {
        let Some(link) = self.link.clone() else { return Next::Close(CloseCode::Restart) };
        let (edge, channel) = (self.edge.clone(), self.channel.clone());
        let details = visitors::details(hello.page.as_ref(), self.user_agent.as_deref());
        Next::Wait(Box::pin(async move {
            match arrive(&edge, &channel, &link, &hello).await {
                Ok(Arrived { visitor, here, attached }) => then(move |session: &mut Self, out| {
                    let bucket = session.edge.visitor_rates.of(visitor.contact.id.uuid());
                    let identified = Identified { visitor, details, bucket, _here: here, current: None };
                    session.phase = Phase::Identified(Box::new(identified));
                    session.welcome(&reference, attached, hello.after, out)
                }),
                Err(Away::Full) => then(|_, _| Next::Close(CloseCode::Rate)),
                Err(Away::Refused(refused)) => then(move |_, out| {
                    out.push(refused.frame(&reference));
                    Next::Close(if refused.is_invalid() {
                        CloseCode::Unauthenticated
                    } else {
                        CloseCode::Restart
                    })
                }),
            }
        }))
    }

    /// Sends `welcome` with what the widget has not seen of the conversation it is now attached to.
    fn welcome(
        &mut self,
        reference: &str,
        attached: Result<Option<(Current, Attached)>, CallError>,
        after: Option<Seq>,
        out: &mut Out,
    ) -> Next<Self> {
        let Phase::Identified(identified) = &mut self.phase else { return Next::Go };
        let attached = match attached {
            Ok(attached) => attached,
            Err(error) => {
                out.push(failed(reference, &error));
                return Next::Close(CloseCode::Restart);
            }
        };
        let heard = attached.as_ref().map(|(_, attached)| attached);
        let frame = visitors::welcome(&self.edge, &identified.visitor, reference, after, heard, |welcome| {
            server::text(&WidgetEvent::Welcome(welcome))
        });
        out.push(frame);
        if let Some((current, _)) = attached {
            self.hear(current);
        }
        Next::Go
    }

    fn command(&mut self, reference: String, command: WidgetCommand, out: &mut Out) -> Next<Self> {
        use WidgetCommand as C;
        let Phase::Identified(identified) = &mut self.phase else {
            return Next::Close(CloseCode::Unauthenticated);
        };
        if let Err(retry_after_ms) = identified.bucket.take() {
            if !fault::on(Fault::LimitInSilence) {
                out.push(rate_limited(&reference, retry_after_ms));
            }
            return Next::Go;
        }
        let Some(link) = self.link.clone() else { return Next::Go };
        let current = identified.current.as_ref().filter(|current| current.address.connected());
        match (command, current) {
            (C::Hello(_), _) => out.push(error(&reference, Code::BadRequest, "hello was said already")),
            (C::Send { client_id, text, attachments }, current) => {
                let to = match current {
                    Some(current) => To::Current(current.address.clone()),
                    None => To::First(post, None),
                };
                return self.say(reference, client_id, (text, attachments), to, link);
            }
            (C::Start { client_id, text, attachments, about }, _) => {
                return self.say(reference, client_id, (text, attachments), To::First(post, about), link);
            }
            (C::LeaveMessage { client_id, text, attachments, about }, _) => {
                let to = To::First(|text| Command::LeaveMessage { text }, Some(about));
                return self.say(reference, client_id, (text, attachments), to, link);
            }
            (C::Typing { on }, current) => {
                out.push(ok(&reference));
                if let Some(current) = current {
                    // A full mailbox has better things to do.
                    let _ = current.address.try_send(Typing { member: None, link: link.id(), on });
                }
            }
            (C::Read { seq }, Some(current)) => {
                out.push(match current.address.try_send(Read { member: None, seq }) {
                    Ok(()) => ok(&reference),
                    Err(error) => failed(&reference, &not_sent(&error)),
                });
            }
            (C::RequestHuman { client_id }, Some(current)) => {
                let reply = Reply::to_socket(link, reference);
                send(
                    &current.address,
                    Do { command: Command::RequestHuman, client_id: Some(client_id), reply },
                );
            }
            (C::End { client_id, rating, comment }, Some(current)) => {
                let command = Command::End { feedback: feedback(rating, comment) };
                let reply = Reply::to_socket(link, reference);
                send(&current.address, Do { command, client_id: Some(client_id), reply });
            }
            (C::Feedback { client_id, rating, comment }, Some(current)) => {
                let command = Command::Feedback { feedback: feedback(rating, comment) };
                let reply = Reply::to_socket(link, reference);
                send(&current.address, Do { command, client_id: Some(client_id), reply });
            }
            (C::RequestHuman { .. } | C::End { .. } | C::Feedback { .. } | C::Read { .. }, None) => {
                out.push(failed(&reference, &CallError::NotFound));
            }
        }
        Next::Go
    }

    /// The first message, or the first after the end: finds or makes the open conversation, hears it,
    /// then writes. A repeat only hears its first answer again. `about`: what the customer says of themselves.
    fn start(
        &mut self,
        reference: String,
        client_id: ClientId,
        command: Command,
        about: Option<About>,
        link: Link,
    ) -> Next<Self> {
        let Phase::Identified(identified) = &self.phase else { return Next::Go };
        let (mut visitor, details) = (identified.visitor.clone(), identified.details.clone());
        let heard = identified.current.as_ref().map(|current| current.address.clone());
        let (edge, from) = (self.edge.clone(), self.address);
        Next::Wait(Box::pin(async move {
            let place =
                visitors::introduce_and_place(&edge, &mut visitor, about, client_id, details, from, &command)
                    .await;
            let reply = |reference| Reply::to_socket(link.clone(), reference);
            let address = match place {
                Ok(Place::Open(address)) => address,
                Ok(Place::Said(address)) => {
                    let reply = reply(reference);
                    send(&address, Do { command, client_id: Some(client_id), reply });
                    return then(|_, _| Next::Go);
                }
                Err(refused) => {
                    return then(move |_, out| {
                        out.push(refused.frame(&reference));
                        Next::Go
                    });
                }
            };
            let reply = reply(reference);
            if heard.as_ref() == Some(&address) {
                // It hears this one already; attaching again would tell it twice what is on its way.
                send(&address, Do { command, client_id: Some(client_id), reply });
                return then(move |session: &mut Self, _| session.know(visitor));
            }
            // From the first entry on: what is there already is not known to this widget.
            match attach(address.clone(), &link, Seen { after: Some(0), ..Seen::default() }, None).await {
                Ok((current, attached)) => {
                    send(&address, Do { command, client_id: Some(client_id), reply });
                    then(move |session: &mut Self, out| {
                        session.know(visitor);
                        session.moved_to(current, attached, out)
                    })
                }
                Err(error) => {
                    reply.send(Err(error));
                    then(|_, _| UNSURE)
                }
            }
        }))
    }

    /// The customer as they are now.
    fn know(&mut self, visitor: Visitor) -> Next<Self> {
        if let Phase::Identified(identified) = &mut self.phase {
            identified.visitor = visitor;
        }
        Next::Go
    }

    /// What somebody writes goes where it belongs; files that go with it are looked up first.
    fn say(
        &mut self,
        reference: String,
        client_id: ClientId,
        (text, files): (String, attached::Ids),
        to: To,
        link: Link,
    ) -> Next<Self> {
        if files.is_none() {
            return self.say_words(reference, client_id, text.into(), to, link);
        }
        let Phase::Identified(identified) = &self.phase else { return Next::Go };
        let (edge, contact) = (self.edge.clone(), identified.visitor.contact.clone());
        Next::Wait(Box::pin(async move {
            let words = attached::by_contact(&edge, &contact, text, files).await;
            then(move |session: &mut Self, out| match words {
                Ok(words) => session.say_words(reference, client_id, words, to, link),
                Err(error) => {
                    out.push(failed(&reference, &error));
                    Next::Go
                }
            })
        }))
    }

    fn say_words(
        &mut self,
        reference: String,
        client_id: ClientId,
        words: Words,
        to: To,
        link: Link,
    ) -> Next<Self> {
        match to {
            To::Current(address) => {
                let reply = Reply::to_socket(link, reference);
                send(&address, Do { command: post(words), client_id: Some(client_id), reply });
                Next::Go
            }
            To::First(command, about) => self.start(reference, client_id, command(words), about, link),
        }
    }

    /// Leaves the conversation it heard for another one.
    fn hear(&mut self, next: Current) {
        let (Phase::Identified(identified), Some(link)) = (&mut self.phase, &self.link) else { return };
        let next_id = next.id;
        if let Some(before) = identified.current.replace(next).filter(|before| before.id != next_id) {
            before.address.do_send(Detach { link: link.id() });
        }
    }

    /// Hears this conversation from now on. Before its first entry there is nothing to show, and then it comes by itself.
    fn moved_to(&mut self, current: Current, attached: Attached, out: &mut Out) -> Next<Self> {
        if attached.last_seq == 0 {
            self.hear(current);
            return Next::Go;
        }
        let attached = Attached { resync: true, ..attached };
        self.welcome("", Ok(Some((current, attached))), None, out)
    }
}

impl Session for WidgetSession {
    fn opened(&mut self, link: Link) {
        self.link = Some(link);
    }

    fn on_text(&mut self, text: &str, out: &mut Out) -> Next<Self> {
        match (parse_widget(text), &self.phase) {
            (Ok((reference, WidgetCommand::Hello(hello))), Phase::Unidentified) => {
                self.hello(reference, *hello)
            }
            (_, Phase::Unidentified) => Next::Close(CloseCode::Unauthenticated),
            (Ok((reference, command)), Phase::Identified(_)) => self.command(reference, command, out),
            (Err(bad), Phase::Identified(_)) => {
                out.push(bad_frame(&bad));
                Next::Go
            }
        }
    }

    fn hears(&self, hearing: Hearing) -> bool {
        let Phase::Identified(identified) = &self.phase else { return false };
        identified.current.as_ref().is_some_and(|current| current.hearing == hearing)
    }

    fn on_moved(&mut self, _: &mut Out) -> Next<Self> {
        let (Phase::Identified(identified), Some(link)) = (&self.phase, self.link.clone()) else {
            return Next::Go;
        };
        let (contact, scope) = (identified.visitor.contact.id, self.channel.scope);
        let heard = identified.current.as_ref().map(|current| current.address.clone());
        let (edge, channel) = (self.edge.clone(), self.channel.id);
        Next::Wait(Box::pin(async move {
            let address = match visitors::open_of(&edge, scope, channel, contact).await {
                Ok(Some(address)) => address,
                Ok(None) => return then(|_, _| Next::Go),
                Err(_) => return then(|_, _| UNSURE),
            };
            if heard.as_ref() == Some(&address) {
                return then(|_, _| Next::Go);
            }
            let attached = attach(address, &link, Seen::default(), None).await;
            then(move |session: &mut Self, out| match attached {
                Ok((current, attached)) => session.moved_to(current, attached, out),
                Err(_) => UNSURE,
            })
        }))
    }

    fn is_identified(&self) -> bool {
        matches!(self.phase, Phase::Identified(_))
    }

    fn closed(&mut self) {
        let phase = std::mem::replace(&mut self.phase, Phase::Unidentified);
        if let (Phase::Identified(identified), Some(link)) = (phase, &self.link)
            && let Some(current) = &identified.current
        {
            current.address.do_send(Detach { link: link.id() });
        }
    }
}

/// Full or gone: the reply says so.
fn send(address: &Addr<Conversation>, work: Do) {
    if let Err(error) = address.try_send(work) {
        let outcome = Err(not_sent(&error));
        match error {
            actix::prelude::SendError::Full(work) | actix::prelude::SendError::Closed(work) => {
                work.reply.send(outcome);
            }
        }
    }
}
