//! One conversation and many dashboards that have it open.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::open_loop::{Talk, talk_at};
use super::{BARE, Plan, Run, Scenario, grow, growing};
use crate::Fallible;
use crate::crew::{block_on, deal};
use crate::report::{Goal, Row};
use crate::socket::Socket;
use crate::tally::{Stream, Tally};
use crate::target::{Contestant, Target, Watch};
use crate::wire::{Commands, Heard, TEXT_LENGTH, hear};

/// Messages whose deliveries may be under way together; few enough that no reader is ever slow.
const AHEAD: u64 = 8;

/// After the end, what is still under way may take this long before it counts as lost.
const STRAGGLERS: Duration = Duration::from_secs(5);

/// Messages a second to the larger crowd.
const RATE: u32 = 20;

/// As fast as it goes.
pub const TO_100: Scenario = Scenario {
    name: "fan-out-100",
    about: "one conversation to 100 watching dashboards, as fast as they read",
    members: 50,
    contestants: BARE,
    rows: &[
        Row {
            what: "server CPU per delivery",
            unit: "µs",
            goal: Goal::AtMost { of: Contestant::Relay, goal: 1.2, floor: 1.5 },
        },
        Row { what: "deliveries a second", unit: "/s", goal: Goal::None },
    ],
    play: |plan, target| flood(plan, target, 100),
};

/// At a steady rate.
pub const TO_500: Scenario = Scenario {
    name: "fan-out-500",
    about: "one conversation to 500 watching dashboards, 20 messages a second",
    members: 50,
    contestants: BARE,
    rows: &[
        Row { what: "p50", unit: "ms", goal: Goal::None },
        Row { what: "p99", unit: "ms", goal: Goal::AtMost { of: Contestant::Relay, goal: 1.1, floor: 1.5 } },
    ],
    play: |plan, target| steady(plan, target, 500),
};

/// How the cost of a delivery grows with the number of those who watch.
pub const GROWTH: Scenario = Scenario {
    name: "growth-watchers",
    about: "what a delivery costs beside how many dashboards that watch one conversation",
    members: 50,
    contestants: BARE,
    rows: &[
        growing("server CPU per delivery: 1", "µs"),
        growing("10 dashboards", "µs"),
        growing("100", "µs"),
        growing("1,000", "µs"),
        growing("deliveries a second: 1", "/s"),
        growing("10 dashboards", "/s"),
        growing("100", "/s"),
        growing("1,000", "/s"),
    ],
    play: |plan, target| {
        grow(plan, target, &[1, 10, 100, 1_000], |plan, target, crowd| {
            let mut run = flood(plan, target, crowd)?;
            // In the order of the closed loop: speed, cost.
            run.figures.swap(0, 1);
            Ok(run)
        })
    },
};

fn steady(plan: &Plan, target: &mut dyn Target, crowd: usize) -> Fallible<Run> {
    let (customer, dashboards) = gather(target, crowd)?;
    let talk = Talk { customer, commands: target.customer_commands(TEXT_LENGTH), dashboards };
    let mut heard = talk_at(vec![talk], RATE, plan.seconds(20, 3))?;
    let (p50, p99) = (heard.milliseconds(0.5), heard.milliseconds(0.99));
    Ok(Run { figures: vec![p50, p99], tally: heard.tally, notes: Vec::new() })
}

fn gather(target: &dyn Target, crowd: usize) -> Fallible<(Socket, Vec<Socket>)> {
    let (chat, customer) = target.start_chat()?;
    let mut dashboards = vec![target.dashboard(0, Watch::Own(&chat))?];
    for member in 1..crowd {
        dashboards.push(target.dashboard(member, Watch::Chat(&chat))?);
    }
    Ok((customer, dashboards))
}

