//! Before a channel is made, its platform is asked whether it lets the account in.

use serde_json::{Value, json};

use super::Office;
use super::sim::Fault;
use super::sim::talk;
use crate::support::database::Database;

/// Each platform that can be asked, a secret that lets nobody in, and what the fake says then.
const PLATFORMS: [(&str, &str, &str, &str); 9] = [
    ("telegram", "bot_token", "1:wrong", "Unauthorized"),
    ("whatsapp", "access_token", "wrong", "Invalid OAuth access token."),
    ("messenger", "access_token", "wrong", "Invalid OAuth access token."),
    ("instagram", "access_token", "wrong", "Invalid OAuth access token."),
    ("slack", "bot_token", "xoxb-wrong", "invalid_auth"),
    ("discord", "bot_token", "wrong", "401: Unauthorized"),
    ("line", "channel_access_token", "wrong", "Authentication failed."),
    ("twilio", "auth_token", "wrong", "Authenticate"),
    ("viber", "auth_token", "wrong", "invalidAuthToken"),
];

impl Office {
    async fn check(&self, kind: &str, settings: &Value, secrets: &Value) -> Value {
        let body = json!({"kind": kind, "settings": {"platform": settings}, "secrets": secrets});
        self.owner.post(&format!("{}/check", self.channels()), body).await.good()
    }
}

#[actix_web::test]
async fn each_platform_is_asked_before_a_channel_is_made() {
    let office = Office::open(Database::sqlite()).await;
    let before = office.owner.get(&office.channels()).await.good();
    for (kind, secret, wrong, reason) in PLATFORMS {
        let (settings, mut secrets) = talk::account(kind, &office.sim.base);
        let said = office.check(kind, &settings, &secrets).await;
        assert_eq!(said["result"], "works", "{kind}: {said}");
        assert!(said["account"].as_str().unwrap().starts_with("Flower shop"), "{kind}: {said}");
        secrets[secret] = json!(wrong);
        let said = office.check(kind, &settings, &secrets).await;
        assert_eq!(said["result"], "refused", "{kind}: {said}");
        assert!(said["reason"].as_str().unwrap().contains(reason), "{kind}: {said}");
    }
    let (settings, _) = talk::account("webhook", &office.sim.base);
    assert_eq!(office.check("webhook", &settings, &json!({})).await, json!({"result": "unasked"}));
    // Nothing was made, and nothing of the secrets is left anywhere.
    assert_eq!(office.owner.get(&office.channels()).await.good(), before);
    let audit = office.owner.get(&format!("/api/v1/scopes/{}/audit", office.scope)).await.good();
    let lines = audit["items"].as_array().unwrap().iter();
    assert_eq!(lines.filter(|line| line["action"] == "channel_checked").count(), 2 * PLATFORMS.len() + 1);
    for known in [super::sim::telegram::TOKEN, super::sim::meta::TOKEN, super::sim::line::TOKEN] {
        assert!(!audit.to_string().contains(known), "{audit}");
    }
}

#[actix_web::test]
async fn a_platform_that_does_not_answer_is_no_refusal() {
    let office = Office::open(Database::sqlite()).await;
    let (settings, secrets) = talk::account("telegram", &office.sim.base);
    for fault in [Fault::Answer(502, "{}"), Fault::Lost, Fault::Answer(429, "{}")] {
        office.sim.fail_next(fault);
        let said = office.check("telegram", &settings, &secrets).await;
        assert_eq!(said["result"], "unknown", "{said}");
        assert!(!said["reason"].as_str().unwrap().is_empty());
    }
}

#[actix_web::test]
async fn what_no_channel_is_made_with_is_not_asked() {
    let office = Office::open(Database::sqlite()).await;
    let path = format!("{}/check", office.channels());
    for (body, word) in [
        (json!({"kind": "widget"}), "widget"),
        (json!({"kind": "telegram"}), "bot_token"),
        (json!({"kind": "telegram", "secrets": {"bot_token": "none"}}), "bot_token"),
        (json!({"kind": "webhook", "settings": {"platform": {"url": "http://10.0.0.1/"}}}), "url"),
        (json!({"kind": "pigeon"}), "pigeon"),
    ] {
        let refused = office.owner.post(&path, body.clone()).await;
        assert_eq!(refused.code(), "bad_request", "{body}");
        assert!(refused.text.contains(word), "{} for {body}", refused.text);
    }
    assert_eq!(office.sim.count() + office.sim.refused().len(), 0);
    // What only the platform's part knows to be wrong is said without a call.
    let (_, secrets) = talk::account("twilio", &office.sim.base);
    let settings = json!({"account_sid": "none", "api_base": office.sim.base});
    let said = office.check("twilio", &settings, &secrets).await;
    assert_eq!(
        said,
        json!({"result": "refused", "reason": "account_sid must be AC and 32 letters and digits"})
    );
    assert_eq!(office.sim.refused().len(), 0);
}
