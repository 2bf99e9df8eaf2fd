//! Canned replies: who sees which, what is refused, and when they go.

use serde_json::{Value, json};

use crate::support::app::TestApp;
use crate::support::database::Database;
use crate::support::on_both;

on_both! {
    replies_are_shared_or_personal
    bad_replies_are_refused
    personal_replies_go_with_their_owner
}

fn shortcuts(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|reply| reply["shortcut"].as_str().unwrap()).collect()
}

fn reply(shortcut: &str, personal: bool) -> Value {
    json!({"shortcut": shortcut, "title": "Refunds", "text": "Dear {customer}", "personal": personal})
}

async fn replies_are_shared_or_personal(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let agent = app.invited(&owner, &scope, "agent", "Agent").await;
    let base = format!("/api/v1/scopes/{scope}/canned_replies");

    let shared = owner.post(&base, reply("refund", false)).await.good();
    assert_eq!(shared["personal"], false);
    let shared = format!("{base}/{}", shared["id"].as_str().unwrap());
    let personal = agent.post(&base, reply("refund", true)).await.good();
    let personal = format!("{base}/{}", personal["id"].as_str().unwrap());
    owner.post(&base, reply("address", true)).await.good();

    assert_eq!(shortcuts(&agent.get(&base).await.good()), ["refund", "refund"]);
    assert_eq!(shortcuts(&owner.get(&base).await.good()), ["address", "refund"]);
    let part = owner.get(&format!("{base}?limit=1")).await.good();
    let next = part["next"].as_str().unwrap();
    let rest = owner.get(&format!("{base}?limit=1&cursor={next}")).await.good();
    assert_eq!((shortcuts(&part), shortcuts(&rest)), (vec!["address"], vec!["refund"]));

    assert_eq!(agent.post(&base, reply("more", false)).await.code(), "forbidden");
    assert_eq!(agent.patch(&shared, json!({"title": "Mine"})).await.code(), "forbidden");
    assert_eq!(agent.delete(&shared).await.code(), "forbidden");
    assert_eq!(owner.patch(&personal, json!({"title": "Mine"})).await.code(), "not_found");
    assert_eq!(owner.delete(&personal).await.code(), "not_found");

    let changed = agent.patch(&personal, json!({"shortcut": "refund-5", "text": "Hello"})).await.good();
    assert_eq!((&changed["shortcut"], &changed["title"]), (&json!("refund-5"), &json!("Refunds")));
    assert_eq!(owner.delete(&shared).await.status, 204);
    assert_eq!(owner.delete(&shared).await.code(), "not_found");
    assert_eq!(shortcuts(&agent.get(&base).await.good()), ["refund-5"]);

    let trail = owner.get(&format!("/api/v1/scopes/{scope}/audit?limit=200")).await.good();
    let lines = trail["items"].as_array().unwrap().iter();
    let told: Vec<_> = lines.filter(|line| line["action"].as_str().unwrap().starts_with("canned")).collect();
    let actions: Vec<_> = told.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["canned_reply_deleted", "canned_reply_created"], "shared ones only, newest first");
    assert_eq!(told[0]["details"], json!({"shortcut": "refund"}));
}

async fn bad_replies_are_refused(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let base = format!("/api/v1/scopes/{scope}/canned_replies");
    let good = owner.post(&base, reply("refund", false)).await.good();
    let other = owner.post(&base, reply("other", false)).await.good();
    let other = format!("{base}/{}", other["id"].as_str().unwrap());
    for bad in [
        reply("refund", false),
        reply("Two Words", false),
        json!({"shortcut": "x", "title": "", "text": "Hello"}),
        json!({"shortcut": "x", "title": "X", "text": "  "}),
        json!({"shortcut": "x", "title": "X", "text": "x".repeat(4_001)}),
        json!({"shortcut": "x", "title": "X", "text": "Hello", "owner": "me"}),
    ] {
        assert_eq!(owner.post(&base, bad.clone()).await.code(), "bad_request", "{bad}");
    }
    let taken = owner.patch(&other, json!({"shortcut": "refund"})).await;
    assert_eq!(
        (taken.code().as_str(), taken.json()["message"].as_str()),
        ("bad_request", Some("shortcut is in use"))
    );

    let body = json!({"name": "Other", "mode": "production", "time_zone": "UTC"});
    let elsewhere = owner.post("/api/v1/scopes", body).await.good()["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/scopes/{elsewhere}/canned_replies/{}", good["id"].as_str().unwrap());
    assert_eq!(owner.delete(&path).await.code(), "not_found", "a reply of another scope");
}

async fn personal_replies_go_with_their_owner(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let agent = app.invited(&owner, &scope, "agent", "Agent").await;
    let base = format!("/api/v1/scopes/{scope}/canned_replies");
    agent.post(&base, reply("mine", true)).await.good();
    owner.post(&base, reply("ours", false)).await.good();
    let members = format!("/api/v1/scopes/{scope}/members");
    assert_eq!(owner.delete(&format!("{members}/{}", agent.id)).await.status, 204);
    let store = app.running.edge.store.clone();
    let (scope, agent) = (scope.parse().unwrap(), agent.id.parse().unwrap());
    let left = store.read(move |connection| switchboard::store::canned::list(connection, scope, agent)).await;
    let left: Vec<_> = left.unwrap().into_iter().map(|reply| reply.shortcut).collect();
    assert_eq!(left, ["ours"]);
}
