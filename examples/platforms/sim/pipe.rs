//! A connection of a mail server, line by line, which may become secret in its midst.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// How connections are kept secret.
#[derive(Clone, Default)]
pub enum Secrecy {
    /// Not at all.
    #[default]
    None,
    /// By TLS from the first byte.
    Tls(Arc<ServerConfig>),
    /// By TLS once the client asks for it; before that nobody may log in.
    Starttls(Arc<ServerConfig>),
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

/// One connection.
pub struct Pipe {
    stream: BufReader<Box<dyn Stream>>,
    /// What came of the next line.
    heard: String,
    /// Makes it secret when the client asks for it.
    upgrade: Option<Arc<ServerConfig>>,
}

impl Pipe {
    /// None when the client does not want what we have.
    pub async fn open(stream: TcpStream, secrecy: &Secrecy) -> Option<Self> {
        let (stream, upgrade): (Box<dyn Stream>, _) = match secrecy {
            Secrecy::None => (Box::new(stream), None),
            Secrecy::Starttls(config) => (Box::new(stream), Some(config.clone())),
            Secrecy::Tls(config) => {
                let secret = TlsAcceptor::from(config.clone()).accept(stream).await.ok()?;
                (Box::new(secret), None)
            }
        };
        Some(Self { stream: BufReader::new(stream), heard: String::new(), upgrade })
    }

    /// May it become secret?
    pub const fn can_upgrade(&self) -> bool {
        self.upgrade.is_some()
    }

    /// Makes it secret, after the client was told to begin.
    pub async fn encrypt(self) -> Option<Self> {
        let config = self.upgrade?;
        let secret = TlsAcceptor::from(config).accept(self.stream.into_inner()).await.ok()?;
        Some(Self { stream: BufReader::new(Box::new(secret)), heard: String::new(), upgrade: None })
    }

    /// Says this and ends the line.
    pub async fn say(&mut self, text: &str) -> Option<()> {
        self.stream.write_all(format!("{text}\r\n").as_bytes()).await.ok()?;
        self.stream.flush().await.ok()
    }

    /// The next line with its end. What came of it stays when nobody waits any more.
    pub async fn line(&mut self) -> Option<String> {
        let read = self.stream.read_line(&mut self.heard).await.ok()?;
        (read > 0).then(|| std::mem::take(&mut self.heard))
    }
}
