//! The customer behind a widget: who they are, and which conversation is theirs.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use actix::{Addr, Arbiter};
use bytestring::ByteString;

use super::address;
use super::edge::Edge;
use super::to_the_end::ToTheEnd;
use super::visitor_token::{Claims, is_proven};
use crate::actors::conversation::{Attached, Conversation};
use crate::actors::directory::ask;
use crate::actors::error::CallError;
use crate::actors::reply;
use crate::actors::scope_supervisor::{FindForContact, OpenFor, Reception, ScopeRules};
use crate::domain::Seq;
use crate::domain::avatar::Faces;
use crate::domain::channel::{Channel, FormField};
use crate::domain::contact::{Contact, SessionDetails};
use crate::domain::conversation::Command;
use crate::domain::ids::{ChannelId, ClientId, ContactId, ScopeId};
use crate::domain::refusal::Refusal;
use crate::protocol::VERSION;
use crate::protocol::client::{ATTRIBUTES_MAX, About, Hello, Identity, Page};
use crate::protocol::code::Code;
use crate::protocol::server::{
    self, Details, Greeting, Reader, Standing, WidgetChannel, WidgetContact, WidgetReads, WidgetStatus,
    WidgetWelcome,
};
use crate::protocol::view::ContactEntry;
use crate::store::webhook_events::{self, Happened};
use crate::store::{self, Connection, StoreError};

/// How a contact without a name is called: this and four digits.
const NAMELESS: &str = "Visitor ";

/// Longest browser name that is kept, in characters.
const USER_AGENT_MAX: usize = 300;

/// A customer who said hello.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who; in the store only once they wrote.
    pub contact: Arc<Contact>,
    /// Where.
    pub channel: Arc<Channel>,
    /// Where somebody stands who has no conversation.
    pub before: WidgetStatus,
    /// What the scope says, as of their hello.
    pub rules: Arc<ScopeRules>,
}

impl Visitor {
    /// This contact at this reception.
    ///
    /// # Errors
    /// [`CallError::Unavailable`] while the scope cannot be loaded.
    pub fn new(
        contact: Arc<Contact>,
        channel: Arc<Channel>,
        reception: Reception,
    ) -> Result<Self, CallError> {
        let Reception { rules, staffing, online } = reception;
        let rules = rules.ok_or(CallError::Unavailable)?;
        let staffing = channel.settings.staffing(staffing.unwrap_or_default());
        let before = WidgetStatus::new(Standing::None, staffing, online);
        Ok(Self { contact, channel, before, rules })
    }

    /// The name they or the site gave, if any.
    pub fn given_name(&self) -> Option<&str> {
        Some(self.contact.name.as_str()).filter(|name| !name.starts_with(NAMELESS))
    }
}

/// Why a hello or a first message was refused.
#[derive(Debug)]
pub enum Refused {
    /// The proof of identity is wrong.
    Proof,
    /// The address began too many conversations. In how many milliseconds it may begin the next one.
    TooMany(u64),
    /// Something is not there now.
    Failed(CallError),
}

impl Refused {
    /// True when trying again with the same words is of no use.
    pub const fn is_invalid(&self) -> bool {
        matches!(self, Self::Proof)
    }

    /// As an error frame.
    pub fn frame(&self, reference: &str) -> ByteString {
        match self {
            Self::Proof => server::text(&server::Error {
                reference: Some(reference),
                code: Code::InvalidToken,
                message: "the proof of identity is not valid",
                details: Details::default(),
            }),
            Self::TooMany(retry_after_ms) => server::text(&server::Error {
                reference: Some(reference),
                code: Code::RateLimited,
                message: "too many conversations",
                details: Details { retry_after_ms: Some(*retry_after_ms), ..Details::default() },
            }),
            Self::Failed(error) => reply::error_frame(Some(reference), error),
        }
    }
}

