//! Everybody is at work when the program dies: a customer in the widget, two on platforms, a member who answers them and sends
//! files, and a webhook that is told of it all. Whoever gets no answer tries again, as real ones do.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use switchboard::kill::Point;
use tokio::sync::watch;
use uuid::Uuid;

use super::{dying, was_killed};
use crate::bots::fake::{Act, FakeBot};
use crate::channels::sim::Simulator;
use crate::channels::sim::talk::{self, Writing};
use crate::support::app::{Answer, Person, with_json};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::files::{PNG, upload};
use crate::support::folder::Folder;
use crate::support::process::{Launch, Process};
use crate::support::sockets::{Socket, client_id};

/// What each says.
const ROUNDS: u64 = 16;

/// Nothing takes longer, unless it is lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two tries while nobody takes the connection.
const AWAY: Duration = Duration::from_millis(5);

/// One drops what it got before, the other has no key to do so.
const PLATFORMS: [&str; 2] = ["webhook", "telegram"];

/// A customer on a platform, and their conversation.
#[derive(Clone)]
struct Line {
    platform: &'static str,
    hook: String,
    secret: String,
    conversation: String,
}

/// What all share.
#[derive(Clone)]
struct Town {
    /// Where the server is now.
    base: watch::Receiver<String>,
    owner: Person,
    http: reqwest::Client,
    widget: String,
}

pub async fn dies_at_work(database: Database, point: Point, pass: u64) {
    let (sim, folder) = (Simulator::start("127.0.0.1:0").unwrap(), Folder::new());
    let mut told = FakeBot::start(vec![Act::Answer("204 No Content", String::new())]).await;
    let allowed = format!("{},{}", sim.base.trim_start_matches("http://"), told.address);
    let launch = Launch::on(&database.url)
        .with(&[("OUTGOING__ALLOW", &allowed), ("DATA_DIR", folder.path().to_str().unwrap())]);
    let mut server = launch.start().await;
    let owner = server.owner().await;
    let (place, base) = watch::channel(server.base.clone());
    let widget = owner.channel_open_to_all().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let town = Town { base, owner, http, widget };
    let lines = town.opened(&sim).await;
    let hooks = format!("/api/v1/scopes/{}/webhooks", town.owner.scope().await);
    let hook = json!({"url": format!("http://{}/told", told.address), "events": ["message.created"]});
    town.owner.post(&hooks, hook).await.good();
    server.kill();

    server = dying(&launch, point, pass).start().await;
    place.send_replace(server.base.clone());
    let begun = Instant::now();
    let mut people = Vec::new();
    for line in &lines {
        people.push(actix_web::rt::spawn(town.clone().platform(line.clone())));
        people.push(actix_web::rt::spawn(town.clone().member(line.conversation.clone())));
    }
    let uploads = actix_web::rt::spawn(town.clone().uploads(lines[0].conversation.clone()));
    let writer = actix_web::rt::spawn(town.clone().customer());
    let died = died(&mut server, point, pass).await;
    server = launch.start().await;
    place.send_replace(server.base.clone());
    for person in people {
        within(person).await;
    }
    let (sent, (written, acked)) = (within(uploads).await, within(writer).await);

    // What people find, and what is left after one more death.
    let person = town.owner.at(&server.base);
    let mut messages = BTreeSet::new();
    for line in &lines {
        let log = log(&person, &line.conversation).await;
        assert_eq!(said(&log, "contact")[1..], texts("in"), "each event is stored once, in order");
        assert_eq!(said(&log, "member"), texts("out"), "each answer is stored once, in order");
        messages.extend(messages_after(&log, &line.conversation, 1));
    }
    let by_widget = log(&person, &written).await;
    assert_eq!(said(&by_widget, "contact"), texts("widget"));
    for (text, seq) in &acked {
        let entry =
            by_widget.iter().find(|entry| entry["seq"] == *seq).expect("what was acknowledged is there");
        assert_eq!(entry["body"]["text"], text.as_str());
    }
    messages.extend(messages_after(&by_widget, &written, 0));
    for file in &sent {
        let path = format!("/api/v1/conversations/{}/files/{file}", lines[0].conversation);
        let found = person.request(&Method::GET, &path).send().await.unwrap();
        assert_eq!((found.status(), found.bytes().await.unwrap().to_vec()), (StatusCode::OK, PNG.to_vec()));
    }
    let twice = arrived(&sim, &lines).await;
    let repeated = events(&mut told, &messages).await;
    println!(
        "{point:?}:{pass}: died after {:.1} s, {} acknowledged; {twice} messages and {repeated} events came twice; {:.1} s",
        (died - begun).as_secs_f64(),
        acked.len() + sent.len() + 4 * texts("").len(),
        begun.elapsed().as_secs_f64()
    );
}

