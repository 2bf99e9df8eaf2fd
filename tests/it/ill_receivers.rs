//! Webhooks and bots that hang, drip, flood, redirect, or are gone: they cost themselves something, and nobody else.
//!
//! `SWITCHBOARD_FAULTS` = how often each (once; 20 before a release).

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::actors::directory::Options;
use switchboard::bots::BotLimits;
use switchboard::domain::conversation::Command;
use switchboard::domain::event::{Event, HandoffReason};
use switchboard::domain::scope::Settings;
use switchboard::outgoing::Limits;

use crate::bots::fake::{Act, FakeBot};
use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::engine::{Engine, http_bot};
use crate::support::{eventually, on_both, times};
use crate::webhooks::{answer, hook, stage, taken};

/// Nobody waits longer because of somebody else.
const SOON: Duration = Duration::from_secs(5);

/// What the kernel takes off a flood before anybody reads, at most.
const IN_BUFFERS: usize = 64 << 20;

/// Calls to one webhook at the same time; each may end while this lasts, and be followed by another.
const AT_ONCE: usize = 2 * 4;

const HEAD: &str = "HTTP/1.1 200 OK\r\n\r\n";

on_both! {
    an_ill_webhook_delays_no_other
    an_ill_bot_keeps_nobody_from_people
}

async fn an_ill_webhook_delays_no_other(database: Database) {
    let redirect = answer("307 Temporary Redirect\r\nlocation: /elsewhere");
    let hangs = FakeBot::start(vec![Act::Hang]).await;
    let drips = FakeBot::start(vec![Act::Drip(HEAD)]).await;
    let mut floods = FakeBot::start(vec![Act::Flood(HEAD)]).await;
    let redirects = FakeBot::start(vec![redirect]).await;
    let gone = FakeBot::start(vec![answer("410 Gone")]).await;
    let mut well = FakeBot::start(vec![taken()]).await;
    let (stage, owner) = stage(database, &[&hangs, &drips, &floods, &redirects, &gone, &well]).await;
    let of = json!(["message.created"]);
    for ill in [&hangs, &drips, &floods, &redirects] {
        hook(&stage, &owner, ill, of.clone()).await;
    }
    hook(&stage, &owner, &gone, of.clone()).await;
    let sound = hook(&stage, &owner, &well, of).await;
    let mut longest = Duration::ZERO;
    let mut customer = stage.customer().await;
    for round in 0..times() {
        let begun = Instant::now();
        let text = format!("{round}");
        customer.writes(&text).await;
        let told = tokio::time::timeout(SOON, sound.told(&stage, &mut well)).await;
        assert!(told.is_ok(), "round {round}: a webhook waits for another one");
        longest = longest.max(begun.elapsed());
        if round == 0 {
            // Told of the first message, and of no other.
            is_shown(&stage.scope, &owner, &gone, |one| one["enabled"] == false).await;
        }
        // A success that says a gibibyte is a success, and is cut off.
        let written = tokio::time::timeout(SOON, floods.end()).await.expect("the flood is cut off");
        assert!(written < IN_BUFFERS, "{written} bytes were taken");
    }
    is_shown(&stage.scope, &owner, &redirects, |one| one["failing_since"].is_i64()).await;
    for other in [&floods, &well] {
        is_shown(&stage.scope, &owner, other, |one| one["failing_since"].is_null()).await;
    }
    assert_eq!(gone.connections(), 1, "who is gone is not asked again");
    assert!(hangs.connections() <= AT_ONCE && drips.connections() <= AT_ONCE, "no more at once");
    println!("ill webhooks: {} rounds, the sound one told within {longest:?}", times());
}

/// Waits until the webhook of this receiver is shown so.
async fn is_shown(scope: &str, owner: &Person, other: &FakeBot, fits: impl Fn(&Value) -> bool) {
    let (path, url) = (format!("/api/v1/scopes/{scope}/webhooks"), format!("http://{}/told", other.address));
    let shown = async || {
        let all = owner.get(&path).await.good();
        all["items"].as_array().unwrap().iter().find(|one| one["url"] == url.as_str()).unwrap().clone()
    };
    eventually(shown, |one| fits(one)).await;
}

async fn an_ill_bot_keeps_nobody_from_people(database: Database) {
    let redirect = Act::Answer("302 Found\r\nlocation: http://169.254.169.254/", String::new());
    let acts = [
        ("hangs", Act::Hang),
        ("drips", Act::Drip(HEAD)),
        ("floods", Act::Flood(HEAD)),
        ("redirects", redirect),
        ("is gone", Act::Answer("410 Gone", String::new())),
    ];
    let store = database.open();
    let mut longest = Duration::ZERO;
    for (how, act) in acts {
        let limits = BotLimits {
            call: Limits { total: Duration::from_millis(300), ..Limits::default() },
            pause: Duration::from_millis(1),
            ..BotLimits::default()
        };
        let bot = FakeBot::start(vec![act]).await;
        let engine = Engine::start(&store, Options::default(), limits);
        let shop = engine.shop(http_bot(bot.url()), Settings::default()).await;
        for _ in 0..times() {
            let id = shop.opened("Where is my order?").await;
            let begun = Instant::now();
            // Somebody else is served by a member meanwhile.
            let other = shop.opened("Do you sell pots?").await;
            shop.does(other, Command::Send { by: shop.kim.clone(), text: "Yes".into() }).await;
            shop.does(other, Command::Resolve { by: shop.kim.clone() }).await;
            longest = longest.max(begun.elapsed());
            assert!(longest < SOON, "a bot that {how}: others wait {longest:?}");
            let log = eventually(
                || shop.chat.log(id),
                |log| log.iter().any(|entry| matches!(entry.body, Event::HandedOff { .. })),
            )
            .await;
            let failed = Event::HandedOff { reason: HandoffReason::BotFailed, note: None };
            assert_eq!(log.last().unwrap().body, failed, "a bot that {how}");
            assert!(begun.elapsed() < SOON, "a bot that {how}: people come after {:?}", begun.elapsed());
            shop.does(id, Command::Send { by: shop.sam.clone(), text: "I am here".into() }).await;
        }
        println!("a bot that {how}: {} turns, {} calls", times(), bot.connections());
    }
}
