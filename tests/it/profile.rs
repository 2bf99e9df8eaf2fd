//! What members correct about a contact, and who sees it at once.

use serde_json::json;

use crate::support::app::TestApp;
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::stage::Stage;

on_both! {
    a_contact_is_corrected_within_limits
    the_lists_show_the_new_name
}

async fn a_contact_is_corrected_within_limits(database: Database) {
    let app = TestApp::start(database, |_| {}).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let agent = app.invited(&owner, &scope, "agent", "Agent").await;
    let chat = app.chat(&scope, &owner).await;
    let open = chat.open("Hello").await;
    let path = format!("/api/v1/contacts/{}", open.contact);
    let body =
        json!({"name": " Zoë ", "email": "zoe@z.example", "attributes": {"phone": "+49 1", "Plan": "Pro"}});
    let changed = agent.patch(&path, body).await.good();
    assert_eq!((&changed["name"], &changed["email"]), (&json!("Zoë"), &json!("zoe@z.example")));
    let changed = agent.patch(&path, json!({"email": "", "attributes": {"Plan": ""}})).await.good();
    assert_eq!(changed["attributes"], json!({"phone": "+49 1"}));
    assert_eq!((&changed["name"], &changed["email"]), (&json!("Zoë"), &json!(null)));
    let many: serde_json::Map<_, _> = (0..21).map(|n| (format!("a{n}"), json!("x"))).collect();
    for bad in [
        json!({"name": " "}),
        json!({"name": "x".repeat(201)}),
        json!({"name": "a\nb"}),
        json!({"email": "nobody"}),
        json!({"attributes": {"": "x"}}),
        json!({"attributes": {"k".repeat(41): "x"}}),
        json!({"attributes": {"k": "x".repeat(201)}}),
        json!({"attributes": many}),
        json!({"verified": true}),
    ] {
        assert_eq!(agent.patch(&path, bad.clone()).await.code(), "bad_request", "{bad}");
    }
    let shown = agent.get(&format!("/api/v1/conversations/{}", open.id)).await.good();
    assert_eq!(shown["contact"]["attributes"], json!({"phone": "+49 1"}));
    let trail = owner.get(&format!("/api/v1/scopes/{scope}/audit")).await.good();
    assert_eq!(trail["items"][0]["action"], "contact_changed");
    assert_eq!(trail["items"][0]["details"], json!({"fields": ["Plan", "email"]}), "names, not values");
}

async fn the_lists_show_the_new_name(database: Database) {
    let stage = Stage::new(database).await;
    let (person, mut agent) = stage.agent().await;
    agent.ok(json!({"type": "subscribe", "scope": stage.scope})).await;
    let (_customer, conversation) = stage.writes("Hello").await;
    let shown = person.get(&format!("/api/v1/conversations/{conversation}")).await.good();
    let contact = shown["contact"]["id"].as_str().unwrap();
    person.patch(&format!("/api/v1/contacts/{contact}"), json!({"name": "Zoë Quirk"})).await.good();
    let fits = |frame: &serde_json::Value| {
        frame["type"] == "rows" && frame["rows"][0]["contact"]["name"] == "Zoë Quirk"
    };
    let told = agent.until(fits).await;
    assert_eq!(told["rows"][0]["id"], conversation.as_str());
}
