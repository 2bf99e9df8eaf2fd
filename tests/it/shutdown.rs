//! The program ends in order when it is asked to.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::app::{PASSWORD, Person, token_of};

/// Starts the program on a free port; answers it, its address and its set-up token.
fn program(folder: &std::path::Path) -> (Child, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
        .env("SWITCHBOARD_DATA_DIR", folder)
        .env("SWITCHBOARD_DEMO", "false")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let listens = lines.next().unwrap().unwrap();
    let set_up = lines.next().unwrap().unwrap();
    let last = |line: &str| line.rsplit(' ').next().unwrap().to_owned();
    (child, last(&listens), token_of(&last(&set_up)))
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn wait(mut child: Child) -> Option<i32> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        assert!(started.elapsed() < Duration::from_secs(20), "it still runs");
        std::thread::yield_now();
    }
}

async fn set_up(base: &str, token: &str) -> Person {
    Person::at(base).accept(json!({"token": token, "name": "Olga", "password": PASSWORD})).await
}

#[actix_web::test]
async fn sigterm_ends_it_with_code_0_and_what_was_acknowledged_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (child, base, token) = program(folder.path());
    let owner = set_up(&base, &token).await;
    let scope = owner.scope().await;
    owner.patch(&format!("/api/v1/scopes/{scope}"), json!({"name": "Renamed"})).await.good();
    signal(&child, "-TERM");
    assert_eq!(wait(child), Some(0));

    let again = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .args([
            "user",
            "add",
            "--email",
            "sam@x.example",
            "--name",
            "Sam",
            "--scope",
            "Renamed",
            "--role",
            "agent",
        ])
        .env("SWITCHBOARD_DATA_DIR", folder.path())
        .output()
        .unwrap();
    assert!(again.status.success(), "{again:?}");
    assert!(String::from_utf8(again.stdout).unwrap().contains("/setup#"));
}

#[actix_web::test]
async fn a_back_up_of_a_running_server_holds_what_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let (child, base, token) = program(folder.path());
    let owner = set_up(&base, &token).await;
    let copy = folder.path().join("copy").join("switchboard.db");
    std::fs::create_dir(copy.parent().unwrap()).unwrap();
    let made = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .arg("backup")
        .arg(&copy)
        .env("SWITCHBOARD_DATA_DIR", folder.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    signal(&child, "-KILL");
    wait(child);
    let store = switchboard::store::Store::open(&switchboard::store::StoreOptions::new(format!(
        "sqlite://{}",
        copy.display()
    )))
    .unwrap();
    let email = owner.email.clone();
    assert!(store.read(move |c| switchboard::store::members::by_email(c, &email)).await.is_ok());
    store.close().await.unwrap();
}
