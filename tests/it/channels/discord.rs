//! Discord apps: commands, buttons, and what is sent. The gateway has a file of its own.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::channels::{
    Account, Call, Carries, Got, Headers, Recipient, Request, Saying, SentFile, Verdict, What, Who, Writer,
    platform,
};
use switchboard::domain::channel::ChannelKind;

use super::sim::discord::{
    APPLICATION, State, TOKEN, command, public_key, sent, signature, snowflake, user_of,
};
use super::sim::{Fault, Taken};
use super::{Line, Office, last_message, texts};
use crate::support::database::Database;

const AT: i64 = 1_767_225_600;
const KEY: &str = "2543b92ff1095511476adc8369db6ddc933665a11978dda1404ee1066ca9559d";
const PING: &str = r#"{"application_id":"111","id":"222","token":"tok","type":1,"version":1}"#;
const BY_PING: &str = "a848514d9233e4f4f3a5bf48ce3ab7566d525acad93743e6d8b11d4af88789c8ef3c765a6976cba0694de1da595ce7efa515ad0551f7d36ee50a179a26b33c02";
const EVENT_PING: &str = r#"{"version":1,"application_id":"111","type":0}"#;
const BY_EVENT_PING: &str = "f18d9ab61640cf6bdbc8604ab49b77c86bd1aa499b814027a7a0e4c7f6270f91731dedebf1e63f1c4d0f7bc47efe44bd6c4654e885092e89147c62ea9881190b";

const SIGNATURE: &str = "x-signature-ed25519";
const TIMESTAMP: &str = "x-signature-timestamp";

const ZOE: &str = "80351110224678912";

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn verdict(key: &str, given: &[(&str, &str)], body: &str, at: i64) -> bool {
    let discord = platform(ChannelKind::Discord).unwrap();
    let (settings, secrets) = (map(&[("public_key", key)]), map(&[]));
    let mut headers = Headers::default();
    for (name, value) in given {
        headers.add(name, value);
    }
    let request = Request { method: "POST", url: "", query: &[], headers: &headers, body: body.as_bytes() };
    discord.verify(&request, &Account::new(discord, &settings, &secrets), at * 1_000).is_ok()
}

#[test]
fn every_vector_of_discord_has_its_verdict() {
    assert_eq!(public_key(), KEY);
    let time = (TIMESTAMP, "1767225600");
    for (signature, body) in [(BY_PING, PING), (BY_EVENT_PING, EVENT_PING)] {
        assert!(verdict(KEY, &[(SIGNATURE, signature), time], body, AT), "{body}");
        assert!(!verdict(KEY, &[(SIGNATURE, signature), time], &body.replace("111", "112"), AT), "{body}");
    }
    let right = [("X-Signature-Ed25519", BY_PING), ("X-Signature-Timestamp", "1767225600")];
    assert!(verdict(KEY, &right, PING, AT + 900) && verdict(KEY, &right, PING, AT - 900));
    assert!(!verdict(KEY, &right, PING, AT + 901) && !verdict(KEY, &right, PING, AT - 901));
    let foreign = BY_PING.replace('a', "b");
    for bad in ["", "garbage", &BY_PING[..126], &BY_PING[..127], BY_EVENT_PING, &foreign, "é"] {
        assert!(!verdict(KEY, &[(SIGNATURE, bad), time], PING, AT), "{bad}");
    }
    assert!(!verdict(KEY, &[right[0], (TIMESTAMP, "1767225601")], PING, AT));
    assert!(!verdict(KEY, &right[..1], PING, AT) && !verdict(KEY, &right[1..], PING, AT));
    assert!(!verdict(KEY, &[right[0], right[0], right[1]], PING, AT), "twice counts as none");
    for bad in ["", "garbage", &KEY[..62], &KEY.replace('2', "3")] {
        assert!(!verdict(bad, &right, PING, AT), "{bad}");
    }
}

