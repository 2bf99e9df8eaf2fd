//! Many customers whose chats are open and silent.
//!
//! The chats are made first and the server is started again, so that memory counts from a server
//! that has only their rows. Then all customers come back twice: the first time wakes their
//! conversations, the second time is a plain reconnection.

use std::time::{Duration, Instant};

use super::{BARE, Plan, Run, Scenario, in_threads, start_chats};
use crate::Fallible;
use crate::crew::block_on;
use crate::report::{Goal, Row};
use crate::socket::Socket;
use crate::tally::Tally;
use crate::target::{Chat, Target};

/// What the goal speaks of; fewer where the limit on open files does not allow it.
const CONNECTIONS: usize = 10_000;

/// Every connection.
pub const SCENARIO: Scenario = Scenario {
    name: "idle",
    about: "10,000 customers whose chats are open and silent",
    members: 1,
    contestants: BARE,
    rows: &[
        Row {
            what: "memory per connection and conversation",
            unit: "KiB",
            goal: Goal::Below { goal: 10.0, floor: 14.0 },
        },
        Row {
            what: "server CPU to connect, check, join",
            unit: "µs",
            goal: Goal::Below { goal: 50.0, floor: 100.0 },
        },
        Row { what: "the same, waking the conversation", unit: "µs", goal: Goal::None },
        Row {
            what: "server CPU a second per connection",
            unit: "µs/s",
            goal: Goal::Below { goal: 2.2, floor: 2.2 },
        },
    ],
    play,
};

fn play(plan: &Plan, target: &mut dyn Target) -> Fallible<Run> {
    let count = plan.pick(CONNECTIONS, 1_000).min(plan.sockets);
    let mut notes = Vec::new();
    if count < plan.pick(CONNECTIONS, count) {
        notes.push(format!("{count} connections: the limit on open files does not allow 10,000"));
    }
    let chats = start_chats(target, count, |chat, _| Ok(chat))?;
    target.restart()?;
    settle(target)?;

    let (empty, cpu) = (target.server().resident()?, target.server().cpu()?);
    let sockets = rejoin(target, &chats)?;
    settle(target)?;
    let waking = (target.server().cpu()? - cpu) / count as f64;
    let memory = (target.server().resident()?.saturating_sub(empty)) as f64 / 1024.0 / count as f64;
    drop(sockets);
    settle(target)?;

    let cpu = target.server().cpu()?;
    let sockets = rejoin(target, &chats)?;
    settle(target)?;
    let joining = (target.server().cpu()? - cpu) / count as f64;

    let idle = block_on(async {
        let mut clients = tokio::task::JoinSet::new();
        for socket in sockets {
            clients.spawn(socket.live()?.drain());
        }
        // Whole rounds of the product's pings, which come every 25 seconds.
        let (begin, cpu) = (Instant::now(), target.server().cpu()?);
        tokio::time::sleep(plan.seconds(50, 3)).await;
        let used = target.server().cpu()? - cpu;
        let ended = clients.try_join_next().is_some();
        Ok((used / begin.elapsed().as_secs_f64() / count as f64, ended))
    })?;
    if idle.1 {
        notes.push("connections ended while idle".into());
    }
    Ok(Run { figures: vec![memory, joining, waking, idle.0], tally: Tally::default(), notes })
}

fn rejoin(target: &dyn Target, chats: &[Chat]) -> Fallible<Vec<Socket>> {
    const HANDS: usize = 4;
    in_threads(HANDS, |hand| chats.iter().skip(hand).step_by(HANDS).map(|chat| target.rejoin(chat)).collect())
}

/// Waits until the server has been quiet for two seconds: by then it has given back what it needed for a moment, as to hash a
/// password at its start.
pub fn settle(target: &dyn Target) -> Fallible<()> {
    let mut before = target.server().cpu()?;
    let mut quiet = 0;
    while quiet < 10 {
        std::thread::sleep(Duration::from_millis(200));
        let now = target.server().cpu()?;
        quiet = if now - before <= 10_000.0 { quiet + 1 } else { 0 };
        before = now;
    }
    Ok(())
}
