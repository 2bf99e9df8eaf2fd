//! Pictures that a customer sends together are one message, though their platform tells of each by itself.

use serde_json::{Value, json};
use switchboard::channels::platform;
use switchboard::domain::channel::ChannelKind;

use super::sim::telegram::{TOKEN, text};
use super::{Line, Office, texts};
use crate::support::database::Database;
use crate::support::files::PNG;
use crate::support::on_both;

on_both! {
    an_album_is_one_message
}

#[test]
fn each_platform_has_its_own_name_for_what_belongs_together() {
    let album = |kind: ChannelKind, raw: Value| platform(kind).unwrap().album(&raw);
    let of = |id: &str| Some(id.to_owned());
    assert_eq!(album(ChannelKind::Telegram, json!({"message": {"media_group_id": "13"}})), of("13"));
    assert_eq!(album(ChannelKind::Telegram, json!({"message": {"text": "Hi"}})), None);
    let set = json!({"type": "message", "message": {"type": "image", "id": "5002", "imageSet": {"id": "set1", "index": 1, "total": 2}}});
    assert_eq!(album(ChannelKind::Line, set), of("set1"));
    assert_eq!(album(ChannelKind::Webhook, json!({"message": {"media_group_id": "13"}})), None);
}

/// A picture of an album.
fn picture(update: i64, album: &str, caption: &str) -> Value {
    let mut whole = text(update, 55_501, "Zoë", caption);
    let message = whole["message"].as_object_mut().unwrap();
    let words = message.remove("text").unwrap();
    if !caption.is_empty() {
        message.insert("caption".into(), words);
    }
    message.insert("media_group_id".into(), json!(album));
    message.insert("photo".into(), json!([{"file_id": format!("pic-{update}")}]));
    whole
}

/// Time goes by, and what waits is looked at.
fn later(office: &Office) {
    let edge = &office.app.running.edge;
    edge.sources.shift_clock(1_000);
    edge.courier.wake_inbox();
}

async fn sends(office: &Office, line: &Line, updates: &[Value]) {
    for update in updates {
        assert_eq!(office.update(line, update).await.0, 200);
    }
}

/// The messages of a log, and how many files each brings.
fn messages(log: &[Value]) -> Vec<(&str, usize)> {
    let messages = log.iter().filter(|entry| entry["body"]["kind"] == "message");
    let files = |entry: &Value| entry["body"]["coming"].as_array().map_or(0, Vec::len);
    messages.map(|entry| (entry["body"]["text"].as_str().unwrap(), files(entry))).collect()
}

async fn an_album_is_one_message(database: Database) {
    let office = Office::open(database).await;
    let line = office.telegram().await;
    for update in 1..=6 {
        office.sim.put_bytes(&format!("/file/bot{TOKEN}/documents/pic-{update}"), PNG);
    }
    sends(&office, &line, &[picture(1, "a", "Look"), picture(2, "a", ""), picture(3, "a", "")]).await;
    // Nothing is said before the album is whole; it keeps its place before what is written after it.
    sends(&office, &line, &[text(4, 55_501, "Zoë", "Nice?")]).await;
    assert_eq!(office.rows().await.len(), 0);
    later(&office);
    let chat = office.conversations(1).await.remove(0);
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    assert_eq!(messages(&log), [("Look", 3), ("Nice?", 0)]);
    let log = office.log(&chat, |log| log.iter().filter(|e| e["body"]["kind"] == "file").count() == 3).await;
    let of: Vec<_> = log.iter().filter(|e| e["body"]["kind"] == "file").map(|e| &e["body"]["of"]).collect();
    let first = log.iter().find(|entry| entry["body"]["kind"] == "message").unwrap()["seq"].clone();
    assert_eq!(of, [&first; 3]);

    // A reaction to any of the pictures is one to the message.
    let chat_of = json!({"id": 55_501, "type": "private"});
    let liked = picture(2, "a", "")["message"]["message_id"].clone();
    let thumb = json!([{"type": "emoji", "emoji": "👍"}]);
    let user = json!({"id": 55_501, "is_bot": false, "first_name": "Zoë"});
    let reaction = json!({"chat": chat_of, "message_id": liked, "user": user, "old_reaction": [], "new_reaction": thumb});
    sends(&office, &line, &[json!({"update_id": 50, "message_reaction": reaction})]).await;
    let log = office.log(&chat, |log| log.iter().any(|entry| entry["body"]["kind"] == "reacted")).await;
    assert_eq!(log.last().unwrap()["body"]["of"], first);

    // Another album is another message, and the same pictures again are none.
    sends(&office, &line, &[picture(2, "a", ""), picture(5, "b", ""), picture(6, "c", "")]).await;
    later(&office);
    let log = office.log(&chat, |log| texts(log).len() == 4).await;
    assert_eq!(messages(&log)[2..], [("", 1), ("", 1)]);
}
