//! The lists and objects of the REST API, and what it says to bad requests.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use switchboard::domain::conversation::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use uuid::Uuid;

use crate::support::app::{Answer, TestApp, with_json};
use crate::support::database::Database;
use crate::support::on_both;

on_both! {
    conversations_are_listed_filtered_and_paged
    a_conversation_is_shown_with_its_entries_and_transcript
    a_contact_is_exported_and_erased
    settings_change_one_by_one
}

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

async fn conversations_are_listed_filtered_and_paged(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let mut ended = Vec::new();
    for number in 0..3 {
        let open = chat.open(&format!("Order {number} of 50%")).await;
        ended.push(chat.resolve(&open).await.id.to_string());
    }
    let first = chat.open("Where is my parcel?").await;
    let second = chat.open("Do you sell pots?").await;
    let second = chat.does(&second, Command::Join { by: chat.agent.clone() }).await;

    let list =
        async |query: &str| owner.get(&format!("/api/v1/scopes/{scope}/conversations{query}")).await.good();
    let active = list("").await;
    assert_eq!(ids(&active), [first.id.to_string(), second.id.to_string()]);
    assert_eq!(active["items"][0]["status"], "queued");
    assert_eq!(active["items"][0]["first_text"], "Where is my parcel?");
    assert_eq!(active["items"][1]["assignee"]["id"], owner.id.as_str());
    assert_eq!(ids(&list("?q=PARCEL").await), [first.id.to_string()]);
    assert_eq!(ids(&list(&format!("?assignee={}", owner.id)).await), [second.id.to_string()]);
    assert_eq!(ids(&list(&format!("?channel={}", chat.channel.id)).await).len(), 2);
    let part = list("?limit=1").await;
    let next = part["next"].as_str().unwrap();
    assert_eq!(ids(&list(&format!("?limit=1&cursor={next}")).await), [second.id.to_string()]);

    ended.reverse();
    assert_eq!(ids(&list("?state=ended").await), ended);
    let part = list("?state=ended&limit=2").await;
    assert_eq!(ids(&part), ended[..2]);
    let next = part["next"].as_str().unwrap();
    let rest = list(&format!("?state=ended&limit=2&cursor={next}")).await;
    assert_eq!((ids(&rest), &rest["next"]), (ended[2..].to_vec(), &Value::Null));
    assert_eq!(ids(&list("?state=ended&q=order%201%20of%2050%25").await).len(), 1);
    assert_eq!(ids(&list("?state=ended&q=%25%27%20OR%201%3D1--").await).len(), 0, "no wildcards, no SQL");

    for bad in ["?state=gone", "?limit=0", "?limit=201", "?cursor=x", "?state=ended&cursor=x", "?sort=id"] {
        let answer = owner.get(&format!("/api/v1/scopes/{scope}/conversations{bad}")).await;
        assert_eq!(answer.code(), "bad_request", "{bad}");
    }
}

