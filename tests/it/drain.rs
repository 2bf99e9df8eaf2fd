//! How the program starts, ends, is kept from harm, and gets over the absence of its database.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use reqwest::StatusCode;
use serde_json::{Value, json};
use switchboard::domain::event::{Entry, Event};
use switchboard::store::{Store, StoreOptions, entries};
use tokio_tungstenite::tungstenite::Error;

use crate::support::app::{Person, stranger};
use crate::support::database::{Database, PostgresServer, hold};
use crate::support::process::{Launch, Process};
use crate::support::sockets::{Socket, client_id};
use crate::support::times;

/// `/readyz`, sockets and commands answer within this time while the database is away (G21).
pub const SOON: Duration = Duration::from_secs(5);

/// A chat with a customer's socket and the owner's, which has it open.
pub struct Talk {
    pub owner: Person,
    pub customer: Socket,
    pub member: Socket,
    channel: String,
    pub conversation: String,
}

impl Talk {
    pub async fn at(server: &mut Process) -> Self {
        let owner = server.owner().await;
        let channel = owner.channel_open_to_all().await;
        let (mut customer, _) = Socket::widget(&owner.base, &channel, json!({})).await;
        let start = json!({"type": "start", "client_id": client_id(), "text": "Hello"});
        let conversation = customer.ok(start).await["conversation"].as_str().unwrap().to_owned();
        let (mut member, _) = Socket::dashboard(&owner).await;
        member.ok(json!({"type": "open", "conversation": conversation})).await;
        Self { owner, customer, member, channel, conversation }
    }

    /// Sends this many messages; they are decided and wait for the disk when this returns.
    async fn in_hand(&mut self, count: usize) -> Vec<String> {
        let mut references = Vec::new();
        for index in 0..count {
            references.push(self.customer.tell(said(&format!("in hand {index}"))).await);
        }
        // Both go the same way as the messages, behind them, and are answered from memory.
        self.customer.ok(json!({"type": "typing", "on": true})).await;
        self.member.ok(json!({"type": "open", "conversation": self.conversation})).await;
        references
    }

    /// Waits until the server takes no new sockets; asking that needs nothing of what is held up.
    async fn refused_at_the_door(&self) {
        let widget = format!("/api/v1/widget/socket?channel={}", self.channel);
        let base = &self.owner.base;
        let refused = async { while Socket::open(base, &widget, &[("origin", base)]).await.is_ok() {} };
        tokio::time::timeout(Duration::from_secs(2), refused).await.expect("not draining at once");
    }

    /// Texts of the log as it is stored.
    pub async fn stored(&self, url: &str) -> Vec<String> {
        let store = Store::open(&StoreOptions::new(url)).unwrap();
        let id = self.conversation.parse().unwrap();
        let log = store.read(move |connection| entries::after(connection, id, 0, 10_000)).await.unwrap();
        store.close().await.unwrap();
        log.into_iter().filter_map(text).collect()
    }
}

pub fn said(text: &str) -> Value {
    json!({"type": "send", "client_id": client_id(), "text": text})
}

fn text(entry: Entry) -> Option<String> {
    match entry.body {
        Event::Message { text, .. } => Some(text),
        _ => None,
    }
}

fn is_refused_as_draining(opened: Result<Socket, Error>) {
    match opened.err().expect("no socket is opened any more") {
        Error::Http(answer) => {
            assert_eq!(answer.status(), 503);
            let body: Value = serde_json::from_slice(answer.body().as_deref().unwrap()).unwrap();
            assert_eq!(body["code"], "draining");
        }
        other => panic!("not an answer: {other}"),
    }
}

/// Fewer than a socket may have in hand, as the next command is to be taken too.
const IN_HAND: usize = 10;

#[actix_web::test]
async fn what_is_in_hand_is_finished_before_the_end() {
    let database = Database::sqlite();
    let mut server = Launch::on(&database.url).start().await;
    let mut talk = Talk::at(&mut server).await;
    let mut other = hold(&database.url);
    let in_hand = talk.in_hand(IN_HAND).await;

    let begun = Instant::now();
    server.terminate();
    talk.refused_at_the_door().await;
    assert_eq!(readiness(&talk.owner).await, (StatusCode::SERVICE_UNAVAILABLE, "draining".into()));
    assert_eq!(talk.owner.get("/healthz").await.status, StatusCode::OK);
    let widget = format!("/api/v1/widget/socket?channel={}", talk.channel);
    is_refused_as_draining(Socket::open(&server.base, &widget, &[("origin", &server.base)]).await);
    is_refused_as_draining(
        Socket::open(&server.base, "/api/v1/dashboard/socket", &[("origin", &server.base)]).await,
    );
    let late = talk.customer.tell(said("too late")).await;

    other.batch_execute("ROLLBACK").unwrap();
    for reference in in_hand {
        let answer = talk.customer.answer(&reference).await;
        assert_eq!(answer["type"], "ok", "{answer}");
    }
    assert_eq!(talk.customer.answer(&late).await["code"], "draining");
    talk.customer.event("draining").await;
    assert_eq!((talk.customer.closed().await, talk.member.closed().await), (1012, 1012));
    let status = server.ended(Duration::from_secs(20)).await.expect("the server should have ended");
    assert!(status.success(), "{status}");
    println!("{IN_HAND} commands in hand answered, ended {:?} after SIGTERM", begun.elapsed());

    let texts = talk.stored(&database.url).await;
    assert_eq!(texts.iter().filter(|text| text.starts_with("in hand")).count(), IN_HAND);
    assert!(!texts.iter().any(|text| text == "too late"));
}

