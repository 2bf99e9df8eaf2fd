//! Keeps a socket to each platform that sends its events by one: a task for each channel, begun anew when its settings change
//! or it fails. What comes is stored as events of hooks are, and only then its number counts as seen: whatever breaks, also the
//! process, the session goes on behind the last event that is stored. What is said on the socket: `src/channels/gateway.rs`.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::Courier;
use crate::channels::Event;
use crate::channels::gateway::{After, Found, Gateway, Heard, Session, address, after, beat, found, hear};
use crate::domain::channel::ChannelKind;
use crate::domain::ids::ChannelId;
use crate::outgoing::socket::{Frame, Socket};
use crate::outgoing::{ErrorKind, Limits, OutgoingError};
use crate::store::gateways::{self, GatewaySession};
use crate::store::inbox;
use crate::store::secrets::{self, Fault};
use crate::store::{Connection, StoreError, channels};

/// Most channels whose sockets are kept.
const CHANNELS: i64 = 1_000;

/// The channels are looked at this often even if nobody said that one has changed.
const LOOK: Duration = Duration::from_secs(30);

/// After a task has ended by itself, which only a fault of ours can cause.
const FAULT_PAUSE: Duration = Duration::from_secs(1);

/// Shortest and longest pause before a connection is made anew. Milliseconds.
const PAUSE: u64 = 1_000;
const PAUSE_MAX: u64 = 60_000;

/// Pause before a new session, from here to as much more. Milliseconds.
const NEW_SESSION: u32 = 1_000;
const NEW_SESSION_MORE: u32 = 4_000;

/// Pause of a channel that its platform turns away, unless somebody changes it.
const BROKEN_PAUSE: Duration = Duration::from_secs(5 * 60);

/// Tries with the address that the session has, before the platform is asked for one.
const TRIES_THERE: u32 = 3;

/// For opening a socket, and of one frame: a new session names all servers that the bot is on.
const LIMITS: Limits = Limits { total: Duration::from_secs(20), answer_bytes: 8 << 20 };

/// Keeps the sockets, for as long as the program runs.
pub async fn run(courier: Courier) {
    let mut running: HashMap<ChannelId, (Gateway, AbortHandle)> = HashMap::new();
    let mut tasks = JoinSet::new();
    let mut changed = courier.channels.subscribe();
    loop {
        match courier.gateways().await {
            Ok(wanted) => {
                running.retain(|channel, (gateway, task)| {
                    let stays = wanted.get(channel) == Some(gateway) && !task.is_finished();
                    if !stays {
                        task.abort();
                    }
                    stays
                });
                for (channel, gateway) in wanted {
                    running.entry(channel).or_insert_with(|| {
                        let task = tasks.spawn(keep(courier.clone(), channel, gateway.clone()));
                        (gateway, task)
                    });
                }
            }
            Err(error) => log::warn!("gateways not looked at error=\"{error}\""),
        }
        tokio::select! {
            Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                if ended.is_err_and(|error| error.is_panic()) {
                    log::error!("the task of a gateway panicked");
                    sleep(FAULT_PAUSE).await;
                }
            }
            // The sender is the courier's own.
            _ = changed.changed() => {}
            () = sleep(LOOK) => {}
        }
    }
}

/// How a connection ended.
struct Ended {
    /// What next.
    next: Next,
    /// A session began or went on: whatever was wrong is over.
    lived: bool,
}

enum Next {
    /// Another connection, which goes on with the session if there is one.
    Again(String),
    /// A new session.
    Anew,
    /// A connection after so long.
    Wait(Duration),
    /// Nothing until somebody mends it; why.
    Never(String),
}

/// Connects again and again.
async fn keep(courier: Courier, channel: ChannelId, gateway: Gateway) {
    let mut changed = courier.channels.subscribe();
    let mut failures = 0;
    loop {
        changed.mark_unchanged();
        let Ended { next, lived } = connection(&courier, channel, &gateway, failures).await;
        failures = if lived { 0 } else { failures + 1 };
        match next {
            Next::Again(why) => {
                log::info!("gateway is connected to again channel={channel} why=\"{why}\"");
                sleep(courier.pause(failures)).await;
            }
            Next::Anew => {
                log::info!("gateway is connected to anew channel={channel}");
                courier.surely(move |connection, _| gateways::forget(connection, channel)).await;
                let more = courier.sources.dice(NEW_SESSION_MORE);
                sleep(Duration::from_millis(u64::from(NEW_SESSION + more))).await;
            }
            Next::Wait(pause) => {
                log::warn!("gateway takes no new session yet channel={channel} seconds={}", pause.as_secs());
                sleep(pause).await;
            }
            Next::Never(reason) => {
                log::warn!("channel turned away by its gateway channel={channel} reason=\"{reason}\"");
                courier
                    .surely(move |connection, now| {
                        gateways::forget(connection, channel)?;
                        secrets::put_fault(connection, channel, &Fault { reason: reason.clone(), since: now })
                    })
                    .await;
                // Somebody may have mended it since the connection was tried.
                let _ = timeout(BROKEN_PAUSE, changed.changed()).await;
                failures = 0;
            }
        }
    }
}

