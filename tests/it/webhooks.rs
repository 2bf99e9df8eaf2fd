//! Webhooks, with programs of others on loopback that take what they are told, or do not.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchboard::domain::member::Role;
use switchboard::outgoing::signature::{Secret, Signed, verify};
use switchboard::store::webhook_events::{self, Happened};

use crate::bots::fake::{Act, FakeBot, Seen};
use crate::support::app::Person;
use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::process::Launch;
use crate::support::sockets::Socket;
use crate::support::stage::Stage;
use crate::support::{eventually, on_both};

on_both! {
    what_happens_is_told_and_signed
    only_what_is_wished_is_told
    what_is_not_taken_is_tried_again_under_the_same_id
    a_redirect_is_not_followed_and_the_other_side_may_ask_for_time
    after_ten_tries_an_admin_may_have_it_told_again
    five_days_without_success_switch_a_webhook_off
    gone_switches_a_webhook_off_until_an_admin_wants_it
    one_that_hangs_delays_no_other
    both_secrets_sign_for_a_day
    what_was_erased_is_told_as_erased
    nothing_is_lost_by_a_kill
    a_test_is_told_at_once
    members_are_told_of
    a_known_customer_is_not_told_of_as_new
    limits_are_named
}

const HOUR: i64 = 3_600_000;

/// A webhook as the answer to its making has it.
pub struct Hook {
    path: String,
    secret: Secret,
}

pub fn taken() -> Act {
    Act::Answer("204 No Content", String::new())
}

pub fn answer(head: &'static str) -> Act {
    Act::Answer(head, String::new())
}

pub async fn stage(database: Database, others: &[&FakeBot]) -> (Stage, Person) {
    let allow = others.iter().map(|other| other.address.to_string()).collect();
    let stage = Stage::with(database, |config| {
        config.limits.enabled = false;
        config.outgoing.allow = allow;
    })
    .await;
    // With a key, which lasts however far the clock is moved.
    let owner = stage.members(1, Role::Admin).await.remove(0);
    (stage, owner)
}

async fn made(owner: &Person, scope: &str, other: &FakeBot, events: Value) -> Hook {
    let path = format!("/api/v1/scopes/{scope}/webhooks");
    let body = json!({"url": format!("http://{}/told", other.address), "events": events});
    let made = owner.post(&path, body).await.good();
    Hook {
        path: format!("{path}/{}", made["id"].as_str().unwrap()),
        secret: made["secret"].as_str().unwrap().parse().unwrap(),
    }
}

/// A webhook that the scope's conversations know of.
pub async fn hook(stage: &Stage, owner: &Person, other: &FakeBot, events: Value) -> Hook {
    let before = known(stage).await;
    let hook = made(owner, &stage.scope, other, events).await;
    eventually(async || known(stage).await, |now| *now != before).await;
    hook
}

/// How many webhooks the scope's conversations know of.
async fn known(stage: &Stage) -> usize {
    let look = stage.app.running.edge.directory.look(stage.channel.scope).await.unwrap();
    look.rules.unwrap().webhooks.len()
}

/// Moves the clock; the loop looks at it.
fn later(stage: &Stage, by: i64) {
    let edge = &stage.app.running.edge;
    edge.sources.shift_clock(by);
    edge.directory.shared().events_out.notify_one();
}

/// What was told, after its signature was checked.
fn read(seen: &Seen, secrets: &[Secret], now: i64) -> Value {
    let header = |name: &str| seen.headers[name].as_str();
    let call = Signed {
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
    };
    verify(secrets, call, &seen.body, now / 1_000).unwrap();
    let body: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(body["id"], call.id);
    assert_eq!(header("request"), "POST /told HTTP/1.1");
    assert_eq!(header("content-type"), "application/json");
    body
}

impl Hook {
    pub async fn told(&self, stage: &Stage, other: &mut FakeBot) -> Value {
        let seen = other.request().await;
        read(&seen, std::slice::from_ref(&self.secret), stage.app.running.edge.sources.now())
    }

