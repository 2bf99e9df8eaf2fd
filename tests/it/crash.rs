//! The power goes, again and again: eight people write over sockets, the server is killed at random moments and started
//! anew on the same data, everybody comes back and repeats what was not answered. At the end nothing that was
//! acknowledged may be missing, nothing may be there twice, and nothing that was refused may be there at all.
//!
//! `SWITCHBOARD_KILLS` = how often (15), `SWITCHBOARD_SEED` = which moments and commands.

pub mod people;
mod proof;

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use tokio::sync::watch;

use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::process::{Launch, Process};
use crate::support::sockets::{Socket, client_id};

/// Agents, and as many customers.
const PAIRS: usize = 4;

/// Customers who wait in Unassigned all the time, and whom nobody takes.
const PATIENT: usize = 6;

/// What the first message of somebody nobody takes begins with.
const LEAVE_ME: &str = "leave me";

on_both! { nothing_acknowledged_is_lost_when_the_process_is_killed }

/// The server as its clients see it: where it is now, and how often it was started.
#[derive(Clone, Default)]
pub struct Place {
    pub base: String,
    pub start: u64,
    /// UTC milliseconds of this start.
    pub since: i64,
}

/// What all clients share.
#[derive(Clone)]
pub struct Town {
    pub place: watch::Receiver<Place>,
    /// Set when everybody is to finish what they have in hand and go home.
    pub closing: watch::Receiver<bool>,
    pub acked: Rc<Cell<u64>>,
    pub channel: String,
    pub scope: String,
}

async fn nothing_acknowledged_is_lost_when_the_process_is_killed(database: Database) {
    let kills: u32 = number("SWITCHBOARD_KILLS").unwrap_or(15);
    let seed: u64 = number("SWITCHBOARD_SEED").unwrap_or_else(rand::random);
    println!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let launch = Launch::on(&database.url);
    let mut server = launch.start().await;
    let owner = server.owner().await;
    let scope = owner.scope().await;
    let channel = owner.channel_open_to_all().await;
    let waiting = patient_customers(&owner, &channel).await;

    let (place, here) = watch::channel(Place::default());
    let (close, closing) = watch::channel(false);
    let town = Town { place: here, closing, acked: Rc::default(), channel, scope: scope.clone() };
    let mut people = Vec::new();
    for index in 0..PAIRS {
        let agent = owner.invites(&scope, "agent", &format!("Agent {index}")).await;
        people.push(actix_web::rt::spawn(people::agent(town.clone(), agent, dice.random())));
        people.push(actix_web::rt::spawn(people::customer(town.clone(), dice.random())));
    }

    let begun = Instant::now();
    let mut start = 1;
    place.send_replace(here_is(&server, start));
    for _ in 0..kills {
        // In the midst of the work: some answers later, and then at any moment of a commit.
        let enough = town.acked.get() + dice.random_range(20..150);
        while town.acked.get() < enough {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_micros(dice.random_range(0..10_000))).await;
        server.kill();
        server = launch.start().await;
        start += 1;
        place.send_replace(here_is(&server, start));
    }
    close.send_replace(true);
    let mut journals = Vec::new();
    for person in people {
        let journal = tokio::time::timeout(Duration::from_secs(60), person).await;
        journals.push(journal.expect("everybody should have been answered by now").unwrap());
    }
    let took = begun.elapsed();

    // What people see after one more power cut, and then what is stored.
    server.kill();
    server = launch.start().await;
    assert_eq!(in_queue(&owner.at(&server.base), &scope).await, waiting, "the queue changed");
    server.kill();
    let found = proof::check(&database, &journals).await;
    println!(
        "killed {kills} times in {:.1} s; {found}; {PATIENT} waiting in unchanged order",
        took.as_secs_f64()
    );
}

fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().map(|text| text.parse().ok().unwrap_or_else(|| panic!("{name} is no number")))
}

fn here_is(server: &Process, start: u64) -> Place {
    let since = switchboard::sources::Sources::default().now();
    Place { base: server.base.clone(), start, since }
}

/// Customers who wait from now on; answers the queue.
async fn patient_customers(owner: &Person, channel: &str) -> Vec<(String, i64)> {
    for index in 0..PATIENT {
        let (mut socket, _) = Socket::widget(&owner.base, channel, json!({})).await;
        let text = format!("{LEAVE_ME} {index}");
        socket.ok(json!({"type": "start", "client_id": client_id(), "text": text})).await;
    }
    let waiting = in_queue(owner, &owner.scope().await).await;
    assert_eq!(waiting.len(), PATIENT);
    waiting
}

/// Those nobody takes, the longest waiting first, with the time since when they wait.
async fn in_queue(owner: &Person, scope: &str) -> Vec<(String, i64)> {
    let path = format!("/api/v1/scopes/{scope}/conversations?state=active&limit=200");
    let answer = owner.get(&path).await.good();
    let rows = answer["items"].as_array().unwrap();
    let mut waiting: Vec<_> = rows
        .iter()
        .filter(|row| row["first_text"].as_str().unwrap().starts_with(LEAVE_ME))
        .map(|row| {
            assert_eq!(row["status"], "queued", "{row}");
            (row["id"].as_str().unwrap().to_owned(), row["waiting_since"].as_i64().unwrap())
        })
        .collect();
    waiting.sort_by_key(|(_, since)| *since);
    waiting
}
