//! `GET /files/{file}/{until}/{proof}`: a file that was sent to a customer, fetched by their platform.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::edge::Edge;
use super::{ApiError, files};
use crate::domain::Millis;
use crate::domain::ids::FileId;

/// Hands out the file while the address is good.
///
/// # Errors
/// `not_found` for an address that is not good, or no longer.
pub async fn show(
    edge: Data<Edge>,
    request: HttpRequest,
    path: Path<(FileId, Millis, String)>,
) -> Result<HttpResponse, ApiError> {
    let (id, until, proof) = path.into_inner();
    if !edge.courier.links.is_good(id, until, &proof, edge.sources.now()) {
        return Err(ApiError::not_found());
    }
    let file = edge.read(move |connection| Ok(crate::store::files::by_id(connection, id)?)).await?;
    if file.conversation.is_none() || file.internal {
        return Err(ApiError::not_found());
    }
    files::serve(&edge, request.headers(), &file).await
}
