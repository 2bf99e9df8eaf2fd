//! Faults planted on purpose. Each breaks one promise of `docs/GUARANTEES.md`, so that the test of that promise can be
//! seen to fail: a test that never failed shows nothing. `tests/faults.py` does so.
//!
//! A plant is one line at the place that keeps the promise. In a normal build [`on`] is a constant `false`, and the
//! compiler leaves nothing of it. Built with the feature `fault-injection`, one program has them all, and the variable
//! `FAULT_INJECTION` names the one that is on; so all are shown with one compilation, in the very code that is shipped,
//! and a plant that no longer fits its surroundings does not compile.
//!
//! To add one: a name here, its line, and its row in `docs/GUARANTEES.md`; `tests/tidy.rs` misses what is forgotten.

#[cfg(all(feature = "fault-injection", not(debug_assertions)))]
compile_error!("faults belong to tests: a release is never built with the feature `fault-injection`");

/// What can be made to go wrong, in the order of the promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// G1: numbers have a hole.
    HoleInLog,
    /// G2: what a customer may not see has no placeholder.
    PlaceholderLeftOut,
    /// G3: a command that was done before is done again.
    ClientIdNotLookedUp,
    /// G4: an event of a platform that came before is kept again.
    EventIdNotKept,
    /// G5: silence is counted by the wall clock.
    WallClockDecides,
    /// G6: the answer leaves before the commit.
    AckBeforeCommit,
    /// G7: after a commit that failed, nobody looks what is stored.
    FailureNotLookedUp,
    /// G8: a delivery is not in the commit that causes it.
    DeliveryNotInCommit,
    /// G9: client ids are forgotten with their actor.
    ClientIdsOnlyInMemory,
    /// G10: whoever lost against another writer is told that they won.
    LostUpdateUnnoticed,
    /// G11: a conversation that has an owner can be claimed once more.
    EverybodyClaims,
    /// G12: any member resolves.
    AnybodyResolves,
    /// G13: whoever comes back misses one entry.
    ResumeSkipsOne,
    /// G14: an older row takes the place of a newer one.
    OlderRowWins,
    /// G15: what another program committed is not told here.
    MissedNotTold,
    /// G16: what waits for a socket has no limit.
    QueueWithoutBound,
    /// G17: the bot speaks when its turn is over.
    BotTurnNotChecked,
    /// G18: nobody hears that the bot failed.
    BotFailureSwallowed,
    /// G19: a webhook's event has another id in each try.
    NewIdEachTry,
    /// G20: a message whose fate nobody knows counts as sent.
    UnknownTakenForSent,
    /// G21: a database that was away stays away.
    NeverReconnects,
    /// G22: asked to end, the program ends at once.
    EndsAtOnce,
    /// G23: a command beyond its rate is dropped in silence.
    LimitInSilence,
    /// G24: the panic of one conversation ends its neighbours.
    PanicSpreads,
    /// G25: a back-up lacks what stands in the write-ahead log.
    BackupWithoutLog,
}

/// Is this fault on? Never, in a normal build.
#[cfg(not(feature = "fault-injection"))]
pub const fn on(_: Fault) -> bool {
    false
}

/// Is this fault on, by the variable `FAULT_INJECTION`?
#[cfg(feature = "fault-injection")]
pub fn on(fault: Fault) -> bool {
    static CHOSEN: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| std::env::var("FAULT_INJECTION").unwrap_or_default());
    !CHOSEN.is_empty() && format!("{fault:?}") == *CHOSEN
}
