//! What an admin may write into the settings of a channel.

use serde_json::{Value, json};

use super::Office;
use super::sim::talk;
use crate::support::database::Database;

#[actix_web::test]
async fn a_setting_that_says_nothing_is_refused_by_name() {
    let office = Office::open(Database::sqlite()).await;
    for (kind, name, bad, good, why) in [
        (
            "telegram",
            "sends_per_second",
            ["many", "0", "1001", "-1", ""].as_slice(),
            "1000",
            "is not a number from 1 to 1,000",
        ),
        ("slack", "in_channels", ["yes", ""].as_slice(), "on", "is neither on nor off"),
        ("slack", "member_names", ["ON"].as_slice(), "off", "is neither on nor off"),
        ("discord", "gateway", ["never"].as_slice(), "off", "is neither on nor off"),
        ("messenger", "human_agent", ["1"].as_slice(), "on", "is neither on nor off"),
    ] {
        let (settings, secrets) = talk::account(kind, &office.sim.base);
        let line = office.add(kind, settings.clone(), secrets).await;
        let path = format!("{}/{}", office.channels(), line.id);
        let change = async |value: &str| {
            let mut platform: Value = settings.clone();
            platform[name] = json!(value);
            office.owner.patch(&path, json!({"settings": {"platform": platform}})).await
        };
        for bad in bad {
            let refused = change(bad).await;
            assert_eq!(refused.code(), "bad_request", "{name}={bad}");
            let text = refused.json()["message"].as_str().unwrap_or_default().to_owned();
            assert_eq!(text, format!("settings.platform.{name} {why}"));
        }
        change(good).await.good();
    }
}
