//! One socket of a relay.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{SystemTime, UNIX_EPOCH};

use actix::fut::ActorFuture;
use actix::{Actor, ActorContext, AsyncContext, Handler, StreamHandler};
use actix_web_actors::ws::{Message, ProtocolError, WebsocketContext};
use bytestring::ByteString;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use super::group::{Group, Role};
use super::journal::{Journal, Record};

/// Frames that may wait for a slow reader, as in the product.
const MAILBOX: usize = 256;

/// The actor of one socket.
pub struct Session {
    group: Arc<Group>,
    role: Role,
    journal: Option<Journal>,
    /// Durable relay only: what was given to the journal and not yet answered, in the order it came.
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    committed: oneshot::Receiver<()>,
    entry: ByteString,
    answer: ByteString,
}

/// An entry for this socket, already written as a frame.
#[derive(actix::Message)]
#[rtype(result = "()")]
pub struct Deliver(pub ByteString);

/// What both sides send. A dashboard also names the conversation, which a relay ignores.
#[derive(Deserialize)]
struct Send<'a> {
    #[serde(borrow)]
    r#ref: Cow<'a, str>,
    #[serde(borrow)]
    client_id: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame<'a> {
    Welcome,
    Ok { r#ref: &'a str, conversation: u64, seq: i64, version: i64 },
    Error { r#ref: Option<&'a str>, code: &'a str },
    Entry { conversation: u64, entry: Entry<'a> },
}

#[derive(Serialize)]
struct Entry<'a> {
    seq: i64,
    at: i64,
    by: By,
    client_id: &'a str,
    body: Body<'a>,
}

#[derive(Serialize)]
struct By {
    kind: &'static str,
}

#[derive(Serialize)]
struct Body<'a> {
    kind: &'static str,
    text: &'a str,
}

impl Session {
    /// A socket that is about to join `group`. With a journal, commits come before everything else.
    pub fn new(group: Arc<Group>, role: Role, journal: Option<Journal>) -> Self {
        Self { group, role, journal, waiting: VecDeque::new() }
    }

    fn take(&mut self, text: &str, ctx: &mut WebsocketContext<Self>) {
        let Ok(command) = serde_json::from_str::<Send>(text) else {
            ctx.text(frame(&Frame::Error { r#ref: None, code: "bad_request" }));
            return;
        };
        let reference = command.r#ref.as_ref();
        let at = now();
        let mut members = self.group.lock();
        let seq = members.number();
        let conversation = self.group.conversation;
        let entry = frame(&Frame::Entry {
            conversation,
            entry: Entry {
                seq,
                at,
                by: By { kind: if self.role == Role::Customer { "contact" } else { "member" } },
                client_id: &command.client_id,
                body: Body { kind: "message", text: &command.text },
            },
        });
        let answer = frame(&Frame::Ok { r#ref: reference, conversation, seq, version: seq });
        match &self.journal {
            None => {
                members.tell(self.role, &entry);
                ctx.text(answer);
            }
            Some(journal) => {
                let (done, committed) = oneshot::channel();
                if journal.write(Record { conversation, seq, at, body: entry.clone(), done }) {
                    self.waiting.push_back(Waiting { committed, entry, answer });
                } else {
                    ctx.text(frame(&Frame::Error { r#ref: Some(reference), code: "overloaded" }));
                }
            }
        }
    }
}

impl Actor for Session {
    type Context = WebsocketContext<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        if self.journal.is_some() {
            ctx.spawn(AnswerInOrder);
        }
        self.group.lock().join(self.role, ctx.address());
        ctx.text(frame(&Frame::Welcome));
    }

    fn stopped(&mut self, ctx: &mut Self::Context) {
        self.group.lock().leave(self.role, &ctx.address());
    }
}

impl Handler<Deliver> for Session {
    type Result = ();

    fn handle(&mut self, Deliver(entry): Deliver, ctx: &mut Self::Context) {
        ctx.text(entry);
    }
}

impl StreamHandler<Result<Message, ProtocolError>> for Session {
    fn handle(&mut self, message: Result<Message, ProtocolError>, ctx: &mut Self::Context) {
        match message {
            Ok(Message::Text(text)) => self.take(&text, ctx),
            Ok(Message::Ping(payload)) => ctx.pong(&payload),
            Ok(Message::Pong(_)) => {}
            Ok(Message::Close(reason)) => {
                ctx.close(reason);
                ctx.stop();
            }
            Ok(Message::Binary(_) | Message::Continuation(_) | Message::Nop) | Err(_) => ctx.stop(),
        }
    }
}

/// Waits, as long as the actor lives, for the oldest commit that was asked for; then relays and acknowledges.
/// The actor polls it whenever it is polled itself, so a message that arrives needs no further waking.
struct AnswerInOrder;

impl ActorFuture<Session> for AnswerInOrder {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        session: &mut Session,
        ctx: &mut WebsocketContext<Session>,
        task: &mut Context<'_>,
    ) -> Poll<()> {
        while let Some(oldest) = session.waiting.front_mut() {
            match Pin::new(&mut oldest.committed).poll(task) {
                Poll::Pending => break,
                Poll::Ready(Ok(())) => {
                    if let Some(Waiting { entry, answer, .. }) = session.waiting.pop_front() {
                        session.group.lock().tell(session.role, &entry);
                        ctx.text(answer);
                    }
                }
                Poll::Ready(Err(_)) => {
                    ctx.stop();
                    return Poll::Ready(());
                }
            }
        }
        Poll::Pending
    }
}

fn frame(frame: &Frame) -> ByteString {
    serde_json::to_string(frame).map(ByteString::from).unwrap_or_default()
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
