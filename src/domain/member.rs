//! A person inside scopes, with a role in each.

use serde::{Deserialize, Serialize};

use super::ids::{MemberId, ScopeId};
use super::invalid::Invalid;

/// What a member may do in one scope. Each role includes those below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers customers.
    Agent,
    /// Also takes over, and manages members, channels, keys and the bot.
    Admin,
    /// Also deletes the scope and makes owners.
    Owner,
}

impl Role {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Agent, Self::Admin, Self::Owner].into_iter().find(|role| role.as_str() == text)
    }
}

/// A member as the store has them, without the password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Id.
    pub id: MemberId,
    /// Log-in name; compared without regard to case.
    pub email: String,
    /// Shown to colleagues; customers see the first word.
    pub name: String,
    /// A disabled member cannot log in and owns nothing.
    pub disabled: bool,
}

/// A member's place in one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub scope: ScopeId,
    /// As what.
    pub role: Role,
}

/// The member who acts, as every command carries them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub id: MemberId,
    /// Name to show.
    pub name: String,
    /// Role in the conversation's scope.
    pub role: Role,
}

/// Is the member there, and do they want work?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// A session is open and they want work.
    Online,
    /// A session is open, but they asked to be left alone.
    Away,
    /// No session is open.
    Offline,
}

/// Fewest and most characters of a password: OWASP ASVS 4.0.3, 2.1.1 and 2.1.2.
pub const PASSWORD_MIN: usize = 12;
/// See [`PASSWORD_MIN`]. Bounded, as hashing reads it all.
pub const PASSWORD_MAX: usize = 128;

/// A password long enough to be worth guarding.
///
/// # Errors
/// [`Invalid`] for `password`.
pub fn check_password(password: &str) -> Result<(), Invalid> {
    let length = password.chars().count();
    if (PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        return Ok(());
    }
    Err(Invalid::new("password", format!("has not {PASSWORD_MIN} to {PASSWORD_MAX} characters")))
}

/// An e-mail address as log-in name: something on both sides of one `@`, no blanks, at most 200 characters.
/// Whether mail arrives there is not known before it is tried.
///
/// # Errors
/// [`Invalid`] for `email`.
pub fn check_email(email: &str) -> Result<(), Invalid> {
    let sound = email.len() <= 200
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && email
            .split_once('@')
            .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    if sound { Ok(()) } else { Err(Invalid::new("email", "is not an e-mail address")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_addresses_are_checked() {
        assert!(check_password(&"x".repeat(PASSWORD_MIN)).is_ok());
        assert!(check_password(&"x".repeat(PASSWORD_MAX)).is_ok());
        assert!(check_password(&"x".repeat(PASSWORD_MIN - 1)).is_err());
        assert!(check_password(&"x".repeat(PASSWORD_MAX + 1)).is_err());
        assert!(check_email("zoe@shop.example").is_ok());
        for bad in ["", "zoe", "@x", "x@", "a@b@c", "a b@c", "a\n@b"] {
            assert!(check_email(bad).is_err(), "{bad}");
        }
    }
}
