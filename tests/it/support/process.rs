//! The real program as a process of its own, to be stopped, killed and started again on the same data.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::app::{PASSWORD, Person, stranger, token_of};

/// A server that has begun to listen takes no longer, unless it is broken; one that is counted is fifty times slower.
const PATIENCE: Duration = Duration::from_secs(120);

/// How a server is started.
#[derive(Clone)]
pub struct Launch {
    settings: Vec<(String, String)>,
    /// The program, behind what it runs under.
    words: Vec<String>,
    log: Option<PathBuf>,
}

/// A running server; killed when it goes out of scope, also by a panic.
pub struct Process {
    child: Child,
    /// `http://127.0.0.1:port`; another port after each start.
    pub base: String,
    lines: UnboundedReceiver<String>,
    /// From the start of the program to its word that it listens.
    pub started_within: Duration,
}

/// What a process holds.
#[derive(Debug, Clone, Copy)]
pub struct Holds {
    /// Files, sockets and whatever else is open.
    pub handles: usize,
    /// Memory in use.
    pub resident_kb: u64,
}

/// What a program that ends by itself said.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub out: String,
    pub errors: String,
}

/// Path of the program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");

impl Launch {
    /// On this database, without the demo and without limits on rates.
    pub fn on(database_url: &str) -> Self {
        let settings = [
            ("LISTEN", "127.0.0.1:0"),
            ("DATABASE_URL", database_url),
            ("DATA_DIR", env!("CARGO_TARGET_TMPDIR")),
            ("DEMO", "false"),
            ("WORKERS", "1"),
            ("LOG", "error"),
            ("LIMITS__ENABLED", "false"),
            // Many servers share the folder; each would want to make the file of the key.
            ("SECRETS_KEY", "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8="),
        ];
        Self { settings: Vec::new(), words: vec![PROGRAM.to_owned()], log: None }.with(&settings)
    }

    /// Of another build of the program, if one is named.
    pub fn of(mut self, program: Option<&str>) -> Self {
        self.words = vec![program.unwrap_or(PROGRAM).to_owned()];
        self
    }

    /// Run by another program with these arguments.
    pub fn under(mut self, words: &[&str]) -> Self {
        self.words.splice(..0, words.iter().map(|&word| word.to_owned()));
        self
    }

    /// With these keys of the configuration too.
    pub fn with(mut self, settings: &[(&str, &str)]) -> Self {
        let named = settings.iter().map(|(key, value)| (format!("SWITCHBOARD_{key}"), (*value).to_owned()));
        self.settings.extend(named);
        self
    }

    /// With these variables of the environment too, whose names are not ours.
    pub fn with_variables(mut self, variables: &[(&str, &str)]) -> Self {
        let named = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        self.settings.extend(named);
        self
    }

    /// What it logs goes into this file.
    pub fn logging_to(mut self, file: &Path) -> Self {
        self.log = Some(file.to_owned());
        self
    }

    /// The program with this configuration.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]);
        // The tests' own variables are none of its business.
        let ours = std::env::vars_os().map(|(name, _)| name);
        for name in ours.filter(|name| name.as_encoded_bytes().starts_with(b"SWITCHBOARD_")) {
            command.env_remove(name);
        }
        command.args(arguments).envs(self.settings.iter().map(|(key, value)| (key, value)));
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command
    }

    /// Starts the server and waits until it listens.
    pub async fn start(&self) -> Process {
        let begun = Instant::now();
        let mut command = self.command(&[]);
        if let Some(log) = &self.log {
            command.stderr(File::create(log).unwrap());
        }
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        // Read in a thread, so that a server that says nothing ends the test and not the wait.
        let (said, lines) = unbounded_channel();
        std::thread::spawn(move || {
            out.lines().map_while(Result::ok).for_each(|line| drop(said.send(line)));
        });
        let mut process = Process { child, base: String::new(), lines, started_within: Duration::ZERO };
        process.base = process.line().await.split_once("listens on ").unwrap().1.to_owned();
        process.started_within = begun.elapsed();
        process
    }

    /// Runs the program with these arguments and kills it after this long, as when the power goes. True when it had come to
    /// its end by then.
    pub async fn run_and_kill(&self, arguments: &[&str], after: Duration) -> bool {
        let mut child = self.command(arguments).stderr(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(after).await;
        let ended = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        ended
    }

    /// Runs the program with these arguments and kills it as soon as this is true. True when it was.
    pub async fn run_and_kill_when(&self, arguments: &[&str], now: impl Fn() -> bool) -> bool {
        let mut child = self.command(arguments).stderr(Stdio::null()).spawn().unwrap();
        let mut is_time = now();
        while !is_time && child.try_wait().unwrap().is_none() {
            tokio::task::yield_now().await;
            is_time = now();
        }
        let runs = child.try_wait().unwrap().is_none();
        child.kill().unwrap();
        child.wait().unwrap();
        is_time && runs
    }

    /// Runs the program with these arguments to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        let output = self.command(arguments).stderr(Stdio::piped()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ended { status: output.status, out: text(&output.stdout), errors: text(&output.stderr) }
    }
}

impl Process {
    /// The next line it prints.
    pub async fn line(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.lines.recv()).await;
        line.expect("the server should have said something").expect("the server ended")
    }

    /// The token of the set-up link of a server that has just been started for the first time.
    pub async fn setup_token(&mut self) -> String {
        token_of(&self.line().await)
    }

    /// The owner of such a server.
    pub async fn owner(&mut self) -> Person {
        let token = self.setup_token().await;
        let body =
            json!({"token": token, "name": "Olga Owner", "email": "olga@shop.example", "password": PASSWORD});
        stranger(&self.base).accept(body).await
    }

    /// What it holds of the operating system, now.
    pub fn holds(&self) -> Holds {
        let proc = format!("/proc/{}", self.child.id());
        let status = std::fs::read_to_string(format!("{proc}/status")).unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"));
        Holds {
            handles: std::fs::read_dir(format!("{proc}/fd")).unwrap().count(),
            resident_kb: resident.unwrap().trim().parse().unwrap(),
        }
    }

    /// SIGKILL, as when the power goes; answers once the process is gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// Waits until the process has ended by itself; none when it has not after this long.
    pub async fn ended(&mut self, limit: Duration) -> Option<ExitStatus> {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return Some(status);
            }
            if begun.elapsed() >= limit {
                return None;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
