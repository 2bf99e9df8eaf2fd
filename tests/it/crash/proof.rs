//! Reads everything back and compares it with what people were told.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use switchboard::domain::conversation::{Conversation, NewConversation};
use switchboard::domain::event::{Author, Entry, Event};
use switchboard::store::conversations::EndedFilter;
use switchboard::store::{Store, conversations, entries, scopes};

use super::people::{Acked, Journal};
use crate::support::database::Database;

/// More than there are.
const MANY: i64 = 1_000_000;

/// The figures of a run.
pub struct Found {
    acked: usize,
    refused: usize,
    repeated: u64,
    /// Committed before a crash, acknowledged after it.
    between: usize,
    conversations: usize,
    entries: usize,
    claims: usize,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} acknowledged ({} of them committed before a crash and answered after it), {} refused, {} repeated; {} \
             conversations with {} entries, {} claims: 0 lost, 0 doubled, 0 holes, 0 owners changed",
            self.acked,
            self.between,
            self.refused,
            self.repeated,
            self.conversations,
            self.entries,
            self.claims
        )
    }
}

/// A conversation as it is stored.
struct Log {
    now_is: Conversation,
    entries: Vec<Entry>,
}

/// Panics where the store and an answer differ.
pub async fn check(database: &Database, journals: &[Journal]) -> Found {
    let store = database.open();
    let logs = logs(&store).await;
    for log in logs.values() {
        has_no_holes(log);
    }
    has_nothing_twice(&logs);
    let known: HashSet<String> =
        entries_of(&logs).filter_map(|entry| entry.client_id).map(|id| id.0.to_string()).collect();
    let acked: Vec<&Acked> = journals.iter().flat_map(|journal| &journal.acked).collect();
    let mut between = 0;
    for ack in &acked {
        let entry = stands(&logs, ack);
        between += usize::from(entry.at < ack.server_since);
    }
    for id in journals.iter().flat_map(|journal| &journal.refused) {
        assert!(!known.contains(id), "command {id} was refused and took effect");
    }
    store.close().await.unwrap();
    Found {
        acked: acked.len(),
        refused: journals.iter().map(|journal| journal.refused.len()).sum(),
        repeated: journals.iter().map(|journal| journal.repeated).sum(),
        between,
        conversations: logs.len(),
        entries: entries_of(&logs).count(),
        claims: owners_are_those_who_were_told(&logs, &acked),
    }
}

async fn logs(store: &Store) -> BTreeMap<String, Log> {
    let all = store.read(|connection| {
        let scope = scopes::list(connection)?.remove(0).id;
        let ended = conversations::ended(connection, scope, &EndedFilter::default(), None, MANY)?.items;
        let active = conversations::active(connection, scope)?;
        Ok(active.into_iter().chain(ended).map(|(now_is, _)| now_is).collect::<Vec<_>>())
    });
    let mut logs = BTreeMap::new();
    for now_is in all.await.unwrap() {
        let id = now_is.id;
        let entries = store.read(move |connection| entries::after(connection, id, 0, MANY)).await.unwrap();
        logs.insert(id.to_string(), Log { now_is, entries });
    }
    logs
}

fn entries_of(logs: &BTreeMap<String, Log>) -> impl Iterator<Item = &Entry> {
    logs.values().flat_map(|log| &log.entries)
}

fn has_no_holes(Log { now_is, entries }: &Log) {
    let numbers = entries.iter().map(|entry| entry.seq);
    assert!(numbers.eq(1..=now_is.version), "{} has holes", now_is.id);
    let mut folded = Conversation::unopened(&NewConversation {
        id: now_is.id,
        scope: now_is.scope,
        channel: now_is.channel,
        contact: now_is.contact,
    });
    for entry in entries {
        folded.apply(entry);
    }
    assert_eq!(&folded, now_is, "the row is not what its log says");
}

fn has_nothing_twice(logs: &BTreeMap<String, Log>) {
    let (mut ids, mut texts) = (HashSet::new(), HashSet::new());
    for entry in entries_of(logs) {
        if let Some(id) = entry.client_id {
            assert!(ids.insert(id), "command {id:?} took effect twice");
        }
        if let Event::Message { text, .. } | Event::Note { text, .. } = &entry.body {
            assert!(texts.insert(text), "{text:?} stands twice");
        }
    }
}

/// The entry of an acknowledged command.
fn stands<'a>(logs: &'a BTreeMap<String, Log>, ack: &Acked) -> &'a Entry {
    let Acked { command, conversation, seq, .. } = ack;
    let log = logs.get(conversation).unwrap_or_else(|| panic!("{conversation} is lost with {command}"));
    let entry = log.entries.iter().find(|entry| entry.seq == *seq);
    let entry = entry.unwrap_or_else(|| panic!("entry {seq} of {conversation} is lost: {command}"));
    assert_eq!(
        entry.client_id.map(|id| id.0.to_string()).as_deref(),
        command["client_id"].as_str(),
        "{command}"
    );
    let by = match &entry.by {
        Author::Member { id, .. } => Some(id.to_string()),
        _ => None,
    };
    assert_eq!(by, ack.by, "{command}");
    if let Event::Message { text, .. } | Event::Note { text, .. } = &entry.body {
        assert_eq!(Some(text.as_str()), command["text"].as_str());
    }
    entry
}

/// Whoever was told last that they own a conversation, or that they gave it away, is right. Answers how many were told.
fn owners_are_those_who_were_told(logs: &BTreeMap<String, Log>, acked: &[&Acked]) -> usize {
    let mut last: HashMap<&str, &Acked> = HashMap::new();
    let mut claims = 0;
    for ack in acked.iter().copied().filter(|ack| changed_the_owner(logs, ack)) {
        claims += 1;
        let known = last.entry(&ack.conversation).or_insert(ack);
        if known.seq < ack.seq {
            *known = ack;
        }
    }
    for (conversation, ack) in last {
        let log = &logs[conversation];
        let later = log.entries.iter().filter(|entry| entry.seq > ack.seq);
        if later.into_iter().any(|entry| entry.body.changes_status()) {
            // Taken away afterwards by the server itself, or by somebody who was never answered.
            continue;
        }
        let owner = log.now_is.assignee.as_ref().map(|owner| owner.id.to_string());
        let told = match ack.command["type"].as_str() {
            Some("send" | "join") => ack.by.clone(),
            Some("transfer") => ack.command["to"]["id"].as_str().map(str::to_owned),
            _ => None,
        };
        assert_eq!(owner, told, "{conversation} has another owner than was told by {}", ack.command);
    }
    claims
}

/// Did the command claim, pass on or end the conversation?
fn changed_the_owner(logs: &BTreeMap<String, Log>, ack: &Acked) -> bool {
    match ack.command["type"].as_str() {
        // The claim and the message are two entries of one command, and the second has its id.
        Some("send") if ack.by.is_some() => {
            let before = logs[&ack.conversation].entries.iter().find(|entry| entry.seq == ack.seq - 1);
            before
                .is_some_and(|entry| matches!(entry.body, Event::Joined { .. }) && entry.client_id.is_none())
        }
        Some("join" | "transfer" | "resolve" | "end") => true,
        _ => false,
    }
}