    /// Waits until the log has so many lines; answers them, newest first.
    pub async fn log(&self, owner: &Person, count: usize) -> Vec<Value> {
        let path = format!("{}/deliveries", self.path);
        let lines = async || owner.get(&path).await.good()["items"].as_array().unwrap().clone();
        let lines = eventually(lines, |lines| lines.len() >= count).await;
        assert_eq!(lines.len(), count, "{lines:#?}");
        lines
    }

    async fn shown(&self, owner: &Person) -> Value {
        let (list, id) = self.path.rsplit_once('/').unwrap();
        let all = owner.get(list).await.good()["items"].clone();
        all.as_array().unwrap().iter().find(|one| one["id"] == id).unwrap().clone()
    }

    /// Waits until it is on or off, and the scope's conversations know.
    pub async fn is(&self, stage: &Stage, owner: &Person, enabled: bool) -> Value {
        let look = async || (self.shown(owner).await, known(stage).await);
        let fits =
            |(shown, known): &(Value, usize)| shown["enabled"] == enabled && *known == usize::from(enabled);
        eventually(look, fits).await.0
    }
}

/// Something that the scope's one webhook will be told in an hour.
pub async fn waiting_event(chat: &Chat) -> String {
    let (scope, contact, at) = (chat.scope.id, chat.sources.id(), chat.now() + HOUR);
    let id = chat.sources.id();
    let happened = Happened::contact_changed(scope, contact, at);
    chat.store.write(move |c| webhook_events::raise(c, &happened, || id)).await.unwrap();
    id.to_string()
}

async fn what_happens_is_told_and_signed(database: Database) {
    let mut other = FakeBot::start(vec![taken()]).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!([])).await;
    let (mut customer, id) = stage.writes("Where is my order?").await;
    let does = async |verb: &str, body: Value| {
        let mut all = json!({"client_id": uuid::Uuid::new_v4()});
        all.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        owner.post(&format!("/api/v1/conversations/{id}/{verb}"), all).await.good();
    };
    does("send", json!({"text": "On its way"})).await;
    does("note", json!({"text": "Nice customer"})).await;
    does("tag", json!({"tag": "parcel"})).await;
    does("resolve", json!({})).await;
    customer.until(|frame| frame.to_string().contains("\"ended\"")).await;
    customer.ok(json!({"type": "feedback", "client_id": uuid::Uuid::new_v4(), "rating": 5})).await;
    let contact = owner.get(&format!("/api/v1/conversations/{id}")).await.good()["contact"].clone();
    let contact_path = format!("/api/v1/contacts/{}", contact["id"].as_str().unwrap());
    owner.patch(&contact_path, json!({"name": "Zoe"})).await.good();

    let log = stage.log(&id).await;
    let mut told: BTreeMap<i64, Value> = BTreeMap::new();
    let mut about_contact: BTreeMap<String, Value> = BTreeMap::new();
    for _ in 0..log.len() + 2 {
        let body = hook.told(&stage, &mut other).await;
        let keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        let mut wanted = ["id", "type", "at", "scope", "conversation", "seq", "data"];
        wanted.sort_unstable();
        let mut keys_sorted = keys.clone();
        keys_sorted.sort_unstable();
        assert_eq!(keys_sorted, wanted);
        assert_eq!(body["scope"], stage.scope);
        match body["seq"].as_i64() {
            Some(seq) => {
                assert_eq!(body["conversation"], id);
                assert!(told.insert(seq, body).is_none(), "told twice");
            }
            None => drop(about_contact.insert(body["type"].as_str().unwrap().to_owned(), body)),
        }
    }
    // Every entry is told, under its number, as members see it but for the id of the command.
    for mut entry in log {
        entry.as_object_mut().unwrap().remove("client_id");
        let body = &told[&entry["seq"].as_i64().unwrap()];
        assert_eq!(body["data"]["entry"], entry);
        assert_eq!((&body["data"]["contact"], &body["at"]), (&contact["id"], &entry["at"]));
        assert_eq!(body["data"]["channel"], stage.channel.id.to_string());
    }
    let types: Vec<&str> = told.values().map(|body| body["type"].as_str().unwrap()).collect();
    for kind in [
        "conversation.opened",
        "message.created",
        "note.created",
        "conversation.tagged",
        "conversation.ended",
        "feedback.given",
    ] {
        assert!(types.contains(&kind), "{kind} in {types:?}");
    }
    assert_eq!(about_contact.keys().collect::<Vec<_>>(), ["contact.changed", "contact.created"]);
    for body in about_contact.values() {
        assert_eq!((&body["conversation"], &body["data"]["contact"]["id"]), (&Value::Null, &contact["id"]));
    }
    assert_eq!(about_contact["contact.changed"]["data"]["contact"]["name"], "Zoe");
    let lines = hook.log(&owner, told.len() + 2).await;
    assert!(lines.iter().all(|line| line["outcome"] == "delivered" && line["status"] == 204), "{lines:?}");
    // In parts, too.
    let part = owner.get(&format!("{}/deliveries?limit=2", hook.path)).await.good();
    let next = part["next"].as_str().unwrap();
    let rest = owner.get(&format!("{}/deliveries?cursor={next}", hook.path)).await.good();
    assert_eq!(
        [part["items"].as_array().unwrap().clone(), rest["items"].as_array().unwrap().clone()].concat(),
        lines
    );
}

