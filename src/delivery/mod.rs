//! What messaging channels receive and send, and what webhooks are told. Six loops live on rows of the store, so nothing is
//! lost with the process: [`inbox`] works on events that the edge has stored, [`gateway`] stores those of platforms that send
//! them by a socket, [`mailboxes`] those that lie in mailboxes, [`fetch`] brings the files of customers, [`outbox`] sends what
//! conversations have committed, [`webhooks`] tells of it. [`typing`] lives on nothing.

mod albums;
mod changes;
pub mod check;
mod enclosed;
pub mod fetch;
pub mod gateway;
pub mod inbox;
pub mod intake;
pub mod lanes;
mod letters;
mod mail_pace;
pub mod mailboxes;
mod names;
pub mod outbox;
mod pace;
mod receipts;
mod threads;
pub mod typing;
mod uploads;
pub mod webhooks;

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::sync::{Notify, Semaphore, watch};

use intake::Intake;

pub use letters::Post;

use crate::actors::directory::Directory;
use crate::channels::{Account, Call, Event, Platform, platform};
use crate::domain::Millis;
use crate::domain::channel::Channel;
use crate::domain::ids::ChannelId;
use crate::files::links::FileLinks;
use crate::outgoing::Outgoing;
use crate::sources::Sources;
use crate::store::inbox::NewEvent;
use crate::store::secrets::SealedSecret;
use crate::store::webhooks::SealedKey;
use crate::store::{Connection, Store, StoreError, channels, secrets};
use crate::vault::{Sealed, Vault, VaultError};

/// Everything the loops need. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    /// What is kept.
    pub store: Store,
    /// Clock and ids.
    pub sources: Sources,
    /// The way to the actors.
    pub directory: Directory,
    /// The way out.
    pub outgoing: Outgoing,
    /// Opens secrets of channels.
    pub vault: Vault,
    /// Addresses of files for platforms.
    pub links: FileLinks,
    /// Takes files in.
    pub intake: Intake,
    /// The way out for mail.
    pub mail: Post,
    events_in: Arc<Notify>,
    channels: Arc<watch::Sender<()>>,
    mail_pace: mail_pace::Pace,
    files_in: Arc<Notify>,
    fetching: Arc<Semaphore>,
    paces: Arc<pace::Paces>,
}

/// A messaging channel, ready for use. Holds plain secrets: it has no `Debug`.
pub struct Line {
    /// The channel.
    pub channel: Channel,
    /// Its platform.
    pub platform: &'static dyn Platform,
    secrets: BTreeMap<String, String>,
    hook: String,
}

impl Line {
    /// What the platform needs to know of it.
    pub fn account(&self) -> Account<'_> {
        let settings = &self.channel.messaging;
        Account::new(self.platform, &settings.platform, &self.secrets)
            .with_hook(&self.hook)
            .with_templates(&settings.templates)
    }
}

impl Courier {
    /// Puts the parts together.
    #[allow(clippy::too_many_arguments, reason = "called once, with one of each")]
    pub fn new(
        store: Store,
        sources: Sources,
        directory: Directory,
        outgoing: Outgoing,
        vault: Vault,
        links: FileLinks,
        intake: Intake,
        mail: Post,
    ) -> Self {
        Self {
            store,
            sources,
            directory,
            outgoing,
            vault,
            links,
            intake,
            mail,
            events_in: Arc::default(),
            mail_pace: mail_pace::Pace::default(),
            files_in: Arc::default(),
            channels: Arc::new(watch::Sender::new(())),
            fetching: Arc::new(Semaphore::new(fetch::AT_ONCE)),
            paces: Arc::default(),
        }
    }

    /// A channel was made, changed or deleted.
    pub fn channels_changed(&self) {
        self.channels.send_replace(());
    }

