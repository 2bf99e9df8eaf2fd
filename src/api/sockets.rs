//! The two sockets' front doors: who may open one, from where, and how many.

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::auth::{self, Via};
use super::edge::Edge;
use super::session::dashboard::DashboardSession;
use super::session::widget::WidgetSession;
use super::{ApiError, address, socket, widget};
use crate::protocol::code::Code;

/// `GET /api/v1/dashboard/socket`: a cookie needs a page of ours, and a ticket in its first frame.
///
/// # Errors
/// `unauthenticated`, `invalid_token`, `origin_denied`, `rate_limited`, `draining`.
pub async fn dashboard(edge: Data<Edge>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    refuse_while_draining(&edge)?;
    let caller = auth::identify(&request).await?;
    match caller.via {
        Via::Login(_) => edge.origins.check(&request)?,
        Via::Key(_) => edge.origins.check_if_given(&request)?,
    }
    let seat = seat(&edge, &request)?;
    socket::open(DashboardSession::new(edge.clone(), caller), edge, seat, &request)
}

/// The query of the widget's socket.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WidgetQuery {
    /// Public key of the channel.
    channel: String,
}

/// `GET /api/v1/widget/socket`: the page's origin must be one the channel allows.
///
/// # Errors
/// `not_found`, `origin_denied`, `rate_limited`, `draining`.
pub async fn of_widget(
    edge: Data<Edge>,
    request: HttpRequest,
    query: Query<WidgetQuery>,
) -> Result<HttpResponse, ApiError> {
    refuse_while_draining(&edge)?;
    let channel = widget::channel(&edge, &request, query.into_inner().channel).await?;
    let seat = seat(&edge, &request)?;
    let address = address::client(&request, &edge.config);
    let session = WidgetSession::new(edge.clone(), channel, address, widget::browser(&request));
    socket::open(session, edge, seat, &request)
}

fn refuse_while_draining(edge: &Edge) -> Result<(), ApiError> {
    if edge.is_draining() {
        return Err(ApiError::Plain(Code::Draining, "the server is shutting down".into()));
    }
    Ok(())
}

/// One of the address's sockets.
fn seat(edge: &Edge, request: &HttpRequest) -> Result<socket::AddressSeat, ApiError> {
    let address = address::counted(address::client(request, &edge.config));
    edge.address_sockets.take(address).ok_or(ApiError::RateLimited(RETRY_AFTER_MS))
}

/// When an address with too many sockets may try again, in milliseconds.
const RETRY_AFTER_MS: u64 = 5_000;
