//! Who got no answer, or "unavailable", sends the same command again and learns what became of it: it stands once.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

use crate::support::chat::hold_journal;
use crate::support::database::{Database, hold};
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, said};

/// The database is back, so service is, too, within this time (G21).
const SOON: Duration = Duration::from_secs(5);

/// Sends it until it is taken.
async fn insists(customer: &mut Socket, command: &Value) -> Value {
    let begun = Instant::now();
    loop {
        let answer = customer.ask(command.clone()).await;
        if answer["type"] == "ok" {
            return answer;
        }
        assert_eq!(answer["code"], "unavailable");
        assert!(begun.elapsed() < SOON, "still {answer}");
    }
}

#[actix_web::test]
async fn what_was_not_answered_stands_once_when_it_is_sent_again() {
    let database = Database::sqlite();
    let url = database.url.clone();
    let stage = Stage::new(database).await;
    let (mut customer, id) = stage.writes("Hello").await;
    let says = |text: &str| json!({"type": "send", "client_id": client_id(), "text": text});

    // Nothing of it was done.
    let one = says("one");
    let mut held = hold(&url);
    customer.refused(one.clone(), "unavailable").await;
    held.batch_execute("ROLLBACK").unwrap();
    assert_eq!(insists(&mut customer, &one).await["seq"], 3);

    // It was given up as unknown, and then it was done.
    let person = stage.agent().await.0;
    let chat = stage.app.chat(&stage.scope, &person).await;
    let (held, release) = hold_journal(&chat.store).await;
    let two = says("two");
    customer.refused(two.clone(), "unavailable").await;
    release.await;
    // Whoever held it up waited in vain, too.
    let _ = held.await;
    assert_eq!(insists(&mut customer, &two).await["seq"], 4);

    assert_eq!(customer.ok(one).await["seq"], 3);
    assert_eq!(said(&stage.log(&id).await, "contact"), ["Hello", "one", "two"]);
    let heard: Vec<_> = customer.heard().filter(|frame| frame["type"] == "entry").collect();
    let numbers: Vec<_> = heard.iter().map(|frame| frame["entry"]["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [1, 2, 3, 4], "and whoever listens heard it once");
}
