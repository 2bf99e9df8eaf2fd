//! Answers by SMTP: threads, files, what each answer of a server means, and bounces.

use serde_json::{Value, json};
use switchboard::outgoing::signature::Secret;
use switchboard::sources::Sources;
use uuid::Uuid;

use super::super::sim::email::{MailFault, MailServers, PASSWORD};
use super::reading::bounce;
use super::{PostOffice, answer, last_message, mail, settings, texts};
use crate::support::database::Database;
use crate::support::process::Launch;

async fn talk(database: Database) {
    let post = PostOffice::open(database, false).await;
    let chat = post.chat().await;
    let seq = post.say(&chat, "We are looking <into> it.").await;
    let first = post.servers.wait_for(1).await.remove(0);
    assert_eq!((first.from.as_str(), first.to.as_str()), ("support@help.example", "zoe@customer.example"));
    assert_eq!(first.header("Subject"), "Re: Your order");
    let read = mail_parser::MessageParser::default().parse(&first.raw).unwrap();
    assert_eq!(read.from().unwrap().first().unwrap().name(), Some("Olga, Help"));
    assert_eq!(first.header("In-Reply-To"), "<c1@customer.example>");
    assert_eq!(first.header("References"), "<c1@customer.example>");
    assert_eq!(first.header("Auto-Submitted"), "");
    assert!(first.raw.contains("&lt;into&gt;"), "{}", first.raw);
    let ours = first.header("Message-ID");
    let ours = ours.trim_matches(['<', '>']);
    assert_eq!(ours, format!("{chat}-{seq}@help.example"));
    let lines = post.office.delivered(&chat, seq, "sent").await;
    assert_eq!((lines.len(), &lines[0]["provider_id"]), (1, &json!(ours)));

    assert_eq!(post.post("m2", &answer("c2", ours, "Still waiting.")).await, 200);
    let log = post.office.log(&chat, |log| texts(log).contains(&"Still waiting.")).await;
    assert_eq!(texts(&log).len(), 3);
    post.say(&chat, "It is there.").await;
    let second = post.servers.wait_for(2).await.remove(1);
    assert_eq!(second.header("In-Reply-To"), "<c2@customer.example>");
    assert_eq!(second.header("References"), format!("<c1@customer.example> <{ours}> <c2@customer.example>"));

    // The rating is asked for by us, and given by a number above what is quoted.
    post.office.does("resolve", &chat, json!({})).await;
    let asked = post.servers.wait_for(3).await.remove(2);
    assert_eq!(asked.header("Auto-Submitted"), "auto-replied");
    let ours = asked.header("Message-ID");
    assert_eq!(post.post("m3", &answer("c3", ours.trim_matches(['<', '>']), "5")).await, 200);
    let log = post.office.log(&chat, |log| log.iter().any(|entry| entry["body"]["kind"] == "feedback")).await;
    let given = log.iter().find(|entry| entry["body"]["kind"] == "feedback").unwrap();
    assert_eq!(given["body"]["rating"], 5);
    // A customer who comes back opens a new chat, as everywhere.
    assert_eq!(post.post("m4", &answer("c4", ours.trim_matches(['<', '>']), "One more thing")).await, 200);
    assert_eq!(post.office.conversations(2).await.len(), 2);
}

#[actix_web::test]
async fn a_customer_talks_by_mail_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_mail_on_postgres() {
    talk(Database::postgres()).await;
}

#[actix_web::test]
async fn a_member_sends_a_file() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let chat = post.chat().await;
    let upload =
        post.office.owner.request(&reqwest::Method::POST, &format!("/api/v1/conversations/{chat}/files"));
    let upload = upload.header("x-file-name", "bill%201.pdf").body("%PDF-1.4 bill");
    let file: Value = crate::support::app::Answer::to(upload).await.good();
    post.office.does("send", &chat, json!({"text": "The bill", "attachments": [file["id"]]})).await;
    let sent = post.servers.wait_for(1).await.remove(0);
    assert!(sent.raw.contains("bill 1.pdf") && sent.raw.contains("application/pdf"), "{}", sent.raw);
    assert!(sent.raw.contains("JVBERi0xLjQgYmlsbA==") || sent.raw.contains("%PDF-1.4 bill"), "{}", sent.raw);
}

