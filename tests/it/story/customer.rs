//! What the customer has, sees and is told.

use serde_json::json;
use switchboard::domain::member::Role;

use super::{row, scripted, subscribed};
use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::{Stage, kinds, said};

#[actix_web::test]
async fn s1_the_way_to_a_human_appears_after_some_exchanges_with_the_bot() {
    let stage = Stage::new(Database::sqlite()).await;
    stage.set_bot(scripted()).await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    let before =
        json!({"status": "none", "human_button": false, "agents_online": 0, "open": true, "asking": "queue"});
    assert_eq!(welcome["status"], before);
    assert_eq!(welcome["channel"]["human_after"], 3);
    let tab = json!({"visitor_token": welcome["visitor_token"]});
    customer.writes("a").await;
    // The greeting and two answers make three.
    for (text, answer, button) in [("a", "Two.", false), ("b", "Three.", true)] {
        if text == "b" {
            customer.writes(text).await;
        }
        customer.until(|frame| frame["entry"]["body"]["text"] == answer).await;
        let (second, welcome) = stage.returning(tab.clone()).await;
        assert_eq!(welcome["status"]["human_button"], button, "after {answer}");
        second.close().await;
    }
    assert_eq!(customer.until(|frame| frame["human_button"] == true).await["status"], "bot");
}

#[actix_web::test]
async fn s2_who_asks_for_a_human_stands_in_unassigned_of_that_scope_at_once() {
    let stage = Stage::new(Database::sqlite()).await;
    stage.set_bot(scripted()).await;
    let (_, mut first) = subscribed(&stage).await;
    let (_, mut second) = subscribed(&stage).await;
    let elsewhere = Chat::new(&stage.store()).await;
    let stranger = stage.key_of(&elsewhere).await;
    let (mut stranger, _) = Socket::dashboard(&stranger).await;
    stranger.ok(json!({"type": "subscribe", "scope": elsewhere.scope.id})).await;
    stranger.event("snapshot").await;

    let (mut customer, id) = stage.writes("Where is my order?").await;
    let asked = customer.ok(json!({"type": "request_human", "client_id": client_id()})).await;
    assert!(asked["seq"].is_i64());
    let again = customer.ok(json!({"type": "request_human", "client_id": client_id()})).await;
    assert!(again.get("seq").is_none(), "a second click writes nothing");
    assert_eq!(customer.until(|frame| frame["status"] == "waiting").await["position"], 1);
    for member in [&mut first, &mut second] {
        let row = row(member, &id, "queued").await;
        assert_eq!((&row["assignee"], &row["first_text"]), (&json!(null), &json!("Where is my order?")));
        assert!(row["waiting_since"].is_i64());
    }
    let log = stage.log(&id).await;
    assert_eq!(kinds(&log).iter().filter(|kind| **kind == "handed_off").count(), 1);
    stranger.ok(json!({"type": "presence", "status": "online"})).await;
    assert!(
        stranger.heard().all(|frame| frame["type"] != "rows"),
        "{:?}",
        stranger.heard().collect::<Vec<_>>()
    );
}

#[actix_web::test]
async fn s3_the_customer_may_end_with_the_bot_while_waiting_and_with_a_human() {
    let stage = Stage::new(Database::sqlite()).await;
    stage.set_bot(scripted()).await;
    let (_, mut agent) = subscribed(&stage).await;
    for status in ["bot", "queued", "assigned"] {
        let (mut customer, id) = stage.writes("hello").await;
        if status != "bot" {
            customer.ok(json!({"type": "request_human", "client_id": client_id()})).await;
        }
        if status == "assigned" {
            assert_eq!(agent.does("join", &id, json!({})).await["type"], "ok");
        }
        row(&mut agent, &id, status).await;
        customer.ok(json!({"type": "end", "client_id": client_id()})).await;
        assert_eq!(customer.until(|frame| frame["status"] == "ended").await["reason"], "customer");
        assert_eq!(row(&mut agent, &id, "ended").await["end_reason"], "customer");
    }
}

#[actix_web::test]
async fn s5_the_session_ends_whether_feedback_is_given_or_skipped() {
    let stage = Stage::new(Database::sqlite()).await;
    let (_, mut agent) = subscribed(&stage).await;
    for feedback in [json!({"rating": 4, "comment": "Thanks"}), json!({})] {
        let (mut customer, id) = stage.writes("hello").await;
        let mut end = json!({"type": "end", "client_id": client_id()});
        end.as_object_mut().unwrap().extend(feedback.as_object().unwrap().clone());
        customer.ok(end).await;
        let status = customer.until(|frame| frame["status"] == "ended").await;
        let skipped = feedback.get("rating").is_none();
        assert_eq!(status["can_rate"], skipped);
        let row = row(&mut agent, &id, "ended").await;
        assert_eq!(row["rating"], feedback.get("rating").cloned().unwrap_or_default());
        // Whoever skipped it may still give it, once.
        let later = json!({"type": "feedback", "client_id": client_id(), "rating": 5});
        if skipped {
            customer.ok(later.clone()).await;
        }
        let mut second = later.clone();
        second["client_id"] = json!(client_id());
        customer.refused(second, "already_rated").await;
    }
}

