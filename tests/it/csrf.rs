//! Forged requests: every writing route refuses what a foreign page can send.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, COOKIE, ORIGIN};
use switchboard::api;

use crate::support::app::{Answer, Person, TestApp};

/// Those that prove themselves otherwise: by password, one-time link, visitor token or bot secret.
fn has_its_own_proof(path: &str) -> bool {
    path == "/api/v1/session"
        || path.starts_with("/api/v1/invitations/")
        || is_for_outsiders(path)
        || path.starts_with("/hooks/")
}

/// Asked for by widgets and bots, which have no cookie.
fn is_for_outsiders(path: &str) -> bool {
    path.starts_with("/api/v1/widget/") || path.starts_with("/api/v1/bot/")
}

/// The path with well-formed ids of nothing.
pub fn with_ids(path: &str) -> String {
    let of = |kind: &str| format!("{kind}_{}", "0".repeat(32));
    let id = match path {
        path if path.contains("/conversations/") => of("c"),
        path if path.contains("/contacts/") => of("ct"),
        _ => of("l"),
    };
    let places = [
        ("{id}", id),
        ("{coming}", of("cf")),
        ("{file}", of("f")),
        ("{scope}", of("s")),
        ("{channel}", of("ch")),
        ("{member}", of("m")),
        ("{key}", of("k")),
        ("{reply}", of("cr")),
        ("{tag}", "vip".into()),
        ("{webhook}", of("wh")),
        ("{event}", of(if path.contains("/webhooks/") { "ev" } else { "in" })),
        ("{seq}", "1".into()),
    ];
    places.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, id))
}

#[actix_web::test]
async fn every_writing_route_refuses_forged_requests() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let other = owner.another_login().await;
    let mut seen = 0;
    for (method, path) in api::paths() {
        if method == "GET" || (method == "POST" && has_its_own_proof(path)) {
            continue;
        }
        seen += 1;
        let method = Method::from_bytes(method.as_str().as_bytes()).unwrap();
        let path = with_ids(path);
        let case = |what: &str| format!("{method} {path} {what}");
        let forged = |person: &Person| person.bare(&method, &path).header(COOKIE, &person.cookie);
        let token = |person: &Person| person.csrf.clone();

        let no_token = forged(&owner).header(ORIGIN, &app.base);
        assert_eq!(Answer::to(no_token).await.code(), "forbidden", "{}", case("no token"));
        let foreign_token = forged(&owner).header(ORIGIN, &app.base).header("X-CSRF-Token", token(&other));
        assert_eq!(Answer::to(foreign_token).await.code(), "forbidden", "{}", case("foreign token"));
        let foreign_origin =
            forged(&owner).header("X-CSRF-Token", token(&owner)).header(ORIGIN, "https://evil.example");
        assert_eq!(Answer::to(foreign_origin).await.code(), "origin_denied", "{}", case("foreign origin"));
        let no_origin = forged(&owner).header("X-CSRF-Token", token(&owner));
        assert_eq!(Answer::to(no_origin).await.code(), "origin_denied", "{}", case("no origin"));
        let plain = owner.request(&method, &path).header(CONTENT_TYPE, "text/plain").body("{}");
        assert_eq!(Answer::to(plain).await.code(), "bad_request", "{}", case("text/plain"));
    }
    assert!(seen >= 20, "{seen} routes");
    assert!(owner.get("/api/v1/session").await.status.is_success(), "nothing of it had an effect");
}

#[actix_web::test]
async fn logging_in_from_a_foreign_page_or_as_a_form_is_refused() {
    let app = TestApp::sqlite().await;
    let nobody = app.stranger();
    for path in ["/api/v1/session", "/api/v1/invitations/look", "/api/v1/invitations/accept"] {
        let foreign = nobody.bare(&Method::POST, path).header(ORIGIN, "https://evil.example").body("{}");
        let foreign = foreign.header(CONTENT_TYPE, "application/json");
        assert_eq!(Answer::to(foreign).await.code(), "origin_denied", "{path}");
        for kind in ["text/plain", "application/x-www-form-urlencoded"] {
            let form = nobody.bare(&Method::POST, path).header(CONTENT_TYPE, kind).body("{}");
            assert_eq!(Answer::to(form).await.code(), "bad_request", "{path} {kind}");
        }
    }
}
