//! Gives a target its inputs, and keeps the one that breaks it.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use crate::bend::Bender;
use crate::corpus;

/// Inputs of a target, when nobody says otherwise.
const INPUTS: u64 = 100_000;
/// Makes the same inputs everywhere, so that nobody's change fails by another's luck.
const SEED: u64 = 20_260_101;
/// Tries to make an input shorter.
const CUTS: usize = 2_000;

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Runs a target on its corpus and on inputs made of it.
pub fn target(name: &str, parse: fn(&[u8])) {
    let inputs = from_environment("SWITCHBOARD_FUZZ_INPUTS").unwrap_or(INPUTS) / share(name);
    let seed = from_environment("SWITCHBOARD_FUZZ_SEED").unwrap_or(SEED);
    tell(&format!("fuzz: {name} begins, SWITCHBOARD_FUZZ_SEED={seed}\n"));
    let begun = Instant::now();
    let seen = corpus::of(name);
    assert!(!seen.is_empty(), "fuzz/corpus/{name} is empty");
    for (path, bytes) in &seen {
        assert!(holds(parse, bytes), "{path} breaks {name}");
    }
    let mut bender = Bender::new(seed, seen.iter().map(|(_, bytes)| bytes.clone()).collect());
    for _ in 0..inputs {
        let bytes = bender.next();
        if !holds(parse, &bytes) {
            let path = corpus::keep(name, &shorter(parse, bytes));
            panic!("an input breaks {name}, SWITCHBOARD_FUZZ_SEED={seed}: {path}");
        }
    }
    let known = seen.len();
    tell(&format!("fuzz: {name}: {known} known and {inputs} new inputs in {:.1?}\n", begun.elapsed()));
}

/// Those that speak to a socket take a hundred times as long as the others, and get a smaller share of the inputs.
fn share(name: &str) -> u64 {
    if matches!(name, "imap" | "smtp") { 50 } else { 1 }
}

fn holds(parse: fn(&[u8]), bytes: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| parse(bytes))).is_ok()
}

/// Leaves out what can be left out.
fn shorter(parse: fn(&[u8]), mut bytes: Vec<u8>) -> Vec<u8> {
    let mut tries = 0;
    let mut length = bytes.len() / 2;
    while length > 0 && tries < CUTS {
        let mut at = 0;
        while at + length <= bytes.len() && tries < CUTS {
            let less = [&bytes[..at], &bytes[at + length..]].concat();
            tries += 1;
            if holds(parse, &less) {
                at += length;
            } else {
                bytes = less;
            }
        }
        length /= 2;
    }
    bytes
}

/// Past the test runner, which would keep the words of a test that ends the whole process.
fn tell(line: &str) {
    let _ = std::io::stderr().write_all(line.as_bytes());
}
