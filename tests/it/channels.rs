//! Messaging channels: what their platforms send and what they get, through the real server and the simulator.

#[path = "../../examples/platforms/sim/mod.rs"]
pub mod sim;

mod albums;
mod check;
mod discord;
mod discord_gateway;
mod early_reports;
mod email;
mod failed_event;
mod file_links;
pub mod incoming;
mod incoming_crash;
mod instagram;
mod kills;
mod line;
mod line_reply;
mod messenger;
mod meta;
mod played;
mod sent_files;
mod settings;
mod slack;
mod telegram;
mod templates;
mod told;
mod twilio;
mod viber;
mod webhook;
mod whatsapp;

use serde_json::{Value, json};
use switchboard::domain::conversation::Conversation;
use switchboard::domain::delivery::DeliveryState;
use switchboard::domain::ids::ChannelId;
use switchboard::outgoing::signature::Secret;
use switchboard::store::outbox::{self, OutboxRow};
use switchboard::store::{deliveries, entries, inbox};
use uuid::Uuid;

use crate::support::app::{Person, TestApp};
use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::eventually;
use sim::Simulator;

/// A server that may call the simulator, its owner, and their scope.
pub struct Office {
    pub app: TestApp,
    pub sim: Simulator,
    pub owner: Person,
    pub scope: String,
}

/// A messaging channel.
pub struct Line {
    pub id: String,
    pub made: Value,
}

impl Office {
    pub async fn open(database: Database) -> Self {
        Self::open_beside(database, &[]).await
    }

    /// As [`Office::open`]; the server may also call these addresses.
    pub async fn open_beside(database: Database, others: &[String]) -> Self {
        let sim = Simulator::start("127.0.0.1:0").unwrap();
        let address = sim.base.trim_start_matches("http://").to_owned();
        let gateway = sim.gateway.url.trim_start_matches("ws://").to_owned();
        let app = TestApp::start(database, |config| {
            config.outgoing.allow = [&[address, gateway][..], others].concat();
            config.limits.enabled = false;
        })
        .await;
        Self::at(app, sim).await
    }

    /// In a server that was started otherwise, which calls no simulator.
    pub async fn of(app: TestApp) -> Self {
        Self::at(app, Simulator::start("127.0.0.1:0").unwrap()).await
    }

    async fn at(app: TestApp, sim: Simulator) -> Self {
        let owner = app.owner().await;
        let scope = owner.scope().await;
        Self { app, sim, owner, scope }
    }

    fn channels(&self) -> String {
        format!("/api/v1/scopes/{}/channels", self.scope)
    }

    pub async fn add(&self, kind: &str, platform: Value, secrets: Value) -> Line {
        let body = json!({
            "kind": kind, "name": kind, "settings": {"platform": platform}, "secrets": secrets,
        });
        let answer = self.owner.post(&self.channels(), body).await.good();
        Line { id: answer["id"].as_str().unwrap().to_owned(), made: answer["made_secrets"].clone() }
    }

    /// A channel of the generic platform at the simulator.
    pub async fn webhook(&self) -> Line {
        let url = format!("{}/hook", self.sim.base);
        let line = self.add("webhook", json!({"url": url}), json!({})).await;
        self.sim.expect_signed_with(line.made["outbound_secret"].as_str().unwrap());
        line
    }

    /// A Telegram bot at the simulator.
    pub async fn telegram(&self) -> Line {
        let base = json!({"api_base": self.sim.base});
        self.add("telegram", base, json!({"bot_token": sim::telegram::TOKEN})).await
    }

    /// The rows of all conversations, oldest first.
    pub async fn rows(&self) -> Vec<Value> {
        let path = format!("/api/v1/scopes/{}/conversations?state=all&sort=oldest", self.scope);
        self.owner.get(&path).await.good()["items"].as_array().unwrap().clone()
    }

