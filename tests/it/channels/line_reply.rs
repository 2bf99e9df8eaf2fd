//! LINE's reply tokens: free, good for about a minute, and for one call.

use serde_json::json;

use super::sim::Fault;
use super::sim::line::{SECRET, TOKEN, request, signature, text};
use super::{Office, last_message, texts};
use crate::support::database::Database;
use crate::support::on_both;

const ZOE: &str = "U0123456789abcdef0123456789abcdef";

async fn the_first_answer_is_free_and_the_next_are_pushed(database: Database) {
    let office = Office::open(database).await;
    let secrets = json!({"channel_secret": SECRET, "channel_access_token": TOKEN});
    let line = office.add("line", json!({"api_base": office.sim.base}), secrets).await;
    let writes = async |id: &str, token: &str, age: i64| {
        let mut event = text(id, ZOE, id);
        event["replyToken"] = json!(token);
        event["timestamp"] = json!(office.app.running.edge.sources.now() - age);
        let body = request(&[event]);
        assert_eq!(office.post(&line.id, &[("x-line-signature", &signature(&body))], body).await.0, 200);
        let chat = office.conversations(1).await.remove(0);
        office.log(&chat, |log| texts(log).contains(&id)).await;
        chat
    };
    let answers = async |chat: &str, text: &str| {
        office.does("send", chat, json!({"text": text})).await;
        let log = office.log(chat, |log| texts(log).contains(&text)).await;
        office.delivered(chat, last_message(&log), "sent").await;
    };
    let ways = || {
        let calls = office.sim.taken().into_iter().filter(|call| call.path.starts_with("/v2/bot/message/"));
        calls.map(|call| call.path.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>()
    };

    let chat = writes("Hi", "rt-1", 1_000).await;
    answers(&chat, "Hello").await;
    answers(&chat, "How can I help?").await;
    assert_eq!(ways(), ["reply", "push"]);
    let reply = office.sim.taken().into_iter().find(|call| call.path.ends_with("/reply")).unwrap();
    assert_eq!((&reply.json()["replyToken"], reply.header("x-line-retry-key")), (&json!("rt-1"), ""));

    writes("Late", "rt-2", 60_000).await;
    answers(&chat, "Too late for a reply").await;
    // LINE says that this one was used: nobody waits for long.
    writes("Again", "rt-1", 1_000).await;
    answers(&chat, "Pushed then").await;
    assert_eq!(ways(), ["reply", "push", "push", "push"]);

    // Whether it was taken is not known, and there is no key: it is pushed once more.
    writes("Lost", "rt-3", 1_000).await;
    office.sim.fail_next(Fault::TakenButLost);
    answers(&chat, "Once or twice").await;
    assert_eq!(ways()[4..], ["reply", "push"]);
}

on_both! { the_first_answer_is_free_and_the_next_are_pushed }
