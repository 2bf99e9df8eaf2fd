//! The limit on open files, which decides how many sockets a run can have.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::Fallible;

/// Raises the soft limit of this process, and so of the servers it starts, to the hard one. Answers how many files may be open.
///
/// # Errors
/// The system refuses.
pub fn raise_open_files() -> Fallible<u64> {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum })?;
    Ok(limit.maximum.unwrap_or(u64::MAX))
}

/// How many sockets a server can hold, with a thousand files to spare.
pub fn sockets_within(open_files: u64) -> usize {
    usize::try_from(open_files.saturating_sub(1_000)).unwrap_or(usize::MAX)
}
