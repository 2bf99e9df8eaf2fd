//! Viber bots.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchboard::channels::{
    Account, Headers, Recipient, Request, Saying, SentFile, What, Who, Writer, platform,
};
use switchboard::domain::channel::ChannelKind;
use switchboard::domain::delivery::DeliveryState;

use super::sim::Fault;
use super::sim::viber::{TOKEN, report, sent, signature, text};
use super::{Line, Office, last_message, texts};
use crate::support::database::Database;

const BODY: &str = r#"{"event":"message","timestamp":1767225600123,"chat_hostname":"SN-CHAT-01_","message_token":5900000000000000001,"sender":{"id":"AbCdEfGhIjKlMnOpQrStUg==","name":"Zoë","avatar":"https://example.com/a.jpg","language":"en","country":"GB","api_version":10},"message":{"text":"hello","type":"text","tracking_data":"conv-7"},"silent":false}"#;
const BY_BODY: &str = "d19681fc33ebdc9120857b3556a8515dc0e243b9ab68937c7ba083cb350ad7a0";
const WEBHOOK: &str = r#"{"event":"webhook","timestamp":1767225600000,"message_token":5900000000000000000}"#;
const BY_WEBHOOK: &str = "42ee9bc14624340627fda99ea12e2f254060f71cfd24832f914dd135a02e9429";

const ZOE: &str = "AbCdEfGhIjKlMnOpQrStUg==";

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn verdict(secrets: &[(&str, &str)], headers: &[(&str, &str)], body: &str) -> bool {
    let viber = platform(ChannelKind::Viber).unwrap();
    let (settings, secrets) = (map(&[]), map(secrets));
    let mut all = Headers::default();
    for (name, value) in headers {
        all.add(name, value);
    }
    let request = Request { method: "POST", url: "", query: &[], headers: &all, body: body.as_bytes() };
    viber.verify(&request, &Account::new(viber, &settings, &secrets), 0).is_ok()
}

#[test]
fn every_vector_of_viber_has_its_verdict() {
    let secrets = [("auth_token", TOKEN)];
    assert!(verdict(&secrets, &[("X-Viber-Content-Signature", BY_BODY)], BODY));
    assert!(verdict(&secrets, &[("x-viber-content-signature", BY_WEBHOOK)], WEBHOOK));
    let foreign = BY_BODY.replace('d', "e");
    for bad in ["", "garbage", &BY_BODY[..62], &BY_BODY[..63], BY_WEBHOOK, &foreign, "é"] {
        assert!(!verdict(&secrets, &[("x-viber-content-signature", bad)], BODY), "{bad}");
    }
    let right = [("x-viber-content-signature", BY_BODY)];
    assert!(!verdict(&secrets, &right, &BODY.replace("hello", "hullo")));
    assert!(!verdict(&secrets, &[], BODY));
    assert!(!verdict(&secrets, &[right[0], right[0]], BODY), "twice counts as none");
    assert!(!verdict(&[], &right, BODY), "no secret, nothing believed");
    assert!(!verdict(&[("auth_token", "another")], &right, BODY));
    assert!(verdict(&[("auth_token", "new"), ("auth_token_previous", TOKEN)], &right, BODY));
}

fn read(event: &Value) -> (Option<Who>, What) {
    let inbound = platform(ChannelKind::Viber).unwrap().read(event).unwrap();
    (inbound.who, inbound.what)
}

