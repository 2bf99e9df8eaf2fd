//! Logging in and out: cookies, ends of sessions, throttling, API keys, tickets.

use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, COOKIE, ORIGIN};
use serde_json::json;
use switchboard::domain::ids::LoginId;

use crate::support::app::{Answer, PASSWORD, TestApp, with_json};
use crate::support::database::Database;
use crate::support::on_both;

on_both! { a_member_logs_in_and_out }

async fn a_member_logs_in_and_out(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let browser = app.stranger();
    assert_eq!(browser.get("/api/v1/session").await.code(), "unauthenticated");
    assert_eq!(browser.log_in("olga@shop.example", "wrong password").await.code(), "unauthenticated");
    let answer = browser.log_in("OLGA@Shop.example", PASSWORD).await;
    let cookie = answer.header("set-cookie").to_owned();
    for part in ["switchboard_session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "plain http: {cookie}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let browser = browser.logged_in(answer);
    let me = browser.get("/api/v1/session").await.good();
    assert_eq!(me["member"]["id"], owner.id.as_str());
    assert_eq!(me["csrf_token"], browser.csrf.as_str());

    let list = browser.get("/api/v1/session/list").await.good();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    assert_eq!(list["items"][0]["current"], true);
    let other = list["items"][1]["id"].as_str().unwrap();
    assert_eq!(browser.delete(&format!("/api/v1/session/list/{other}")).await.status, 204);
    assert_eq!(owner.get("/api/v1/session").await.code(), "unauthenticated");

    let gone = browser.delete("/api/v1/session").await;
    assert_eq!(gone.status, 204);
    assert!(gone.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(browser.get("/api/v1/session").await.code(), "unauthenticated");
}

#[actix_web::test]
async fn under_https_the_cookie_is_bound_to_the_host() {
    let app =
        TestApp::start(Database::sqlite(), |config| config.public_url = "https://chat.example".into()).await;
    let link = app.running.setup_link.clone().unwrap();
    assert!(link.starts_with("https://chat.example/setup#"), "{link}");
    let body = json!({"token": app.setup_token(), "name": "Olga", "password": PASSWORD});
    let nobody = app.stranger();
    let request = with_json(nobody.bare(&Method::POST, "/api/v1/invitations/accept"), &body);
    let answer = Answer::to(request.header(ORIGIN, "https://chat.example")).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-switchboard_session=") && cookie.contains("; Secure"), "{cookie}");
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    let request = with_json(nobody.bare(&Method::POST, "/api/v1/session"), &json!({}));
    assert_eq!(Answer::to(request.header(ORIGIN, &app.base)).await.code(), "origin_denied");
}

#[actix_web::test]
async fn a_login_gets_a_new_session_whatever_cookie_came() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let planted = "switchboard_session=planted-by-somebody";
    let body = json!({"email": owner.email, "password": PASSWORD});
    let request = with_json(app.stranger().bare(&Method::POST, "/api/v1/session"), &body);
    let answer = Answer::to(request.header(COOKIE, planted)).await;
    assert_ne!(answer.cookie().unwrap(), planted);

    let before = owner.cookie.clone();
    let after = owner.clone().logged_in(owner.log_in(&owner.email, PASSWORD).await);
    assert_ne!(after.cookie, before);
    assert_eq!(owner.get("/api/v1/session").await.code(), "unauthenticated", "the old one ended");
    assert!(after.get("/api/v1/session").await.status.is_success());
}

#[actix_web::test]
async fn a_session_ends_by_idling_and_by_age() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let edge = &app.running.edge;
    let (idle, absolute) = (edge.config.login.idle_ms, edge.config.login.absolute_ms);
    for _ in 0..absolute / (idle - 60_000) {
        edge.sources.shift_clock(idle - 60_000);
        assert!(owner.get("/api/v1/session").await.status.is_success(), "signs of life keep it");
    }
    edge.sources.shift_clock(idle - 60_000);
    assert_eq!(owner.get("/api/v1/session").await.code(), "unauthenticated", "but not for ever");

    let again = owner.another_login().await;
    edge.sources.shift_clock(idle);
    assert_eq!(again.get("/api/v1/session").await.code(), "unauthenticated");
}

#[actix_web::test]
async fn a_new_password_ends_all_other_sessions() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let other = owner.another_login().await;
    let path = "/api/v1/session/password";
    let wrong = owner.put(path, json!({"old": "wrong password", "new": "battery staple"})).await;
    assert_eq!(wrong.code(), "unauthenticated");
    assert_eq!(owner.put(path, json!({"old": PASSWORD, "new": "short"})).await.code(), "bad_request");
    assert_eq!(owner.put(path, json!({"old": PASSWORD, "new": "battery staple"})).await.status, 204);
    assert!(owner.get("/api/v1/session").await.status.is_success());
    assert_eq!(other.get("/api/v1/session").await.code(), "unauthenticated");
    assert_eq!(app.stranger().log_in(&owner.email, PASSWORD).await.code(), "unauthenticated");
    assert!(app.stranger().log_in(&owner.email, "battery staple").await.status.is_success());
}

