//! The scenarios, one file each, and what they have in common.

mod claim;
mod closed_loop;
mod fan_out;
mod idle;
mod memory;
mod open_loop;
pub mod sleeping;
mod slow_reader;
mod start;

use std::time::Duration;

use crate::Fallible;
use crate::report::{Goal, Row};
use crate::socket::Socket;
use crate::tally::Tally;
use crate::target::{Chat, Contestant, Target, Watch};

/// How much time to spend.
pub struct Plan {
    /// Short runs, whose figures prove little but that everything works.
    pub quick: bool,
    /// Most sockets one server can have on this machine.
    pub sockets: usize,
}

impl Plan {
    /// One of two values, by [`Self::quick`].
    pub fn pick<T>(&self, full: T, quick: T) -> T {
        if self.quick { quick } else { full }
    }

    /// One of two numbers of seconds.
    pub fn seconds(&self, full: u64, quick: u64) -> Duration {
        Duration::from_secs(self.pick(full, quick))
    }
}

/// One thing to find out.
pub struct Scenario {
    /// For `--scenario`.
    pub name: &'static str,
    /// For people.
    pub about: &'static str,
    /// Members that the product needs for it.
    pub members: usize,
    /// Who plays.
    pub contestants: &'static [Contestant],
    /// What is found out, in the order of [`Run::figures`].
    pub rows: &'static [Row],
    /// Plays it once against a freshly started server.
    pub play: fn(&Plan, &mut dyn Target) -> Fallible<Run>,
}

/// What one play found.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// One for each row.
    pub figures: Vec<f64>,
    /// What the clients missed.
    pub tally: Tally,
    /// What a reader of the figures should know.
    pub notes: Vec<String>,
}

const ALL: &[Contestant] = &[Contestant::Switchboard, Contestant::Relay, Contestant::DurableRelay];
const BARE: &[Contestant] = &[Contestant::Switchboard, Contestant::Relay];
const ALONE: &[Contestant] = &[Contestant::Switchboard];

/// All scenarios, in the order of the design's table.
pub const SCENARIOS: &[Scenario] = &[
    closed_loop::ONE_IN_FLIGHT,
    closed_loop::EIGHT_IN_FLIGHT,
    open_loop::AT_400,
    open_loop::AT_5000,
    fan_out::TO_100,
    fan_out::TO_500,
    claim::SCENARIO,
    idle::SCENARIO,
    memory::SCENARIO,
    sleeping::SCENARIO,
    closed_loop::ON_POSTGRES,
    start::SCENARIO,
    slow_reader::SCENARIO,
    closed_loop::GROWTH,
    fan_out::GROWTH,
];

/// A row of a curve.
const fn growing(what: &'static str, unit: &'static str) -> Row {
    Row { what, unit, goal: Goal::None }
}

/// Plays the same with more and more, each time against a server that was started again. `play` finds speed and cost; the
/// figures are all costs, then all speeds.
fn grow(
    plan: &Plan,
    target: &mut dyn Target,
    counts: &[usize],
    play: impl Fn(&Plan, &mut dyn Target, usize) -> Fallible<Run>,
) -> Fallible<Run> {
    let (mut costs, mut speeds, mut all) = (Vec::new(), Vec::new(), Run::default());
    for &count in counts {
        // Customer and dashboard are a socket each.
        let count = count.min(plan.sockets / 2);
        let Run { figures, tally, notes } = play(plan, target, count)?;
        speeds.push(figures[0]);
        costs.push(figures[1]);
        all.tally += tally;
        all.notes.extend(notes);
        target.restart()?;
    }
    all.figures = [costs, speeds].concat();
    Ok(all)
}

/// Chats with their customers and, for each, a dashboard of the member who owns it.
///
/// All customers come first, and the dashboards in an order of no meaning: servers deal connections out
/// to their threads in turn, and two ends of a chat must be neither always nor never on the same one.
fn owned_chats(target: &dyn Target, count: usize) -> Fallible<Vec<(Socket, Socket)>> {
    let chats: Vec<_> = (0..count).map(|_| target.start_chat()).collect::<Fallible<_>>()?;
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|index| (*index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let mut agents = Vec::with_capacity(count);
    for index in order {
        agents.push((index, target.dashboard(index, Watch::Own(&chats[index].0))?));
    }
    agents.sort_by_key(|(index, _)| *index);
    Ok(chats.into_iter().zip(agents).map(|((_, customer), (_, agent))| (customer, agent)).collect())
}

/// Starts many chats from several threads at once.
fn start_chats<T: Send>(
    target: &dyn Target,
    count: usize,
    keep: impl Fn(Chat, Socket) -> Fallible<T> + Sync,
) -> Fallible<Vec<T>> {
    const HANDS: usize = 8;
    in_threads(HANDS, |hand| {
        let share = count / HANDS + usize::from(hand < count % HANDS);
        (0..share).map(|_| target.start_chat().and_then(|(chat, socket)| keep(chat, socket))).collect()
    })
}

/// Runs `work` in `count` threads at once and joins what they answer.
fn in_threads<T: Send>(count: usize, work: impl Fn(usize) -> Fallible<Vec<T>> + Sync) -> Fallible<Vec<T>> {
    std::thread::scope(|scope| {
        let work = &work;
        let hands: Vec<_> = (0..count).map(|hand| scope.spawn(move || work(hand))).collect();
        let mut all = Vec::new();
        for hand in hands {
            all.extend(hand.join().map_err(|_| "a client thread panicked")??);
        }
        Ok(all)
    })
}

/// The value below which this part of the values lies. Sorts them.
fn quantile(values: &mut [u64], part: f64) -> f64 {
    values.sort_unstable();
    let index = ((values.len() as f64 * part).ceil() as usize).clamp(1, values.len().max(1)) - 1;
    values.get(index).map_or(f64::NAN, |value| *value as f64)
}
