//! The rules of the house that no compiler knows, each with its reason, and each shown to find a fault.
//!
//! A rule reads the tree and answers what it found as `path:line: words`. To add one, add it to [`RULES`] with a
//! file that breaks it; the second test plants that file and expects the rule to see it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Every text file of the project by its path from the root, without what is fetched or built.
type Tree = BTreeMap<String, String>;

struct Rule {
    /// What holds, as a sentence.
    name: &'static str,
    /// Lists the faults.
    check: fn(&Tree) -> Vec<String>,
    /// Files that each break the rule: a path that is made or replaced, and its text.
    faults: &'static [(&'static str, &'static str)],
}

const RULES: &[Rule] = &[
    Rule {
        name: "a layer imports only the layers below it",
        check: layers,
        faults: &[
            ("src/domain/scope.rs", "use crate::store::Store;\n"),
            ("src/protocol/mod.rs", "fn f() { crate::actors::call() }\n"),
            ("src/store/mod.rs", "use super::api;\n"),
            ("src/actors/mod.rs", "use crate::{api, domain};\n"),
            ("src/newcomer.rs", "//! No row in the table.\n"),
        ],
    },
    Rule {
        name: "what only one place may know is known only there",
        check: single_homes,
        faults: &[
            ("src/api/mod.rs", "use diesel::prelude::*;\n"),
            ("src/api/edge.rs", "use actix_web_actors::ws;\n"),
            ("src/store/mod.rs", "use object_store::ObjectStore;\n"),
            ("src/bots/http.rs", "let client = reqwest::Client::new();\n"),
            ("src/bots/http.rs", "use reqwest::{Client, header};\n"),
            ("src/actors/mod.rs", "let now = SystemTime::now();\n"),
            ("src/domain/ids.rs", "let id = Uuid::now_v7();\n"),
            ("src/api/secret.rs", "let secret: u64 = rand::random();\n"),
            ("src/domain/event.rs", "log::info!(\"something happened\");\n"),
            ("src/actors/mod.rs", "println!(\"hello\");\n"),
            ("src/actors/mod.rs", "std::process::exit(1);\n"),
        ],
    },
    Rule {
        name: "every Rust file begins with what it is for",
        check: module_docs,
        faults: &[("src/domain/scope.rs", "use std::fmt;\n")],
    },
    Rule {
        name: "Rust files have snake_case names",
        check: file_names,
        faults: &[("src/domain/BigScope.rs", "//! A scope.\n"), ("tests/it/claim-race.rs", "//! Races.\n")],
    },
    Rule {
        name: "log lines begin in lower case, end without a full stop, and give values as key=value",
        check: log_lines,
        faults: &[
            ("src/api/edge.rs", "log::info!(\"Started\");\n"),
            ("src/api/edge.rs", "log::info!(\"started.\");\n"),
            ("src/api/edge.rs", "log::warn!(\n    \"scope {id} was not loaded\"\n);\n"),
        ],
    },
    Rule {
        name: "nothing is left for later",
        check: leftovers,
        faults: &[
            ("src/domain/scope.rs", "// TODO: finish\n"),
            ("web/shared/src/text.ts", "// FIXME\n"),
            ("src/domain/scope.rs", "fn f() { todo!() }\n"),
            ("src/domain/scope.rs", "fn f() { unimplemented!() }\n"),
            ("src/domain/scope.rs", "dbg!(now);\n"),
        ],
    },
    Rule {
        name: "no test is skipped, and none runs alone",
        check: skipped_tests,
        faults: &[
            ("tests/it/claim.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}\n"),
            ("web/shared/src/thread.test.ts", "test.skip(\"x\", () => {});\n"),
            ("web/e2e/story.spec.ts", "describe.only(\"x\", () => {});\n"),
        ],
    },
    Rule {
        name: "both databases have the same migrations, each with a way back",
        check: migrations,
        faults: &[
            ("migrations/sqlite/2030-01-01-000000_more/up.sql", "select 1;\n"),
            ("migrations/postgres/2030-01-01-000000_more/down.sql", "select 1;\n"),
        ],
    },
    Rule {
        name: "every key of the configuration is explained",
        check: configuration,
        faults: &[("config/default.toml", "# Explained.\nlisten = \"x\"\n\ndemo = true\n")],
    },
    Rule {
        name: "no file is longer than 600 lines",
        check: lengths,
        faults: &[("src/domain/scope.rs", LONG)],
    },
    Rule {
        name: "docs/PROTOCOL.md names every frame and every code",
        check: protocol_document,
        faults: &[
            ("web/shared/src/protocol.gen.ts", "export type A = { \"type\": \"unheard_of\" };\n"),
            ("web/shared/src/protocol.gen.ts", "export type ErrorCode = \"unheard_of\" | \"ended\";\n"),
            ("src/protocol/code.rs", "pub enum CloseCode {\n    Odd = 4999,\n}\n"),
        ],
    },
    Rule {
        name: "docs/GUARANTEES.md and docs/SECURITY.md name tests that exist",
        check: named_tests,
        faults: &[
            ("docs/GUARANTEES.md", "| it holds | `src/lib.rs` | `nobody_tests_this` |\n"),
            ("docs/SECURITY.md", "| 1.2.3 | it holds | yes | `src/lib.rs` | `nobody_tests_this` |\n"),
            ("docs/SECURITY.md", "| attack | defence | `no browser tests this` |\n"),
        ],
    },
    Rule {
        name: "every planted fault has its place, its promise and a test that finds it",
        check: planted_faults,
        faults: &[
            ("src/fault.rs", "pub enum Fault {\n    NowhereToBeFound,\n}\n"),
            (
                "docs/GUARANTEES.md",
                "| G1 | it holds | `src/lib.rs` | `HoleInLog`: `nobody_tests_this` | 0 | |\n",
            ),
        ],
    },
    Rule {
        name: "every point where the program can die is passed, and has its test",
        check: kill_points,
        faults: &[("src/kill.rs", "pub enum Point {\n    NowhereToBeFound,\n}\n")],
    },
    Rule {
        name: "documents name files that exist",
        check: pointers,
        faults: &[
            ("docs/ARCHITECTURE.md", "See `src/domain/nowhere.rs`.\n"),
            ("README.md", "[how](docs/NOWHERE.md)\n"),
        ],
    },
];

