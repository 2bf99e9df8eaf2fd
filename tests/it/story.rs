//! The behaviours the product is modelled on, and what it does better, as the frames show them. One test a behaviour,
//! named after it; what only a screen shows is tested in a browser.

mod claim;
mod customer;
mod dashboard;
mod differences;

use serde_json::{Value, json};

use crate::support::sockets::Socket;
use crate::support::stage::Stage;

/// A bot that always has an answer, and knows when a human is wanted.
fn scripted() -> Value {
    json!({
        "kind": "scripted",
        "greeting": "Hello!",
        "fallback": ["One.", "Two.", "Three."],
        "human_phrases": ["human"],
        "handoff_message": "I will get somebody.",
    })
}

/// A member at the dashboard who has the lists of the scope open.
async fn subscribed(stage: &Stage) -> (crate::support::app::Person, Socket) {
    let (person, mut socket) = stage.agent().await;
    socket.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
    assert_eq!(socket.event("snapshot").await["done"], true);
    (person, socket)
}

/// The row of this conversation once it has this status.
async fn row(socket: &mut Socket, conversation: &str, status: &str) -> Value {
    let fits = |row: &&Value| row["id"] == conversation && row["status"] == status;
    let rows = |frame: &Value| frame["rows"].as_array().and_then(|rows| rows.iter().find(fits).cloned());
    let frame = socket.until(|frame| frame["type"] == "rows" && rows(frame).is_some()).await;
    rows(&frame).unwrap()
}
