//! What may happen to a conversation in which status: one function a verb.
//!
//! A decision is a list of facts, possibly empty: then the command is acknowledged and nothing is
//! written. The store numbers the facts and fences them by the version they were decided on.

use super::{Assignee, Conversation, Status};
use crate::domain::attachment::Words;
use crate::domain::bot::{BotAnswer, BotMessage, MESSAGES_PER_TURN, Turn};
use crate::domain::card;
use crate::domain::event::{Author, EndReason, Entry, Event, HandoffReason, Origin, RequeueReason, Start};
use crate::domain::feedback::{Feedback, RATING_WINDOW};
use crate::domain::hours::Away;
use crate::domain::ids::{ChannelId, ClientId, ComingId, ContactId, ConversationId, MemberId, ScopeId};
use crate::domain::incoming::FileNews;
use crate::domain::member::{Actor, Role};
use crate::domain::refusal::Refusal;
use crate::domain::tag::TAGS_MAX;
use crate::domain::{Millis, Seq};
use crate::fault::{self, Fault};

/// A request to a conversation that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The customer writes.
    Post {
        /// Their words.
        text: Words,
    },
    /// The customer changes a message of theirs.
    Edit {
        /// Its number.
        of: Seq,
        /// What it says now.
        text: String,
    },
    /// The customer reacts to a message.
    React {
        /// Its number.
        of: Seq,
        /// All their reactions to it.
        emojis: Vec<String>,
    },
    /// The customer takes a message back.
    TakeBack {
        /// Its number.
        of: Seq,
    },
    /// A file of a customer's message was fetched, or not.
    FileNews {
        /// Number of the message.
        of: Seq,
        /// Which file.
        id: ComingId,
        /// What became of it.
        news: FileNews,
        /// The member who asked for another try, if one did.
        by: Option<Actor>,
    },
    /// The customer asks for a human.
    RequestHuman,
    /// The customer leaves a message for when somebody is there.
    LeaveMessage {
        /// Their words.
        text: Words,
    },
    /// The customer ends the chat, with feedback or without.
    End {
        /// Empty when skipped.
        feedback: Feedback,
    },
    /// The customer rates an ended chat.
    Feedback {
        /// Not empty.
        feedback: Feedback,
    },
    /// The bot answers a turn.
    BotReply {
        /// The turn it was asked in.
        turn: Turn,
        /// What it says.
        answer: BotAnswer,
    },
    /// The bot gave no usable answer, twice.
    BotFailed {
        /// The turn it was asked in.
        turn: Turn,
    },
    /// A member writes to the customer, and thereby claims a conversation nobody owns.
    Send {
        /// Who.
        by: Actor,
        /// Their words.
        text: Words,
    },
    /// A member writes to colleagues.
    Note {
        /// Who.
        by: Actor,
        /// Their words.
        text: Words,
        /// Colleagues whom it is to reach.
        mentions: Vec<MemberId>,
    },
    /// A member puts a tag on it.
    Tag {
        /// Who.
        by: Actor,
        /// The tag, checked.
        tag: String,
    },
    /// A member takes a tag off it.
    Untag {
        /// Who.
        by: Actor,
        /// The tag.
        tag: String,
    },
    /// A member claims without a message: "Disconnect AI and join".
    Join {
        /// Who.
        by: Actor,
    },
    /// An admin makes it theirs.
    TakeOver {
        /// Who.
        by: Actor,
    },
    /// Its assignee, or an admin, gives it to somebody else.
    Transfer {
        /// Who.
        by: Actor,
        /// To whom.
        to: Target,
    },
    /// Its assignee ends it as done.
    Resolve {
        /// Who.
        by: Actor,
    },
    /// A member takes an ended conversation up again.
    Activate {
        /// Who.
        by: Actor,
    },
    /// The assignee has had no session for the scope's release time.
    Release {
        /// The assignee who is gone.
        member: MemberId,
    },
    /// A member was disabled, deleted or lost the scope.
    RemoveMember {
        /// Who.
        member: MemberId,
    },
    /// Silence ends it. Void when something was written since.
    Expire {
        /// The version the timer was set at.
        version: Seq,
    },
    /// The contact is being erased.
    Erase,
}

