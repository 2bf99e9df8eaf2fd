//! The other end: takes what is posted to it and notes when, or takes nothing at all.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::Fallible;

/// What it does with a request.
#[derive(Clone)]
pub enum Manner {
    /// Takes it.
    Takes,
    /// Never answers.
    Hangs,
    /// Answers 500 for so long after the first request, and takes everything from then on.
    Fails(std::time::Duration),
}

/// A request: when it came, whether it was taken, its body.
pub struct Seen {
    /// When it was whole.
    pub at: Instant,
    /// Answered with a success.
    pub taken: bool,
    /// JSON.
    pub body: Value,
}

/// One end of many connections. Ends with the program.
#[derive(Clone)]
pub struct Peer {
    /// Where it is.
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Peer {
    /// Starts on a free port.
    ///
    /// # Errors
    /// No port can be bound.
    pub async fn start(manner: Manner) -> Fallible<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let peer = Self { address: listener.local_addr()?, seen: Arc::default() };
        let (seen, first) = (peer.seen.clone(), Arc::new(Mutex::new(None)));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, manner.clone(), seen.clone(), first.clone()));
            }
        });
        Ok(peer)
    }

    /// Its address for posts.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Looks at what came so far.
    pub fn look<T>(&self, at: impl FnOnce(&[Seen]) -> T) -> T {
        at(&self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

async fn serve(
    stream: TcpStream,
    manner: Manner,
    seen: Arc<Mutex<Vec<Seen>>>,
    first: Arc<Mutex<Option<Instant>>>,
) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = BufReader::new(stream);
    loop {
        let body = read(&mut stream).await?;
        let at = Instant::now();
        let taken = match manner {
            Manner::Takes => true,
            Manner::Hangs => return std::future::pending().await,
            Manner::Fails(outage) => {
                let begun = *first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(at);
                at - begun > outage
            }
        };
        let body = serde_json::from_slice(&body).unwrap_or_default();
        seen.lock().unwrap_or_else(PoisonError::into_inner).push(Seen { at, taken, body });
        let status = if taken { "200 OK" } else { "500 Internal Server Error" };
        let answer =
            format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{{}}");
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

/// The body of the next request; none at the end of the connection.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().ok()?;
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(body)
}