fn read(raw: &Value) -> (Option<Who>, What) {
    let inbound = platform(ChannelKind::Discord).unwrap().read(raw).unwrap();
    (inbound.who, inbound.what)
}

fn said(raw: &Value) -> (String, Vec<(String, String)>) {
    match read(raw).1 {
        What::Message { text, files } => {
            (text, files.into_iter().map(|file| (file.reference, file.name)).collect())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_kind_of_interaction_is_read() {
    let id = snowflake(1_767_225_600_000, 1);
    let on_server = command(&id, "tok", ZOE, "Where is my order?");
    let (who, what) = read(&on_server);
    let who = who.unwrap();
    assert_eq!(what, What::Message { text: "Where is my order?".into(), files: Vec::new() });
    assert_eq!((who.key.as_str(), who.name.as_deref()), (ZOE, Some("Zoë")));
    assert_eq!((who.language.as_deref(), who.attributes["discord"].as_str()), (Some("en-GB"), "@zoe"));
    assert_eq!(who.address["until"], 1_767_225_600_000_i64 + 15 * 60_000 - 10_000);

    let direct = |kind: i64, data: Value| json!({"type": kind, "id": id, "application_id": APPLICATION, "token": "tok", "channel_id": "700", "context": 1, "user": user_of(ZOE), "data": data});
    let human = direct(2, json!({"name": "human"}));
    assert_eq!(said(&human).0, "/human");
    assert_eq!(read(&human).0.unwrap().address, json!({"channel_id": "700"}));
    let inner = json!({"name": "ask", "options": [{"type": 1, "name": "order", "options": [
        {"type": 3, "name": "text", "value": "Late"}, {"type": 4, "name": "number", "value": 7},
        {"type": 11, "name": "photo", "value": "55"}]}],
        "resolved": {"attachments": {"55": {"id": "55", "filename": "a.png", "url": "https://cdn.discordapp.com/a.png"}}}});
    let file = ("https://cdn.discordapp.com/a.png".to_owned(), "a.png".to_owned());
    assert_eq!(said(&direct(2, inner)), ("Late\n7".into(), vec![file]));
    assert_eq!(said(&direct(3, json!({"custom_id": "1:Yes: please"}))).0, "Yes: please");
    assert_eq!(said(&direct(3, json!({"custom_id": "order:yes"}))).0, "order:yes");
    assert_eq!(said(&direct(3, json!({"custom_id": "menu", "values": ["a", "b"]}))).0, "a\nb");
    let form = json!({"custom_id": "form", "components": [
        {"type": 1, "components": [{"type": 4, "custom_id": "a", "value": "First"}]},
        {"type": 18, "component": {"type": 4, "custom_id": "b", "value": "Second"}}]});
    assert_eq!(said(&direct(5, form)).0, "First\nSecond");
    assert_eq!(read(&direct(9, json!({}))).1, What::Nothing);
    // A chat between people: the bot is not in it, so it is answered as on a server.
    let mut between = direct(2, json!({"name": "human"}));
    between["context"] = json!(2);
    assert_eq!(read(&between).0.unwrap().address["token"], "tok");
}

fn rendered(
    address: &Value,
    now: i64,
    text: &str,
    files: &[SentFile],
    replies: &[String],
) -> Result<Vec<Call>, String> {
    let discord = platform(ChannelKind::Discord).unwrap();
    let (settings, secrets) = (map(&[("application_id", APPLICATION)]), map(&[("bot_token", TOKEN)]));
    let saying = Saying {
        conversation: "c_019b0000000070008000000000000000".parse().unwrap(),
        seq: 7,
        at: 0,
        writer: Writer::Bot,
        text,
        files,
        quick_replies: replies,
        to: Recipient { key: ZOE, address, last_in_at: 0 },
    };
    let account = Account::new(discord, &settings, &secrets).with_hook("https://chat.example.com/hooks/ch_1");
    let calls = discord.render(&account, &saying, now)?;
    // What carries files has them only once it is made.
    for call in calls.iter().filter(|call| call.carries == Carries::Nothing) {
        let headers = call.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let path = call.url.replace("https://discord.com", "");
        let taken = Taken { path, query: String::new(), headers, body: call.body.clone(), status: 0 };
        let said = State::default().judge(&taken, false);
        assert_eq!(said.status, 200, "{}", said.body);
    }
    Ok(calls)
}

fn bodies(calls: &[Call]) -> Vec<Value> {
    calls.iter().map(|call| serde_json::from_slice(&call.body).unwrap()).collect()
}

#[test]
fn what_is_sent_is_what_discord_takes() {
    let file = |name: &str, media_type: &'static str, size: i64| SentFile {
        name: name.into(),
        media_type,
        size,
        url: "https://chat.example.com/f/1".into(),
    };
    let direct = json!({"channel_id": "700"});
    let large = 11 << 20;
    let files = [file("a.png", "image/png", 1_000), file("b.pdf", "application/pdf", large)];
    let replies = ["Yes".to_owned(), "Yes".to_owned(), "x".repeat(200)];
    let calls = rendered(&direct, 0, "Here, @everyone", &files, &replies).unwrap();
    let all = bodies(&calls);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0]["content"], "Here, @everyone\nb.pdf: https://chat.example.com/f/1");
    assert_eq!(all[0]["allowed_mentions"], json!({"parse": []}), "nobody is called");
    assert_eq!(calls[0].carries, Carries::Form(vec![0]), "what is too large is a link");
    let buttons = &all[0]["components"][0]["components"];
    assert_eq!((&buttons[0]["label"], &buttons[1]["custom_id"]), (&json!("Yes"), &json!("1:Yes")));
    let agent = calls[0].headers.iter().find(|(name, _)| *name == "user-agent").unwrap();
    assert!(agent.1.starts_with("DiscordBot (https://chat.example.com, "), "{}", agent.1);

    let eight = 8 << 20;
    let many: Vec<SentFile> =
        (0..13).map(|n| file("a.png", "image/png", if n < 3 { eight } else { 10 })).collect();
    let carried = rendered(&direct, 0, "Look", &many, &[]).unwrap();
    let carried: Vec<_> = carried.into_iter().map(|call| call.carries).collect();
    assert_eq!(
        carried,
        [Carries::Form(vec![0, 1]), Carries::Form((2..12).collect()), Carries::Form(vec![12])]
    );

    // The same message always has the same nonces, one a part.
    let long = "One sentence of many. ".repeat(200);
    let (once, again) =
        (rendered(&direct, 0, &long, &[], &[]).unwrap(), rendered(&direct, 9, &long, &[], &[]).unwrap());
    assert_eq!((once.len(), &once), (3, &again));
    let all = bodies(&once);
    assert_ne!(all[0]["nonce"], all[1]["nonce"]);
    assert_eq!(all[0]["enforce_nonce"], true);
    let many: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    let all = bodies(&rendered(&direct, 0, "", &[], &many).unwrap());
    assert_eq!((&all[0]["content"], all[0]["components"].as_array().unwrap().len()), (&json!("👇"), 5));
    assert_eq!(rendered(&direct, 0, "", &vec![file("a.png", "image/png", 10); 11], &[]).unwrap().len(), 2);

    // On a server only the customer sees it, for a quarter of an hour.
    let address = json!({"application_id": APPLICATION, "token": "tok", "until": 1_000});
    let typing = |address: &Value| {
        let discord = platform(ChannelKind::Discord).unwrap();
        let (settings, secrets) = (map(&[]), map(&[("bot_token", TOKEN)]));
        let account = Account::new(discord, &settings, &secrets);
        discord.typing(&account, &Recipient { key: ZOE, address, last_in_at: 0 }, None)
    };
    assert_eq!(typing(&direct).unwrap().url, "https://discord.com/api/v10/channels/700/typing");
    assert_eq!(typing(&address), None);
    let calls = rendered(&address, 1_000, "Here", &[], &["Yes".into()]).unwrap();
    assert_eq!(calls[0].url, "https://discord.com/api/v10/webhooks/111/tok");
    assert!(calls[0].headers.iter().all(|(name, _)| *name != "authorization"));
    assert_eq!(bodies(&calls)[0]["flags"], 64);
    assert!(rendered(&address, 1_001, "Here", &[], &[]).unwrap_err().contains("15 minutes"));
    assert!(rendered(&json!({}), 0, "Here", &[], &[]).is_err());
}

