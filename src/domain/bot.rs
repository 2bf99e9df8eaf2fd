//! The scope's bot: what it is, what it may answer.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Seq;
use super::card::Card;

/// Most messages of one bot turn; the rest is dropped and logged.
pub const MESSAGES_PER_TURN: usize = 10;

/// Who answers first in a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BotConfig {
    /// Nobody: conversations start in the queue.
    #[default]
    None,
    /// The built-in bot.
    Scripted(Script),
    /// A bot behind a URL; `docs/BOTS.md`.
    Http(HttpBot),
}

impl BotConfig {
    /// True when conversations start with a bot.
    pub const fn exists(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// First words to a new customer, with the answers they may click.
    pub fn greeting(&self) -> (&str, &[String]) {
        match self {
            Self::None => ("", &[]),
            Self::Scripted(script) => (&script.greeting, &script.quick_replies),
            Self::Http(bot) => (&bot.greeting, &bot.quick_replies),
        }
    }
}

/// Rules of the built-in bot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// First words; empty = none.
    pub greeting: String,
    /// Offered with the greeting.
    pub quick_replies: Vec<String>,
    /// Tried in order; the first that matches answers.
    pub rules: Vec<Rule>,
    /// Said when no rule matches. Several variants are used in turn.
    pub fallback: Vec<String>,
    /// Phrases that ask for a human, compared without regard to case.
    pub human_phrases: Vec<String>,
    /// Said when such a phrase hands the chat over; empty = nothing.
    pub handoff_message: String,
}

/// One rule of the built-in bot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Any of these makes the rule match: words or phrases at word boundaries; `*` stands for any text.
    pub when: Vec<String>,
    /// The answer. Several variants are used in turn.
    pub say: Vec<String>,
    /// Offered with the answer.
    #[serde(default)]
    pub quick_replies: Vec<String>,
    /// Shown under the answer.
    #[serde(default)]
    pub cards: Vec<Card>,
    /// True: hand the chat to people after the answer.
    #[serde(default)]
    pub handoff: bool,
}

/// A bot behind a URL that speaks our contract.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpBot {
    /// Where turns are posted.
    pub url: String,
    /// `whsec_` and base64 of 24 to 64 bytes; signs each call (Standard Webhooks).
    pub secret: String,
    /// First words; empty = none.
    #[serde(default)]
    pub greeting: String,
    /// Offered with the greeting.
    #[serde(default)]
    pub quick_replies: Vec<String>,
}

impl fmt::Debug for HttpBot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpBot").field("url", &self.url).field("secret", &"***").finish_non_exhaustive()
    }
}

/// The moment a bot was asked; its answer counts only while this holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Number of the customer's message that is to be answered.
    pub seq: Seq,
    /// Raised with each change of owner.
    pub epoch: i64,
}

/// What a bot answered in one turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BotAnswer {
    /// Said in this order; at most [`MESSAGES_PER_TURN`].
    pub messages: Vec<BotMessage>,
    /// The bot asks for a human, after its messages; with its note to members.
    pub handoff: Option<BotHandoff>,
}

/// One thing a bot said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BotMessage {
    /// Plain text, at most 10,000 characters; empty only when there are cards.
    pub text: String,
    /// Answers the customer may click.
    pub quick_replies: Vec<String>,
    /// Shown under the text.
    pub cards: Vec<Card>,
}

/// A bot's wish to hand over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BotHandoff {
    /// True when the customer asked the bot for a human.
    pub customer_asked: bool,
    /// For members: reason and summary.
    pub note: Option<String>,
}
