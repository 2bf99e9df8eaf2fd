//! Sockets to other servers (RFC 6455), by the same rules as calls: only public addresses, no proxy, limits on time and size.

use futures_util::{SinkExt, StreamExt};
use reqwest::header::{
    CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{StatusCode, Upgraded};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

use super::resolver::Resolver;
use super::target::{Refused, Target};
use super::{ErrorKind, Limits, Outgoing, OutgoingError, builder, judge};

/// An open socket. Pings are answered while somebody reads.
#[derive(Debug)]
pub struct Socket(WebSocketStream<Upgraded>);

/// What came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Text.
    Text(String),
    /// The end, with the other side's code if it gave one.
    Closed(Option<u16>),
}

impl Outgoing {
    /// Opens a socket at a `wss` address, or a `ws` address of a host that the operator named. `key`: 16 bytes nobody else
    /// uses. Of the limits, the time is for opening it, and the size for each message that comes.
    ///
    /// # Errors
    /// As [`Outgoing::post`]; [`ErrorKind::Broken`] when the other side does not agree to a socket.
    pub async fn open_socket(&self, url: &str, key: &str, limits: Limits) -> Result<Socket, OutgoingError> {
        let refused = |why: Refused| OutgoingError { kind: why.into(), request_was_written: false };
        let address = url.strip_prefix("ws").filter(|rest| rest.starts_with("s:") || rest.starts_with(':'));
        let address = format!("http{}", address.ok_or_else(|| refused(Refused::Scheme))?);
        let Target { url, named } = self.check(&address).map_err(refused)?;
        if url.scheme() != "https" && !named {
            return Err(refused(Refused::Scheme));
        }
        let allow = (!named).then(|| self.allow.clone());
        // HTTP/2 has no such sockets. Few are opened, so the client is not kept.
        let client =
            builder(Resolver { lookup: self.lookup.clone(), allow }, self.connect).http1_only().build();
        let client = client.map_err(|error| judge(&error))?;
        let request = client
            .get(url)
            .header(CONNECTION, HeaderValue::from_static("Upgrade"))
            .header(UPGRADE, HeaderValue::from_static("websocket"))
            .header(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"))
            .header(SEC_WEBSOCKET_KEY, key);
        let opening = async {
            let answer = request.send().await.map_err(|error| judge(&error))?;
            let accepted = derive_accept_key(key.as_bytes());
            let agrees = answer.headers().get(SEC_WEBSOCKET_ACCEPT).is_some_and(|given| *given == accepted);
            if answer.status() != StatusCode::SWITCHING_PROTOCOLS || !agrees {
                return Err(OutgoingError { kind: ErrorKind::Broken, request_was_written: true });
            }
            answer.upgrade().await.map_err(|error| judge(&error))
        };
        let stream = tokio::time::timeout(limits.total, opening)
            .await
            .unwrap_or(Err(OutgoingError { kind: ErrorKind::Timeout, request_was_written: true }))?;
        let most = Some(limits.answer_bytes);
        let config = WebSocketConfig::default().max_message_size(most).max_frame_size(most);
        Ok(Socket(WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await))
    }
}

impl Socket {
    /// What comes next. May be given up and called again.
    pub async fn next(&mut self) -> Frame {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Frame::Text(text.as_str().to_owned()),
                Some(Ok(Message::Close(frame))) => {
                    return Frame::Closed(frame.map(|frame| frame.code.into()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Frame::Closed(None),
            }
        }
    }

    /// Says a text. False when the connection is broken.
    pub async fn say(&mut self, text: String) -> bool {
        self.0.send(Message::text(text)).await.is_ok()
    }
}
