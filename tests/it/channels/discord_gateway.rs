//! Discord's gateway: messages to the bot come by a socket whose session survives whatever breaks.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard::channels::gateway::{After, Heard, Session, after, beat, found, hear};
use switchboard::channels::{Reaction, What, platform};
use switchboard::domain::channel::ChannelKind;

use super::sim::Simulator;
use super::sim::discord::{APPLICATION, TOKEN, message, public_key, sent};
use super::{Office, last_message, texts};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::process::Launch;

const ZOE: &str = "80351110224678912";

/// The frames with this op.
fn with_op(frames: &[Value], op: i64) -> Vec<Value> {
    frames.iter().filter(|frame| frame["op"] == op).cloned().collect()
}

/// Waits until it is so.
async fn until(is_so: impl AsyncFn() -> bool) {
    eventually(is_so, |so| *so).await;
}

const BEAT: i64 = 1;
const IDENTIFY: i64 = 2;
const RESUME: i64 = 6;

#[test]
fn every_frame_has_its_meaning() {
    let heard = |frame: Value| hear(&frame.to_string(), "a").unwrap();
    let hello = json!({"op": 10, "d": {"heartbeat_interval": 41_250}});
    assert_eq!(heard(hello), Heard::Hello(Duration::from_millis(41_250)));
    assert_eq!(heard(json!({"op": 11})), Heard::Beat);
    assert_eq!(heard(json!({"op": 1, "d": null})), Heard::BeatNow);
    assert_eq!(heard(json!({"op": 7, "d": null})), Heard::Reconnect);
    assert_eq!(heard(json!({"op": 9, "d": true})), Heard::Invalid(true));
    assert_eq!(heard(json!({"op": 9, "d": false})), Heard::Invalid(false));
    assert_eq!(heard(json!({"op": 99})), Heard::Nothing);
    let ready =
        json!({"op": 0, "t": "READY", "s": 1, "d": {"session_id": "a", "resume_gateway_url": "wss://b"}});
    assert_eq!(heard(ready), Heard::Ready(Session { id: "a".into(), url: "wss://b".into(), seq: 1 }));
    for bad in [
        "garbage",
        "{}",
        r#"{"op":10,"d":{}}"#,
        r#"{"op":10,"d":{"heartbeat_interval":0}}"#,
        r#"{"op":0,"t":"X"}"#,
        r#"{"op":0,"t":"READY","s":1,"d":{}}"#,
    ] {
        assert!(hear(bad, "a").is_err(), "{bad}");
    }
    assert_eq!(beat(None), r#"{"d":null,"op":1}"#);
    assert_eq!(beat(Some(7)), r#"{"d":7,"op":1}"#);

    for (code, then) in [
        (None, After::Resume),
        (Some(1_006), After::Resume),
        (Some(4_000), After::Resume),
        (Some(4_008), After::Resume),
        (Some(4_007), After::Anew),
        (Some(4_009), After::Anew),
    ] {
        assert_eq!(after(code), then, "{code:?}");
    }
    for code in [4_004, 4_010, 4_011, 4_012, 4_013, 4_014] {
        assert!(matches!(after(Some(code)), After::Never(_)), "{code}");
    }

    let limit = json!({"url": "wss://a", "session_start_limit": {"remaining": 0, "reset_after": 5_000}});
    assert_eq!(found(&limit).unwrap().wait, Some(Duration::from_secs(5)));
    let free = json!({"url": "wss://a", "session_start_limit": {"remaining": 1, "reset_after": 5_000}});
    assert_eq!(found(&free).unwrap().wait, None);
    assert_eq!(found(&json!({})), None);
}

#[test]
fn only_what_customers_say_to_the_bot_is_kept() {
    let kept = |kind: &str, about: &Value| {
        let frame = json!({"op": 0, "t": kind, "s": 2, "d": about}).to_string();
        let Heard::Happened { seq: 2, event } = hear(&frame, "session").unwrap() else { panic!() };
        event
    };
    let read = |kind: &str, about: &Value| {
        let event = kept(kind, about).unwrap();
        let inbound = platform(ChannelKind::Discord).unwrap().read(&event.raw).unwrap();
        (event.key, inbound.who, inbound.what)
    };
    let mut hello = message("1", ZOE, "hello");
    hello["attachments"] =
        json!([{"id": "5", "filename": "a.png", "url": "https://cdn.discordapp.com/a.png"}]);
    hello["sticker_items"] = json!([{"id": "6", "name": "wave"}]);
    let (key, who, what) = read("MESSAGE_CREATE", &hello);
    let who = who.unwrap();
    assert_eq!((key.as_str(), who.key.as_str(), who.name.as_deref()), ("message:1", ZOE, Some("Zoë")));
    assert_eq!(who.address, json!({"channel_id": "700"}));
    let What::Message { text, files } = what else { panic!() };
    let names: Vec<String> = files.into_iter().map(|file| file.name).collect();
    assert_eq!((text.as_str(), names), ("hello", vec!["a.png".to_owned(), "sticker: wave".into()]));

    let mut edited = message("1", ZOE, "hello there");
    assert!(kept("MESSAGE_UPDATE", &edited).is_none(), "Discord added a preview of a link");
    edited["edited_timestamp"] = json!("2026-01-01T00:01:00+00:00");
    let (key, _, what) = read("MESSAGE_UPDATE", &edited);
    assert_eq!(
        (key.as_str(), what),
        ("edit:1:2026-01-01T00:01:00+00:00", What::Edited { text: "hello there".into() })
    );

    let mut pinned = message("2", ZOE, "");
    pinned["type"] = json!(6);
    assert_eq!(read("MESSAGE_CREATE", &pinned).2, What::Nothing);
    let mut on_server = message("3", ZOE, "hello all");
    on_server["guild_id"] = json!("400");
    let mut ours = message("4", "999", "Hi");
    ours["author"]["bot"] = json!(true);
    for about in [on_server, ours, json!({"id": 7}), json!({})] {
        assert_eq!(kept("MESSAGE_CREATE", &about), None, "{about}");
    }
    let discord = platform(ChannelKind::Discord).unwrap();
    let about = |kind: &str, about: &Value| discord.message(&kept(kind, about).unwrap().raw);
    assert_eq!(about("MESSAGE_UPDATE", &edited).as_deref(), Some("1"));
    let deleted = json!({"id": "1", "channel_id": "700"});
    let (key, who, what) = read("MESSAGE_DELETE", &deleted);
    assert_eq!((key.as_str(), who, what), ("delete:1", None, What::Deleted));
    assert_eq!(about("MESSAGE_DELETE", &deleted).as_deref(), Some("1"));
    let reaction =
        json!({"user_id": ZOE, "channel_id": "700", "message_id": "9", "emoji": {"id": null, "name": "👍"}});
    let (key, _, what) = read("MESSAGE_REACTION_ADD", &reaction);
    assert_eq!((key.as_str(), what), ("reaction:9:session:2", What::Reacted(Reaction::Added("👍".into()))));
    assert_eq!(about("MESSAGE_REACTION_ADD", &reaction).as_deref(), Some("9"));
    let (_, _, what) = read("MESSAGE_REACTION_REMOVE", &reaction);
    assert_eq!(what, What::Reacted(Reaction::Removed("👍".into())));
    assert_eq!(kept("TYPING_START", &json!({"id": "1", "user_id": ZOE})), None);
}

async fn talk(database: Database) {
    let office = Office::open(database).await;
    let line = office.discord_with("on").await;
    let gateway = &office.sim.gateway;
    let frames = gateway.wait_until(|heard| !with_op(heard, IDENTIFY).is_empty()).await;
    assert_eq!((&frames[0]["d"]["token"], &frames[0]["d"]["intents"]), (&json!(TOKEN), &json!(12_288)));
    gateway.happens("MESSAGE_CREATE", &message("1", ZOE, "Hi"));
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| texts(log) == ["Hi"]).await;
    office.does("send", &chat, json!({"text": "Hello"})).await;
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let lines = office.delivered(&chat, last_message(&log), "sent").await;
    assert_eq!(lines[0]["provider_id"], sent(1));
    assert_eq!(office.sim.taken().last().unwrap().path, "/api/v10/channels/700/messages");

    // The connection breaks; what is said meanwhile comes when the session goes on, and once.
    gateway.closes(4_000);
    gateway.happens("MESSAGE_CREATE", &message("2", ZOE, "Are you there?"));
    let frames = gateway.wait_until(|heard| !with_op(heard, RESUME).is_empty()).await;
    assert_eq!(with_op(&frames, RESUME)[0]["d"]["seq"], 2, "the last one that is stored");
    office.log(&chat, |log| texts(log).contains(&"Are you there?")).await;

    // Discord wants another connection, and tells the last one once more.
    gateway.says(json!({"op": 7, "d": null}));
    gateway.wait_until(|heard| with_op(heard, RESUME).len() == 2).await;
    gateway.happens("MESSAGE_CREATE", &message("2", ZOE, "Are you there?"));
    let mut edited = message("2", ZOE, "Is anybody there?");
    edited["edited_timestamp"] = json!("2026-01-01T00:01:00+00:00");
    gateway.happens("MESSAGE_UPDATE", &edited);
    gateway.happens("MESSAGE_CREATE", &message("3", ZOE, "Bye"));
    let log = office.log(&chat, |log| texts(log).contains(&"Bye")).await;
    assert_eq!(texts(&log), ["Hi", "Hello", "Are you there?", "Bye"]);
    let edit = log.iter().find(|entry| entry["body"]["kind"] == "edited").unwrap();
    assert_eq!(edit["body"]["text"], "Is anybody there?");

    // A reaction that comes, goes and comes again, and a message that is taken back.
    let reaction = json!({"user_id": ZOE, "channel_id": "700", "message_id": sent(1), "emoji": {"id": null, "name": "👍"}});
    for kind in ["MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_ADD"] {
        gateway.happens(kind, &reaction);
    }
    gateway.happens("MESSAGE_DELETE", &json!({"id": "3", "channel_id": "700"}));
    let log = office.log(&chat, |log| log.iter().any(|entry| entry["body"]["kind"] == "deleted")).await;
    let emojis: Vec<&Value> = log
        .iter()
        .map(|e| &e["body"])
        .filter(|body| body["kind"] == "reacted")
        .map(|body| &body["emojis"])
        .collect();
    assert_eq!(emojis, [&json!(["👍"]), &json!([]), &json!(["👍"])]);

    // The session is lost: a new one begins.
    gateway.forgets();
    gateway.closes(4_000);
    gateway.wait_until(|heard| with_op(heard, IDENTIFY).len() == 2).await;
    gateway.happens("MESSAGE_CREATE", &message("4", ZOE, "Hello again"));
    office.log(&chat, |log| texts(log).contains(&"Hello again")).await;

    // Of a channel that is switched off, what comes is kept; of one that is gone, nothing.
    let path = format!("{}/{}", office.channels(), line.id);
    office.owner.patch(&path, json!({"enabled": false})).await.good();
    gateway.happens("MESSAGE_CREATE", &message("5", ZOE, "Anybody?"));
    office.owner.patch(&path, json!({"enabled": true})).await.good();
    office.log(&chat, |log| texts(log).contains(&"Anybody?")).await;
}

#[actix_web::test]
async fn a_customer_talks_by_discords_gateway_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_discords_gateway_on_postgres() {
    talk(Database::postgres()).await;
}

#[actix_web::test]
async fn a_gateway_that_falls_silent_is_left_and_the_session_goes_on() {
    let office = Office::open(Database::sqlite()).await;
    let gateway = &office.sim.gateway;
    gateway.beats(100, true);
    office.discord_with("on").await;
    // Heartbeats that nobody hears: the first is followed by another connection, not by a second one.
    let frames = gateway.wait_until(|heard| !with_op(heard, RESUME).is_empty()).await;
    assert_eq!(with_op(&frames, BEAT), [json!({"op": 1, "d": 1})]);
    gateway.beats(100, false);
    let is_begun = |frame: &Value| matches!(frame["op"].as_i64(), Some(IDENTIFY | RESUME));
    let beats_of_last = |heard: &[Value]| heard.iter().rev().take_while(|frame| !is_begun(frame)).count();
    let frames = gateway.wait_until(|heard| beats_of_last(heard) >= 5).await;
    assert_eq!(with_op(&frames, IDENTIFY).len(), 1);
    // Asked for, it comes at once.
    gateway.says(json!({"op": 1, "d": null}));
    gateway.happens("MESSAGE_CREATE", &message("1", ZOE, "Hi"));
    office.conversations(1).await;
}

#[actix_web::test]
async fn a_bot_that_is_turned_away_is_a_fault_of_its_channel_until_it_is_mended() {
    let office = Office::open(Database::sqlite()).await;
    let gateway = &office.sim.gateway;
    gateway.turns_away(Some(4_004));
    let line = office.discord_with("on").await;
    gateway.wait_until(|heard| !heard.is_empty()).await;
    let path = format!("{}/{}", office.channels(), line.id);
    let fault = async || office.owner.get(&format!("{path}/state")).await.good()["fault"].clone();
    until(async || !fault().await.is_null()).await;
    assert_eq!(fault().await["reason"], "Discord does not take the bot token (4004)");
    gateway.turns_away(None);
    office.owner.patch(&path, json!({"secrets": {"bot_token": TOKEN}})).await.good();
    gateway.wait_until(|heard| with_op(heard, IDENTIFY).len() == 2).await;
    gateway.happens("MESSAGE_CREATE", &message("1", ZOE, "Hi"));
    office.conversations(1).await;
    assert_eq!(fault().await, Value::Null);

    // Switched off, the socket goes.
    let base = format!("{}/api/v10", office.sim.base);
    let settings = json!({"api_base": base, "application_id": "111", "public_key": "00", "gateway": "off"});
    office.owner.patch(&path, json!({"settings": {"platform": settings}})).await.good();
    until(async || !gateway.is_connected()).await;
}

const ROUNDS: usize = 5;
const MESSAGES: usize = 10;

/// The program is killed again and again while a customer writes.
async fn killed_again_and_again(database: Database) {
    let sim = Simulator::start("127.0.0.1:0").unwrap();
    let allowed = format!("{},{}", sim.base, sim.gateway.url).replace("http://", "").replace("ws://", "");
    let launch = Launch::on(&database.url).with(&[("OUTGOING__ALLOW", &allowed)]);
    let mut server = launch.start().await;
    let owner = server.owner().await;
    let scope = owner.scope().await;
    let base = format!("{}/api/v10", sim.base);
    let settings = json!({"api_base": base, "application_id": APPLICATION, "public_key": public_key()});
    let secrets = json!({"bot_token": TOKEN});
    let body =
        json!({"kind": "discord", "name": "Discord", "settings": {"platform": settings}, "secrets": secrets});
    owner.post(&format!("/api/v1/scopes/{scope}/channels"), body).await.good();
    sim.gateway.wait_until(|heard| !heard.is_empty()).await;
    let mut written = Vec::new();
    let chats = format!("/api/v1/scopes/{scope}/conversations?state=all");
    for round in 0..ROUNDS {
        for _ in 0..MESSAGES {
            let text = format!("message {}", written.len());
            sim.gateway.happens("MESSAGE_CREATE", &message(&(1_000 + written.len()).to_string(), ZOE, &text));
            written.push(text);
        }
        // At first something is stored, so that it could come twice; later nobody knows how far it is.
        if round == 0 {
            until(async || owner.get(&chats).await.good()["items"].get(0).is_some()).await;
        }
        server.kill();
        server = launch.start().await;
    }
    let person = owner.at(&server.base);
    let chat = person.get(&chats).await.good()["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/conversations/{chat}/entries?after=0&limit=200");
    let log = async || person.get(&path).await.good()["entries"].as_array().unwrap().clone();
    until(async || texts(&log().await).last().is_some_and(|last| last == written.last().unwrap())).await;
    let log = log().await;
    assert_eq!(texts(&log), written, "each once, in order");
    assert_eq!(with_op(&sim.gateway.wait_until(|_| true).await, IDENTIFY).len(), 1, "one session all along");
}

#[actix_web::test]
async fn no_message_of_discord_is_lost_or_doubled_by_kills_on_sqlite() {
    killed_again_and_again(Database::sqlite()).await;
}

#[actix_web::test]
async fn no_message_of_discord_is_lost_or_doubled_by_kills_on_postgres() {
    killed_again_and_again(Database::postgres()).await;
}
