//! Discord's gateway: the socket by which it tells of messages, with sessions that go on after a connection broke.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::discord::TOKEN;

/// What is to be done with the connection there is.
enum Order {
    Say(Value),
    Close(u16),
}

struct State {
    /// Events of each session, by their numbers from 1.
    sessions: HashMap<String, Vec<Value>>,
    /// The session that is on, or was last.
    current: String,
    connection: Option<mpsc::UnboundedSender<Order>>,
    /// Everything that clients said.
    heard: Vec<Value>,
    /// A heartbeat is wanted this often. Milliseconds.
    every: u64,
    /// Heartbeats are not answered.
    deaf: bool,
    /// Whoever begins is turned away with this code.
    turned_away: Option<u16>,
}

/// The gateway. Ends with its last clone.
#[derive(Clone)]
pub struct Gateway {
    /// `ws://127.0.0.1:port`.
    pub url: String,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    _server: Arc<Server>,
}

struct Server(JoinHandle<()>);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Gateway {
    /// Starts at a free port. Must be called in an actix system.
    ///
    /// # Errors
    /// When there is none.
    pub fn start(at: IpAddr) -> std::io::Result<Self> {
        let listener = std::net::TcpListener::bind(SocketAddr::new(at, 0))?;
        listener.set_nonblocking(true)?;
        let url = format!("ws://{}", listener.local_addr()?);
        let listener = TcpListener::from_std(listener)?;
        let state = Arc::new(Mutex::new(State {
            sessions: HashMap::new(),
            current: String::new(),
            connection: None,
            heard: Vec::new(),
            every: 41_250,
            deaf: false,
            turned_away: None,
        }));
        let changed: Arc<Notify> = Arc::default();
        let (shared, told, own) = (state.clone(), changed.clone(), url.clone());
        let server = actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, told, own) = (shared.clone(), told.clone(), own.clone());
                actix_web::rt::spawn(async move { serve(stream, &shared, &told, &own).await });
            }
        });
        Ok(Self { url, state, changed, _server: Arc::new(Server(server)) })
    }

    /// Something happens: it is told to whoever is connected, or when the session goes on.
    pub fn happens(&self, kind: &str, about: &Value) {
        let mut state = lock(&self.state);
        let current = state.current.clone();
        let events = state.sessions.entry(current).or_default();
        events.push(json!({"op": 0, "t": kind, "s": events.len() + 1, "d": about}));
        let event = events.last().cloned().unwrap_or_default();
        tell(&state, Order::Say(event));
    }

    /// Says something else to whoever is connected.
    pub fn says(&self, frame: Value) {
        tell(&lock(&self.state), Order::Say(frame));
    }

    /// Ends the connection with this code.
    pub fn closes(&self, code: u16) {
        tell(&lock(&self.state), Order::Close(code));
    }

    /// Knows no session any more.
    pub fn forgets(&self) {
        lock(&self.state).sessions.clear();
    }

    /// A heartbeat is wanted this often, from the next connection on, in milliseconds; `deaf`: it is not heard.
    pub fn beats(&self, every: u64, deaf: bool) {
        let mut state = lock(&self.state);
        (state.every, state.deaf) = (every, deaf);
    }

    /// Turns away whoever begins, with this code; or no longer.
    pub fn turns_away(&self, code: Option<u16>) {
        lock(&self.state).turned_away = code;
    }

    /// Is anybody connected?
    pub fn is_connected(&self) -> bool {
        lock(&self.state).connection.as_ref().is_some_and(|connection| !connection.is_closed())
    }

    /// Waits until what clients said fits, and answers it.
    pub async fn wait_until(&self, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                {
                    let state = lock(&self.state);
                    if fits(&state.heard) {
                        return state.heard.clone();
                    }
                }
                changed.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        waited.unwrap_or_else(|_| panic!("the gateway only heard {:?}", lock(&self.state).heard))
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One that is gone hears of it when its session goes on.
fn tell(state: &State, order: Order) {
    if let Some(connection) = &state.connection {
        let _ = connection.send(order);
    }
}

type Socket = WebSocketStream<TcpStream>;

async fn serve(stream: TcpStream, state: &Mutex<State>, changed: &Notify, url: &str) {
    let mut query = String::new();
    #[expect(clippy::result_large_err, reason = "the library's own type of answer")]
    let look = |request: &Request, response: Response| {
        request.uri().query().unwrap_or_default().clone_into(&mut query);
        Ok(response)
    };
    let Ok(mut socket) = tokio_tungstenite::accept_hdr_async(stream, look).await else { return };
    if query != "v=10&encoding=json" {
        return close(&mut socket, 4_012).await;
    }
    let every = lock(state).every;
    say(&mut socket, &json!({"op": 10, "d": {"heartbeat_interval": every}})).await;
    let (sender, mut orders) = mpsc::unbounded_channel();
    let mut begun = false;
    loop {
        tokio::select! {
            frame = socket.next() => {
                let Some(Ok(frame)) = frame else { return };
                let Message::Text(text) = frame else { continue };
                let frame: Value = serde_json::from_str(&text).unwrap_or_default();
                let answer = hear(&frame, &mut lock(state), begun, &sender, url);
                let (answers, code) = match answer {
                    Ok(answers) => (answers, None),
                    Err(code) => (Vec::new(), Some(code)),
                };
                changed.notify_waiters();
                if let Some(code) = code {
                    return close(&mut socket, code).await;
                }
                begun |= matches!(frame["op"].as_i64(), Some(2 | 6));
                for answer in answers {
                    say(&mut socket, &answer).await;
                }
            }
            Some(order) = orders.recv() => match order {
                Order::Say(frame) => say(&mut socket, &frame).await,
                Order::Close(code) => return close(&mut socket, code).await,
            },
        }
    }
}

/// What is answered to a frame, or the code that ends the connection.
fn hear(
    frame: &Value,
    state: &mut State,
    begun: bool,
    connection: &mpsc::UnboundedSender<Order>,
    url: &str,
) -> Result<Vec<Value>, u16> {
    state.heard.push(frame.clone());
    let about = &frame["d"];
    let begins = matches!(frame["op"].as_i64(), Some(2 | 6));
    if begins && let Some(code) = state.turned_away {
        return Err(code);
    }
    if begins && about["token"] != TOKEN {
        return Err(4_004);
    }
    match frame["op"].as_i64() {
        Some(1) if !about.is_null() && !about.is_i64() => Err(4_002),
        Some(1) if state.deaf => Ok(Vec::new()),
        Some(1) => Ok(vec![json!({"op": 11})]),
        Some(2 | 6) if begun => Err(4_005),
        Some(2) => {
            let properties = &about["properties"];
            let is_whole = about["intents"].is_i64()
                && ["os", "browser", "device"].iter().all(|name| properties[*name].is_string());
            if !is_whole {
                return Err(4_002);
            }
            let id = format!("session-{}", state.heard.len());
            let ready = json!({"v": 10, "session_id": id, "resume_gateway_url": url, "user": {"id": "999", "bot": true}});
            let ready = json!({"op": 0, "t": "READY", "s": 1, "d": ready});
            state.sessions.insert(id.clone(), vec![ready.clone()]);
            state.current = id;
            state.connection = Some(connection.clone());
            Ok(vec![ready])
        }
        Some(6) => {
            let Some(id) = about["session_id"].as_str().filter(|id| state.sessions.contains_key(*id)) else {
                return Ok(vec![json!({"op": 9, "d": false})]);
            };
            let Some(seq) = about["seq"].as_u64() else { return Err(4_007) };
            let events = &state.sessions[id];
            let missed = events.iter().filter(|event| event["s"].as_u64().is_some_and(|s| s > seq));
            let mut answers: Vec<Value> = missed.cloned().collect();
            answers.push(json!({"op": 0, "t": "RESUMED", "s": events.len(), "d": {}}));
            state.connection = Some(connection.clone());
            Ok(answers)
        }
        _ if !begun => Err(4_003),
        _ => Err(4_001),
    }
}

async fn say(socket: &mut Socket, frame: &Value) {
    let _ = socket.send(Message::text(frame.to_string())).await;
}

async fn close(socket: &mut Socket, code: u16) {
    let _ = socket.close(Some(CloseFrame { code: code.into(), reason: "".into() })).await;
}
