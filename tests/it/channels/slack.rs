//! Slack apps.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchboard::channels::{
    Account, Call, Got, Headers, Reaction, Recipient, Request, Saying, SentFile, Source, Verdict, What, Who,
    Writer, platform,
};
use switchboard::domain::channel::ChannelKind;

use super::sim::files::Kept;
use super::sim::slack::{APP, SECRET, State, TOKEN, click, event, sent, signature, text};
use super::sim::{Fault, Taken};
use super::{Line, Office, last_message, texts};
use crate::support::database::Database;
use crate::support::files::PNG;

const AT: i64 = 1_767_225_600;
const BODY: &str = r#"{"token":"legacy","team_id":"T0001","api_app_id":"A0001","event":{"type":"message","channel":"D0001","user":"U0001","text":"caf\u00e9 &amp; tea &lt;3","ts":"1767225600.000100","channel_type":"im","event_ts":"1767225600.000100"},"type":"event_callback","event_id":"Ev0001","event_time":1767225600}"#;
const BY_BODY: &str = "v0=e68dff40c1058904201fbcb83188b3e94b7e6a8bfc0a5d1603b95aa9214819d0";
const CHECK: &str = r#"{"token":"legacy","challenge":"chal-7Yk2","type":"url_verification"}"#;
const BY_CHECK: &str = "v0=13052e262eb2f0687a4edd245d1abf772da90c170c37f0503234983d50e2e7a9";
const FORM: &str = "payload=%7B%22type%22%3A%22block_actions%22%7D";
const BY_FORM: &str = "v0=8299ff02495d86cd6c3e96439747014333c0c3cf788a42561f4a16a9e96f39ba";

const SIGNATURE: &str = "x-slack-signature";
const TIMESTAMP: &str = "x-slack-request-timestamp";

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn headers(pairs: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::default();
    for (name, value) in pairs {
        headers.add(name, value);
    }
    headers
}

fn verdict(secrets: &[(&str, &str)], given: &[(&str, &str)], body: &str, at: i64) -> bool {
    let slack = platform(ChannelKind::Slack).unwrap();
    let (settings, secrets, headers) = (map(&[]), map(secrets), headers(given));
    let request = Request { method: "POST", url: "", query: &[], headers: &headers, body: body.as_bytes() };
    slack.verify(&request, &Account::new(slack, &settings, &secrets), at * 1_000).is_ok()
}

#[test]
fn every_vector_of_slack_has_its_verdict() {
    let secrets = [("signing_secret", SECRET)];
    let time = (TIMESTAMP, "1767225600");
    for (signature, body) in [(BY_BODY, BODY), (BY_CHECK, CHECK), (BY_FORM, FORM)] {
        assert!(verdict(&secrets, &[(SIGNATURE, signature), time], body, AT), "{body}");
        assert!(!verdict(&secrets, &[(SIGNATURE, signature), time], &format!("{body} "), AT));
    }
    let right = [("X-Slack-Signature", BY_BODY), ("X-Slack-Request-Timestamp", "1767225600")];
    assert!(verdict(&secrets, &right, BODY, AT + 300) && verdict(&secrets, &right, BODY, AT - 300));
    assert!(!verdict(&secrets, &right, BODY, AT + 301) && !verdict(&secrets, &right, BODY, AT - 301));
    let foreign = BY_BODY.replace('e', "d");
    for bad in ["", "v0=", "v1=00", &BY_BODY[3..], &BY_BODY[..66], &BY_BODY[..65], BY_CHECK, &foreign, "v0=é"]
    {
        assert!(!verdict(&secrets, &[(SIGNATURE, bad), time], BODY, AT), "{bad}");
    }
    for bad in ["", "1767225601", "+1767225600", "1767225600.0", "99999999999999999999"] {
        assert!(!verdict(&secrets, &[right[0], (TIMESTAMP, bad)], BODY, AT), "{bad}");
    }
    assert!(!verdict(&secrets, &right[..1], BODY, AT) && !verdict(&secrets, &right[1..], BODY, AT));
    assert!(!verdict(&secrets, &[right[0], right[0], right[1]], BODY, AT), "twice counts as none");
    assert!(!verdict(&[], &right, BODY, AT), "no secret, nothing believed");
    assert!(!verdict(&[("signing_secret", "5ec2e75ec2e75ec2e75ec2e75ec2e7ac")], &right, BODY, AT));
    assert!(verdict(&[("signing_secret", "new"), ("signing_secret_previous", SECRET)], &right, BODY, AT));
}

