//! Fetches the files that customers sent by messaging channels, beside everything else: at most [`lanes::LANE`] at once for each
//! channel, again and again while there is hope. What becomes of a file is an entry of its conversation, and the same commit
//! notes that the file needs no fetching any more (`docs/adr/0017-files-that-follow.md`).

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use reqwest::Method;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::intake::{For, IntakeError};
use super::lanes::{self, STORE_PAUSE, Table};
use super::{Courier, Line};
use crate::actors::error::CallError;
use crate::channels::{Call, Got, Source};
use crate::domain::Millis;
use crate::domain::attachment::Attachment;
use crate::domain::conversation::Command;
use crate::domain::ids::ChannelId;
use crate::domain::incoming::{FetchFailure, FileNews};
use crate::domain::refusal::Refusal;
use crate::outgoing::{Download, ErrorKind, Limits, OutgoingError};
use crate::store::coming_files::{self, Coming, Due};

/// Where files that are due stand.
const FILES: Table<ChannelId, Due> =
    Table { due: coming_files::channels_due, next_due: coming_files::next_due, take: coming_files::take };

/// Most files on their way at once over all channels: with S3 each may hold 5 MiB.
pub(super) const AT_ONCE: usize = 32;

/// Tries of a file: over about 17 minutes. Most platforms keep files for longer, some for an hour only.
const TRIES: i64 = 10;

/// Questions on the way to a file.
const QUESTIONS_MAX: usize = 2;

/// The head of an answer must be there after so long.
const HEAD: Duration = Duration::from_secs(15);

/// Fetches what is due, for as long as the program runs.
pub async fn run(courier: Courier) {
    while let Err(error) = courier.store.write(coming_files::let_go).await {
        log::warn!("files not fetched error=\"{error}\"");
        tokio::time::sleep(STORE_PAUSE).await;
    }
    let woken = &courier.files_in;
    lanes::run(
        "files",
        woken,
        async |lanes| lanes::take(&courier, lanes, &FILES, lanes::unpaced).await,
        async |channel, due| courier.fetch(channel, due).await,
    )
    .await;
}

/// Why a file is not here yet.
enum Miss {
    /// It may work later, not before so long.
    Again(Option<Duration>, String),
    /// It never will.
    Never(FetchFailure, String),
}

impl From<OutgoingError> for Miss {
    fn from(error: OutgoingError) -> Self {
        match error.kind {
            ErrorKind::Refused(_) => Self::Never(FetchFailure::Refused, error.to_string()),
            ErrorKind::TooLarge => Self::Never(FetchFailure::TooLarge, error.to_string()),
            _ => Self::Again(None, error.to_string()),
        }
    }
}

impl From<IntakeError> for Miss {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::TooLarge(_) => Self::Never(FetchFailure::TooLarge, error.to_string()),
            IntakeError::NotAllowed(_) => Self::Never(FetchFailure::Type, error.to_string()),
            _ => Self::Again(None, error.to_string()),
        }
    }
}

impl Courier {
    /// Files wait to be fetched.
    pub fn wake_fetching(&self) {
        self.files_in.notify_one();
    }

    /// Tries to fetch one file, and tells what became of it.
    async fn fetch(&self, channel: ChannelId, Due { file, attempt }: Due) {
        let Ok(_place) = self.fetching.acquire().await else { return };
        let courier = self.clone();
        let brought = match self.store.read(move |connection| courier.line(connection, channel)).await {
            Ok(line) => self.bring(&line, &file).await,
            Err(error) => Err(Miss::Again(None, error.to_string())),
        };
        let news = match brought {
            Ok(attachment) => FileNews::Here { file: attachment },
            Err(Miss::Again(after, why)) if attempt < TRIES => {
                log::info!("file waits for another try file={} error=\"{why}\"", file.id);
                let asked = after.map_or(0, |after| Millis::try_from(after.as_millis()).unwrap_or(0));
                return self.put_off(&file, self.backoff(attempt).max(asked)).await;
            }
            Err(Miss::Again(_, why)) => {
                log::warn!("file not fetched file={} error=\"{why}\"", file.id);
                FileNews::Failed { reason: FetchFailure::Unreachable }
            }
            Err(Miss::Never(reason, why)) => {
                log::info!("file not fetched file={} error=\"{why}\"", file.id);
                FileNews::Failed { reason }
            }
        };
        self.tell_file(&file, attempt, news).await;
    }

