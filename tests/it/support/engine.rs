//! The engine without its edge: actors on a store, asked as sessions ask them.

use std::sync::Arc;

use actix::Arbiter;
use switchboard::actors::conversation::Do;
use switchboard::actors::directory::{Directory, Options, ask, not_sent};
use switchboard::actors::error::{Answer, CallError};
use switchboard::actors::reply::Reply;
use switchboard::actors::scope_supervisor::OpenFor;
use switchboard::bots::{BotLimits, Bots};
use switchboard::domain::bot::{BotConfig, HttpBot};
use switchboard::domain::contact::{Contact, SessionDetails};
use switchboard::domain::conversation::{Assignee, Command, Target};
use switchboard::domain::ids::{ClientId, ConversationId};
use switchboard::domain::member::{Actor, Member, Role};
use switchboard::domain::scope::Settings;
use switchboard::outgoing::{Outgoing, OutgoingOptions};
use switchboard::push::Push;
use switchboard::push::courier::Courier;
use switchboard::push::vapid::{self, Vapid};
use switchboard::sources::Sources;
use switchboard::store::{Store, members, scopes};
use uuid::Uuid;

use super::chat::Chat;

/// Actors on a store. Its threads end with this value.
pub struct Engine {
    /// The store.
    pub store: Store,
    /// The actors' clock.
    pub sources: Sources,
    /// Finds actors.
    pub directory: Directory,
    arbiter: Arbiter,
}

impl Engine {
    /// Starts actors that may call bots on loopback. Must be called in an actix system.
    pub fn start(store: &Store, options: Options, limits: BotLimits) -> Self {
        let sources = Sources::default();
        let reachable = OutgoingOptions {
            allow: vec!["127.0.0.0/8".into()],
            ports: vec!["1-65535".into()],
            ..OutgoingOptions::default()
        };
        let bots = Bots::new(Outgoing::new(&reachable).unwrap(), sources.clone(), limits);
        let arbiter = Arbiter::new();
        let push = no_push(store, &sources);
        let directory = Directory::new(store.clone(), sources.clone(), bots, push, options);
        directory.add_thread(arbiter.handle());
        Self { store: store.clone(), sources, directory, arbiter }
    }

    /// A new scope with a channel, two agents and an admin.
    pub async fn shop(&self, bot: BotConfig, settings: Settings) -> Shop {
        let mut chat = Chat::new(&self.store).await;
        chat.scope.settings = settings;
        let (scope, id) = (chat.scope.clone(), chat.scope.id);
        let write = self.store.write(move |connection| {
            scopes::update(connection, &scope)?;
            scopes::set_bot(connection, id, &bot)
        });
        write.await.unwrap();
        let kim = member(&chat, "Kim Lee", Role::Agent).await;
        let ada = member(&chat, "Ada Admin", Role::Admin).await;
        Shop { directory: self.directory.clone(), sam: chat.agent.clone(), kim, ada, chat }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.arbiter.stop();
    }
}

async fn member(chat: &Chat, name: &str, role: Role) -> Actor {
    let (id, scope, now) = (chat.sources.id(), chat.scope.id, chat.now());
    let member = Member { id, email: format!("{id}@shop.example"), name: name.into(), disabled: false };
    let write = chat.store.write(move |connection| {
        members::insert(connection, &member, None, now)?;
        members::set_role(connection, id, scope, role)
    });
    write.await.unwrap();
    Actor { id, name: name.into(), role }
}

/// A bot behind this URL that greets.
pub fn http_bot(url: String) -> BotConfig {
    BotConfig::Http(HttpBot {
        url,
        secret: "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=".into(),
        greeting: "Hello, I am a bot".into(),
        quick_replies: Vec::new(),
    })
}

/// A new client id.
pub fn new_id() -> ClientId {
    ClientId(Uuid::new_v4())
}

/// A scope in a running engine.
#[derive(Clone)]
pub struct Shop {
    /// Finds its actors.
    pub directory: Directory,
    /// Its store, channel and contacts.
    pub chat: Chat,
    /// An agent.
    pub sam: Actor,
    /// Another agent.
    pub kim: Actor,
    /// An admin.
    pub ada: Actor,
}

impl Shop {
    /// The contact writes: the first message makes the conversation.
    pub async fn start(
        &self,
        contact: &Contact,
        text: &str,
        client_id: ClientId,
    ) -> Result<Answer, CallError> {
        let supervisor = self.directory.shared().scope(self.chat.scope.id);
        let open = OpenFor {
            contact: Arc::new(contact.clone()),
            session: SessionDetails::default(),
            near: actix::Arbiter::current(),
        };
        let address = ask(&supervisor, open).await??;
        let (reply, answered) = Reply::to_task();
        let work = Do { command: Command::Post { text: text.into() }, client_id: Some(client_id), reply };
        address.try_send(work).map_err(|error| not_sent(&error))?;
        answered.await.map_err(|_| CallError::Unavailable)?
    }

    /// A new contact's first message; answers the conversation.
    pub async fn opened(&self, text: &str) -> ConversationId {
        self.start(&self.chat.contact(), text, new_id()).await.unwrap().conversation
    }

    /// Sends a command with a client id.
    pub async fn ask(
        &self,
        conversation: ConversationId,
        command: Command,
        client_id: Option<ClientId>,
    ) -> Result<Answer, CallError> {
        self.directory.command(self.chat.scope.id, conversation, command, client_id).await
    }

    /// Sends a command that must be done.
    pub async fn does(&self, conversation: ConversationId, command: Command) -> Answer {
        self.ask(conversation, command, Some(new_id())).await.unwrap()
    }
}

/// This member as the target of a transfer.
pub fn to_member(actor: &Actor) -> Target {
    Target::Member(Some(Assignee { id: actor.id, name: actor.name.clone() }))
}

/// A way to browsers that nobody travels.
fn no_push(store: &Store, sources: &Sources) -> Push {
    let vapid = Vapid::new(&vapid::fresh_key(sources), "mailto:test@shop.example").unwrap();
    let outgoing = Outgoing::new(&OutgoingOptions::default()).unwrap();
    Push::new(Courier::new(outgoing, sources.clone(), vapid), store.clone(), sources.clone()).0
}
