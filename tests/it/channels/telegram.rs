//! Telegram bots.

use serde_json::{Value, json};
use switchboard::channels::{Reaction, What, platform};
use switchboard::domain::channel::ChannelKind;

use super::sim::Fault;
use super::sim::telegram::text;
use super::{Office, last_message, texts};
use crate::support::database::Database;

/// The updates of the reference, one of each kind, and what they say.
#[test]
fn every_kind_of_update_is_read() {
    let from =
        json!({"id": 55501, "is_bot": false, "first_name": "Zoë", "username": "zoe", "language_code": "en"});
    let chat = json!({"id": 55501, "type": "private"});
    let message = |more: Value| {
        let mut message = json!({"message_id": 101, "from": from, "chat": chat, "date": 1_767_225_600});
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        message
    };
    let telegram = platform(ChannelKind::Telegram).unwrap();
    let read = |update: Value| telegram.read(&update).unwrap();
    let said = |update: Value| match read(update).what {
        What::Message { text, files } => {
            (text, files.into_iter().map(|file| (file.reference, file.name)).collect::<Vec<_>>())
        }
        other => panic!("{other:?}"),
    };
    let plain = read(json!({"update_id": 1, "message": message(json!({"text": "hello"}))}));
    let who = plain.who.unwrap();
    assert_eq!((who.key.as_str(), who.name.as_deref()), ("55501", Some("Zoë")));
    assert_eq!((who.language.as_deref(), &who.attributes["telegram"]), (Some("en"), &"@zoe".to_owned()));
    let photo =
        message(json!({"caption": "broken", "photo": [{"file_id": "AgA-small"}, {"file_id": "AgA-big"}]}));
    assert_eq!(
        said(json!({"update_id": 2, "message": photo})),
        ("broken".into(), vec![("AgA-big".into(), "photo.jpg".into())])
    );
    let document = message(json!({"document": {"file_id": "BQA-1", "file_name": "bill.pdf"}}));
    assert_eq!(
        said(json!({"update_id": 3, "message": document})),
        (String::new(), vec![("BQA-1".into(), "bill.pdf".into())])
    );
    let place = message(json!({"location": {"latitude": 52.52, "longitude": 13.405}}));
    assert_eq!(said(json!({"update_id": 4, "message": place})).0, "📍 52.52, 13.405");
    let reply = message(json!({"text": "this one", "reply_to_message": {"message_id": 99}}));
    assert_eq!(said(json!({"update_id": 5, "message": reply})).0, "this one");
    let reaction = json!({"chat": chat, "message_id": 99, "user": from, "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": "👍"}]});
    let reaction = json!({"update_id": 6, "message_reaction": reaction});
    assert_eq!(telegram.message(&reaction).as_deref(), Some("55501:99"));
    assert_eq!(read(reaction).what, What::Reacted(Reaction::All(vec!["👍".into()])));
    let click = json!({"id": "77", "from": from, "message": message(json!({})), "data": "order:yes"});
    assert_eq!(said(json!({"update_id": 7, "callback_query": click})).0, "order:yes");
    let edited = read(json!({"update_id": 8, "edited_message": message(json!({"text": "hello there"}))}));
    assert_eq!(edited.what, What::Edited { text: "hello there".into() });
    let blocked = json!({"chat": chat, "from": from, "new_chat_member": {"status": "kicked"}});
    assert_eq!(read(json!({"update_id": 9, "my_chat_member": blocked})).what, What::Nothing);
    assert_eq!(read(json!({"update_id": 10, "poll": {"id": "1"}})).what, What::Nothing);
    let group = json!({"message_id": 1, "from": from, "chat": {"id": -1_001_234_567_890_i64, "type": "supergroup"}, "text": "hi"});
    assert!(read(json!({"update_id": 11, "message": group})).who.is_none());
}

