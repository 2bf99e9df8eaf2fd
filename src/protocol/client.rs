//! What clients say. One flat object a frame; every field is checked against the command it came with.

use std::borrow::Cow;
use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::code::Code;
pub use super::customer::{ATTRIBUTES_MAX, About, IDENTITY_FIELD_MAX, Identity, PAGE_FIELD_MAX, Page};
use super::{REF_MAX, TEXT_MAX};
use crate::domain::Seq;
use crate::domain::attachment::ATTACHMENTS_MAX;
use crate::domain::card::{self, CARDS_MAX, Card};
use crate::domain::feedback::{COMMENT_MAX, Feedback, Rating};
use crate::domain::ids::{ClientId, ConversationId, FileId, MemberId, ScopeId};
use crate::domain::invalid::check_name;
use crate::domain::member::check_email;
use crate::domain::tag::check_tag;

/// Ids of uploaded files that go with a text.
type Files = Option<Vec<FileId>>;

/// A command of a dashboard. `ref` stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "docs/PROTOCOL.md section 3 describes each")]
pub enum DashboardCommand {
    Hello {
        ticket: Option<String>,
    },
    Subscribe {
        scope: ScopeId,
    },
    Unsubscribe {
        scope: ScopeId,
    },
    Open {
        conversation: ConversationId,
        after: Option<Seq>,
    },
    Close {
        conversation: ConversationId,
    },
    Send {
        conversation: ConversationId,
        client_id: ClientId,
        text: String,
        attachments: Files,
        cards: Option<Vec<Card>>,
    },
    Note {
        conversation: ConversationId,
        client_id: ClientId,
        text: String,
        attachments: Files,
        mentions: Option<Vec<MemberId>>,
    },
    Tag {
        conversation: ConversationId,
        client_id: ClientId,
        tag: String,
    },
    Untag {
        conversation: ConversationId,
        client_id: ClientId,
        tag: String,
    },
    Join {
        conversation: ConversationId,
        client_id: ClientId,
    },
    TakeOver {
        conversation: ConversationId,
        client_id: ClientId,
    },
    Transfer {
        conversation: ConversationId,
        client_id: ClientId,
        to: TransferTo,
    },
    Resolve {
        conversation: ConversationId,
        client_id: ClientId,
    },
    Activate {
        conversation: ConversationId,
        client_id: ClientId,
    },
    Typing {
        conversation: ConversationId,
        on: bool,
    },
    Read {
        conversation: ConversationId,
        seq: Seq,
    },
    Presence {
        status: Wanted,
    },
    /// The page is in front of somebody's eyes, or no more.
    Looking {
        on: bool,
    },
}

/// To whom a conversation is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TransferTo {
    /// A member of the scope.
    Member {
        /// Who.
        id: MemberId,
    },
    /// Back to Unassigned.
    Queue,
    /// Back to the bot.
    Bot,
}

/// What a member may say of themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Wants work.
    Online,
    /// Does not.
    Away,
}

/// A command of a widget. `ref` stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(missing_docs, reason = "docs/PROTOCOL.md section 4 describes each")]
pub enum WidgetCommand {
    Hello(Box<Hello>),
    Start { client_id: ClientId, text: String, attachments: Files, about: Option<About> },
    LeaveMessage { client_id: ClientId, text: String, attachments: Files, about: About },
    Send { client_id: ClientId, text: String, attachments: Files },
    RequestHuman { client_id: ClientId },
    End { client_id: ClientId, rating: Option<Rating>, comment: Option<String> },
    Feedback { client_id: ClientId, rating: Option<Rating>, comment: Option<String> },
    Typing { on: bool },
    Read { seq: Seq },
}

/// The first frame of a widget.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(optional_fields))]
pub struct Hello {
    /// Token of an earlier `welcome`.
    pub visitor_token: Option<String>,
    /// The conversation that `after` counts in; none: whichever is the customer's now.
    pub conversation: Option<ConversationId>,
    /// Last entry seen.
    pub after: Option<Seq>,
    /// Who the site says this is.
    pub identity: Option<Identity>,
    /// Where the widget runs.
    pub page: Option<Page>,
}

