//! Lines that break at any moment, also in one direction only: whoever comes back has missed nothing and sees nothing
//! twice, and what they sent arrived once.
//!
//! Runs for some seconds; `SWITCHBOARD_RESUME_SECONDS=600` for the long run, `SWITCHBOARD_RESUME_SEED` to repeat one.

mod agent;
mod customer;
mod dice;
mod line;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard::domain::member::Role;
use tokio::time::Instant;

use self::agent::Agent;
use self::customer::Customer;
use self::dice::Dice;
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::stage::{Stage, assert_gapless};

const CUSTOMERS: usize = 30;
const AGENTS: usize = 20;
/// A client that waits this long for an answer takes its line for dead.
const PATIENCE: Duration = Duration::from_secs(4);

/// Nobody writes to a longer chat, as resuming from its beginning is to stay possible.
const LONG: usize = 400;

/// What all clients share.
struct World {
    base: String,
    channel_key: String,
    scope: String,
    until: Instant,
    conversations: Mutex<Vec<String>>,
    /// What was acknowledged: conversation, client id, number.
    acknowledged: Mutex<Vec<(String, String, i64)>>,
    /// Lines that were cut, by how.
    cuts: Mutex<BTreeMap<&'static str, usize>>,
}

impl World {
    fn has_time(&self) -> bool {
        Instant::now() < self.until
    }

    /// Notes an `ok` that wrote something.
    fn note(&self, answer: &Value, client_id: &str) {
        if let (Some(id), Some(seq)) = (answer["conversation"].as_str(), answer["seq"].as_i64()) {
            self.acknowledged.lock().unwrap().push((id.to_owned(), client_id.to_owned(), seq));
        }
    }
}

/// Takes an entry: it is the next one, or something is lost or doubled.
fn take(log: &mut Vec<Value>, entry: &Value, who: &str) {
    let last = log.last().map_or(0, |entry| entry["seq"].as_i64().unwrap());
    assert_eq!(entry["seq"], last + 1, "{who} has {last}");
    log.push(entry.clone());
}

on_both! { whoever_comes_back_has_missed_nothing }

async fn whoever_comes_back_has_missed_nothing(database: Database) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seconds = number("SWITCHBOARD_RESUME_SECONDS").unwrap_or(10);
    let seed =
        number("SWITCHBOARD_RESUME_SEED").unwrap_or_else(|| u64::from(uuid::Uuid::new_v4().as_fields().0));
    println!("resume: seed {seed}, {seconds} s");
    let stage = Stage::with(database, |config| {
        config.limits.enabled = false;
        // One-way cuts are noticed by silence.
        config.timers.ping_ms = 300;
        config.timers.silence_ms = 1_500;
    })
    .await;
    let people = stage.members(AGENTS, Role::Agent).await;
    let world = Arc::new(World {
        base: stage.app.base.clone(),
        channel_key: stage.channel.public_key.clone(),
        scope: stage.scope.clone(),
        until: Instant::now() + Duration::from_secs(seconds),
        conversations: Mutex::default(),
        acknowledged: Mutex::default(),
        cuts: Mutex::default(),
    });
    let customers = (0..CUSTOMERS).map(|n| Customer::new(world.clone(), Dice::new(seed, n)).run());
    let agents = people
        .iter()
        .enumerate()
        .map(|(n, person)| Agent::new(world.clone(), Dice::new(seed, CUSTOMERS + n), person.clone()).run());
    let (customers, mut agents) = tokio::join!(join_all(customers), join_all(agents));

    // Everybody comes back a last time. Members read on while the customers compare and leave.
    let mut logs: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let conversations = world.conversations.lock().unwrap().clone();
    for id in conversations {
        let log = stage.log(&id).await;
        assert_gapless(&log);
        logs.insert(id, log);
    }
    let (settled, rows) = tokio::sync::watch::channel(None);
    let watching = join_all(agents.iter_mut().map(|agent| agent.reads_on(&logs, rows.clone())));
    let comparing = async {
        let (mut entries, mut reconnects) = (0, 0);
        for mut customer in customers {
            customer.comes_back().await;
            reconnects += customer.connections;
            let Some(id) = &customer.conversation else { continue };
            let log = &logs[id];
            assert_eq!(customer.log.len(), log.len());
            assert_gapless(&customer.log);
            for (seen, stored) in customer.log.iter().zip(log) {
                if seen["body"]["kind"] != "hidden" {
                    assert_eq!(seen["body"]["text"], stored["body"]["text"], "{seen} {stored}");
                }
            }
            entries += log.len();
        }
        settled.send(Some(quiet_rows(&stage).await)).unwrap();
        (entries, reconnects)
    };
    let (_, (mut entries, mut reconnects)) = tokio::join!(watching, comparing);
    for agent in &agents {
        reconnects += agent.connections;
        entries += agent.logs.values().map(Vec::len).sum::<usize>();
    }

    // What was acknowledged is there once, under its number.
    let acknowledged = world.acknowledged.lock().unwrap().clone();
    for (id, client_id, seq) in &acknowledged {
        let with: Vec<_> = logs[id].iter().filter(|entry| entry["client_id"] == client_id.as_str()).collect();
        assert_eq!(with.len(), 1, "{client_id} in {id}");
        assert_eq!(with[0]["seq"], *seq);
    }
    // In one conversation an id has one effect.
    for log in logs.values() {
        let mut ids: Vec<_> = log.iter().filter_map(|entry| entry["client_id"].as_str()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "a client id stands twice");
    }
    assert!(acknowledged.len() >= CUSTOMERS, "the load is a load");
    println!(
        "resume: {} conversations, {} acknowledged, {entries} entries compared, {reconnects} connections, cuts {:?}",
        logs.len(),
        acknowledged.len(),
        world.cuts.lock().unwrap()
    );
}

/// The rows of the scope once all customers are seen to be gone.
async fn quiet_rows(stage: &Stage) -> BTreeMap<String, Value> {
    let (_, mut member) = stage.agent().await;
    loop {
        member.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
        let snapshot = member.event("snapshot").await;
        assert_eq!(snapshot["done"], true);
        let rows = snapshot["rows"].as_array().unwrap();
        if rows.iter().all(|row| row["customer_online"] == false) {
            return rows.iter().map(|row| (row["id"].as_str().unwrap().to_owned(), row.clone())).collect();
        }
        // Half-open lines are noticed by silence; the next change of a row tells of it.
        member.event("rows").await;
    }
}
