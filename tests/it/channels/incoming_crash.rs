//! The program is killed again and again while the files of customers are fetched.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchboard::outgoing::signature::Secret;
use switchboard::sources::Sources;

use super::sim::webhook::text;
use super::sim::{Fault, Simulator};
use crate::support::database::Database;
use crate::support::files::PDF;
use crate::support::process::Launch;
use crate::support::{eventually, on_both};

const ROUNDS: usize = 5;
const MESSAGES: usize = 8;

/// A program that signs its events, and sends each until it is taken.
struct Sender {
    http: reqwest::Client,
    secret: Secret,
    hook: String,
}

impl Sender {
    /// True when the server has it.
    async fn send(&self, base: &str, id: &str, event: &Value) -> bool {
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

async fn each_file_arrives_once_through_kills(database: Database) {
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
    let sender = Sender {
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
        secret: channel["made_secrets"]["inbound_secret"].as_str().unwrap().parse().unwrap(),
        hook: format!("/hooks/{}", channel["id"].as_str().unwrap()),
    };
    let url = sim.put_bytes("/files/bill.pdf", PDF);
    for round in 0..ROUNDS {
        for number in 0..MESSAGES {
            let id = format!("e-{round}-{number}");
            let mut event = text(&id, "cust-1", &id);
            event["data"]["attachments"] = json!([{"url": url, "name": format!("{id}.pdf")}]);
            if number == MESSAGES - 2 {
                sim.fail_next(Fault::TakenButLost);
            }
            while !sender.send(&server.base, &id, &event).await {}
        }
        // Some files are there, some are on their way, some were not asked for.
        server.kill();
        server = launch.start().await;
    }
    let person = owner.at(&server.base);
    let rows = person.get(&format!("/api/v1/scopes/{scope}/conversations?state=all")).await.good();
    let chat = rows["items"][0]["id"].as_str().unwrap().to_owned();
    let whole_log = async || {
        let mut log: Vec<Value> = Vec::new();
        loop {
            let after = log.last().map_or(0, |entry| entry["seq"].as_i64().unwrap());
            let path = format!("/api/v1/conversations/{chat}/entries?after={after}&limit=200");
            let part = person.get(&path).await.good();
            log.extend(part["entries"].as_array().unwrap().clone());
            if part["more"] == false {
                break log;
            }
        }
    };
    let is_file = |entry: &&Value| entry["body"]["kind"] == "file";
    let has_all = |log: &Vec<Value>| log.iter().filter(is_file).count() >= ROUNDS * MESSAGES;
    let log = eventually(whole_log, has_all).await;
    let of_kind = |kind: &'static str| log.iter().filter(move |entry| entry["body"]["kind"] == kind);
    assert_eq!(of_kind("message").count(), ROUNDS * MESSAGES);
    let mut told: BTreeMap<i64, Vec<&Value>> = BTreeMap::new();
    for entry in of_kind("file") {
        told.entry(entry["body"]["of"].as_i64().unwrap()).or_default().push(&entry["body"]["news"]);
    }
    for message in of_kind("message") {
        let news = &told[&message["seq"].as_i64().unwrap()];
        assert_eq!((news.len(), &news[0]["state"]), (1, &json!("here")), "{message}");
        let path = format!("/api/v1/conversations/{chat}/files/{}", news[0]["file"]["id"].as_str().unwrap());
        assert_eq!(person.get(&path).await.status, 200);
    }
}

on_both! { each_file_arrives_once_through_kills }
