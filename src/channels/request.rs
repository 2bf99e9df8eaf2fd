//! A request of a platform as it came, and what it hears.

/// Everything a signature may be over.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The whole public address, query included, as the platform was told it.
    pub url: &'a str,
    /// The query, decoded, in its order.
    pub query: &'a [(String, String)],
    /// The headers.
    pub headers: &'a Headers,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// Headers by name, in any case.
#[derive(Debug, Clone, Default)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Adds one; a value that is no text is left out.
    pub fn add(&mut self, name: &str, value: &str) {
        self.0.push((name.to_ascii_lowercase(), value.to_owned()));
    }

    /// The only header of this name: none when it is missing or comes twice.
    pub fn one(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// True when the body says it is JSON.
    pub fn says_json(&self) -> bool {
        let essence = |text: &str| text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        self.one("content-type").is_some_and(|text| essence(text) == "application/json")
    }
}

/// What a request hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Answer {
    /// 200 without a word.
    pub const fn ok() -> Self {
        Self { status: 200, content_type: "text/plain", body: String::new() }
    }

    /// 200 with JSON.
    pub fn json(body: &serde_json::Value) -> Self {
        Self { status: 200, content_type: "application/json", body: body.to_string() }
    }
}

/// Why a request is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// What the signature needs is not well formed: 400.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// Not from the platform, or too old: 401. The words are for our log.
    #[error("not believed: {0}")]
    Unauthenticated(&'static str),
    /// Not the type of body the platform sends: 415.
    #[error("the body must be application/json")]
    Type,
    /// Believed, but not what the platform sends: 422.
    #[error("unreadable: {0}")]
    Unreadable(String),
}

impl Refused {
    /// HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::Unauthenticated(_) => 401,
            Self::Type => 415,
            Self::Unreadable(_) => 422,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_that_comes_twice_counts_as_none() {
        let mut headers = Headers::default();
        headers.add("Content-Type", "Application/JSON; charset=utf-8");
        headers.add("x-a", "1");
        headers.add("X-A", "2");
        assert!(headers.says_json());
        assert_eq!(headers.one("x-a"), None);
        assert_eq!(headers.one("CONTENT-TYPE"), Some("Application/JSON; charset=utf-8"));
    }
}