#[actix_web::test]
async fn the_secret_must_be_the_very_same() {
    let office = Office::open(Database::sqlite()).await;
    let secret = "tg_Secret-0123456789";
    let base = json!({"api_base": office.sim.base});
    let secrets = json!({"bot_token": super::sim::telegram::TOKEN, "webhook_secret": secret});
    let line = office.add("telegram", base, secrets).await;
    let body = text(1, 55501, "Zoë", "hello").to_string().into_bytes();
    const HEADER: &str = "x-telegram-bot-api-secret-token";
    for bad in [&secret[..19], "TG_secret-0123456789", "", "tg_Secret-0123456789x"] {
        assert_eq!(office.post(&line.id, &[(HEADER, bad)], body.clone()).await.0, 401, "{bad}");
    }
    assert_eq!(office.post(&line.id, &[], body.clone()).await.0, 401);
    assert_eq!(office.post(&line.id, &[(HEADER, secret), (HEADER, secret)], body.clone()).await.0, 401);
    assert_eq!(office.post(&line.id, &[(HEADER, secret)], b"garbage".to_vec()).await.0, 400);
    assert_eq!(office.post(&line.id, &[(HEADER, secret)], b"{}".to_vec()).await.0, 422);
    assert_eq!(office.rows().await.len(), 0);
    let right = [(HEADER, secret)];
    let posts = (0..20).map(|_| office.post(&line.id, &right, body.clone()));
    assert!(
        futures_util::future::join_all(posts)
            .await
            .iter()
            .all(|(status, body)| *status == 200 && body.is_empty())
    );
    let chat = office.conversations(1).await.remove(0);
    office.post(&line.id, &[(HEADER, secret)], text(2, 55501, "Zoë", "bye").to_string().into_bytes()).await;
    let log = office.log(&chat, |log| texts(log).contains(&"bye")).await;
    assert_eq!(texts(&log), ["hello", "bye"]);
}

async fn talk(database: Database) {
    let office = Office::open(database).await;
    let line = office.telegram().await;
    let connect = format!("{}/{}/connect", office.channels(), line.id);
    office.owner.post(&connect, json!({})).await.good();
    let hook = office.sim.telegram_hook().unwrap();
    assert_eq!(hook["url"], format!("{}/hooks/{}", office.app.base, line.id));
    assert_eq!(hook["secret_token"], line.made["webhook_secret"]);

    office.update(&line, &text(1, 55501, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let long = "One sentence of many. ".repeat(300);
    office.does("send", &chat, json!({"text": long.trim()})).await;
    let taken = office.sim.wait_for(3).await;
    let parts: Vec<String> =
        taken[1..].iter().map(|call| call.json()["text"].as_str().unwrap().to_owned()).collect();
    assert_eq!(parts.join(" "), long.trim());
    assert!(taken[1..].iter().all(|call| call.json()["chat_id"] == 55501));
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let lines = office.delivered(&chat, last_message(&log), "sent").await;
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["provider_id"], "55501:201");

    // A click on "talk to a human" in plain text while a human is there changes nothing.
    office.update(&line, &text(2, 55501, "Zoë", "/human")).await;
    office.update(&line, &text(3, 55501, "Zoë", "Thanks")).await;
    let log = office.log(&chat, |log| texts(log).contains(&"Thanks")).await;
    assert!(!texts(&log).contains(&"/human"));
}

#[actix_web::test]
async fn a_customer_talks_by_telegram_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_telegram_on_postgres() {
    talk(Database::postgres()).await;
}

#[actix_web::test]
async fn each_answer_of_telegram_has_its_consequence() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.telegram().await;
    office.update(&line, &text(1, 55501, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    let log = office.log(&chat, |log| !texts(log).is_empty()).await;
    let mut seq = log.len() as i64 + 1;

    let blocked = r#"{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}"#;
    office.sim.fail_next(Fault::Answer(403, blocked));
    office.does("send", &chat, json!({"text": "Blocked"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines[0]["reason"], "Forbidden: bot was blocked by the user");

    let slow = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}"#;
    office.sim.fail_next(Fault::Answer(429, slow));
    office.does("send", &chat, json!({"text": "Slower"})).await;
    seq += 1;
    office.delivered(&chat, seq, "sent").await;

    // Taken, but nobody heard of it: sent again once, as there is no key.
    office.sim.fail_next(Fault::TakenButLost);
    office.does("send", &chat, json!({"text": "Lost once"})).await;
    seq += 1;
    office.delivered(&chat, seq, "sent").await;
    office.sim.fail_next(Fault::TakenButLost);
    office.sim.fail_next(Fault::TakenButLost);
    office.does("send", &chat, json!({"text": "Lost twice"})).await;
    seq += 1;
    office.delivered(&chat, seq, "unconfirmed").await;

    office.sim.fail_next(Fault::Answer(401, r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#));
    office.does("send", &chat, json!({"text": "Later"})).await;
    seq += 1;
    office.delivered(&chat, seq, "queued").await;
    let path = format!("{}/{}", office.channels(), line.id);
    let state = office.owner.get(&format!("{path}/state")).await.good();
    assert_eq!(state["fault"]["reason"], "Unauthorized");
    // Somebody mends it: what waits goes out at once.
    office.owner.patch(&path, json!({"secrets": {"bot_token": super::sim::telegram::TOKEN}})).await.good();
    office.delivered(&chat, seq, "sent").await;
    assert_eq!(office.owner.get(&format!("{path}/state")).await.good()["fault"], Value::Null);
}
