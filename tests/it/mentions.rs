//! A note that names a colleague reaches them, wherever they are in the dashboard, and nobody else.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard::domain::member::Role;

use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::Socket;
use crate::support::stage::{Stage, command};

/// Nothing here takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

on_both! {
    whom_a_note_names_hears_of_it
    who_was_away_finds_what_names_them_until_they_read_it
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

async fn who_was_away_finds_what_names_them_until_they_read_it(database: Database) {
    let stage = Stage::new(database).await;
    let (writer, mut agent) = stage.agent().await;
    let away = stage.members(1, Role::Agent).await.remove(0);
    let stranger = Chat::new(&stage.store()).await;
    let path = format!("/api/v1/scopes/{}/mentions", stage.scope);
    let (_one, first) = stage.writes("Hello").await;
    let (_two, second) = stage.writes("Hello").await;

    let named = json!({"text": "@Sam", "mentions": [away.id, writer.id, stranger.agent.id]});
    agent.ok(command("note", &first, named.clone())).await;
    let newest = agent.ok(command("note", &first, named.clone())).await["seq"].clone();
    let other = agent.ok(command("note", &second, named)).await["seq"].clone();

    let marks = away.get(&path).await.good();
    let seen: Vec<(&Value, &Value)> =
        marks["items"].as_array().unwrap().iter().map(|mark| (&mark["conversation"], &mark["seq"])).collect();
    assert_eq!(seen, [(&json!(second), &other), (&json!(first), &newest)]);
    let part = away.get(&format!("{path}?limit=1")).await.good();
    let rest = away.get(&format!("{path}?limit=1&cursor={}", part["next"].as_str().unwrap())).await.good();
    assert_eq!((&rest["items"][0]["conversation"], &rest["next"]), (&json!(first), &Value::Null));

    assert_eq!(writer.get(&path).await.good()["items"], json!([]), "not the writer");
    let elsewhere = stage.key_of(&stranger).await;
    assert_eq!(elsewhere.get(&path).await.code(), "not_found");
    let own = format!("/api/v1/scopes/{}/mentions", stranger.scope.id);
    assert_eq!(elsewhere.get(&own).await.good()["items"], json!([]), "nobody of another scope");

    let (mut socket, _) = Socket::dashboard(&away).await;
    socket.ok(json!({"type": "open", "conversation": first})).await;
    let almost = newest.as_i64().unwrap() - 1;
    for (seq, left) in [(json!(almost), 2), (newest, 1)] {
        socket.ok(json!({"type": "read", "conversation": first, "seq": seq})).await;
        socket.event("read").await;
        // The mark is kept behind everybody's back: wait for it.
        let count = async || away.get(&path).await.good()["items"].as_array().unwrap().len();
        let gone = async { while count().await > left {} };
        tokio::time::timeout(PATIENCE, gone).await.expect("the mark goes");
        assert_eq!(count().await, left);
    }
    assert_eq!(away.get(&path).await.good()["items"][0]["conversation"], json!(second));
}
