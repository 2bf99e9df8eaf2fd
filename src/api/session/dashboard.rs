//! A member's connection: commands in, lists and open conversations out.

use std::collections::HashMap;
use std::sync::Arc;

use actix::Addr;
use actix::prelude::SendError;
use actix_web::web::Data;

use super::admission::{Admission, Here, admit};
use super::{bad_frame, error, failed, ok, rate_limited};
use crate::actors::agent;
use crate::actors::conversation::{AttachMember, Attached, Conversation, Detach, Do, Read, Typing};
use crate::actors::directory::{ask, not_sent};
use crate::actors::error::CallError;
use crate::actors::link::{Hearing, Link};
use crate::actors::reply::Reply;
use crate::actors::scope_supervisor::FindOpen;
use crate::api::access::{self, Action};
use crate::api::attached::{self, Given};
use crate::api::auth::{Caller, Via};
use crate::api::bucket::Bucket;
use crate::api::edge::Edge;
use crate::api::seats::Seat;
use crate::api::socket::{Next, Out, Session, then};
use crate::domain::attachment::Words;
use crate::domain::conversation::{Command, Target};
use crate::domain::ids::{ClientId, ConversationId, MemberId, ScopeId};
use crate::domain::member::{Actor, Role};
use crate::domain::{Millis, Seq};
use crate::protocol::VERSION;
use crate::protocol::client::{DashboardCommand, TransferTo, parse_dashboard};
use crate::protocol::code::{CloseCode, Code};
use crate::protocol::server::{self, DashboardEvent, Me, Opened};

/// Most conversations one socket has open at once.
const OPEN_MAX: usize = 100;
/// Addresses a session remembers; more and it looks them up again.
const KNOWN_MAX: usize = 2_000;

/// Supervisors asked for a conversation before the store is; who belongs to more scopes asks the store for the rest.
const SUPERVISORS_ASKED: usize = 4;

/// The session.
pub struct DashboardSession {
    edge: Data<Edge>,
    caller: Arc<Caller>,
    link: Option<Link>,
    phase: Phase,
    /// When a sign of life was last stored.
    seen_at: Millis,
}

enum Phase {
    Unidentified,
    Identified(Box<Identified>),
}

struct Identified {
    here: Here,
    bucket: Arc<Bucket>,
    /// One of the member's sockets.
    _seat: Seat<MemberId>,
    /// Where conversations are that this session has named, and that it may see.
    known: HashMap<ConversationId, Known>,
    open: HashMap<ConversationId, Hearing>,
}

#[derive(Clone)]
struct Known {
    scope: ScopeId,
    role: Role,
    address: Addr<Conversation>,
}

impl DashboardSession {
    /// A connection of this caller, not yet identified.
    pub fn new(edge: Data<Edge>, caller: Caller) -> Self {
        let seen_at = edge.sources.now();
        Self { edge, caller: Arc::new(caller), link: None, phase: Phase::Unidentified, seen_at }
    }

    /// Whoever works is not silent, even if they ask for nothing else.
    fn note_life(&mut self) {
        let now = self.edge.sources.now();
        if now - self.seen_at < self.caller.quiet_after(&self.edge.config) {
            return;
        }
        self.seen_at = now;
        let (edge, caller) = (self.edge.clone(), self.caller.clone());
        actix_web::rt::spawn(async move { caller.touch(&edge, now).await });
    }

    fn hello(&self, reference: String, ticket: Option<&str>) -> Next<Self> {
        let valid = match &self.caller.via {
            Via::Login(login) => ticket.is_some_and(|ticket| self.edge.tickets.redeem(ticket, login.id)),
            Via::Key(_) => true,
        };
        let Some(link) = self.link.clone().filter(|_| valid) else {
            return Next::Close(CloseCode::Unauthenticated);
        };
        let (edge, caller) = (self.edge.clone(), self.caller.clone());
        let Some(seat) = edge.member_sockets.take(caller.member.id) else {
            return Next::Close(CloseCode::Rate);
        };
        Next::Wait(Box::pin(async move {
            let admitted = admit(&edge, &caller, link).await;
            then(move |session: &mut Self, out| {
                let Admission { here, scopes } = match admitted {
                    Ok(Some(admission)) => admission,
                    Ok(None) => return Next::Close(CloseCode::Forbidden),
                    Err(error) => {
                        out.push(failed(&reference, &error));
                        return Next::Close(CloseCode::Restart);
                    }
                };
                let caller = &session.caller;
                out.push(server::text(&DashboardEvent::Welcome {
                    reference: &reference,
                    protocol: VERSION,
                    member: Me {
                        id: caller.member.id,
                        name: &caller.member.name,
                        email: &caller.member.email,
                    },
                    scopes: &scopes,
                    server_time: session.edge.sources.now(),
                }));
                session.phase = Phase::Identified(Box::new(Identified {
                    here,
                    bucket: session.edge.member_rates.of(caller.member.id.uuid()),
                    _seat: seat,
                    known: HashMap::new(),
                    open: HashMap::new(),
                }));
                Next::Go
            })
        }))
    }

