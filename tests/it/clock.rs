//! The wall clock is for people to read: wherever it jumps, nothing ends early and nothing changes its order.

use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::domain::member::Role;

use crate::bots::fake::{Act, FakeBot};
use crate::channels::sim::telegram::{TOKEN, text};
use crate::channels::sim::{Simulator, talk};
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::client_id;
use crate::support::stage::{Stage, assert_gapless, command, said};
use crate::support::times;

const HOUR: i64 = 60 * 60_000;
const DAY: i64 = 24 * HOUR;

/// Whatever is due arrives within this time, wherever the clock is.
const SOON: Duration = Duration::from_secs(5);

on_both! {
    a_clock_that_jumps_ends_nothing_early_and_keeps_the_order
    what_comes_and_goes_does_so_wherever_the_clock_is
}

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

/// `SWITCHBOARD_FAULTS` = how often each jump (once; 20 before a release).
async fn what_comes_and_goes_does_so_wherever_the_clock_is(database: Database) {
    let sim = Simulator::start("127.0.0.1:0").unwrap();
    let mut told = FakeBot::start(vec![Act::Answer("204 No Content", String::new())]).await;
    let allow = vec![sim.base.trim_start_matches("http://").to_owned(), told.address.to_string()];
    let stage = Stage::with(database, |config| {
        config.limits.enabled = false;
        config.outgoing.allow = allow;
    })
    .await;
    // With a key: log-ins end by the clock.
    let admin = stage.members(1, Role::Admin).await.remove(0);
    let scope = format!("/api/v1/scopes/{}", stage.scope);
    let hook = json!({"url": format!("http://{}/told", told.address), "events": ["message.created"]});
    admin.post(&format!("{scope}/webhooks"), hook).await.good();
    let line = json!({
        "kind": "telegram", "name": "Bot", "settings": {"platform": {"api_base": sim.base}},
        "secrets": {"bot_token": TOKEN},
    });
    let line = admin.post(&format!("{scope}/channels"), line).await.good();
    let (hook, secret) = (
        format!("{}/hooks/{}", stage.app.base, line["id"].as_str().unwrap()),
        line["made_secrets"]["webhook_secret"].as_str().unwrap(),
    );
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    stage.app.until_known(stage.channel.scope, |rules| !rules.webhooks.is_empty()).await;

    let (mut number, mut chat, mut wanted, mut longest) = (0, String::new(), Vec::new(), Duration::ZERO);
    let jumps = (0..times()).flat_map(|_| [0, HOUR, -HOUR, DAY, -DAY]);
    for jump in jumps {
        stage.app.running.edge.sources.shift_clock(jump);
        let begun = Instant::now();
        number += 1;
        let (comes, goes) = (format!("in {number}"), format!("out {number}"));
        let update = text(number, 55_001, "Zoë", &comes).to_string();
        let post = http.post(&hook).header("content-type", "application/json");
        let post = post.header("x-telegram-bot-api-secret-token", secret).body(update);
        assert!(post.send().await.unwrap().status().is_success());
        while chat.is_empty() {
            let rows = admin.get(&format!("{scope}/conversations?state=all")).await.good();
            rows["items"][0]["id"].as_str().unwrap_or_default().clone_into(&mut chat);
        }
        // One event of the webhook for what came, one for what goes.
        tokio::time::timeout(SOON, told.request()).await.expect("a webhook is told");
        let send = json!({"client_id": client_id(), "text": goes});
        admin.post(&format!("/api/v1/conversations/{chat}/send"), send).await.good();
        tokio::time::timeout(SOON, told.request()).await.expect("a webhook is told");
        let arrived = || -> Vec<String> {
            let calls = sim.taken();
            let told = calls.iter().filter_map(|call| talk::told("telegram", call));
            told.map(|(_, text)| text).collect()
        };
        wanted.push(goes);
        while arrived() != wanted {
            assert!(
                begun.elapsed() < SOON,
                "after a jump of {jump} ms the customer has read {:?}",
                arrived()
            );
            tokio::task::yield_now().await;
        }
        longest = longest.max(begun.elapsed());
        assert!(longest < SOON, "{longest:?} after a jump of {jump} ms");
    }
    let log = stage.log(&chat).await;
    assert_gapless(&log);
    let came: Vec<String> = (1..=number).map(|number| format!("in {number}")).collect();
    assert_eq!(said(&log, "contact"), came);
    println!("clock: {} jumps, in and out within {longest:?}", wanted.len());
}
