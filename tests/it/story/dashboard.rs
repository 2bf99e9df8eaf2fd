//! How members see what is going on.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchboard::domain::member::Role;

use super::{row, scripted, subscribed};
use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, command, kinds};

/// The section of a viewer's list a row stands in.
fn section(row: &Value, viewer: &str) -> &'static str {
    match (row["status"].as_str().unwrap(), &row["assignee"]["id"]) {
        ("queued", Value::Null) => "unassigned",
        ("assigned", owner) if owner == viewer => "mine",
        ("assigned", owner) if owner.is_string() => "assigned",
        ("bot", Value::Null) => "ai",
        ("ended", _) => "gone",
        (status, owner) => panic!("{status} with {owner} stands nowhere"),
    }
}

/// Takes the rows of every frame heard so far into a viewer's list, as the dashboard does.
fn keep(list: &mut BTreeMap<String, Value>, socket: &mut Socket) {
    for frame in socket.heard() {
        keep_frame(list, frame);
    }
    socket.forget();
}

#[actix_web::test]
async fn s11_and_s12_every_open_chat_is_in_exactly_one_section() {
    let stage = Stage::new(Database::sqlite()).await;
    stage.set_bot(scripted()).await;
    let (sam, mut first) = subscribed(&stage).await;
    let (kim, mut second) = subscribed(&stage).await;
    let mut customers = Vec::new();
    for _ in 0..4 {
        customers.push(stage.writes("hello").await);
    }
    let ids: Vec<String> = customers.iter().map(|(_, id)| id.clone()).collect();
    for (customer, _) in &mut customers[1..] {
        customer.ok(json!({"type": "request_human", "client_id": client_id()})).await;
    }
    first.does("send", &ids[2], json!({"text": "mine"})).await;
    second.does("send", &ids[3], json!({"text": "mine"})).await;

    let steps: [(&str, usize, Value); 7] = [
        ("nothing", 0, json!({})),
        ("transfer", 2, json!({"to": {"kind": "member", "id": kim.id}})),
        ("join", 0, json!({})),
        ("transfer", 0, json!({"to": {"kind": "queue"}})),
        ("join", 1, json!({})),
        ("transfer", 1, json!({"to": {"kind": "bot"}})),
        ("resolve", 0, json!({})),
    ];
    let (mut of_sam, mut of_kim) = (BTreeMap::new(), BTreeMap::new());
    for (kind, which, more) in steps {
        if kind != "nothing" {
            first.does(kind, &ids[which], more).await;
        }
        for id in &ids {
            let now = stage.state(id).await.version;
            for (socket, list) in [(&mut first, &mut of_sam), (&mut second, &mut of_kim)] {
                // Whoever reads on sees the newest state, whatever they heard before.
                keep(list, socket);
                while list.get(id).is_none_or(|row: &Value| row["version"].as_i64() < Some(now)) {
                    let frame = socket.event("rows").await;
                    keep_frame(list, &frame);
                }
            }
        }
        for id in &ids {
            let state = stage.state(id).await;
            let sections = (section(&of_sam[id], &sam.id), section(&of_kim[id], &kim.id));
            let owner = state.assignee.map(|owner| owner.id.to_string());
            let wanted = match (state.status.is_active(), &owner) {
                (false, _) => ("gone", "gone"),
                (_, Some(owner)) if *owner == sam.id => ("mine", "assigned"),
                (_, Some(_)) => ("assigned", "mine"),
                (_, None) if json!(state.status) == "bot" => ("ai", "ai"),
                (_, None) => ("unassigned", "unassigned"),
            };
            assert_eq!(sections, wanted, "{id} after {kind}");
        }
    }
}

fn keep_frame(list: &mut BTreeMap<String, Value>, frame: &Value) {
    for row in frame["rows"].as_array().into_iter().flatten() {
        let id = row["id"].as_str().unwrap().to_owned();
        if list.get(&id).is_none_or(|known| known["version"].as_i64() <= row["version"].as_i64()) {
            list.insert(id, row.clone());
        }
    }
}

