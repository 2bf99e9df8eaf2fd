//! One change of one conversation, and everything that must become durable with it.

use diesel::prelude::*;

use super::audit::AuditRow;
use super::outbox::OutboxRow;
use super::schema::conversations as conversations_table;
use super::taken_back::TakenBack;
use super::webhook_events::WebhookEvent;
use super::{
    Connection, StoreError, audit, coming_files, contacts, conversations, dialect, episodes, feedback, files,
    hot, mentions, outbox, tags, text, webhook_events,
};
use crate::domain::contact::{Contact, SessionDetails};
use crate::domain::conversation::{Conversation, Side};
use crate::domain::event::{Author, Entry, Event};
use crate::domain::ids::ConversationId;
use crate::domain::{Millis, Seq};
use crate::fault::{self, Fault};

/// All of it is stored in one transaction, or none.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The version it was decided on: the fence. 0 = the conversation does not exist yet.
    pub before: Seq,
    /// The state after the entries.
    pub after: Conversation,
    /// What happened: numbers `before + 1` to `after.version`, without holes. An
    /// [`Event::Feedback`] also becomes the feedback of its episode.
    pub entries: Vec<Entry>,
    /// With the first entries.
    pub opening: Option<Opening>,
    /// Lines for the audit trail.
    pub audit: Vec<AuditRow>,
    /// Deliveries it causes.
    pub outbox: Vec<OutboxRow>,
    /// What webhooks are to be told of it.
    pub events: Vec<WebhookEvent>,
}

/// What else is stored when a conversation begins.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Who. Kept as it is if the store knows them.
    pub contact: Contact,
    /// Where, as the widget told it.
    pub session: SessionDetails,
}

/// What became of a commit that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Conflict,
    ActiveExists(ConversationId),
    NoSuchFile,
}

/// A commit as rows, made by whoever asks for it so that the journal's thread only writes.
pub(super) struct Rows {
    pub(super) before: Seq,
    pub(super) head: Head,
    pub(super) rest: Rest,
    pub(super) tags: Option<tags::Change>,
    pub(super) entries: Vec<EntryRow>,
    pub(super) episode: Option<episodes::Change>,
    pub(super) feedback: Vec<feedback::Row>,
    pub(super) files: Vec<files::Sent>,
    pub(super) coming: Vec<coming_files::Settled>,
    pub(super) taken_back: Vec<TakenBack>,
    pub(super) mentions: Vec<mentions::Naming>,
    pub(super) audit: Vec<audit::Row>,
    pub(super) outbox: Vec<outbox::Row>,
    pub(super) events: Vec<webhook_events::Row>,
}

/// The columns of a conversation that any message changes.
pub(super) struct Head {
    pub(super) id: String,
    pub(super) version: Seq,
    pub(super) last_at: Millis,
    pub(super) preview_by: Option<&'static str>,
    pub(super) preview_text: Option<String>,
    pub(super) turn: Option<Seq>,
    pub(super) bot_messages: i64,
}

/// What else of a conversation changes.
pub(super) enum Rest {
    /// Nothing: only messages, notes and tags were added.
    Same,
    /// Status, owner, first reply or feedback. `reopens`: it had ended and no longer has.
    Changed { row: Box<conversations::Row>, reopens: bool },
    /// It begins, perhaps with a new contact.
    New { row: Box<conversations::Row>, contact: Option<Box<contacts::Row>> },
}

/// One entry; its conversation is the one of [`Head`].
pub(super) struct EntryRow {
    pub(super) seq: Seq,
    pub(super) at: Millis,
    pub(super) author_kind: &'static str,
    pub(super) author_id: Option<String>,
    pub(super) author_name: Option<String>,
    pub(super) client_id: Option<String>,
    pub(super) kind: &'static str,
    pub(super) body: String,
}

