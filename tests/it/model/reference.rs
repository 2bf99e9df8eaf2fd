//! The state table once more, in other words: what the engine is compared with. Knows nothing of `decide`.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;
use proptest_state_machine::ReferenceStateMachine;

/// Agents 0 and 1 are agents, 2 is an admin.
pub const ADMIN: usize = 2;
const VISITORS: usize = 3;
/// The visitor who writes from a platform; the others have the widget.
pub const ON_PLATFORM: usize = 2;
/// Moves of the clock in one case.
const WEEKS: usize = 3;

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum At {
    Bot,
    Queued,
    Assigned(usize),
    Ended,
}

impl At {
    fn name(self) -> &'static str {
        match self {
            Self::Bot => "bot",
            Self::Queued => "queued",
            Self::Assigned(_) => "assigned",
            Self::Ended => "ended",
        }
    }
}

/// A conversation, as simple as it can be.
#[derive(Debug, Clone)]
pub struct Chat {
    pub visitor: usize,
    pub at: At,
    pub episode: i64,
    /// Kinds of its entries.
    pub log: Vec<&'static str>,
    /// Number of the customer's message the bot has yet to answer.
    pub question: Option<usize>,
    pub rated: bool,
    ended_in_week: usize,
    /// It was ended by erasing the contact.
    erased: bool,
    tagged: bool,
}

/// To whom a conversation is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Agent(usize),
    Nobody,
    Queue,
    Bot,
}

/// Something that happens to one conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Say,
    AskHuman,
    /// They leave a message while nobody is there.
    Leave,
    /// They change their first message.
    Edit,
    /// They react to their first message.
    React,
    End(Option<u8>),
    Rate(u8),
    /// So many messages, and perhaps the wish to hand over. `late`: in a turn that is over.
    BotReply {
        late: Option<Late>,
        says: usize,
        hands_over: bool,
    },
    BotFails {
        late: Option<Late>,
    },
    Send(usize),
    Note(usize),
    Tag(usize),
    Untag(usize),
    Join(usize),
    TakeOver(usize),
    Transfer(usize, To),
    Resolve(usize),
    Activate(usize),
    Release(usize),
    Remove(usize),
    /// `void`: something was written since the timer was set.
    Expire {
        void: bool,
    },
}

/// Why a turn is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Late {
    /// It is about another message.
    Message,
    /// The conversation has had another owner since.
    Owner,
}

/// Something that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// The visitor writes from a widget that knows of no conversation.
    Start(usize),
    Do(usize, Verb),
    /// An earlier command once more, with its client id.
    Repeat(usize),
    /// Another command with the client id of an earlier one.
    Reuse(usize),
    Erase(usize),
    /// Eight days pass on the clock on the wall.
    Week,
}

/// What happens to the actors around a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upset {
    Nothing,
    /// The conversation's actor goes away before the move.
    Before,
    /// It is told to go away while the move is on its way.
    During,
    /// Every actor of the scope goes away before the move.
    All,
}

/// One step of a case.
#[derive(Debug, Clone)]
pub struct Step {
    pub act: Move,
    pub client_id: u128,
    pub upset: Upset,
}

/// A command that wrote something under a client id.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    pub chat: usize,
    pub verb: Verb,
    pub client_id: u128,
    seq: usize,
}

/// What a move must come to: the number of its last entry, or a refusal.
pub type Verdict = Result<Option<usize>, &'static str>;

/// The whole scope.
#[derive(Debug, Clone)]
pub struct World {
    pub has_bot: bool,
    pub has_closing_words: bool,
    week: usize,
    pub chats: Vec<Chat>,
    pub used: Vec<Used>,
    /// The cell that was hit last.
    pub cell: String,
    /// What the last move must have come to.
    pub verdict: Verdict,
    /// The conversation it was about.
    pub about: Option<usize>,
}

