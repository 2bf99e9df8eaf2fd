//! A long day: customers come to the widget and to a messenger, talk with a bot, ask for people, rate, or vanish without a word; agents
//! race for them, pass them on and resolve. When all have gone home the server must hold no more than it did after the first
//! sixth of the day: neither handles nor memory.
//!
//! `SWITCHBOARD_SOAK_MINUTES` = how long (a tenth of one; memory is compared from 6 on), `SWITCHBOARD_SEED`, `SWITCHBOARD_PROGRAM` = another
//! build of the program.

use std::rc::Rc;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;
use tokio::sync::watch;

use crate::channels::sim::Simulator;
use crate::channels::sim::talk::{self, Writing};
use crate::crash::people;
use crate::crash::{Place, Town};
use crate::metrics::figure;
use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::process::{Holds, Launch, Process};
use crate::support::sockets::{Socket, client_id};

const AGENTS: usize = 6;
/// In the widget at the same time, each for a visit.
const VISITORS: usize = 12;
/// Who write by the messenger.
const WRITERS: u64 = 8;
/// An event of the messenger is taken by then.
const MOST_TRIES: u32 = 5;
/// How much more than after the first sixth may be held at the end.
const MARGIN: f64 = 1.05;
/// From so many minutes on memory is compared: before, caches still fill.
const SETTLED: f64 = 6.0;
/// Ends what nobody ended, so that no more chats are open at the end than after a sixth. Milliseconds.
const SILENCE: u64 = 3_000;
/// A rest takes no longer, unless something is never given back.
const PATIENCE: Duration = Duration::from_secs(60);

/// What all who take part know.
#[derive(Clone)]
struct Day {
    town: Town,
    agents: Vec<Person>,
    hook: String,
    secret: String,
    http: reqwest::Client,
}

