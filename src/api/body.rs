//! Reads a request's body: within its size and time, as JSON, and only once access was checked.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_TYPE, HeaderMap};
use actix_web::web::{BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;

use super::ApiError;
use super::edge::Edge;
use crate::protocol::code::Code;

/// JSON may be nested this deep.
const DEPTH: usize = 32;

/// A body that has not been read yet.
pub struct Body {
    payload: Payload,
    is_json: bool,
    most: usize,
    within: Duration,
}

impl Body {
    /// The body as JSON of this shape; unknown fields are for the shape to refuse.
    ///
    /// # Errors
    /// `bad_request` when it is not JSON of this shape or too slow, `too_large` above the limit.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        let text = self.text().await?;
        serde_json::from_str(&text).map_err(|error| ApiError::bad_request(error.to_string()))
    }

    /// The body as text that says it is JSON and is not nested too deep.
    ///
    /// # Errors
    /// As [`Self::json`].
    pub async fn text(self) -> Result<String, ApiError> {
        let bytes = self.raw().await?;
        let text = String::from_utf8(bytes).map_err(|_| ApiError::bad_request("the body is not UTF-8"))?;
        if depth(&text) > DEPTH {
            return Err(ApiError::bad_request("the JSON is nested too deep"));
        }
        if has_nul(&text) {
            return Err(ApiError::bad_request("a text has a NUL character"));
        }
        Ok(text)
    }

    /// The bytes as they came, of a body that says it is JSON: for those who must check a signature first.
    ///
    /// # Errors
    /// As [`Self::json`], but what the bytes are is not looked at.
    pub async fn raw(self) -> Result<Vec<u8>, ApiError> {
        if !self.is_json {
            return Err(ApiError::bad_request("the body must be application/json"));
        }
        self.any().await
    }

    /// The bytes as they came, whatever they say they are.
    ///
    /// # Errors
    /// `bad_request` when they are too slow, `too_large` above the limit.
    pub async fn any(self) -> Result<Vec<u8>, ApiError> {
        let within = self.within;
        tokio::time::timeout(within, self.bytes())
            .await
            .map_err(|_| ApiError::bad_request("the body took too long"))?
    }

    /// The same body, refused above this size.
    #[must_use]
    pub const fn at_most(mut self, bytes: usize) -> Self {
        self.most = bytes;
        self
    }

    async fn bytes(mut self) -> Result<Vec<u8>, ApiError> {
        let mut bytes = BytesMut::new();
        while let Some(chunk) = self.payload.next().await {
            let chunk = chunk.map_err(|_| ApiError::bad_request("the body ended early"))?;
            if bytes.len() + chunk.len() > self.most {
                let words = format!("the body is larger than {} bytes", self.most);
                return Err(ApiError::Plain(Code::TooLarge, words.into()));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.to_vec())
    }
}

impl FromRequest for Body {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let Some(edge) = request.app_data::<Data<Edge>>() else {
            return ready(Err(ApiError::not_found()));
        };
        let limits = &edge.config.limits;
        ready(Ok(Self {
            payload: payload.take(),
            is_json: content_type(request.headers()) == ContentType::Json,
            most: limits.request_body_bytes,
            within: Duration::from_millis(limits.request_body_ms),
        }))
    }
}

/// What a request says its body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// Nothing.
    Absent,
    /// `application/json`, with or without parameters.
    Json,
    /// `application/octet-stream`: bytes of a file. No form of a foreign page can send it.
    Bytes,
    /// Something else, or several things.
    Other,
}

/// What the headers say the body is.
pub fn content_type(headers: &HeaderMap) -> ContentType {
    let mut given = headers.get_all(CONTENT_TYPE);
    match (given.next().map(actix_web::http::header::HeaderValue::to_str), given.next()) {
        (None, _) => ContentType::Absent,
        (Some(Ok(text)), None) if essence(text).eq_ignore_ascii_case("application/json") => ContentType::Json,
        (Some(Ok(text)), None) if essence(text).eq_ignore_ascii_case("application/octet-stream") => {
            ContentType::Bytes
        }
        _ => ContentType::Other,
    }
}

fn essence(text: &str) -> &str {
    text.split(';').next().unwrap_or_default().trim()
}

/// How deep lists and objects are nested. Said before anything is parsed, so of any text.
pub fn depth(json: &str) -> usize {
    let (mut now, mut most, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' if !in_text => now = now.saturating_sub(1),
            _ => {}
        }
    }
    most
}

/// Does a text in it hold a NUL, which PostgreSQL takes in no text, not even to compare it with?
fn has_nul(json: &str) -> bool {
    let mut rest = json;
    while let Some((_, escape)) = rest.split_once('\\') {
        if escape.starts_with("u0000") {
            return true;
        }
        // What follows the backslash is no beginning of the next escape.
        rest = escape.char_indices().nth(1).map_or("", |(at, _)| &escape[at..]);
    }
    false
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn nesting_is_counted_outside_of_texts() {
        assert_eq!(depth(r#"{"a":[1,{"b":"[[[\"[["}]}"#), 3);
        assert_eq!(depth(&"[".repeat(40)), 40);
        assert_eq!(depth("1"), 0);
    }

    #[test]
    fn a_nul_is_found_and_what_looks_like_one_is_not() {
        for json in [r#"{"a":"\u0000"}"#, r#"["x\\\u0000"]"#, r#"{"\u0000":1}"#, r#""é\né\u0000""#] {
            assert!(has_nul(json), "{json}");
        }
        for json in [r#"{"a":"\\u0000"}"#, r#"["u0000"]"#, r#""\u0001""#, "\\", "\\é", ""] {
            assert!(!has_nul(json), "{json}");
        }
    }

    #[test]
    fn only_one_content_type_counts() {
        let of = |types: &[&str]| {
            let request = types.iter().fold(TestRequest::get(), |r, t| r.append_header((CONTENT_TYPE, *t)));
            content_type(request.to_http_request().headers())
        };
        assert_eq!(of(&[]), ContentType::Absent);
        assert_eq!(of(&["Application/JSON; charset=utf-8"]), ContentType::Json);
        assert_eq!(of(&["text/plain"]), ContentType::Other);
        assert_eq!(of(&["application/json", "text/plain"]), ContentType::Other);
    }
}
