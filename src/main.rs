//! The program: arguments, logger, configuration, run.

use std::error::Error;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::prelude::*;
use switchboard::api::origin::OwnOrigins;
use switchboard::app;
use switchboard::config::Config;
use switchboard::domain::member::Role;
use switchboard::request_id;
use switchboard::setup::{self, NewUser};
use switchboard::sources::Sources;
use switchboard::store::{self, Store};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Gives back what is free, see `docs/adr/0019-allocator.md`. Not in the tests: valgrind, which counts allocations there,
/// knows the C library's only.
#[cfg(all(target_os = "linux", target_env = "gnu", not(feature = "testkit")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const HELP: &str = "\
Switchboard, a self-hosted live-chat routing engine

    switchboard [--config FILE]                       run the server
    switchboard user add --email E --name N --scope S --role agent|admin|owner
                                                      add a member, print a one-time link
    switchboard backup FILE                           copy a SQLite database, also while the server runs
    switchboard rebuild-reports                       count all reports again from the conversations
    switchboard rotate-secrets-key                    seal the secrets of channels anew; stop the server first
    switchboard --version | --help

Every key of the configuration with its default: config/default.toml";

/// What the arguments ask for.
enum Wanted {
    Help,
    Version,
    Serve,
    AddUser(NewUser),
    Backup(PathBuf),
    RebuildReports,
    RotateSecretsKey,
}

fn main() -> ExitCode {
    let (wanted, file) = match arguments() {
        Ok(read) => read,
        Err(error) => {
            eprintln!("switchboard: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    match run(wanted, file.as_deref()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("switchboard: {error}");
            ExitCode::FAILURE
        }
    }
}

fn arguments() -> Result<(Wanted, Option<PathBuf>), lexopt::Error> {
    let mut words: Vec<OsString> = Vec::new();
    let (mut file, mut options) = (None, Vec::new());
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok((Wanted::Help, None)),
            Short('V') | Long("version") => return Ok((Wanted::Version, None)),
            Short('c') | Long("config") => file = Some(parser.value()?.into()),
            Long(name @ ("email" | "name" | "scope" | "role")) => {
                let name = name.to_owned();
                options.push((name, parser.value()?.string()?));
            }
            Value(word) => words.push(word),
            other => return Err(other.unexpected()),
        }
    }
    let mut option = |name: &str| {
        let place = options.iter().position(|(given, _)| given == name);
        place.map(|place| options.swap_remove(place).1).ok_or_else(|| format!("--{name} is missing"))
    };
    let texts: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let wanted = match (texts.as_slice(), words.len()) {
        ([], 0) => Wanted::Serve,
        (["user", "add"], 2) => Wanted::AddUser(NewUser {
            email: option("email")?,
            name: option("name")?,
            scope: option("scope")?,
            role: Role::parse(&option("role")?).ok_or("--role is agent, admin or owner")?,
        }),
        (["rebuild-reports"], 1) => Wanted::RebuildReports,
        (["rotate-secrets-key"], 1) => Wanted::RotateSecretsKey,
        (["backup", ..], 2) => Wanted::Backup(PathBuf::from(&words[1])),
        _ => return Err("unknown command".into()),
    };
    match options.first() {
        Some((name, _)) => Err(format!("--{name} does not belong here").into()),
        None => Ok((wanted, file)),
    }
}

fn run(wanted: Wanted, file: Option<&Path>) -> Result<ExitCode, Box<dyn Error>> {
    match wanted {
        Wanted::Help => println!("{HELP}"),
        Wanted::Version => println!("switchboard {}", env!("CARGO_PKG_VERSION")),
        Wanted::Backup(to) => {
            let config = Config::load(file)?;
            store::backup(&config.database(), &to)?;
            println!("{}", to.display());
        }
        Wanted::AddUser(user) => {
            let config = Config::load(file)?;
            println!("{}", actix_web::rt::System::new().block_on(add_user(&config, user))?);
        }
        Wanted::RebuildReports => {
            let config = Config::load(file)?;
            actix_web::rt::System::new().block_on(rebuild_reports(&config))?;
        }
        Wanted::RotateSecretsKey => {
            let config = Config::load(file)?;
            let count = actix_web::rt::System::new().block_on(app::rotate_secrets_key(&config))?;
            println!("{count} secrets are sealed with the new key");
        }
        Wanted::Serve => {
            let config = Config::load(file)?;
            start_log(&config.log);
            return actix_web::rt::System::new().block_on(serve(config));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Logs what these filters let pass to standard error, a line an event, with the request it belongs to at its end.
fn start_log(filters: &str) {
    env_logger::Builder::new()
        .parse_filters(filters)
        // Below that it writes what goes over the wire, passwords too.
        .filter_module("async_imap", log::LevelFilter::Info)
        .format(|out, record| {
            let (level, style) = (record.level(), out.default_level_style(record.level()));
            let (time, words) = (out.timestamp_seconds(), on_one_line(&record.args().to_string()));
            write!(out, "[{time} {style}{level:<5}{style:#} {}] {words}", record.target())?;
            match request_id::current() {
                Some(id) => writeln!(out, " request={id}"),
                None => writeln!(out),
            }
        })
        .init();
}

/// A line stays one line, whatever others wrote that is quoted in it.
fn on_one_line(words: &str) -> String {
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    words.chars().map(shown).collect()
}

async fn add_user(config: &Config, user: NewUser) -> Result<String, Box<dyn Error>> {
    let store = Store::open(&app::store_options(config))?;
    let origins = OwnOrigins::new(config, config.listen);
    let link = setup::add_user(&store, &Sources::default(), config, origins.main(), user).await?;
    store.close().await?;
    Ok(link)
}

async fn rebuild_reports(config: &Config) -> Result<(), Box<dyn Error>> {
    let store = Store::open(&app::store_options(config))?;
    store.rebuild_episodes().await?;
    store.close().await?;
    Ok(())
}

async fn serve(config: Config) -> Result<ExitCode, Box<dyn Error>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let running = app::start(config, Sources::default()).await?;
    let base = running.edge.origins.main();
    println!("Switchboard listens on {base}");
    if let Some(link) = &running.setup_link {
        println!("Set the owner's name and password, once, within 24 hours: {link}");
        if running.edge.config.demo {
            println!("Chat as a customer of a made-up shop: {base}/demo/");
        }
    }
    asked_to_end(&mut terminate, &mut interrupt).await;
    log::info!("shutting down");
    tokio::select! {
        () = running.drain() => Ok(ExitCode::SUCCESS),
        () = asked_to_end(&mut terminate, &mut interrupt) => {
            log::warn!("asked a second time, ending at once");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn asked_to_end(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
