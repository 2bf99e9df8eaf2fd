//! What the loader asks before it shows anything: may this page have the chat, how does it look, what does it say by itself?

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue, ORIGIN, VARY};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use serde_json::{Value, json};

use super::ApiError;
use super::edge::Edge;
use super::secret;
use super::widget::OfChannel;
use crate::domain::channel::Channel;
use crate::domain::proactive::ProactiveRule;
use crate::protocol::code::Code;

/// `GET …/settings`. Nothing in the answer is secret, so every page may read it: only so can a page that is not allowed learn
/// why, which a refused socket does not tell. Browsers send no `Origin` from pages of ours; those are let in.
///
/// # Errors
/// `not_found` for an unknown key or a channel that is off, `origin_denied` for a site that is not allowed.
pub async fn show(edge: Data<Edge>, request: HttpRequest, query: Query<OfChannel>) -> HttpResponse {
    let found = settings(&edge, &request, query.into_inner().channel).await;
    let mut response = match found {
        Ok(settings) => HttpResponse::Ok().json(settings),
        Err(error) => error.error_response(),
    };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn settings(edge: &Edge, request: &HttpRequest, key: String) -> Result<Value, ApiError> {
    let channel = edge.channels.find(&edge.store, key).await?;
    if !channel.enabled {
        return Err(ApiError::not_found());
    }
    let origin = request.headers().get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
    if origin.is_some() && !channel.settings.allows(origin) {
        return Err(ApiError::Plain(Code::OriginDenied, "this site may not use this widget".into()));
    }
    Ok(view(&channel))
}

fn view(channel: &Channel) -> Value {
    let settings = &channel.settings;
    let rules: Vec<Value> = settings.proactive.iter().map(rule).collect();
    json!({"colour": settings.colour, "language": settings.language, "proactive": rules})
}

/// The id names what the rule says and where, so that a changed rule is a new one to visitors.
fn rule(rule: &ProactiveRule) -> Value {
    let id = &secret::hash(&format!("{}\n{}", rule.url, rule.text))[..16];
    json!({"id": id, "text": rule.text, "after_seconds": rule.after_seconds, "url": rule.url})
}