impl Rows {
    /// # Errors
    /// [`StoreError::Broken`] when the entries do not lead from `before` to `after`.
    pub(super) fn of(commit: &Commit) -> Result<Self, StoreError> {
        let Commit { before, after, entries, opening, audit, outbox, events } = commit;
        let before = *before;
        let numbered = entries.iter().map(|entry| entry.seq).eq(before + 1..=after.version);
        if !numbered {
            return Err(StoreError::broken("the entries do not lead from one version to the other"));
        }
        let replies = entries.iter().any(|entry| after.replied_at == Some(entry.at) && is_reply(entry));
        let changes = replies || entries.iter().any(|entry| entry.body.changes_status());
        let reopens = entries.iter().any(|entry| matches!(entry.body, Event::Activated { .. }));
        let id = after.id.to_string();
        let feedback = entries.iter().filter_map(|entry| feedback_row(&id, after.episode, entry)).collect();
        let files =
            entries.iter().filter_map(|entry| files::Sent::of(after.contact, after.id, entry)).collect();
        let mut head = Head {
            id,
            version: after.version,
            last_at: after.last_at,
            preview_by: after.preview.as_ref().map(|preview| preview.by.as_str()),
            preview_text: None,
            turn: after.turn,
            bot_messages: after.bot_messages,
        };
        let rest = if before > 0 && !changes {
            head.preview_text = after.preview.as_ref().map(|preview| preview.text.clone());
            Rest::Same
        } else if before > 0 {
            let row = conversations::Row::of(after.clone(), &SessionDetails::default())?;
            Rest::Changed { row: Box::new(row), reopens }
        } else {
            let (contact, session) = match opening {
                Some(opening) => (Some(contacts::Row::of(&opening.contact)?), &opening.session),
                None => (None, &SessionDetails::default()),
            };
            let row = conversations::Row::of(after.clone(), session)?;
            Rest::New { row: Box::new(row), contact: contact.map(Box::new) }
        };
        Ok(Self {
            before,
            episode: changes.then(|| episodes::Change::of(after, entries)),
            head,
            rest,
            tags: tags::Change::of(after, entries)?,
            entries: entries.iter().map(EntryRow::of).collect::<Result<_, _>>()?,
            feedback,
            files,
            coming: entries.iter().filter_map(coming_files::Settled::of).collect(),
            taken_back: entries.iter().filter_map(TakenBack::of).collect(),
            mentions: entries.iter().filter_map(|entry| mentions::Naming::of(after, entry)).collect(),
            audit: audit.iter().cloned().map(audit::Row::of).collect::<Result<_, _>>()?,
            outbox: outbox.iter().cloned().map(outbox::Row::of).collect::<Result<_, _>>()?,
            events: events.iter().map(webhook_events::Row::of).collect::<Result<_, _>>()?,
        })
    }

    /// True when the commit is no more than entries and the head of its conversation.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.rest, Rest::Same)
            && self.tags.is_none()
            && self.feedback.is_empty()
            && self.files.is_empty()
            && self.coming.is_empty()
            && self.taken_back.is_empty()
            && self.mentions.is_empty()
            && self.audit.is_empty()
            && self.outbox.is_empty()
            && self.events.is_empty()
    }

    /// Stores everything but the entries, if the fence allows it.
    ///
    /// # Errors
    /// Any failure of a statement; then the transaction is of no further use.
    pub(super) fn store_state(&self, connection: &mut Connection) -> Result<Outcome, StoreError> {
        for sent in &self.files {
            if !sent.is_free(connection)? {
                return Ok(Outcome::NoSuchFile);
            }
        }
        for settled in &self.coming {
            if !settled.is_open(connection)? {
                return Ok(Outcome::NoSuchFile);
            }
        }
        let mut new_contact = false;
        let outcome = match &self.rest {
            Rest::Same => fence(hot::update_head(connection, self)?),
            Rest::Changed { row, reopens } => {
                if *reopens
                    && let Some(other) = open_conversation(connection, &row.channel_id, &row.contact_id)?
                    && other != row.id
                {
                    return Ok(Outcome::ActiveExists(text::id(&other)?));
                }
                fence(row.update(connection, self.before)?)
            }
            Rest::New { row, contact } => open(connection, row, contact.as_deref(), &mut new_contact)?,
        };
        if outcome == Outcome::Done {
            if let Some(tags) = &self.tags {
                tags.store(connection)?;
            }
            if let Some(change) = &self.episode {
                change.store(connection)?;
            }
            for row in &self.feedback {
                row.insert(connection)?;
            }
            for sent in &self.files {
                sent.bind(connection)?;
            }
            for settled in &self.coming {
                settled.store(connection)?;
            }
            for taken_back in &self.taken_back {
                taken_back.erase(connection, &self.head.id)?;
            }
            for naming in &self.mentions {
                naming.store(connection)?;
            }
            for row in &self.audit {
                row.insert(connection)?;
            }
            for row in self.outbox.iter().filter(|_| !fault::on(Fault::DeliveryNotInCommit)) {
                row.insert(connection)?;
            }
            for row in self.events.iter().filter(|row| new_contact || !row.is_of_new_contact()) {
                row.insert(connection)?;
            }
        }
        Ok(outcome)
    }
}