    /// An event of a platform as it is stored to be worked on; `received_at` in UTC milliseconds.
    pub fn to_keep(&self, channel: ChannelId, event: Event, received_at: Millis) -> NewEvent {
        let Event { key, message, contact, raw } = event;
        NewEvent {
            id: self.sources.id(),
            channel,
            event_key: key,
            message_key: message,
            contact_key: contact,
            raw,
            received_at,
        }
    }

    /// Events were stored that wait to be worked on.
    pub fn wake_inbox(&self) {
        self.events_in.notify_one();
    }

    /// A messaging channel with its secrets.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none, or it is a widget.
    pub fn line(&self, connection: &mut Connection, id: ChannelId) -> Result<Line, StoreError> {
        let channel = channels::by_id(connection, id)?;
        let platform = platform(channel.kind).ok_or(StoreError::NotFound)?;
        let sealed = secrets::of_channel(connection, id, self.sources.now())?;
        let mut plain = BTreeMap::new();
        for secret in sealed {
            match open(&self.vault, &secret) {
                Ok(text) => {
                    plain.insert(secret.name, text);
                }
                Err(error) => {
                    log::error!("secret not opened channel={id} name={} error=\"{error}\"", secret.name);
                }
            }
        }
        let hook = format!("{}/hooks/{id}", self.links.base());
        Ok(Line { channel, platform, secrets: plain, hook })
    }

    /// Seals a secret of a channel.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn seal(
        &self,
        channel: ChannelId,
        name: &str,
        plain: &str,
        expires_at: Option<Millis>,
    ) -> Result<SealedSecret, VaultError> {
        let Sealed { key, text } = self.vault.seal(&place(channel, name), plain, &self.sources)?;
        let (name, set_at) = (name.to_owned(), self.sources.now());
        Ok(SealedSecret { channel, name, key_name: key, sealed: text, set_at, expires_at })
    }
}

/// A call as the way out takes it; none when it has a method or a header that cannot be sent.
fn request(call: &Call) -> Option<(Method, HeaderMap)> {
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
    }
    Some((Method::from_bytes(call.method.as_bytes()).ok()?, headers))
}

/// What a secret is sealed for.
fn place(channel: ChannelId, name: &str) -> String {
    format!("{channel}/{name}")
}

/// Opens a secret of a channel.
///
/// # Errors
/// See [`VaultError`].
pub fn open(vault: &Vault, secret: &SealedSecret) -> Result<String, VaultError> {
    let sealed = Sealed { key: secret.key_name.clone(), text: secret.sealed.clone() };
    vault.open(&place(secret.channel, &secret.name), &sealed)
}

/// Seals all secrets anew with the newest key of the vault. Answers how many there are.
///
/// # Errors
/// The store's failures; [`StoreError::Refused`] when a secret cannot be opened, and then nothing is changed.
pub async fn seal_anew(store: &Store, vault: &Vault, sources: &Sources) -> Result<usize, StoreError> {
    let (vault, sources) = (vault.clone(), sources.clone());
    let work = move |connection: &mut Connection| {
        let of_webhooks = webhooks::seal_anew(connection, |place, key| {
            let refused = |error: VaultError| StoreError::Refused(format!("{place}: {error}"));
            let sealed = Sealed { key: key.key_name.clone(), text: key.sealed.clone() };
            let plain = vault.open(place, &sealed).map_err(refused)?;
            let Sealed { key, text } = vault.seal(place, &plain, &sources).map_err(refused)?;
            Ok(SealedKey { key_name: key, sealed: text })
        })?;
        let all = secrets::all(connection)?;
        let count = all.len() + of_webhooks;
        for secret in all {
            let refused = |error: VaultError| {
                StoreError::Refused(format!("{} of {}: {error}", secret.name, secret.channel))
            };
            let plain = open(&vault, &secret).map_err(refused)?;
            let sealed =
                vault.seal(&place(secret.channel, &secret.name), &plain, &sources).map_err(refused)?;
            secrets::put(
                connection,
                &SealedSecret { key_name: sealed.key, sealed: sealed.text, ..secret.clone() },
            )?;
        }
        Ok(count)
    };
    store.write(work).await
}
