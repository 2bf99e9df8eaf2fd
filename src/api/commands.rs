//! `POST /api/v1/conversations/{id}/{verb}`: the commands of the dashboard socket, one request each.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::access::{self, Action};
use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use super::ApiError;
use crate::domain::conversation::{Assignee, Command, Target};
use crate::domain::ids::{ClientId, ConversationId, ScopeId};
use crate::domain::member::{Actor, Role};
use crate::protocol::client::{self, DashboardCommand, TransferTo};
use crate::store::{Connection, members};

/// The verbs that are also paths.
pub const VERBS: [&str; 8] =
    ["send", "note", "join", "take_over", "transfer", "resolve", "activate", "read"];

/// Carries a command to its conversation and answers after the commit.
///
/// # Errors
/// `not_found` for strangers, what the conversation refuses, and the codes of an overloaded or absent store.
pub async fn run(
    edge: Data<Edge>,
    request: HttpRequest,
    caller: Caller,
    id: Path<ConversationId>,
    body: Body,
) -> Result<HttpResponse, ApiError> {
    let id = id.into_inner();
    let verb = request.path().rsplit('/').next().unwrap_or_default().to_owned();
    let action = if verb == "take_over" { Action::TakeOver } else { Action::Converse };
    let asking = caller.clone();
    let (conversation, _, role) =
        edge.read(move |connection| access::conversation(connection, &asking, id, action)).await?;
    let text = body.text().await?;
    let command = client::parse_dashboard_body(&verb, id, &text)?;
    let scope = conversation.scope;
    if let DashboardCommand::Read { seq, .. } = command {
        edge.directory.member_read(scope, id, caller.member.id, seq).await?;
        return Ok(HttpResponse::Ok().json(json!({"conversation": id})));
    }
    let by = Actor { id: caller.member.id, name: caller.member.name.clone(), role };
    let (command, client_id) = edge.read(move |connection| judged(connection, scope, by, command)).await?;
    let answer = edge.directory.command(scope, id, command, Some(client_id)).await?;
    let mut body = json!({"conversation": answer.conversation, "version": answer.version});
    if let Some(seq) = answer.seq {
        body["seq"] = json!(seq);
    }
    Ok(HttpResponse::Ok().json(body))
}

/// The command as the conversation judges it.
///
/// # Errors
/// `bad_request` for commands that make sense on a socket only, and the store's failures.
pub fn judged(
    connection: &mut Connection,
    scope: ScopeId,
    by: Actor,
    command: DashboardCommand,
) -> Result<(Command, ClientId), ApiError> {
    use DashboardCommand as C;
    Ok(match command {
        C::Send { client_id, text, .. } => (Command::Send { by, text }, client_id),
        C::Note { client_id, text, .. } => (Command::Note { by, text }, client_id),
        C::Join { client_id, .. } => (Command::Join { by }, client_id),
        C::TakeOver { client_id, .. } => (Command::TakeOver { by }, client_id),
        C::Resolve { client_id, .. } => (Command::Resolve { by }, client_id),
        C::Activate { client_id, .. } => (Command::Activate { by }, client_id),
        C::Transfer { client_id, to, .. } => {
            (Command::Transfer { by, to: target(connection, scope, to)? }, client_id)
        }
        _ => return Err(ApiError::bad_request("this command belongs to the socket")),
    })
}

/// To whom; a member only if they belong to the scope and may log in.
fn target(connection: &mut Connection, scope: ScopeId, to: TransferTo) -> Result<Target, ApiError> {
    Ok(match to {
        TransferTo::Queue => Target::Queue,
        TransferTo::Bot => Target::Bot,
        TransferTo::Member { id } => {
            let role: Option<Role> = members::role_in(connection, id, scope)?;
            let member = if role.is_some() { Some(members::by_id(connection, id)?) } else { None };
            let active = member.filter(|member| !member.disabled);
            Target::Member(active.map(|member| Assignee { id: member.id, name: member.name }))
        }
    })
}
