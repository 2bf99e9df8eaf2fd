//! The generic platform: Standard Webhooks both ways.

use std::sync::Arc;

use serde_json::{Value, json};
use switchboard::channels::{Account, Headers, Refused, Request, platform};
use switchboard::domain::channel::ChannelKind;
use tokio::sync::Notify;

use super::sim::Fault;
use super::sim::webhook::text;
use super::{Office, last_message, texts};
use crate::support::database::Database;

const A: &str = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
const B: &str = "whsec_YGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn8=";
const ID: &str = "msg_01JB2Q9YF3T7K8M5N6P4R2S1V0";
const BODY: &str = r#"{"type":"message.inbound","timestamp":"2026-01-01T00:00:00Z","data":{"conversation_key":"cust-42","message_id":"ext-1001","text":"Hällo 👋, where is my order?"}}"#;
const BY_A: &str = "v1,iQS4mQzvoyJQT+U1/oQ6Zcwc6nvClW3kk5F4pt+DSs8=";
const BY_B: &str = "v1,x1G136PxxH6ng2artyKY2Lsc+FDERMnwB8dGjG77vcc=";
const BY_ED25519: &str =
    "v1a,XGtLHDFz79QZcQsluMTwnQIyfHiNCf542n2fJEJo6YfUbuzUOFxCygQHMrnTdh42QRribv2R5M3i6RGquH/UBw==";
/// Ten seconds after the vector's time.
const NOW: i64 = 1_767_225_610_000;

fn status(secrets: &[(&str, &str)], headers: &[(&str, &str)], body: &str, now: i64) -> u16 {
    let platform = platform(ChannelKind::Webhook).unwrap();
    let secrets = secrets.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let settings = std::collections::BTreeMap::new();
    let account = Account::new(platform, &settings, &secrets);
    let mut all = Headers::default();
    all.add("Content-Type", "application/json");
    for (name, value) in headers {
        all.add(name, value);
    }
    let request = Request { method: "POST", url: "", query: &[], headers: &all, body: body.as_bytes() };
    match platform.verify(&request, &account, now) {
        Ok(()) => 200,
        Err(refused) => refused.status(),
    }
}

#[test]
fn every_vector_of_the_specification_has_its_verdict() {
    let a = [("inbound_secret", A)];
    let with = |signature: &str| {
        status(
            &a,
            &[("webhook-id", ID), ("webhook-timestamp", "1767225600"), ("webhook-signature", signature)],
            BODY,
            NOW,
        )
    };
    assert_eq!(with(BY_A), 200);
    assert_eq!(with(&format!("{BY_B} {BY_A}")), 200, "rotation");
    assert_eq!(with(&format!("{BY_ED25519} {BY_A}")), 200);
    assert_eq!(with(&format!("v1a,AAAA {BY_A}")), 200);
    assert_eq!(with(&format!("garbage {BY_A}")), 200);
    for bad in ["", "v9,iQS4mQzvoyJQT+U1/oQ6Zcwc6nvClW3kk5F4pt+DSs8=", BY_B, BY_ED25519, &BY_A[..40], "v1,"] {
        assert_eq!(with(bad), 401, "{bad}");
    }
    let at = |id: &str, timestamp: &str, body: &str, now: i64| {
        status(
            &a,
            &[("Webhook-Id", id), ("WEBHOOK-TIMESTAMP", timestamp), ("Webhook-Signature", BY_A)],
            body,
            now,
        )
    };
    assert_eq!(at(ID, "1767225600", BODY, NOW), 200, "names in any case");
    assert_eq!(at(ID, "1767225600", &format!("{BODY} "), NOW), 401);
    assert_eq!(at("msg_other", "1767225600", BODY, NOW), 401);
    for (shift, expected) in [(300, 200), (-300, 200), (301, 401), (-301, 401)] {
        assert_eq!(at(ID, "1767225600", BODY, 1_767_225_600_000 + shift * 1_000), expected, "{shift}");
    }
    for bad in ["abc", "1767225600.0", "-1", "1767225600000000"] {
        assert_eq!(at(ID, bad, BODY, NOW), 400, "{bad}");
    }
    assert_eq!(at("a.b", "1767225600", BODY, NOW), 400);
    let good = [("webhook-id", ID), ("webhook-timestamp", "1767225600"), ("webhook-signature", BY_A)];
    assert_eq!(status(&[], &good, BODY, NOW), 401, "no secret, nothing believed");
    assert_eq!(status(&[("inbound_secret", B)], &good, BODY, NOW), 401);
    assert_eq!(status(&[("inbound_secret", B), ("inbound_secret_previous", A)], &good, BODY, NOW), 200);
    assert_eq!(status(&a, &good[..2], BODY, NOW), 401);
    let twice = [good[0], good[1], good[2], ("webhook-signature", BY_A)];
    assert_eq!(status(&a, &twice, BODY, NOW), 401);
    assert_eq!(Refused::Type.status(), 415);
}

