//! Members of a scope. Nobody raises themselves, nobody touches those above them, and the last owner stays.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::list::{self, Part};
use super::{ApiError, invitations, trail};
use crate::domain::ids::{MemberId, ScopeId};
use crate::domain::invalid::check_name;
use crate::domain::member::{Member, Role, check_email};
use crate::domain::webhook::EventType;
use crate::sources::Sources;
use crate::store::invitations::Purpose;
use crate::store::webhook_events::{self, Happened};
use crate::store::{Connection, StoreError, audit, avatars, logins, members};

fn view(member: &Member, role: Role) -> Value {
    json!({
        "id": member.id,
        "name": member.name,
        "email": member.email,
        "role": role,
        "disabled": member.disabled,
    })
}

/// `GET …/members`: by name.
///
/// # Errors
/// `not_found` for strangers.
pub async fn list(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ReadScope)?;
    let (all, faces) = edge
        .read(move |connection| {
            Ok((members::list_of_scope(connection, scope)?, avatars::of_scope(connection, scope)?))
        })
        .await?;
    let (items, next) = list::cut(all, &part, |(member, _)| member.id.to_string())?;
    let with_face = |(member, role): &(Member, Role)| {
        let mut view = view(member, *role);
        if let Some(face) = faces.get(&member.id) {
            view["avatar"] = json!(face);
        }
        view
    };
    let items: Vec<Value> = items.iter().map(with_face).collect();
    Ok(list::answer(&items, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    email: String,
    name: String,
    role: Role,
}

/// `POST …/members`: answers the member and a one-time link to hand to them. For somebody who has a password the link sets
/// a new one, and is only made by those who are above them in every scope they belong to; for others it is null.
///
/// # Errors
/// `forbidden` below admin or for a role above one's own.
pub async fn create(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    let own = access::scope(&caller, scope, Action::ManageMembers)?;
    caller.login()?;
    let given: Create = body.json().await?;
    check_email(&given.email)?;
    check_name("name", &given.name)?;
    at_most(given.role, own)?;
    let (sources, life) = (edge.sources.clone(), edge.config.login.invitation_ms);
    let (member, role, token) = edge
        .write(move |connection| {
            let known = match members::by_email(connection, &given.email) {
                Ok(known) => Some(known),
                Err(StoreError::NotFound) => None,
                Err(error) => return Err(error.into()),
            };
            let (member, purpose) = if let Some(known) = known {
                let member = known.member;
                let purpose = if known.password_hash.is_none() { Purpose::Invite } else { Purpose::Reset };
                let may = may_reset(connection, &caller, scope, &member)?;
                (member, may.then_some(purpose))
            } else {
                let name = given.name.trim().to_owned();
                let member =
                    Member { id: sources.id(), email: given.email.to_lowercase(), name, disabled: false };
                members::insert(connection, &member, None, sources.now())?;
                (member, Some(Purpose::Invite))
            };
            // Somebody who belongs here already keeps their role: changing it is another request.
            let known = members::role_in(connection, member.id, scope)?;
            let role = known.unwrap_or(given.role);
            members::set_role(connection, member.id, scope, role)?;
            if known.is_none() {
                happened(connection, &sources, scope, EventType::MemberAdded, member.id)?;
            }
            let details = json!({"email": member.email, "role": role, "link": purpose});
            let row = trail::line(&sources, &caller, Some(scope), "member_invited", &member.id, details);
            audit::append(connection, row)?;
            let token = match purpose {
                Some(purpose) => Some(invitations::make(connection, &sources, member.id, purpose, life)?),
                None => None,
            };
            Ok((member, role, token))
        })
        .await?;
    edge.directory.scope_changed(scope).await;
    edge.directory.shared().events_out.notify_one();
    let link = token.map(|token| invitations::link(edge.origins.main(), &token));
    let mailed = match (&link, &edge.mail) {
        (Some(link), Some(office)) => office.post(invitations::letter(&member, link)).is_ok(),
        _ => false,
    };
    Ok(HttpResponse::Created().json(json!({"member": view(&member, role), "link": link, "mailed": mailed})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    role: Option<Role>,
    name: Option<String>,
    disabled: Option<bool>,
}

/// `PATCH …/members/{member}`. The role is that of this scope; name and `disabled` concern all scopes of the member, so the
/// caller must be an admin in each of them.
///
/// # Errors
/// `forbidden` below admin, for oneself, for members above oneself, for roles above one's own, for the last owner.
pub async fn change(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, MemberId)>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    let own = access::scope(&caller, scope, Action::ManageMembers)?;
    caller.login()?;
    let given: Change = body.json().await?;
    let sources = edge.sources.clone();
    let (member, role, ended, scopes) = edge
        .write(move |connection| {
            let (mut member, mut role) =
                access::member(connection, &caller, scope, id, Action::ManageMembers)?;
            at_most(role, own)?;
            let scopes = members::memberships_of(connection, id)?;
            let mut ended = false;
            if let Some(wanted) = given.role.filter(|wanted| *wanted != role) {
                if id == caller.member.id && wanted > role {
                    return Err(ApiError::forbidden("nobody raises themselves"));
                }
                at_most(wanted, own)?;
                if role == Role::Owner {
                    keep_an_owner(connection, scope, id)?;
                }
                members::set_role(connection, id, scope, wanted)?;
                role = wanted;
                ended = true;
            }
            if given.name.is_some() || given.disabled.is_some() {
                let everywhere = is_above_everywhere(connection, &caller, id)?;
                if !everywhere && id != caller.member.id {
                    return Err(ApiError::forbidden("this member also belongs to scopes you do not manage"));
                }
            }
            if let Some(name) = given.name {
                check_name("name", &name)?;
                name.trim().clone_into(&mut member.name);
                members::update(connection, &member)?;
            }
            if let Some(disabled) = given.disabled.filter(|disabled| *disabled != member.disabled) {
                if id == caller.member.id {
                    return Err(ApiError::forbidden("nobody disables themselves"));
                }
                for membership in scopes.iter().filter(|m| disabled && m.role == Role::Owner) {
                    keep_an_owner(connection, membership.scope, id)?;
                }
                members::set_disabled(connection, id, disabled)?;
                member.disabled = disabled;
                ended |= disabled;
            }
            if ended {
                logins::delete_all_of(connection, id, None)?;
            }
            let row = trail::line(&sources, &caller, Some(scope), "member_changed", &id, view(&member, role));
            audit::append(connection, row)?;
            for membership in &scopes {
                happened(connection, &sources, membership.scope, EventType::MemberChanged, id)?;
            }
            Ok((member, role, ended, scopes))
        })
        .await?;
    if ended {
        edge.directory.logins_revoked(id, None);
    }
    for membership in scopes {
        if member.disabled {
            edge.directory.member_removed(membership.scope, id);
        }
        edge.directory.scope_changed(membership.scope).await;
    }
    edge.directory.shared().events_out.notify_one();
    Ok(HttpResponse::Ok().json(view(&member, role)))
}

/// `DELETE …/members/{member}`: out of this scope. What they own waits again.
///
/// # Errors
/// `forbidden` below admin, for members above oneself and for the last owner.
pub async fn delete(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, MemberId)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, id) = path.into_inner();
    let own = access::scope(&caller, scope, Action::ManageMembers)?;
    caller.login()?;
    let sources = edge.sources.clone();
    edge.write(move |connection| {
        let (member, role) = access::member(connection, &caller, scope, id, Action::ManageMembers)?;
        at_most(role, own)?;
        if role == Role::Owner {
            keep_an_owner(connection, scope, id)?;
        }
        members::remove_from_scope(connection, id, scope)?;
        logins::delete_all_of(connection, id, None)?;
        let row = trail::line(&sources, &caller, Some(scope), "member_removed", &id, view(&member, role));
        audit::append(connection, row)?;
        happened(connection, &sources, scope, EventType::MemberRemoved, id)
    })
    .await?;
    edge.directory.shared().events_out.notify_one();
    edge.directory.member_removed(scope, id);
    edge.directory.logins_revoked(id, None);
    edge.directory.scope_changed(scope).await;
    Ok(HttpResponse::NoContent().finish())
}