#[actix_web::test]
async fn what_a_long_day_took_is_given_back() {
    let variable = |name: &str| std::env::var(name).ok();
    let minutes: f64 = variable("SWITCHBOARD_SOAK_MINUTES").map_or(0.1, |text| text.parse().unwrap());
    let seed: u64 = variable("SWITCHBOARD_SEED").map_or_else(rand::random, |text| text.parse().unwrap());
    println!("soak: {minutes} minutes, seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let database = Database::sqlite();
    let sim = Simulator::start("127.0.0.1:0").unwrap();
    let address = sim.base.trim_start_matches("http://").to_owned();
    let settings = [("OUTGOING__ALLOW", address.as_str()), ("TIMERS__CONVERSATION_SLEEP_MS", "1000")];
    let program = variable("SWITCHBOARD_PROGRAM");
    let mut server = Launch::on(&database.url).of(program.as_deref()).with(&settings).start().await;
    let owner = server.owner().await;
    let (close, day) = opened(&owner, &sim).await;

    lived(&day, &close, minutes / 6.0, &mut dice).await;
    let early = rested(&server, &owner, |_| true).await;
    lived(&day, &close, minutes * 5.0 / 6.0, &mut dice).await;
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let most = early.handles as f64 * MARGIN;
    // Connections are kept for another call for up to 30 s (`src/outgoing/mod.rs`), which is no loss.
    #[expect(clippy::cast_precision_loss, reason = "small numbers")]
    let late = rested(&server, &owner, |held| held.handles as f64 <= most).await;

    let counted = owner.get("/metrics").await.text;
    println!(
        "{} commands acknowledged to agents, {} calls to the messenger, {} claims; after a sixth {early:?}, at the end {late:?}",
        day.town.acked.get(),
        sim.calls(),
        figure(&counted, "switchboard_claims_total{result=\"won\"}"),
    );
    if minutes >= SETTLED {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let memory = [late.resident_kb as f64, early.resident_kb as f64 * MARGIN];
        assert!(memory[0] <= memory[1], "memory: {early:?}, {late:?}");
    }
}

/// A scope with a bot, a widget, a messenger and agents.
async fn opened(owner: &Person, sim: &Simulator) -> (watch::Sender<bool>, Day) {
    let scope = owner.scope().await;
    let bot = json!({
        "kind": "scripted",
        "greeting": "Hello, I am a bot",
        "rules": [{"when": ["hours"], "say": ["From 9 to 5"]}],
        "human_phrases": ["person"],
        "fallback": ["I do not know"],
    });
    owner.put(&format!("/api/v1/scopes/{scope}/bot"), bot).await.good();
    let silence = json!({"idle_bot": SILENCE, "idle_queued": SILENCE, "idle_assigned": SILENCE});
    owner.patch(&format!("/api/v1/scopes/{scope}"), json!({"settings": silence})).await.good();
    let channel = owner.channel_open_to_all().await;
    let (mut settings, secrets) = talk::account("telegram", &sim.base);
    // More than they write: what a messenger may not be told yet would still be waiting when everybody has gone home.
    settings["sends_per_second"] = json!("1000");
    let messenger = json!({"kind": "telegram", "name": "Messenger", "settings": {"platform": settings}, "secrets": secrets});
    let made = owner.post(&format!("/api/v1/scopes/{scope}/channels"), messenger).await.good();
    let mut agents = Vec::new();
    for index in 0..AGENTS {
        agents.push(owner.invites(&scope, "agent", &format!("Agent {index}")).await);
    }
    let now = switchboard::sources::Sources::default().now();
    let (_, place) = watch::channel(Place { base: owner.base.clone(), start: 1, since: now });
    let (close, closing) = watch::channel(false);
    let day = Day {
        town: Town { place, closing, acked: Rc::default(), channel, scope },
        agents,
        hook: format!("{}/hooks/{}", owner.base, made["id"].as_str().unwrap()),
        secret: made["made_secrets"]["webhook_secret"].as_str().unwrap().to_owned(),
        http: reqwest::Client::builder().no_proxy().build().unwrap(),
    };
    (close, day)
}

/// Everybody comes, does what they do for so long, and goes home.
async fn lived(day: &Day, close: &watch::Sender<bool>, minutes: f64, dice: &mut StdRng) {
    close.send_replace(false);
    let mut people = Vec::new();
    for agent in &day.agents {
        let shift = people::agent(day.town.clone(), agent.clone(), dice.random());
        people.push(actix_web::rt::spawn(async move { drop(shift.await) }));
    }
    for _ in 0..VISITORS {
        people.push(actix_web::rt::spawn(visits(day.clone(), StdRng::from_rng(dice))));
    }
    for number in 0..WRITERS {
        people.push(actix_web::rt::spawn(writes(day.clone(), number, StdRng::from_rng(dice))));
    }
    tokio::time::sleep(Duration::from_secs_f64(minutes * 60.0)).await;
    close.send_replace(true);
    for person in people {
        tokio::time::timeout(PATIENCE, person).await.expect("everybody should have gone home").unwrap();
    }
}

/// What the server holds once nobody is there, every conversation has ended and sleeps, and what is held is `enough`.
async fn rested(server: &Process, owner: &Person, enough: impl Fn(Holds) -> bool) -> Holds {
    let begun = Instant::now();
    loop {
        let counted = owner.get("/metrics").await.text;
        let open = [
            "switchboard_sockets",
            "switchboard_conversations_awake",
            "switchboard_backlog{line=\"messages\"}",
            "switchboard_chats{status=\"bot\"}",
            "switchboard_chats{status=\"queued\"}",
            "switchboard_chats{status=\"assigned\"}",
        ];
        let open = open.map(|name| figure(&counted, name));
        let held = server.holds();
        if open == [0; 6] && enough(held) {
            return held;
        }
        let what = "sockets, awake, messages, with the bot, queued, assigned";
        assert!(begun.elapsed() < PATIENCE, "{what}: {open:?}; {held:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// One visit to the widget after the other, each by somebody new.
async fn visits(day: Day, mut dice: StdRng) {
    while !*day.town.closing.borrow() {
        let base = day.town.place.borrow().base.clone();
        let (mut socket, _) = Socket::widget(&base, &day.town.channel, json!({})).await;
        visit(&mut socket, &mut dice).await;
        if dice.random_bool(0.5) {
            // The others vanish without a word.
            socket.close().await;
        }
    }
}

async fn visit(socket: &mut Socket, dice: &mut StdRng) {
    let said = |kind: &str, text: &str| json!({"type": kind, "client_id": client_id(), "text": text});
    socket.ask(said("start", "Hello")).await;
    for _ in 0..dice.random_range(0..4) {
        socket.ask(said("send", "What are your hours?")).await;
    }
    if dice.random_bool(0.2) {
        return;
    }
    socket.ask(json!({"type": "request_human", "client_id": client_id()})).await;
    let answered = tokio::time::timeout(Duration::from_secs(2), socket.entry("joined")).await;
    for number in 0..dice.random_range(0..6) {
        socket.ask(said("send", &format!("Thank you {number}"))).await;
    }
    if answered.is_ok() && dice.random_bool(0.5) {
        socket.ask(json!({"type": "end", "client_id": client_id(), "rating": 5})).await;
    }
}

/// A customer of the messenger, who begins again whenever a chat is over.
async fn writes(day: Day, customer: u64, mut dice: StdRng) {
    let mut id = (customer + 1) * 1_000_000 + dice.random_range(0..1_000) * 1_000;
    while !*day.town.closing.borrow() {
        id += 1;
        let text = ["Hello", "hours?", "person", "/end", "4"][dice.random_range(0..5)];
        let writing = Writing { hook: &day.hook, secret: &day.secret, id, customer, text };
        let request = talk::say("telegram", &writing).unwrap();
        for tries in 1.. {
            let answer = request.by(&day.http, &day.hook).send().await;
            if answer.as_ref().is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            // A messenger sends again what met a connection that is being closed, or a machine that was too slow.
            assert!(tries < MOST_TRIES, "{answer:?}");
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(20..400))).await;
    }
}
