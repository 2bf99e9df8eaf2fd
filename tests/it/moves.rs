//! A socket that attaches anew hears from there on what follows, and nothing of what was still on its way to it from before;
//! what it has seen counts in the chat in which it was seen.

use serde_json::{Value, json};

use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::Stage;

/// Chances that something is on its way just then.
const ROUNDS: usize = 250;
/// Messages on their way at a time; a socket takes so many before it answers.
const BUSY: usize = 8;

fn seq(entry: &Value) -> i64 {
    entry["seq"].as_i64().unwrap()
}

/// Takes in what comes until the answer to `reference`.
async fn until_answered(socket: &mut Socket, reference: &str, mut take: impl FnMut(&Value)) -> Value {
    loop {
        let frame = socket.try_next().await.unwrap();
        if frame["ref"] == reference {
            return frame;
        }
        take(&frame);
    }
}

on_both! { an_open_chat_is_opened_again_while_it_goes_on }

async fn an_open_chat_is_opened_again_while_it_goes_on(database: Database) {
    let stage = Stage::new(database).await;
    let (mut customer, id) = stage.writes("Hello").await;
    let (_, mut member) = stage.agent().await;
    let opened = member.ok(json!({"type": "open", "conversation": id, "after": 0})).await;
    let mut last = opened["last_seq"].as_i64().unwrap();
    for _ in 0..ROUNDS {
        let mut said = Vec::new();
        for _ in 0..BUSY {
            said.push(customer.tell(json!({"type": "send", "client_id": client_id(), "text": "more"})).await);
        }
        let after = last;
        let open = member.tell(json!({"type": "open", "conversation": id, "after": after})).await;
        let opened = until_answered(&mut member, &open, |frame| {
            if frame["type"] == "entry" {
                last += 1;
                assert_eq!(seq(&frame["entry"]), last, "before the answer");
            }
        })
        .await;
        last = after;
        for entry in opened["entries"].as_array().unwrap() {
            last += 1;
            assert_eq!(seq(entry), last, "in the answer");
        }
        for reference in said {
            let said = customer.answer(&reference).await["seq"].as_i64().unwrap();
            while last < said {
                let frame = member.try_next().await.unwrap();
                if frame["type"] == "entry" {
                    last += 1;
                    assert_eq!(seq(&frame["entry"]), last, "after the answer");
                }
            }
        }
        customer.forget();
    }
}

#[actix_web::test]
async fn what_was_seen_of_another_chat_counts_for_nothing() {
    let stage = Stage::new(Database::sqlite()).await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    let token = welcome["visitor_token"].clone();
    let before = customer.writes("Hello").await;
    customer.ok(json!({"type": "end", "client_id": client_id()})).await;
    let start = json!({"type": "start", "client_id": client_id(), "text": "Once more"});
    let now = customer.ok(start).await["conversation"].clone();
    customer.writes("And more").await;
    let last = seq(&customer.until(|frame| frame["entry"]["body"]["text"] == "And more").await["entry"]);

    let seen = |conversation: &Value| json!({"visitor_token": token, "conversation": conversation, "after": last - 1});
    let (_, welcome) = stage.returning(seen(&now)).await;
    assert_eq!((&welcome["resync"], welcome["entries"].as_array().unwrap().len()), (&json!(false), 1));
    let (_, welcome) = stage.returning(seen(&json!(before))).await;
    assert_eq!(
        (&welcome["conversation"], &welcome["resync"], &welcome["more"]),
        (&now, &json!(true), &json!(false))
    );
    let numbers: Vec<_> = welcome["entries"].as_array().unwrap().iter().map(seq).collect();
    assert_eq!(numbers, (1..=last).collect::<Vec<_>>(), "the whole of the new chat");
}
