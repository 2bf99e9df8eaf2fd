//! Tags: put on and taken off by any member, told to everybody, found by, suggested.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::app::TestApp;
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::stage::{Stage, command, kinds};

on_both! {
    a_conversation_is_tagged_and_found
    a_scope_knows_its_tags
    tags_are_told_to_members_alone
    a_tag_is_counted_and_renamed_everywhere
}

async fn a_conversation_is_tagged_and_found(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let (first, second) = (chat.open("One").await, chat.open("Two").await);
    let does = async |id: &str, verb: &str, tag: &str| {
        let body = json!({"client_id": Uuid::new_v4(), "tag": tag});
        owner.post(&format!("/api/v1/conversations/{id}/{verb}"), body).await
    };
    let id = first.id.to_string();
    for tag in ["vip", "damaged-item"] {
        does(&id, "tag", tag).await.good();
    }
    let again = does(&id, "tag", "vip").await.good();
    assert_eq!(again["seq"], Value::Null, "what is so already is not written");
    let shown = owner.get(&format!("/api/v1/conversations/{id}")).await.good();
    assert_eq!(shown["row"]["tags"], json!(["damaged-item", "vip"]));

    let list = async |query: &str| {
        let found = owner.get(&format!("/api/v1/scopes/{scope}/conversations?{query}")).await.good();
        let items = found["items"].as_array().unwrap().clone();
        items.into_iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(list("tag=vip").await, vec![id.clone()]);
    assert_eq!(list("tag=vip&state=all").await, vec![id.clone()]);
    let ended = chat.resolve(&chat.stored(first.id).await.unwrap()).await;
    assert_eq!(ended.tags, ["damaged-item", "vip"], "the end keeps them");
    assert_eq!(list("tag=vip&state=ended").await, vec![id.clone()]);
    assert_eq!(list("tag=vip").await, [""; 0]);
    assert_eq!(list("state=all").await, [second.id.to_string(), id.clone()]);

    let other = second.id.to_string();
    does(&other, "tag", "vip").await.good();
    does(&other, "untag", "vip").await.good();
    assert_eq!(list("tag=vip&state=all").await, [id]);
    for bad in ["", "Two Words", "a,b", &"x".repeat(41)] {
        assert_eq!(does(&other, "tag", bad).await.code(), "bad_request", "{bad}");
    }
    for number in 0..20 {
        does(&other, "tag", &format!("t{number}")).await.good();
    }
    assert_eq!(does(&other, "tag", "one-more").await.code(), "too_many_tags");
}

async fn a_scope_knows_its_tags(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let base = format!("/api/v1/scopes/{scope}/tags");
    for tag in ["refund", "vip", "vip"] {
        owner.post(&base, json!({"tag": tag})).await.good();
    }
    let open = chat.open("One").await;
    let body = json!({"client_id": Uuid::new_v4(), "tag": "lost-parcel"});
    owner.post(&format!("/api/v1/conversations/{}/tag", open.id), body).await.good();
    assert_eq!(owner.get(&base).await.good()["items"], json!(["lost-parcel", "refund", "vip"]));
    let part = owner.get(&format!("{base}?limit=2")).await.good();
    assert_eq!(part, json!({"items": ["lost-parcel", "refund"], "next": "refund"}));
    let rest = owner.get(&format!("{base}?limit=2&cursor=refund")).await.good();
    assert_eq!(rest, json!({"items": ["vip"], "next": null}));
    assert_eq!(owner.delete(&format!("{base}/vip")).await.status, 204);
    assert_eq!(owner.delete(&format!("{base}/vip")).await.code(), "not_found");
    assert_eq!(owner.post(&base, json!({"tag": "No"})).await.code(), "bad_request");

    let body = json!({"name": "Other", "mode": "production", "time_zone": "UTC"});
    let elsewhere = owner.post("/api/v1/scopes", body).await.good()["id"].as_str().unwrap().to_owned();
    let there = owner.get(&format!("/api/v1/scopes/{elsewhere}/tags")).await.good();
    assert_eq!(there["items"], json!([]), "each scope has its own");
    assert_eq!(owner.delete(&format!("/api/v1/scopes/{scope}")).await.status, 204);
}

async fn tags_are_told_to_members_alone(database: Database) {
    let stage = Stage::new(database).await;
    let (_, mut agent) = stage.agent().await;
    agent.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
    let (mut customer, conversation) = stage.writes("Hello").await;
    agent.ok(json!({"type": "open", "conversation": conversation})).await;
    agent.ok(command("tag", &conversation, json!({"tag": "vip"}))).await;
    let entry = agent.entry("tagged").await;
    assert_eq!(entry["body"], json!({"kind": "tagged", "tag": "vip"}));
    let told =
        agent.until(|frame| frame["type"] == "rows" && frame["rows"][0]["tags"] == json!(["vip"])).await;
    assert_eq!(told["rows"][0]["id"], conversation.as_str());
    let hidden = customer.entry("hidden").await;
    assert_eq!(hidden["by"], Value::Null);
    assert!(kinds(&stage.log(&conversation).await).contains(&"tagged"));
}

async fn a_tag_is_counted_and_renamed_everywhere(database: Database) {
    let app = TestApp::start(database, |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let (base, counts) =
        (format!("/api/v1/scopes/{scope}/tags"), format!("/api/v1/scopes/{scope}/tag_counts"));
    let does = async |id: &str, verb: &str, tag: &str| {
        let body = json!({"client_id": Uuid::new_v4(), "tag": tag});
        owner.post(&format!("/api/v1/conversations/{id}/{verb}"), body).await.good()
    };
    let (open, full) = (chat.open("One").await.id.to_string(), chat.open("Two").await.id.to_string());
    let ended = chat.open("Three").await;
    for id in [&open, &full, &ended.id.to_string()] {
        does(id, "tag", "vip").await;
    }
    chat.resolve(&chat.stored(ended.id).await.unwrap()).await;
    for number in 1..20 {
        does(&full, "tag", &format!("t{number:02}")).await;
    }
    does(&open, "tag", "gold").await;

    let part = owner.get(&format!("{counts}?limit=1")).await.good();
    assert_eq!(part, json!({"items": [{"tag": "gold", "chats": 1}], "next": "gold"}));
    let rest = owner.get(&format!("{counts}?cursor=t19")).await.good();
    assert_eq!(rest, json!({"items": [{"tag": "vip", "chats": 3}], "next": null}));

    let renamed = owner.patch(&format!("{base}/vip"), json!({"tag": "gold"})).await.good();
    assert_eq!(renamed, json!({"tag": "gold", "chats": 3, "left": 0}));
    let after = owner.get(&counts).await.good();
    assert_eq!(after["items"][0], json!({"tag": "gold", "chats": 3}));
    assert!(after["items"].as_array().unwrap().iter().all(|item| item["tag"] != "vip"), "{after}");
    let row = owner.get(&format!("/api/v1/conversations/{}", ended.id)).await.good()["row"].clone();
    assert_eq!((&row["tags"], &row["status"]), (&json!(["gold"]), &json!("ended")));
    let row = owner.get(&format!("/api/v1/conversations/{full}")).await.good()["row"].clone();
    assert_eq!(row["tags"].as_array().unwrap().len(), 20, "where there was no room for one more");

    // A word in the list that no chat has.
    owner.post(&base, json!({"tag": "later"})).await.good();
    let renamed = owner.patch(&format!("{base}/later"), json!({"tag": "someday"})).await.good();
    assert_eq!(renamed, json!({"tag": "someday", "chats": 0, "left": 0}));
    for (tag, body, code) in [
        ("later", json!({"tag": "x"}), "not_found"),
        ("gold", json!({"tag": "gold"}), "bad_request"),
        ("gold", json!({"tag": "No tag"}), "bad_request"),
    ] {
        assert_eq!(owner.patch(&format!("{base}/{tag}"), body).await.code(), code, "{tag}");
    }
    let audit = owner.get(&format!("/api/v1/scopes/{scope}/audit")).await.good();
    let lines = audit["items"].as_array().unwrap().iter();
    assert_eq!(lines.filter(|line| line["action"] == "tag_renamed").count(), 2);
}
