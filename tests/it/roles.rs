//! Who may do what: every route with every role, and with somebody of another scope.

use reqwest::Method;
use serde_json::{Value, json};
use switchboard::api;
use uuid::Uuid;

use crate::support::app::{Answer, Person, TestApp};
use crate::support::chat::Chat;
use crate::support::files;
use crate::{channels, webhooks};

/// Whom a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum For {
    /// Anybody, or those who prove themselves in another way; other tests show how.
    Outsiders,
    /// Whoever is logged in, in whatever scope.
    Members,
    Agents,
    Admins,
    Owners,
}

/// Whom is it for, and with which body? A route that is missing here fails the test.
#[allow(clippy::match_same_arms, reason = "a table in the order of the documentation")]
pub fn expected(method: &str, path: &str) -> (For, Value) {
    use For::{Admins, Agents, Members, Outsiders, Owners};
    let id = || json!(Uuid::new_v4());
    let nothing = Value::Null;
    let Some(rest) = path.strip_prefix("/api/v1/") else { return (Outsiders, nothing) };
    match (method, rest) {
        ("GET", "openapi.json")
        | ("POST", "session" | "invitations/look" | "invitations/accept")
        | ("GET", "widget/socket") => (Outsiders, nothing),
        (_, rest) if rest.starts_with("widget/") || rest.starts_with("bot/") => (Outsiders, nothing),
        ("GET", "session" | "session/list" | "scopes") => (Members, nothing),
        // With the session of a browser only; tests/it/mail.rs shows them.
        ("POST", "mail/test" | "conversations/{id}/mail_transcript") | ("PATCH", "session") => {
            (Outsiders, nothing)
        }
        ("POST", "session/ticket") => (Members, nothing),
        // A picture is the whole body, and its name all it needs to be seen; tests/it/avatars.rs shows them.
        (_, "session/avatar") | ("GET", "avatars/{avatar}") => (Outsiders, nothing),
        // With the session of a browser only; tests/it/push.rs shows them.
        (_, "push/key" | "push/subscription" | "push/test") => (Outsiders, nothing),
        ("PUT", "session/password") => (Members, json!({"old": "wrong password", "new": "battery staple"})),
        // Each shows in other tests, as they end the session or need a socket.
        ("DELETE", "session" | "session/list/{id}") | ("GET", "dashboard/socket") => (Outsiders, nothing),
        ("POST", "scopes") => (Owners, json!({"name": "Second", "mode": "production", "time_zone": "UTC"})),
        ("GET", "scopes/{scope}" | "scopes/{scope}/channels" | "scopes/{scope}/members") => (Agents, nothing),
        ("PATCH", "scopes/{scope}") => (Admins, json!({"settings": {"idle_bot": 60_000}})),
        ("DELETE", "scopes/{scope}") => (Owners, nothing),
        ("GET", "scopes/{scope}/bot" | "scopes/{scope}/keys" | "scopes/{scope}/audit") => (Admins, nothing),
        ("PUT", "scopes/{scope}/bot") => (Admins, json!({"kind": "none"})),
        ("POST", "scopes/{scope}/channels") => (Admins, json!({"name": "Second"})),
        ("POST", "scopes/{scope}/channels/check") => {
            let platform = json!({"url": "https://app.example.invalid/told"});
            (Admins, json!({"kind": "webhook", "settings": {"platform": platform}}))
        }
        ("PATCH", "scopes/{scope}/channels/{channel}") => (Admins, json!({"name": "Renamed"})),
        ("DELETE", "scopes/{scope}/channels/{channel}") => (Admins, nothing),
        ("GET", path) if path.starts_with("scopes/{scope}/channels/{channel}/") => (Admins, nothing),
        ("POST", path) if path.starts_with("scopes/{scope}/channels/{channel}/") => (Admins, json!({})),
        ("GET", "conversations/{id}/entries/{seq}/deliveries") => (Agents, nothing),
        ("POST", "conversations/{id}/entries/{seq}/retry") => (Agents, json!({})),
        ("POST", "conversations/{id}/coming_files/{coming}/retry") => (Agents, json!({})),
        ("POST", "scopes/{scope}/members") => {
            let email = format!("{}@shop.example", Uuid::new_v4());
            (Admins, json!({"email": email, "name": "New", "role": "agent"}))
        }
        ("PATCH", "scopes/{scope}/members/{member}") => (Admins, json!({"name": "Renamed"})),
        ("DELETE", "scopes/{scope}/members/{member}") => (Admins, nothing),
        ("POST", "scopes/{scope}/keys") => (Admins, json!({"name": "robot", "role": "agent"})),
        ("DELETE", "scopes/{scope}/keys/{key}") => (Admins, nothing),
        ("GET", "scopes/{scope}/reports" | "scopes/{scope}/reports/csv" | "scopes/{scope}/reports/live") => {
            (Admins, nothing)
        }
        ("GET", path) if path.starts_with("scopes/{scope}/webhooks") => (Admins, nothing),
        ("POST", "scopes/{scope}/webhooks") => (Admins, json!({"url": "https://app.example.invalid/told"})),
        ("POST", path) if path.starts_with("scopes/{scope}/webhooks/") => (Admins, json!({})),
        ("PATCH", "scopes/{scope}/webhooks/{webhook}") => (Admins, json!({"events": ["note.created"]})),
        ("DELETE", "scopes/{scope}/webhooks/{webhook}") => (Admins, nothing),
        ("GET", "scopes/{scope}/canned_replies") => (Agents, nothing),
        ("POST", "scopes/{scope}/canned_replies") => {
            (Admins, json!({"shortcut": Uuid::new_v4(), "title": "New", "text": "Hello"}))
        }
        ("PATCH", "scopes/{scope}/canned_replies/{reply}") => (Admins, json!({"title": "Renamed"})),
        ("DELETE", "scopes/{scope}/canned_replies/{reply}") => (Admins, nothing),
        ("GET", "scopes/{scope}/mentions") => (Agents, nothing),
        ("GET", "scopes/{scope}/tags") => (Agents, nothing),
        ("GET", "scopes/{scope}/tag_counts") => (Admins, nothing),
        ("PATCH", "scopes/{scope}/tags/{tag}") => (Admins, json!({"tag": Uuid::new_v4()})),
        ("POST", "scopes/{scope}/tags") => (Admins, json!({"tag": Uuid::new_v4()})),
        ("DELETE", "scopes/{scope}/tags/{tag}") => (Admins, nothing),
        ("GET", "scopes/{scope}/conversations")
        | ("GET", "conversations/{id}" | "conversations/{id}/entries" | "conversations/{id}/transcript")
        | ("GET", "conversations/{id}/reply_window") => (Agents, nothing),
        ("POST", "conversations/{id}/send" | "conversations/{id}/note") => {
            (Agents, json!({"client_id": id(), "text": "Hello"}))
        }
        (
            "POST",
            "conversations/{id}/join" | "conversations/{id}/resolve" | "conversations/{id}/activate",
        ) => (Agents, json!({"client_id": id()})),
        ("POST", "conversations/{id}/transfer") => {
            (Agents, json!({"client_id": id(), "to": {"kind": "queue"}}))
        }
        ("POST", "conversations/{id}/tag" | "conversations/{id}/untag") => {
            (Agents, json!({"client_id": id(), "tag": "vip"}))
        }
        ("POST", "conversations/{id}/files") => (Agents, nothing),
        ("GET", "conversations/{id}/files/{file}") => (Agents, nothing),
        ("POST", "conversations/{id}/read") => (Agents, json!({"seq": 1})),
        ("POST", "conversations/{id}/take_over") => (Admins, json!({"client_id": id()})),
        ("PATCH", "contacts/{id}") => (Agents, json!({"name": "Renamed"})),
        ("GET", "contacts/{id}/export") => (Admins, nothing),
        ("POST", "contacts/{id}/erase") => (Admins, nothing),
        _ => panic!("{method} {path} is in no table"),
    }
}

