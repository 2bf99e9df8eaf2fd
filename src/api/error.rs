//! Every answer that is not the one hoped for: status, code, log level. The only place that chooses them.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use crate::actors::error::CallError;
use crate::actors::reply::RETRY_AFTER_MS;
use crate::domain::invalid::Invalid;
use crate::domain::refusal::Refusal;
use crate::protocol::client::BadFrame;
use crate::protocol::code::Code;
use crate::protocol::server::Details;
use crate::request_id::{self, RequestId};
use crate::store::StoreError;

/// Why a request is not answered as hoped.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// A code with words for people.
    #[error("{1}")]
    Plain(Code, Cow<'static, str>),
    /// Too many; the number says in how many milliseconds to try again.
    #[error("too many requests; try again later")]
    RateLimited(u64),
    /// The path exists, but not for this method. Names those it has.
    #[error("this path does not take this method")]
    Method(String),
    /// A value breaks a rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// The state of the conversation forbids it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store's failure. Its words are for the log.
    #[error("{}", store_words(.0))]
    Store(#[from] StoreError),
}

impl ApiError {
    /// It is not there, or it is not yours: the same words for both.
    pub fn not_found() -> Self {
        Self::Plain(Code::NotFound, "not found".into())
    }

    /// Not what the documentation says.
    pub fn bad_request(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Plain(Code::BadRequest, why.into())
    }

    /// The role, or the way of logging in, does not allow it.
    pub fn forbidden(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Plain(Code::Forbidden, why.into())
    }

    /// Nobody is logged in.
    pub fn unauthenticated() -> Self {
        Self::Plain(Code::Unauthenticated, "log in first".into())
    }

    /// Whoever asks has not proved who they are.
    pub fn unauthenticated_because(why: impl Into<Cow<'static, str>>) -> Self {
        Self::Plain(Code::Unauthenticated, why.into())
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        match self {
            Self::Plain(code, _) => *code,
            Self::RateLimited(_) => Code::RateLimited,
            Self::Method(_) | Self::Invalid(_) => Code::BadRequest,
            Self::Refused(refusal) => refusal.into(),
            Self::Store(error) => match error {
                StoreError::NotFound => Code::NotFound,
                StoreError::Conflict(_) => Code::BadRequest,
                StoreError::Busy => Code::Overloaded,
                _ => Code::Unavailable,
            },
        }
    }

    /// What the code's meaning needs.
    pub fn details(&self) -> Details {
        match self {
            Self::RateLimited(wait) => Details { retry_after_ms: Some(*wait), ..Details::default() },
            Self::Refused(refusal) => Details::of(refusal),
            _ if matches!(self.code(), Code::Overloaded | Code::Draining) => {
                Details { retry_after_ms: Some(RETRY_AFTER_MS), ..Details::default() }
            }
            _ => Details::default(),
        }
    }
}

/// What clients may hear of a failure of the store.
fn store_words(error: &StoreError) -> &'static str {
    match error {
        StoreError::NotFound => "not found",
        StoreError::Conflict(_) => "this contradicts what is stored",
        StoreError::Busy => "too many requests wait for the database; try again",
        StoreError::Unknown => "no answer came in time; look before you try again",
        _ => "the database is unavailable; nothing was changed",
    }
}

impl From<BadFrame> for ApiError {
    fn from(bad: BadFrame) -> Self {
        Self::Plain(bad.code, bad.message.into())
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refusal) => Self::Refused(refusal),
            CallError::NotFound => Self::not_found(),
            CallError::Overloaded => {
                Self::Plain(Code::Overloaded, "too many requests wait; try again".into())
            }
            CallError::Unavailable => {
                Self::Plain(Code::Unavailable, "the database is unavailable; nothing was acknowledged".into())
            }
            CallError::Draining => Self::Plain(Code::Draining, "the server is shutting down".into()),
        }
    }
}

/// The body of every error.
#[derive(Serialize)]
struct Body<'a> {
    code: Code,
    message: &'a str,
    #[serde(skip_serializing_if = "Details::is_empty")]
    details: Details,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<RequestId>,
}

/// The body of an error about the request that is being worked on.
pub fn body(code: Code, message: &str, details: Details) -> impl Serialize {
    Body { code, message, details, request_id: request_id::current() }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        if matches!(self, Self::Method(_)) {
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        StatusCode::from_u16(self.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Store(error @ (StoreError::Broken(_) | StoreError::Refused(_) | StoreError::Unknown)) => {
                log::error!("request failed error=\"{error}\"");
            }
            Self::Store(error @ StoreError::Unavailable(_)) => log::warn!("request failed error=\"{error}\""),
            other => log::debug!("request refused code={} error=\"{other}\"", other.code().as_str()),
        }
        let message = self.to_string();
        let details = self.details();
        let mut response = HttpResponse::build(self.status_code());
        if let Self::Method(allowed) = self {
            response.insert_header((header::ALLOW, allowed.as_str()));
        }
        if let Some(wait) = details.retry_after_ms {
            response.insert_header((header::RETRY_AFTER, wait.div_ceil(1000)));
        }
        response.json(body(self.code(), &message, details))
    }
}
