//! Frames that are no commands, and commands about what is not one's own.

use serde_json::{Value, json};
use switchboard::domain::member::Role;

use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, command, said};

const TEXT_MAX: usize = 10_000;

/// Frames that no socket takes, with the `ref` and the code of the answer. `ID` stands for a conversation.
fn bad_frames() -> Vec<(String, Value, &'static str)> {
    let client = client_id();
    let send =
        |text: &str| json!({"type": "send", "ref": "7", "client_id": client, "text": text}).to_string();
    let plain = |text: &str| (text.to_owned(), Value::Null, "bad_request");
    let named = |text: String| (text, json!("7"), "bad_request");
    vec![
        plain(""),
        plain(" "),
        plain("{"),
        plain("null"),
        plain("7"),
        plain("\"send\""),
        plain("[]"),
        plain("{}"),
        plain("hello"),
        plain(&"[".repeat(60_000)),
        plain(&format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000))),
        plain(r#"{"type":"typing","on":true}"#),
        plain(r#"{"type":"typing","on":true,"ref":""}"#),
        plain(r#"{"type":"typing","on":true,"ref":7}"#),
        plain(&json!({"type": "typing", "on": true, "ref": "x".repeat(65)}).to_string()),
        plain(r#"{"type":"typing","on":true,"ref":"7","ref":"8"}"#),
        named(r#"{"ref":"7"}"#.into()),
        named(r#"{"ref":"7","type":"no_such_command"}"#.into()),
        named(r#"{"ref":"7","type":"SEND"}"#.into()),
        named(r#"{"ref":"7","type":7}"#.into()),
        named(r#"{"ref":"7","type":"send"}"#.into()),
        named(r#"{"ref":"7","type":"typing","on":"yes"}"#.into()),
        named(r#"{"ref":"7","type":"read","seq":"1"}"#.into()),
        named(r#"{"ref":"7","type":"read","seq":1.5}"#.into()),
        named(r#"{"ref":"7","type":"read","seq":99999999999999999999}"#.into()),
        named(r#"{"ref":"7","type":"hello"}"#.into()),
        named(json!({"ref": "7", "type": "send", "client_id": "not a UUID", "text": "x"}).to_string()),
        named(json!({"ref": "7", "type": "send", "client_id": client, "text": 7}).to_string()),
        named(json!({"ref": "7", "type": "send", "client_id": client, "text": "x", "xyz": 1}).to_string()),
        named(
            json!({"ref": "7", "type": "send", "client_id": client, "text": "x", "ticket": "t"}).to_string(),
        ),
        named(json!({"ref": "7", "type": "typing", "on": true, "rating": 6}).to_string()),
        named(send("")),
        named(send(" \n\t\u{3000}")),
        named(send("a\0b")),
        named(send("x").replace("\"x\"", "\"\\ud800\"")),
        (send(&"ü".repeat(TEXT_MAX + 1)), json!("7"), "too_large"),
    ]
}

#[actix_web::test]
async fn frames_that_are_no_commands_are_named_and_change_nothing() {
    let stage = Stage::new(Database::sqlite()).await;
    let (mut customer, id) = stage.writes("hello").await;
    let (_, mut agent) = stage.agent().await;
    let (_, mut colleague) = stage.agent().await;
    for socket in [&mut agent, &mut colleague] {
        socket.ok(json!({"type": "open", "conversation": id})).await;
    }
    customer.entry("message").await;
    for (frame, reference, code) in bad_frames() {
        for (who, socket) in [("customer", &mut customer), ("agent", &mut agent)] {
            let frame = if who == "agent" {
                let id = format!(r#""conversation":"{id}","client_id""#);
                frame.replacen(r#""client_id""#, &id, 1)
            } else {
                frame.clone()
            };
            socket.send_text(&frame).await;
            let answer = socket.event("error").await;
            let shown: String = frame.chars().take(200).collect();
            assert_eq!(
                (&answer["code"], &answer["ref"]),
                (&json!(code), &reference),
                "{who}: {shown}: {answer}"
            );
            assert!(!answer["message"].as_str().unwrap().is_empty());
        }
    }
    let longest = "ü".repeat(TEXT_MAX);
    customer.writes(&longest).await;
    assert_eq!(colleague.entry("message").await["body"]["text"], longest.as_str());
    let answer = agent.does("send", &id, json!({"text": longest})).await;
    assert_eq!(answer["type"], "ok");
    let log = stage.log(&id).await;
    assert_eq!(said(&log, "contact"), ["hello", &longest]);
    assert_eq!(said(&log, "member"), [&longest]);
}

#[actix_web::test]
async fn what_is_not_ones_own_does_not_exist() {
    let stage = Stage::new(Database::sqlite()).await;
    let (_, own) = stage.writes("ours").await;
    let (_, mut agent) = stage.agent().await;
    let admin = stage.members(1, Role::Admin).await.remove(0);
    let (mut admin, _) = Socket::dashboard(&admin).await;
    let elsewhere = Chat::new(&stage.store()).await;
    let theirs = elsewhere.open("theirs").await;
    let nobody = json!("c_00000000000040008000000000000001");

    let about = |id: &Value| {
        let id = id.as_str().unwrap();
        vec![
            json!({"type": "open", "conversation": id}),
            json!({"type": "open", "conversation": id, "after": 1}),
            json!({"type": "read", "conversation": id, "seq": 1}),
            command("send", id, json!({"text": "x"})),
            command("note", id, json!({"text": "x"})),
            command("join", id, json!({})),
            command("take_over", id, json!({})),
            command("transfer", id, json!({"to": {"kind": "queue"}})),
            command("transfer", id, json!({"to": {"kind": "member", "id": elsewhere.agent.id}})),
            command("resolve", id, json!({})),
            command("activate", id, json!({})),
        ]
    };
    for socket in [&mut agent, &mut admin] {
        let foreign = about(&json!(theirs.id));
        for (foreign, missing) in foreign.into_iter().zip(about(&nobody)) {
            let foreign = socket.refused(foreign, "not_found").await;
            let missing = socket.refused(missing, "not_found").await;
            assert_eq!(foreign["message"], missing["message"]);
        }
        socket.refused(json!({"type": "subscribe", "scope": elsewhere.scope.id}), "not_found").await;
        socket.refused(json!({"type": "unsubscribe", "scope": elsewhere.scope.id}), "not_found").await;
        // What needs no answer tells nothing either.
        socket.ok(json!({"type": "typing", "conversation": theirs.id, "on": true})).await;
        socket.ok(json!({"type": "close", "conversation": theirs.id})).await;
        assert_eq!(socket.heard().count(), 0);
    }
    let to = json!({"to": {"kind": "member", "id": elsewhere.agent.id}});
    admin.refused(command("transfer", &own, to), "no_such_agent").await;
    assert_eq!(elsewhere.stored(theirs.id).await.unwrap(), theirs);
    assert_eq!(stage.state(&own).await.version, 2);
}

#[actix_web::test]
async fn before_the_first_message_there_is_nothing_to_change() {
    let stage = Stage::new(Database::sqlite()).await;
    let mut customer = stage.customer().await;
    for kind in ["request_human", "end"] {
        customer.refused(json!({"type": kind, "client_id": client_id()}), "not_found").await;
    }
    let feedback = json!({"type": "feedback", "client_id": client_id(), "rating": 5});
    customer.refused(feedback, "not_found").await;
    customer.refused(json!({"type": "read", "seq": 1}), "not_found").await;
    customer.ok(json!({"type": "typing", "on": true})).await;
    let scope = stage.channel.scope;
    let stored =
        stage.store().read(move |c| switchboard::store::conversations::active(c, scope)).await.unwrap();
    assert!(stored.is_empty());
}

#[actix_web::test]
async fn a_client_id_is_good_for_one_change() {
    let stage = Stage::new(Database::sqlite()).await;
    let (mut customer, id) = stage.writes("hello").await;
    let (_, mut agent) = stage.agent().await;
    let again = client_id();
    let first = customer.ok(json!({"type": "send", "client_id": again, "text": "one"})).await;
    let second = customer.ok(json!({"type": "send", "client_id": again, "text": "one"})).await;
    assert_eq!(first["seq"], second["seq"]);
    customer.refused(json!({"type": "send", "client_id": again, "text": "two"}), "id_reused").await;
    // Everybody has ids of their own.
    let by_agent = json!({"type": "note", "conversation": id, "client_id": again, "text": "three"});
    assert_ne!(agent.ok(by_agent).await["seq"], first["seq"]);
    assert_eq!(stage.log(&id).await.len(), 4);
}
