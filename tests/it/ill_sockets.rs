//! Peers that come in masses and vanish, trickle, or hang up halfway: they lose their own connection, others are served meanwhile,
//! and nothing of them stays.
//!
//! `SWITCHBOARD_FAULTS` = how often each (once; 20 before a release).

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::json;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::drain::{SOON, Talk, said};
use crate::support::database::Database;
use crate::support::process::{Launch, Process};
use crate::support::raw::{self, FIN, Raw, TEXT, UPGRADE};
use crate::support::times;

/// Connections of one round, and how many of them are open at once.
const CONNECTIONS: usize = 10_000;
const WAVE: usize = 500;

/// Handles may differ by so many from before: connections that are kept for another call.
const MARGIN: usize = 8;

/// As many as the system lets us.
fn raise_open_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).unwrap();
}

/// Waits until the server holds no more than before.
async fn gives_back(server: &Process, before: usize) -> Duration {
    let begun = Instant::now();
    loop {
        let held = server.holds().handles;
        if held <= before + MARGIN {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < SOON, "{held} handles after all have gone, {before} before");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// One who comes from this address and gets so far before they vanish: connected, half a request, an open socket, welcome.
async fn comes(server: SocketAddr, from: SocketAddr, channel: &str, far: usize) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(from).unwrap();
    let mut stream = socket.connect(server).await.unwrap();
    let head = format!(
        "GET /api/v1/widget/socket?channel={channel} HTTP/1.1\r\nHost: {server}\r\n{UPGRADE}Origin: http://{server}\r\n\r\n"
    );
    let sent = match far {
        0 => 0,
        1 => head.len() / 2,
        _ => head.len(),
    };
    stream.write_all(&head.as_bytes()[..sent]).await.unwrap();
    let mut answer = Vec::new();
    if far >= 2 {
        hears(&mut stream, &mut answer, b"\r\n\r\n").await;
    }
    if far >= 3 {
        let hello = json!({"type": "hello", "ref": "1"}).to_string();
        stream.write_all(&raw::frame(FIN | TEXT, hello.as_bytes())).await.unwrap();
        hears(&mut stream, &mut answer, b"\"welcome\"").await;
    }
    stream
}

async fn hears(stream: &mut TcpStream, answer: &mut Vec<u8>, word: &[u8]) {
    while !answer.windows(word.len()).any(|part| part == word) {
        let read = tokio::time::timeout(SOON, stream.read_buf(answer)).await;
        assert!(read.expect("an answer should come").unwrap() > 0, "{}", String::from_utf8_lossy(answer));
    }
}

#[actix_web::test]
async fn ten_thousand_who_come_and_vanish_leave_nothing() {
    raise_open_files();
    let database = Database::sqlite();
    let mut server = Launch::on(&database.url).start().await;
    let mut talk = Talk::at(&mut server).await;
    let channel = talk.owner.channel_open_to_all().await;
    let address: SocketAddr = server.base.strip_prefix("http://").unwrap().parse().unwrap();
    let before = server.holds();
    for round in 0..times() {
        let (begun, mut longest, mut most) = (Instant::now(), Duration::ZERO, 0);
        for wave in 0..CONNECTIONS / WAVE {
            // From many addresses: the ports of one do not last for all rounds.
            let from = SocketAddr::from(([127, 1, round as u8, wave as u8 + 1], 0));
            let all = join_all((0..WAVE).map(|number| comes(address, from, &channel, number % 4))).await;
            most = most.max(server.holds().handles);
            let asked = Instant::now();
            talk.customer.ok(said(&format!("{round} {wave}"))).await;
            longest = longest.max(asked.elapsed());
            for (number, stream) in all.iter().enumerate() {
                if number % 8 < 4 {
                    // Reset, as by a machine that is gone; the others hang up.
                    SockRef::from(stream).set_linger(Some(Duration::ZERO)).unwrap();
                }
            }
        }
        assert!(longest < SOON, "others waited {longest:?}");
        let back = gives_back(&server, before.handles).await;
        println!(
            "{CONNECTIONS} came and vanished in {:.1} s: at most {most} handles, {} before, back after {back:?}; others waited {longest:?}; \
             {:?}",
            begun.elapsed().as_secs_f64(),
            before.handles,
            server.holds()
        );
    }
    server.kill();
    assert_eq!(talk.stored(&database.url).await.len(), 1 + times() as usize * CONNECTIONS / WAVE);
}

#[actix_web::test]
async fn a_socket_costs_one_handle() {
    const SOCKETS: usize = 80;
    let database = Database::sqlite();
    let mut server = Launch::on(&database.url).start().await;
    let talk = Talk::at(&mut server).await;
    let channel = talk.owner.channel_open_to_all().await;
    let address: SocketAddr = server.base.strip_prefix("http://").unwrap().parse().unwrap();
    let before = server.holds().handles;
    let from = SocketAddr::from(([127, 0, 0, 2], 0));
    let sockets = join_all((0..SOCKETS).map(|_| comes(address, from, &channel, 3))).await;
    let held = server.holds().handles - before;
    assert!(held <= SOCKETS + MARGIN, "{held} handles for {} sockets", sockets.len());
}

/// Sends a byte now and then until the server has had enough.
async fn trickles(mut stream: TcpStream, beginning: &[u8]) {
    stream.write_all(beginning).await.unwrap();
    let begun = Instant::now();
    let mut answer = [0; 1024];
    loop {
        let read = tokio::time::timeout(Duration::from_millis(20), stream.read(&mut answer)).await;
        if matches!(read, Ok(Ok(0) | Err(_))) || stream.write_all(b"x").await.is_err() {
            return;
        }
        assert!(begun.elapsed() < SOON, "it is listened to for {:?}", begun.elapsed());
    }
}

#[actix_web::test]
async fn who_trickles_or_hangs_up_halfway_loses_their_own_socket_only() {
    let database = Database::sqlite();
    let launch = Launch::on(&database.url).with(&[
        ("TIMERS__PING_MS", "200"),
        ("TIMERS__SILENCE_MS", "1000"),
        ("TIMERS__FIRST_FRAME_MS", "1000"),
        ("LIMITS__REQUEST_HEAD_MS", "1000"),
        ("LIMITS__REQUEST_BODY_MS", "1000"),
    ]);
    let mut server = launch.start().await;
    let mut talk = Talk::at(&mut server).await;
    let channel = talk.owner.channel_open_to_all().await;
    let base = server.base.clone();
    let address: SocketAddr = base.strip_prefix("http://").unwrap().parse().unwrap();
    let from = SocketAddr::from(([127, 0, 0, 1], 0));
    let customer = &mut talk.customer;
    let before = server.holds().handles;
    let mut said_so_far = 0;
    for _ in 0..times() {
        let begun = Instant::now();
        let ill = async {
            let long = [raw::header(FIN | TEXT, 0x80, 60_000), vec![1, 2, 3, 4]].concat();
            let body = format!(
                "POST /api/v1/session HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nOrigin: {base}\r\nContent-Length: 500\r\n\r\n{{"
            );
            tokio::join!(
                async {
                    trickles(comes(address, from, &channel, 0).await, b"GET / HTTP/1.1\r\nHost: ").await
                },
                async { trickles(comes(address, from, &channel, 0).await, body.as_bytes()).await },
                async { trickles(comes(address, from, &channel, 2).await, &long).await },
                async { trickles(comes(address, from, &channel, 3).await, &long).await },
                async { hangs_up_halfway(Raw::widget(&base, &channel).await).await },
                async { hangs_up_halfway(Raw::widget(&base, &channel).await.hello().await).await },
            );
            let gone = begun.elapsed();
            let back = gives_back(&server, before).await;
            println!("trickled and hung up: gone after {gone:?}, handles back after {back:?}");
        };
        let well = async {
            loop {
                let asked = Instant::now();
                customer.ok(said(&format!("{said_so_far}"))).await;
                said_so_far += 1;
                assert!(asked.elapsed() < SOON, "others wait {:?}", asked.elapsed());
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::select! {
            () = ill => {}
            () = well => {}
        }
    }
    server.kill();
    let stored = talk.stored(&database.url).await.len();
    // The last one of a round may have been on its way when the round was over.
    let most = 1 + said_so_far + times() as usize;
    assert!((1 + said_so_far..=most).contains(&stored), "{said_so_far} acknowledged, {stored} stored");
}

/// The server closes too.
async fn hangs_up_halfway(mut raw: Raw) {
    raw.shut().await;
    let closed = tokio::time::timeout(SOON, raw.closed()).await;
    closed.expect("who says no more is not kept");
}
