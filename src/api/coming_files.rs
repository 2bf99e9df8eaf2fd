//! `POST /api/v1/conversations/{id}/coming_files/{coming}/retry`: another try for a customer's file that could not be fetched from
//! their platform.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::ApiError;
use super::access::{self, Action};
use super::auth::Caller;
use super::commands::done;
use super::edge::Edge;
use crate::domain::conversation::Command;
use crate::domain::ids::{ComingId, ConversationId};
use crate::domain::incoming::FileNews;
use crate::domain::member::Actor;
use crate::store::coming_files;

/// Has the file fetched again. The answer is that of a command.
///
/// # Errors
/// `not_found` for strangers and for files that did not fail.
pub async fn retry(
    edge: Data<Edge>,
    caller: Caller,
    path: Path<(ConversationId, ComingId)>,
) -> Result<HttpResponse, ApiError> {
    let (conversation, id) = path.into_inner();
    let asking = caller.clone();
    let (file, role) = edge
        .read(move |connection| {
            let (.., role) = access::conversation(connection, &asking, conversation, Action::Converse)?;
            Ok((coming_files::failed(connection, conversation, id)?, role))
        })
        .await?;
    let by = Actor { id: caller.member.id, name: caller.member.name, role };
    let again = Command::FileNews { of: file.seq, id, news: FileNews::Again, by: Some(by) };
    let answer = edge.directory.command(file.scope, conversation, again, None).await?;
    edge.courier.wake_fetching();
    Ok(done(&answer))
}
