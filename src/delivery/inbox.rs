//! Works on events of platforms: each becomes a command of the customer, as if their widget had sent it.
//!
//! Events of one customer are worked on in their order, those of others beside them. The command's client id is made from
//! channel and event, so an event that is worked on twice takes effect once.

use std::collections::HashMap;

use futures_util::StreamExt;
use futures_util::stream;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::changes::{self, Change};
use super::enclosed::Kept;
use super::lanes::{STORE_PAUSE, pause_until};
use super::{Courier, Line, albums, enclosed, names, receipts, threads};
use crate::actors::error::CallError;
use crate::channels::{Inbound, RemoteFile, What, Who};
use crate::domain::Millis;
use crate::domain::attachment::Words;
use crate::domain::contact::{ATTRIBUTE_NAME_MAX, ATTRIBUTES_MAX, Contact, FIELD_MAX, SessionDetails};
use crate::domain::conversation::Command;
use crate::domain::feedback::{Feedback, RATING_WINDOW};
use crate::domain::ids::{ClientId, ComingId};
use crate::domain::incoming::{COMING_MAX, ComingFile, with_names};
use crate::domain::messaging::{Meant, rating};
use crate::domain::refusal::Refusal;
use crate::kill::{self, Point};
use crate::store::coming_files::{self, Coming};
use crate::store::inbox::{self, Waiting, Worked};
use crate::store::known_messages::{self, Place};
use crate::store::routes::{self, RouteTo};
use crate::store::{Connection, StoreError, contacts, conversations, entries};

/// Events taken at a time, and customers worked for at the same time.
const AT_ONCE: i64 = 256;
const CUSTOMERS: usize = 32;

/// Tries before an event is kept for an admin: over about 17 minutes.
const TRIES: i64 = 10;

/// Longest text of one message, in characters; longer ones become several.
const TEXT_MAX: usize = 10_000;

/// Longest id of a message or a customer that is looked for, in bytes.
const KEY_MAX: usize = 512;

/// Why an event was not worked on.
enum Failure {
    /// It may work later.
    Passing(String),
    /// It never will.
    Lasting(String),
    /// It is about a message that is not known.
    PassedOver(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Passing(error.to_string())
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        match error {
            CallError::Refused(refusal) => Self::Lasting(refusal.to_string()),
            other => Self::Passing(other.to_string()),
        }
    }
}

/// Works on what waits, for as long as the program runs.
pub async fn run(courier: Courier) {
    loop {
        match round(&courier).await {
            Ok(true) => {}
            Ok(false) => courier.wait_for_events().await,
            Err(error) => {
                log::warn!("events not worked on error=\"{error}\"");
                tokio::time::sleep(STORE_PAUSE).await;
            }
        }
    }
}

/// Works on a batch. False when nothing is due.
async fn round(courier: &Courier) -> Result<bool, StoreError> {
    let now = courier.sources.now();
    let due = courier.store.read(move |connection| inbox::due(connection, now, AT_ONCE)).await?;
    if due.is_empty() {
        return Ok(false);
    }
    let mut places: HashMap<_, usize> = HashMap::new();
    let mut customers: Vec<Vec<Waiting>> = Vec::new();
    for event in due {
        let key = (event.channel, event.contact_key.clone());
        let place = *places.entry(key).or_insert_with(|| {
            customers.push(Vec::new());
            customers.len() - 1
        });
        customers[place].push(event);
    }
    let work = customers.into_iter().map(|events| of_customer(courier, events));
    let done: Vec<_> = stream::iter(work).buffer_unordered(CUSTOMERS).collect().await;
    let note = move |connection: &mut Connection| {
        done.iter().flatten().try_for_each(|(id, outcome)| inbox::worked(connection, *id, outcome))
    };
    kill::point(Point::EventWorked);
    courier.store.write(note).await?;
    kill::point(Point::EventNoted);
    Ok(true)
}