#[actix_web::test]
async fn nothing_acknowledged_is_missing_after_an_end_under_load() {
    for _ in 0..5 {
        let database = Database::sqlite();
        let mut server = Launch::on(&database.url).start().await;
        let mut talk = Talk::at(&mut server).await;
        let mut sent = Vec::new();
        for index in 0..100 {
            sent.push((talk.customer.tell(said(&index.to_string())).await, index.to_string()));
            if index == 50 {
                // The ones before are with the conversation, at any stage of their way.
                talk.customer.ok(json!({"type": "typing", "on": true})).await;
                server.terminate();
            }
        }
        // Every command is answered before the socket closes, as long as it was read.
        let (mut done, mut refused) = (Vec::new(), Vec::new());
        let mut frames: Vec<Value> = talk.customer.heard().cloned().collect();
        while let Ok(frame) = talk.customer.try_next().await {
            frames.push(frame);
        }
        for frame in frames {
            let Some((_, text)) = sent.iter().find(|(reference, _)| frame["ref"] == *reference) else {
                continue;
            };
            match frame["type"].as_str() {
                Some("ok") => done.push(text.clone()),
                _ => refused.push((text.clone(), frame["code"].clone())),
            }
        }
        assert!(server.ended(Duration::from_secs(20)).await.is_some_and(|status| status.success()));
        let stored = talk.stored(&database.url).await;
        let stored: Vec<_> = stored.into_iter().filter(|text| text != "Hello").collect();
        assert_eq!(done, stored, "what was acknowledged and what is stored differ");
        assert!(refused.iter().all(|(_, code)| code == "draining"), "{refused:?}");
        println!("{} acknowledged, {} refused", done.len(), refused.len());
    }
}

#[actix_web::test]
async fn asked_a_second_time_it_ends_at_once() {
    let database = Database::sqlite();
    let mut server = Launch::on(&database.url).start().await;
    let mut talk = Talk::at(&mut server).await;
    let _other = hold(&database.url);
    talk.in_hand(1).await;
    server.terminate();
    talk.refused_at_the_door().await;
    assert!(server.ended(Duration::ZERO).await.is_none(), "it should wait for what is in hand");
    server.terminate();
    let status = server.ended(Duration::from_secs(1)).await.expect("the server should have ended");
    assert!(!status.success(), "{status}");
}

