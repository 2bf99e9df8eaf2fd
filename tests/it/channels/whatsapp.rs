//! `WhatsApp`.

use serde_json::{Value, json};
use switchboard::channels::{Reaction, RemoteFile, SentFile, What};
use switchboard::domain::channel::ChannelKind::Whatsapp;
use switchboard::domain::delivery::DeliveryState;

use super::meta::{DAY, Say, read, rendered, verified, with_account};
use super::sim::Fault;
use super::sim::meta::{BUSINESS, NUMBER, TOKEN, whatsapp_event, whatsapp_text};
use super::{Line, Office, last_message, texts};
use crate::support::database::Database;

const CUSTOMER: &str = "15552223333";

const BODY: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"100200300400500","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550001111","phone_number_id":"200300400500600"},"contacts":[{"profile":{"name":"Zo\u00eb"},"wa_id":"15552223333","user_id":"US.1029384756"}],"messages":[{"from":"15552223333","from_user_id":"US.1029384756","id":"wamid.TESTAAA1","timestamp":"1767225600","type":"text","text":{"body":"caf\u00e9 \ud83d\udc4b a\/b"}}]},"field":"messages"}]}]}"#;
const SIGNATURE: &str = "sha256=041a8d803310b3a5b174153151213b530864cca862aef2039c5893754e039992";
/// What a server finds that reads the body first and writes it again.
const REWRITTEN: &str = "sha256=918151b5abe812cd952e7996342e33a0dcda3d212b1e6a1b9d2167797ee6ea72";

fn settings() -> Value {
    json!({"phone_number_id": NUMBER, "business_account_id": BUSINESS})
}

impl Office {
    async fn whatsapp(&self) -> Line {
        self.meta("whatsapp", settings()).await
    }
}

#[test]
fn the_vectors_of_the_reference_have_their_verdicts() {
    assert_eq!(BODY.len(), 500);
    assert_eq!(verified(Whatsapp, SIGNATURE, BODY.as_bytes()), 200);
    assert_eq!(verified(Whatsapp, REWRITTEN, BODY.as_bytes()), 401);
    for at in [0, 250, 499] {
        let mut altered = BODY.as_bytes().to_vec();
        altered[at] ^= 1;
        assert_eq!(verified(Whatsapp, SIGNATURE, &altered), 401);
    }
    let events = read(Whatsapp, &serde_json::from_str(BODY).unwrap());
    let [(key, inbound)] = &events[..] else { panic!("{events:?}") };
    assert_eq!(key, "message:wamid.TESTAAA1");
    assert_eq!(inbound.what, What::Message { text: "café 👋 a/b".into(), files: vec![] });
    let who = inbound.who.as_ref().unwrap();
    assert_eq!((who.key.as_str(), who.name.as_deref()), ("US.1029384756", Some("Zoë")));
    assert_eq!(who.attributes["phone"], "+15552223333");
    assert_eq!(who.address, json!({"to": CUSTOMER}));
    let say = Say { text: "Hi", address: who.address.clone(), ..Say::default() };
    rendered(Whatsapp, &settings(), &say).unwrap();
    with_account(Whatsapp, &settings(), |account| {
        let calls =
            switchboard::channels::platform(Whatsapp).unwrap().connect(account, "https://c.example/hooks/1");
        assert!(
            calls[0].url.ends_with(
                "?appsecret_proof=c940dfce3a07dd204a1b5bd9ec98367ce365ee2dd3cb722e9639f198134c16c9"
            )
        );
    });
}

/// A message of this kind, read.
fn message(kind: &str, more: Value) -> What {
    let mut message = json!({"from": CUSTOMER, "id": "wamid.T1", "timestamp": "1767225600", "type": kind});
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let mut events = read(Whatsapp, &whatsapp_event(&json!({"messages": [message]})));
    assert_eq!(events.len(), 1);
    events.remove(0).1.what
}

fn said(text: &str) -> What {
    What::Message { text: text.into(), files: vec![] }
}

