//! LINE official accounts.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchboard::channels::{
    Account, Call, Headers, Recipient, Request, Saying, SentFile, What, Who, Writer, platform,
};
use switchboard::domain::channel::ChannelKind;

use super::sim::line::{SECRET, State, TOKEN, request, signature, text};
use super::sim::{Fault, Taken};
use super::{Line, Office, last_message, texts};
use crate::support::database::Database;

const BODY: &str = r#"{"destination":"U00000000000000000000000000000001","events":[{"type":"message","message":{"type":"text","id":"500000000000000001","quoteToken":"qt-abc","text":"こんにちは 👋"},"webhookEventId":"01JB2Q9YF3T7K8M5N6P4R2S1V0","deliveryContext":{"isRedelivery":false},"timestamp":1767225600123,"source":{"type":"user","userId":"U0123456789abcdef0123456789abcdef"},"replyToken":"rt-0001","mode":"active"}]}"#;
const BY_BODY: &str = "JCml2XYfIOQa+dPREE9E2zILn0a50gHwAmWf9NNhFZ8=";
const EMPTY: &str = r#"{"destination":"U00000000000000000000000000000001","events":[]}"#;
const BY_EMPTY: &str = "YQU0voYIh8lUA1XaYoIEZg9trJlhjyu9qVt6HqVvWf4=";

const ZOE: &str = "U0123456789abcdef0123456789abcdef";

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn verdict(secrets: &[(&str, &str)], headers: &[(&str, &str)], body: &str) -> bool {
    let line = platform(ChannelKind::Line).unwrap();
    let (settings, secrets) = (map(&[]), map(secrets));
    let mut all = Headers::default();
    for (name, value) in headers {
        all.add(name, value);
    }
    let request = Request { method: "POST", url: "", query: &[], headers: &all, body: body.as_bytes() };
    line.verify(&request, &Account::new(line, &settings, &secrets), 0).is_ok()
}

#[test]
fn every_vector_of_line_has_its_verdict() {
    let secrets = [("channel_secret", SECRET)];
    assert!(verdict(&secrets, &[("X-LINE-Signature", BY_BODY)], BODY));
    assert!(verdict(&secrets, &[("x-line-signature", BY_EMPTY)], EMPTY));
    for bad in ["", "garbage!", &BY_BODY[..20], BY_EMPTY, "KCml2XYfIOQa+dPREE9E2zILn0a50gHwAmWf9NNhFZ8="] {
        assert!(!verdict(&secrets, &[("x-line-signature", bad)], BODY), "{bad}");
    }
    let right = [("x-line-signature", BY_BODY)];
    assert!(!verdict(&secrets, &right, &BODY.replace("👋", "\\ud83d\\udc4b")), "the bytes count");
    assert!(!verdict(&secrets, &[], BODY));
    assert!(!verdict(&secrets, &[right[0], right[0]], BODY), "twice counts as none");
    assert!(!verdict(&[], &right, BODY), "no secret, nothing believed");
    assert!(!verdict(&[("channel_secret", "0123456789abcdef0123456789abcdee")], &right, BODY));
    assert!(verdict(&[("channel_secret", "new"), ("channel_secret_previous", SECRET)], &right, BODY));
}

fn read(event: &Value) -> (Option<Who>, What) {
    let inbound = platform(ChannelKind::Line).unwrap().read(event).unwrap();
    (inbound.who, inbound.what)
}

#[test]
fn every_kind_of_event_is_read() {
    let said = |message: Value| {
        let mut event = text("e", ZOE, "");
        event["message"] = message;
        match read(&event).1 {
            What::Message { text, files } => {
                (text, files.into_iter().map(|file| (file.reference, file.name)).collect::<Vec<_>>())
            }
            other => panic!("{other:?}"),
        }
    };
    let (who, what) = read(&text("e", ZOE, "hello"));
    assert_eq!(who.unwrap().key, ZOE);
    assert_eq!(what, What::Message { text: "hello".into(), files: Vec::new() });
    let file = |id: &str, name: &str| (String::new(), vec![(id.to_owned(), name.to_owned())]);
    let image = json!({"type": "image", "id": "5002", "contentProvider": {"type": "line"}});
    assert_eq!(said(image), file("5002", "image.jpg"));
    assert_eq!(said(json!({"type": "file", "id": "5003", "fileName": "bill.pdf"})), file("5003", "bill.pdf"));
    let place = json!({"type": "location", "id": "5004", "title": "Shop", "address": "Main St 1", "latitude": 52.52, "longitude": 13.405});
    assert_eq!(said(place).0, "📍 52.52, 13.405 Shop, Main St 1");
    assert_eq!(
        said(json!({"type": "text", "id": "5005", "quotedMessageId": "5000", "text": "this one"})).0,
        "this one"
    );
    let sticker = json!({"type": "sticker", "id": "5006", "keywords": ["hi"]});
    assert_eq!(said(sticker), file("", "sticker: hi"));

    let source = json!({"type": "user", "userId": ZOE});
    let postback = json!({"type": "postback", "source": source, "postback": {"data": "order=yes"}});
    assert_eq!(read(&postback).1, What::Message { text: "order=yes".into(), files: Vec::new() });
    for kind in ["follow", "unfollow", "something new"] {
        assert_eq!(read(&json!({"type": kind, "source": source})).1, What::Nothing, "{kind}");
    }
    let unsend = json!({"type": "unsend", "source": source, "unsend": {"messageId": "5001"}});
    assert_eq!(read(&unsend).1, What::Deleted);
    assert_eq!(platform(ChannelKind::Line).unwrap().message(&unsend).as_deref(), Some("5001"));
    let mut elsewhere = text("e", ZOE, "hello");
    elsewhere["mode"] = json!("standby");
    assert!(read(&elsewhere).0.is_none(), "another program has the chat");
    let mut group = text("e", ZOE, "hello");
    group["source"] = json!({"type": "group", "groupId": "C1", "userId": ZOE});
    assert!(read(&group).0.is_none(), "groups have many customers");
}

