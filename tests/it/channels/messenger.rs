//! Facebook Messenger.

use serde_json::{Value, json};
use switchboard::channels::{Reaction, RemoteFile, SentFile, What, Writer};
use switchboard::domain::channel::ChannelKind::Messenger;
use switchboard::domain::delivery::DeliveryState;

use super::meta::{DAY, Say, read, rendered, verified};
use super::sim::Fault;
use super::sim::meta::{NAMED, PAGE, TOKEN, page_events, page_text};
use super::{Line, Office, last_message, texts};
use crate::support::database::Database;

/// Not escaped, as Meta writes it sometimes.
const BODY: &str = r#"{"object":"page","entry":[{"id":"111","time":1767225600123,"messaging":[{"sender":{"id":"222"},"recipient":{"id":"111"},"timestamp":1767225600100,"message":{"mid":"m_TESTMID1","text":"café 👋 a/b"}}]}]}"#;
const SIGNATURE: &str = "sha256=14f56105c96d0d9e4b761936cd4f561e076516a24084e1e0a031b42deb7ef073";

impl Office {
    async fn messenger(&self) -> Line {
        self.meta("messenger", json!({"page_id": PAGE})).await
    }
}

#[test]
fn the_vector_of_the_reference_has_its_verdict() {
    assert_eq!(BODY.len(), 205);
    assert_eq!(verified(Messenger, SIGNATURE, BODY.as_bytes()), 200);
    for at in [0, 100, 204] {
        let mut altered = BODY.as_bytes().to_vec();
        altered[at] ^= 1;
        assert_eq!(verified(Messenger, SIGNATURE, &altered), 401);
    }
    let events = read(Messenger, &serde_json::from_str(BODY).unwrap());
    assert_eq!(events[0].0, "message:m_TESTMID1");
    assert_eq!(events[0].1.what, What::Message { text: "café 👋 a/b".into(), files: vec![] });
    assert_eq!(events[0].1.who.as_ref().unwrap().key, "222");
}

#[test]
fn every_kind_of_event_is_read() {
    let event = |more: Value| {
        let mut event =
            json!({"sender": {"id": "222"}, "recipient": {"id": PAGE}, "timestamp": 1_767_225_600_100_i64});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        read(Messenger, &page_events("page", PAGE, &json!([event]))).remove(0)
    };
    let what = |more: Value| event(more).1.what;
    let said = |text: &str| What::Message { text: text.into(), files: vec![] };
    let file = |url: &str, name: &str| RemoteFile { reference: url.into(), name: name.into() };
    assert_eq!(
        what(json!({"message": {"mid": "m_1", "text": "hello", "quick_reply": {"payload": "YES"}}})),
        said("hello")
    );
    let whole = json!({"message": {"mid": "m_1", "text": "I want a refund for…", "quick_reply": {"payload": "say:I want a refund for it"}}});
    assert_eq!(what(whole), said("I want a refund for it"));
    let files = json!({"message": {"mid": "m_2", "attachments": [
        {"type": "image", "payload": {"url": "https://cdn.example.com/x.jpg"}},
        {"type": "file", "payload": {"url": "https://cdn.example.com/b.pdf?x=1"}},
    ]}});
    let both = vec![
        file("https://cdn.example.com/x.jpg", "image"),
        file("https://cdn.example.com/b.pdf?x=1", "b.pdf"),
    ];
    assert_eq!(what(files), What::Message { text: String::new(), files: both });
    let place = json!({"message": {"mid": "m_3", "attachments": [{"type": "location", "payload": {"coordinates": {"lat": 52.52, "long": 13.405}}}]}});
    assert_eq!(what(place), said("📍 52.52, 13.405"));
    assert_eq!(
        what(json!({"message": {"mid": "m_4", "text": "this one", "reply_to": {"mid": "m_ours1"}}})),
        said("this one")
    );
    assert_eq!(
        what(json!({"postback": {"mid": "m_5", "title": "Get started", "payload": "START"}})),
        said("Get started")
    );
    assert_eq!(
        what(json!({"message_edit": {"mid": "m_1", "text": "hullo", "num_edit": 1}})),
        What::Edited { text: "hullo".into() }
    );
    for (action, all) in [("react", vec!["❤️".to_owned()]), ("unreact", vec![])] {
        let reaction =
            json!({"reaction": {"mid": "m_ours1", "action": action, "reaction": "love", "emoji": "❤️"}});
        let (key, inbound) = event(reaction);
        assert!(key.starts_with(&format!("reaction:m_ours1:{action}:")), "{key}");
        assert_eq!(inbound.what, What::Reacted(Reaction::All(all)));
    }
    for silent in [
        json!({"message": {"is_echo": true, "app_id": 777, "mid": "m_ours2", "text": "from the inbox"}}),
        json!({"pass_thread_control": {"previous_owner_app_id": "777", "new_owner_app_id": "888"}}),
        json!({"something": {"new": true}}),
    ] {
        let (_, inbound) = event(silent);
        assert_eq!((inbound.who, inbound.what), (None, What::Nothing));
    }
    let (key, report) = event(json!({"delivery": {"mids": ["m_ours1"], "watermark": 1_767_225_600_650_i64}}));
    let delivered =
        What::Report { provider_id: "m_ours1".into(), state: DeliveryState::Delivered, reason: None };
    assert_eq!((key.as_str(), report.what), ("delivery:m_ours1", delivered));
    let (key, report) = event(json!({"read": {"watermark": 1_767_225_600_750_i64}}));
    let up_to = What::ReportUpTo { contact: "222".into(), at: 1_767_225_600_750, state: DeliveryState::Read };
    assert_eq!((key.as_str(), report.what), ("read:222:1767225600750", up_to));
    let standby = json!({"object": "page", "entry": [{"id": PAGE, "standby": [{"sender": {"id": "222"}, "message": {"mid": "m_9", "text": "x"}}]}]});
    assert_eq!(read(Messenger, &standby)[0].1.what, What::Nothing);
}