async fn a_conversation_is_shown_with_its_entries_and_transcript(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let sam = app.invited(&owner, &scope, "agent", "Sam Ortega").await;
    let chat = app.chat(&scope, &sam).await;
    let contact = chat.contact();
    let earlier = chat.open_for(&contact, "An older question").await;
    chat.resolve(&earlier).await;
    let open = chat.open_for(&contact, "Where is my parcel?").await;
    let path = format!("/api/v1/conversations/{}", open.id);

    let shown = sam.get(&path).await.good();
    assert_eq!(shown["row"]["id"], open.id.to_string());
    assert_eq!(shown["contact"]["name"], "Visitor 4821");
    assert_eq!(shown["session"]["language"], "de");
    assert_eq!(shown["earlier"].as_array().unwrap().len(), 1);
    assert_eq!(shown["earlier"][0]["id"], earlier.id.to_string());

    let note = json!({"client_id": Uuid::new_v4(), "text": "Looks lost"});
    let noted = sam.post(&format!("{path}/note"), note).await.good();
    assert_eq!((noted["seq"].as_i64(), noted["version"].as_i64()), (Some(3), Some(3)));
    let reply = json!({"client_id": Uuid::new_v4(), "text": "I am looking"});
    let first = sam.post(&format!("{path}/send"), reply.clone()).await.good();
    assert_eq!(
        sam.post(&format!("{path}/send"), reply).await.good(),
        first,
        "the same again has no second effect"
    );

    let entries = async |query: &str| sam.get(&format!("{path}/entries{query}")).await.good();
    let seqs = |page: &Value| -> Vec<i64> {
        page["entries"].as_array().unwrap().iter().map(|entry| entry["seq"].as_i64().unwrap()).collect()
    };
    let all = entries("").await;
    assert_eq!((seqs(&all), &all["more"]), (vec![1, 2, 3, 4, 5], &json!(false)));
    let last = entries("?limit=2").await;
    assert_eq!((seqs(&last), &last["more"]), (vec![4, 5], &json!(true)));
    let before = entries("?before=4&limit=2").await;
    assert_eq!((seqs(&before), &before["more"]), (vec![2, 3], &json!(true)));
    let after = entries("?after=2&limit=2").await;
    assert_eq!((seqs(&after), &after["more"]), (vec![3, 4], &json!(true)));
    assert_eq!(sam.get(&format!("{path}/entries?after=1&before=3")).await.code(), "bad_request");

    let transcript = sam.get(&format!("{path}/transcript")).await;
    assert_eq!(transcript.header("content-type"), "text/plain; charset=utf-8");
    for words in
        ["[internal note] Sam Ortega: Looks lost", "[Sam Ortega joined]", "Visitor 4821: Where is my parcel?"]
    {
        assert!(transcript.text.contains(words), "{}", transcript.text);
    }

    let too_late = json!({"client_id": Uuid::new_v4(), "text": "Me too"});
    let refused = owner.post(&format!("{path}/send"), too_late).await;
    assert_eq!(refused.code(), "already_assigned");
    assert_eq!(refused.json()["details"]["assignee"], json!({"id": sam.id, "name": "Sam Ortega"}));
    let to = json!({"client_id": Uuid::new_v4(), "to": {"kind": "member", "id": owner.id}});
    assert!(sam.post(&format!("{path}/transfer"), to).await.status.is_success());
    let unknown = json!({"client_id": Uuid::new_v4(), "to": {"kind": "member", "id": format!("m_{}", Uuid::new_v4().simple())}});
    assert_eq!(owner.post(&format!("{path}/transfer"), unknown).await.code(), "no_such_agent");
    assert!(owner.post(&format!("{path}/read"), json!({"seq": 3})).await.status.is_success());
    assert!(
        owner
            .post(&format!("{path}/resolve"), json!({"client_id": Uuid::new_v4()}))
            .await
            .status
            .is_success()
    );
    let late = json!({"client_id": Uuid::new_v4(), "text": "One more"});
    assert_eq!(owner.post(&format!("{path}/send"), late).await.code(), "ended");
}

async fn a_contact_is_exported_and_erased(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let open = chat.open("My card is 4711").await;
    let path = format!("/api/v1/contacts/{}", open.contact);
    let export = owner.get(&format!("{path}/export")).await;
    assert!(export.header("content-disposition").contains("attachment"));
    let export = export.good();
    assert_eq!(export["contact"]["id"], open.contact.to_string());
    assert_eq!(export["conversations"][0]["entries"][1]["body"]["text"], "My card is 4711");

    assert_eq!(Answer::to(owner.request(&Method::POST, &format!("{path}/erase"))).await.status, 204);
    let after = owner.get(&format!("{path}/export")).await;
    assert!(!after.text.contains("My card") && !after.text.contains("Visitor 4821"), "{}", after.text);
    assert_eq!(after.good()["conversations"][0]["row"]["status"], "ended");
    let shown = owner.get(&format!("/api/v1/conversations/{}/transcript", open.id)).await;
    assert!(!shown.text.contains("My card"), "{}", shown.text);

    let audit = owner.get(&format!("/api/v1/scopes/{scope}/audit")).await.good();
    let actions: Vec<&str> =
        audit["items"].as_array().unwrap().iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(actions[..3], ["contact_exported", "contact_erased", "contact_exported"]);
}

async fn settings_change_one_by_one(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let path = format!("/api/v1/scopes/{scope}");
    let before = owner.get(&path).await.good();
    let after = owner.patch(&path, json!({"settings": {"idle_bot": 60_000}})).await.good();
    assert_eq!(after["settings"]["idle_bot"], 60_000);
    assert_eq!(after["settings"]["idle_queued"], before["settings"]["idle_queued"]);
    assert_eq!(after["name"], before["name"]);
    assert_eq!(owner.get(&path).await.good(), after);
    for bad in [
        json!({"settings": {"idle_bot": 1}}),
        json!({"settings": {"idle_bot": "long"}}),
        json!({"settings": {"unknown": 1}}),
        json!({"time_zone": "../etc"}),
        json!({"name": ""}),
        json!({"id": "s_1"}),
        json!({"role": "owner"}),
    ] {
        assert_eq!(owner.patch(&path, bad.clone()).await.code(), "bad_request", "{bad}");
    }
    assert_eq!(owner.get(&path).await.good(), after, "nothing of a refused change is stored");

    let channels = owner.get(&format!("{path}/channels")).await.good();
    let channel = format!("{path}/channels/{}", channels["items"][0]["id"].as_str().unwrap());
    assert_eq!(channels["items"][0]["identity_secret"], Value::Null);
    let origins = json!({"settings": {"allowed_origins": ["https://shop.example"]}});
    let changed = owner.patch(&channel, origins).await.good();
    assert_eq!(changed["settings"]["allowed_origins"][0], "https://shop.example");
    assert_eq!(changed["settings"]["colour"], channels["items"][0]["settings"]["colour"]);
    let renewed = owner.patch(&channel, json!({"new_identity_secret": true})).await.good();
    assert_eq!(renewed["identity_secret"].as_str().unwrap().len(), 64);
    let chat = app.chat(&scope, &owner).await;
    chat.open("Hello").await;
    assert_eq!(owner.delete(&channel).await.code(), "bad_request", "somebody came in by it");
    assert_eq!(owner.patch(&channel, json!({"enabled": false})).await.good()["enabled"], false);
}