/// Fresh objects for one try, so that a try that works spoils nothing.
pub async fn path_of(path: &str, owner: &Person, scope: &str, chat: &Chat) -> String {
    let made = async |what: &str, body: Value, id: &str| {
        let answer = owner.post(&format!("/api/v1/scopes/{scope}/{what}"), body).await.good();
        answer.pointer(id).unwrap().as_str().unwrap().to_owned()
    };
    let mut path = path.to_owned();
    if path.ends_with("/csv") {
        path.push_str("?table=days");
    }
    if path.contains("{webhook}") {
        // There may be ten; those of earlier tries go.
        let list = format!("/api/v1/scopes/{scope}/webhooks");
        for old in owner.get(&list).await.good()["items"].as_array().unwrap() {
            owner.delete(&format!("{list}/{}", old["id"].as_str().unwrap())).await;
        }
        let hook = made("webhooks", json!({"url": "https://app.example.invalid/told"}), "/id").await;
        if path.contains("{event}") {
            path = path.replace("{event}", &webhooks::waiting_event(chat).await);
        }
        path = path.replace("{webhook}", &hook);
    }
    if path.contains("{channel}/") {
        let platform = json!({"url": "https://app.example.com/hook"});
        let body = json!({"name": "Fresh", "kind": "webhook", "settings": {"platform": platform}});
        let channel = made("channels", body, "/id").await;
        if path.contains("{event}") {
            path = path.replace("{event}", &channels::dead_event(chat, channel.parse().unwrap()).await);
        }
        path = path.replace("{channel}", &channel);
    } else if path.contains("{channel}") {
        path = path.replace("{channel}", &made("channels", json!({"name": "Fresh"}), "/id").await);
    }
    if path.contains("{member}") {
        let email = format!("{}@shop.example", Uuid::new_v4());
        let body = json!({"email": email, "name": "Fresh", "role": "agent"});
        path = path.replace("{member}", &made("members", body, "/member/id").await);
    }
    if path.contains("{key}") {
        path = path.replace("{key}", &made("keys", json!({"name": "fresh", "role": "agent"}), "/id").await);
    }
    if path.contains("{tag}") {
        path = path.replace("{tag}", &made("tags", json!({"tag": Uuid::new_v4()}), "/tag").await);
    }
    if path.contains("{reply}") {
        let body = json!({"shortcut": Uuid::new_v4(), "title": "Fresh", "text": "Hello"});
        path = path.replace("{reply}", &made("canned_replies", body, "/id").await);
    }
    if path.contains("{id}") {
        let conversation = chat.open("Hello?").await;
        let id = if path.contains("/contacts/") {
            conversation.contact.to_string()
        } else {
            conversation.id.to_string()
        };
        path = path.replace("{id}", &id);
        if path.contains("{seq}") {
            channels::failed_message(chat, &conversation).await;
            path = path.replace("{seq}", "1");
        }
        if path.contains("{coming}") {
            path = path.replace("{coming}", &channels::incoming::failed_file(chat, &conversation).await);
        }
        if path.contains("{file}") {
            let sent = files::sent_by(owner, &id).await;
            path = path.replace("{file}", &sent);
        }
    }
    path.replace("{scope}", scope)
}

