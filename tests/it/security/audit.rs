//! The audit trail: one line for each action that must leave one, and no way to change a line.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use switchboard::api;
use switchboard::domain::ids::ScopeId;
use switchboard::store::audit;

use crate::roles::{expected, path_of};
use crate::support::app::{Answer, Person, TestApp};
use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::on_both;

/// The line that a request leaves. Those that are missing leave none: what they do stands in the conversation's log, or
/// changes nothing that others see.
const LINES: &[(&str, &str, &str)] = &[
    ("PATCH", "scopes/{scope}", "scope_changed"),
    ("PUT", "scopes/{scope}/bot", "bot_changed"),
    ("POST", "scopes/{scope}/channels", "channel_created"),
    ("PATCH", "scopes/{scope}/channels/{channel}", "channel_changed"),
    ("DELETE", "scopes/{scope}/channels/{channel}", "channel_deleted"),
    ("POST", "scopes/{scope}/channels/{channel}/dead_events/{event}/replay", "channel_event_replayed"),
    ("POST", "scopes/{scope}/members", "member_invited"),
    ("PATCH", "scopes/{scope}/members/{member}", "member_changed"),
    ("DELETE", "scopes/{scope}/members/{member}", "member_removed"),
    ("POST", "scopes/{scope}/keys", "key_created"),
    ("DELETE", "scopes/{scope}/keys/{key}", "key_revoked"),
    ("POST", "scopes/{scope}/webhooks", "webhook_created"),
    ("PATCH", "scopes/{scope}/webhooks/{webhook}", "webhook_changed"),
    ("DELETE", "scopes/{scope}/webhooks/{webhook}", "webhook_deleted"),
    ("POST", "scopes/{scope}/webhooks/{webhook}/test", "webhook_tested"),
    ("POST", "scopes/{scope}/webhooks/{webhook}/rotate_secret", "webhook_secret_rotated"),
    ("POST", "scopes/{scope}/webhooks/{webhook}/deliveries/{event}/replay", "webhook_event_replayed"),
    ("POST", "scopes/{scope}/canned_replies", "canned_reply_created"),
    ("PATCH", "scopes/{scope}/canned_replies/{reply}", "canned_reply_changed"),
    ("DELETE", "scopes/{scope}/canned_replies/{reply}", "canned_reply_deleted"),
    ("POST", "scopes/{scope}/tags", "tag_created"),
    ("PATCH", "scopes/{scope}/tags/{tag}", "tag_renamed"),
    ("DELETE", "scopes/{scope}/tags/{tag}", "tag_deleted"),
    ("POST", "conversations/{id}/entries/{seq}/retry", "delivery_retried"),
    ("POST", "conversations/{id}/take_over", "conversation.take_over"),
    ("PATCH", "contacts/{id}", "contact_changed"),
    ("GET", "contacts/{id}/export", "contact_exported"),
    ("POST", "contacts/{id}/erase", "contact_erased"),
];

on_both! {
    each_audited_action_leaves_one_line
    what_concerns_ones_own_account_is_audited
}

/// The lines of the scope's trail, newest first.
async fn trail(chat: &Chat) -> Vec<audit::AuditRow> {
    let scope: ScopeId = chat.scope.id;
    chat.store.read(move |c| audit::list(c, scope, None, 200)).await.unwrap().items
}

/// What the trail has got since.
async fn new_lines(chat: &Chat, before: &[audit::AuditRow]) -> Vec<audit::AuditRow> {
    let known: BTreeSet<String> = before.iter().map(|line| line.id.to_string()).collect();
    let all = trail(chat).await;
    all.into_iter().filter(|line| !known.contains(&line.id.to_string())).collect()
}

