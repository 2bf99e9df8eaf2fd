//! The most durable messages: every customer writes the next one as soon as an earlier one is acknowledged.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{ALL, Plan, Run, Scenario, grow, growing, owned_chats};
use crate::Fallible;
use crate::crew::{block_on, deal};
use crate::report::{Goal, Row};
use crate::socket::Socket;
use crate::tally::{Stream, Tally};
use crate::target::{Contestant, Target};
use crate::wire::{Commands, Heard, TEXT_LENGTH, hear};

/// How far a customer may be ahead of the dashboard that reads. An acknowledgement does not wait for readers, so
/// without this a fast customer would make a slow reader of a dashboard that only lacks time on a shared processor.
const AHEAD: u64 = 64;

/// After the end, what is still under way may take this long before it counts as lost.
const STRAGGLERS: Duration = Duration::from_secs(5);

/// One in flight each.
pub const ONE_IN_FLIGHT: Scenario = Scenario {
    name: "closed-100x1",
    about: "most durable messages: 100 conversations, 1 in flight each",
    members: 10,
    contestants: ALL,
    rows: &[
        Row {
            what: "messages a second",
            unit: "/s",
            goal: Goal::AtLeast { of: Contestant::DurableRelay, goal: 0.8, floor: 0.6 },
        },
        Row {
            what: "server CPU per message",
            unit: "µs",
            goal: Goal::AtMost { of: Contestant::DurableRelay, goal: 1.3, floor: 1.7 },
        },
    ],
    play: |plan, target| play(plan, target, 100, 1),
};

/// Eight in flight each.
pub const EIGHT_IN_FLIGHT: Scenario = Scenario {
    name: "closed-200x8",
    about: "most durable messages: 200 conversations, 8 in flight each",
    members: 10,
    contestants: ALL,
    rows: &[
        Row {
            what: "messages a second",
            unit: "/s",
            goal: Goal::AtLeast { of: Contestant::DurableRelay, goal: 0.35, floor: 0.15 },
        },
        Row { what: "server CPU per message", unit: "µs", goal: Goal::None },
    ],
    play: |plan, target| play(plan, target, 200, 8),
};

/// The product against itself on another store.
pub const ON_POSTGRES: Scenario = Scenario {
    name: "postgres",
    about: "PostgreSQL instead of SQLite: 200 conversations, 8 in flight each",
    members: 10,
    contestants: &[Contestant::SwitchboardOnPostgres, Contestant::Switchboard],
    rows: &[
        Row {
            what: "messages a second",
            unit: "/s",
            goal: Goal::AtLeast { of: Contestant::Switchboard, goal: 0.8, floor: 0.8 },
        },
        Row { what: "server CPU per message", unit: "µs", goal: Goal::None },
    ],
    play: |plan, target| play(plan, target, 200, 8),
};

/// How the cost of a message grows with the number of conversations.
pub const GROWTH: Scenario = Scenario {
    name: "growth-chats",
    about: "what a message costs beside how many conversations that talk, 1 in flight each",
    members: 10,
    contestants: &[Contestant::Switchboard, Contestant::DurableRelay],
    rows: &[
        growing("server CPU per message: 1", "µs"),
        growing("10 conversations", "µs"),
        growing("100", "µs"),
        growing("1,000", "µs"),
        growing("10,000", "µs"),
        growing("messages a second: 1", "/s"),
        growing("10 conversations", "/s"),
        growing("100", "/s"),
        growing("1,000", "/s"),
        growing("10,000", "/s"),
    ],
    play: |plan, target| {
        grow(plan, target, &[1, 10, 100, 1_000, 10_000], |plan, target, count| play(plan, target, count, 1))
    },
};