#[actix_web::test]
async fn a_changed_role_or_a_lost_scope_ends_the_sessions() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let sam = app.invited(&owner, &scope, "agent", "Sam Ortega").await;
    let path = format!("/api/v1/scopes/{scope}/members/{}", sam.id);
    assert!(owner.patch(&path, json!({"name": "Sam O."})).await.status.is_success());
    assert!(sam.get("/api/v1/session").await.status.is_success(), "a name is no reason");
    assert!(owner.patch(&path, json!({"role": "admin"})).await.status.is_success());
    assert_eq!(sam.get("/api/v1/session").await.code(), "unauthenticated");

    let sam = sam.another_login().await;
    assert!(owner.patch(&path, json!({"disabled": true})).await.status.is_success());
    assert_eq!(sam.get("/api/v1/session").await.code(), "unauthenticated");
    assert_eq!(app.stranger().log_in(&sam.email, PASSWORD).await.code(), "unauthenticated");
    assert!(owner.patch(&path, json!({"disabled": false})).await.status.is_success());

    let sam = sam.another_login().await;
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(sam.get("/api/v1/session").await.code(), "unauthenticated");
    let sam = sam.another_login().await;
    assert_eq!(sam.get(&format!("/api/v1/scopes/{scope}")).await.code(), "not_found");
}

#[actix_web::test]
async fn ten_tries_an_account_then_a_pause() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    for email in ["olga@shop.example", "nobody@shop.example"] {
        for _ in 0..10 {
            let answer = app.stranger().log_in(email, "wrong password").await;
            let told = json!({"code": "unauthenticated", "message": "wrong e-mail address or password"});
            assert_eq!(answer.told(), told);
        }
        let refused = app.stranger().log_in(&email.to_uppercase(), PASSWORD).await;
        assert_eq!(refused.code(), "rate_limited");
        let wait = refused.json()["details"]["retry_after_ms"].as_i64().unwrap();
        assert!((800_000..=900_000).contains(&wait), "{wait}");
        assert!(!refused.header("retry-after").is_empty());
    }
    app.running.edge.sources.shift_clock(900_000);
    assert!(app.stranger().log_in(&owner.email, PASSWORD).await.status.is_success());
}

#[actix_web::test]
async fn sixty_tries_an_address_then_a_pause_and_forged_headers_do_not_help() {
    let app = TestApp::start(Database::sqlite(), |config| config.limits.login_per_address = 12).await;
    app.owner().await;
    let try_from = async |number: u32, forwarded: Option<String>| {
        let body = json!({"email": format!("n{number}@x.example"), "password": "wrong password"});
        let mut request = with_json(app.stranger().bare(&Method::POST, "/api/v1/session"), &body);
        if let Some(forwarded) = forwarded {
            request =
                request.header("X-Forwarded-For", &forwarded).header("Forwarded", format!("for={forwarded}"));
        }
        Answer::to(request).await.code()
    };
    // The set-up has used one try up.
    for number in 0..11 {
        assert_eq!(
            try_from(number, Some(format!("203.0.113.{number}"))).await,
            "unauthenticated",
            "{number}"
        );
    }
    assert_eq!(try_from(12, Some("203.0.113.99".into())).await, "rate_limited");
    assert_eq!(try_from(13, None).await, "rate_limited");
}

#[actix_web::test]
async fn a_listed_proxy_tells_the_addresses_apart() {
    let app = TestApp::start(Database::sqlite(), |config| {
        config.limits.login_per_address = 2;
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    })
    .await;
    let try_from = async |forwarded: &str| {
        let body = json!({"email": format!("{}@x.example", forwarded.len()), "password": "wrong password"});
        let request = with_json(app.stranger().bare(&Method::POST, "/api/v1/session"), &body);
        Answer::to(request.header("X-Forwarded-For", forwarded)).await.code()
    };
    assert_eq!(try_from("203.0.113.1").await, "unauthenticated");
    assert_eq!(try_from("6.6.6.6, 203.0.113.1").await, "unauthenticated");
    assert_eq!(try_from("7.7.7.7, 203.0.113.1").await, "rate_limited", "only the last hop counts");
    assert_eq!(try_from("203.0.113.2").await, "unauthenticated");
}