#[test]
fn what_is_said_fits_the_limits() {
    let settings = json!({"page_id": PAGE});
    let to = || json!({"id": "222"});
    let file = SentFile {
        name: "c.pdf".into(),
        media_type: "application/pdf",
        size: 9,
        url: "https://chat.example/c.pdf".into(),
    };
    let long = "One sentence of many. ".repeat(150);
    let say = Say { text: &long, files: std::slice::from_ref(&file), address: to(), ..Say::default() };
    let bodies = rendered(Messenger, &settings, &say).unwrap();
    assert_eq!(bodies.len(), 3);
    assert_eq!(bodies[2]["message"]["attachment"]["type"], "file");
    let replies: Vec<String> = (0..14).map(|number| format!("{number} and some more words")).collect();
    let ask = |replies: &[String]| {
        let say = Say {
            text: "Which?",
            replies,
            files: std::slice::from_ref(&file),
            address: to(),
            ..Say::default()
        };
        rendered(Messenger, &settings, &say).unwrap()
    };
    let asked = ask(&replies[..13]);
    assert_eq!(asked[1]["message"]["quick_replies"][0]["payload"], "say:0 and some more words");
    assert_eq!(ask(&replies)[0]["message"]["text"].as_str().unwrap().lines().count(), 16);
    let late = |settings: &Value, writer: Writer<'_>, after: i64| {
        rendered(Messenger, settings, &Say { text: "Late", writer, address: to(), after, ..Say::default() })
    };
    assert!(late(&settings, Writer::Bot, DAY).is_ok());
    assert!(late(&settings, Writer::Agent("Ada"), DAY + 1).unwrap_err().contains("too long ago"));
    let tagged = json!({"page_id": PAGE, "human_agent": "on"});
    assert_eq!(late(&tagged, Writer::Agent("Ada"), 7 * DAY).unwrap()[0]["tag"], "HUMAN_AGENT");
    assert!(late(&tagged, Writer::Bot, DAY + 1).is_err());
    assert!(late(&tagged, Writer::Agent("Ada"), 7 * DAY + 1).is_err());
}

#[actix_web::test]
async fn only_what_meta_signed_for_this_page_has_an_effect_and_once() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.messenger().await;
    let foreign = page_text("page", "999", "m_F", "222", "For another page");
    assert_eq!(office.meta_event(&line, &foreign).await.0, 200);
    office.is_guarded(&line, &page_text("page", PAGE, "m_1", "222", "hello")).await;
    office.meta_event(&line, &page_text("page", PAGE, "m_2", "222", "bye")).await;
    let chat = office.conversations(1).await.remove(0);
    let log = office.log(&chat, |log| texts(log).contains(&"bye")).await;
    assert_eq!(texts(&log), ["hello", "bye"]);
}

