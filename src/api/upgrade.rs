//! Where a connection stops to be HTTP. The library would keep its two buffers of 8 KiB and its parser beside each socket for as
//! long as that is open, and pass each frame through them; so the application answers the handshake as any request, and
//! with its answer takes the connection. See `docs/adr/0018-sockets-without-http.md`.

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::{Future, poll_fn, ready};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_codec::{Encoder, Framed, FramedParts};
use actix_http::body::{BoxBody, MessageBody};
use actix_http::h1::{Codec, Message};
use actix_http::{ConnectionType, HttpMessage, Request, Response};
use actix_web::dev::{Service, ServiceFactory, ServiceResponse, fn_factory, fn_service};
use actix_web::http::StatusCode;
use actix_web::rt::net::TcpStream;
use actix_web::{Error, HttpRequest, HttpResponse};
use bytes::{Bytes, BytesMut};

use super::ApiError;
use super::connection::Connection;

/// What is done with a connection.
type Taken = Pin<Box<dyn Future<Output = ()>>>;

/// The same, before there is the connection, and what has arrived on it already.
type Begin = Box<dyn FnOnce(Connection, Bytes) -> Taken>;

/// Beside an answer: what is done with the connection once it is sent.
struct Takes(Begin);

/// Beside a request: its connection may be taken.
struct Free;

/// Makes an answer take the connection.
///
/// # Errors
/// `bad_request` when the request's connection cannot be taken: its body is still to come.
pub fn take<F>(
    request: &HttpRequest,
    mut answer: HttpResponse,
    begin: impl FnOnce(Connection, Bytes) -> F + 'static,
) -> Result<HttpResponse, ApiError>
where
    F: Future<Output = ()> + 'static,
{
    if request.extensions().get::<Free>().is_none() {
        return Err(ApiError::bad_request("a handshake has no body"));
    }
    answer.extensions_mut().insert(Takes(Box::new(|connection, early| Box::pin(begin(connection, early)))));
    Ok(answer)
}

/// The application as a server needs it twice: for requests, and for those that want to be something else than HTTP.
pub struct Both<A: ServiceFactory<Request>> {
    app: Rc<A>,
    /// What answers, once it is made.
    current: Rc<RefCell<Option<Boxed<A::Service>>>>,
}

impl<A, B> Both<A>
where
    A: ServiceFactory<Request, Config = (), Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    /// Of this application.
    pub fn new(app: A) -> Self {
        Self { app: Rc::new(app), current: Rc::default() }
    }

    /// Makes the application and answers requests with it.
    pub fn requests(
        &self,
    ) -> impl ServiceFactory<
        Request,
        Config = (),
        Response = Response<BoxBody>,
        Error = Error,
        InitError = A::InitError,
        Service = Boxed<A::Service>,
    > + use<A, B> {
        let (app, current) = (self.app.clone(), self.current.clone());
        fn_factory(move || {
            let (making, current) = (app.new_service(()), current.clone());
            async move {
                let service = Rc::new(making.await?);
                *current.borrow_mut() = Some(Boxed(service.clone()));
                Ok(Boxed(service))
            }
        })
    }

    /// Answers requests of connections that can be taken, with the same.
    pub fn upgrades(
        &self,
    ) -> impl ServiceFactory<
        (Request, Framed<TcpStream, Codec>),
        Config = (),
        Response = (),
        Error = Error,
        InitError = Infallible,
    > + use<A, B> {
        let current = self.current.clone();
        fn_factory(move || {
            let current = current.clone();
            ready(Ok(fn_service(move |(request, framed)| {
                let service = current.borrow().as_ref().map(|Boxed(service)| Boxed(service.clone()));
                async move {
                    // In a box that is gone when the socket begins.
                    let taken = match service {
                        Some(service) => Box::pin(serve(service, request, framed)).await,
                        None => None,
                    };
                    if let Some(taken) = taken {
                        taken.await;
                    }
                    Ok(())
                }
            })))
        })
    }
}

/// The application with its answers in boxes: the server keeps room for an answer in the making, and for its body, in each
/// connection for as long as that is open.
pub struct Boxed<S>(Rc<S>);

impl<S, B> Service<Request> for Boxed<S>
where
    S: Service<Request, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = Response<BoxBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<BoxBody>, Error>>>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.0.poll_ready(context)
    }

    fn call(&self, request: Request) -> Self::Future {
        let answering = self.0.call(request);
        Box::pin(async move { Ok(Response::from(answering.await?).map_into_boxed_body()) })
    }
}

/// Answers one request. Gives what is done with its connection from now on, if the answer takes it; else it was the last on it.
async fn serve<S>(service: S, request: Request, framed: Framed<TcpStream, Codec>) -> Option<Taken>
where
    S: Service<Request, Response = Response<BoxBody>, Error = Error>,
{
    request.extensions_mut().insert(Free);
    let mut answer = service.call(request).await.unwrap_or_else(Response::from);
    let (connection, codec, early) = apart(framed);
    let taken = answer.extensions_mut().remove::<Takes>();
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    send(&connection, codec, answer).await?;
    if let Some(Takes(begin)) = taken {
        return Some(begin(connection, early));
    }
    connection.end().await;
    None
}

/// Lets go of the buffers. What has arrived already is copied: it is little or nothing, and would keep a buffer whole.
fn apart(framed: Framed<TcpStream, Codec>) -> (Connection, Codec, Bytes) {
    let FramedParts { io, codec, read_buf, .. } = framed.into_parts();
    (Connection::new(io), codec, Bytes::copy_from_slice(&read_buf))
}

/// Sends an answer as it comes. None when it breaks off, or the connection does.
async fn send(connection: &Connection, mut codec: Codec, answer: Response<BoxBody>) -> Option<()> {
    let (head, body) = answer.into_parts();
    let mut bytes = BytesMut::new();
    codec.encode(Message::Item((head, body.size())), &mut bytes).ok()?;
    let mut body = pin!(body);
    while let Some(chunk) = poll_fn(|context| body.as_mut().poll_next(context)).await {
        codec.encode(Message::Chunk(Some(chunk.ok()?)), &mut bytes).ok()?;
        connection.send(&bytes.split()).await.ok()?;
    }
    codec.encode(Message::Chunk(None), &mut bytes).ok()?;
    connection.send(&bytes).await.ok()
}