fn filed(text: &str, reference: &str, name: &str) -> What {
    let file = RemoteFile { reference: reference.into(), name: name.into() };
    What::Message { text: text.into(), files: vec![file] }
}

#[test]
fn every_kind_of_message_is_read() {
    assert_eq!(
        message("image", json!({"image": {"id": "900", "caption": "broken"}})),
        filed("broken", "900", "image")
    );
    let document = json!({"document": {"id": "901", "filename": "bill.pdf", "caption": "see"}});
    assert_eq!(message("document", document), filed("see", "901", "bill.pdf"));
    let place =
        json!({"location": {"latitude": 52.52, "longitude": 13.405, "name": "Shop", "address": "Main St 1"}});
    assert_eq!(message("location", place), said("📍 52.52, 13.405\nShop\nMain St 1"));
    let reply =
        json!({"text": {"body": "this one"}, "context": {"from": "15550001111", "id": "wamid.OURS1"}});
    assert_eq!(message("text", reply), said("this one"));
    for (emoji, all) in [("👍", vec!["👍".to_owned()]), ("", vec![])] {
        let reaction = json!({"reaction": {"message_id": "wamid.OURS1", "emoji": emoji}});
        assert_eq!(message("reaction", reaction), What::Reacted(Reaction::All(all)));
    }
    let button =
        json!({"interactive": {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes"}}});
    assert_eq!(message("interactive", button), said("Yes"));
    let row = json!({"interactive": {"type": "list_reply", "list_reply": {"id": "say:I want a refund for it", "title": "I want a refund for…"}}});
    assert_eq!(message("interactive", row), said("I want a refund for it"));
    assert_eq!(message("button", json!({"button": {"text": "Stop", "payload": "stop"}})), said("Stop"));
    let unsupported = json!({"errors": [{"code": 131_051, "title": "Message type unknown"}]});
    assert_eq!(message("unsupported", unsupported), filed("", "", "unsupported message"));
    let card = json!({"contacts": [{"name": {"formatted_name": "Ada"}, "phones": [{"phone": "+1 555"}]}]});
    assert_eq!(message("contacts", card), said("☎ Ada +1 555"));
    assert_eq!(message("system", json!({"system": {"type": "user_changed_number"}})), What::Nothing);
}

#[test]
fn a_customer_without_a_number_is_known_by_their_id() {
    let value = json!({
        "contacts": [{"profile": {"name": "Zoë", "username": "zoe"}, "user_id": "US.1"}],
        "messages": [{"from_user_id": "US.1", "id": "wamid.U1", "type": "text", "text": {"body": "hi"}}],
    });
    let who = read(Whatsapp, &whatsapp_event(&value)).remove(0).1.who.unwrap();
    assert_eq!((who.key.as_str(), &who.attributes["whatsapp"]), ("US.1", &"@zoe".to_owned()));
    let say = Say { text: "Hi", address: who.address, ..Say::default() };
    let bodies = rendered(Whatsapp, &settings(), &say).unwrap();
    assert_eq!((&bodies[0]["recipient"], &bodies[0]["to"]), (&json!("US.1"), &Value::Null));
}

#[test]
fn every_report_is_read_and_many_events_come_in_one_request() {
    let status = |id: &str, state: &str, more: Value| {
        let mut status =
            json!({"id": id, "status": state, "timestamp": "1767225610", "recipient_id": CUSTOMER});
        status.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        status
    };
    let late = json!({"errors": [{"code": 131_047, "title": "Re-engagement message", "error_data": {"details": "more than 24 hours"}}]});
    let gone = json!({"errors": [{"code": 131_026, "title": "Message undeliverable"}]});
    let statuses = json!({"statuses": [
        status("w1", "sent", json!({})), status("w1", "delivered", json!({})), status("w1", "read", json!({})),
        status("w2", "failed", late), status("w3", "failed", gone), status("w4", "something", json!({})),
        {"broken": true},
    ]});
    let events = read(Whatsapp, &whatsapp_event(&statuses));
    let keys: Vec<&str> = events.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys[..3], ["status:w1:sent", "status:w1:delivered", "status:w1:read"]);
    let state = |at: usize| match &events[at].1.what {
        What::Report { state, reason, .. } => (*state, reason.as_deref().unwrap_or_default().to_owned()),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        (state(0).0, state(1).0, state(2).0),
        (DeliveryState::Sent, DeliveryState::Delivered, DeliveryState::Read)
    );
    assert!(state(3).1.contains("more than 24 hours ago"));
    assert_eq!(state(4), (DeliveryState::Failed, "Message undeliverable".into()));
    assert!(events[5..].iter().all(|(_, inbound)| inbound.what == What::Nothing && inbound.who.is_none()));
    let other = json!({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "account_update", "value": {}}]}]});
    assert_eq!(read(Whatsapp, &other)[0].1.what, What::Nothing);
}

