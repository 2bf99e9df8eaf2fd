//! What customers do to messages that were there before: change them, react to them, take them back. Platforms tell of it late,
//! twice, or before the message itself.

use super::{Courier, Line};
use crate::actors::error::CallError;
use crate::channels::Reaction;
use crate::domain::conversation::Command;
use crate::domain::event::{Author, Event};
use crate::domain::ids::{ChannelId, ClientId, ConversationId};
use crate::domain::incoming::{EMOJI_MAX, REACTIONS_MAX};
use crate::store::known_messages::{self, Place};
use crate::store::{Connection, StoreError, conversations, entries};

/// What a customer did.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Edited(String),
    Reacted(Reaction),
    Deleted,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It took effect, now or before.
    Done,
    /// The message is not known here.
    Unknown,
}

/// A message as it is now.
struct Standing {
    place: Place,
    by_contact: bool,
    text: String,
    emojis: Vec<String>,
    deleted: bool,
}

/// Does it, under this client id.
pub(super) async fn make(
    courier: &Courier,
    line: &Line,
    message: String,
    change: Change,
    id: ClientId,
) -> Result<Outcome, CallError> {
    let channel = line.channel.id;
    let look = move |connection: &mut Connection| {
        let Some(place) = find(connection, channel, &message)? else { return Ok(None) };
        standing(connection, place)
    };
    let Some(now_is) = courier.store.read(look).await? else { return Ok(Outcome::Unknown) };
    let Some(command) = command(&now_is, change) else { return Ok(Outcome::Done) };
    courier.directory.command(line.channel.scope, now_is.place.conversation, command, Some(id)).await?;
    Ok(Outcome::Done)
}

/// The command that makes a message so; none when it is so already, or cannot be changed any more.
fn command(now_is: &Standing, change: Change) -> Option<Command> {
    let of = now_is.place.seq;
    if now_is.deleted {
        return None;
    }
    match change {
        Change::Edited(text) => {
            let changes = now_is.by_contact && !text.trim().is_empty() && text != now_is.text;
            changes.then_some(Command::Edit { of, text })
        }
        Change::Reacted(reaction) => {
            let emojis = after(now_is.emojis.clone(), reaction);
            (emojis != now_is.emojis).then_some(Command::React { of, emojis })
        }
        Change::Deleted => now_is.by_contact.then_some(Command::TakeBack { of }),
    }
}

/// All reactions after one of them came or went.
fn after(mut emojis: Vec<String>, reaction: Reaction) -> Vec<String> {
    match reaction {
        Reaction::All(all) => emojis = all,
        Reaction::Added(one) => emojis.push(one),
        Reaction::Removed(one) => emojis.retain(|other| *other != short(&one)),
    }
    let mut kept: Vec<String> = Vec::new();
    for emoji in emojis.iter().map(|emoji| short(emoji)) {
        if !emoji.is_empty() && !kept.contains(&emoji) && kept.len() < REACTIONS_MAX {
            kept.push(emoji);
        }
    }
    kept
}

/// A sign, or the short name that some platforms give instead, on one line.
fn short(emoji: &str) -> String {
    emoji.chars().filter(|c| !c.is_control()).take(EMOJI_MAX).collect::<String>().trim().to_owned()
}

/// Where a message stands. One of ours to which the platform gave no id of its own goes by the one we gave it.
fn find(connection: &mut Connection, channel: ChannelId, message: &str) -> Result<Option<Place>, StoreError> {
    if let Some(place) = known_messages::find_any(connection, channel, message)? {
        return Ok(Some(place));
    }
    let Some((conversation, seq)) = message.rsplit_once('-') else { return Ok(None) };
    let (Ok(conversation), Ok(seq)) = (conversation.parse::<ConversationId>(), seq.parse()) else {
        return Ok(None);
    };
    match conversations::by_id(connection, conversation) {
        Ok(found) if found.channel == channel => Ok(Some(Place { conversation, seq })),
        Ok(_) | Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn standing(connection: &mut Connection, place: Place) -> Result<Option<Standing>, StoreError> {
    let entry = match entries::at(connection, place.conversation, place.seq) {
        Ok(entry) => entry,
        Err(StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Event::Message { text, .. } = entry.body else { return Ok(None) };
    let by_contact = entry.by == Author::Contact;
    let mut now_is = Standing { place, by_contact, text, emojis: Vec::new(), deleted: false };
    for later in entries::about(connection, place)? {
        match later.body {
            Event::Edited { text, .. } => now_is.text = text,
            Event::Reacted { emojis, .. } => now_is.emojis = emojis,
            Event::Deleted { .. } => now_is.deleted = true,
            _ => {}
        }
    }
    Ok(Some(now_is))
}