/// To whom a conversation is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A member; `None` when the id is not an active member of the scope.
    Member(Option<Assignee>),
    /// Back to the queue.
    Queue,
    /// Back to the bot.
    Bot,
}

/// What the scope says at the moment of the decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Conversations may be with a bot.
    pub has_bot: bool,
    /// The bot's first message; empty = none.
    pub greeting: BotMessage,
    /// Last words before the end; empty = none.
    pub closing_message: String,
}

/// One thing that happened, not yet numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Who caused it.
    pub by: Author,
    /// What.
    pub body: Event,
}

/// The facts a command causes, in order. The last one carries the command's client id.
pub type Decision = Result<Vec<Fact>, Refusal>;

/// Everything a conversation is made from, besides its first message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewConversation {
    /// Its id.
    pub id: ConversationId,
    /// Its scope.
    pub scope: ScopeId,
    /// Where the contact came in.
    pub channel: ChannelId,
    /// Who.
    pub contact: ContactId,
}

/// The facts of a contact's first message: the opening, the bot's greeting, the message.
pub fn open(rules: &Rules, text: &Words) -> Vec<Fact> {
    let start = if rules.has_bot { Start::Bot } else { Start::Queued };
    let mut facts = vec![contact(Event::Opened { first_text: super::shorten(&text.summary()), start })];
    if rules.has_bot && !rules.greeting.text.is_empty() {
        facts.push(said(Author::Bot, rules.greeting.clone()));
    }
    facts.push(contact(message(text)));
    facts
}

/// The facts of a message left while nobody is there: it waits, and no bot answers it.
pub fn open_waiting(text: &Words) -> Vec<Fact> {
    let opened = Event::Opened { first_text: super::shorten(&text.summary()), start: Start::Queued };
    vec![contact(opened), contact(message(text))]
}

/// Where the scope takes messages instead of asking people to wait, nobody is sent from the bot to an empty room.
///
/// # Errors
/// [`Refusal::Away`].
pub fn is_staffed(now_is: &Conversation, command: &Command, asking: Away) -> Result<(), Refusal> {
    let asks = *command == Command::RequestHuman && now_is.status == Status::Bot;
    if asks && asking == Away::OfflineForm { Err(Refusal::Away) } else { Ok(()) }
}

/// Judges a command on the state as it is. Pure: the same arguments give the same answer.
///
/// # Errors
/// The refusal that the state table names for this command in this status.
pub fn decide(now_is: &Conversation, command: &Command, rules: &Rules, now: Millis) -> Decision {
    match command {
        Command::Post { text } => post(now_is, text),
        Command::Edit { of, text } => {
            Ok(about(now_is, contact(Event::Edited { of: *of, text: text.clone() })))
        }
        Command::React { of, emojis } => {
            Ok(about(now_is, contact(Event::Reacted { of: *of, emojis: emojis.clone() })))
        }
        Command::TakeBack { of } => Ok(about(now_is, contact(Event::Deleted { of: *of }))),
        Command::FileNews { of, id, news, by } => {
            let body = Event::File { of: *of, id: *id, news: news.clone() };
            Ok(about(now_is, by.as_ref().map_or_else(|| system(body.clone()), |by| member(by, body.clone()))))
        }
        Command::RequestHuman => request_human(now_is),
        Command::LeaveMessage { text } => leave_message(now_is, text),
        Command::End { feedback } => end(now_is, feedback),
        Command::Feedback { feedback } => give_feedback(now_is, feedback, now),
        Command::BotReply { turn, answer } => Ok(bot_reply(now_is, *turn, answer)),
        Command::BotFailed { turn } => bot_failed(now_is, *turn),
        Command::Send { by, text } => send(now_is, by, text),
        Command::Note { by, text, mentions } => Ok(vec![member(by, note(text, mentions))]),
        Command::Tag { by, tag } => put_tag(now_is, by, tag),
        Command::Untag { by, tag } => Ok(take_tag(now_is, by, tag)),
        Command::Join { by } => join(now_is, by),
        Command::TakeOver { by } => take_over(now_is, by),
        Command::Transfer { by, to } => transfer(now_is, by, to, rules),
        Command::Resolve { by } => resolve(now_is, by, rules),
        Command::Activate { by } => activate(now_is, by),
        Command::Release { member } => Ok(release(now_is, *member, RequeueReason::AssigneeGone)),
        Command::RemoveMember { member } => Ok(release(now_is, *member, RequeueReason::MemberRemoved)),
        Command::Expire { version } => Ok(expire(now_is, *version, rules)),
        Command::Erase => Ok(erase(now_is)),
    }
}

