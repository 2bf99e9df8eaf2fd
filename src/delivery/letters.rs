//! Answers that go by mail: their files, the server that takes them, and what its answer means.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::TryStreamExt;

use super::{Courier, Line};
use crate::channels::{Verdict, email};
use crate::domain::Millis;
use crate::domain::attachment::Attachment;
use crate::domain::ids::ChannelId;
use crate::files::Files;
use crate::outgoing::mime::{Enclosure, Mail};
use crate::outgoing::smtp::SmtpError;
use crate::outgoing::wire::MailServer;
use crate::store::files;

/// Mails that nobody typed go to one address at most so often an hour: two machines would answer each other for ever.
const AUTOMATIC_MAX: usize = 20;
const HOUR: Millis = 60 * 60 * 1_000;

/// Most addresses whose automatic mails are counted.
const ADDRESSES_MAX: usize = 10_000;

/// When automatic mails went to an address, by channel; the last hour.
type Counted = HashMap<(ChannelId, String), VecDeque<Millis>>;

/// What sending mail needs. Cheap to clone.
#[derive(Clone)]
pub struct Post {
    /// Takes the mail of channels that name no server: the one of the configuration, if there is one.
    server: Option<MailServer>,
    /// Where the files of mails are.
    files: Files,
    automatic: Arc<Mutex<Counted>>,
}

impl Post {
    /// With the server of the configuration.
    pub fn new(server: Option<MailServer>, files: Files) -> Self {
        Self { server, files, automatic: Arc::default() }
    }

    /// Counts an automatic mail to this address. False when it is one too many.
    fn may_be_automatic(&self, channel: ChannelId, to: &str, now: Millis) -> bool {
        let mut counted = self.automatic.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (channel, to.to_lowercase());
        if counted.len() >= ADDRESSES_MAX && !counted.contains_key(&key) {
            counted.retain(|_, times| times.back().is_some_and(|last| now - last < HOUR));
            if counted.len() >= ADDRESSES_MAX {
                return false;
            }
        }
        let times = counted.entry(key).or_default();
        while times.front().is_some_and(|first| now - first >= HOUR) {
            times.pop_front();
        }
        if times.len() >= AUTOMATIC_MAX {
            return false;
        }
        times.push_back(now);
        true
    }
}

impl Courier {
    /// Hands a letter over, with these files.
    pub(super) async fn post(&self, line: &Line, letter: Mail, attachments: &[Attachment]) -> Verdict {
        let account = line.account();
        let broken = |reason: &str| Verdict::Broken { reason: reason.to_owned() };
        let Some(server) = email::outgoing_server(&account).or_else(|| self.mail.server.clone()) else {
            return broken("no SMTP server is set, neither for the channel nor in the configuration");
        };
        let channel = line.channel.id;
        if letter.automatic && !self.mail.may_be_automatic(channel, &letter.to.address, self.sources.now()) {
            let reason = format!("more than {AUTOMATIC_MAX} automatic mails to this address within an hour");
            return Verdict::Failed { reason };
        }
        self.mail_pace.sends(channel, email::per_minute(&account), self.sources.now());
        let files = match self.enclosures(attachments).await {
            Ok(files) => files,
            Err(reason) => return Verdict::Again { after: None, reason },
        };
        let (from, to, id) =
            (letter.from.address.clone(), letter.to.address.clone(), letter.message_id.clone());
        let bytes = match (Mail { files, ..letter }).format() {
            Ok(bytes) => bytes,
            Err(reason) => return Verdict::Failed { reason },
        };
        match self.outgoing.hand_mail(&server, &from, &to, &bytes).await {
            Ok(_) => Verdict::Done { provider_id: Some(id) },
            Err(SmtpError::Refused(reason)) => Verdict::Failed { reason },
            Err(SmtpError::Later(reason)) => Verdict::Again { after: None, reason },
            Err(SmtpError::Broken(reason)) => Verdict::Broken { reason },
            Err(unknown @ SmtpError::Unknown) => Verdict::Unknown { reason: unknown.to_string() },
        }
    }

    /// These files with their bytes, all of them in memory.
    pub(super) async fn enclosures(&self, attachments: &[Attachment]) -> Result<Vec<Enclosure>, String> {
        let mut all = Vec::with_capacity(attachments.len());
        for attachment in attachments {
            let id = attachment.id;
            let stored = self.store.read(move |connection| files::by_id(connection, id)).await;
            let stored = stored.map_err(|error| error.to_string())?;
            let bytes = self.mail.files.read(&stored.object_key).await.map_err(|error| error.to_string())?;
            let parts: Vec<bytes::Bytes> = bytes.try_collect().await.map_err(|error| error.to_string())?;
            all.push(Enclosure {
                name: attachment.name.clone(),
                media_type: attachment.media_type.as_str(),
                bytes: parts.concat(),
            });
        }
        Ok(all)
    }
}
