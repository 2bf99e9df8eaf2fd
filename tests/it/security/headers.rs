//! What protects browsers stands on every answer: each route, each file of the pages, each kind of error. Each carries an id
//! of its own, which the body of an error repeats.

use std::collections::BTreeSet;
use std::path::Path;

use reqwest::Method;
use switchboard::api;

use crate::csrf::with_ids;
use crate::support::app::{Answer, TestApp};
use crate::support::database::Database;

/// Of pages and of the API; and of files, which is stricter.
const POLICIES: [&str; 2] = [
    "default-src 'self'; script-src 'self'; img-src 'self' blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; \
     frame-ancestors 'none'; form-action 'self'",
    "sandbox; default-src 'none'",
];

fn check(case: &str, path: &str, answer: &Answer, ids: &mut BTreeSet<String>) {
    let policy = answer.header("content-security-policy");
    assert!(POLICIES.contains(&policy), "{case}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{case}");
    assert_eq!(answer.header("x-frame-options"), "DENY", "{case}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "{case}");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{case}");
    assert!(!answer.header("cross-origin-resource-policy").is_empty(), "{case}");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{case}");
    if path.starts_with("/api/") && !path.starts_with("/api/v1/avatars/") {
        assert_eq!(answer.header("cache-control"), "no-store", "{case}");
    }
    if !answer.text.is_empty() {
        let kind = answer.header("content-type");
        assert!(!kind.is_empty(), "{case}");
        assert!(!kind.starts_with("text/") || kind.contains("charset=utf-8"), "{case}: {kind}");
    }
    for name in ["server", "x-powered-by", "via"] {
        assert_eq!(answer.header(name), "", "{case}: {name} tells what we run");
    }
    let id = answer.header("x-request-id");
    assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{case}: {id}");
    assert!(ids.insert(id.to_owned()), "{case}: an id came twice");
    if answer.status.is_client_error() {
        assert!(!answer.code().is_empty(), "{case}");
    }
}

/// Every file below a folder, as the path of its URL.
fn files_below(folder: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            files_below(&entry.path(), &path, found);
        } else {
            found.push(path);
        }
    }
}

#[actix_web::test]
async fn every_answer_has_its_headers_and_an_id() {
    let app = TestApp::start(Database::sqlite(), |config| {
        config.demo = true;
        config.public_url = "https://chat.example".into();
        config.limits.enabled = false;
    })
    .await;
    let nobody = app.stranger();
    let mut ids = BTreeSet::new();
    let mut statuses = BTreeSet::new();
    let mut ask = async |method: Method, path: &str| {
        let claimed = nobody.bare(&method, path).header("X-Request-Id", "chosen-by-the-client");
        let answer = Answer::to(claimed).await;
        statuses.insert(answer.status.as_u16());
        check(&format!("{method} {path}: {}", answer.status), path, &answer, &mut ids);
    };
    for (method, pattern) in api::paths() {
        let method = Method::from_bytes(method.as_str().as_bytes()).unwrap();
        let path = with_ids(pattern).replace("{avatar}", "x").replace("{turn_id}", "x");
        ask(method, &path).await;
        // A method that it does not have.
        ask(Method::TRACE, &path).await;
    }
    let mut files = Vec::new();
    files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("web/dist"), "", &mut files);
    assert!(files.len() > 30, "{} files", files.len());
    for path in files.iter().map(String::as_str).chain([
        "/",
        "/chats",
        "/demo/",
        "/demo",
        "/nothing",
        "/%00",
        "/api/v1/x",
    ]) {
        ask(Method::GET, path).await;
        ask(Method::POST, path).await;
    }
    for status in [200, 308, 400, 401, 404, 405] {
        assert!(statuses.contains(&status), "{status} was never answered: {statuses:?}");
    }
}
