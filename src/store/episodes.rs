//! Episodes: what reports count. Written with the entries that cause them, or made again from the log.
//!
//! A plain message touches none of this: only changes of status or owner, feedback and the first reply of an episode do.

use diesel::prelude::*;

use super::schema::{conversations, episodes};
use super::{Connection, StoreError, entries, feedback, text};
use crate::domain::conversation::Conversation;
use crate::domain::episode::{Begun, Episode, Place};
use crate::domain::event::{EndReason, Entry};
use crate::domain::ids::{ChannelId, ConversationId, ScopeId};
use crate::domain::report::Figure;
use crate::domain::{Millis, Seq};

#[derive(Queryable, Insertable, AsChangeset)]
#[diesel(table_name = episodes, treat_none_as_null = true)]
pub(super) struct Row {
    conversation_id: String,
    number: i64,
    scope_id: String,
    channel_id: String,
    began_at: Millis,
    begun: String,
    queued_at: Option<Millis>,
    waiting_since: Option<Millis>,
    waited: Option<Millis>,
    joined_at: Option<Millis>,
    owner_id: Option<String>,
    owned_since: Option<Millis>,
    handled: Millis,
    replied_at: Option<Millis>,
    replied_by: Option<String>,
    ended_at: Option<Millis>,
    end_reason: Option<String>,
    rating: Option<i64>,
}

impl Row {
    fn of(episode: &Episode) -> Result<Self, StoreError> {
        Ok(Self {
            conversation_id: episode.place.conversation.to_string(),
            number: episode.number,
            scope_id: episode.place.scope.to_string(),
            channel_id: episode.place.channel.to_string(),
            began_at: episode.began_at,
            begun: text::variant_name(&episode.begun)?,
            queued_at: episode.queued_at,
            waiting_since: episode.waiting_since,
            waited: episode.waited,
            joined_at: episode.joined_at,
            owner_id: text::maybe(episode.owner),
            owned_since: episode.owned_since,
            handled: episode.handled,
            replied_at: episode.replied_at,
            replied_by: text::maybe(episode.replied_by),
            ended_at: episode.ended_at,
            end_reason: episode.end_reason.as_ref().map(text::variant_name).transpose()?,
            rating: feedback::stars(episode.rating),
        })
    }

    fn insert(&self, connection: &mut Connection) -> Result<(), StoreError> {
        diesel::insert_into(episodes::table).values(self).execute(connection)?;
        Ok(())
    }

    fn update(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let key = (self.conversation_id.as_str(), self.number);
        diesel::update(episodes::table.find(key)).set(self).execute(connection)?;
        Ok(())
    }
}

impl TryFrom<Row> for Episode {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            place: Place {
                conversation: text::id(&row.conversation_id)?,
                scope: text::id(&row.scope_id)?,
                channel: text::id(&row.channel_id)?,
            },
            number: row.number,
            began_at: row.began_at,
            begun: text::variant(&row.begun)?,
            queued_at: row.queued_at,
            waiting_since: row.waiting_since,
            waited: row.waited,
            joined_at: row.joined_at,
            owner: text::maybe_id(row.owner_id.as_deref())?,
            owned_since: row.owned_since,
            handled: row.handled,
            replied_at: row.replied_at,
            replied_by: text::maybe_id(row.replied_by.as_deref())?,
            ended_at: row.ended_at,
            end_reason: row.end_reason.as_deref().map(text::variant).transpose()?,
            rating: feedback::rating(row.rating)?,
        })
    }
}

/// What a commit means for the episodes of its conversation.
pub(super) struct Change {
    place: Place,
    entries: Vec<Entry>,
}

impl Change {
    pub(super) fn of(after: &Conversation, entries: &[Entry]) -> Self {
        Self { place: place_of(after), entries: entries.to_vec() }
    }

    /// Stores what the entries change. They themselves are not in the log yet.
    pub(super) fn store(&self, connection: &mut Connection) -> Result<(), StoreError> {
        let opens = self.entries.first().is_some_and(|entry| entry.seq == 1);
        let mut latest = if opens { None } else { self.latest(connection)? };
        let mut stored = latest.is_some();
        for entry in &self.entries {
            if let Some(next) = Episode::fold(self.place, latest.as_mut(), entry) {
                if let Some(before) = latest.replace(next) {
                    put(connection, &before, stored)?;
                }
                stored = false;
            }
        }
        latest.map_or(Ok(()), |latest| put(connection, &latest, stored))
    }

    /// The episode the entries fall into. One that began before episodes were kept is made from the log.
    fn latest(&self, connection: &mut Connection) -> Result<Option<Episode>, StoreError> {
        let id = self.place.conversation;
        let row = episodes::table
            .filter(episodes::conversation_id.eq(id.to_string()))
            .order(episodes::number.desc())
            .first::<Row>(connection)
            .optional()?;
        if let Some(row) = row {
            return Ok(Some(row.try_into()?));
        }
        renew(connection, self.place)?;
        Ok(of_conversation(connection, id)?.pop())
    }
}

