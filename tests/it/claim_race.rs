//! Everybody answers at once: one wins, all others hear who, and the customer gets one text.
//!
//! `SWITCHBOARD_CLAIM_ROUNDS` = how often (100).

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard::domain::member::Role;

use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, assert_gapless, command, kinds, said};

const AGENTS: usize = 100;

on_both! { one_of_a_hundred_first_messages_wins }

async fn one_of_a_hundred_first_messages_wins(database: Database) {
    let given = std::env::var("SWITCHBOARD_CLAIM_ROUNDS").ok();
    let rounds: u32 = given.map_or(100, |text| text.parse().expect("SWITCHBOARD_CLAIM_ROUNDS is a number"));
    let stage = Stage::new(database).await;
    let people = stage.members(AGENTS, Role::Agent).await;
    let mut agents: Vec<Socket> = Vec::with_capacity(AGENTS);
    for person in &people {
        let (mut agent, _) = Socket::dashboard(person).await;
        agent.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
        agents.push(agent);
    }
    let mut winners = BTreeSet::new();
    let mut racing = Duration::ZERO;
    for round in 0..rounds {
        let (mut customer, id) = stage.writes(&format!("round {round}")).await;
        let began = Instant::now();
        let answers = join_all(agents.iter_mut().enumerate().map(|(number, agent)| {
            let text = format!("{round} by {number}");
            agent.ask(command("send", &id, json!({"text": text})))
        }))
        .await;
        racing += began.elapsed();

        let won: Vec<usize> = (0..AGENTS).filter(|&number| answers[number]["type"] == "ok").collect();
        assert_eq!(won.len(), 1, "round {round}: {answers:?}");
        let (winner, person) = (won[0], &people[won[0]]);
        winners.insert(winner);
        for lost in answers.iter().filter(|answer| answer["type"] != "ok") {
            assert_eq!(lost["code"], "already_assigned");
            let name = format!("Sam{} Ortega", winner + 1);
            assert_eq!(lost["details"]["assignee"], json!({"id": person.id, "name": name}));
        }

        // What the customer writes next stands behind all they got of the race.
        let thanks = customer.ok(json!({"type": "end", "client_id": client_id()})).await;
        let mut heard = Vec::new();
        while heard.last().is_none_or(|entry: &Value| entry["seq"] != thanks["seq"]) {
            heard.push(customer.event("entry").await["entry"].clone());
        }
        assert_gapless(&heard);
        assert_eq!(kinds(&heard), ["opened", "message", "joined", "message", "ended"]);
        let text = format!("{round} by {winner}");
        assert_eq!(said(&heard, "member"), [text.as_str()]);
        let log = stage.log(&id).await;
        assert_eq!(said(&log, "member"), [text.as_str()]);
        assert_eq!(log.len(), heard.len());
        agents.iter_mut().for_each(Socket::forget);
        customer.close().await;
    }
    println!(
        "claim race: {rounds} rounds of {AGENTS} agents, {} different winners, {:.1} rounds/s",
        winners.len(),
        f64::from(rounds) / racing.as_secs_f64()
    );
}
