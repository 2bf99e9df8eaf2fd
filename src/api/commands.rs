//! `POST /api/v1/conversations/{id}/{verb}`: the commands of the dashboard socket, one request each.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::ApiError;
use super::access::{self, Action};
use super::attached::{self, Given};
use super::auth::Caller;
use super::body::Body;
use super::edge::Edge;
use crate::actors::conversation::Read;
use crate::actors::directory::not_sent;
use crate::actors::error::Answer;
use crate::domain::conversation::{Command, Target};
use crate::domain::ids::{ClientId, ConversationId, ScopeId};
use crate::domain::member::Actor;
use crate::protocol::client::{self, DashboardCommand, TransferTo};

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
        let actor = edge.directory.conversation(scope, id).await?;
        let read = Read { member: Some(caller.member.id), seq };
        actor.try_send(read).map_err(|error| not_sent(&error))?;
        return Ok(HttpResponse::Ok().json(json!({"conversation": id})));
    }
    let by = Actor { id: caller.member.id, name: caller.member.name.clone(), role };
    let (command, client_id) = judged(&edge, scope, by, command).await?;
    let answer = edge.directory.command(scope, id, command, Some(client_id)).await?;
    Ok(done(&answer))
}

/// The answer to a command that took effect.
pub fn done(answer: &Answer) -> HttpResponse {
    let mut body = json!({"conversation": answer.conversation, "version": answer.version});
    if let Some(seq) = answer.seq {
        body["seq"] = json!(seq);
    }
    HttpResponse::Ok().json(body)
}

/// The command as the conversation judges it.
async fn judged(
    edge: &Data<Edge>,
    scope: ScopeId,
    by: Actor,
    command: DashboardCommand,
) -> Result<(Command, ClientId), ApiError> {
    use DashboardCommand as C;
    Ok(match command {
        C::Send { conversation, client_id, text, attachments, cards } => {
            let given = Given { text, files: attachments, cards: cards.unwrap_or_default() };
            let text = attached::by_member(edge, by.id, conversation, given).await?;
            (Command::Send { by, text }, client_id)
        }
        C::Note { conversation, client_id, text, attachments, mentions } => {
            let given = Given { text, files: attachments, cards: Vec::new() };
            let text = attached::by_member(edge, by.id, conversation, given).await?;
            (Command::Note { by, text, mentions: mentions.unwrap_or_default() }, client_id)
        }
        C::Tag { client_id, tag, .. } => (Command::Tag { by, tag }, client_id),
        C::Untag { client_id, tag, .. } => (Command::Untag { by, tag }, client_id),
        C::Join { client_id, .. } => (Command::Join { by }, client_id),
        C::TakeOver { client_id, .. } => (Command::TakeOver { by }, client_id),
        C::Resolve { client_id, .. } => (Command::Resolve { by }, client_id),
        C::Activate { client_id, .. } => (Command::Activate { by }, client_id),
        C::Transfer { client_id, to, .. } => {
            let to = match to {
                TransferTo::Queue => Target::Queue,
                TransferTo::Bot => Target::Bot,
                TransferTo::Member { id } => Target::Member(edge.directory.member(scope, id).await?),
            };
            (Command::Transfer { by, to }, client_id)
        }
        _ => return Err(ApiError::bad_request("this command belongs to the socket")),
    })
}
