//! The outgoing client against a world that means harm.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::HeaderMap;
use switchboard::outgoing::resolver::{Answer, Lookup};
use switchboard::outgoing::{ErrorKind, Limits, Outgoing, OutgoingError, OutgoingOptions, Refused, Reply};

use super::fake::{Act, FakeBot};

const LIMITS: Limits = Limits { total: Duration::from_secs(10), answer_bytes: 1_000 };
const SHORT: Limits = Limits { total: Duration::from_millis(200), answer_bytes: 1_000 };

/// A name server whose answer to every name is the next of a list; after the last it never answers.
#[derive(Debug)]
pub struct Names(Mutex<VecDeque<Vec<IpAddr>>>);

impl Names {
    pub fn answering(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|text| text.parse().expect("an address")).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(parse).collect())))
    }

    fn left(&self) -> usize {
        self.0.lock().expect("no panic").len()
    }
}

impl Lookup for Names {
    fn lookup(&self, _name: String) -> Answer {
        let answer = self.0.lock().expect("no panic").pop_front();
        Box::pin(async move {
            match answer {
                Some(addresses) => Ok(addresses),
                None => std::future::pending().await,
            }
        })
    }
}

fn options(allow: &[String]) -> OutgoingOptions {
    let ports = vec!["1-65535".to_owned()];
    OutgoingOptions { allow: allow.to_vec(), ports, ..OutgoingOptions::default() }
}

fn allowing(allow: &[String]) -> Outgoing {
    Outgoing::new(&options(allow)).expect("good options")
}

async fn post(outgoing: &Outgoing, url: &str, limits: Limits) -> Result<Reply, OutgoingError> {
    outgoing.post(url, HeaderMap::new(), Bytes::from_static(b"{}"), limits).await
}

fn refused() -> OutgoingError {
    OutgoingError { kind: Refused::Address.into(), request_was_written: false }
}

#[tokio::test]
async fn a_host_that_is_not_allowed_sees_no_connection() {
    let bot = FakeBot::start(vec![Act::Hang]).await;
    let outgoing = allowing(&[]);
    for host in ["127.0.0.1", "0x7f.1", "127.1", "0", "localhost", "[::ffff:127.0.0.1]"] {
        let url = format!("http://{host}:{}/", bot.address.port());
        assert_eq!(post(&outgoing, &url, LIMITS).await, Err(refused()), "{host}");
    }
    assert_eq!(bot.connections(), 0);
}

#[tokio::test]
async fn a_name_with_one_inner_address_among_public_ones_is_refused() {
    let bot = FakeBot::start(vec![Act::Hang]).await;
    let url = format!("http://bot.example.com:{}/", bot.address.port());
    for answer in [
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["8.8.8.8", "fe80::1"],
        ["8.8.8.8", "::ffff:10.0.0.1"],
    ] {
        let outgoing =
            Outgoing::with_lookup(&options(&[]), Names::answering(&[&answer])).expect("good options");
        assert_eq!(post(&outgoing, &url, LIMITS).await, Err(refused()), "{answer:?}");
    }
    assert_eq!(bot.connections(), 0);
}

