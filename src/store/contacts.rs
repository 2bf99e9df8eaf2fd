//! Contacts: the people outside, what is known of them, and how they are forgotten.

use diesel::prelude::*;

use super::schema::{
    contacts, conversations, deliveries, entries, feedback, mentions, outbox, webhook_events,
};
use super::{Connection, StoreError, dialect, text};
use crate::domain::Millis;
use crate::domain::Seq;
use crate::domain::contact::{Contact, SessionDetails};
use crate::domain::conversation::Conversation;
use crate::domain::event::{Entry, Event};
use crate::domain::ids::{ChannelId, ContactId, ConversationId};

/// Everything the store has about one contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Who.
    pub contact: Contact,
    /// Their conversations, newest first.
    pub conversations: Vec<ExportedConversation>,
    /// Files they sent or were sent, oldest first.
    pub files: Vec<super::files::StoredFile>,
}

/// One conversation of an [`Export`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportedConversation {
    /// Its state.
    pub conversation: Conversation,
    /// Where it began.
    pub session: SessionDetails,
    /// Its whole log.
    pub entries: Vec<Entry>,
    /// What the contact said of it.
    pub feedback: Vec<super::feedback::Given>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = contacts)]
pub(super) struct Row {
    pub(super) id: String,
    scope_id: String,
    pub(super) channel_id: String,
    pub(super) external_id: Option<String>,
    name: String,
    email: Option<String>,
    pub(super) verified: bool,
    attributes: String,
    token_generation: i64,
    first_seen: Millis,
}

impl Row {
    pub(super) fn of(contact: &Contact) -> Result<Self, StoreError> {
        Ok(Self {
            id: contact.id.to_string(),
            scope_id: contact.scope.to_string(),
            channel_id: contact.channel.to_string(),
            external_id: contact.external_id.clone(),
            name: contact.name.clone(),
            email: contact.email.clone(),
            verified: contact.verified,
            attributes: text::json(&contact.attributes)?,
            token_generation: contact.token_generation,
            first_seen: contact.first_seen,
        })
    }

    /// The id under which the store already knows this proven customer, if it is another one.
    pub(super) fn known_as(&self, connection: &mut Connection) -> Result<Option<String>, StoreError> {
        if !self.verified {
            return Ok(None);
        }
        let known: Option<String> = contacts::table
            .filter(contacts::channel_id.eq(&self.channel_id))
            .filter(contacts::external_id.eq(self.external_id.as_deref()))
            .filter(contacts::verified.eq(true))
            .select(contacts::id)
            .first(connection)
            .optional()?;
        Ok(known.filter(|known| *known != self.id))
    }
}

impl TryFrom<Row> for Contact {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            scope: text::id(&row.scope_id)?,
            channel: text::id(&row.channel_id)?,
            external_id: row.external_id,
            name: row.name,
            email: row.email,
            verified: row.verified,
            attributes: text::from_json(&row.attributes)?,
            token_generation: row.token_generation,
            first_seen: row.first_seen,
        })
    }
}

/// Adds a contact, unless this id or this proven customer is known.
///
/// # Errors
/// The store's failures.
pub fn insert(connection: &mut Connection, contact: &Contact) -> Result<(), StoreError> {
    dialect::put_contact_once(connection, &Row::of(contact)?)?;
    Ok(())
}

/// One contact.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_id(connection: &mut Connection, id: ContactId) -> Result<Contact, StoreError> {
    contacts::table.find(id.to_string()).first::<Row>(connection)?.try_into()
}

/// As [`by_id`], none when there is none.
///
/// # Errors
/// The store's failures.
pub fn find(connection: &mut Connection, id: ContactId) -> Result<Option<Contact>, StoreError> {
    let row = contacts::table.find(id.to_string()).first::<Row>(connection).optional()?;
    row.map(TryInto::try_into).transpose()
}

/// The contact whom a site proved to be its customer `external_id`.
///
/// # Errors
/// The store's failures.
pub fn by_external_id(
    connection: &mut Connection,
    channel: ChannelId,
    external_id: &str,
) -> Result<Option<Contact>, StoreError> {
    contacts::table
        .filter(contacts::channel_id.eq(channel.to_string()))
        .filter(contacts::external_id.eq(external_id))
        .filter(contacts::verified.eq(true))
        .first::<Row>(connection)
        .optional()?
        .map(TryInto::try_into)
        .transpose()
}

