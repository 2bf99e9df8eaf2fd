//! A member on a bad line, with the lists and some chats open.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::watch::Receiver;

use super::dice::Dice;
use super::line::Line;
use super::{LONG, PATIENCE, World, take};
use crate::support::app::Person;
use crate::support::sockets::Socket;
use crate::support::stage::command;

/// Chats a member has open.
const OPEN: usize = 4;

/// Rows by conversation.
type List = BTreeMap<String, Value>;

/// What the member's dashboard keeps over reconnects.
pub struct Agent {
    world: Arc<World>,
    dice: Dice,
    person: Person,
    /// Entries of the chats it has open, from the first on.
    pub logs: BTreeMap<String, Vec<Value>>,
    rows: List,
    /// A snapshot has begun: what follows in it adds to the rows.
    in_snapshot: bool,
    pending: Option<Value>,
    /// How often it connected.
    pub connections: usize,
    open: Option<(Socket, Line)>,
}

impl Agent {
    pub fn new(world: Arc<World>, dice: Dice, person: Person) -> Self {
        Self {
            world,
            dice,
            person,
            logs: BTreeMap::new(),
            rows: BTreeMap::new(),
            in_snapshot: false,
            pending: None,
            connections: 0,
            open: None,
        }
    }

    /// Works while there is time, then settles what is pending on a sound line.
    pub async fn run(mut self) -> Self {
        loop {
            if self.open.is_none() && self.connect().await.is_err() {
                self.open = None;
                continue;
            }
            if self.pending.is_none() && !self.world.has_time() {
                self.open = None;
                return self;
            }
            if self.act().await.is_err() {
                self.open = None;
            }
        }
    }

    async fn connect(&mut self) -> Result<(), String> {
        let line = Line::open(&self.world, &mut self.dice).await;
        let bearer = format!("Bearer {}", self.person.key);
        let headers = [("authorization", bearer.as_str())];
        let opening = Socket::open(&line.base, "/api/v1/dashboard/socket", &headers);
        let opening = tokio::time::timeout(PATIENCE, opening).await.map_err(|_| "silence")?;
        let mut socket = opening.map_err(|error| error.to_string())?;
        self.connections += 1;
        socket.send_text(r#"{"type":"hello","ref":"hello"}"#).await;
        self.open = Some((socket, line));
        self.in_snapshot = false;
        self.ask(json!({"type": "subscribe", "scope": self.world.scope})).await?;
        for id in self.logs.keys().cloned().collect::<Vec<_>>() {
            self.resume(&id).await?;
        }
        Ok(())
    }

    async fn resume(&mut self, id: &str) -> Result<(), String> {
        let after =
            self.logs.get(id).and_then(|log| log.last()).map_or(json!(0), |entry| entry["seq"].clone());
        let opened = self.ask(json!({"type": "open", "conversation": id, "after": after})).await?;
        if opened["type"] != "ok" {
            return Err(opened["code"].to_string());
        }
        let log = self.logs.entry(id.to_owned()).or_default();
        if opened["resync"] == true {
            log.clear();
            return Err("too far behind".into());
        }
        for entry in opened["entries"].as_array().unwrap() {
            take(log, entry, "an agent's answer");
        }
        Ok(())
    }

    /// Sends a command and waits for its answer, taking in what comes before.
    async fn ask(&mut self, command: Value) -> Result<Value, String> {
        let socket = &mut self.open.as_mut().ok_or("no line")?.0;
        let reference = socket.tell(command).await;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let socket = &mut self.open.as_mut().ok_or("no line")?.0;
            let frame =
                tokio::time::timeout_at(deadline, socket.try_next()).await.map_err(|_| "silence")??;
            if frame["ref"] == reference.as_str() {
                return Ok(frame);
            }
            self.heard(&frame);
        }
    }

