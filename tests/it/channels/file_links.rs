//! What platforms are told to fetch: a file of the conversation, for an hour, by an address that nobody can make up.

use reqwest::StatusCode;
use serde_json::json;

use super::sim::telegram::text;
use super::{Office, texts};
use crate::support::app::Answer;
use crate::support::database::Database;
use crate::support::files::{PNG, upload};

/// Milliseconds.
const HOUR: i64 = 3_600_000;

#[actix_web::test]
async fn a_platform_fetches_a_file_for_an_hour_and_nothing_else() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.telegram().await;
    office.update(&line, &text(1, 55_501, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let files = format!("/api/v1/conversations/{chat}/files");
    let id = async || {
        let sent = Answer::to(upload(&office.owner, &files, "photo.png", PNG.to_vec())).await.good();
        sent["id"].as_str().unwrap().to_owned()
    };
    let (file, internal) = (id().await, id().await);
    office.does("send", &chat, json!({"text": "", "attachments": [file]})).await;
    office.does("note", &chat, json!({"text": "", "attachments": [internal]})).await;
    let call = office.sim.wait_for(1).await.pop().unwrap().json();
    let address = call["photo"].as_str().unwrap().to_owned();
    let path = address.strip_prefix(&office.app.base).expect("our public address").to_owned();

    let platform = office.app.stranger();
    let fetched = Answer::to(platform.bare(&reqwest::Method::GET, &path)).await;
    assert_eq!((fetched.status, fetched.header("content-type")), (StatusCode::OK, "image/png"));
    assert_eq!(fetched.header("content-length"), PNG.len().to_string());

    let (rest, proof) = path.rsplit_once('/').unwrap();
    let (_, until) = rest.rsplit_once('/').unwrap();
    let later = (until.parse::<i64>().unwrap() + HOUR).to_string();
    let other = if proof.starts_with('0') { "1" } else { "0" };
    for altered in [
        path.replace(proof, &format!("{other}{}", &proof[1..])),
        path.replace(proof, &proof[2..]),
        path.replace(until, &later),
        path.replace(&file, &internal),
        path.replace(&file, &format!("f_{}", "0".repeat(32))),
        rest.to_owned(),
    ] {
        assert_eq!(platform.get(&altered).await.status, StatusCode::NOT_FOUND, "{altered}");
    }
    // A good proof opens no file that only members may see.
    let edge = &office.app.running.edge;
    let note = edge.courier.links.make(internal.parse().unwrap(), edge.sources.now());
    assert_eq!(platform.get(note.strip_prefix(&office.app.base).unwrap()).await.code(), "not_found");

    edge.sources.shift_clock(HOUR + 1);
    assert_eq!(platform.get(&path).await.code(), "not_found");
}
