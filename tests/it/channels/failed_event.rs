//! Webhooks are told of a message that does not reach its customer: at once, when it is given up, and when the platform says so
//! later.

use serde_json::{Value, json};
use switchboard::outgoing::signature::{Secret, Signed, verify};

use super::sim::webhook::text;
use super::sim::{Fault, meta, talk};
use super::{Office, texts};
use crate::bots::fake::{Act, FakeBot};
use crate::support::database::Database;
use crate::support::{eventually, on_both};

on_both! { a_failed_delivery_is_told }

/// What the program is told next, after its signature was checked.
async fn told(program: &mut FakeBot, secret: &Secret, now: i64) -> Value {
    let seen = program.request().await;
    let header = |name: &str| seen.headers[name].as_str();
    let call = Signed {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    verify(std::slice::from_ref(secret), call, &seen.body, now / 1_000).unwrap();
    serde_json::from_slice(&seen.body).unwrap()
}

async fn a_failed_delivery_is_told(database: Database) {
    let mut program = FakeBot::start(vec![Act::Answer("204 No Content", String::new())]).await;
    let office = Office::open_beside(database, &[program.address.to_string()]).await;
    let path = format!("/api/v1/scopes/{}/webhooks", office.scope);
    let url = format!("http://{}/told", program.address);
    let made = office.owner.post(&path, json!({"url": url, "events": ["delivery.failed"]})).await.good();
    let secret: Secret = made["secret"].as_str().unwrap().parse().unwrap();
    let (settings, secrets) = talk::account("whatsapp", &office.sim.base);
    let line = office.add("whatsapp", settings, secrets).await;
    let who = talk::customer("whatsapp", 1);
    office.meta_event(&line, &meta::whatsapp_text("wamid.1", &who, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    let mut seq = office.log(&chat, |log| !texts(log).is_empty()).await.len() as i64 + 1;
    let now = || office.app.running.edge.sources.now();

    // The platform refuses it.
    let refused = r#"{"error":{"message":"(#131026) no","code":131026,"error_data":{"details":"Message undeliverable"}}}"#;
    office.sim.fail_next(Fault::Answer(400, refused));
    office.does("send", &chat, json!({"text": "Are you there?"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "failed").await;
    let event = told(&mut program, &secret, now()).await;
    assert_eq!(event["type"], "delivery.failed");
    assert_eq!((&event["conversation"], &event["seq"]), (&json!(chat), &json!(seq)));
    assert_eq!(event["scope"], office.scope.as_str());
    assert_eq!(event["data"], json!({"channel": line.id, "reason": lines[0]["reason"]}));

    // It takes it, and tells later that it failed.
    office.does("send", &chat, json!({"text": "Still here"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "sent").await;
    let errors = json!([{"code": 131_026, "title": "Message undeliverable"}]);
    let id = &lines[0]["provider_id"];
    for _ in 0..3 {
        let status = json!({"id": id, "status": "failed", "timestamp": "1767225601", "recipient_id": who, "errors": errors});
        office.meta_event(&line, &meta::whatsapp_event(&json!({"statuses": [status]}))).await;
    }
    let lines = office.delivered(&chat, seq, "failed").await;
    let event = told(&mut program, &secret, now()).await;
    assert_eq!((&event["type"], &event["seq"]), (&json!("delivery.failed"), &json!(seq)));
    assert_eq!(event["data"]["reason"], lines.last().unwrap()["reason"]);

    // One that tells it again and again, each time as an event of its own, is heard once.
    let other = office.webhook().await;
    office.webhook_event(&other, "hello", &text("m-1", "cust-1", "Hello")).await;
    let elsewhere = office.conversations(2).await.remove(1);
    let last = office.log(&elsewhere, |log| !texts(log).is_empty()).await.len() as i64 + 2;
    office.does("send", &elsewhere, json!({"text": "Hello yourself"})).await;
    let id = office.delivered(&elsewhere, last, "sent").await[0]["provider_id"].clone();
    let failed = json!({"message_id": id, "status": "failed", "error": "no such number"});
    let report = json!({"type": "status.updated", "timestamp": "2026-01-01T00:00:00Z", "data": failed});
    for event in ["failed-1", "failed-2", "failed-3"] {
        assert_eq!(office.webhook_event(&other, event, &report).await.0, 200);
    }
    // All three are noted behind the line that says it was sent.
    let lines = async || office.delivered(&elsewhere, last, "failed").await.len();
    eventually(lines, |lines| *lines == 4).await;
    let event = told(&mut program, &secret, now()).await;
    assert_eq!((&event["conversation"], &event["seq"]), (&json!(elsewhere), &json!(last)));

    // What arrives is not told: the next event is about the failure after it.
    office.does("send", &chat, json!({"text": "Good"})).await;
    office.delivered(&chat, seq + 1, "sent").await;
    office.sim.fail_next(Fault::Answer(400, refused));
    office.does("send", &chat, json!({"text": "Bad"})).await;
    assert_eq!(told(&mut program, &secret, now()).await["seq"], seq + 2);
}
