//! Whatever stands in a parameter of a list is a value or is refused: never a piece of a query, never a pattern.

use reqwest::Method;
use serde_json::{Value, json};

use crate::roles::path_of;
use crate::support::app::{Answer, TestApp};
use crate::support::database::Database;
use crate::support::on_both;

const OPENAPI: &str = include_str!("../../../docs/openapi.json");

/// Quotes, comments, wildcards, names of columns, and what text columns cannot hold.
const PAYLOADS: [&str; 26] = [
    "'",
    "\"",
    "`",
    "\\",
    "''",
    "' OR '1'='1",
    "\" OR \"\"=\"",
    "1 OR 1=1",
    "'; DROP TABLE entries; --",
    "x'); DELETE FROM members; --",
    "' UNION SELECT password_hash FROM members --",
    "1); SELECT pg_sleep(5); --",
    "--",
    "/*",
    "#",
    "%",
    "_",
    "*",
    "%' --",
    "password_hash",
    "created_at DESC",
    "id,(SELECT 1)",
    "${jndi:ldap://evil.example}",
    "NULL",
    "\u{0}",
    "\u{202e}\u{fffd}🦆",
];

/// Each list of members with the parameters it documents.
fn lists() -> Vec<(String, Vec<String>)> {
    let document: Value = serde_json::from_str(OPENAPI).unwrap();
    let mut lists = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let parameters = methods["get"]["parameters"].as_array().into_iter().flatten();
        let names: Vec<String> = parameters
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
            .collect();
        if !names.is_empty() {
            lists.push((path.clone(), names));
        }
    }
    lists
}

on_both! { every_parameter_of_every_list_is_a_value }

async fn every_parameter_of_every_list_is_a_value(database: Database) {
    let app = TestApp::start(database, |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let agent = app.invited(&owner, &scope, "agent", "Agent").await;
    let chat = app.chat(&scope, &agent).await;
    let channel = owner.channel_open_to_all().await;
    let visitor = app.stranger().post(&format!("/api/v1/widget/session?channel={channel}"), json!({})).await;
    let visitor = visitor.good()["visitor_token"].as_str().unwrap().to_owned();
    let kept = chat.open("plain words").await;
    let mut tried = 0;
    for (pattern, names) in lists() {
        let for_visitors = pattern.starts_with("/api/v1/widget/");
        if pattern.ends_with("/socket") {
            continue;
        }
        let path = if for_visitors {
            pattern.replace("{id}", &kept.id.to_string()).replace("{file}", &format!("f_{:032}", 0))
        } else {
            path_of(&pattern, &owner, &scope, &chat).await.replace("?table=days", "")
        };
        for name in &names {
            for payload in PAYLOADS {
                let mut query = vec![(name.as_str(), payload)];
                if for_visitors && name != "channel" {
                    query.push(("channel", &channel));
                }
                let request = if for_visitors {
                    app.stranger().bare(&Method::GET, &path).bearer_auth(&visitor)
                } else {
                    owner.request(&Method::GET, &path)
                };
                let answer = Answer::to(request.query(&query)).await;
                tried += 1;
                let case = format!("{pattern} {name}={payload:?}: {} {}", answer.status, answer.text);
                if answer.status.is_success() {
                    assert!(!answer.text.contains("argon2"), "{case}");
                    // Texts to look for may be anything, and tags nearly; nothing stored has any of these in it.
                    assert!(["q", "tag", "cursor"].contains(&name.as_str()), "{case}");
                    assert_eq!(answer.json()["items"], json!([]), "{case}");
                } else {
                    assert!(["bad_request", "not_found"].contains(&answer.code().as_str()), "{case}");
                }
            }
        }
    }
    assert!(tried > 1_000, "{tried} requests");
    // Nor does a text of a body that no column can hold.
    assert_eq!(app.stranger().log_in("a\0b@shop.example", "wrong password").await.code(), "bad_request");
    // A second value for a parameter is no way round the first.
    let list = format!("/api/v1/scopes/{scope}/conversations");
    assert_eq!(owner.get(&format!("{list}?state=active&state=ended")).await.code(), "bad_request");
    for (text, count) in [("plain", 1), ("pl_in", 0), ("pl%n", 0), ("plain*", 0), ("PLAIN", 1)] {
        let found = owner.request(&Method::GET, &list).query(&[("q", text)]);
        let found = Answer::to(found).await.good();
        let found = found["items"].as_array().unwrap().iter();
        assert_eq!(found.filter(|row| row["id"] == json!(kept.id)).count(), count, "{text}");
    }
    for payload in PAYLOADS.iter().filter(|payload| !payload.contains(['\0', '#', '\u{fffd}'])) {
        let id = url::form_urlencoded::byte_serialize(payload.as_bytes()).collect::<String>();
        for path in [format!("/api/v1/conversations/{id}"), format!("/api/v1/scopes/{id}/members")] {
            assert_eq!(owner.get(&path).await.code(), "not_found", "{path}");
        }
    }
}