#[actix_web::test]
async fn who_answers_our_mail_joins_its_chat_and_changes_nobody_answered() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let chat = post.chat().await;
    post.say(&chat, "We are looking into it.").await;
    let ours = post.servers.wait_for(1).await[0].header("Message-ID");
    let ours = ours.trim_matches(['<', '>']);
    let from = |mime: &str| mime.replace("Zoe@customer.example", "Bob@customer.example");
    assert_eq!(post.post("m2", &from(&answer("b1", ours, "I am her colleague."))).await, 200);
    let said = "bob@customer.example:\nI am her colleague.";
    post.office.log(&chat, |log| texts(log).contains(&said)).await;
    post.say(&chat, "Hello Bob").await;
    let second = post.servers.wait_for(2).await.remove(1);
    assert_eq!(second.to, "zoe@customer.example");
    assert_eq!(second.header("In-Reply-To"), "<b1@customer.example>");

    // Taken from an old mail to begin something new, and a message of nobody: chats of their own.
    let refers = mail("b2", "Quite another thing", &format!("References: <{ours}>\r\n"), "Hello");
    assert_eq!(post.post("m3", &from(&refers)).await, 200);
    let guessed = answer("e1", "c_00000000-0000-7000-8000-000000000000-1@help.example", "Hello");
    assert_eq!(post.post("m4", &guessed.replace("Zoe@customer.example", "Eve@customer.example")).await, 200);
    assert_eq!(post.office.conversations(3).await.len(), 3);
    // One that refers to ours under the same subject joins.
    let refers = mail("b3", "AW: RE: Your order", &format!("References: <{ours}> <x@y>\r\n"), "And this");
    assert_eq!(post.post("m5", &refers.replace("Zoe@customer.example", "Carl@customer.example")).await, 200);
    post.office.log(&chat, |log| texts(log).contains(&"carl@customer.example:\nAnd this")).await;
}

#[actix_web::test]
async fn each_answer_of_a_mail_server_has_its_consequence() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let chat = post.chat().await;
    let fails = |fault| post.servers.fail_next(fault);

    fails(MailFault::Answer("RCPT", "550 5.1.1 no such user"));
    let seq = post.say(&chat, "Refused").await;
    let lines = post.office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines[0]["reason"], "550 5.1.1 no such user");
    fails(MailFault::Answer(".", "554 5.7.1 looks like spam"));
    let seq = post.say(&chat, "Spam").await;
    assert_eq!(post.office.delivered(&chat, seq, "failed").await[0]["reason"], "554 5.7.1 looks like spam");

    fails(MailFault::Answer("MAIL", "451 4.3.0 later"));
    let seq = post.say(&chat, "Put off").await;
    let lines = post.office.delivered(&chat, seq, "sent").await;
    assert_eq!((lines.len(), &lines[0]["reason"]), (2, &json!("451 4.3.0 later")));

    // Taken, and nobody heard of it: once more under the same id, then a member decides.
    fails(MailFault::TakenButLost);
    let seq = post.say(&chat, "Lost once").await;
    post.office.delivered(&chat, seq, "sent").await;
    let twice = post.servers.wait_for(3).await;
    assert_eq!(twice[1].header("Message-ID"), twice[2].header("Message-ID"));
    fails(MailFault::TakenButLost);
    fails(MailFault::Closed);
    let seq = post.say(&chat, "Lost twice").await;
    post.office.delivered(&chat, seq, "unconfirmed").await;

    fails(MailFault::Answer("AUTH", "535 5.7.8 bad credentials"));
    let seq = post.say(&chat, "Locked out").await;
    post.office.delivered(&chat, seq, "queued").await;
    let path = format!("{}/{}", post.office.channels(), post.line.id);
    let state = post.office.owner.get(&format!("{path}/state")).await.good();
    assert_eq!(state["fault"]["reason"], "log-in refused: 535 5.7.8 bad credentials");
    post.office.owner.patch(&path, json!({"secrets": {"smtp_password": PASSWORD}})).await.good();
    post.office.delivered(&chat, seq, "sent").await;
    assert_eq!(post.office.owner.get(&format!("{path}/state")).await.good()["fault"], Value::Null);
}

