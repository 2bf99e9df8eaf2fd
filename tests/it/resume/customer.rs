//! A customer on a bad line.

use std::sync::Arc;

use serde_json::{Value, json};

use super::dice::Dice;
use super::line::Line;
use super::{LONG, PATIENCE, World, take};
use crate::support::sockets::{Socket, client_id};

/// What the customer's widget keeps over reconnects.
pub struct Customer {
    world: Arc<World>,
    dice: Dice,
    token: Value,
    /// The conversation it shows.
    pub conversation: Option<String>,
    /// Its entries, from the first on.
    pub log: Vec<Value>,
    /// Sent and not answered.
    pending: Option<Value>,
    ended: bool,
    /// How often it connected.
    pub connections: usize,
    open: Option<(Socket, Line)>,
}

impl Customer {
    pub fn new(world: Arc<World>, dice: Dice) -> Self {
        Self {
            world,
            dice,
            token: Value::Null,
            conversation: None,
            log: Vec::new(),
            pending: None,
            ended: false,
            connections: 0,
            open: None,
        }
    }

    /// Writes while there is time, then settles what is pending on a sound line.
    pub async fn run(mut self) -> Self {
        loop {
            if self.open.is_none() && self.connect().await.is_err() {
                continue;
            }
            if self.pending.is_none() && self.conversation.is_some() && !self.world.has_time() {
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
        let path = format!("/api/v1/widget/socket?channel={}", self.world.channel_key);
        let opening = Socket::open(&line.base, &path, &[("origin", "https://shop.example")]);
        let mut socket = within(opening).await?.map_err(|error| error.to_string())?;
        self.connections += 1;
        // From the beginning, if there is nothing yet: a page would do for a widget, but here all is compared.
        let after = self.log.last().map_or(json!(0), |entry| entry["seq"].clone());
        let mut hello = json!({"type": "hello", "ref": "hello", "visitor_token": self.token, "after": after});
        if !self.log.is_empty() {
            hello["conversation"] = json!(self.conversation);
        }
        socket.send_text(&hello.to_string()).await;
        let mut frame = within(socket.try_next()).await??;
        while frame["type"] != "welcome" {
            frame = within(socket.try_next()).await??;
        }
        self.welcomed(&frame)?;
        self.open = Some((socket, line));
        Ok(())
    }

    fn welcomed(&mut self, welcome: &Value) -> Result<(), String> {
        self.token = welcome["visitor_token"].clone();
        self.ended = welcome["status"]["status"] == "ended";
        let id = welcome["conversation"].as_str().map(str::to_owned);
        let entries = welcome["entries"].as_array().unwrap();
        if welcome["resync"] == true || id != self.conversation {
            self.log.clear();
            self.conversation = id;
            if entries.first().is_some_and(|first| first["seq"] != 1) {
                // What was asked for belongs to another conversation, or is a page: ask again, from the beginning.
                self.log.clear();
                return Err("not from the beginning".into());
            }
        }
        for entry in entries {
            take(&mut self.log, entry, "a customer's welcome");
        }
        Ok(())
    }

    /// Sends what is pending, or something new, and waits for its answer.
    async fn act(&mut self) -> Result<(), String> {
        let command = match self.pending.clone() {
            Some(command) => command,
            None => self.next_command(),
        };
        self.pending = Some(command.clone());
        let socket = &mut self.open.as_mut().ok_or("no line")?.0;
        let reference = socket.tell(command.clone()).await;
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let socket = &mut self.open.as_mut().ok_or("no line")?.0;
            let frame =
                tokio::time::timeout_at(deadline, socket.try_next()).await.map_err(|_| "silence")??;
            if frame["ref"] == reference.as_str() && frame["type"] != "welcome" {
                return self.answered(&command, &frame);
            }
            self.heard(&frame)?;
        }
    }

    fn answered(&mut self, command: &Value, answer: &Value) -> Result<(), String> {
        match answer["code"].as_str() {
            Some("overloaded" | "unavailable") => return Err("not now".into()),
            Some("ended") => self.ended = true,
            Some(code) => panic!("{command} was answered {code}"),
            None => {
                if command["type"] == "send" || command["type"] == "start" {
                    self.ended = false;
                }
                self.world.note(answer, command["client_id"].as_str().unwrap());
                let id = answer["conversation"].as_str().unwrap().to_owned();
                let mut known = self.world.conversations.lock().unwrap();
                if !known.contains(&id) {
                    known.push(id);
                }
            }
        }
        self.pending = None;
        Ok(())
    }

    fn next_command(&mut self) -> Value {
        let text = format!("customer {}", self.dice.roll(1 << 32));
        let id = client_id();
        let is_long = self.log.len() >= LONG;
        if self.conversation.is_some() && !self.ended && (is_long || self.dice.roll(25) == 0) {
            return json!({"type": "end", "client_id": id});
        }
        json!({"type": if self.ended { "start" } else { "send" }, "client_id": id, "text": text})
    }

    fn heard(&mut self, frame: &Value) -> Result<(), String> {
        match frame["type"].as_str().unwrap() {
            "welcome" => self.welcomed(frame)?,
            "entry" => {
                if frame["conversation"].as_str() != self.conversation.as_deref() {
                    self.conversation = frame["conversation"].as_str().map(str::to_owned);
                    self.log.clear();
                }
                take(&mut self.log, &frame["entry"], "a customer");
            }
            "status" => self.ended = frame["status"] == "ended",
            _ => {}
        }
        Ok(())
    }

    /// Connects a last time.
    pub async fn comes_back(&mut self) {
        while self.connect().await.is_err() {}
    }
}

/// On a broken line nothing lasts longer.
async fn within<T>(waiting: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(PATIENCE, waiting).await.map_err(|_| "silence".to_owned())
}
