//! Tickets, visitor tokens and proofs of identity that are wrong, used, old or somebody else's.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard::api::visitor_token::Claims;
use switchboard::domain::channel::Channel;
use switchboard::domain::member::Role;
use switchboard::hex;
use switchboard::store::channels;

use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::sockets::Socket;
use crate::support::stage::{Stage, said};

const DASHBOARD: &str = "/api/v1/dashboard/socket";

async fn ticket(person: &Person) -> Value {
    person.post("/api/v1/session/ticket", json!({})).await.good()["ticket"].clone()
}

async fn said_hello(person: &Person, mut hello: Value) -> Socket {
    let headers = [("cookie", person.cookie.as_str()), ("origin", person.base.as_str())];
    let mut socket = Socket::open(&person.base, DASHBOARD, &headers).await.unwrap();
    hello["type"] = json!("hello");
    hello["ref"] = json!("1");
    socket.send_text(&hello.to_string()).await;
    socket
}

#[actix_web::test]
async fn a_ticket_works_once_in_time_for_its_owner() {
    let stage = Stage::new(Database::sqlite()).await;
    let owner = stage.app.owner().await;
    let other = stage.app.invited(&owner, &stage.scope, "agent", "Otto Other").await;
    let same_person = owner.another_login().await;

    let used = ticket(&owner).await;
    said_hello(&owner, json!({"ticket": used})).await.event("welcome").await;
    let late = ticket(&owner).await;
    stage.app.running.edge.sources.shift_clock(60_000);
    let bad = [
        json!({}),
        json!({"ticket": null}),
        json!({"ticket": ""}),
        json!({"ticket": "made up"}),
        json!({"ticket": used}),
        json!({"ticket": late}),
        json!({"ticket": ticket(&other).await}),
        json!({"ticket": ticket(&same_person).await}),
        json!({"ticket": 7}),
        json!({"ticket": ticket(&owner).await, "after": 1}),
    ];
    for hello in bad {
        assert_eq!(said_hello(&owner, hello.clone()).await.closed().await, 4001, "{hello}");
    }
    said_hello(&owner, json!({"ticket": ticket(&owner).await})).await.event("welcome").await;
}

#[actix_web::test]
async fn whoever_says_something_else_first_is_sent_away() {
    let stage = Stage::with(Database::sqlite(), |config| config.timers.first_frame_ms = 300).await;
    let person = stage.members(1, Role::Agent).await.remove(0);
    let bearer = format!("Bearer {}", person.key);
    let widget = format!("/api/v1/widget/socket?channel={}", stage.channel.public_key);
    let base = stage.app.base.clone();
    let frames = [
        "",
        "{",
        "hello",
        r#"{"type":"hello"}"#,
        r#"{"type":"hello","ref":"1","xyz":1}"#,
        r#"{"type":"typing","ref":"1","on":true}"#,
        r#"{"type":"send","ref":"1","client_id":"5f0c1f6e-0000-4000-8000-000000000001","text":"x"}"#,
        r#"{"type":"welcome","ref":"1"}"#,
    ];
    for frame in frames.map(Some).into_iter().chain([None]) {
        let (key, origin) = ([("authorization", bearer.as_str())], [("origin", base.as_str())]);
        let mut sockets = [
            Socket::open(&base, DASHBOARD, &key).await.unwrap(),
            Socket::open(&base, &widget, &origin).await.unwrap(),
        ];
        for socket in &mut sockets {
            if let Some(frame) = frame {
                socket.send_text(frame).await;
            }
            assert_eq!(socket.closed().await, 4001, "{frame:?}");
        }
    }
}