#[tokio::test]
async fn the_address_that_was_judged_is_the_one_that_is_called() {
    let mut allowed = FakeBot::start_on("127.0.0.2:0", vec![Act::Answer("200 OK", String::new())]).await;
    let names = Names::answering(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let allow = options(&["127.0.0.2/32".to_owned()]);
    let outgoing = Outgoing::with_lookup(&allow, names.clone()).expect("good options");
    let url = format!("http://bot.example.com:{}/turn", allowed.address.port());
    assert!(post(&outgoing, &url, LIMITS).await.is_ok());
    let seen = allowed.request().await;
    assert_eq!(seen.headers["request"], "POST /turn HTTP/1.1");
    assert_eq!(seen.headers["host"], format!("bot.example.com:{}", allowed.address.port()));
    assert_eq!(names.left(), 1, "one look-up a connection");
    assert_eq!(post(&outgoing, &url, LIMITS).await, Err(refused()), "the name changed its answer");
}

#[tokio::test]
async fn a_host_the_operator_named_may_be_anywhere() {
    let bot = FakeBot::start(vec![Act::Answer("200 OK", "hello".to_owned())]).await;
    let names = Names::answering(&[&["127.0.0.1"]]);
    let allow = options(&["rasa.internal".to_owned()]);
    let outgoing = Outgoing::with_lookup(&allow, names).expect("good options");
    let reply = post(&outgoing, &format!("http://Rasa.Internal:{}/", bot.address.port()), LIMITS).await;
    assert_eq!(reply.expect("an answer").body, "hello");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_nobody_follows_it() {
    let inner = FakeBot::start(vec![Act::Hang]).await;
    let head: &'static str = format!("307 Temporary Redirect\r\nlocation: {}", inner.url()).leak();
    let bot = FakeBot::start(vec![Act::Answer(head, String::new())]).await;
    let outgoing = allowing(&[inner.address.to_string(), bot.address.to_string()]);
    assert_eq!(post(&outgoing, &bot.url(), LIMITS).await.expect("an answer").status, 307);
    assert_eq!(inner.connections(), 0);
}

#[tokio::test]
async fn a_drip_ends_with_the_time_limit_wherever_it_drips() {
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-long:",
    ] {
        let mut bot = FakeBot::start(vec![Act::Drip(head)]).await;
        let outgoing = allowing(&[bot.address.to_string()]);
        let begin = Instant::now();
        let error = post(&outgoing, &bot.url(), SHORT).await.expect_err("no answer in time");
        assert_eq!(error, OutgoingError { kind: ErrorKind::Timeout, request_was_written: true });
        assert!(
            begin.elapsed() >= SHORT.total && begin.elapsed() < SHORT.total * 10,
            "{:?}",
            begin.elapsed()
        );
        bot.end().await;
    }
}

#[tokio::test]
async fn a_gibibyte_is_cut_at_the_limit() {
    let heads = ["HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"];
    for head in heads {
        let mut bot = FakeBot::start(vec![Act::Flood(head)]).await;
        let outgoing = allowing(&[bot.address.to_string()]);
        let error = post(&outgoing, &bot.url(), LIMITS).await.expect_err("too large");
        assert_eq!(error, OutgoingError { kind: ErrorKind::TooLarge, request_was_written: true });
        let written = bot.end().await;
        assert!(written < 64 << 20, "{written} bytes went into buffers");
    }
    let mut bot = FakeBot::start(vec![Act::Flood("HTTP/1.1 500 Oops\r\n\r\n")]).await;
    let outgoing = allowing(&[bot.address.to_string()]);
    let reply = post(&outgoing, &bot.url(), LIMITS).await.expect("the status is known");
    assert_eq!((reply.status.as_u16(), reply.body.len()), (500, LIMITS.answer_bytes));
    bot.end().await;
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_whole() {
    let bot = FakeBot::start(vec![
        Act::Answer("200 OK", "x".repeat(LIMITS.answer_bytes)),
        Act::Answer("200 OK", "x".repeat(LIMITS.answer_bytes + 1)),
    ])
    .await;
    let outgoing = allowing(&[bot.address.to_string()]);
    assert_eq!(post(&outgoing, &bot.url(), LIMITS).await.expect("fits").body.len(), LIMITS.answer_bytes);
    assert_eq!(post(&outgoing, &bot.url(), LIMITS).await.expect_err("one more").kind, ErrorKind::TooLarge);
}

#[tokio::test]
async fn an_error_tells_whether_the_request_may_have_arrived() {
    let nobody =
        tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound");
    let outgoing = allowing(&[nobody.to_string()]);
    let error = post(&outgoing, &format!("http://{nobody}/"), LIMITS).await.expect_err("nobody listens");
    assert_eq!(error, OutgoingError { kind: ErrorKind::Connect, request_was_written: false });

    let hasty = OutgoingOptions { connect_timeout_ms: 50, ..options(&[]) };
    let silent_names = Outgoing::with_lookup(&hasty, Names::answering(&[])).expect("good options");
    let error = post(&silent_names, "http://bot.example.com/", LIMITS).await.expect_err("no address");
    assert_eq!(error, OutgoingError { kind: ErrorKind::Timeout, request_was_written: false });

    let no_address = Outgoing::with_lookup(&options(&[]), Names::answering(&[&[]])).expect("good options");
    let error = post(&no_address, "http://bot.example.com/", LIMITS).await.expect_err("no address");
    assert_eq!(error, OutgoingError { kind: ErrorKind::Connect, request_was_written: false });

    let bot = FakeBot::start(vec![Act::Hang, Act::Close]).await;
    let outgoing = allowing(&[bot.address.to_string()]);
    let error = post(&outgoing, &bot.url(), SHORT).await.expect_err("it hangs");
    assert_eq!(error, OutgoingError { kind: ErrorKind::Timeout, request_was_written: true });
    let error = post(&outgoing, &bot.url(), LIMITS).await.expect_err("it hangs up");
    assert_eq!(error, OutgoingError { kind: ErrorKind::Broken, request_was_written: true });
}

#[tokio::test]
async fn retry_after_is_told() {
    let bot =
        FakeBot::start(vec![Act::Answer("429 Too Many Requests\r\nretry-after: 9", String::new())]).await;
    let reply = post(&allowing(&[bot.address.to_string()]), &bot.url(), LIMITS).await.expect("an answer");
    assert_eq!(reply.retry_after, Some(Duration::from_secs(9)));
}

/// Runs another test of this file in a process whose environment names a proxy where nobody listens.
#[test]
fn a_proxy_in_the_environment_is_not_used() {
    let proxy = "http://127.0.0.1:9";
    let run = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "bots::outgoing::a_body_of_exactly_the_limit_is_whole"])
        .envs(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"].map(|name| (name, proxy)))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .output()
        .expect("runs");
    let output = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && output.contains("1 passed"), "{output}");
}
