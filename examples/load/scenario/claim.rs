//! THE race: all agents write to a conversation that nobody owns, at once. Exactly one may win.
//!
//! The durable relay's analogous round: 50 sockets send one frame each to one conversation, all are
//! committed, relayed to the customer and acknowledged. It knows no winner.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::{ALL, Plan, Run, Scenario};
use crate::Fallible;
use crate::crew::block_on;
use crate::report::{Goal, Row};
use crate::socket::{Live, Pen};
use crate::tally::Tally;
use crate::target::{Chat, Contestant, Target, Watch};
use crate::wire::{Commands, Heard, TEXT_LENGTH, hear};

const AGENTS: usize = 50;

/// A round that takes longer has lost an answer.
const ROUND_LIMIT: Duration = Duration::from_secs(5);

/// Fifty at once.
pub const SCENARIO: Scenario = Scenario {
    name: "claim",
    about: "50 agents claim at once, each with the list open; one winner a round",
    members: AGENTS,
    contestants: ALL,
    rows: &[
        Row {
            what: "rounds a second",
            unit: "/s",
            goal: Goal::AtLeast { of: Contestant::DurableRelay, goal: 0.8, floor: 0.5 },
        },
        Row {
            what: "rounds without exactly one winner",
            unit: "",
            goal: Goal::Below { goal: 0.0, floor: 0.0 },
        },
    ],
    play,
};

fn play(plan: &Plan, target: &mut dyn Target) -> Fallible<Run> {
    let target = &*target;
    let rounds = plan.pick(300, 30);
    let mut chats = Vec::with_capacity(rounds);
    let mut customers = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let (chat, customer) = target.start_chat()?;
        chats.push(chat);
        customers.push(customer);
    }
    let mut pens = Vec::with_capacity(AGENTS);
    let mut agents = Vec::with_capacity(AGENTS);
    for member in 0..AGENTS {
        let agent = target.dashboard(member, Watch::List)?;
        pens.push(agent.pen()?);
        agents.push(agent);
    }
    block_on(async move {
        for customer in customers {
            tokio::spawn(customer.live()?.drain());
        }
        let round = Arc::new(Answers::default());
        for agent in agents {
            tokio::spawn(listen(agent.live()?, Arc::clone(&round)));
        }
        race(target, &chats, &mut pens, &round).await
    })
}

async fn race(target: &dyn Target, chats: &[Chat], pens: &mut [Pen], answers: &Answers) -> Fallible<Run> {
    let mut wrong = 0;
    let mut tally = Tally::default();
    let mut elapsed = Duration::ZERO;
    for (number, chat) in (1..).zip(chats) {
        let mut commands: Vec<Commands> =
            pens.iter().map(|_| target.member_commands(chat, TEXT_LENGTH)).collect();
        answers.begin(number);
        let begin = Instant::now();
        for (pen, commands) in pens.iter_mut().zip(&mut commands) {
            pen.write(commands.frame(number))?;
        }
        let all = tokio::time::timeout(ROUND_LIMIT, answers.all(pens.len() as u64)).await;
        elapsed += begin.elapsed();
        let won = answers.won.load(Ordering::Relaxed);
        let lost = answers.lost.load(Ordering::Relaxed);
        if all.is_err() {
            tally.lost += pens.len() as u64 - won - lost;
        }
        wrong += u64::from(target.has_winners() && won != 1);
        tally.refused += if target.has_winners() { 0 } else { lost };
    }
    Ok(Run {
        figures: vec![chats.len() as f64 / elapsed.as_secs_f64(), wrong as f64],
        tally,
        notes: Vec::new(),
    })
}

/// The answers to one round.
#[derive(Default)]
struct Answers {
    round: AtomicU64,
    won: AtomicU64,
    lost: AtomicU64,
    changed: Notify,
}

impl Answers {
    fn begin(&self, round: u64) {
        self.round.store(round, Ordering::Relaxed);
        self.won.store(0, Ordering::Relaxed);
        self.lost.store(0, Ordering::Relaxed);
    }

    async fn all(&self, expected: u64) {
        while self.won.load(Ordering::Relaxed) + self.lost.load(Ordering::Relaxed) < expected {
            self.changed.notified().await;
        }
    }
}

async fn listen(mut agent: Live, answers: Arc<Answers>) {
    // The connection's end shows as answers that are missing.
    while agent
        .receive(|frame| {
            let round = answers.round.load(Ordering::Relaxed);
            match hear(frame) {
                Heard::Done(number) if number == round => &answers.won,
                Heard::Refused(number) if number == round => &answers.lost,
                _ => return,
            }
            .fetch_add(1, Ordering::Relaxed);
            answers.changed.notify_one();
        })
        .await
        .is_ok()
    {}
}
