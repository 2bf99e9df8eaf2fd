//! A mail server: takes mails by SMTP and hands them out by IMAP, as strictly as the real ones, and fails when told to.

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use super::pipe::{Pipe, Secrecy};

/// The one account there is.
pub const USER: &str = "support@help.example";
/// Its password, with what has to be quoted.
pub const PASSWORD: &str = "app \"pass\" word\\";

/// Longest line of a mail (RFC 5321, section 4.5.3.1.6).
const LINE_MAX: usize = 1_000;

/// A mail that was taken.
#[derive(Debug, Clone)]
pub struct Mail {
    /// Envelope sender.
    pub from: String,
    /// Envelope receiver.
    pub to: String,
    /// The mail, with its line ends.
    pub raw: String,
}

impl Mail {
    /// A header, unfolded; empty when missing.
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let begin = format!("{}:", name.to_lowercase());
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&begin)).map(str::to_owned);
        line.map(|line| line[begin.len()..].trim().to_owned()).unwrap_or_default()
    }
}

/// What goes wrong with the next mail.
#[derive(Debug, Clone)]
pub enum MailFault {
    /// This command is answered so. `.` is the end of the mail.
    Answer(&'static str, &'static str),
    /// The mail is taken, and the connection is closed without an answer.
    TakenButLost,
    /// The mail is taken, and nothing is said, for ever.
    TakenInSilence,
    /// The connection is closed before the mail is taken.
    Closed,
}

struct Kept {
    uid: u32,
    raw: String,
    seen: bool,
}

#[derive(Default)]
struct State {
    received: Vec<Mail>,
    faults: VecDeque<MailFault>,
    /// How many faults were met.
    failed: usize,
    mailbox: Vec<Kept>,
    validity: u32,
    next_uid: u32,
    /// How often the folder was opened.
    opened: usize,
    /// Connections of an earlier epoch end.
    epoch: usize,
    refuses_login: bool,
    /// How often somebody named a password, to either server.
    log_ins: usize,
}

/// Both servers. They end with the system they run in.
#[derive(Clone)]
pub struct MailServers {
    /// Where SMTP is spoken.
    pub smtp: SocketAddr,
    /// Where IMAP is spoken.
    pub imap: SocketAddr,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
}

impl MailServers {
    /// Starts on free ports. Must be called in an actix system.
    ///
    /// # Errors
    /// When there is none.
    pub async fn start() -> std::io::Result<Self> {
        Self::start_with(Secrecy::None).await
    }

