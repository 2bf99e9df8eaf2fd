//! What is changed in the store is what actors and sessions know in the end, however changes, reads and customers meet.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use switchboard::actors::scope_supervisor::ScopeRules;
use switchboard::domain::bot::BotConfig;
use switchboard::domain::ids::{ContactId, ScopeId};
use switchboard::store::{Connection, Store, StoreError, contacts, scopes};

use crate::support::app::{PASSWORD, Person, stranger, token_of};
use crate::support::chat::hold_journal;
use crate::support::database::Database;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, command};
use crate::support::{eventually, on_both};

const SECRETS: [&str; 2] = [
    "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
];

on_both! {
    a_scope_knows_the_last_of_many_changes
    a_setting_counts_from_its_answer_on
    a_scope_that_could_not_be_read_is_read_again
    a_list_shows_the_last_of_many_changes_of_a_contact
    what_a_site_says_takes_nothing_back_that_a_member_wrote
    what_a_site_says_brings_nothing_erased_back
    a_chat_begins_with_what_is_known_of_its_customer_now
    a_chat_that_begins_while_its_customer_is_erased_shows_nothing_of_them
    a_member_is_called_as_now_on_an_older_connection
    an_invited_member_is_called_as_they_wish
    two_changes_at_once_both_stay
    the_last_of_two_scopes_stays_if_both_are_deleted_at_once
    a_channel_that_is_off_begins_no_chat_on_an_older_connection
}

async fn a_scope_knows_the_last_of_many_changes(database: Database) {
    let stage = Stage::new(database).await;
    let owner = stage.app.owner().await;
    let path = format!("/api/v1/scopes/{}/channels", stage.scope);
    // The same scope is read for each of them, and reads take differently long.
    for round in 1..=50 {
        for n in 0..3 {
            owner.post(&path, json!({"name": format!("Line {round} {n}")})).await.good();
        }
        stage.app.until_known(stage.channel.scope, |known| known.channels.len() == 1 + 3 * round).await;
    }
}

/// Keeps every reader of the store busy until the sender is dropped.
async fn hold_readers(store: &Store) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let released = Arc::new(Mutex::new(released));
    // More than there are: the rest waits in vain.
    for _ in 0..16 {
        let (store, released) = (store.clone(), released.clone());
        let wait = move |_: &mut _| {
            let _ = released.lock().map(|released| released.recv_timeout(Duration::from_secs(20)));
            Ok(())
        };
        actix_web::rt::spawn(async move { store.read(wait).await });
    }
    until_refused(store).await;
    release
}

/// Whoever reads is turned away.
async fn until_refused(store: &Store) {
    let read = async || store.read(|_| Ok(())).await.is_err_and(|error| matches!(error, StoreError::Busy));
    eventually(read, |refused| *refused).await;
}

/// Gives the scope another name.
fn renamed(scope: ScopeId) -> impl FnOnce(&mut Connection) -> Result<(), StoreError> {
    move |connection| {
        let mut changed = scopes::by_id(connection, scope)?;
        "Changed".clone_into(&mut changed.name);
        scopes::update(connection, &changed)
    }
}

async fn a_scope_that_could_not_be_read_is_read_again(database: Database) {
    let stage = Stage::new(database).await;
    let (store, scope) = (stage.store(), stage.channel.scope);
    stage.app.until_known(scope, |_| true).await;
    let release = hold_readers(&store).await;
    store.write(renamed(scope)).await.unwrap();
    let directory = stage.app.running.edge.directory.clone();
    actix_web::rt::spawn(async move { directory.scope_changed(scope).await });
    // Each is turned away after the same time, so by the end of the second so was the scope's.
    until_refused(&store).await;
    until_refused(&store).await;
    drop(release);
    stage.app.until_known(scope, |known| known.scope.name == "Changed").await;
}

async fn a_setting_counts_from_its_answer_on(database: Database) {
    let stage = Stage::new(database).await;
    let (store, scope) = (stage.store(), stage.channel.scope);
    let directory = stage.app.running.edge.directory.clone();
    stage.app.until_known(scope, |_| true).await;
    let release = hold_readers(&store).await;
    store.write(renamed(scope)).await.unwrap();
    let telling = actix_web::rt::spawn({
        let directory = directory.clone();
        async move { directory.scope_changed(scope).await }
    });
    drop(release);
    // What every request that changes a scope waits for before it is answered.
    telling.await.unwrap();
    let known = directory.look(scope).await.unwrap().rules.unwrap();
    assert_eq!(known.scope.name, "Changed");
}