#[test]
fn the_tree_keeps_the_rules_of_the_house() {
    let tree = read_tree();
    assert!(tree.len() > 100, "the tree was not read: {} files", tree.len());
    let mut complaints = Vec::new();
    for rule in RULES {
        complaints.extend((rule.check)(&tree).into_iter().map(|fault| format!("{}: {fault}", rule.name)));
    }
    assert!(complaints.is_empty(), "{} faults\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_rule_sees_a_planted_fault() {
    // The rest of the code would only cost time.
    let tree: Tree = read_tree().into_iter().filter(|(path, _)| !is_code(path)).collect();
    for rule in RULES {
        let before: BTreeSet<String> = (rule.check)(&tree).into_iter().collect();
        for (path, text) in rule.faults {
            let mut planted = tree.clone();
            planted.insert((*path).into(), (*text).into());
            let found = (rule.check)(&planted).into_iter().any(|fault| !before.contains(&fault));
            assert!(found, "`{}` does not see this in {path}:\n{text}", rule.name);
        }
    }
}

/// Which modules of `src/` a module may import besides itself. `main.rs` and `lib.rs` may import all, and all may import
/// [`FOR_ALL`].
///
/// Deciding (`domain`) knows nobody, so that it can be tested as a table. Asking goes down this list, telling goes up:
/// a part that imported one above it could wait for its own caller.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("hex", &[]),
    ("sources", &["domain"]),
    // Named by the edge, read by whoever logs.
    ("request_id", &["sources"]),
    ("tally", &[]),
    ("config", &[]),
    ("outgoing", &[]),
    ("files", &["domain", "hex"]),
    ("protocol", &["domain"]),
    ("store", &["domain", "tally"]),
    ("bots", &["domain", "outgoing", "sources"]),
    // Signatures of Standard Webhooks are pure, and shared with bots.
    ("channels", &["domain", "hex", "outgoing"]),
    ("vault", &["sources"]),
    ("push", &["domain", "outgoing", "sources", "store"]),
    ("actors", &["bots", "domain", "protocol", "push", "request_id", "sources", "store", "tally"]),
    (
        "delivery",
        &[
            "actors", "channels", "domain", "files", "hex", "outgoing", "protocol", "sources", "store",
            "vault",
        ],
    ),
    (
        "api",
        &[
            "actors",
            "bots",
            "channels",
            "config",
            "delivery",
            "domain",
            "files",
            "hex",
            "outgoing",
            "protocol",
            "push",
            "request_id",
            "sources",
            "store",
            "tally",
            "vault",
        ],
    ),
    // What an empty database gets. It speaks through the edge's own helpers, so it stands above it.
    ("demo", &["api", "bots", "domain", "setup", "sources", "store"]),
    ("setup", &["api", "config", "demo", "domain", "sources", "store"]),
    (
        "app",
        &[
            "actors", "api", "bots", "config", "delivery", "demo", "domain", "files", "outgoing", "protocol",
            "push", "setup", "sources", "store", "vault",
        ],
    ),
];

