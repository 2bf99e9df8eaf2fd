//! What customers said goes by itself once a scope no longer keeps it, and nothing younger does.

use serde_json::{Value, json};
use switchboard::api;
use switchboard::domain::member::Role;

use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::client_id;
use crate::support::stage::Stage;

on_both! { old_chats_go_and_younger_ones_stay }

const DAY: i64 = 86_400_000;

/// A customer's chat that ended; the conversation's id.
async fn ended(stage: &Stage, text: &str) -> String {
    let (mut customer, id) = stage.writes(text).await;
    customer.ok(json!({"type": "end", "client_id": client_id(), "comment": text})).await;
    customer.close().await;
    id
}

async fn transcript(admin: &Person, conversation: &str) -> String {
    let answer = admin.get(&format!("/api/v1/conversations/{conversation}/transcript")).await;
    assert!(answer.status.is_success(), "{}", answer.text);
    answer.text
}

async fn old_chats_go_and_younger_ones_stay(database: Database) {
    let stage = Stage::new(database).await;
    let admin = stage.members(1, Role::Admin).await.remove(0);
    let path = format!("/api/v1/scopes/{}", stage.scope);
    for bad in [1, DAY - 1, 3_651 * DAY, -1] {
        let refused = admin.patch(&path, json!({"settings": {"keep_for": bad}})).await;
        assert_eq!(refused.code(), "bad_request", "{bad}");
    }
    let edge = stage.app.running.edge.clone();
    let old = ended(&stage, "old words").await;
    let (mut comes_back, first) = stage.writes("first words").await;
    comes_back.ok(json!({"type": "end", "client_id": client_id()})).await;
    edge.sources.shift_clock(2 * DAY);
    let open = stage.writes("open words").await.1;
    let young = ended(&stage, "young words").await;
    comes_back.ok(json!({"type": "start", "client_id": client_id(), "text": "second words"})).await;
    edge.sources.shift_clock(DAY + 1);

    assert_eq!(api::retention::sweep(&edge).await, 0, "unasked everything is kept");
    assert!(transcript(&admin, &old).await.contains("old words"));
    admin.patch(&path, json!({"settings": {"keep_for": 3 * DAY}})).await.good();
    assert_eq!(api::retention::sweep(&edge).await, 1);
    assert_eq!(api::retention::sweep(&edge).await, 0, "once");
    assert!(!transcript(&admin, &old).await.contains("old words"));
    for (kept, words) in [(&open, "open words"), (&young, "young words"), (&first, "first words")] {
        assert!(transcript(&admin, kept).await.contains(words), "{words}");
    }
    let audit = admin.get(&format!("{path}/audit")).await.good();
    let line = &audit["items"][0];
    assert_eq!(
        (&line["action"], &line["actor"]["kind"], &line["details"]),
        (&json!("contact_erased"), &json!("system"), &json!({"reason": "age"}))
    );
    assert_eq!(line["address"], Value::Null);
}
