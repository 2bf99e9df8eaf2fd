//! A person inside scopes, with a role in each.

use serde::{Deserialize, Serialize};

use super::ids::{MemberId, ScopeId};

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