/// Writes everything but id, scope, channel and first sight.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none, [`StoreError::Conflict`] when the proven
/// `external_id` is another contact's.
pub fn update(connection: &mut Connection, contact: &Contact) -> Result<(), StoreError> {
    let changed = diesel::update(contacts::table.find(contact.id.to_string()))
        .set((
            contacts::external_id.eq(contact.external_id.as_deref()),
            contacts::name.eq(&contact.name),
            contacts::email.eq(contact.email.as_deref()),
            contacts::verified.eq(contact.verified),
            contacts::attributes.eq(text::json(&contact.attributes)?),
            contacts::token_generation.eq(contact.token_generation),
        ))
        .execute(connection)?;
    super::found(changed)
}

/// Removes everything a contact said or told, and answers their conversations. Numbers, times, who
/// wrote and what happened stay. All visitor tokens become worthless. End their open conversations
/// first, and have the actors of all of them load anew afterwards.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such contact.
pub fn erase(connection: &mut Connection, id: ContactId) -> Result<Vec<ConversationId>, StoreError> {
    let id = id.to_string();
    let known: (String, Option<String>) =
        contacts::table.find(&id).select((contacts::channel_id, contacts::external_id)).first(connection)?;
    if let (channel, Some(key)) = known {
        super::inbox::erase_contact(connection, &channel, &key)?;
        super::routes::erase(connection, &channel, &key)?;
    }
    let changed = diesel::update(contacts::table.find(&id))
        .set((
            contacts::external_id.eq(None::<String>),
            contacts::name.eq(""),
            contacts::email.eq(None::<String>),
            contacts::verified.eq(false),
            contacts::attributes.eq("{}"),
            contacts::token_generation.eq(contacts::token_generation + 1),
        ))
        .execute(connection)?;
    super::found(changed)?;

    let own = || conversations::table.filter(conversations::contact_id.eq(&id)).select(conversations::id);
    let with_content =
        ["opened", "message", "file", "edited", "reacted", "note", "handed_off", "suppressed", "feedback"];
    diesel::update(
        entries::table
            .filter(entries::conversation_id.eq_any(own()))
            .filter(entries::kind.eq_any(with_content)),
    )
    .set((entries::kind.eq(Event::Erased.kind()), entries::body.eq(text::json(&Event::Erased)?)))
    .execute(connection)?;
    diesel::update(feedback::table.filter(feedback::conversation_id.eq_any(own())))
        .set(feedback::comment.eq(None::<String>))
        .execute(connection)?;
    super::files::erase_contact(connection, &id)?;
    super::coming_files::erase_contact(connection, &id)?;
    super::known_messages::erase_contact(connection, &id)?;
    diesel::delete(deliveries::table.filter(deliveries::conversation_id.eq_any(own())))
        .execute(connection)?;
    diesel::delete(mentions::table.filter(mentions::conversation_id.eq_any(own()))).execute(connection)?;
    diesel::delete(outbox::table.filter(outbox::conversation_id.assume_not_null().eq_any(own())))
        .execute(connection)?;
    let told = webhook_events::table.filter(webhook_events::detail.is_not_null());
    diesel::update(told.filter(webhook_events::conversation_id.assume_not_null().eq_any(own())))
        .set(webhook_events::detail.eq(None::<String>))
        .execute(connection)?;
    diesel::update(conversations::table.filter(conversations::contact_id.eq(&id)))
        .set((
            conversations::first_text.eq(""),
            conversations::preview_by.eq(None::<String>),
            conversations::preview_text.eq(None::<String>),
            conversations::session.eq("{}"),
        ))
        .execute(connection)?;
    let ids = own().load::<String>(connection)?;
    ids.iter().map(|id| text::id(id)).collect()
}

/// Everything the store has about one contact.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such contact.
pub fn export(connection: &mut Connection, id: ContactId) -> Result<Export, StoreError> {
    let contact = by_id(connection, id)?;
    let conversations = super::conversations::of_contact(connection, id, i64::MAX)?;
    let conversations = conversations
        .into_iter()
        .map(|conversation| {
            Ok(ExportedConversation {
                session: super::conversations::session(connection, conversation.id)?,
                entries: super::entries::after(connection, conversation.id, Seq::MIN, i64::MAX)?,
                feedback: super::feedback::of_conversation(connection, conversation.id)?,
                conversation,
            })
        })
        .collect::<Result<_, StoreError>>()?;
    let files = super::files::of_contact(connection, id)?;
    Ok(Export { contact, conversations, files })
}