async fn members_are_told_of(database: Database) {
    let mut other = FakeBot::start(vec![taken()]).await;
    let (stage, key) = stage(database, &[&other]).await;
    let owner = stage.app.owner().await;
    let wanted = json!(["member.added", "member.changed", "member.removed"]);
    let hook = hook(&stage, &key, &other, wanted).await;
    let members = format!("/api/v1/scopes/{}/members", stage.scope);
    let body = json!({"email": "ana@shop.example", "name": "Ana Duarte", "role": "agent"});
    let ana = owner.post(&members, body.clone()).await.good()["member"].clone();
    let path = format!("{members}/{}", ana["id"].as_str().unwrap());
    let about = |role: Value, disabled: bool| json!({"member": {"id": ana["id"], "name": "Ana Duarte", "role": role, "disabled": disabled}});
    let told = async |other: &mut FakeBot| {
        let body = hook.told(&stage, other).await;
        assert_eq!((&body["conversation"], &body["seq"]), (&Value::Null, &Value::Null));
        (body["type"].as_str().unwrap().to_owned(), body["data"].clone())
    };
    assert_eq!(told(&mut other).await, ("member.added".to_owned(), about(json!("agent"), false)));
    // Who belongs to the scope already is not added again.
    owner.post(&members, body).await.good();
    owner.patch(&path, json!({"role": "admin"})).await.good();
    assert_eq!(told(&mut other).await, ("member.changed".to_owned(), about(json!("admin"), false)));
    owner.patch(&path, json!({"disabled": true})).await.good();
    assert_eq!(told(&mut other).await, ("member.changed".to_owned(), about(json!("admin"), true)));
    owner.delete(&path).await.good();
    assert_eq!(told(&mut other).await, ("member.removed".to_owned(), about(Value::Null, true)));
}

async fn a_known_customer_is_not_told_of_as_new(database: Database) {
    let mut other = FakeBot::start(vec![taken()]).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["contact.created", "conversation.opened"])).await;
    let (mut customer, first) = stage.writes("Hello").await;
    let mut types = Vec::new();
    for _ in 0..2 {
        types.push(hook.told(&stage, &mut other).await["type"].clone());
    }
    types.sort_by_key(ToString::to_string);
    assert_eq!(types, ["contact.created", "conversation.opened"]);
    customer.ok(json!({"type": "end", "client_id": uuid::Uuid::new_v4()})).await;
    customer.ok(json!({"type": "start", "client_id": uuid::Uuid::new_v4(), "text": "Me again"})).await;
    let body = hook.told(&stage, &mut other).await;
    assert_eq!(body["type"], "conversation.opened");
    assert_ne!(body["conversation"], first);
    hook.log(&owner, 3).await;
}