    fn command(&mut self, reference: String, command: DashboardCommand, out: &mut Out) -> Next<Self> {
        use DashboardCommand as C;
        self.note_life();
        let Phase::Identified(identified) = &mut self.phase else {
            return Next::Close(CloseCode::Unauthenticated);
        };
        if let Err(retry_after_ms) = identified.bucket.take() {
            out.push(rate_limited(&reference, retry_after_ms));
            return Next::Go;
        }
        let Some(link) = self.link.as_ref().map(Link::id) else { return Next::Go };
        match command {
            C::Hello { .. } => out.push(error(&reference, Code::BadRequest, "hello was said already")),
            C::Subscribe { scope } | C::Unsubscribe { scope } if self.caller.role_in(scope).is_none() => {
                out.push(failed(&reference, &CallError::NotFound));
            }
            C::Subscribe { scope } => {
                out.push(ok(&reference));
                identified.here.agent.do_send(agent::Subscribe { link, scope });
            }
            C::Unsubscribe { scope } => {
                out.push(ok(&reference));
                identified.here.agent.do_send(agent::Unsubscribe { link, scope });
            }
            C::Presence { status } => {
                out.push(ok(&reference));
                identified.here.agent.do_send(agent::SetPresence(status));
            }
            C::Looking { on } => {
                out.push(ok(&reference));
                identified.here.agent.do_send(agent::SetLooking { link, on });
            }
            C::Close { conversation } => {
                out.push(ok(&reference));
                identified.open.remove(&conversation);
                if let Some(known) = identified.known.get(&conversation) {
                    known.address.do_send(Detach { link });
                }
            }
            C::Open { conversation, after } => return self.open(reference, conversation, after, out),
            C::Typing { conversation, on } => {
                out.push(ok(&reference));
                if let Some(known) = identified.known.get(&conversation) {
                    // A full mailbox has better things to do.
                    let _ = known.address.try_send(Typing { member: Some(self.caller.member.id), link, on });
                }
            }
            C::Read { conversation, seq } => {
                let member = Some(self.caller.member.id);
                return self.with_known(conversation, reference, out, move |_, known, reference, out| {
                    out.push(match known.address.try_send(Read { member, seq }) {
                        Ok(()) => ok(&reference),
                        Err(error) => failed(&reference, &not_sent(&error)),
                    });
                    Next::Go
                });
            }
            C::Transfer { conversation, client_id, to } => {
                return self.transfer(reference, conversation, client_id, to, out);
            }
            C::Send { conversation, client_id, text, attachments, cards } => {
                let given = Given { text, files: attachments, cards: cards.unwrap_or_default() };
                return self.say(reference, conversation, client_id, given, out, |by, text| Command::Send {
                    by,
                    text,
                });
            }
            C::Note { conversation, client_id, text, attachments, mentions } => {
                let given = Given { text, files: attachments, cards: Vec::new() };
                let mentions = mentions.unwrap_or_default();
                return self.say(reference, conversation, client_id, given, out, |by, text| Command::Note {
                    by,
                    text,
                    mentions,
                });
            }
            C::Tag { conversation, client_id, tag } => {
                return self.act(reference, conversation, client_id, out, |by| Command::Tag { by, tag });
            }
            C::Untag { conversation, client_id, tag } => {
                return self.act(reference, conversation, client_id, out, |by| Command::Untag { by, tag });
            }
            C::Join { conversation, client_id } => {
                return self.act(reference, conversation, client_id, out, |by| Command::Join { by });
            }
            C::TakeOver { conversation, client_id } => {
                return self.act(reference, conversation, client_id, out, |by| Command::TakeOver { by });
            }
            C::Resolve { conversation, client_id } => {
                return self.act(reference, conversation, client_id, out, |by| Command::Resolve { by });
            }
            C::Activate { conversation, client_id } => {
                return self.act(reference, conversation, client_id, out, |by| Command::Activate { by });
            }
        }
        Next::Go
    }

