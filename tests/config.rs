//! What can be configured, by file and environment, and the command line. A binary of its own: it runs the program, so that
//! environment variables stay in a process of their own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output};

use switchboard::config::Config;

const PROGRAM: &str = env!("CARGO_BIN_EXE_switchboard");

/// Runs the program with these variables and a configuration file; it is expected to end by itself.
fn run(variables: &[(&str, &str)], file: &str) -> Output {
    let mut config = tempfile::NamedTempFile::new().unwrap();
    config.write_all(file.as_bytes()).unwrap();
    let mut command = Command::new(PROGRAM);
    command.arg("--config").arg(config.path());
    command.args(["backup", "/nowhere/at/all"]);
    command.env_remove("SWITCHBOARD_DATABASE_URL").envs(variables.iter().copied());
    command.output().unwrap()
}

fn refused(variables: &[(&str, &str)], file: &str) -> String {
    let output = run(variables, file);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_documented_defaults_are_sound() {
    let config = Config::defaults().unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.database(), "sqlite://./data/switchboard.db");
    assert!(config.demo && config.limits.enabled);
}

#[test]
fn the_production_example_is_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/production.example.toml");
    let config = Config::load(Some(&path)).unwrap();
    assert_eq!(config.public().unwrap().scheme(), "https");
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "database_url = \"postgres://somewhere/x\"";
    assert!(refused(&[], file).contains("pg_dump"), "the file is read");
    let sqlite = [("SWITCHBOARD_DATABASE_URL", "sqlite:///nowhere/at/all/x.db")];
    assert!(!refused(&sqlite, file).contains("pg_dump"), "the variable wins");
    let nested = [("SWITCHBOARD_LIMITS__LOGIN_PER_ACCOUNT", "0")];
    assert!(refused(&nested, "").contains("limits.login_per_account"));
    let list = [("SWITCHBOARD_TRUSTED_PROXIES", "10.0.0.0/8,nonsense")];
    assert!(refused(&list, "").contains("trusted_proxies"));
}

#[test]
fn what_is_wrong_is_named() {
    for (file, named) in [
        ("listn = \"127.0.0.1:1\"", "listn"),
        ("[limits]\nvisitor_rat = 1", "visitor_rat"),
        ("listen = \"nowhere\"", "listen"),
        ("[limits]\nconnections = \"many\"", "limits.connections"),
        ("[limits]\nsocket_fragments = 0", "limits.socket_fragments"),
        ("[timers]\nping_ms = 60000", "timers.silence_ms"),
        ("[login]\nidle_ms = 700000000", "login.idle_ms"),
        ("database_url = \"mysql://x\"", "database_url"),
        ("public_url = \"chat.example\"", "public_url"),
        ("public_url = \"https://chat.example/path\"", "public_url"),
        ("trusted_proxies = [\"proxy\"]", "trusted_proxies"),
    ] {
        let message = refused(&[], file);
        assert!(message.contains(named), "{file:?}: {message}");
    }
    let unknown = refused(&[("SWITCHBOARD_LIMITS__NOTHING", "1")], "");
    assert!(unknown.contains("nothing"), "{unknown}");
}

#[test]
fn a_password_in_the_address_is_never_printed() {
    let mut config = Config::defaults().unwrap();
    config.database_url.0 = "postgres://user:hunter2@host/x".into();
    assert!(!format!("{config:?}").contains("hunter2"));
    let output = run(&[("SWITCHBOARD_DATABASE_URL", "postgres://user:hunter2@127.0.0.1:1/x")], "");
    assert!(!format!("{output:?}").contains("hunter2"), "{output:?}");
}

#[test]
fn the_command_line_explains_itself() {
    let output = |arguments: &[&str]| Command::new(PROGRAM).args(arguments).output().unwrap();
    assert!(String::from_utf8(output(&["--help"]).stdout).unwrap().contains("switchboard user add"));
    assert!(output(&["--version"]).stdout.starts_with(b"switchboard 0."));
    for wrong in [&["serve"][..], &["user", "add"], &["--unknown"], &["backup"], &["--email", "x@y"]] {
        assert_eq!(output(wrong).status.code(), Some(2), "{wrong:?}");
    }
}
