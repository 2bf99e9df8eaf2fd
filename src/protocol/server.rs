//! What we say on sockets. Built once, serialised once, sent to all who may see it.

use bytestring::ByteString;
use serde::Serialize;

use super::code::Code;
use super::view::{ContactEntry, MemberName, Row, first_name};
use crate::domain::avatar::{AvatarId, Faces};
use crate::domain::channel::{ChannelKind, FormField};
use crate::domain::conversation::Assignee;
use crate::domain::delivery::DeliveryState;
use crate::domain::event::{EndReason, Entry};
use crate::domain::hours::{Away, Staffing};
use crate::domain::ids::{ChannelId, ConversationId, MemberId, ScopeId};
use crate::domain::member::{Presence, Role};
use crate::domain::refusal::Refusal;
use crate::domain::scope::Mode;
use crate::domain::{Millis, Seq};

/// A frame as text. Every frame serialises: none has a map with keys that are not text.
pub fn text<T: Serialize>(frame: &T) -> ByteString {
    serde_json::to_string(frame).map(ByteString::from).unwrap_or_default()
}

/// The good answer to a command.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "OkFrame"))]
#[serde(tag = "type", rename = "ok")]
pub struct Ok<'a> {
    /// The command's `ref`.
    #[serde(rename = "ref")]
    pub reference: &'a str,
    /// The conversation the command changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub conversation: Option<ConversationId>,
    /// The number of the command's last entry; absent when it wrote none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub seq: Option<Seq>,
    /// The conversation's version at the time of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub version: Option<Seq>,
}

/// The bad answer to a command.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "ErrorFrame"))]
#[serde(tag = "type", rename = "error")]
pub struct Error<'a> {
    /// The command's `ref`, if it could be read.
    #[serde(rename = "ref")]
    pub reference: Option<&'a str>,
    /// Stable.
    pub code: Code,
    /// For people.
    pub message: &'a str,
    /// What the code's meaning needs.
    #[serde(skip_serializing_if = "Details::is_empty")]
    pub details: Details,
}

/// What some codes carry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Details {
    /// With `already_assigned`: who has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<MemberName>,
    /// With `active_exists`: that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// With `rate_limited`, `overloaded`, `draining`: when to try again, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// With `form_required`: keys of the questions without an answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(as = "Option<Vec<String>>"))]
    pub fields: Vec<String>,
}

impl Details {
    /// True when nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What a refusal has to add.
    pub fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::AlreadyAssigned { assignee, name } => {
                Self { assignee: Some(MemberName { id: *assignee, name: name.clone() }), ..Self::default() }
            }
            Refusal::ActiveExists { conversation } => {
                Self { conversation: Some(*conversation), ..Self::default() }
            }
            Refusal::FormRequired { fields } => Self { fields: fields.clone(), ..Self::default() },
            _ => Self::default(),
        }
    }
}

/// What members hear.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "docs/PROTOCOL.md section 3 describes each")]
pub enum DashboardEvent<'a> {
    Welcome {
        #[serde(rename = "ref")]
        reference: &'a str,
        protocol: u32,
        member: Me<'a>,
        scopes: &'a [ScopeView],
        server_time: Millis,
    },
    Snapshot {
        scope: ScopeId,
        rows: &'a [Row],
        done: bool,
    },
    Rows {
        scope: ScopeId,
        rows: &'a [Row],
    },
    Entry {
        conversation: ConversationId,
        entry: &'a Entry,
    },
    Typing {
        conversation: ConversationId,
        by: Typist<'a>,
        on: bool,
    },
    Read {
        conversation: ConversationId,
        by: Reader,
        seq: Seq,
    },
    Delivery {
        conversation: ConversationId,
        #[serde(flatten)]
        mark: &'a DeliveryMark,
    },
    Viewers {
        conversation: ConversationId,
        members: &'a [MemberId],
    },
    Customer {
        conversation: ConversationId,
        online: bool,
    },
    Presence {
        scope: ScopeId,
        member: MemberId,
        status: Presence,
    },
    Mentioned {
        scope: ScopeId,
        conversation: ConversationId,
        seq: Seq,
        by: MemberName,
        text: &'a str,
    },
    Draining {
        retry_after_ms: u64,
    },
}

