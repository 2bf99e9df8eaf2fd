//! Fakes of messaging platforms: they judge our calls as strictly as the real ones, remember what they took, and fail when
//! told to. Also used by the tests, by its path.

pub mod control;
pub mod discord;
pub mod email;
pub mod files;
pub mod gateway;
pub mod line;
pub mod meta;
pub mod pipe;
pub mod slack;
pub mod talk;
pub mod telegram;
pub mod twilio;
pub mod viber;
pub mod webhook;

use std::collections::VecDeque;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use serde_json::Value;
use tokio::sync::Notify;

/// A call as it came.
#[derive(Clone)]
pub struct Taken {
    /// Path with its leading slash.
    pub path: String,
    /// What follows the question mark.
    pub query: String,
    /// Headers in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// The status it was answered with; 0 = not at all.
    pub status: u16,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.status, self.path, String::from_utf8_lossy(&self.body))
    }
}

impl Taken {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// A header, empty when missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// What goes wrong with the next call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// It is answered so, and not taken.
    Answer(u16, &'static str),
    /// As the first, with words that were only known now.
    Told(u16, String),
    /// It is taken, and the connection is closed without an answer.
    TakenButLost,
    /// The connection is closed without an answer, and it is not taken.
    Lost,
    /// It is held until this permit comes, then taken.
    Hold(Arc<Notify>),
    /// It is never answered.
    Hang,
}

/// What a platform says to a call that it took or refused.
pub struct Said {
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: Value,
}

/// What a platform sends to an address to see whether somebody is there.
pub struct Knock {
    /// The address.
    pub url: String,
    /// The signature.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
    /// The status that shows that somebody is there, and what they say.
    pub expects: (u16, &'static str),
}

impl Knock {
    /// Is somebody there?
    async fn try_it(self) -> bool {
        let Ok(http) = reqwest::Client::builder().no_proxy().build() else { return false };
        let mut request = http.post(self.url).header("content-type", "application/json").body(self.body);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let Ok(answer) = request.send().await else { return false };
        let (status, words) = self.expects;
        answer.status() == status && answer.text().await.is_ok_and(|said| said.contains(words))
    }
}

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    refused: Vec<Taken>,
    faults: VecDeque<Fault>,
    discord: discord::State,
    files: files::State,
    meta: meta::State,
    line: line::State,
    slack: slack::State,
    telegram: telegram::State,
    twilio: twilio::State,
    viber: viber::State,
    webhook: webhook::State,
}

/// All platforms at one address. Ends with its last clone.
#[derive(Clone)]
pub struct Simulator {
    /// `http://127.0.0.1:port`.
    pub base: String,
    /// Discord's socket, at an address of its own.
    pub gateway: gateway::Gateway,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    _server: Arc<Server>,
}

struct Server(ServerHandle);

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.0.stop(false));
    }
}

