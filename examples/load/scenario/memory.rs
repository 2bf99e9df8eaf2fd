//! How much memory a small company's server needs.

use super::idle::settle;
use super::{BARE, Plan, Run, Scenario, start_chats};
use crate::Fallible;
use crate::report::{Goal, Row};
use crate::tally::Tally;
use crate::target::{Target, Watch};

const MEMBERS: usize = 50;

/// A working day.
pub const SCENARIO: Scenario = Scenario {
    name: "memory",
    about: "1,000 open chats with their customers, 50 members with the list and a chat open",
    members: MEMBERS,
    contestants: BARE,
    rows: &[
        Row { what: "resident, at work", unit: "MB", goal: Goal::Below { goal: 60.0, floor: 60.0 } },
        Row { what: "resident, empty", unit: "MB", goal: Goal::Below { goal: 20.0, floor: 20.0 } },
    ],
    play,
};

fn play(plan: &Plan, target: &mut dyn Target) -> Fallible<Run> {
    // The set-up of members hashes passwords, which costs memory that a daily start does not have.
    target.restart()?;
    settle(target)?;
    let empty = target.server().resident()?;
    let chats = start_chats(target, plan.pick(1_000, 200), |chat, customer| Ok((chat, customer)))?;
    let mut dashboards = Vec::with_capacity(MEMBERS);
    for member in 0..MEMBERS {
        let (chat, _) = chats.get(member).ok_or("fewer chats than members")?;
        dashboards.push(target.dashboard(member, Watch::Both(chat))?);
    }
    settle(target)?;
    let full = target.server().resident()?;
    Ok(Run {
        figures: vec![full as f64 / 1e6, empty as f64 / 1e6],
        tally: Tally::default(),
        notes: Vec::new(),
    })
}
