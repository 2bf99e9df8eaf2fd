//! Logging in and out, and a member's own sessions.

use std::sync::atomic::Ordering;

use actix_web::http::header::USER_AGENT;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::{self, Caller, Via};
use super::body::Body;
use super::edge::Edge;
use super::list::{self, Part};
use super::{ApiError, address, password, secret, trail};
use crate::actors::agent::Credential;
use crate::domain::ids::LoginId;
use crate::domain::member::{Member, check_password};
use crate::protocol::code::Code;
use crate::store::logins::Login;
use crate::store::{Connection, StoreError, audit, logins, members, scopes};

/// Longest stored name of a browser.
const USER_AGENT_CHARS: usize = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogIn {
    email: String,
    password: String,
}

/// `POST /api/v1/session`: by e-mail address and password. Unknown, disabled and wrong are answered alike, after the
/// same work.
///
/// # Errors
/// `unauthenticated`, `rate_limited`, `overloaded`.
pub async fn create(edge: Data<Edge>, request: HttpRequest, body: Body) -> Result<HttpResponse, ApiError> {
    edge.origins.check_if_given(&request)?;
    let given: LogIn = body.json().await?;
    let account = given.email.trim().to_lowercase();
    let from = address::client(&request, &edge.config);
    let now = edge.sources.now();
    edge.tries_per_address.count(&address::counted(from), now).map_err(ApiError::RateLimited)?;
    edge.tries_per_account.count(&secret::hash(&account), now).map_err(ApiError::RateLimited)?;

    let email = account.clone();
    let known = edge
        .read(move |connection| match members::by_email(connection, &email) {
            Ok(found) => Ok(Some(found)),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        })
        .await?;
    let (member, hash) = known.map_or((None, None), |found| (Some(found.member), found.password_hash));
    let fits = edge.passwords.verify(given.password, hash).await?;
    let Some(member) = member.filter(|member| fits && !member.disabled) else {
        edge.counters.failed_logins.fetch_add(1, Ordering::Relaxed);
        log::info!("log-in failed address={from}");
        return Err(ApiError::Plain(Code::Unauthenticated, "wrong e-mail address or password".into()));
    };
    edge.tries_per_account.forget(&secret::hash(&account));
    open(&edge, &request, member, "login", |_| Ok(())).await
}

/// Opens a new session for a member who has proved who they are, and answers with its cookie. The session that the
/// browser had before ends. `first` runs in the same transaction and before it.
///
/// # Errors
/// What `first` refuses, and the store's failures.
pub async fn open(
    edge: &Data<Edge>,
    request: &HttpRequest,
    member: Member,
    action: &'static str,
    first: impl FnOnce(&mut Connection) -> Result<(), ApiError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let now = edge.sources.now();
    let from = address::client(request, &edge.config);
    let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    let login = Login {
        id: edge.sources.id(),
        member: member.id,
        csrf_token: secret::token(&edge.sources, ""),
        created_at: now,
        last_seen_at: now,
        expires_at: now + edge.config.login.absolute_ms,
        address: Some(from.to_string()),
        user_agent: user_agent.map(|text| text.chars().take(USER_AGENT_CHARS).collect()),
    };
    let token = secret::token(&edge.sources, "");
    let hash = secret::hash(&token);
    let before = match auth::identify(request).await {
        Ok(Caller { via: Via::Login(old), .. }) => Some(old),
        _ => None,
    };
    let replaced = before.clone();
    let (sources, stored, who) = (edge.sources.clone(), login.clone(), member.clone());
    edge.write(move |connection| {
        first(connection)?;
        if let Some(old) = before {
            let _gone_already = logins::delete(connection, old.id, old.member);
        }
        logins::insert(connection, &stored, &hash)?;
        // A log-in concerns every scope of the member, so that each admin can see it.
        let memberships = members::memberships_of(connection, who.id)?;
        let caller = Caller { member: who, memberships: Vec::new(), via: Via::Login(stored), address: from };
        for membership in memberships {
            let line =
                trail::line(&sources, &caller, Some(membership.scope), action, &caller.member.id, json!({}));
            audit::append(connection, line)?;
        }
        Ok(())
    })
    .await?;
    if let Some(old) = replaced {
        edge.directory.credential_revoked(old.member, Credential::Login(old.id));
    }
    edge.counters.logins.fetch_add(1, Ordering::Relaxed);
    let id = member.id;
    let member = edge.read(move |connection| Ok(members::by_id(connection, id)?)).await?;
    let body = view(edge, &member, &login.csrf_token, None).await?;
    Ok(HttpResponse::Ok().cookie(auth::session_cookie(&edge.config, token)).json(body))
}