/// Works on events of one customer until one has to wait.
async fn of_customer(courier: &Courier, events: Vec<Waiting>) -> Vec<(crate::domain::ids::InboxId, Worked)> {
    let mut done = Vec::with_capacity(events.len());
    let Some(channel) = events.first().map(|event| event.channel) else { return done };
    let reader = courier.clone();
    let line = courier.store.read(move |connection| reader.line(connection, channel)).await;
    let line = line.map_err(|error| error.to_string());
    let mut events = events.into_iter().peekable();
    while let Some(event) = events.next() {
        let rest = line.as_ref().map_or_else(|_| Vec::new(), |line| albums::rest(line, &event, &mut events));
        let whole_at = line.as_ref().ok().and_then(|line| albums::whole_at(line, &event, &rest));
        if let Some(at) = whole_at.filter(|at| *at > courier.sources.now()) {
            done.push((event.id, Worked::Later(at, "more files of this message may come".into())));
            break;
        }
        let worked = match &line {
            Ok(line) => work(courier, line, &event, &rest).await,
            Err(why) => Err(Failure::Passing(why.clone())),
        };
        let outcome = match worked {
            Ok(()) => Worked::Done,
            Err(Failure::Passing(why)) if event.attempts + 1 < TRIES => {
                log::info!("event waits for another try event={} error=\"{why}\"", event.id);
                Worked::Later(courier.sources.now() + pause(event.attempts), why)
            }
            Err(Failure::PassedOver(why)) => {
                log::info!("event passed over event={} error=\"{why}\"", event.id);
                Worked::PassedOver(why)
            }
            Err(Failure::Passing(why) | Failure::Lasting(why)) => {
                log::warn!("event not worked on event={} error=\"{why}\"", event.id);
                Worked::Dead(why)
            }
        };
        let waits = matches!(outcome, Worked::Later(..));
        if waits {
            done.push((event.id, outcome));
            break;
        }
        done.extend(rest.into_iter().map(|other| (other.id, outcome.clone())));
        done.push((event.id, outcome));
    }
    done
}

/// 1, 2, 4 … seconds.
const fn pause(attempts: i64) -> Millis {
    1_000 << if attempts < 9 { attempts } else { 9 }
}

/// Works on an event, and with it on the rest of the album that it begins.
async fn work(courier: &Courier, line: &Line, event: &Waiting, rest: &[Waiting]) -> Result<(), Failure> {
    if event.raw.is_null() {
        // What it brought was taken back, and it was worked on before.
        return Ok(());
    }
    let read = line.platform.read(&event.raw).map_err(Failure::Lasting)?;
    let Inbound { who, what } = threads::rejoin(courier, line, read).await?;
    match what {
        What::Report { provider_id, state, reason } if is_key(&provider_id) => {
            return Ok(receipts::of_one(courier, line, provider_id, state, reason).await?);
        }
        What::ReportUpTo { contact, at, state } if is_key(&contact) => {
            return Ok(receipts::up_to(courier, line, contact, at, state).await?);
        }
        // No message of ours and no customer is called so.
        What::Report { .. } | What::ReportUpTo { .. } => return Ok(()),
        _ => {}
    }
    let about = line.platform.message(&event.raw).filter(|key| is_key(key));
    let change = match (&what, &about) {
        (What::Edited { text }, Some(_)) => Some(Change::Edited(text.chars().take(TEXT_MAX).collect())),
        (What::Reacted(reaction), _) => Some(Change::Reacted(reaction.clone())),
        (What::Deleted, _) => Some(Change::Deleted),
        _ => None,
    };
    if let Some(change) = change {
        return apply(courier, line, event, about, change).await;
    }
    let Some(who) = who else { return Ok(()) };
    if let (What::Message { .. }, Some(key)) = (&what, about.clone()) {
        let channel = event.channel;
        let known = courier.store.read(move |connection| known_messages::find(connection, channel, &key));
        if known.await?.is_some() {
            // It came before, under another event.
            return Ok(());
        }
    }
    let contact = known(courier, line, event, &who).await?;
    match what {
        What::Message { mut text, files } => {
            let mut named = remote(event, files);
            for part in rest {
                let Some((more, files)) = albums::words(line, part) else { continue };
                format!("{text}\n{more}").trim().clone_into(&mut text);
                named.extend(remote(part, files));
            }
            let (text, coming) = apart(&text, named);
            let Kept { attachments, names } = inside(courier, line, event, &contact).await?;
            let text = names.iter().fold(text, |text, name| format!("{text}\n[{name}]")).trim().to_owned();
            let listed = coming.iter().map(|(file, _)| file.clone()).collect();
            let said = Words { text, attachments, coming: listed, ..Words::default() };
            let place = say(courier, line, event, contact, &who, said).await?;
            let parts = rest.iter().filter_map(|part| Some((part, line.platform.message(&part.raw)?)));
            for (part, key) in parts.filter(|(_, key)| (1..=KEY_MAX).contains(&key.len())) {
                keep(courier, part, place, Some(key), Vec::new()).await?;
            }
            keep(courier, event, place, about, coming).await
        }
        What::Edited { text } if text.trim().is_empty() => Ok(()),
        What::Edited { text } => {
            say(courier, line, event, contact, &who, format!("✎ {text}").into()).await?;
            Ok(())
        }
        What::Typing { on } => {
            courier.directory.contact_types(&contact, on).await;
            Ok(())
        }
        What::Closed => end(courier, event, &contact).await,
        What::Nothing | What::Deleted | What::Reacted(_) | What::Report { .. } | What::ReportUpTo { .. } => {
            Ok(())
        }
    }
}

