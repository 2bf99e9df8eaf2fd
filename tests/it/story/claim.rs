//! How a chat comes to the member who answers it.

use serde_json::json;

use super::{row, scripted, subscribed};
use crate::support::database::Database;
use crate::support::sockets::client_id;
use crate::support::stage::{Stage, command, kinds};

#[actix_web::test]
async fn s20_every_member_may_write_in_any_unassigned_chat() {
    let stage = Stage::new(Database::sqlite()).await;
    for _ in 0..3 {
        let (_, mut agent) = stage.agent().await;
        let (mut customer, id) = stage.writes("hello").await;
        agent.ok(command("send", &id, json!({"text": "Hi"}))).await;
        customer.until(|frame| frame["entry"]["body"]["text"] == "Hi").await;
    }
}

#[actix_web::test]
async fn s21_the_first_message_assigns_the_chat_to_its_author() {
    let stage = Stage::new(Database::sqlite()).await;
    let (person, mut agent) = subscribed(&stage).await;
    let (_, mut colleague) = subscribed(&stage).await;
    let (mut customer, id) = stage.writes("hello").await;
    let sent = agent.ok(command("send", &id, json!({"text": "Hi"}))).await;
    assert_eq!((&sent["seq"], &sent["version"]), (&json!(4), &json!(4)));
    for socket in [&mut agent, &mut colleague] {
        let row = row(socket, &id, "assigned").await;
        assert_eq!(row["assignee"], json!({"id": person.id, "name": "Sam1 Ortega"}));
        assert_eq!(row["waiting_since"], json!(null));
    }
    assert_eq!(customer.entry("joined").await["by"], json!({"kind": "member", "name": "Sam1"}));
    assert_eq!(customer.until(|frame| frame["status"] == "agent").await["agent"]["name"], "Sam1");
    assert_eq!(kinds(&stage.log(&id).await), ["opened", "message", "joined", "message"]);
}

#[actix_web::test]
async fn s23_a_member_disconnects_the_ai_and_joins() {
    let stage = Stage::new(Database::sqlite()).await;
    stage.set_bot(scripted()).await;
    let (person, mut agent) = subscribed(&stage).await;
    let (mut customer, id) = stage.writes("hello").await;
    customer.until(|frame| frame["entry"]["body"]["text"] == "Two.").await;
    agent.ok(command("join", &id, json!({}))).await;
    assert_eq!(row(&mut agent, &id, "assigned").await["assignee"]["id"], json!(person.id));
    assert_eq!(customer.entry("joined").await["body"]["from"], "bot");
    agent.ok(command("send", &id, json!({"text": "Sam here"}))).await;
    customer.until(|frame| frame["entry"]["body"]["text"] == "Sam here").await;
    let asked = customer.ok(json!({"type": "send", "client_id": client_id(), "text": "more"})).await;
    // What follows a message of the customer is no bot any more.
    agent.ok(command("send", &id, json!({"text": "And now"}))).await;
    let log = stage.log(&id).await;
    let after = asked["seq"].as_u64().unwrap();
    assert_eq!(log.last().unwrap()["seq"], after + 1);
    assert_eq!(log.last().unwrap()["by"]["kind"], "member");
}
