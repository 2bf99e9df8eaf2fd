//! Customers write at a steady rate, whatever the server does; latency counts from the moment a
//! message should have been sent until a dashboard has it.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::{ALL, Plan, Run, Scenario, owned_chats, quantile};
use crate::Fallible;
use crate::crew::{be_punctual, block_on, nanoseconds, sleep_until};
use crate::report::{Goal, Row};
use crate::socket::{Live, Pen, Socket};
use crate::tally::{Stream, Tally};
use crate::target::{Contestant, Target};
use crate::wire::{Commands, Heard, TEXT_LENGTH, hear};

/// After the last message, what is still under way may take this long before it counts as lost.
const STRAGGLERS: Duration = Duration::from_secs(5);

/// From the set-up to the first message.
const LEAD_IN: Duration = Duration::from_millis(200);

/// Quiet.
pub const AT_400: Scenario = Scenario {
    name: "open-400",
    about: "customer to agent at 400 messages a second over 100 conversations",
    members: 10,
    contestants: ALL,
    rows: &[
        Row {
            what: "p50",
            unit: "ms",
            goal: Goal::AtMost { of: Contestant::DurableRelay, goal: 1.2, floor: 1.5 },
        },
        Row {
            what: "p99",
            unit: "ms",
            goal: Goal::AtMost { of: Contestant::DurableRelay, goal: 1.3, floor: 2.0 },
        },
    ],
    play: |plan, target| play(plan, target, 100, 400),
};

/// Busy.
pub const AT_5000: Scenario = Scenario {
    name: "open-5000",
    about: "customer to agent at 5,000 messages a second over 500 conversations",
    members: 10,
    contestants: ALL,
    rows: &[
        Row { what: "p50", unit: "ms", goal: Goal::None },
        Row {
            what: "p99",
            unit: "ms",
            goal: Goal::AtMost { of: Contestant::DurableRelay, goal: 1.3, floor: 2.0 },
        },
    ],
    play: |plan, target| play(plan, target, 500, 5_000),
};

fn play(plan: &Plan, target: &mut dyn Target, conversations: usize, rate: u32) -> Fallible<Run> {
    let mut talks = Vec::with_capacity(conversations);
    for (customer, agent) in owned_chats(target, conversations)? {
        let commands = target.customer_commands(TEXT_LENGTH);
        talks.push(Talk { customer, commands, dashboards: vec![agent] });
    }
    let mut heard = talk_at(talks, rate, plan.seconds(20, 3))?;
    let (p50, p99) = (heard.milliseconds(0.5), heard.milliseconds(0.99));
    Ok(Run { figures: vec![p50, p99], tally: heard.tally, notes: Vec::new() })
}

/// One customer who writes, and the dashboards that have the conversation open.
pub struct Talk {
    /// Writes.
    pub customer: Socket,
    /// What it writes.
    pub commands: Commands,
    /// Read.
    pub dashboards: Vec<Socket>,
}

/// What the dashboards heard.
pub struct Latencies {
    nanoseconds: Vec<u64>,
    /// What they missed.
    pub tally: Tally,
}

impl Latencies {
    /// A quantile.
    pub fn milliseconds(&mut self, part: f64) -> f64 {
        quantile(&mut self.nanoseconds, part) / 1e6
    }
}

/// Writes `rate` messages a second in all, taking the talks in turn, for about `length`. The first
/// tenth warms up and is not in the latencies.
///
/// # Errors
/// A connection ends.
pub fn talk_at(talks: Vec<Talk>, rate: u32, length: Duration) -> Fallible<Latencies> {
    let turns = talks.len() as u64;
    let each = (u64::from(rate) * length.as_secs()).div_ceil(turns);
    let pace = Pace { start: Instant::now() + LEAD_IN, step: Duration::from_secs(1) / rate, turns, each };
    let mut writers = Vec::with_capacity(talks.len());
    let mut readers = Vec::with_capacity(talks.len());
    for Talk { customer, commands, dashboards } in talks {
        writers.push((customer.pen()?, commands));
        readers.push((customer, dashboards));
    }
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || block_on(read_all(readers, pace)));
        write_all(&mut writers, pace)?;
        reader.join().map_err(|_| "a client thread panicked")?
    })
}

/// When each message is due.
#[derive(Clone, Copy)]
struct Pace {
    start: Instant,
    step: Duration,
    /// Talks that take turns.
    turns: u64,
    /// Messages of each talk.
    each: u64,
}

impl Pace {
    fn due(&self, talk: u64, number: u64) -> Instant {
        let count = u32::try_from(number * self.turns + talk).unwrap_or(u32::MAX);
        self.start + self.step * count
    }

    fn is_warm(&self, number: u64) -> bool {
        number >= self.each / 10
    }

    fn deadline(&self) -> tokio::time::Instant {
        (self.due(0, self.each) + STRAGGLERS).into()
    }
}

fn write_all(writers: &mut [(Pen, Commands)], pace: Pace) -> Fallible<()> {
    be_punctual()?;
    for number in 0..pace.each {
        for (talk, (pen, commands)) in (0..).zip(writers.iter_mut()) {
            sleep_until(pace.due(talk, number));
            pen.write(commands.frame(number))?;
        }
    }
    Ok(())
}

async fn read_all(readers: Vec<(Socket, Vec<Socket>)>, pace: Pace) -> Fallible<Latencies> {
    let mut tasks = JoinSet::new();
    for (talk, (customer, dashboards)) in (0..).zip(readers) {
        tasks.spawn(answers(customer.live()?, pace));
        for dashboard in dashboards {
            tasks.spawn(entries(dashboard.live()?, talk, pace));
        }
    }
    let mut all = Latencies { nanoseconds: Vec::new(), tally: Tally::default() };
    while let Some(ended) = tasks.join_next().await {
        let one = ended??;
        all.nanoseconds.extend(one.nanoseconds);
        all.tally += one.tally;
    }
    Ok(all)
}

async fn answers(mut customer: Live, pace: Pace) -> Fallible<Latencies> {
    let mut answers = Stream::default();
    let mut refused = 0;
    while answers.distinct() + refused < pace.each {
        let read = customer.receive(|frame| match hear(frame) {
            Heard::Done(number) => answers.arrived(number),
            Heard::Refused(_) => refused += 1,
            Heard::Message(_) | Heard::Other => {}
        });
        match tokio::time::timeout_at(pace.deadline(), read).await {
            Ok(read) => read?,
            Err(_) => break,
        }
    }
    let mut tally = answers.tally(pace.each - refused);
    // Answers may overtake one another, messages may not.
    tally.disordered = 0;
    tally.refused = refused;
    Ok(Latencies { nanoseconds: Vec::new(), tally })
}

async fn entries(mut dashboard: Live, talk: u64, pace: Pace) -> Fallible<Latencies> {
    let mut entries = Stream::default();
    let mut latencies = Vec::with_capacity(pace.each as usize);
    while entries.distinct() < pace.each {
        let read = dashboard.receive(|frame| {
            if let Heard::Message(number) = hear(frame) {
                entries.arrived(number);
                if pace.is_warm(number) {
                    latencies.push(nanoseconds(pace.due(talk, number).elapsed()));
                }
            }
        });
        match tokio::time::timeout_at(pace.deadline(), read).await {
            Ok(read) => read?,
            Err(_) => break,
        }
    }
    Ok(Latencies { nanoseconds: latencies, tally: entries.tally(pace.each) })
}