    async fn tell_file(&self, file: &Coming, attempt: i64, news: FileNews) {
        let kept = if let FileNews::Here { file } = &news { Some(file.id) } else { None };
        let told = Command::FileNews { of: file.seq, id: file.id, news, by: None };
        match self.directory.command(file.scope, file.conversation, told, None).await {
            Ok(_) => {}
            // It was erased or taken back meanwhile.
            Err(CallError::Refused(Refusal::NoSuchFile) | CallError::NotFound) => {
                if let Some(kept) = kept {
                    self.intake.give_up(kept).await;
                }
            }
            // Perhaps it was told all the same: then the row does not wait any more, and this changes nothing.
            Err(error) => {
                log::warn!("file not told of file={} error=\"{error}\"", file.id);
                self.put_off(file, self.backoff(attempt)).await;
            }
        }
    }

    async fn put_off(&self, file: &Coming, pause: Millis) {
        let id = file.id;
        self.surely(move |connection, now| coming_files::put_off(connection, id, now + pause)).await;
    }

    /// Goes the whole way to a file, and keeps its bytes.
    async fn bring(&self, line: &Line, file: &Coming) -> Result<Attachment, Miss> {
        let never = |why| Miss::Never(FetchFailure::Refused, why);
        let account = line.account();
        let mut source = line.platform.fetch(&account, &file.reference).map_err(never)?;
        for _ in 0..QUESTIONS_MAX {
            match source {
                Source::At { call, redirects } => return self.download(line, file, call, redirects).await,
                Source::Ask(call) => {
                    let answer = self.ask(line, call).await?;
                    source = line.platform.file_in(&account, &answer).map_err(never)?;
                }
            }
        }
        Err(never("the platform asks for one more question after the other".into()))
    }

    /// Asks where a file is.
    async fn ask(&self, line: &Line, call: Call) -> Result<Value, Miss> {
        let method = Method::from_bytes(call.method.as_bytes())
            .map_err(|_| Miss::Never(FetchFailure::Refused, "no such method".into()))?;
        let headers = headers(&call)?;
        let body = Bytes::from(call.body);
        let reply = self.outgoing.call(method, &call.url, headers, body, Limits::default()).await?;
        let got = Got { status: reply.status.as_u16(), retry_after: reply.retry_after, body: &reply.body };
        if reply.status.is_success() && reply.status != StatusCode::ACCEPTED {
            return serde_json::from_slice(&reply.body)
                .map_err(|_| Miss::Again(None, "the platform's answer is not JSON".into()));
        }
        Err(miss(line, &got))
    }

    /// Reads a file from its address, over redirects if the platform needs them.
    async fn download(
        &self,
        line: &Line,
        file: &Coming,
        call: Call,
        redirects: u8,
    ) -> Result<Attachment, Miss> {
        let mut found = self.outgoing.open(&call.url, headers(&call)?, HEAD).await?;
        for _ in 0..redirects {
            let Some(to) = found.location.take().filter(|_| found.status.is_redirection()) else { break };
            found = self.outgoing.open(&to, HeaderMap::new(), HEAD).await?;
        }
        let status = found.status;
        if status.is_redirection() {
            return Err(Miss::Never(FetchFailure::Refused, "the address leads elsewhere".into()));
        }
        if !status.is_success() || status == StatusCode::ACCEPTED {
            let got = Got { status: status.as_u16(), retry_after: found.retry_after, body: &[] };
            return Err(miss(line, &got));
        }
        let most = self.intake.max_bytes();
        if found.announced.is_some_and(|size| size > most as u64) {
            return Err(IntakeError::TooLarge(most).into());
        }
        let owner = For { scope: file.scope, contact: file.contact, member: None };
        let body = stream::unfold(Some(found), pull);
        Ok(self.intake.take(owner, &file.name, Box::pin(body)).await?)
    }
}

/// The next bytes of a download; nothing follows a failure.
async fn pull(found: Option<Download>) -> Option<(Result<Bytes, OutgoingError>, Option<Download>)> {
    let mut found = found?;
    match found.next().await {
        Ok(bytes) => Some((Ok(bytes?), Some(found))),
        Err(error) => Some((Err(error), None)),
    }
}

fn headers(call: &Call) -> Result<HeaderMap, Miss> {
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let value = HeaderValue::from_str(value)
            .map_err(|_| Miss::Never(FetchFailure::Refused, "a header cannot be sent".into()))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

/// What an answer means that brings no file.
fn miss(line: &Line, got: &Got<'_>) -> Miss {
    let why = format!("status {}", got.status);
    if line.platform.is_too_large(got) {
        return Miss::Never(FetchFailure::TooLarge, why);
    }
    match got.status {
        // LINE: it is being made ready.
        202 | 408 | 425 | 429 | 500..=599 => Miss::Again(got.retry_after, why),
        401 | 403 => Miss::Never(FetchFailure::Refused, why),
        _ => Miss::Never(FetchFailure::Gone, why),
    }
}
