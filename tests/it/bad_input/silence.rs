//! Peers that are there and do not listen: they lose their socket, and nobody else notices.

use diesel::connection::SimpleConnection;
use serde_json::json;
use switchboard::domain::member::Role;

use crate::support::database::{Database, hold};
use crate::support::raw::Raw;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::Stage;

/// Letters of one message.
const LONG: usize = 10_000;

/// Messages sent at once.
const AT_ONCE: usize = 10;

/// Twice as many messages as may wait for one reader, in the server (1 MiB) and in its kernel (the last number of
/// `tcp_wmem`). So a reader who is dropped for another reason, as after 30 seconds without a sign of life, comes too late.
fn flood_max() -> usize {
    let limits = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_wmem").unwrap_or_default();
    let kernel = limits.split_whitespace().last().and_then(|most| most.parse().ok()).unwrap_or(4 << 20);
    2 * (kernel + (1 << 20)) / LONG
}

#[actix_web::test]
async fn a_reader_that_does_not_read_is_dropped_and_others_get_everything() {
    let stage = Stage::new(Database::sqlite()).await;
    let (mut customer, id) = stage.writes("hello").await;
    let slow = stage.members(1, Role::Agent).await.remove(0);
    let mut deaf = Raw::dashboard(&slow).await.hello().await;
    deaf.text(&json!({"type": "open", "ref": "2", "conversation": id}).to_string()).await;
    let (_, mut reader) = stage.agent().await;
    let mut seen = reader.ok(json!({"type": "open", "conversation": id})).await["last_seq"].as_i64().unwrap();
    let text = "x".repeat(LONG);
    let (mut sent, most) = (0, flood_max());
    let is_gone =
        |viewers: &serde_json::Value| !viewers["members"].as_array().unwrap().contains(&json!(slow.id));
    loop {
        let mut references = Vec::new();
        for _ in 0..AT_ONCE {
            let send = json!({"type": "send", "client_id": client_id(), "text": text});
            references.push(customer.tell(send).await);
        }
        for reference in references {
            assert_eq!(customer.answer(&reference).await["type"], "ok");
            let entry = reader.entry("message").await;
            assert_eq!(entry["seq"], seen + 1);
            seen += 1;
        }
        customer.forget();
        sent += AT_ONCE;
        let left = reader.heard().any(|frame| frame["type"] == "viewers" && is_gone(frame));
        if left {
            break;
        }
        assert!(sent < most, "{sent} messages wait for a reader that reads nothing");
    }
    println!("slow reader: dropped after {sent} messages of 10 KB");
    let code = deaf.closed().await;
    assert!([4008, 1006].contains(&code), "{code}");
    customer.ok(json!({"type": "send", "client_id": client_id(), "text": "still here"})).await;
    assert_eq!(reader.entry("message").await["seq"], seen + 1);
}

#[actix_web::test]
async fn a_peer_that_answers_no_ping_is_gone_and_one_that_does_stays() {
    let stage = Stage::with(Database::sqlite(), |config| {
        config.timers.ping_ms = 200;
        config.timers.silence_ms = 1_000;
    })
    .await;
    let person = stage.members(1, Role::Agent).await.remove(0);
    let mut silent = [
        Raw::widget(&stage.app.base, &stage.channel.public_key).await.hello().await,
        Raw::dashboard(&person).await.hello().await,
    ];
    let (mut agent, _) = Socket::dashboard(&person).await;
    let (mut customer, _) = stage.writes("hello").await;
    let began = std::time::Instant::now();
    let alive = async {
        // Reading answers pings; nothing else is said for longer than silence is allowed.
        while began.elapsed() < std::time::Duration::from_millis(2_500) {
            let patience = std::time::Duration::from_millis(100);
            let _ = tokio::time::timeout(patience, agent.try_next()).await;
            let _ = tokio::time::timeout(patience, customer.try_next()).await;
        }
    };
    let gone = async {
        for raw in &mut silent {
            assert_eq!(raw.closed().await, 1006);
        }
        began.elapsed()
    };
    let ((), gone) = tokio::join!(alive, gone);
    assert!(gone.as_millis() >= 900, "{gone:?}");
    agent.ok(json!({"type": "presence", "status": "online"})).await;
    customer.ok(json!({"type": "typing", "on": true})).await;
}

#[actix_web::test]
async fn a_client_ahead_of_its_answers_is_held_back_and_not_cut_off() {
    let database = Database::sqlite();
    let url = database.url.clone();
    let stage = Stage::new(database).await;
    let (mut customer, id) = stage.writes("Hello").await;
    let text = "x".repeat(10_000);
    let mut waiting = Vec::new();
    let mut held = hold(&url);
    for _ in 0..200 {
        waiting.push(customer.tell(json!({"type": "send", "client_id": client_id(), "text": text})).await);
    }
    held.batch_execute("ROLLBACK").unwrap();
    for reference in waiting {
        assert_eq!(customer.answer(&reference).await["type"], "ok", "answered, and nothing refused");
    }
    assert_eq!(stage.log(&id).await.len(), 202);
}
