//! Whatever ends a member's sessions closes their sockets too, at once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::domain::ids::MemberId;
use switchboard::store::logins;

use crate::support::app::{PASSWORD, Person, TestApp, stranger, token_of};
use crate::support::database::Database;
use crate::support::sockets::Socket;
use crate::support::{eventually, on_both};

/// So soon after the change nothing is left of a session.
const SOON: Duration = Duration::from_secs(5);

on_both! {
    what_ends_sessions_closes_their_sockets
    who_says_hello_after_the_session_ended_is_not_let_in
    what_ends_by_itself_closes_its_sockets
}

/// The session and its socket end.
async fn is_out(person: &Person, socket: &mut Socket, changed: Instant, why: &str) {
    assert_eq!(socket.closed().await, 4003, "{why}");
    assert_eq!(person.get("/api/v1/session").await.code(), "unauthenticated", "{why}");
    assert!(changed.elapsed() < SOON, "{why}: {:?}", changed.elapsed());
}

async fn what_ends_sessions_closes_their_sockets(database: Database) {
    let app = TestApp::start(database, |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let members = format!("/api/v1/scopes/{scope}/members");
    let at = |person: &Person| format!("{members}/{}", person.id);

    let changes: [(&str, Value); 3] = [
        ("role", json!({"role": "admin"})),
        ("disabled", json!({"disabled": true})),
        ("removed", Value::Null),
    ];
    for (number, (why, change)) in changes.into_iter().enumerate() {
        let sam = app.invited(&owner, &scope, "agent", &format!("Sam {number}")).await;
        let (mut socket, _) = Socket::dashboard(&sam).await;
        let changed = Instant::now();
        if change.is_null() {
            assert_eq!(owner.delete(&at(&sam)).await.status, 204);
        } else {
            owner.patch(&at(&sam), change).await.good();
        }
        is_out(&sam, &mut socket, changed, why).await;
    }

    // A new password: every browser but the one it was set in.
    let sam = app.invited(&owner, &scope, "agent", "Sam Here").await;
    let there = sam.another_login().await;
    let (mut here, _) = Socket::dashboard(&sam).await;
    let (mut elsewhere, _) = Socket::dashboard(&there).await;
    let changed = Instant::now();
    let new = json!({"old": PASSWORD, "new": "battery staple"});
    assert_eq!(sam.put("/api/v1/session/password", new).await.status, 204);
    is_out(&there, &mut elsewhere, changed, "password").await;
    here.ok(json!({"type": "presence", "status": "online"})).await;

    // A one-time link in place of the password: every browser.
    let invite = json!({"email": sam.email, "name": "Sam", "role": "agent"});
    let link = owner.post(&members, invite).await.good()["link"].as_str().unwrap().to_owned();
    let changed = Instant::now();
    let accept = json!({"token": token_of(&link), "password": "another battery"});
    let again = stranger(&app.base).accept(accept).await;
    is_out(&sam, &mut here, changed, "link").await;
    assert!(again.get("/api/v1/session").await.status.is_success());

    // Somebody else logs in, in the same browser.
    let (mut left, _) = Socket::dashboard(&again).await;
    let changed = Instant::now();
    again.log_in(&owner.email, PASSWORD).await.good();
    is_out(&again, &mut left, changed, "another log-in").await;

    // One session, by its line in the list.
    let third = app.invited(&owner, &scope, "agent", "Sam Third").await;
    let lost = third.another_login().await;
    let (mut socket, _) = Socket::dashboard(&lost).await;
    let list = third.get("/api/v1/session/list").await.good();
    let other = list["items"].as_array().unwrap().iter().find(|login| login["current"] == false).unwrap();
    let changed = Instant::now();
    third.delete(&format!("/api/v1/session/list/{}", other["id"].as_str().unwrap())).await;
    is_out(&lost, &mut socket, changed, "list").await;
    // Nobody ends the sessions of others.
    let mine = third.get("/api/v1/session/list").await.good()["items"][0]["id"].clone();
    let foreign = format!("/api/v1/session/list/{}", mine.as_str().unwrap());
    assert_eq!(owner.delete(&foreign).await.code(), "not_found");
    assert!(third.get("/api/v1/session").await.status.is_success());
}

async fn who_says_hello_after_the_session_ended_is_not_let_in(database: Database) {
    let app = TestApp::start(database, |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let made = owner
        .post(&format!("/api/v1/scopes/{scope}/keys"), json!({"name": "robot", "role": "agent"}))
        .await
        .good();
    let robot = owner.holding(made["key"].as_str().unwrap());
    let sam = app.invited(&owner, &scope, "agent", "Sam").await;
    for (person, ended_by) in
        [(&robot, format!("keys/{}", made["id"].as_str().unwrap())), (&sam, format!("members/{}", sam.id))]
    {
        let (mut socket, hello) = Socket::before_hello(person).await;
        assert_eq!(owner.delete(&format!("/api/v1/scopes/{scope}/{ended_by}")).await.status, 204);
        socket.say_hello(hello).await;
        assert_eq!(socket.closed().await, 4003, "{ended_by}");
        assert_eq!(socket.heard().count(), 0, "{ended_by}");
    }
    let (_, welcome) = Socket::dashboard(&owner).await;
    let members = welcome["scopes"][0]["members"].as_array().unwrap();
    assert!(members.iter().all(|member| member["name"] != "Sam"), "nobody is there for it: {members:?}");
}

async fn what_ends_by_itself_closes_its_sockets(database: Database) {
    let app = TestApp::start(database, |config| {
        config.limits.enabled = false;
        config.login.check_ms = 20;
    })
    .await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let edge = &app.running.edge;
    let (idle, absolute) = (edge.config.login.idle_ms, edge.config.login.absolute_ms);
    let expires = edge.sources.now() + idle;
    let given = json!({"name": "robot", "role": "agent", "expires_at": expires});
    let made = owner.post(&format!("/api/v1/scopes/{scope}/keys"), given).await.good();
    let (mut short, _) = Socket::dashboard(&owner.holding(made["key"].as_str().unwrap())).await;
    let (mut lasting, _) = Socket::dashboard(&owner.with_key(&scope, "agent").await).await;
    let silent = owner.another_login().await;
    let (mut idling, _) = Socket::dashboard(&silent).await;
    let (mut working, _) = Socket::dashboard(&owner).await;
    let id: MemberId = owner.id.parse().unwrap();
    let work = json!({"type": "presence", "status": "online"});

    for _ in 0..absolute / (idle - 60_000) {
        edge.sources.shift_clock(idle - 60_000);
        working.ok(work.clone()).await;
        let now = edge.sources.now();
        let seen = async || edge.store.read(move |c| logins::list_of(c, id)).await.unwrap();
        eventually(seen, |all| all.iter().any(|login| now - login.last_seen_at < 60_000)).await;
    }
    assert_eq!(short.closed().await, 4003, "the key expired");
    assert_eq!(idling.closed().await, 4003, "silent for too long");
    working.ok(work.clone()).await;
    edge.sources.shift_clock(idle - 60_000);
    assert_eq!(working.closed().await, 4003, "a log-in ends by its age");
    lasting.ok(work).await;
}
