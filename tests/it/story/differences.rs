//! What none of the others has.

use serde_json::{Value, json};

use super::scripted;
use crate::bots::fake::{Act, FakeBot};
use crate::support::database::Database;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, assert_gapless, command, said};

#[actix_web::test]
async fn d1_claim_with_a_receipt() {
    let stage = Stage::new(Database::sqlite()).await;
    let (winner, mut first) = stage.agent().await;
    let (_, mut second) = stage.agent().await;
    let (mut customer, id) = stage.writes("hello").await;
    first.ok(command("send", &id, json!({"text": "I take it"}))).await;
    let lost = second.refused(command("send", &id, json!({"text": "me too"})), "already_assigned").await;
    assert_eq!(lost["details"]["assignee"], json!({"id": winner.id, "name": "Sam1 Ortega"}));
    // What was typed is not lost: it can become a note.
    second.ok(command("note", &id, json!({"text": "me too"}))).await;
    customer.entry("hidden").await;
    assert!(!customer.heard().any(|frame| frame.to_string().contains("me too")));
    assert_eq!(said(&stage.log(&id).await, "member"), ["I take it"]);
}

#[actix_web::test]
async fn d2_takeover_fence() {
    let answers = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let reply = json!({"actions": [{"type": "message", "text": "late"}]}).to_string();
    let mut bot = FakeBot::start(vec![Act::AnswerWhen(answers.clone(), "200 OK", reply)]).await;
    let address = bot.address.to_string();
    let stage = Stage::with(Database::sqlite(), |config| {
        config.limits.enabled = false;
        config.outgoing.allow = vec![address];
    })
    .await;
    stage.set_bot(json!({"kind": "http", "url": bot.url()})).await;
    let (_, mut agent) = stage.agent().await;
    let (mut customer, id) = stage.writes("hello").await;
    agent.ok(json!({"type": "open", "conversation": id})).await;
    bot.request().await;
    agent.ok(command("join", &id, json!({}))).await;
    // Back to the bot: the answer is still one to a question of before.
    agent.ok(command("transfer", &id, json!({"to": {"kind": "bot"}}))).await;
    answers.add_permits(1);
    assert_eq!(agent.entry("suppressed").await["body"]["text"], "late");
    assert_eq!(customer.entry("hidden").await["body"], json!({"kind": "hidden"}));
    assert_eq!(said(&stage.log(&id).await, "bot"), Vec::<&str>::new());
}

#[actix_web::test]
async fn d4_gap_free_resume() {
    let stage = Stage::new(Database::sqlite()).await;
    stage.set_bot(scripted()).await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    let id = customer.writes("one").await;
    let mut seen = vec![];
    while seen.len() < 4 {
        seen.push(customer.event("entry").await["entry"].clone());
    }
    drop(customer);
    let (person, mut agent) = stage.agent().await;
    let opened = agent.ok(json!({"type": "open", "conversation": id})).await;
    let last = opened["last_seq"].as_i64().unwrap();
    agent.ok(command("join", &id, json!({}))).await;
    drop(agent);
    let (_, mut colleague) = stage.agent().await;
    for number in 0..60 {
        colleague.ok(command("note", &id, json!({"text": format!("note {number}")}))).await;
    }

    // Customer and member come back with the last number they have.
    let hello = json!({"visitor_token": welcome["visitor_token"], "after": 4});
    let (mut customer, again) = stage.returning(hello).await;
    assert_eq!(again["resync"], false);
    seen.extend(again["entries"].as_array().unwrap().clone());
    assert_gapless(&seen);
    assert_eq!(seen.len(), 65);
    let (mut agent, _) = Socket::dashboard(&person).await;
    let resumed = agent.ok(json!({"type": "open", "conversation": id, "after": last})).await;
    assert_eq!((&resumed["resync"], &resumed["first_seq"]), (&json!(false), &json!(last + 1)));
    let log = stage.log(&id).await;
    assert_eq!(resumed["entries"].as_array().unwrap()[..], log[usize::try_from(last).unwrap()..]);

    // And live from there on, also past what the customer may not see.
    colleague.ok(command("note", &id, json!({"text": "the last one"}))).await;
    customer.ok(json!({"type": "send", "client_id": client_id(), "text": "two"})).await;
    for socket in [&mut customer, &mut agent] {
        for seq in [66, 67] {
            assert_eq!(socket.event("entry").await["entry"]["seq"], seq);
        }
    }
    // A number that cannot be is no position.
    let odd = agent.ok(json!({"type": "open", "conversation": id, "after": 1_000})).await;
    assert_eq!((&odd["resync"], odd["entries"].as_array().unwrap().len()), (&json!(true), 50));
    let odd: Value = agent.ok(json!({"type": "open", "conversation": id, "after": -1})).await;
    assert_eq!(odd["resync"], true);
}

#[actix_web::test]
async fn d4_more_than_a_thousand_behind_is_a_fresh_page() {
    let stage = Stage::new(Database::sqlite()).await;
    let (_, mut agent) = stage.agent().await;
    let (_customer, id) = stage.writes("hello").await;
    for _ in 0..20 {
        let mut references = Vec::new();
        for _ in 0..50 {
            references.push(agent.tell(command("note", &id, json!({"text": "n"}))).await);
        }
        for reference in references {
            assert_eq!(agent.answer(&reference).await["type"], "ok");
        }
    }
    let near = agent.ok(json!({"type": "open", "conversation": id, "after": 2})).await;
    assert_eq!((&near["resync"], near["entries"].as_array().unwrap().len()), (&json!(false), 1_000));
    let far = agent.ok(json!({"type": "open", "conversation": id, "after": 1})).await;
    assert_eq!((&far["resync"], &far["more"], &far["first_seq"]), (&json!(true), &json!(true), &json!(953)));
}
