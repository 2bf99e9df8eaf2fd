//! Cards from bots and members: what they may hold, and that all readers get what was sent.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::app::{Answer, Person, TestApp};
use crate::support::database::Database;
use crate::support::files::{PDF, PNG, upload};
use crate::support::sockets::{Socket, client_id};
use crate::support::{eventually, on_both};

on_both! {
    a_bots_cards_reach_everybody
    a_members_cards_reach_everybody
    a_card_may_show_a_file_of_its_message
}

fn cards() -> Value {
    json!([
        {"title": "Blue shirt", "text": "20 €", "image": {"url": "https://shop.example/blue.png", "alt": "A shirt"},
            "buttons": [{"kind": "reply", "title": "Take it", "text": "I take the blue one"},
                {"kind": "link", "title": "Details", "url": "https://shop.example/blue"}]},
        {"title": "Red shirt"},
    ])
}

/// A chat that the owner has, and what leads to it.
async fn mine(app: &TestApp) -> (Person, Socket, String) {
    let owner = app.owner().await;
    let channel = owner.channel_open_to_all().await;
    let (mut widget, _) = Socket::widget(&app.base, &channel, json!({})).await;
    let start = json!({"type": "start", "client_id": client_id(), "text": "Hello"});
    let chat = widget.ok(start).await["conversation"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/conversations/{chat}");
    owner.post(&format!("{path}/join"), json!({"client_id": client_id()})).await.good();
    (owner, widget, path)
}

/// The scope hears of its bot soon after the answer.
async fn has_bot(person: &Person) {
    let has = async || {
        let (dashboard, welcome) = Socket::dashboard(person).await;
        dashboard.close().await;
        welcome["scopes"][0]["has_bot"].clone()
    };
    eventually(has, |has| has == true).await;
}

async fn send(owner: &Person, path: &str, mut body: Value) -> Answer {
    body["client_id"] = json!(client_id());
    owner.post(&format!("{path}/send"), body).await
}

async fn last(owner: &Person, path: &str) -> Value {
    let entries = owner.get(&format!("{path}/entries")).await.good()["entries"].clone();
    entries.as_array().unwrap().last().unwrap()["body"].clone()
}

async fn a_bots_cards_reach_everybody(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let channel = owner.channel_open_to_all().await;
    let bot = format!("/api/v1/scopes/{scope}/bot");
    let script =
        |cards: Value| json!({"kind": "scripted", "rules": [{"when": ["shirt"], "say": [], "cards": cards}]});
    let refused =
        owner.put(&bot, script(json!([{"title": "x", "image": {"url": "data:image/png,x"}}]))).await;
    assert_eq!(refused.code(), "bad_request");
    assert_eq!(refused.json()["message"], "rules[0].cards[0].image.url is not an https address");
    owner.put(&bot, script(cards())).await.good();
    has_bot(&owner).await;

    let (mut widget, _) = Socket::widget(&app.base, &channel, json!({})).await;
    let start = json!({"type": "start", "client_id": client_id(), "text": "A shirt, please"});
    let chat = widget.ok(start).await["conversation"].as_str().unwrap().to_owned();
    let entry = widget.until(|frame| frame["entry"]["by"]["kind"] == "bot").await["entry"].clone();
    assert_eq!(entry["body"], json!({"kind": "message", "text": "", "cards": cards()}));
    let path = format!("/api/v1/conversations/{chat}");
    assert_eq!(last(&owner, &path).await["cards"], cards());
    let row = owner.get(&path).await.good()["row"].clone();
    assert_eq!(row["preview"]["text"], "Blue shirt, Red shirt");
    let transcript = owner.get(&format!("{path}/transcript?format=text")).await;
    for line in ["[card] Blue shirt: 20 €", "[button] Take it", "[link] Details: https://shop.example/blue"]
    {
        assert!(transcript.text.contains(line), "{line}");
    }
    let found = owner.get(&format!("/api/v1/scopes/{scope}/conversations?q=red%20SHIRT")).await.good();
    assert_eq!(found["items"][0]["id"], chat);
}

async fn a_members_cards_reach_everybody(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let (owner, mut widget, path) = mine(&app).await;
    let body = json!({"text": "Which?", "cards": cards(), "client_id": client_id()});
    let seq = owner.post(&format!("{path}/send"), body.clone()).await.good()["seq"].clone();
    assert_eq!(
        owner.post(&format!("{path}/send"), body).await.good()["seq"],
        seq,
        "a repeat changes nothing"
    );
    let entry = widget.until(|frame| frame["entry"]["body"]["text"] == "Which?").await["entry"].clone();
    assert_eq!(entry["body"]["cards"], cards());
    assert_eq!(last(&owner, &path).await["cards"], cards());
    let (_, again) = Socket::widget(&app.base, &owner.channel_open_to_all().await, json!({})).await;
    assert_eq!(again["conversation"], Value::Null, "somebody else sees nothing of it");

    let ten = |count: usize| Value::Array(vec![json!({"title": "x"}); count]);
    send(&owner, &path, json!({"cards": ten(10)})).await.good();
    assert_eq!(send(&owner, &path, json!({"cards": ten(11)})).await.code(), "too_large");
    for (card, why) in [
        (json!({"title": "x".repeat(81)}), "cards[0].title is longer than 80 characters"),
        (
            json!({"title": "x", "buttons": [{"kind": "link", "title": "y", "url": "javascript:alert(1)"}]}),
            "cards[0].buttons[0].url is not an https address",
        ),
        (
            json!({"title": "x", "image": {"url": "http://shop.example/a.png"}}),
            "cards[0].image.url is not an https address",
        ),
        (
            json!({"title": "x", "buttons": vec![json!({"kind": "reply", "title": "y"}); 4]}),
            "cards[0].buttons has more than 3 items",
        ),
    ] {
        let refused = send(&owner, &path, json!({"cards": [card]})).await;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "bad_request".into()));
        assert_eq!(refused.json()["message"], why);
    }
    for odd in [json!([{"title": "x", "html": "y"}]), json!([{"title": "x", "buttons": [{"kind": "post"}]}])]
    {
        assert_eq!(send(&owner, &path, json!({"cards": odd})).await.code(), "bad_request");
    }
    assert_eq!(send(&owner, &path, json!({"cards": []})).await.code(), "bad_request", "it says nothing");
    // Neither notes nor customers have any.
    let note = json!({"client_id": client_id(), "text": "x", "cards": cards()});
    assert_eq!(owner.post(&format!("{path}/note"), note).await.code(), "bad_request");
    let says = json!({"type": "send", "client_id": client_id(), "text": "x", "cards": cards()});
    widget.refused(says, "bad_request").await;
}

async fn a_card_may_show_a_file_of_its_message(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let (owner, mut widget, path) = mine(&app).await;
    let files = format!("{path}/files");
    let picture = Answer::to(upload(&owner, &files, "a.png", PNG.to_vec())).await.good()["id"].clone();
    let document = Answer::to(upload(&owner, &files, "a.pdf", PDF.to_vec())).await.good()["id"].clone();
    let card = |file: &Value| json!([{"title": "Look", "image": {"file": file}}]);
    for body in [
        json!({"cards": card(&picture)}),
        json!({"cards": card(&picture), "attachments": [document]}),
        json!({"cards": card(&document), "attachments": [document]}),
    ] {
        assert_eq!(send(&owner, &path, body).await.code(), "not_found");
    }
    send(&owner, &path, json!({"cards": card(&picture), "attachments": [picture]})).await.good();
    let entry = widget.until(|frame| frame["entry"]["body"]["cards"].is_array()).await["entry"].clone();
    assert_eq!(entry["body"]["cards"], card(&picture));
    let fetched = owner.request(&Method::GET, &format!("{files}/{}", picture.as_str().unwrap()));
    assert_eq!(Answer::to(fetched).await.status, StatusCode::OK);
}