#[test]
fn every_kind_of_event_is_read() {
    let said = |message: Value| {
        let mut event = text(1, ZOE, "Zoë", "");
        event["message"] = message;
        match read(&event).1 {
            What::Message { text, files } => {
                (text, files.into_iter().map(|file| (file.reference, file.name)).collect::<Vec<_>>())
            }
            other => panic!("{other:?}"),
        }
    };
    let (who, what) = read(&serde_json::from_str(BODY).unwrap());
    let who = who.unwrap();
    assert_eq!(
        (who.key.as_str(), who.name.as_deref(), who.language.as_deref()),
        (ZOE, Some("Zoë"), Some("en"))
    );
    assert_eq!(who.attributes["country"], "GB");
    assert_eq!(what, What::Message { text: "hello".into(), files: Vec::new() });
    let file = |text: &str, name: &str| (text.to_owned(), vec![("https://dl/1".to_owned(), name.to_owned())]);
    let picture = json!({"type": "picture", "media": "https://dl/1", "text": "broken", "file_name": "a.jpg"});
    assert_eq!(said(picture), file("broken", "a.jpg"));
    let bill = json!({"type": "file", "media": "https://dl/1", "file_name": "bill.pdf", "size": 53_211});
    assert_eq!(said(bill), file("", "bill.pdf"));
    assert_eq!(said(json!({"type": "video", "media": "https://dl/1"})), file("", "video.mp4"));
    assert_eq!(said(json!({"type": "sticker", "media": "https://dl/1"})), file("", "sticker"));
    assert_eq!(said(json!({"type": "url", "media": "https://shop.example"})).0, "https://shop.example");
    let place = json!({"type": "location", "location": {"lat": 52.52, "lon": 13.405}});
    assert_eq!(said(place).0, "📍 52.52, 13.405");
    let contact = json!({"type": "contact", "contact": {"name": "Al", "phone_number": "+15550001111"}});
    assert_eq!(said(contact).0, "☎ Al +15550001111");

    for (event, state) in [("delivered", DeliveryState::Delivered), ("seen", DeliveryState::Read)] {
        let (who, what) = read(&report(event, sent(1), ZOE));
        assert!(who.is_none());
        let provider_id = sent(1).to_string();
        assert_eq!(what, What::Report { provider_id, state, reason: None });
    }
    let What::Report { state, reason, .. } = read(&report("failed", sent(1), ZOE)).1 else { panic!() };
    assert_eq!((state, reason.as_deref()), (DeliveryState::Failed, Some("failure description")));
    let user = json!({"id": ZOE, "name": "Zoë"});
    for kind in ["conversation_started", "subscribed", "something new"] {
        let (who, what) = read(&json!({"event": kind, "user": user, "message_token": 2}));
        assert_eq!((who.unwrap().key.as_str(), what), (ZOE, What::Nothing), "{kind}");
    }
    let left = json!({"event": "unsubscribed", "user_id": ZOE, "message_token": 2});
    assert_eq!(read(&left).1, What::Nothing);
}

#[test]
fn files_and_answers_to_choose_from_go_as_viber_takes_them() {
    let viber = platform(ChannelKind::Viber).unwrap();
    let (settings, secrets) = (map(&[("sender_name", "Flower shop")]), map(&[("auth_token", TOKEN)]));
    let file = |name: &str, media_type: &'static str| SentFile {
        name: name.into(),
        media_type,
        size: 1_000,
        url: format!("https://chat.example.com/{name}"),
    };
    let files = [file("a.png", "image/png"), file("b.pdf", "application/pdf")];
    let replies = ["Yes".to_owned()];
    let bodies = |writer: Writer<'_>| -> Vec<Value> {
        let saying = Saying {
            conversation: "c_019b0000000070008000000000000000".parse().unwrap(),
            seq: 1,
            at: 0,
            writer,
            text: "Here",
            files: &files,
            quick_replies: &replies,
            to: Recipient { key: ZOE, address: &Value::Null, last_in_at: 0 },
        };
        let calls = viber.render(&Account::new(viber, &settings, &secrets), &saying, 0).unwrap();
        calls.iter().map(|call| serde_json::from_slice(&call.body).unwrap()).collect()
    };
    let all = bodies(Writer::Bot);
    assert_eq!((&all[0]["text"], &all[0]["sender"]["name"]), (&json!("Here"), &json!("Flower shop")));
    assert_eq!(
        (&all[1]["type"], &all[1]["media"]),
        (&json!("picture"), &json!("https://chat.example.com/a.png"))
    );
    assert_eq!((&all[2]["type"], &all[2]["file_name"]), (&json!("file"), &json!("b.pdf")));
    assert_eq!(all[2]["keyboard"]["Buttons"][0]["ActionBody"], "Yes");
    assert_eq!(all[0]["keyboard"], Value::Null);
    assert_eq!(bodies(Writer::Agent("Ana"))[0]["sender"]["name"], "Ana");
}

impl Office {
    /// A Viber bot that is connected.
    async fn viber(&self) -> Line {
        let base = json!({"api_base": format!("{}/pa", self.sim.base)});
        let line = self.add("viber", base, json!({"auth_token": TOKEN})).await;
        self.owner.post(&format!("{}/{}/connect", self.channels(), line.id), json!({})).await.good();
        line
    }