/// Faults, and points where the program can die, stand where promises are kept. In a normal build there is nothing in them.
const FOR_ALL: [&str; 2] = ["fault", "kill"];

fn layers(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in below(tree, "src/", ".rs") {
        let module = path["src/".len()..].split(['/', '.']).next().unwrap_or_default();
        if matches!(module, "main" | "lib") || FOR_ALL.contains(&module) {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) else {
            faults.push(format!("{path}: `{module}` has no row in LAYERS of tests/tidy.rs"));
            continue;
        };
        let at_the_root = [format!("src/{module}.rs"), format!("src/{module}/mod.rs")].contains(path);
        for (number, line) in product_code(text) {
            if line.contains("crate::{") || at_the_root && line.contains("use super::") {
                faults.push(format!("{path}:{number}: name the layer: `use crate::layer::…`"));
            }
            for (at, _) in line.match_indices("crate::") {
                let name: String = word(&line[at + "crate::".len()..]);
                let known = LAYERS.iter().any(|(layer, _)| *layer == name);
                if known && name != module && !allowed.contains(&name.as_str()) {
                    faults.push(format!("{path}:{number}: `{module}` may not import `{name}`"));
                }
            }
        }
    }
    faults
}

/// Words that may stand in the product's code only in certain places (whose paths begin so), and why.
const HOMES: &[(&[&str], &[&str], &str)] = &[
    (&["diesel"], &["src/store/"], "the database can be exchanged in one folder"),
    (&["object_store"], &["src/files/"], "where bytes are kept can be exchanged in one folder"),
    (
        &["actix_web_actors"],
        &["src/api/socket.rs"],
        "upstream has deprecated the crate: one file to exchange",
    ),
    (
        &["actix_web::", "actix_web;"],
        &["src/api/", "src/app.rs", "src/main.rs"],
        "HTTP ends at the edge, so that everything below can be driven without it",
    ),
    (&["actix::"], &["src/actors/", "src/api/", "src/app.rs"], "deciding and storing know no actors"),
    (
        &["reqwest::Client", "reqwest::get", "reqwest::blocking", "reqwest::{", "use reqwest;"],
        &["src/outgoing/"],
        "whatever calls an address that a member typed passes the guard against inner networks",
    ),
    (
        &[
            "SystemTime::now",
            "Timestamp::now",
            "Zoned::now",
            "Utc::now",
            "now_v7",
            "new_v4",
            "rand::",
            "OsRng",
        ],
        &["src/sources.rs"],
        "tests set the clock and the dice",
    ),
    (&["log::"], &["src/!domain"], "deciding is pure: it answers, it does not tell"),
    (&["println!"], &["src/main.rs"], "a server logs; only the program itself speaks to its terminal"),
    (
        &["process::exit"],
        &["src/store/journal.rs"],
        "ending early skips what is in hand; only a journal that cannot go on is worse",
    ),
];

fn single_homes(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in below(tree, "src/", ".rs") {
        for (words, homes, why) in HOMES {
            let at_home = homes.iter().any(|home| match home.split_once('!') {
                Some((folder, except)) => !path.starts_with(&format!("{folder}{except}")),
                None => path.starts_with(home),
            });
            if at_home {
                continue;
            }
            for (number, line) in product_code(text) {
                for word in words.iter().filter(|word| holds_word(line, word)) {
                    faults.push(format!("{path}:{number}: `{word}` belongs to {}: {why}", homes.join(", ")));
                }
            }
        }
    }
    faults
}

/// A reader who opens a file by chance learns from its first line whether it is the right one.
fn module_docs(tree: &Tree) -> Vec<String> {
    rust(tree).filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| format!("{path}:1")).collect()
}

/// A file is named as its module, and a search for one finds the other.
fn file_names(tree: &Tree) -> Vec<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_/.".contains(c);
    rust(tree).filter(|(path, _)| !path.chars().all(plain)).map(|(path, _)| path.clone()).collect()
}