/// Webhooks of the scope are told what happened to a member.
fn happened(
    connection: &mut Connection,
    sources: &Sources,
    scope: ScopeId,
    kind: EventType,
    member: MemberId,
) -> Result<(), ApiError> {
    let happened = Happened::of_member(scope, kind, member, sources.now());
    Ok(webhook_events::raise(connection, &happened, || sources.id())?)
}

fn at_most(wanted: Role, own: Role) -> Result<(), ApiError> {
    if wanted > own { Err(ApiError::forbidden("this role is above yours")) } else { Ok(()) }
}

fn keep_an_owner(connection: &mut Connection, scope: ScopeId, leaving: MemberId) -> Result<(), ApiError> {
    let others = members::owners_of(connection, scope)?.into_iter().filter(|owner| *owner != leaving).count();
    if others == 0 { Err(ApiError::forbidden("the last owner stays")) } else { Ok(()) }
}

/// Is the caller an admin, and not below the member, in every scope the member belongs to?
fn is_above_everywhere(connection: &mut Connection, caller: &Caller, id: MemberId) -> Result<bool, ApiError> {
    let theirs = members::memberships_of(connection, id)?;
    Ok(theirs.iter().all(|membership| {
        caller.role_in(membership.scope).is_some_and(|own| own >= membership.role.max(Role::Admin))
    }))
}

/// A link that sets a password is as good as logging in as that member.
fn may_reset(
    connection: &mut Connection,
    caller: &Caller,
    scope: ScopeId,
    member: &Member,
) -> Result<bool, ApiError> {
    let belongs = members::role_in(connection, member.id, scope)?.is_some();
    Ok(belongs && !member.disabled && is_above_everywhere(connection, caller, member.id)?)
}