/// One connection, from its beginning to its end.
async fn connection(courier: &Courier, channel: ChannelId, gateway: &Gateway, failures: u32) -> Ended {
    let mut talk = match Talk::begin(courier, channel, gateway, failures).await {
        Ok(talk) => talk,
        Err(next) => return Ended { next, lived: false },
    };
    let next = talk.go_on().await;
    Ended { next, lived: talk.lived }
}

/// A connection, and what it needs to know.
struct Talk<'a> {
    courier: &'a Courier,
    channel: ChannelId,
    socket: Socket,
    session: Option<Session>,
    /// A heartbeat is due this often.
    every: Duration,
    /// The last one was heard.
    heard: bool,
    lived: bool,
}

impl<'a> Talk<'a> {
    /// Connects, and begins or resumes a session.
    async fn begin(
        courier: &'a Courier,
        channel: ChannelId,
        gateway: &Gateway,
        failures: u32,
    ) -> Result<Self, Next> {
        let session = courier.store.read(move |connection| gateways::find(connection, channel)).await;
        let session = session.map_err(|error| Next::Again(error.to_string()))?;
        let session = session.map(|GatewaySession { id, url, seq }| Session { id, url, seq });
        let url = match &session {
            Some(session) if failures < TRIES_THERE => session.url.clone(),
            _ => courier.find_gateway(gateway, session.is_none()).await?,
        };
        let key = STANDARD.encode(courier.sources.secret::<16>());
        let socket = courier.outgoing.open_socket(&address(&url), &key, LIMITS).await;
        let mut socket = socket.map_err(|error| failed(&error))?;
        let first = timeout(LIMITS.total, socket.next()).await;
        let every = match first.map(|frame| heard(&frame, "")) {
            Ok(Ok(Heard::Hello(every))) => every,
            Ok(Err(next)) => return Err(next),
            _ => return Err(Next::Again("the gateway says no hello".into())),
        };
        let begin = session.as_ref().map_or_else(|| gateway.identify(), |session| gateway.resume(session));
        if !socket.say(begin).await {
            return Err(Next::Again("the connection broke".into()));
        }
        Ok(Self { courier, channel, socket, session, every, heard: true, lived: false })
    }

    /// Hears what comes and says that we are there, until the connection ends.
    async fn go_on(&mut self) -> Next {
        // The first one comes at any time, so that not all programs of the world say theirs at once.
        let mut beat_at =
            Instant::now() + self.every.mul_f64(f64::from(self.courier.sources.dice(1_000)) / 1_000.0);
        loop {
            let going = tokio::select! {
                frame = self.socket.next() => match heard(&frame, self.name()) {
                    Ok(heard) => self.hear(heard).await,
                    Err(next) => Err(next),
                },
                () = sleep_until(beat_at) => {
                    beat_at += self.every;
                    if std::mem::replace(&mut self.heard, false) {
                        self.beat().await
                    } else {
                        Err(Next::Again("a heartbeat was not heard".into()))
                    }
                }
            };
            if let Err(next) = going {
                return next;
            }
        }
    }

    /// The session's id; empty before it has begun.
    fn name(&self) -> &str {
        self.session.as_ref().map_or("", |session| &session.id)
    }

    async fn beat(&mut self) -> Result<(), Next> {
        let seq = self.session.as_ref().map(|session| session.seq);
        if self.socket.say(beat(seq)).await {
            Ok(())
        } else {
            Err(Next::Again("the connection broke".into()))
        }
    }

    async fn hear(&mut self, heard: Heard) -> Result<(), Next> {
        match heard {
            Heard::Hello(every) => self.every = every,
            Heard::Beat => self.heard = true,
            Heard::BeatNow => self.beat().await?,
            Heard::Ready(session) => self.advance(session, None).await?,
            Heard::Happened { seq, event } => {
                let session = self.session.clone().ok_or(Next::Anew)?;
                self.advance(Session { seq, ..session }, event).await?;
            }
            Heard::Reconnect => return Err(Next::Again("the gateway asks for it".into())),
            Heard::Invalid(true) => return Err(Next::Again("the session is not known yet".into())),
            Heard::Invalid(false) => return Err(Next::Anew),
            Heard::Nothing => {}
        }
        Ok(())
    }

