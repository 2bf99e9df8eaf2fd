//! The wall clock is for people to read: wherever it jumps, nothing ends early and nothing changes its order.

use serde_json::json;

use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::client_id;
use crate::support::stage::{Stage, assert_gapless, command, said};

const HOUR: i64 = 60 * 60_000;
const DAY: i64 = 24 * HOUR;

on_both! { a_clock_that_jumps_ends_nothing_early_and_keeps_the_order }

async fn a_clock_that_jumps_ends_nothing_early_and_keeps_the_order(database: Database) {
    let stage = Stage::new(database).await;
    let owner = stage.app.owner().await;
    let settings = json!({"idle_queued": HOUR, "idle_assigned": 1_000, "release_after": 0});
    owner.patch(&format!("/api/v1/scopes/{}", stage.scope), json!({"settings": settings})).await.good();
    let (mut waiting, id) = stage.writes("Anybody there?").await;
    let (mut answered, other) = stage.writes("Where is my order?").await;
    let (_, mut agent) = stage.agent().await;
    agent.ok(command("join", &other, json!({}))).await;

    let clock = &stage.app.running.edge.sources;
    clock.shift_clock(DAY);
    // Here a second was silent by any clock: so limits were looked at after the jump.
    assert_eq!(answered.entry("ended").await["body"]["reason"], "expired");
    let says = |text: &str| json!({"type": "send", "client_id": client_id(), "text": text});
    waiting.ok(says("A day later?")).await;
    clock.shift_clock(-2 * DAY);
    waiting.ok(says("A day before?")).await;

    let log = stage.log(&id).await;
    assert_gapless(&log);
    assert_eq!(said(&log, "contact"), ["Anybody there?", "A day later?", "A day before?"]);
    let times: Vec<i64> = log[1..].iter().map(|entry| entry["at"].as_i64().unwrap()).collect();
    assert!(times[0] < times[1] && times[2] < times[0], "the clock has jumped: {times:?}");
    let (_, mut late) = stage.agent().await;
    let opened = late.ok(json!({"type": "open", "conversation": id, "after": 2})).await;
    assert_eq!(opened["entries"].as_array().unwrap()[..], log[2..]);
}