#[actix_web::test]
async fn the_end_waits_for_nobody_beyond_its_limit() {
    let database = Database::sqlite();
    let launch = Launch::on(&database.url).with(&[("TIMERS__DRAIN_MS", "2000")]);
    let mut server = launch.start().await;
    let talk = Talk::at(&mut server).await;
    // One request that never comes, one whose body never ends, and a socket whose peer does not read.
    let address = server.base.strip_prefix("http://").unwrap().to_owned();
    let idle = tokio::net::TcpStream::connect(&address).await.unwrap();
    let mut slow = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /api/v1/invitations/look HTTP/1.1\r\nHost: {address}\r\nOrigin: {}\r\nContent-Type: \
         application/json\r\nContent-Length: 100\r\n\r\n{{",
        server.base
    );
    tokio::io::AsyncWriteExt::write_all(&mut slow, head.as_bytes()).await.unwrap();
    assert_eq!(talk.owner.get("/healthz").await.status, StatusCode::OK);

    let begun = Instant::now();
    server.terminate();
    let status = server.ended(Duration::from_secs(4)).await.expect("the server should have ended");
    println!(
        "with idle, endless and unread connections: ended {:?} after SIGTERM, limit 2 s",
        begun.elapsed()
    );
    assert!(status.success(), "{status}");
    drop((idle, slow, talk));
}

pub async fn readiness(person: &Person) -> (StatusCode, String) {
    let answer = person.get("/readyz").await;
    (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
}

#[actix_web::test]
async fn an_empty_folder_is_a_chat_in_no_time() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let launch = Launch::on("").with(&[("DATA_DIR", data.to_str().unwrap()), ("DEMO", "true")]);
    let begun = Instant::now();
    let mut server = launch.start().await;
    let (_, welcome) = Socket::widget(&server.base, "demo", json!({})).await;
    assert_eq!(welcome["protocol"], 1);
    server.setup_token().await;
    let shop = server.line().await;
    let shop = reqwest::get(shop.split_once(": ").unwrap().1).await.unwrap();
    assert_eq!(shop.status(), StatusCode::OK);
    assert!(shop.text().await.unwrap().contains("widget.js"), "a shop with a chat");
    println!(
        "listens {:?} after its start, first socket welcome {:?}",
        server.started_within,
        begun.elapsed()
    );
}

#[actix_web::test]
async fn a_second_process_on_the_same_file_is_refused() {
    let database = Database::sqlite();
    let launch = Launch::on(&database.url);
    let server = launch.start().await;
    let second = launch.run(&[]);
    assert!(!second.status.success() && second.out.is_empty(), "{second:?}");
    assert!(second.errors.contains("another process uses this database"), "{second:?}");
    assert_eq!(stranger(&server.base).get("/readyz").await.status, StatusCode::OK);
}

#[actix_web::test]
async fn a_copy_of_a_running_server_holds_all_that_was_acknowledged_before() {
    let database = Database::sqlite();
    let launch = Launch::on(&database.url);
    let mut server = launch.start().await;
    let mut talk = Talk::at(&mut server).await;
    for index in 0..20 {
        talk.customer.ok(said(&format!("before {index}"))).await;
    }
    // More is on its way while the copy is made.
    for index in 0..200 {
        talk.customer.tell(said(&format!("meanwhile {index}"))).await;
    }
    let copy = database.folder().join("copy.db");
    let path = copy.to_str().unwrap().to_owned();
    let made = launch.run(&["backup", &path]);
    assert!(made.status.success(), "{made:?}");
    assert!(!launch.run(&["backup", &path]).status.success(), "a file that exists is not overwritten");

    let mut opened = SqliteConnection::establish(&path).unwrap();
    let sound: Sound = diesel::RunQueryDsl::get_result(
        diesel::sql_query("SELECT integrity_check AS word FROM pragma_integrity_check"),
        &mut opened,
    )
    .unwrap();
    assert_eq!(sound.word, "ok");
    drop(opened);
    let texts = talk.stored(&format!("sqlite://{path}")).await;
    assert_eq!(texts.iter().filter(|text| text.starts_with("before")).count(), 20);
    // What it has of the rest is a beginning without holes.
    let meanwhile: Vec<_> = texts.iter().filter_map(|text| text.strip_prefix("meanwhile ")).collect();
    assert!(
        meanwhile.iter().enumerate().all(|(index, number)| *number == index.to_string()),
        "{meanwhile:?}"
    );
    // And a server starts on it.
    let copied = Launch::on(&format!("sqlite://{path}")).start().await;
    assert_eq!(stranger(&copied.base).get("/readyz").await.status, StatusCode::OK);
}

#[derive(diesel::QueryableByName)]
struct Sound {
    #[diesel(sql_type = diesel::sql_types::Text)]
    word: String,
}

#[actix_web::test]
async fn a_database_that_leaves_and_returns_costs_no_socket_and_no_word() {
    let server = PostgresServer::start();
    let database = Database::on_server(&server.url);
    let mut process = Launch::on(&database.url).start().await;
    let mut talk = Talk::at(&mut process).await;
    let mut acked = vec!["Hello".to_owned()];
    for (how, round) in (0..times()).flat_map(|round| [("stopped", round), ("crashed", round)]) {
        let before = format!("before it {how} {round}");
        talk.customer.ok(said(&before)).await;
        if how == "stopped" {
            server.stop();
        } else {
            server.crash();
        }
        let lost = said(&format!("while it is {how} {round}"));
        let begun = Instant::now();
        assert_eq!(talk.customer.ask(lost.clone()).await["code"], "unavailable");
        let refused_after = begun.elapsed();
        assert!(refused_after < SOON, "{refused_after:?}");
        // Once more: what is in memory now must not rest on the first one.
        assert_eq!(talk.customer.ask(lost.clone()).await["code"], "unavailable");
        let path = format!("/api/v1/conversations/{}/note", talk.conversation);
        let noted = talk.owner.post(&path, json!({"client_id": client_id(), "text": "x"})).await;
        assert_eq!((noted.status, noted.code().as_str()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable"));
        assert_eq!(readiness(&talk.owner).await, (StatusCode::SERVICE_UNAVAILABLE, "unavailable".into()));
        assert_eq!(talk.owner.get("/healthz").await.status, StatusCode::OK);

        server.start_again();
        let returned = Instant::now();
        while talk.customer.ask(lost.clone()).await["type"] != "ok" {
            assert!(returned.elapsed() < SOON, "still away {:?} after its return", returned.elapsed());
        }
        let back_after = returned.elapsed();
        assert_eq!(readiness(&talk.owner).await.0, StatusCode::OK);
        acked.extend([before, format!("while it is {how} {round}")]);
        // Both sockets are the ones of before, and hear.
        let told = talk.member.entry("message").await;
        assert!(told["body"]["text"].is_string());
        talk.member.ok(json!({"type": "open", "conversation": talk.conversation})).await;
        println!("database {how}: refused after {refused_after:?}, served {back_after:?} after its return");
    }
    process.terminate();
    assert!(process.ended(Duration::from_secs(20)).await.is_some_and(|status| status.success()));
    assert_eq!(talk.stored(&database.url).await, acked);
}