    /// Stores what happened, and how far the session has come, in one commit.
    async fn advance(&mut self, session: Session, event: Option<Event>) -> Result<(), Next> {
        let (channel, first) = (self.channel, !self.lived);
        let now = self.courier.sources.now();
        let event = event.map(|event| self.courier.to_keep(channel, event, now));
        let brings = event.is_some();
        // What nobody needs is not worth a commit of its own: it may come once more.
        if brings || first {
            let Session { id, url, seq } = session.clone();
            let stored = GatewaySession { id, url, seq };
            let write = move |connection: &mut Connection| {
                inbox::keep(connection, event.as_slice())?;
                gateways::put(connection, channel, &stored)?;
                if first { secrets::clear_fault(connection, channel) } else { Ok(()) }
            };
            self.courier.store.write(write).await.map_err(|error| Next::Again(error.to_string()))?;
        }
        if brings {
            self.courier.wake_inbox();
        }
        self.session = Some(session);
        self.lived = true;
        Ok(())
    }
}

/// What to do without an answer.
fn failed(error: &OutgoingError) -> Next {
    match &error.kind {
        ErrorKind::Refused(why) => Next::Never(format!("the gateway cannot be called: {why}")),
        other => Next::Again(other.to_string()),
    }
}

/// A frame, read; or how the connection ends with it.
fn heard(frame: &Frame, session: &str) -> Result<Heard, Next> {
    match frame {
        Frame::Text(text) => hear(text, session).map_err(|why| Next::Again(why.into())),
        Frame::Closed(code) => Err(match after(*code) {
            After::Resume => {
                Next::Again(code.map_or("the connection broke".into(), |code| format!("closed {code}")))
            }
            After::Anew => Next::Anew,
            After::Never(why) => Next::Never(why.into()),
        }),
    }
}

impl Courier {
    /// The channels that have a gateway, with what it needs. Those that are switched off too: what comes is kept for them.
    async fn gateways(&self) -> Result<HashMap<ChannelId, Gateway>, StoreError> {
        let courier = self.clone();
        let look = move |connection: &mut Connection| {
            let mut wanted = HashMap::new();
            for channel in channels::of_kind(connection, ChannelKind::Discord, CHANNELS)? {
                let line = match courier.line(connection, channel) {
                    Ok(line) => line,
                    // Deleted this moment.
                    Err(StoreError::NotFound) => continue,
                    Err(error) => return Err(error),
                };
                wanted.extend(line.platform.gateway(&line.account()).map(|gateway| (channel, gateway)));
            }
            Ok(wanted)
        };
        self.store.read(look).await
    }

    /// Asks the platform where its gateway is. `new`: a session is to begin there.
    async fn find_gateway(&self, gateway: &Gateway, new: bool) -> Result<String, Next> {
        let call = &gateway.find;
        let mut headers = HeaderMap::new();
        for (name, value) in &call.headers {
            let value = HeaderValue::from_str(value);
            let value = value.map_err(|_| Next::Never("a header cannot be sent".into()))?;
            headers.insert(HeaderName::from_static(name), value);
        }
        let answer =
            self.outgoing.call(Method::GET, &call.url, headers, Bytes::new(), Limits::default()).await;
        let answer = answer.map_err(|error| failed(&error))?;
        match answer.status.as_u16() {
            200 => {}
            401 => return Err(Next::Never("the platform does not take the bot token".into())),
            status => {
                let again = Next::Again(format!("status {status}"));
                return Err(answer.retry_after.map_or(again, Next::Wait));
            }
        }
        let said = serde_json::from_slice(&answer.body).ok().and_then(|body| found(&body));
        match said {
            Some(Found { wait: Some(wait), .. }) if new => Err(Next::Wait(wait)),
            Some(Found { url, .. }) => Ok(url),
            None => Err(Next::Again("the platform does not say where its gateway is".into())),
        }
    }

    /// 1, 2, 4 … seconds, up to [`PAUSE_MAX`], and up to a fifth less or more.
    fn pause(&self, failures: u32) -> Duration {
        let doubled = (PAUSE << failures.min(10)).min(PAUSE_MAX);
        Duration::from_millis(doubled * u64::from(80 + self.sources.dice(41)) / 100)
    }
}
