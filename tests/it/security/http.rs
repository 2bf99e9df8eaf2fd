//! HTTP itself: requests that two servers could read in two ways, and heads without measure.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::app::TestApp;
use crate::support::database::Database;

/// A connection that nobody closes is over after this time.
const PATIENCE: Duration = Duration::from_secs(20);

/// Asked for behind the body: an answer to it is the smuggled one.
const SMUGGLED: &str = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

/// What the answer to it holds.
const SIGN: &str = "{\"status\":\"ok\"}";

/// Sends bytes; answers all that comes until the server closes, and whether it did.
async fn says(app: &TestApp, bytes: &[u8], patience: Duration) -> (String, bool) {
    let mut socket = TcpStream::connect(app.running.address).await.unwrap();
    // It may close before it has read all of it.
    let _ = socket.write_all(bytes).await;
    let mut said = Vec::new();
    let reading = async {
        let mut part = [0; 4_096];
        while let Ok(count @ 1..) = socket.read(&mut part).await {
            said.extend_from_slice(&part[..count]);
        }
    };
    let closed = tokio::time::timeout(patience, reading).await.is_ok();
    (String::from_utf8_lossy(&said).into_owned(), closed)
}

fn status(said: &str) -> u16 {
    said.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0)
}

/// Heads and bodies of which no two readers may think differently; `|` stands for the end of a line.
fn ambiguous() -> Vec<(&'static str, String)> {
    let length = SMUGGLED.len();
    let body = |text: &str| format!("|{text}{SMUGGLED}");
    let chunks = |sizes: &str| format!("Transfer-Encoding: chunked||{sizes}{SMUGGLED}");
    let both = |first: &str, second: &str| format!("{first}|{second}|{}", body("0||"));
    vec![
        ("length and chunks", both("Content-Length: 5", "Transfer-Encoding: chunked")),
        ("chunks and length", both("Transfer-Encoding: chunked", "Content-Length: 5")),
        ("length in capitals and chunks", both("CONTENT-LENGTH: 5", "transfer-encoding: CHUNKED")),
        ("two lengths", format!("Content-Length: {length}|Content-Length: 0|{}", body(""))),
        ("two lengths turned round", format!("Content-Length: 0|Content-Length: {length}|{}", body(""))),
        ("a list of lengths", format!("Content-Length: 0, {length}|{}", body(""))),
        ("a length with a sign", format!("Content-Length: +0|{}", body(""))),
        ("a length below nothing", format!("Content-Length: -1|{}", body(""))),
        ("a length in hexadecimal", format!("Content-Length: 0x0|{}", body(""))),
        ("a length with a blank within", format!("Content-Length: 0 0|{}", body(""))),
        ("a length with a point", format!("Content-Length: 0.0|{}", body(""))),
        ("a length that is none", format!("Content-Length: none|{}", body(""))),
        ("a length beyond all numbers", format!("Content-Length: 99999999999999999999|{}", body(""))),
        ("a blank before the colon of chunks", format!("Transfer-Encoding : chunked|{}", body("0||"))),
        ("a blank before the colon of a length", format!("Content-Length : 0|{}", body(""))),
        ("chunks by another name", format!("Transfer-Encoding: xchunked|{}", body("0||"))),
        ("chunks that are something else after", format!("Transfer-Encoding: chunked, x|{}", body("0||"))),
        ("chunks twice", both("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")),
        ("chunks with a control character", format!("Transfer-Encoding: \u{b}chunked|{}", body("0||"))),
        (
            "a header that goes on in the next line",
            format!("X-A: b| Transfer-Encoding: chunked|{}", body("")),
        ),
        ("a header without a name", format!(": chunked|{}", body(""))),
        ("a NUL in a header", format!("X-A: a\0b|{}", body(""))),
        ("a chunk size in another notation", chunks("0x0||")),
        ("a chunk size with a sign", chunks("+0||")),
        ("a chunk size below nothing", chunks("-1||")),
        ("a chunk size that is none", chunks("x||")),
        ("a chunk size beyond all numbers", chunks("FFFFFFFFFFFFFFFFF||")),
        ("a chunk longer than it says", chunks("2|{}}|0||")),
    ]
}

