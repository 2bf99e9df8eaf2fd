//! PostgreSQL at the end of a line that is slow, stands still, or breaks just when a commit is on its way: whatever was acknowledged is there
//! once, whatever was not takes effect once when it is sent again, and the server goes on by itself.
//!
//! `SWITCHBOARD_FAULTS` = how often each (once; 20 before a release).

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

use crate::drain::{SOON, Talk, readiness, said};
use crate::support::database::Database;
use crate::support::process::Launch;
use crate::support::times;

/// Only the connection that writes says this.
const WRITER: &[u8] = b"plan_cache_mode";

/// How the line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Sound,
    /// Each request comes so much later.
    Slow(Duration),
    /// Nothing passes.
    Still,
    /// The next commit does not arrive, and the connection is gone.
    LosesCommit,
    /// The next commit arrives and takes place; its answer is lost with the connection.
    LosesAnswer,
}

/// A line to the database server.
struct Line {
    /// The same database, by this line.
    url: String,
    manner: Arc<watch::Sender<Manner>>,
}

impl Line {
    async fn to(database: &Database) -> Self {
        let mut url = Url::parse(&database.url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let manner = Arc::new(watch::channel(Manner::Sound).0);
        let shared = manner.clone();
        actix_web::rt::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(&server).await {
                    actix_web::rt::spawn(pass_on(client, server, shared.clone()));
                }
            }
        });
        Self { url: url.into(), manner }
    }

    fn is_now(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }
}

/// Until either side ends it, or the line breaks.
async fn pass_on(mut client: TcpStream, mut server: TcpStream, manner: Arc<watch::Sender<Manner>>) {
    let (mut request, mut answer) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut writes = false;
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    loop {
        tokio::select! {
            count = client.read(&mut request) => {
                let Ok(count @ 1..) = count else { return };
                let request = &request[..count];
                writes |= holds(request, WRITER);
                let now = *manner.borrow();
                match now {
                    Manner::Slow(by) => tokio::time::sleep(by).await,
                    Manner::LosesCommit | Manner::LosesAnswer if writes && holds(request, b"COMMIT") => {
                        if now == Manner::LosesAnswer {
                            server.write_all(request).await.unwrap();
                            assert!(server.read(&mut answer).await.unwrap() > 0, "the commit took place");
                        }
                        manner.send_replace(Manner::Sound);
                        return;
                    }
                    _ => {}
                }
                passes(&manner).await;
                if server.write_all(request).await.is_err() {
                    return;
                }
            }
            count = server.read(&mut answer) => {
                let Ok(count @ 1..) = count else { return };
                passes(&manner).await;
                if client.write_all(&answer[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn passes(manner: &watch::Sender<Manner>) {
    // The sender is held by the caller.
    let _ = manner.subscribe().wait_for(|manner| *manner != Manner::Still).await;
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

/// Sends it until it is acknowledged. Answers how often that took, and how long after the line was sound.
pub async fn until_acknowledged(talk: &mut Talk, command: &Value, sound_since: Instant) -> (u32, Duration) {
    for tries in 1.. {
        let answer = talk.customer.ask(command.clone()).await;
        if answer["type"] == "ok" {
            return (tries, sound_since.elapsed());
        }
        assert_eq!(answer["code"], "unavailable", "{answer}");
        assert!(
            sound_since.elapsed() < SOON,
            "not served {:?} after the line was sound",
            sound_since.elapsed()
        );
    }
    unreachable!("an answer comes before the numbers end")
}

#[actix_web::test]
async fn a_line_that_breaks_at_a_commit_loses_and_doubles_nothing() {
    let database = Database::postgres();
    let line = Line::to(&database).await;
    let mut process = Launch::on(&line.url).start().await;
    let mut talk = Talk::at(&mut process).await;
    let mut acked = vec!["Hello".to_owned()];
    let (mut unsure, mut longest) = (0, Duration::ZERO);
    for round in 0..times() {
        for manner in [Manner::LosesCommit, Manner::LosesAnswer] {
            let text = format!("{manner:?} {round}");
            let command = said(&text);
            line.is_now(manner);
            let (tries, took) = until_acknowledged(&mut talk, &command, Instant::now()).await;
            assert_eq!(*line.manner.borrow(), Manner::Sound, "the line should have broken");
            unsure += tries - 1;
            longest = longest.max(took);
            acked.push(text);
            let next = format!("after {manner:?} {round}");
            talk.customer.ok(said(&next)).await;
            acked.push(next);
        }
    }
    println!(
        "broken {} times at a commit: {unsure} answers were unavailable, served again after at most {longest:?}",
        2 * times()
    );
    assert_eq!(talk.stored(&database.url).await, acked);
}

#[actix_web::test]
async fn a_database_that_stands_still_or_is_slow_costs_no_socket_and_no_word() {
    let database = Database::postgres();
    let line = Line::to(&database).await;
    let mut process = Launch::on(&line.url).start().await;
    let mut talk = Talk::at(&mut process).await;
    let mut acked = vec!["Hello".to_owned()];
    for round in 0..times() {
        line.is_now(Manner::Still);
        let text = format!("while it stands still {round}");
        let command = said(&text);
        let begun = Instant::now();
        assert_eq!(talk.customer.ask(command.clone()).await["code"], "unavailable");
        let refused_after = begun.elapsed();
        assert!(refused_after < SOON, "{refused_after:?}");
        assert_eq!(readiness(&talk.owner).await, (StatusCode::SERVICE_UNAVAILABLE, "unavailable".into()));
        assert_eq!(talk.owner.get("/healthz").await.status, StatusCode::OK);
        line.is_now(Manner::Sound);
        let (_, back_after) = until_acknowledged(&mut talk, &command, Instant::now()).await;
        acked.push(text);

        line.is_now(Manner::Slow(Duration::from_millis(500)));
        let text = format!("while it is slow {round}");
        let command = said(&text);
        let answer = talk.customer.ask(command.clone()).await;
        line.is_now(Manner::Sound);
        if answer["type"] != "ok" {
            until_acknowledged(&mut talk, &command, Instant::now()).await;
        }
        acked.push(text);
        println!(
            "standing still: refused after {refused_after:?}, served {back_after:?} after; slow: {}",
            answer["type"]
        );
    }
    // The socket is the one of before, and hears.
    assert!(talk.member.entry("message").await["body"]["text"].is_string());
    assert_eq!(talk.stored(&database.url).await, acked);
}
