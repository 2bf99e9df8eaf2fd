//! `GET /api/v1/scopes/{scope}/mentions`: notes that name the caller and that they have not read.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde_json::{Value, json};

use super::ApiError;
use super::access::{self, Action};
use super::auth::Caller;
use super::edge::Edge;
use super::list::{self, Part};
use super::trail::cursor;
use crate::domain::ids::ScopeId;
use crate::store::mentions;

/// Newest first: the last such note of each conversation. The read mark of the conversation removes it.
///
/// # Errors
/// `not_found` for strangers.
pub async fn list(
    edge: Data<Edge>,
    caller: Caller,
    scope: Path<ScopeId>,
    part: Query<Part>,
) -> Result<HttpResponse, ApiError> {
    let (scope, member) = (scope.into_inner(), caller.member.id);
    access::scope(&caller, scope, Action::ReadConversations)?;
    let limit = list::limit(part.limit)?;
    let from = cursor(part.cursor.as_deref())?;
    let page =
        edge.read(move |connection| Ok(mentions::list(connection, scope, member, from, limit)?)).await?;
    let view =
        |mark: &mentions::Mention| json!({"conversation": mark.conversation, "seq": mark.seq, "at": mark.at});
    let items: Vec<Value> = page.items.iter().map(view).collect();
    Ok(list::answer(&items, page.next.map(|next| next.to_string())))
}
