//! Pages and files, and what protects browsers on every answer.

use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, IF_NONE_MATCH};

use crate::support::app::{Answer, TestApp};
use crate::support::database::Database;

const POLICY: &str = "default-src 'self'; script-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none'; \
                      base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

#[actix_web::test]
async fn the_dashboard_answers_its_own_paths() {
    let app = TestApp::sqlite().await;
    let nobody = app.stranger();
    let page = nobody.get("/").await;
    assert_eq!(page.status, 200, "web/dist has the bundle");
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-cache");
    for path in ["/login", "/setup", "/chats", "/chats/c_1", "/settings", "/settings/members"] {
        assert_eq!(nobody.get(path).await.text, page.text, "{path}");
    }
    assert_eq!(nobody.get("/nothing").await.code(), "not_found");
    assert_eq!(nobody.get("/api/v1/nothing").await.code(), "not_found");
    assert_eq!(nobody.get("/../Cargo.toml").await.code(), "not_found");
    assert_eq!(nobody.get("/%2e%2e/%2e%2e/Cargo.toml").await.code(), "not_found");
    assert_eq!(Answer::to(nobody.bare(&Method::POST, "/")).await.status, 405);
    assert_eq!(Answer::to(nobody.bare(&Method::HEAD, "/")).await.status, 200);
}

#[actix_web::test]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let app = TestApp::sqlite().await;
    let nobody = app.stranger();
    let tag = nobody.get("/").await.header("etag").to_owned();
    let again = Answer::to(nobody.bare(&Method::GET, "/").header(IF_NONE_MATCH, &tag)).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    let other = Answer::to(nobody.bare(&Method::GET, "/").header(IF_NONE_MATCH, "\"x\"")).await;
    assert_eq!(other.status, 200);
}

#[actix_web::test]
async fn hashed_files_are_kept_for_good_and_sent_packed() {
    let app = TestApp::sqlite().await;
    let nobody = app.stranger();
    let page = nobody.get("/").await.text;
    let script = page.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(".js")).unwrap();
    let packed = Answer::to(nobody.bare(&Method::HEAD, script).header(ACCEPT_ENCODING, "gzip")).await;
    assert_eq!(packed.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.header("vary").to_lowercase().contains("accept-encoding"));
}

#[actix_web::test]
async fn every_answer_protects_browsers() {
    let app = TestApp::sqlite().await;
    let nobody = app.stranger();
    let mut ids = std::collections::BTreeSet::new();
    for path in ["/", "/healthz", "/metrics", "/api/v1/session", "/nothing", "/demo/", "/widget.js"] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.header("content-security-policy"), POLICY, "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(ids.insert(answer.header("x-request-id").to_owned()), "{path}");
        let widget = path == "/widget.js";
        let policy = if widget { "cross-origin" } else { "same-origin" };
        assert_eq!(answer.header("cross-origin-resource-policy"), policy, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), if widget { "*" } else { "" }, "{path}");
    }
}

#[actix_web::test]
async fn the_demo_shop_is_there_only_when_it_is_on() {
    let off = TestApp::sqlite().await;
    assert_eq!(off.stranger().get("/demo/").await.code(), "not_found");
    assert_eq!(off.stranger().get("/demo").await.code(), "not_found");
    let on = TestApp::start(Database::sqlite(), |config| config.demo = true).await;
    let redirect = on.stranger().get("/demo").await;
    assert_eq!((redirect.status.as_u16(), redirect.header("location")), (308, "/demo/"));
}