#[actix_web::test]
async fn every_route_with_every_role() {
    let app = TestApp::start(crate::support::database::Database::sqlite(), |config| {
        config.limits.enabled = false;
    })
    .await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let body = json!({"name": "Other", "mode": "production", "time_zone": "UTC"});
    let elsewhere = owner.post("/api/v1/scopes", body).await.good()["id"].as_str().unwrap().to_owned();
    let agent = app.invited(&owner, &scope, "agent", "Agent").await;
    let admin = app.invited(&owner, &scope, "admin", "Admin").await;
    let foreigner = app.invited(&owner, &elsewhere, "owner", "Foreigner").await;
    let chat = app.chat(&scope, &agent).await;
    let nobody = app.stranger();

    for (method, pattern) in api::paths() {
        let (least, _) = expected(method.as_str(), pattern);
        if least == For::Outsiders {
            continue;
        }
        let people = [
            ("nobody", None, &nobody),
            ("agent", Some(For::Agents), &agent),
            ("admin", Some(For::Admins), &admin),
            ("owner", Some(For::Owners), &owner),
        ];
        let http_method = Method::from_bytes(method.as_str().as_bytes()).unwrap();
        let attempt = async |person: &Person| {
            let path = path_of(pattern, &owner, &scope, &chat).await;
            if pattern.ends_with("/files") {
                return Answer::to(files::upload(person, &path, "a.txt", b"hello".to_vec())).await;
            }
            match expected(method.as_str(), pattern).1 {
                Value::Null => Answer::to(person.request(&http_method, &path)).await,
                body => person.send(&http_method, &path, &body).await,
            }
        };
        for (name, role, person) in people {
            if pattern == "/api/v1/scopes/{scope}" && method == "DELETE" && role == Some(For::Owners) {
                continue;
            }
            let answer = attempt(person).await;
            let case = format!("{method} {pattern} as {name}: {} {}", answer.status, answer.text);
            match role {
                None => assert_eq!(answer.json()["code"], "unauthenticated", "{case}"),
                Some(role) if role < least => assert_eq!(answer.json()["code"], "forbidden", "{case}"),
                Some(_) if pattern == "/api/v1/session/password" => {
                    assert_eq!(answer.json()["message"], "the old password is wrong", "{case}");
                }
                Some(_) if !answer.status.is_success() => {
                    assert_eq!(answer.status, 409, "refused by the conversation's state only: {case}");
                }
                Some(_) => {}
            }
        }
        let answer = attempt(&foreigner).await;
        let case = format!("{method} {pattern} as a foreigner: {} {}", answer.status, answer.text);
        if pattern.contains('{') {
            assert_eq!(answer.told(), json!({"code": "not_found", "message": "not found"}), "{case}");
        } else {
            assert!(!answer.text.contains(&scope), "{case}");
        }
    }
    assert_eq!(owner.delete(&format!("/api/v1/scopes/{scope}")).await.status, 204);
    assert_eq!(owner.get(&format!("/api/v1/scopes/{scope}")).await.code(), "not_found");
}