/// Most members that a note mentions.
pub const MENTIONS_MAX: usize = 20;

/// Why a frame or body is not a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFrame {
    /// The frame's `ref`, if it could be read.
    pub reference: Option<String>,
    /// `bad_request` or `too_large`.
    pub code: Code,
    /// For people.
    pub message: String,
}

/// Every field any command can have. Parsed in one pass; a command takes what is its own and the
/// rest must be absent.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw<'a> {
    #[serde(rename = "type", borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(rename = "ref", borrow)]
    reference: Option<Cow<'a, str>>,
    scope: Option<ScopeId>,
    conversation: Option<ConversationId>,
    client_id: Option<ClientId>,
    text: Option<String>,
    attachments: Option<Vec<FileId>>,
    cards: Option<Vec<Card>>,
    mentions: Option<Vec<MemberId>>,
    tag: Option<String>,
    to: Option<TransferTo>,
    on: Option<bool>,
    seq: Option<Seq>,
    after: Option<Seq>,
    status: Option<Wanted>,
    ticket: Option<String>,
    rating: Option<Rating>,
    comment: Option<String>,
    visitor_token: Option<String>,
    identity: Option<Identity>,
    page: Option<Page>,
    about: Option<About>,
}

/// Reads one frame of a dashboard: its `ref` and its command.
///
/// # Errors
/// [`BadFrame`] when it is not JSON, unknown, incomplete, has foreign fields, or a text is too long.
pub fn parse_dashboard(frame: &str) -> Result<(String, DashboardCommand), BadFrame> {
    parse(frame, Raw::dashboard)
}

/// Reads one frame of a widget: its `ref` and its command.
///
/// # Errors
/// As [`parse_dashboard`].
pub fn parse_widget(frame: &str) -> Result<(String, WidgetCommand), BadFrame> {
    parse(frame, Raw::widget)
}

/// Reads the body of `POST /api/v1/conversations/{id}/{verb}` as the command of that name.
///
/// # Errors
/// As [`parse_dashboard`]; there is no `ref`.
pub fn parse_dashboard_body(
    verb: &str,
    conversation: ConversationId,
    body: &str,
) -> Result<DashboardCommand, BadFrame> {
    let mut raw = Raw::read(body)?;
    raw.no_envelope()?;
    if raw.conversation.replace(conversation).is_some() {
        return Err(bad("the conversation stands in the path"));
    }
    raw.dashboard(verb).and_then(|command| raw.is_used_up().map(|()| command))
}

/// Reads the body of `POST /api/v1/widget/{verb}` as the command of that name.
///
/// # Errors
/// As [`parse_dashboard`]; there is no `ref`.
pub fn parse_widget_body(verb: &str, body: &str) -> Result<WidgetCommand, BadFrame> {
    let mut raw = Raw::read(body)?;
    raw.no_envelope()?;
    raw.widget(verb).and_then(|command| raw.is_used_up().map(|()| command))
}

fn parse<'a, T>(
    frame: &'a str,
    command: impl FnOnce(&mut Raw<'a>, &str) -> Result<T, BadFrame>,
) -> Result<(String, T), BadFrame> {
    let mut raw = Raw::read(frame).map_err(|bad| BadFrame { reference: find_reference(frame), ..bad })?;
    let kind = raw.kind.take();
    let reference = match raw.reference.take() {
        Some(text) if !text.is_empty() && text.chars().count() <= REF_MAX => text.into_owned(),
        _ => return Err(bad("every command needs a ref of 1 to 64 characters")),
    };
    let named = kind.ok_or_else(|| bad("every command needs a type")).and_then(|kind| {
        let read = command(&mut raw, &kind)?;
        raw.is_used_up().map(|()| read)
    });
    match named {
        Ok(read) => Ok((reference, read)),
        Err(bad) => Err(BadFrame { reference: Some(reference), ..bad }),
    }
}

/// The `ref` of a frame whose other fields cannot be read, so that its error can be told apart.
fn find_reference(frame: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Head {
        #[serde(rename = "ref")]
        reference: String,
    }
    let head: Head = serde_json::from_str(frame).ok()?;
    (head.reference.chars().count() <= REF_MAX).then_some(head.reference)
}