#[actix_web::test]
async fn a_server_without_tls_gets_neither_mail_nor_password() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let chat = post.chat().await;
    let path = format!("{}/{}", post.office.channels(), post.line.id);
    let secured = async |security: &str| {
        let change = json!({"settings": {"platform": with(&post.servers, "smtp_security", security)}});
        post.office.owner.patch(&path, change).await.good();
    };
    let fault = async || post.office.owner.get(&format!("{path}/state")).await.good()["fault"].clone();
    secured("starttls").await;
    let seq = post.say(&chat, "Secret").await;
    let lines = post.office.delivered(&chat, seq, "queued").await;
    assert_eq!(lines[0]["reason"], "the server does not offer STARTTLS");
    assert_eq!(fault().await["reason"], "the server does not offer STARTTLS");
    secured("tls").await;
    let deliveries = format!("/api/v1/conversations/{chat}/entries/{seq}/deliveries");
    loop {
        let lines = post.office.owner.get(&deliveries).await.good()["items"].clone();
        if lines.as_array().unwrap().last().unwrap()["reason"].as_str().unwrap().starts_with("no connection")
        {
            break;
        }
    }
    assert_eq!(fault().await, Value::Null);
    assert!(post.servers.received().is_empty());
}

#[actix_web::test]
async fn a_bounce_marks_the_message_as_failed() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let chat = post.chat().await;
    let seq = post.say(&chat, "Hello?").await;
    post.office.delivered(&chat, seq, "sent").await;
    let ours = format!("{chat}-{seq}@help.example");
    assert_eq!(post.post("b0", &bounce(&ours, "delayed", "4.4.1", "message/rfc822")).await, 200);
    assert_eq!(
        post.post("b1", &bounce("other@help.example", "failed", "5.1.1", "message/rfc822")).await,
        200
    );
    assert_eq!(post.post("b2", &bounce(&ours, "failed", "5.1.1", "message/rfc822")).await, 200);
    let lines = post.office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines.last().unwrap()["reason"], "returned: 5.1.1 550 5.1.1 no such user");
    assert_eq!(lines.len(), 2);
    assert_eq!(post.office.rows().await.len(), 1);
}

#[actix_web::test]
async fn a_channel_sends_no_faster_than_it_may() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let path = format!("{}/{}", post.office.channels(), post.line.id);
    let per_minute = json!({"settings": {"platform": with(&post.servers, "per_minute", "2")}});
    post.office.owner.patch(&path, per_minute).await.good();
    let chat = post.chat().await;
    let first = post.say(&chat, "one").await;
    post.office.delivered(&chat, first, "sent").await;
    let second = post.say(&chat, "two").await;
    post.office.delivered(&chat, second, "sent").await;
    let third = post.say(&chat, "three").await;
    let deliveries = format!("/api/v1/conversations/{chat}/entries/{third}/deliveries");
    for _ in 0..50 {
        assert_eq!(post.office.owner.get(&deliveries).await.good()["items"], json!([]));
    }
    assert_eq!(post.servers.received().len(), 2);
    post.office.app.running.edge.sources.shift_clock(60_000);
    post.say(&chat, "four").await;
    post.office.delivered(&chat, third, "sent").await;
}

/// The settings of a channel at these servers, with one changed.
fn with(servers: &MailServers, name: &str, value: &str) -> Value {
    let (mut platform, _) = settings(servers, false);
    platform[name] = json!(value);
    platform
}

