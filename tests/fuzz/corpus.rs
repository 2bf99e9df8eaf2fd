//! Inputs in files: `fuzz/corpus/<target>/<name>`.

use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

/// All inputs of a target with their paths, in the order of their names.
pub fn of(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder(target)).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}

/// Writes an input that broke a target. Answers its path.
pub fn keep(target: &str, bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let name: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let path = folder(target).join(format!("broke-{name}"));
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}