#[actix_web::test]
async fn a_bot_is_checked_and_its_secret_can_only_be_written() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let path = format!("/api/v1/scopes/{}/bot", owner.scope().await);
    let made = owner.put(&path, json!({"kind": "http", "url": "https://bot.example/turns"})).await.good();
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("whsec_"));
    let shown = owner.get(&path).await.good();
    assert_eq!((&shown["secret"], &shown["url"]), (&json!("***"), &json!("https://bot.example/turns")));
    let kept = owner.put(&path, shown).await.good();
    assert_eq!(kept["secret"], "***", "what was read can be sent back");

    let own = format!("whsec_{}", "QUFB".repeat(10));
    let given = json!({"kind": "http", "url": "https://bot.example/turns", "secret": own});
    assert!(!owner.put(&path, given).await.text.contains(&own));
    let audit = owner.get(&path.replace("/bot", "/audit")).await;
    assert!(!audit.text.contains(&own) && !audit.text.contains(&secret));

    for bad in [
        json!({"kind": "http", "url": "http://127.0.0.1/turns"}),
        json!({"kind": "http", "url": "http://169.254.169.254/latest"}),
        json!({"kind": "http", "url": "ftp://bot.example"}),
        json!({"kind": "http", "url": "https://bot.example", "secret": "short"}),
        json!({"kind": "http", "url": "https://bot.example", "unknown": 1}),
        json!({"kind": "scripted", "rules": [{"when": [], "say": ["x"]}]}),
        json!({"kind": "robot"}),
        json!({}),
    ] {
        assert_eq!(owner.put(&path, bad.clone()).await.code(), "bad_request", "{bad}");
    }
    let script =
        json!({"kind": "scripted", "greeting": "Hi", "rules": [{"when": ["hours"], "say": ["9 to 5"]}]});
    assert_eq!(owner.put(&path, script).await.good()["greeting"], "Hi");
    assert_eq!(owner.put(&path, json!({"kind": "none"})).await.good(), json!({"kind": "none"}));
}

#[actix_web::test]
async fn what_admins_do_stands_in_the_audit_trail() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let at = |rest: &str| format!("/api/v1/scopes/{scope}{rest}");
    owner.patch(&at(""), json!({"name": "Shop"})).await.good();
    let sam = app.invited(&owner, &scope, "agent", "Sam").await;
    owner.patch(&at(&format!("/members/{}", sam.id)), json!({"role": "admin"})).await.good();
    let key = owner.post(&at("/keys"), json!({"name": "robot", "role": "agent"})).await.good();
    owner.delete(&at(&format!("/keys/{}", key["id"].as_str().unwrap()))).await;
    let channel = owner.post(&at("/channels"), json!({"name": "Second"})).await.good();
    owner.delete(&at(&format!("/channels/{}", channel["id"].as_str().unwrap()))).await;
    owner.put(&at("/bot"), json!({"kind": "none"})).await.good();
    owner.delete(&at(&format!("/members/{}", sam.id))).await;
    owner.another_login().await;

    let first = owner.get(&at("/audit?limit=4")).await.good();
    let next = first["next"].as_str().unwrap();
    let rest = owner.get(&at(&format!("/audit?cursor={next}"))).await.good();
    let lines: Vec<&Value> =
        first["items"].as_array().unwrap().iter().chain(rest["items"].as_array().unwrap()).collect();
    let actions: Vec<&str> = lines.iter().rev().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(
        actions,
        [
            "invitation_accepted",
            "scope_changed",
            "member_invited",
            "invitation_accepted",
            "member_changed",
            "key_created",
            "key_revoked",
            "channel_created",
            "channel_deleted",
            "bot_changed",
            "member_removed",
            "login",
        ]
    );
    for line in lines {
        assert_eq!(line["address"], "127.0.0.1", "{line}");
        assert!(line["actor"]["id"].is_string() && line["at"].is_i64(), "{line}");
    }
}