/// Can the database look for it? PostgreSQL knows no NUL.
fn is_key(text: &str) -> bool {
    (1..=KEY_MAX).contains(&text.len()) && !text.contains('\0')
}

/// A file of the customer: what the log says of it, and what the platform calls it.
type Remote = (ComingFile, String);

/// Files of an event, by ids that are always the same.
fn remote(event: &Waiting, files: Vec<RemoteFile>) -> Vec<Remote> {
    let named = files.into_iter().enumerate().map(|(place, RemoteFile { reference, name })| {
        (ComingFile::new(ComingId::from_uuid(named(event, &format!("file/{place}"))), &name), reference)
    });
    named.collect()
}

/// The text, and the files that are to be fetched. Members only read the names of those that cannot be.
fn apart(text: &str, named: Vec<Remote>) -> (String, Vec<Remote>) {
    let (mut coming, mut only_named) = (Vec::new(), Vec::new());
    for (file, reference) in named {
        if reference.is_empty() || coming.len() == COMING_MAX {
            only_named.push(file);
        } else {
            coming.push((file, reference));
        }
    }
    (with_names(text, &only_named), coming)
}

/// Files that came within the event, kept unless the message was said before.
async fn inside(courier: &Courier, line: &Line, event: &Waiting, contact: &Contact) -> Result<Kept, Failure> {
    let given = line.platform.enclosed(&event.raw);
    let (contact_id, id) = (contact.id, client_id(event, 0));
    let was_said = async || {
        let said = courier.store.read(move |connection| entries::place_of(connection, contact_id, id)).await;
        said.map(|place| place.is_some())
    };
    if given.is_empty() || was_said().await? {
        return Ok(Kept::default());
    }
    enclosed::keep(courier, contact, given).await.map_err(Failure::Passing)
}

/// Notes where the message stands and what is to be fetched for it, and has early changes of it worked on.
async fn keep(
    courier: &Courier,
    event: &Waiting,
    place: Option<Place>,
    about: Option<String>,
    coming: Vec<Remote>,
) -> Result<(), Failure> {
    let Some(place) = place.filter(|_| about.is_some() || !coming.is_empty()) else { return Ok(()) };
    let (channel, id, now) = (event.channel, event.id, courier.sources.now());
    let fetches = !coming.is_empty();
    let write = move |connection: &mut Connection| {
        if let Some(key) = &about {
            known_messages::put(connection, channel, key, place)?;
            inbox::note_about(connection, id, key)?;
            inbox::recall(connection, channel, key, now)?;
        }
        let conversation = conversations::by_id(connection, place.conversation)?;
        let files = coming.iter().map(|(file, reference)| Coming {
            id: file.id,
            channel,
            scope: conversation.scope,
            contact: conversation.contact,
            conversation: place.conversation,
            seq: place.seq,
            name: file.name.clone(),
            reference: reference.clone(),
            created_at: now,
        });
        coming_files::put(connection, &files.collect::<Vec<_>>())
    };
    courier.store.write(write).await?;
    if fetches {
        courier.wake_fetching();
    }
    Ok(())
}

