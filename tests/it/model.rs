//! The real engine beside a simple model of it: random commands, timers, bot turns, repeats and lost actors, on both
//! databases. After each step what is stored must be what the model says, and at the end every cell of the table must
//! have been hit.
//!
//! `SWITCHBOARD_MODEL_CASES` sets the number of cases (200), `SWITCHBOARD_MODEL_SEED` repeats a run.

mod reference;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::sync::mpsc;
use std::thread;

use actix::{Arbiter, System, SystemRunner};
use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use switchboard::actors::directory::Options;
use switchboard::actors::error::{Answer, CallError};
use switchboard::actors::reply::code_and_details;
use switchboard::actors::scope_supervisor::Forget;
use switchboard::bots::BotLimits;
use switchboard::domain::Seq;
use switchboard::domain::bot::{BotAnswer, BotConfig, BotHandoff, BotMessage, Turn};
use switchboard::domain::channel::{Channel, ChannelKind};
use switchboard::domain::contact::Contact;
use switchboard::domain::conversation::{Command, Conversation, NewConversation, Status, Target};
use switchboard::domain::event::{Author, EndReason, Entry, Event};
use switchboard::domain::feedback::{Feedback, RATING_WINDOW};
use switchboard::domain::ids::{ChannelId, ClientId, ConversationId};
use switchboard::domain::member::Actor;
use switchboard::domain::scope::Settings;
use switchboard::store::audit::{AuditActor, AuditRow};
use switchboard::store::{channels, conversations, entries, outbox};
use uuid::Uuid;

use crate::bots::fake::{Act, FakeBot};
use crate::support::database::Database;
use crate::support::engine::{Engine, Shop, http_bot, to_member};
use reference::{At, Chat, Late, Move, ON_PLATFORM, Step, To, Upset, Verb, World, cells};

/// Steps of one case.
const STEPS: usize = 60;
/// Times that every cell must be hit.
const HITS: u32 = 20;
/// Most times the cases are run until every cell was.
const ROUNDS: u64 = 4;
const DEFAULT_CASES: u32 = 200;
const YEAR: i64 = 365 * 24 * 60 * 60_000;

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn the_engine_obeys_the_table() {
    let cases: u32 = from_environment("SWITCHBOARD_MODEL_CASES").unwrap_or(DEFAULT_CASES);
    let seed: u64 =
        from_environment("SWITCHBOARD_MODEL_SEED").unwrap_or_else(|| Uuid::new_v4().as_u64_pair().1);
    println!("model: {cases} cases, SWITCHBOARD_MODEL_SEED={seed}");
    let known: HashSet<String> = cells().collect();
    let mut hits: BTreeMap<String, u32> = BTreeMap::new();
    // A cell that chance left out gets more cases, so that only a cell that cannot be reached fails.
    for round in 0..ROUNDS {
        let seed = seed.wrapping_add(2 * round);
        let halves = [(Database::sqlite as fn() -> Database, seed), (Database::postgres, seed ^ 1)];
        let threads = halves.map(|(database, seed)| thread::spawn(move || run(&database(), cases / 2, seed)));
        for thread in threads {
            for (cell, count) in thread.join().unwrap() {
                *hits.entry(cell).or_default() += count;
            }
        }
        if known.iter().all(|cell| hits.get(cell).is_some_and(|count| *count >= HITS)) {
            break;
        }
    }
    let unknown: Vec<_> = hits.keys().filter(|cell| !known.contains(*cell)).collect();
    assert!(unknown.is_empty(), "cells that the table does not have: {unknown:?}");
    let rare: Vec<_> =
        known.iter().filter(|cell| hits.get(*cell).is_none_or(|count| *count < HITS)).collect();
    let count = |cell: &String| hits.get(cell).copied().unwrap_or(0);
    let rare: Vec<_> = rare.into_iter().map(|cell| (cell, count(cell))).collect();
    assert!(rare.is_empty(), "cells hit less than {HITS} times: {rare:?}");
    let least = known.iter().map(|cell| (count(cell), cell)).min();
    println!("model: {} steps, {} cells, least {least:?}", hits.values().sum::<u32>(), known.len());
}