#[actix_web::test]
async fn no_request_is_hidden_in_another() {
    let app = TestApp::start(Database::sqlite(), |config| config.limits.request_body_ms = 1_000).await;
    let head = "POST /api/v1/session HTTP/1.1|Host: x|Content-Type: application/json|";
    // The same connection takes one honest request after the other.
    let honest = format!("{head}Content-Length: 2||{{}}{SMUGGLED}").replace('|', "\r\n");
    let (said, _) = says(&app, honest.as_bytes(), Duration::from_millis(500)).await;
    assert!(said.contains(SIGN), "{said}");

    let mut wrong = Vec::new();
    for (name, rest) in ambiguous() {
        let bytes = format!("{head}{rest}").replace('|', "\r\n");
        let (said, closed) = says(&app, bytes.as_bytes(), PATIENCE).await;
        let refused = (400..=501).contains(&status(&said));
        if said.contains(SIGN) || !refused || !closed {
            wrong.push(format!("{name}: closed={closed} {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[actix_web::test]
async fn a_head_has_limits_of_number_and_size() {
    let app = TestApp::sqlite().await;
    let ask = async |headers: usize, size: usize| {
        let mut head = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".to_owned();
        for number in 2..headers {
            head.push_str(&format!("X-{number}: a\r\n"));
        }
        let padding = size.saturating_sub(head.len() + "X-Pad: \r\n\r\n".len());
        if padding > 0 {
            head.push_str(&format!("X-Pad: {}\r\n", "a".repeat(padding)));
        }
        head.push_str("\r\n");
        let (said, closed) = says(&app, head.as_bytes(), PATIENCE).await;
        assert!(closed, "{headers} headers, {size} bytes: {said}");
        status(&said)
    };
    assert_eq!(ask(96, 0).await, 200);
    assert_eq!(ask(97, 0).await, 431);
    assert_eq!(ask(3, 128 * 1024).await, 200);
    assert_eq!(ask(3, 130 * 1024).await, 431);
}

#[actix_web::test]
async fn a_head_that_trickles_is_not_waited_for() {
    let app = TestApp::start(Database::sqlite(), |config| config.limits.request_head_ms = 300).await;
    let (said, closed) = says(&app, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: a", PATIENCE).await;
    assert!(closed && status(&said) == 408, "{said}");
}

#[actix_web::test]
async fn a_body_has_exactly_the_size_that_is_allowed() {
    let app = TestApp::sqlite().await;
    let most = app.running.edge.config.limits.request_body_bytes;
    assert_eq!(most, 1_048_576);
    let nobody = app.stranger();
    let of = async |path: &str, size: usize| {
        let body = format!("{{}}{}", " ".repeat(size - 2));
        let request = nobody.bare(&reqwest::Method::POST, path).header("content-type", "application/json");
        crate::support::app::Answer::to(request.body(body)).await.code()
    };
    assert_eq!(of("/api/v1/session", most).await, "bad_request", "read, and not what it should be");
    assert_eq!(of("/api/v1/session", most + 1).await, "too_large");
}

#[actix_web::test]
async fn json_is_nested_as_deep_as_is_allowed_and_no_deeper() {
    let app = TestApp::sqlite().await;
    let nobody = app.stranger();
    let of = async |depth: usize| {
        let body = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let request = nobody.bare(&reqwest::Method::POST, "/api/v1/session");
        let request = request.header("content-type", "application/json").body(body);
        crate::support::app::Answer::to(request).await.json()["message"].as_str().unwrap().to_owned()
    };
    assert!(!of(32).await.contains("nested too deep"));
    assert!(of(33).await.contains("nested too deep"));
}
