//! What every answer gets: a request id, the headers that protect browsers, a place in the figures and in the log.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::auth::is_https;
use super::edge::Edge;
use crate::sources::Sources;

const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; img-src 'self' blob:; \
                                       object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
                                       form-action 'self'";

/// Wraps the whole application.
///
/// # Errors
/// Those of inner layers; handlers have none, as theirs become answers before.
pub async fn finish<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let edge = request.app_data::<Data<Edge>>().cloned();
    let id = edge.as_ref().map_or_else(String::new, |edge| request_id(&edge.sources));
    let (method, path) = (request.method().clone(), request.path().to_owned());
    let mut response = next.call(request).await?;
    let status = response.status();
    if let Some(edge) = edge {
        edge.counters.answered(status);
        protect(response.headers_mut(), &path, is_https(&edge.config));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    log::debug!("request answered request={id} method={method} path={path} status={}", status.as_u16());
    Ok(response)
}

/// Names the request in the answer and in the log.
fn request_id(sources: &Sources) -> String {
    sources.id::<()>().uuid().simple().to_string()
}

fn protect(headers: &mut HeaderMap, path: &str, https: bool) {
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
