//! What can be configured. `config/default.toml` documents every key; this file gives them types.
//!
//! Three layers, later ones win: the compiled-in defaults, a file, the environment.

mod check;
mod mail;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use config::{Environment, File, FileFormat};
use serde::Deserialize;
use url::Url;

pub use check::{Network, Problem};
pub use mail::{Mail, Password, Security};

/// The defaults and their documentation.
pub const DEFAULTS: &str = include_str!("../config/default.toml");

/// Variables that begin so are for the tests, and none of ours.
const OF_TESTS: &str = "SWITCHBOARD_TEST_";

/// The whole configuration. Every field is a key of `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/default.toml describes each")]
pub struct Config {
    pub listen: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: DatabaseUrl,
    pub public_url: String,
    pub demo: bool,
    pub trusted_proxies: Vec<Network>,
    pub workers: usize,
    pub log: String,
    pub metrics_from: Vec<Network>,
    pub secrets_key: Password,
    pub limits: Limits,
    pub timers: Timers,
    pub login: Login,
    pub outgoing: Outgoing,
    pub mail: Mail,
    pub store: Store,
    pub files: Files,
}

/// Bounds on what others may ask of us.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/default.toml describes each")]
pub struct Limits {
    pub enabled: bool,
    pub request_head_ms: u64,
    pub request_body_ms: u64,
    pub request_body_bytes: usize,
    pub connections: usize,
    pub socket_message_bytes: usize,
    pub socket_fragments: usize,
    pub visitor_rate: u32,
    pub visitor_burst: u32,
    pub agent_rate: u32,
    pub agent_burst: u32,
    pub sockets_per_address: usize,
    pub sockets_per_visitor: usize,
    pub sockets_per_agent: usize,
    pub conversations_per_minute: u32,
    pub login_per_account: u32,
    pub login_per_address: u32,
    pub login_window_ms: u64,
    pub key_per_minute: u32,
    pub files_per_visitor: u32,
    pub files_per_address: u32,
}

/// How long things wait.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/default.toml describes each")]
pub struct Timers {
    pub ping_ms: u64,
    pub silence_ms: u64,
    pub first_frame_ms: u64,
    pub drain_ms: u64,
    pub conversation_sleep_ms: u64,
    pub visitor_token_ms: u64,
    pub ticket_ms: u64,
}

/// How long a log-in holds, and how one begins.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/default.toml describes each")]
pub struct Login {
    pub idle_ms: i64,
    pub absolute_ms: i64,
    pub check_ms: u64,
    pub setup_link_ms: i64,
    pub invitation_ms: i64,
    pub hashers: usize,
}

/// What calls to addresses given by members may reach.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/default.toml describes each")]
pub struct Outgoing {
    pub allow: Vec<String>,
    pub ports: Vec<String>,
    pub connect_ms: u64,
    pub ca_file: String,
}

/// How the database is used.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/default.toml describes each")]
pub struct Store {
    pub pool: usize,
    pub queue: usize,
    pub journal_queue: usize,
}

/// Files of chats.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/default.toml describes each")]
pub struct Files {
    pub url: String,
    pub endpoint: String,
    pub region: String,
    pub max_bytes: usize,
    pub upload_ms: u64,
    pub unsent_ms: i64,
}

/// Where the database is. May hold a password, so it is never printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(pub String);

impl std::fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Config {
    /// The defaults alone, without file or environment.
    ///
    /// # Errors
    /// None with the compiled-in file; a test reads it.
    pub fn defaults() -> Result<Self, Problem> {
        read(None, None)
    }

    /// Defaults, then `file`, then the environment; checked.
    ///
    /// # Errors
    /// [`Problem`] names the key that is unknown, of the wrong type or out of range, or the file that cannot be read.
    pub fn load(file: Option<&Path>) -> Result<Self, Problem> {
        let variables = std::env::vars().filter(|(name, _)| !name.starts_with(OF_TESTS)).collect();
        let environment = Environment::with_prefix("SWITCHBOARD")
            .source(Some(variables))
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("trusted_proxies")
            .with_list_parse_key("metrics_from")
            .with_list_parse_key("outgoing.allow")
            .with_list_parse_key("outgoing.ports")
            .ignore_empty(true);
        read(file, Some(environment))
    }

    /// The database's address: the configured one, or SQLite in the data folder.
    pub fn database(&self) -> String {
        if self.database_url.0.is_empty() {
            format!("sqlite://{}", self.data_dir.join("switchboard.db").display())
        } else {
            self.database_url.0.clone()
        }
    }

    /// The configured public address, if there is one.
    pub fn public(&self) -> Option<Url> {
        Url::parse(&self.public_url).ok()
    }

    /// Is this the address of a proxy whose word on the client's address counts?
    pub fn trusts(&self, address: IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(address))
    }
}

impl Timers {
    /// Time for commands in hand after SIGTERM.
    pub const fn drain(&self) -> Duration {
        Duration::from_millis(self.drain_ms)
    }
}

fn read(file: Option<&Path>, environment: Option<Environment>) -> Result<Config, Problem> {
    let mut layers = config::Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
    if let Some(path) = file {
        layers = layers.add_source(File::from(path).format(FileFormat::Toml));
    }
    if let Some(environment) = environment {
        layers = layers.add_source(environment);
    }
    let config: Config = layers.build()?.try_deserialize()?;
    config.check()?;
    Ok(config)
}
