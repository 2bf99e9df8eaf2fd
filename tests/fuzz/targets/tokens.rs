//! What proves something, or names a place, in a text that clients send back: only what we gave out counts.

use std::sync::LazyLock;

use serde_json::json;
use switchboard::api::list::{Part, cut};
use switchboard::api::tickets::Tickets;
use switchboard::api::visitor_token::{Claims, VisitorTokens, is_proven};
use switchboard::bots::TurnId;
use switchboard::domain::Millis;
use switchboard::domain::channel::{Channel, ChannelKind, WidgetSettings};
use switchboard::domain::ids::{
    ChannelId, ContactId, ConversationId, FileId, Id, LoginId, MemberId, ScopeId,
};
use switchboard::domain::messaging::MessagingSettings;
use switchboard::files::links::FileLinks;
use switchboard::sources::Sources;
use switchboard::store::Cursor;
use uuid::Uuid;

use super::text;

const NOW: Millis = 1_767_225_600_000;

/// The corpus holds the one token that is good.
pub fn visitor_token(data: &[u8]) {
    let claims = Claims {
        contact: ContactId::from_uuid(Uuid::from_u128(1)),
        channel: ChannelId::from_uuid(Uuid::from_u128(2)),
        generation: 3,
        expires_at: NOW + 1,
    };
    let tokens = VisitorTokens::new(vec![7; 32]);
    let given = text(data);
    let read = tokens.read(&given, claims.channel, NOW);
    assert_eq!(read.is_some(), *given == tokens.make(&claims), "one token, one spelling");
    assert!(read.is_none_or(|read| read == claims));
    assert_eq!(tokens.read(&given, claims.channel, NOW + 1), None, "too late");
    assert_eq!(tokens.read(&given, ChannelId::from_uuid(Uuid::nil()), NOW), None, "another channel");
}

/// Id and proof of a customer, with a line end between. The corpus holds the one proof that is good for `42`.
pub fn identity_proof(data: &[u8]) {
    static CHANNEL: LazyLock<Channel> = LazyLock::new(|| Channel {
        id: ChannelId::from_uuid(Uuid::from_u128(2)),
        scope: ScopeId::from_uuid(Uuid::nil()),
        kind: ChannelKind::Widget,
        name: String::new(),
        public_key: String::new(),
        identity_secret: "key".into(),
        settings: WidgetSettings::default(),
        messaging: MessagingSettings::default(),
        enabled: true,
    });
    // HMAC-SHA256 of "42" with the key "key".
    const PROOF: &str = "f2991b7ce981d0b5adc5e6a0f31acaeb407bfc21354bbcc31a0c43eaffa83d65";
    let given = text(data);
    let (id, proof) = given.split_once('\n').unwrap_or((&given, ""));
    if is_proven(&CHANNEL, id, proof) {
        assert!(id == "42" && proof == PROOF, "{id:?} is believed by {proof:?}");
    }
}

/// A text that we never gave out opens no socket; one that we did opens one, once, for its log-in.
pub fn ticket(data: &[u8]) {
    let sources = Sources::default();
    let (login, other): (LoginId, LoginId) = (sources.id(), sources.id());
    let tickets = Tickets::new(sources, 60_000);
    let issued = tickets.issue(login);
    let given = text(data);
    assert!(!tickets.redeem(&given, login));
    assert!(!tickets.redeem(&format!("{issued}{given}x"), login));
    assert!(!tickets.redeem("", other));
    assert!(tickets.redeem(&issued, login) && !tickets.redeem(&issued, login));
}

/// Path of a file's address: file, time and proof. The corpus holds a good one.
pub fn file_link(data: &[u8]) {
    let file = FileId::from_uuid(Uuid::from_u128(5));
    let links = FileLinks::new(&[9; 32], "https://chat.example");
    let made = links.make(file, NOW);
    let good = made.strip_prefix("https://chat.example/files/").unwrap();
    let given = text(data);
    let mut parts = given.split('/');
    let id = parts.next().and_then(|id| id.parse::<FileId>().ok());
    let until = parts.next().and_then(|until| until.parse::<Millis>().ok());
    let (Some(id), Some(until), Some(proof), None) = (id, until, parts.next(), parts.next()) else { return };
    if links.is_good(id, until, proof, NOW) {
        let spelled = format!("{id}/{until}/{}", proof.to_ascii_lowercase());
        assert_eq!(spelled, good, "another address is good");
    }
    assert!(!links.is_good(id, until, proof, until.saturating_add(1)), "too late");
}

/// Names of turns and ids: what is read is written the same.
pub fn turn_id(data: &[u8]) {
    fn same<K: switchboard::domain::ids::Kind>(text: &str) {
        if let Ok(id) = text.parse::<Id<K>>() {
            assert_eq!(id.to_string(), text, "two spellings of one id");
        }
    }
    let given = text(data);
    if let Ok(turn) = given.parse::<TurnId>() {
        assert_eq!(turn.to_string(), given);
        assert!(!given.contains('.'), "a dot ends the id in what is signed");
    }
    same::<switchboard::domain::ids::OfConversation>(&given);
    same::<switchboard::domain::ids::OfMember>(&given);
    let as_json = json!(given);
    assert_eq!(
        serde_json::from_value::<ConversationId>(as_json.clone()).is_ok(),
        given.parse::<ConversationId>().is_ok()
    );
    assert_eq!(serde_json::from_value::<MemberId>(as_json).is_ok(), given.parse::<MemberId>().is_ok());
}

/// Where a list goes on.
pub fn cursor(data: &[u8]) {
    let given = text(data);
    if let Ok(cursor) = given.parse::<Cursor>() {
        assert_eq!(cursor.to_string().parse::<Cursor>().ok(), Some(cursor));
    }
    let items: Vec<u8> = (0..9).collect();
    let (limit, name) = given.split_once('\n').unwrap_or(("", &given));
    let part = Part { limit: limit.parse().ok(), cursor: Some(name.to_owned()) };
    if let Ok((some, next)) = cut(items.clone(), &part, |item| format!("i{item}")) {
        assert!(items.ends_with(&some) || next.is_some(), "the rest is lost");
        assert!(
            name.strip_prefix('i').is_some_and(|at| at.parse::<u8>().is_ok_and(|at| !some.contains(&at)))
        );
    }
}
