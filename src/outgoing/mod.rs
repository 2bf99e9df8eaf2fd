//! The one HTTP client: every call that leaves Switchboard goes through [`Outgoing::call`], every socket through
//! [`Outgoing::open_socket`].
//!
//! People set the URLs that are called, so each call is kept away from the inner network: only http and https,
//! only listed ports, only public addresses (judged at connect time, see [`resolver`]), no redirects, no proxy
//! from the environment, no cookies, and limits on time and size. The operator may allow more: [`OutgoingOptions`].
//! Mail servers are reached under the same guard, by [`wire`].

pub mod address;
pub mod allow;
mod download;
pub mod imap;
pub mod mail;
pub mod mime;
pub mod resolver;
pub mod signature;
pub mod smtp;
pub mod socket;
mod target;
pub mod trust;
pub mod wire;

pub use download::Download;
pub use target::Refused;

use std::error::Error;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Method, Response, StatusCode, Url};
use serde::{Deserialize, Serialize};

use allow::AllowList;
use resolver::{Lookup, Resolver, SystemLookup};
use target::Target;
use trust::Trust;

/// What calls may reach. The defaults are the safe ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutgoingOptions {
    /// Hosts (`bot.internal`), hosts with a port (`127.0.0.1:5005`) and address blocks (`10.0.0.0/8`) that may be
    /// called although they are not public. An entry with a port also allows that port; other entries obey `ports`.
    pub allow: Vec<String>,
    /// Ports that may be called: numbers and ranges.
    pub ports: Vec<String>,
    /// Longest wait for a name's addresses and the connection, TLS included. Milliseconds.
    pub connect_timeout_ms: u64,
    /// A PEM file with certificate authorities that are believed besides Mozilla's; empty = none.
    pub ca_file: String,
}

impl Default for OutgoingOptions {
    fn default() -> Self {
        Self {
            allow: Vec::new(),
            ports: ["80", "443", "8000-9999"].map(str::to_owned).to_vec(),
            connect_timeout_ms: 5_000,
            ca_file: String::new(),
        }
    }
}

/// Limits of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the look-up of the name to the last byte of the answer.
    pub total: Duration,
    /// Most bytes that are read of an answer's body.
    pub answer_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { total: Duration::from_secs(15), answer_bytes: 64 * 1024 }
    }
}

/// An answer, whatever its status. A redirect is an answer too and is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: StatusCode,
    /// The body. Of an answer that is no success, at most the first [`Limits::answer_bytes`].
    pub body: Bytes,
    /// How long the other side asks us to wait.
    pub retry_after: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct OutgoingError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// False only when it is certain that nothing of the request was sent; then a second try cannot double anything.
    pub request_was_written: bool,
}

/// What went wrong with a call. The texts name neither URL nor address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// The target may not be called.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The name has no address, or nobody took the connection, or TLS failed.
    #[error("no connection")]
    Connect,
    /// No whole answer in time.
    #[error("no answer in time")]
    Timeout,
    /// A success whose body is larger than allowed.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection broke, or what came is not HTTP.
    #[error("the connection broke or the answer is not HTTP")]
    Broken,
}

/// Makes outgoing calls. Cheap to clone; clones share their connections.
#[derive(Debug, Clone)]
pub struct Outgoing {
    allow: Arc<AllowList>,
    ports: Arc<[RangeInclusive<u16>]>,
    /// For connections that are not HTTP.
    lookup: Arc<dyn Lookup>,
    /// For hosts anybody may set: judges every address.
    guarded: Client,
    /// For hosts that the operator named in `allow`.
    named: Client,
    connect: Duration,
    trust: Trust,
}

impl Outgoing {
    /// # Errors
    /// What is wrong with the options, for the operator.
    pub fn new(options: &OutgoingOptions) -> Result<Self, String> {
        Self::with_lookup(options, Arc::new(SystemLookup))
    }

    /// As [`Outgoing::new`], with another source of addresses.
    ///
    /// # Errors
    /// What is wrong with the options, for the operator.
    pub fn with_lookup(options: &OutgoingOptions, lookup: Arc<dyn Lookup>) -> Result<Self, String> {
        let allow = Arc::new(AllowList::read(&options.allow)?);
        let ports = options.ports.iter().map(|text| read_ports(text)).collect::<Result<_, _>>()?;
        let connect = Duration::from_millis(options.connect_timeout_ms);
        let guarded = Resolver { lookup: Arc::clone(&lookup), allow: Some(Arc::clone(&allow)) };
        let named = Resolver { lookup: Arc::clone(&lookup), allow: None };
        let trust = Trust::read(&options.ca_file)?;
        let (guarded, named) = (client(guarded, connect, &trust)?, client(named, connect, &trust)?);
        Ok(Self { allow, ports, lookup, guarded, named, connect, trust })
    }

    /// Judges a URL by what it says itself: scheme, port, user name, address. Meant for the moment a person sets it;
    /// the addresses behind a name are judged at each connection.
    ///
    /// # Errors
    /// Why it may not be called.
    pub fn check_url(&self, url: &str) -> Result<Url, Refused> {
        self.check(url).map(|target| target.url)
    }

