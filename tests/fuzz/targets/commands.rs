//! Commands of widgets, dashboards and programs.

use serde::Serialize;
use serde_json::{Value, json};
use switchboard::api::body;
use switchboard::domain::attachment::ATTACHMENTS_MAX;
use switchboard::domain::card::CARDS_MAX;
use switchboard::domain::feedback::COMMENT_MAX;
use switchboard::domain::ids::ConversationId;
use switchboard::protocol::client::{
    BadFrame, IDENTITY_FIELD_MAX, PAGE_FIELD_MAX, parse_dashboard, parse_dashboard_body, parse_widget,
    parse_widget_body,
};
use switchboard::protocol::code::Code;
use switchboard::protocol::{REF_MAX, TEXT_MAX};
use uuid::Uuid;

use super::text;

/// A frame of a widget.
pub fn widget(data: &[u8]) {
    let frame = text(data);
    match parse_widget(&frame) {
        Ok((reference, command)) => {
            is_bounded(&reference, &command);
            let again = parse_widget(&written(&reference, &command)).expect("a command is a command again");
            assert_eq!(again, (reference, command));
        }
        Err(bad) => is_explained(&bad),
    }
}

/// A frame of a dashboard.
pub fn dashboard(data: &[u8]) {
    let frame = text(data);
    match parse_dashboard(&frame) {
        Ok((reference, command)) => {
            is_bounded(&reference, &command);
            let again =
                parse_dashboard(&written(&reference, &command)).expect("a command is a command again");
            assert_eq!(again, (reference, command));
        }
        Err(bad) => is_explained(&bad),
    }
}

/// A command by REST: its verb on the first line, its body below.
pub fn bodies(data: &[u8]) {
    let text = text(data);
    let (verb, body) = text.split_once('\n').unwrap_or((&text, "{}"));
    match parse_widget_body(verb, body) {
        Ok(command) => is_bounded("1", &command),
        Err(bad) => is_explained(&bad),
    }
    let conversation = ConversationId::from_uuid(Uuid::from_u128(7));
    match parse_dashboard_body(verb, conversation, body) {
        Ok(command) => {
            is_bounded("1", &command);
            let named = serde_json::to_value(&command).unwrap();
            let its = &named["conversation"];
            assert!(its.is_null() || *its == json!(conversation), "a command for another conversation");
        }
        Err(bad) => is_explained(&bad),
    }
}

/// How deep JSON is nested, before it is parsed: never less than it is.
pub fn depth(data: &[u8]) {
    let text = text(data);
    let counted = body::depth(&text);
    if let Ok(value) = serde_json::from_str::<Value>(&text) {
        assert_eq!(counted, nesting(&value));
    }
}

fn nesting(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nesting).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(nesting).max().unwrap_or(0),
        _ => 0,
    }
}

/// The frame that says this.
fn written<T: Serialize>(reference: &str, command: &T) -> String {
    let mut frame = serde_json::to_value(command).unwrap();
    let fields = frame.as_object_mut().unwrap();
    fields.retain(|_, value| !value.is_null());
    fields.insert("ref".into(), reference.into());
    frame.to_string()
}

fn is_explained(bad: &BadFrame) {
    assert!(matches!(bad.code, Code::BadRequest | Code::TooLarge), "{:?}", bad.code);
    assert!(!bad.message.is_empty());
    assert!(bad.reference.as_ref().is_none_or(|reference| reference.chars().count() <= REF_MAX));
}

/// Every text and list of a command is within its limit, and the database can store it.
fn is_bounded<T: Serialize>(reference: &str, command: &T) {
    assert!((1..=REF_MAX).contains(&reference.chars().count()));
    let command = serde_json::to_value(command).unwrap();
    let length = |name: &str| command[name].as_str().map_or(0, |text| text.chars().count());
    assert!(length("text") <= TEXT_MAX && length("comment") <= COMMENT_MAX);
    let count = |name: &str| command[name].as_array().map_or(0, Vec::len);
    assert!(
        count("attachments") <= ATTACHMENTS_MAX && count("cards") <= CARDS_MAX && count("mentions") <= 20
    );
    for (name, most) in
        [("identity", IDENTITY_FIELD_MAX), ("page", PAGE_FIELD_MAX), ("about", IDENTITY_FIELD_MAX)]
    {
        texts(&command[name], &mut |text| assert!(text.chars().count() <= most, "{name}: {text}"));
    }
    // What proves who somebody is is compared and kept nowhere.
    let mut kept = command.clone();
    for field in ["visitor_token", "ticket"] {
        kept.as_object_mut().unwrap().remove(field);
    }
    texts(&kept, &mut |text| assert!(!text.contains('\0'), "a NUL, which PostgreSQL does not store"));
}

fn texts(value: &Value, see: &mut dyn FnMut(&str)) {
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, see)),
        Value::Object(fields) => fields.iter().for_each(|(name, item)| {
            see(name);
            texts(item, see);
        }),
        _ => {}
    }
}
