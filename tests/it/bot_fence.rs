//! The bot is cut off the moment people take a conversation, and nobody ever waits for it.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use actix_web::rt;
use futures_util::{StreamExt, stream};
use switchboard::actors::directory::Options;
use switchboard::bots::BotLimits;
use switchboard::domain::conversation::{Command, Status};
use switchboard::domain::event::{Author, Entry, Event, HandoffReason};
use switchboard::domain::ids::ConversationId;
use switchboard::domain::scope::Settings;
use switchboard::outgoing::Limits;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::bots::fake::{Act, FakeBot};
use crate::support::database::Database;
use crate::support::engine::{Engine, Shop, http_bot};

const ANSWER: &str = r#"{"actions":[{"type":"message","text":"answer"}]}"#;
const RUNS: usize = 2_000;
/// Conversations at once; the bot takes 32 calls of a scope.
const AT_ONCE: usize = 30;
/// How long a slow bot takes: three seconds a hundred times as fast, or as `SWITCHBOARD_FENCE_MS` says.
fn slowest() -> Duration {
    let given = std::env::var("SWITCHBOARD_FENCE_MS").ok();
    Duration::from_millis(given.map_or(30, |text| text.parse().expect("SWITCHBOARD_FENCE_MS is a number")))
}

/// Nothing here takes longer, unless it is broken.
const PATIENCE: Duration = Duration::from_secs(20);

/// An engine, and a scope whose bot does this.
async fn shop(database: &Database, acts: Vec<Act>) -> (Engine, Shop, FakeBot) {
    let limits = BotLimits { pause: Duration::from_millis(1), ..BotLimits::default() };
    let bot = FakeBot::start(acts).await;
    let engine = Engine::start(&database.open(), Options::default(), limits);
    let settings = Settings { release_after: 0, ..Settings::default() };
    let shop = engine.shop(http_bot(bot.url()), settings).await;
    (engine, shop, bot)
}

