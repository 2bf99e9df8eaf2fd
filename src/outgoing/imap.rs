//! One mailbox, read by IMAP over a guarded connection. The only user of `async_imap`.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use async_imap::error::Error;
use async_imap::types::UnsolicitedResponse;
use async_imap::{Client, Session};
use futures_util::{FutureExt, TryStreamExt};

use super::Outgoing;
use super::mail::Security;
use super::wire::{MailServer, Wire, WireError};

/// Longest time of one step; a mail of full size must come within it.
const STEP: Duration = Duration::from_secs(60);

/// A server that cannot wait for us is asked this often.
const POLL: Duration = Duration::from_secs(60);

/// A step's answer has no more bytes than this, besides the mail itself.
const SAYS: usize = 1 << 20;

/// Longest words of a server that are kept, in characters.
const WORDS: usize = 200;

/// Said of an answer that is no IMAP.
const NOT_UNDERSTOOD: &str = "the server's answer is not understood";

/// Why a mailbox is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailboxError {
    /// Until somebody mends it: the server does not know us, has no such folder, or may not be reached.
    #[error("{0}")]
    Refused(String),
    /// Perhaps later.
    #[error("{0}")]
    Lost(String),
}

/// A folder, opened.
#[derive(Debug)]
pub struct Mailbox {
    session: Session<Wire>,
    /// The server says when something comes.
    can_idle: bool,
    /// Under which validity its UIDs mean something.
    pub uid_validity: u32,
    /// The UID of the last mail that was there when it was opened; 0 = none.
    pub newest: u32,
}

impl Outgoing {
    /// Connects, logs in and opens the folder.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn open_mailbox(&self, server: &MailServer, folder: &str) -> Result<Mailbox, MailboxError> {
        let wire = self.dial(server, SAYS).await.map_err(from_wire)?;
        let mut client = Client::new(wire);
        within(async { Ok(client.read_response().await?) }).await?.ok_or_else(gone)?;
        if server.security == Security::Starttls {
            within(client.run_command_and_check_ok("STARTTLS", None)).await.map_err(refused)?;
            let wire = self.encrypt(client.into_inner(), &server.host).await.map_err(from_wire)?;
            client = Client::new(wire);
        }
        let (name, password) = server.login.clone().unwrap_or_default();
        let login = within(async { client.login(name, password).await.map_err(|(error, _)| error) }).await;
        let mut session = login.map_err(refused)?;
        let can_idle = within(session.capabilities()).await?.has_str("IDLE");
        let opened = within(session.select(folder)).await.map_err(refused)?;
        let uid_validity = opened
            .uid_validity
            .ok_or_else(|| MailboxError::Refused("the server keeps no lasting UIDs".into()))?;
        let mut mailbox = Mailbox { session, can_idle, uid_validity, newest: 0 };
        mailbox.newest = match opened.uid_next {
            Some(next) => next.saturating_sub(1),
            None => mailbox.search("ALL").await?.last().copied().unwrap_or(0),
        };
        Ok(mailbox)
    }
}