async fn only_what_is_wished_is_told(database: Database) {
    let mut other = FakeBot::start(vec![taken()]).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["conversation.ended"])).await;
    let (mut customer, id) = stage.writes("Hello").await;
    customer.ok(json!({"type": "end", "client_id": uuid::Uuid::new_v4()})).await;
    let body = hook.told(&stage, &mut other).await;
    assert_eq!((&body["type"], &body["conversation"]), (&json!("conversation.ended"), &json!(id)));
    assert_eq!(body["data"]["entry"]["body"], json!({"kind": "ended", "reason": "customer"}));
    hook.log(&owner, 1).await;
    // Switched off, it is told nothing, and nothing is kept for it.
    owner.patch(&hook.path, json!({"enabled": false})).await.good();
    assert_eq!(hook.is(&stage, &owner, false).await["off_reason"], Value::Null);
    let (mut customer, _) = stage.writes("Hello again").await;
    customer.ok(json!({"type": "end", "client_id": uuid::Uuid::new_v4()})).await;
    owner.patch(&hook.path, json!({"enabled": true, "events": ["message.created"]})).await.good();
    hook.is(&stage, &owner, true).await;
    stage.writes("Now").await;
    let body = hook.told(&stage, &mut other).await;
    assert_eq!(body["data"]["entry"]["body"]["text"], "Now");
}

async fn what_is_not_taken_is_tried_again_under_the_same_id(database: Database) {
    let acts = vec![answer("500 Internal Server Error"), Act::Close, answer("404 Not Found"), taken()];
    let mut other = FakeBot::start(acts).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["message.created"])).await;
    stage.writes("Hello").await;
    let first = hook.told(&stage, &mut other).await;
    for (tries, (pause, status)) in
        [(5_000, json!(500)), (300_000, Value::Null), (1_800_000, json!(404))].into_iter().enumerate()
    {
        let line = hook.log(&owner, tries + 1).await.remove(0);
        assert_eq!((&line["outcome"], &line["status"]), (&json!("again"), &status), "{line}");
        assert_eq!((&line["event"], &line["attempt"]), (&first["id"], &json!(tries + 1)));
        let waits = line["next_at"].as_i64().unwrap() - line["at"].as_i64().unwrap();
        assert!((pause * 9 / 10..=pause * 11 / 10).contains(&waits), "{waits} for {pause}");
        later(&stage, waits);
        assert_eq!(hook.told(&stage, &mut other).await, first, "the same but for time and signature");
    }
    let line = hook.log(&owner, 4).await.remove(0);
    assert_eq!(
        (&line["outcome"], &line["attempt"], &line["next_at"]),
        (&json!("delivered"), &json!(4), &Value::Null)
    );
    assert_eq!(hook.shown(&owner).await["failing_since"], Value::Null);
}

async fn a_redirect_is_not_followed_and_the_other_side_may_ask_for_time(database: Database) {
    let acts = vec![
        answer("307 Temporary Redirect\r\nlocation: /elsewhere"),
        answer("503 Service Unavailable\r\nretry-after: 7200"),
        answer("429 Too Many Requests\r\nretry-after: 999999"),
        taken(),
    ];
    let mut other = FakeBot::start(acts).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["message.created"])).await;
    stage.writes("Hello").await;
    for (tries, wanted) in [(1, 5_000), (2, 2 * HOUR), (3, 24 * HOUR)] {
        // Every request goes to the same place.
        hook.told(&stage, &mut other).await;
        let line = hook.log(&owner, tries).await.remove(0);
        let waits = line["next_at"].as_i64().unwrap() - line["at"].as_i64().unwrap();
        assert!((wanted * 9 / 10..=wanted * 11 / 10).contains(&waits), "{waits} for {wanted}");
        later(&stage, waits);
    }
    hook.told(&stage, &mut other).await;
    assert_eq!(hook.log(&owner, 4).await[3]["reason"], "redirects are not followed");
    assert_eq!(other.connections(), 4);
}

