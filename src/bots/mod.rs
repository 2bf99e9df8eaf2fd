//! Who answers first: the built-in scripted bot, or a bot behind a URL. One file a kind.
//!
//! A bot is asked outside every mailbox and answers with a [`BotAnswer`]; whether that still counts is decided by
//! the conversation, which compares the [`Turn`](crate::domain::bot::Turn) it was asked in. `docs/BOTS.md` is the contract.

mod gate;
pub mod history;
pub mod http;
pub mod scripted;
mod text;
mod turn_id;

pub use turn_id::{BadTurnId, TurnId};

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::bot::{BotAnswer, BotConfig};
use crate::domain::ids::{ContactId, ScopeId};
use crate::outgoing::{Limits, Outgoing};
use crate::sources::Sources;

use gate::Gate;
use history::{Brief, FileFact, Said};
use http::Outcome;

/// Most characters of one message; the rest of a bot's text is cut.
pub const TEXT_CHARS: usize = 10_000;
/// Most quick replies of one message.
pub const QUICK_REPLIES: usize = 10;
/// Most characters of a quick reply.
pub const QUICK_REPLY_CHARS: usize = 80;

/// Limits of calls to bots. The defaults are the promises of `docs/BOTS.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BotLimits {
    /// Of one call.
    pub call: Limits,
    /// Least pause before the second try.
    pub pause: Duration,
    /// Longest pause a bot may ask for with `Retry-After`; if it asks for more there is no second try.
    pub longest_pause: Duration,
    /// Calls of one scope at once.
    pub at_once: usize,
    /// Turns of one scope that may wait for their call; further ones fail at once.
    pub waiting: usize,
    /// Longest wait for a call to begin.
    pub longest_wait: Duration,
}

impl Default for BotLimits {
    fn default() -> Self {
        Self {
            call: Limits::default(),
            pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(5),
            at_once: 32,
            waiting: 256,
            longest_wait: Duration::from_secs(15),
        }
    }
}

/// One turn: everything a bot may know to answer it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Names conversation, customer's message and epoch.
    pub turn_id: TurnId,
    /// Kind of channel, such as `widget`.
    pub channel: String,
    /// What the customer wrote; may be empty beside files.
    pub text: String,
    /// Files that went with it.
    pub attachments: Vec<FileFact>,
    /// Who wrote it.
    pub contact: AskContact,
    /// What was said before; from [`history::history`].
    pub history: Vec<Said>,
    /// What happened before people handed the chat back; from [`history::brief`].
    pub brief: Option<Brief>,
    /// Messages the bot has said in this conversation so far.
    pub spoken_before: usize,
    /// Would somebody see a handoff now?
    pub agents_available: bool,
}

/// What a bot may know of the contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskContact {
    /// Id.
    pub id: ContactId,
    /// Name they gave, or "Visitor 4821".
    pub name: String,
    /// Language of their browser.
    pub locale: Option<String>,
    /// Facts given by the page.
    pub attributes: BTreeMap<String, String>,
}

/// The bot gave no usable answer. People must take over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no usable answer from the bot: {why}")]
pub struct BotFailure {
    /// For logs and admins; names neither URL nor address.
    pub why: String,
}

/// Asks bots. Cheap to clone; clones share limits and connections.
#[derive(Debug, Clone)]
pub struct Bots {
    outgoing: Outgoing,
    sources: Sources,
    limits: BotLimits,
    gate: Arc<Gate>,
}

impl Bots {
    /// Asks through `outgoing`.
    pub fn new(outgoing: Outgoing, sources: Sources, limits: BotLimits) -> Self {
        let gate = Arc::new(Gate::new(limits.at_once, limits.waiting, limits.longest_wait));
        Self { outgoing, sources, limits, gate }
    }

    /// The bot's answer to a turn; `None` when it will answer later through the API. A failed call that
    /// may succeed is tried once more, with the same `webhook-id`. Dropping the future ends the call.
    ///
    /// # Errors
    /// When there is no usable answer.
    pub async fn ask(
        &self,
        scope: ScopeId,
        bot: &BotConfig,
        ask: Ask,
    ) -> Result<Option<BotAnswer>, BotFailure> {
        let bot = match bot {
            BotConfig::None => return Ok(Some(BotAnswer::default())),
            BotConfig::Scripted(script) => {
                return Ok(Some(scripted::answer(script, &ask.text, ask.spoken_before)));
            }
            BotConfig::Http(bot) => bot,
        };
        let turn_id = ask.turn_id;
        let failed = |why: String| {
            log::warn!("bot failed scope={scope} turn={turn_id} why={why:?}");
            BotFailure { why }
        };
        let _pass = self.gate.enter(scope).await.map_err(|full| failed(full.to_string()))?;
        let call = http::Call::new(bot, &ask, self.sources.now()).map_err(failed)?;
        let mut outcome = call.make(&self.outgoing, &self.sources, self.limits.call).await;
        if let Outcome::Failed { retry: Some(pause), why } = &outcome
            && *pause <= self.limits.longest_pause
        {
            log::info!("bot call failed, trying again scope={scope} turn={turn_id} why={why:?}");
            tokio::time::sleep((*pause).max(self.limits.pause)).await;
            outcome = call.make(&self.outgoing, &self.sources, self.limits.call).await;
        }
        match outcome {
            Outcome::Answer(answer) => Ok(Some(answer)),
            Outcome::Later => Ok(None),
            Outcome::Failed { why, .. } => Err(failed(why)),
        }
    }

    /// Judges a configuration before it is stored.
    ///
    /// # Errors
    /// What is wrong with it, for the admin who set it.
    pub fn check(&self, bot: &BotConfig) -> Result<(), String> {
        match bot {
            BotConfig::None => Ok(()),
            BotConfig::Scripted(script) => scripted::check(script),
            BotConfig::Http(bot) => http::check(bot, &self.outgoing),
        }
    }
}