impl<'a> Raw<'a> {
    fn read(text: &'a str) -> Result<Self, BadFrame> {
        serde_json::from_str(text).map_err(|error| bad(&format!("not a command: {error}")))
    }

    fn no_envelope(&self) -> Result<(), BadFrame> {
        if self.kind.is_some() || self.reference.is_some() {
            return Err(bad("type and ref belong to sockets"));
        }
        Ok(())
    }

    fn dashboard(&mut self, kind: &str) -> Result<DashboardCommand, BadFrame> {
        use DashboardCommand as C;
        Ok(match kind {
            "hello" => C::Hello { ticket: self.ticket.take() },
            "subscribe" => C::Subscribe { scope: need(&mut self.scope, "scope")? },
            "unsubscribe" => C::Unsubscribe { scope: need(&mut self.scope, "scope")? },
            "open" => C::Open { conversation: self.conversation()?, after: self.after.take() },
            "close" => C::Close { conversation: self.conversation()? },
            "send" | "note" => {
                let (conversation, client_id) = (self.conversation()?, self.client_id()?);
                let attachments = self.attachments()?;
                if kind == "send" {
                    let cards = self.cards()?;
                    let text = self.text(attachments.is_some() || cards.is_some())?;
                    C::Send { conversation, client_id, text, attachments, cards }
                } else {
                    let text = self.text(attachments.is_some())?;
                    C::Note { conversation, client_id, text, attachments, mentions: self.mentions()? }
                }
            }
            "tag" => {
                C::Tag { conversation: self.conversation()?, client_id: self.client_id()?, tag: self.tag()? }
            }
            "untag" => C::Untag {
                conversation: self.conversation()?,
                client_id: self.client_id()?,
                tag: self.tag()?,
            },
            "join" => C::Join { conversation: self.conversation()?, client_id: self.client_id()? },
            "take_over" => C::TakeOver { conversation: self.conversation()?, client_id: self.client_id()? },
            "transfer" => C::Transfer {
                conversation: self.conversation()?,
                client_id: self.client_id()?,
                to: need(&mut self.to, "to")?,
            },
            "resolve" => C::Resolve { conversation: self.conversation()?, client_id: self.client_id()? },
            "activate" => C::Activate { conversation: self.conversation()?, client_id: self.client_id()? },
            "typing" => C::Typing { conversation: self.conversation()?, on: need(&mut self.on, "on")? },
            "read" => C::Read { conversation: self.conversation()?, seq: need(&mut self.seq, "seq")? },
            "presence" => C::Presence { status: need(&mut self.status, "status")? },
            "looking" => C::Looking { on: need(&mut self.on, "on")? },
            _ => return Err(bad("unknown command")),
        })
    }

    fn widget(&mut self, kind: &str) -> Result<WidgetCommand, BadFrame> {
        use WidgetCommand as C;
        Ok(match kind {
            "hello" => C::Hello(Box::new(self.hello()?)),
            "start" => {
                let (client_id, attachments) = (self.client_id()?, self.attachments()?);
                let text = self.text(attachments.is_some())?;
                C::Start { client_id, text, attachments, about: self.about(false)? }
            }
            "leave_message" => {
                let (client_id, attachments) = (self.client_id()?, self.attachments()?);
                let text = self.text(attachments.is_some())?;
                let about = self.about(true)?.ok_or_else(|| bad("about is missing"))?;
                C::LeaveMessage { client_id, text, attachments, about }
            }
            "send" => {
                let (client_id, attachments) = (self.client_id()?, self.attachments()?);
                C::Send { client_id, text: self.text(attachments.is_some())?, attachments }
            }
            "request_human" => C::RequestHuman { client_id: self.client_id()? },
            "end" => {
                C::End { client_id: self.client_id()?, rating: self.rating.take(), comment: self.comment()? }
            }
            "feedback" => {
                let client_id = self.client_id()?;
                let (rating, comment) = (self.rating.take(), self.comment()?);
                if rating.is_none() && comment.is_none() {
                    return Err(bad("feedback needs a rating or a comment"));
                }
                C::Feedback { client_id, rating, comment }
            }
            "typing" => C::Typing { on: need(&mut self.on, "on")? },
            "read" => C::Read { seq: need(&mut self.seq, "seq")? },
            _ => return Err(bad("unknown command")),
        })
    }