fn put_tag(now_is: &Conversation, by: &Actor, tag: &str) -> Decision {
    if now_is.tags.iter().any(|other| other == tag) {
        return Ok(Vec::new());
    }
    if now_is.tags.len() >= TAGS_MAX {
        return Err(Refusal::TooManyTags);
    }
    Ok(vec![member(by, Event::Tagged { tag: tag.to_owned() })])
}

fn take_tag(now_is: &Conversation, by: &Actor, tag: &str) -> Vec<Fact> {
    if !now_is.tags.iter().any(|other| other == tag) {
        return Vec::new();
    }
    vec![member(by, Event::Untagged { tag: tag.to_owned() })]
}

fn post(now_is: &Conversation, text: &Words) -> Decision {
    active(now_is)?;
    Ok(vec![contact(message(text))])
}

/// What is told of an earlier message: in any status, also after the end, but not once all is erased.
fn about(now_is: &Conversation, fact: Fact) -> Vec<Fact> {
    if now_is.end_reason == Some(EndReason::Erased) { Vec::new() } else { vec![fact] }
}

fn request_human(now_is: &Conversation) -> Decision {
    match now_is.status {
        Status::Bot => Ok(vec![contact(Event::HandedOff { reason: HandoffReason::Customer, note: None })]),
        Status::Queued | Status::Assigned => Ok(Vec::new()),
        Status::Ended => Err(Refusal::Ended),
    }
}

fn leave_message(now_is: &Conversation, text: &Words) -> Decision {
    let mut facts = request_human(now_is)?;
    facts.push(contact(message(text)));
    Ok(facts)
}

fn end(now_is: &Conversation, feedback: &Feedback) -> Decision {
    active(now_is)?;
    let mut facts = Vec::with_capacity(2);
    if !feedback.is_empty() {
        facts.push(contact(feedback_event(feedback)));
    }
    facts.push(contact(Event::Ended { reason: EndReason::Customer }));
    Ok(facts)
}

fn give_feedback(now_is: &Conversation, feedback: &Feedback, now: Millis) -> Decision {
    match now_is.ended_at {
        None => Err(Refusal::NotEnded),
        Some(_) if now_is.rated => Err(Refusal::AlreadyRated),
        Some(ended_at) if now - ended_at > RATING_WINDOW => Err(Refusal::RatingClosed),
        Some(_) => Ok(vec![contact(feedback_event(feedback))]),
    }
}