    /// Waits until there are so many conversations.
    pub async fn conversations(&self, count: usize) -> Vec<String> {
        let rows = eventually(|| self.rows(), |rows| rows.len() >= count).await;
        rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until a conversation's log fits, and answers it.
    pub async fn log(&self, conversation: &str, fits: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let id = conversation.parse().unwrap();
        let store = self.app.running.edge.store.clone();
        let log = async || -> Vec<Value> {
            let log = store.read(move |c| entries::after(c, id, 0, i64::MAX)).await.unwrap();
            log.iter().map(|entry| serde_json::to_value(entry).unwrap()).collect()
        };
        eventually(log, |log| fits(log)).await
    }

    /// A member's command.
    pub async fn does(&self, verb: &str, conversation: &str, more: Value) {
        let mut body = json!({"client_id": Uuid::new_v4()});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.owner.post(&format!("/api/v1/conversations/{conversation}/{verb}"), body).await.good();
    }

    /// Waits until the state of an entry is this one; answers its delivery log.
    pub async fn delivered(&self, conversation: &str, seq: i64, state: &str) -> Vec<Value> {
        let path = format!("/api/v1/conversations/{conversation}/entries/{seq}/deliveries");
        let lines = async || self.owner.get(&path).await.good()["items"].as_array().unwrap().clone();
        eventually(lines, |lines| lines.last().is_some_and(|line| line["state"] == state)).await
    }

    /// Posts a raw request to a channel's hook; answers status and body.
    pub async fn post(&self, line: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (u16, String) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let mut request = client.post(format!("{}/hooks/{line}", self.app.base)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// What a platform sends of a customer, which is taken.
    pub async fn posted(&self, line: &Line, request: sim::talk::Request) {
        let headers: Vec<(&str, &str)> = request.headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        assert_eq!(self.post(&line.id, &headers, request.body).await.0, 200);
    }

    /// A signed event of the generic platform.
    pub async fn webhook_event(&self, line: &Line, id: &str, event: &Value) -> (u16, String) {
        self.signed(line, id, "application/json", event.to_string().into_bytes()).await
    }

    /// A request with the channel's own signature.
    pub async fn signed(&self, line: &Line, id: &str, media_type: &str, body: Vec<u8>) -> (u16, String) {
        let secret: Secret = line.made["inbound_secret"].as_str().unwrap().parse().unwrap();
        let seconds = self.app.running.edge.sources.now() / 1_000;
        let signature = secret.sign(id, seconds, &body);
        let seconds = seconds.to_string();
        let headers = [
            ("content-type", media_type),
            ("webhook-id", id),
            ("webhook-timestamp", &seconds),
            ("webhook-signature", &signature),
        ];
        self.post(&line.id, &headers, body).await
    }

    /// An update of Telegram.
    pub async fn update(&self, line: &Line, update: &Value) -> (u16, String) {
        let secret = line.made["webhook_secret"].as_str().unwrap();
        let headers = [("content-type", "application/json"), ("x-telegram-bot-api-secret-token", secret)];
        self.post(&line.id, &headers, update.to_string().into_bytes()).await
    }
}

/// The texts of the messages in a log, in order.
pub fn texts(log: &[Value]) -> Vec<&str> {
    log.iter()
        .filter(|e| e["body"]["kind"] == "message")
        .map(|e| e["body"]["text"].as_str().unwrap())
        .collect()
}

/// The number of the last message.
pub fn last_message(log: &[Value]) -> i64 {
    log.iter().rev().find(|e| e["body"]["kind"] == "message").unwrap()["seq"].as_i64().unwrap()
}

/// An event of this channel that could not be worked on.
pub async fn dead_event(chat: &Chat, channel: ChannelId) -> String {
    let event = inbox::NewEvent {
        id: chat.sources.id(),
        channel,
        event_key: Uuid::new_v4().to_string(),
        message_key: None,
        contact_key: None,
        raw: json!({}),
        received_at: chat.now(),
    };
    let id = event.id;
    let write = chat.store.write(move |connection| {
        inbox::keep(connection, &[event])?;
        inbox::worked(connection, id, &inbox::Worked::Dead("why".into()))
    });
    write.await.unwrap();
    id.to_string()
}

/// Entry 1 of this conversation was a message that failed.
pub async fn failed_message(chat: &Chat, conversation: &Conversation) {
    let (now, id) = (chat.now(), conversation.id);
    let row = OutboxRow {
        id: chat.sources.id(),
        scope: conversation.scope,
        conversation: Some(id),
        topic: outbox::MESSAGE.into(),
        payload: Value::Null,
        created_at: now,
        next_at: now,
        message: Some((conversation.channel, 1)),
    };
    let line = deliveries::Line {
        id: chat.sources.id(),
        channel: conversation.channel,
        conversation: id,
        seq: 1,
        part: 0,
        attempt: 1,
        at: now,
        outcome: deliveries::Outcome::Failed,
        state: DeliveryState::Failed,
        provider_id: None,
        reason: Some("why".into()),
    };
    let write = chat.store.write(move |connection| {
        let id = row.id;
        outbox::insert(connection, row)?;
        outbox::fail(connection, id, "why", None, now)?;
        deliveries::append(connection, &line)
    });
    write.await.unwrap();
}
