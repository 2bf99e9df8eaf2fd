//! Reads the mailboxes of mail channels: one task each, which one supervisor starts, watches and ends.
//!
//! A mail and how far the mailbox was read are one commit; only then is the mail marked as seen. So whatever is interrupted
//! is read again, and the event's key makes it one.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use tokio::task::{AbortHandle, JoinSet};

use super::lanes::STORE_PAUSE;
use super::{Courier, Line};
use crate::channels::email;
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;
use crate::domain::ids::ChannelId;
use crate::outgoing::imap::{Mailbox, MailboxError};
use crate::outgoing::wire::MailServer;
use crate::store::inbox;
use crate::store::mailboxes::{self, Mark};
use crate::store::secrets::{self, Fault};
use crate::store::{StoreError, channels};

/// Most mailboxes.
const MAILBOXES: i64 = 1_000;

/// The supervisor looks this often even if nobody woke it.
const LOOK: Duration = Duration::from_secs(30);

/// Pauses between two tries to reach a mailbox, doubled from the first to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// Longest wait for news on one connection: routers forget quiet ones, and servers end it after 30 minutes.
const NEWS: Duration = Duration::from_secs(5 * 60);

/// Of a mail above the limit, this much is read, in bytes.
const HEAD: usize = 256 * 1024;

/// After the mailbox was numbered anew, mails of so many days are read again. Their events are kept for longer.
const AGAIN_DAYS: i64 = 14;

/// Before the reasons of faults that are a mailbox's.
const FAULT: &str = "mailbox: ";

/// Which mailbox a channel has.
type Place = (MailServer, String);