fn read(raw: &Value) -> (Option<Who>, What) {
    let inbound = platform(ChannelKind::Slack).unwrap().read(raw).unwrap();
    (inbound.who, inbound.what)
}

fn happened(happened: Value) -> (Option<Who>, What) {
    read(&event("Ev1", &happened))
}

fn said(text: &str) -> What {
    What::Message { text: text.into(), files: Vec::new() }
}

#[test]
fn every_kind_of_event_is_read() {
    let (who, what) = read(&serde_json::from_str(BODY).unwrap());
    let who = who.unwrap();
    assert_eq!((who.key.as_str(), what), ("T0001:U0001", said("café & tea <3")));
    assert_eq!(who.address, json!({"channel": "D0001", "thread_ts": null}));

    let mut broken = text("1767225601.000200", "U1", "broken");
    broken["subtype"] = json!("file_share");
    broken["files"] = json!([{"id": "F1", "name": "a.png", "mimetype": "image/png", "url_private": "https://files.slack.com/a.png"}]);
    let What::Message { text: words, files } = happened(broken).1 else { panic!() };
    assert_eq!((words.as_str(), files[0].name.as_str()), ("broken", "a.png"));
    assert_eq!(files[0].reference, "https://files.slack.com/a.png");

    // A thread in a channel is a customer of its own, whoever speaks in it.
    let opens = json!({"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "text": format!("<@{APP}> help"), "ts": "1767225590.000001"});
    let (who, what) = happened(opens);
    let who = who.unwrap();
    assert_eq!((who.key.as_str(), what), ("T1:C1:1767225590.000001:U1", said("help")));
    assert_eq!(who.address["thread_ts"], "1767225590.000001");
    let mut inside = json!({"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1", "text": "this one", "ts": "1767225602.000300", "thread_ts": "1767225590.000001", "parent_user_id": "U1"});
    assert_eq!(happened(inside.clone()), (Some(who.clone()), said("this one")));
    inside["user"] = json!("U2");
    assert_eq!(happened(inside), (Some(who), said("@U2: this one")));

    let changed = json!({"type": "message", "subtype": "message_changed", "channel": "D1", "hidden": true, "ts": "1767225660.000400",
        "message": {"user": "U1", "text": "edited", "ts": "1767225600.000100", "edited": {"user": "U1", "ts": "1767225660.000000"}},
        "previous_message": {"ts": "1767225600.000100"}});
    let (who, what) = happened(changed.clone());
    assert_eq!((who.unwrap().key.as_str(), what), ("T1:U1", What::Edited { text: "edited".into() }));
    let mut preview = changed.clone();
    preview["message"].as_object_mut().unwrap().remove("edited");
    assert_eq!(happened(preview).1, What::Nothing, "Slack added a preview of a link");

    let slack = platform(ChannelKind::Slack).unwrap();
    let about = |happened: &Value| slack.message(&event("Ev1", happened));
    let deleted = json!({"type": "message", "subtype": "message_deleted", "channel": "D1", "deleted_ts": "1767225600.000100", "ts": "1767225661.000500"});
    assert_eq!(about(&deleted).as_deref(), Some("D1:1767225600.000100"));
    assert_eq!(happened(deleted), (None, What::Deleted));
    let mut stone = changed.clone();
    stone["message"]["subtype"] = json!("tombstone");
    assert_eq!(happened(stone), (None, What::Deleted));
    assert_eq!(about(&changed).as_deref(), Some("D1:1767225600.000100"));
    assert_eq!(about(&text("1767225600.000100", "U1", "Hi")).as_deref(), Some("D1:1767225600.000100"));
    let reaction = |kind: &str| json!({"type": kind, "user": "U1", "reaction": "thumbsup", "item": {"type": "message", "channel": "D1", "ts": "1767225590.000001"}});
    assert_eq!(about(&reaction("reaction_added")).as_deref(), Some("D1:1767225590.000001"));
    let added = What::Reacted(Reaction::Added("👍".into()));
    assert_eq!(happened(reaction("reaction_added")), (None, added));
    let removed = What::Reacted(Reaction::Removed("👍".into()));
    assert_eq!(happened(reaction("reaction_removed")), (None, removed));
    let mention = json!({"type": "app_mention", "channel": "C1", "user": "U1", "text": "<@UBOT> help", "ts": "1767225590.000001"});
    let mut ours = text("1767225610.000200", APP, "Hi");
    ours["bot_id"] = json!("B1");
    let mut by_app = text("1767225610.000200", APP, "Hi");
    by_app["app_id"] = json!("A1");
    let mut joined = text("1767225610.000200", "U1", "joined");
    joined["subtype"] = json!("channel_join");
    for nothing in [mention, ours, by_app, joined, json!({"type": "team_join"}), json!({})] {
        assert_eq!(happened(nothing.clone()), (None, What::Nothing), "{nothing}");
    }
}

#[test]
fn channels_are_left_alone_until_an_admin_wants_them() {
    let slack = platform(ChannelKind::Slack).unwrap();
    let is_ours = |settings: &[(&str, &str)], happened: &Value| {
        let (settings, secrets) = (map(settings), map(&[]));
        slack.is_ours(&event("Ev1", happened), &Account::new(slack, &settings, &secrets))
    };
    let mut public = text("1767225600.000100", "U1", "Hi");
    assert!(is_ours(&[], &public));
    for kind in ["channel", "group", "mpim"] {
        public["channel_type"] = json!(kind);
        assert!(!is_ours(&[], &public), "{kind}");
        assert!(is_ours(&[("in_channels", "on")], &public), "{kind}");
    }
}

fn rendered(settings: &[(&str, &str)], text: &str, files: &[SentFile], replies: &[String]) -> Vec<Call> {
    let slack = platform(ChannelKind::Slack).unwrap();
    let (settings, secrets) = (map(settings), map(&[("bot_token", TOKEN)]));
    let address = json!({"channel": "C1", "thread_ts": "1767225590.000001"});
    let saying = Saying {
        conversation: "c_019b0000000070008000000000000000".parse().unwrap(),
        seq: 7,
        at: 0,
        writer: Writer::Agent("Ana"),
        text,
        files,
        quick_replies: replies,
        to: Recipient { key: "T1:C1:1767225590.000001:U1", address: &address, last_in_at: 0 },
    };
    let calls = slack.render(&Account::new(slack, &settings, &secrets), &saying, 0).unwrap();
    for call in &calls {
        let headers = call.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let (path, body) = (call.url.replace("https://slack.com", ""), call.body.clone());
        let said = State::default().judge(&Taken { path, query: String::new(), headers, body, status: 0 });
        assert_eq!(said.body["ok"], true, "{}", said.body);
    }
    calls
}

fn bodies(calls: &[Call]) -> Vec<Value> {
    calls.iter().map(|call| serde_json::from_slice(&call.body).unwrap()).collect()
}

#[test]
fn what_is_sent_is_what_slack_takes() {
    let file = |name: &str, media_type: &'static str| SentFile {
        name: name.into(),
        media_type,
        size: 1_000,
        url: "https://chat.example.com/f/1".into(),
    };
    let files = [file("a.png", "image/png"), file("b|<1>.pdf", "application/pdf")];
    let calls = rendered(&[], "Everybody: <!channel> & co", &files, &["Yes".into(), "x".repeat(200)]);
    let announced: Vec<_> = calls[1..3].iter().map(|call| String::from_utf8_lossy(&call.body)).collect();
    assert_eq!(announced, ["filename=a.png&length=1000", "filename=b%7C%3C1%3E.pdf&length=1000"]);
    assert!(calls[1..3].iter().all(|call| call.then.is_some()), "{calls:?}");
    assert_eq!(calls.len(), 4);
    let all = bodies(&[calls[0].clone(), calls[3].clone()]);
    assert_eq!(all[0]["text"], "Everybody: &lt;!channel&gt; &amp; co");
    assert_eq!((&all[0]["thread_ts"], &all[0]["username"]), (&json!("1767225590.000001"), &Value::Null));
    let buttons = &all[1]["blocks"][1];
    assert_eq!(buttons["block_id"], "switchboard:T1:C1:1767225590.000001:U1");
    assert_eq!(buttons["elements"][0]["value"], "Yes");
    assert_eq!(buttons["elements"][1]["text"]["text"].as_str().unwrap().len(), 75);

    // Alone, a question stands above its answers; one that is too long for that stands before them.
    let question = bodies(&rendered(&[("member_names", "on")], "Today?", &[], &["Yes".into()]));
    assert_eq!((question.len(), &question[0]["blocks"][0]["text"]["text"]), (1, &json!("Today?")));
    assert_eq!(question[0]["username"], "Ana");
    assert_eq!(rendered(&[], &"&".repeat(3_001), &[], &["Yes".into()]).len(), 2);
    let many: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    assert_eq!(
        bodies(&rendered(&[], "", &[], &many))[0]["blocks"][1]["elements"].as_array().unwrap().len(),
        25
    );
    assert_eq!(rendered(&[], &"One sentence of many. ".repeat(400), &[], &[]).len(), 3);
}

#[test]
fn every_answer_of_slack_has_its_verdict() {
    let slack = platform(ChannelKind::Slack).unwrap();
    let judge =
        |status: u16, body: &str| slack.judge(&Got { status, retry_after: None, body: body.as_bytes() });
    let done = Verdict::Done { provider_id: Some("D1:1767225610.000200".into()) };
    assert_eq!(judge(200, r#"{"ok":true,"channel":"D1","ts":"1767225610.000200"}"#), done);
    let error = |name: &str| judge(200, &json!({"ok": false, "error": name}).to_string());
    for name in [
        "ratelimited",
        "rate_limited",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
    ] {
        assert!(matches!(error(name), Verdict::Again { .. }), "{name}");
    }
    for name in
        ["invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope"]
    {
        assert!(matches!(error(name), Verdict::Broken { .. }), "{name}");
    }
    for name in [
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "msg_too_long",
        "no_text",
        "invalid_blocks",
        "restricted_action",
        "ekm_access_denied",
    ] {
        assert_eq!(error(name), Verdict::Failed { reason: name.into() });
    }
    let scope = judge(200, r#"{"ok":false,"error":"missing_scope","needed":"chat:write"}"#);
    assert_eq!(scope, Verdict::Broken { reason: "missing_scope: chat:write".into() });
    for status in [429, 500, 502, 503] {
        assert!(matches!(judge(status, "oops"), Verdict::Again { .. }), "{status}");
    }
    let after = Some(std::time::Duration::from_secs(30));
    let slow = slack.judge(&Got { status: 429, retry_after: after, body: b"{}" });
    assert_eq!(slow, Verdict::Again { after, reason: "status 429".into() });
    assert!(matches!(judge(200, "<html>"), Verdict::Unknown { .. }));
    assert!(matches!(judge(404, "<html>"), Verdict::Failed { .. }));
}

impl Office {
    async fn slack(&self) -> Line {
        let base = json!({"api_base": format!("{}/api", self.sim.base)});
        self.add("slack", base, json!({"bot_token": TOKEN, "signing_secret": SECRET})).await
    }

    async fn slack_request(&self, line: &Line, body: Vec<u8>) -> (u16, String) {
        let seconds = self.app.running.edge.sources.now() / 1_000;
        let (signature, seconds) = (signature(seconds, &body), seconds.to_string());
        self.post(&line.id, &[(SIGNATURE, &signature), (TIMESTAMP, &seconds)], body).await
    }

    async fn slack_event(&self, line: &Line, id: &str, happened: &Value) {
        let body = event(id, happened).to_string().into_bytes();
        assert_eq!(self.slack_request(line, body).await, (200, String::new()));
    }
}

#[actix_web::test]
async fn only_what_slack_signed_comes_in_and_once() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.slack().await;
    let body = event("Ev1", &text("1767225600.000100", "U1", "hello")).to_string().into_bytes();
    let seconds = office.app.running.edge.sources.now() / 1_000;
    let (good, time) = (signature(seconds, &body), seconds.to_string());
    let status =
        async |headers: &[(&str, &str)], body: &[u8]| office.post(&line.id, headers, body.to_vec()).await.0;
    for bad in ["", &good[..40], BY_BODY] {
        assert_eq!(status(&[(SIGNATURE, bad), (TIMESTAMP, &time)], &body).await, 401, "{bad}");
    }
    assert_eq!(status(&[], &body).await, 401);
    assert_eq!(status(&[(SIGNATURE, &good)], &body).await, 401);
    assert_eq!(status(&[(SIGNATURE, &good), (TIMESTAMP, &time)], &[&body[..], b" "].concat()).await, 401);
    let (old, then) = (signature(seconds - 400, &body), (seconds - 400).to_string());
    assert_eq!(status(&[(SIGNATURE, &old), (TIMESTAMP, &then)], &body).await, 401, "too old");
    assert_eq!(status(&[(SIGNATURE, BY_CHECK), (TIMESTAMP, "1767225600")], CHECK.as_bytes()).await, 401);
    assert_eq!(office.slack_request(&line, b"garbage".to_vec()).await.0, 400);
    assert_eq!(office.slack_request(&line, b"payload=garbage".to_vec()).await.0, 400);
    assert_eq!(office.slack_request(&line, b"{}".to_vec()).await.0, 422);
    assert_eq!(office.slack_request(&line, br#"{"type":"event_callback"}"#.to_vec()).await.0, 422);
    assert_eq!(office.slack_request(&line, CHECK.into()).await, (200, "chal-7Yk2".into()));
    assert_eq!(office.slack_request(&line, FORM.into()).await.0, 200, "of nobody");
    assert_eq!(office.slack_request(&line, br#"{"type":"app_rate_limited"}"#.to_vec()).await.0, 200);
    assert_eq!(office.rows().await.len(), 0);

    let right = [(SIGNATURE, good.as_str()), (TIMESTAMP, &time)];
    let posts = (0..20).map(|_| office.post(&line.id, &right, body.clone()));
    assert!(futures_util::future::join_all(posts).await.iter().all(|(status, _)| *status == 200));
    let chat = office.conversations(1).await.remove(0);
    // Slack has sent one message under several event ids before.
    office.slack_event(&line, "Ev2", &text("1767225600.000100", "U1", "hello")).await;
    office.slack_event(&line, "Ev3", &text("1767225601.000100", "U1", "bye")).await;
    let log = office.log(&chat, |log| texts(log).contains(&"bye")).await;
    assert_eq!(texts(&log), ["hello", "bye"]);
}

async fn talk(database: Database) {
    let office = Office::open(database).await;
    let line = office.slack().await;
    office.slack_event(&line, "Ev1", &text("1767225600.000100", "U1", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let detail = office.owner.get(&format!("/api/v1/conversations/{chat}")).await.good();
    assert_eq!(detail["contact"]["name"], "Zoë");
    let long = "One sentence of many. ".repeat(300);
    office.does("send", &chat, json!({"text": long.trim()})).await;
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let lines = office.delivered(&chat, last_message(&log), "sent").await;
    assert_eq!(lines[1]["provider_id"], format!("D1:{}", sent(2)));
    let taken = office.sim.taken();
    let parts: Vec<String> = taken[taken.len() - 2..]
        .iter()
        .map(|call| call.json()["text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(parts.join(" "), long.trim());

    // An edit, and a click on a button of ours, twice.
    let edited = json!({"type": "message", "subtype": "message_changed", "channel": "D1", "ts": "1767225660.000400",
        "message": {"user": "U1", "text": "Hi there", "ts": "1767225600.000100", "edited": {"user": "U1", "ts": "1767225660.000000"}}});
    office.slack_event(&line, "Ev2", &edited).await;
    let question = &bodies(&rendered(&[], "Today?", &[], &["Yes".into()]))[0];
    let mut question = question.clone();
    question["blocks"][1]["block_id"] = json!("switchboard:T1:U1");
    question["channel"] = json!("D1");
    let form = click("U1", &question, &question["blocks"][1]["elements"][0]);
    assert_eq!(office.slack_request(&line, form.clone()).await.0, 200);
    assert_eq!(office.slack_request(&line, form).await.0, 200);
    office.slack_event(&line, "Ev3", &text("1767225670.000100", "U1", "Thanks")).await;
    let log = office.log(&chat, |log| texts(log).contains(&"Thanks")).await;
    assert_eq!(texts(&log)[2..], ["Yes", "Thanks"]);
    let edit = log.iter().find(|entry| entry["body"]["kind"] == "edited").unwrap();
    assert_eq!(edit["body"]["text"], "Hi there");
    // A reaction to the second part of what we said, and what they wrote first is taken back.
    let reaction = json!({"type": "reaction_added", "user": "U1", "reaction": "tada", "item": {"type": "message", "channel": "D1", "ts": sent(2)}});
    office.slack_event(&line, "Ev4", &reaction).await;
    let deleted = json!({"type": "message", "subtype": "message_deleted", "channel": "D1", "deleted_ts": "1767225600.000100", "ts": "1767225680.000500"});
    office.slack_event(&line, "Ev5", &deleted).await;
    let log = office.log(&chat, |log| log.iter().any(|entry| entry["body"]["kind"] == "deleted")).await;
    let reacted = log.iter().find(|entry| entry["body"]["kind"] == "reacted").unwrap();
    assert_eq!(reacted["body"]["emojis"], json!(["🎉"]));
}

#[actix_web::test]
async fn a_customer_talks_by_slack_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_slack_on_postgres() {
    talk(Database::postgres()).await;
}

#[test]
fn nobody_but_slack_sees_the_token() {
    let slack = platform(ChannelKind::Slack).unwrap();
    let (settings, secrets) = (map(&[]), map(&[("bot_token", TOKEN)]));
    let account = Account::new(slack, &settings, &secrets);
    let shows = |reference: &str| match slack.fetch(&account, reference).unwrap() {
        Source::At { call, .. } | Source::Ask(call) => !call.headers.is_empty(),
    };
    assert!(shows("https://files.slack.com/files-pri/T1-F1/a.png") && shows("F1"));
    for elsewhere in [
        "https://files.example.com/a.png",
        "https://files.slack.com.example.com/a.png",
        "https://notslack.com/a.png",
        "http://files.slack.com/a.png",
        "https://files.example.com/files.slack.com",
    ] {
        assert!(!shows(elsewhere), "{elsewhere}");
    }
    assert!(slack.fetch(&account, "file:///etc/passwd").is_err());
    assert!(slack.file_in(&account, &json!({"file": {"url_private": "F1"}})).is_err());
}

#[actix_web::test]
async fn files_are_fetched_from_slack_with_the_token() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.slack().await;
    let kept = |bytes: &[u8]| {
        let header = Some(("authorization", format!("Bearer {TOKEN}")));
        Kept { bytes: bytes.to_vec(), header, ..Kept::default() }
    };
    let url = format!("{}/files-pri/T1-F1/a.png", office.sim.base);
    office.sim.put_file("/files-pri/T1-F1/a.png", kept(PNG));
    let about = json!({"ok": true, "file": {"id": "F2", "url_private": url}}).to_string();
    office.sim.put_file("/api/files.info", kept(about.as_bytes()));
    let mut shared = text("1767225601.000200", "U1", "broken");
    shared["subtype"] = json!("file_share");
    // The second is of another workspace: Slack only tells its id.
    shared["files"] =
        json!([{"id": "F1", "name": "a.png", "url_private": url}, {"id": "F2", "name": "b.png"}]);
    office.slack_event(&line, "Ev1", &shared).await;
    let chat = office.conversations(1).await.remove(0);
    let is_here = |entry: &&Value| entry["body"]["news"]["state"] == "here";
    office.log(&chat, |log| log.iter().filter(is_here).count() == 2).await;
}

#[actix_web::test]
async fn each_answer_of_slack_has_its_consequence() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.slack().await;
    office.slack_event(&line, "Ev1", &text("1767225600.000100", "U1", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    let mut seq = office.log(&chat, |log| !texts(log).is_empty()).await.len() as i64 + 1;

    office.sim.fail_next(Fault::Answer(200, r#"{"ok":false,"error":"is_archived"}"#));
    office.does("send", &chat, json!({"text": "Gone"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines[0]["reason"], "is_archived");

    office.sim.fail_next(Fault::Answer(429, r#"{"ok":false,"error":"ratelimited"}"#));
    office.does("send", &chat, json!({"text": "Slower"})).await;
    seq += 1;
    office.delivered(&chat, seq, "sent").await;

    // Taken, but nobody heard of it: sent again once, as there is no key.
    office.sim.fail_next(Fault::TakenButLost);
    office.sim.fail_next(Fault::TakenButLost);
    office.does("send", &chat, json!({"text": "Lost twice"})).await;
    seq += 1;
    office.delivered(&chat, seq, "unconfirmed").await;

    office.sim.fail_next(Fault::Answer(200, r#"{"ok":false,"error":"token_revoked"}"#));
    office.does("send", &chat, json!({"text": "Later"})).await;
    seq += 1;
    office.delivered(&chat, seq, "queued").await;
    let path = format!("{}/{}", office.channels(), line.id);
    let state = office.owner.get(&format!("{path}/state")).await.good();
    assert_eq!(state["fault"]["reason"], "token_revoked");
    let wrong = office.owner.patch(&path, json!({"secrets": {"bot_token": "xoxp-1"}})).await;
    assert_eq!(wrong.code(), "bad_request");
    office.owner.patch(&path, json!({"secrets": {"bot_token": TOKEN}})).await.good();
    office.delivered(&chat, seq, "sent").await;
}
