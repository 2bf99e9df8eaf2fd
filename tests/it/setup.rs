//! The first start: owner, scope, demo, one-time links.

use serde_json::json;
use switchboard::domain::bot::BotConfig;
use switchboard::domain::member::Role;
use switchboard::setup::{self, AddError, NewUser};
use switchboard::sources::Sources;
use switchboard::store::{channels, scopes};

use crate::support::app::{PASSWORD, TestApp, token_of};
use crate::support::database::Database;
use crate::support::on_both;

on_both! { the_first_start_makes_the_owner_and_a_scope_and_the_next_ones_make_nothing }

async fn the_first_start_makes_the_owner_and_a_scope_and_the_next_ones_make_nothing(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let look = app.stranger().post("/api/v1/invitations/look", json!({"token": app.setup_token()})).await;
    assert_eq!(look.good()["purpose"], "setup");

    let edge = app.running.edge.clone();
    let again =
        setup::first_start(&edge.store, &edge.sources, &edge.config, edge.origins.all()).await.unwrap();
    let stale = app.stranger().post("/api/v1/invitations/look", json!({"token": app.setup_token()})).await;
    assert_eq!(stale.code(), "invalid_token", "a new link replaces the old one");
    let body = json!({"token": again.unwrap(), "name": "Olga", "email": "o@x.example", "password": PASSWORD});
    let owner = app.stranger().accept(body).await;
    assert_eq!(owner.email, "o@x.example");

    let never =
        setup::first_start(&edge.store, &edge.sources, &edge.config, edge.origins.all()).await.unwrap();
    assert_eq!(never, None, "the owner has a password now");
    let scopes = owner.get("/api/v1/scopes").await.good();
    assert_eq!(scopes["items"].as_array().unwrap().len(), 1);
    assert_eq!(scopes["items"][0]["name"], "My team");
    assert_eq!(scopes["items"][0]["role"], "owner");
    assert_eq!(scopes["items"][0]["has_bot"], false);
}

#[actix_web::test]
async fn the_demo_has_a_bot_and_a_widget_for_our_own_pages_only() {
    let app = TestApp::start(Database::sqlite(), |config| config.demo = true).await;
    let store = &app.running.edge.store;
    let (scope, bot, channel) = store
        .read(|c| {
            let scope = scopes::list(c)?.remove(0);
            Ok((scope.clone(), scopes::bot(c, scope.id)?, channels::by_public_key(c, "demo")?))
        })
        .await
        .unwrap();
    assert_eq!(channel.scope, scope.id);
    assert!(matches!(bot, BotConfig::Scripted(_)));
    assert_eq!(channel.settings.human_after, 3);
    let port = app.running.address.port();
    for host in ["127.0.0.1", "localhost"] {
        assert!(channel.settings.allows(Some(&format!("http://{host}:{port}"))));
    }
    assert!(!channel.settings.allows(Some("https://evil.example")));
}

#[actix_web::test]
async fn the_demo_never_appears_over_existing_data() {
    let database = Database::sqlite();
    let store = database.open();
    let mut config = switchboard::config::Config::defaults().unwrap();
    config.demo = false;
    let sources = Sources::default();
    setup::first_start(&store, &sources, &config, &[]).await.unwrap();
    config.demo = true;
    setup::first_start(&store, &sources, &config, &[]).await.unwrap();
    let names: Vec<String> =
        store.read(scopes::list).await.unwrap().into_iter().map(|scope| scope.name).collect();
    assert_eq!(names, ["My team"]);
    store.close().await.unwrap();
}

#[actix_web::test]
async fn a_one_time_link_works_once_and_in_time() {
    let app = TestApp::sqlite().await;
    let token = app.setup_token();
    let accept = |password: &str| json!({"token": token, "name": "Olga", "password": password});
    let short = app.stranger().post("/api/v1/invitations/accept", accept("short")).await;
    assert_eq!(short.code(), "bad_request", "a bad password does not use the link up");

    let (a, b) = (app.stranger(), app.stranger());
    let (a, b) = futures_util::future::join(
        a.post("/api/v1/invitations/accept", accept(PASSWORD)),
        b.post("/api/v1/invitations/accept", accept(PASSWORD)),
    )
    .await;
    let winners = [&a, &b].iter().filter(|answer| answer.status.is_success()).count();
    assert_eq!(winners, 1, "{a:?} {b:?}");
    let third = app.stranger().post("/api/v1/invitations/accept", accept(PASSWORD)).await;
    assert_eq!(third.code(), "invalid_token");
    let made_up = json!({"token": "made up", "name": "Olga", "password": PASSWORD});
    assert_eq!(app.stranger().post("/api/v1/invitations/accept", made_up).await.code(), "invalid_token");
}

#[actix_web::test]
async fn a_one_time_link_dies_of_age() {
    let app = TestApp::sqlite().await;
    let edge = &app.running.edge;
    let look = json!({"token": app.setup_token()});
    edge.sources.shift_clock(edge.config.login.setup_link_ms - 10_000);
    assert!(app.stranger().post("/api/v1/invitations/look", look.clone()).await.status.is_success());
    edge.sources.shift_clock(10_000);
    assert_eq!(app.stranger().post("/api/v1/invitations/look", look).await.code(), "invalid_token");
}

#[actix_web::test]
async fn only_the_set_up_chooses_the_address() {
    let app = TestApp::sqlite().await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let body = json!({"email": "sam@shop.example", "name": "Sam", "role": "agent"});
    let invited = owner.post(&format!("/api/v1/scopes/{scope}/members"), body).await.good();
    let token = token_of(invited["link"].as_str().unwrap());
    let body = json!({"token": token, "name": "Sam", "email": "olga@shop.example", "password": PASSWORD});
    assert_eq!(app.stranger().post("/api/v1/invitations/accept", body).await.code(), "bad_request");
}

#[actix_web::test]
async fn the_operator_adds_members_without_a_browser() {
    let app = TestApp::sqlite().await;
    let edge = &app.running.edge;
    let user = |scope: &str| NewUser {
        email: "Ada@shop.example".into(),
        name: "Ada".into(),
        scope: scope.into(),
        role: Role::Admin,
    };
    let add = |user| setup::add_user(&edge.store, &edge.sources, &edge.config, edge.origins.main(), user);
    assert!(matches!(add(user("Nowhere")).await, Err(AddError::NoSuchScope(_))));
    let link = add(user("My team")).await.unwrap();
    let body = json!({"token": token_of(&link), "name": "Ada", "password": PASSWORD});
    let ada = app.stranger().accept(body).await;
    assert_eq!(ada.get("/api/v1/session").await.good()["scopes"][0]["role"], "admin");
}
