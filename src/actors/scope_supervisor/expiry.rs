//! Silence ends a conversation. Timers are monotonic: a wall clock that jumps ends nothing early.

use std::time::Duration;

use actix::Context;
use tokio::time::Instant;

use super::ScopeSupervisor;
use crate::domain::Millis;
use crate::domain::conversation::{Command, Status};
use crate::fault::{self, Fault};

/// How often silence is looked for.
pub(super) const TICK: Duration = Duration::from_secs(1);

/// After a conversation was told to expire, it is told again if it is still there after this long: twice
/// what a commit may take, since nobody hears of one that failed.
const AGAIN: Duration = Duration::from_secs(10);

/// Conversations ended in one tick, so that a long outage does not end thousands at once.
const AT_ONCE: usize = 200;

impl ScopeSupervisor {
    /// When silence will end a conversation in this status that has been quiet for `silence`.
    pub(super) fn deadline(&self, status: Status, silence: Millis) -> Instant {
        let settings = self.rules.as_ref().map(|rules| &rules.scope.settings);
        let limit = settings.and_then(|settings| settings.idle_limit(status)).unwrap_or(Millis::MAX);
        let left = u64::try_from(limit.saturating_sub(silence)).unwrap_or(0);
        // A year is as good as never, and does not overflow.
        Instant::now() + Duration::from_millis(left).min(Duration::from_secs(365 * 24 * 3600))
    }

    /// Ends what has been silent for too long.
    pub(super) fn expire_due(&mut self, ctx: &mut Context<Self>) {
        if fault::on(Fault::WallClockDecides) {
            self.reset_deadlines();
        }
        let now = Instant::now();
        for _ in 0..AT_ONCE {
            let Some(&(deadline, id)) = self.deadlines.first().filter(|(deadline, _)| *deadline <= now)
            else {
                return;
            };
            self.deadlines.remove(&(deadline, id));
            let Some(indexed) = self.index.get_mut(&id) else { continue };
            indexed.deadline = now + AGAIN;
            self.deadlines.insert((indexed.deadline, id));
            let (version, status) = (indexed.row.version, indexed.row.status);
            if self.is_held_open(status) {
                continue;
            }
            self.tell_command(id, Command::Expire { version }, ctx);
        }
    }

    /// The limits changed: count anew from what the rows say.
    pub(super) fn reset_deadlines(&mut self) {
        let now = self.shared.sources.now();
        let rows: Vec<_> = self.index.values().map(|indexed| indexed.row.clone()).collect();
        for row in rows {
            let silence = self.silence(row.status, row.last_at, now);
            let deadline = self.deadline(row.status, silence);
            self.enter(row, deadline);
        }
    }
}