/// In, claimed, answered, ended, rated: the whole life by plain text.
async fn whole_life(database: Database) {
    let office = Office::open(database).await;
    let line = office.webhook().await;
    let (status, body) =
        office.webhook_event(&line, "e-1", &text("m-1", "cust-42", "Where is my order?")).await;
    assert_eq!((status, body.as_str()), (200, r#"{"id":"e-1","status":"accepted"}"#));
    let chat = office.conversations(1).await.remove(0);
    let log = office.log(&chat, |log| !texts(log).is_empty()).await;
    assert_eq!(texts(&log), ["Where is my order?"]);
    let detail = office.owner.get(&format!("/api/v1/conversations/{chat}")).await.good();
    assert_eq!(detail["contact"]["name"], "Zoë");
    assert_eq!(detail["contact"]["external_id"], "cust-42");
    assert_eq!(detail["contact"]["attributes"], json!({"plan": "pro"}));

    office.does("send", &chat, json!({"text": "On its way!"})).await;
    let taken = office.sim.wait_for(1).await;
    let said = taken[0].json();
    assert_eq!(said["data"]["text"], "On its way!");
    assert_eq!(said["data"]["conversation_key"], "cust-42");
    assert_eq!(said["data"]["author"]["type"], "agent");
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let seq = last_message(&log);
    let lines = office.delivered(&chat, seq, "sent").await;
    assert_eq!(lines.len(), 1);
    let provider_id = lines[0]["provider_id"].as_str().unwrap().to_owned();

    let report = |id: &str, state: &str| json!({"type": "status.updated", "timestamp": "2026-01-01T00:00:00Z", "data": {"message_id": id, "status": state}});
    office.webhook_event(&line, "e-2", &report(&provider_id, "read")).await;
    office.delivered(&chat, seq, "read").await;
    office.webhook_event(&line, "e-3", &report(&provider_id, "delivered")).await;

    office.webhook_event(&line, "e-4", &text("m-4", "cust-42", "/End")).await;
    office.log(&chat, |log| log.iter().any(|e| e["body"]["reason"] == "customer")).await;
    let taken = office.sim.wait_for(2).await;
    assert!(taken[1].json()["data"]["text"].as_str().unwrap().contains("1 (bad) to 5"));
    office.webhook_event(&line, "e-5", &text("m-5", "cust-42", "5")).await;
    office.log(&chat, |log| log.iter().any(|e| e["body"]["rating"] == 5)).await;
    // Whatever comes next is a new chat.
    office.webhook_event(&line, "e-6", &text("m-6", "cust-42", "One more thing")).await;
    let chats = office.conversations(2).await;
    let log = office.log(&chats[1], |log| !texts(log).is_empty()).await;
    assert_eq!(texts(&log), ["One more thing"]);
    assert_eq!(office.sim.messages_seen().values().max(), Some(&1));
}

#[actix_web::test]
async fn a_customer_is_answered_rates_and_comes_back_on_sqlite() {
    whole_life(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_is_answered_rates_and_comes_back_on_postgres() {
    whole_life(Database::postgres()).await;
}

#[actix_web::test]
async fn what_is_not_signed_or_not_readable_has_no_effect() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.webhook().await;
    let other = office.webhook().await;
    let good = text("m-1", "cust-1", "Hello");
    let foreign = super::Line { id: line.id.clone(), made: other.made.clone() };
    assert_eq!(office.webhook_event(&foreign, "e-1", &good).await.0, 401);
    assert_eq!(office.post(&line.id, &[("content-type", "application/json")], vec![]).await.0, 401);
    assert_eq!(office.post(&line.id, &[("content-type", "text/plain")], vec![]).await.0, 415);
    let large = vec![b' '; (1 << 20) + 1];
    assert_eq!(office.post(&line.id, &[("content-type", "application/json")], large).await.0, 413);
    assert_eq!(office.post("ch_00000000000000000000000000000001", &[], vec![]).await.0, 404);
    assert_eq!(office.post("nonsense", &[], vec![]).await.0, 404);
    let widget = office.owner.get(&office.channels()).await.good()["items"][0]["id"].clone();
    assert_eq!(office.post(widget.as_str().unwrap(), &[], vec![]).await.0, 404);
    let unreadable = [
        json!([]),
        json!({"type": "message.inbound"}),
        json!({"type": "message.inbound", "data": {"message_id": "m", "conversation_key": "c"}}),
        json!({"type": "message.inbound", "data": {"message_id": "m", "text": "x"}}),
        json!({"type": "message.inbound", "data": {"message_id": 7, "conversation_key": "c", "text": "x"}}),
    ];
    for (number, body) in unreadable.iter().enumerate() {
        assert_eq!(office.webhook_event(&line, &format!("bad-{number}"), body).await.0, 422, "{body}");
    }
    let unknown = json!({"type": "something.new", "data": {"whatever": [1, 2]}});
    assert_eq!(office.webhook_event(&line, "e-7", &unknown).await.0, 200);
    assert_eq!(office.webhook_event(&line, "e-8", &good).await.0, 200);
    let chat = office.conversations(1).await.remove(0);
    assert_eq!(texts(&office.log(&chat, |log| !texts(log).is_empty()).await), ["Hello"]);
}

async fn replayed(database: Database) {
    let office = Office::open(database).await;
    let line = office.webhook().await;
    let event = text("m-1", "cust-1", "Once");
    let posts = (0..20).map(|_| office.webhook_event(&line, "e-1", &event));
    let answers = futures_util::future::join_all(posts).await;
    assert!(answers.iter().all(|(status, _)| *status == 200));
    assert_eq!(answers.iter().filter(|(_, body)| body.contains("accepted")).count(), 1);
    // The same message under other event ids.
    let posts: Vec<_> = (0..20).map(|n| format!("again-{n}")).collect();
    let posts = posts.iter().map(|id| office.webhook_event(&line, id, &event));
    for (status, body) in futures_util::future::join_all(posts).await {
        assert_eq!((status, body.contains("duplicate")), (200, true));
    }
    office.webhook_event(&line, "e-2", &text("m-2", "cust-1", "Twice")).await;
    let chat = office.conversations(1).await.remove(0);
    let log = office.log(&chat, |log| texts(log).contains(&"Twice")).await;
    assert_eq!(texts(&log), ["Once", "Twice"]);
}

#[actix_web::test]
async fn an_event_that_comes_twenty_times_at_once_takes_effect_once_on_sqlite() {
    replayed(Database::sqlite()).await;
}

#[actix_web::test]
async fn an_event_that_comes_twenty_times_at_once_takes_effect_once_on_postgres() {
    replayed(Database::postgres()).await;
}

#[actix_web::test]
async fn messages_leave_in_order_and_a_failure_is_shown_and_tried_again() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.webhook().await;
    office.webhook_event(&line, "e-1", &text("m-1", "cust-1", "Hello")).await;
    let chat = office.conversations(1).await.remove(0);
    office.sim.fail_next(Fault::Answer(503, "{}"));
    office.sim.fail_next(Fault::TakenButLost);
    for number in 0..5 {
        office.does("send", &chat, json!({"text": format!("Line {number}")})).await;
    }
    let taken = office.sim.wait_until(|taken, _| taken.len() >= 6).await;
    let said: Vec<Value> = taken.iter().map(|call| call.json()["data"]["text"].clone()).collect();
    assert_eq!(said, ["Line 0", "Line 0", "Line 1", "Line 2", "Line 3", "Line 4"]);
    assert_eq!(taken[0].header("webhook-id"), taken[1].header("webhook-id"), "so that the repeat is known");
    let log = office.log(&chat, |log| texts(log).len() == 6).await;
    let first = last_message(&log) - 4;
    let lines = office.delivered(&chat, first, "sent").await;
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["again", "again", "sent"]);

    office.sim.fail_next(Fault::Answer(422, "{}"));
    office.does("send", &chat, json!({"text": "Refused"})).await;
    let lines = office.delivered(&chat, first + 5, "failed").await;
    assert_eq!(lines[0]["reason"], "status 422");
    let retry = format!("/api/v1/conversations/{chat}/entries/{}/retry", first + 5);
    office.owner.post(&retry, json!({})).await.good();
    office.delivered(&chat, first + 5, "sent").await;
    assert_eq!(office.owner.post(&retry, json!({})).await.status.as_u16(), 404, "nothing failed any more");
}

#[actix_web::test]
async fn a_platform_that_hangs_holds_up_no_other() {
    let office = Office::open(Database::sqlite()).await;
    let (dead, alive) = (office.webhook().await, office.telegram().await);
    office.sim.expect_signed_with(dead.made["outbound_secret"].as_str().unwrap());
    for number in 0..6 {
        let customer = format!("cust-{number}");
        office.webhook_event(&dead, &customer, &text(&customer, &customer, "Hello")).await;
    }
    let chats = office.conversations(6).await;
    for _ in 0..4 {
        office.sim.fail_next(Fault::Hang);
    }
    for chat in &chats {
        office.log(chat, |log| !texts(log).is_empty()).await;
        office.does("send", chat, json!({"text": "Into the void"})).await;
    }
    office.sim.wait_until(|_, refused| refused.len() == 4).await;
    office.update(&alive, &super::sim::telegram::text(1, 55501, "Zoë", "Hi")).await;
    let chat = office.conversations(7).await.remove(6);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    office.does("send", &chat, json!({"text": "At once"})).await;
    let taken = office.sim.wait_for(1).await;
    assert_eq!(taken[0].json()["text"], "At once");
}

#[actix_web::test]
async fn one_message_at_a_time_is_on_its_way_in_a_conversation() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.webhook().await;
    office.webhook_event(&line, "e-1", &text("m-1", "cust-1", "Hello")).await;
    let chat = office.conversations(1).await.remove(0);
    let go_on = Arc::new(Notify::new());
    office.sim.fail_next(Fault::Hold(go_on.clone()));
    office.does("send", &chat, json!({"text": "First"})).await;
    office.does("send", &chat, json!({"text": "Second"})).await;
    assert_eq!(office.sim.taken().len(), 0);
    go_on.notify_one();
    let taken = office.sim.wait_for(2).await;
    let said: Vec<Value> = taken.iter().map(|call| call.json()["data"]["text"].clone()).collect();
    assert_eq!(said, ["First", "Second"]);
}