/// Fails so often as an event is tried; answers the log.
async fn given_up(stage: &Stage, owner: &Person, hook: &Hook, other: &mut FakeBot) -> Vec<Value> {
    for tries in 1..10 {
        hook.told(stage, other).await;
        let line = hook.log(owner, tries).await.remove(0);
        later(stage, line["next_at"].as_i64().unwrap() - line["at"].as_i64().unwrap());
    }
    hook.told(stage, other).await;
    hook.log(owner, 10).await
}

async fn after_ten_tries_an_admin_may_have_it_told_again(database: Database) {
    let mut acts = vec![answer("500 Internal Server Error"); 10];
    acts.push(taken());
    let mut other = FakeBot::start(acts).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["message.created"])).await;
    stage.writes("Hello").await;
    let log = given_up(&stage, &owner, &hook, &mut other).await;
    assert_eq!((&log[0]["outcome"], &log[0]["next_at"]), (&json!("given_up"), &Value::Null));
    assert_eq!(other.connections(), 10);
    let event = log[0]["event"].as_str().unwrap();
    let replay = format!("{}/deliveries/{event}/replay", hook.path);
    owner.post(&replay, json!({})).await.good();
    assert_eq!(hook.told(&stage, &mut other).await["id"], event);
    let line = hook.log(&owner, 11).await.remove(0);
    assert_eq!((&line["outcome"], &line["attempt"]), (&json!("delivered"), &json!(1)));
    // What arrived may be told again, too; what never was may not.
    owner.post(&replay, json!({})).await.good();
    assert_eq!(hook.told(&stage, &mut other).await["id"], event);
    let unknown = format!("{}/deliveries/ev_{}/replay", hook.path, "0".repeat(32));
    assert_eq!(owner.post(&unknown, json!({})).await.code(), "not_found");
}

async fn five_days_without_success_switch_a_webhook_off(database: Database) {
    let mut other = FakeBot::start(vec![answer("500 Internal Server Error")]).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["message.created"])).await;
    stage.writes("Hello").await;
    given_up(&stage, &owner, &hook, &mut other).await;
    let shown = hook.shown(&owner).await;
    assert_eq!(shown["enabled"], true);
    let since = shown["failing_since"].as_i64().unwrap();
    later(&stage, since + 5 * 24 * HOUR - stage.app.running.edge.sources.now());
    stage.writes("Hello").await;
    hook.told(&stage, &mut other).await;
    assert_eq!(hook.is(&stage, &owner, false).await["off_reason"], "failing");
    let audit = owner.get(&format!("/api/v1/scopes/{}/audit", stage.scope)).await.good();
    let line =
        audit["items"].as_array().unwrap().iter().find(|line| line["action"] == "webhook_switched_off");
    assert_eq!(line.unwrap()["details"], json!({"reason": "failing"}));
    // Switched on again it begins anew.
    owner.patch(&hook.path, json!({"enabled": true})).await.good();
    let shown = hook.is(&stage, &owner, true).await;
    assert_eq!(shown["off_reason"], Value::Null);
    hook.told(&stage, &mut other).await;
}

async fn gone_switches_a_webhook_off_until_an_admin_wants_it(database: Database) {
    let mut other = FakeBot::start(vec![answer("410 Gone"), taken()]).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["message.created"])).await;
    stage.writes("Hello").await;
    let event = hook.told(&stage, &mut other).await["id"].as_str().unwrap().to_owned();
    assert_eq!(hook.is(&stage, &owner, false).await["off_reason"], "gone");
    let line = hook.log(&owner, 1).await.remove(0);
    assert_eq!((&line["outcome"], &line["status"]), (&json!("given_up"), &json!(410)));
    let replay = format!("{}/deliveries/{event}/replay", hook.path);
    assert_eq!(owner.post(&replay, json!({})).await.code(), "bad_request");
    owner.patch(&hook.path, json!({"enabled": true})).await.good();
    hook.is(&stage, &owner, true).await;
    owner.post(&replay, json!({})).await.good();
    assert_eq!(hook.told(&stage, &mut other).await["id"], event.as_str());
}

