//! How long a start takes.

use super::{ALL, Run, Scenario};
use crate::report::{Goal, Row};
use crate::tally::Tally;

/// On nothing.
pub const SCENARIO: Scenario = Scenario {
    name: "start",
    about: "start on an empty folder to the first accepted connection with an answer",
    members: 0,
    contestants: ALL,
    rows: &[Row { what: "time", unit: "s", goal: Goal::Below { goal: 1.0, floor: 1.0 } }],
    play: |_, target| {
        let time = target.server().started_in.as_secs_f64();
        Ok(Run { figures: vec![time], tally: Tally::default(), notes: Vec::new() })
    },
};
