//! The load tool: how fast Switchboard is, compared with two relays on the same machine in the same run.
//!
//! ```text
//! cargo build --release && cargo run --release --example load -- --repeat 3
//! ```
//!
//! Each scenario (`scenario/`) is played against a freshly started product and against the relays
//! of `relay/`, which are this program started once more. Servers are child processes, so that
//! their CPU time and memory come from the operating system; clients are real WebSocket clients over
//! loopback, made as cheap as possible because they share the machine (`frame.rs`, `socket.rs`,
//! `wire.rs`). Absolute figures depend on the machine; ratios within one repetition do much less.
//!
//! | where | what |
//! | --- | --- |
//! | `arguments.rs` | the command line |
//! | `scenario/` | what is played, one file each |
//! | `target/` | how a server is driven: product and relays look alike |
//! | `relay/` | the two relays |
//! | `process.rs`, `postgres.rs`, `limits.rs`, `crew.rs` | servers, databases, open files, client threads |
//! | `tally.rs`, `report.rs` | what got lost; figures, goals, verdicts |

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures for people, far from the limits of their types"
)]

mod arguments;
mod crew;
mod frame;
mod limits;
mod postgres;
mod process;
mod relay;
mod report;
mod scenario;
mod socket;
mod tally;
mod target;
mod wire;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use arguments::{HELP, Options, Task};
use postgres::Database;
use report::{Plays, Report};
use scenario::{Plan, SCENARIOS, Scenario};
use target::product::Product;
use target::relay::Relay;
use target::{Contestant, Target};

/// Errors here are for the person at the terminal, who can only read them.
type Fallible<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Fallible<ExitCode> {
    match arguments::read()? {
        Task::Help => println!("{HELP}"),
        Task::List => {
            for scenario in SCENARIOS {
                println!("{:<14} {}", scenario.name, scenario.about);
            }
        }
        Task::Relay(address, database) => relay::serve(address, database.as_deref())?,
        Task::Measure(options) => return measure(&options),
    }
    Ok(ExitCode::SUCCESS)
}

fn measure(options: &Options) -> Fallible<ExitCode> {
    for name in &options.scenarios {
        if !SCENARIOS.iter().any(|scenario| scenario.name == name) {
            return Err(format!("no scenario is called {name}; --list names them").into());
        }
    }
    let stage = Stage::new(options)?;
    let cores = std::thread::available_parallelism()?.get();
    let load = std::fs::read_to_string("/proc/loadavg")?;
    let load_before = load.split(' ').next().unwrap_or_default().parse()?;
    let mut report =
        Report { quick: options.quick, repeat: options.repeat, cores, load_before, results: Vec::new() };
    for scenario in SCENARIOS {
        if options.scenarios.is_empty() || options.scenarios.iter().any(|name| name == scenario.name) {
            let (plays, notes) = stage.play(scenario);
            let result = report::Result::new(scenario, &plays, notes);
            println!("{}", result.table());
            report.results.push(result);
            std::fs::write(&options.json, serde_json::to_string_pretty(&report)?)?;
        }
    }
    print!("{}", report.summary());
    Ok(if report.failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What is needed to play any scenario.
struct Stage<'a> {
    options: &'a Options,
    program: PathBuf,
    plan: Plan,
}

impl<'a> Stage<'a> {
    fn new(options: &'a Options) -> Fallible<Self> {
        let beside = || -> Fallible<PathBuf> {
            let here = std::env::current_exe()?;
            // target/production/examples/load, target/production/switchboard
            Ok(here.ancestors().nth(2).unwrap_or(Path::new(".")).join("switchboard"))
        };
        // Servers run in folders of their own, so the path must not depend on this one.
        let program = options.server.as_deref().map_or_else(beside, |path| Ok(std::path::absolute(path)?))?;
        let plan =
            Plan { quick: options.quick, sockets: limits::sockets_within(limits::raise_open_files()?) };
        if plan.sockets < 1_200 {
            return Err(
                "too few open files are allowed: `ulimit -n 22000` before the run, 4000 at least".into()
            );
        }
        Ok(Self { options, program, plan })
    }

    /// All repetitions; within one, contestants play one after the other.
    fn play(&self, scenario: &Scenario) -> (Vec<Plays>, Vec<String>) {
        let mut notes = Vec::new();
        let mut plays: Vec<Plays> = Vec::new();
        for contestant in scenario.contestants {
            match self.absent(*contestant) {
                None => plays.push(Plays { contestant: *contestant, runs: Vec::new() }),
                Some(reason) => notes.push(format!("{contestant} did not run: {reason}")),
            }
        }
        for _ in 0..self.options.repeat {
            for Plays { contestant, runs } in &mut plays {
                let played = self
                    .start(*contestant, scenario.members)
                    .and_then(|mut target| (scenario.play)(&self.plan, target.as_mut()));
                match played {
                    Ok(run) => runs.push(Some(run)),
                    Err(error) => {
                        notes.push(format!("{contestant} failed: {error}"));
                        runs.push(None);
                    }
                }
            }
        }
        (plays, notes)
    }

    fn absent(&self, contestant: Contestant) -> Option<String> {
        let name = match contestant {
            Contestant::Switchboard | Contestant::SwitchboardOnPostgres => "switchboard",
            Contestant::Relay => "relay",
            Contestant::DurableRelay => "durable-relay",
        };
        if !self.options.only.is_empty() && !self.options.only.iter().any(|only| only == name) {
            return Some("--only".into());
        }
        if name == "switchboard" && !self.program.is_file() {
            return Some(format!("there is no {}", self.program.display()));
        }
        if contestant == Contestant::SwitchboardOnPostgres && self.options.postgres.is_none() {
            return Some("--postgres was not given".into());
        }
        None
    }

    fn start(&self, contestant: Contestant, members: usize) -> Fallible<Box<dyn Target>> {
        Ok(match contestant {
            Contestant::Switchboard => Box::new(Product::start(&self.program, None, members)?),
            Contestant::SwitchboardOnPostgres => {
                let url = self.options.postgres.as_deref().ok_or("--postgres was not given")?;
                Box::new(Product::start(&self.program, Some(Database::create(url)?), members)?)
            }
            Contestant::Relay => Box::new(Relay::start(false)?),
            Contestant::DurableRelay => Box::new(Relay::start(true)?),
        })
    }
}