/// Keeps the right mailboxes being read, for as long as the program runs. Must be called in a local set.
pub async fn run(courier: Courier) {
    let mut tasks = JoinSet::new();
    let mut changed = courier.channels.subscribe();
    let mut running: HashMap<ChannelId, (Place, AbortHandle)> = HashMap::new();
    loop {
        match courier.wanted().await {
            Ok(wanted) => {
                running.retain(|channel, (place, task)| {
                    let stays = !task.is_finished() && wanted.get(channel) == Some(place);
                    if !stays {
                        task.abort();
                    }
                    stays
                });
                for (channel, place) in wanted {
                    running.entry(channel).or_insert_with(|| {
                        let reader = Reader { courier: courier.clone(), channel, place: place.clone() };
                        (place, tasks.spawn_local(reader.run()))
                    });
                }
            }
            Err(error) => log::warn!("mailboxes not looked up error=\"{error}\""),
        }
        tokio::select! {
            Some(ended) = tasks.join_next(), if !tasks.is_empty() => {
                if ended.is_err_and(|error| error.is_panic()) {
                    log::error!("a mailbox's reader panicked and is started again");
                    tokio::time::sleep(STORE_PAUSE).await;
                }
            }
            _ = changed.changed() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

impl Courier {
    /// The mailboxes that are to be read.
    async fn wanted(&self) -> Result<HashMap<ChannelId, Place>, StoreError> {
        let courier = self.clone();
        let read = move |connection: &mut crate::store::Connection| {
            let mut wanted = HashMap::new();
            for channel in channels::of_kind(connection, ChannelKind::Email, MAILBOXES)? {
                let line = courier.line(connection, channel)?;
                if !line.channel.enabled {
                    continue;
                }
                wanted.extend(email::mailbox(&line.account()).map(|place| (channel, place)));
            }
            Ok(wanted)
        };
        self.store.read(read).await
    }
}

/// Reads one mailbox.
struct Reader {
    courier: Courier,
    channel: ChannelId,
    place: Place,
}

impl Reader {
    /// Connects again and again.
    async fn run(self) {
        let mut pause = FIRST_PAUSE;
        loop {
            let Err(why) = self.connected(&mut pause).await;
            log::info!("mailbox not read channel={} error=\"{why}\"", self.channel);
            if let MailboxError::Refused(reason) = why {
                let (channel, reason) = (self.channel, format!("{FAULT}{reason}"));
                let fault = move |connection: &mut crate::store::Connection, now| {
                    secrets::put_fault(connection, channel, &Fault { reason: reason.clone(), since: now })
                };
                self.courier.surely(fault).await;
            }
            let jitter = Duration::from_millis(self.courier.sources.dice(500).into());
            tokio::time::sleep(pause + jitter).await;
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    /// Reads on one connection until it breaks.
    async fn connected(&self, pause: &mut Duration) -> Result<std::convert::Infallible, MailboxError> {
        let (server, folder) = &self.place;
        let mut mailbox = self.courier.outgoing.open_mailbox(server, folder).await?;
        *pause = FIRST_PAUSE;
        self.works().await.map_err(later)?;
        let line = self.line().await.map_err(later)?;
        let (mut mark, mut uids) = self.begin(&mut mailbox).await?;
        loop {
            for uid in uids {
                self.take(&mut mailbox, &line, uid, &mut mark).await?;
            }
            mailbox = mailbox.wait(NEWS).await?;
            uids = mailbox.after(mark.last_uid).await?;
        }
    }

    async fn line(&self) -> Result<Line, StoreError> {
        let (courier, channel) = (self.courier.clone(), self.channel);
        self.courier.store.read(move |connection| courier.line(connection, channel)).await
    }

    /// How far the mailbox was read, and what is to be read now.
    async fn begin(&self, mailbox: &mut Mailbox) -> Result<(Mark, Vec<u32>), MailboxError> {
        let (server, folder) = &self.place;
        let user = server.login.as_ref().map_or("", |(user, _)| user.as_str());
        let place = format!("{user}@{}:{}/{folder}", server.host, server.port);
        let channel = self.channel;
        let known = self.courier.store.read(move |connection| mailboxes::find(connection, channel)).await;
        let known = known.map_err(later)?.filter(|mark| mark.place == place);
        match known {
            Some(mark) if mark.uid_validity == mailbox.uid_validity => {
                let uids = mailbox.after(mark.last_uid).await?;
                Ok((mark, uids))
            }
            Some(_) => {
                log::warn!("mailbox was numbered anew channel={channel}");
                let uids = mailbox.since(&day_before(self.courier.sources.now(), AGAIN_DAYS)).await?;
                // Noted with the first mail of it; until then it begins again.
                let last_uid = if uids.is_empty() { mailbox.newest } else { 0 };
                Ok((Mark { place, uid_validity: mailbox.uid_validity, last_uid }, uids))
            }
            None => {
                let mark = Mark { place, uid_validity: mailbox.uid_validity, last_uid: mailbox.newest };
                let first = mark.clone();
                let noted = self.courier.store.write(move |c| mailboxes::put(c, channel, &first)).await;
                noted.map_err(later)?;
                let uids = mailbox.after(mark.last_uid).await?;
                Ok((mark, uids))
            }
        }
    }

    /// Stores one mail, with how far the mailbox is read by then, and marks it as seen.
    async fn take(
        &self,
        mailbox: &mut Mailbox,
        line: &Line,
        uid: u32,
        mark: &mut Mark,
    ) -> Result<(), MailboxError> {
        let Some(size) = mailbox.size(uid).await? else { return Ok(()) };
        let is_whole = usize::try_from(size).is_ok_and(|size| size <= email::MAIL_MAX);
        let most = if is_whole { email::MAIL_MAX } else { HEAD };
        let Some(mime) = mailbox.fetch(uid, most).await? else { return Ok(()) };
        let event = email::event(&mime, (!is_whole).then_some(size.into()));
        let event = event.ok().filter(|event| line.platform.is_ours(&event.raw, &line.account()));
        let (channel, now) = (self.channel, self.courier.sources.now());
        let event = event.map(|event| self.courier.to_keep(channel, event, now));
        mark.last_uid = uid;
        let reached = mark.clone();
        let keep = move |connection: &mut crate::store::Connection| {
            mailboxes::put(connection, channel, &reached)?;
            inbox::keep(connection, event.as_slice())
        };
        let new = self.courier.store.write(keep).await.map_err(later)?;
        if new > 0 {
            self.courier.wake_inbox();
        }
        mailbox.mark_seen(uid).await
    }

    /// The mailbox can be read: if that was what was wrong, it is over.
    async fn works(&self) -> Result<(), StoreError> {
        let channel = self.channel;
        let fault = self.courier.store.read(move |connection| secrets::fault_of(connection, channel)).await?;
        if fault.is_some_and(|fault| fault.reason.starts_with(FAULT)) {
            self.courier.store.write(move |connection| secrets::clear_fault(connection, channel)).await?;
        }
        Ok(())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "errors are mapped by value")]
fn later(error: StoreError) -> MailboxError {
    MailboxError::Lost(error.to_string())
}

/// The day so many days before, as IMAP writes it.
fn day_before(now: Millis, days: i64) -> String {
    let today = Timestamp::from_millisecond(now).unwrap_or_default();
    let day = today.checked_sub((24 * days).hours()).unwrap_or_default();
    day.strftime("%-d-%b-%Y").to_string()
}

#[cfg(test)]
mod tests {
    #[test]
    fn days_are_written_as_imap_wants_them() {
        assert_eq!(super::day_before(1_767_225_600_000, 14), "18-Dec-2025");
        assert_eq!(super::day_before(1_767_225_600_000, 24), "8-Dec-2025");
    }
}