async fn died(server: &mut Process, point: Point, pass: u64) -> Instant {
    let status = server.ended(PATIENCE).await;
    let status = status.unwrap_or_else(|| panic!("{point:?}:{pass} was not passed"));
    assert!(was_killed(status), "{point:?}:{pass}: {status}");
    Instant::now()
}

async fn within<T>(person: actix_web::rt::task::JoinHandle<T>) -> T {
    tokio::time::timeout(PATIENCE, person).await.expect("everybody should have been answered").unwrap()
}

/// What somebody says, in order.
fn texts(word: &str) -> Vec<String> {
    (1..=ROUNDS).map(|number| format!("{word} {number}")).collect()
}

impl Town {
    /// A channel of each platform, with a customer who has said hello.
    async fn opened(&self, sim: &Simulator) -> Vec<Line> {
        let scope = self.owner.scope().await;
        let mut lines = Vec::new();
        for platform in PLATFORMS {
            let (settings, secrets) = talk::account(platform, &sim.base);
            let body = json!({
                "kind": platform, "name": platform, "settings": {"platform": settings}, "secrets": secrets,
            });
            let made = self.owner.post(&format!("/api/v1/scopes/{scope}/channels"), body).await.good();
            let secret = |name: &str| made["made_secrets"][name].as_str().unwrap_or_default().to_owned();
            if platform == "webhook" {
                sim.expect_signed_with(&secret("outbound_secret"));
            }
            let mut line = Line {
                platform,
                hook: format!("/hooks/{}", made["id"].as_str().unwrap()),
                secret: secret(if platform == "telegram" { "webhook_secret" } else { "inbound_secret" }),
                conversation: String::new(),
            };
            let hello = format!("hello by {platform}");
            assert!(self.tells(&line, 0, &hello).await);
            let chats = format!("/api/v1/scopes/{scope}/conversations?state=all");
            let find = async || {
                let rows = self.owner.get(&chats).await.good();
                let found =
                    rows["items"].as_array()?.iter().find(|row| row["first_text"] == hello.as_str())?;
                found["id"].as_str().map(str::to_owned)
            };
            line.conversation = eventually(find, Option::is_some).await.unwrap();
            lines.push(line);
        }
        lines
    }

    fn here(&self) -> String {
        self.base.borrow().clone()
    }

    /// A platform tells us what its customer says; false when it does not hear that we have it.
    async fn tells(&self, line: &Line, number: u64, text: &str) -> bool {
        let hook = format!("{}{}", self.here(), line.hook);
        let writing = Writing { hook: &hook, secret: &line.secret, id: 1_000 + number, customer: 1, text };
        let request = talk::say(line.platform, &writing).unwrap();
        request.by(&self.http, &hook).send().await.is_ok_and(|answer| answer.status().is_success())
    }

    async fn platform(self, line: Line) {
        for (number, text) in (1..).zip(texts("in")) {
            while !self.tells(&line, number, &text).await {
                tokio::time::sleep(AWAY).await;
            }
        }
    }