fn rendered(text: &str, writer: Writer<'_>, files: &[SentFile], replies: &[String]) -> Vec<Call> {
    let line = platform(ChannelKind::Line).unwrap();
    let (settings, secrets) = (map(&[]), map(&[("channel_access_token", TOKEN)]));
    let saying = Saying {
        conversation: "c_019b0000000070008000000000000000".parse().unwrap(),
        seq: 7,
        at: 0,
        writer,
        text,
        files,
        quick_replies: replies,
        to: Recipient { key: ZOE, address: &Value::Null, last_in_at: 0 },
    };
    line.render(&Account::new(line, &settings, &secrets), &saying, 0).unwrap()
}

fn messages(call: &Call) -> Value {
    serde_json::from_slice::<Value>(&call.body).unwrap()["messages"].clone()
}

#[test]
fn what_is_sent_is_what_line_takes() {
    let file = |name: &str, media_type: &'static str, size: i64| SentFile {
        name: name.into(),
        media_type,
        size,
        url: format!("https://chat.example.com/{name}"),
    };
    let files = [
        file("a.png", "image/png", 1_000),
        file("b.pdf", "application/pdf", 1_000),
        file("c.png", "image/png", 2_000_000),
    ];
    let long = "Do you want it to be delivered tomorrow?".to_owned();
    let calls = rendered("Here", Writer::Agent("Ana"), &files, &["Yes".to_owned(), long]);
    assert_eq!(calls.len(), 1);
    let all = messages(&calls[0]);
    assert_eq!(
        all[0]["text"],
        "Here\nb.pdf: https://chat.example.com/b.pdf\nc.png: https://chat.example.com/c.png"
    );
    assert_eq!(all[1]["originalContentUrl"], "https://chat.example.com/a.png");
    assert_eq!((&all[0]["sender"]["name"], &all[0]["quickReply"]), (&json!("Ana"), &Value::Null));
    let items = &all[1]["quickReply"]["items"];
    assert_eq!(items[0]["action"], json!({"type": "message", "label": "Yes", "text": "Yes"}));
    assert_eq!(items[1]["action"]["label"], "Do you want it to be");

    // Names with LINE's own in them are refused there.
    assert_eq!(messages(&rendered("Hi", Writer::Agent("Caroline"), &[], &[])[0])[0]["sender"], Value::Null);
    assert_eq!(messages(&rendered("Hi", Writer::Bot, &[], &[])[0])[0]["sender"], Value::Null);

    // Six parts are two calls, each with a key of its own that stays the same.
    let long = "One sentence of many. ".repeat(1_200);
    let (once, again) = (rendered(&long, Writer::Bot, &[], &[]), rendered(&long, Writer::Bot, &[], &[]));
    assert_eq!(once.len(), 2);
    assert_eq!(once, again);
    assert_ne!(once[0].headers.last(), once[1].headers.last());
    for call in calls.iter().chain(&once) {
        let headers = call.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let taken = Taken {
            path: "/v2/bot/message/push".into(),
            query: String::new(),
            headers,
            body: call.body.clone(),
            status: 0,
        };
        let said = State::default().judge(&taken, false);
        assert_eq!(said.status, 200, "{}", said.body);
    }
}

impl Office {
    async fn line(&self) -> Line {
        let secrets = json!({"channel_secret": SECRET, "channel_access_token": TOKEN});
        self.add("line", json!({"api_base": self.sim.base}), secrets).await
    }

    async fn line_events(&self, line: &Line, events: &[Value]) -> (u16, String) {
        let body = request(events);
        self.post(&line.id, &[("x-line-signature", &signature(&body))], body).await
    }
}