#[test]
fn what_is_said_fits_the_limits() {
    let to = || json!({"to": CUSTOMER});
    let file = |name: &str, media_type: &'static str, size: i64| SentFile {
        name: name.into(),
        media_type,
        size,
        url: format!("https://chat.example/files/{name}"),
    };
    let files = [
        file("a.png", "image/png", 1_000),
        file("b.png", "image/png", 6 << 20),
        file("c.pdf", "application/pdf", 9),
    ];
    let bodies =
        rendered(Whatsapp, &settings(), &Say { text: "See", files: &files, address: to(), ..Say::default() })
            .unwrap();
    let kinds: Vec<&str> = bodies.iter().map(|body| body["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text", "image", "document", "document"]);
    assert_eq!(bodies[3]["document"]["filename"], "c.pdf");

    let long = "One sentence of many. ".repeat(300);
    let replies = |count: usize, length: usize| -> Vec<String> {
        (0..count).map(|number| format!("{number}{}", "x".repeat(length - 1))).collect()
    };
    let ask = |text: &str, replies: &[String]| {
        rendered(Whatsapp, &settings(), &Say { text, replies, address: to(), ..Say::default() }).unwrap()
    };
    assert_eq!(ask(&long, &[]).len(), 2);
    let asked = ask(&long, &replies(3, 20));
    assert_eq!(asked.last().unwrap()["interactive"]["type"], "button");
    for (count, length) in [(1, 5), (3, 21), (4, 5), (10, 80)] {
        let asked = ask("Which?", &replies(count, length));
        assert_eq!(asked.len(), 1);
        let kind = if length > 20 || count > 3 { "list" } else { "button" };
        assert_eq!(asked[0]["interactive"]["type"], kind);
    }
    let asked = ask("Which?", &replies(11, 5));
    assert_eq!(
        (&asked[0]["type"], asked[0]["text"]["body"].as_str().unwrap().lines().count()),
        (&json!("text"), 13)
    );
    let say = Say { text: "Late", address: to(), after: DAY, ..Say::default() };
    assert!(rendered(Whatsapp, &settings(), &say).is_ok());
    let say = Say { after: DAY + 1, ..say };
    assert!(rendered(Whatsapp, &settings(), &say).unwrap_err().contains("24 hours"));
}

#[actix_web::test]
async fn only_what_meta_signed_for_this_number_has_an_effect_and_once() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.whatsapp().await;
    let mut foreign = whatsapp_text("wamid.F1", CUSTOMER, "Zoë", "For another number");
    foreign["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "123".into();
    assert_eq!(office.meta_event(&line, &foreign).await.0, 200);
    office.is_guarded(&line, &whatsapp_text("wamid.T1", CUSTOMER, "Zoë", "hello")).await;
    office.meta_event(&line, &whatsapp_text("wamid.T2", CUSTOMER, "Zoë", "bye")).await;
    let chat = office.conversations(1).await.remove(0);
    let log = office.log(&chat, |log| texts(log).contains(&"bye")).await;
    assert_eq!(texts(&log), ["hello", "bye"]);
    let detail = office.owner.get(&format!("/api/v1/conversations/{chat}")).await.good();
    assert_eq!(detail["contact"]["name"], "Zoë");
}