#[actix_web::test]
async fn two_machines_do_not_answer_each_other_for_ever() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let bot = json!({"kind": "scripted", "fallback": ["I am a bot."]});
    post.office.owner.put(&format!("/api/v1/scopes/{}/bot", post.office.scope), bot).await.good();
    let path = format!("{}/{}", post.office.channels(), post.line.id);
    let fast = json!({"settings": {"platform": with(&post.servers, "per_minute", "1000")}});
    post.office.owner.patch(&path, fast).await.good();
    let scope = post.office.scope.parse().unwrap();
    post.office.app.until_known(scope, |known| known.rules.has_bot).await;
    // The other one hides that it is a machine.
    for number in 1..=21 {
        let id = format!("m{number}");
        assert_eq!(post.post(&id, &mail(&id, "Order", "", &format!("No, I am. {number}"))).await, 200);
        let chat = post.office.conversations(1).await.remove(0);
        let answers = |log: &[Value]| texts(log).iter().filter(|text| **text == "I am a bot.").count();
        let log = post.office.log(&chat, |log| answers(log) == number).await;
        let state = if number == 21 { "failed" } else { "sent" };
        let lines = post.office.delivered(&chat, last_message(&log), state).await;
        if number == 21 {
            assert!(
                lines[0]["reason"].as_str().unwrap().contains("more than 20 automatic mails"),
                "{lines:?}"
            );
        }
    }
    let received = post.servers.received();
    assert_eq!(received.len(), 20);
    assert!(received.iter().all(|mail| mail.header("Auto-Submitted") == "auto-replied"));
}

/// Killed after the server took a mail and before that was noted: it may be there twice, under one id, and not more often.
#[actix_web::test]
async fn a_kill_doubles_only_what_nobody_could_know() {
    let database = Database::sqlite();
    let servers = MailServers::start().await.unwrap();
    let launch = Launch::on(&database.url).with(&[("OUTGOING__ALLOW", &servers.smtp.to_string())]);
    let mut server = launch.start().await;
    let owner = server.owner().await;
    let scope = owner.scope().await;
    let (platform, secrets) = settings(&servers, false);
    let body =
        json!({"kind": "email", "name": "Mail", "settings": {"platform": platform}, "secrets": secrets});
    let channel = owner.post(&format!("/api/v1/scopes/{scope}/channels"), body).await.good();
    let secret: Secret = channel["made_secrets"]["inbound_secret"].as_str().unwrap().parse().unwrap();
    let mime = mail("c1", "Order", "", "Hello");
    let seconds = Sources::default().now() / 1_000;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = http
        .post(format!("{}/hooks/{}", server.base, channel["id"].as_str().unwrap()))
        .header("content-type", "message/rfc822")
        .header("webhook-id", "m1")
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", secret.sign("m1", seconds, mime.as_bytes()))
        .body(mime);
    assert!(request.send().await.unwrap().status().is_success());
    let chat = loop {
        let rows = owner.get(&format!("/api/v1/scopes/{scope}/conversations?state=all")).await.good();
        if let Some(row) = rows["items"].get(0) {
            break row["id"].as_str().unwrap().to_owned();
        }
    };
    servers.fail_next(MailFault::TakenInSilence);
    for said in ["one", "two"] {
        let body = json!({"client_id": Uuid::new_v4(), "text": said});
        owner.post(&format!("/api/v1/conversations/{chat}/send"), body).await.good();
    }
    assert_eq!(servers.wait_for(1).await.len(), 1);
    server.kill();
    server = launch.start().await;
    let received = servers.wait_for(3).await;
    let ids: Vec<String> = received.iter().map(|mail| mail.header("Message-ID")).collect();
    assert_eq!((received.len(), &ids[0]), (3, &ids[1]));
    assert_ne!(ids[1], ids[2]);
    server.kill();
}
