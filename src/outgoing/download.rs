//! Answers that are read piece by piece, because they may be larger than what anybody wants in memory.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{Method, Response, StatusCode};

use super::{ErrorKind, Outgoing, OutgoingError, judge, retry_after};

/// An answer whose body has not been read yet.
#[derive(Debug)]
pub struct Download {
    /// HTTP status.
    pub status: StatusCode,
    /// How long the other side asks us to wait.
    pub retry_after: Option<Duration>,
    /// Where a redirect leads, as a whole address.
    pub location: Option<String>,
    /// How many bytes it says that it has.
    pub announced: Option<u64>,
    response: Response,
}

impl Outgoing {
    /// Asks for a file, and answers as soon as its head is there. Judged as any call; redirects are not followed.
    ///
    /// # Errors
    /// When there is no answer `within` this time.
    pub async fn open(
        &self,
        url: &str,
        headers: HeaderMap,
        within: Duration,
    ) -> Result<Download, OutgoingError> {
        let sent = self.send(Method::GET, url, headers, Bytes::new());
        let late = OutgoingError { kind: ErrorKind::Timeout, request_was_written: true };
        let response = tokio::time::timeout(within, sent).await.unwrap_or(Err(late))?;
        let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
        Ok(Download {
            status: response.status(),
            retry_after: retry_after(response.headers()),
            location: to.and_then(|to| response.url().join(to).ok()).map(Into::into),
            announced: response.content_length(),
            response,
        })
    }
}

impl Download {
    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// When the connection breaks.
    pub async fn next(&mut self) -> Result<Option<Bytes>, OutgoingError> {
        self.response.chunk().await.map_err(|error| judge(&error))
    }
}
