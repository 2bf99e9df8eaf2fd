//! The program: arguments, logger, configuration, run.

fn main() {}
