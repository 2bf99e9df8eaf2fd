//! A dashboard that never reads, while 200 MB are offered to it, and others who must not notice.
//!
//! Two phases with the same load on the same server: in the first every dashboard reads, in the
//! second one more has the busy chat open and never reads.

use std::time::Duration;

use super::open_loop::{Latencies, Talk, talk_at};
use super::{ALL, Plan, Run, Scenario, owned_chats};
use crate::Fallible;
use crate::report::{Goal, Row};
use crate::target::{Target, Watch};
use crate::wire::TEXT_LENGTH;

/// Characters of the messages in the busy chat; the product allows no more.
const LONG: usize = 10_000;

/// Messages a second in the busy chat: with [`LONG`], 5 MB.
const FLOOD: u32 = 500;

/// Other chats, and messages a second in them together.
const OTHERS: (usize, u32) = (20, 200);

/// One of them.
pub const SCENARIO: Scenario = Scenario {
    name: "slow-reader",
    about: "a reader that never reads, 200 MB offered to it",
    members: 10,
    contestants: ALL,
    rows: &[
        Row { what: "growth of memory", unit: "MB", goal: Goal::Below { goal: 5.0, floor: 5.0 } },
        Row {
            what: "others' p99, to that without it",
            unit: "×",
            goal: Goal::Below { goal: 1.2, floor: 1.5 },
        },
        Row { what: "others' p99", unit: "ms", goal: Goal::None },
    ],
    play,
};

fn play(plan: &Plan, target: &mut dyn Target) -> Fallible<Run> {
    let length = plan.seconds(40, 3);
    let (mut calm, _) = phase(target, length, false)?;
    let before = target.server().resident()?;
    target.server().forget_peak()?;
    let (mut flooded, offered) = phase(target, length, true)?;
    let growth = target.server().peak()?.saturating_sub(before) as f64 / 1e6;
    let p99 = flooded.milliseconds(0.99);
    let mut tally = calm.tally;
    tally += flooded.tally;
    let notes = vec![format!("{:.0} MB offered", offered / 1e6)];
    Ok(Run { figures: vec![growth, p99 / calm.milliseconds(0.99), p99], tally, notes })
}

/// Answers what the others heard, and how many bytes the slow reader was offered.
fn phase(target: &dyn Target, length: Duration, with_slow_reader: bool) -> Fallible<(Latencies, f64)> {
    let (chat, customer) = target.start_chat()?;
    let reader = target.dashboard(0, Watch::Own(&chat))?;
    // Alive, connected and never read until the phase is over.
    let slow = with_slow_reader.then(|| target.dashboard(1, Watch::Chat(&chat))).transpose()?;
    let busy = vec![Talk { customer, commands: target.customer_commands(LONG), dashboards: vec![reader] }];
    let mut others = Vec::with_capacity(OTHERS.0);
    for (customer, agent) in owned_chats(target, OTHERS.0)? {
        let commands = target.customer_commands(TEXT_LENGTH);
        others.push(Talk { customer, commands, dashboards: vec![agent] });
    }
    let (busy, mut others) = std::thread::scope(|scope| {
        let busy = scope.spawn(|| talk_at(busy, FLOOD, length));
        let others = talk_at(others, OTHERS.1, length);
        (busy.join(), others)
    });
    drop(slow);
    let busy = busy.map_err(|_| "a client thread panicked")??;
    if let Ok(others) = &mut others {
        others.tally += busy.tally;
    }
    Ok((others?, length.as_secs_f64() * f64::from(FLOOD) * LONG as f64))
}
