//! What operators see of the work: chats, claims, sockets, backlogs.

use serde_json::json;
use switchboard::domain::member::Role;

use crate::bots::fake::{Act, FakeBot};
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::client_id;
use crate::support::stage::Stage;

on_both! { what_goes_on_is_counted }

/// The figure on the line that begins with this.
pub fn figure(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

async fn what_goes_on_is_counted(database: Database) {
    // Takes nothing, so that what it should be told waits.
    let other = FakeBot::start(vec![Act::Answer("503 Service Unavailable", String::new())]).await;
    let stage = Stage::with(database, |config| {
        config.limits.enabled = false;
        config.outgoing.allow = vec![other.address.to_string()];
    })
    .await;
    let [first, second, admin] = [Role::Agent, Role::Agent, Role::Admin].map(|role| stage.members(1, role));
    let (first, second, admin) = (first.await.remove(0), second.await.remove(0), admin.await.remove(0));
    let hook = json!({"url": format!("http://{}/told", other.address), "events": []});
    admin.post(&format!("/api/v1/scopes/{}/webhooks", stage.scope), hook).await.good();
    let nobody = stage.app.stranger();

    let before = nobody.get("/metrics").await.text;
    assert_eq!(figure(&before, "switchboard_queue_oldest_milliseconds"), 0);
    let (_waits, id) = stage.writes("Hello").await;
    let (_too, _) = stage.writes("Hello?").await;
    stage.app.running.edge.sources.shift_clock(60_000);
    let waiting = nobody.get("/metrics").await.text;
    assert_eq!(figure(&waiting, "switchboard_chats{status=\"queued\"}"), 2);
    assert_eq!(figure(&waiting, "switchboard_conversations_awake"), 2);
    assert!(figure(&waiting, "switchboard_queue_oldest_milliseconds") >= 60_000, "{waiting}");
    assert_eq!(figure(&waiting, "switchboard_sockets"), 2);
    assert!(figure(&waiting, "switchboard_backlog{line=\"events\"}") >= 2, "{waiting}");
    assert!(figure(&waiting, "switchboard_backlog_oldest_milliseconds{line=\"events\"}") >= 60_000);
    assert_eq!(figure(&waiting, "switchboard_backlog{line=\"messages\"}"), 0);

    let path = format!("/api/v1/conversations/{id}/send");
    first.post(&path, json!({"client_id": client_id(), "text": "I am here"})).await.good();
    let late = second.post(&path, json!({"client_id": client_id(), "text": "So am I"})).await;
    assert_eq!(late.code(), "already_assigned");
    let after = nobody.get("/metrics").await.text;
    assert_eq!(figure(&after, "switchboard_claims_total{result=\"won\"}"), 1);
    assert_eq!(figure(&after, "switchboard_claims_total{result=\"lost\"}"), 1);
    assert_eq!(figure(&after, "switchboard_chats{status=\"queued\"}"), 1);
    assert_eq!(figure(&after, "switchboard_chats{status=\"assigned\"}"), 1);
}

#[test]
fn the_board_for_grafana_asks_for_figures_that_there_are() {
    let board: serde_json::Value =
        serde_json::from_str(include_str!("../../docs/examples/grafana.json")).unwrap();
    let known = include_str!("../../src/api/metrics.rs");
    let panels = board["panels"].as_array().unwrap();
    let asked: Vec<&str> = panels
        .iter()
        .flat_map(|panel| panel["targets"].as_array().unwrap())
        .flat_map(|target| {
            target["expr"].as_str().unwrap().split(|c: char| !c.is_ascii_lowercase() && c != '_')
        })
        .filter(|word| word.starts_with("switchboard_"))
        .collect();
    assert!(asked.len() >= panels.len(), "every panel shows a figure: {asked:?}");
    for name in asked {
        let plain = name.trim_end_matches("_bucket").trim_end_matches("_sum").trim_end_matches("_count");
        assert!(known.contains(&format!("\"{plain}\"")), "{name}");
    }
}
