//! Section [mail]: the server that takes our mail.

use std::path::PathBuf;

use serde::Deserialize;

/// The mail server; no host = no mail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "config/default.toml describes each")]
pub struct Mail {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub from: String,
    pub user: String,
    pub password: Password,
    pub password_file: PathBuf,
    pub timeout_ms: u64,
}

/// How the connection is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// A plain connection that must change to TLS.
    Starttls,
    /// No secrecy.
    None,
}

/// A password; never printed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Mail {
    /// The password: the configured one, else the first line of its file.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn secret(&self) -> std::io::Result<String> {
        if !self.password.0.is_empty() || self.password_file.as_os_str().is_empty() {
            return Ok(self.password.0.clone());
        }
        let text = std::fs::read_to_string(&self.password_file)?;
        Ok(text.lines().next().unwrap_or_default().to_owned())
    }
}
