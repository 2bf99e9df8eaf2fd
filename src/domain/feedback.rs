//! The contact's rating of one episode.

use serde::{Deserialize, Serialize};

use super::Millis;

/// After the end, feedback is accepted for this long.
pub const RATING_WINDOW: Millis = 7 * 24 * 60 * 60 * 1000;

/// Most characters of a comment.
pub const COMMENT_MAX: usize = 2_000;

/// One to five stars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "number"))]
#[serde(try_from = "u8", into = "u8")]
pub struct Rating(u8);

impl TryFrom<u8> for Rating {
    type Error = &'static str;
    fn try_from(stars: u8) -> Result<Self, Self::Error> {
        if (1..=5).contains(&stars) { Ok(Self(stars)) } else { Err("a rating is 1 to 5") }
    }
}

impl From<Rating> for u8 {
    fn from(rating: Rating) -> Self {
        rating.0
    }
}

/// What the contact says of an episode; both parts may be missing, not both at once when sent later.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Feedback {
    /// Stars.
    pub rating: Option<Rating>,
    /// Words, at most [`COMMENT_MAX`] characters.
    pub comment: Option<String>,
}

impl Feedback {
    /// True when the customer skipped it.
    pub const fn is_empty(&self) -> bool {
        self.rating.is_none() && self.comment.is_none()
    }
}