/// Reads the log until it is as wanted.
async fn until(shop: &Shop, id: ConversationId, wanted: impl Fn(&[Entry]) -> bool) -> Vec<Entry> {
    let reading = async {
        loop {
            let log = shop.chat.log(id).await;
            if wanted(&log) {
                return log;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, reading).await.expect("the log becomes as wanted")
}

fn place(log: &[Entry], fits: impl Fn(&Event) -> bool) -> Option<usize> {
    log.iter().position(|entry| fits(&entry.body))
}

fn is_answer(entry: &Entry) -> bool {
    entry.by == Author::Bot && matches!(&entry.body, Event::Message { text, .. } if text == "answer")
}

fn late_answers(log: &[Entry]) -> usize {
    log.iter().filter(|entry| matches!(entry.body, Event::Suppressed { .. })).count()
}

/// A number below `below` that looks random, the same in every run.
fn scatter(number: usize, below: u64) -> u64 {
    (u64::try_from(number).unwrap().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33) % below
}

#[actix_web::test]
async fn nothing_of_the_bot_comes_after_a_join() {
    let database = Database::sqlite();
    let slowest = slowest();
    let (engine, shop, _bot) = shop(&database, vec![Act::AnswerWithin(slowest, ANSWER.into())]).await;
    let runs = stream::iter(0..RUNS).map(|number| {
        let shop = shop.clone();
        async move {
            let id = shop.opened("Where is my order?").await;
            let slowest = u64::try_from(slowest.as_micros()).unwrap();
            if number % 4 == 0 {
                // However busy the machine is, the bot is first in some runs.
                until(&shop, id, |log| log.iter().any(is_answer)).await;
            } else {
                sleep(Duration::from_micros(scatter(number, slowest * 3 / 2))).await;
            }
            shop.does(id, Command::Send { by: shop.sam.clone(), text: "Hello".into() }).await;
            let log = until(&shop, id, |log| log.iter().any(is_answer) || late_answers(log) > 0).await;
            let joined = place(&log, |body| matches!(body, Event::Joined { .. })).unwrap();
            assert!(!log[joined..].iter().any(is_answer), "a bot message after the join: {log:#?}");
            let in_time = log.iter().filter(|entry| is_answer(entry)).count();
            assert_eq!(in_time + late_answers(&log), 1, "each answer is kept once: {log:#?}");
            in_time
        }
    });
    let in_time: Vec<usize> = runs.buffer_unordered(AT_ONCE).collect().await;
    let in_time = in_time.into_iter().sum::<usize>();
    println!("fence: {RUNS} runs, {in_time} answers in time, {} late", RUNS - in_time);
    let figures = &engine.directory.shared().figures;
    assert_eq!(figures.suppressed.load(Relaxed), u64::try_from(RUNS - in_time).unwrap());
    assert_eq!((figures.bot_millis().count, figures.bot_failures.load(Relaxed)), (RUNS as u64, 0));
    assert!(in_time > 100 && in_time < RUNS - 100, "both sides of the race were seen: {in_time}");
}

#[actix_web::test]
async fn nobody_waits_for_a_bot_that_hangs() {
    let database = Database::sqlite();
    let permits = Arc::new(Semaphore::new(0));
    let hangs = Act::AnswerWhen(permits.clone(), "200 OK", ANSWER.into());
    let (_engine, shop, mut bot) = shop(&database, vec![hangs]).await;
    let id = shop.opened("Where is my order?").await;
    timeout(PATIENCE, bot.request()).await.expect("the bot is asked");

    let other = shop.opened("Do you sell pots?").await;
    shop.does(other, Command::Post { text: "Or pans?".into() }).await;
    timeout(PATIENCE, bot.request()).await.expect("the bot is asked there too");
    shop.does(other, Command::RequestHuman).await;
    shop.does(id, Command::Post { text: "Hello?".into() }).await;
    shop.does(id, Command::Send { by: shop.sam.clone(), text: "I am here".into() }).await;
    shop.does(id, Command::Post { text: "At last".into() }).await;
    let log = shop.chat.log(id).await;
    assert!(!log.iter().any(is_answer) && late_answers(&log) == 0, "all of that while the bot was silent");

    permits.add_permits(2);
    for id in [id, other] {
        let log = until(&shop, id, |log| late_answers(log) > 0).await;
        assert_eq!((late_answers(&log), log.iter().any(is_answer)), (1, false));
    }
    assert_eq!(bot.connections(), 2, "what people have is not asked again");
}

#[actix_web::test]
async fn two_failures_hand_the_conversation_to_people() {
    let database = Database::sqlite();
    let fails = Act::Answer("500 Internal Server Error", String::new());
    let (_engine, shop, bot) = shop(&database, vec![fails]).await;
    let id = shop.opened("Where is my order?").await;
    let log = until(&shop, id, |log| place(log, |body| body.kind() == "handed_off").is_some()).await;
    let last = log.last().unwrap();
    assert_eq!(last.body, Event::HandedOff { reason: HandoffReason::BotFailed, note: None });
    assert_eq!(last.by, Author::System);
    assert_eq!(bot.connections(), 2);
    assert_eq!(shop.chat.stored(id).await.unwrap().status, Status::Queued);
}

#[actix_web::test]
async fn one_failure_is_forgiven() {
    let database = Database::sqlite();
    let fails = Act::Answer("503 Service Unavailable", String::new());
    let (_engine, shop, bot) = shop(&database, vec![fails, Act::Answer("200 OK", ANSWER.into())]).await;
    let id = shop.opened("Where is my order?").await;
    until(&shop, id, |log| log.iter().any(is_answer)).await;
    assert_eq!(bot.connections(), 2);
    assert_eq!(shop.chat.stored(id).await.unwrap().status, Status::Bot);
}

#[actix_web::test]
async fn a_hanging_bot_fails_and_other_conversations_go_on() {
    let database = Database::sqlite();
    let limits = BotLimits {
        call: Limits { total: Duration::from_millis(300), ..Limits::default() },
        pause: Duration::from_millis(1),
        ..BotLimits::default()
    };
    let bot = FakeBot::start(vec![Act::Hang]).await;
    let engine = Engine::start(&database.open(), Options::default(), limits);
    let shop = engine.shop(http_bot(bot.url()), Settings::default()).await;
    let hanging = shop.opened("Where is my order?").await;
    let others: Vec<_> = (0..20).map(|_| rt::spawn(talk(shop.clone()))).collect();
    for other in others {
        other.await.unwrap();
    }
    let log = until(&shop, hanging, |log| place(log, |body| body.kind() == "handed_off").is_some()).await;
    let reason = log.last().map(|entry| entry.body.clone());
    assert_eq!(reason, Some(Event::HandedOff { reason: HandoffReason::BotFailed, note: None }));
}

/// A whole conversation with a member, while the bot says nothing.
async fn talk(shop: Shop) {
    let id = shop.opened("Do you sell pots?").await;
    shop.does(id, Command::Join { by: shop.kim.clone() }).await;
    shop.does(id, Command::Send { by: shop.kim.clone(), text: "Yes".into() }).await;
    shop.does(id, Command::Resolve { by: shop.kim.clone() }).await;
}
