//! How far a message to a customer on a messaging platform has come.

use serde::{Deserialize, Serialize};

/// The state of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits, perhaps for the next try.
    Queued,
    /// Nobody knows whether the platform has it, and sending it again might double it.
    Unconfirmed,
    /// The platform has it.
    Sent,
    /// It is on the customer's device.
    Delivered,
    /// The customer saw it.
    Read,
    /// The platform does not want it.
    Failed,
}

impl DeliveryState {
    /// The stable name in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Unconfirmed => "unconfirmed",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Queued => 0,
            Self::Unconfirmed => 1,
            Self::Sent => 2,
            Self::Failed => 3,
            Self::Delivered => 4,
            Self::Read => 5,
        }
    }

    /// The state after the platform reported `next`; reports come out of order and skip steps, so it only rises. What
    /// failed may still turn out to have been delivered.
    #[must_use]
    pub const fn after_report(self, next: Self) -> Self {
        if next.rank() > self.rank() { next } else { self }
    }

    /// May a member ask for another try?
    pub const fn can_retry(self) -> bool {
        matches!(self, Self::Failed | Self::Unconfirmed)
    }
}

#[cfg(test)]
mod tests {
    use super::DeliveryState::{Delivered, Failed, Queued, Read, Sent};

    #[test]
    fn reports_only_raise_the_state() {
        assert_eq!(Sent.after_report(Delivered), Delivered);
        assert_eq!(Read.after_report(Delivered), Read);
        assert_eq!(Queued.after_report(Read), Read);
        assert_eq!(Sent.after_report(Failed), Failed);
        assert_eq!(Failed.after_report(Sent), Failed);
        assert_eq!(Failed.after_report(Delivered), Delivered);
        assert_eq!(Delivered.after_report(Failed), Delivered);
    }
}
