//! Lists of conversations by filter and by text.
//!
//! Filters without a text are answered from indexes. A text is looked for in names, addresses and in everything that was
//! written, in any script and case, which no index of both databases can do. So a search walks the conversations that
//! pass the filters, some at a time, and stops after [`EXAMINED_MAX`]: what one request costs does not grow with what
//! is stored. Its answer may then hold fewer rows than asked for, with a cursor to go on from.

use std::collections::HashSet;

use diesel::prelude::*;

use super::conversations::{Row, with_contacts};
use super::page::page;
use super::schema::{contacts, conversation_tags, conversations, entries};
use super::{Connection, Cursor, Page, StoreError, contacts as people, text};
use crate::domain::card::Card;
use crate::domain::contact::Contact;
use crate::domain::conversation::Conversation;
use crate::domain::event::Event;
use crate::domain::feedback::Rating;
use crate::domain::ids::{ChannelId, MemberId, OfConversation, ScopeId};

/// Conversations whose messages are read at a time.
const CHUNK: i64 = 200;
/// Conversations that one search looks through.
pub const EXAMINED_MAX: i64 = 2_000;

diesel::define_sql_function! {
    /// Both databases fold the case of ASCII letters alone.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text
}

/// Which conversations are listed, and by which time they are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Among {
    /// Not ended; by their beginning.
    #[default]
    Active,
    /// Ended; by their end.
    Ended,
    /// All; by their beginning.
    All,
}

/// Which of them are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Active, ended or all.
    pub among: Among,
    /// Only of this channel.
    pub channel: Option<ChannelId>,
    /// Only those this member owns; of ended ones, owned last.
    pub assignee: Option<MemberId>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only with this rating.
    pub rating: Option<Rating>,
    /// Only with this text in the contact's name or e-mail address, in a message or note, or in the name of one of its files.
    pub text: Option<String>,
    /// The oldest first, else the newest.
    pub oldest_first: bool,
}

type Found = (Conversation, Contact);

/// Conversations of a scope with their contacts; those after `from`.
///
/// # Errors
/// The store's failures.
pub fn list(
    connection: &mut Connection,
    scope: ScopeId,
    filter: &Filter,
    from: Option<Cursor>,
    limit: i64,
) -> Result<Page<Found>, StoreError> {
    let Some(wanted) = &filter.text else { return filtered(connection, scope, filter, from, limit) };
    let wanted = wanted.to_lowercase();
    let most = usize::try_from(limit).unwrap_or(0);
    let (mut items, mut from) = (Vec::new(), from);
    for _ in 0..EXAMINED_MAX / CHUNK {
        let part = filtered(connection, scope, filter, from, CHUNK)?;
        let written = with_words(connection, &part.items, &wanted)?;
        for found in part.items {
            let place = place(filter.among, &found.0);
            if written.contains(&found.0.id.to_string()) || names(&found, &wanted) {
                items.push(found);
            }
            from = Some(place);
            if items.len() == most {
                return Ok(Page { items, next: from });
            }
        }
        if part.next.is_none() {
            return Ok(Page { items, next: None });
        }
    }
    Ok(Page { items, next: from })
}

