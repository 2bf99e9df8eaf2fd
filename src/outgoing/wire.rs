//! Connections that are not HTTP: to mail servers that admins name. Guarded as calls are: only mail's ports, only public
//! addresses unless the operator allows more, and the address that was judged is the one that is dialled.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use url::Host;

use super::Outgoing;
use super::mail::Security;
use super::target::{self, Refused, may_reach};

/// Ports of SMTP and IMAP: <https://www.iana.org/assignments/service-names-port-numbers>, and 2525, which providers offer
/// where 25 is blocked.
const PORTS: [u16; 6] = [25, 143, 465, 587, 993, 2525];

/// Longest wait for a connection, TLS included.
const CONNECT: Duration = Duration::from_secs(10);

/// A mail server, and how to log in there.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is kept secret.
    pub security: Security,
    /// Name and password, if it asks for them.
    pub login: Option<(String, String)>,
    /// The operator named it in the configuration: it may be anywhere.
    pub trusted: bool,
}

/// Without the password.
impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The server may not be reached.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Without TLS only where the operator named the server.
    #[error("a server without TLS must be named in `outgoing.allow`")]
    Plain,
    /// Nobody there, or not in time, or TLS failed.
    #[error("no connection: {0}")]
    Io(#[from] io::Error),
}

impl Outgoing {
    /// Judges a server by what its name says. Meant for the moment an admin sets it.
    ///
    /// # Errors
    /// Why it may not be reached.
    pub fn check_mail_server(&self, server: &MailServer) -> Result<(), WireError> {
        self.judge(server).map(|_| ())
    }

    /// The host as it is to be dialled, and whether the operator named it.
    fn judge(&self, server: &MailServer) -> Result<(Host, bool), WireError> {
        let ports = PORTS.map(|port| port..=port);
        let text = format!("https://{}:{}/", server.host, server.port);
        let no_name = server.host.is_empty() || server.host.contains(['/', '?', '#', '@', '\\', ':']);
        if no_name && !(server.host.starts_with('[') && server.host.ends_with(']')) {
            return Err(Refused::NotAUrl.into());
        }
        if server.trusted {
            return Ok((Host::parse(&server.host).map_err(|_| Refused::NotAUrl)?, true));
        }
        let found = target::check(&text, &self.allow, &ports)?;
        if server.security == Security::None && !found.named {
            return Err(WireError::Plain);
        }
        let host = found.url.host().map(|host| host.to_owned()).ok_or(Refused::NotAUrl)?;
        Ok((host, found.named))
    }

    /// A connection to the server, with TLS when it begins with it. `budget`: most bytes it may send; see [`Wire::allow`].
    ///
    /// # Errors
    /// See [`WireError`].
    pub async fn dial(&self, server: &MailServer, budget: usize) -> Result<Wire, WireError> {
        let (host, named) = self.judge(server)?;
        let dial = async {
            let addresses: Vec<IpAddr> = match &host {
                Host::Ipv4(address) => vec![(*address).into()],
                Host::Ipv6(address) => vec![(*address).into()],
                Host::Domain(name) => self.lookup.lookup(name.clone()).await?,
            };
            if !named && !addresses.iter().all(|address| may_reach(*address, &self.allow)) {
                return Err(Refused::Address.into());
            }
            let addresses: Vec<SocketAddr> =
                addresses.into_iter().map(|address| SocketAddr::new(address, server.port)).collect();
            let stream = TcpStream::connect(&addresses[..]).await?;
            let wire = Wire { inner: Inner::Plain(stream), left: budget };
            if server.security == Security::Tls { self.encrypt(wire, &server.host).await } else { Ok(wire) }
        };
        let late = || WireError::Io(io::Error::from(io::ErrorKind::TimedOut));
        tokio::time::timeout(CONNECT, dial).await.unwrap_or_else(|_| Err(late()))
    }

    /// The same connection under TLS; the certificate must be for `host`.
    ///
    /// # Errors
    /// [`WireError::Io`].
    pub async fn encrypt(&self, wire: Wire, host: &str) -> Result<Wire, WireError> {
        let Inner::Plain(stream) = wire.inner else { return Ok(wire) };
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        let config = self.trust.config().map_err(io::Error::other)?;
        let stream = TlsConnector::from(config).connect(name, stream).await?;
        Ok(Wire { inner: Inner::Tls(Box::new(stream)), left: wire.left })
    }
}

/// One connection. What the server may send is counted, so that nobody fills our memory.
#[derive(Debug)]
pub struct Wire {
    inner: Inner,
    left: usize,
}

#[derive(Debug)]
enum Inner {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Wire {
    /// From now on the server may send so many bytes.
    pub const fn allow(&mut self, bytes: usize) {
        self.left = bytes;
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(io::Error::other("the server says more than it may")));
        }
        let before = buf.filled().len();
        ready!(match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Inner::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buf),
        })?;
        self.left = self.left.saturating_sub(buf.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Inner::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Inner::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.inner {
            Inner::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Inner::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
        }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match &self.inner {
            Inner::Plain(stream) => stream.peer_addr(),
            Inner::Tls(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}