#[actix_web::test]
async fn s13_an_opened_chat_shows_everything_so_far_also_what_the_bot_said() {
    let stage = Stage::new(Database::sqlite()).await;
    stage.set_bot(scripted()).await;
    let (mut customer, id) = stage.writes("a human, please").await;
    customer.entry("handed_off").await;
    let (_, mut agent) = stage.agent().await;
    let opened = agent.ok(json!({"type": "open", "conversation": id})).await;
    let entries = opened["entries"].as_array().unwrap();
    assert_eq!(kinds(entries), ["opened", "message", "message", "message", "handed_off"]);
    let by: Vec<_> = entries.iter().map(|entry| entry["by"]["kind"].as_str().unwrap()).collect();
    assert_eq!(by, ["contact", "bot", "contact", "bot", "contact"]);
    assert_eq!(*entries, stage.log(&id).await);
    assert_eq!(
        (&opened["more"], &opened["first_seq"], &opened["last_seq"]),
        (&json!(false), &json!(1), &json!(5))
    );
}

#[actix_web::test]
async fn s14_the_customers_profile_stands_beside_the_chat() {
    let stage = Stage::new(Database::sqlite()).await;
    let person = stage.members(1, Role::Agent).await.remove(0);
    let page = json!({"url": "https://shop.example/cart", "title": "Cart", "referrer": "https://search.example/",
        "language": "de", "time_zone": "Europe/Berlin"});
    let identity = json!({"name": "Zoë", "email": "z@x.example", "attributes": {"plan": "pro"}});
    let (mut customer, _) = stage.returning(json!({"identity": identity, "page": page})).await;
    let id = customer.writes("hello").await;
    let profile = person.get(&format!("/api/v1/conversations/{id}")).await.good();
    let contact = &profile["contact"];
    assert_eq!((&contact["name"], &contact["email"]), (&json!("Zoë"), &json!("z@x.example")));
    assert_eq!((&contact["verified"], &contact["attributes"]["plan"]), (&json!(false), &json!("pro")));
    for (field, value) in page.as_object().unwrap() {
        assert_eq!(&profile["session"][field], value, "{field}");
    }
}

#[actix_web::test]
async fn s15_opening_a_chat_does_not_assign_it() {
    let stage = Stage::new(Database::sqlite()).await;
    let (person, mut agent) = subscribed(&stage).await;
    let (_customer, id) = stage.writes("hello").await;
    let opened = agent.ok(json!({"type": "open", "conversation": id})).await;
    assert_eq!((&opened["row"]["status"], &opened["row"]["assignee"]), (&json!("queued"), &Value::Null));
    assert_eq!(agent.event("viewers").await["members"], json!([person.id]));
    agent.ok(json!({"type": "typing", "conversation": id, "on": true})).await;
    agent.ok(json!({"type": "read", "conversation": id, "seq": 2})).await;
    assert_eq!(agent.does("note", &id, json!({"text": "a note claims nothing"})).await["type"], "ok");
    let state = stage.state(&id).await;
    assert_eq!((json!(state.status), state.assignee), (json!("queued"), None));
}

#[actix_web::test]
async fn s16_lists_are_of_one_scope() {
    let stage = Stage::new(Database::sqlite()).await;
    let elsewhere = Chat::new(&stage.store()).await;
    let stranger = stage.key_of(&elsewhere).await;
    let (mut other, welcome) = Socket::dashboard(&stranger).await;
    let scopes: Vec<_> =
        welcome["scopes"].as_array().unwrap().iter().map(|scope| scope["id"].clone()).collect();
    assert_eq!(scopes, [json!(elsewhere.scope.id)]);
    let (_, mut agent) = stage.agent().await;
    let (_customer, id) = stage.writes("hello").await;
    // Nothing before a scope was chosen.
    agent.ok(json!({"type": "presence", "status": "online"})).await;
    assert!(agent.heard().all(|frame| frame["type"] != "rows"));
    agent.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
    let snapshot = agent.event("snapshot").await;
    assert_eq!((&snapshot["scope"], &snapshot["rows"][0]["id"]), (&json!(stage.scope), &json!(id)));
    other.ok(json!({"type": "subscribe", "scope": elsewhere.scope.id})).await;
    assert_eq!(other.event("snapshot").await["rows"], json!([]));
    other.refused(json!({"type": "subscribe", "scope": stage.scope}), "not_found").await;
}

