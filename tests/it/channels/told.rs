//! Webhooks are told what happens to messages of messaging channels after they were written.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Office, last_message, texts};
use crate::bots::fake::{Act, FakeBot};
use crate::support::database::Database;
use crate::support::files::PNG;
use crate::support::on_both;

on_both! {
    what_becomes_of_messages_is_told
}

/// Of the generic platform.
fn event(kind: &str, data: Value) -> Value {
    json!({"type": kind, "timestamp": "2026-01-01T00:00:00Z", "data": data})
}

async fn what_becomes_of_messages_is_told(database: Database) {
    let mut other = FakeBot::start(vec![Act::Answer("204 No Content", String::new())]).await;
    let office = Office::open_beside(database, &[other.address.to_string()]).await;
    let hooks = format!("/api/v1/scopes/{}/webhooks", office.scope);
    let wanted = [
        "message.file",
        "message.edited",
        "message.reacted",
        "message.deleted",
        "delivery.sent",
        "delivery.delivered",
        "delivery.read",
        "delivery.failed",
    ];
    let body = json!({"url": format!("http://{}/told", other.address), "events": wanted});
    office.owner.post(&hooks, body).await.good();
    let scope = office.scope.parse().unwrap();
    office.app.until_known(scope, |rules| !rules.webhooks.is_empty()).await;
    let line = office.webhook().await;
    office.sim.put_bytes("/cdn/a.png", PNG);
    let picture = json!([{"url": format!("{}/cdn/a.png", office.sim.base), "name": "a.png"}]);
    let say = async |id: &str, event: Value| assert_eq!(office.webhook_event(&line, id, &event).await.0, 200);
    let customer = json!({"id": "cust-1", "name": "Zo\u{eb}"});
    let message = json!({"message_id": "m1", "conversation_key": "cust-1", "sender": customer, "text": "Where?", "attachments": picture});
    say("e1", event("message.inbound", message)).await;
    let chat = office.conversations(1).await.remove(0);
    let has = |log: &[Value], kind: &str| log.iter().any(|entry| entry["body"]["kind"] == kind);
    let log = office.log(&chat, |log| has(log, "file")).await;
    let first = last_message(&log);
    let edited = json!({"conversation_key": "cust-1", "message_id": "m1", "text": "Where is it?"});
    say("e2", event("message.edited", edited)).await;
    office.log(&chat, |log| has(log, "edited")).await;
    office.does("send", &chat, json!({"text": "On its way"})).await;
    let log = office.log(&chat, |log| texts(log).contains(&"On its way")).await;
    let ours = last_message(&log);
    let name = office.delivered(&chat, ours, "sent").await.last().unwrap()["provider_id"].clone();
    for (id, state) in [("e3", "delivered"), ("e4", "read")] {
        say(id, event("status.updated", json!({"message_id": name, "status": state}))).await;
        office.delivered(&chat, ours, state).await;
    }
    let thumb =
        json!({"conversation_key": "cust-1", "message_id": name, "emoji": "\u{1f44d}", "action": "add"});
    say("e5", event("reaction.inbound", thumb)).await;
    office.log(&chat, |log| has(log, "reacted")).await;
    office.sim.fail_next(super::sim::Fault::Answer(422, "{}"));
    office.does("send", &chat, json!({"text": "Refused"})).await;
    let log = office.log(&chat, |log| texts(log).contains(&"Refused")).await;
    let refused = last_message(&log);
    office.delivered(&chat, refused, "failed").await;
    say("e6", event("message.deleted", json!({"conversation_key": "cust-1", "message_id": "m1"}))).await;
    office.log(&chat, |log| has(log, "deleted")).await;

    let mut told: BTreeMap<String, Value> = BTreeMap::new();
    for _ in wanted {
        let body: Value = serde_json::from_slice(&other.request().await.body).unwrap();
        assert_eq!(body["conversation"], chat);
        assert!(told.insert(body["type"].as_str().unwrap().to_owned(), body).is_none(), "told twice");
    }
    let body = |kind: &str| &told[kind]["data"]["entry"]["body"];
    // What was taken back before a try is not told, but that it was.
    assert_eq!(
        (&body("message.deleted")["of"], &body("message.edited")["of"]),
        (&json!(first), &json!(first))
    );
    assert_eq!(body("message.file")["of"], first);
    assert_eq!(
        (&body("message.reacted")["of"], &body("message.reacted")["emojis"]),
        (&json!(ours), &json!(["\u{1f44d}"]))
    );
    for kind in ["delivery.sent", "delivery.delivered", "delivery.read"] {
        let told = &told[kind];
        assert_eq!((&told["seq"], &told["data"]["channel"]), (&json!(ours), &json!(line.id)), "{kind}");
    }
    let failed = &told["delivery.failed"];
    assert_eq!(failed["seq"], refused);
    assert!(failed["data"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{failed}");
}