async fn each_audited_action_leaves_one_line(database: Database) {
    let app = TestApp::start(database, |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let agent = app.invited(&owner, &scope, "agent", "Agent").await;
    let chat = app.chat(&scope, &agent).await;
    let known: BTreeSet<(String, &str)> =
        api::paths().into_iter().map(|(method, path)| (method.to_string(), path)).collect();
    for (method, pattern, action) in LINES {
        let pattern = format!("/api/v1/{pattern}");
        assert!(known.contains(&((*method).to_owned(), pattern.as_str())), "{method} {pattern} is no route");
        let path = path_of(&pattern, &owner, &scope, &chat).await;
        let before = trail(&chat).await;
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = match expected(method.as_str(), &pattern).1 {
            Value::Null => Answer::to(owner.request(&method, &path)).await,
            body => owner.send(&method, &path, &body).await,
        };
        assert!(answer.status.is_success(), "{method} {pattern}: {} {}", answer.status, answer.text);
        let lines = new_lines(&chat, &before).await;
        let actions: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
        assert_eq!(actions, [*action], "{method} {pattern}");
        let line = &lines[0];
        assert_eq!(line.actor.id.as_deref(), Some(owner.id.as_str()), "{action}");
        assert!(!line.object.is_empty(), "{action}");
        // The mailbox that decides a take-over knows members and no addresses.
        assert_eq!(line.address.is_some(), *action != "conversation.take_over", "{action}");
    }
}

async fn what_concerns_ones_own_account_is_audited(database: Database) {
    let app = TestApp::start(database, |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let chat = app.chat(&owner.scope().await, &owner).await;
    let leaves = async |answer: Answer, action: &str, before: Vec<audit::AuditRow>| {
        assert!(answer.status.is_success(), "{action}: {}", answer.text);
        let actions: Vec<String> = new_lines(&chat, &before).await.into_iter().map(|l| l.action).collect();
        assert_eq!(actions, [action]);
    };
    let before = trail(&chat).await;
    leaves(app.stranger().log_in(&owner.email, crate::support::app::PASSWORD).await, "login", before).await;
    let before = trail(&chat).await;
    leaves(owner.patch("/api/v1/session", json!({"name": "Olga"})).await, "member_changed", before).await;
    let before = trail(&chat).await;
    let new = json!({"old": crate::support::app::PASSWORD, "new": "battery staple"});
    leaves(owner.put("/api/v1/session/password", new).await, "password", before).await;
    let before = trail(&chat).await;
    let scope = json!({"name": "Second", "mode": "production", "time_zone": "UTC"});
    let made = owner.post("/api/v1/scopes", scope).await.good();
    assert!(new_lines(&chat, &before).await.is_empty(), "it stands in the trail of the new scope");
    let second: ScopeId = made["id"].as_str().unwrap().parse().unwrap();
    let lines = chat.store.read(move |c| audit::list(c, second, None, 9)).await.unwrap().items;
    assert_eq!(lines.iter().map(|line| line.action.as_str()).collect::<Vec<_>>(), ["scope_created"]);
    let path = format!("/api/v1/scopes/{second}");
    assert_eq!(owner.delete(&path).await.status, 204);
    let lines = chat.store.read(move |c| audit::list(c, second, None, 9)).await.unwrap().items;
    let actions: Vec<&str> = lines.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(actions, ["scope_deleted", "scope_created"], "the trail outlives the scope");
}

#[actix_web::test]
async fn nobody_changes_a_line_of_the_trail() {
    for (method, path) in api::paths() {
        assert!(!path.contains("audit") || method == "GET", "{method} {path}");
    }
    let app = TestApp::start(Database::sqlite(), |config| config.limits.enabled = false).await;
    let owner: Person = app.owner().await;
    let path = format!("/api/v1/scopes/{}/audit", owner.scope().await);
    let line = owner.get(&path).await.good()["items"][0]["id"].as_str().unwrap().to_owned();
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        assert_eq!(owner.send(&method, &path, &json!({})).await.status, 405, "{method}");
        assert_eq!(owner.send(&method, &format!("{path}/{line}"), &json!({})).await.status, 404, "{method}");
    }
}
