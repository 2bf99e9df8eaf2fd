//! How much one customer, member or address may do: the last that passes and the first that does not.

use std::time::Instant;

use serde_json::{Value, json};
use switchboard::domain::member::Role;

use crate::support::database::Database;
use crate::support::raw::{Raw, UPGRADE};
use crate::support::sockets::{Socket, client_id};
use crate::support::stage::Stage;

/// Sends one more than `burst` commands in one go; answers how many passed, and the answer of the first that did not.
async fn burst(socket: &mut Socket, burst: usize, command: &Value) -> (usize, Value) {
    let mut references = Vec::new();
    for _ in 0..=burst {
        references.push(socket.tell(command.clone()).await);
    }
    let mut passed = 0;
    let mut refused = Value::Null;
    for reference in references {
        let answer = socket.answer(&reference).await;
        if answer["type"] == "ok" {
            passed += 1;
        } else if refused.is_null() {
            refused = answer;
        }
    }
    (passed, refused)
}

#[actix_web::test]
async fn commands_beyond_the_burst_wait_for_the_rate() {
    let stage = Stage::with(Database::sqlite(), |_| {}).await;
    let person = stage.members(1, Role::Agent).await.remove(0);
    let (mut agent, _) = Socket::dashboard(&person).await;
    let mut customer = stage.customer().await;
    let writes = json!({"type": "typing", "on": true});
    let is_there = json!({"type": "presence", "status": "online"});
    for (socket, most, rate, command) in [(&mut customer, 10, 1, &writes), (&mut agent, 50, 10, &is_there)] {
        let began = Instant::now();
        let (mut passed, mut refused) = burst(socket, most, command).await;
        assert!(passed >= most, "{passed}");
        while refused.is_null() {
            (_, refused) = burst(socket, 0, command).await;
            passed += usize::from(refused.is_null());
        }
        let refilled = usize::try_from(began.elapsed().as_secs() + 1).unwrap() * rate;
        assert!(passed <= most + refilled, "{passed} passed");
        assert_eq!(refused["code"], "rate_limited");
        let retry = refused["details"]["retry_after_ms"].as_u64().unwrap();
        assert!(retry > 0 && retry <= 1_000 / u64::try_from(rate).unwrap(), "{refused}");
    }
    // The allowance belongs to the person, not to the socket.
    let (mut second, _) = Socket::dashboard(&person).await;
    let (passed, _) = burst(&mut second, 50, &is_there).await;
    assert!(passed < 50, "{passed} passed");
}

#[actix_web::test]
async fn an_address_starts_five_conversations_a_minute() {
    let stage = Stage::with(Database::sqlite(), |_| {}).await;
    for _ in 0..5 {
        let (mut customer, _) = stage.writes("hello").await;
        // Going on in a conversation starts none.
        customer.ok(json!({"type": "start", "client_id": client_id(), "text": "and"})).await;
    }
    let mut sixth = stage.customer().await;
    let again = client_id();
    let first = json!({"type": "send", "client_id": again, "text": "hello"});
    let refused = sixth.refused(first.clone(), "rate_limited").await;
    assert!((1..=60_000).contains(&refused["details"]["retry_after_ms"].as_u64().unwrap()));
    let scope = stage.channel.scope;
    let active = move |store: switchboard::store::Store| async move {
        store.read(move |c| switchboard::store::conversations::active(c, scope)).await.unwrap().len()
    };
    assert_eq!(active(stage.store()).await, 5);
    stage.app.running.edge.sources.shift_clock(60_000);
    sixth.ok(first).await;
    assert_eq!(active(stage.store()).await, 6);
}

#[actix_web::test]
async fn an_address_has_so_many_sockets() {
    let stage = Stage::with(Database::sqlite(), |config| config.limits.sockets_per_address = 5).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(stage.customer().await);
    }
    let path = format!("/api/v1/widget/socket?channel={}", stage.channel.public_key);
    let headers = format!("{UPGRADE}Origin: {}\r\n", stage.app.base);
    let (status, body, _) = Raw::request(&stage.app.base, &path, &headers).await;
    assert_eq!((status, &body["code"]), (429, &json!("rate_limited")));
    open.pop().unwrap().close().await;
    while Raw::request(&stage.app.base, &path, &headers).await.0 != 101 {}
}

#[actix_web::test]
async fn a_visitor_has_ten_sockets_and_an_agent_twenty() {
    let stage = Stage::with(Database::sqlite(), |_| {}).await;
    let (first, welcome) = stage.returning(json!({})).await;
    let hello = json!({"visitor_token": welcome["visitor_token"]});
    let mut tabs = vec![first];
    for _ in 1..10 {
        tabs.push(stage.returning(hello.clone()).await.0);
    }
    let path = format!("/api/v1/widget/socket?channel={}", stage.channel.public_key);
    let origin = [("origin", stage.app.base.as_str())];
    let mut eleventh = Socket::open(&stage.app.base, &path, &origin).await.unwrap();
    let token = welcome["visitor_token"].as_str().unwrap();
    eleventh.send_text(&json!({"type": "hello", "ref": "1", "visitor_token": token}).to_string()).await;
    assert_eq!(eleventh.closed().await, 4029);
    tabs[9].ok(json!({"type": "typing", "on": true})).await;

    let person = stage.members(1, Role::Agent).await.remove(0);
    let mut windows = Vec::new();
    for _ in 0..20 {
        windows.push(Socket::dashboard(&person).await.0);
    }
    let bearer = format!("Bearer {}", person.key);
    let path = "/api/v1/dashboard/socket";
    let mut another = Socket::open(&stage.app.base, path, &[("authorization", &bearer)]).await.unwrap();
    another.send_text(r#"{"type":"hello","ref":"1"}"#).await;
    assert_eq!(another.closed().await, 4029);
    windows[19].ok(json!({"type": "presence", "status": "online"})).await;
}
