//! Mail by SMTP, to the one server that the operator has configured. Whoever writes a letter gives plain text; it is
//! sent as text and as HTML with everything escaped, so nothing in it can act in the reader's mail program.

use std::fmt::Write;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::Tls;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use super::trust::Trust;

/// How the connection to the mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte, usually on port 465.
    Tls,
    /// A plain connection that must change to TLS, usually on port 587.
    Starttls,
    /// No secrecy: for a server on the same machine only.
    None,
}

/// Where mail goes, and as whom.
#[derive(Clone)]
pub struct MailOptions {
    /// Name of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept secret.
    pub security: Security,
    /// The sender: `chat@shop.example` or `Shop <chat@shop.example>`.
    pub from: String,
    /// Name and password, if the server asks for them.
    pub login: Option<(String, String)>,
    /// Longest time of one attempt. Milliseconds.
    pub timeout_ms: u64,
    /// Whose certificates are believed.
    pub trust: Trust,
}

/// One mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Address.
    pub to: String,
    /// Subject; control characters in it become blanks.
    pub subject: String,
    /// Plain text.
    pub text: String,
}

/// Why a letter was not sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// It never will be: the address is none, or the server refuses it for good.
    #[error("refused: {0}")]
    Refused(String),
    /// Perhaps later.
    #[error("not now: {0}")]
    Later(String),
}

/// Sends letters. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    from: Mailbox,
    server: AsyncSmtpTransport<Tokio1Executor>,
}

impl Mailer {
    /// A mailer for this server. Connects when the first letter goes.
    ///
    /// # Errors
    /// Why these options cannot work.
    pub fn new(options: &MailOptions) -> Result<Self, String> {
        let from = options.from.parse::<Mailbox>().map_err(|error| format!("`from`: {error}"))?;
        let tls = || options.trust.mail(&options.host).map_err(|error| format!("`host`: {error}"));
        let tls = match options.security {
            Security::Tls => Tls::Wrapper(tls()?),
            Security::Starttls => Tls::Required(tls()?),
            Security::None => Tls::None,
        };
        let mut server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&options.host)
            .tls(tls)
            .port(options.port)
            .timeout(Some(Duration::from_millis(options.timeout_ms)));
        if let Some((name, password)) = &options.login {
            server = server.credentials(Credentials::new(name.clone(), password.clone()));
        }
        Ok(Self { from, server: server.build() })
    }

    /// Sends one letter; answers when the server has taken it.
    ///
    /// # Errors
    /// [`MailError`].
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        let to = letter.to.parse::<Address>().map_err(|error| MailError::Refused(error.to_string()))?;
        let text = lines(&letter.text);
        let page = html(&text);
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(one_line(&letter.subject))
            .multipart(MultiPart::alternative_plain_html(text, page))
            .map_err(|error| MailError::Refused(error.to_string()))?;
        match self.server.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => Err(MailError::Refused(error.to_string())),
            Err(error) => Err(MailError::Later(error.to_string())),
        }
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// The text with one kind of line end and no other control characters: a CR alone is no part of a mail (RFC 5322, section
/// 2.3), and servers that take it for a line end see another mail than others.
pub(super) fn lines(text: &str) -> String {
    let one_kind = text.replace("\r\n", "\n").replace('\r', "\n");
    one_kind.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// The text as a page: escaped, with its lines.
pub(super) fn html(text: &str) -> String {
    let mut page = String::with_capacity(text.len() + 200);
    page.push_str("<!doctype html><meta charset=\"utf-8\"><div style=\"font:14px/1.5 sans-serif;white-space:pre-wrap\">");
    for character in text.chars() {
        match character {
            '&' => page.push_str("&amp;"),
            '<' => page.push_str("&lt;"),
            '>' => page.push_str("&gt;"),
            '"' => page.push_str("&quot;"),
            '\'' => page.push_str("&#39;"),
            other => page.push(other),
        }
    }
    let _ = write!(page, "</div>");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_letter_can_act() {
        assert_eq!(one_line("Hi\r\nBcc: all@x.example"), "Hi  Bcc: all@x.example");
        assert!(html("<img src=x onerror='a()'>&").contains("&lt;img src=x onerror=&#39;a()&#39;&gt;&amp;"));
    }

    #[test]
    fn a_sender_that_is_none_is_refused_at_once() {
        let options = MailOptions {
            host: "localhost".into(),
            port: 25,
            security: Security::None,
            from: "Shop <no address>".into(),
            login: None,
            timeout_ms: 1_000,
            trust: Trust::default(),
        };
        assert!(Mailer::new(&options).is_err_and(|why| why.contains("from")));
        assert!(Mailer::new(&MailOptions { from: "Shop <a@shop.example>".into(), ..options }).is_ok());
    }
}
