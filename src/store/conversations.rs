//! Conversations as they stand now. Written by [`super::Store::commit`] and by nothing else.

use diesel::prelude::*;

use super::page::page;
use super::schema::{contacts, conversations};
use super::{Connection, Cursor, Page, StoreError, contacts as people, feedback, text};
use crate::domain::contact::{Contact, SessionDetails};
use crate::domain::conversation::{Assignee, Conversation, Preview};
use crate::domain::ids::{ChannelId, ContactId, ConversationId, MemberId, OfConversation, ScopeId};
use crate::domain::{Millis, Seq};

/// Which ended conversations are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndedFilter {
    /// Only of this channel.
    pub channel: Option<ChannelId>,
    /// Only those this member owned last.
    pub assignee: Option<MemberId>,
    /// Only those with this text in the contact's name or e-mail address, the first or the last
    /// message, whatever the case of its ASCII letters.
    pub text: Option<String>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = conversations)]
pub(super) struct Row {
    pub(super) id: String,
    scope_id: String,
    pub(super) channel_id: String,
    pub(super) contact_id: String,
    pub(super) version: Seq,
    pub(super) status: String,
    pub(super) assignee_id: Option<String>,
    pub(super) assignee_name: Option<String>,
    pub(super) handled_by: Option<String>,
    pub(super) epoch: i64,
    pub(super) episode: i64,
    pub(super) turn: Option<Seq>,
    pub(super) bot_messages: i64,
    pub(super) first_text: String,
    pub(super) preview_by: Option<String>,
    pub(super) preview_text: Option<String>,
    pub(super) opened_at: Millis,
    pub(super) last_at: Millis,
    pub(super) waiting_since: Option<Millis>,
    pub(super) ended_at: Option<Millis>,
    pub(super) end_reason: Option<String>,
    pub(super) rated: bool,
    pub(super) rating: Option<i64>,
    session: String,
}

impl Row {
    /// The row of a state. `session` is written once, with the first entry.
    pub(super) fn of(now_is: Conversation, session: &SessionDetails) -> Result<Self, StoreError> {
        let (assignee_id, assignee_name) = match now_is.assignee {
            Some(assignee) => (Some(assignee.id.to_string()), Some(assignee.name)),
            None => (None, None),
        };
        let (preview_by, preview_text) = match now_is.preview {
            Some(preview) => (Some(preview.by.as_str().to_owned()), Some(preview.text)),
            None => (None, None),
        };
        Ok(Self {
            id: now_is.id.to_string(),
            scope_id: now_is.scope.to_string(),
            channel_id: now_is.channel.to_string(),
            contact_id: now_is.contact.to_string(),
            version: now_is.version,
            status: now_is.status.as_str().to_owned(),
            handled_by: assignee_id.clone(),
            assignee_id,
            assignee_name,
            epoch: now_is.epoch,
            episode: now_is.episode,
            turn: now_is.turn,
            bot_messages: now_is.bot_messages,
            first_text: now_is.first_text,
            preview_by,
            preview_text,
            opened_at: now_is.opened_at,
            last_at: now_is.last_at,
            waiting_since: now_is.waiting_since,
            ended_at: now_is.ended_at,
            end_reason: now_is.end_reason.as_ref().map(text::variant_name).transpose()?,
            rated: now_is.rated,
            rating: feedback::stars(now_is.rating),
            session: text::json(session)?,
        })
    }

    /// Writes everything that can change, if the stored version is `before`. Answers how many rows did.
    pub(super) fn update(&self, connection: &mut Connection, before: Seq) -> Result<usize, StoreError> {
        let fenced = conversations::table.find(&self.id).filter(conversations::version.eq(before));
        let changed = diesel::update(fenced)
            .set((
                conversations::version.eq(self.version),
                conversations::status.eq(&self.status),
                conversations::assignee_id.eq(self.assignee_id.as_deref()),
                conversations::assignee_name.eq(self.assignee_name.as_deref()),
                self.handled_by.as_deref().map(|member| conversations::handled_by.eq(member)),
                conversations::epoch.eq(self.epoch),
                conversations::episode.eq(self.episode),
                conversations::turn.eq(self.turn),
                conversations::bot_messages.eq(self.bot_messages),
                conversations::preview_by.eq(self.preview_by.as_deref()),
                conversations::preview_text.eq(self.preview_text.as_deref()),
                conversations::last_at.eq(self.last_at),
                conversations::waiting_since.eq(self.waiting_since),
                conversations::ended_at.eq(self.ended_at),
                conversations::end_reason.eq(self.end_reason.as_deref()),
                conversations::rated.eq(self.rated),
                conversations::rating.eq(self.rating),
            ))
            .execute(connection)?;
        Ok(changed)
    }
}

impl TryFrom<Row> for Conversation {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let assignee = match row.assignee_id {
            Some(id) => Some(Assignee { id: text::id(&id)?, name: row.assignee_name.unwrap_or_default() }),
            None => None,
        };
        let preview = match (row.preview_by, row.preview_text) {
            (Some(by), Some(text)) => Some(Preview { by: super::text::variant(&by)?, text }),
            _ => None,
        };
        Ok(Self {
            id: text::id(&row.id)?,
            scope: text::id(&row.scope_id)?,
            channel: text::id(&row.channel_id)?,
            contact: text::id(&row.contact_id)?,
            version: row.version,
            status: text::variant(&row.status)?,
            assignee,
            epoch: row.epoch,
            episode: row.episode,
            turn: row.turn,
            bot_messages: row.bot_messages,
            first_text: row.first_text,
            preview,
            opened_at: row.opened_at,
            last_at: row.last_at,
            waiting_since: row.waiting_since,
            ended_at: row.ended_at,
            end_reason: row.end_reason.as_deref().map(text::variant).transpose()?,
            rated: row.rated,
            rating: feedback::rating(row.rating)?,
        })
    }
}

