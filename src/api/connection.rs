//! The bytes of a socket, both ways, once HTTP has let go of its connection. Nothing is kept for a socket that is silent: what
//! arrives is read into the reader's stack and copied to its size, and what is sent is written at once.

use std::future::{Future, poll_fn};
use std::io::ErrorKind;
use std::net::Shutdown;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::error::PayloadError;
use actix_web::rt::net::TcpStream;
use actix_web::rt::time::timeout;
use bytes::Bytes;
use futures_util::future::select;
use futures_util::task::AtomicWaker;
use futures_util::{Stream, StreamExt};
use socket2::SockRef;

use crate::actors::link::Cut;

/// So many bytes are read at once.
const READ_BYTES: usize = 4 * 1024;

/// A peer that was told the end has so long to hang up. Hanging up on what it still sends would take back the last frame,
/// which says why (RFC 6455, section 7.1.1).
const LINGER: Duration = Duration::from_secs(1);

/// A connection without HTTP.
#[derive(Clone)]
pub struct Connection(Rc<TcpStream>);

impl Connection {
    /// On this stream.
    pub fn new(stream: TcpStream) -> Self {
        Self(Rc::new(stream))
    }

    /// What arrives, after what has arrived `early`. The end of the stream is the end of the connection, in whichever way.
    pub fn incoming(&self, early: Bytes) -> Incoming {
        Incoming { stream: self.0.clone(), early }
    }

    /// Sends what a socket gives until it ends or is cut off. While the peer does not read, nothing more is taken from it.
    pub async fn carry<E>(self, outgoing: impl Stream<Item = Result<Bytes, E>> + Unpin, cutter: Arc<Cutter>) {
        let sending = async {
            if self.send_all(outgoing).await.is_ok() {
                self.end().await;
            }
        };
        select(pin!(sending), pin!(cutter.happened())).await;
    }

    async fn send_all<E>(
        &self,
        mut outgoing: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> std::io::Result<()> {
        while let Some(Ok(bytes)) = outgoing.next().await {
            self.send(&bytes).await?;
        }
        Ok(())
    }

    /// Sends all of it.
    ///
    /// # Errors
    /// The connection is gone.
    pub async fn send(&self, mut bytes: &[u8]) -> std::io::Result<()> {
        while !bytes.is_empty() {
            match self.0.try_write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.0.writable().await?,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Says that nothing more comes and waits a moment for the peer to hang up.
    pub async fn end(&self) {
        if SockRef::from(&*self.0).shutdown(Shutdown::Write).is_err() {
            return;
        }
        let mut rest = self.incoming(Bytes::new());
        // A peer that does not hang up is hung up on.
        let _ = timeout(LINGER, async { while rest.next().await.is_some() {} }).await;
    }
}

/// What arrives on a connection.
pub struct Incoming {
    stream: Rc<TcpStream>,
    early: Bytes,
}

impl Stream for Incoming {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.early.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.early))));
        }
        loop {
            if ready!(self.stream.poll_read_ready(context)).is_err() {
                return Poll::Ready(None);
            }
            let mut buffer = [0; READ_BYTES];
            match self.stream.try_read(&mut buffer) {
                Ok(0) => return Poll::Ready(None),
                Ok(count) => return Poll::Ready(Some(Ok(Bytes::copy_from_slice(&buffer[..count])))),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(_) => return Poll::Ready(None),
            }
        }
    }
}

/// Ends a connection from outside: what runs inside it stands still while its peer does not read.
#[derive(Debug, Default)]
pub struct Cutter {
    cut: AtomicBool,
    waker: AtomicWaker,
}

impl Cutter {
    fn happened(&self) -> impl Future<Output = ()> {
        poll_fn(|context| {
            self.waker.register(context.waker());
            if self.cut.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
        })
    }
}

impl Cut for Cutter {
    fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        self.waker.wake();
    }
}
