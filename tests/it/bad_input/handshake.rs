//! Requests that must not become sockets: wrong handshakes, forged origins, no credentials.

use serde_json::json;
use switchboard::store::channels;

use crate::support::app::Person;
use crate::support::database::Database;
use crate::support::raw::{self, FIN, Raw, TEXT, UPGRADE};
use crate::support::stage::Stage;

const DASHBOARD: &str = "/api/v1/dashboard/socket";

fn widget(stage: &Stage) -> String {
    format!("/api/v1/widget/socket?channel={}", stage.channel.public_key)
}

async fn refused(stage: &Stage, path: &str, headers: &str, status: u16, code: &str) {
    let (answered, body, _) = Raw::request(&stage.app.base, path, headers).await;
    assert_eq!((answered, &body["code"]), (status, &json!(code)), "{path} with {headers:?}: {body}");
}

#[actix_web::test]
async fn only_handshakes_of_version_13_become_sockets() {
    let stage = Stage::new(Database::sqlite()).await;
    let (person, _) = stage.agent().await;
    let bearer = format!("Authorization: Bearer {}\r\n", person.key);
    let changed = |from: &str, to: &str| {
        assert!(UPGRADE.contains(from));
        UPGRADE.replace(from, to)
    };
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for headers in [
        changed("Version: 13", "Version: 8"),
        changed("Version: 13", "Version: 7"),
        changed("Version: 13", "Version: 14"),
        changed("Version: 13", "Version: 013"),
        changed("Sec-WebSocket-Version: 13\r\n", ""),
        changed(key, ""),
        changed(key, "Sec-WebSocket-Key: \r\n"),
        changed(key, "Sec-WebSocket-Key: c2hvcnQ=\r\n"),
        changed(key, "Sec-WebSocket-Key: not base64 at all!!\r\n"),
        changed(key, "Sec-WebSocket-Key: dGhpcyBrZXkgaXMgdG9vIGxvbmcgYnkgZmFy\r\n"),
        changed("Upgrade: websocket\r\n", ""),
        changed("Upgrade: websocket\r\n", "Upgrade: h2c\r\n"),
        changed("Connection: Upgrade\r\n", ""),
        changed("Connection: Upgrade\r\n", "Connection: Upgrade\r\nTransfer-Encoding: chunked\r\n"),
        String::new(),
    ] {
        let origin = format!("Origin: {}\r\n", stage.app.base);
        refused(&stage, DASHBOARD, &format!("{headers}{bearer}"), 400, "bad_request").await;
        refused(&stage, &widget(&stage), &format!("{headers}{origin}"), 400, "bad_request").await;
    }
}

#[actix_web::test]
async fn what_comes_with_the_handshake_is_heard() {
    let stage = Stage::new(Database::sqlite()).await;
    let hello = raw::frame(FIN | TEXT, json!({"type": "hello", "ref": "1"}).to_string().as_bytes());
    let headers = format!("{UPGRADE}Origin: {}\r\n", stage.app.base);
    let (status, _, mut raw) =
        Raw::request_and_more(&stage.app.base, &widget(&stage), &headers, &hello).await;
    assert_eq!(status, 101);
    assert_eq!(raw.json().await["type"], "welcome");
}

#[actix_web::test]
async fn what_is_no_socket_is_answered_whole_and_is_the_last() {
    let stage = Stage::new(Database::sqlite()).await;
    let (status, body, mut raw) = Raw::request(&stage.app.base, "/api/v1/openapi.json", UPGRADE).await;
    assert_eq!((status, &body["openapi"]), (200, &json!("3.1.0")));
    assert!(raw.head.contains("\r\nconnection: close\r\n"), "{}", raw.head);
    assert!(raw.next().await.is_none());
}