    async fn act(&mut self) -> Result<(), String> {
        self.logs.retain(|_, log| log.len() < LONG);
        if self.logs.len() < OPEN
            && let Some(id) = self.some_conversation()
            && !self.logs.contains_key(&id)
        {
            return self.resume(&id).await;
        }
        let Some(command) = self.pending.clone().or_else(|| self.next_command()) else {
            return self.listen().await;
        };
        self.pending = Some(command.clone());
        let answer = self.ask(command.clone()).await?;
        match answer["code"].as_str() {
            Some("overloaded" | "unavailable") => return Err("not now".into()),
            Some("already_assigned" | "not_assignee" | "ended" | "not_ended" | "active_exists") => {}
            Some(code) => panic!("{command} was answered {code}"),
            None => self.world.note(&answer, command["client_id"].as_str().unwrap()),
        }
        self.pending = None;
        Ok(())
    }

    /// Nothing to do yet: takes in one frame.
    async fn listen(&mut self) -> Result<(), String> {
        let socket = &mut self.open.as_mut().ok_or("no line")?.0;
        let frame = tokio::time::timeout(PATIENCE, socket.try_next()).await.map_err(|_| "silence")??;
        self.heard(&frame);
        Ok(())
    }

    fn some_conversation(&mut self) -> Option<String> {
        let known = self.world.conversations.lock().unwrap();
        let count = u64::try_from(known.len()).unwrap();
        (count > 0).then(|| known[usize::try_from(self.dice.roll(count)).unwrap()].clone())
    }

    fn next_command(&mut self) -> Option<Value> {
        let count = u64::try_from(self.logs.len()).unwrap();
        if count == 0 {
            return None;
        }
        let id = self.logs.keys().nth(usize::try_from(self.dice.roll(count)).unwrap())?.clone();
        let text = json!({"text": format!("agent {}", self.dice.roll(1 << 32))});
        Some(match self.dice.roll(20) {
            0 => command("resolve", &id, json!({})),
            1 => command("transfer", &id, json!({"to": {"kind": "queue"}})),
            2 => command("activate", &id, json!({})),
            3..=9 => command("note", &id, text),
            _ => command("send", &id, text),
        })
    }

    fn heard(&mut self, frame: &Value) {
        match frame["type"].as_str().unwrap() {
            "entry" => {
                if let Some(log) = self.logs.get_mut(frame["conversation"].as_str().unwrap()) {
                    take(log, &frame["entry"], "an agent");
                }
            }
            "snapshot" => {
                // What was known before the first part counts no more.
                if !self.in_snapshot {
                    self.rows.clear();
                }
                self.in_snapshot = frame["done"] == false;
                self.keep(frame);
            }
            "rows" => self.keep(frame),
            _ => {}
        }
    }

    fn keep(&mut self, frame: &Value) {
        for row in frame["rows"].as_array().unwrap() {
            let id = row["id"].as_str().unwrap();
            if self.rows.get(id).is_some_and(|known| known["version"].as_i64() > row["version"].as_i64()) {
                continue;
            }
            if row["status"] == "ended" {
                self.rows.remove(id);
            } else {
                self.rows.insert(id.to_owned(), row.clone());
            }
        }
    }

    /// Connects a last time and reads on until it has the whole log of every chat it has open, and the list that
    /// comes in the end.
    pub async fn reads_on(&mut self, logs: &BTreeMap<String, Vec<Value>>, mut list: Receiver<Option<List>>) {
        while self.connect().await.is_err() {
            self.open = None;
        }
        loop {
            let is_same = list.borrow().as_ref().is_some_and(|list| *list == self.rows);
            if is_same {
                break;
            }
            let socket = &mut self.open.as_mut().unwrap().0;
            let is_last = list.borrow().is_some();
            tokio::select! {
                frame = tokio::time::timeout(4 * PATIENCE, socket.try_next()) => match frame {
                    Ok(frame) => self.heard(&frame.unwrap()),
                    Err(_) => assert!(!is_last, "the list stays different: {:?} is not {:?}", self.rows, list.borrow()),
                },
                _ = list.changed(), if !is_last => {}
            }
        }
        for (id, log) in &self.logs {
            assert_eq!(*log, logs[id]);
        }
    }
}
