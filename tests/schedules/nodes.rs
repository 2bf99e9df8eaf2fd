//! Programs above one database: each decides on what it read, and once more when somebody else was faster, as
//! `src/actors/conversation/submit.rs` does.

use shuttle::sync::{Arc, Mutex};
use switchboard::domain::Seq;
use switchboard::domain::conversation::{
    Command, Conversation, NewConversation, Rules, decide, number, open,
};
use switchboard::domain::ids::{ChannelId, ClientId, ContactId, ConversationId, MemberId, ScopeId};
use switchboard::domain::member::{Actor, Role};
use switchboard::domain::refusal::Refusal;
use uuid::Uuid;

use crate::rows::{Failed, Rows};

/// Once more for each of the others: in no race here are there more than four.
const TRIES: usize = 5;
/// When it all happens. UTC milliseconds.
pub const NOW: i64 = 1_767_225_600_000;

/// Number of the last entry that was written; none when nothing was to be done.
pub type Outcome = Result<Option<Seq>, Refusal>;

pub fn agent(number: u128, name: &str) -> Actor {
    Actor { id: MemberId::from_uuid(Uuid::from_u128(number)), name: name.into(), role: Role::Agent }
}

pub fn contact(number: u128) -> ContactId {
    ContactId::from_uuid(Uuid::from_u128(number))
}

fn conversation(number: u128) -> ConversationId {
    ConversationId::from_uuid(Uuid::from_u128(number))
}

/// What all programs share. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Shared {
    pub rows: Arc<Rows>,
    next: Arc<Mutex<u128>>,
}

impl Shared {
    fn number(&self) -> u128 {
        let mut next = self.next.lock().unwrap();
        *next += 1;
        *next
    }

    /// A command with a client id of its own.
    pub fn perform(&self, id: ConversationId, command: Command) -> Outcome {
        let client_id = ClientId(Uuid::from_u128(self.number()));
        self.repeat(id, command, client_id)
    }

    /// A command with this client id.
    pub fn repeat(&self, id: ConversationId, command: Command, client_id: ClientId) -> Outcome {
        let rules = Rules { has_bot: true, ..Rules::default() };
        for _ in 0..TRIES {
            let stored = self.rows.read(id);
            if let Some(entry) = stored.log.iter().find(|entry| entry.client_id == Some(client_id)) {
                return if command.wrote(&entry.body) { Ok(Some(entry.seq)) } else { Err(Refusal::IdReused) };
            }
            let facts = decide(&stored.row, &command, &rules, NOW)?;
            if facts.is_empty() {
                return Ok(None);
            }
            let before = stored.row.version;
            let entries = number(before, facts, Some(client_id), NOW);
            let mut after = stored.row;
            entries.iter().for_each(|entry| after.apply(entry));
            let written = after.version;
            match self.rows.commit(before, after, entries) {
                Ok(()) => return Ok(Some(written)),
                Err(Failed::Conflict) => {}
                Err(Failed::ActiveExists(conversation)) => {
                    return Err(Refusal::ActiveExists { conversation });
                }
            }
        }
        panic!("somebody else was faster {TRIES} times");
    }

    /// A customer of a platform writes: into their open conversation, or into a new one. Answers into which.
    pub fn write(&self, contact: ContactId, text: &str) -> ConversationId {
        let client_id = ClientId(Uuid::from_u128(self.number()));
        let post = Command::Post { text: text.into() };
        for _ in 0..TRIES {
            let open = match self.rows.open_of(contact) {
                Some(open) => open,
                None => match self.open(contact, text, client_id) {
                    Ok(new) => return new,
                    Err(open) => open,
                },
            };
            match self.repeat(open, post.clone(), client_id) {
                Ok(_) => return open,
                // It ended this moment: the next try opens a new one.
                Err(Refusal::Ended) => {}
                Err(other) => panic!("{other}"),
            }
        }
        panic!("it ended {TRIES} times");
    }

    /// A new conversation; else the one that another first message has opened meanwhile.
    fn open(
        &self,
        contact: ContactId,
        text: &str,
        client_id: ClientId,
    ) -> Result<ConversationId, ConversationId> {
        let id = conversation(self.number());
        let (scope, channel) = (ScopeId::from_uuid(Uuid::nil()), ChannelId::from_uuid(Uuid::nil()));
        let mut after = Conversation::unopened(&NewConversation { id, scope, channel, contact });
        let rules = Rules { has_bot: true, ..Rules::default() };
        let entries = number(0, open(&rules, &text.into()), Some(client_id), NOW);
        entries.iter().for_each(|entry| after.apply(entry));
        match self.rows.commit(0, after, entries) {
            Ok(()) => Ok(id),
            Err(Failed::ActiveExists(open)) => Err(open),
            Err(Failed::Conflict) => panic!("nobody else knows this id"),
        }
    }
}
