//! Who is asking? A member, by the cookie of a log-in or by an API key.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::body::{ContentType, content_type};
use super::edge::Edge;
use super::{ApiError, address, secret};
use crate::config::Config;
use crate::domain::Millis;
use crate::domain::ids::{KeyId, ScopeId};
use crate::domain::member::{Member, Membership, Role};
use crate::protocol::code::Code;
use crate::store::audit::AuditActor;
use crate::store::logins::Login;
use crate::store::{StoreError, keys, logins, members};

/// API keys begin with this.
pub const KEY_PREFIX: &str = "sbk_";

/// Signs of life are stored at most once in this time.
const TOUCH_MS: Millis = 60_000;

/// The member who asks, and what they may be.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who; never disabled.
    pub member: Member,
    /// Where they belong. With a key: its scope only, with at most its role.
    pub memberships: Vec<Membership>,
    /// How they proved it.
    pub via: Via,
    /// From where.
    pub address: IpAddr,
}

/// How a caller proved who they are.
#[derive(Debug, Clone)]
pub enum Via {
    /// A browser's session.
    Login(Login),
    /// An API key.
    Key(KeyId),
}

impl Caller {
    /// The role in this scope; none for strangers.
    pub fn role_in(&self, scope: ScopeId) -> Option<Role> {
        self.memberships.iter().find(|membership| membership.scope == scope).map(|membership| membership.role)
    }

    /// The log-in; programs with a key have none.
    ///
    /// # Errors
    /// `forbidden` with an API key.
    pub fn login(&self) -> Result<&Login, ApiError> {
        match &self.via {
            Via::Login(login) => Ok(login),
            Via::Key(_) => Err(ApiError::forbidden("an API key may not do this; log in")),
        }
    }

    /// A sign of life that is stored suffices for this long. Milliseconds.
    pub fn quiet_after(&self, config: &Config) -> Millis {
        match self.via {
            Via::Login(_) => TOUCH_MS.min(config.login.idle_ms / 4),
            Via::Key(_) => TOUCH_MS,
        }
    }

    /// Stores a sign of life. One that could not be stored stops nobody.
    pub async fn touch(&self, edge: &Edge, now: Millis) {
        let touched = match &self.via {
            Via::Login(login) => {
                let id = login.id;
                edge.store.write(move |connection| logins::touch(connection, id, now)).await
            }
            Via::Key(key) => {
                let id = *key;
                edge.store.write(move |connection| keys::touch(connection, id, now)).await
            }
        };
        if let Err(error) = touched {
            log::debug!("sign of life not stored error=\"{error}\"");
        }
    }

    /// As the audit trail names them.
    pub fn as_audit(&self) -> AuditActor {
        let (kind, id) = match &self.via {
            Via::Login(_) => ("member", self.member.id.to_string()),
            Via::Key(key) => ("key", key.to_string()),
        };
        AuditActor { kind: kind.to_owned(), id: Some(id), name: self.member.name.clone() }
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    /// Also refuses forged requests: whoever takes a `Caller` is guarded.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = identify(&request).await?;
            guard(&request, &caller)?;
            Ok(caller)
        })
    }
}

/// Who is asking, by key or cookie. Does not judge whether the request was forged; sockets have their own rules.
///
/// # Errors
/// `unauthenticated` without a valid session, `invalid_token` with a bad key, `rate_limited` above the limit.
pub async fn identify(request: &HttpRequest) -> Result<Caller, ApiError> {
    let edge = request.app_data::<Data<Edge>>().ok_or_else(ApiError::not_found)?;
    let caller = if request.headers().contains_key(AUTHORIZATION) {
        by_key(edge, request).await?
    } else {
        by_cookie(edge, request).await?
    };
    let credential = match &caller.via {
        Via::Login(login) => login.id.uuid(),
        Via::Key(key) => key.uuid(),
    };
    edge.requests.count(&credential, edge.sources.now()).map_err(ApiError::RateLimited)?;
    Ok(caller)
}