    /// As [`Self::check_url`], for what must not be read on its way: https, or a host that the operator named.
    ///
    /// # Errors
    /// As [`Self::check_url`].
    pub fn check_secure_url(&self, url: &str) -> Result<Url, Refused> {
        let target = self.check(url)?;
        if target.url.scheme() == "https" || target.named { Ok(target.url) } else { Err(Refused::Scheme) }
    }

    /// Posts `body` and reads the answer.
    ///
    /// # Errors
    /// When there is no answer, or a success larger than allowed.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
        limits: Limits,
    ) -> Result<Reply, OutgoingError> {
        self.call(Method::POST, url, headers, body, limits).await
    }

    /// Calls with any method and reads the answer.
    ///
    /// # Errors
    /// As [`Outgoing::post`].
    pub async fn call(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
        limits: Limits,
    ) -> Result<Reply, OutgoingError> {
        let call = async {
            let response = self.send(method, url, headers, body).await?;
            read(response, limits.answer_bytes).await
        };
        tokio::time::timeout(limits.total, call)
            .await
            .unwrap_or(Err(OutgoingError { kind: ErrorKind::Timeout, request_was_written: true }))
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, OutgoingError> {
        let Target { url, named } =
            self.check(url).map_err(|why| OutgoingError { kind: why.into(), request_was_written: false })?;
        let client = if named { &self.named } else { &self.guarded };
        client.request(method, url).headers(headers).body(body).send().await.map_err(|e| judge(&e))
    }

    fn check(&self, url: &str) -> Result<Target, Refused> {
        target::check(url, &self.allow, &self.ports)
    }
}

fn client(resolver: Resolver, connect: Duration, trust: &Trust) -> Result<Client, String> {
    trust
        .http(builder(resolver, connect))?
        .build()
        .map_err(|error| format!("the HTTP client cannot start: {error}"))
}

fn builder(resolver: Resolver, connect: Duration) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("Switchboard/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .dns_resolver(Arc::new(resolver))
        .connect_timeout(connect)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(8)
}

fn read_ports(text: &str) -> Result<RangeInclusive<u16>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.trim().parse(), last.trim().parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok(first..=last),
        _ => Err(format!("not a port or a range of ports: {text:?}")),
    }
}

async fn read(mut response: Response, limit: usize) -> Result<Reply, OutgoingError> {
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| judge(&e))? {
        let room = limit - body.len();
        if chunk.len() <= room {
            body.extend_from_slice(&chunk);
            continue;
        }
        if status.is_success() {
            return Err(OutgoingError { kind: ErrorKind::TooLarge, request_was_written: true });
        }
        // Long error pages are common, and their status still tells whether to try again.
        body.extend_from_slice(&chunk[..room]);
        break;
    }
    Ok(Reply { status, body: body.freeze(), retry_after })
}

fn judge(error: &reqwest::Error) -> OutgoingError {
    let kind = if let Some(refused) = refusal_in(error) {
        refused.clone().into()
    } else if error.is_timeout() {
        ErrorKind::Timeout
    } else if error.is_connect() {
        ErrorKind::Connect
    } else {
        ErrorKind::Broken
    };
    OutgoingError { kind, request_was_written: !error.is_connect() }
}

/// The resolver's refusal comes back wrapped by the client's layers.
fn refusal_in(error: &reqwest::Error) -> Option<&Refused> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(refused) = error.downcast_ref() {
            return Some(refused);
        }
        cause = error.source();
    }
    None
}

/// RFC 9110 section 10.2.3: seconds, or a date. The date is taken relative to the answer's own `Date`, so that
/// the clocks need not agree.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let sent = httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()?;
    Some(until.duration_since(sent).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_that_make_no_sense_are_named() {
        let bad = |options: OutgoingOptions| Outgoing::new(&options).expect_err("bad options");
        let ports = |text: &str| OutgoingOptions { ports: vec![text.to_owned()], ..Default::default() };
        for text in ["", "http", "90-80", "70000", "-", "80-"] {
            assert!(bad(ports(text)).contains(&format!("{text:?}")), "{text}");
        }
        let allow = OutgoingOptions { allow: vec!["10.0.0.0/99".to_owned()], ..Default::default() };
        assert!(bad(allow).contains("10.0.0.0/99"));
        assert!(Outgoing::new(&ports(" 80 - 90 ")).is_ok());
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let read = |pairs: &[(reqwest::header::HeaderName, &str)]| {
            let headers = pairs.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value")));
            retry_after(&headers.collect())
        };
        let date = (DATE, "Thu, 01 Jan 2026 00:00:00 GMT");
        assert_eq!(read(&[(RETRY_AFTER, "7")]), Some(Duration::from_secs(7)));
        let later = (RETRY_AFTER, "Thu, 01 Jan 2026 00:01:30 GMT");
        assert_eq!(read(&[later.clone(), date.clone()]), Some(Duration::from_secs(90)));
        assert_eq!(read(&[(RETRY_AFTER, "Wed, 31 Dec 2025 00:00:00 GMT"), date]), Some(Duration::ZERO));
        for none in [
            vec![],
            vec![later],
            vec![(RETRY_AFTER, "-1")],
            vec![(RETRY_AFTER, "soon")],
            vec![(RETRY_AFTER, "\u{e9}")],
        ] {
            assert_eq!(read(&none), None);
        }
    }
}
