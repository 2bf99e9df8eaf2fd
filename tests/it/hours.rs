//! Opening hours: what a customer is told, and what asking for a human leads to, when nobody is there.

use serde_json::{Value, json};
use switchboard::domain::member::Role;

use crate::support::database::Database;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, kinds};
use crate::support::{eventually, on_both};

on_both! {
    outside_hours_a_message_is_left_instead_of_a_wait
    a_queue_with_expectation_says_when_it_opens
    what_waits_for_the_opening_does_not_expire
}

/// 2 January 2100 is a Saturday; the tests begin there, at noon.
const SATURDAY: i64 = 4_102_574_400_000;
const MONDAY_NINE: i64 = SATURDAY + 45 * 60 * 60 * 1_000;

/// A scope that is open on weekdays from nine to five, where the clock says Saturday.
async fn closed(database: Database, outside: &str) -> Stage {
    let stage = Stage::new(database).await;
    stage.set_bot(json!({"kind": "scripted", "fallback": ["Hm."]})).await;
    let sources = &stage.app.running.edge.sources;
    sources.shift_clock(SATURDAY - sources.now());
    let day = json!([{"from": "09:00", "to": "17:00"}]);
    let hours = json!({"week": [day, day, day, day, day, [], []]});
    let settings = json!({"hours": hours, "outside_hours": outside});
    set(&stage, settings).await;
    let directory = &stage.app.running.edge.directory;
    let scope = stage.channel.scope;
    eventually(async || directory.look(scope).await.unwrap().staffing.unwrap().opening.open, |open| !open)
        .await;
    stage
}

async fn set(stage: &Stage, settings: Value) {
    let admin = stage.members(1, Role::Admin).await.remove(0);
    let path = format!("/api/v1/scopes/{}", stage.scope);
    admin.patch(&path, json!({"settings": settings})).await.good();
}

async fn hears_closed(customer: &mut Socket) -> Value {
    customer.until(|frame| frame["type"] == "status" && frame["open"] == false).await
}

async fn outside_hours_a_message_is_left_instead_of_a_wait(database: Database) {
    let stage = closed(database, "offline_form").await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    assert_eq!(welcome["status"]["open"], false);
    assert_eq!(welcome["status"]["next_opening"], MONDAY_NINE);
    assert_eq!(welcome["status"]["asking"], "offline_form");

    let asked = customer.ok(json!({"type": "start", "client_id": client_id(), "text": "Hello"})).await;
    let conversation = asked["conversation"].as_str().unwrap().to_owned();
    customer.refused(json!({"type": "request_human", "client_id": client_id()}), "away").await;
    assert_eq!(stage.state(&conversation).await.status.as_str(), "bot");

    let left = json!({"type": "leave_message", "client_id": client_id(), "text": "Call me",
        "about": {"name": "Zoë", "email": "zoe@shop.example", "attributes": {"order": "4711"}}});
    let mut without = left.clone();
    without["about"]["email"] = json!(" ");
    customer.refused(without, "bad_request").await;
    let mut bad = left.clone();
    bad["about"]["email"] = json!("zoe\r\nbcc:x@y");
    customer.refused(bad, "bad_request").await;
    let first = customer.ok(left.clone()).await;
    assert_eq!(customer.ok(left).await["seq"], first["seq"], "a repeat has no second effect");
    let log = stage.log(&conversation).await;
    assert_eq!(kinds(&log)[log.len() - 2..], ["handed_off", "message"]);
    assert_eq!(stage.state(&conversation).await.status.as_str(), "queued");

    let agent = stage.members(1, Role::Agent).await.remove(0);
    let shown = agent.get(&format!("/api/v1/conversations/{conversation}")).await.good();
    assert_eq!(shown["row"]["contact"]["name"], "Zoë");
    assert_eq!(shown["contact"]["email"], "zoe@shop.example");
    assert_eq!(shown["contact"]["attributes"]["order"], "4711");

    // Somebody new, whom no bot shall answer.
    let mut other = stage.customer().await;
    let left = json!({"type": "leave_message", "client_id": client_id(), "text": "Me too",
        "about": {"email": "y@shop.example"}});
    let other_chat = other.ok(left).await["conversation"].as_str().unwrap().to_owned();
    assert_eq!(kinds(&stage.log(&other_chat).await), ["opened", "message"]);
    assert_eq!(stage.state(&other_chat).await.status.as_str(), "queued");
}

async fn a_queue_with_expectation_says_when_it_opens(database: Database) {
    let stage = closed(database, "queue_with_expectation").await;
    let (mut customer, conversation) = stage.writes("Hello").await;
    customer.ok(json!({"type": "request_human", "client_id": client_id()})).await;
    let waiting = customer.until(|frame| frame["status"] == "waiting").await;
    assert_eq!((&waiting["open"], &waiting["next_opening"]), (&json!(false), &json!(MONDAY_NINE)));
    assert_eq!(waiting["asking"], "queue_with_expectation");

    stage.app.running.edge.sources.shift_clock(MONDAY_NINE - SATURDAY);
    let open = customer.until(|frame| frame["type"] == "status" && frame["open"] == true).await;
    assert_eq!((&open["status"], open.get("next_opening")), (&json!("waiting"), None));
    assert_eq!(open["asking"], "queue", "nobody is online, and the setting for that is another");
    stage.app.running.edge.sources.shift_clock(8 * 60 * 60 * 1_000);
    hears_closed(&mut customer).await;
    assert_eq!(stage.state(&conversation).await.status.as_str(), "queued");
}

async fn what_waits_for_the_opening_does_not_expire(database: Database) {
    let stage = closed(database, "queue").await;
    set(&stage, json!({"idle_queued": 1_000, "idle_bot": 2_500})).await;
    let (mut customer, conversation) = stage.writes("Hello").await;
    customer.ok(json!({"type": "request_human", "client_id": client_id()})).await;
    customer.until(|frame| frame["status"] == "waiting").await;
    // A chat with the bot that began later ends by silence, so the time of this one has passed too.
    let (mut other, _) = stage.writes("Hello").await;
    other.entry("ended").await;
    assert_eq!(stage.state(&conversation).await.status.as_str(), "queued");
    stage.app.running.edge.sources.shift_clock(MONDAY_NINE - SATURDAY);
    customer.entry("ended").await;
}
