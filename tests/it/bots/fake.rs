//! A bot of the outside world on loopback that speaks HTTP by hand, well or badly.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use uuid::Uuid;

/// What the bot does with a request.
#[derive(Clone)]
pub enum Act {
    /// Answers with this status line and further head lines, and this body.
    Answer(&'static str, String),
    /// Answers as the first, but not before a permit is there.
    AnswerWhen(Arc<Semaphore>, &'static str, String),
    /// Answers 200 with this body after a random time of at most this.
    AnswerWithin(Duration, String),
    /// Never answers.
    Hang,
    /// Closes the connection without a word.
    Close,
    /// Sends this head, then a byte every 10 ms for ever.
    Drip(&'static str),
    /// Sends this head, then a gibibyte as fast as it goes.
    Flood(&'static str),
}

/// A request as it came.
pub struct Seen {
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

/// The bot. Ends with the test's runtime.
pub struct FakeBot {
    pub address: SocketAddr,
    requests: mpsc::UnboundedReceiver<Seen>,
    /// For each connection that ended: bytes of body written before the other side went away.
    ended: mpsc::UnboundedReceiver<usize>,
    connections: Arc<AtomicUsize>,
    peak: Arc<AtomicUsize>,
}

impl FakeBot {
    /// Does one act a request, in order; the last one for all further requests.
    pub async fn start(acts: Vec<Act>) -> Self {
        Self::start_on("127.0.0.1:0", acts).await
    }

    /// As [`FakeBot::start`], on another loopback address.
    pub async fn start_on(address: &str, acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind(address).await.expect("a free port");
        let (requests_in, requests) = mpsc::unbounded_channel();
        let (ended_in, ended) = mpsc::unbounded_channel();
        let bot = Self {
            address: listener.local_addr().expect("bound"),
            requests,
            ended,
            connections: Arc::default(),
            peak: Arc::default(),
        };
        let (connections, peak) = (Arc::clone(&bot.connections), Arc::clone(&bot.peak));
        tokio::spawn(async move {
            let running = Arc::new(AtomicUsize::new(0));
            while let Ok((stream, _)) = listener.accept().await {
                let number = connections.fetch_add(1, Ordering::SeqCst);
                let act = acts[number.min(acts.len() - 1)].clone();
                let (requests, ended) = (requests_in.clone(), ended_in.clone());
                let (running, peak) = (Arc::clone(&running), Arc::clone(&peak));
                tokio::spawn(async move {
                    peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let written = serve(stream, act, requests, &running).await;
                    let _ = ended.send(written);
                });
            }
        });
        bot
    }

    pub fn url(&self) -> String {
        format!("http://{}/turn", self.address)
    }

    /// The next request; waits for it.
    pub async fn request(&mut self) -> Seen {
        self.requests.recv().await.expect("the bot runs")
    }

    /// Waits for the next connection to end; bytes of body written on it.
    pub async fn end(&mut self) -> usize {
        self.ended.recv().await.expect("the bot runs")
    }

    /// Connections taken so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Most requests that were open at one moment.
    pub fn peak(&self) -> usize {
        self.peak.load(Ordering::SeqCst)
    }
}

async fn serve(
    stream: TcpStream,
    act: Act,
    requests: mpsc::UnboundedSender<Seen>,
    running: &AtomicUsize,
) -> usize {
    let mut stream = BufReader::new(stream);
    let Some(seen) = read(&mut stream).await else { return 0 };
    let _ = requests.send(seen);
    if let Act::AnswerWhen(permits, ..) = &act {
        permits.acquire().await.expect("never closed").forget();
    }
    running.fetch_sub(1, Ordering::SeqCst);
    match act {
        Act::Answer(head, body) | Act::AnswerWhen(_, head, body) => {
            let head =
                format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            body.len()
        }
        Act::AnswerWithin(longest, body) => {
            let part = Uuid::new_v4().as_bytes()[0];
            tokio::time::sleep(longest * u32::from(part) / 255).await;
            let head = "HTTP/1.1 200 OK\r\nconnection: close";
            let _ = stream
                .write_all(format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes())
                .await;
            body.len()
        }
        Act::Close => 0,
        Act::Hang => {
            let _ = stream.read(&mut [0; 1]).await;
            0
        }
        Act::Drip(head) => {
            let _ = stream.write_all(head.as_bytes()).await;
            let mut pause = tokio::time::interval(Duration::from_millis(10));
            let mut written = 0;
            while stream.write_all(b" ").await.is_ok() {
                written += 1;
                pause.tick().await;
            }
            written
        }
        Act::Flood(head) => {
            let _ = stream.write_all(head.as_bytes()).await;
            let block = vec![b' '; 64 * 1024];
            let mut written = 0;
            while written < 1 << 30 && stream.write_all(&block).await.is_ok() {
                written += block.len();
            }
            written
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut headers = HashMap::new();
    let mut line = String::new();
    stream.read_line(&mut line).await.ok().filter(|length| *length > 0)?;
    headers.insert("request".to_owned(), line.trim_end().to_owned());
    loop {
        line.clear();
        stream.read_line(&mut line).await.ok().filter(|length| *length > 0)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { headers, body })
}
