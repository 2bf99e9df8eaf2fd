//! An HTTP bot that answers later, through the API.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard::outgoing::signature::Secret;
use switchboard::sources::Sources;

use crate::bots::fake::{Act, FakeBot};
use crate::support::app::{Answer, Person, TestApp};
use crate::support::database::Database;
use crate::support::sockets::{Socket, client_id};

const SECRET: &str = "whsec_ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

/// A chat with a bot that says "later" to every turn.
struct Later {
    app: TestApp,
    owner: Person,
    bot: FakeBot,
    customer: Socket,
    conversation: String,
}

impl Later {
    async fn new() -> Self {
        let bot = FakeBot::start(vec![Act::Answer("202 Accepted", String::new())]).await;
        let allowed = bot.address.to_string();
        let app = TestApp::start(Database::sqlite(), |config| config.outgoing.allow = vec![allowed]).await;
        let owner = app.owner().await;
        let channel = owner.channel_open_to_all().await;
        let path = format!("/api/v1/scopes/{}/bot", owner.scope().await);
        owner
            .put(&path, json!({"kind": "http", "url": bot.url(), "secret": SECRET, "greeting": "Hi"}))
            .await
            .good();
        // The scope hears of its bot a moment after the answer.
        let mut customer = loop {
            let (socket, welcome) = Socket::widget(&app.base, &channel, json!({})).await;
            if welcome["channel"]["greeting"]["text"] == "Hi" {
                break socket;
            }
        };
        let start = json!({"type": "start", "client_id": client_id(), "text": "Hello"});
        let conversation = customer.ok(start).await["conversation"].as_str().unwrap().to_owned();
        Self { app, owner, bot, customer, conversation }
    }

    /// The turn the bot is asked for next.
    async fn turn(&mut self) -> String {
        let asked = tokio::time::timeout(Duration::from_secs(20), self.bot.request()).await;
        asked.expect("the bot should have been asked").headers["webhook-id"].clone()
    }

    /// Answers a turn as the bot would.
    async fn answer(&self, turn: &str, actions: Value) -> Answer {
        let body = json!({"actions": actions}).to_string();
        self.post(turn, &Call::signed(turn, &body), &body).await
    }

    async fn post(&self, turn: &str, call: &Call, body: &str) -> Answer {
        let request = self.app.stranger().bare(&Method::POST, &format!("/api/v1/bot/turns/{turn}/actions"));
        let request = request
            .header("content-type", "application/json")
            .header("webhook-id", &call.id)
            .header("webhook-timestamp", call.seconds.to_string())
            .header("webhook-signature", &call.signature)
            .body(body.to_owned());
        Answer::to(request).await
    }

    /// Kinds and texts of the log.
    async fn log(&self) -> Vec<(String, String)> {
        let log =
            self.owner.get(&format!("/api/v1/conversations/{}/entries", self.conversation)).await.good();
        let entries = log["entries"].as_array().unwrap().iter();
        entries
            .map(|entry| &entry["body"])
            .map(|body| {
                let text = body["text"].as_str().unwrap_or_default();
                (body["kind"].as_str().unwrap().to_owned(), text.to_owned())
            })
            .collect()
    }
}

struct Call {
    id: String,
    seconds: i64,
    signature: String,
}

impl Call {
    fn signed(id: &str, body: &str) -> Self {
        Self::at(id, body, now(), SECRET)
    }

    fn at(id: &str, body: &str, seconds: i64, secret: &str) -> Self {
        let signature = secret.parse::<Secret>().unwrap().sign(id, seconds, body.as_bytes());
        Self { id: id.to_owned(), seconds, signature }
    }
}

fn now() -> i64 {
    Sources::default().now() / 1_000
}

#[actix_web::test]
async fn a_late_answer_is_said_once() {
    let mut later = Later::new().await;
    let turn = later.turn().await;
    let said = json!([{"type": "message", "text": "I looked it up."}]);
    let done = later.answer(&turn, said.clone()).await.good();
    assert_eq!(
        later.customer.until(|frame| frame["entry"]["body"]["text"] == "I looked it up.").await["entry"]["seq"],
        done["seq"]
    );
    // The same again, as after an answer that was lost.
    assert_eq!(later.answer(&turn, said).await.good(), done);
    // Something else is too late: the turn was answered.
    let other = later.answer(&turn, json!([{"type": "message", "text": "And another thing."}])).await;
    assert_eq!((other.status, other.code().as_str()), (StatusCode::CONFLICT, "stale_bot_turn"));
    let log = later.log().await;
    assert_eq!(log.iter().filter(|(_, text)| text == "I looked it up.").count(), 1);
    assert!(log.contains(&("suppressed".into(), "And another thing.".into())), "{log:?}");
}

