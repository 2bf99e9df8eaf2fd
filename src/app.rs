//! The composition root: builds every part, starts the server, and ends it in order.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use actix::Arbiter;
use actix_http::HttpService;
use actix_server::Server;
use actix_service::{IntoServiceFactory, map_config};
use actix_web::App;
use actix_web::dev::{AppConfig, ServerHandle};
use actix_web::middleware::{Compress, from_fn};
use actix_web::rt::net::TcpStream;
use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::timeout;
use actix_web::web::Data;
use socket2::SockRef;
use tokio::sync::mpsc;
use url::Url;

use crate::actors::directory::{self, Directory};
use crate::actors::error::CallError;
use crate::api;
use crate::api::edge::Edge;
use crate::api::invitations::link;
use crate::api::origin::OwnOrigins;
use crate::api::password::Passwords;
use crate::api::post_office::PostOffice;
use crate::api::secret;
use crate::api::upgrade;
use crate::api::visitor_token::{self, VisitorTokens};
use crate::bots::{BotLimits, Bots};
use crate::config::{self, Config};
use crate::delivery;
use crate::delivery::intake::{Intake, IntakeLimits};
use crate::fault::{self, Fault};
use crate::files::links::FileLinks;
use crate::files::{Files, FilesError, Place};
use crate::kill::{self, Point};
use crate::outgoing::mail::{MailOptions, Mailer, Security};
use crate::outgoing::trust::Trust;
use crate::outgoing::wire::MailServer;
use crate::outgoing::{Outgoing, OutgoingOptions};
use crate::push::Push;
use crate::push::courier::Courier;
use crate::push::vapid::{self, Vapid};
use crate::setup;
use crate::sources::Sources;
use crate::store::{Store, StoreError, StoreOptions, logins, meta};
use crate::vault::{Vault, VaultError};

/// How often what is over is removed: log-ins that ended by themselves, files that nobody sent, old chats.
const SWEEP: Duration = Duration::from_secs(60 * 60);

/// What messaging channels received and sent is kept for so long. Milliseconds.
const EVENTS_KEPT: i64 = 30 * 24 * 60 * 60 * 1_000;

/// In the data folder, while the configuration has no key.
pub const KEY_FILE: &str = "secrets.key";

