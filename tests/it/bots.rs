//! Bots behind a URL: what they are sent, and what becomes of everything they may answer.

pub mod fake;
mod outgoing;
mod sockets;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::bots::history::{Brief, Role, Said};
use switchboard::bots::{Ask, AskContact, BotFailure, BotLimits, Bots, TurnId};
use switchboard::domain::bot::{BotAnswer, BotConfig, BotHandoff, BotMessage, HttpBot, Script, Turn};
use switchboard::domain::ids::{ContactId, ConversationId, Id, ScopeId};
use switchboard::outgoing::signature::{Secret, Signed, verify};
use switchboard::outgoing::{Limits, Outgoing, OutgoingOptions};
use switchboard::sources::Sources;
use tokio::sync::Semaphore;
use uuid::Uuid;

use fake::{Act, FakeBot, Seen};

const SECRET: &str = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
const TURN_ID: &str = "t_000000000000000000000000000000c1_17_2";

/// Limits small enough that no test waits long.
fn quick() -> BotLimits {
    BotLimits {
        call: Limits { total: Duration::from_millis(250), answer_bytes: 64 * 1024 },
        pause: Duration::from_millis(1),
        ..BotLimits::default()
    }
}

/// Limits that a slow machine keeps too, for bots that answer.
fn patient() -> BotLimits {
    BotLimits { call: Limits::default(), ..quick() }
}

fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

fn scope() -> ScopeId {
    id(1)
}

fn ask() -> Ask {
    let conversation: ConversationId = id(0xc1);
    let contact: ContactId = id(0xa1);
    Ask {
        turn_id: TurnId { conversation, turn: Turn { seq: 17, epoch: 2 } },
        channel: "widget".to_owned(),
        text: "where is my order? 👋".to_owned(),
        attachments: vec![],
        contact: AskContact {
            id: contact,
            name: "Zoë".to_owned(),
            locale: Some("en".to_owned()),
            attributes: BTreeMap::from([("plan".to_owned(), "pro".to_owned())]),
        },
        history: vec![
            Said { role: Role::Customer, text: "hi".to_owned(), attachments: vec![], at: 1_767_225_590_000 },
            Said { role: Role::Bot, text: "Hello!".to_owned(), attachments: vec![], at: 1_767_225_591_500 },
        ],
        brief: None,
        spoken_before: 1,
        agents_available: true,
    }
}

fn at(url: String) -> BotConfig {
    BotConfig::Http(HttpBot {
        url,
        secret: SECRET.to_owned(),
        greeting: String::new(),
        quick_replies: Vec::new(),
    })
}

fn bots(bot: &FakeBot, limits: BotLimits) -> Bots {
    let options = OutgoingOptions { allow: vec![bot.address.to_string()], ..OutgoingOptions::default() };
    Bots::new(Outgoing::new(&options).expect("good options"), Sources::default(), limits)
}

async fn answer_of(bot: &FakeBot, limits: BotLimits) -> Result<Option<BotAnswer>, BotFailure> {
    bots(bot, limits).ask(scope(), &at(bot.url()), ask()).await
}

fn failed(why: &str) -> Result<Option<BotAnswer>, BotFailure> {
    Err(BotFailure { why: why.to_owned() })
}

fn ok(body: &Value) -> Act {
    Act::Answer("200 OK", body.to_string())
}

fn hello() -> Act {
    ok(&json!({"actions":[{"type":"message","text":"Hello"}]}))
}

fn said(text: &str) -> BotAnswer {
    BotAnswer { messages: vec![BotMessage { text: text.to_owned(), ..BotMessage::default() }], handoff: None }
}

