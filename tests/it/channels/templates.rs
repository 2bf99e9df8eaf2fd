//! When a platform takes no free text any more, it takes the templates that it has approved.

use serde_json::{Value, json};

use super::sim::talk;
use super::{Office, last_message, texts};
use crate::support::database::Database;
use crate::support::on_both;

const DAY: i64 = 24 * 60 * 60 * 1_000;

on_both! {
    a_template_is_sent_when_the_window_is_closed
}

fn templates(name: &str) -> Value {
    json!([
        {"name": "hello", "language": "de", "body": "Guten Tag!"},
        {"name": name, "language": "en_US", "body": "Hello {{1}}, your order {{2}} is here."},
    ])
}

impl Office {
    async fn window(&self, chat: &str) -> Value {
        self.owner.get(&format!("/api/v1/conversations/{chat}/reply_window")).await.good()
    }
}

async fn a_template_is_sent_when_the_window_is_closed(database: Database) {
    let mut office = Office::open(database).await;
    let (settings, secrets) = talk::account("whatsapp", &office.sim.base);
    let line = office.add("whatsapp", settings, secrets).await;
    let path = format!("{}/{}", office.channels(), line.id);
    let bad = json!({"settings": {"templates": [{"name": "a", "language": "en", "body": "{{2}}"}]}});
    assert_eq!(office.owner.patch(&path, bad).await.code(), "bad_request");
    office.owner.patch(&path, json!({"settings": {"templates": templates("order_update")}})).await.good();
    let hook = format!("{}/hooks/{}", office.app.base, line.id);
    let before = office.app.running.edge.sources.now();
    let writing = talk::Writing { hook: &hook, secret: "", id: 1, customer: 1, text: "Hi" };
    office.posted(&line, talk::say("whatsapp", &writing).unwrap()).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let window = office.window(&chat).await;
    assert_eq!(window["templates"], templates("order_update"));
    let until = window["until"].as_i64().unwrap();
    assert!((before + DAY..before + DAY + 60_000).contains(&until), "{until}");
    // While it is open, words are words, also those of a template.
    let says = async |office: &Office, text: &str, state: &str| {
        office.does("send", &chat, json!({"text": text})).await;
        let log = office.log(&chat, |log| texts(log).last() == Some(&text)).await;
        office.delivered(&chat, last_message(&log), state).await
    };
    says(&office, "Guten Tag!", "sent").await;
    assert_eq!(office.sim.taken().last().unwrap().json()["type"], "text");

    office.app.running.edge.sources.shift_clock(DAY + 60_000);
    office.owner = office.owner.another_login().await;
    let lines = says(&office, "Hello Zoë, your order {{2}} is here.", "failed").await;
    assert!(lines[0]["reason"].as_str().unwrap().contains("only templates"), "{lines:?}");
    says(&office, "Hello Zoë, your order 4711 is here.", "sent").await;
    let sent = office.sim.taken().last().unwrap().json();
    let place = |text: &str| json!({"type": "text", "text": text});
    let wanted = json!({"name": "order_update", "language": {"code": "en_US"}, "components": [
        {"type": "body", "parameters": [place("Zoë"), place("4711")]},
    ]});
    assert_eq!((&sent["type"], &sent["template"]), (&json!("template"), &wanted));
    says(&office, "Guten Tag!  ", "sent").await;
    let sent = office.sim.taken().last().unwrap().json();
    assert_eq!(sent["template"], json!({"name": "hello", "language": {"code": "de"}}));
}

#[actix_web::test]
async fn twilio_is_told_the_content_and_what_stands_in_it() {
    let mut office = Office::open(Database::sqlite()).await;
    let (settings, secrets) = talk::account("twilio", &office.sim.base);
    let line = office.add("twilio", settings, secrets).await;
    let path = format!("{}/{}", office.channels(), line.id);
    office.owner.patch(&path, json!({"settings": {"templates": templates("HX7")}})).await.good();
    let hook = format!("{}/hooks/{}", office.app.base, line.id);
    let fields = super::sim::twilio::text("SM1", "whatsapp:+15552223333", "whatsapp:+15550001111", "Hi");
    let (signature, body) = super::sim::twilio::signed(&hook, super::sim::twilio::TOKEN, &fields);
    let form =
        [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", signature.as_str())];
    assert_eq!(office.post(&line.id, &form, body).await.0, 200);
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    office.app.running.edge.sources.shift_clock(DAY + 60_000);
    office.owner = office.owner.another_login().await;
    assert!(office.window(&chat).await["until"].is_i64());
    office.does("send", &chat, json!({"text": "Hello Zoë, your order 4711 is here."})).await;
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    office.delivered(&chat, last_message(&log), "sent").await;
    let form: std::collections::BTreeMap<String, String> =
        url::form_urlencoded::parse(&office.sim.taken().last().unwrap().body).into_owned().collect();
    assert_eq!((form["ContentSid"].as_str(), form.get("Body")), ("HX7", None));
    assert_eq!(form["ContentVariables"], r#"{"1":"Zoë","2":"4711"}"#);
}

/// Nothing limits answers to a widget, or by a platform without such a rule.
#[actix_web::test]
async fn where_nothing_limits_answers_nothing_is_said() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.telegram().await;
    office.update(&line, &super::sim::telegram::text(1, 55_501, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    assert_eq!(office.window(&chat).await, json!({"until": null, "templates": []}));
}