/// `GET /api/v1/session`: who am I?
///
/// # Errors
/// `unauthenticated`.
pub async fn show(edge: Data<Edge>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let csrf_token = caller.login().map_or("", |login| login.csrf_token.as_str());
    let only = caller.login().is_err().then_some(&caller);
    Ok(HttpResponse::Ok().json(view(&edge, &caller.member, csrf_token, only).await?))
}

/// The member, with their scopes; `only` those of a key.
async fn view(
    edge: &Data<Edge>,
    member: &Member,
    csrf_token: &str,
    only: Option<&Caller>,
) -> Result<Value, ApiError> {
    let id = member.id;
    let mine = edge.read(move |connection| Ok(scopes::of_member(connection, id)?)).await?;
    let mine: Vec<Value> = mine
        .iter()
        .filter_map(|(scope, role)| {
            let role = only.map_or(Some(*role), |caller| caller.role_in(scope.id))?;
            Some(json!({"id": scope.id, "name": scope.name, "role": role}))
        })
        .collect();
    Ok(json!({
        "member": {"id": member.id, "name": member.name, "email": member.email},
        "csrf_token": csrf_token,
        "scopes": mine,
        "mail": edge.mail.is_some(),
    }))
}

/// `DELETE /api/v1/session`: log out.
///
/// # Errors
/// `unauthenticated`.
pub async fn delete(edge: Data<Edge>, caller: Caller) -> Result<HttpResponse, ApiError> {
    end(&edge, &caller, caller.login()?.id).await?;
    Ok(HttpResponse::NoContent().cookie(auth::no_cookie(&edge.config)).finish())
}

/// `POST /api/v1/session/ticket`: for the dashboard socket.
///
/// # Errors
/// `forbidden` with an API key, which needs none.
pub async fn ticket(edge: Data<Edge>, caller: Caller) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(json!({"ticket": edge.tickets.issue(caller.login()?.id)})))
}

/// `GET /api/v1/session/list`: where am I logged in?
///
/// # Errors
/// `forbidden` with an API key.
pub async fn list(
    edge: Data<Edge>,
    caller: Caller,
    part: actix_web::web::Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let (current, member) = (caller.login()?.id, caller.member.id);
    let all = edge.read(move |connection| Ok(logins::list_of(connection, member)?)).await?;
    let (items, next) = list::cut(all, &part, |login| login.id.to_string())?;
    let items: Vec<Value> = items
        .iter()
        .map(|login| {
            json!({
                "id": login.id,
                "created_at": login.created_at,
                "last_seen_at": login.last_seen_at,
                "expires_at": login.expires_at,
                "address": login.address,
                "user_agent": login.user_agent,
                "current": login.id == current,
            })
        })
        .collect();
    Ok(list::answer(&items, next))
}

/// `DELETE /api/v1/session/list/{id}`: log out there.
///
/// # Errors
/// `not_found` when it is not one of one's own.
pub async fn delete_one(
    edge: Data<Edge>,
    caller: Caller,
    id: Path<LoginId>,
) -> Result<HttpResponse, ApiError> {
    caller.login()?;
    end(&edge, &caller, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends one session, and its sockets.
async fn end(edge: &Data<Edge>, caller: &Caller, id: LoginId) -> Result<(), ApiError> {
    let member = caller.member.id;
    edge.write(move |connection| Ok(logins::delete(connection, id, member)?)).await?;
    edge.directory.credential_revoked(member, Credential::Login(id));
    Ok(())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    old: String,
    new: String,
}

/// `PUT /api/v1/session/password`: ends all other sessions.
///
/// # Errors
/// `unauthenticated` when the old one is wrong, `rate_limited`.
pub async fn password(edge: Data<Edge>, caller: Caller, body: Body) -> Result<HttpResponse, ApiError> {
    let current = caller.login()?.id;
    let given: NewPassword = body.json().await?;
    check_password(&given.new)?;
    let account = secret::hash(&caller.member.email);
    edge.tries_per_account.count(&account, edge.sources.now()).map_err(ApiError::RateLimited)?;
    let member = caller.member.id;
    let known = edge.read(move |connection| Ok(members::credentials(connection, member)?)).await?;
    if !edge.passwords.verify(given.old, known.password_hash).await? {
        return Err(ApiError::Plain(Code::Unauthenticated, "the old password is wrong".into()));
    }
    edge.tries_per_account.forget(&account);
    let hash = edge.passwords.hash(given.new).await?;
    let (sources, who) = (edge.sources.clone(), caller.clone());
    edge.write(move |connection| {
        members::set_password(connection, member, &hash)?;
        logins::delete_all_of(connection, member, Some(current))?;
        for membership in &who.memberships {
            let line = trail::line(&sources, &who, Some(membership.scope), "password", &member, json!({}));
            audit::append(connection, line)?;
        }
        Ok(())
    })
    .await?;
    edge.directory.logins_revoked(member, Some(current));
    password::tell(&edge, &caller.member, caller.address);
    Ok(HttpResponse::NoContent().finish())
}
