//! A note that names a colleague reaches them, wherever they are in the dashboard, and nobody else.

use serde_json::json;
use switchboard::domain::member::Role;

use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::Socket;
use crate::support::stage::{Stage, command};

on_both! {
    whom_a_note_names_hears_of_it
}

async fn whom_a_note_names_hears_of_it(database: Database) {
    let stage = Stage::new(database).await;
    let (writer, mut agent) = stage.agent().await;
    agent.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
    let others = stage.members(2, Role::Agent).await;
    let mut sockets = Vec::new();
    for person in &others {
        let (mut socket, _) = Socket::dashboard(person).await;
        socket.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
        socket.event("snapshot").await;
        sockets.push(socket);
    }
    let (_customer, conversation) = stage.writes("Hello").await;
    let note = json!({"text": "@Kim look", "mentions": [others[0].id, writer.id]});
    let answer = agent.ok(command("note", &conversation, note)).await;
    let heard = sockets[0].event("mentioned").await;
    assert_eq!(heard["conversation"], conversation.as_str());
    assert_eq!((&heard["seq"], &heard["text"]), (&answer["seq"], &json!("@Kim look")));
    assert_eq!(heard["by"]["id"], writer.id.as_str());
    agent.ok(command("note", &conversation, json!({"text": "for Bo", "mentions": [others[1].id]}))).await;
    let heard = sockets[1].event("mentioned").await;
    assert_eq!(heard["text"], "for Bo", "the note that names somebody else was not told");
    agent.ok(json!({"type": "presence", "status": "away"})).await;
    assert_eq!(agent.heard().filter(|frame| frame["type"] == "mentioned").count(), 0, "not the writer");

    let many = vec![others[0].id.clone(); 21];
    agent
        .refused(command("note", &conversation, json!({"text": "x", "mentions": many})), "bad_request")
        .await;
    agent.refused(command("send", &conversation, json!({"text": "x", "mentions": []})), "bad_request").await;
}
