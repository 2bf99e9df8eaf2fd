//! Each field that takes an address or a host refuses every spelling of an inner one, before anything is stored or called.

use serde_json::{Value, json};
use switchboard::channels::{Form, platform};
use switchboard::domain::channel::ChannelKind;

use crate::support::app::{Person, TestApp};
use crate::support::database::Database;

/// This machine, its neighbours and the metadata services of clouds, as they can be written.
const INNER: [&str; 33] = [
    "https://127.0.0.1/",
    "HTTPS://127.0.0.1:8443/",
    "https:127.0.0.1",
    "https:\\\\127.0.0.1\\",
    "https:////127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://017700000001/",
    "https://0177.0x0.1/",
    "https://0/",
    "https://%31%32%37.0.0.1/",
    "https://127。0。0。1/",
    "https://①②⑦.⓪.⓪.①/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://bot.localhost/",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1]/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/latest/meta-data/",
    "https://10.1/",
    "https://192.168.257/",
    "https://100.64.0.1/",
];

/// What is no address of the web at all.
const OTHER: [&str; 6] = [
    "file:///etc/passwd",
    "gopher://bot.example:80/_x",
    "javascript:alert(1)",
    "https://user:pass@bot.example/",
    "https://bot.example:22/",
    "//bot.example/",
];

/// All kinds of channels that have a platform.
const KINDS: [ChannelKind; 11] = [
    ChannelKind::Webhook,
    ChannelKind::Email,
    ChannelKind::Telegram,
    ChannelKind::Messenger,
    ChannelKind::Instagram,
    ChannelKind::Whatsapp,
    ChannelKind::Twilio,
    ChannelKind::Line,
    ChannelKind::Viber,
    ChannelKind::Slack,
    ChannelKind::Discord,
];

async fn refuses(owner: &Person, method: &reqwest::Method, path: &str, body: &Value, why: &str) {
    let answer = owner.send(method, path, body).await;
    assert_eq!(answer.code(), "bad_request", "{path} {body}: {}", answer.text);
    let message = answer.json()["message"].as_str().unwrap().to_owned();
    assert!(message.contains(why), "{path} {body}: {message}");
    // It tells nothing of what is there.
    assert!(!message.contains("refused to connect") && !message.contains("timed out"), "{message}");
}

#[actix_web::test]
async fn every_field_for_an_address_refuses_every_inner_one() {
    use reqwest::Method;
    let app = TestApp::start(Database::sqlite(), |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let at = format!("/api/v1/scopes/{}", owner.scope().await);
    let hook = owner.post(&format!("{at}/webhooks"), json!({"url": "https://a.example/"})).await.good();
    let hook = format!("{at}/webhooks/{}", hook["id"].as_str().unwrap());
    // Sound but for the address.
    let keys = json!({
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    });
    let wishes = json!({"unassigned": true, "mine": true, "mention": true, "quiet_until": 0});
    let words = json!({"unassigned": "a", "mine": "b", "given": "c", "mention": "d", "test": "e"});
    let mut fields = 0;
    for address in INNER.iter().chain(&OTHER) {
        let bot = json!({"kind": "http", "url": address});
        refuses(&owner, &Method::PUT, &format!("{at}/bot"), &bot, "url: ").await;
        let url = json!({"url": address});
        refuses(&owner, &Method::POST, &format!("{at}/webhooks"), &url, "url: ").await;
        refuses(&owner, &Method::PATCH, &hook, &url, "url: ").await;
        let subscription = json!({"endpoint": address, "keys": keys, "wishes": wishes, "wording": words});
        let why = if INNER.contains(address) { "not on the public internet" } else { "" };
        refuses(&owner, &Method::PUT, "/api/v1/push/subscription", &subscription, why).await;
        for kind in KINDS {
            for field in
                platform(kind).unwrap().settings().iter().filter(|field| matches!(field.form, Form::Url))
            {
                fields += 1;
                let settings = json!({"platform": {field.name: address}});
                let body = json!({"name": "x", "kind": kind, "settings": settings});
                let why = format!("settings.platform.{} cannot be called", field.name);
                refuses(&owner, &Method::POST, &format!("{at}/channels"), &body, &why).await;
                refuses(&owner, &Method::POST, &format!("{at}/channels/check"), &body, "").await;
            }
        }
    }
    assert!(fields >= 11 * 39, "{fields} fields");
    let hooks = owner.get(&format!("{at}/webhooks")).await.good();
    assert_eq!(hooks["items"].as_array().unwrap().len(), 1);
    assert_eq!(hooks["items"][0]["url"], "https://a.example/");
    assert_eq!(owner.get(&format!("{at}/channels")).await.good()["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_mail_server_in_the_inner_network_is_refused() {
    let app = TestApp::start(Database::sqlite(), |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let path = format!("/api/v1/scopes/{}/channels", owner.scope().await);
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.1",
        "2130706433",
        "localhost",
        "LOCALHOST.",
        "::1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.1.1",
        "[fd00::1]",
        "[fe80::1]",
        "0",
        "mail.example:25/x",
        "user@127.0.0.1",
    ] {
        for field in ["smtp_host", "imap_host"] {
            let platform = json!({"address": "help@shop.example", field: host});
            let body = json!({"name": "x", "kind": "email", "settings": {"platform": platform}});
            let answer = owner.post(&path, body).await;
            assert_eq!(answer.code(), "bad_request", "{field} {host}: {}", answer.text);
            let message = answer.json()["message"].as_str().unwrap().to_owned();
            assert!(message.contains(&format!("settings.platform.{field}")), "{field} {host}: {message}");
        }
    }
}