/// Logs are searched by machines: `scope=s_…` can be found, a sentence around an id cannot.
fn log_lines(tree: &Tree) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in below(tree, "src/", ".rs") {
        for level in ["error!(", "warn!(", "info!(", "debug!(", "trace!("] {
            for (at, _) in text.match_indices(&format!("log::{level}")) {
                let number = text[..at].lines().count() + 1;
                let Some(said) = text[at..].split_once('"').map(|(_, rest)| literal(rest)) else { continue };
                let loose = said.match_indices('{').any(|(at, _)| {
                    let constant = said[at + 1..].starts_with(|c: char| c.is_ascii_uppercase());
                    !constant && !said[..at].ends_with('=') && !said[..at].ends_with("=\\\"")
                });
                if said.starts_with(char::is_uppercase) || said.ends_with('.') || loose {
                    faults.push(format!("{path}:{number}: \"{said}\""));
                }
            }
        }
    }
    faults
}

/// What is not built is an issue, not a comment; what served one search for a fault has done its work.
fn leftovers(tree: &Tree) -> Vec<String> {
    let words = ["TODO", "FIXME", "todo!", "unimplemented!", "dbg!", "console.log", "debugger;"];
    let mut faults = find(tree.iter().filter(|(path, _)| is_code(path)), &words);
    // Scripts that run in a terminal may print.
    faults.retain(|fault| {
        !(fault.contains("console.log") && (fault.contains(".mjs:") || fault.contains("/e2e/")))
    });
    faults
}

/// A test that does not run protects nothing, and nobody sees that it is missing.
fn skipped_tests(tree: &Tree) -> Vec<String> {
    let mut faults = find(rust(tree), &["#[ignore"]);
    let scripts = tree.iter().filter(|(path, _)| path.starts_with("web/") && is_code(path));
    faults.extend(find(scripts, &[".skip(", ".skipIf(", ".only(", ".todo(", ".fixme(", "xit("]));
    faults
}

/// Whoever starts on one database and moves to the other must find the same steps.
fn migrations(tree: &Tree) -> Vec<String> {
    let names = |database: &str| -> BTreeSet<String> {
        let folder = format!("migrations/{database}/");
        below(tree, &folder, ".sql").map(|(path, _)| path[folder.len()..].to_owned()).collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    let mut faults: Vec<String> = sqlite
        .symmetric_difference(&postgres)
        .map(|name| format!("{name} is there for one database only"))
        .collect();
    for name in sqlite.union(&postgres) {
        let (stamp, file) = name.rsplit_once('/').unwrap_or((name, ""));
        let other = if file == "up.sql" { "down.sql" } else { "up.sql" };
        if !sqlite.contains(&format!("{stamp}/{other}")) && !postgres.contains(&format!("{stamp}/{other}")) {
            faults.push(format!("{stamp} has no {other}"));
        }
    }
    faults
}

/// `config/default.toml` is the documentation: a paragraph of keys begins with words about them.
fn configuration(tree: &Tree) -> Vec<String> {
    let text = tree.get("config/default.toml").map_or("", String::as_str);
    let mut faults = Vec::new();
    let mut explained = false;
    for (number, line) in text.lines().enumerate() {
        if line.is_empty() || line.starts_with('[') {
            explained = false;
        } else if line.starts_with('#') {
            explained = true;
        } else if line.contains(" = ") && !explained {
            faults.push(format!("config/default.toml:{}: {line}", number + 1));
        }
    }
    faults
}

/// Files, or folders of files, that may be longer, and why.
const LONG_FILES: &[(&str, &str)] = &[
    ("tests/it/model/reference.rs", "the whole state table once more, to be read beside docs/GUARANTEES.md"),
    ("web/shared/src/languages/", "every word of the dashboard in one language"),
    ("web/widget/src/panel.css", "the one style sheet of the shadow root, in the order of the panel"),
];

/// A file that holds one thing is rarely this long.
fn lengths(tree: &Tree) -> Vec<String> {
    let allowed = |path: &str| LONG_FILES.iter().any(|(long, _)| path.starts_with(long));
    tree.iter()
        .filter(|(path, _)| is_code(path) && !path.ends_with(".gen.ts") && !allowed(path))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > 600)
        .map(|(path, lines)| format!("{path}: {lines} lines"))
        .collect()
}