impl Mailbox {
    /// UIDs of mails after this one, in their order.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn after(&mut self, last: u32) -> Result<Vec<u32>, MailboxError> {
        // `n:*` always has the last mail, also when it is not above n (RFC 3501, section 6.4.8).
        let mut found = self.search(&format!("UID {}:*", last.saturating_add(1))).await?;
        found.retain(|uid| *uid > last);
        Ok(found)
    }

    /// UIDs of mails that came on this day or later, in their order. `day` as RFC 3501 writes it: `1-Jan-2026`.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn since(&mut self, day: &str) -> Result<Vec<u32>, MailboxError> {
        self.search(&format!("SINCE {day}")).await
    }

    async fn search(&mut self, query: &str) -> Result<Vec<u32>, MailboxError> {
        self.session.get_mut().allow(SAYS);
        let mut found: Vec<u32> = within(self.session.uid_search(query)).await?.into_iter().collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Bytes of a mail; none when it is gone.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn size(&mut self, uid: u32) -> Result<Option<u32>, MailboxError> {
        self.session.get_mut().allow(SAYS);
        let all: Vec<_> = within(async {
            self.session.uid_fetch(uid.to_string(), "(UID RFC822.SIZE)").await?.try_collect().await
        })
        .await?;
        Ok(all.iter().find(|mail| mail.uid == Some(uid)).and_then(|mail| mail.size))
    }

    /// At most the first `most` bytes of a mail, without marking it as seen; none when it is gone.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn fetch(&mut self, uid: u32, most: usize) -> Result<Option<Vec<u8>>, MailboxError> {
        self.session.get_mut().allow(SAYS + most);
        let query = format!("(UID BODY.PEEK[]<0.{most}>)");
        let all: Vec<_> =
            within(async { self.session.uid_fetch(uid.to_string(), query).await?.try_collect().await })
                .await?;
        let mail = all.iter().find(|mail| mail.uid == Some(uid));
        Ok(mail.and_then(|mail| mail.body().map(<[u8]>::to_vec)))
    }

    /// Marks a mail as seen.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn mark_seen(&mut self, uid: u32) -> Result<(), MailboxError> {
        self.session.get_mut().allow(SAYS);
        let command = format!("UID STORE {uid} +FLAGS.SILENT (\\Seen)");
        within(self.session.run_command_and_check_ok(command)).await
    }

    /// Waits until something comes, at most so long.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn wait(mut self, longest: Duration) -> Result<Self, MailboxError> {
        self.session.get_mut().allow(SAYS);
        if !self.can_idle {
            tokio::time::sleep(longest.min(POLL)).await;
            return Ok(self);
        }
        let told = self.session.unsolicited_responses.clone();
        let mut idle = self.session.idle();
        within(idle.init()).await?;
        // What came since the last search was told in passing, with the answers to other commands.
        let mut has_news = false;
        while let Ok(said) = told.try_recv() {
            has_news |= matches!(said, UnsolicitedResponse::Exists(_) | UnsolicitedResponse::Recent(_));
        }
        if !has_news {
            let (news, _stop) = idle.wait_with_timeout(longest);
            // A server that only says that it is still there does not make us wait for ever.
            if let Ok(news) = tokio::time::timeout(longest, unbroken(news)).await {
                news?;
            }
        }
        let session = within(idle.done()).await?;
        Ok(Self { session, ..self })
    }
}

async fn within<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, MailboxError> {
    let late = MailboxError::Lost("no answer in time".into());
    tokio::time::timeout(STEP, unbroken(step)).await.unwrap_or(Err(late))
}

/// The library cuts what a server says by bytes, and panics where that is inside a letter: the end of this connection, and
/// of nothing else.
async fn unbroken<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, MailboxError> {
    match AssertUnwindSafe(step).catch_unwind().await {
        Ok(done) => done.map_err(|error| judge(&error)),
        Err(_) => Err(MailboxError::Lost(NOT_UNDERSTOOD.into())),
    }
}

/// What the library says of bytes that it does not understand may hold words of a mail, and is not told on.
fn judge(error: &Error) -> MailboxError {
    MailboxError::Lost(match error {
        Error::No(said) | Error::Bad(said) => {
            let line: String =
                said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS).collect();
            format!("the server says: {}", line.trim())
        }
        Error::Io(error) => format!("connection: {}", error.kind()),
        Error::ConnectionLost => "the server closed the connection".to_owned(),
        Error::Validate(_) => "name or password has a character that cannot be sent".to_owned(),
        _ => NOT_UNDERSTOOD.to_owned(),
    })
}

/// What the server says to a step that must succeed is for an admin.
fn refused(error: MailboxError) -> MailboxError {
    match error {
        MailboxError::Lost(said) if said.starts_with("the server says") => MailboxError::Refused(said),
        other => other,
    }
}

fn from_wire(error: WireError) -> MailboxError {
    match error {
        WireError::Io(error) => MailboxError::Lost(format!("no connection: {}", error.kind())),
        refused => MailboxError::Refused(refused.to_string()),
    }
}

fn gone() -> MailboxError {
    MailboxError::Lost("the server closed the connection".into())
}