async fn by_cookie(edge: &Data<Edge>, request: &HttpRequest) -> Result<Caller, ApiError> {
    let token = session_token(request, &edge.config).ok_or_else(ApiError::unauthenticated)?;
    let hash = secret::hash(&token);
    let found = edge
        .read(move |connection| {
            let (login, member) = logins::by_token_hash(connection, &hash)?;
            Ok((login, members::memberships_of(connection, member.id)?, member))
        })
        .await;
    let (login, memberships, member) = found.map_err(|error| if_missing(error, ApiError::unauthenticated))?;
    let now = edge.sources.now();
    let idle = now - login.last_seen_at >= edge.config.login.idle_ms;
    if member.disabled || idle || now >= login.expires_at {
        return Err(ApiError::unauthenticated());
    }
    let seen_at = login.last_seen_at;
    let caller = Caller {
        member,
        memberships,
        via: Via::Login(login),
        address: address::client(request, &edge.config),
    };
    if now - seen_at >= caller.quiet_after(&edge.config) {
        caller.touch(edge, now).await;
    }
    Ok(caller)
}

async fn by_key(edge: &Data<Edge>, request: &HttpRequest) -> Result<Caller, ApiError> {
    let invalid = || ApiError::Plain(Code::InvalidToken, "this key is not valid".into());
    let key = bearer(request.headers()).filter(|text| text.starts_with(KEY_PREFIX)).ok_or_else(invalid)?;
    let hash = secret::hash(key);
    let found = edge
        .read(move |connection| {
            let (key, member) = keys::by_hash(connection, &hash)?;
            Ok((members::role_in(connection, member.id, key.scope)?, key, member))
        })
        .await;
    let (role, key, member) = found.map_err(|error| if_missing(error, invalid))?;
    let now = edge.sources.now();
    let expired = key.expires_at.is_some_and(|at| now >= at) || key.revoked_at.is_some();
    let Some(role) = role.filter(|_| !expired && !member.disabled) else { return Err(invalid()) };
    let memberships = vec![Membership { scope: key.scope, role: role.min(key.role) }];
    let address = address::client(request, &edge.config);
    let caller = Caller { member, memberships, via: Via::Key(key.id), address };
    if key.last_used_at.is_none_or(|at| now - at >= caller.quiet_after(&edge.config)) {
        caller.touch(edge, now).await;
    }
    Ok(caller)
}

fn if_missing(error: ApiError, instead: impl FnOnce() -> ApiError) -> ApiError {
    if matches!(error, ApiError::Store(StoreError::NotFound)) { instead() } else { error }
}

/// A writing request with a cookie must come from our own page, with the session's token. Browsers add cookies to
/// requests of foreign pages, but keys never.
fn guard(request: &HttpRequest, caller: &Caller) -> Result<(), ApiError> {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return Ok(());
    }
    if content_type(request.headers()) == ContentType::Other {
        return Err(ApiError::bad_request("the body must be application/json"));
    }
    if let (Via::Login(login), Some(edge)) = (&caller.via, request.app_data::<Data<Edge>>()) {
        edge.origins.check(request)?;
        let given = request.headers().get(HeaderName::from_static("x-csrf-token"));
        let given = given.and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !secret::equal(&login.csrf_token, given) {
            return Err(ApiError::forbidden("the X-CSRF-Token header is missing or wrong"));
        }
    }
    Ok(())
}

/// The token of `Authorization: Bearer …`, if there is exactly one such header.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION);
    let (first, second) = (given.next()?, given.next());
    let (scheme, token) = first.to_str().ok()?.split_once(' ')?;
    (second.is_none() && scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}

/// The session's token from the cookie.
fn session_token(request: &HttpRequest, config: &Config) -> Option<String> {
    request.cookie(cookie_name(config)).map(|cookie| cookie.value().to_owned())
}

/// Under https the name makes browsers insist on `Secure`, this host and the whole site.
fn cookie_name(config: &Config) -> &'static str {
    if is_https(config) { "__Host-switchboard_session" } else { "switchboard_session" }
}

/// Do people reach us by https?
pub fn is_https(config: &Config) -> bool {
    config.public().is_some_and(|url| url.scheme() == "https")
}

/// The cookie that carries a session's token.
pub fn session_cookie(config: &Config, token: String) -> Cookie<'static> {
    Cookie::build(cookie_name(config), token)
        .path("/")
        .http_only(true)
        .secure(is_https(config))
        .same_site(SameSite::Lax)
        .max_age(actix_web::cookie::time::Duration::milliseconds(config.login.absolute_ms))
        .finish()
}

/// The cookie that makes the browser forget it.
pub fn no_cookie(config: &Config) -> Cookie<'static> {
    let mut cookie = session_cookie(config, String::new());
    cookie.make_removal();
    cookie
}