#[actix_web::test]
async fn secrets_are_written_and_never_read() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.webhook().await;
    let old = line.made["inbound_secret"].as_str().unwrap().to_owned();
    let list = office.owner.get(&office.channels()).await.good().to_string();
    assert!(list.contains("inbound_secret") && !list.contains(&old));
    let folder = office.app.folder.path();
    let mode = std::os::unix::fs::PermissionsExt::mode(
        &std::fs::metadata(folder.join("secrets.key")).unwrap().permissions(),
    );
    assert_eq!(mode & 0o777, 0o600);

    let path = format!("{}/{}", office.channels(), line.id);
    let answer = office.owner.patch(&path, json!({"secrets": {"inbound_secret": ""}})).await.good();
    let new = answer["made_secrets"]["inbound_secret"].as_str().unwrap().to_owned();
    assert_ne!(new, old);
    for (body, words) in [
        (json!({"secrets": {"nonsense": "x"}}), "secrets.nonsense"),
        (json!({"secrets": {"inbound_secret": "short"}}), "secrets.inbound_secret"),
        (json!({"settings": {"platform": {"url": "http://169.254.169.254/"}}}), "settings.platform.url"),
        (json!({"settings": {"platform": {}}}), "settings.platform.url is missing"),
        (json!({"settings": {"platform": {"url": "http://127.0.0.1:1/", "x": "y"}}}), "settings.platform."),
        (json!({"settings": {"title": "of a widget"}}), "title"),
    ] {
        let refused = office.owner.patch(&path, body).await;
        assert_eq!(refused.status.as_u16(), 400);
        assert!(refused.text.contains(words), "{}", refused.text);
    }
    // The old one is good for another day.
    assert_eq!(office.webhook_event(&line, "e-1", &text("m-1", "c", "Old")).await.0, 200);
    let renewed = super::Line { id: line.id.clone(), made: json!({"inbound_secret": new}) };
    assert_eq!(office.webhook_event(&renewed, "e-2", &text("m-2", "c", "New")).await.0, 200);
    office.app.running.edge.sources.shift_clock(25 * 60 * 60 * 1_000);
    assert_eq!(office.webhook_event(&line, "e-3", &text("m-3", "c", "Old")).await.0, 401);
    assert_eq!(office.webhook_event(&renewed, "e-4", &text("m-4", "c", "New")).await.0, 200);
}

#[actix_web::test]
async fn a_channel_that_is_off_keeps_what_arrives() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.webhook().await;
    let path = format!("{}/{}", office.channels(), line.id);
    office.owner.patch(&path, json!({"enabled": false})).await.good();
    assert_eq!(office.webhook_event(&line, "e-1", &text("m-1", "c", "While off")).await.0, 200);
    let state = office.owner.get(&format!("{path}/state")).await.good();
    assert!(state["last_event_at"].is_i64());
    assert_eq!(office.rows().await.len(), 0);
    office.owner.patch(&path, json!({"enabled": true})).await.good();
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| texts(log) == ["While off"]).await;
}