/// What foreign pages can make a browser send, and what they cannot.
fn forged(own: &str) -> Vec<String> {
    let (scheme, host) = own.split_once("://").unwrap();
    let other_scheme = if scheme == "http" { "https" } else { "http" };
    let without_port = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let lines = [
        String::new(),
        "null".into(),
        format!("{other_scheme}://{host}"),
        format!("{scheme}://{without_port}:1"),
        format!("{scheme}://{without_port}:65535"),
        format!("{scheme}://{host}.evil.example"),
        format!("{scheme}://evil{host}"),
        format!("{scheme}://evil-{host}"),
        format!("{scheme}://{host}@evil.example"),
        format!("{scheme}://user@{host}"),
        format!("{scheme}://{host}/"),
        format!("{scheme}://{host}#evil"),
        format!("{own}, https://evil.example"),
        host.to_owned(),
        own.to_uppercase(),
        "https://evil.example".into(),
    ];
    let mut headers: Vec<String> = lines.iter().map(|origin| format!("Origin: {origin}\r\n")).collect();
    headers.push(String::new());
    headers.push(format!("Origin: {own}\r\nOrigin: {own}\r\n"));
    headers.push(format!("Origin: {own}\r\nOrigin: https://evil.example\r\n"));
    headers
}

#[actix_web::test]
async fn pages_of_other_sites_open_no_socket() {
    let stage = Stage::new(Database::sqlite()).await;
    let owner = stage.app.owner().await;
    let cookie = format!("{UPGRADE}Cookie: {}\r\n", owner.cookie);
    for origin in forged(&stage.app.base) {
        refused(&stage, DASHBOARD, &format!("{cookie}{origin}"), 403, "origin_denied").await;
    }
    let good = format!("{cookie}Origin: {}\r\n", stage.app.base);
    assert_eq!(Raw::request(&stage.app.base, DASHBOARD, &good).await.0, 101);

    for site in ["https://shop.example", "https://shop.example:8443"] {
        let path = format!("/api/v1/scopes/{}/channels/{}", stage.channel.scope, stage.channel.id);
        owner.patch(&path, json!({"settings": {"allowed_origins": [site]}})).await.good();
        for origin in forged(site) {
            refused(&stage, &widget(&stage), &format!("{UPGRADE}{origin}"), 403, "origin_denied").await;
        }
        let good = format!("{UPGRADE}Origin: {site}\r\n");
        assert_eq!(Raw::request(&stage.app.base, &widget(&stage), &good).await.0, 101);
    }
}

#[actix_web::test]
async fn a_socket_needs_credentials_of_its_own_kind() {
    let stage = Stage::new(Database::sqlite()).await;
    let owner: Person = stage.app.owner().await;
    let origin = format!("Origin: {}\r\n", stage.app.base);
    let cookie = |value: &str| format!("{UPGRADE}{origin}Cookie: {value}\r\n");
    let bearer = |value: &str| format!("{UPGRADE}Authorization: {value}\r\n");
    let with_origin = format!("{UPGRADE}{origin}");
    refused(&stage, DASHBOARD, &with_origin, 401, "unauthenticated").await;
    let (name, _) = owner.cookie.split_once('=').unwrap();
    for value in [format!("{name}="), format!("{name}=x"), owner.cookie[..owner.cookie.len() - 1].to_owned()]
    {
        refused(&stage, DASHBOARD, &cookie(&value), 401, "unauthenticated").await;
    }
    let key = stage.members(1, switchboard::domain::member::Role::Agent).await.remove(0).key;
    for value in [
        "Bearer ".to_owned(),
        "Bearer sbk_".to_owned(),
        format!("Bearer {}", &key[..key.len() - 1]),
        format!("Bearer {key}x"),
        format!("Basic {key}"),
        key.clone(),
    ] {
        refused(&stage, DASHBOARD, &bearer(&value), 401, "invalid_token").await;
    }
    refused(&stage, &format!("{DASHBOARD}?key={key}"), &with_origin, 401, "unauthenticated").await;
    let unknown = "/api/v1/widget/socket?channel=";
    for path in [unknown.to_owned(), format!("{unknown}nope"), format!("{unknown}%27%20or%201=1--")] {
        refused(&stage, &path, &with_origin, 404, "not_found").await;
    }
    for path in ["/api/v1/widget/socket".to_owned(), format!("{}&visitor_token=x", widget(&stage))] {
        refused(&stage, &path, &with_origin, 400, "bad_request").await;
    }
    let mut off = stage.channel.clone();
    off.enabled = false;
    stage.store().write(move |c| channels::update(c, &off)).await.unwrap();
    refused(&stage, &widget(&stage), &with_origin, 404, "not_found").await;
}