    /// Runs `with` on a conversation this member may see, finding its actor first if need be.
    fn with_known(
        &mut self,
        conversation: ConversationId,
        reference: String,
        out: &mut Out,
        with: impl FnOnce(&mut Self, Known, String, &mut Out) -> Next<Self> + 'static,
    ) -> Next<Self> {
        if let Phase::Identified(identified) = &self.phase
            && let Some(known) = identified.known.get(&conversation)
            && known.address.connected()
        {
            let known = known.clone();
            return with(self, known, reference, out);
        }
        let (edge, caller) = (self.edge.clone(), self.caller.clone());
        Next::Wait(Box::pin(async move {
            let found = find(&edge, &caller, conversation).await;
            then(move |session: &mut Self, out| match found {
                Ok(known) => {
                    session.remember(conversation, known.clone());
                    with(session, known, reference, out)
                }
                Err(error) => {
                    out.push(failed(&reference, &error));
                    Next::Go
                }
            })
        }))
    }

    fn remember(&mut self, conversation: ConversationId, known: Known) {
        if let Phase::Identified(identified) = &mut self.phase {
            if identified.known.len() >= KNOWN_MAX {
                let open = &identified.open;
                identified.known.retain(|id, _| open.contains_key(id));
            }
            identified.known.insert(conversation, known);
        }
    }

    /// Sends a command to a conversation; its actor answers by the link.
    fn act(
        &mut self,
        reference: String,
        conversation: ConversationId,
        client_id: ClientId,
        out: &mut Out,
        command: impl FnOnce(Actor) -> Command + 'static,
    ) -> Next<Self> {
        self.with_known(conversation, reference, out, move |session, known, reference, out| {
            let Some(link) = session.link.clone() else { return Next::Go };
            let command = command(session.actor(known.role));
            let reply = Reply::to_socket(link, reference);
            let work = Do { command, client_id: Some(client_id), reply };
            match known.address.try_send(work) {
                Ok(()) => Next::Go,
                Err(SendError::Full(work)) => {
                    work.reply.send(Err(CallError::Overloaded));
                    Next::Go
                }
                // It fell asleep between the look-up and now: find it again, once.
                Err(SendError::Closed(work)) => session.send_again(known.scope, conversation, work, out),
            }
        })
    }

    /// As [`Self::act`] with words; files that go with them are looked up first.
    fn say(
        &mut self,
        reference: String,
        conversation: ConversationId,
        client_id: ClientId,
        given: Given,
        out: &mut Out,
        command: impl FnOnce(Actor, Words) -> Command + 'static,
    ) -> Next<Self> {
        let given = match given.plain() {
            Ok(words) => return self.act(reference, conversation, client_id, out, |by| command(by, words)),
            Err(given) => given,
        };
        let (edge, member) = (self.edge.clone(), self.caller.member.id);
        Next::Wait(Box::pin(async move {
            let words = attached::by_member(&edge, member, conversation, given).await;
            then(move |session: &mut Self, out| match words {
                Ok(words) => session.act(reference, conversation, client_id, out, |by| command(by, words)),
                Err(error) => {
                    out.push(failed(&reference, &error));
                    Next::Go
                }
            })
        }))
    }

    fn send_again(
        &mut self,
        scope: ScopeId,
        conversation: ConversationId,
        work: Do,
        _: &mut Out,
    ) -> Next<Self> {
        if let Phase::Identified(identified) = &mut self.phase {
            identified.known.remove(&conversation);
        }
        let edge = self.edge.clone();
        Next::Wait(Box::pin(async move {
            match edge.directory.conversation(scope, conversation).await {
                // A second failure drops the work, and its reply says so.
                Ok(address) => drop(address.try_send(work)),
                Err(error) => work.reply.send(Err(error)),
            }
            then(|_, _| Next::Go)
        }))
    }

    fn transfer(
        &mut self,
        reference: String,
        conversation: ConversationId,
        client_id: ClientId,
        to: TransferTo,
        out: &mut Out,
    ) -> Next<Self> {
        let TransferTo::Member { id } = to else {
            let to = if to == TransferTo::Queue { Target::Queue } else { Target::Bot };
            return self.act(reference, conversation, client_id, out, |by| Command::Transfer { by, to });
        };
        self.with_known(conversation, reference, out, move |session, known, reference, _| {
            let edge = session.edge.clone();
            Next::Wait(Box::pin(async move {
                let target = edge.directory.member(known.scope, id).await;
                then(move |session: &mut Self, out| match target {
                    Ok(target) => session.act(reference, conversation, client_id, out, move |by| {
                        Command::Transfer { by, to: Target::Member(target) }
                    }),
                    Err(error) => {
                        out.push(failed(&reference, &error));
                        Next::Go
                    }
                })
            }))
        })
    }