/// Runs cases on one database, in this thread.
fn run(database: &Database, cases: u32, seed: u64) -> BTreeMap<String, u32> {
    let system = System::new();
    let options = Options { sleep_after_ms: 20, ..Options::default() };
    let engine = system.block_on(async { Engine::start(&database.open(), options, BotLimits::default()) });
    let (bot_url, _bot) = start_bot(&system);
    RIG.set(Some(Rig { system, engine, bot_url, hits: RefCell::default() }));

    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    // What failed once is tried first from then on.
    let failed = FileFailurePersistence::Direct("tests/it/model/failed.txt");
    let config = Config {
        cases,
        failure_persistence: Some(Box::new(failed)),
        max_shrink_time: 60_000,
        ..Config::default()
    };
    let mut runner =
        TestRunner::new_with_rng(config.clone(), TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let strategy = World::sequential_strategy(STEPS..=STEPS);
    let outcome = runner.run(&strategy, |(world, steps, seen)| {
        Run::test_sequential(config.clone(), world, steps, seen);
        Ok(())
    });
    let hits = with_rig(|rig| rig.hits.take());
    RIG.set(None);
    outcome.unwrap_or_else(|failure| panic!("SWITCHBOARD_MODEL_SEED={seed} (this half's own)\n{failure}"));
    hits
}

/// A bot that always answers later, so that the model says when and what.
fn start_bot(system: &SystemRunner) -> (String, Arbiter) {
    let arbiter = system.block_on(async { Arbiter::new() });
    let (tell, url) = mpsc::channel();
    arbiter.spawn(async move {
        let mut bot = FakeBot::start(vec![Act::Answer("202 Accepted", String::new())]).await;
        tell.send(bot.url()).unwrap();
        loop {
            bot.end().await;
        }
    });
    (url.recv().unwrap(), arbiter)
}

/// What all cases of a thread share.
struct Rig {
    system: SystemRunner,
    engine: Engine,
    bot_url: String,
    hits: RefCell<BTreeMap<String, u32>>,
}

thread_local! {
    static RIG: RefCell<Option<Rig>> = const { RefCell::new(None) };
}

fn with_rig<T>(work: impl FnOnce(&Rig) -> T) -> T {
    RIG.with_borrow(|rig| work(rig.as_ref().unwrap()))
}

/// The engine in one case: a scope of its own.
struct Run {
    shop: Shop,
    sources: switchboard::sources::Sources,
    visitors: Vec<Contact>,
    chats: Vec<Known>,
}

/// A conversation as its entries tell it.
struct Known {
    id: ConversationId,
    folded: Conversation,
    log: Vec<Entry>,
    /// Number of the customer's first message.
    first: Seq,
    /// Its entries say less than they did.
    erased: bool,
    /// People have it, so the bot must be silent.
    bot_is_cut: bool,
}

impl StateMachineTest for Run {
    type SystemUnderTest = Self;
    type Reference = World;

    fn init_test(world: &World) -> Self {
        with_rig(|rig| {
            rig.system.block_on(async {
                let bot = if world.has_bot { http_bot(rig.bot_url.clone()) } else { BotConfig::None };
                let closing_message = if world.has_closing_words { "Good-bye" } else { "" }.to_owned();
                let (release_after, idle) = (0, YEAR);
                let settings = Settings {
                    release_after,
                    idle_bot: idle,
                    idle_queued: idle,
                    idle_assigned: idle,
                    closing_message,
                    ..Settings::default()
                };
                let shop = rig.engine.shop(bot, settings).await;
                let platform = telegram(&shop).await;
                let mut visitors: Vec<Contact> = (0..=ON_PLATFORM).map(|_| shop.chat.contact()).collect();
                visitors[ON_PLATFORM].channel = platform;
                Self { shop, sources: rig.engine.sources.clone(), visitors, chats: Vec::new() }
            })
        })
    }

    fn apply(mut run: Self, world: &World, step: Step) -> Self {
        with_rig(|rig| {
            rig.system.block_on(run.step(world, &step));
            if !world.cell.is_empty() {
                *rig.hits.borrow_mut().entry(world.cell.clone()).or_default() += 1;
            }
        });
        run
    }

    fn teardown(run: Self) {
        with_rig(|rig| rig.system.block_on(run.read_all_again()));
    }
}

impl Run {
    async fn step(&mut self, world: &World, step: &Step) {
        match step.upset {
            Upset::Before => world.about.map(|chat| self.forget(chat)).unwrap_or_default(),
            Upset::All => self.shop.directory.scope_deleted(self.shop.chat.scope.id),
            Upset::Nothing | Upset::During => {}
        }
        let client_id = ClientId(Uuid::from_u128(step.client_id));
        let during = step.upset == Upset::During;
        let answer = match step.act {
            Move::Start(visitor) => {
                let answer = self.shop.start(&self.visitors[visitor], "Hello", client_id).await;
                if let (Ok(answer), true) = (&answer, world.chats.len() > self.chats.len()) {
                    let known = self.begin(answer.conversation, visitor, answer.seq.unwrap());
                    self.chats.push(known);
                }
                answer
            }
            Move::Do(chat, verb) => {
                let client_id = verb.has_client_id().then_some(client_id);
                let command = self.command(world, chat, verb);
                self.send(chat, command, client_id, during).await
            }
            Move::Repeat(index) => {
                let used = world.used[index];
                let command = self.command(world, used.chat, used.verb);
                let client_id = Some(ClientId(Uuid::from_u128(used.client_id)));
                self.send(used.chat, command, client_id, during).await
            }
            Move::Reuse(index) => {
                let used = world.used[index];
                let text = "something else".to_owned();
                let command = match used.verb.agent() {
                    Some(agent) => {
                        Command::Note { by: self.agent(agent), text: text.into(), mentions: Vec::new() }
                    }
                    None => Command::Post { text: text.into() },
                };
                let client_id = Some(ClientId(Uuid::from_u128(used.client_id)));
                self.send(used.chat, command, client_id, during).await
            }
            Move::Erase(visitor) => return self.erase(world, visitor).await,
            Move::Week => return self.sources.shift_clock(RATING_WINDOW + 1),
        };
        let got = match &answer {
            Ok(answer) => Ok(answer.seq.map(|seq| usize::try_from(seq).unwrap())),
            Err(error) => Err(code_and_details(error).0.as_str()),
        };
        assert_eq!(got, world.verdict, "{} {:?} {:?}", world.cell, step.act, step.upset);
        let chat = world.about.unwrap();
        self.check(chat, &world.chats[chat]).await;
    }

    fn forget(&self, chat: usize) {
        if let Some(known) = self.chats.get(chat) {
            let supervisor = self.shop.directory.shared().scope(self.shop.chat.scope.id);
            supervisor.do_send(Forget { conversation: known.id });
        }
    }

    /// Sends a command once; every command must get its answer, whatever happens to the actors meanwhile.
    async fn send(
        &self,
        chat: usize,
        command: Command,
        client_id: Option<ClientId>,
        upset: bool,
    ) -> Result<Answer, CallError> {
        let asking = self.shop.ask(self.chats[chat].id, command, client_id);
        let upsetting = async {
            if upset {
                self.forget(chat);
            }
        };
        tokio::join!(asking, upsetting).0
    }

    fn agent(&self, agent: usize) -> Actor {
        [&self.shop.sam, &self.shop.kim, &self.shop.ada][agent].clone()
    }

    fn begin(&self, id: ConversationId, visitor: usize, first: Seq) -> Known {
        let (scope, contact) = (self.shop.chat.scope.id, &self.visitors[visitor]);
        let new = NewConversation { id, scope, channel: contact.channel, contact: contact.id };
        let folded = Conversation::unopened(&new);
        Known { id, folded, log: Vec::new(), first, erased: false, bot_is_cut: false }
    }

    fn command(&self, world: &World, chat: usize, verb: Verb) -> Command {
        let feedback =
            |stars: u8| Feedback { rating: Some(stars.try_into().unwrap()), comment: Some("so so".into()) };
        match verb {
            // The first message of a conversation is repeated too.
            Verb::Say => Command::Post { text: "Hello".into() },
            Verb::AskHuman => Command::RequestHuman,
            Verb::Leave => Command::LeaveMessage { text: "Write to me".into() },
            Verb::Edit => Command::Edit { of: self.first_message(chat), text: "Hullo".into() },
            Verb::React => Command::React { of: self.first_message(chat), emojis: vec!["👍".into()] },
            Verb::End(stars) => Command::End { feedback: stars.map(feedback).unwrap_or_default() },
            Verb::Rate(stars) => Command::Feedback { feedback: feedback(stars) },
            Verb::BotReply { late, says, hands_over } => {
                let said = |n| BotMessage { text: format!("answer {n}"), ..BotMessage::default() };
                let messages = (0..says).map(said).collect();
                let answer = BotAnswer { messages, handoff: hands_over.then(BotHandoff::default) };
                Command::BotReply { turn: self.turn(chat, late), answer }
            }
            Verb::BotFails { late } => Command::BotFailed { turn: self.turn(chat, late) },
            Verb::Send(agent) => Command::Send { by: self.agent(agent), text: "How can I help?".into() },
            Verb::Note(agent) => {
                Command::Note { by: self.agent(agent), text: "careful".into(), mentions: Vec::new() }
            }
            Verb::Tag(agent) => Command::Tag { by: self.agent(agent), tag: "vip".into() },
            Verb::Untag(agent) => Command::Untag { by: self.agent(agent), tag: "vip".into() },
            Verb::Join(agent) => Command::Join { by: self.agent(agent) },
            Verb::TakeOver(agent) => Command::TakeOver { by: self.agent(agent) },
            Verb::Transfer(agent, to) => {
                let to = match to {
                    To::Agent(agent) => to_member(&self.agent(agent)),
                    To::Nobody => Target::Member(None),
                    To::Queue => Target::Queue,
                    To::Bot => Target::Bot,
                };
                Command::Transfer { by: self.agent(agent), to }
            }
            Verb::Resolve(agent) => Command::Resolve { by: self.agent(agent) },
            Verb::Activate(agent) => Command::Activate { by: self.agent(agent) },
            Verb::Release(agent) => Command::Release { member: self.agent(agent).id },
            Verb::Remove(agent) => Command::RemoveMember { member: self.agent(agent).id },
            Verb::Expire { void } => {
                debug_assert!(world.about == Some(chat));
                Command::Expire { version: self.chats[chat].folded.version - i64::from(void) }
            }
        }
    }

    /// Number of the customer's first message.
    fn first_message(&self, chat: usize) -> Seq {
        self.chats[chat].first
    }

    /// The turn the bot is asked in now, or one that is over.
    fn turn(&self, chat: usize, late: Option<Late>) -> Turn {
        let now_is = &self.chats[chat].folded;
        let seq = now_is.turn.unwrap_or(now_is.version);
        match late {
            None => Turn { seq, epoch: now_is.epoch },
            Some(Late::Message) => Turn { seq: seq - 1, epoch: now_is.epoch },
            Some(Late::Owner) => Turn { seq, epoch: now_is.epoch - 1 },
        }
    }

    async fn erase(&mut self, world: &World, visitor: usize) {
        let (scope, contact) = (self.shop.chat.scope.id, self.visitors[visitor].id);
        let line = AuditRow {
            id: self.shop.chat.sources.id(),
            scope: Some(scope),
            at: self.shop.chat.now(),
            actor: AuditActor { kind: "system".into(), id: None, name: String::new() },
            action: "contact_erased".into(),
            object: contact.to_string(),
            address: None,
            details: serde_json::json!({}),
        };
        self.shop.directory.erase_contact(scope, contact, line).await.unwrap();
        for chat in world.chats_of(visitor) {
            let known = &mut self.chats[chat];
            known.erased = true;
            known.folded.first_text.clear();
            known.folded.preview = None;
            self.check(chat, &world.chats[chat]).await;
            let known = &mut self.chats[chat];
            known.log = self.shop.chat.log(known.id).await;
            let words = known.log.iter().find(|entry| {
                let kinds = ["opened", "message", "note", "handed_off", "suppressed", "feedback"];
                kinds.contains(&entry.body.kind())
            });
            assert_eq!(words, None, "erased");
        }
    }

    /// Reads what is new in the store, and compares state and log with the model.
    async fn check(&mut self, chat: usize, expected: &Chat) {
        let known = &mut self.chats[chat];
        let (id, from) = (known.id, known.folded.version);
        let read = self.shop.chat.store.read(move |connection| {
            let new = entries::after(connection, id, from, i64::MAX)?;
            Ok((new, conversations::by_id(connection, id)?))
        });
        let (new, stored) = read.await.unwrap();
        for entry in new {
            known.take(entry);
        }
        assert_eq!(known.folded, stored, "the entries tell the stored state");
        let kinds: Vec<_> = known.log.iter().map(|entry| entry.body.kind()).collect();
        let tail = expected.log.len().min(5);
        assert_eq!(known.log.len(), expected.log.len(), "{kinds:?}");
        if !known.erased {
            assert_eq!(kinds[kinds.len() - tail..], expected.log[expected.log.len() - tail..]);
        }
        let at = match (stored.status, &stored.assignee) {
            (Status::Bot, None) => At::Bot,
            (Status::Queued, None) => At::Queued,
            (Status::Assigned, Some(owner)) => {
                let agents = [&self.shop.sam, &self.shop.kim, &self.shop.ada];
                At::Assigned(agents.iter().position(|agent| agent.id == owner.id).unwrap())
            }
            (Status::Ended, None) => At::Ended,
            other => panic!("no legal state: {other:?}"),
        };
        let question = stored.turn.map(|seq| usize::try_from(seq).unwrap());
        assert_eq!(
            (at, stored.episode, question, stored.rated),
            (expected.at, expected.episode, expected.question, expected.rated)
        );
    }

    /// Reads every log once more from its beginning: nothing but erased words has changed since.
    async fn read_all_again(self) {
        self.takes_what_leaves().await;
        for known in &self.chats {
            let log = self.shop.chat.log(known.id).await;
            assert_eq!(log, known.log);
            let mut ids: Vec<_> =
                log.iter().filter_map(|entry| Some((author(&entry.by), entry.client_id?.0))).collect();
            ids.sort_unstable();
            let count = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), count, "a client id has one effect");
        }
        self.shop.directory.scope_deleted(self.shop.chat.scope.id);
    }

    /// Takes on what waits for the platform, as a courier does: every message to its customer once, in their order.
    async fn takes_what_leaves(&self) {
        let channel = self.visitors[ON_PLATFORM].channel;
        let mut left: BTreeMap<ConversationId, Vec<Seq>> = BTreeMap::new();
        loop {
            let taken = self.shop.chat.store.write(move |connection| {
                let taken = outbox::lease_of_channel(connection, channel, i64::MAX, 100)?;
                taken.iter().try_for_each(|one| outbox::finish(connection, one.row.id, 0))?;
                Ok(taken)
            });
            let taken = taken.await.unwrap();
            if taken.is_empty() {
                break;
            }
            for one in taken {
                let (conversation, (_, seq)) = one.row.conversation.zip(one.row.message).unwrap();
                left.entry(conversation).or_default().push(seq);
            }
        }
        for known in self.chats.iter().filter(|known| !known.erased) {
            let is_said = |entry: &&Entry| match &entry.body {
                Event::Message { .. } => known.folded.channel == channel && entry.by != Author::Contact,
                // The customer is asked for a rating.
                Event::Ended { reason: EndReason::Resolved | EndReason::Customer } => {
                    known.folded.channel == channel
                }
                _ => false,
            };
            let said: Vec<Seq> = known.log.iter().filter(is_said).map(|entry| entry.seq).collect();
            assert_eq!(left.remove(&known.id).unwrap_or_default(), said, "what leaves for the platform");
        }
    }
}

/// A channel of a messaging platform in the same scope.
async fn telegram(shop: &Shop) -> ChannelId {
    let channel = Channel {
        id: shop.chat.sources.id(),
        kind: ChannelKind::Telegram,
        public_key: Uuid::new_v4().simple().to_string(),
        ..shop.chat.channel.clone()
    };
    let (id, now) = (channel.id, shop.chat.now());
    shop.chat.store.write(move |connection| channels::insert(connection, &channel, now)).await.unwrap();
    id
}

fn author(by: &Author) -> String {
    format!("{by:?}")
}

impl Known {
    fn take(&mut self, entry: Entry) {
        assert_eq!(entry.seq, self.folded.version + 1, "numbers have no holes");
        match &entry.body {
            Event::Message { .. } if entry.by == Author::Bot => {
                assert!(!self.bot_is_cut, "the bot spoke to a customer whom people serve");
            }
            Event::HandedBack => self.bot_is_cut = false,
            Event::HandedOff { .. }
            | Event::Joined { .. }
            | Event::TakenOver { .. }
            | Event::Transferred { .. }
            | Event::Activated { .. } => self.bot_is_cut = true,
            _ => {}
        }
        self.folded.apply(&entry);
        self.log.push(entry);
    }
}
