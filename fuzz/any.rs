//! One program for all targets, as building it takes much longer than starting it: `SWITCHBOARD_FUZZ_TARGET` names the target
//! that libFuzzer feeds. Without a name that is known, it tells all of them and ends.

#![no_main]

#[path = "../tests/fuzz/targets/mod.rs"]
mod targets;

use std::panic;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;

macro_rules! table {
    ($($name:ident: $module:ident;)*) => {
        const ALL: &[(&str, fn(&[u8]))] = &[$((stringify!($name), targets::$module::$name)),*];
    };
}

targets::each!(table);

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("SWITCHBOARD_FUZZ_TARGET").unwrap_or_default();
    ALL.iter().find(|(name, _)| *name == wanted).map(|(_, target)| *target).unwrap_or_else(|| {
        ALL.iter().for_each(|(name, _)| println!("{name}"));
        std::process::exit(64);
    })
});

// A panic that a parser catches itself is none; libFuzzer's own hook would end the process at once.
fuzz_target!(|data: &[u8]| {
    let target = *TARGET;
    panic::set_hook(Box::new(|_| ()));
    if panic::catch_unwind(|| target(data)).is_err() {
        let _ = panic::take_hook();
        let _ = panic::catch_unwind(|| target(data));
        std::process::abort();
    }
});
