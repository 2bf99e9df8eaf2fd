//! Instagram.

use serde_json::{Value, json};
use switchboard::channels::{Reaction, RemoteFile, What};
use switchboard::domain::channel::ChannelKind::Instagram;
use switchboard::domain::delivery::DeliveryState;

use super::meta::{HEADER, Say, read, rendered};
use super::sim::Fault;
use super::sim::meta::{APP_SECRET, INSTAGRAM, TOKEN, page_events, page_text, signed};
use super::{Line, Office, last_message, texts};
use crate::support::database::Database;

impl Office {
    async fn instagram(&self) -> Line {
        self.meta("instagram", json!({"account_id": INSTAGRAM})).await
    }
}

fn events(more: Value) -> Value {
    let mut event = json!({"sender": {"id": "IG222"}, "recipient": {"id": INSTAGRAM}, "timestamp": 1_767_225_600_100_i64});
    event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    page_events("instagram", INSTAGRAM, &json!([event]))
}

#[test]
fn every_kind_of_event_is_read() {
    let event = |more: Value| read(Instagram, &events(more)).remove(0);
    let what = |more: Value| event(more).1.what;
    let filed = |text: &str, url: &str, name: &str| {
        let file = RemoteFile { reference: url.into(), name: name.into() };
        What::Message { text: text.into(), files: vec![file] }
    };
    let (key, inbound) = event(json!({"message": {"mid": "aWdf1", "text": "hello"}}));
    assert_eq!((key.as_str(), inbound.who.unwrap().key.as_str()), ("message:aWdf1", "IG222"));
    let image = json!({"message": {"mid": "aWdf2", "attachments": [{"type": "image", "payload": {"url": "https://cdn.example.com/x.jpg"}}]}});
    assert_eq!(what(image), filed("", "https://cdn.example.com/x.jpg", "image"));
    let mention = json!({"message": {"mid": "aWdf2", "attachments": [{"type": "story_mention", "payload": {"url": "https://cdn.example.com/s"}}]}});
    assert_eq!(what(mention), filed("", "", "story mention"));
    let story = json!({"message": {"mid": "aWdf3", "text": "nice", "reply_to": {"story": {"id": "178", "url": "https://cdn.example.com/story"}}}});
    assert_eq!(what(story), filed("nice", "", "answer to a story"));
    let reply = json!({"message": {"mid": "aWdf4", "text": "this", "reply_to": {"mid": "aWdfOURS"}}});
    assert_eq!(what(reply), What::Message { text: "this".into(), files: vec![] });
    // Another event than the message, though of the same id.
    let (key, deleted) = event(json!({"message": {"mid": "aWdf1", "is_deleted": true}}));
    assert_eq!((key.as_str(), deleted.what), ("deleted:aWdf1", What::Deleted));
    assert_eq!(
        what(json!({"message": {"mid": "aWdf5", "is_unsupported": true}})),
        filed("", "", "unsupported message")
    );
    let reaction =
        json!({"reaction": {"mid": "aWdfOURS", "action": "react", "reaction": "love", "emoji": "❤️"}});
    assert_eq!(what(reaction), What::Reacted(Reaction::All(vec!["❤️".into()])));
    let seen = What::Report { provider_id: "aWdfOURS".into(), state: DeliveryState::Read, reason: None };
    assert_eq!(what(json!({"read": {"mid": "aWdfOURS"}})), seen);
    let echo = json!({"message": {"mid": "aWdfOURS2", "is_echo": true, "text": "typed in the app"}});
    assert_eq!(what(echo), What::Nothing);
}

#[test]
fn texts_are_split_by_bytes() {
    let settings = json!({"account_id": INSTAGRAM, "api_base": "https://graph.facebook.com"});
    let long = "Ein Satz für Zoë. ".repeat(101);
    let say = Say { text: long.trim(), address: json!({"id": "IG222"}), ..Say::default() };
    let bodies = rendered(Instagram, &settings, &say).unwrap();
    let parts: Vec<&str> = bodies.iter().map(|body| body["message"]["text"].as_str().unwrap()).collect();
    assert_eq!((parts.len(), parts.join(" ").as_str()), (3, long.trim()));
}

#[actix_web::test]
async fn only_what_meta_signed_for_this_account_has_an_effect_and_once() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.instagram().await;
    let foreign = page_text("instagram", "IG999", "aWdfF", "IG222", "For another account");
    assert_eq!(office.meta_event(&line, &foreign).await.0, 200);
    office.is_guarded(&line, &page_text("instagram", INSTAGRAM, "aWdf1", "IG222", "hello")).await;
    let chat = office.conversations(1).await.remove(0);
    // Any of several secrets signs; none of them is the text between two commas.
    let secrets = json!({"secrets": {"app_secret": format!("another,,{APP_SECRET}")}});
    office.owner.patch(&format!("{}/{}", office.channels(), line.id), secrets).await.good();
    let body = page_text("instagram", INSTAGRAM, "aWdf2", "IG222", "bye").to_string().into_bytes();
    for (secret, status) in [("", 401), ("another", 200), (APP_SECRET, 200)] {
        let signature = format!("sha256={}", signed(secret, &body));
        assert_eq!(office.post(&line.id, &[(HEADER, &signature)], body.clone()).await.0, status, "{secret}");
    }
    let log = office.log(&chat, |log| texts(log).contains(&"bye")).await;
    assert_eq!(texts(&log), ["hello", "bye"]);
}

async fn talk(database: Database) {
    let office = Office::open(database).await;
    let line = office.instagram().await;
    office.owner.post(&format!("{}/{}/connect", office.channels(), line.id), json!({})).await.good();
    office.meta_event(&line, &page_text("instagram", INSTAGRAM, "aWdf1", "IG222", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    office.does("send", &chat, json!({"text": "Hello"})).await;
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let seq = last_message(&log);
    let id = office.delivered(&chat, seq, "sent").await[0]["provider_id"].clone();
    office.meta_event(&line, &events(json!({"read": {"mid": id}}))).await;
    office.delivered(&chat, seq, "read").await;
    // The token ends after 60 days: what is said waits for a new one.
    let ended = r#"{"error":{"message":"Session has expired","type":"OAuthException","code":190}}"#;
    office.sim.fail_next(Fault::Answer(400, ended));
    office.does("send", &chat, json!({"text": "Later"})).await;
    office.delivered(&chat, seq + 1, "queued").await;
    let path = format!("{}/{}", office.channels(), line.id);
    assert_eq!(
        office.owner.get(&format!("{path}/state")).await.good()["fault"]["reason"],
        "Session has expired"
    );
    office.owner.patch(&path, json!({"secrets": {"access_token": TOKEN}})).await.good();
    office.delivered(&chat, seq + 1, "sent").await;
}

#[actix_web::test]
async fn a_customer_talks_by_instagram_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_instagram_on_postgres() {
    talk(Database::postgres()).await;
}