/// Current = still the bot's, and no later message of the customer: then it speaks. Otherwise every
/// message of it is kept as `suppressed`, so that members can see what it would have said.
fn bot_reply(now_is: &Conversation, turn: Turn, answer: &BotAnswer) -> Vec<Fact> {
    let messages = answer.messages.iter().take(MESSAGES_PER_TURN);
    if !turn_is_current(now_is, turn) && !fault::on(Fault::BotTurnNotChecked) {
        return messages
            .map(|said| bot(Event::Suppressed { turn: turn.seq, text: card::plain(&said.text, &said.cards) }))
            .collect();
    }
    let mut facts: Vec<Fact> = messages.map(|message| said(Author::Bot, message.clone())).collect();
    if let Some(handoff) = &answer.handoff {
        let by = if handoff.customer_asked { Author::Contact } else { Author::Bot };
        let reason = if handoff.customer_asked { HandoffReason::Customer } else { HandoffReason::Bot };
        facts.push(Fact { by, body: Event::HandedOff { reason, note: handoff.note.clone() } });
    }
    if facts.is_empty() {
        facts.push(bot(Event::Silent { turn: turn.seq }));
    }
    facts
}

fn bot_failed(now_is: &Conversation, turn: Turn) -> Decision {
    if !turn_is_current(now_is, turn) {
        return Err(Refusal::StaleBotTurn);
    }
    Ok(vec![system(Event::HandedOff { reason: HandoffReason::BotFailed, note: None })])
}

/// THE first-responder rule: the first message of any member to a conversation nobody owns is also
/// its claim, in one decision and so in one commit.
fn send(now_is: &Conversation, by: &Actor, text: &Words) -> Decision {
    let mut facts = join(now_is, by)?;
    facts.push(member(by, message(text)));
    Ok(facts)
}

fn join(now_is: &Conversation, by: &Actor) -> Decision {
    let from = match now_is.status {
        Status::Bot => Origin::Bot,
        Status::Queued => Origin::Queued,
        Status::Assigned => return owned_by(now_is, by).map(|()| Vec::new()),
        Status::Ended => return Err(Refusal::Ended),
    };
    Ok(vec![member(by, Event::Joined { from })])
}

fn take_over(now_is: &Conversation, by: &Actor) -> Decision {
    active(now_is)?;
    admin(by)?;
    let from = match now_is.status {
        Status::Bot => Origin::Bot,
        Status::Queued => Origin::Queued,
        _ if now_is.is_assigned_to(by.id) => return Ok(Vec::new()),
        _ => Origin::Assigned,
    };
    let from_member = now_is.assignee.as_ref().map(|assignee| assignee.name.clone());
    Ok(vec![member(by, Event::TakenOver { from, from_member })])
}

fn transfer(now_is: &Conversation, by: &Actor, to: &Target, rules: &Rules) -> Decision {
    active(now_is)?;
    let is_admin = by.role >= Role::Admin;
    let allowed = is_admin || now_is.is_assigned_to(by.id);
    match (to, now_is.status) {
        (Target::Queue, Status::Queued) | (Target::Bot, Status::Bot) => Ok(Vec::new()),
        (Target::Queue, Status::Bot) => Err(Refusal::NotAssignee),
        _ if !allowed => Err(Refusal::NotAssignee),
        (Target::Queue, _) => Ok(vec![member(by, Event::Requeued { reason: RequeueReason::GivenBack })]),
        (Target::Bot, _) if !rules.has_bot => Err(Refusal::NoBot),
        (Target::Bot, _) => Ok(vec![member(by, Event::HandedBack)]),
        (Target::Member(None), _) => Err(Refusal::NoSuchAgent),
        (Target::Member(Some(to)), _) if now_is.is_assigned_to(to.id) => Ok(Vec::new()),
        (Target::Member(Some(to)), _) => {
            Ok(vec![member(by, Event::Transferred { to: to.id, to_name: to.name.clone() })])
        }
    }
}

fn resolve(now_is: &Conversation, by: &Actor, rules: &Rules) -> Decision {
    active(now_is)?;
    if !now_is.is_assigned_to(by.id) && !fault::on(Fault::AnybodyResolves) {
        return Err(Refusal::NotAssignee);
    }
    let mut facts = closing_words(rules);
    facts.push(member(by, Event::Ended { reason: EndReason::Resolved }));
    Ok(facts)
}