#[actix_web::test]
async fn only_what_line_signed_comes_in_and_once() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.line().await;
    const HEADER: &str = "x-line-signature";
    for bad in ["", &BY_BODY[..20], BY_EMPTY] {
        assert_eq!(office.post(&line.id, &[(HEADER, bad)], BODY.into()).await.0, 401, "{bad}");
    }
    assert_eq!(office.post(&line.id, &[], BODY.into()).await.0, 401);
    let garbage = signature(b"garbage");
    assert_eq!(office.post(&line.id, &[(HEADER, &garbage)], b"garbage".to_vec()).await.0, 400);
    let nothing = signature(b"{}");
    assert_eq!(office.post(&line.id, &[(HEADER, &nothing)], b"{}".to_vec()).await.0, 422);
    assert_eq!(office.post(&line.id, &[(HEADER, BY_EMPTY)], EMPTY.into()).await.0, 200, "the verify button");
    assert_eq!(office.rows().await.len(), 0);
    let right = [(HEADER, BY_BODY)];
    let posts = (0..20).map(|_| office.post(&line.id, &right, BODY.into()));
    assert!(futures_util::future::join_all(posts).await.iter().all(|(status, _)| *status == 200));
    let chat = office.conversations(1).await.remove(0);
    // Several in one request, one of them strange, one of them known.
    let events = [
        text("01JB2Q9YF3T7K8M5N6P4R2S1V0", ZOE, "known"),
        json!({"type": 7}),
        text("e-2", ZOE, "one"),
        text("e-3", ZOE, "two"),
    ];
    assert_eq!(office.line_events(&line, &events).await.0, 200);
    let log = office.log(&chat, |log| texts(log).contains(&"two")).await;
    assert_eq!(texts(&log), ["こんにちは 👋", "one", "two"]);
}

async fn talk(database: Database) {
    let office = Office::open(database).await;
    let line = office.line().await;
    office.owner.post(&format!("{}/{}/connect", office.channels(), line.id), json!({})).await.good();
    let hook = format!("{}/hooks/{}", office.app.base, line.id);
    assert_eq!(office.sim.taken()[0].json()["endpoint"], hook.as_str());

    office.line_events(&line, &[text("e-1", ZOE, "Hi")]).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let detail = office.owner.get(&format!("/api/v1/conversations/{chat}")).await.good();
    assert_eq!(detail["contact"]["name"], "Zoë");
    let long = "One sentence of many. ".repeat(300);
    office.does("send", &chat, json!({"text": long.trim()})).await;
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let lines = office.delivered(&chat, last_message(&log), "sent").await;
    assert_eq!(lines[0]["provider_id"], "461000000000000002");
    let taken = office.sim.taken();
    let said = taken.last().unwrap().json();
    assert_eq!(said["to"], ZOE);
    let parts: Vec<&str> =
        said["messages"].as_array().unwrap().iter().map(|part| part["text"].as_str().unwrap()).collect();
    assert_eq!((parts.len(), parts.join(" ").as_str()), (2, long.trim()));

    // A customer whose profile is closed is written to all the same.
    office.line_events(&line, &[text("e-2", "U0000000000000000000000000000dead", "Me too")]).await;
    let other = office.conversations(2).await.into_iter().find(|id| *id != chat).unwrap();
    let detail = office.owner.get(&format!("/api/v1/conversations/{other}")).await.good();
    assert!(detail["contact"]["name"].as_str().unwrap().starts_with("Visitor"));
}

#[actix_web::test]
async fn a_customer_talks_by_line_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_line_on_postgres() {
    talk(Database::postgres()).await;
}

#[actix_web::test]
async fn each_answer_of_line_has_its_consequence() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.line().await;
    office.line_events(&line, &[text("e-1", ZOE, "Hi")]).await;
    let chat = office.conversations(1).await.remove(0);
    let mut seq = office.log(&chat, |log| !texts(log).is_empty()).await.len() as i64 + 1;

    let limit = r#"{"message":"You have reached your monthly limit."}"#;
    office.sim.fail_next(Fault::Answer(429, limit));
    office.does("send", &chat, json!({"text": "Too many"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines[0]["reason"], "You have reached your monthly limit.");

    office.sim.fail_next(Fault::Answer(429, r#"{"message":"The API rate limit has been exceeded."}"#));
    office.does("send", &chat, json!({"text": "Slower"})).await;
    seq += 1;
    office.delivered(&chat, seq, "sent").await;

    // Taken, but nobody heard of it: the same key again, and LINE says that it has it.
    let before = office.sim.taken().len();
    office.sim.fail_next(Fault::TakenButLost);
    office.does("send", &chat, json!({"text": "Lost once"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "sent").await;
    assert!(lines.last().unwrap()["provider_id"].is_string());
    assert_eq!(office.sim.taken().len(), before + 1);
    assert_eq!(office.sim.refused().last().unwrap().status, 409);

    office.sim.fail_next(Fault::Answer(401, r#"{"message":"Authentication failed."}"#));
    office.does("send", &chat, json!({"text": "Later"})).await;
    seq += 1;
    office.delivered(&chat, seq, "queued").await;
    let path = format!("{}/{}", office.channels(), line.id);
    let state = office.owner.get(&format!("{path}/state")).await.good();
    assert_eq!(state["fault"]["reason"], "Authentication failed.");
    office.owner.patch(&path, json!({"secrets": {"channel_access_token": TOKEN}})).await.good();
    office.delivered(&chat, seq, "sent").await;
}
