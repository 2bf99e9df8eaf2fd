//! The golden frames: what is on the wire today, one file for each frame, read by this test and by
//! `web/shared/src/frames.test.ts`.
//!
//! `SWITCHBOARD_WRITE_FRAMES=1` writes the server's frames anew; a change is a change of the protocol.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Value, json};
use switchboard::domain::avatar::{AvatarId, Faces};
use switchboard::domain::card::{Button, Card, Picture};
use switchboard::domain::channel::{ChannelKind, FormField};
use switchboard::domain::conversation::{Assignee, Preview, Side, Status};
use switchboard::domain::delivery::DeliveryState;
use switchboard::domain::event::{Author, EndReason, Entry, Event};
use switchboard::domain::feedback::Rating;
use switchboard::domain::hours::{Away, Opening, Staffing};
use switchboard::domain::ids::{ClientId, Id, Kind, MemberId};
use switchboard::domain::member::{Presence, Role};
use switchboard::domain::scope::Mode;
use switchboard::protocol::VERSION;
use switchboard::protocol::client::{parse_dashboard, parse_widget};
use switchboard::protocol::code::Code;
use switchboard::protocol::server::{
    AgentName, ChannelView, DashboardEvent, DeliveryMark, Details, Error, Greeting, Me, MemberView, Ok,
    Opened, ReadMark, Reader, ScopeView, Standing, Typist, WidgetChannel, WidgetContact, WidgetEvent,
    WidgetReads, WidgetStatus, WidgetWelcome,
};
use switchboard::protocol::view::{ContactEntry, MemberName, Row, RowContact};
use uuid::Uuid;

const AT: i64 = 1_767_225_600_000;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/frames")
}

/// Name and content of every file whose name begins so.
fn files(prefix: &str) -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    for file in std::fs::read_dir(folder()).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if name.starts_with(prefix) {
            files.insert(name, serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap());
        }
    }
    files
}

/// Without fields that are not there.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(k, v)| (k, without_nulls(v)))
            .collect(),
        other => other,
    }
}

fn check<T: Serialize>(name: &str, file: &Value, reference: &str, command: &T) {
    let mut read = without_nulls(serde_json::to_value(command).unwrap());
    read["ref"] = json!(reference);
    assert_eq!(read, *file, "{name}");
    assert!(name.ends_with(&format!("-{}", file["type"].as_str().unwrap())), "{name}");
}

fn faces() -> Faces {
    Faces::from([(sam().id, AvatarId("0a".repeat(32)))])
}

fn card() -> Card {
    Card {
        title: "Blue shirt".into(),
        text: "20 euros".into(),
        image: Some(Picture {
            url: Some("https://shop.example/blue.png".into()),
            file: None,
            alt: "A shirt".into(),
        }),
        buttons: vec![
            Button::Reply { title: "Take it".into(), text: Some("I take the blue one".into()) },
            Button::Link { title: "Details".into(), url: "https://shop.example/blue".into() },
        ],
    }
}

#[test]
fn what_clients_say_is_read_as_it_is_written() {
    let (dashboard, widget) = (files("dashboard-says-"), files("widget-says-"));
    assert_eq!((dashboard.len(), widget.len()), (18, 9), "one file for each command");
    for (name, file) in dashboard {
        let (reference, command) = parse_dashboard(&file.to_string()).unwrap();
        check(&name, &file, &reference, &command);
    }
    for (name, file) in widget {
        let (reference, command) = parse_widget(&file.to_string()).unwrap();
        check(&name, &file, &reference, &command);
    }
}

fn id<K: Kind>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(0x4000_8000_0000_0000_0000 + number))
}

fn sam() -> Assignee {
    Assignee { id: id(3), name: "Sam Ortega".into() }
}

fn entry(seq: i64, by: Author, body: Event) -> Entry {
    let client_id = (by == Author::Contact).then(|| ClientId(Uuid::from_u128(7)));
    Entry { seq, at: AT + seq, by, client_id, body }
}

fn said(text: &str) -> Event {
    Event::Message {
        text: text.into(),
        attachments: Vec::new(),
        quick_replies: Vec::new(),
        cards: Vec::new(),
        coming: Vec::new(),
    }
}