    fn conversation(&mut self) -> Result<ConversationId, BadFrame> {
        need(&mut self.conversation, "conversation")
    }

    fn client_id(&mut self) -> Result<ClientId, BadFrame> {
        need(&mut self.client_id, "client_id")
    }

    /// The text of a message; beside files or cards it may be empty.
    fn text(&mut self, with_more: bool) -> Result<String, BadFrame> {
        let text =
            if with_more { self.text.take().unwrap_or_default() } else { need(&mut self.text, "text")? };
        check_text(&text, TEXT_MAX)?;
        if !with_more && text.trim().is_empty() {
            return Err(bad("the text is empty"));
        }
        Ok(text)
    }

    fn mentions(&mut self) -> Result<Option<Vec<MemberId>>, BadFrame> {
        let mentions = self.mentions.take().filter(|members| !members.is_empty());
        if mentions.as_ref().is_some_and(|members| members.len() > MENTIONS_MAX) {
            return Err(bad("a note mentions at most 20 members"));
        }
        Ok(mentions)
    }

    fn tag(&mut self) -> Result<String, BadFrame> {
        let tag = need(&mut self.tag, "tag")?;
        check_tag(&tag).map_err(|invalid| bad(&invalid.to_string()))?;
        Ok(tag)
    }

    /// Files without repeats; none for an empty list.
    fn attachments(&mut self) -> Result<Files, BadFrame> {
        let ids = self.attachments.take().filter(|ids| !ids.is_empty());
        if let Some(ids) = &ids {
            if ids.len() > ATTACHMENTS_MAX {
                let message = format!("a message has at most {ATTACHMENTS_MAX} files");
                return Err(BadFrame { reference: None, code: Code::TooLarge, message });
            }
            if ids.iter().collect::<HashSet<_>>().len() != ids.len() {
                return Err(bad("a file is named twice"));
            }
        }
        Ok(ids)
    }

    /// None for an empty list. Whether their files are there is judged later.
    fn cards(&mut self) -> Result<Option<Vec<Card>>, BadFrame> {
        let cards = self.cards.take().filter(|cards| !cards.is_empty());
        let Some(cards) = cards else { return Ok(None) };
        if cards.len() > CARDS_MAX {
            let message = format!("a message has at most {CARDS_MAX} cards");
            return Err(BadFrame { reference: None, code: Code::TooLarge, message });
        }
        card::check(&cards).map_err(|why| bad(&why))?;
        Ok(Some(cards))
    }

    fn comment(&mut self) -> Result<Option<String>, BadFrame> {
        let comment = self.comment.take().filter(|text| !text.trim().is_empty());
        if let Some(text) = &comment {
            check_text(text, COMMENT_MAX)?;
        }
        Ok(comment)
    }

    fn about(&mut self, reachable: bool) -> Result<Option<About>, BadFrame> {
        let Some(mut about) = self.about.take() else { return Ok(None) };
        let blank = |text: &String| text.trim().is_empty();
        about.name = about.name.filter(|name| !blank(name)).map(|name| name.trim().to_owned());
        about.email = about.email.filter(|email| !blank(email)).map(|email| email.trim().to_owned());
        let checked = about.name.as_ref().map_or(Ok(()), |name| check_name("name", name));
        let checked = checked.and(about.email.as_ref().map_or(Ok(()), |email| check_email(email)));
        checked.map_err(|invalid| bad(&invalid.to_string()))?;
        if reachable && about.email.is_none() {
            return Err(bad("email is missing"));
        }
        if about.attributes.len() > ATTRIBUTES_MAX {
            return Err(bad("at most 20 attributes"));
        }
        for text in about.attributes.iter().flat_map(|(name, value)| [name, value]) {
            check_text(text, IDENTITY_FIELD_MAX)?;
        }
        Ok(Some(about))
    }

