//! One mail to one server by SMTP, step by step, so that it is known after which step a try ended.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use lettre::Address;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};

use super::Outgoing;
use super::mail::Security;
use super::wire::{MailServer, WireError};

/// From the first byte to the last answer.
const WITHIN: Duration = Duration::from_secs(60);

/// A server says no more than this, greetings and certificates included.
const SAYS: usize = 256 * 1024;

/// Longest words of a server that are kept, in characters.
const WORDS: usize = 300;

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SmtpError {
    /// It never will be, in the server's words.
    #[error("{0}")]
    Refused(String),
    /// Perhaps later.
    #[error("{0}")]
    Later(String),
    /// The server does not know us, or may not be reached: nothing can be sent until somebody mends it.
    #[error("{0}")]
    Broken(String),
    /// All of it was written and nobody answered.
    #[error("no answer after the end of the mail")]
    Unknown,
}

impl Outgoing {
    /// Hands a mail to a server. Answers in its words, which often name the mail.
    ///
    /// # Errors
    /// See [`SmtpError`].
    pub async fn hand_mail(
        &self,
        server: &MailServer,
        from: &str,
        to: &str,
        mail: &[u8],
    ) -> Result<String, SmtpError> {
        let address = |text: &str| {
            text.parse::<Address>().map_err(|_| SmtpError::Refused(format!("{text} is no mail address")))
        };
        let (from, to) = (address(from)?, address(to)?);
        let mut ended = false;
        let hand = async {
            let mut connection = self.greet(server, from.domain()).await?;
            let mut wants = Vec::new();
            if connection.server_info().supports_feature(Extension::EightBitMime) {
                wants.push(MailParameter::Body(MailBodyParameter::EightBitMime));
            }
            connection.command(Mail::new(Some(from.clone()), wants)).await.map_err(judge)?;
            connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(judge)?;
            connection.command(Data).await.map_err(judge)?;
            ended = true;
            let taken = connection.message(mail).await;
            let taken = taken
                .map_err(|error| if error.status().is_some() { judge(error) } else { SmtpError::Unknown })?;
            // It has the mail; whether it hears goodbye is all the same.
            let _ = connection.quit().await;
            Ok(short(&taken.message().collect::<Vec<_>>().join(" ")))
        };
        // The library panics on a greeting with a blank line among its features (lettre 0.11.23, `ServerInfo::from_response`).
        match tokio::time::timeout(WITHIN, AssertUnwindSafe(hand).catch_unwind()).await {
            Ok(Ok(handed)) => handed,
            Err(_) | Ok(Err(_)) if ended => Err(SmtpError::Unknown),
            Ok(Err(_)) => Err(SmtpError::Broken("the server's words cannot be read".into())),
            Err(_) => Err(SmtpError::Later("no answer in time".into())),
        }
    }

    /// Connects, encrypts and logs in.
    async fn greet(&self, server: &MailServer, our_domain: &str) -> Result<AsyncSmtpConnection, SmtpError> {
        let wire = self.dial(server, SAYS).await.map_err(|error| match error {
            WireError::Io(error) => SmtpError::Later(format!("no connection: {}", error.kind())),
            refused => SmtpError::Broken(refused.to_string()),
        })?;
        let hello = ClientId::Domain(our_domain.to_owned());
        let mut connection =
            AsyncSmtpConnection::connect_with_transport(Box::new(wire), &hello).await.map_err(judge)?;
        if server.security == Security::Starttls {
            if !connection.can_starttls() {
                return Err(SmtpError::Broken("the server does not offer STARTTLS".into()));
            }
            let tls = self.trust.mail(&server.host).map_err(judge)?;
            connection.starttls(tls, &hello).await.map_err(judge)?;
        }
        if let Some((name, password)) = &server.login {
            let login = Credentials::new(name.clone(), password.clone());
            let answer = connection.auth(&[Mechanism::Plain, Mechanism::Login], &login).await;
            answer.map_err(|error| match error.status() {
                // 454 and its kin pass: <https://www.rfc-editor.org/rfc/rfc4954#section-6>.
                Some(_) if error.is_transient() => judge(error),
                Some(_) => SmtpError::Broken(format!("log-in refused: {}", words(&error))),
                None if error.is_client() => {
                    SmtpError::Broken("the server offers no log-in that we speak".into())
                }
                None => judge(error),
            })?;
        }
        Ok(connection)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "errors are mapped by value")]
fn judge(error: lettre::transport::smtp::Error) -> SmtpError {
    if error.is_permanent() { SmtpError::Refused(words(&error)) } else { SmtpError::Later(words(&error)) }
}

/// What the server said, or what went wrong, in one line.
fn words(error: &lettre::transport::smtp::Error) -> String {
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match error.status() {
        Some(code) => short(&format!("{code} {said}")),
        None => short(&error.to_string()),
    }
}

fn short(text: &str) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS).collect();
    line.trim().to_owned()
}