fn log() -> Vec<Entry> {
    let member = Author::Member { id: sam().id, name: sam().name };
    let origin = |text: &str| serde_json::from_value(json!(text)).unwrap();
    let start = serde_json::from_value(json!("bot")).unwrap();
    vec![
        entry(1, Author::Contact, Event::Opened { first_text: "Where is my order?".into(), start }),
        entry(
            2,
            Author::Bot,
            Event::Message {
                text: "Hello!".into(),
                attachments: Vec::new(),
                quick_replies: vec!["My order".into()],
                cards: vec![card()],
                coming: Vec::new(),
            },
        ),
        entry(3, Author::Contact, said("Where is my order?")),
        entry(4, member.clone(), Event::Joined { from: origin("bot") }),
        entry(5, member.clone(), said("I look, Zoë 👋")),
        entry(
            6,
            member.clone(),
            Event::Note { text: "Order 4711".into(), attachments: Vec::new(), mentions: Vec::new() },
        ),
        entry(7, member, Event::Ended { reason: EndReason::Resolved }),
    ]
}

fn row() -> Row {
    Row {
        id: id(1),
        version: 5,
        status: Status::Assigned,
        channel: id(4),
        contact: RowContact { id: id(5), name: "Zoë".into(), verified: true },
        assignee: Some(sam()),
        first_text: "Where is my order?".into(),
        preview: Some(Preview { by: Side::Member, text: "I look, Zoë 👋".into() }),
        opened_at: AT + 1,
        last_at: AT + 5,
        waiting_since: None,
        episode: 1,
        ended_at: None,
        end_reason: None,
        rating: None,
        tags: vec!["vip".into()],
        customer_online: true,
    }
}

fn ended_row() -> Row {
    Row {
        version: 7,
        status: Status::Ended,
        assignee: None,
        ended_at: Some(AT + 7),
        end_reason: Some(EndReason::Resolved),
        rating: Rating::try_from(5).ok(),
        customer_online: false,
        ..row()
    }
}

fn answers(say: &mut impl FnMut(&str, Value)) {
    let (log, row) = (log(), row());
    say("ok", json!(Ok { reference: "7", ..Ok::default() }));
    let wrote = Ok { reference: "7", conversation: Some(id(1)), seq: Some(5), version: Some(5) };
    say("ok-written", json!(wrote));
    let assignee = Some(MemberName { id: sam().id, name: sam().name });
    let details = Details { assignee, ..Details::default() };
    let message = "somebody else has it";
    say("error", json!(Error { reference: Some("7"), code: Code::AlreadyAssigned, message, details }));
    let details = Details { retry_after_ms: Some(400), ..Details::default() };
    let message = "too many commands";
    say("error-limited", json!(Error { reference: Some("7"), code: Code::RateLimited, message, details }));
    let message = "not a command";
    let details = Details::default();
    say("error-unread", json!(Error { reference: None, code: Code::BadRequest, message, details }));
    let reads = [ReadMark { by: Reader::CONTACT, seq: 5 }, ReadMark { by: Reader::Member(sam().id), seq: 3 }];
    say(
        "opened",
        json!(Opened {
            reference: "7",
            conversation: id(1),
            row: &row,
            entries: &log[..5],
            first_seq: 1,
            last_seq: 5,
            reads: &reads,
            deliveries: &[],
            more: false,
            resync: false,
        }),
    );
}

fn to_members(say: &mut impl FnMut(&str, Value)) {
    let (log, rows, members): (_, _, Vec<MemberId>) = (log(), [row(), ended_row()], vec![sam().id]);
    let scope = ScopeView {
        id: id(2),
        name: "Shop".into(),
        mode: Mode::Production,
        time_zone: "Europe/Berlin".into(),
        role: Role::Admin,
        has_bot: true,
        channels: vec![ChannelView { id: id(4), kind: ChannelKind::Widget, name: "Web".into() }],
        members: vec![MemberView {
            id: sam().id,
            name: sam().name,
            role: Role::Agent,
            presence: Presence::Online,
            avatar: faces().remove(&sam().id),
        }],
    };
    let reason = Some("status 422".into());
    let mark = DeliveryMark { seq: 5, state: DeliveryState::Failed, reason };
    let events = [
        DashboardEvent::Welcome {
            reference: "1",
            protocol: VERSION,
            member: Me { id: id(6), name: "Ada Admin", email: "ada@shop.example" },
            scopes: &[scope],
            server_time: AT,
        },
        DashboardEvent::Snapshot { scope: id(2), rows: &rows[..1], done: true },
        DashboardEvent::Rows { scope: id(2), rows: &rows },
        DashboardEvent::Entry { conversation: id(1), entry: &log[5] },
        DashboardEvent::Typing {
            conversation: id(1),
            by: Typist::Member { id: Some(sam().id), name: &sam().name },
            on: true,
        },
        DashboardEvent::Read { conversation: id(1), by: Reader::CONTACT, seq: 5 },
        DashboardEvent::Delivery { conversation: id(1), mark: &mark },
        DashboardEvent::Viewers { conversation: id(1), members: &members },
        DashboardEvent::Customer { conversation: id(1), online: false },
        DashboardEvent::Presence { scope: id(2), member: sam().id, status: Presence::Away },
        DashboardEvent::Mentioned {
            scope: id(2),
            conversation: id(1),
            seq: 6,
            by: MemberName { id: sam().id, name: sam().name },
            text: "@Kim Doe knows more",
        },
        DashboardEvent::Draining { retry_after_ms: 1_000 },
    ];
    for event in events {
        let frame = json!(event);
        say(&format!("dashboard-hears-{}", frame["type"].as_str().unwrap()), frame.clone());
    }
}

