//! What the command line asks for.

use std::net::SocketAddr;
use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt};

use crate::Fallible;

/// Shown by `--help`.
pub const HELP: &str = "\
Measures Switchboard against two relays on this machine.

  load [options]
    --scenario NAME     only this one; may be given several times
    --list              names the scenarios
    --quick             short runs: does everything work?
    --repeat N          plays each N times and takes medians (default 1; 3 for figures to quote)
    --server PATH       the switchboard program (default: beside this program's folder)
    --only NAME         only this contestant: switchboard, relay, durable-relay; may be given several times
    --postgres URL      for the PostgreSQL scenario; each play makes a database of its own there and drops it
    --json PATH         where the figures go (default: load.json)

  load relay ADDRESS                      runs the bare relay
  load durable-relay ADDRESS DATABASE     runs the durable relay";

/// What to do.
pub enum Task {
    /// Show [`HELP`].
    Help,
    /// Name the scenarios.
    List,
    /// Be a relay; with a database the durable one.
    Relay(SocketAddr, Option<PathBuf>),
    /// Measure.
    Measure(Options),
}

/// What to measure and how.
#[derive(Default)]
pub struct Options {
    /// Empty = all.
    pub scenarios: Vec<String>,
    /// Short runs.
    pub quick: bool,
    /// Plays of each.
    pub repeat: usize,
    /// The product.
    pub server: Option<PathBuf>,
    /// Empty = all.
    pub only: Vec<String>,
    /// URL of a database server.
    pub postgres: Option<String>,
    /// Where the figures go.
    pub json: PathBuf,
}

/// Reads the command line.
///
/// # Errors
/// An option that does not exist, or lacks its value.
pub fn read() -> Fallible<Task> {
    let mut options = Options { repeat: 1, json: "load.json".into(), ..Options::default() };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Value(mode) if mode == "relay" => return Ok(Task::Relay(parser.value()?.parse()?, None)),
            Value(mode) if mode == "durable-relay" => {
                return Ok(Task::Relay(parser.value()?.parse()?, Some(parser.value()?.into())));
            }
            Long("scenario") => options.scenarios.push(parser.value()?.string()?),
            Long("list") => return Ok(Task::List),
            Long("quick") => options.quick = true,
            Long("repeat") => options.repeat = parser.value()?.parse()?,
            Long("server") => options.server = Some(parser.value()?.into()),
            Long("only") => options.only.push(parser.value()?.string()?),
            Long("postgres") => options.postgres = Some(parser.value()?.string()?),
            Long("json") => options.json = parser.value()?.into(),
            Long("help") | Short('h') => return Ok(Task::Help),
            // `cargo bench` and `cargo test --examples` add it.
            Long("bench") => {}
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Task::Measure(options))
}
