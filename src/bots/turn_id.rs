//! The name of a turn towards the outside: `t_<conversation>_<number>_<epoch>`.
//!
//! It says all that is needed to bring a late answer home, so no table of open turns is kept. It is no secret
//! and proves nothing: who uses it must sign.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::domain::bot::Turn;
use crate::domain::ids::ConversationId;

/// A turn of a conversation's bot. Serves as `webhook-id`, so it holds no dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnId {
    /// Whose turn.
    pub conversation: ConversationId,
    /// Which turn.
    pub turn: Turn,
}

/// The text names no turn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a turn")]
pub struct BadTurnId;

impl fmt::Display for TurnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t_{}_{}_{}", self.conversation.uuid().simple(), self.turn.seq, self.turn.epoch)
    }
}

impl FromStr for TurnId {
    type Err = BadTurnId;

    fn from_str(text: &str) -> Result<Self, BadTurnId> {
        let mut parts = text.strip_prefix("t_").ok_or(BadTurnId)?.split('_');
        let (Some(uuid), Some(seq), Some(epoch), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(BadTurnId);
        };
        let id = Self {
            conversation: ConversationId::from_uuid(Uuid::try_parse(uuid).map_err(|_| BadTurnId)?),
            turn: Turn {
                seq: seq.parse().map_err(|_| BadTurnId)?,
                epoch: epoch.parse().map_err(|_| BadTurnId)?,
            },
        };
        // Only the one spelling that we give out.
        if id.to_string() == text { Ok(id) } else { Err(BadTurnId) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_survives_text_and_has_one_spelling() {
        let id = TurnId {
            conversation: ConversationId::from_uuid(Uuid::from_u128(255)),
            turn: Turn { seq: 17, epoch: 2 },
        };
        let text = id.to_string();
        assert_eq!(text, "t_000000000000000000000000000000ff_17_2");
        assert_eq!(text.parse(), Ok(id));
        let upper = text.replace("ff", "FF");
        let dashed = "t_00000000-0000-0000-0000-0000000000ff_17_2";
        for bad in ["", "t_", "t_ff_17_2", &text[2..], &text[..37], &upper, dashed, &format!("{text}_1")] {
            assert_eq!(bad.parse::<TurnId>(), Err(BadTurnId), "{bad}");
        }
        for bad in ["_017_2", "_+17_2", "_17_x", "_99999999999999999999_2"] {
            assert_eq!(text.replace("_17_2", bad).parse::<TurnId>(), Err(BadTurnId), "{bad}");
        }
    }
}
