//! Files of customers: uploaded and fetched with the visitor token, in a header and never in an address.

use std::sync::Arc;

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};

use super::edge::Edge;
use super::files::{self as taking, FileBody};
use super::widget::{OfChannel, for_page, visitor, visitor_who_reads};
use super::{ApiError, address};
use crate::delivery::intake::For;
use crate::domain::channel::Channel;
use crate::domain::ids::FileId;
use crate::store::files;

/// `POST /api/v1/widget/files`: a customer uploads a file, also before their first message.
///
/// # Errors
/// `invalid_token` without a valid visitor token, `rate_limited`, and those of [`taking::receive`].
pub async fn upload(
    edge: Data<Edge>,
    request: HttpRequest,
    query: Query<OfChannel>,
    body: FileBody,
) -> Result<HttpResponse, ApiError> {
    let key = query.into_inner().channel;
    Ok(for_page(&edge, &request, key, |channel| taken_in(&edge, &request, channel, body)).await)
}

async fn taken_in(
    edge: &Edge,
    request: &HttpRequest,
    channel: Arc<Channel>,
    body: FileBody,
) -> Result<HttpResponse, ApiError> {
    let contact = visitor(edge, request, &channel).await?;
    let from = address::counted(address::client(request, &edge.config));
    let now = edge.sources.now();
    edge.files_per_visitor.count(&contact.id, now).map_err(ApiError::RateLimited)?;
    edge.files_per_address.count(&from, now).map_err(ApiError::RateLimited)?;
    let owner = For { scope: channel.scope, contact: contact.id, member: None };
    taking::receive(edge, request.headers(), body, owner).await
}

/// `GET /api/v1/widget/files/{file}`: a file of the customer's own chats, theirs or sent to them; never one of a note.
///
/// # Errors
/// `invalid_token` without a valid visitor token, `not_found` for everything else.
pub async fn show(
    edge: Data<Edge>,
    request: HttpRequest,
    id: Path<FileId>,
    query: Query<OfChannel>,
) -> Result<HttpResponse, ApiError> {
    let (key, id) = (query.into_inner().channel, id.into_inner());
    Ok(for_page(&edge, &request, key, |channel| handed_out(&edge, &request, channel, id)).await)
}

async fn handed_out(
    edge: &Edge,
    request: &HttpRequest,
    channel: Arc<Channel>,
    id: FileId,
) -> Result<HttpResponse, ApiError> {
    let contact = visitor_who_reads(edge, request, &channel).await?;
    let file = edge.store.read(move |connection| files::by_id(connection, id)).await?;
    let sent = file.conversation.is_some() && !file.internal;
    if !sent || file.contact != contact.id || file.scope != channel.scope {
        return Err(ApiError::not_found());
    }
    taking::serve(edge, request.headers(), &file).await
}