#[actix_web::test]
async fn s6_the_customer_is_told_that_the_chat_was_resolved() {
    let stage = Stage::new(Database::sqlite()).await;
    let (_, mut agent) = stage.agent().await;
    let (mut customer, id) = stage.writes("hello").await;
    agent.does("join", &id, json!({})).await;
    assert_eq!(agent.does("resolve", &id, json!({})).await["type"], "ok");
    let ended = customer.entry("ended").await;
    assert_eq!(
        (&ended["body"]["reason"], &ended["by"]),
        (&json!("resolved"), &json!({"kind": "member", "name": "Sam1"}))
    );
    let status = customer.until(|frame| frame["status"] == "ended").await;
    assert_eq!((&status["reason"], &status["can_rate"]), (&json!("resolved"), &json!(true)));
    customer.refused(json!({"type": "send", "client_id": client_id(), "text": "wait"}), "ended").await;
}

#[actix_web::test]
async fn s7_customer_and_member_write_to_each_other_in_the_same_chat() {
    let stage = Stage::new(Database::sqlite()).await;
    let (_, mut agent) = stage.agent().await;
    let (mut customer, id) = stage.writes("hello").await;
    agent.ok(json!({"type": "open", "conversation": id})).await;
    for number in 0..5 {
        let text = format!("answer {number}");
        agent.does("send", &id, json!({"text": text})).await;
        let heard = customer.until(|frame| frame["entry"]["body"]["text"] == text.as_str()).await;
        assert_eq!(heard["conversation"], id.as_str());
        assert_eq!(heard["entry"]["by"], json!({"kind": "member", "name": "Sam1"}));
        let text = format!("question {number}");
        assert_eq!(customer.writes(&text).await, id);
        agent.until(|frame| frame["entry"]["body"]["text"] == text.as_str()).await;
    }
    customer.ok(json!({"type": "typing", "on": true})).await;
    let typing = agent.event("typing").await;
    assert_eq!((&typing["by"], &typing["on"]), (&json!({"kind": "contact"}), &json!(true)));
    agent.ok(json!({"type": "typing", "conversation": id, "on": true})).await;
    assert_eq!(customer.event("typing").await["by"], json!({"kind": "member", "name": "Sam1"}));
    agent.ok(json!({"type": "read", "conversation": id, "seq": 3})).await;
    assert_eq!(customer.event("read").await["seq"], 3);
}

#[actix_web::test]
async fn s24_once_a_human_has_joined_the_bot_is_silent() {
    use crate::bots::fake::{Act, FakeBot};
    let answers = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    let late = json!({"actions": [{"type": "message", "text": "computed too late"}]}).to_string();
    let mut bot = FakeBot::start(vec![Act::AnswerWhen(answers.clone(), "200 OK", late)]).await;
    let address = bot.address.to_string();
    let stage = Stage::with(Database::sqlite(), |config| {
        config.limits.enabled = false;
        config.outgoing.allow = vec![address];
    })
    .await;
    stage.set_bot(json!({"kind": "http", "url": bot.url()})).await;
    let admin = stage.members(1, Role::Admin).await.remove(0);
    let (mut member, _) = Socket::dashboard(&admin).await;
    let (mut customer, id) = stage.writes("hello").await;
    member.ok(json!({"type": "open", "conversation": id})).await;
    bot.request().await;
    member.does("send", &id, json!({"text": "I am here."})).await;
    answers.add_permits(1);

    let suppressed = member.entry("suppressed").await;
    assert_eq!(suppressed["body"]["text"], "computed too late");
    customer.writes("are you?").await;
    customer.until(|frame| frame["entry"]["body"]["text"] == "are you?").await;
    let log = stage.log(&id).await;
    let joined = log.iter().position(|entry| entry["body"]["kind"] == "joined").unwrap();
    assert_eq!(said(&log[joined..], "bot"), Vec::<&str>::new());
    assert_eq!(bot.connections(), 1, "a bot that was cut off is not asked again");
    let hidden = customer.entry("hidden").await;
    assert_eq!(hidden["seq"], suppressed["seq"]);
    assert!(customer.heard().all(|frame| !frame.to_string().contains("computed too late")));
}
