//! Fields that nobody may set: each writing route refuses each of them and changes nothing.

use reqwest::Method;
use serde_json::{Value, json};
use switchboard::api;
use uuid::Uuid;

use crate::roles::{For, expected, path_of};
use crate::support::app::{Answer, Person, TestApp, with_json};
use crate::support::database::Database;

/// What rows have and requests do not.
const PRIVILEGED: [&str; 18] = [
    "id",
    "scope",
    "scope_id",
    "role",
    "member",
    "owner",
    "by",
    "disabled",
    "verified",
    "created_at",
    "csrf_token",
    "password_hash",
    "token_generation",
    "public_key",
    "identity_secret",
    "version",
    "is_admin",
    "__proto__",
];

/// These are what the request is about.
fn is_asked_for(method: &str, path: &str, field: &str) -> bool {
    match (method, path.trim_start_matches("/api/v1/")) {
        ("PATCH", "scopes/{scope}/members/{member}") => ["role", "disabled"].contains(&field),
        _ => false,
    }
}

/// A body for routes that are not in the table of roles.
fn of_outsiders(method: &str, path: &str) -> Value {
    let id = || json!(Uuid::new_v4());
    match path.trim_start_matches("/api/v1/") {
        "session" if method == "PATCH" => json!({"name": "Olga"}),
        "push/subscription" if method == "PUT" => json!({
            "endpoint": "https://push.example/x",
            "keys": {"p256dh": "x", "auth": "x"},
            "wishes": {"unassigned": true, "mine": true, "mention": true, "quiet_until": 0},
            "wording": {"unassigned": "a", "mine": "b", "given": "c", "mention": "d", "test": "e"},
        }),
        "session" if method == "POST" => json!({"email": "olga@shop.example", "password": "wrong password"}),
        "invitations/look" => json!({"token": "x"}),
        "invitations/accept" => json!({"token": "x", "password": "wrong password"}),
        "widget/session" => json!({}),
        "widget/start" | "widget/send" | "widget/leave_message" => json!({"client_id": id(), "text": "x"}),
        "widget/request_human" | "widget/end" => json!({"client_id": id()}),
        "widget/feedback" => json!({"client_id": id(), "rating": 5}),
        "widget/read" => json!({"seq": 1}),
        _ => Value::Null,
    }
}

/// The body with one field more, of a likely kind.
fn with_field(body: &Value, field: &str) -> Value {
    let mut body = body.clone();
    body[field] = match field {
        "disabled" | "verified" | "is_admin" => json!(true),
        "role" => json!("owner"),
        "created_at" | "version" | "token_generation" => json!(1),
        "__proto__" => json!({"role": "owner"}),
        _ => json!("s_00000000000000000000000000000000"),
    };
    body
}

#[actix_web::test]
async fn no_request_sets_what_is_not_its_to_set() {
    let app = TestApp::start(Database::sqlite(), |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let chat = app.chat(&scope, &owner).await;
    let channel = owner.channel_open_to_all().await;
    let nobody = app.stranger();
    let session = format!("/api/v1/widget/session?channel={channel}");
    let token = nobody.post(&session, json!({})).await.good()["visitor_token"].as_str().unwrap().to_owned();
    let mut seen = 0;
    for (method, pattern) in api::paths().into_iter().filter(|(method, _)| method != "GET") {
        let http_method = Method::from_bytes(method.as_str().as_bytes()).unwrap();
        let of_role = (!pattern.starts_with("/api/v1/widget/") && pattern.starts_with("/api/v1/"))
            .then(|| expected(method.as_str(), pattern));
        let (path, body, person): (String, Value, &Person) = match of_role {
            None if pattern.starts_with("/api/v1/widget/") => {
                (format!("{pattern}?channel={channel}"), of_outsiders(method.as_str(), pattern), &nobody)
            }
            None => continue,
            Some((For::Outsiders, _)) => {
                let person = if method == "POST" { &nobody } else { &owner };
                (pattern.to_owned(), of_outsiders(method.as_str(), pattern), person)
            }
            Some((_, body)) => (path_of(pattern, &owner, &scope, &chat).await, body, &owner),
        };
        // Some take no body, or one that is no object.
        if body.as_object().is_none_or(|fields| fields.is_empty() && !pattern.ends_with("/session")) {
            continue;
        }
        seen += 1;
        let asked =
            |field: &&&str| body.get(**field).is_some() || is_asked_for(method.as_str(), pattern, field);
        for field in PRIVILEGED.iter().filter(|field| !asked(field)) {
            let mut request = person.request(&http_method, &path);
            if pattern.contains("/widget/") {
                request = request.bearer_auth(&token);
            }
            let answer = Answer::to(with_json(request, &with_field(&body, field))).await;
            assert_eq!(answer.code(), "bad_request", "{method} {pattern} with {field}: {}", answer.text);
        }
    }
    assert!(seen >= 35, "{seen} routes");
    let me = owner.get("/api/v1/session").await.good();
    assert_eq!(me["scopes"][0]["role"], "owner");
}