fn play(plan: &Plan, target: &mut dyn Target, conversations: usize, in_flight: u64) -> Fallible<Run> {
    let target = &*target;
    let mut pairs = Vec::with_capacity(conversations);
    for (customer, agent) in owned_chats(target, conversations)? {
        pairs.push(Pair { customer, agent, commands: target.customer_commands(TEXT_LENGTH) });
    }
    let hands = deal(pairs);
    let counters: Vec<_> = hands.iter().map(|_| Arc::new(AtomicU64::new(0))).collect();
    let acknowledged = || counters.iter().map(|counter| counter.load(Ordering::Relaxed)).sum::<u64>();
    let (stop, stopped) = watch::channel(false);
    std::thread::scope(|scope| {
        let clients: Vec<_> = hands
            .into_iter()
            .zip(&counters)
            .map(|(pairs, counter)| {
                let (counter, stopped) = (Arc::clone(counter), stopped.clone());
                scope.spawn(move || block_on(talk_all(pairs, in_flight, counter, stopped)))
            })
            .collect();
        std::thread::sleep(plan.seconds(2, 1));
        let begin = (std::time::Instant::now(), acknowledged(), target.server().cpu());
        std::thread::sleep(plan.seconds(10, 2));
        let messages = acknowledged() - begin.1;
        let elapsed = begin.0.elapsed();
        let cpu = target.server().cpu();
        stop.send_replace(true);
        let mut tally = Tally::default();
        for client in clients {
            tally += client.join().map_err(|_| "a client thread panicked")??;
        }
        let cpu = (cpu? - begin.2?) / messages as f64;
        Ok(Run { figures: vec![messages as f64 / elapsed.as_secs_f64(), cpu], tally, notes: Vec::new() })
    })
}

struct Pair {
    customer: Socket,
    agent: Socket,
    commands: Commands,
}

async fn talk_all(
    pairs: Vec<Pair>,
    in_flight: u64,
    counter: Arc<AtomicU64>,
    stopped: watch::Receiver<bool>,
) -> Fallible<Tally> {
    let mut tasks = JoinSet::new();
    for pair in pairs {
        tasks.spawn(talk(pair, in_flight, Arc::clone(&counter), stopped.clone()));
    }
    let mut tally = Tally::default();
    while let Some(ended) = tasks.join_next().await {
        tally += ended??;
    }
    Ok(tally)
}

async fn talk(
    pair: Pair,
    in_flight: u64,
    counter: Arc<AtomicU64>,
    mut stopped: watch::Receiver<bool>,
) -> Fallible<Tally> {
    let Pair { customer, agent, mut commands } = pair;
    let (mut customer, mut agent) = (customer.live()?, agent.live()?);
    let mut answers = Stream::default();
    let mut entries = Stream::default();
    let mut refused = 0;
    let mut sent = 0;
    let mut over = false;
    let mut end = pin!(async move {
        // An error means that the sender is gone, which is an end too.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    });
    let mut limit = pin!(tokio::time::sleep(Duration::MAX));
    loop {
        let answered = answers.distinct() + refused;
        let next = if over { sent } else { (answered + in_flight).min(entries.distinct() + refused + AHEAD) };
        if sent < next {
            for number in sent..next {
                customer.queue(commands.frame(number));
            }
            sent = next;
            customer.flush().await?;
        }
        if over && answered == sent && entries.distinct() >= answers.distinct() {
            break;
        }
        let mut done = 0;
        tokio::select! { biased;
            read = customer.receive(|frame| match hear(frame) {
                Heard::Done(number) => { answers.arrived(number); done += 1; }
                Heard::Refused(_) => refused += 1,
                Heard::Message(_) | Heard::Other => {}
            }) => read?,
            read = agent.receive(|frame| if let Heard::Message(number) = hear(frame) {
                entries.arrived(number);
            }) => read?,
            () = &mut end, if !over => {
                over = true;
                limit.as_mut().reset(tokio::time::Instant::now() + STRAGGLERS);
            }
            () = &mut limit, if over => break,
        }
        counter.fetch_add(done, Ordering::Relaxed);
    }
    let mut tally = entries.tally(answers.distinct());
    tally.doubled += answers.tally(0).doubled;
    tally.refused = refused;
    // A command that nobody answered is as lost as a message that nobody got.
    tally.lost += sent - refused - answers.distinct();
    Ok(tally)
}