/// Integrators read the document, not the types.
fn protocol_document(tree: &Tree) -> Vec<String> {
    let text = |path: &str| tree.get(path).map_or("", String::as_str);
    let (document, types) = (text("docs/PROTOCOL.md"), text("web/shared/src/protocol.gen.ts"));
    let mut names: BTreeSet<String> =
        types.match_indices("\"type\": \"").map(|(at, tag)| word(&types[at + tag.len()..])).collect();
    let codes = types.lines().find(|line| line.starts_with("export type ErrorCode")).unwrap_or_default();
    names.extend(codes.split('"').skip(1).step_by(2).map(str::to_owned));
    let mut faults: Vec<String> =
        names.iter().filter(|name| !document.contains(&format!("`{name}`"))).cloned().collect();
    let close_codes = text("src/protocol/code.rs").split_once("enum CloseCode").map_or("", |(_, rest)| rest);
    let numbers = close_codes.lines().filter_map(|line| line.trim().strip_suffix(',')?.rsplit_once(" = "));
    faults.extend(
        numbers
            .map(|(_, number)| number.to_owned())
            .filter(|number| number.parse::<u16>().is_ok() && !document.contains(number.as_str())),
    );
    faults
}

/// A promise whose test was renamed or removed looks kept and is not. The last column of each row of promises and threats names
/// Rust tests, or titles of tests in JavaScript.
fn named_tests(tree: &Tree) -> Vec<String> {
    let exists = |name: &str| {
        let (function, title) = (format!("fn {name}("), format!("\"{name}\""));
        tree.iter().any(|(path, text)| is_code(path) && (text.contains(&function) || text.contains(&title)))
    };
    let mut faults = Vec::new();
    // Where the rows of the first one end, others begin.
    for (document, end) in [("docs/GUARANTEES.md", "## 2."), ("docs/SECURITY.md", "\0")] {
        let text = tree.get(document).map_or("", String::as_str);
        let rows = text.lines().take_while(|line| !line.starts_with(end)).enumerate();
        for (number, row) in rows.filter(|(_, line)| line.starts_with("| ")) {
            let tests = row.strip_suffix('|').unwrap_or(row).rsplit('|').next().unwrap_or_default();
            for name in tests.split('`').skip(1).step_by(2).filter(|name| !exists(name)) {
                faults.push(format!("{document}:{}: {name}", number + 1));
            }
        }
    }
    faults
}

/// A fault that nobody planted, wrote down or looks for shows nothing. The fourth column of a promise names the fault, and
/// then the tests that find it.
fn planted_faults(tree: &Tree) -> Vec<String> {
    let text = |path: &str| tree.get(path).map_or("", String::as_str);
    let list = text("src/fault.rs").split_once("pub enum Fault {").map_or("", |(_, rest)| rest);
    let list = list.split('}').next().unwrap_or_default();
    let names = list.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
    let rows = text("docs/GUARANTEES.md").lines().filter(|line| line.starts_with("| G"));
    let plants: Vec<Vec<&str>> = rows
        .filter_map(|row| row.split(" | ").nth(3))
        .map(|cell| cell.split('`').skip(1).step_by(2).collect())
        .collect();
    let mut faults = Vec::new();
    for name in names.map(|line| line.trim_end_matches(',')) {
        let place = format!("Fault::{name})");
        let mut code = below(tree, "src/", ".rs").flat_map(|(_, text)| product_code(text));
        if !code.any(|(_, line)| line.contains(&place)) {
            faults.push(format!("{name} is planted nowhere"));
        }
        if plants.iter().filter(|plant| plant.first() == Some(&name)).count() != 1 {
            faults.push(format!("{name} stands at no promise of docs/GUARANTEES.md, or at several"));
        }
    }
    for plant in plants {
        let is_test = |name: &str| {
            below(tree, "tests/it/", ".rs").any(|(_, text)| text.contains(&format!("fn {name}(")))
        };
        let [fault, finders @ ..] = &plant[..] else { continue };
        if finders.is_empty() || !finders.iter().all(|name| is_test(name)) {
            faults.push(format!(
                "docs/GUARANTEES.md: {fault} has no test, or one that is not there: {finders:?}"
            ));
        }
    }
    faults
}