impl Simulator {
    /// Starts on this address; port 0 = a free one. Must be called in an actix system.
    ///
    /// # Errors
    /// When the address is taken.
    pub fn start(address: &str) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let base = format!("http://{}", listener.local_addr()?);
        let gateway = gateway::Gateway::start(listener.local_addr()?.ip())?;
        let state: Arc<Mutex<State>> = Arc::default();
        lock(&state).discord.gateway.clone_from(&gateway.url);
        lock(&state).slack.base.clone_from(&base);
        let changed: Arc<Notify> = Arc::default();
        let shared = Data::new((state.clone(), changed.clone()));
        let server =
            HttpServer::new(move || App::new().app_data(shared.clone()).default_service(web::to(answer)))
                .workers(1)
                .disable_signals()
                .shutdown_timeout(0)
                .listen(listener)?
                .run();
        let handle = Server(server.handle());
        actix_web::rt::spawn(server);
        Ok(Self { base, gateway, state, changed, _server: Arc::new(handle) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// The next call meets this fault; one that was told later comes after.
    pub fn fail_next(&self, fault: Fault) {
        self.state().faults.push_back(fault);
    }

    /// Calls that were taken, in their order.
    pub fn taken(&self) -> Vec<Taken> {
        self.state().taken.clone()
    }

    /// How many calls were taken.
    pub fn count(&self) -> usize {
        self.state().taken.len()
    }

    /// How many calls came.
    pub fn calls(&self) -> usize {
        let state = self.state();
        state.taken.len() + state.refused.len()
    }

    /// Calls that were refused.
    pub fn refused(&self) -> Vec<Taken> {
        self.state().refused.clone()
    }

    /// Waits until so many calls were taken.
    pub async fn wait_for(&self, count: usize) -> Vec<Taken> {
        self.wait_until(|taken, _| taken.len() >= count).await
    }

    /// Waits until taken and refused calls fit; answers those taken.
    pub async fn wait_until(&self, fits: impl Fn(&[Taken], &[Taken]) -> bool) -> Vec<Taken> {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                {
                    let state = self.state();
                    if fits(&state.taken, &state.refused) {
                        return state.taken.clone();
                    }
                }
                changed.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        waited.unwrap_or_else(|_| panic!("no such calls came: {:?} {:?}", self.taken(), self.refused()))
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn answer(
    request: HttpRequest,
    body: Bytes,
    shared: Data<(Arc<Mutex<State>>, Arc<Notify>)>,
) -> HttpResponse {
    let (state, changed) = &**shared;
    let headers = request.headers().iter();
    let mut call = Taken {
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        headers: headers
            .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
            .collect(),
        body: body.to_vec(),
        status: 0,
    };
    if call.path.starts_with("/_sim/") {
        return control(state, &call).await;
    }
    let fault = lock(state).faults.pop_front();
    let mut lost = false;
    match fault {
        Some(Fault::Answer(status, body)) => return refuse(state, changed, call, status, body.to_owned()),
        Some(Fault::Told(status, body)) => return refuse(state, changed, call, status, body),
        Some(Fault::Lost) => {
            lock(state).refused.push(call);
            changed.notify_waiters();
            return broken();
        }
        Some(Fault::Hang) => {
            lock(state).refused.push(call);
            changed.notify_waiters();
            std::future::pending::<()>().await;
            return HttpResponse::Ok().finish();
        }
        Some(Fault::Hold(until)) => until.notified().await,
        Some(Fault::TakenButLost) => lost = true,
        None => {}
    }
    let served = files::serve(&lock(state).files, &call);
    if let Some(served) = served {
        return hand_out(state, changed, call, served, lost);
    }
    let knocks = match call.path.as_str() {
        "/v2/bot/channel/webhook/test" => line::knock(&call).into_iter().collect(),
        "/pa/set_webhook" => viber::knock(&call).into_iter().collect(),
        "/api/v10/applications/@me" => discord::knocks(&call),
        _ => Vec::new(),
    };
    let mut reached = !knocks.is_empty();
    for knock in knocks {
        reached &= knock.try_it().await;
    }
    let said = {
        let mut state = lock(state);
        match call.path.as_str() {
            path if path.starts_with("/file/") => Said { status: 404, body: Value::Null },
            path if path.starts_with("/bot") => state.telegram.judge(&call),
            path if path.starts_with("/v24.0/") => state.meta.judge(&call),
            path if path.starts_with("/2010-04-01/") => state.twilio.judge(&call),
            path if path.starts_with("/v2/bot/") => state.line.judge(&call, reached),
            path if path.starts_with("/api/v10/") => state.discord.judge(&call, reached),
            path if path.starts_with("/api/") => state.slack.judge(&call),
            path if path.starts_with("/upload/") => state.slack.take_upload(&call),
            path if path.starts_with("/pa/") => state.viber.judge(&call, reached),
            _ => state.webhook.judge(&call),
        }
    };
    call.status = said.status;
    let good = (200..300).contains(&said.status);
    {
        let mut state = lock(state);
        if good { state.taken.push(call) } else { state.refused.push(call) }
    }
    changed.notify_waiters();
    if lost {
        return broken();
    }
    match said.body {
        Value::Null => HttpResponse::build(said.status.try_into().unwrap_or_default()).finish(),
        body => HttpResponse::build(said.status.try_into().unwrap_or_default()).json(body),
    }
}

/// A body that breaks off: the connection ends without a whole answer.
fn broken() -> HttpResponse {
    let broken = futures_util::stream::once(async { Err::<Bytes, _>(std::io::Error::other("lost")) });
    HttpResponse::Ok().no_chunking(10).streaming(broken)
}

async fn control(state: &Mutex<State>, call: &Taken) -> HttpResponse {
    let answer = match control::saying(call) {
        Some((hook, request)) => Some(control::send(&hook, request).await),
        None => control::answer(&mut lock(state), call),
    };
    answer.map_or_else(|| HttpResponse::NotFound().finish(), |answer| HttpResponse::Ok().json(answer))
}

fn hand_out(
    state: &Mutex<State>,
    changed: &Notify,
    mut call: Taken,
    served: files::Served,
    breaks: bool,
) -> HttpResponse {
    let (status, answer) = match served {
        files::Served::Refused => return refuse(state, changed, call, 401, "{}".to_owned()),
        files::Served::Redirect(to) => (302, HttpResponse::Found().insert_header(("location", to)).finish()),
        files::Served::Bytes(bytes) if breaks => {
            let half = Bytes::from(bytes[..bytes.len() / 2].to_vec());
            let parts = [Ok(half), Err(std::io::Error::other("lost"))];
            let broken = futures_util::stream::iter(parts);
            (200, HttpResponse::Ok().no_chunking(bytes.len() as u64).streaming(broken))
        }
        files::Served::Bytes(bytes) => (200, HttpResponse::Ok().body(bytes)),
    };
    call.status = status;
    lock(state).taken.push(call);
    changed.notify_waiters();
    answer
}

fn refuse(
    state: &Mutex<State>,
    changed: &Notify,
    mut call: Taken,
    status: u16,
    body: String,
) -> HttpResponse {
    call.status = status;
    lock(state).refused.push(call);
    changed.notify_waiters();
    HttpResponse::build(status.try_into().unwrap_or_default()).content_type("application/json").body(body)
}
