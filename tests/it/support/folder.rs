//! A folder of a test's own that goes away when nothing uses it any more.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

/// Folders whose tests are over. A store in them may live a little longer, and a store whose file vanishes
/// ends the whole program, so each stays until no file of it is open.
static LEFT: Mutex<Vec<TempDir>> = Mutex::new(Vec::new());

/// A new folder. With this value it goes away, or with a later one when a file in it is still open.
pub struct Folder(Option<TempDir>);

impl Folder {
    /// An empty one.
    pub fn new() -> Self {
        Self(Some(tempfile::tempdir().unwrap()))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.as_ref().map(TempDir::path).expect("it is there as long as this value")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let mut left = LEFT.lock().unwrap_or_else(PoisonError::into_inner);
        left.extend(self.0.take());
        let open = open_files();
        left.retain(|folder| open.iter().any(|file| file.starts_with(folder.path())));
    }
}

/// The files that this process has open.
fn open_files() -> Vec<PathBuf> {
    let Ok(numbers) = fs::read_dir("/proc/self/fd") else { return Vec::new() };
    numbers.flatten().filter_map(|number| fs::read_link(number.path()).ok()).collect()
}