#[actix_web::test]
async fn s17_a_chat_is_either_active_or_terminated() {
    let stage = Stage::new(Database::sqlite()).await;
    let (person, mut agent) = subscribed(&stage).await;
    let (mut customer, id) = stage.writes("hello").await;
    row(&mut agent, &id, "queued").await;
    let list = async |state: &str| {
        let path = format!("/api/v1/scopes/{}/conversations?state={state}", stage.scope);
        let items = person.get(&path).await.good()["items"].clone();
        items.as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!((list("active").await, list("ended").await), (vec![id.clone()], vec![]));
    customer.ok(json!({"type": "end", "client_id": client_id()})).await;
    row(&mut agent, &id, "ended").await;
    assert_eq!((list("active").await, list("ended").await), (vec![], vec![id]));
    let (_, mut late) = stage.agent().await;
    late.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
    assert_eq!(late.event("snapshot").await["rows"], json!([]));
}

#[actix_web::test]
async fn s18_and_s19_a_row_with_its_channel_appears_as_soon_as_a_customer_writes_to_the_bot() {
    let stage = Stage::new(Database::sqlite()).await;
    stage.set_bot(scripted()).await;
    let person = stage.members(1, Role::Agent).await.remove(0);
    let (mut agent, welcome) = Socket::dashboard(&person).await;
    let channels = welcome["scopes"][0]["channels"].clone();
    assert_eq!(channels[0], json!({"id": stage.channel.id, "kind": "widget", "name": stage.channel.name}));
    assert_eq!(channels.as_array().unwrap().len(), 1, "only what is integrated");
    agent.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
    let (mut customer, id) = stage.writes("Where is my order?").await;
    let row = row(&mut agent, &id, "bot").await;
    assert_eq!((&row["first_text"], &row["channel"]), (&json!("Where is my order?"), &channels[0]["id"]));
    assert_eq!((&row["customer_online"], &row["episode"]), (&json!(true), &json!(1)));
    customer.entry("opened").await;
    customer.close().await;
    // Who leaves and who comes back is seen too.
    let online = |row: &Value| row["customer_online"].clone();
    let gone = agent.until(|frame| frame["type"] == "rows" && online(&frame["rows"][0]) == false).await;
    assert_eq!(gone["rows"][0]["id"], id.as_str());
}

#[actix_web::test]
async fn a_customer_who_comes_back_is_seen_in_the_lists_and_in_the_chat() {
    let stage = Stage::new(Database::sqlite()).await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    let id = customer.writes("hello").await;
    let (_, mut agent) = subscribed(&stage).await;
    agent.ok(json!({"type": "open", "conversation": id})).await;
    let is = |online: bool| {
        move |frame: &Value| frame["type"] == "rows" && frame["rows"][0]["customer_online"] == online
    };
    customer.close().await;
    assert_eq!(agent.event("customer").await["online"], false);
    agent.until(is(false)).await;
    let (_customer, _) = stage.returning(json!({"visitor_token": welcome["visitor_token"]})).await;
    assert_eq!(agent.event("customer").await["online"], true);
    agent.until(is(true)).await;
}

#[actix_web::test]
async fn what_the_site_says_of_a_customer_is_seen_while_they_chat() {
    let stage = Stage::new(Database::sqlite()).await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    let id = customer.writes("hello").await;
    let (_, mut agent) = subscribed(&stage).await;
    // Another page of the site, by then they have logged in.
    let hello = json!({"visitor_token": welcome["visitor_token"], "identity": {"name": "Zoë"}});
    let (_tab, again) = stage.returning(hello).await;
    assert_eq!((&again["conversation"], &again["contact"]["name"]), (&json!(id), &json!("Zoë")));
    let called = |name: &'static str| {
        move |frame: &Value| frame["type"] == "rows" && frame["rows"][0]["contact"]["name"] == name
    };
    agent.until(called("Zoë")).await;
    // And one that speaks without a socket.
    let hello = json!({"visitor_token": welcome["visitor_token"], "identity": {"name": "Zoë Quirk"}});
    let path = format!("/api/v1/widget/session?channel={}", stage.channel.public_key);
    stage.app.stranger().post(&path, hello).await.good();
    agent.until(called("Zoë Quirk")).await;
}