/// What the filters let pass, whatever the text.
fn filtered(
    connection: &mut Connection,
    scope: ScopeId,
    filter: &Filter,
    from: Option<Cursor>,
    limit: i64,
) -> Result<Page<Found>, StoreError> {
    let scope = scope.to_string();
    let mut query = conversations::table
        .inner_join(contacts::table)
        .filter(conversations::scope_id.eq(scope.clone()))
        .limit(limit + 1)
        .into_boxed();
    if let Some(channel) = filter.channel {
        query = query.filter(conversations::channel_id.eq(channel.to_string()));
    }
    if let Some(member) = filter.assignee.map(|member| member.to_string()) {
        query = match filter.among {
            Among::Active => query.filter(conversations::assignee_id.eq(member)),
            Among::Ended | Among::All => query.filter(conversations::handled_by.eq(member)),
        };
    }
    if let Some(tag) = &filter.tag {
        let tagged = conversation_tags::table
            .filter(conversation_tags::scope_id.eq(scope))
            .filter(conversation_tags::tag.eq(tag.clone()))
            .select(conversation_tags::conversation_id);
        query = query.filter(conversations::id.eq_any(tagged));
    }
    if let Some(rating) = filter.rating {
        query = query.filter(conversations::rating.eq(i64::from(u8::from(rating))));
    }
    query = match filter.among {
        Among::Active => query.filter(conversations::ended_at.is_null()),
        Among::Ended => query.filter(conversations::ended_at.is_not_null()),
        Among::All => query,
    };
    query = match (filter.among, filter.oldest_first) {
        (Among::Ended, false) => query.order((conversations::ended_at.desc(), conversations::id.desc())),
        (Among::Ended, true) => query.order((conversations::ended_at.asc(), conversations::id.asc())),
        (_, false) => query.order(conversations::id.desc()),
        (_, true) => query.order(conversations::id.asc()),
    };
    if let Some(from) = from {
        let id = from.id_text::<OfConversation>();
        query = match (filter.among, filter.oldest_first) {
            (Among::Ended, false) => query.filter(
                conversations::ended_at
                    .lt(from.at)
                    .or(conversations::ended_at.eq(from.at).and(conversations::id.lt(id).nullable())),
            ),
            (Among::Ended, true) => query.filter(
                conversations::ended_at
                    .gt(from.at)
                    .or(conversations::ended_at.eq(from.at).and(conversations::id.gt(id).nullable())),
            ),
            (_, false) => query.filter(conversations::id.lt(id)),
            (_, true) => query.filter(conversations::id.gt(id)),
        };
    }
    let rows = with_contacts(query.load::<(Row, people::Row)>(connection)?)?;
    Ok(page(rows, limit, |(conversation, _)| place(filter.among, conversation)))
}

fn place(among: Among, conversation: &Conversation) -> Cursor {
    let at = match among {
        Among::Ended => conversation.ended_at.unwrap_or_default(),
        Among::Active | Among::All => conversation.opened_at,
    };
    Cursor { at, id: conversation.id.uuid() }
}

/// Is the text in what stands about the contact?
fn names((_, contact): &Found, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    has(&contact.name) || contact.email.as_deref().is_some_and(has)
}

/// Ids of those in whose messages and notes the text is: in words, cards and names of files. The database leaves out most of the others.
fn with_words(
    connection: &mut Connection,
    among: &[Found],
    wanted: &str,
) -> Result<HashSet<String>, StoreError> {
    let ids: Vec<String> = among.iter().map(|(conversation, _)| conversation.id.to_string()).collect();
    let written: Vec<(String, String)> = entries::table
        .filter(entries::conversation_id.eq_any(ids))
        .filter(entries::kind.eq_any(["message", "note", "file", "edited"]))
        .filter(lower(entries::body).like(text::anywhere(plain_part(wanted))).escape('\\'))
        .select((entries::conversation_id, entries::body))
        .load(connection)?;
    let mut found = HashSet::new();
    for (conversation, body) in written {
        if !found.contains(&conversation) && is_in(&text::from_json(&body)?, wanted) {
            found.insert(conversation);
        }
    }
    Ok(found)
}

/// Is the text in what people read of this entry?
fn is_in(body: &Event, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let words = match body {
        Event::Message { text, .. } | Event::Note { text, .. } | Event::Edited { text, .. } => text,
        _ => "",
    };
    has(words)
        || body.attachments().iter().any(|file| has(&file.name))
        || matches!(body, Event::Message { cards, coming, .. }
            if cards.iter().flat_map(Card::texts).any(has) || coming.iter().any(|file| has(&file.name)))
}

/// The longest part of a text that stands in JSON as it is and whose case both databases fold.
fn plain_part(text: &str) -> &str {
    let is_plain = |c: char| (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\');
    text.split(|c| !is_plain(c)).max_by_key(|part| part.len()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::plain_part;

    #[test]
    fn what_the_database_compares_is_safe_in_json() {
        assert_eq!(plain_part("order 42"), "order 42");
        assert_eq!(plain_part("größe \"x\" 100%"), " 100%");
        assert_eq!(plain_part("größe"), "gr");
        assert_eq!(plain_part("返品"), "");
    }
}
