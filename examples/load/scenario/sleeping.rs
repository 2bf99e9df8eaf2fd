//! A long history: what ended chats cost, and how fast one wakes.
//!
//! They are made through the widget's socket, as customers would: each comes in, writes, and ends the chat.

use std::time::Instant;

use super::idle::settle;
use super::{ALONE, Plan, Run, Scenario, quantile, start_chats};
use crate::Fallible;
use crate::crew::nanoseconds;
use crate::report::{Goal, Row};
use crate::tally::Tally;
use crate::target::{Target, Watch};

/// Those who are looked at again.
const WOKEN: usize = 1_000;

/// As many as one dashboard may have open.
const OPEN_AT_ONCE: usize = 100;

/// A hundred thousand.
pub const SCENARIO: Scenario = Scenario {
    name: "sleeping",
    about: "100,000 sleeping conversations; a dashboard opens some of them",
    members: 1,
    contestants: ALONE,
    rows: &[
        Row { what: "memory each", unit: "bytes", goal: Goal::Below { goal: 10.0, floor: 20.0 } },
        Row { what: "wake, p50", unit: "ms", goal: Goal::Below { goal: 1.0, floor: 1.0 } },
        Row { what: "wake, p99", unit: "ms", goal: Goal::None },
    ],
    play,
};

fn play(plan: &Plan, target: &mut dyn Target) -> Fallible<Run> {
    let count = plan.pick(100_000, 1_000);
    target.restart()?;
    settle(target)?;
    let before = target.server().resident()?;
    let chats = start_chats(target, count, |chat, mut customer| {
        target.end_chat(&mut customer)?;
        Ok(chat)
    })?;
    target.restart()?;
    settle(target)?;
    let each = (target.server().resident()? as f64 - before as f64) / count as f64;

    let mut wakes = Vec::with_capacity(WOKEN);
    let woken: Vec<_> = chats.iter().step_by((count / WOKEN).max(1)).collect();
    for some in woken.chunks(OPEN_AT_ONCE) {
        let mut dashboard = target.dashboard(0, Watch::List)?;
        for chat in some {
            let begin = Instant::now();
            target.open(&mut dashboard, chat)?;
            wakes.push(nanoseconds(begin.elapsed()));
        }
    }
    let p50 = quantile(&mut wakes, 0.5) / 1e6;
    let p99 = quantile(&mut wakes, 0.99) / 1e6;
    Ok(Run { figures: vec![each, p50, p99], tally: Tally::default(), notes: Vec::new() })
}