fn put(connection: &mut Connection, episode: &Episode, stored: bool) -> Result<(), StoreError> {
    let row = Row::of(episode)?;
    if stored { row.update(connection) } else { row.insert(connection) }
}

const fn place_of(conversation: &Conversation) -> Place {
    Place { conversation: conversation.id, scope: conversation.scope, channel: conversation.channel }
}

/// The episodes of a conversation, the first one first.
///
/// # Errors
/// The store's failures.
pub fn of_conversation(connection: &mut Connection, id: ConversationId) -> Result<Vec<Episode>, StoreError> {
    let rows = episodes::table
        .filter(episodes::conversation_id.eq(id.to_string()))
        .order(episodes::number)
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Makes the episodes of one conversation again from its log. Those of an erased contact stay as they are, as their log no
/// longer says what happened.
fn renew(connection: &mut Connection, place: Place) -> Result<(), StoreError> {
    let log = entries::after(connection, place.conversation, Seq::MIN, i64::MAX)?;
    let renewed = Episode::of_log(place, &log);
    if renewed.is_empty() {
        return Ok(());
    }
    let old = episodes::table.filter(episodes::conversation_id.eq(place.conversation.to_string()));
    diesel::delete(old).execute(connection)?;
    renewed.iter().try_for_each(|episode| put(connection, episode, false))
}

/// Makes the episodes of the `limit` conversations that follow `after` again from their logs. Answers the last of them; none
/// when there are no more.
///
/// # Errors
/// The store's failures.
pub fn rebuild_part(
    connection: &mut Connection,
    after: Option<ConversationId>,
    limit: i64,
) -> Result<Option<ConversationId>, StoreError> {
    let rows = conversations::table
        .filter(conversations::id.gt(text::maybe(after).unwrap_or_default()))
        .order(conversations::id)
        .limit(limit)
        .select((conversations::id, conversations::scope_id, conversations::channel_id))
        .load::<(String, String, String)>(connection)?;
    let mut last = None;
    for (id, scope, channel) in rows {
        let id = text::id(&id)?;
        let place = Place { conversation: id, scope: text::id(&scope)?, channel: text::id(&channel)? };
        renew(connection, place)?;
        last = Some(id);
    }
    Ok(last)
}

type FigureRow = (
    String,
    Millis,
    String,
    Option<Millis>,
    Option<Millis>,
    Option<Millis>,
    Option<Millis>,
    Option<String>,
    Millis,
    Option<Millis>,
    Option<String>,
    Option<Millis>,
    Option<String>,
    Option<i64>,
);

/// What reports need of the episodes of a scope that began from `from` and before `to`: at most `limit` of them.
///
/// # Errors
/// The store's failures.
pub fn figures(
    connection: &mut Connection,
    scope: ScopeId,
    channel: Option<ChannelId>,
    from: Millis,
    to: Millis,
    limit: i64,
) -> Result<Vec<Figure>, StoreError> {
    let mut query = episodes::table
        .filter(episodes::scope_id.eq(scope.to_string()))
        .filter(episodes::began_at.ge(from))
        .filter(episodes::began_at.lt(to))
        .select((
            episodes::channel_id,
            episodes::began_at,
            episodes::begun,
            episodes::queued_at,
            episodes::waiting_since,
            episodes::waited,
            episodes::joined_at,
            episodes::owner_id,
            episodes::handled,
            episodes::replied_at,
            episodes::replied_by,
            episodes::ended_at,
            episodes::end_reason,
            episodes::rating,
        ))
        .limit(limit)
        .into_boxed();
    if let Some(channel) = channel {
        query = query.filter(episodes::channel_id.eq(channel.to_string()));
    }
    let rows = query.load::<FigureRow>(connection)?;
    rows.into_iter().map(figure).collect()
}

fn figure(row: FigureRow) -> Result<Figure, StoreError> {
    let (channel, began_at, begun, queued_at, waiting_since, waited, joined_at, owner, handled, ..) = row;
    let (.., replied_at, replied_by, ended_at, end_reason, rating) = row;
    let begun: Begun = text::variant(&begun)?;
    let reason: Option<EndReason> = end_reason.as_deref().map(text::variant).transpose()?;
    let reached_people = queued_at.is_some() || joined_at.is_some();
    let has_outcome = reached_people || ended_at.is_some();
    let with_bot = begun == Begun::Bot && reason != Some(EndReason::Erased);
    Ok(Figure {
        channel: text::id(&channel)?,
        began_at,
        waited,
        gave_up: ended_at.is_some() && waiting_since.is_some(),
        replied: queued_at.zip(replied_at).map(|(from, to)| to.saturating_sub(from).max(0)),
        replied_by: text::maybe_id(replied_by.as_deref())?,
        handled: ended_at.and(joined_at).map(|_| handled),
        owner: text::maybe_id(owner.as_deref())?,
        contained: (with_bot && has_outcome).then_some(!reached_people),
        ended: ended_at.is_some(),
        rating: feedback::rating(rating)?.map(u8::from),
    })
}