    /// Asks until there is an answer; one that is no success is a failure of the test, unless it says "later".
    async fn until_done(&self, request: impl Fn(&Person) -> RequestBuilder) -> Value {
        loop {
            let answer = request(&self.owner.at(&self.here())).send().await;
            let (status, text) = match answer {
                Ok(answer) => (answer.status(), answer.text().await.unwrap_or_default()),
                Err(_) => (StatusCode::SERVICE_UNAVAILABLE, String::new()),
            };
            match serde_json::from_str(&text) {
                Ok(done) if status.is_success() => return done,
                _ => assert!(
                    status.is_success() || status == StatusCode::SERVICE_UNAVAILABLE,
                    "{status} {text}"
                ),
            }
            tokio::time::sleep(AWAY).await;
        }
    }

    async fn does(&self, path: &str, body: &Value) -> Value {
        self.until_done(|person| with_json(person.request(&Method::POST, path), body)).await
    }

    async fn member(self, conversation: String) {
        let path = format!("/api/v1/conversations/{conversation}/send");
        for text in texts("out") {
            self.does(&path, &json!({"client_id": Uuid::new_v4(), "text": text})).await;
        }
    }

    /// Sends a file a round, each with a note; answers their ids.
    async fn uploads(self, conversation: String) -> Vec<String> {
        let path = format!("/api/v1/conversations/{conversation}");
        let mut sent = Vec::new();
        for name in texts("file") {
            let files = format!("{path}/files");
            let file =
                self.until_done(|person| upload(person, &files, &name, PNG.to_vec())).await["id"].clone();
            let note = json!({"client_id": Uuid::new_v4(), "attachments": [file]});
            self.does(&format!("{path}/note"), &note).await;
            sent.push(file.as_str().unwrap().to_owned());
        }
        sent
    }

    /// Writes in the widget; answers the conversation, and each text with its number.
    async fn customer(self) -> (String, Vec<(String, i64)>) {
        let (mut acked, mut conversation, mut token) = (Vec::new(), String::new(), Value::Null);
        let mut socket = None;
        for text in texts("widget") {
            let command = json!({"type": "send", "client_id": client_id(), "text": text});
            let answer = loop {
                let Some(mut open) = socket.take() else {
                    socket = self.socket(&mut token).await;
                    tokio::time::sleep(AWAY).await;
                    continue;
                };
                if let Some(answer) = ask(&mut open, &command).await {
                    socket = Some(open);
                    if answer["type"] == "ok" {
                        break answer;
                    }
                    assert_eq!(answer["code"], "unavailable", "{answer}");
                }
            };
            answer["conversation"].as_str().unwrap().clone_into(&mut conversation);
            acked.push((text, answer["seq"].as_i64().unwrap()));
        }
        (conversation, acked)
    }

    async fn socket(&self, token: &mut Value) -> Option<Socket> {
        let base = self.here();
        let path = format!("/api/v1/widget/socket?channel={}", self.widget);
        let mut socket = Socket::open(&base, &path, &[("origin", &base)]).await.ok()?;
        let mut hello = json!({"type": "hello", "ref": "hello"});
        if token.is_string() {
            hello["visitor_token"] = token.clone();
        }
        socket.send_text(&hello.to_string()).await;
        loop {
            let frame = socket.try_next().await.ok()?;
            if frame["type"] == "welcome" {
                *token = frame["visitor_token"].clone();
                return Some(socket);
            }
        }
    }
}

/// The answer; none when the socket breaks before it comes.
async fn ask(socket: &mut Socket, command: &Value) -> Option<Value> {
    let reference = socket.tell(command.clone()).await;
    loop {
        let frame = socket.try_next().await.ok()?;
        if frame["ref"] == reference.as_str() {
            return Some(frame);
        }
    }
}

