//! What contacts said of each episode. Written by [`super::Store::commit`] with the entry that says so.

use diesel::prelude::*;

use super::schema::feedback;
use super::{Connection, StoreError};
use crate::domain::Millis;
use crate::domain::feedback::{Feedback, Rating};
use crate::domain::ids::ConversationId;

/// The feedback of one episode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Counts from 1 at the opening.
    pub episode: i64,
    /// Stars and words.
    pub feedback: Feedback,
    /// When.
    pub at: Millis,
}

#[derive(Insertable)]
#[diesel(table_name = feedback)]
pub(super) struct Row {
    pub(super) conversation_id: String,
    pub(super) episode: i64,
    pub(super) rating: Option<i64>,
    pub(super) comment: Option<String>,
    pub(super) at: Millis,
}

impl Row {
    pub(super) fn insert(&self, connection: &mut Connection) -> Result<(), StoreError> {
        diesel::insert_into(feedback::table).values(self).execute(connection)?;
        Ok(())
    }
}

/// The feedback of a conversation, first episode first.
///
/// # Errors
/// The store's failures.
pub fn of_conversation(
    connection: &mut Connection,
    conversation: ConversationId,
) -> Result<Vec<Given>, StoreError> {
    let rows = feedback::table
        .filter(feedback::conversation_id.eq(conversation.to_string()))
        .order(feedback::episode)
        .select((feedback::episode, feedback::rating, feedback::comment, feedback::at))
        .load::<(i64, Option<i64>, Option<String>, Millis)>(connection)?;
    rows.into_iter()
        .map(|(episode, stars, comment, at)| {
            Ok(Given { episode, feedback: Feedback { rating: rating(stars)?, comment }, at })
        })
        .collect()
}

/// Stars, from their column.
pub(super) fn rating(stars: Option<i64>) -> Result<Option<Rating>, StoreError> {
    stars
        .map(|stars| u8::try_from(stars).ok().and_then(|stars| Rating::try_from(stars).ok()))
        .map(|rating| rating.ok_or_else(|| StoreError::broken("a rating is 1 to 5")))
        .transpose()
}

/// Stars, for their column.
pub(super) fn stars(rating: Option<Rating>) -> Option<i64> {
    rating.map(|rating| i64::from(u8::from(rating)))
}