/// A change of an earlier message.
async fn apply(
    courier: &Courier,
    line: &Line,
    event: &Waiting,
    about: Option<String>,
    change: Change,
) -> Result<(), Failure> {
    let Some(message) = about else {
        return Err(Failure::PassedOver("the platform does not say which message it is about".into()));
    };
    let (id, key) = (event.id, message.clone());
    courier.store.write(move |connection| inbox::note_about(connection, id, &key)).await?;
    match changes::make(courier, line, message, change, client_id(event, 0)).await? {
        changes::Outcome::Done => Ok(()),
        changes::Outcome::Unknown => {
            Err(Failure::PassedOver("the message that it is about is not known".into()))
        }
    }
}

/// The contact behind a platform's customer, new or known, with the way to reach them stored.
async fn known(courier: &Courier, line: &Line, event: &Waiting, who: &Who) -> Result<Contact, Failure> {
    // A scope that has just been changed may not know the channel yet, and would send nothing by it.
    let overview = courier.directory.look(line.channel.scope).await?;
    if !overview.rules.is_some_and(|rules| rules.channels.contains_key(&line.channel.id)) {
        return Err(Failure::Passing("the scope is being loaded".into()));
    }
    let (channel, key) = (line.channel.id, who.key.clone());
    let found =
        courier.store.read(move |connection| contacts::by_external_id(connection, channel, &key)).await?;
    let route = RouteTo { address: who.address.clone(), last_in_at: event.received_at };
    let key = who.key.clone();
    courier.store.write(move |connection| routes::put(connection, channel, &key, &route)).await?;
    if let Some(found) = found {
        return Ok(found);
    }
    let name = match &who.name {
        Some(name) => Some(name.clone()),
        None => names::ask(courier, line, &who.key).await,
    };
    Ok(new_contact(courier, line, who, name.as_deref()))
}

fn new_contact(courier: &Courier, line: &Line, who: &Who, name: Option<&str>) -> Contact {
    let one_line = |text: &str, most: usize| -> String {
        text.chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(most)
            .collect::<String>()
            .trim()
            .into()
    };
    let name = name.map(|name| one_line(name, FIELD_MAX)).filter(|name| !name.is_empty());
    let attributes = who.attributes.iter().take(ATTRIBUTES_MAX);
    let attributes =
        attributes.map(|(name, value)| (one_line(name, ATTRIBUTE_NAME_MAX), one_line(value, FIELD_MAX)));
    Contact {
        id: courier.sources.id(),
        scope: line.channel.scope,
        channel: line.channel.id,
        external_id: Some(who.key.clone()),
        name: name.unwrap_or_else(|| format!("Visitor {:04}", courier.sources.dice(10_000))),
        email: who.email.clone().filter(|email| crate::domain::member::check_email(email).is_ok()),
        verified: true,
        attributes: attributes.filter(|(name, value)| !name.is_empty() && !value.is_empty()).collect(),
        token_generation: 0,
        first_seen: courier.sources.now(),
    }
}

/// What the customer wrote: a wish, a rating, or words. Answers where it stands, when it is words.
async fn say(
    courier: &Courier,
    line: &Line,
    event: &Waiting,
    contact: Contact,
    who: &Who,
    said: Words,
) -> Result<Option<Place>, Failure> {
    if said.text.is_empty() && said.coming.is_empty() && said.attachments.is_empty() {
        return Ok(None);
    }
    if said.coming.is_empty() && wishes(courier, line, event, &contact, who, &said.text).await? {
        return Ok(None);
    }
    let cut = |text: &str| text.char_indices().nth(TEXT_MAX).map_or(text.len(), |(at, _)| at);
    let text = said.text.clone();
    let (head, mut rest) = text.split_at(cut(&text));
    let first = Words { text: head.to_owned(), ..said };
    let (place, _) = words(courier, event, &contact, who, first, 0).await?;
    let mut part = 1;
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(cut(rest));
        words(courier, event, &contact, who, head.into(), part).await?;
        (rest, part) = (tail, part + 1);
    }
    Ok(Some(place))
}

/// Is it no more than a wish or a rating? Then it is done here.
async fn wishes(
    courier: &Courier,
    line: &Line,
    event: &Waiting,
    contact: &Contact,
    who: &Who,
    text: &str,
) -> Result<bool, Failure> {
    match line.channel.messaging.meant(text) {
        Meant::End => {
            end(courier, event, contact).await?;
            Ok(true)
        }
        Meant::Human => {
            let id = client_id(event, 0);
            match courier.directory.command_of_contact(contact, Command::RequestHuman, id).await {
                Ok(Some(_)) => return Ok(true),
                Ok(None) | Err(CallError::Refused(Refusal::Ended)) => {}
                Err(error) => return Err(error.into()),
            }
            let (_, is_new) = words(courier, event, contact, who, text.into(), 1).await?;
            if is_new {
                let request = Command::RequestHuman;
                courier.directory.command_of_contact(contact, request, client_id(event, 2)).await?;
            }
            Ok(true)
        }
        Meant::Words => rate(courier, event, contact, text).await,
    }
}