    /// As [`MailServers::start`], with connections that are kept secret so.
    ///
    /// # Errors
    /// When there is no free port.
    pub async fn start_with(secrecy: Secrecy) -> std::io::Result<Self> {
        let (smtp, imap) = (TcpListener::bind("127.0.0.1:0").await?, TcpListener::bind("127.0.0.1:0").await?);
        let state = State { validity: 1, next_uid: 1, ..State::default() };
        let servers = Self {
            smtp: smtp.local_addr()?,
            imap: imap.local_addr()?,
            state: Arc::new(Mutex::new(state)),
            changed: Arc::default(),
        };
        let (here, how) = (servers.clone(), secrecy.clone());
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = smtp.accept().await {
                let (here, how) = (here.clone(), how.clone());
                actix_web::rt::spawn(async move {
                    let Some(pipe) = Pipe::open(stream, &how).await else { return };
                    Smtp::new(here, pipe).run().await;
                });
            }
        });
        let here = servers.clone();
        actix_web::rt::spawn(async move {
            while let Ok((stream, _)) = imap.accept().await {
                let (here, how) = (here.clone(), secrecy.clone());
                actix_web::rt::spawn(async move {
                    let Some(pipe) = Pipe::open(stream, &how).await else { return };
                    Imap::new(here, pipe).run().await;
                });
            }
        });
        Ok(servers)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next mail meets this fault; one that was told later comes after.
    pub fn fail_next(&self, fault: MailFault) {
        self.state().faults.push_back(fault);
    }

    /// Mails that were taken, in their order.
    pub fn received(&self) -> Vec<Mail> {
        self.state().received.clone()
    }

    /// How many mails met a fault, taken or not.
    pub fn failed(&self) -> usize {
        self.state().failed
    }

    /// Waits until so many mails were taken.
    pub async fn wait_for(&self, count: usize) -> Vec<Mail> {
        self.wait_until(|state| state.received.len() >= count).await;
        self.received()
    }

    /// Waits until the folder was opened so often.
    pub async fn wait_for_reader(&self, count: usize) {
        self.wait_until(|state| state.opened >= count).await;
    }

    /// Waits until so many mails of the mailbox are seen; answers their UIDs.
    pub async fn wait_for_seen(&self, count: usize) -> BTreeSet<u32> {
        let seen = |state: &State| -> BTreeSet<u32> {
            state.mailbox.iter().filter(|mail| mail.seen).map(|mail| mail.uid).collect()
        };
        self.wait_until(|state| seen(state).len() >= count).await;
        seen(&self.state())
    }

    async fn wait_until(&self, fits: impl Fn(&State) -> bool) {
        let waiting = async {
            loop {
                let changed = self.changed.notified();
                if fits(&self.state()) {
                    return;
                }
                changed.await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        waited.unwrap_or_else(|_| panic!("no such mails came: {:?}", self.received()));
    }

    /// Puts a mail into the mailbox.
    pub fn deliver(&self, raw: &str) {
        {
            let mut state = self.state();
            let uid = state.next_uid;
            state.next_uid += 1;
            state.mailbox.push(Kept { uid, raw: raw.to_owned(), seen: false });
        }
        self.changed.notify_waiters();
    }

    /// The mailbox is numbered anew, from 1.
    pub fn renumber(&self) {
        {
            let mut state = self.state();
            state.validity += 1;
            state.next_uid = 1;
            for index in 0..state.mailbox.len() {
                let uid = state.next_uid;
                state.mailbox[index].uid = uid;
                state.next_uid += 1;
            }
        }
        self.cut_connections();
    }

    /// Connections to the mailbox break.
    pub fn cut_connections(&self) {
        self.state().epoch += 1;
        self.changed.notify_waiters();
    }

    /// How often somebody named a password, right or wrong.
    pub fn log_ins(&self) -> usize {
        self.state().log_ins
    }

    /// From now on nobody may log in to the mailbox, or everybody who knows the password.
    pub fn refuse_login(&self, refuse: bool) {
        self.state().refuses_login = refuse;
    }
}

/// One connection of SMTP.
struct Smtp {
    servers: MailServers,
    /// None only while it becomes secret.
    pipe: Option<Pipe>,
    is_known: bool,
    from: Option<String>,
    to: Option<String>,
}

impl Smtp {
    const fn new(servers: MailServers, pipe: Pipe) -> Self {
        Self { servers, pipe: Some(pipe), is_known: false, from: None, to: None }
    }

    async fn say(&mut self, line: &str) -> Option<()> {
        self.pipe.as_mut()?.say(line).await
    }

    async fn line(&mut self) -> Option<String> {
        self.pipe.as_mut()?.line().await
    }

    /// The fault that this command meets, if it is the next one.
    fn fault(&self, command: &str) -> Option<MailFault> {
        let mut state = self.servers.state();
        let meets = match state.faults.front()? {
            MailFault::Answer(at, _) => *at == command,
            MailFault::TakenButLost | MailFault::TakenInSilence | MailFault::Closed => command == ".",
        };
        if !meets {
            return None;
        }
        state.failed += 1;
        state.faults.pop_front()
    }

    async fn run(mut self) {
        if self.say("220 mail.help.example ESMTP").await.is_some() {
            while let Some(line) = self.line().await {
                if self.answer(line.trim_end()).await.is_none() {
                    return;
                }
            }
        }
    }

    async fn answer(&mut self, line: &str) -> Option<()> {
        let command = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        if let Some(MailFault::Answer(_, words)) = self.fault(&command) {
            return self.say(words).await;
        }
        let path = || {
            line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(path, _)| path.to_owned())
        };
        match command.as_str() {
            "EHLO" if self.pipe.as_ref()?.can_upgrade() => {
                self.say("250-mail.help.example\r\n250-8BITMIME\r\n250 STARTTLS").await
            }
            "EHLO" => self.say("250-mail.help.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN").await,
            "STARTTLS" if self.pipe.as_ref()?.can_upgrade() => {
                self.say("220 begin").await?;
                self.pipe = self.pipe.take()?.encrypt().await;
                self.pipe.is_some().then_some(())
            }
            "AUTH" if self.pipe.as_ref()?.can_upgrade() => self.say("538 5.7.11 STARTTLS first").await,
            "AUTH" => {
                self.servers.state().log_ins += 1;
                let wanted = STANDARD.encode(format!("\0{USER}\0{PASSWORD}"));
                self.is_known = line.strip_prefix("AUTH PLAIN ") == Some(&wanted);
                self.say(if self.is_known { "235 welcome" } else { "535 5.7.8 bad credentials" }).await
            }
            "MAIL" if !self.is_known => self.say("530 5.7.0 log in first").await,
            "MAIL" => {
                self.from = path();
                self.say("250 good").await
            }
            "RCPT" if self.from.is_none() => self.say("503 MAIL first").await,
            "RCPT" => {
                self.to = path();
                self.say("250 good").await
            }
            "DATA" if self.to.is_none() => self.say("503 RCPT first").await,
            "DATA" => self.data().await,
            "QUIT" => {
                let _ = self.say("221 bye").await;
                None
            }
            "RSET" | "NOOP" => self.say("250 good").await,
            _ => self.say("500 what?").await,
        }
    }

    async fn data(&mut self) -> Option<()> {
        self.say("354 go on").await?;
        let mut raw = String::new();
        loop {
            let line = self.line().await?;
            if !line.ends_with("\r\n") || line.len() > LINE_MAX {
                return self.say("554 5.6.0 a line is not as it must be").await;
            }
            if line == ".\r\n" {
                break;
            }
            raw.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        let (from, to) = (self.from.take()?, self.to.take()?);
        let mail = Mail { from, to, raw };
        if ["From", "To", "Date", "Message-ID", "Subject"].iter().any(|name| mail.header(name).is_empty()) {
            return self.say("554 5.6.0 a header is missing").await;
        }
        match self.fault(".") {
            Some(MailFault::Answer(_, words)) => return self.say(words).await,
            Some(MailFault::Closed) => return None,
            Some(MailFault::TakenButLost) => {
                self.take(mail);
                return None;
            }
            Some(MailFault::TakenInSilence) => {
                self.take(mail);
                return std::future::pending().await;
            }
            None => {}
        }
        self.take(mail);
        self.say("250 2.0.0 queued as 4F2A").await
    }

    fn take(&self, mail: Mail) {
        self.servers.state().received.push(mail);
        self.servers.changed.notify_waiters();
    }
}

/// One connection of IMAP.
struct Imap {
    servers: MailServers,
    /// None only while it becomes secret.
    pipe: Option<Pipe>,
    epoch: usize,
    is_known: bool,
    is_open: bool,
    /// So many mails are in the folder, as far as it was told.
    told: usize,
}

impl Imap {
    fn new(servers: MailServers, pipe: Pipe) -> Self {
        let epoch = servers.state().epoch;
        Self { servers, pipe: Some(pipe), epoch, is_known: false, is_open: false, told: 0 }
    }

    async fn say(&mut self, text: &str) -> Option<()> {
        self.pipe.as_mut()?.say(text).await
    }

    fn is_cut(&self) -> bool {
        self.servers.state().epoch != self.epoch
    }

    /// The next line; none when the connection is to end.
    async fn line(&mut self) -> Option<String> {
        loop {
            let changed = self.servers.changed.clone();
            let changed = changed.notified();
            if self.is_cut() {
                return None;
            }
            tokio::select! {
                line = self.pipe.as_mut()?.line() => return Some(line?.trim_end().to_owned()),
                () = changed => {}
            }
        }
    }

    async fn run(mut self) {
        if self.say("* OK ready").await.is_some() {
            while let Some(line) = self.line().await {
                let Some((tag, command)) = line.split_once(' ') else { return };
                if self.answer(tag, command).await.is_none() {
                    return;
                }
            }
        }
    }

    async fn answer(&mut self, tag: &str, command: &str) -> Option<()> {
        let word = command.split(' ').next().unwrap_or_default().to_uppercase();
        match word.as_str() {
            "STARTTLS" if self.pipe.as_ref()?.can_upgrade() => {
                self.say(&format!("{tag} OK begin")).await?;
                self.pipe = self.pipe.take()?.encrypt().await;
                self.pipe.is_some().then_some(())
            }
            "LOGIN" if self.pipe.as_ref()?.can_upgrade() => {
                self.say(&format!("{tag} NO [PRIVACYREQUIRED] STARTTLS first")).await
            }
            "CAPABILITY" => self.say(&format!("* CAPABILITY IMAP4rev1 IDLE\r\n{tag} OK done")).await,
            "LOGIN" => {
                self.servers.state().log_ins += 1;
                let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
                let wanted = format!("LOGIN {} {}", quoted(USER), quoted(PASSWORD));
                self.is_known = command == wanted && !self.servers.state().refuses_login;
                let said =
                    if self.is_known { "OK welcome" } else { "NO [AUTHENTICATIONFAILED] wrong password" };
                self.say(&format!("{tag} {said}")).await
            }
            _ if !self.is_known => self.say(&format!("{tag} NO log in first")).await,
            "SELECT" => {
                if command != "SELECT \"INBOX\"" {
                    return self.say(&format!("{tag} NO no such folder")).await;
                }
                self.is_open = true;
                let said = {
                    let mut state = self.servers.state();
                    state.opened += 1;
                    self.told = state.mailbox.len();
                    format!(
                        "* {} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY {}] fine\r\n* OK [UIDNEXT {}] fine",
                        state.mailbox.len(),
                        state.validity,
                        state.next_uid
                    )
                };
                self.say(&format!("{said}\r\n{tag} OK [READ-WRITE] done")).await?;
                self.servers.changed.notify_waiters();
                Some(())
            }
            "LOGOUT" => {
                let _ = self.say(&format!("* BYE\r\n{tag} OK bye")).await;
                None
            }
            _ if !self.is_open => self.say(&format!("{tag} BAD open a folder first")).await,
            "IDLE" => self.idle(tag).await,
            "UID" => self.uid(tag, command).await,
            _ => self.say(&format!("{tag} BAD what?")).await,
        }
    }

    /// Says what has come.
    async fn tell(&mut self) -> Option<()> {
        let now = self.servers.state().mailbox.len();
        if now == self.told {
            return Some(());
        }
        self.told = now;
        self.say(&format!("* {now} EXISTS")).await
    }

    async fn idle(&mut self, tag: &str) -> Option<()> {
        self.say("+ idling").await?;
        loop {
            let changed = self.servers.changed.clone();
            let changed = changed.notified();
            if self.is_cut() {
                return None;
            }
            self.tell().await?;
            tokio::select! {
                line = self.pipe.as_mut()?.line() => {
                    let said = if line?.trim_end() == "DONE" { "OK done" } else { "BAD say DONE" };
                    return self.say(&format!("{tag} {said}")).await;
                }
                () = changed => {}
            }
        }
    }

    async fn uid(&mut self, tag: &str, command: &str) -> Option<()> {
        let words: Vec<&str> = command.split(' ').collect();
        let said = {
            let mut state = self.servers.state();
            match words[..] {
                ["UID", "SEARCH", "UID", range] => {
                    let first: u32 = range.strip_suffix(":*")?.parse().ok()?;
                    let last = state.mailbox.last().map_or(0, |mail| mail.uid);
                    let fits = |uid: u32| uid >= first || uid == last;
                    let uids = state.mailbox.iter().map(|mail| mail.uid).filter(|uid| fits(*uid));
                    found(uids)
                }
                ["UID", "SEARCH", "SINCE", _] | ["UID", "SEARCH", "ALL"] => {
                    found(state.mailbox.iter().map(|mail| mail.uid))
                }
                ["UID", "FETCH", uid, "(UID", what] => {
                    let found =
                        state.mailbox.iter().enumerate().find(|(_, mail)| mail.uid.to_string() == uid);
                    let most = what.strip_prefix("BODY.PEEK[]<0.").and_then(|rest| rest.strip_suffix(">)"));
                    match (found, most.and_then(|most| most.parse::<usize>().ok())) {
                        (None, _) => String::new(),
                        (Some((index, mail)), None) => {
                            format!("* {} FETCH (UID {uid} RFC822.SIZE {})\r\n", index + 1, mail.raw.len())
                        }
                        (Some((index, mail)), Some(most)) => {
                            let part = &mail.raw[..most.min(mail.raw.len())];
                            let length = part.len();
                            format!("* {} FETCH (UID {uid} BODY[]<0> {{{length}}}\r\n{part})\r\n", index + 1)
                        }
                    }
                }
                ["UID", "STORE", uid, "+FLAGS.SILENT", "(\\Seen)"] => {
                    let found = state.mailbox.iter_mut().find(|mail| mail.uid.to_string() == uid);
                    if let Some(mail) = found {
                        mail.seen = true;
                    }
                    String::new()
                }
                _ => {
                    drop(state);
                    return self.say(&format!("{tag} BAD what?")).await;
                }
            }
        };
        self.tell().await?;
        self.say(&format!("{said}{tag} OK done")).await?;
        self.servers.changed.notify_waiters();
        Some(())
    }
}

/// The answer to a search.
fn found(uids: impl Iterator<Item = u32>) -> String {
    let listed = uids.fold(String::new(), |listed, uid| format!("{listed} {uid}"));
    format!("* SEARCH{listed}\r\n")
}