#[actix_web::test]
async fn a_token_that_is_not_valid_opens_nobodys_conversation() {
    let stage = Stage::new(Database::sqlite()).await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    let id = customer.writes("secret").await;
    let token = welcome["visitor_token"].as_str().unwrap().to_owned();
    let (_, known) = stage.returning(json!({"visitor_token": token})).await;
    assert_eq!(known["conversation"], id.as_str());
    // Ours in every respect, but the contact's generation has moved on: a chat that is awake does not let it in either.
    let (tokens, now) = (&stage.app.running.edge.visitor_tokens, stage.app.running.edge.sources.now());
    let claims = tokens.read(&token, stage.channel.id, now).unwrap();
    let void = tokens.make(&Claims { generation: claims.generation - 1, ..claims });

    let elsewhere = Channel {
        id: stage.app.running.edge.sources.id(),
        public_key: "other".into(),
        ..stage.channel.clone()
    };
    let (channel, now) = (elsewhere.clone(), stage.app.running.edge.sources.now());
    stage.store().write(move |c| channels::insert(c, &channel, now)).await.unwrap();
    stage.app.running.edge.directory.scope_changed(stage.channel.scope).await;
    let (_, foreign) = Socket::widget(&stage.app.base, "other", json!({"visitor_token": token})).await;
    assert_eq!(foreign["conversation"], Value::Null);
    let foreign = foreign["visitor_token"].as_str().unwrap().to_owned();

    let parts: Vec<&str> = token.split('.').collect();
    let strangers: Vec<&str> = foreign.split('.').collect();
    let key = stage.members(1, Role::Agent).await.remove(0).key;
    let bad = [
        String::new(),
        "v1".into(),
        "v1..".into(),
        token[..token.len() - 1].to_owned(),
        token[1..].to_owned(),
        format!("{token}x"),
        format!("v2.{}.{}", parts[1], parts[2]),
        format!("v1.{}.", parts[1]),
        format!("v1.{}.{}", parts[1], strangers[2]),
        format!("v1.{}.{}", strangers[1], parts[2]),
        foreign,
        void,
        key,
        "é".repeat(5_000),
    ];
    for token in bad {
        let (mut stranger, welcome) = stage.returning(json!({"visitor_token": token, "after": 0})).await;
        assert_eq!((&welcome["conversation"], &welcome["entries"]), (&Value::Null, &json!([])), "{token}");
        assert_ne!(stranger.writes("mine").await, id);
        stranger.close().await;
    }
    stage.app.running.edge.sources.shift_clock(2_592_000_000);
    let (_, late) = stage.returning(json!({"visitor_token": token})).await;
    assert_eq!(late["conversation"], Value::Null);
    assert_eq!(said(&stage.log(&id).await, "contact"), ["secret"]);
}

fn proof(secret: &str, external_id: &str) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(external_id.as_bytes());
    hex::encode(&mac.finalize().into_bytes())
}

#[actix_web::test]
async fn only_a_proof_makes_somebody_a_known_customer() {
    let stage = Stage::new(Database::sqlite()).await;
    let good = proof(&stage.channel.identity_secret, "42");
    let is = |id: &str, proof: &str| json!({"identity": {"external_id": id, "name": "Zoë", "proof": proof}});
    let (mut customer, welcome) = stage.returning(is("42", &good)).await;
    assert_eq!(welcome["contact"]["name"], "Zoë");
    let id = customer.writes("secret").await;
    let (_, again) = stage.returning(is("42", &good)).await;
    assert_eq!(again["conversation"], id.as_str());

    let path = format!("/api/v1/widget/socket?channel={}", stage.channel.public_key);
    let origin = [("origin", stage.app.base.as_str())];
    for mut hello in [
        is("42", ""),
        is("42", &good[..63]),
        is("42", &good[..62]),
        is("42", &good.to_uppercase()),
        is("42", &format!("{good}00")),
        is("42", &proof("another secret", "42")),
        is("42", &proof(&stage.channel.identity_secret, "43")),
        is("43", &good),
        is("42 ", &good),
        json!({"identity": {"name": "Zoë", "proof": good}}),
    ] {
        hello["type"] = json!("hello");
        hello["ref"] = json!("7");
        let mut socket = Socket::open(&stage.app.base, &path, &origin).await.unwrap();
        socket.send_text(&hello.to_string()).await;
        let error = socket.event("error").await;
        assert_eq!((&error["code"], &error["ref"]), (&json!("invalid_token"), &json!("7")), "{hello}");
        assert_eq!(socket.closed().await, 4001);
    }
    // Without a proof the name is only a name.
    let (mut claims, welcome) =
        stage.returning(json!({"identity": {"external_id": "42", "name": "Zoë"}})).await;
    assert_eq!(welcome["conversation"], Value::Null);
    assert_ne!(claims.writes("mine").await, id);
    assert_eq!(said(&stage.log(&id).await, "contact"), ["secret"]);
}

#[actix_web::test]
async fn sockets_end_with_the_key_or_the_log_in_they_came_with() {
    let stage = Stage::new(Database::sqlite()).await;
    let owner = stage.app.owner().await;
    let other_browser = owner.another_login().await;
    let path = format!("/api/v1/scopes/{}/keys", stage.scope);
    let made = owner.post(&path, json!({"name": "robot", "role": "agent"})).await.good();
    let robot = owner.holding(made["key"].as_str().unwrap());
    let second = owner.with_key(&stage.scope, "agent").await;
    let (mut by_key, _) = Socket::dashboard(&robot).await;
    let (mut by_second_key, _) = Socket::dashboard(&second).await;
    let (mut by_log_in, _) = Socket::dashboard(&owner).await;
    let (mut in_other_browser, _) = Socket::dashboard(&other_browser).await;

    owner.delete(&format!("{path}/{}", made["id"].as_str().unwrap())).await;
    assert_eq!(by_key.closed().await, 4003);
    other_browser.delete("/api/v1/session").await;
    assert_eq!(in_other_browser.closed().await, 4003);
    for socket in [&mut by_second_key, &mut by_log_in] {
        socket.ok(json!({"type": "presence", "status": "online"})).await;
    }
}