#[actix_web::test]
async fn s25_only_the_member_who_handles_a_chat_resolves_it() {
    let stage = Stage::new(Database::sqlite()).await;
    let (_, mut owner) = stage.agent().await;
    let (_, mut colleague) = stage.agent().await;
    let admin = stage.members(1, Role::Admin).await.remove(0);
    let (mut admin, _) = Socket::dashboard(&admin).await;
    let (_customer, id) = stage.writes("hello").await;
    for socket in [&mut owner, &mut colleague, &mut admin] {
        socket.refused(command("resolve", &id, json!({})), "not_assignee").await;
    }
    owner.does("join", &id, json!({})).await;
    for socket in [&mut colleague, &mut admin] {
        socket.refused(command("resolve", &id, json!({})), "not_assignee").await;
    }
    assert_eq!(stage.log(&id).await.len(), 3);
    owner.ok(command("resolve", &id, json!({}))).await;
}

#[actix_web::test]
async fn s26_and_s27_resolving_ends_the_chat_for_everybody_at_once() {
    let stage = Stage::new(Database::sqlite()).await;
    let (_, mut owner) = subscribed(&stage).await;
    let (_, mut colleague) = subscribed(&stage).await;
    let (mut customer, id) = stage.writes("hello").await;
    owner.does("join", &id, json!({})).await;
    // At any time: also at once, with nothing said.
    owner.ok(command("resolve", &id, json!({}))).await;
    for socket in [&mut owner, &mut colleague] {
        let row = row(socket, &id, "ended").await;
        assert_eq!((&row["end_reason"], &row["version"]), (&json!("resolved"), &json!(4)));
    }
    assert_eq!(customer.entry("ended").await["body"]["reason"], "resolved");
    owner.refused(command("resolve", &id, json!({})), "ended").await;
    owner.refused(command("send", &id, json!({"text": "and"})), "ended").await;
}

#[actix_web::test]
async fn s28_a_terminated_chat_can_be_activated_and_reaches_the_customer_again() {
    let stage = Stage::new(Database::sqlite()).await;
    stage.set_bot(scripted()).await;
    let (_, mut owner) = subscribed(&stage).await;
    let (person, mut colleague) = subscribed(&stage).await;
    let (mut customer, id) = stage.writes("hello").await;
    owner.does("join", &id, json!({})).await;
    owner.ok(command("resolve", &id, json!({}))).await;
    row(&mut colleague, &id, "ended").await;
    colleague.ok(command("activate", &id, json!({}))).await;
    for socket in [&mut owner, &mut colleague] {
        let row = socket
            .until(|frame| frame["rows"][0]["id"] == id.as_str() && frame["rows"][0]["episode"] == 2)
            .await["rows"][0]
            .clone();
        assert_eq!((&row["status"], &row["assignee"]["id"]), (&json!("assigned"), &json!(person.id)));
    }
    colleague.ok(command("send", &id, json!({"text": "One more thing"}))).await;
    customer.entry("activated").await;
    customer.until(|frame| frame["entry"]["body"]["text"] == "One more thing").await;
    assert_eq!(customer.writes("Yes?").await, id);
    colleague.refused(command("activate", &id, json!({})), "not_ended").await;
}