/// What the lists of a member show of a conversation now, unless it has ended.
async fn row(person: &Person, scope: &str, conversation: &str) -> Option<Value> {
    let (mut socket, _) = Socket::dashboard(person).await;
    socket.ok(json!({"type": "subscribe", "scope": scope})).await;
    let rows = socket.event("snapshot").await["rows"].clone();
    rows.as_array().unwrap().iter().find(|row| row["id"] == conversation).cloned()
}

async fn contact_of(person: &Person, conversation: &str) -> Value {
    person.get(&format!("/api/v1/conversations/{conversation}")).await.good()["contact"].clone()
}

async fn a_list_shows_the_last_of_many_changes_of_a_contact(database: Database) {
    let stage = Stage::new(database).await;
    let (person, _socket) = stage.agent().await;
    let (_customer, conversation) = stage.writes("Hello").await;
    let contact = contact_of(&person, &conversation).await;
    let path = format!("/api/v1/contacts/{}", contact["id"].as_str().unwrap());
    for round in 0..20 {
        let changes = (0..8).map(|n| person.patch(&path, json!({"name": format!("Zoë {round} {n}")})));
        join_all(changes).await.iter().for_each(|changed| drop(changed.good()));
        let stored = contact_of(&person, &conversation).await["name"].clone();
        let shown =
            async || row(&person, &stage.scope, &conversation).await.unwrap()["contact"]["name"].clone();
        eventually(shown, |shown| *shown == stored).await;
    }
}

/// Waits until so many changes stand before the journal, besides the one that holds it.
async fn until_waiting(store: &Store, changes: u64) {
    eventually(async || store.stats().journal_depth, |depth| *depth >= changes).await;
}

async fn what_a_site_says_takes_nothing_back_that_a_member_wrote(database: Database) {
    let stage = Stage::new(database).await;
    let (person, _socket) = stage.agent().await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    let conversation = customer.writes("Hello").await;
    let contact = contact_of(&person, &conversation).await["id"].as_str().unwrap().to_owned();
    let (store, path) = (stage.store(), format!("/api/v1/contacts/{contact}"));
    let (held, release) = hold_journal(&store).await;
    let written = actix_web::rt::spawn({
        let person = person.clone();
        async move { person.patch(&path, json!({"name": "Zoë Quirk", "attributes": {"tier": "gold"}})).await }
    });
    until_waiting(&store, 1).await;
    let said = json!({"email": "zoe@z.example", "attributes": {"plan": "Pro"}});
    let hello = json!({"visitor_token": welcome["visitor_token"], "identity": said});
    let (_again, ()) = tokio::join!(stage.returning(hello), async {
        until_waiting(&store, 2).await;
        release.await;
    });
    held.await.unwrap();
    written.await.unwrap().good();
    let now = contact_of(&person, &conversation).await;
    assert_eq!((&now["name"], &now["email"]), (&json!("Zoë Quirk"), &json!("zoe@z.example")));
    assert_eq!(now["attributes"], json!({"plan": "Pro", "tier": "gold"}));
}

async fn what_a_site_says_brings_nothing_erased_back(database: Database) {
    let stage = Stage::new(database).await;
    let (person, _socket) = stage.agent().await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    let conversation = customer.writes("Hello").await;
    let contact: ContactId =
        contact_of(&person, &conversation).await["id"].as_str().unwrap().parse().unwrap();
    let store = stage.store();
    let (held, release) = hold_journal(&store).await;
    let erased = actix_web::rt::spawn({
        let store = store.clone();
        async move { store.write(move |connection| contacts::erase(connection, contact)).await }
    });
    until_waiting(&store, 1).await;
    let said = json!({"name": "Zoë", "email": "zoe@z.example"});
    let hello = json!({"visitor_token": welcome["visitor_token"], "identity": said});
    let ((mut again, _), ()) = tokio::join!(stage.returning(hello), async {
        until_waiting(&store, 2).await;
        release.await;
    });
    held.await.unwrap();
    erased.await.unwrap().unwrap();
    let now = store.read(move |connection| contacts::by_id(connection, contact)).await.unwrap();
    assert_eq!((now.name.as_str(), now.email), ("", None));
    let elsewhere = again.writes("Me again").await;
    let new = contact_of(&person, &elsewhere).await;
    assert_eq!(new["name"], "Zoë");
    assert_ne!(new["id"], contact.to_string(), "what was erased is nobody's");
}