async fn one_that_hangs_delays_no_other(database: Database) {
    let mut hangs = FakeBot::start(vec![Act::Hang]).await;
    let mut lives = FakeBot::start(vec![taken()]).await;
    let (stage, owner) = stage(database, &[&hangs, &lives]).await;
    hook(&stage, &owner, &hangs, json!(["message.created"])).await;
    let live = hook(&stage, &owner, &lives, json!(["message.created"])).await;
    let (mut customer, _) = stage.writes("0").await;
    for number in 1..8 {
        customer.writes(&number.to_string()).await;
    }
    for _ in 0..8 {
        live.told(&stage, &mut lives).await;
    }
    for _ in 0..4 {
        hangs.request().await;
    }
    assert_eq!(hangs.connections(), 4, "no more at once");
}

async fn both_secrets_sign_for_a_day(database: Database) {
    let mut other = FakeBot::start(vec![taken()]).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["message.created"])).await;
    let rotated = owner.post(&format!("{}/rotate_secret", hook.path), json!({})).await.good();
    let new: Secret = rotated["secret"].as_str().unwrap().parse().unwrap();
    assert!(!hook.shown(&owner).await.to_string().contains("secret"));
    let (mut customer, _) = stage.writes("Hello").await;
    let now = stage.app.running.edge.sources.now();
    let seen = other.request().await;
    assert_eq!(seen.headers["webhook-signature"].split(' ').count(), 2);
    read(&seen, std::slice::from_ref(&hook.secret), now);
    read(&seen, std::slice::from_ref(&new), now);
    later(&stage, 24 * HOUR);
    customer.writes("A day later").await;
    let seen = other.request().await;
    assert_eq!(seen.headers["webhook-signature"].split(' ').count(), 1);
    read(&seen, &[new], stage.app.running.edge.sources.now());
}

async fn what_was_erased_is_told_as_erased(database: Database) {
    let mut other = FakeBot::start(vec![answer("500 Internal Server Error"), taken()]).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["message.created", "contact.changed"])).await;
    let (_customer, id) = stage.writes("My number is 42").await;
    let first = hook.told(&stage, &mut other).await;
    assert_eq!(first["data"]["entry"]["body"]["text"], "My number is 42");
    hook.log(&owner, 1).await;
    let contact = owner.get(&format!("/api/v1/conversations/{id}")).await.good()["contact"]["id"].clone();
    owner.post(&format!("/api/v1/contacts/{}/erase", contact.as_str().unwrap()), json!({})).await;
    let changed = hook.told(&stage, &mut other).await;
    assert_eq!(
        (&changed["type"], &changed["data"]["contact"]["name"]),
        (&json!("contact.changed"), &json!(""))
    );
    later(&stage, 6_000);
    let again = hook.told(&stage, &mut other).await;
    assert_eq!((&again["id"], &again["seq"]), (&first["id"], &first["seq"]));
    assert_eq!(again["data"]["entry"]["body"], json!({"kind": "erased"}));
}

