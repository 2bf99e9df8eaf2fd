//! The real server with one scope, and everybody a story needs: members, customers, readers.

use serde_json::{Value, json};
use switchboard::api::secret;
use switchboard::config::Config;
use switchboard::domain::channel::Channel;
use switchboard::domain::conversation::Conversation;
use switchboard::domain::ids::{ConversationId, MemberId, ScopeId};
use switchboard::domain::member::{Member, Role};
use switchboard::sources::Sources;
use switchboard::store::keys::ApiKey;
use switchboard::store::{Store, channels, conversations, entries, keys, members};

use super::app::{Person, TestApp};
use super::chat::Chat;
use super::database::Database;
use super::sockets::{Socket, client_id};

/// The server, its one scope and the scope's one channel. No bot, no limits on rates, any site may embed the widget.
pub struct Stage {
    /// The server.
    pub app: TestApp,
    /// The scope's id.
    pub scope: String,
    /// The scope's channel.
    pub channel: Channel,
}

impl Stage {
    /// On this database.
    pub async fn new(database: Database) -> Self {
        Self::with(database, |config| config.limits.enabled = false).await
    }

    /// On this database, with a changed configuration.
    pub async fn with(database: Database, change: impl FnOnce(&mut Config)) -> Self {
        let app = TestApp::start(database, |config| {
            config.workers = 2;
            change(config);
        })
        .await;
        let channel = app
            .running
            .edge
            .store
            .write(|connection| {
                let scope = switchboard::store::scopes::list(connection)?.remove(0).id;
                let mut channel = channels::list(connection, scope)?.remove(0);
                channel.settings.allowed_origins = vec!["*".into()];
                channels::update(connection, &channel)?;
                Ok(channel)
            })
            .await
            .unwrap();
        Self { scope: channel.scope.to_string(), channel, app }
    }

    /// The server's store.
    pub fn store(&self) -> Store {
        self.app.running.edge.store.clone()
    }

    /// `count` new members who act with an API key, which needs no log-in.
    pub async fn members(&self, count: usize, role: Role) -> Vec<Person> {
        let (scope, sources) = (self.channel.scope, self.app.running.edge.sources.clone());
        let made = self
            .store()
            .write(move |connection| {
                let mut made = Vec::new();
                for number in 1..=count {
                    let id = sources.id();
                    let name = format!("{}{number} Ortega", if role == Role::Agent { "Sam" } else { "Ada" });
                    let member = Member { id, email: format!("{id}@shop.example"), name, disabled: false };
                    let text = secret::token(&sources, "sbk_");
                    let key = api_key(&sources, scope, id, role);
                    members::insert(connection, &member, None, sources.now())?;
                    members::set_role(connection, id, scope, role)?;
                    keys::insert(connection, &key, &secret::hash(&text))?;
                    made.push((id.to_string(), text));
                }
                Ok(made)
            })
            .await
            .unwrap();
        self.app.running.edge.directory.scope_changed(scope).await;
        let nobody = self.app.stranger();
        made.into_iter()
            .map(|(id, key)| {
                let mut person = nobody.clone();
                (person.id, person.key) = (id, key);
                person
            })
            .collect()
    }

    /// The agent of another scope, with an API key.
    pub async fn key_of(&self, chat: &Chat) -> Person {
        let (sources, member, scope) = (chat.sources.clone(), chat.agent.id, chat.scope.id);
        let text = secret::token(&sources, "sbk_");
        let hash = secret::hash(&text);
        let key = api_key(&sources, scope, member, Role::Agent);
        self.store().write(move |c| keys::insert(c, &key, &hash)).await.unwrap();
        let mut person = self.app.stranger();
        (person.id, person.key) = (member.to_string(), text);
        person
    }

    /// A new agent at the dashboard.
    pub async fn agent(&self) -> (Person, Socket) {
        let person = self.members(1, Role::Agent).await.remove(0);
        let (socket, _) = Socket::dashboard(&person).await;
        (person, socket)
    }

    /// A new customer who has said nothing yet.
    pub async fn customer(&self) -> Socket {
        self.returning(json!({})).await.0
    }

    /// A customer's socket with this hello, and its `welcome`.
    pub async fn returning(&self, hello: Value) -> (Socket, Value) {
        Socket::widget(&self.app.base, &self.channel.public_key, hello).await
    }

    /// A new customer whose first message this is, and the conversation's id.
    pub async fn writes(&self, text: &str) -> (Socket, String) {
        let mut customer = self.customer().await;
        let id = customer.writes(text).await;
        (customer, id)
    }

    /// Gives the scope this bot.
    pub async fn set_bot(&self, bot: Value) {
        let admin = self.members(1, Role::Admin).await.remove(0);
        admin.put(&format!("/api/v1/scopes/{}/bot", self.scope), bot).await.good();
    }

    /// The whole log of a conversation as members may see it, from the store.
    pub async fn log(&self, conversation: &str) -> Vec<Value> {
        let id: ConversationId = conversation.parse().unwrap();
        let log = self.store().read(move |c| entries::after(c, id, 0, i64::MAX)).await.unwrap();
        log.iter().map(|entry| serde_json::to_value(entry).unwrap()).collect()
    }

    /// A conversation's state, from the store.
    pub async fn state(&self, conversation: &str) -> Conversation {
        let id: ConversationId = conversation.parse().unwrap();
        self.store().read(move |c| conversations::by_id(c, id)).await.unwrap()
    }
}

fn api_key(sources: &Sources, scope: ScopeId, member: MemberId, role: Role) -> ApiKey {
    ApiKey {
        id: sources.id(),
        scope,
        member,
        name: "test".into(),
        role,
        created_at: sources.now(),
        last_used_at: None,
        expires_at: None,
        revoked_at: None,
    }
}

impl Socket {
    /// A customer writes; answers the conversation's id.
    pub async fn writes(&mut self, text: &str) -> String {
        let answer = self.ok(json!({"type": "send", "client_id": client_id(), "text": text})).await;
        answer["conversation"].as_str().unwrap().to_owned()
    }

    /// A member's command with these further fields.
    pub async fn does(&mut self, kind: &str, conversation: &str, more: Value) -> Value {
        self.ask(command(kind, conversation, more)).await
    }
}

/// A command of a member, with a new client id unless `more` has one.
pub fn command(kind: &str, conversation: &str, more: Value) -> Value {
    let mut command = json!({"type": kind, "conversation": conversation, "client_id": client_id()});
    if let (Value::Object(fields), Value::Object(more)) = (&mut command, more) {
        fields.extend(more);
    }
    command
}

/// The kinds of these entries, in their order.
pub fn kinds(log: &[Value]) -> Vec<&str> {
    log.iter().map(|entry| entry["body"]["kind"].as_str().unwrap()).collect()
}

/// The texts of the messages of this kind of author.
pub fn said<'a>(log: &'a [Value], by: &str) -> Vec<&'a str> {
    log.iter()
        .filter(|entry| entry["body"]["kind"] == "message" && entry["by"]["kind"] == by)
        .map(|entry| entry["body"]["text"].as_str().unwrap())
        .collect()
}

/// No number is missing and none comes twice, from 1 on.
pub fn assert_gapless(log: &[Value]) {
    let numbers: Vec<i64> = log.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect();
    let wanted: Vec<i64> = (1..).take(numbers.len()).collect();
    assert_eq!(numbers, wanted);
}