/// Words into the open conversation, or into a new one. Answers where they stand, and whether they are new.
async fn words(
    courier: &Courier,
    event: &Waiting,
    contact: &Contact,
    who: &Who,
    text: Words,
    part: u8,
) -> Result<(Place, bool), Failure> {
    let id = client_id(event, part);
    let contact_id = contact.id;
    let said = courier.store.read(move |connection| entries::place_of(connection, contact_id, id)).await?;
    if let Some(place) = said {
        return Ok((place, false));
    }
    let session = SessionDetails { language: who.language.clone(), ..SessionDetails::default() };
    for _ in 0..3 {
        let command = Command::Post { text: text.clone() };
        match courier.directory.first_of_contact(contact.clone(), session.clone(), command, id).await {
            Ok(answer) => {
                let seq = answer.seq.unwrap_or(answer.version);
                return Ok((Place { conversation: answer.conversation, seq }, true));
            }
            // It ended this moment: the next one opens a new one.
            Err(CallError::Refused(Refusal::Ended)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Failure::Passing("the conversation ended again and again".into()))
}

/// A number after the end is the rating. True when it was one.
async fn rate(courier: &Courier, event: &Waiting, contact: &Contact, text: &str) -> Result<bool, Failure> {
    let Some(stars) = rating(text) else { return Ok(false) };
    let id = contact.id;
    let latest = courier.store.read(move |connection| conversations::latest_of(connection, id)).await?;
    let now = courier.sources.now();
    let Some(latest) = latest.filter(|latest| {
        latest.ended_at.is_some_and(|ended_at| now - ended_at <= RATING_WINDOW)
            && latest.channel == contact.channel
    }) else {
        return Ok(false);
    };
    let given = client_id(event, 3);
    let feedback = Command::Feedback { feedback: Feedback { rating: Some(stars), comment: None } };
    match courier.directory.command(contact.scope, latest.id, feedback, Some(given)).await {
        Ok(_) => Ok(true),
        Err(CallError::Refused(Refusal::NotEnded | Refusal::AlreadyRated | Refusal::RatingClosed)) => {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// The customer ends the chat; nothing happens when it is over already.
async fn end(courier: &Courier, event: &Waiting, contact: &Contact) -> Result<(), Failure> {
    let command = Command::End { feedback: Feedback::default() };
    match courier.directory.command_of_contact(contact, command, client_id(event, 0)).await {
        Ok(_) | Err(CallError::Refused(Refusal::Ended)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn client_id(event: &Waiting, part: u8) -> ClientId {
    ClientId(named(event, &part.to_string()))
}

/// The same for the same event and part, however often it is worked on: a `UUIDv8` of the SHA-256 of both.
fn named(event: &Waiting, part: &str) -> Uuid {
    let digest = Sha256::digest(format!("{}/{}/{part}", event.channel, event.event_key));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Uuid::new_v8(bytes)
}

impl Courier {
    /// Waits until events are stored, or an event is due again.
    async fn wait_for_events(&self) {
        let now = self.sources.now();
        let next = self.store.read(move |connection| inbox::next_due(connection, now)).await.ok().flatten();
        let pause = pause_until(next, now);
        // Either way the next round looks.
        let _ = tokio::time::timeout(pause, self.events_in.notified()).await;
    }

    /// Removes what came in and was worked on, and what went out, before this time.
    pub async fn sweep(&self, before: Millis) {
        let swept = self.store.write(move |connection| {
            let channels =
                inbox::sweep(connection, before)? + crate::store::outbox::sweep(connection, before)?;
            let channels = channels + coming_files::sweep(connection, before)?;
            Ok(channels + crate::store::webhook_events::sweep(connection, before)?)
        });
        match swept.await {
            Ok(count) => log::debug!("old events and messages removed count={count}"),
            Err(error) => log::warn!("old events not removed error=\"{error}\""),
        }
    }
}
