//! Stable codes: errors on sockets and HTTP, and close codes. Clients translate codes, never sentences.

use serde::Serialize;

use crate::domain::refusal::Refusal;

macro_rules! codes {
    ($($variant:ident $text:literal $status:literal $doc:literal;)*) => {
        /// Why a command or request failed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
        #[cfg_attr(test, derive(ts_rs::TS), ts(rename = "ErrorCode"))]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $(#[doc = $doc] $variant,)* }

        impl Code {
            /// Every code, for tests and documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text,)* } }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 { match self { $(Self::$variant => $status,)* } }
        }
    };
}

codes! {
    BadRequest "bad_request" 400 "Not what the documentation says.";
    Unauthenticated "unauthenticated" 401 "Log in first.";
    InvalidToken "invalid_token" 401 "A token or proof that is not valid.";
    Forbidden "forbidden" 403 "The role does not allow it.";
    OriginDenied "origin_denied" 403 "This site may not use the socket.";
    NotFound "not_found" 404 "It is not there, or it is not yours.";
    AlreadyAssigned "already_assigned" 409 "Another member owns the conversation.";
    NotAssignee "not_assignee" 409 "Only the assignee may.";
    Ended "ended" 409 "The conversation is over.";
    NotEnded "not_ended" 409 "The conversation is not over.";
    ActiveExists "active_exists" 409 "The contact has another open conversation.";
    NoSuchAgent "no_such_agent" 409 "Not an active member of the scope.";
    NoBot "no_bot" 409 "The scope has no bot.";
    AlreadyRated "already_rated" 409 "This episode has its feedback.";
    RatingClosed "rating_closed" 409 "The time for feedback is over.";
    StaleBotTurn "stale_bot_turn" 409 "The bot's turn is over; its answer was kept aside.";
    Away "away" 409 "Nobody answers now; leave a message instead.";
    FormRequired "form_required" 409 "A question asked before the first message is not answered.";
    IdReused "id_reused" 409 "The client id was used for another command.";
    TooManyTags "too_many_tags" 409 "The conversation has as many tags as it may.";
    TooLarge "too_large" 413 "Over a size limit.";
    RateLimited "rate_limited" 429 "Too many; `retry_after_ms` says when to try again.";
    Overloaded "overloaded" 503 "A bounded queue is full; try again.";
    Unavailable "unavailable" 503 "The database is away; nothing was acknowledged.";
    Draining "draining" 503 "The server is shutting down.";
    InsufficientStorage "insufficient_storage" 507 "The disk is full.";
}

impl From<&Refusal> for Code {
    fn from(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::AlreadyAssigned { .. } => Self::AlreadyAssigned,
            Refusal::NotAssignee => Self::NotAssignee,
            Refusal::Ended => Self::Ended,
            Refusal::NotEnded => Self::NotEnded,
            Refusal::ActiveExists { .. } => Self::ActiveExists,
            Refusal::NoSuchAgent => Self::NoSuchAgent,
            Refusal::AlreadyRated => Self::AlreadyRated,
            Refusal::RatingClosed => Self::RatingClosed,
            Refusal::StaleBotTurn => Self::StaleBotTurn,
            Refusal::Forbidden => Self::Forbidden,
            Refusal::NoBot => Self::NoBot,
            Refusal::Away => Self::Away,
            Refusal::TooManyTags => Self::TooManyTags,
            Refusal::NoSuchFile => Self::NotFound,
            Refusal::FormRequired { .. } => Self::FormRequired,
            Refusal::IdReused => Self::IdReused,
        }
    }
}

/// Why a socket was closed by us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    /// Not WebSocket as RFC 6455 has it.
    Protocol = 1002,
    /// Binary frames are not spoken here.
    Unsupported = 1003,
    /// A text that is not UTF-8.
    NotUtf8 = 1007,
    /// Over 64 KiB or 64 fragments.
    TooBig = 1009,
    /// The server restarts; reconnect.
    Restart = 1012,
    /// No valid `hello` in time.
    Unauthenticated = 4001,
    /// Access was taken away.
    Forbidden = 4003,
    /// Did not read fast enough; resume by `seq`.
    SlowConsumer = 4008,
    /// A newer connection took its place.
    Replaced = 4009,
    /// Too many sockets.
    Rate = 4029,
}
