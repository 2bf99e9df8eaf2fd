//! The tags a scope suggests. A tag that is put on a conversation joins them by itself.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::json;

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::list::{self, Part};
use super::{ApiError, trail};
use crate::actors::directory::Directory;
use crate::actors::error::CallError;
use crate::domain::conversation::Command;
use crate::domain::ids::{ConversationId, ScopeId};
use crate::domain::member::Actor;
use crate::domain::refusal::Refusal;
use crate::domain::tag::check_tag;
use crate::store::{StoreError, audit, tags};

/// Conversations that one request renames a tag of.
const RENAMED_AT_ONCE: i64 = 200;
/// Of these, so many at the same time.
const SIDE_BY_SIDE: usize = 16;

/// `GET …/tags`: in the order of their letters.
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
    access::scope(&caller, scope, Action::Converse)?;
    let Part { limit, cursor } = part.into_inner();
    let limit = list::limit(limit)?;
    let after = cursor.unwrap_or_default();
    if !after.is_empty() {
        check_tag(&after)?;
    }
    let mut found =
        edge.read(move |connection| Ok(tags::list(connection, scope, &after, limit + 1)?)).await?;
    let wanted = usize::try_from(limit).unwrap_or(1);
    let more = found.len() > wanted;
    found.truncate(wanted);
    let next = if more { found.last().cloned() } else { None };
    Ok(list::answer(&found, next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    tag: String,
}

/// `POST …/tags`: one more to suggest; a known one changes nothing.
///
/// # Errors
/// `forbidden` below admin; `bad_request` for what is no tag.
pub async fn create(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ManageTags)?;
    let Create { tag } = body.json().await?;
    check_tag(&tag)?;
    let now = edge.sources.now();
    let line = trail::line(&edge.sources, &caller, Some(scope), "tag_created", &tag, json!({}));
    let answer = json!({"tag": tag});
    edge.write(move |connection| {
        tags::put(connection, scope, &tag, now)?;
        Ok(audit::append(connection, line)?)
    })
    .await?;
    Ok(HttpResponse::Created().json(answer))
}

/// `GET …/tag_counts`: as the list of tags, with how many conversations have each.
///
/// # Errors
/// `forbidden` below admin.
pub async fn counts(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let scope = scope.into_inner();
    access::scope(&caller, scope, Action::ManageTags)?;
    let Part { limit, cursor } = part.into_inner();
    let limit = list::limit(limit)?;
    let after = cursor.unwrap_or_default();
    if !after.is_empty() {
        check_tag(&after)?;
    }
    let (mut found, counts) = edge
        .read(move |connection| {
            let found = tags::list(connection, scope, &after, limit + 1)?;
            let counts = tags::count(connection, scope, &found)?;
            Ok((found, counts))
        })
        .await?;
    let wanted = usize::try_from(limit).unwrap_or(1);
    let more = found.len() > wanted;
    found.truncate(wanted);
    let next = if more { found.last().cloned() } else { None };
    let count = |tag: &String| json!({"tag": tag, "chats": counts.get(tag).copied().unwrap_or(0)});
    Ok(list::answer(&found.iter().map(count).collect::<Vec<_>>(), next))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    tag: String,
}

/// `PATCH …/tags/{tag}`: another word for it, also on the conversations that have it, [`RENAMED_AT_ONCE`] in one request.
/// The answer says how many are left; the request sent again goes on. Each conversation's log keeps what happened.
///
/// # Errors
/// `forbidden` below admin, `not_found` when nobody knows the tag, `bad_request` for what is no tag or the same one.
pub async fn rename(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, String)>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let (scope, old) = path.into_inner();
    let role = access::scope(&caller, scope, Action::ManageTags)?;
    let Rename { tag: new } = body.json().await?;
    check_tag(&new)?;
    if new == old {
        return Err(ApiError::bad_request("this is what it is called already"));
    }
    let before = old.clone();
    let (carrying, all) = edge
        .read(move |connection| {
            let carrying = tags::carrying(connection, scope, &before, RENAMED_AT_ONCE)?;
            let all = tags::count(connection, scope, &[before])?.into_values().next().unwrap_or(0);
            Ok((carrying, all))
        })
        .await?;
    let by = Actor { id: caller.member.id, name: caller.member.name.clone(), role };
    for some in carrying.chunks(SIDE_BY_SIDE) {
        let renaming = some.iter().map(|id| rename_on(&edge.directory, scope, *id, &by, (&old, &new)));
        for renamed in join_all(renaming).await {
            renamed?;
        }
    }
    let changed = i64::try_from(carrying.len()).unwrap_or(i64::MAX);
    let left = (all - changed).max(0);
    let answer = json!({"tag": new, "chats": changed, "left": left});
    if left == 0 {
        let now = edge.sources.now();
        let details = json!({"to": new});
        let line = trail::line(&edge.sources, &caller, Some(scope), "tag_renamed", &old, details);
        edge.write(move |connection| {
            // A tag that only conversations knew is in no list.
            match tags::delete(connection, scope, &old) {
                Err(StoreError::NotFound) if changed > 0 => {}
                done => done?,
            }
            tags::put(connection, scope, &new, now)?;
            Ok(audit::append(connection, line)?)
        })
        .await?;
    }
    Ok(HttpResponse::Ok().json(answer))
}

/// Exchanges a tag of one conversation, without losing it where there is no room for one more.
async fn rename_on(
    directory: &Directory,
    scope: ScopeId,
    id: ConversationId,
    by: &Actor,
    (old, new): (&str, &str),
) -> Result<(), CallError> {
    let put = || Command::Tag { by: by.clone(), tag: new.to_owned() };
    let take = || Command::Untag { by: by.clone(), tag: old.to_owned() };
    match directory.command(scope, id, put(), None).await {
        Ok(_) => {
            directory.command(scope, id, take(), None).await?;
        }
        Err(CallError::Refused(Refusal::TooManyTags)) => {
            directory.command(scope, id, take(), None).await?;
            directory.command(scope, id, put(), None).await?;
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// `DELETE …/tags/{tag}`: it is not suggested any more; conversations keep it.
///
/// # Errors
/// `forbidden` below admin, `not_found` when the scope does not know it.
pub async fn delete(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ScopeId, String)>,
) -> Result<HttpResponse, ApiError> {
    let (scope, tag) = path.into_inner();
    access::scope(&caller, scope, Action::ManageTags)?;
    let line = trail::line(&edge.sources, &caller, Some(scope), "tag_deleted", &tag, json!({}));
    edge.write(move |connection| {
        tags::delete(connection, scope, &tag)?;
        Ok(audit::append(connection, line)?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
