//! A client that says anything, also what no honest client would: bytes on a TCP connection.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::app::Person;

/// Nothing in these tests takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// The opcodes of RFC 6455 section 5.2.
pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// The first bit of a frame: it is the message's last.
pub const FIN: u8 = 0x80;

/// The headers of a correct handshake, without `Origin` and credentials.
pub const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                           Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// A connection after its request was answered.
pub struct Raw {
    /// Status line and headers of the answer, in lower case.
    pub head: String,
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Raw {
    /// Sends a request with these header lines; answers its status, its body, and the connection.
    pub async fn request(base: &str, path: &str, headers: &str) -> (u16, Value, Self) {
        Self::request_and_more(base, path, headers, b"").await
    }

    /// The same, with more bytes sent at once with the request.
    pub async fn request_and_more(base: &str, path: &str, headers: &str, more: &[u8]) -> (u16, Value, Self) {
        let address = base.strip_prefix("http://").unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        // Little room, so that a client that does not read is noticed soon.
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        let mut stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n");
        stream.write_all(&[request.as_bytes(), more].concat()).await.unwrap();
        let mut raw = Self { head: String::new(), stream, unread: Vec::new() };
        raw.head = loop {
            if let Some(end) = raw.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break String::from_utf8(raw.unread.drain(..end + 4).collect()).unwrap().to_lowercase();
            }
            assert!(raw.fill().await, "the connection ended before it was answered");
        };
        let status: u16 = raw.head.split(' ').nth(1).unwrap().parse().unwrap();
        let length = raw.head.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let length: usize = length.map_or(0, |text| text.parse().unwrap());
        while status != 101 && raw.unread.len() < length {
            assert!(raw.fill().await, "the body ended too soon");
        }
        let body = if status == 101 {
            Value::Null
        } else {
            serde_json::from_slice(&std::mem::take(&mut raw.unread)).unwrap_or_default()
        };
        (status, body, raw)
    }

    /// A widget's socket on which nothing was said yet.
    pub async fn widget(base: &str, channel_key: &str) -> Self {
        let headers = format!("{UPGRADE}Origin: {base}\r\n");
        let (status, _, raw) =
            Self::request(base, &format!("/api/v1/widget/socket?channel={channel_key}"), &headers).await;
        assert_eq!(status, 101);
        raw
    }

    /// A member's socket, by their key, on which nothing was said yet.
    pub async fn dashboard(person: &Person) -> Self {
        let headers = format!("{UPGRADE}Authorization: Bearer {}\r\n", person.key);
        let (status, _, raw) = Self::request(&person.base, "/api/v1/dashboard/socket", &headers).await;
        assert_eq!(status, 101);
        raw
    }

    /// Says hello and waits for `welcome`.
    pub async fn hello(mut self) -> Self {
        self.text(&json!({"type": "hello", "ref": "1"}).to_string()).await;
        while self.json().await["type"] != "welcome" {}
        self
    }

    /// Sends bytes. False when the server does not take them any more.
    pub async fn bytes(&mut self, bytes: &[u8]) -> bool {
        let sent = tokio::time::timeout(PATIENCE, self.stream.write_all(bytes)).await;
        sent.expect("the server should read or close").is_ok()
    }

    /// Says that nothing more will be sent, and goes on listening.
    pub async fn shut(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Sends one frame: first byte (with [`FIN`] and reserved bits), then the payload, masked.
    pub async fn frame(&mut self, first: u8, payload: &[u8]) {
        self.bytes(&frame(first, payload)).await;
    }

    /// Sends a text message.
    pub async fn text(&mut self, text: &str) {
        self.frame(FIN | TEXT, text.as_bytes()).await;
    }

    /// The next frame: opcode and payload. None when the connection ended.
    pub async fn next(&mut self) -> Option<(u8, Vec<u8>)> {
        loop {
            if let Some((header, length)) = announced(&self.unread)
                && self.unread.len() >= header + length
            {
                let opcode = self.unread[0] & 0x0f;
                let payload = self.unread[header..header + length].to_vec();
                self.unread.drain(..header + length);
                return Some((opcode, payload));
            }
            if !self.fill().await {
                return None;
            }
        }
    }

    /// The next text frame.
    pub async fn json(&mut self) -> Value {
        loop {
            match self.next().await {
                Some((TEXT, payload)) => return serde_json::from_slice(&payload).unwrap(),
                Some((CLOSE, payload)) => panic!("closed with {payload:?}"),
                Some(_) => {}
                None => panic!("the connection ended"),
            }
        }
    }

    /// Reads until the server closes: its code, or 1006 when the connection ended without one.
    pub async fn closed(&mut self) -> u16 {
        while let Some((opcode, payload)) = self.next().await {
            if opcode == CLOSE {
                return payload.get(..2).map_or(1005, |code| u16::from_be_bytes([code[0], code[1]]));
            }
        }
        1006
    }

    /// Reads what is there. False at the end of the connection.
    async fn fill(&mut self) -> bool {
        let read = tokio::time::timeout(PATIENCE, self.stream.read_buf(&mut self.unread)).await;
        read.expect("the server should answer or close").is_ok_and(|count| count > 0)
    }
}

/// One masked frame.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = header(first, 0x80, payload.len() as u64);
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    bytes.extend(mask);
    bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// A frame's header up to its length, with or without the mask bit (0x80).
pub fn header(first: u8, mask: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first];
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short @ 0..=125), _) => bytes.push(mask | short),
        (_, Ok(middle)) => {
            bytes.push(mask | 0x7e);
            bytes.extend(middle.to_be_bytes());
        }
        _ => {
            bytes.push(mask | 0x7f);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes
}

/// Lengths of header and payload of the server's frame at the beginning of these bytes.
fn announced(bytes: &[u8]) -> Option<(usize, usize)> {
    match bytes.get(1)? & 0x7f {
        126 => Some((4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().unwrap())))),
        127 => {
            Some((10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().unwrap())).unwrap()))
        }
        short => Some((2, usize::from(short))),
    }
}
