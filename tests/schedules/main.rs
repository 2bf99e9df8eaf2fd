//! Two who act at the same time, in thousands of orders: the rules of `src/domain/` above rows that change only where their
//! version is the one that was read. `shuttle` picks at each access of the rows who goes on. Every order must end legally,
//! and every legal end must come.
//!
//! `SWITCHBOARD_SCHEDULES` sets the number of orders of each race (5,000), `SWITCHBOARD_SCHEDULES_SEED` makes others.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::pedantic, reason = "taste, which tests may do without")]

mod nodes;
mod races;
mod rows;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use shuttle::scheduler::RandomScheduler;
use shuttle::{Config, Runner};

const SCHEDULES: usize = 5_000;
const SEED: u64 = 20_260_101;
/// Of each of those who act, in bytes: what says why a test fails needs more than deciding.
const STACK: usize = 256 * 1024;

fn from_environment<T: FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Plays a race in many orders. It answers how it ended; every end of `ends` must come, and no other.
fn race(name: &str, ends: &[&'static str], play: fn() -> &'static str) {
    let schedules = from_environment("SWITCHBOARD_SCHEDULES").unwrap_or(SCHEDULES);
    let seed = from_environment("SWITCHBOARD_SCHEDULES_SEED").unwrap_or(SEED);
    println!("{name}: {schedules} schedules, SWITCHBOARD_SCHEDULES_SEED={seed}");
    let seen: Arc<Mutex<BTreeMap<&'static str, usize>>> = Arc::default();
    let count = seen.clone();
    let mut config = Config::new();
    config.stack_size = STACK;
    Runner::new(RandomScheduler::new_from_seed(seed, schedules), config).run(move || {
        let end = play();
        *count.lock().unwrap().entry(end).or_default() += 1;
    });
    let seen = seen.lock().unwrap();
    println!("{name}: {seen:?}");
    assert_eq!(seen.values().sum::<usize>(), schedules);
    let mut expected = ends.to_vec();
    expected.sort_unstable();
    assert_eq!(seen.keys().copied().collect::<Vec<_>>(), expected, "{name}");
}