/// Checks the signature as a bot would, and gives the body.
fn verified(seen: &Seen) -> Value {
    let header = |name: &str| seen.headers[name].as_str();
    let call = Signed {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    let secret: Secret = SECRET.parse().expect("a secret");
    let now = Sources::default().now() / 1_000;
    assert_eq!(verify(&[secret], call, &seen.body, now), Ok(()));
    assert_eq!(call.id, TURN_ID);
    serde_json::from_slice(&seen.body).expect("JSON")
}

#[tokio::test]
async fn the_bot_gets_a_signed_turn_and_its_answer_is_taken() {
    let mut bot = FakeBot::start(vec![ok(&json!({"actions":[
        {"type":"typing","seconds":2},
        {"type":"message","text":"Order 7 is on its way.","quick_replies":[{"title":"Thanks","payload":"thanks"}]},
        {"type":"handoff","reason":"cannot_help","summary":"Wants a date"},
    ]}))])
    .await;
    let answer = answer_of(&bot, patient()).await.expect("an answer").expect("now");
    let message = BotMessage {
        quick_replies: vec!["Thanks".to_owned()],
        ..said("Order 7 is on its way.").messages.remove(0)
    };
    let handoff = BotHandoff { customer_asked: false, note: Some("cannot_help: Wants a date".to_owned()) };
    assert_eq!(answer, BotAnswer { messages: vec![message], handoff: Some(handoff) });

    let seen = bot.request().await;
    assert_eq!(seen.headers["request"], "POST /turn HTTP/1.1");
    assert_eq!(seen.headers["content-type"], "application/json");
    assert_eq!(seen.headers["user-agent"], concat!("Switchboard/", env!("CARGO_PKG_VERSION")));
    let mut body = verified(&seen);
    let timestamp = body["timestamp"].take();
    assert!(timestamp.as_str().is_some_and(|text| text.ends_with('Z') && text.len() == 24), "{timestamp}");
    assert_eq!(
        body,
        json!({"type":"bot.message","timestamp":null,"data":{
            "turn_id":TURN_ID,
            "conversation_id":"c_000000000000000000000000000000c1",
            "channel":"widget",
            "sequence":17,
            "message":{"id":"c_000000000000000000000000000000c1-17","text":"where is my order? 👋"},
            "contact":{"id":"ct_000000000000000000000000000000a1","name":"Zoë","locale":"en","attributes":{"plan":"pro"}},
            "history":[
                {"role":"customer","text":"hi","at":"2025-12-31T23:59:50.000Z"},
                {"role":"bot","text":"Hello!","at":"2025-12-31T23:59:51.500Z"},
            ],
            "brief":null,
            "agents_available":true,
        }})
    );
}

#[tokio::test]
async fn the_brief_of_a_hand_back_is_sent_along() {
    let mut bot = FakeBot::start(vec![hello()]).await;
    let brief = Brief {
        handed_back_at: 0,
        handed_back_by: Some("Sam".to_owned()),
        resolved_at: None,
        agents_said: vec![Said {
            role: Role::Agent,
            text: "On Friday.".to_owned(),
            attachments: vec![],
            at: 0,
        }],
        bot_said: Vec::new(),
    };
    let turn = Ask { brief: Some(brief), ..ask() };
    bots(&bot, patient()).ask(scope(), &at(bot.url()), turn).await.expect("an answer");
    assert_eq!(
        verified(&bot.request().await)["data"]["brief"],
        json!({
            "handed_back_at":"1970-01-01T00:00:00.000Z","handed_back_by":"Sam","resolved_at":null,
            "agents_said":[{"role":"agent","text":"On Friday.","at":"1970-01-01T00:00:00.000Z"}],"bot_said":[],
        })
    );
}

#[tokio::test]
async fn built_in_bots_answer_without_a_call() {
    let bot = FakeBot::start(vec![Act::Hang]).await;
    let bots = bots(&bot, quick());
    assert_eq!(bots.ask(scope(), &BotConfig::None, ask()).await, Ok(Some(BotAnswer::default())));
    let script = Script { fallback: vec!["Pardon?".to_owned(), "Hm?".to_owned()], ..Script::default() };
    assert_eq!(bots.ask(scope(), &BotConfig::Scripted(script), ask()).await, Ok(Some(said("Hm?"))));
    assert_eq!(bot.connections(), 0);
}

#[tokio::test]
async fn silence_and_later_are_no_failures() {
    let nothing = Ok(Some(BotAnswer::default()));
    for (head, body, expected) in [
        ("204 No Content", "", nothing.clone()),
        ("200 OK", "", nothing.clone()),
        ("200 OK", r#"{"actions":[]}"#, nothing),
        ("202 Accepted", "", Ok(None)),
        ("202 Accepted", r#"{"actions":[{"type":"message","text":"ignored"}]}"#, Ok(None)),
    ] {
        let bot = FakeBot::start(vec![Act::Answer(head, body.to_owned())]).await;
        assert_eq!(answer_of(&bot, patient()).await, expected, "{head} {body}");
        assert_eq!(bot.connections(), 1);
    }
}

#[tokio::test]
async fn two_failures_in_a_row_are_the_end_of_the_turn() {
    let mut bot = FakeBot::start(vec![
        Act::Answer("500 Oops", "x".repeat(100_000)),
        Act::Answer("503 Busy", String::new()),
    ])
    .await;
    assert_eq!(answer_of(&bot, patient()).await, failed("status 503"));
    assert_eq!(bot.connections(), 2);
    let (first, second) = (bot.request().await, bot.request().await);
    assert_eq!(verified(&first), verified(&second));
    assert_eq!(first.body, second.body);
}

#[tokio::test]
async fn one_failure_is_forgiven() {
    for first in [
        Act::Answer("500 Oops", String::new()),
        Act::Answer("429 Slow down\r\nretry-after: 0", String::new()),
        Act::Close,
    ] {
        let bot = FakeBot::start(vec![first, hello()]).await;
        assert_eq!(answer_of(&bot, patient()).await, Ok(Some(said("Hello"))));
        assert_eq!(bot.connections(), 2);
    }
    let bot = FakeBot::start(vec![Act::Hang, hello()]).await;
    assert_eq!(
        answer_of(
            &bot,
            BotLimits { call: Limits { total: Duration::from_secs(1), ..quick().call }, ..quick() }
        )
        .await,
        Ok(Some(said("Hello")))
    );
}

#[tokio::test]
async fn what_cannot_get_better_is_not_tried_again() {
    let control = json!({"actions":[{"type":"message","text":"\u{1b}[2J"}]}).to_string();
    for (act, why) in [
        (Act::Answer("200 OK", "<html>hello</html>".to_owned()), "not a JSON object with a list of actions"),
        (Act::Answer("200 OK", control), "actions[0] contains control characters"),
        (Act::Answer("404 Not Found", String::new()), "status 404"),
        (Act::Answer("302 Found\r\nlocation: http://169.254.169.254/", String::new()), "status 302"),
        (Act::Answer("503 Busy\r\nretry-after: 60", String::new()), "status 503"),
        (Act::Flood("HTTP/1.1 200 OK\r\n\r\n"), "the answer is too large"),
    ] {
        let bot = FakeBot::start(vec![act]).await;
        assert_eq!(answer_of(&bot, patient()).await, failed(why));
        assert_eq!(bot.connections(), 1, "{why}");
    }
}

#[tokio::test]
async fn a_bot_that_hangs_or_drips_costs_two_time_limits() {
    for act in [Act::Hang, Act::Drip("HTTP/1.1 200 OK\r\n\r\n")] {
        let mut bot = FakeBot::start(vec![act]).await;
        assert_eq!(answer_of(&bot, quick()).await, failed("no answer in time"));
        assert_eq!(bot.connections(), 2);
        // The connections are given up, not left open.
        bot.end().await;
        bot.end().await;
    }
}

#[tokio::test]
async fn giving_up_the_turn_ends_the_call() {
    let mut bot = FakeBot::start(vec![Act::Hang]).await;
    let turn = tokio::spawn({
        let (bots, config) = (bots(&bot, patient()), at(bot.url()));
        async move { bots.ask(scope(), &config, ask()).await }
    });
    bot.request().await;
    turn.abort();
    bot.end().await;
}

#[tokio::test]
async fn a_scope_has_so_many_calls_at_once() {
    let permits = Arc::new(Semaphore::new(0));
    let held = |text: &str| {
        let body = json!({"actions":[{"type":"message","text":text}]}).to_string();
        Act::AnswerWhen(Arc::clone(&permits), "200 OK", body)
    };
    let mut bot = FakeBot::start(vec![held("Hello")]).await;
    let bots = bots(&bot, BotLimits { at_once: 2, waiting: 3, ..patient() });
    let config = at(bot.url());
    let ask_one = |scope: ScopeId| {
        let (bots, config) = (bots.clone(), config.clone());
        tokio::spawn(async move { bots.ask(scope, &config, ask()).await })
    };
    let turns: Vec<_> = (0..5).map(|_| ask_one(scope())).collect();
    bot.request().await;
    bot.request().await;
    assert_eq!(ask_one(scope()).await.expect("no panic"), failed("too many calls at once"));
    let other = ask_one(id(2));
    bot.request().await;
    assert_eq!(bot.peak(), 3, "two of this scope and one of the other");
    permits.add_permits(6);
    for turn in turns {
        assert_eq!(turn.await.expect("no panic"), Ok(Some(said("Hello"))));
    }
    assert_eq!(other.await.expect("no panic"), Ok(Some(said("Hello"))));
    assert!(bot.peak() <= 3);
}

#[tokio::test]
async fn a_bot_in_the_inner_network_or_without_a_secret_is_never_called() {
    let bot = FakeBot::start(vec![hello()]).await;
    let strict = Bots::new(
        Outgoing::new(&OutgoingOptions { ports: vec!["1-65535".to_owned()], ..OutgoingOptions::default() })
            .expect("good options"),
        Sources::default(),
        quick(),
    );
    let refused = strict.ask(scope(), &at(bot.url()), ask()).await;
    assert_eq!(refused, failed("the host is not on the public internet"));
    assert_eq!(strict.check(&at(bot.url())), Err("url: the host is not on the public internet".to_owned()));

    let unsigned = BotConfig::Http(HttpBot {
        url: bot.url(),
        secret: String::new(),
        greeting: String::new(),
        quick_replies: Vec::new(),
    });
    let refused = bots(&bot, quick()).ask(scope(), &unsigned, ask()).await;
    assert_eq!(refused, failed("the secret must be whsec_ and the base64 of 24 to 64 bytes"));
    assert_eq!(bot.connections(), 0);
}
