//! Frames in and out, heartbeat, close: the only user of `actix_web_actors`.
//!
//! A socket owns a [`Session`], which knows no sockets: it gets texts and gives frames. What a
//! socket promises: messages of at most 64 KiB in at most 64 fragments, UTF-8, in order; a peer that
//! is silent or does not read is closed; one bad frame closes one socket.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Handler, SpawnHandle, StreamHandler, WrapFuture,
};
use actix_web::http::header::{HeaderName, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION};
use actix_web::{HttpRequest, HttpResponse, web};
use actix_web_actors::ws::{self, WebsocketContext};
use base64::Engine;
use bytestring::ByteString;
use tokio::time::Instant;

use super::ApiError;
use super::connection::Cutter;
use super::edge::Edge;
use super::fragments::Fragments;
use super::frame_guard::FrameGuard;
use super::seats::Seat;
use super::upgrade;
use crate::actors::link::{Hearing, IN_HAND_MAX, Link, Push, QUEUE_FRAMES};
use crate::protocol::code::CloseCode;
use crate::request_id::{self, RequestId};

/// Frames to send now.
pub type Out = Vec<ByteString>;

/// What a socket does after a session's turn.
pub enum Next<S> {
    /// On to the next frame.
    Go,
    /// Nothing else is handled until this is done; frames wait in order.
    Wait(Pin<Box<dyn Future<Output = Then<S>>>>),
    /// Say why and close.
    Close(CloseCode),
}

/// What a session does with what it waited for.
pub type Then<S> = Box<dyn FnOnce(&mut S, &mut Out) -> Next<S>>;

/// What to do with what was waited for.
pub fn then<S>(with: impl FnOnce(&mut S, &mut Out) -> Next<S> + 'static) -> Then<S> {
    Box::new(with)
}

/// The side of a connection that understands frames.
pub trait Session: Sized + Unpin + 'static {
    /// The socket is open; this link leads to it.
    fn opened(&mut self, link: Link);
    /// A whole text message.
    fn on_text(&mut self, text: &str, out: &mut Out) -> Next<Self>;
    /// Whether what belongs to this hearing is still to be sent.
    fn hears(&self, hearing: Hearing) -> bool;
    /// The contact's conversation changed.
    fn on_moved(&mut self, out: &mut Out) -> Next<Self>;
    /// `hello` was accepted.
    fn is_identified(&self) -> bool;
    /// The socket is gone.
    fn closed(&mut self);
}

/// Limits and times of a socket; from the configuration.
#[derive(Debug, Clone, Copy)]
pub struct SocketOptions {
    /// Most bytes of a message.
    pub message_bytes: usize,
    /// Most fragments of a message.
    pub fragments: usize,
    /// Between two pings.
    pub ping: Duration,
    /// Silence that ends the socket.
    pub silence: Duration,
    /// `hello` must come within this time.
    pub first_frame: Duration,
}

/// One of an address's sockets.
pub type AddressSeat = Seat<IpAddr>;

struct Socket<S> {
    session: S,
    options: SocketOptions,
    edge: web::Data<Edge>,
    cutter: Arc<Cutter>,
    link: Option<Link>,
    /// When a whole frame last came in; a frame that trickles is no sign of life.
    heard: Instant,
    /// Set by the frame guard.
    too_big: Rc<Cell<bool>>,
    /// A message in fragments, so far.
    fragments: Fragments,
    /// The session waits for something. The library holds back the mailbox then, but not a message that arrives in the
    /// same turn.
    waiting: bool,
    /// Commands that wait for their answer.
    in_hand: Arc<AtomicUsize>,
    /// What arrived meanwhile: no more than the library had read already.
    held: VecDeque<ByteString>,
    /// Ends a socket that never says `hello`; each poll of the socket looks at it, so it goes once it is not needed.
    hello_timer: Option<SpawnHandle>,
    /// The request that opened it names it in the log.
    request: Option<RequestId>,
    _seat: AddressSeat,
}

