//! A WebSocket client in two phases: [`Socket`] blocks while a scenario is set up, [`Live`] is its
//! form for the measurement.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Fallible;
use crate::frame::{self, Inbox, Kind};

/// Longest wait for an answer while setting up.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// A joined connection, used from one thread with blocking calls.
pub struct Socket {
    stream: TcpStream,
    inbox: Inbox,
}

impl Socket {
    /// Connects and shakes hands. `headers` are whole lines, each with its line end.
    ///
    /// # Errors
    /// The server is away or does not switch protocols.
    pub fn connect(address: SocketAddr, path: &str, headers: &str) -> Fallible<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        // The key is the example of RFC 6455; nothing here depends on its secrecy.
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes())?;
        let mut inbox = Inbox::new();
        let head = loop {
            match stream.read(inbox.room())? {
                0 => return Err(format!("the server hung up at {path}").into()),
                count => inbox.filled(count),
            }
            if let Some(head) = inbox.take_head() {
                break head;
            }
        };
        if !head.starts_with("HTTP/1.1 101") {
            return Err(format!("no WebSocket at {path}: {}", head.lines().next().unwrap_or_default()).into());
        }
        Ok(Self { stream, inbox })
    }

    /// Sends one text frame.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn send(&mut self, text: &[u8]) -> Fallible<()> {
        let mut bytes = Vec::with_capacity(text.len() + 14);
        frame::put(Kind::Text, text, &mut bytes);
        Ok(self.stream.write_all(&bytes)?)
    }

    /// The next text frame. Pings are answered.
    ///
    /// # Errors
    /// The server closed, or said nothing for 20 seconds.
    pub fn receive(&mut self) -> Fallible<String> {
        loop {
            if let Some((kind, range)) = self.inbox.take()? {
                let payload = self.inbox.payload(range);
                match kind {
                    Kind::Text => return Ok(String::from_utf8(payload.to_vec())?),
                    Kind::Close => return Err(closed(payload)),
                    Kind::Ping => {
                        let mut pong = Vec::new();
                        frame::put(Kind::Pong, payload, &mut pong);
                        self.stream.write_all(&pong)?;
                    }
                    Kind::Pong => {}
                }
                continue;
            }
            match self.stream.read(self.inbox.room())? {
                0 => return Err("the server hung up".into()),
                count => self.inbox.filled(count),
            }
        }
    }

    /// Receives until a frame contains `part`.
    ///
    /// # Errors
    /// As [`Self::receive`], or an `error` frame comes first.
    pub fn receive_with(&mut self, part: &str) -> Fallible<String> {
        loop {
            let text = self.receive()?;
            if text.contains(part) {
                return Ok(text);
            }
            if text.contains(r#""type":"error""#) {
                return Err(format!("refused: {text}").into());
            }
        }
    }

    /// A second handle, for a thread that only writes.
    ///
    /// # Errors
    /// No descriptor is left.
    pub fn pen(&self) -> Fallible<Pen> {
        Ok(Pen { stream: self.stream.try_clone()?, bytes: Vec::new() })
    }

    /// Ready for the measurement. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// The runtime refuses the socket.
    pub fn live(self) -> Fallible<Live> {
        self.stream.set_nonblocking(true)?;
        let stream = tokio::net::TcpStream::from_std(self.stream)?;
        Ok(Live { stream, inbox: self.inbox, outbox: Vec::new() })
    }
}

/// The writing half of a connection whose answers somebody else reads.
pub struct Pen {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Pen {
    /// Writes one text frame at once; spins if the server takes nothing in.
    ///
    /// # Errors
    /// The connection is gone.
    pub fn write(&mut self, text: &[u8]) -> Fallible<()> {
        self.bytes.clear();
        frame::put(Kind::Text, text, &mut self.bytes);
        let mut rest = &self.bytes[..];
        while !rest.is_empty() {
            match self.stream.write(rest) {
                Ok(count) => rest = &rest[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// A joined connection in a tokio task.
pub struct Live {
    stream: tokio::net::TcpStream,
    inbox: Inbox,
    outbox: Vec<u8>,
}

impl Live {
    /// Adds a text frame to what [`Self::flush`] will write at once.
    pub fn queue(&mut self, text: &[u8]) {
        frame::put(Kind::Text, text, &mut self.outbox);
    }

    /// Writes what is queued.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn flush(&mut self) -> Fallible<()> {
        let mut written = 0;
        while written < self.outbox.len() {
            match self.stream.try_write(&self.outbox[written..]) {
                Ok(count) => written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(error) => return Err(error.into()),
            }
        }
        self.outbox.clear();
        Ok(())
    }

    /// Waits for bytes, reads once and hands each whole text frame to `each`. Safe to cancel while it waits.
    ///
    /// # Errors
    /// The server closed or hung up.
    pub async fn receive(&mut self, mut each: impl FnMut(&[u8])) -> Fallible<()> {
        // Frames may have come together with the last answer of the set-up.
        if !self.deliver(&mut each)? {
            loop {
                self.stream.readable().await?;
                match self.stream.try_read(self.inbox.room()) {
                    Ok(0) => return Err("the server hung up".into()),
                    Ok(count) => break self.inbox.filled(count),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(error) => return Err(error.into()),
                }
            }
            self.deliver(&mut each)?;
        }
        if self.outbox.is_empty() { Ok(()) } else { self.flush().await }
    }

    /// Reads and forgets until the connection ends.
    pub async fn drain(mut self) {
        while self.receive(|_| ()).await.is_ok() {}
    }

    fn deliver(&mut self, each: &mut impl FnMut(&[u8])) -> Fallible<bool> {
        let mut any = false;
        while let Some((kind, range)) = self.inbox.take()? {
            any = true;
            let payload = self.inbox.payload(range);
            match kind {
                Kind::Text => each(payload),
                Kind::Close => return Err(closed(payload)),
                Kind::Ping => frame::put(Kind::Pong, payload, &mut self.outbox),
                Kind::Pong => {}
            }
        }
        Ok(any)
    }
}

fn closed(payload: &[u8]) -> Box<dyn std::error::Error + Send + Sync> {
    match payload {
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            format!("the server closed: {code} {}", String::from_utf8_lossy(reason)).into()
        }
        _ => "the server closed".into(),
    }
}
