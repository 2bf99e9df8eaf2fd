//! Files that customers sent and that the platforms still have, at any path of the simulator.

use std::collections::HashMap;

use super::{Simulator, Taken};

/// What is at a path.
#[derive(Clone, Default)]
pub struct Kept {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Only for those who show this header.
    pub header: Option<(&'static str, String)>,
    /// Lead there instead.
    pub leads_to: Option<String>,
}

/// All of them.
pub type State = HashMap<String, Kept>;

/// What a GET of a file hears.
pub enum Served {
    /// The bytes.
    Bytes(Vec<u8>),
    /// Another address.
    Redirect(String),
    /// The header is missing, or another one; or it came where it is not for.
    Refused,
}

/// Answers a call, if something is at its path.
pub fn serve(state: &State, call: &Taken) -> Option<Served> {
    let kept = state.get(&call.path)?;
    let good = match &kept.header {
        Some((name, value)) => call.header(name) == value,
        // What a platform asks for is not told to others.
        None => call.header("authorization").is_empty(),
    };
    if !good {
        return Some(Served::Refused);
    }
    let Kept { bytes, leads_to, .. } = kept.clone();
    Some(leads_to.map_or(Served::Bytes(bytes), Served::Redirect))
}

impl Simulator {
    /// Puts something at a path.
    pub fn put_file(&self, path: &str, kept: Kept) {
        self.state().files.insert(path.to_owned(), kept);
    }

    /// Puts bytes at a path, for everybody; answers the address.
    pub fn put_bytes(&self, path: &str, bytes: &[u8]) -> String {
        self.put_file(path, Kept { bytes: bytes.to_vec(), ..Kept::default() });
        format!("{}{path}", self.base)
    }
}