#[actix_web::test]
async fn bad_requests_get_their_code() {
    let app = TestApp::start(Database::sqlite(), |config| {
        config.limits.request_body_bytes = 1_000;
    })
    .await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let path = format!("/api/v1/scopes/{scope}/channels");
    let raw = async |body: String| {
        let request = owner.request(&Method::POST, &path).header(CONTENT_TYPE, "application/json");
        Answer::to(request.body(body)).await.code()
    };
    for bad in ["", "{", "[]", "null", r#"{"name":1}"#, r#"{"name":"a","name":"b"}"#, r#"{"name":"a","x":1}"#]
    {
        assert_eq!(raw(bad.into()).await, "bad_request", "{bad}");
    }
    assert_eq!(raw("[".repeat(33) + &"]".repeat(33)).await, "bad_request");
    let padded = |length: usize| format!("{:<length$}", r#"{"name":"a"}"#);
    let fits = with_json(owner.request(&Method::POST, &path), &json!({})).body(padded(1_000));
    assert_eq!(Answer::to(fits).await.status, 201);
    assert_eq!(raw(padded(1_001)).await, "too_large");
    let not_utf8 = owner.request(&Method::POST, &path).header(CONTENT_TYPE, "application/json");
    assert_eq!(Answer::to(not_utf8.body(vec![b'"', 0xff, b'"'])).await.code(), "bad_request");

    for path in
        ["/api/v1/scopes/x", "/api/v1/scopes/c_00000000000000000000000000000001", "/api/v1/conversations/1"]
    {
        assert_eq!(owner.get(path).await.code(), "not_found", "{path}");
    }
    let wrong = Answer::to(owner.request(&Method::PUT, &path)).await;
    assert_eq!((wrong.status.as_u16(), wrong.header("allow")), (405, "GET, POST"));
    assert_eq!(wrong.code(), "bad_request");
    let open = app.chat(&scope, &owner).await.open("Hello").await;
    let verb = |verb: &str| format!("/api/v1/conversations/{}/{verb}", open.id);
    assert_eq!(owner.post(&verb("send"), json!({"text": "x"})).await.code(), "bad_request");
    let foreign = json!({"client_id": Uuid::new_v4(), "text": "x", "conversation": open.id.to_string()});
    assert_eq!(owner.post(&verb("send"), foreign).await.code(), "bad_request");
    assert_eq!(owner.post(&verb("hello"), json!({})).await.code(), "not_found");
}

#[actix_web::test]
async fn a_body_that_trickles_is_not_waited_for() {
    let app = TestApp::start(Database::sqlite(), |config| config.limits.request_body_ms = 200).await;
    let mut socket = tokio::net::TcpStream::connect(app.running.address).await.unwrap();
    let head = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 1_000];
    let read =
        tokio::time::timeout(Duration::from_secs(10), socket.read(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("the body took too long"), "{answer}");
}

#[actix_web::test]
async fn operators_see_life_readiness_and_figures() {
    let app = TestApp::start(Database::sqlite(), |config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.metrics_from = vec!["10.1.0.0/16".parse().unwrap()];
    })
    .await;
    let nobody = app.stranger();
    assert!(nobody.get("/healthz").await.status.is_success());
    assert!(nobody.get("/readyz").await.status.is_success());
    let figures = nobody.get("/metrics").await;
    assert!(figures.text.contains("\nswitchboard_http_answers_total{class=\"2xx\"} 2\n"), "{}", figures.text);
    let from = async |address: &str| {
        Answer::to(nobody.bare(&Method::GET, "/metrics").header("X-Forwarded-For", address))
            .await
            .status
            .as_u16()
    };
    assert_eq!([from("10.1.2.3").await, from("10.2.2.3").await], [200, 404]);

    app.running.edge.start_draining();
    assert_eq!(nobody.get("/readyz").await.code(), "draining");
    assert!(nobody.get("/healthz").await.status.is_success());
}

#[actix_web::test]
async fn without_its_database_the_server_lives_but_is_not_ready() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    app.running.edge.store.clone().close().await.unwrap();
    assert!(owner.get("/healthz").await.status.is_success());
    assert_eq!(owner.get("/readyz").await.code(), "unavailable");
    let scope = owner.scope().await;
    let refused = owner.patch(&format!("/api/v1/scopes/{scope}"), json!({"name": "x"})).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (503, "unavailable"));
}
