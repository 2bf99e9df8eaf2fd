//! What is secret stands in no log, no answer that is not its own, and not in the database; what people write stands in no
//! log. What went wrong is found in the log by the id that the answer names.

use std::fs;
use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::COOKIE;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::app::{Answer, PASSWORD, stranger, token_of, with_json};
use crate::support::process::{Launch, Process};
use crate::support::sockets::{Socket, client_id};

/// What people wrote.
const WORDS: [&str; 4] = ["zebra crossing", "giraffe note", "Quagga Customer", "okapi@shop.example"];

/// Typed in the wrong places.
const MISTYPED: &str = "hunter2 of all things";

/// Tried to be written into the log as a line of its own.
const FORGED: &str = "[2026-01-01T00:00:00Z INFO  switchboard] all is well";

/// What happened on a server, and what must not be found.
struct Day {
    /// Never in a log, never in the answers below.
    secrets: Vec<(&'static str, String)>,
    /// Of these, those that the database keeps only sealed or as hashes.
    sealed: Vec<(&'static str, String)>,
    answers: Vec<Answer>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Uses every kind of secret there is, rightly and wrongly.
async fn a_day(server: &mut Process) -> Day {
    let setup = server.setup_token().await;
    let body =
        json!({"token": setup, "name": "Olga Owner", "email": "olga@shop.example", "password": PASSWORD});
    let owner = stranger(&server.base).accept(body).await;
    let scope = owner.scope().await;
    let at = |what: &str| format!("/api/v1/scopes/{scope}/{what}");
    let nobody = stranger(&server.base);
    let mut answers = Vec::new();

    let key = owner.with_key(&scope, "admin").await;
    let invite = json!({"email": "new@shop.example", "name": "New", "role": "agent"});
    let link = token_of(&text(&owner.post(&at("members"), invite).await.good()["link"]));
    let bot = json!({"kind": "http", "url": "https://bot.example/turns"});
    let bot = text(&owner.put(&at("bot"), bot).await.good()["secret"]);
    owner.put(&at("bot"), json!({"kind": "none"})).await.good();
    let hook = owner.post(&at("webhooks"), json!({"url": "https://a.example"})).await.good();
    let platform = json!({"platform": {"url": "https://app.example/hook"}});
    let line = json!({"name": "Line", "kind": "webhook", "settings": platform});
    let line = owner.post(&at("channels"), line).await.good();
    let given = "5550123456:AAplanted-planted-planted-plantedpl";
    let telegram = json!({"name": "T", "kind": "telegram", "secrets": {"bot_token": given}});
    answers.push(owner.post(&at("channels"), telegram).await);
    let channel = owner.channel_open_to_all().await;

    let (mut customer, welcome) = Socket::widget(&server.base, &channel, json!({})).await;
    let start = json!({"type": "start", "client_id": client_id(), "text": WORDS[0]});
    let chat = text(&customer.ok(start).await["conversation"]);
    let path = format!("/api/v1/conversations/{chat}");
    let note = json!({"client_id": client_id(), "text": WORDS[1]});
    owner.post(&format!("{path}/note"), note).await.good();
    let contact = text(&owner.get(&path).await.good()["contact"]["id"]);
    let named = json!({"name": WORDS[2], "email": WORDS[3]});
    owner.patch(&format!("/api/v1/contacts/{contact}"), named).await.good();
    let ticket = text(&owner.post("/api/v1/session/ticket", json!({})).await.good()["ticket"]);
    drop(Socket::dashboard(&owner).await);

    // Wrong in every way, with the secret in it.
    answers.push(nobody.log_in("olga@shop.example", MISTYPED).await);
    answers.push(nobody.log_in(MISTYPED, PASSWORD).await);
    let odd = json!({"email": "olga@shop.example", "password": PASSWORD, "pin": MISTYPED});
    answers.push(nobody.post("/api/v1/session", odd).await);
    let forged = json!({format!("x\n{FORGED}"): 1, "email": "x", "password": "x"});
    answers.push(nobody.post("/api/v1/session", forged).await);
    let cut = format!("{{\"email\":\"olga@shop.example\",\"password\":\"{PASSWORD}");
    let cut = with_json(nobody.request(&Method::POST, "/api/v1/session"), &json!({})).body(cut);
    answers.push(Answer::to(cut).await);
    answers.push(nobody.post("/api/v1/invitations/look", json!({"token": setup})).await);
    let (name, cookie) = owner.cookie.split_once('=').unwrap();
    for secret in [cookie, &key.key, &link, MISTYPED] {
        let bearer = nobody.bare(&Method::GET, "/api/v1/session").bearer_auth(format!("{secret}x"));
        answers.push(Answer::to(bearer).await);
        let wrong = nobody.bare(&Method::GET, "/api/v1/session").header(COOKIE, format!("{name}={secret}x"));
        answers.push(Answer::to(wrong).await);
        let widget = format!("/api/v1/widget/entries?channel={channel}");
        answers.push(Answer::to(nobody.bare(&Method::GET, &widget).bearer_auth(secret)).await);
    }
    let change = json!({"old": MISTYPED, "new": "battery staple"});
    answers.push(owner.put("/api/v1/session/password", change).await);
    // What can be read afterwards.
    let read = ["channels", "webhooks", "bot", "keys", "members", "audit", "conversations"];
    for what in read {
        answers.push(owner.get(&at(what)).await);
    }
    answers.push(owner.get("/api/v1/session/list").await);
    answers.push(owner.get(&format!("/api/v1/contacts/{contact}/export")).await);
    answers.push(nobody.get("/metrics").await);

    let sealed = vec![
        ("password", PASSWORD.to_owned()),
        ("set-up link", setup),
        ("session", cookie.to_owned()),
        ("API key", key.key.clone()),
        ("invitation", link),
        ("visitor token", text(&welcome["visitor_token"])),
        ("ticket", ticket),
        ("webhook's secret", text(&hook["secret"])),
        ("channel's inbound secret", text(&line["made_secrets"]["inbound_secret"])),
        ("channel's outbound secret", text(&line["made_secrets"]["outbound_secret"])),
        ("channel's given secret", given.to_owned()),
        ("mistyped", MISTYPED.to_owned()),
    ];
    let mut secrets = sealed.clone();
    secrets.extend([("csrf token", owner.csrf.clone()), ("bot's secret", bot)]);
    Day { secrets, sealed, answers }
}

/// A secret as it is, and without the prefix that says what it is.
fn shapes(secret: &str) -> [&str; 2] {
    [secret, secret.strip_prefix("whsec_").unwrap_or(secret)]
}

/// Every file below a folder but the key that opens the sealed.
fn bytes_of(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            all.extend(bytes_of(&entry.path()));
        } else if entry.file_name() != "secrets.key" {
            all.extend(fs::read(entry.path()).unwrap());
        }
    }
    all
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Runs a server for a day at this level; answers what happened, its log, and its folder.
async fn run(level: &str) -> (Day, String, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let log = folder.path().join("log");
    let mut server = Launch::on("")
        .with(&[("DATA_DIR", data.to_str().unwrap()), ("LOG", level), ("SECRETS_KEY", "")])
        .logging_to(&log)
        .start()
        .await;
    let day = a_day(&mut server).await;
    server.terminate();
    server.ended(Duration::from_secs(30)).await.expect("it should have ended");
    let log = fs::read_to_string(log).unwrap();
    (day, log, folder)
}

#[actix_web::test]
async fn what_is_secret_stands_in_no_log_no_answer_and_no_database() {
    for level in ["info", "debug"] {
        let (day, log, folder) = run(level).await;
        for (what, secret) in &day.secrets {
            for shape in shapes(secret) {
                let line = log.lines().find(|line| line.contains(shape));
                assert_eq!(line, None, "{what} is in the log at {level}");
                let answer = day.answers.iter().find(|answer| answer.text.contains(shape));
                assert!(answer.is_none(), "{what} is in an answer: {answer:?}");
            }
        }
        assert_eq!(log.lines().find(|line| line.starts_with(FORGED)), None, "forged at {level}");
        for words in WORDS {
            assert_eq!(log.lines().find(|line| line.contains(words)), None, "in the log at {level}");
        }
        let stored = bytes_of(&folder.path().join("data"));
        assert!(holds(&stored, WORDS[0]), "the database was read");
        for (what, secret) in &day.sealed {
            for shape in shapes(secret) {
                assert!(!holds(&stored, shape), "{what} is in the database");
            }
        }
    }
}

#[actix_web::test]
async fn the_id_of_an_answer_finds_its_lines_in_the_log() {
    let (day, log, _folder) = run("debug").await;
    let lines = |id: &str| {
        let end = format!(" request={id}");
        log.lines().filter(|line| line.ends_with(&end)).collect::<Vec<_>>()
    };
    let failed = day.answers.iter().find(|answer| answer.text.contains("wrong e-mail address")).unwrap();
    let about = lines(failed.json()["request_id"].as_str().unwrap());
    assert!(about.iter().any(|line| line.contains("log-in failed")), "{about:?}");
    assert!(
        about.iter().any(|line| line.contains("request answered") && line.contains(" status=401 ")),
        "{about:?}"
    );
    // A socket has the id of the request that opened it.
    let opened: Vec<&str> = log.lines().filter(|line| line.contains("socket opened")).collect();
    assert!(opened.len() >= 2, "{opened:?}");
    for line in opened {
        let id = line.rsplit_once(" request=").expect("it has an id").1;
        let upgraded =
            lines(id).iter().any(|line| line.contains("request answered") && line.contains(" status=101 "));
        assert!(upgraded, "{line}");
    }
}
