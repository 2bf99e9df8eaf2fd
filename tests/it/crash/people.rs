//! Those who write: they keep several commands on their way, note every answer, and after a crash come back and repeat
//! what was not answered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Method;
use serde_json::{Value, json};

use super::{LEAVE_ME, Place, Town};
use crate::support::app::{Person, with_json};
use crate::support::sockets::{Socket, client_id};

/// How long somebody with nothing to do, or whose socket was closed, waits before they look again.
const MOMENT: Duration = Duration::from_millis(200);

/// Answers of one person.
#[derive(Default)]
pub struct Journal {
    pub acked: Vec<Acked>,
    /// Client ids of commands that were refused for good.
    pub refused: Vec<String>,
    /// Commands sent again after a crash.
    pub repeated: u64,
}

/// A command that was answered with `ok`.
pub struct Acked {
    pub command: Value,
    /// Member id; none for the customer.
    pub by: Option<String>,
    pub conversation: String,
    pub seq: i64,
    /// When the server that answered was started, UTC milliseconds.
    pub server_since: i64,
}

/// One person's connection and notes.
struct Desk {
    town: Town,
    by: Option<String>,
    journal: Journal,
    socket: Option<Socket>,
    place: Place,
    /// Sent and not answered, by `ref`, in the order of sending.
    unanswered: VecDeque<(String, Value)>,
    rng: StdRng,
}

/// What an answered command came to.
enum Word {
    Done,
    Refused(String),
}

impl Desk {
    fn new(town: Town, by: Option<String>, seed: u64) -> Self {
        Self {
            town,
            by,
            journal: Journal::default(),
            socket: None,
            place: Place::default(),
            unanswered: VecDeque::new(),
            rng: StdRng::seed_from_u64(seed),
        }
    }

    fn is_closing(&self) -> bool {
        *self.town.closing.borrow()
    }

    /// Waits for the next start of the server; a socket may also have been closed without one.
    async fn next_place(&mut self) {
        let before = self.place.start;
        let started = self.town.place.wait_for(|place| place.start > before);
        let _ = tokio::time::timeout(MOMENT, started).await;
        self.place = self.town.place.borrow().clone();
    }

    /// A new socket is open: everything that was not answered is said again, in order.
    async fn came_back(&mut self, mut socket: Socket) {
        for (reference, command) in &mut self.unanswered {
            *reference = socket.tell(command.clone()).await;
            self.journal.repeated += 1;
        }
        self.socket = Some(socket);
    }

    async fn tell(&mut self, command: Value) {
        let Some(socket) = &mut self.socket else { return };
        let reference = socket.tell(command.clone()).await;
        self.unanswered.push_back((reference, command));
    }

    /// The next frame; none when the socket is gone.
    async fn frame(&mut self) -> Option<Value> {
        let frame = self.socket.as_mut()?.try_next().await.ok();
        if frame.is_none() {
            self.socket = None;
        }
        frame
    }

    /// Notes a frame that answers a command. `overloaded`, `unavailable` and `draining` mean: again.
    async fn note(&mut self, frame: &Value) -> Option<(Value, Word)> {
        let (reference, kind) = (frame["ref"].as_str()?, frame["type"].as_str()?);
        let place = self.unanswered.iter().position(|(sent, _)| sent == reference)?;
        let (_, command) = self.unanswered.remove(place)?;
        match (kind, frame["code"].as_str()) {
            ("ok", _) => {
                self.town.acked.set(self.town.acked.get() + 1);
                if let Some(seq) = frame["seq"].as_i64() {
                    self.journal.acked.push(Acked {
                        command: command.clone(),
                        by: self.by.clone(),
                        conversation: frame["conversation"].as_str().unwrap().to_owned(),
                        seq,
                        server_since: self.place.since,
                    });
                }
                Some((command, Word::Done))
            }
            (_, Some("overloaded" | "unavailable" | "draining")) => {
                tokio::time::sleep(MOMENT).await;
                self.tell(command).await;
                None
            }
            (_, Some(code)) => {
                self.journal.refused.push(command["client_id"].as_str().unwrap().to_owned());
                Some((command, Word::Refused(code.to_owned())))
            }
            _ => panic!("not an answer: {frame}"),
        }
    }
}

/// A customer: starts a chat, writes several messages at a time, sometimes ends it, and starts the next one when it is over.
pub async fn customer(town: Town, seed: u64) -> Journal {
    let mut desk = Desk::new(town, None, seed);
    let mut token: Option<String> = None;
    let mut is_open = false;
    loop {
        while desk.socket.is_none() {
            desk.next_place().await;
            if let Some((socket, welcome)) = widget(&desk, token.as_deref()).await {
                token = Some(welcome["visitor_token"].as_str().unwrap().to_owned());
                desk.came_back(socket).await;
            }
        }
        if desk.unanswered.is_empty() {
            if desk.is_closing() {
                return desk.journal;
            }
            if !is_open {
                let text = unique("Hello");
                desk.tell(json!({"type": "start", "client_id": client_id(), "text": text})).await;
                is_open = true;
            }
            for _ in 0..desk.rng.random_range(0..6) {
                desk.tell(json!({"type": "send", "client_id": client_id(), "text": unique("and")})).await;
            }
            if desk.rng.random_ratio(1, 12) {
                desk.tell(json!({"type": "end", "client_id": client_id(), "rating": 4})).await;
            }
        }
        let Some(frame) = desk.frame().await else { continue };
        match desk.note(&frame).await {
            Some((command, Word::Done)) if command["type"] == "end" => is_open = false,
            Some((_, Word::Refused(code))) => {
                assert_eq!(code, "ended", "to a customer");
                is_open = false;
            }
            _ => {}
        }
    }
}

