//! Is the process alive, and may it be sent work?

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde_json::json;

use super::ApiError;
use super::edge::Edge;
use crate::protocol::code::Code;

/// A database that does not answer within this time is away.
const PATIENCE: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process runs. Always good, so that nobody restarts it because the database is away.
pub async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// `GET /readyz`: it takes requests and the database takes changes.
///
/// # Errors
/// `draining` while shutting down, `unavailable` while the database is away.
pub async fn ready(edge: Data<Edge>) -> Result<HttpResponse, ApiError> {
    if edge.is_draining() {
        return Err(ApiError::Plain(Code::Draining, "the server is shutting down".into()));
    }
    match tokio::time::timeout(PATIENCE, edge.store.ping()).await {
        Ok(answer) => answer?,
        Err(_) => return Err(ApiError::Plain(Code::Unavailable, "the database does not answer".into())),
    }
    Ok(HttpResponse::Ok().json(json!({"status": "ready"})))
}