fn flood(plan: &Plan, target: &mut dyn Target, crowd: usize) -> Fallible<Run> {
    let (customer, dashboards) = gather(target, crowd)?;
    let shared = Arc::new(Shared { crowd: crowd as u64, ..Shared::default() });
    let (stop, stopped) = watch::channel(false);
    let mut hands = deal(dashboards).into_iter();
    let mut writer = Some((customer, target.customer_commands(TEXT_LENGTH)));
    std::thread::scope(|scope| {
        let clients: Vec<_> = hands
            .by_ref()
            .map(|dashboards| {
                let (shared, stopped, writer) = (Arc::clone(&shared), stopped.clone(), writer.take());
                scope.spawn(move || block_on(read_and_write(dashboards, writer, shared, stopped)))
            })
            .collect();
        std::thread::sleep(plan.seconds(2, 1));
        let begin = (Instant::now(), shared.delivered.load(Ordering::Relaxed), target.server().cpu());
        std::thread::sleep(plan.seconds(8, 2));
        let deliveries = shared.delivered.load(Ordering::Relaxed) - begin.1;
        let elapsed = begin.0.elapsed();
        let cpu = target.server().cpu();
        stop.send_replace(true);
        let mut tally = Tally::default();
        for client in clients {
            tally += client.join().map_err(|_| "a client thread panicked")??;
        }
        let cpu = (cpu? - begin.2?) / deliveries as f64;
        Ok(Run { figures: vec![cpu, deliveries as f64 / elapsed.as_secs_f64()], tally, notes: Vec::new() })
    })
}

/// What writer and readers know of one another.
#[derive(Default)]
struct Shared {
    crowd: u64,
    /// Messages written. Final once [`Self::done`] is set.
    written: AtomicU64,
    /// 1 when the writer has stopped.
    done: AtomicU64,
    /// Entries received by all dashboards together.
    delivered: AtomicU64,
    /// Told when another message's worth of entries has arrived.
    progress: Notify,
}

async fn read_and_write(
    dashboards: Vec<Socket>,
    writer: Option<(Socket, Commands)>,
    shared: Arc<Shared>,
    stopped: watch::Receiver<bool>,
) -> Fallible<Tally> {
    let mut tasks = JoinSet::new();
    if let Some((customer, commands)) = writer {
        tasks.spawn(write(customer, commands, Arc::clone(&shared), stopped.clone()));
    }
    for dashboard in dashboards {
        tasks.spawn(read(dashboard, Arc::clone(&shared), stopped.clone()));
    }
    let mut tally = Tally::default();
    while let Some(ended) = tasks.join_next().await {
        tally += ended??;
    }
    Ok(tally)
}

async fn write(
    customer: Socket,
    mut commands: Commands,
    shared: Arc<Shared>,
    stopped: watch::Receiver<bool>,
) -> Fallible<Tally> {
    let mut customer = customer.live()?;
    let mut answers = Stream::default();
    let mut refused = 0;
    let mut sent = 0;
    while !*stopped.borrow() {
        while sent < shared.delivered.load(Ordering::Relaxed) / shared.crowd + AHEAD {
            customer.queue(commands.frame(sent));
            sent += 1;
        }
        customer.flush().await?;
        tokio::select! {
            read = customer.receive(|frame| match hear(frame) {
                Heard::Done(number) => answers.arrived(number),
                Heard::Refused(_) => refused += 1,
                Heard::Message(_) | Heard::Other => {}
            }) => read?,
            () = shared.progress.notified() => {}
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
    shared.written.store(sent - refused, Ordering::Relaxed);
    shared.done.store(1, Ordering::Release);
    Ok(Tally { refused, doubled: answers.tally(0).doubled, ..Tally::default() })
}

async fn read(dashboard: Socket, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) -> Fallible<Tally> {
    let mut dashboard = dashboard.live()?;
    let mut entries = Stream::default();
    let mut over = false;
    let mut end = pin!(async move {
        // An error means that the sender is gone, which is an end too.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    });
    let mut limit = pin!(tokio::time::sleep(Duration::MAX));
    loop {
        let written = shared.written.load(Ordering::Relaxed);
        if over && shared.done.load(Ordering::Acquire) == 1 && entries.distinct() >= written {
            break;
        }
        let mut arrived = 0;
        tokio::select! { biased;
            read = dashboard.receive(|frame| if let Heard::Message(number) = hear(frame) {
                entries.arrived(number);
                arrived += 1;
            }) => read?,
            () = &mut end, if !over => {
                over = true;
                limit.as_mut().reset(tokio::time::Instant::now() + STRAGGLERS);
            }
            () = &mut limit, if over => break,
            // The writer may learn of the end after the last entry has been read here.
            () = tokio::time::sleep(Duration::from_millis(20)), if over => {}
        }
        let before = shared.delivered.fetch_add(arrived, Ordering::Relaxed);
        if before / shared.crowd != (before + arrived) / shared.crowd {
            shared.progress.notify_one();
        }
    }
    Ok(entries.tally(shared.written.load(Ordering::Relaxed)))
}