/// All entries of a conversation, which have no hole, once every event of its platform is in it.
async fn log(person: &Person, conversation: &str) -> Vec<Value> {
    let begun = Instant::now();
    loop {
        let path = format!("/api/v1/conversations/{conversation}/entries?after=0&limit=200");
        let answer = Answer::to(person.request(&Method::GET, &path)).await;
        let log = answer.json()["entries"].as_array().cloned().unwrap_or_default();
        if said(&log, "contact").len() as u64 >= ROUNDS
            && said(&log, "contact").iter().any(|text| text.ends_with(&format!(" {ROUNDS}")))
        {
            let numbers = log.iter().map(|entry| entry["seq"].as_i64().unwrap());
            assert!(numbers.eq(1..=log.len() as i64), "{conversation} has holes");
            return log;
        }
        assert!(begun.elapsed() < PATIENCE, "{conversation} stays {log:#?}");
        tokio::time::sleep(AWAY).await;
    }
}

/// Texts of messages by this kind of author.
fn said(log: &[Value], by: &str) -> Vec<String> {
    crate::support::stage::said(log, by).into_iter().map(str::to_owned).collect()
}

/// Conversation and number of the messages behind this entry.
fn messages_after(log: &[Value], conversation: &str, seq: i64) -> BTreeSet<(String, i64)> {
    let messages = log.iter().filter(|entry| entry["body"]["kind"] == "message");
    let numbers = messages.map(|entry| entry["seq"].as_i64().unwrap());
    // The first entry is the opening.
    numbers.filter(|number| *number > seq + 1).map(|number| (conversation.to_owned(), number)).collect()
}

/// Waits until each customer was told everything, in order. Answers how many messages came twice, which may be the one that was
/// on its way when the program died, where the platform has no key to drop it by.
async fn arrived(sim: &Simulator, lines: &[Line]) -> usize {
    let mut twice = 0;
    for line in lines {
        let begun = Instant::now();
        let to = talk::customer(line.platform, 1);
        let told = loop {
            let mut keys = BTreeSet::new();
            let told: Vec<String> = sim
                .taken()
                .iter()
                .filter(|call| {
                    let key = call.header("webhook-id");
                    key.is_empty() || keys.insert(key.to_owned())
                })
                .filter_map(|call| talk::told(line.platform, call))
                .filter_map(|(who, text)| (who == to).then_some(text))
                .collect();
            if told.last() == texts("out").last() {
                break told;
            }
            assert!(begun.elapsed() < PATIENCE, "{} was told only {told:?}", line.platform);
            tokio::time::sleep(AWAY).await;
        };
        let mut once = told.clone();
        once.dedup();
        assert_eq!(once, texts("out"), "{}: each arrives, in order", line.platform);
        let doubled = told.len() - once.len();
        assert!(
            doubled <= usize::from(line.platform == "telegram"),
            "{}: {doubled} came twice",
            line.platform
        );
        twice += doubled;
    }
    twice
}

/// Waits until the webhook was told of all these messages. Answers how many events came twice, under one id.
async fn events(told: &mut FakeBot, messages: &BTreeSet<(String, i64)>) -> usize {
    let mut seen: BTreeMap<(String, i64), BTreeSet<String>> = BTreeMap::new();
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    while !messages.iter().all(|message| seen.contains_key(message)) {
        let request = tokio::time::timeout(PATIENCE, told.request()).await;
        let request = request.unwrap_or_else(|_| panic!("told only of {seen:?}"));
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let id = body["id"].as_str().unwrap().to_owned();
        let place = (body["conversation"].as_str().unwrap().to_owned(), body["seq"].as_i64().unwrap());
        *copies.entry(id.clone()).or_default() += 1;
        seen.entry(place).or_default().insert(id);
    }
    assert!(seen.values().all(|ids| ids.len() == 1), "one message, one event: {seen:?}");
    assert!(copies.values().all(|count| *count <= 2), "{copies:?}");
    copies.values().filter(|count| **count == 2).count()
}