impl World {
    fn new(has_bot: bool, has_closing_words: bool) -> Self {
        Self {
            has_bot,
            has_closing_words,
            week: 0,
            chats: Vec::new(),
            used: Vec::new(),
            cell: String::new(),
            verdict: Ok(None),
            about: None,
        }
    }

    pub fn open_chat(&self, visitor: usize) -> Option<usize> {
        self.chats.iter().position(|chat| chat.visitor == visitor && chat.at != At::Ended)
    }

    /// All conversations of a visitor.
    pub fn chats_of(&self, visitor: usize) -> impl Iterator<Item = usize> {
        self.chats.iter().enumerate().filter(move |(_, chat)| chat.visitor == visitor).map(|(index, _)| index)
    }

    fn perform(&mut self, step: &Step) {
        match step.act {
            Move::Start(visitor) => {
                let open = self.open_chat(visitor);
                let place = open.map_or("none", |chat| self.chats[chat].at.name());
                let without = if self.has_bot || open.is_some() { "" } else { " without bot" };
                let by = if visitor == ON_PLATFORM { " on a platform" } else { "" };
                self.cell = format!("start{by}{without} | {place}");
                let chat = open.unwrap_or_else(|| self.begin(visitor));
                self.about = Some(chat);
                self.verdict = if open.is_some() {
                    self.judge(chat, Verb::Say)
                } else {
                    Ok(Some(self.chats[chat].log.len()))
                };
                self.keep(chat, Verb::Say, step.client_id);
            }
            Move::Do(chat, verb) => {
                self.cell = format!("{} | {}", self.event(chat, verb), self.chats[chat].at.name());
                self.about = Some(chat);
                self.verdict = self.judge(chat, verb);
                if verb.has_client_id() {
                    self.keep(chat, verb, step.client_id);
                }
            }
            Move::Repeat(index) => {
                let used = self.used[index];
                self.cell = format!("repeat | {}", self.chats[used.chat].at.name());
                self.about = Some(used.chat);
                self.verdict = Ok(Some(used.seq));
            }
            Move::Reuse(index) => {
                let used = self.used[index];
                self.cell = format!("reuse | {}", self.chats[used.chat].at.name());
                self.about = Some(used.chat);
                self.verdict = Err("id_reused");
            }
            Move::Erase(visitor) => {
                let open = self.open_chat(visitor);
                self.cell = format!("erase | {}", open.map_or("none", |chat| self.chats[chat].at.name()));
                if let Some(chat) = open {
                    let _ended = self.end(chat);
                    self.chats[chat].erased = true;
                }
                let chats = &self.chats;
                self.used.retain(|used| chats[used.chat].visitor != visitor);
                (self.verdict, self.about) = (Ok(None), None);
            }
            Move::Week => {
                self.week += 1;
                (self.cell, self.verdict, self.about) = (String::new(), Ok(None), None);
            }
        }
    }

    fn keep(&mut self, chat: usize, verb: Verb, client_id: u128) {
        if let Ok(Some(seq)) = self.verdict {
            self.used.push(Used { chat, verb, client_id, seq });
        }
    }

    fn begin(&mut self, visitor: usize) -> usize {
        let (at, log): (_, &[&str]) = if self.has_bot {
            (At::Bot, &["opened", "message", "message"])
        } else {
            (At::Queued, &["opened", "message"])
        };
        self.chats.push(Chat {
            visitor,
            at,
            episode: 1,
            log: log.to_vec(),
            question: self.has_bot.then_some(log.len()),
            rated: false,
            ended_in_week: 0,
            erased: false,
            tagged: false,
        });
        self.chats.len() - 1
    }

