//! What leaves for other programs holds nothing they would run: cells of spreadsheets, headers of mails.

use reqwest::Method;
use serde_json::json;

use crate::support::app::{Answer, TestApp};
use crate::support::database::Database;

#[actix_web::test]
async fn a_report_for_spreadsheets_holds_no_formula() {
    let app = TestApp::start(Database::sqlite(), |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let channels = format!("/api/v1/scopes/{scope}/channels");
    let channel = owner.get(&channels).await.good()["items"][0]["id"].as_str().unwrap().to_owned();
    let names = ["=HYPERLINK(\"//evil.example\")", "+1", "-1+1|cmd", "@SUM(1)", "＝1", "a,\"b\""];
    for name in names {
        owner.patch(&format!("{channels}/{channel}"), json!({"name": name})).await.good();
        owner.patch("/api/v1/session", json!({"name": name})).await.good();
        let id = app.chat(&scope, &owner).await.open("Hello").await.id;
        let join = json!({"client_id": uuid::Uuid::new_v4()});
        owner.post(&format!("/api/v1/conversations/{id}/join"), join).await.good();
        for table in ["channels", "members"] {
            let path = format!("/api/v1/scopes/{scope}/reports/csv?table={table}");
            let answer = Answer::to(owner.request(&Method::GET, &path)).await;
            assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
            assert!(answer.header("content-disposition").starts_with("attachment; "));
            let quote = if name.starts_with('a') { "" } else { "'" };
            let cell = format!("\"{quote}{}\"", name.replace('"', "\"\""));
            assert!(answer.text.contains(&cell), "{table} {name}: {}", answer.text);
            for line in answer.text.lines() {
                assert!(!line.starts_with(['=', '+', '-', '@', '＝']), "{line}");
            }
        }
    }
}
