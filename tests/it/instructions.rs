//! What a message costs, in instructions and allocations: counted, not timed, so that a busy machine counts the same.
//!
//! The real program runs under `DHAT` (<https://valgrind.org/docs/manual/dh-manual.html>), which counts both. A customer and the
//! member who handles the chat write to each other, a few and then many messages; the difference over their number is the price of
//! one: frame in, decide, commit to `SQLite`, acknowledge, frame out to the other side, lists.
//!
//! `SWITCHBOARD_PROGRAM` names another build of the program, for the figures of a release build; nothing is then compared.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::drain::Talk;
use crate::support::database::Database;
use crate::support::process::Launch;
use crate::support::sockets::Socket;
use crate::support::stage::command;

/// What one message may cost this build of the tests, counted on 2026-11-23, and a twentieth more. When a change is worth its
/// price, raise it here and say why in the commit.
const MOST: Cost = Cost { instructions: 925_000.0, allocations: 74.0 };
const MARGIN: f64 = 1.05;

/// Messages of the two runs.
const FEW: u32 = 50;
const MANY: u32 = 250;

/// Beyond this the program is not slow but stuck, even so slowed down.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Clone, Copy)]
struct Cost {
    instructions: f64,
    allocations: f64,
}

#[actix_web::test]
async fn a_message_costs_no_more_than_it_did() {
    let program = std::env::var("SWITCHBOARD_PROGRAM").ok();
    let few = whole_run(program.as_deref(), FEW).await;
    let many = whole_run(program.as_deref(), MANY).await;
    let messages = f64::from(MANY - FEW);
    let cost = Cost {
        instructions: (many.instructions - few.instructions) / messages,
        allocations: (many.allocations - few.allocations) / messages,
    };
    println!("a message: {:.0} instructions, {:.1} allocations", cost.instructions, cost.allocations);
    if program.is_none() {
        assert!(cost.instructions <= MOST.instructions * MARGIN, "{cost:?} is more than {MOST:?}");
        assert!(cost.allocations <= MOST.allocations * MARGIN, "{cost:?} is more than {MOST:?}");
    }
}

/// The whole life of a server on an empty database in which so many messages are sent.
async fn whole_run(program: Option<&str>, messages: u32) -> Cost {
    let database = Database::sqlite();
    let folder = tempfile::tempdir().unwrap();
    let counts = folder.path().join("counts.json");
    let out_file = format!("--dhat-out-file={}", counts.display());
    let counter = ["valgrind", "--quiet", "--tool=dhat", "--num-callers=1", &out_file];
    let mut server = Launch::on(&database.url).of(program).under(&counter).start().await;
    let Talk { mut customer, mut member, conversation, .. } = Talk::at(&mut server).await;
    member.ok(command("join", &conversation, json!({}))).await;
    for number in 0..messages {
        let text = format!("{number:0160}");
        if number % 2 == 0 {
            customer.writes(&text).await;
            heard(&mut member, &text).await;
        } else {
            member.ok(command("send", &conversation, json!({"text": text}))).await;
            heard(&mut customer, &text).await;
        }
        customer.forget();
        member.forget();
    }
    server.terminate();
    assert!(server.ended(PATIENCE).await.is_some(), "the server should have ended");
    read(&counts)
}

async fn heard(socket: &mut Socket, text: &str) {
    socket.until(|frame| frame["type"] == "entry" && frame["entry"]["body"]["text"] == text).await;
}

/// `te` is the time of the end, in instructions; each place in `pps` has its total of blocks in `tbk`.
fn read(counts: &Path) -> Cost {
    let counts: Value = serde_json::from_str(&std::fs::read_to_string(counts).unwrap()).unwrap();
    let blocks = counts["pps"].as_array().unwrap().iter().map(|place| place["tbk"].as_f64().unwrap());
    Cost { instructions: counts["te"].as_f64().unwrap(), allocations: blocks.sum() }
}
