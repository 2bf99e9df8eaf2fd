//! One-time links: set-up of the first owner, invitations, new passwords. The token stands behind the `#` of a link and so
//! never reaches a server's log; the page sends it in a body.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::json;

use super::body::Body;
use super::edge::Edge;
use super::{ApiError, address, logins, password, secret};
use crate::domain::Millis;
use crate::domain::ids::MemberId;
use crate::domain::invalid::check_name;
use crate::domain::member::{Member, check_email, check_password};
use crate::outgoing::mail::Letter;
use crate::protocol::code::Code;
use crate::sources::Sources;
use crate::store::invitations::{self, Invitation, Purpose};
use crate::store::{Connection, StoreError, members};

/// Makes a one-time link's token for a member; the links they had become worthless.
///
/// # Errors
/// The store's failures.
pub fn make(
    connection: &mut Connection,
    sources: &Sources,
    member: MemberId,
    purpose: Purpose,
    life: Millis,
) -> Result<String, StoreError> {
    let token = secret::token(sources, "");
    let now = sources.now();
    let id = sources.id();
    let invitation =
        Invitation { id, member, purpose, created_at: now, expires_at: now + life, used_at: None };
    invitations::delete_all_of(connection, member)?;
    invitations::insert(connection, &invitation, &secret::hash(&token))?;
    Ok(token)
}

/// The link that carries a token.
pub fn link(origin: &str, token: &str) -> String {
    format!("{origin}/setup#{token}")
}

/// The letter that carries a link.
pub fn letter(member: &Member, link: &str) -> Letter {
    Letter {
        to: member.email.clone(),
        subject: "Your access to Switchboard".into(),
        text: format!(
            "Hello {},\n\nyou have been invited to answer chats. Choose your password here:\n\n{link}\n\n\
             The link works once. If you did not expect it, ignore this mail.\n",
            member.name
        ),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Look {
    token: String,
}

/// `POST /api/v1/invitations/look`: what is this link for?
///
/// # Errors
/// `invalid_token` when it is unknown, used or too old.
pub async fn look(edge: Data<Edge>, request: HttpRequest, body: Body) -> Result<HttpResponse, ApiError> {
    edge.origins.check_if_given(&request)?;
    let given: Look = body.json().await?;
    let (invitation, member) = find(&edge, &request, &given.token).await?;
    let body = json!({"email": member.email, "name": member.name, "purpose": invitation.purpose});
    Ok(HttpResponse::Ok().json(body))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Accept {
    token: String,
    name: Option<String>,
    email: Option<String>,
    password: String,
}

/// `POST /api/v1/invitations/accept`: sets name and password, and logs in. The e-mail address can only be chosen at the set-up.
///
/// # Errors
/// `invalid_token` as for [`look`], also for the slower of two at once.
pub async fn accept(edge: Data<Edge>, request: HttpRequest, body: Body) -> Result<HttpResponse, ApiError> {
    edge.origins.check_if_given(&request)?;
    let given: Accept = body.json().await?;
    let (invitation, mut member) = find(&edge, &request, &given.token).await?;
    check_password(&given.password)?;
    if let Some(name) = given.name {
        check_name("name", &name)?;
        name.trim().clone_into(&mut member.name);
    }
    match given.email {
        Some(email) if invitation.purpose == Purpose::Setup => {
            check_email(&email)?;
            member.email = email.to_lowercase();
        }
        Some(email) if email.to_lowercase() != member.email => {
            return Err(ApiError::bad_request("the e-mail address of an invitation cannot be changed"));
        }
        _ => {}
    }
    let hash = edge.passwords.hash(given.password).await?;
    let now = edge.sources.now();
    let had_one = invitation.purpose == Purpose::Reset;
    let changed = member.clone();
    let answer = logins::open(&edge, &request, member.clone(), "invitation_accepted", move |connection| {
        use_up(connection, &invitation, now)?;
        members::update(connection, &changed).map_err(taken)?;
        members::set_password(connection, changed.id, &hash)?;
        crate::store::logins::delete_all_of(connection, changed.id, None)?;
        invitations::delete_all_of(connection, changed.id)?;
        Ok(())
    })
    .await?;
    edge.directory.logins_revoked(member.id, None);
    let id = member.id;
    for membership in edge.read(move |connection| Ok(members::memberships_of(connection, id)?)).await? {
        edge.directory.scope_changed(membership.scope).await;
    }
    if had_one {
        password::tell(&edge, &member, address::client(&request, &edge.config));
    }
    Ok(answer)
}

async fn find(
    edge: &Data<Edge>,
    request: &HttpRequest,
    token: &str,
) -> Result<(Invitation, Member), ApiError> {
    let from = address::counted(address::client(request, &edge.config));
    let now = edge.sources.now();
    edge.tries_per_address.count(&from, now).map_err(ApiError::RateLimited)?;
    let hash = secret::hash(token);
    let found = edge.read(move |connection| match invitations::by_token_hash(connection, &hash) {
        Err(StoreError::NotFound) => Err(invalid()),
        found => Ok(found?),
    });
    let (invitation, member) = found.await?;
    let good = invitation.used_at.is_none() && now < invitation.expires_at && !member.disabled;
    if good { Ok((invitation, member)) } else { Err(invalid()) }
}

fn use_up(connection: &mut Connection, invitation: &Invitation, now: Millis) -> Result<(), ApiError> {
    match invitations::use_up(connection, invitation.id, now) {
        Err(StoreError::Conflict(_)) => Err(invalid()),
        done => Ok(done?),
    }
}

fn invalid() -> ApiError {
    ApiError::Plain(Code::InvalidToken, "this link is not valid any more".into())
}

fn taken(error: StoreError) -> ApiError {
    match error {
        StoreError::Conflict(_) => ApiError::bad_request("this e-mail address is taken"),
        other => other.into(),
    }
}