/// Upgrades a request to a socket with this session.
///
/// # Errors
/// `bad_request` for a handshake that is not RFC 6455 version 13.
pub fn open<S: Session>(
    session: S,
    edge: web::Data<Edge>,
    seat: AddressSeat,
    request: &HttpRequest,
) -> Result<HttpResponse, ApiError> {
    check_handshake(request)?;
    let answer = ws::handshake(request)
        .map_err(|error| ApiError::bad_request(format!("no WebSocket: {error}")))?
        .finish();
    let opener = request_id::current();
    upgrade::take(request, answer, move |connection, early| {
        let options = edge.socket_options();
        let (too_big, in_hand) = (Rc::new(Cell::new(false)), Arc::new(AtomicUsize::new(0)));
        let incoming = connection.incoming(early);
        let guarded = FrameGuard::new(incoming, options.message_bytes, too_big.clone(), in_hand.clone());
        let codec = actix_http::ws::Codec::new().max_size(options.message_bytes);
        let cutter = Arc::new(Cutter::default());
        let socket = Socket {
            session,
            options,
            edge,
            cutter: cutter.clone(),
            link: None,
            heard: Instant::now(),
            too_big,
            fragments: Fragments::new(options.message_bytes, options.fragments),
            waiting: false,
            in_hand,
            held: VecDeque::new(),
            hello_timer: None,
            request: opener,
            _seat: seat,
        };
        // In a box, as each future that it passes through has room for it otherwise.
        connection.carry(Box::pin(WebsocketContext::with_codec(socket, guarded, codec)), cutter)
    })
}

/// The library takes older versions and any key; RFC 6455 section 4.2.1 does not.
fn check_handshake(request: &HttpRequest) -> Result<(), ApiError> {
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let key = header(SEC_WEBSOCKET_KEY).unwrap_or_default();
    let decoded = base64::engine::general_purpose::STANDARD.decode(key);
    if header(SEC_WEBSOCKET_VERSION) != Some("13") || !decoded.is_ok_and(|key| key.len() == 16) {
        return Err(ApiError::bad_request("a WebSocket handshake of version 13 is needed"));
    }
    Ok(())
}

impl<S: Session> Actor for Socket<S> {
    type Context = WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(QUEUE_FRAMES);
        let link = Link::new(ctx.address().recipient(), self.in_hand.clone(), self.cutter.clone());
        request_id::at_once(self.request, || log::debug!("socket opened link={}", link.id()));
        self.edge.directory.session_opened(&link);
        self.session.opened(link.clone());
        self.link = Some(link);
        ctx.run_interval(self.options.ping, |socket, ctx| {
            if socket.heard.elapsed() >= socket.options.silence {
                ctx.stop();
            } else {
                ctx.ping(b"");
            }
        });
        self.hello_timer = Some(ctx.run_later(self.options.first_frame, |socket, ctx| {
            if !socket.session.is_identified() {
                Self::close(CloseCode::Unauthenticated, ctx);
            }
        }));
    }

    fn stopped(&mut self, _: &mut Self::Context) {
        if let Some(link) = &self.link {
            self.edge.directory.session_closed(link.id());
        }
        self.session.closed();
    }
}

impl<S: Session> StreamHandler<Result<ws::Message, ws::ProtocolError>> for Socket<S> {
    fn handle(&mut self, item: Result<ws::Message, ws::ProtocolError>, ctx: &mut Self::Context) {
        let message = match item {
            Ok(message) => message,
            Err(error) => return Self::close(self.fault(&error), ctx),
        };
        self.heard = Instant::now();
        match message {
            ws::Message::Text(text) => self.text(text, ctx),
            ws::Message::Continuation(item) => self.fragment(item, ctx),
            ws::Message::Ping(bytes) => ctx.pong(&bytes),
            ws::Message::Pong(_) | ws::Message::Nop => {}
            ws::Message::Binary(_) => Self::close(CloseCode::Unsupported, ctx),
            ws::Message::Close(reason) => {
                ctx.close(reason);
                ctx.stop();
            }
        }
    }
}