#[actix_web::test]
async fn the_last_scope_one_owns_stays() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let path = format!("/api/v1/scopes/{}", owner.scope().await);
    assert_eq!(owner.delete(&path).await.code(), "forbidden");
    let body = json!({"name": "Other", "mode": "production", "time_zone": "UTC"});
    assert_eq!(owner.post("/api/v1/scopes", body).await.status, 201);
    assert_eq!(owner.delete(&path).await.status, 204);
}

#[actix_web::test]
async fn an_object_of_another_scope_is_not_found_in_ones_own() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let body = json!({"name": "Other", "mode": "production", "time_zone": "UTC"});
    let other = owner.post("/api/v1/scopes", body).await.good()["id"].as_str().unwrap().to_owned();
    let sam = app.invited(&owner, &other, "agent", "Sam").await;
    let channel =
        owner.post(&format!("/api/v1/scopes/{other}/channels"), json!({"name": "Far"})).await.good();
    let channel = channel["id"].as_str().unwrap();
    let key = owner
        .post(&format!("/api/v1/scopes/{other}/keys"), json!({"name": "k", "role": "agent"}))
        .await
        .good();
    let key = key["id"].as_str().unwrap();
    let at = |rest: &str| format!("/api/v1/scopes/{scope}/{rest}");
    assert_eq!(
        owner.patch(&at(&format!("channels/{channel}")), json!({"name": "x"})).await.code(),
        "not_found"
    );
    assert_eq!(owner.delete(&at(&format!("channels/{channel}"))).await.code(), "not_found");
    assert_eq!(owner.delete(&at(&format!("keys/{key}"))).await.code(), "not_found");
    assert_eq!(
        owner.patch(&at(&format!("members/{}", sam.id)), json!({"role": "admin"})).await.code(),
        "not_found"
    );
    assert_eq!(owner.delete(&at(&format!("members/{}", sam.id))).await.code(), "not_found");
}

#[actix_web::test]
async fn nobody_rises_by_their_own_hand_and_the_last_owner_stays() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let admin = app.invited(&owner, &scope, "admin", "Ada").await;
    let member = |person: &Person| format!("/api/v1/scopes/{scope}/members/{}", person.id);
    assert_eq!(admin.patch(&member(&admin), json!({"role": "owner"})).await.code(), "forbidden");
    assert_eq!(admin.patch(&member(&owner), json!({"role": "agent"})).await.code(), "forbidden");
    assert_eq!(admin.patch(&member(&owner), json!({"disabled": true})).await.code(), "forbidden");
    assert_eq!(admin.delete(&member(&owner)).await.code(), "forbidden");
    let body = json!({"email": "new@shop.example", "name": "New", "role": "owner"});
    assert_eq!(admin.post(&format!("/api/v1/scopes/{scope}/members"), body).await.code(), "forbidden");
    let body = json!({"name": "robot", "role": "owner"});
    assert_eq!(admin.post(&format!("/api/v1/scopes/{scope}/keys"), body).await.code(), "forbidden");
    let reset = json!({"email": owner.email, "name": "x", "role": "agent"});
    let answer = admin.post(&format!("/api/v1/scopes/{scope}/members"), reset).await.good();
    assert_eq!(
        (&answer["link"], &answer["member"]["role"]),
        (&Value::Null, &json!("owner")),
        "no link to those above"
    );

    assert_eq!(owner.patch(&member(&owner), json!({"role": "agent"})).await.code(), "forbidden");
    assert_eq!(owner.patch(&member(&owner), json!({"disabled": true})).await.code(), "forbidden");
    assert_eq!(owner.delete(&member(&owner)).await.code(), "forbidden");
    assert!(owner.patch(&member(&admin), json!({"role": "owner"})).await.status.is_success());
    assert!(owner.patch(&member(&owner), json!({"role": "agent"})).await.status.is_success());
}

#[actix_web::test]
async fn a_member_of_two_scopes_is_not_renamed_or_reset_by_the_admin_of_one() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let admin = app.invited(&owner, &scope, "admin", "Ada").await;
    let body = json!({"name": "Other", "mode": "production", "time_zone": "UTC"});
    let other = owner.post("/api/v1/scopes", body).await.good()["id"].as_str().unwrap().to_owned();
    let sam = app.invited(&owner, &other, "owner", "Sam").await;
    let members = format!("/api/v1/scopes/{scope}/members");
    let invite = json!({"email": sam.email, "name": "Sam", "role": "agent"});
    assert_eq!(admin.post(&members, invite.clone()).await.good()["link"], Value::Null);
    assert_eq!(admin.post(&members, invite).await.good()["link"], Value::Null, "also when they belong here");
    let path = format!("{members}/{}", sam.id);
    assert_eq!(admin.patch(&path, json!({"name": "Mallory"})).await.code(), "forbidden");
    assert_eq!(admin.patch(&path, json!({"disabled": true})).await.code(), "forbidden");
    assert_eq!(admin.delete(&path).await.status, 204, "out of the own scope they may go");
}
