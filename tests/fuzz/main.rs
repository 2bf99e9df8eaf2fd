//! Whatever comes from outside: every parser gets what was seen in real life, what once broke it, and 100,000 inputs made
//! of these by bending them. No input may end a parser, and what each target says of its parser must hold.
//!
//! `SWITCHBOARD_FUZZ_INPUTS` sets the number of inputs of each target, `SWITCHBOARD_FUZZ_SEED` another row of them. An input
//! that breaks something is made shorter and kept in `fuzz/corpus/`, to be mended and committed. `fuzz/run.sh` gives the
//! same targets to libFuzzer, which looks for paths that no input has taken yet.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::pedantic, clippy::type_complexity, reason = "taste, which tests may do without")]

mod bend;
mod corpus;
mod run;
mod targets;

macro_rules! tests {
    ($($name:ident: $module:ident;)*) => {$(
        #[test]
        fn $name() {
            run::target(stringify!($name), targets::$module::$name);
        }
    )*};
}

targets::each!(tests);