/// The answer to `open`; entries are JSON as they were stored.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "OpenedFrame"))]
#[serde(tag = "type", rename = "ok")]
pub struct Opened<'a> {
    /// The command's `ref`.
    #[serde(rename = "ref")]
    pub reference: &'a str,
    /// The conversation.
    pub conversation: ConversationId,
    /// Its row.
    pub row: &'a Row,
    /// In order of their numbers.
    pub entries: &'a [Entry],
    /// Number of the first one given, 0 if none.
    pub first_seq: Seq,
    /// Number of the conversation's last entry.
    pub last_seq: Seq,
    /// Who has read up to where.
    pub reads: &'a [ReadMark],
    /// How far messages to the customer of a messaging channel have come; absent on a widget.
    #[serde(skip_serializing_if = "<[DeliveryMark]>::is_empty")]
    #[cfg_attr(test, ts(as = "Option<&'a [DeliveryMark]>", optional))]
    pub deliveries: &'a [DeliveryMark],
    /// Older entries exist.
    pub more: bool,
    /// The client was too far behind: drop what it has.
    pub resync: bool,
}

/// How far one message to a customer of a messaging channel has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeliveryMark {
    /// Number of its entry.
    pub seq: Seq,
    /// How far.
    pub state: DeliveryState,
    /// The platform's reason, when it failed or waits for another try.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub reason: Option<String>,
}

/// How far one reader has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ReadMark {
    /// Who.
    pub by: Reader,
    /// Up to here.
    pub seq: Seq,
}

/// Who reads: the customer or a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(untagged)]
pub enum Reader {
    /// Written as `"contact"`.
    Contact(ContactWord),
    /// A member's id.
    Member(MemberId),
}

/// The word `contact`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum ContactWord {
    /// The customer.
    Contact,
}

impl Reader {
    /// The customer.
    pub const CONTACT: Self = Self::Contact(ContactWord::Contact);
}

/// Who is writing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Typist<'a> {
    /// The customer.
    Contact,
    /// The bot is thinking.
    Bot,
    /// A member.
    Member {
        /// Who; not told to customers.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[cfg_attr(test, ts(optional))]
        id: Option<MemberId>,
        /// Name; the first name for customers.
        name: &'a str,
    },
}

/// The member the socket belongs to.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Me<'a> {
    /// Id.
    pub id: MemberId,
    /// Name.
    pub name: &'a str,
    /// Log-in name.
    pub email: &'a str,
}

/// A scope as its members see it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ScopeView {
    /// Id.
    pub id: ScopeId,
    /// Name.
    pub name: String,
    /// Development or production.
    pub mode: Mode,
    /// IANA name.
    pub time_zone: String,
    /// The viewer's role.
    pub role: Role,
    /// Conversations may be handed back to a bot.
    pub has_bot: bool,
    /// Integrated channels.
    pub channels: Vec<ChannelView>,
    /// Colleagues.
    pub members: Vec<MemberView>,
}

/// A channel in lists.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct ChannelView {
    /// Id.
    pub id: ChannelId,
    /// Kind.
    pub kind: ChannelKind,
    /// Name.
    pub name: String,
}

/// A colleague in lists.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MemberView {
    /// Id.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Role in this scope.
    pub role: Role,
    /// There or not.
    pub presence: Presence,
    /// Their picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub avatar: Option<AvatarId>,
}