async fn nothing_is_lost_by_a_kill(database: Database) {
    // The first program is killed while four events are on their way.
    let mut other = FakeBot::start([vec![Act::Hang; 4], vec![taken()]].concat()).await;
    let launch = Launch::on(&database.url).with(&[("OUTGOING__ALLOW", &other.address.to_string())]);
    let mut server = launch.start().await;
    let owner = server.owner().await;
    let scope = owner.scope().await;
    let hook = made(&owner, &scope, &other, json!(["message.created"])).await;
    let key = owner.channel_open_to_all().await;
    let (mut customer, _) = Socket::widget(&server.base, &key, json!({})).await;
    // Until the scope has read that there is a webhook, it is told nothing.
    let mut said = 0;
    while other.connections() < 4 {
        customer.writes(&said.to_string()).await;
        said += 1;
    }
    let now = || i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_millis()).unwrap();
    let secrets = [hook.secret.clone()];
    let mut begun = Vec::new();
    for _ in 0..4 {
        begun.push(read(&other.request().await, &secrets, now()));
    }
    server.kill();
    let _server = launch.start().await;
    let mut told = BTreeMap::new();
    while !begun.iter().all(|body| told.contains_key(body["id"].as_str().unwrap())) {
        let body = read(&other.request().await, &secrets, now());
        told.insert(body["id"].as_str().unwrap().to_owned(), body);
    }
    for body in begun {
        assert_eq!(told[body["id"].as_str().unwrap()], body, "under the same id, unchanged");
    }
}

async fn a_test_is_told_at_once(database: Database) {
    let mut other = FakeBot::start(vec![taken(), answer("500 Internal Server Error")]).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let hook = hook(&stage, &owner, &other, json!(["message.created"])).await;
    let test = format!("{}/test", hook.path);
    let line = owner.post(&test, json!({})).await.good();
    assert_eq!(
        (&line["outcome"], &line["status"], &line["type"]),
        (&json!("delivered"), &json!(204), &json!("webhook.test"))
    );
    let body = hook.told(&stage, &mut other).await;
    assert_eq!(
        (&body["type"], &body["data"], &body["id"]),
        (&json!("webhook.test"), &json!({}), &line["event"])
    );
    let failed = owner.post(&test, json!({})).await.good();
    assert_eq!((&failed["outcome"], &failed["status"]), (&json!("given_up"), &json!(500)));
    assert_eq!(hook.log(&owner, 2).await, [failed, line]);
    assert_eq!(hook.shown(&owner).await["failing_since"], Value::Null);
}

async fn limits_are_named(database: Database) {
    let other = FakeBot::start(vec![taken()]).await;
    let (stage, owner) = stage(database, &[&other]).await;
    let path = format!("/api/v1/scopes/{}/webhooks", stage.scope);
    let of = |url: &str, events: Value| json!({"url": url, "events": events});
    for (body, word) in [
        (of("http://10.0.0.1/told", json!([])), "url"),
        (of("http://shop.example/told", json!([])), "url"),
        (of("https://shop.example:22/told", json!([])), "url"),
        (of("no address", json!([])), "url"),
        (of(&format!("https://shop.example/{}", "x".repeat(980)), json!([])), "url"),
        (of("https://shop.example/told", json!(["webhook.test"])), "events"),
        (of("https://shop.example/told", json!(["message.created", "message.created"])), "events"),
        (of("https://shop.example/told", json!(["message.read"])), "message.read"),
        (json!({"url": "https://shop.example/told", "enabled": true}), "enabled"),
    ] {
        let refused = owner.post(&path, body.clone()).await;
        assert_eq!(refused.code(), "bad_request", "{body}");
        assert!(refused.text.contains(word), "{} for {body}", refused.text);
    }
    let longest = format!("https://shop.example/{}", "x".repeat(979));
    let mut last = owner.post(&path, of(&longest, json!([]))).await.good();
    for _ in 1..10 {
        last = owner.post(&path, of("https://shop.example/told", json!([]))).await.good();
    }
    let refused = owner.post(&path, of("https://shop.example/told", json!([]))).await;
    assert_eq!(refused.json()["message"], "a scope has at most 10 webhooks");
    let one = format!("{path}/{}", last["id"].as_str().unwrap());
    assert_eq!(owner.patch(&one, json!({"url": "http://10.0.0.1/told"})).await.code(), "bad_request");
    assert_eq!(owner.delete(&one).await.status, 204);
    assert_eq!(owner.get(&format!("{one}/deliveries")).await.code(), "not_found");
    owner.post(&path, of("https://shop.example/told", json!([]))).await.good();
}