async fn a_chat_begins_with_what_is_known_of_its_customer_now(database: Database) {
    let stage = Stage::new(database).await;
    let (person, mut agent) = stage.agent().await;
    let (mut customer, first) = stage.writes("Hello").await;
    for (kind, more) in [("send", json!({"text": "Hello"})), ("resolve", json!({}))] {
        assert_eq!(agent.does(kind, &first, more).await["type"], "ok");
    }
    customer.entry("ended").await;
    let contact = contact_of(&person, &first).await["id"].clone();
    let path = format!("/api/v1/contacts/{}", contact.as_str().unwrap());
    person.patch(&path, json!({"name": "Zoë Quirk"})).await.good();
    let begun = customer.ok(json!({"type": "start", "client_id": client_id(), "text": "Me again"})).await;
    let second = begun["conversation"].as_str().unwrap();
    assert_ne!(second, first);
    let shown = row(&person, &stage.scope, second).await.unwrap();
    assert_eq!((&shown["contact"]["id"], &shown["contact"]["name"]), (&contact, &json!("Zoë Quirk")));
}

async fn a_chat_that_begins_while_its_customer_is_erased_shows_nothing_of_them(database: Database) {
    let stage = Stage::new(database).await;
    let owner = stage.app.owner().await;
    let mut customer = stage.returning(json!({"identity": {"name": "Zoë"}})).await.0;
    let first = customer.writes("Hello").await;
    customer.ok(json!({"type": "end", "client_id": client_id()})).await;
    let contact = contact_of(&owner, &first).await["id"].as_str().unwrap().to_owned();
    let (held, release) = hold_journal(&stage.store()).await;
    let erased = actix_web::rt::spawn({
        let (owner, path) = (owner.clone(), format!("/api/v1/contacts/{contact}/erase"));
        async move { owner.post(&path, json!({})).await }
    });
    until_waiting(&stage.store(), 1).await;
    let starting =
        customer.tell(json!({"type": "start", "client_id": client_id(), "text": "Me again"})).await;
    until_waiting(&stage.store(), 2).await;
    release.await;
    held.await.unwrap();
    assert_eq!(erased.await.unwrap().status, 204);
    let begun = customer.answer(&starting).await;
    let second = begun["conversation"].as_str().unwrap();
    // Whichever came first: if the erasure came last it has ended the chat.
    let shown = async || row(&owner, &stage.scope, second).await;
    eventually(shown, |row| row.as_ref().is_none_or(|row| row["contact"]["name"] == "")).await;
}

async fn a_member_is_called_as_now_on_an_older_connection(database: Database) {
    let stage = Stage::new(database).await;
    let owner = stage.app.owner().await;
    let (mut socket, _) = Socket::dashboard(&owner).await;
    let (mut customer, conversation) = stage.writes("Hello").await;
    socket.ok(json!({"type": "open", "conversation": conversation})).await;
    socket.ok(command("send", &conversation, json!({"text": "Hi"}))).await;
    owner.patch("/api/v1/session", json!({"name": "Zoë Quirk"})).await.good();
    let is_so = |known: &ScopeRules| known.members.values().any(|(member, _)| member.name == "Zoë Quirk");
    stage.app.until_known(stage.channel.scope, is_so).await;
    socket.tell(json!({"type": "typing", "conversation": conversation, "on": true})).await;
    assert_eq!(customer.event("typing").await["by"]["name"], "Zoë");
    socket.ok(command("send", &conversation, json!({"text": "It is me"}))).await;
    let log = stage.log(&conversation).await;
    let names: Vec<_> =
        log.iter().filter(|e| e["body"]["text"] == "It is me").map(|e| &e["by"]["name"]).collect();
    assert_eq!(names, ["Zoë Quirk"]);
}

