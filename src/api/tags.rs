//! The tags a scope suggests. A tag that is put on a conversation joins them by itself.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;
use serde_json::json;

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::list::{self, Part};
use super::{ApiError, trail};
use crate::domain::ids::ScopeId;
use crate::domain::tag::check_tag;
use crate::store::{audit, tags};

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