impl<S: Session> Handler<Push> for Socket<S> {
    type Result = ();

    fn handle(&mut self, push: Push, ctx: &mut Self::Context) {
        let Some(link) = &self.link else { return };
        if link.has_overflowed() {
            return Self::close(CloseCode::SlowConsumer, ctx);
        }
        match push {
            Push::Frame(frame, hearing) => {
                link.taken(frame.len());
                if hearing.is_none_or(|hearing| self.session.hears(hearing)) {
                    ctx.text(frame);
                }
                self.work_off(ctx);
            }
            Push::Answer(frames) => frames.into_iter().for_each(|frame| ctx.text(frame)),
            Push::Close(code) => Self::close(code, ctx),
            Push::Detached => Self::close(CloseCode::Restart, ctx),
            Push::Moved => {
                let mut out = Out::new();
                let next = request_id::at_once(self.request, || self.session.on_moved(&mut out));
                self.follow(next, out, ctx);
            }
        }
    }
}

impl<S: Session> Socket<S> {
    fn text(&mut self, text: ByteString, ctx: &mut WebsocketContext<Self>) {
        self.held.push_back(text);
        self.work_off(ctx);
    }

    /// Handles what arrived, as far as may be.
    fn work_off(&mut self, ctx: &mut WebsocketContext<Self>) {
        while !self.waiting && self.in_hand.load(Ordering::Relaxed) < IN_HAND_MAX {
            let Some(text) = self.held.pop_front() else { break };
            self.command(&text, ctx);
        }
    }

    fn command(&mut self, text: &str, ctx: &mut WebsocketContext<Self>) {
        let mut out = Out::new();
        let next = request_id::at_once(self.request, || self.session.on_text(text, &mut out));
        self.follow(next, out, ctx);
    }

    fn follow(&mut self, next: Next<S>, out: Out, ctx: &mut WebsocketContext<Self>) {
        for frame in out {
            ctx.text(frame);
        }
        if self.session.is_identified()
            && let Some(timer) = self.hello_timer.take()
        {
            ctx.cancel_future(timer);
        }
        match next {
            Next::Go => {}
            Next::Close(code) => Self::close(code, ctx),
            Next::Wait(future) => {
                self.waiting = true;
                let work = request_id::during(self.request, future);
                ctx.wait(work.into_actor(self).map(|then, socket, ctx| {
                    socket.waiting = false;
                    let mut out = Out::new();
                    let next = request_id::at_once(socket.request, || then(&mut socket.session, &mut out));
                    socket.follow(next, out, ctx);
                    socket.work_off(ctx);
                }));
            }
        }
    }

    fn fragment(&mut self, item: actix_http::ws::Item, ctx: &mut WebsocketContext<Self>) {
        match self.fragments.take(item) {
            Ok(Some(text)) => self.text(text, ctx),
            Ok(None) => {}
            Err(code) => Self::close(code, ctx),
        }
    }

    /// The close code for a frame that could not be read.
    fn fault(&self, error: &ws::ProtocolError) -> CloseCode {
        match error {
            _ if self.too_big.get() => CloseCode::TooBig,
            ws::ProtocolError::Overflow => CloseCode::TooBig,
            // The library turns both into the same error: reserved bits are "invalid data", text that is not UTF-8
            // is "other".
            ws::ProtocolError::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                CloseCode::Protocol
            }
            ws::ProtocolError::Io(_) => CloseCode::NotUtf8,
            _ => CloseCode::Protocol,
        }
    }

    fn close(code: CloseCode, ctx: &mut WebsocketContext<Self>) {
        ctx.close(Some(ws::CloseReason { code: ws::CloseCode::Other(code as u16), description: None }));
        ctx.stop();
    }
}