async fn two_changes_at_once_both_stay(database: Database) {
    let stage = Stage::new(database).await;
    let owner = stage.app.owner().await;
    let root = format!("/api/v1/scopes/{}", stage.scope);
    let given = json!({"shortcut": "hi", "title": "Hello", "text": "Hello there"});
    let made = owner.post(&format!("{root}/canned_replies"), given).await.good();
    let reply = format!("{root}/canned_replies/{}", made["id"].as_str().unwrap());
    let bot = |url: &str, secret: &str| json!({"kind": "http", "url": url, "secret": secret});
    let masked = owner.put(&format!("{root}/bot"), bot("https://bot.example/a", SECRETS[0])).await.good();
    let masked = masked["secret"].as_str().unwrap();
    let (held, release) = hold_journal(&stage.store()).await;
    let changes = [
        (Method::PATCH, reply.clone(), json!({"title": "Good day"})),
        (Method::PATCH, reply.clone(), json!({"text": "Good day to you"})),
        (Method::PUT, format!("{root}/bot"), bot("https://bot.example/a", SECRETS[1])),
        (Method::PUT, format!("{root}/bot"), bot("https://bot.example/b", masked)),
    ];
    let mut asked = Vec::new();
    for (waiting, (method, path, body)) in (1..).zip(changes) {
        let owner = owner.clone();
        asked.push(actix_web::rt::spawn(async move { owner.send(&method, &path, &body).await }));
        until_waiting(&stage.store(), waiting).await;
    }
    release.await;
    held.await.unwrap();
    for answered in asked {
        answered.await.unwrap().good();
    }
    let items = owner.get(&format!("{root}/canned_replies")).await.good();
    let kept = &items["items"][0];
    assert_eq!((&kept["title"], &kept["text"]), (&json!("Good day"), &json!("Good day to you")));
    let scope = stage.channel.scope;
    let bot = stage.store().read(move |connection| scopes::bot(connection, scope)).await.unwrap();
    let BotConfig::Http(bot) = bot else { panic!("{bot:?}") };
    assert_eq!((bot.url.as_str(), bot.secret.as_str()), ("https://bot.example/b", SECRETS[1]));
}

async fn a_channel_that_is_off_begins_no_chat_on_an_older_connection(database: Database) {
    let stage = Stage::new(database).await;
    let owner = stage.app.owner().await;
    let mut talking = stage.customer().await;
    let conversation = talking.writes("Hello").await;
    let mut silent = stage.customer().await;
    let path = format!("/api/v1/scopes/{}/channels/{}", stage.scope, stage.channel.id);
    let turn = async |enabled: bool| {
        owner.patch(&path, json!({"enabled": enabled})).await.good();
        let is_so = |known: &ScopeRules| known.channels[&stage.channel.id].enabled == enabled;
        stage.app.until_known(stage.channel.scope, is_so).await;
    };
    turn(false).await;
    silent.refused(json!({"type": "start", "client_id": client_id(), "text": "Hello"}), "not_found").await;
    assert_eq!(talking.writes("Is anybody there?").await, conversation, "what was begun goes on");
    turn(true).await;
    assert_ne!(silent.writes("Hello").await, conversation);
}

async fn an_invited_member_is_called_as_they_wish(database: Database) {
    let stage = Stage::new(database).await;
    let owner = stage.app.owner().await;
    let given = json!({"email": "zoe@shop.example", "name": "New colleague", "role": "agent"});
    let invited = owner.post(&format!("/api/v1/scopes/{}/members", stage.scope), given).await.good();
    let is_called = |name: &'static str| {
        move |known: &ScopeRules| known.members.values().any(|(member, _)| member.name == name)
    };
    stage.app.until_known(stage.channel.scope, is_called("New colleague")).await;
    let token = token_of(invited["link"].as_str().unwrap());
    stranger(&stage.app.base).accept(json!({"token": token, "name": "Zoë", "password": PASSWORD})).await;
    stage.app.until_known(stage.channel.scope, is_called("Zoë")).await;
}

async fn the_last_of_two_scopes_stays_if_both_are_deleted_at_once(database: Database) {
    let stage = Stage::new(database).await;
    let owner = stage.app.owner().await;
    let second = json!({"name": "Second", "mode": "production", "time_zone": "UTC"});
    owner.post("/api/v1/scopes", second).await.good();
    let scopes = owner.get("/api/v1/scopes").await.good();
    let (held, release) = hold_journal(&stage.store()).await;
    let mut asked = Vec::new();
    for (waiting, scope) in (1..).zip(scopes["items"].as_array().unwrap()) {
        let (owner, path) = (owner.clone(), format!("/api/v1/scopes/{}", scope["id"].as_str().unwrap()));
        asked.push(actix_web::rt::spawn(async move { owner.delete(&path).await }));
        until_waiting(&stage.store(), waiting).await;
    }
    release.await;
    held.await.unwrap();
    let mut answers = Vec::new();
    for answered in asked {
        answers.push(answered.await.unwrap().status);
    }
    assert_eq!(answers, [204, 403]);
}
