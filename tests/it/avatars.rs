//! Pictures of members: what they may be, who sees them, and that nothing stays of those that are gone.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard::api;

use crate::support::app::{Answer, Person, TestApp};
use crate::support::database::Database;
use crate::support::files::{PDF, PNG};
use crate::support::sockets::{Socket, client_id};
use crate::support::{eventually, on_both};

const MINE: &str = "/api/v1/session/avatar";

on_both! {
    a_picture_is_shown_to_colleagues_and_customers
    what_is_no_small_picture_is_refused
    nothing_stays_of_what_was_replaced
}

async fn puts(person: &Person, bytes: Vec<u8>) -> Answer {
    let request = person.request(&Method::PUT, MINE).header("content-type", "application/octet-stream");
    Answer::to(request.body(bytes)).await
}

fn name_of(answer: &Answer) -> String {
    answer.good()["avatar"].as_str().unwrap().to_owned()
}

/// A dashboard of somebody who sees this picture: the scope hears of it soon after the answer.
async fn seen_by(person: &Person, picture: &str) -> Socket {
    let shows = async || {
        let (dashboard, welcome) = Socket::dashboard(person).await;
        dashboard.close().await;
        welcome["scopes"][0]["members"][0]["avatar"].clone()
    };
    eventually(shows, |shown| shown == picture).await;
    Socket::dashboard(person).await.0
}

/// A PNG of this size, as far as anybody looks.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = PNG.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    bytes
}

async fn a_picture_is_shown_to_colleagues_and_customers(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let key = owner.channel_open_to_all().await;
    let picture = name_of(&puts(&owner, PNG.to_vec()).await);

    let members = owner.get(&format!("/api/v1/scopes/{scope}/members")).await.good();
    assert_eq!(members["items"][0]["avatar"], picture);
    let mut dashboard = seen_by(&owner, &picture).await;

    let (mut widget, _) = Socket::widget(&app.base, &key, json!({})).await;
    let start = json!({"type": "start", "client_id": client_id(), "text": "Hello"});
    let chat = widget.ok(start).await["conversation"].clone();
    let send = json!({"type": "send", "conversation": chat, "client_id": client_id(), "text": "Hi"});
    dashboard.ok(send).await;
    let entry = widget.until(|frame| frame["entry"]["by"]["kind"] == "member").await["entry"].clone();
    assert_eq!(entry["by"]["avatar"], picture);
    let status = widget.until(|frame| frame["status"] == "agent").await;
    assert_eq!(status["agent"]["avatar"], picture);

    // Anybody who knows the name, from any page, for good.
    let path = format!("/api/v1/avatars/{picture}");
    let fetched = app.stranger().get(&path).await;
    assert_eq!(fetched.status, StatusCode::OK);
    for (header, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("access-control-allow-origin", "*"),
    ] {
        assert_eq!(fetched.header(header), value, "{header}");
    }
    let trail = owner.get(&format!("/api/v1/scopes/{scope}/audit")).await.good();
    assert_eq!(trail["items"][0]["action"], "member_changed");

    assert_eq!(owner.delete(MINE).await.status, StatusCode::NO_CONTENT);
    let gone = app.stranger().get(&path).await;
    assert_eq!((gone.code().as_str(), gone.header("cache-control")), ("not_found", "no-store"));
    widget.until(|frame| frame["type"] == "status" && frame["agent"]["avatar"] == Value::Null).await;
    assert_eq!(owner.delete(MINE).await.status, StatusCode::NO_CONTENT, "once more changes nothing");
}

async fn what_is_no_small_picture_is_refused(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let large = |bytes: usize| [PNG, &vec![0; bytes - PNG.len()]].concat();
    for (bytes, code) in [
        (PDF.to_vec(), "bad_request"),
        (b"just a text".to_vec(), "bad_request"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "bad_request"),
        (Vec::new(), "bad_request"),
        (png(4_097, 10), "too_large"),
        (png(10, 4_097), "too_large"),
        (large(1024 * 1024 + 1), "too_large"),
    ] {
        assert_eq!(puts(&owner, bytes).await.code(), code);
    }
    let folder = app.folder.path().join("files");
    assert_eq!(std::fs::read_dir(&folder).map_or(0, Iterator::count), 0, "nothing stays of them");
    for good in [png(4_096, 4_096), large(1024 * 1024)] {
        name_of(&puts(&owner, good).await);
    }
    assert_eq!(puts(&app.stranger(), PNG.to_vec()).await.code(), "unauthenticated");
    let robot = owner.with_key(&owner.scope().await, "admin").await;
    assert_eq!(puts(&robot, PNG.to_vec()).await.code(), "forbidden");
    assert_eq!(app.stranger().get("/api/v1/avatars/x").await.code(), "not_found");
}

async fn nothing_stays_of_what_was_replaced(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let first = name_of(&puts(&owner, PNG.to_vec()).await);
    let second = name_of(&puts(&owner, png(2, 2)).await);
    let fetch = async |name: &str| app.stranger().get(&format!("/api/v1/avatars/{name}")).await.status;
    assert_eq!(fetch(&first).await, StatusCode::NOT_FOUND);
    assert_eq!(fetch(&second).await, StatusCode::OK);
    api::avatars::sweep(&app.running.edge).await;
    let folder = std::fs::read_dir(app.folder.path().join("files")).unwrap();
    let stored: Vec<_> = folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(stored, [second]);
}