fn with_contacts(rows: Vec<(Row, people::Row)>) -> Result<Vec<(Conversation, Contact)>, StoreError> {
    rows.into_iter().map(|(row, contact)| Ok((row.try_into()?, contact.try_into()?))).collect()
}

/// One conversation.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_id(connection: &mut Connection, id: ConversationId) -> Result<Conversation, StoreError> {
    conversations::table.find(id.to_string()).first::<Row>(connection)?.try_into()
}

/// One conversation and its contact.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn with_contact(
    connection: &mut Connection,
    id: ConversationId,
) -> Result<(Conversation, Contact), StoreError> {
    let (row, contact) = conversations::table
        .inner_join(contacts::table)
        .filter(conversations::id.eq(id.to_string()))
        .first::<(Row, people::Row)>(connection)?;
    Ok((row.try_into()?, contact.try_into()?))
}

/// Where a conversation began, as the widget told it.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such conversation.
pub fn session(connection: &mut Connection, id: ConversationId) -> Result<SessionDetails, StoreError> {
    let json: String =
        conversations::table.find(id.to_string()).select(conversations::session).first(connection)?;
    text::from_json(&json)
}

/// All conversations of a scope that have not ended, oldest first, with their contacts.
///
/// # Errors
/// The store's failures.
pub fn active(
    connection: &mut Connection,
    scope: ScopeId,
) -> Result<Vec<(Conversation, Contact)>, StoreError> {
    let rows = conversations::table
        .inner_join(contacts::table)
        .filter(conversations::scope_id.eq(scope.to_string()))
        .filter(conversations::ended_at.is_null())
        .order(conversations::id)
        .load::<(Row, people::Row)>(connection)?;
    with_contacts(rows)
}

/// Ended conversations of a scope with their contacts, the last to end first; those after `from`.
///
/// # Errors
/// The store's failures.
pub fn ended(
    connection: &mut Connection,
    scope: ScopeId,
    filter: &EndedFilter,
    from: Option<Cursor>,
    limit: i64,
) -> Result<Page<(Conversation, Contact)>, StoreError> {
    diesel::define_sql_function!(fn lower(text: diesel::sql_types::Nullable<diesel::sql_types::Text>) -> diesel::sql_types::Nullable<diesel::sql_types::Text>);

    let mut query = conversations::table
        .inner_join(contacts::table)
        .filter(conversations::scope_id.eq(scope.to_string()))
        .filter(conversations::ended_at.is_not_null())
        .order((conversations::ended_at.desc(), conversations::id.desc()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(channel) = filter.channel {
        query = query.filter(conversations::channel_id.eq(channel.to_string()));
    }
    if let Some(member) = filter.assignee {
        query = query.filter(conversations::handled_by.eq(member.to_string()));
    }
    if let Some(wanted) = &filter.text {
        let pattern = text::anywhere(wanted);
        query = query.filter(
            lower(contacts::name.nullable())
                .like(pattern.clone())
                .escape('\\')
                .or(lower(contacts::email).like(pattern.clone()).escape('\\'))
                .or(lower(conversations::first_text.nullable()).like(pattern.clone()).escape('\\'))
                .or(lower(conversations::preview_text).like(pattern).escape('\\')),
        );
    }
    if let Some(from) = from {
        let same_time = conversations::ended_at
            .eq(from.at)
            .and(conversations::id.lt(from.id_text::<OfConversation>()).nullable());
        query = query.filter(conversations::ended_at.lt(from.at).or(same_time));
    }
    let rows = with_contacts(query.load::<(Row, people::Row)>(connection)?)?;
    Ok(page(rows, limit, |(conversation, _)| Cursor {
        at: conversation.ended_at.unwrap_or_default(),
        id: conversation.id.uuid(),
    }))
}

/// A contact's conversations, newest first: `limit` 1 is the latest, the rest are the earlier ones.
///
/// # Errors
/// The store's failures.
pub fn of_contact(
    connection: &mut Connection,
    contact: ContactId,
    limit: i64,
) -> Result<Vec<Conversation>, StoreError> {
    let rows = conversations::table
        .filter(conversations::contact_id.eq(contact.to_string()))
        .order(conversations::id.desc())
        .limit(limit)
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// A part of a contact's conversations: those begun before `before`, newest first.
///
/// # Errors
/// The store's failures.
pub fn of_contact_before(
    connection: &mut Connection,
    contact: ContactId,
    before: Option<ConversationId>,
    limit: i64,
) -> Result<Vec<Conversation>, StoreError> {
    let mut query = conversations::table
        .filter(conversations::contact_id.eq(contact.to_string()))
        .order(conversations::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(conversations::id.lt(before.to_string()));
    }
    query.load::<Row>(connection)?.into_iter().map(TryInto::try_into).collect()
}

/// The contact's newest conversation, ended or not.
///
/// # Errors
/// The store's failures.
pub fn latest_of(
    connection: &mut Connection,
    contact: ContactId,
) -> Result<Option<Conversation>, StoreError> {
    Ok(of_contact(connection, contact, 1)?.pop())
}

/// The contact's conversation on this channel that has not ended; there is at most one.
///
/// # Errors
/// The store's failures.
pub fn open_of(
    connection: &mut Connection,
    channel: ChannelId,
    contact: ContactId,
) -> Result<Option<Conversation>, StoreError> {
    conversations::table
        .filter(conversations::channel_id.eq(channel.to_string()))
        .filter(conversations::contact_id.eq(contact.to_string()))
        .filter(conversations::ended_at.is_null())
        .first::<Row>(connection)
        .optional()?
        .map(TryInto::try_into)
        .transpose()
}
