//! A scope with a channel and members, and conversations in it, straight on the store.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::Duration;

use switchboard::domain::Millis;
use switchboard::domain::bot::BotConfig;
use switchboard::domain::channel::{Channel, ChannelKind, WidgetSettings};
use switchboard::domain::contact::{Contact, SessionDetails};
use switchboard::domain::conversation::{
    Command, Conversation, Fact, NewConversation, Rules, decide, number, open,
};
use switchboard::domain::event::Entry;
use switchboard::domain::ids::{ClientId, ConversationId};
use switchboard::domain::member::{Actor, Member, Role};
use switchboard::domain::messaging::MessagingSettings;
use switchboard::domain::scope::{Mode, Scope, Settings};
use switchboard::sources::Sources;
use switchboard::store::{
    Commit, CommitError, Opening, Store, StoreError, channels, conversations, entries, members, scopes,
};
use uuid::Uuid;

/// A scope with one channel and one agent.
#[derive(Clone)]
pub struct Chat {
    /// The store.
    pub store: Store,
    /// Clock and ids.
    pub sources: Sources,
    /// The scope.
    pub scope: Scope,
    /// Its channel.
    pub channel: Channel,
    /// Its agent.
    pub agent: Actor,
}

impl Chat {
    /// Stores a scope, a channel and a member.
    pub async fn new(store: &Store) -> Self {
        let sources = Sources::default();
        let scope = Scope {
            id: sources.id(),
            name: "Shop".into(),
            mode: Mode::Production,
            time_zone: "Europe/Berlin".into(),
            settings: Settings::default(),
        };
        let channel = Channel {
            id: sources.id(),
            scope: scope.id,
            kind: ChannelKind::Widget,
            name: "Web".into(),
            public_key: Uuid::new_v4().simple().to_string(),
            identity_secret: "00".repeat(32),
            settings: WidgetSettings::default(),
            messaging: MessagingSettings::default(),
            enabled: true,
        };
        let id = sources.id();
        let agent = Actor { id, name: "Sam Ortega".into(), role: Role::Agent };
        let member =
            Member { id, email: format!("{id}@Shop.example"), name: agent.name.clone(), disabled: false };
        let now = sources.now();
        let (a, b, scope_id) = (scope.clone(), channel.clone(), scope.id);
        store
            .write(move |c| {
                scopes::insert(c, &a, &BotConfig::None, now)?;
                channels::insert(c, &b, now)?;
                members::insert(c, &member, None, now)?;
                members::set_role(c, id, scope_id, Role::Agent)
            })
            .await
            .unwrap();
        Self { store: store.clone(), sources, scope, channel, agent }
    }

    /// A contact nobody knows yet.
    pub fn contact(&self) -> Contact {
        Contact {
            id: self.sources.id(),
            scope: self.scope.id,
            channel: self.channel.id,
            external_id: None,
            name: "Visitor 4821".into(),
            email: None,
            verified: false,
            attributes: BTreeMap::new(),
            token_generation: 0,
            first_seen: self.sources.now(),
        }
    }

    /// The commit that opens a conversation: `opened`, the message.
    pub fn opening(&self, contact: &Contact, text: &str) -> Commit {
        let new = NewConversation {
            id: self.sources.id(),
            scope: self.scope.id,
            channel: self.channel.id,
            contact: contact.id,
        };
        let facts = open(&Rules::default(), &text.into());
        let session = SessionDetails { language: Some("de".into()), ..SessionDetails::default() };
        let opening = Opening { contact: contact.clone(), session };
        Commit { opening: Some(opening), ..self.commit_of(&Conversation::unopened(&new), facts) }
    }

    /// The commit of these facts on this state.
    pub fn commit_of(&self, now_is: &Conversation, facts: Vec<Fact>) -> Commit {
        let entries = number(now_is.version, facts, Some(ClientId(Uuid::new_v4())), self.sources.now());
        let mut after = now_is.clone();
        for entry in &entries {
            after.apply(entry);
        }
        Commit {
            before: now_is.version,
            after,
            entries,
            opening: None,
            audit: Vec::new(),
            outbox: Vec::new(),
            events: Vec::new(),
        }
    }

    /// The commit a command leads to.
    pub fn decided(&self, now_is: &Conversation, command: &Command) -> Commit {
        let facts = decide(now_is, command, &Rules::default(), self.sources.now()).unwrap();
        self.commit_of(now_is, facts)
    }

    /// Opens a conversation of a new contact.
    pub async fn open(&self, text: &str) -> Conversation {
        self.open_for(&self.contact(), text).await
    }

    /// Opens a conversation of this contact.
    pub async fn open_for(&self, contact: &Contact, text: &str) -> Conversation {
        self.done(self.opening(contact, text)).await
    }

    /// Commits and answers the new state.
    pub async fn done(&self, commit: Commit) -> Conversation {
        let after = commit.after.clone();
        self.store.commit(commit).await.unwrap();
        after
    }

    /// Does what a command leads to.
    pub async fn does(&self, now_is: &Conversation, command: Command) -> Conversation {
        self.done(self.decided(now_is, &command)).await
    }

    /// The customer writes.
    pub fn post(&self, now_is: &Conversation, text: &str) -> Commit {
        self.decided(now_is, &Command::Post { text: text.into() })
    }

    /// Joins and resolves.
    pub async fn resolve(&self, now_is: &Conversation) -> Conversation {
        let joined = self.does(now_is, Command::Join { by: self.agent.clone() }).await;
        self.does(&joined, Command::Resolve { by: self.agent.clone() }).await
    }

    /// The state as it is stored.
    pub async fn stored(&self, id: ConversationId) -> Result<Conversation, StoreError> {
        self.store.read(move |c| conversations::by_id(c, id)).await
    }

    /// The whole log as it is stored.
    pub async fn log(&self, id: ConversationId) -> Vec<Entry> {
        self.store.read(move |c| entries::after(c, id, 0, i64::MAX)).await.unwrap()
    }

    /// Now.
    pub fn now(&self) -> Millis {
        self.sources.now()
    }
}

/// Did the fence refuse it?
pub fn is_conflict(result: &Result<(), CommitError>) -> bool {
    matches!(result, Err(CommitError::Conflict))
}

/// Keeps the journal busy until the second future has run, so that what is asked meanwhile is one batch.
pub async fn hold_journal(
    store: &Store,
) -> (impl Future<Output = Result<(), StoreError>> + use<>, impl Future<Output = ()> + use<>) {
    let (started, has_started) = tokio::sync::oneshot::channel();
    let (release, released) = mpsc::channel::<()>();
    let store = store.clone();
    let held = actix_web::rt::spawn(async move {
        let wait = store.write(move |_| {
            let _ = started.send(());
            released.recv_timeout(Duration::from_secs(20)).map_err(|_| StoreError::NotFound)
        });
        wait.await
    });
    has_started.await.unwrap();
    // By the second poll everything beside it has been asked.
    let release = async move {
        tokio::task::yield_now().await;
        release.send(()).unwrap();
    };
    (async move { held.await.unwrap() }, release)
}