/// That the contact has no other open conversation is judged by the store's unique index.
fn activate(now_is: &Conversation, by: &Actor) -> Decision {
    match now_is.end_reason {
        None => Err(Refusal::NotEnded),
        Some(EndReason::Erased) => Err(Refusal::Ended),
        Some(_) => Ok(vec![member(by, Event::Activated { episode: now_is.episode + 1 })]),
    }
}

fn release(now_is: &Conversation, member: MemberId, reason: RequeueReason) -> Vec<Fact> {
    if now_is.is_assigned_to(member) { vec![system(Event::Requeued { reason })] } else { Vec::new() }
}

fn expire(now_is: &Conversation, version: Seq, rules: &Rules) -> Vec<Fact> {
    if !now_is.status.is_active() || now_is.version != version {
        return Vec::new();
    }
    let mut facts = closing_words(rules);
    facts.push(system(Event::Ended { reason: EndReason::Expired }));
    facts
}

fn erase(now_is: &Conversation) -> Vec<Fact> {
    if now_is.status.is_active() {
        vec![system(Event::Ended { reason: EndReason::Erased })]
    } else {
        Vec::new()
    }
}

fn turn_is_current(now_is: &Conversation, turn: Turn) -> bool {
    now_is.status == Status::Bot && now_is.epoch == turn.epoch && now_is.turn == Some(turn.seq)
}

fn active(now_is: &Conversation) -> Result<(), Refusal> {
    if now_is.status.is_active() { Ok(()) } else { Err(Refusal::Ended) }
}

fn admin(by: &Actor) -> Result<(), Refusal> {
    if by.role >= Role::Admin { Ok(()) } else { Err(Refusal::Forbidden) }
}

fn owned_by(now_is: &Conversation, by: &Actor) -> Result<(), Refusal> {
    match &now_is.assignee {
        Some(owner) if owner.id != by.id && !fault::on(Fault::EverybodyClaims) => {
            Err(Refusal::AlreadyAssigned { assignee: owner.id, name: owner.name.clone() })
        }
        _ => Ok(()),
    }
}

fn closing_words(rules: &Rules) -> Vec<Fact> {
    if rules.closing_message.is_empty() {
        Vec::new()
    } else {
        vec![system(message(&rules.closing_message.as_str().into()))]
    }
}

fn message(words: &Words) -> Event {
    let Words { text, attachments, cards, coming } = words.clone();
    Event::Message { text, attachments, quick_replies: Vec::new(), cards, coming }
}

fn note(words: &Words, mentions: &[MemberId]) -> Event {
    let Words { text, attachments, .. } = words.clone();
    Event::Note { text, attachments, mentions: mentions.to_vec() }
}

fn said(by: Author, message: BotMessage) -> Fact {
    let BotMessage { text, quick_replies, cards } = message;
    Fact {
        by,
        body: Event::Message { text, attachments: Vec::new(), quick_replies, cards, coming: Vec::new() },
    }
}

fn feedback_event(feedback: &Feedback) -> Event {
    Event::Feedback { rating: feedback.rating, comment: feedback.comment.clone() }
}

const fn contact(body: Event) -> Fact {
    Fact { by: Author::Contact, body }
}

const fn bot(body: Event) -> Fact {
    Fact { by: Author::Bot, body }
}

const fn system(body: Event) -> Fact {
    Fact { by: Author::System, body }
}

fn member(by: &Actor, body: Event) -> Fact {
    Fact { by: Author::Member { id: by.id, name: by.name.clone() }, body }
}

/// Numbers facts as the entries that follow `version`; the last one gets the client id.
pub fn number(version: Seq, facts: Vec<Fact>, client_id: Option<ClientId>, at: Millis) -> Vec<Entry> {
    let count = facts.len();
    facts
        .into_iter()
        .zip(version + 1..)
        .enumerate()
        .map(|(index, (fact, seq))| Entry {
            seq,
            at,
            by: fact.by,
            client_id: client_id.filter(|_| index + 1 == count),
            body: fact.body,
        })
        .collect()
}
