//! Letters on their way: sent in the background, tried again, and never more than a bounded number of them. They live in
//! memory: what a mail carries that must not get lost (a link, a transcript) can be had again from its page.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::ApiError;
use crate::actors::error::CallError;
use crate::outgoing::mail::{Letter, MailError, Mailer};
use crate::request_id;

/// Most letters that wait or are being sent; more are answered with `overloaded`.
const WAITING_MAX: usize = 256;
/// Most connections to the mail server at the same time.
const AT_ONCE: usize = 4;
/// A letter that the server does not take now is tried again after these times.
const PAUSES: [Duration; 4] = [
    Duration::from_secs(2),
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
];

/// Takes letters and sends them.
pub struct PostOffice {
    mailer: Mailer,
    waiting: Arc<Semaphore>,
    lines: Arc<Semaphore>,
}

impl PostOffice {
    /// Sends with this mailer.
    pub fn new(mailer: Mailer) -> Self {
        let (waiting, lines) = (Semaphore::new(WAITING_MAX), Semaphore::new(AT_ONCE));
        Self { mailer, waiting: Arc::new(waiting), lines: Arc::new(lines) }
    }

    /// Takes a letter. Nobody waits for it.
    ///
    /// # Errors
    /// `overloaded` when too many are on their way.
    pub fn post(&self, letter: Letter) -> Result<(), ApiError> {
        let place = Arc::clone(&self.waiting).try_acquire_owned();
        let place = place.map_err(|_| ApiError::from(CallError::Overloaded))?;
        let (mailer, lines) = (self.mailer.clone(), Arc::clone(&self.lines));
        let sending = async move {
            deliver(&mailer, &lines, &letter).await;
            drop(place);
        };
        actix_web::rt::spawn(request_id::during(request_id::current(), sending));
        Ok(())
    }

    /// Sends a letter while the caller waits, once.
    ///
    /// # Errors
    /// What the mail server said.
    pub async fn send_now(&self, letter: &Letter) -> Result<(), MailError> {
        self.mailer.send(letter).await
    }
}

async fn deliver(mailer: &Mailer, lines: &Semaphore, letter: &Letter) {
    for pause in PAUSES.iter().map(Some).chain([None]) {
        let Ok(line) = lines.acquire().await else { return };
        let sent = mailer.send(letter).await;
        drop(line);
        match (sent, pause) {
            (Ok(()), _) => return,
            (Err(MailError::Later(error)), Some(pause)) => {
                log::info!("mail is tried again error=\"{error}\"");
                actix_web::rt::time::sleep(*pause).await;
            }
            // Not its words: they may hold a one-time link.
            (Err(error), _) => return log::warn!("mail not sent error=\"{error}\""),
        }
    }
}