async fn widget(desk: &Desk, token: Option<&str>) -> Option<(Socket, Value)> {
    let path = format!("/api/v1/widget/socket?channel={}", desk.town.channel);
    let mut socket =
        Socket::open(&desk.place.base, &path, &[("origin", "https://shop.example")]).await.ok()?;
    let mut hello = json!({"type": "hello", "ref": "hello"});
    if let Some(token) = token {
        hello["visitor_token"] = json!(token);
    }
    let welcome = welcomed(&mut socket, hello).await?;
    Some((socket, welcome))
}

async fn welcomed(socket: &mut Socket, hello: Value) -> Option<Value> {
    socket.send_text(&hello.to_string()).await;
    loop {
        let frame = socket.try_next().await.ok()?;
        if frame["type"] == "welcome" {
            return Some(frame);
        }
    }
}

/// What an agent knows of the lists: the newest row of each chat that is not over.
#[derive(Default)]
struct Lists(BTreeMap<String, Value>);

impl Lists {
    fn learn(&mut self, frame: &Value) {
        for row in frame["rows"].as_array().into_iter().flatten() {
            let id = row["id"].as_str().unwrap().to_owned();
            let is_taken = row["first_text"].as_str().unwrap().starts_with(LEAVE_ME);
            if is_taken || row["status"] == "ended" {
                self.0.remove(&id);
            } else if self.0.get(&id).is_none_or(|known| known["version"].as_i64() <= row["version"].as_i64())
            {
                self.0.insert(id, row.clone());
            }
        }
    }

    fn queued(&self) -> Option<String> {
        self.0.iter().find(|(_, row)| row["status"] == "queued").map(|(id, _)| id.clone())
    }

    fn owned_by(&self, member: &str) -> Vec<String> {
        self.0.iter().filter(|(_, row)| row["assignee"]["id"] == member).map(|(id, _)| id.clone()).collect()
    }
}

/// An agent: takes what is unassigned, in a race with the others, writes, notes, passes on, gives back, resolves.
pub async fn agent(town: Town, person: Person, seed: u64) -> Journal {
    let mut desk = Desk::new(town, Some(person.id.clone()), seed);
    let mut lists = Lists::default();
    let mut others = BTreeSet::new();
    loop {
        while desk.socket.is_none() {
            desk.next_place().await;
            if let Some((mut socket, welcome)) = dashboard(&desk, &person).await {
                let members = welcome["scopes"][0]["members"].as_array().unwrap();
                let ids = members.iter().map(|member| member["id"].as_str().unwrap().to_owned());
                others = ids.filter(|id| *id != person.id).collect();
                lists = Lists::default();
                socket.tell(json!({"type": "subscribe", "scope": desk.town.scope})).await;
                desk.came_back(socket).await;
            }
        }
        if desk.unanswered.is_empty() {
            if desk.is_closing() {
                return desk.journal;
            }
            for command in wishes(&mut desk.rng, &lists, &person.id, &others) {
                desk.tell(command).await;
            }
        }
        let is_idle = desk.unanswered.is_empty();
        let next = tokio::time::timeout(MOMENT, desk.frame()).await;
        let Ok(frame) = next else {
            assert!(is_idle || desk.socket.is_some());
            continue;
        };
        if let Some(frame) = frame {
            lists.learn(&frame);
            desk.note(&frame).await;
        }
    }
}

fn wishes(rng: &mut StdRng, lists: &Lists, me: &str, others: &BTreeSet<String>) -> Vec<Value> {
    let command = |kind: &str, conversation: &str| json!({"type": kind, "client_id": client_id(), "conversation": conversation});
    let said = |kind: &str, conversation: &str| {
        let mut said = command(kind, conversation);
        said["text"] = json!(unique(kind));
        said
    };
    let mut wishes = Vec::new();
    if let Some(id) = lists.queued() {
        wishes.push(if rng.random_bool(0.5) { said("send", &id) } else { command("join", &id) });
    }
    let mine = lists.owned_by(me);
    if mine.is_empty() {
        return wishes;
    }
    let id = &mine[rng.random_range(0..mine.len())];
    for _ in 0..rng.random_range(1..5) {
        wishes.push(said(if rng.random_ratio(1, 4) { "note" } else { "send" }, id));
    }
    match rng.random_range(0..40) {
        0..=2 => wishes.push(command("resolve", id)),
        3 | 4 => {
            let other = others.iter().nth(rng.random_range(0..others.len())).unwrap();
            let mut transfer = command("transfer", id);
            transfer["to"] = json!({"kind": "member", "id": other});
            wishes.push(transfer);
        }
        5 => {
            let mut transfer = command("transfer", id);
            transfer["to"] = json!({"kind": "queue"});
            wishes.push(transfer);
        }
        _ => {}
    }
    wishes
}

async fn dashboard(desk: &Desk, person: &Person) -> Option<(Socket, Value)> {
    let person = person.at(&desk.place.base);
    let request = person.request(&Method::POST, "/api/v1/session/ticket");
    let asked = with_json(request, &json!({})).send().await;
    let ticket: Value = serde_json::from_str(&asked.ok()?.text().await.ok()?).ok()?;
    let headers = [("cookie", person.cookie.as_str()), ("origin", person.base.as_str())];
    let mut socket = Socket::open(&person.base, "/api/v1/dashboard/socket", &headers).await.ok()?;
    let hello = json!({"type": "hello", "ref": "hello", "ticket": ticket["ticket"]});
    let welcome = welcomed(&mut socket, hello).await?;
    Some((socket, welcome))
}

/// A text nobody else says.
fn unique(word: &str) -> String {
    format!("{word} {}", client_id())
}