async fn talk(database: Database) {
    let mut office = Office::open(database).await;
    let line = office.whatsapp().await;
    office.owner.post(&format!("{}/{}/connect", office.channels(), line.id), json!({})).await.good();
    let hook = office.sim.meta_hook().unwrap();
    assert_eq!(hook["override_callback_uri"], format!("{}/hooks/{}", office.app.base, line.id));
    assert_eq!(hook["verify_token"], line.made["verify_token"]);
    let before = office.sim.taken().len();

    office.meta_event(&line, &whatsapp_text("wamid.T1", CUSTOMER, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    office.does("send", &chat, json!({"text": "One sentence of many. ".repeat(300).trim()})).await;
    let taken = office.sim.wait_for(before + 2).await;
    assert_eq!(taken[before].json()["to"], CUSTOMER);
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let seq = last_message(&log);
    let lines = office.delivered(&chat, seq, "sent").await;
    assert_eq!((lines.len(), &lines[0]["provider_id"]), (2, &json!("wamid.OURS1")));
    for (state, after) in [("read", "read"), ("delivered", "read")] {
        let status = json!({"id": "wamid.OURS1", "status": state, "timestamp": "1767225610", "recipient_id": CUSTOMER});
        office.meta_event(&line, &whatsapp_event(&json!({"statuses": [status]}))).await;
        office.delivered(&chat, seq, after).await;
    }
    // A day later nothing is even tried.
    office.app.running.edge.sources.shift_clock(DAY + 60_000);
    office.owner = office.owner.another_login().await;
    office.does("send", &chat, json!({"text": "Too late"})).await;
    let lines = office.delivered(&chat, seq + 1, "failed").await;
    assert!(lines[0]["reason"].as_str().unwrap().contains("more than 24 hours ago"));
    assert_eq!((office.sim.taken().len(), office.sim.refused().len()), (before + 2, 0));
}

#[actix_web::test]
async fn a_customer_talks_by_whatsapp_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_whatsapp_on_postgres() {
    talk(Database::postgres()).await;
}

#[actix_web::test]
async fn each_answer_of_whatsapp_has_its_consequence() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.whatsapp().await;
    office.meta_event(&line, &whatsapp_text("wamid.T1", CUSTOMER, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    let log = office.log(&chat, |log| !texts(log).is_empty()).await;
    let mut seq = log.len() as i64 + 1;

    let gone =
        r#"{"error":{"message":"(#131026) Message undeliverable","type":"OAuthException","code":131026}}"#;
    office.sim.fail_next(Fault::Answer(400, gone));
    office.does("send", &chat, json!({"text": "Nobody there"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines[0]["reason"], "(#131026) Message undeliverable");

    let busy = r#"{"error":{"message":"(#130429) Rate limit hit","code":130429}}"#;
    office.sim.fail_next(Fault::Answer(400, busy));
    office.sim.fail_next(Fault::Answer(503, "{}"));
    office.does("send", &chat, json!({"text": "Slower"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "sent").await;
    let outcomes: Vec<_> = lines.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["again", "again", "sent"]);

    let revoked = r#"{"error":{"message":"Error validating access token","code":190}}"#;
    office.sim.fail_next(Fault::Answer(401, revoked));
    office.does("send", &chat, json!({"text": "Later"})).await;
    seq += 1;
    office.delivered(&chat, seq, "queued").await;
    let path = format!("{}/{}", office.channels(), line.id);
    let state = office.owner.get(&format!("{path}/state")).await.good();
    assert_eq!(state["fault"]["reason"], "Error validating access token");
    office.owner.patch(&path, json!({"secrets": {"access_token": TOKEN}})).await.good();
    office.delivered(&chat, seq, "sent").await;
    assert_eq!(office.owner.get(&format!("{path}/state")).await.good()["fault"], Value::Null);
}