impl EntryRow {
    fn of(entry: &Entry) -> Result<Self, StoreError> {
        let author_kind = Side::of(&entry.by).as_str();
        let (author_id, author_name) = match &entry.by {
            Author::Member { id, name } => (Some(id.to_string()), Some(name.clone())),
            Author::Contact | Author::Bot | Author::System => (None, None),
        };
        Ok(Self {
            seq: entry.seq + i64::from(entry.seq > 2 && fault::on(Fault::HoleInLog)),
            at: entry.at,
            author_kind,
            author_id,
            author_name,
            client_id: text::maybe(entry.client_id),
            kind: entry.body.kind(),
            body: text::json(&entry.body)?,
        })
    }
}

/// Words of a member to the customer.
fn is_reply(entry: &Entry) -> bool {
    matches!((&entry.body, &entry.by), (Event::Message { .. }, Author::Member { .. }))
}

pub(super) fn fence(changed: usize) -> Outcome {
    if changed == 1 { Outcome::Done } else { Outcome::Conflict }
}

fn feedback_row(conversation: &str, episode: i64, entry: &Entry) -> Option<feedback::Row> {
    let Event::Feedback { rating, comment } = &entry.body else { return None };
    Some(feedback::Row {
        conversation_id: conversation.to_owned(),
        episode,
        rating: feedback::stars(*rating),
        comment: comment.clone(),
        at: entry.at,
    })
}

/// Adds contact and conversation. The unique indexes decide between two who do so at once; whoever comes
/// second learns of the conversation that stands. `new_contact`: the contact was not known.
fn open(
    connection: &mut Connection,
    row: &conversations::Row,
    contact: Option<&contacts::Row>,
    new_contact: &mut bool,
) -> Result<Outcome, StoreError> {
    if let Some(contact) = contact {
        *new_contact = dialect::put_contact_once(connection, contact)?;
        if let Some(known) = contact.known_as(connection)? {
            let other = open_conversation(connection, &row.channel_id, &known)?;
            return other.map_or(Ok(Outcome::Conflict), |other| Ok(Outcome::ActiveExists(text::id(&other)?)));
        }
    }
    if dialect::put_conversation_once(connection, row)? {
        return Ok(Outcome::Done);
    }
    match open_conversation(connection, &row.channel_id, &row.contact_id)? {
        Some(other) if other != row.id => Ok(Outcome::ActiveExists(text::id(&other)?)),
        _ => Ok(Outcome::Conflict),
    }
}

fn open_conversation(
    connection: &mut Connection,
    channel: &str,
    contact: &str,
) -> Result<Option<String>, StoreError> {
    let open = conversations_table::table
        .filter(conversations_table::channel_id.eq(channel))
        .filter(conversations_table::contact_id.eq(contact))
        .filter(conversations_table::ended_at.is_null());
    Ok(open.select(conversations_table::id).first(connection).optional()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::conversation::{Command, NewConversation, Rules, decide, number, open};
    use crate::domain::member::{Actor, Role};
    use crate::sources::Sources;

    #[test]
    fn only_the_first_reply_of_an_episode_is_more_than_plain() {
        let sources = Sources::default();
        let new = NewConversation {
            id: sources.id(),
            scope: sources.id(),
            channel: sources.id(),
            contact: sources.id(),
        };
        let sam = Actor { id: sources.id(), name: "Sam".into(), role: Role::Agent };
        let (mut state, mut at) = (Conversation::unopened(&new), 0);
        let mut is_plain = |command: Option<Command>| {
            at += 1;
            let rules = Rules::default();
            let facts =
                command.map_or(open(&rules, &"Hello".into()), |c| decide(&state, &c, &rules, at).unwrap());
            let before = state.version;
            let entries = number(before, facts, None, at);
            for entry in &entries {
                state.apply(entry);
            }
            let (opening, audit, outbox, events) = (None, Vec::new(), Vec::new(), Vec::new());
            let after = state.clone();
            let rows = Rows::of(&Commit { before, after, entries, opening, audit, outbox, events }).unwrap();
            assert_eq!(rows.is_plain(), rows.episode.is_none());
            rows.is_plain()
        };
        let send = || Some(Command::Send { by: sam.clone(), text: "Words".into() });
        let lives = [
            (None, false),
            (Some(Command::Post { text: "Words".into() }), true),
            (Some(Command::Join { by: sam.clone() }), false),
            (Some(Command::Note { by: sam.clone(), text: "Words".into(), mentions: Vec::new() }), true),
            (send(), false),
            (send(), true),
            (Some(Command::Post { text: "Words".into() }), true),
            (send(), true),
            (Some(Command::Resolve { by: sam.clone() }), false),
            (Some(Command::Activate { by: sam.clone() }), false),
            (send(), true),
        ];
        for (place, (command, plain)) in lives.into_iter().enumerate() {
            assert_eq!(is_plain(command), plain, "{place}");
        }
    }
}
