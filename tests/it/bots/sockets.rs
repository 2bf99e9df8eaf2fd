//! Sockets that we open, against a world that means harm.

use std::slice::from_ref;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use switchboard::outgoing::socket::{Frame, Socket};
use switchboard::outgoing::{ErrorKind, Limits, Outgoing, OutgoingError, OutgoingOptions, Refused};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::fake::{Act, FakeBot};
use super::outgoing::Names;

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const LIMITS: Limits = Limits { total: Duration::from_secs(10), answer_bytes: 1_000 };
const SHORT: Limits = Limits { total: Duration::from_millis(200), answer_bytes: 1_000 };

fn options(allow: &[String]) -> OutgoingOptions {
    let ports = vec!["1-65535".to_owned()];
    OutgoingOptions { allow: allow.to_vec(), ports, ..OutgoingOptions::default() }
}

async fn open(allow: &[String], url: &str, limits: Limits) -> Result<Socket, OutgoingError> {
    Outgoing::new(&options(allow)).expect("good options").open_socket(url, KEY, limits).await
}

fn refused<T>(why: Refused) -> Result<T, ErrorKind> {
    Err(why.into())
}

#[tokio::test]
async fn a_socket_goes_where_a_call_may_go() {
    let bot = FakeBot::start(vec![Act::Hang]).await;
    let port = bot.address.port();
    for host in ["127.0.0.1", "0x7f.1", "localhost", "[::ffff:127.0.0.1]"] {
        for scheme in ["ws", "wss"] {
            let opened = open(&[], &format!("{scheme}://{host}:{port}/"), LIMITS).await;
            assert_eq!(
                opened.map(drop).map_err(|error| error.kind),
                refused(Refused::Address),
                "{scheme} {host}"
            );
        }
    }
    let names = Names::answering(&[&["8.8.8.8", "127.0.0.1"]]);
    let outgoing = Outgoing::with_lookup(&options(&[]), names).expect("good options");
    let opened = outgoing.open_socket(&format!("wss://gateway.example.com:{port}/"), KEY, LIMITS).await;
    assert_eq!(opened.map(drop).map_err(|error| error.kind), refused(Refused::Address));
    // What is said on it must not be read on its way, unless the operator named the host.
    for url in ["ws://gateway.example.com/", "https://gateway.example.com/", "wsx://gateway.example.com/", ""]
    {
        let opened = open(&[], url, LIMITS).await;
        assert_eq!(opened.map(drop).map_err(|error| error.kind), refused(Refused::Scheme), "{url}");
    }
    assert_eq!(bot.connections(), 0);
}

/// A server that answers its one request so, and then only listens; where it is.
async fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            request.push(stream.read_u8().await.expect("a request"));
        }
        stream.write_all(answer.as_bytes()).await.expect("sent");
        let _ = stream.read_u8().await;
    });
    address
}

#[tokio::test]
async fn what_does_not_agree_to_a_socket_is_none() {
    for (answer, kind) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", ErrorKind::Broken),
        ("HTTP/1.1 302 Found\r\nlocation: wss://127.0.0.1/\r\ncontent-length: 0\r\n\r\n", ErrorKind::Broken),
        // Made from another key.
        (
            "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: AAAA\r\n\r\n",
            ErrorKind::Broken,
        ),
        ("", ErrorKind::Timeout),
    ] {
        let address = answering(answer).await;
        let limits = if kind == ErrorKind::Timeout { SHORT } else { LIMITS };
        let opened = open(from_ref(&address), &format!("ws://{address}/"), limits).await;
        assert_eq!(opened.map(drop).map_err(|error| error.kind), Err(kind), "{answer}");
    }
}

#[tokio::test]
async fn what_is_said_is_heard_up_to_a_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        let mut socket = tokio_tungstenite::accept_async(stream).await.expect("a socket");
        let Some(Ok(Message::Text(said))) = socket.next().await else { panic!("no text") };
        socket.send(Message::Ping("ping".into())).await.expect("sent");
        socket.send(Message::text(format!("{said} too"))).await.expect("sent");
        let Some(Ok(Message::Pong(_))) = socket.next().await else { panic!("no pong") };
        socket.close(Some(CloseFrame { code: 4_009.into(), reason: "".into() })).await.expect("closed");
        drop(socket);

        let (stream, _) = listener.accept().await.expect("a connection");
        let mut socket = tokio_tungstenite::accept_async(stream).await.expect("a socket");
        let _ = socket.send(Message::text("x".repeat(1_001))).await;
    });
    let url = format!("ws://{address}/?v=10");
    let mut socket = open(from_ref(&address), &url, LIMITS).await.expect("a socket");
    assert!(socket.say("hello".into()).await);
    assert_eq!(socket.next().await, Frame::Text("hello too".into()));
    assert_eq!(socket.next().await, Frame::Closed(Some(4_009)));
    assert_eq!(socket.next().await, Frame::Closed(None), "it stays closed");
    let mut socket = open(from_ref(&address), &url, LIMITS).await.expect("a socket");
    assert_eq!(socket.next().await, Frame::Closed(None), "too large");
    server.await.expect("no panic");
}