    fn open(
        &mut self,
        reference: String,
        conversation: ConversationId,
        after: Option<Seq>,
        out: &mut Out,
    ) -> Next<Self> {
        if let Phase::Identified(identified) = &self.phase
            && identified.open.len() >= OPEN_MAX
            && !identified.open.contains_key(&conversation)
        {
            out.push(error(&reference, Code::TooLarge, "too many chats are open on this connection"));
            return Next::Go;
        }
        self.with_known(conversation, reference, out, move |session, known, reference, _| {
            let Some((link, hearing)) = session.link.as_ref().map(Link::hearing) else { return Next::Go };
            let member = session.caller.member.id;
            let link_id = link.id();
            Next::Wait(Box::pin(async move {
                let attach = AttachMember { member, link, after };
                let attached = ask(&known.address, attach).await.and_then(|answer| answer);
                then(move |session: &mut Self, out| {
                    let Phase::Identified(identified) = &mut session.phase else { return Next::Go };
                    match attached {
                        Ok(attached) => {
                            identified.open.insert(conversation, hearing);
                            out.push(opened_frame(&reference, &attached));
                        }
                        Err(error) => {
                            // It may have been attached too late to be told.
                            known.address.do_send(Detach { link: link_id });
                            identified.open.remove(&conversation);
                            out.push(failed(&reference, &error));
                        }
                    }
                    Next::Go
                })
            }))
        })
    }

    fn actor(&self, role: Role) -> Actor {
        Actor { id: self.caller.member.id, name: self.caller.member.name.clone(), role }
    }
}

impl Session for DashboardSession {
    fn opened(&mut self, link: Link) {
        self.link = Some(link);
    }

    fn on_text(&mut self, text: &str, out: &mut Out) -> Next<Self> {
        match (parse_dashboard(text), &self.phase) {
            (Ok((reference, DashboardCommand::Hello { ticket })), Phase::Unidentified) => {
                self.hello(reference, ticket.as_deref())
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
        matches!(&self.phase, Phase::Identified(identified) if identified.open.values().any(|&open| open == hearing))
    }

    fn on_moved(&mut self, _: &mut Out) -> Next<Self> {
        Next::Go
    }

    fn is_identified(&self) -> bool {
        matches!(self.phase, Phase::Identified(_))
    }

    fn closed(&mut self) {
        let (Phase::Identified(identified), Some(link)) = (&self.phase, &self.link) else { return };
        let link = link.id();
        for conversation in identified.open.keys() {
            if let Some(known) = identified.known.get(conversation) {
                known.address.do_send(Detach { link });
            }
        }
    }
}

/// The actor of a conversation that this caller may see.
async fn find(edge: &Edge, caller: &Caller, conversation: ConversationId) -> Result<Known, CallError> {
    // Many reach for the same chat at once, and the supervisors know the open ones by heart.
    for membership in caller.memberships.iter().take(SUPERVISORS_ASKED) {
        let scope = membership.scope;
        if let Ok(role) = access::scope(caller, scope, Action::Converse) {
            let supervisor = edge.directory.shared().scope(scope);
            if let Some(address) = ask(&supervisor, FindOpen { conversation }).await?? {
                return Ok(Known { scope, role, address });
            }
        }
    }
    let asking = caller.clone();
    let found = edge
        .read(move |connection| access::conversation(connection, &asking, conversation, Action::Converse))
        .await;
    let (conversation, _, role) = found.map_err(|error| match error.code() {
        Code::NotFound | Code::Forbidden => CallError::NotFound,
        Code::Overloaded => CallError::Overloaded,
        _ => CallError::Unavailable,
    })?;
    let scope = conversation.scope;
    let address = edge.directory.conversation(scope, conversation.id).await?;
    Ok(Known { scope, role, address })
}

fn opened_frame(reference: &str, attached: &Attached) -> bytestring::ByteString {
    let Some(row) = &attached.row else { return failed(reference, &CallError::NotFound) };
    let first_seq = attached.entries.first().map_or(0, |entry| entry.seq);
    server::text(&Opened {
        reference,
        conversation: attached.conversation,
        row,
        entries: &attached.entries,
        first_seq,
        last_seq: attached.last_seq,
        reads: &attached.reads,
        deliveries: &attached.deliveries,
        more: first_seq > 1,
        resync: attached.resync,
    })
}
