//! People with a socket: members at the dashboard, customers in the widget.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

use super::app::Person;

/// Nothing in these tests takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// One open socket, with what it heard and nobody asked for yet.
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    heard: VecDeque<Value>,
    next_ref: u64,
}

/// A new client id.
pub fn client_id() -> String {
    Uuid::new_v4().to_string()
}

impl Socket {
    /// Opens a socket at this path with these headers.
    pub async fn open(base: &str, path: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = format!("{}{path}", base.replacen("http", "ws", 1)).into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let (stream, _) = connect_async(request).await?;
        Ok(Self { stream, heard: VecDeque::new(), next_ref: 0 })
    }

    /// The dashboard socket of a person, with `hello` said; answers `welcome` too.
    pub async fn dashboard(person: &Person) -> (Self, Value) {
        let (mut socket, hello) = Self::before_hello(person).await;
        let welcome = socket.hello(hello).await;
        (socket, welcome)
    }

    /// The dashboard socket of a person, and what it has to say as `hello`.
    pub async fn before_hello(person: &Person) -> (Self, Value) {
        let path = "/api/v1/dashboard/socket";
        if person.key.is_empty() {
            let ticket = person.post("/api/v1/session/ticket", json!({})).await.good()["ticket"].clone();
            let headers = [("cookie", person.cookie.as_str()), ("origin", person.base.as_str())];
            (Self::open(&person.base, path, &headers).await.unwrap(), json!({"ticket": ticket}))
        } else {
            let bearer = format!("Bearer {}", person.key);
            (Self::open(&person.base, path, &[("authorization", &bearer)]).await.unwrap(), json!({}))
        }
    }

    /// The widget socket of a channel, with `hello` said; answers `welcome` too.
    pub async fn widget(base: &str, channel_key: &str, hello: Value) -> (Self, Value) {
        let path = format!("/api/v1/widget/socket?channel={channel_key}");
        let mut socket = Self::open(base, &path, &[("origin", base)]).await.unwrap();
        let welcome = socket.hello(hello).await;
        (socket, welcome)
    }

    async fn hello(&mut self, hello: Value) -> Value {
        self.say_hello(hello).await;
        self.event("welcome").await
    }

    /// Sends `hello`, whatever the answer.
    pub async fn say_hello(&mut self, mut hello: Value) {
        hello["type"] = json!("hello");
        hello["ref"] = json!("hello");
        self.send_text(&hello.to_string()).await;
    }

    /// Sends a frame as it is.
    pub async fn send_text(&mut self, text: &str) {
        self.send(Message::text(text)).await;
    }

    /// Sends any message; a socket that is closing may refuse it.
    pub async fn send(&mut self, message: Message) {
        let _ = self.stream.send(message).await;
    }

    /// Sends a command without waiting; answers its `ref`.
    pub async fn tell(&mut self, mut command: Value) -> String {
        self.next_ref += 1;
        let reference = self.next_ref.to_string();
        command["ref"] = json!(reference);
        self.send_text(&command.to_string()).await;
        reference
    }

    /// Sends a command and waits for its `ok` or `error`.
    pub async fn ask(&mut self, command: Value) -> Value {
        let reference = self.tell(command).await;
        self.answer(&reference).await
    }

    /// As [`Socket::ask`], and it must be `ok`.
    pub async fn ok(&mut self, command: Value) -> Value {
        let answer = self.ask(command.clone()).await;
        assert_eq!(answer["type"], "ok", "{command} was answered {answer}");
        answer
    }

    /// As [`Socket::ask`], and it must be `error` with this code.
    pub async fn refused(&mut self, command: Value, code: &str) -> Value {
        let answer = self.ask(command.clone()).await;
        assert_eq!(answer["code"], code, "{command} was answered {answer}");
        answer
    }

    /// The answer to a command sent before.
    pub async fn answer(&mut self, reference: &str) -> Value {
        self.until(|frame| {
            matches!(frame["type"].as_str(), Some("ok" | "error")) && frame["ref"] == reference
        })
        .await
    }

    /// The next event of this type; what comes before stays to be asked for.
    pub async fn event(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["type"] == kind).await
    }

    /// The next entry whose body is of this kind.
    pub async fn entry(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["type"] == "entry" && frame["entry"]["body"]["kind"] == kind).await["entry"]
            .clone()
    }

    /// The first frame that fits, heard before or from now on. The others stay to be asked for.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.heard.iter().position(&fits) {
            return self.heard.remove(place).unwrap();
        }
        loop {
            let frame = self.next().await;
            if fits(&frame) {
                return frame;
            }
            self.heard.push_back(frame);
        }
    }

    /// The next frame from the wire. Panics when the socket closes or nothing comes.
    async fn next(&mut self) -> Value {
        match self.try_next().await {
            Ok(frame) => frame,
            Err(why) => panic!("{why}; heard so far: {:?}", self.heard),
        }
    }

    /// The next frame from the wire, or why there is none. Pings are none, and nobody waits for ever because of them.
    pub async fn try_next(&mut self) -> Result<Value, String> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let waited = tokio::time::timeout_at(deadline, self.stream.next()).await;
            match waited.map_err(|_| "nothing came")? {
                Some(Ok(Message::Text(text))) => {
                    return serde_json::from_str(&text).map_err(|error| error.to_string());
                }
                Some(Ok(Message::Close(frame))) => return Err(format!("closed: {frame:?}")),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(format!("broken: {error}")),
                None => return Err("ended".into()),
            }
        }
    }

    /// Waits until the server closes, and answers its code (1006 when it gave none).
    pub async fn closed(&mut self) -> u16 {
        let closing = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                    Some(Ok(Message::Close(None)) | Err(_)) | None => return CloseCode::Abnormal.into(),
                    Some(Ok(_)) => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, closing).await.expect("the server should have closed the socket")
    }

    /// Everything heard and not asked for, without waiting.
    pub fn heard(&self) -> impl Iterator<Item = &Value> {
        self.heard.iter()
    }

    /// Forgets what was heard and not asked for.
    pub fn forget(&mut self) {
        self.heard.clear();
    }

    /// Closes politely.
    pub async fn close(mut self) {
        let _ = self.stream.close(None).await;
    }
}
