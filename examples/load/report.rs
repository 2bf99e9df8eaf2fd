//! From figures to verdicts: the table for people and the file for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::scenario::{Run, Scenario};
use crate::tally::Tally;
use crate::target::Contestant;

/// One figure of a scenario.
pub struct Row {
    /// What it is.
    pub what: &'static str,
    /// In what.
    pub unit: &'static str,
    /// What it should be.
    pub goal: Goal,
}

/// What the product's figure should be; below the floor it is no longer good enough to ship.
#[derive(Clone, Copy)]
pub enum Goal {
    /// At least this part of another's figure.
    AtLeast {
        /// Whose.
        of: Contestant,
        /// Wanted.
        goal: f64,
        /// Never below.
        floor: f64,
    },
    /// At most this multiple of another's figure.
    AtMost {
        /// Whose.
        of: Contestant,
        /// Wanted.
        goal: f64,
        /// Never above.
        floor: f64,
    },
    /// At most this, in the unit of the row.
    Below {
        /// Wanted.
        goal: f64,
        /// Never above.
        floor: f64,
    },
    /// For information.
    None,
}

/// How a figure stands to its goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// The goal is reached.
    Met,
    /// Missed, but not below the floor.
    Floor,
    /// Below the floor.
    Missed,
}

/// The plays of one contestant.
pub struct Plays {
    /// Who.
    pub contestant: Contestant,
    /// One a repetition, `None` if it failed; those of the same repetition were played next to each other.
    pub runs: Vec<Option<Run>>,
}

/// Everything, as it goes to the file.
#[derive(Serialize)]
pub struct Report {
    /// Short runs.
    pub quick: bool,
    /// Plays of each contestant.
    pub repeat: usize,
    /// Processors of the machine, shared by server and clients.
    pub cores: usize,
    /// Load average of the minute before the start. Much above zero: somebody else used the machine.
    pub load_before: f64,
    /// One a scenario.
    pub results: Vec<Result>,
}

impl Report {
    /// How many goals were met, and which were not.
    pub fn summary(&self) -> String {
        let mut text = format!("load average before the start: {}\n", self.load_before);
        let broken: usize = self.results.iter().map(|result| result.broken).sum();
        if broken > 0 {
            let _ = writeln!(text, "FAILED: {broken} plays");
        }
        for (verdict, heading) in
            [(Verdict::Met, "MET"), (Verdict::Floor, "FLOOR"), (Verdict::Missed, "MISSED")]
        {
            let rows =
                self.results.iter().flat_map(|result| result.rows.iter().map(move |row| (result, row)));
            let names: Vec<String> = rows
                .filter(|(_, row)| row.verdict == Some(verdict))
                .map(|(result, row)| format!("{} ({})", result.scenario, row.what))
                .collect();
            let names = if verdict == Verdict::Met { names.len().to_string() } else { names.join(", ") };
            let _ = writeln!(text, "{heading}: {}", if names.is_empty() { "none" } else { &names });
        }
        text
    }

    /// Did a play fail, a figure miss its floor, or a message get lost?
    pub fn failed(&self) -> bool {
        self.results.iter().any(Result::failed)
    }
}