    #[expect(clippy::unnecessary_wraps, reason = "a verdict like the others")]
    fn write(&mut self, chat: usize, kinds: &[&'static str]) -> Verdict {
        let chat = &mut self.chats[chat];
        chat.log.extend(kinds);
        Ok(Some(chat.log.len()))
    }

    /// Writes, and the conversation stands somewhere else.
    fn moves(&mut self, chat: usize, to: At, kinds: &[&'static str]) -> Verdict {
        self.chats[chat].at = to;
        self.chats[chat].question = None;
        self.write(chat, kinds)
    }

    fn end(&mut self, chat: usize) -> Verdict {
        self.chats[chat].ended_in_week = self.week;
        self.moves(chat, At::Ended, &["ended"])
    }

    fn end_with_closing_words(&mut self, chat: usize) -> Verdict {
        if self.has_closing_words {
            self.write(chat, &["message"])?;
        }
        self.end(chat)
    }

    fn judge(&mut self, chat: usize, verb: Verb) -> Verdict {
        let at = self.chats[chat].at;
        match verb {
            Verb::Note(_) => self.write(chat, &["note"]),
            Verb::Edit | Verb::React if self.chats[chat].erased => Ok(None),
            Verb::Edit => self.write(chat, &["edited"]),
            Verb::React => self.write(chat, &["reacted"]),
            Verb::Tag(_) | Verb::Untag(_) => {
                let tags = matches!(verb, Verb::Tag(_));
                if std::mem::replace(&mut self.chats[chat].tagged, tags) == tags {
                    return Ok(None);
                }
                self.write(chat, &[if tags { "tagged" } else { "untagged" }])
            }
            Verb::BotReply { late, says, hands_over } => self.bot_replies(chat, late, says, hands_over),
            Verb::BotFails { late: Some(_) } => Err("stale_bot_turn"),
            Verb::BotFails { late: None } => self.moves(chat, At::Queued, &["handed_off"]),
            Verb::Release(agent) | Verb::Remove(agent) => match at {
                At::Assigned(owner) if owner == agent => self.moves(chat, At::Queued, &["requeued"]),
                _ => Ok(None),
            },
            Verb::Expire { void } => match at {
                At::Ended => Ok(None),
                _ if void => Ok(None),
                _ => self.end_with_closing_words(chat),
            },
            _ if at == At::Ended => self.judge_ended(chat, verb),
            _ => self.judge_open(chat, verb),
        }
    }

    fn bot_replies(&mut self, chat: usize, late: Option<Late>, says: usize, hands_over: bool) -> Verdict {
        match (late, says, hands_over) {
            (Some(_), 0, _) => Ok(None),
            (Some(_), _, _) => self.write(chat, &vec!["suppressed"; says]),
            (None, 0, false) => self.moves(chat, At::Bot, &["silent"]),
            (None, _, false) => self.moves(chat, At::Bot, &vec!["message"; says]),
            (None, _, true) => {
                self.write(chat, &vec!["message"; says])?;
                self.moves(chat, At::Queued, &["handed_off"])
            }
        }
    }

    fn judge_ended(&mut self, chat: usize, verb: Verb) -> Verdict {
        let its = &self.chats[chat];
        match verb {
            Verb::Rate(_) if its.rated => Err("already_rated"),
            Verb::Rate(_) if its.ended_in_week < self.week => Err("rating_closed"),
            Verb::Rate(_) => {
                self.chats[chat].rated = true;
                self.write(chat, &["feedback"])
            }
            Verb::Activate(_) if its.erased => Err("ended"),
            Verb::Activate(_) if self.open_chat(its.visitor).is_some() => Err("active_exists"),
            Verb::Activate(agent) => {
                self.chats[chat].episode += 1;
                self.chats[chat].rated = false;
                self.moves(chat, At::Assigned(agent), &["activated"])
            }
            _ => Err("ended"),
        }
    }

    fn judge_open(&mut self, chat: usize, verb: Verb) -> Verdict {
        let at = self.chats[chat].at;
        let owner = match at {
            At::Assigned(owner) => Some(owner),
            _ => None,
        };
        match verb {
            Verb::Say => {
                let said = self.write(chat, &["message"]);
                if at == At::Bot {
                    self.chats[chat].question = Some(self.chats[chat].log.len());
                }
                said
            }
            Verb::AskHuman if at == At::Bot => self.moves(chat, At::Queued, &["handed_off"]),
            Verb::AskHuman => Ok(None),
            Verb::Leave if at == At::Bot => self.moves(chat, At::Queued, &["handed_off", "message"]),
            Verb::Leave => self.write(chat, &["message"]),
            Verb::End(rating) => {
                if rating.is_some() {
                    self.chats[chat].rated = true;
                    self.write(chat, &["feedback"])?;
                }
                self.end(chat)
            }
            Verb::Rate(_) | Verb::Activate(_) => Err("not_ended"),
            Verb::Send(agent) | Verb::Join(agent) if owner.is_some_and(|owner| owner != agent) => {
                Err("already_assigned")
            }
            Verb::Send(_) if owner.is_some() => self.write(chat, &["message"]),
            Verb::Send(agent) => self.moves(chat, At::Assigned(agent), &["joined", "message"]),
            Verb::Join(_) if owner.is_some() => Ok(None),
            Verb::Join(agent) => self.moves(chat, At::Assigned(agent), &["joined"]),
            Verb::TakeOver(agent) if agent != ADMIN => Err("forbidden"),
            Verb::TakeOver(agent) if owner == Some(agent) => Ok(None),
            Verb::TakeOver(agent) => self.moves(chat, At::Assigned(agent), &["taken_over"]),
            Verb::Transfer(by, to) => self.transfer(chat, by, to, owner),
            Verb::Resolve(agent) if owner == Some(agent) => self.end_with_closing_words(chat),
            Verb::Resolve(_) => Err("not_assignee"),
            other => unreachable!("{other:?} is judged before"),
        }
    }

    fn transfer(&mut self, chat: usize, by: usize, to: To, owner: Option<usize>) -> Verdict {
        let at = self.chats[chat].at;
        let may = by == ADMIN || owner == Some(by);
        match to {
            To::Queue if at == At::Queued => Ok(None),
            To::Queue if at == At::Bot || !may => Err("not_assignee"),
            To::Queue => self.moves(chat, At::Queued, &["requeued"]),
            To::Bot if at == At::Bot => Ok(None),
            _ if !may => Err("not_assignee"),
            To::Bot if !self.has_bot => Err("no_bot"),
            To::Bot => self.moves(chat, At::Bot, &["handed_back"]),
            To::Nobody => Err("no_such_agent"),
            To::Agent(agent) if owner == Some(agent) => Ok(None),
            To::Agent(agent) => self.moves(chat, At::Assigned(agent), &["transferred"]),
        }
    }

    /// The line of the table that a verb belongs to.
    fn event(&self, chat: usize, verb: Verb) -> String {
        let its = &self.chats[chat];
        let owns = |agent: usize| its.at == At::Assigned(agent);
        let who = |agent: usize| match agent {
            agent if owns(agent) => "owner",
            ADMIN => "admin",
            _ => "agent",
        };
        let owner_or_not = |agent: usize| if owns(agent) { "owner" } else { "another" };
        match verb {
            Verb::Say => "message".into(),
            Verb::AskHuman => "ask for a human".into(),
            Verb::Leave => "leave a message".into(),
            Verb::Edit | Verb::React if its.erased => "edit or reaction, erased".into(),
            Verb::Edit => "edit".into(),
            Verb::React => "reaction".into(),
            Verb::Tag(_) => "tag".into(),
            Verb::Untag(_) => "untag".into(),
            Verb::End(None) => "end".into(),
            Verb::End(Some(_)) => "end with feedback".into(),
            Verb::Rate(_) if its.at == At::Ended && its.rated => "rate again".into(),
            Verb::Rate(_) if its.at == At::Ended && its.ended_in_week < self.week => "rate too late".into(),
            Verb::Rate(_) => "rate".into(),
            Verb::BotReply { late: Some(_), .. } => "late bot reply".into(),
            Verb::BotReply { hands_over: true, .. } => "bot hands over".into(),
            Verb::BotReply { says: 0, .. } => "bot is silent".into(),
            Verb::BotReply { .. } => "bot reply".into(),
            Verb::BotFails { late: Some(_) } => "late bot failure".into(),
            Verb::BotFails { late: None } => "bot fails".into(),
            Verb::Send(agent) => format!("send by {}", owner_or_not(agent)),
            Verb::Join(agent) => format!("join by {}", owner_or_not(agent)),
            Verb::Note(_) => "note".into(),
            Verb::TakeOver(agent) if agent == ADMIN => format!("take over by {}", who(agent)),
            Verb::TakeOver(_) => "take over by agent".into(),
            Verb::Transfer(by, To::Agent(_)) => format!("to member by {}", who(by)),
            Verb::Transfer(by, To::Nobody) => format!("to nobody by {}", who(by)),
            Verb::Transfer(by, To::Queue) => format!("to queue by {}", who(by)),
            Verb::Transfer(by, To::Bot) if self.has_bot => format!("to bot by {}", who(by)),
            Verb::Transfer(..) => "to a bot that is not there".into(),
            Verb::Resolve(agent) => format!("resolve by {}", owner_or_not(agent)),
            Verb::Activate(_) if its.erased => "activate erased".into(),
            Verb::Activate(_) if its.at == At::Ended && self.open_chat(its.visitor).is_some() => {
                "activate beside another".into()
            }
            Verb::Activate(_) => "activate".into(),
            Verb::Release(agent) => format!("release of {}", owner_or_not(agent)),
            Verb::Remove(agent) => format!("removal of {}", owner_or_not(agent)),
            Verb::Expire { void: false } => "idle limit".into(),
            Verb::Expire { void: true } => "idle limit, void".into(),
        }
    }
}

/// Every cell, as event and the statuses it is judged in.
pub fn cells() -> impl Iterator<Item = String> {
    const ALL: &[&str] = &["bot", "queued", "assigned", "ended"];
    const LINES: &[(&str, &[&str])] = &[
        ("start", &["bot", "queued", "assigned", "none"]),
        ("start without bot", &["none"]),
        ("start on a platform", &["bot", "queued", "assigned", "none"]),
        ("start on a platform without bot", &["none"]),
        ("message", ALL),
        ("ask for a human", ALL),
        ("leave a message", ALL),
        ("edit", ALL),
        ("reaction", ALL),
        ("edit or reaction, erased", &["ended"]),
        ("tag", ALL),
        ("untag", ALL),
        ("end", ALL),
        ("end with feedback", ALL),
        ("rate", ALL),
        ("rate again", &["ended"]),
        ("rate too late", &["ended"]),
        ("bot reply", &["bot"]),
        ("bot is silent", &["bot"]),
        ("bot hands over", &["bot"]),
        ("bot fails", &["bot"]),
        ("late bot reply", ALL),
        ("late bot failure", ALL),
        ("send by owner", &["assigned"]),
        ("send by another", ALL),
        ("join by owner", &["assigned"]),
        ("join by another", ALL),
        ("note", ALL),
        ("take over by owner", &["assigned"]),
        ("take over by admin", ALL),
        ("take over by agent", ALL),
        ("to member by owner", &["assigned"]),
        ("to member by admin", ALL),
        ("to member by agent", ALL),
        ("to nobody by owner", &["assigned"]),
        ("to nobody by admin", ALL),
        ("to nobody by agent", ALL),
        ("to queue by owner", &["assigned"]),
        ("to queue by admin", ALL),
        ("to queue by agent", ALL),
        ("to bot by owner", &["assigned"]),
        ("to bot by admin", ALL),
        ("to bot by agent", ALL),
        ("to a bot that is not there", &["queued", "assigned", "ended"]),
        ("resolve by owner", &["assigned"]),
        ("resolve by another", ALL),
        ("activate", ALL),
        ("activate beside another", &["ended"]),
        ("activate erased", &["ended"]),
        ("release of owner", &["assigned"]),
        ("release of another", ALL),
        ("removal of owner", &["assigned"]),
        ("removal of another", ALL),
        ("idle limit", ALL),
        ("idle limit, void", ALL),
        ("erase", &["bot", "queued", "assigned", "none"]),
        ("repeat", ALL),
        ("reuse", ALL),
    ];
    LINES.iter().flat_map(|(event, places)| places.iter().map(move |place| format!("{event} | {place}")))
}

impl Verb {
    /// People give client ids; timers and the bot do not.
    pub fn has_client_id(self) -> bool {
        !matches!(
            self,
            Self::BotReply { .. }
                | Self::BotFails { .. }
                | Self::Release(_)
                | Self::Remove(_)
                | Self::Expire { .. }
        )
    }

    /// The agent who acts; none for the customer.
    pub fn agent(self) -> Option<usize> {
        match self {
            Self::Send(agent)
            | Self::Note(agent)
            | Self::Tag(agent)
            | Self::Untag(agent)
            | Self::Join(agent)
            | Self::TakeOver(agent)
            | Self::Transfer(agent, _)
            | Self::Resolve(agent)
            | Self::Activate(agent) => Some(agent),
            _ => None,
        }
    }

    /// The bot speaks in its turn.
    fn needs_question(self) -> bool {
        matches!(self, Self::BotReply { late: None, .. } | Self::BotFails { late: None })
    }
}

fn one<T: Clone + Debug + 'static>(of: Vec<T>) -> BoxedStrategy<T> {
    select(of).boxed()
}

/// A verb, the more often the more cells its line has.
fn verbs() -> BoxedStrategy<Verb> {
    // The admin as often as the others together.
    let agent = || prop_oneof![1 => Just(0), 1 => Just(1), 2 => Just(ADMIN)];
    let late = || prop_oneof![Just(Late::Message), Just(Late::Owner)];
    prop_oneof![
        4 => Just(Verb::Say),
        3 => Just(Verb::AskHuman),
        3 => Just(Verb::Leave),
        3 => prop_oneof![Just(Verb::Edit), Just(Verb::React)],
        10 => prop_oneof![agent().prop_map(Verb::Tag), agent().prop_map(Verb::Untag)],
        2 => Just(Verb::End(None)),
        2 => (1..=5_u8).prop_map(|stars| Verb::End(Some(stars))),
        7 => (1..=5_u8).prop_map(Verb::Rate),
        3 => (late(), 0..3_usize, any::<bool>())
            .prop_map(|(late, says, hands_over)| Verb::BotReply { late: Some(late), says, hands_over }),
        2 => late().prop_map(|late| Verb::BotFails { late: Some(late) }),
        4 => agent().prop_map(Verb::Send),
        3 => agent().prop_map(Verb::Note),
        4 => agent().prop_map(Verb::Join),
        7 => agent().prop_map(Verb::TakeOver),
        7 => (agent(), agent()).prop_map(|(by, to)| Verb::Transfer(by, To::Agent(to))),
        6 => agent().prop_map(|by| Verb::Transfer(by, To::Nobody)),
        5 => agent().prop_map(|by| Verb::Transfer(by, To::Queue)),
        9 => agent().prop_map(|by| Verb::Transfer(by, To::Bot)),
        6 => prop_oneof![1 => (0..=ADMIN).prop_map(To::Agent), 1 => Just(To::Nobody), 2 => Just(To::Queue), 2 => Just(To::Bot)]
            .prop_map(|to| Verb::Transfer(ADMIN, to)),
        4 => agent().prop_map(Verb::Resolve),
        6 => agent().prop_map(Verb::Activate),
        4 => agent().prop_map(Verb::Release),
        4 => agent().prop_map(Verb::Remove),
        2 => Just(Verb::Expire { void: false }),
        3 => Just(Verb::Expire { void: true }),
    ]
    .boxed()
}

fn bot_turns() -> BoxedStrategy<Verb> {
    prop_oneof![
        3 => (1..3_usize).prop_map(|says| Verb::BotReply { late: None, says, hands_over: false }),
        1 => Just(Verb::BotReply { late: None, says: 0, hands_over: false }),
        2 => (0..3_usize).prop_map(|says| Verb::BotReply { late: None, says, hands_over: true }),
        1 => Just(Verb::BotFails { late: None }),
    ]
    .boxed()
}

/// Picks among these conversations so that every cell has its chance: most events end a conversation or take it to
/// another status, and those that have ended only become more.
fn evenly(world: &World, of: &[usize]) -> BoxedStrategy<usize> {
    let weights = [("bot", 5), ("queued", 5), ("assigned", 8), ("ended", 3)];
    let by_status = weights.into_iter().filter_map(|(status, weight)| {
        let those: Vec<usize> =
            of.iter().copied().filter(|chat| world.chats[*chat].at.name() == status).collect();
        (!those.is_empty()).then(|| (weight, one(those)))
    });
    Union::new_weighted(by_status.collect()).boxed()
}

fn moves(world: &World) -> BoxedStrategy<Move> {
    let is_open = (0..VISITORS).any(|visitor| world.open_chat(visitor).is_some());
    let start = (0..VISITORS).prop_map(Move::Start).boxed();
    let mut choices: Vec<(u32, BoxedStrategy<Move>)> = vec![(if is_open { 5 } else { 30 }, start)];
    let all: Vec<usize> = (0..world.chats.len()).collect();
    if all.is_empty() {
        return Union::new_weighted(choices).boxed();
    }
    let act = (evenly(world, &all), verbs()).prop_map(|(chat, verb)| Move::Do(chat, verb));
    choices.push((80, act.boxed()));
    let asked: Vec<usize> =
        all.iter().copied().filter(|chat| world.chats[*chat].question.is_some()).collect();
    if !asked.is_empty() {
        let turn = (one(asked), bot_turns()).prop_map(|(chat, verb)| Move::Do(chat, verb));
        choices.push((20, turn.boxed()));
    }
    if !world.used.is_empty() {
        let used: Vec<usize> = (0..world.used.len()).collect();
        choices.push((3, one(used.clone()).prop_map(Move::Repeat).boxed()));
        choices.push((3, one(used).prop_map(Move::Reuse).boxed()));
    }
    let known: Vec<usize> =
        (0..VISITORS).filter(|visitor| world.chats_of(*visitor).next().is_some()).collect();
    choices.push((3, one(known).prop_map(Move::Erase).boxed()));
    if world.week < WEEKS {
        choices.push((4, Just(Move::Week).boxed()));
    }
    Union::new_weighted(choices).boxed()
}

impl ReferenceStateMachine for World {
    type State = Self;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Self> {
        (prop::bool::weighted(0.75), any::<bool>()).prop_map(|(bot, words)| Self::new(bot, words)).boxed()
    }

    fn transitions(world: &Self) -> BoxedStrategy<Step> {
        let upset = prop_oneof![
            16 => Just(Upset::Nothing),
            3 => Just(Upset::Before),
            2 => Just(Upset::During),
            1 => Just(Upset::All),
        ];
        (moves(world), any::<u128>().no_shrink(), upset)
            .prop_map(|(act, client_id, upset)| Step { act, client_id, upset })
            .boxed()
    }

    fn apply(mut world: Self, step: &Step) -> Self {
        world.perform(step);
        world
    }

    fn preconditions(world: &Self, step: &Step) -> bool {
        match step.act {
            Move::Start(_) => true,
            Move::Do(chat, verb) => {
                world.chats.get(chat).is_some_and(|its| !verb.needs_question() || its.question.is_some())
            }
            Move::Repeat(index) | Move::Reuse(index) => index < world.used.len(),
            Move::Erase(visitor) => world.chats_of(visitor).next().is_some(),
            Move::Week => world.week < WEEKS,
        }
    }
}