    fn hello(&mut self) -> Result<Hello, BadFrame> {
        let mut identity = self.identity.take();
        if let Some(identity) = &mut identity {
            check_identity(identity)?;
        }
        let page = self.page.take().map(Page::cut);
        Ok(Hello {
            visitor_token: self.visitor_token.take(),
            conversation: self.conversation.take(),
            after: self.after.take(),
            identity,
            page,
        })
    }

    fn is_used_up(&self) -> Result<(), BadFrame> {
        let Self {
            kind: _,
            reference: _,
            scope: None,
            conversation: None,
            client_id: None,
            text: None,
            cards: None,
            attachments: None,
            mentions: None,
            tag: None,
            to: None,
            on: None,
            seq: None,
            after: None,
            status: None,
            ticket: None,
            rating: None,
            comment: None,
            visitor_token: None,
            identity: None,
            page: None,
            about: None,
        } = self
        else {
            return Err(bad("a field that this command does not have"));
        };
        Ok(())
    }
}

/// The feedback of `end` and `feedback`.
pub const fn feedback(rating: Option<Rating>, comment: Option<String>) -> Feedback {
    Feedback { rating, comment }
}

fn need<T>(field: &mut Option<T>, name: &str) -> Result<T, BadFrame> {
    field.take().ok_or_else(|| bad(&format!("{name} is missing")))
}

fn check_text(text: &str, most: usize) -> Result<(), BadFrame> {
    if text.chars().count() > most {
        return Err(BadFrame {
            reference: None,
            code: Code::TooLarge,
            message: format!("the text is longer than {most} characters"),
        });
    }
    // PostgreSQL stores no NUL, so nobody may send one.
    if text.contains('\0') { Err(bad("the text has a NUL character")) } else { Ok(()) }
}

fn check_identity(identity: &mut Identity) -> Result<(), BadFrame> {
    if identity.attributes.len() > ATTRIBUTES_MAX {
        return Err(bad("an identity has at most 20 attributes"));
    }
    let fields = [&identity.external_id, &identity.name, &identity.email, &identity.proof];
    let given = fields.into_iter().flatten();
    let attributes = identity.attributes.iter().flat_map(|(name, value)| [name, value]);
    for text in given.chain(attributes) {
        check_text(text, IDENTITY_FIELD_MAX)?;
    }
    Ok(())
}

fn bad(message: &str) -> BadFrame {
    BadFrame { reference: None, code: Code::BadRequest, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_with_its_ref_and_nothing_foreign() {
        let frame =
            r#"{"type":"typing","ref":"7","conversation":"c_00000000000000000000000000000001","on":true}"#;
        let (reference, command) = parse_dashboard(frame).unwrap();
        assert_eq!(reference, "7");
        assert!(matches!(command, DashboardCommand::Typing { on: true, .. }));

        let foreign = frame.replace("\"on\":true", "\"on\":true,\"text\":\"x\"");
        assert_eq!(parse_dashboard(&foreign).unwrap_err().reference.as_deref(), Some("7"));
        let unknown = frame.replace("\"on\":true", "\"on\":true,\"xyz\":1");
        assert_eq!(parse_dashboard(&unknown).unwrap_err().reference.as_deref(), Some("7"));
        assert_eq!(parse_dashboard("{").unwrap_err().reference, None);
    }

    #[test]
    fn texts_are_checked_at_the_limit() {
        let id = "5f0c1f6e-0000-4000-8000-000000000001";
        let frame =
            |text: &str| serde_json::json!({"type":"send","ref":"1","client_id":id,"text":text}).to_string();
        assert!(parse_widget(&frame(&"ü".repeat(TEXT_MAX))).is_ok());
        assert_eq!(parse_widget(&frame(&"ü".repeat(TEXT_MAX + 1))).unwrap_err().code, Code::TooLarge);
        assert_eq!(parse_widget(&frame(" \n")).unwrap_err().code, Code::BadRequest);
        assert_eq!(parse_widget(&frame("a\0b")).unwrap_err().code, Code::BadRequest);
    }
}