#[actix_web::test]
async fn an_answer_whose_turn_is_over_is_kept_aside() {
    let mut later = Later::new().await;
    let first = later.turn().await;
    later.customer.ok(json!({"type": "send", "client_id": client_id(), "text": "And this?"})).await;
    let second = later.turn().await;
    let late = later.answer(&first, json!([{"type": "message", "text": "To the first"}])).await;
    assert_eq!(late.code(), "stale_bot_turn");
    assert_eq!(later.answer(&first, json!([])).await.code(), "stale_bot_turn");
    later
        .answer(&second, json!([{"type": "message", "text": "To the second"}, {"type": "handoff"}]))
        .await
        .good();
    later.customer.entry("handed_off").await;
    let log = later.log().await;
    assert!(log.contains(&("suppressed".into(), "To the first".into())), "{log:?}");
    assert!(log.contains(&("message".into(), "To the second".into())), "{log:?}");
    let heard = later.customer.heard().any(|frame| frame.to_string().contains("To the first"));
    assert!(!heard, "the customer heard a suppressed answer");
}

#[actix_web::test]
async fn only_the_bot_of_the_turn_may_answer_it() {
    let mut later = Later::new().await;
    let turn = later.turn().await;
    let body = json!({"actions": [{"type": "message", "text": "forged"}]}).to_string();
    let good = Call::signed(&turn, &body);
    let other_turn = turn.rsplit_once('_').map(|(start, _)| format!("{start}_99")).unwrap();
    let nowhere = format!("t_{}_3_0", "0".repeat(32));
    let other_secret = Secret::from_bytes([7; 32]).reveal();
    let changed = body.replace("forged", "altered");
    let attempts = [
        ("other secret", turn.clone(), Call::at(&turn, &body, now(), &other_secret), body.clone()),
        ("changed body", turn.clone(), Call::signed(&turn, &body), changed),
        ("old", turn.clone(), Call::at(&turn, &body, now() - 400, SECRET), body.clone()),
        ("from the future", turn.clone(), Call::at(&turn, &body, now() + 400, SECRET), body.clone()),
        ("other turn's signature", other_turn.clone(), Call::signed(&turn, &body), body.clone()),
        ("other time", turn.clone(), Call { seconds: now() - 1, ..Call::signed(&turn, &body) }, body.clone()),
        (
            "no signature",
            turn.clone(),
            Call { signature: String::new(), ..Call::signed(&turn, &body) },
            body.clone(),
        ),
        ("no such conversation", nowhere.clone(), Call::signed(&nowhere, &body), body.clone()),
        ("no turn at all", "t_1".into(), Call::signed("t_1", &body), body.clone()),
    ];
    let mut words = std::collections::BTreeSet::new();
    for (what, path, call, body) in attempts {
        let answer = later.post(&path, &call, &body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNAUTHORIZED, "unauthenticated"),
            "{what}"
        );
        words.insert(answer.told().to_string());
    }
    assert_eq!(words.len(), 1, "refusals can be told apart: {words:?}");
    assert!(!later.log().await.iter().any(|(_, text)| text == "forged" || text == "altered"));

    // Signed well, but not an answer.
    for bad in [
        "",
        "{}",
        r#"{"actions":[{"type":"message"}]}"#,
        r#"{"actions":[{"type":"message","text":"\u0007"}]}"#,
    ] {
        let answer = later.post(&turn, &Call::signed(&turn, bad), bad).await;
        assert_eq!(answer.code(), "bad_request", "{bad}");
    }
    let flood = json!({"actions": [{"type": "message", "text": "x".repeat(70_000)}]}).to_string();
    assert_eq!(later.post(&turn, &Call::signed(&turn, &flood), &flood).await.code(), "too_large");
    // All that did not end the turn.
    later.post(&turn, &good, &body).await.good();
}