#[actix_web::test]
async fn known_and_unknown_accounts_take_the_same_time() {
    let app = TestApp::sqlite().await;
    app.owner().await;
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..8 {
        for (email, times) in ["olga@shop.example", "nobody@shop.example"].iter().zip(&mut times) {
            let started = Instant::now();
            assert_eq!(app.stranger().log_in(email, "wrong password").await.code(), "unauthenticated");
            times.push(started.elapsed());
        }
    }
    let [known, unknown] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    let (short, long) = (known.min(unknown), known.max(unknown));
    assert!(long < short * 2 + Duration::from_millis(10), "known {known:?}, unknown {unknown:?}");
}

#[actix_web::test]
async fn a_key_acts_as_its_member_in_its_scope_until_it_ends() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let robot = owner.with_key(&scope, "admin").await;
    assert!(robot.key.starts_with("sbk_"));
    assert_eq!(
        robot.get("/api/v1/session").await.good()["scopes"][0]["role"],
        "admin",
        "not above the key's"
    );
    assert_eq!(robot.post("/api/v1/session/ticket", json!({})).await.code(), "forbidden");

    let listed = owner.get(&format!("/api/v1/scopes/{scope}/keys")).await;
    assert!(!listed.text.contains(&robot.key), "shown once");
    let id = listed.good()["items"][0]["id"].as_str().unwrap().to_owned();

    for bad in ["sbk_wrong", "", &robot.key[..robot.key.len() - 1]] {
        let request =
            robot.bare(&Method::GET, "/api/v1/session").header(AUTHORIZATION, format!("Bearer {bad}"));
        assert_eq!(Answer::to(request).await.code(), "invalid_token", "{bad}");
    }
    let in_query = robot.bare(&Method::GET, &format!("/api/v1/session?key={}", robot.key));
    assert_eq!(Answer::to(in_query).await.code(), "unauthenticated");
    assert_eq!(owner.delete(&format!("/api/v1/scopes/{scope}/keys/{id}")).await.status, 204);
    assert_eq!(robot.get("/api/v1/session").await.code(), "invalid_token");

    let soon = app.running.edge.sources.now() + 60_000;
    let body = json!({"name": "short-lived", "role": "agent", "expires_at": soon});
    let made = owner.post(&format!("/api/v1/scopes/{scope}/keys"), body).await.good();
    let robot = owner.holding(made["key"].as_str().unwrap());
    assert!(robot.get("/api/v1/session").await.status.is_success());
    app.running.edge.sources.shift_clock(60_000);
    assert_eq!(robot.get("/api/v1/session").await.code(), "invalid_token");
}

#[actix_web::test]
async fn a_key_falls_with_its_member() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let ada = app.invited(&owner, &scope, "admin", "Ada").await;
    let robot = ada.with_key(&scope, "admin").await;
    let path = format!("/api/v1/scopes/{scope}/members/{}", ada.id);
    assert!(owner.patch(&path, json!({"role": "agent"})).await.status.is_success());
    assert_eq!(robot.get(&format!("/api/v1/scopes/{scope}/keys")).await.code(), "forbidden");
    assert_eq!(owner.delete(&path).await.status, 204);
    assert_eq!(robot.get("/api/v1/session").await.code(), "invalid_token");
}

#[actix_web::test]
async fn six_hundred_requests_a_minute_and_key() {
    let app = TestApp::start(Database::sqlite(), |config| config.limits.key_per_minute = 5).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let robot = owner.with_key(&scope, "agent").await;
    for _ in 0..5 {
        assert!(robot.get("/api/v1/session").await.status.is_success());
    }
    assert_eq!(robot.get("/api/v1/session").await.code(), "rate_limited");
    app.running.edge.sources.shift_clock(60_000);
    assert!(robot.get("/api/v1/session").await.status.is_success());
}

#[actix_web::test]
async fn limits_of_number_can_be_switched_off() {
    let app = TestApp::start(Database::sqlite(), |config| {
        config.limits.enabled = false;
        config.limits.login_per_account = 1;
    })
    .await;
    app.owner().await;
    for _ in 0..3 {
        assert_eq!(
            app.stranger().log_in("olga@shop.example", "wrong password").await.code(),
            "unauthenticated"
        );
    }
}

#[actix_web::test]
async fn a_ticket_belongs_to_the_session_that_asked() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let list = owner.get("/api/v1/session/list").await.good();
    let login: LoginId = list["items"][0]["id"].as_str().unwrap().parse().unwrap();
    let answer = owner.post("/api/v1/session/ticket", json!({})).await.good();
    let ticket = answer["ticket"].as_str().unwrap();
    let tickets = &app.running.edge.tickets;
    assert!(tickets.redeem(ticket, login));
    assert!(!tickets.redeem(ticket, login));
}