/// What customers hear.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "docs/PROTOCOL.md section 4 describes each")]
pub enum WidgetEvent<'a> {
    Welcome(WidgetWelcome<'a>),
    Entry { conversation: ConversationId, entry: ContactEntry<'a> },
    Status(&'a WidgetStatus),
    Typing { by: Typist<'a>, on: bool },
    Read { seq: Seq },
    Draining { retry_after_ms: u64 },
}

/// The answer to a widget's `hello`.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WidgetWelcome<'a> {
    /// The hello's `ref`.
    #[serde(rename = "ref")]
    pub reference: &'a str,
    /// [`super::VERSION`].
    pub protocol: u32,
    /// To keep, and to show next time. Valid for 30 days.
    pub visitor_token: &'a str,
    /// Who we think this is.
    pub contact: WidgetContact<'a>,
    /// How the widget looks and behaves.
    pub channel: &'a WidgetChannel,
    /// The current conversation.
    pub conversation: Option<ConversationId>,
    /// What the widget has not seen of it.
    pub entries: Vec<ContactEntry<'a>>,
    /// The widget was too far behind, or in another conversation: drop what it has.
    pub resync: bool,
    /// Older entries exist.
    pub more: bool,
    /// As in the event of that name.
    pub status: &'a WidgetStatus,
    /// The team has read up to here.
    pub reads: WidgetReads,
    /// UTC milliseconds.
    pub server_time: Millis,
}

/// Read marks for customers.
#[derive(Debug, Clone, Copy, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WidgetReads {
    /// Furthest read by any member.
    pub member: Seq,
}

/// The customer, as told to themselves.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WidgetContact<'a> {
    /// Name, when they or the site gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub name: Option<&'a str>,
}

/// What a widget needs to know of its channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WidgetChannel {
    /// Id.
    pub id: ChannelId,
    /// Scope's name.
    pub name: String,
    /// Head line.
    pub title: String,
    /// `#rrggbb`.
    pub colour: String,
    /// The bot's first words, shown before anything is stored.
    pub greeting: Greeting,
    /// The human button appears after this many bot messages.
    pub human_after: u32,
    /// What is asked before the first message; empty = nothing.
    pub pre_chat: Vec<FormField>,
    /// Stands over the offline form; empty = the widget's own words.
    pub offline_lead: String,
    /// Transcripts can be sent by mail.
    pub mail: bool,
}

/// First words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Greeting {
    /// Empty = none.
    pub text: String,
    /// Answers to click.
    pub quick_replies: Vec<String>,
}

/// Where the customer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WidgetStatus {
    /// Which.
    #[serde(flatten)]
    pub status: Standing,
    /// Show "Talk to a human".
    pub human_button: bool,
    /// Members of the scope who are online.
    pub agents_online: usize,
    /// Within the scope's hours.
    pub open: bool,
    /// When it opens next; absent while it is open, or when that is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub next_opening: Option<Millis>,
    /// What asking for a human leads to now.
    pub asking: Away,
}

impl WidgetStatus {
    /// The status of somebody whom so much awaits.
    pub const fn new(status: Standing, staffing: Staffing, agents_online: usize) -> Self {
        Self {
            status,
            human_button: false,
            agents_online,
            open: staffing.opening.open,
            next_opening: staffing.opening.next,
            asking: staffing.asking,
        }
    }
}

/// Where the customer stands, with what that needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Standing {
    /// No conversation yet.
    None,
    /// The bot answers.
    Bot,
    /// In the queue.
    Waiting {
        /// From 1.
        position: usize,
        /// Likely wait in milliseconds, when enough is known.
        estimate_ms: Option<Millis>,
    },
    /// A member has it.
    Agent {
        /// Who.
        agent: AgentName,
        /// They have a session open.
        online: bool,
    },
    /// It is over.
    Ended {
        /// Why.
        reason: EndReason,
        /// Feedback is still welcome.
        can_rate: bool,
    },
}

/// A member as customers know them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AgentName {
    /// First name.
    pub name: String,
    /// Their picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub avatar: Option<AvatarId>,
}

impl AgentName {
    /// An assignee by first name, with their picture.
    pub fn of(assignee: &Assignee, faces: &Faces) -> Self {
        Self { name: first_name(&assignee.name).to_owned(), avatar: faces.get(&assignee.id).cloned() }
    }
}
