//! Keeps `web/shared/src/protocol.gen.ts` equal to the Rust types of the wire.

use ts_rs::TS;

use super::{client, code, server, view};
use crate::domain::{
    attachment, avatar, card, channel, conversation, delivery, event, feedback, hours, ids, incoming, member,
    scope,
};

macro_rules! declarations {
    ($($type:ty),* $(,)?) => { [$(<$type>::decl()),*] };
}

fn generated() -> String {
    let declarations = declarations![
        scope::Mode,
        channel::ChannelKind,
        channel::FormField,
        hours::Away,
        member::Role,
        member::Presence,
        conversation::Status,
        conversation::Assignee,
        conversation::Side,
        conversation::Preview,
        feedback::Rating,
        ids::ClientId,
        attachment::MediaType,
        attachment::Attachment,
        incoming::FetchFailure,
        incoming::ComingFile,
        incoming::FileNews,
        avatar::AvatarId,
        card::Card,
        card::Picture,
        card::Button,
        event::Author,
        event::Origin,
        event::Start,
        event::HandoffReason,
        event::RequeueReason,
        event::EndReason,
        event::Event,
        event::Entry,
        code::Code,
        client::TransferTo,
        client::Wanted,
        client::DashboardCommand,
        client::Identity,
        client::Page,
        client::About,
        client::Hello,
        client::WidgetCommand,
        view::RowContact,
        view::Row,
        view::MemberName,
        view::ContactAuthor<'static>,
        view::ContactBody<'static>,
        view::ContactEntry<'static>,
        server::Ok<'static>,
        server::Details,
        server::Error<'static>,
        server::ContactWord,
        server::Reader,
        server::ReadMark,
        delivery::DeliveryState,
        server::DeliveryMark,
        server::Opened<'static>,
        server::Typist<'static>,
        server::Me<'static>,
        server::ChannelView,
        server::MemberView,
        server::ScopeView,
        server::DashboardEvent<'static>,
        server::Greeting,
        server::WidgetChannel,
        server::WidgetContact<'static>,
        server::WidgetReads,
        server::AgentName,
        server::Standing,
        server::WidgetStatus,
        server::WidgetWelcome<'static>,
        server::WidgetEvent<'static>,
    ];
    let mut text = String::from(
        "// Generated from src/protocol by `make types`. Change the Rust types, not this file.\n",
    );
    for declaration in declarations {
        text.push_str("\nexport ");
        text.push_str(&plain(&declaration));
        text.push('\n');
    }
    text
}

/// One line, without the Rust documentation; numbers of entries and milliseconds stay far below 2^53.
fn plain(declaration: &str) -> String {
    let code: Vec<&str> =
        declaration.lines().filter(|line| !line.trim_start().starts_with(['/', '*'])).collect();
    let line = code.join(" ").replace("bigint", "number");
    [("OkFrame", "ok"), ("ErrorFrame", "error"), ("OpenedFrame", "ok")]
        .iter()
        .fold(line, |line, (name, tag)| {
            line.replace(&format!("\"type\": \"{name}\""), &format!("\"type\": \"{tag}\""))
        })
}

#[test]
fn the_typescript_types_are_those_of_the_wire() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/web/shared/src/protocol.gen.ts");
    let generated = generated();
    if std::env::var_os("SWITCHBOARD_WRITE_TYPES").is_some() {
        std::fs::write(path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(committed == generated, "run `make types`: the committed types differ");
}