async fn talk(database: Database) {
    let office = Office::open(database).await;
    let line = office.messenger().await;
    office.owner.post(&format!("{}/{}/connect", office.channels(), line.id), json!({})).await.good();
    office.meta_event(&line, &page_text("page", PAGE, "m_1", NAMED, "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let detail = office.owner.get(&format!("/api/v1/conversations/{chat}")).await.good();
    assert_eq!(detail["contact"]["name"], "Zoë Meyer");
    // Of this one Meta tells nothing.
    office.meta_event(&line, &page_text("page", PAGE, "m_2", "333", "Hi")).await;
    let other = office.conversations(2).await.remove(1);
    let detail = office.owner.get(&format!("/api/v1/conversations/{other}")).await.good();
    assert!(detail["contact"]["name"].as_str().unwrap().starts_with("Visitor "));

    office.does("send", &chat, json!({"text": "First"})).await;
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let seq = last_message(&log);
    let lines = office.delivered(&chat, seq, "sent").await;
    let id = lines[0]["provider_id"].clone();
    let report = |more: Value| {
        let mut event = json!({"sender": {"id": NAMED}, "recipient": {"id": PAGE}, "timestamp": 1});
        event.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        page_events("page", PAGE, &json!([event]))
    };
    office.meta_event(&line, &report(json!({"delivery": {"mids": [id], "watermark": 1}}))).await;
    office.delivered(&chat, seq, "delivered").await;
    office.does("send", &chat, json!({"text": "Second"})).await;
    office.delivered(&chat, seq + 1, "sent").await;
    // What was read before they were written is neither of them.
    office.meta_event(&line, &report(json!({"read": {"watermark": 5}}))).await;
    let now = office.app.running.edge.sources.now();
    office.meta_event(&line, &report(json!({"read": {"watermark": now}}))).await;
    office.delivered(&chat, seq, "read").await;
    let lines = office.delivered(&chat, seq + 1, "read").await;
    assert_eq!(lines.len(), 2);
}

#[actix_web::test]
async fn a_customer_talks_by_messenger_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_messenger_on_postgres() {
    talk(Database::postgres()).await;
}

#[actix_web::test]
async fn each_answer_of_messenger_has_its_consequence() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.messenger().await;
    office.meta_event(&line, &page_text("page", PAGE, "m_1", "222", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    let log = office.log(&chat, |log| !texts(log).is_empty()).await;
    let mut seq = log.len() as i64 + 1;
    for (body, reason) in [
        (
            r#"{"error":{"message":"This person isn't available right now.","code":551,"error_subcode":1545041}}"#,
            "This person isn't available right now.",
        ),
        (
            r#"{"error":{"message":"(#10) outside of allowed window","code":10,"error_subcode":2018278}}"#,
            "too long ago",
        ),
        (
            r#"{"error":{"message":"No matching user found","code":100,"error_subcode":2018001}}"#,
            "No matching user found",
        ),
    ] {
        office.sim.fail_next(Fault::Answer(400, body));
        office.does("send", &chat, json!({"text": "Refused"})).await;
        seq += 1;
        let lines = office.delivered(&chat, seq, "failed").await;
        assert!(lines[0]["reason"].as_str().unwrap().contains(reason), "{lines:?}");
    }
    office.sim.fail_next(Fault::Answer(
        400,
        r#"{"error":{"message":"(#1200) Temporary send message failure","code":1200}}"#,
    ));
    office.sim.fail_next(Fault::Answer(429, "{}"));
    office.does("send", &chat, json!({"text": "Slower"})).await;
    seq += 1;
    office.delivered(&chat, seq, "sent").await;
    office.sim.fail_next(Fault::Answer(
        400,
        r#"{"error":{"message":"The session has been invalidated","code":190,"error_subcode":460}}"#,
    ));
    office.does("send", &chat, json!({"text": "Later"})).await;
    seq += 1;
    office.delivered(&chat, seq, "queued").await;
    let path = format!("{}/{}", office.channels(), line.id);
    let state = office.owner.get(&format!("{path}/state")).await.good();
    assert_eq!(state["fault"]["reason"], "The session has been invalidated");
    office.owner.patch(&path, json!({"secrets": {"access_token": TOKEN}})).await.good();
    office.delivered(&chat, seq, "sent").await;
}