/// The store has at least this long to close.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database.
    #[error("the database cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The address.
    #[error("configuration key `listen`: {0}")]
    Listen(#[from] std::io::Error),
    /// What outgoing calls may reach.
    #[error("configuration section [outgoing]: {0}")]
    Outgoing(String),
    /// The mail server.
    #[error("configuration section [mail]: {0}")]
    Mail(String),
    /// Where files are kept.
    #[error("configuration section [files]: {0}")]
    Files(FilesError),
    /// The key of sealed secrets.
    #[error("configuration key `secrets_key`: {0}")]
    Vault(VaultError),
    /// The key of Web Push.
    #[error("{0}")]
    Push(String),
    /// Passwords.
    #[error("passwords cannot be hashed: {0}")]
    Passwords(argon2::password_hash::Error),
    /// The scopes could not be loaded.
    #[error("the scopes cannot be started: {0}")]
    Actors(#[from] CallError),
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The owner's set-up link, as long as they have no password.
    pub setup_link: Option<String>,
    /// What all requests share.
    pub edge: Data<Edge>,
    server: ServerHandle,
    finished: JoinHandle<std::io::Result<()>>,
    sweeper: JoinHandle<()>,
    couriers: [JoinHandle<()>; 7],
    pushing: JoinHandle<()>,
}

/// Starts everything. Must be called in an actix system.
///
/// # Errors
/// See [`StartError`]; nothing runs then.
pub async fn start(config: Config, sources: Sources) -> Result<Running, StartError> {
    let store = Store::open(&store_options(&config))?;
    let listener = TcpListener::bind(config.listen)?;
    let address = listener.local_addr()?;
    let origins = OwnOrigins::new(&config, address);
    let token = setup::first_start(&store, &sources, &config, origins.all()).await?;
    let setup_link = token.map(|token| link(origins.main(), &token));

    let files = Files::open(&files_place(&config)).map_err(StartError::Files)?;
    let outgoing = Outgoing::new(&outgoing_options(&config)).map_err(StartError::Outgoing)?;
    let vault = vault(&config, &sources)?;
    let bots = Bots::new(outgoing.clone(), sources.clone(), BotLimits::default());
    let (push, round) = Push::new(
        Courier::new(outgoing.clone(), sources.clone(), vapid(&store, &sources, &origins).await?),
        store.clone(),
        sources.clone(),
    );
    let options = directory::Options {
        sleep_after_ms: config.timers.conversation_sleep_ms,
        login_idle_ms: config.login.idle_ms,
        login_check_ms: config.login.check_ms,
    };
    let directory = Directory::new(store.clone(), sources.clone(), bots, push, options);

    let passwords = Passwords::new(sources.clone(), config.login.hashers).map_err(StartError::Passwords)?;
    let tokens = VisitorTokens::new(kept_secret(&store, &sources, visitor_token::SECRET_NAME).await?);
    let mail = mailer(&config)?.map(PostOffice::new);
    let links = FileLinks::new(&kept_secret(&store, &sources, FileLinks::KEY_NAME).await?, origins.main());
    let intake = Intake::new(files.clone(), store.clone(), sources.clone(), intake_limits(&config));
    let (told, clock) = (directory.clone(), sources.clone());
    let post = delivery::Post::new(mail_server(&config)?, files.clone());
    let courier = delivery::Courier::new(store.clone(), clock, told, outgoing, vault, links, intake, post);
    let edge = Edge::new(config, sources, store, directory, origins, passwords, tokens, mail, files, courier);
    let edge = Data::new(edge);
    let (server, finished) = serve(&edge, listener).await?;
    edge.directory.start_all().await?;
    let sweeper = actix_web::rt::spawn(sweep(edge.clone()));
    let couriers = [
        actix_web::rt::spawn(delivery::inbox::run(edge.courier.clone())),
        actix_web::rt::spawn(delivery::mailboxes::run(edge.courier.clone())),
        actix_web::rt::spawn(delivery::fetch::run(edge.courier.clone())),
        actix_web::rt::spawn(delivery::outbox::run(edge.courier.clone())),
        actix_web::rt::spawn(delivery::webhooks::run(edge.courier.clone())),
        actix_web::rt::spawn(delivery::gateway::run(edge.courier.clone())),
        actix_web::rt::spawn(delivery::typing::run(edge.courier.clone())),
    ];
    let pushing = actix_web::rt::spawn(round.run(|sending| drop(actix_web::rt::spawn(sending))));
    actix_web::rt::spawn(complete_episodes(edge.store.clone()));
    Ok(Running { address, setup_link, edge, server, finished, sweeper, couriers, pushing })
}

/// Seals the secrets of channels anew: with a new key in place of the one in the key file, else with the first key of the
/// configuration. Answers how many there are. Whenever it is interrupted, what is stored can be opened.
///
/// # Errors
/// See [`StartError`]; the server must not be running.
pub async fn rotate_secrets_key(config: &Config) -> Result<usize, StartError> {
    let sources = Sources::default();
    let store = Store::open(&store_options(config))?;
    let keys = vault(config, &sources)?;
    if !config.secrets_key.0.is_empty() {
        let count = delivery::seal_anew(&store, &keys, &sources).await?;
        store.close().await?;
        return Ok(count);
    }
    let file = config.data_dir.join(KEY_FILE);
    let write = |keys: &Vault| {
        keys.write_file(&file)
            .map_err(|error| StartError::Vault(VaultError::File(file.display().to_string(), error)))
    };
    let both = keys.with_new_key(&sources);
    write(&both)?;
    kill::point(Point::BothKeysWritten);
    let count = delivery::seal_anew(&store, &both, &sources).await?;
    kill::point(Point::SecretsSealed);
    write(&both.newest())?;
    kill::point(Point::OldKeyGone);
    store.close().await?;
    Ok(count)
}

/// Starts the threads that serve; actors run on them too, as a message between two threads costs more than
/// all that is done with it.
async fn serve(
    edge: &Data<Edge>,
    listener: TcpListener,
) -> Result<(ServerHandle, JoinHandle<std::io::Result<()>>), StartError> {
    let limits = &edge.config.limits;
    let workers = workers(&edge.config);
    let shared = edge.clone();
    let (started, mut starting) = mpsc::unbounded_channel();
    let request_head = Duration::from_millis(limits.request_head_ms);
    let server = Server::build()
        .workers(workers)
        .disable_signals()
        .max_concurrent_connections(limits.connections.div_ceil(workers))
        .shutdown_timeout(edge.config.timers.drain_ms / 1_000);
    let ending = server.graceful_shutdown_signal();
    let http = move || {
        shared.directory.add_thread(Arbiter::current());
        // Nobody waits for one that is started again later.
        let _ = started.send(());
        let app = App::new()
            .app_data(shared.clone())
            .wrap(Compress::default())
            .wrap(from_fn(api::finish))
            .configure(api::configure);
        let app = upgrade::Both::new(map_config(app.into_factory(), |()| AppConfig::default()));
        let ending = ending.clone();
        HttpService::build()
            .client_request_timeout(request_head)
            // Else connections that wait for another request would hold up the end.
            .graceful_shutdown_signal(move || {
                let ending = ending.clone();
                async move { ending.notified().await }
            })
            .on_connect_ext(|connection, _| prepare(connection))
            .upgrade(app.upgrades())
            .finish(app.requests())
            .tcp()
    };
    let server = server.listen("http", listener, http)?.run();
    let (handle, finished) = (server.handle(), actix_web::rt::spawn(server));
    for _ in 0..workers {
        if starting.recv().await.is_none() {
            return Err(StartError::Listen(std::io::Error::other("the threads of the server do not start")));
        }
    }
    Ok((handle, finished))
}

/// A peer that vanished without a word is noticed after so long, even while nothing is read from it.
const VANISHED: Duration = Duration::from_secs(30);

/// Every answer leaves at once: frames are small, and waiting for more of them costs 40 ms.
fn prepare(connection: &TcpStream) {
    let socket = SockRef::from(connection);
    let prepared = socket.set_tcp_nodelay(true).and_then(|()| socket.set_tcp_user_timeout(Some(VANISHED)));
    if let Err(error) = prepared {
        log::debug!("connection not prepared error=\"{error}\"");
    }
}

/// A secret of our own: made at the first start, the same ever after.
async fn kept_secret(store: &Store, sources: &Sources, name: &'static str) -> Result<Vec<u8>, StoreError> {
    let fresh = secret::token(sources, "");
    let kept = store.write(move |connection| meta::put_once(connection, name, &fresh));
    Ok(kept.await?.into_bytes())
}

/// The keys that seal secrets of channels, from the configuration or from their file.
///
/// # Errors
/// [`StartError::Vault`].
pub fn vault(config: &Config, sources: &Sources) -> Result<Vault, StartError> {
    let given = &config.secrets_key.0;
    let vault = if given.is_empty() {
        Vault::open_file(&config.data_dir.join(KEY_FILE), sources)
    } else {
        Vault::from_text(given)
    };
    vault.map_err(StartError::Vault)
}

/// Who we are to push services: a key made at the first start, the same ever after, and our address.
async fn vapid(store: &Store, sources: &Sources, origins: &OwnOrigins) -> Result<Vapid, StartError> {
    let fresh = vapid::fresh_key(sources);
    let kept = store.write(move |connection| meta::put_once(connection, vapid::KEY_NAME, &fresh)).await?;
    Vapid::new(&kept, origins.main()).map_err(StartError::Push)
}

impl Running {
    /// Ends in order, within the configured time: not ready at once, commands in hand finish and are answered, sockets
    /// hear of it, requests in hand finish, the store closes.
    pub async fn drain(self) {
        if fault::on(Fault::EndsAtOnce) {
            return self.stop();
        }
        let limit = self.edge.config.timers.drain();
        let begun = Instant::now();
        let left = || limit.saturating_sub(begun.elapsed());
        self.edge.start_draining();
        self.edge.directory.drain(limit).await;
        if timeout(left(), self.server.stop(true)).await.is_err() {
            log::warn!("connections were cut off that did not end in time");
        }
        self.finished.abort();
        self.sweeper.abort();
        self.couriers.iter().for_each(JoinHandle::abort);
        self.pushing.abort();
        match timeout(left().max(CLOSE_LIMIT), self.edge.store.clone().close()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => log::error!("store not closed error=\"{error}\""),
            Err(_) => log::error!("store not closed in time"),
        }
    }

    /// Stops without ceremony, as when the power goes.
    pub fn stop(&self) {
        drop(self.server.stop(false));
        self.sweeper.abort();
        self.couriers.iter().for_each(JoinHandle::abort);
        self.pushing.abort();
    }
}

/// Gives an older database the episodes that reports count; interrupted, it is done at the next start.
async fn complete_episodes(store: Store) {
    if let Err(error) = store.complete_episodes().await {
        log::warn!("reports are not complete yet error=\"{error}\"");
    }
}

/// Removes log-ins that ended by themselves, files that nobody sent, and what scopes no longer keep.
async fn sweep(edge: Data<Edge>) {
    loop {
        actix_web::rt::time::sleep(SWEEP).await;
        let now = edge.sources.now();
        let idle_since = now - edge.config.login.idle_ms;
        let swept =
            edge.store.write(move |connection| logins::delete_expired(connection, now, idle_since)).await;
        match swept {
            Ok(count) => log::debug!("ended log-ins removed count={count}"),
            Err(error) => log::warn!("ended log-ins not removed error=\"{error}\""),
        }
        edge.courier.sweep(now - EVENTS_KEPT).await;
        let count = api::files::sweep(&edge).await;
        log::debug!("files removed count={count}");
        api::avatars::sweep(&edge).await;
        let count = api::retention::sweep(&edge).await;
        log::debug!("old chats erased count={count}");
    }
}

fn workers(config: &Config) -> usize {
    if config.workers > 0 {
        return config.workers;
    }
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// How the store is opened with this configuration.
pub fn store_options(config: &Config) -> StoreOptions {
    let readers = if config.store.pool > 0 { config.store.pool } else { 2 * workers(config) };
    StoreOptions {
        readers: u32::try_from(readers).unwrap_or(u32::MAX),
        journal_queue: config.store.journal_queue,
        read_queue: config.store.queue,
        ..StoreOptions::new(config.database())
    }
}

/// The mail server of the configuration, if there is one.
fn mail_server(config: &Config) -> Result<Option<MailServer>, StartError> {
    let mail = &config.mail;
    if mail.host.is_empty() {
        return Ok(None);
    }
    let secret = mail.secret().map_err(|error| StartError::Mail(format!("`password_file`: {error}")))?;
    Ok(Some(MailServer {
        host: mail.host.clone(),
        port: mail.port,
        security: match mail.security {
            config::Security::Tls => Security::Tls,
            config::Security::Starttls => Security::Starttls,
            config::Security::None => Security::None,
        },
        login: (!mail.user.is_empty()).then(|| (mail.user.clone(), secret)),
        trusted: true,
    }))
}

/// The way out for our own letters, if a mail server is configured.
fn mailer(config: &Config) -> Result<Option<Mailer>, StartError> {
    let Some(MailServer { host, port, security, login, .. }) = mail_server(config)? else { return Ok(None) };
    let (from, timeout_ms) = (config.mail.from.clone(), config.mail.timeout_ms);
    let trust = Trust::read(&config.outgoing.ca_file).map_err(StartError::Outgoing)?;
    let options = MailOptions { host, port, security, from, login, timeout_ms, trust };
    Mailer::new(&options).map(Some).map_err(StartError::Mail)
}

/// Where this configuration keeps files.
fn files_place(config: &Config) -> Place {
    let files = &config.files;
    match Url::parse(&files.url) {
        Ok(url) => Place::S3 { url, endpoint: files.endpoint.clone(), region: files.region.clone() },
        Err(_) => Place::Folder(config.data_dir.join("files")),
    }
}

/// What files may be.
const fn intake_limits(config: &Config) -> IntakeLimits {
    let files = &config.files;
    let within = Duration::from_millis(files.upload_ms);
    IntakeLimits { max_bytes: files.max_bytes, within, unsent_ms: files.unsent_ms }
}

fn outgoing_options(config: &Config) -> OutgoingOptions {
    OutgoingOptions {
        allow: config.outgoing.allow.clone(),
        ports: config.outgoing.ports.clone(),
        connect_timeout_ms: config.outgoing.connect_ms,
        ca_file: config.outgoing.ca_file.clone(),
    }
}
