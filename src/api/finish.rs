//! What every answer gets: a request id, the headers that protect browsers, a place in the figures and in the log.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};

use super::ApiError;
use super::auth::is_https;
use super::edge::Edge;
use super::files::AS_IT_IS;
use super::to_the_end::ToTheEnd;
use crate::request_id::{self, RequestId};

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; img-src 'self' blob:; \
                                       media-src 'self' blob:; object-src 'none'; base-uri 'none'; \
                                       frame-ancestors 'none'; form-action 'self'";

/// Wraps the whole application.
///
/// # Errors
/// Those of inner layers; handlers have none, as theirs become answers before.
pub async fn finish<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let Some(edge) = request.app_data::<Data<Edge>>().cloned() else {
        return Ok(next.call(request).await?.map_into_left_body());
    };
    // Ours, whatever the request says: what stands in the log is not for others to choose.
    let id = RequestId::new(&edge.sources);
    let reads = request.method().is_safe();
    let answering = request_id::during(Some(id), answer(edge, id, request, next));
    if reads {
        return answering.await;
    }
    ToTheEnd::new(answering).await
}

async fn answer<B: MessageBody + 'static>(
    edge: Data<Edge>,
    id: RequestId,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let mut response = if has_nul(&request) {
        let refused = ApiError::bad_request("the address has a NUL character").error_response();
        request.into_response(refused).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let status = response.status();
    edge.counters.answered(status);
    protect(response.headers_mut(), &path, is_https(&edge.config));
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    log::debug!("request answered method={method} path={path} status={}", status.as_u16());
    Ok(response)
}

/// PostgreSQL takes a NUL in no text, not even to compare it with.
fn has_nul(request: &ServiceRequest) -> bool {
    request.uri().path_and_query().is_some_and(|address| address.as_str().contains("%00"))
}

fn protect(headers: &mut HeaderMap, path: &str, https: bool) {
    // It was said to the middleware below; to clients it says nothing (RFC 9110, section 8.4).
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding == AS_IT_IS) {
        headers.remove(header::CONTENT_ENCODING);
    }
    // Files bring a stricter one.
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let policy = HeaderValue::from_static(CONTENT_SECURITY_POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let mut set =
        |name: HeaderName, value: &'static str| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    let resource_policy = HeaderName::from_static("cross-origin-resource-policy");
    if is_of_widget(path) {
        // Fetched by the pages of customers, which may well be cross-origin isolated.
        set(resource_policy, "cross-origin");
        set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    } else {
        set(resource_policy, "same-origin");
    }
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // What may be kept says so itself.
    if path.starts_with("/api/") && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn is_of_widget(path: &str) -> bool {
    path == "/widget.js" || path.starts_with("/widget/") || path.starts_with("/api/v1/avatars/")
}
