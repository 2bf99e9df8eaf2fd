//! Asking the bot, outside the mailbox: a slow bot holds nobody up. One call at a time; the answer
//! comes back as a command with the turn it was asked in, and the rules decide whether it may speak.

use std::time::{Duration, Instant};

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};

use super::{Conversation, Do};
use crate::actors::error::CallError;
use crate::actors::reply::Reply;
use crate::bots::{Ask, AskContact, TurnId, history};
use crate::domain::bot::Turn;
use crate::domain::conversation::{Command, Status};
use crate::domain::event::Event;
use crate::domain::incoming::with_names;
use crate::fault::{self, Fault};
use crate::protocol::server::{DashboardEvent, Typist, WidgetEvent};

/// A bot that said "later" has this long to answer.
const LATER_LIMIT: Duration = Duration::from_secs(60);

/// Pause before a bot whose answer was lost is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(5);

impl Conversation {
    /// Asks the bot if the customer's last message waits for it and no call is running.
    pub(super) fn ask_bot_if_due(&mut self, ctx: &mut Context<Self>) {
        let Some(now_is) = &self.committed else { return };
        let (Status::Bot, Some(seq)) = (now_is.status, now_is.turn) else { return };
        if self.stopping || self.asking.is_some() || self.asked == Some(seq) {
            return;
        }
        let turn = Turn { seq, epoch: now_is.epoch };
        let Some(ask) = self.ask(turn) else { return };
        self.asked = Some(seq);
        self.tell_bot_typing(true);
        let (bots, scope, bot) = (self.shared.bots.clone(), self.scope, self.rules.bot.clone());
        let begun = Instant::now();
        let asking = async move { bots.ask(scope, &bot, ask).await };
        self.asking = Some(ctx.spawn(asking.into_actor(self).map(move |answered, actor, ctx| {
            actor.asking = None;
            actor.tell_bot_typing(false);
            actor.shared.figures.bot_called(begun.elapsed(), answered.is_err());
            match answered {
                Ok(Some(answer)) => actor.bot_says(Command::BotReply { turn, answer }, ctx),
                Ok(None) => Self::await_later(turn, ctx),
                Err(_) if fault::on(Fault::BotFailureSwallowed) => {}
                Err(failure) => {
                    log::warn!("bot failed conversation={} turn={seq} why={failure}", actor.id);
                    actor.bot_says(Command::BotFailed { turn }, ctx);
                }
            }
            actor.ask_bot_if_due(ctx);
        })));
    }

    fn bot_says(&self, command: Command, ctx: &mut Context<Self>) {
        let (reply, answered) = Reply::to_task();
        ctx.notify(Do { command, client_id: None, reply });
        ctx.spawn(answered.into_actor(self).map(|outcome, _, ctx| {
            if let Ok(Err(CallError::Unavailable | CallError::Overloaded)) = outcome {
                // Not stored: the bot is asked again, but not at once, as the store may be away.
                ctx.run_later(ASK_AGAIN, |actor, ctx| {
                    actor.asked = None;
                    actor.ask_bot_if_due(ctx);
                });
            }
        }));
    }

    fn await_later(turn: Turn, ctx: &mut Context<Self>) {
        // Void if the turn is over by then.
        ctx.run_later(LATER_LIMIT, move |actor, ctx| actor.bot_says(Command::BotFailed { turn }, ctx));
    }

    fn ask(&self, turn: Turn) -> Option<Ask> {
        let (now_is, contact) = (self.committed.as_ref()?, self.contact.as_ref()?);
        let recent: Vec<_> = self.recent.iter().cloned().collect();
        let question = recent.iter().find(|entry| entry.seq == turn.seq)?;
        let Event::Message { text, attachments, coming, .. } = &question.body else { return None };
        Some(Ask {
            turn_id: TurnId { conversation: self.id, turn },
            channel: "widget".into(),
            text: with_names(text, coming),
            attachments: history::file_facts(attachments),
            contact: AskContact {
                id: contact.id,
                name: contact.name.clone(),
                locale: self.session.language.clone(),
                attributes: contact.attributes.clone(),
            },
            history: history::history(&recent, turn.seq),
            brief: history::brief(&recent, turn.seq),
            spoken_before: usize::try_from(now_is.bot_messages).unwrap_or(0),
            agents_available: self.surroundings.agents_online > 0,
        })
    }

    fn tell_bot_typing(&mut self, on: bool) {
        self.tell_customer(&WidgetEvent::Typing { by: Typist::Bot, on });
        self.tell_members(&DashboardEvent::Typing { conversation: self.id, by: Typist::Bot, on });
    }
}