fn to_customers(say: &mut impl FnMut(&str, Value)) {
    let log = log();
    let faces = faces();
    let agent = AgentName::of(&sam(), &faces);
    let closed = Staffing {
        opening: Opening { open: false, next: Some(AT + 3_600_000) },
        asking: Away::QueueWithExpectation,
    };
    let with = |status| WidgetStatus::new(status, Staffing::default(), 2);
    let standings = [
        ("none", with(Standing::None)),
        ("bot", WidgetStatus { human_button: true, ..with(Standing::Bot) }),
        ("waiting", with(Standing::Waiting { position: 2, estimate_ms: Some(90_000) })),
        ("closed", WidgetStatus::new(Standing::Waiting { position: 1, estimate_ms: None }, closed, 0)),
        ("agent", with(Standing::Agent { agent, online: true })),
        ("ended", with(Standing::Ended { reason: EndReason::Resolved, can_rate: true })),
    ];
    for (name, status) in &standings {
        say(&format!("widget-hears-status-{name}"), json!(WidgetEvent::Status(status)));
    }
    let channel = WidgetChannel {
        id: id(4),
        name: "Shop".into(),
        title: "Ask us".into(),
        colour: "#1f6b4a".into(),
        greeting: Greeting { text: "Hello!".into(), quick_replies: vec!["My order".into()] },
        human_after: 3,
        pre_chat: vec![FormField { key: "email".into(), label: String::new(), required: true }],
        offline_lead: "We answer by mail.".into(),
        mail: true,
    };
    let welcome = WidgetWelcome {
        reference: "1",
        protocol: VERSION,
        visitor_token: "v1.payload.mac",
        contact: WidgetContact { name: Some("Zoë") },
        channel: &channel,
        conversation: Some(id(1)),
        entries: log.iter().map(|entry| ContactEntry::of(entry, &faces)).collect(),
        resync: false,
        more: false,
        status: &standings[5].1,
        reads: WidgetReads { member: 3 },
        server_time: AT,
    };
    let events = [
        WidgetEvent::Welcome(welcome),
        WidgetEvent::Entry { conversation: id(1), entry: ContactEntry::of(&log[4], &faces) },
        WidgetEvent::Typing { by: Typist::Member { id: None, name: "Sam" }, on: true },
        WidgetEvent::Read { seq: 5 },
        WidgetEvent::Draining { retry_after_ms: 1_000 },
    ];
    for event in events {
        let frame = json!(event);
        say(&format!("widget-hears-{}", frame["type"].as_str().unwrap()), frame.clone());
    }
}

#[test]
fn what_we_say_is_what_the_files_have() {
    let mut said = BTreeMap::new();
    let mut say = |name: &str, frame: Value| {
        let name = if name.contains("-hears-") { name.to_owned() } else { format!("both-hear-{name}") };
        assert!(said.insert(name.clone(), frame).is_none(), "{name} twice");
    };
    answers(&mut say);
    to_members(&mut say);
    to_customers(&mut say);
    if std::env::var_os("SWITCHBOARD_WRITE_FRAMES").is_some() {
        for (name, frame) in &said {
            let text = serde_json::to_string_pretty(frame).unwrap();
            std::fs::write(folder().join(format!("{name}.json")), text + "\n").unwrap();
        }
    }
    let written: BTreeMap<String, Value> =
        ["both-hear-", "dashboard-hears-", "widget-hears-"].into_iter().flat_map(files).collect();
    assert_eq!(written, said);
}