#[test]
fn every_answer_of_discord_has_its_verdict() {
    let discord = platform(ChannelKind::Discord).unwrap();
    let judge =
        |status: u16, body: &str| discord.judge(&Got { status, retry_after: None, body: body.as_bytes() });
    assert_eq!(judge(200, r#"{"id":"42"}"#), Verdict::Done { provider_id: Some("42".into()) });
    assert_eq!(judge(204, ""), Verdict::Done { provider_id: None });
    for code in [10_003, 10_008, 50_001, 50_006, 50_007, 50_013, 50_035] {
        let body = json!({"code": code, "message": "No"}).to_string();
        assert_eq!(judge(403, &body), Verdict::Failed { reason: format!("No ({code})") });
    }
    assert!(matches!(judge(401, r#"{"message":"401: Unauthorized","code":0}"#), Verdict::Broken { .. }));
    assert!(matches!(judge(403, r#"{"message":"Unauthorized","code":40001}"#), Verdict::Broken { .. }));
    let Verdict::Failed { reason } = judge(401, r#"{"message":"Invalid Webhook Token","code":50027}"#) else {
        panic!();
    };
    assert!(reason.contains("15 minutes"));
    let after = Some(Duration::from_millis(1_337));
    let slow = judge(429, r#"{"message":"You are being rate limited.","retry_after":1.337,"global":false}"#);
    assert_eq!(slow, Verdict::Again { after, reason: "You are being rate limited.".into() });
    let after = Some(Duration::from_secs(30));
    let blocked = discord.judge(&Got { status: 429, retry_after: after, body: b"<html>" });
    assert_eq!(blocked, Verdict::Again { after, reason: "status 429".into() });
    assert!(matches!(judge(502, "<html>"), Verdict::Again { .. }));
}

impl Office {
    /// A Discord app that is connected, without the gateway's socket.
    async fn discord(&self) -> Line {
        let line = self.discord_with("off").await;
        self.owner.post(&format!("{}/{}/connect", self.channels(), line.id), json!({})).await.good();
        line
    }

    pub async fn discord_with(&self, gateway: &str) -> Line {
        let base = format!("{}/api/v10", self.sim.base);
        let settings =
            json!({"api_base": base, "application_id": APPLICATION, "public_key": KEY, "gateway": gateway});
        self.add("discord", settings, json!({"bot_token": TOKEN})).await
    }

    async fn interaction(&self, line: &Line, body: Vec<u8>) -> (u16, String) {
        let seconds = self.app.running.edge.sources.now() / 1_000;
        let (signature, seconds) = (signature(seconds, &body), seconds.to_string());
        self.post(&line.id, &[(SIGNATURE, &signature), (TIMESTAMP, &seconds)], body).await
    }

    /// An id of this moment.
    fn snowflake(&self, number: u64) -> String {
        snowflake(self.app.running.edge.sources.now(), number)
    }
}

#[actix_web::test]
async fn only_what_discord_signed_comes_in_and_once() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.discord().await;
    let ask = command(&office.snowflake(1), "tok", ZOE, "hello").to_string().into_bytes();
    let seconds = office.app.running.edge.sources.now() / 1_000;
    let (good, time) = (signature(seconds, &ask), seconds.to_string());
    let status =
        async |headers: &[(&str, &str)], body: &[u8]| office.post(&line.id, headers, body.to_vec()).await.0;
    for bad in ["", &good[..40], BY_PING] {
        assert_eq!(status(&[(SIGNATURE, bad), (TIMESTAMP, &time)], &ask).await, 401, "{bad}");
    }
    assert_eq!(status(&[], &ask).await, 401);
    assert_eq!(status(&[(SIGNATURE, &good)], &ask).await, 401);
    assert_eq!(status(&[(SIGNATURE, &good), (TIMESTAMP, &time)], &[&ask[..], b" "].concat()).await, 401);
    let (old, then) = (signature(seconds - 1_000, &ask), (seconds - 1_000).to_string());
    assert_eq!(status(&[(SIGNATURE, &old), (TIMESTAMP, &then)], &ask).await, 401, "too old");
    assert_eq!(office.interaction(&line, b"garbage".to_vec()).await.0, 400);
    assert_eq!(office.interaction(&line, b"{}".to_vec()).await.0, 422);
    assert_eq!(office.interaction(&line, PING.into()).await, (200, r#"{"type":1}"#.into()));
    assert_eq!(office.interaction(&line, EVENT_PING.into()).await, (204, String::new()));
    let told = json!({"version": 1, "application_id": "111", "type": 1, "event": {"type": "APPLICATION_AUTHORIZED"}});
    assert_eq!(office.interaction(&line, told.to_string().into()).await.0, 204);
    let typing = json!({"type": 4, "id": "5", "token": "tok"}).to_string();
    assert_eq!(office.interaction(&line, typing.into()).await.1, r#"{"data":{"choices":[]},"type":8}"#);
    assert_eq!(office.rows().await.len(), 0);

    let right = [(SIGNATURE, good.as_str()), (TIMESTAMP, &time)];
    let posts = (0..20).map(|_| office.post(&line.id, &right, ask.clone()));
    let answers = futures_util::future::join_all(posts).await;
    let shown =
        json!({"type": 4, "data": {"content": "✓ hello", "flags": 64, "allowed_mentions": {"parse": []}}});
    for (status, body) in answers {
        assert_eq!((status, serde_json::from_str::<Value>(&body).unwrap()), (200, shown.clone()));
    }
    let chat = office.conversations(1).await.remove(0);
    let bye = command(&office.snowflake(2), "tok", ZOE, "bye").to_string();
    office.interaction(&line, bye.into()).await;
    let log = office.log(&chat, |log| texts(log).contains(&"bye")).await;
    assert_eq!(texts(&log), ["hello", "bye"]);
}

async fn talk(database: Database) {
    let office = Office::open(database).await;
    let line = office.discord().await;
    let taken = office.sim.taken();
    let hook = format!("{}/hooks/{}", office.app.base, line.id);
    assert_eq!(taken[0].json()["interactions_endpoint_url"], hook.as_str());
    assert_eq!(taken[1].json()["name"], "ask");

    let ask = command(&office.snowflake(1), "tok", ZOE, "Hi").to_string();
    office.interaction(&line, ask.into()).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let detail = office.owner.get(&format!("/api/v1/conversations/{chat}")).await.good();
    assert_eq!(detail["contact"]["name"], "Zoë");
    office.does("send", &chat, json!({"text": "Hello"})).await;
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let lines = office.delivered(&chat, last_message(&log), "sent").await;
    assert_eq!(lines[0]["provider_id"], sent(1));
    assert_eq!(office.sim.taken().last().unwrap().path, "/api/v10/webhooks/111/tok");

    // A button, used twice at once: taken away, and one answer.
    let click = json!({"type": 3, "id": office.snowflake(2), "application_id": APPLICATION, "token": "tok", "channel_id": "700",
        "context": 1, "user": user_of(ZOE), "data": {"custom_id": "0:Yes", "component_type": 2}}).to_string();
    for _ in 0..2 {
        let answer = office.interaction(&line, click.clone().into()).await.1;
        assert_eq!(answer, r#"{"data":{"components":[]},"type":7}"#);
    }
    let log = office.log(&chat, |log| texts(log).contains(&"Yes")).await;
    assert_eq!(texts(&log), ["Hi", "Hello", "Yes"]);
    // It was in the chat with the bot, so that is where answers go now, in as many parts as it takes.
    let long = "One sentence of many. ".repeat(200);
    office.does("send", &chat, json!({"text": long.trim()})).await;
    let log = office.log(&chat, |log| texts(log).len() == 4).await;
    assert_eq!(office.delivered(&chat, last_message(&log), "sent").await.len(), 3);
    let taken = office.sim.taken();
    let parts: Vec<Value> = taken[taken.len() - 3..].iter().map(Taken::json).collect();
    let parts: Vec<&str> = parts.iter().map(|part| part["content"].as_str().unwrap()).collect();
    assert_eq!(parts.join(" "), long.trim());
    assert_eq!(taken.last().unwrap().path, "/api/v10/channels/700/messages");
}

#[actix_web::test]
async fn a_customer_talks_by_discord_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_discord_on_postgres() {
    talk(Database::postgres()).await;
}

#[actix_web::test]
async fn an_address_that_believes_everybody_is_not_taken() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.discord_with("off").await;
    let path = format!("{}/{}", office.channels(), line.id);
    let wrong = json!({"settings": {"platform": {"public_key": "00", "application_id": APPLICATION, "gateway": "off",
        "api_base": format!("{}/api/v10", office.sim.base)}}});
    office.owner.patch(&path, wrong).await.good();
    let answer = office.owner.post(&format!("{path}/connect"), json!({})).await;
    assert_eq!(answer.code(), "bad_request");
    assert!(answer.text.contains("could not be verified"), "{}", answer.text);
}

#[actix_web::test]
async fn each_answer_of_discord_has_its_consequence() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.discord().await;
    let direct = json!({"type": 2, "id": office.snowflake(1), "application_id": APPLICATION, "token": "tok", "channel_id": "700",
        "context": 1, "user": user_of(ZOE), "data": {"name": "ask", "options": [{"type": 3, "name": "message", "value": "Hi"}]}});
    office.interaction(&line, direct.to_string().into()).await;
    let chat = office.conversations(1).await.remove(0);
    let mut seq = office.log(&chat, |log| !texts(log).is_empty()).await.len() as i64 + 1;

    office
        .sim
        .fail_next(Fault::Answer(403, r#"{"message":"Cannot send messages to this user","code":50007}"#));
    office.does("send", &chat, json!({"text": "Blocked"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines[0]["reason"], "Cannot send messages to this user (50007)");

    office.sim.fail_next(Fault::Answer(
        429,
        r#"{"message":"You are being rate limited.","retry_after":0.3,"global":false}"#,
    ));
    office.does("send", &chat, json!({"text": "Slower"})).await;
    seq += 1;
    office.delivered(&chat, seq, "sent").await;

    // Taken, but nobody heard of it: the same nonce again, and Discord answers the first message.
    office.sim.fail_next(Fault::TakenButLost);
    office.does("send", &chat, json!({"text": "Lost once"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "sent").await;
    assert_eq!(lines.last().unwrap()["provider_id"], sent(2), "the same one");

    office.sim.fail_next(Fault::Answer(401, r#"{"message":"401: Unauthorized","code":0}"#));
    office.does("send", &chat, json!({"text": "Later"})).await;
    seq += 1;
    office.delivered(&chat, seq, "queued").await;
    let path = format!("{}/{}", office.channels(), line.id);
    let state = office.owner.get(&format!("{path}/state")).await.good();
    assert_eq!(state["fault"]["reason"], "401: Unauthorized");
    office.owner.patch(&path, json!({"secrets": {"bot_token": TOKEN}})).await.good();
    office.delivered(&chat, seq, "sent").await;
}
