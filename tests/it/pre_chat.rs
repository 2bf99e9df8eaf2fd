//! What a channel asks before the first message is asked by the server too, on sockets and by REST.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::app::{Answer, Person, TestApp, with_json};
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::{Socket, client_id};

on_both! {
    a_chat_begins_with_the_answers
    who_is_known_passes
}

/// The key of a channel that needs an address and an order number.
async fn asking(app: &TestApp) -> String {
    let owner = app.owner().await;
    let key = owner.channel_open_to_all().await;
    let channels = format!("/api/v1/scopes/{}/channels", owner.scope().await);
    let id = owner.get(&channels).await.good()["items"][0]["id"].as_str().unwrap().to_owned();
    let settings = json!({"allowed_origins": ["*"], "pre_chat": [
        {"key": "name"}, {"key": "email", "required": true}, {"key": "order", "label": "Order", "required": true},
    ]});
    owner.patch(&format!("{channels}/{id}"), json!({"settings": settings})).await.good();
    key
}

fn start(about: Value) -> Value {
    json!({"type": "start", "client_id": client_id(), "text": "Hello", "about": about})
}

fn said(verb: &str, about: Option<Value>) -> (String, Value) {
    let mut body = json!({"client_id": client_id(), "text": "Hello"});
    if let Some(about) = about {
        body["about"] = about;
    }
    (verb.to_owned(), body)
}

async fn a_chat_begins_with_the_answers(database: Database) {
    let app = TestApp::start(database, |config| config.limits.visitor_burst = 1_000).await;
    let key = asking(&app).await;
    let (mut widget, _) = Socket::widget(&app.base, &key, json!({})).await;
    for (about, missing) in [
        (Value::Null, json!(["email", "order"])),
        (json!({"name": "Zoë"}), json!(["email", "order"])),
        (json!({"email": "z@z.example"}), json!(["order"])),
        (json!({"email": "z@z.example", "attributes": {"order": " "}}), json!(["order"])),
        (json!({"attributes": {"order": "7"}}), json!(["email"])),
    ] {
        let refused = widget.refused(start(about), "form_required").await;
        assert_eq!(refused["details"]["fields"], missing);
    }
    let send = json!({"type": "send", "client_id": client_id(), "text": "Hello"});
    widget.refused(send, "form_required").await;
    widget.ok(start(json!({"email": "z@z.example", "attributes": {"order": "7"}}))).await;
    // The chat goes on, and the next one is of somebody who has answered.
    widget.ok(json!({"type": "send", "client_id": client_id(), "text": "More"})).await;
    widget.ok(json!({"type": "end", "client_id": client_id()})).await;
    widget.ok(start(Value::Null)).await;

    let nobody: Person = app.stranger();
    let session = nobody.post(&format!("/api/v1/widget/session?channel={key}"), json!({})).await.good();
    let rest = async |(verb, body): (String, Value)| {
        let request = nobody.bare(&Method::POST, &format!("/api/v1/widget/{verb}?channel={key}"));
        let token = session["visitor_token"].as_str().unwrap();
        Answer::to(with_json(request.bearer_auth(token), &body)).await
    };
    for refused in [said("start", None), said("send", None), said("start", Some(json!({"name": "Zoë"})))] {
        let refused = rest(refused).await;
        assert_eq!(refused.status, 409);
        assert_eq!(refused.code(), "form_required");
        assert_eq!(refused.json()["details"], json!({"fields": ["email", "order"]}));
    }
    // A message for later has its own form.
    rest(said("leave_message", Some(json!({"email": "z@z.example"})))).await.good();
}

async fn who_is_known_passes(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let key = asking(&app).await;
    let identity = json!({"external_id": "42", "email": "z@z.example", "attributes": {"order": "7"}});
    let (mut widget, _) = Socket::widget(&app.base, &key, json!({"identity": identity})).await;
    widget.ok(start(Value::Null)).await;
    let identity = json!({"external_id": "43", "email": "y@z.example"});
    let (mut widget, _) = Socket::widget(&app.base, &key, json!({"identity": identity})).await;
    let refused = widget.refused(start(Value::Null), "form_required").await;
    assert_eq!(refused["details"]["fields"], json!(["order"]));
    widget.ok(start(json!({"attributes": {"order": "8"}}))).await;
}