/// All that is known of one scenario.
#[derive(Serialize)]
pub struct Result {
    scenario: &'static str,
    about: &'static str,
    rows: Vec<RowResult>,
    counts: Vec<Counts>,
    /// Plays that came to no end.
    broken: usize,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct RowResult {
    what: &'static str,
    unit: &'static str,
    figures: Vec<Figure>,
    /// Median over the repetitions of the ratio within each.
    ratio: Option<f64>,
    goal: String,
    verdict: Option<Verdict>,
}

#[derive(Serialize)]
struct Figure {
    of: Contestant,
    median: f64,
    all: Vec<f64>,
}

#[derive(Serialize)]
struct Counts {
    of: Contestant,
    lost: u64,
    doubled: u64,
    disordered: u64,
    refused: u64,
}

impl Result {
    /// Judges what was played. The first of the scenario's contestants is the one that has goals.
    pub fn new(scenario: &Scenario, plays: &[Plays], mut notes: Vec<String>) -> Self {
        let rows = scenario.rows.iter().enumerate();
        let rows = rows.map(|(index, row)| judge(row, index, scenario.contestants[0], plays)).collect();
        let counts = plays.iter().map(|plays| {
            let mut tally = Tally::default();
            for run in plays.runs.iter().flatten() {
                tally += run.tally;
            }
            let Tally { lost, doubled, disordered, refused } = tally;
            Counts { of: plays.contestant, lost, doubled, disordered, refused }
        });
        let counts = counts.collect();
        let broken = plays.iter().flat_map(|plays| &plays.runs).filter(|run| run.is_none()).count();
        for plays in plays {
            for note in plays.runs.iter().flatten().flat_map(|run| &run.notes) {
                let note = format!("{}: {note}", plays.contestant);
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        Self { scenario: scenario.name, about: scenario.about, rows, counts, broken, notes }
    }

    /// A block of text for the terminal.
    pub fn table(&self) -> String {
        let mut text = format!("{}: {}\n", self.scenario, self.about);
        let _ = write!(text, "  {:<40}", "");
        for counts in &self.counts {
            let _ = write!(text, "{:>15}", counts.of);
        }
        let _ = writeln!(text, "{:>8}  goal [floor]", "ratio");
        for row in &self.rows {
            let label = format!("{}{}{}", row.what, if row.unit.is_empty() { "" } else { ", " }, row.unit);
            let _ = write!(text, "  {label:<40}");
            for counts in &self.counts {
                let figure = row.figures.iter().find(|figure| figure.of == counts.of);
                let _ = write!(text, "{:>15}", figure.map_or("-".into(), |figure| rounded(figure.median)));
            }
            let _ = write!(text, "{:>8}  ", row.ratio.map_or("-".into(), |ratio| format!("{ratio:.2}")));
            let verdict = match row.verdict {
                None => "",
                Some(Verdict::Met) => "MET",
                Some(Verdict::Floor) => "FLOOR",
                Some(Verdict::Missed) => "MISSED",
            };
            let _ = writeln!(text, "{:<26} {verdict}", row.goal);
        }
        let _ = write!(text, "  {:<40}", "lost / doubled / disordered / refused");
        for Counts { lost, doubled, disordered, refused, .. } in &self.counts {
            let _ = write!(text, "{:>15}", format!("{lost}/{doubled}/{disordered}/{refused}"));
        }
        text.push('\n');
        for note in &self.notes {
            let _ = writeln!(text, "  note: {note}");
        }
        text
    }

    fn failed(&self) -> bool {
        self.broken > 0
            || self.rows.iter().any(|row| row.verdict == Some(Verdict::Missed))
            || self.counts.iter().any(|counts| counts.lost + counts.doubled + counts.disordered > 0)
    }
}

fn judge(row: &Row, index: usize, judged: Contestant, plays: &[Plays]) -> RowResult {
    let all = |of| -> Vec<Option<f64>> {
        let runs = plays.iter().filter(|plays| plays.contestant == of).flat_map(|plays| &plays.runs);
        runs.map(|run| run.as_ref().and_then(|run| run.figures.get(index).copied())).collect()
    };
    let figures = plays.iter().map(|plays| {
        let all: Vec<f64> = all(plays.contestant).into_iter().flatten().collect();
        Figure { of: plays.contestant, median: median(all.clone()), all }
    });
    let figures = figures.collect();
    let by_repetition = all(judged);
    let ratio_to = |other: Contestant| {
        let pairs = by_repetition.iter().zip(all(other));
        let ratios: Vec<f64> = pairs.filter_map(|(ours, theirs)| Some((*ours)? / theirs?)).collect();
        (!ratios.is_empty()).then(|| median(ratios))
    };
    let ours: Vec<f64> = by_repetition.iter().copied().flatten().collect();
    let better_if_less = |value: f64, goal: f64, floor: f64| match value {
        value if value <= goal => Verdict::Met,
        value if value <= floor => Verdict::Floor,
        _ => Verdict::Missed,
    };
    let (ratio, goal, verdict) = match row.goal {
        Goal::AtLeast { of, goal, floor } => {
            let ratio = ratio_to(of);
            let verdict = ratio.map(|ratio| better_if_less(-ratio, -goal, -floor));
            (ratio, format!("≥ {goal} [{floor}] × {of}"), verdict)
        }
        Goal::AtMost { of, goal, floor } => {
            let ratio = ratio_to(of);
            let verdict = ratio.map(|ratio| better_if_less(ratio, goal, floor));
            (ratio, format!("≤ {goal} [{floor}] × {of}"), verdict)
        }
        Goal::Below { goal, floor } => {
            let verdict = (!ours.is_empty()).then(|| better_if_less(median(ours.clone()), goal, floor));
            (None, format!("≤ {goal} [{floor}]"), verdict)
        }
        Goal::None => (None, String::new(), None),
    };
    RowResult { what: row.what, unit: row.unit, figures, ratio, goal, verdict }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

fn rounded(value: f64) -> String {
    match value.abs() {
        nothing if nothing.is_nan() => "-".into(),
        large if large >= 1_000.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.3}"),
    }
}
