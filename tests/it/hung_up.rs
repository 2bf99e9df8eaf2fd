//! Whoever hangs up before the answer changes nothing about what becomes of a request.

use std::time::Duration;

use serde_json::{Value, json};
use socket2::SockRef;
use switchboard::store::Store;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::app::{Person, stranger};
use crate::support::chat::hold_journal;
use crate::support::database::Database;
use crate::support::stage::Stage;
use crate::support::{eventually, on_both};

on_both! {
    a_change_counts_though_nobody_waits_for_the_answer
    who_was_removed_is_out_though_nobody_waits_for_the_answer
}

/// Sends this with a key, and resets the connection once the change waits to be written.
async fn hang_up(person: &Person, store: &Store, method: &str, path: &str, body: &Value) {
    let address = person.base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (key, body) = (&person.key, body.to_string());
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    eventually(async || store.stats().journal_depth, |depth| *depth > 0).await;
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    drop(stream);
    // The one thread that serves has seen the end of it, as it answers others.
    for _ in 0..3 {
        assert!(stranger(&person.base).get("/healthz").await.status.is_success());
    }
}

async fn stage_of_one_thread(database: Database) -> Stage {
    Stage::with(database, |config| {
        config.limits.enabled = false;
        config.workers = 1;
    })
    .await
}

async fn a_change_counts_though_nobody_waits_for_the_answer(database: Database) {
    let stage = stage_of_one_thread(database).await;
    let owner = stage.app.owner().await.with_key(&stage.scope, "admin").await;
    // The key's first use is written, so that nothing but the change waits later.
    owner.get("/api/v1/session").await.good();
    let (held, release) = hold_journal(&stage.store()).await;
    let path = format!("/api/v1/scopes/{}", stage.scope);
    hang_up(&owner, &stage.store(), "PATCH", &path, &json!({"name": "Changed"})).await;
    release.await;
    held.await.unwrap();
    stage.app.until_known(stage.channel.scope, |known| known.scope.name == "Changed").await;
}

async fn who_was_removed_is_out_though_nobody_waits_for_the_answer(database: Database) {
    let stage = stage_of_one_thread(database).await;
    let owner = stage.app.owner().await;
    let key = owner.with_key(&stage.scope, "admin").await;
    let (member, mut socket) = stage.agent().await;
    let path = format!("/api/v1/scopes/{}/keys", stage.scope);
    let keys = owner.get(&path).await.good();
    let theirs = keys["items"].as_array().unwrap().iter().find(|key| key["member"] == member.id.as_str());
    let path = format!("{path}/{}", theirs.unwrap()["id"].as_str().unwrap());
    let (held, release) = hold_journal(&stage.store()).await;
    hang_up(&key, &stage.store(), "DELETE", &path, &Value::Null).await;
    release.await;
    held.await.unwrap();
    assert_eq!(socket.closed().await, 4003);
}