/// A point that nothing passes, or at which nobody kills the program, shows nothing.
fn kill_points(tree: &Tree) -> Vec<String> {
    let text = |path: &str| tree.get(path).map_or("", String::as_str);
    let list = text("src/kill.rs").split_once("pub enum Point {").map_or("", |(_, rest)| rest);
    let list = list.split('}').next().unwrap_or_default();
    let names = list.lines().map(str::trim).filter(|line| line.starts_with(char::is_uppercase));
    let tests = text("tests/it/kill_points.rs");
    let mut faults = Vec::new();
    for name in names.map(|line| line.trim_end_matches(',')) {
        let place = format!("kill::point(Point::{name})");
        let mut code = below(tree, "src/", ".rs").flat_map(|(_, text)| product_code(text));
        if !code.any(|(_, line)| line.contains(&place)) {
            faults.push(format!("{name} is passed nowhere"));
        }
        if !tests.contains(&format!("({name}, ")) && !tests.contains(&format!("Point::{name})")) {
            faults.push(format!("{name} has no test in tests/it/kill_points.rs"));
        }
    }
    faults
}

/// A pointer to a file that moved costs every reader a search.
fn pointers(tree: &Tree) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tops =
        ["src/", "tests/", "docs/", "web/", "config/", "migrations/", "benches/", "examples/", ".github/"];
    let mut faults = Vec::new();
    for (path, text) in below(tree, "", ".md") {
        let folder = root.join(path).parent().map_or(root.to_owned(), Path::to_owned);
        for (number, line) in text.lines().enumerate() {
            for name in line.split('`').skip(1).step_by(2) {
                let meant =
                    tops.iter().any(|top| name.starts_with(top)) && !name.contains(['*', '{', '<', '…', ' ']);
                if meant && !root.join(name).exists() && !folder.join(name).exists() {
                    faults.push(format!("{path}:{}: {name}", number + 1));
                }
            }
            for (at, open) in line.match_indices("](") {
                let target = line[at + open.len()..].split([')', '#']).next().unwrap_or_default();
                let here = !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:");
                if here && !folder.join(target).exists() {
                    faults.push(format!("{path}:{}: {target}", number + 1));
                }
            }
        }
    }
    faults
}

fn read_tree() -> Tree {
    let mut tree = Tree::new();
    read_folder(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut tree);
    // This file holds what it forbids, as examples.
    tree.remove("tests/tidy.rs");
    tree
}

fn read_folder(folder: &Path, prefix: &str, tree: &mut Tree) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let entry = entry.expect("the folder can be read");
        let name = entry.file_name().into_string().expect("names are UTF-8");
        let path = format!("{prefix}{name}");
        if entry.file_type().expect("files have a type").is_dir() {
            let foreign =
                name.starts_with('.') || ["target", "data", "node_modules", "dist"].contains(&name.as_str());
            if !foreign {
                read_folder(&entry.path(), &format!("{path}/"), tree);
            }
        } else if is_code(&path) || [".toml", ".sql", ".md"].iter().any(|end| path.ends_with(end)) {
            tree.insert(path, fs::read_to_string(entry.path()).expect("text is UTF-8"));
        }
    }
}

fn is_code(path: &str) -> bool {
    [".rs", ".ts", ".tsx", ".mjs", ".css", ".sh"].iter().any(|end| path.ends_with(end))
}

fn rust(tree: &Tree) -> impl Iterator<Item = (&String, &String)> {
    below(tree, "", ".rs")
}

fn below<'a>(tree: &'a Tree, folder: &str, end: &str) -> impl Iterator<Item = (&'a String, &'a String)> {
    tree.iter().filter(move |(path, _)| path.starts_with(folder) && path.ends_with(end))
}

/// Numbered lines without comments and without the unit tests, which close a file.
fn product_code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tests = text.find("\n#[cfg(test)]\nmod tests").unwrap_or(text.len());
    let lines = text[..tests].lines().enumerate().map(|(index, line)| (index + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// Every line that holds one of the words.
fn find<'a>(files: impl Iterator<Item = (&'a String, &'a String)>, words: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, text) in files {
        for (index, line) in text.lines().enumerate() {
            for word in words.iter().filter(|word| holds_word(line, word)) {
                faults.push(format!("{path}:{}: {word}", index + 1));
            }
        }
    }
    faults
}

/// Is it there, and not as the end of a longer name?
fn holds_word(line: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    let open = !word.starts_with(part_of_name);
    line.match_indices(word).any(|(at, _)| open || !line[..at].ends_with(part_of_name))
}

/// The name at the beginning.
fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// A string literal from after its opening quote.
fn literal(rest: &str) -> &str {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return &rest[..at],
            _ => escaped = false,
        }
    }
    rest
}

/// 601 lines.
const LONG: &str = {
    const LINES: [u8; 601] = [b'\n'; 601];
    match std::str::from_utf8(&LINES) {
        Ok(text) => text,
        Err(_) => "",
    }
};
