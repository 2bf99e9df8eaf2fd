//! The program is killed again and again while messages come in and go out.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard::outgoing::signature::Secret;
use switchboard::sources::Sources;
use uuid::Uuid;

use super::sim::webhook::text;
use super::sim::{Fault, Simulator};
use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::process::Launch;

const ROUNDS: usize = 6;
const EVENTS: usize = 10;

/// A program that signs its events, and sends each until it is taken.
pub(super) struct Sender {
    pub(super) http: reqwest::Client,
    pub(super) secret: Secret,
    pub(super) hook: String,
}

impl Sender {
    /// True when the server has it.
    pub(super) async fn send(&self, base: &str, id: &str, event: &Value) -> bool {
        let body = event.to_string();
        let seconds = Sources::default().now() / 1_000;
        let request = self
            .http
            .post(format!("{base}{}", self.hook))
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", self.secret.sign(id, seconds, body.as_bytes()))
            .body(body);
        request.send().await.is_ok_and(|answer| answer.status().is_success())
    }
}

async fn messages_of(person: &Person, chat: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let mut after = 0;
    loop {
        let path = format!("/api/v1/conversations/{chat}/entries?after={after}&limit=200");
        let answer = person.get(&path).await.good();
        for entry in answer["entries"].as_array().unwrap() {
            after = entry["seq"].as_i64().unwrap();
            if entry["body"]["kind"] == "message" {
                let word = |value: &Value| value.as_str().unwrap().to_owned();
                all.push((word(&entry["by"]["kind"]), word(&entry["body"]["text"])));
            }
        }
        if answer["more"] == false {
            return all;
        }
    }
}

async fn killed_again_and_again(database: Database) {
    let sim = Simulator::start("127.0.0.1:0").unwrap();
    let launch =
        Launch::on(&database.url).with(&[("OUTGOING__ALLOW", sim.base.trim_start_matches("http://"))]);
    let mut server = launch.start().await;
    let owner = server.owner().await;
    let scope = owner.scope().await;
    let body = json!({
        "kind": "webhook", "name": "App", "settings": {"platform": {"url": format!("{}/hook", sim.base)}},
    });
    let channel = owner.post(&format!("/api/v1/scopes/{scope}/channels"), body).await.good();
    sim.expect_signed_with(channel["made_secrets"]["outbound_secret"].as_str().unwrap());
    let sender = Sender {
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        secret: channel["made_secrets"]["inbound_secret"].as_str().unwrap().parse().unwrap(),
        hook: format!("/hooks/{}", channel["id"].as_str().unwrap()),
    };
    assert!(sender.send(&server.base, "first", &text("first", "cust-1", "in first")).await);
    let rows = format!("/api/v1/scopes/{scope}/conversations?state=all");
    let chat = loop {
        let rows = owner.get(&rows).await.good();
        if let Some(row) = rows["items"].get(0) {
            break row["id"].as_str().unwrap().to_owned();
        }
    };

    let (mut came_in, mut went_out) = (vec!["in first".to_owned()], Vec::new());
    for round in 0..ROUNDS {
        let person = owner.at(&server.base);
        for number in 0..EVENTS {
            let id = format!("e-{round}-{number}");
            let said = format!("in {round} {number}");
            if round % 2 == 0 && number == EVENTS / 2 {
                sim.fail_next(Fault::TakenButLost);
            }
            while !sender.send(&server.base, &id, &text(&id, "cust-1", &said)).await {}
            came_in.push(said);
            let said = format!("out {round} {number}");
            let body = json!({"client_id": Uuid::new_v4(), "text": said});
            person.post(&format!("/api/v1/conversations/{chat}/send"), body).await.good();
            went_out.push(said);
        }
        // Whatever is on its way at this moment: events not worked on, messages not sent, answers not noted.
        server.kill();
        server = launch.start().await;
    }
    let person = owner.at(&server.base);
    let wanted: BTreeSet<&String> = went_out.iter().collect();
    sim.wait_until(|taken, _| {
        let said: BTreeSet<String> =
            taken.iter().map(|call| call.json()["data"]["text"].as_str().unwrap().to_owned()).collect();
        said.iter().collect::<BTreeSet<_>>() == wanted
    })
    .await;
    // Repeats carry the same id; without them everything came once and in order.
    let mut known = BTreeSet::new();
    let taken = sim.taken();
    let once = taken.iter().filter(|call| known.insert(call.header("webhook-id").to_owned()));
    let said: Vec<String> =
        once.map(|call| call.json()["data"]["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said, went_out);
    let messages = loop {
        let messages = messages_of(&person, &chat).await;
        if messages.iter().filter(|(by, _)| by == "contact").count() >= came_in.len() {
            break messages;
        }
    };
    let from_customer: Vec<_> =
        messages.iter().filter(|(by, _)| by == "contact").map(|(_, text)| text).collect();
    assert_eq!(from_customer, came_in.iter().collect::<Vec<_>>(), "each once, in order");
}

#[actix_web::test]
async fn nothing_is_lost_or_doubled_by_kills_on_sqlite() {
    killed_again_and_again(Database::sqlite()).await;
}

#[actix_web::test]
async fn nothing_is_lost_or_doubled_by_kills_on_postgres() {
    killed_again_and_again(Database::postgres()).await;
}