    async fn viber_event(&self, line: &Line, event: &Value) -> (u16, String) {
        let body = event.to_string().into_bytes();
        self.post(&line.id, &[("x-viber-content-signature", &signature(&body))], body).await
    }
}

#[actix_web::test]
async fn only_what_viber_signed_comes_in_and_once() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.viber().await;
    const HEADER: &str = "x-viber-content-signature";
    for bad in ["", &BY_BODY[..20], BY_WEBHOOK] {
        assert_eq!(office.post(&line.id, &[(HEADER, bad)], BODY.into()).await.0, 401, "{bad}");
    }
    assert_eq!(office.post(&line.id, &[], BODY.into()).await.0, 401);
    let garbage = signature(b"garbage");
    assert_eq!(office.post(&line.id, &[(HEADER, &garbage)], b"garbage".to_vec()).await.0, 400);
    let nothing = signature(b"{}");
    assert_eq!(office.post(&line.id, &[(HEADER, &nothing)], b"{}".to_vec()).await.0, 422);
    assert_eq!(office.rows().await.len(), 0);
    let right = [(HEADER, BY_BODY)];
    let posts = (0..20).map(|_| office.post(&line.id, &right, BODY.into()));
    assert!(futures_util::future::join_all(posts).await.iter().all(|(status, _)| *status == 200));
    let chat = office.conversations(1).await.remove(0);
    // The next number is another message, although a float holds both as one.
    office.viber_event(&line, &text(5_900_000_000_000_000_002, ZOE, "Zoë", "bye")).await;
    let log = office.log(&chat, |log| texts(log).contains(&"bye")).await;
    assert_eq!(texts(&log), ["hello", "bye"]);
}

async fn talk(database: Database) {
    let office = Office::open(database).await;
    let line = office.viber().await;
    office.viber_event(&line, &text(1, ZOE, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let long = "One sentence of many. ".repeat(400);
    office.does("send", &chat, json!({"text": long.trim()})).await;
    let taken = office.sim.wait_for(3).await;
    let parts: Vec<String> =
        taken[1..].iter().map(|call| call.json()["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(parts.join(" "), long.trim());
    assert_eq!(taken[1].json()["receiver"], ZOE);
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let seq = last_message(&log);
    let lines = office.delivered(&chat, seq, "sent").await;
    assert_eq!(lines[1]["provider_id"], sent(2).to_string());
    office.viber_event(&line, &report("seen", sent(2), ZOE)).await;
    office.delivered(&chat, seq, "read").await;
}

#[actix_web::test]
async fn a_customer_talks_by_viber_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_viber_on_postgres() {
    talk(Database::postgres()).await;
}

#[actix_web::test]
async fn each_answer_of_viber_has_its_consequence() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.viber().await;
    office.viber_event(&line, &text(1, ZOE, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    let mut seq = office.log(&chat, |log| !texts(log).is_empty()).await.len() as i64 + 1;

    office.sim.fail_next(Fault::Answer(200, r#"{"status":6,"status_message":"receiverNotSubscribed"}"#));
    office.does("send", &chat, json!({"text": "Left"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines[0]["reason"], "receiverNotSubscribed (6)");

    office.sim.fail_next(Fault::Answer(200, r#"{"status":12,"status_message":"tooManyRequests"}"#));
    office.does("send", &chat, json!({"text": "Slower"})).await;
    seq += 1;
    office.delivered(&chat, seq, "sent").await;

    office.sim.fail_next(Fault::TakenButLost);
    office.sim.fail_next(Fault::TakenButLost);
    office.does("send", &chat, json!({"text": "Lost twice"})).await;
    seq += 1;
    office.delivered(&chat, seq, "unconfirmed").await;

    office.sim.fail_next(Fault::Answer(200, r#"{"status":2,"status_message":"invalidAuthToken"}"#));
    office.does("send", &chat, json!({"text": "Later"})).await;
    seq += 1;
    office.delivered(&chat, seq, "queued").await;
    let path = format!("{}/{}", office.channels(), line.id);
    let state = office.owner.get(&format!("{path}/state")).await.good();
    assert_eq!(state["fault"]["reason"], "invalidAuthToken (2)");
    office.owner.patch(&path, json!({"secrets": {"auth_token": TOKEN}})).await.good();
    office.delivered(&chat, seq, "sent").await;
}