impl From<CallError> for Refused {
    fn from(error: CallError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Who is this? By the site's proof, else by the token, else somebody new. A token that is not valid
/// is as good as none: its owner begins anew.
///
/// # Errors
/// [`Refused`].
pub async fn identify(edge: &Edge, channel: &Channel, hello: &Hello) -> Result<Contact, Refused> {
    let by_token = match hello.visitor_token.as_deref() {
        Some(token) => by_token(edge, channel, token).await?,
        None => None,
    };
    Ok(match &hello.identity {
        Some(identity) if identity.proof.is_some() => proven(edge, channel, identity, by_token).await?,
        Some(identity) => {
            let identity = identity.clone();
            let say = move |contact: &mut Contact| {
                if !contact.verified {
                    describe(contact, &identity);
                }
            };
            let known = match by_token {
                Some(contact) => keep(edge, contact, say.clone()).await?,
                None => None,
            };
            known.unwrap_or_else(|| said(stranger(edge, channel), say))
        }
        None => by_token.unwrap_or_else(|| stranger(edge, channel)),
    })
}

/// Whom the token names, of one who says nothing else of themselves.
pub fn claims(edge: &Edge, channel: &Channel, hello: &Hello) -> Option<Claims> {
    let token = hello.visitor_token.as_deref().filter(|_| hello.identity.is_none())?;
    edge.visitor_tokens.read(token, channel.id, edge.sources.now())
}

/// This contact, with what their widget needs to know.
///
/// # Errors
/// [`CallError::Unavailable`] while the scope cannot be loaded.
pub async fn visitor(edge: &Edge, channel: Arc<Channel>, contact: Contact) -> Result<Visitor, CallError> {
    let reception = edge.directory.look(channel.scope).await?.into();
    Visitor::new(Arc::new(contact), channel, reception)
}

/// Takes in what the customer says of themselves. What a site has proven is not theirs to change. Answers the contact
/// as it is now, stored if it was stored before.
async fn introduce(edge: &Edge, before: &Contact, about: About) -> Result<Contact, Refused> {
    let id = before.id;
    let stored = edge.store.read(move |connection| store::contacts::find(connection, id)).await?;
    let say = move |contact: &mut Contact| {
        if !contact.verified {
            if let Some(name) = &about.name {
                contact.name.clone_from(name);
            }
            if about.email.is_some() {
                contact.email.clone_from(&about.email);
            }
            add(contact, &about.attributes);
        } else if contact.email.is_none() {
            contact.email.clone_from(&about.email);
        }
    };
    let kept = match stored {
        Some(stored) => keep(edge, stored, say.clone()).await?,
        None => None,
    };
    Ok(kept.unwrap_or_else(|| said(before.clone(), say)))
}

/// The pictures of a scope's team.
///
/// # Errors
/// [`CallError::Unavailable`] while the scope cannot be loaded.
pub async fn faces(edge: &Edge, scope: ScopeId) -> Result<Faces, CallError> {
    let overview = edge.directory.look(scope).await?;
    Ok(overview.rules.as_ref().ok_or(CallError::Unavailable)?.faces.clone())
}

/// A token for this contact, valid from now on for the configured time.
pub fn token(edge: &Edge, contact: &Contact) -> String {
    let life = i64::try_from(edge.config.timers.visitor_token_ms).unwrap_or(i64::MAX);
    edge.visitor_tokens.make(&Claims {
        contact: contact.id,
        channel: contact.channel,
        generation: contact.token_generation,
        expires_at: edge.sources.now().saturating_add(life),
    })
}

/// The contact's open conversation; if it sleeps it wakes on this thread.
///
/// # Errors
/// [`CallError::Unavailable`] when it cannot be found now.
pub async fn open_of(
    edge: &Edge,
    scope: ScopeId,
    channel: ChannelId,
    contact: ContactId,
) -> Result<Option<Addr<Conversation>>, CallError> {
    let supervisor = edge.directory.shared().scope(scope);
    ask(&supervisor, FindForContact { channel, contact, near: Arbiter::current() }).await?
}

/// The contact's open conversation, else the last one that ended, if there is one.
///
/// # Errors
/// [`CallError::Unavailable`] when it cannot be found now.
pub async fn conversation(
    edge: &Edge,
    channel: &Channel,
    contact: ContactId,
) -> Result<Option<Addr<Conversation>>, CallError> {
    if let Some(open) = open_of(edge, channel.scope, channel.id, contact).await? {
        return Ok(Some(open));
    }
    last_ended(edge, channel.scope, contact).await
}

/// The contact's last conversation, as none is open.
///
/// # Errors
/// [`CallError::Unavailable`] when it cannot be found now.
pub async fn last_ended(
    edge: &Edge,
    scope: ScopeId,
    contact: ContactId,
) -> Result<Option<Addr<Conversation>>, CallError> {
    let latest = edge.store.read(move |c| store::conversations::latest_of(c, contact)).await?;
    match latest {
        Some(ended) => edge.directory.conversation(scope, ended.id).await.map(Some),
        None => Ok(None),
    }
}

/// Where a first message goes.
pub enum Place {
    /// It was said before, in this conversation, perhaps one that has ended: the first answer is given again.
    Said(Addr<Conversation>),
    /// To the contact's open conversation, or to a new one.
    Open(Addr<Conversation>),
}

/// Finds or makes the conversation for a first message. A repeat finds the conversation that the first one made, even if
/// that has ended meanwhile: its client id counts over all conversations of the contact.
///
/// # Errors
/// [`Refused::TooMany`] when the address began too many, [`Refused::Failed`] when it cannot be done now, or when a new
/// conversation would leave questions `unanswered`.
async fn place(
    edge: &Edge,
    visitor: &Visitor,
    unanswered: Vec<String>,
    client_id: ClientId,
    session: SessionDetails,
    address: IpAddr,
) -> Result<Place, Refused> {
    let contact = &visitor.contact;
    let id = contact.id;
    let look = move |connection: &mut Connection| {
        let said = store::entries::place_of(connection, id, client_id)?;
        Ok((said, store::contacts::find(connection, id)?))
    };
    let (said, stored) = edge.store.read(look).await?;
    if let Some(said) = said {
        return Ok(Place::Said(edge.directory.conversation(contact.scope, said.conversation).await?));
    }
    if let Some(open) = open_of(edge, contact.scope, contact.channel, id).await? {
        return Ok(Place::Open(open));
    }
    if !unanswered.is_empty() {
        return Err(CallError::from(Refusal::FormRequired { fields: unanswered }).into());
    }
    let counted = address::counted(address);
    edge.conversations_per_address.count(&counted, edge.sources.now()).map_err(Refused::TooMany)?;
    // Members may have changed them since the socket was opened.
    let known = stored.map_or_else(|| contact.clone(), Arc::new);
    let open = OpenFor { contact: known, session, near: Arbiter::current() };
    let supervisor = edge.directory.shared().scope(contact.scope);
    Ok(Place::Open(ask(&supervisor, open).await??))
}

/// As `place`, for a customer who may have said something of themselves with their message. A message left while nobody
/// is there has a form of its own.
///
/// # Errors
/// As `place`.
pub async fn introduce_and_place(
    edge: &Edge,
    visitor: &mut Visitor,
    about: Option<About>,
    client_id: ClientId,
    session: SessionDetails,
    address: IpAddr,
    first: &Command,
) -> Result<Place, Refused> {
    let asked = if matches!(first, Command::LeaveMessage { .. }) {
        &[][..]
    } else {
        &visitor.channel.settings.pre_chat
    };
    let unanswered = unanswered(asked, visitor, about.as_ref());
    if let Some(about) = about {
        visitor.contact = Arc::new(introduce(edge, &visitor.contact, about).await?);
    }
    place(edge, visitor, unanswered, client_id, session, address).await
}

/// Keys of the questions that must be answered and are not: neither now, nor before, nor by the site.
fn unanswered(asked: &[FormField], visitor: &Visitor, about: Option<&About>) -> Vec<String> {
    let contact = &visitor.contact;
    let is_answered = |field: &&FormField| {
        let (now, before) = match field.key.as_str() {
            "name" => (about.and_then(|about| about.name.as_deref()), visitor.given_name()),
            "email" => (about.and_then(|about| about.email.as_deref()), contact.email.as_deref()),
            key => (
                about.and_then(|about| about.attributes.get(key)).map(String::as_str),
                contact.attributes.get(key).map(String::as_str),
            ),
        };
        [now, before].into_iter().flatten().any(|answer| !answer.trim().is_empty())
    };
    let missing = asked.iter().filter(|field| field.required && !is_answered(field));
    missing.map(|field| field.key.clone()).collect()
}

/// The contact of a visitor token; none when it is not valid here and now.
///
/// # Errors
/// The store's failures.
pub async fn by_token(edge: &Edge, channel: &Channel, token: &str) -> Result<Option<Contact>, StoreError> {
    match edge.visitor_tokens.read(token, channel.id, edge.sources.now()) {
        Some(claims) => known(edge, channel, &claims).await,
        None => Ok(None),
    }
}

/// Builds `welcome` for a visitor and what they have not seen of their conversation, and hands it to `say`. `after` is
/// the last entry they said they have.
pub fn welcome<T>(
    edge: &Edge,
    visitor: &Visitor,
    reference: &str,
    after: Option<Seq>,
    attached: Option<&Attached>,
    say: impl FnOnce(WidgetWelcome<'_>) -> T,
) -> T {
    let (entries, resync, status, reads) = match attached {
        Some(attached) => (&attached.entries[..], attached.resync, &attached.status, &attached.reads[..]),
        // Whatever the widget has is of a conversation that is no longer its own.
        None => (&[][..], after.is_some(), &visitor.before, &[][..]),
    };
    let members = reads.iter().filter(|mark| mark.by != Reader::CONTACT);
    say(WidgetWelcome {
        reference,
        protocol: VERSION,
        visitor_token: &token(edge, &visitor.contact),
        contact: WidgetContact { name: visitor.given_name() },
        channel: &view(&visitor.rules, &visitor.channel, edge.mail.is_some()),
        conversation: attached.map(|attached| attached.conversation),
        entries: entries.iter().map(|entry| ContactEntry::of(entry, &visitor.rules.faces)).collect(),
        resync,
        more: entries.first().is_some_and(|entry| entry.seq > 1) && (resync || after.is_none()),
        status,
        reads: WidgetReads { member: members.map(|mark| mark.seq).max().unwrap_or(0) },
        server_time: edge.sources.now(),
    })
}

/// Where the widget runs, as far as it tells.
pub fn details(page: Option<&Page>, user_agent: Option<&str>) -> SessionDetails {
    let page = page.cloned().unwrap_or_default();
    SessionDetails {
        url: page.url,
        title: page.title,
        referrer: page.referrer,
        language: page.language,
        time_zone: page.time_zone,
        user_agent: user_agent.map(|text| text.chars().take(USER_AGENT_MAX).collect()),
    }
}

/// The contact of a token. One that never wrote is not stored; one whose generation moved on is void.
async fn known(edge: &Edge, channel: &Channel, claims: &Claims) -> Result<Option<Contact>, StoreError> {
    let id = claims.contact;
    Ok(match edge.store.read(move |connection| store::contacts::find(connection, id)).await? {
        Some(contact) => Some(contact).filter(|contact| contact.token_generation == claims.generation),
        None => Some(Contact { id, ..stranger(edge, channel) }),
    })
}

/// The contact the site vouches for: the one with that external id, else the one of the token, which
/// becomes theirs, else a new one.
async fn proven(
    edge: &Edge,
    channel: &Channel,
    identity: &Identity,
    by_token: Option<Contact>,
) -> Result<Contact, Refused> {
    let (Some(external_id), Some(proof)) = (&identity.external_id, &identity.proof) else {
        return Err(Refused::Proof);
    };
    if !is_proven(channel, external_id, proof) {
        return Err(Refused::Proof);
    }
    let (channel_id, wanted) = (channel.id, external_id.clone());
    let stored = edge.store.read(move |c| store::contacts::by_external_id(c, channel_id, &wanted)).await;
    let before = match stored? {
        Some(contact) => Some(contact),
        // A token of another proven customer says nothing about this one.
        None => by_token.filter(|contact| !contact.verified),
    };
    let identity = identity.clone();
    let say = move |contact: &mut Contact| {
        // Another tab may just have been proven to be somebody else.
        if !contact.verified || contact.external_id == identity.external_id {
            contact.external_id.clone_from(&identity.external_id);
            contact.verified = true;
            describe(contact, &identity);
        }
    };
    let kept = match before {
        Some(contact) => keep(edge, contact, say.clone()).await?,
        None => None,
    };
    let theirs = kept.filter(|contact| contact.external_id.as_ref() == Some(external_id));
    Ok(theirs.unwrap_or_else(|| said(stranger(edge, channel), say)))
}

fn describe(contact: &mut Contact, identity: &Identity) {
    if let Some(name) = identity.name.as_ref().filter(|name| !name.trim().is_empty()) {
        contact.name.clone_from(name);
    }
    if identity.email.is_some() {
        contact.email.clone_from(&identity.email);
    }
    add(contact, &identity.attributes);
}

/// Attributes beyond the limit are left out.
fn add(contact: &mut Contact, attributes: &BTreeMap<String, String>) {
    for (key, value) in attributes {
        if contact.attributes.len() < ATTRIBUTES_MAX || contact.attributes.contains_key(key) {
            contact.attributes.insert(key.clone(), value.clone());
        }
    }
}

fn said(mut contact: Contact, say: impl Fn(&mut Contact)) -> Contact {
    say(&mut contact);
    contact
}

/// Stores what is said of a contact who was `read` before, unless they never wrote; their conversations and the members' lists
/// show it. It is said of the contact as the store has them by then, so what others changed since stays. Answers the contact
/// as they are now; none when they were erased since.
async fn keep(
    edge: &Edge,
    read: Contact,
    say: impl Fn(&mut Contact) + Clone + Send + 'static,
) -> Result<Option<Contact>, CallError> {
    let (id, generation) = (read.id, read.token_generation);
    let unstored = said(read.clone(), say.clone());
    if unstored == read {
        return Ok(Some(read));
    }
    let sources = edge.sources.clone();
    let keep = move |connection: &mut Connection| {
        let Some(before) = store::contacts::find(connection, id)? else { return Ok(Some(unstored)) };
        if before.token_generation != generation {
            return Ok(None);
        }
        let contact = said(before.clone(), say);
        if contact != before {
            store::contacts::update(connection, &contact)?;
            let happened = Happened::contact_changed(contact.scope, id, sources.now());
            webhook_events::raise(connection, &happened, || sources.id())?;
        }
        Ok(Some(contact))
    };
    let (store, directory, scope) = (edge.store.clone(), edge.directory.clone(), read.scope);
    let keeping = async move {
        let kept = store.write(keep).await?;
        directory.shared().events_out.notify_one();
        directory.contact_changed(scope, id);
        Ok(kept)
    };
    ToTheEnd::new(keeping).await
}

fn stranger(edge: &Edge, channel: &Channel) -> Contact {
    Contact {
        id: edge.sources.id(),
        scope: channel.scope,
        channel: channel.id,
        external_id: None,
        name: format!("{NAMELESS}{}", 1_000 + edge.sources.dice(9_000)),
        email: None,
        verified: false,
        attributes: std::collections::BTreeMap::new(),
        token_generation: 0,
        first_seen: edge.sources.now(),
    }
}

fn view(rules: &ScopeRules, channel: &Channel, mail: bool) -> WidgetChannel {
    let (text, quick_replies) = rules.bot.greeting();
    let settings = &channel.settings;
    let title = if settings.title.is_empty() { &rules.scope.name } else { &settings.title };
    WidgetChannel {
        id: channel.id,
        name: rules.scope.name.clone(),
        title: title.clone(),
        colour: settings.colour.clone(),
        greeting: Greeting { text: text.to_owned(), quick_replies: quick_replies.to_vec() },
        human_after: settings.human_after,
        pre_chat: settings.pre_chat.clone(),
        offline_lead: settings.offline_lead.clone(),
        mail,
    }
}
