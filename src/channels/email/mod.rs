//! E-mail: whole mails come by a hook or out of a mailbox, answers go by SMTP. How to set one up: `docs/channels/email.md`; why
//! it is made so: `docs/adr/0016-mail.md`.

mod bounce;
mod hook;
mod html;
mod letter;
mod mail;
mod quote;

pub use mail::File;
pub use quote::bare_subject;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::account::{Form, Made, SecretField, Setting, visible};
use super::call::{Call, Got, Saying, Verdict};
use super::inbound::{Event, Inbound, What, Who};
use super::request::{Answer, Refused, Request};
use super::{Account, Platform};
use crate::domain::Millis;
use crate::domain::channel::ChannelKind;
use crate::domain::delivery::DeliveryState;
use crate::domain::member::check_email;
use crate::outgoing::mail::Security;
use crate::outgoing::mime;
use crate::outgoing::signature::Secret;
use crate::outgoing::wire::MailServer;
use mail::Mail;

/// Our address.
const ADDRESS: &str = "address";
/// How we call ourselves beside it.
const NAME: &str = "name";
/// Most mails a minute that we send.
const PER_MINUTE: &str = "per_minute";
const SMTP: Names = Names {
    host: "smtp_host",
    port: "smtp_port",
    security: "smtp_security",
    user: "smtp_user",
    password: "smtp_password",
};
const IMAP: Names = Names {
    host: "imap_host",
    port: "imap_port",
    security: "imap_security",
    user: "imap_user",
    password: "imap_password",
};
const FOLDER: &str = "imap_folder";

/// Signs mails that a program posts.
const INBOUND: &str = "inbound_secret";
/// In the address that a provider posts to.
const HOOK_PASSWORD: &str = "hook_password";
/// Mailgun's HTTP webhook signing key.
const MAILGUN: &str = "mailgun_key";

/// Largest mail, in bytes.
pub const MAIL_MAX: usize = 10 << 20;

/// Largest request: a mail as providers pack it.
const BODY_MAX: usize = 15 << 20;

/// Names of the settings of one server.
struct Names {
    host: &'static str,
    port: &'static str,
    security: &'static str,
    user: &'static str,
    password: &'static str,
}

impl Names {
    /// The server, when one is set and sound.
    fn server(&self, account: &Account<'_>) -> Option<MailServer> {
        let host = account.setting(self.host);
        let user = account.setting(self.user);
        let login = (!user.is_empty())
            .then(|| (user.to_owned(), account.secret(self.password).unwrap_or_default().to_owned()));
        (!host.is_empty()).then_some(())?;
        Some(MailServer {
            host: host.to_owned(),
            port: account.setting(self.port).parse().ok()?,
            security: security(account.setting(self.security))?,
            login,
            trusted: false,
        })
    }

    fn unsound(&self, account: &Account<'_>) -> Option<(&'static str, &'static str)> {
        if account.setting(self.port).parse::<u16>().is_err() {
            return Some((self.port, "is not a port"));
        }
        if security(account.setting(self.security)).is_none() {
            return Some((self.security, "is not one of tls, starttls, none"));
        }
        None
    }
}

fn security(text: &str) -> Option<Security> {
    match text {
        "tls" => Some(Security::Tls),
        "starttls" => Some(Security::Starttls),
        "none" => Some(Security::None),
        _ => None,
    }
}

/// The server that takes our answers; none = the one of the configuration.
pub fn outgoing_server(account: &Account<'_>) -> Option<MailServer> {
    SMTP.server(account)
}

/// The server that has our mailbox, and the folder; none when there is no mailbox to read.
pub fn mailbox(account: &Account<'_>) -> Option<(MailServer, String)> {
    Some((IMAP.server(account)?, account.setting(FOLDER).to_owned()))
}

/// Most mails a minute.
pub fn per_minute(account: &Account<'_>) -> u32 {
    account.setting(PER_MINUTE).parse().unwrap_or(30)
}

/// The event that a mail is, whichever way it came. `whole`: its size, when only its beginning is at hand.
///
/// # Errors
/// [`Refused::Unreadable`] when it is no mail.
pub fn event(mime: &[u8], whole: Option<u64>) -> Result<Event, Refused> {
    let mail = Mail::read(mime).ok_or_else(|| Refused::Unreadable("no mail".into()))?;
    let raw = json!({"from": mail.from, "mime": STANDARD.encode(mime), "whole": whole});
    let contact = Some(mail.from.clone()).filter(|from| !from.is_empty());
    Ok(Event { key: mail.key(), message: None, contact, raw })
}

fn mail_in(raw: &Value) -> Result<Mail, String> {
    let mime = raw["mime"].as_str().and_then(|text| STANDARD.decode(text).ok()).ok_or("mime: missing")?;
    Mail::read(&mime).ok_or_else(|| "no mail".to_owned())
}

/// The e-mail platform.
pub(super) struct Email;

impl Platform for Email {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Email
    }

    fn settings(&self) -> &'static [Setting] {
        const fn setting(name: &'static str, default: Option<&'static str>) -> Setting {
            Setting { name, default, form: Form::Text }
        }
        const FIELDS: &[Setting] = &[
            setting(ADDRESS, None),
            setting(NAME, Some("")),
            setting(SMTP.host, Some("")),
            setting(SMTP.port, Some("587")),
            setting(SMTP.security, Some("starttls")),
            setting(SMTP.user, Some("")),
            setting(IMAP.host, Some("")),
            setting(IMAP.port, Some("993")),
            setting(IMAP.security, Some("tls")),
            setting(IMAP.user, Some("")),
            setting(FOLDER, Some("INBOX")),
            setting(PER_MINUTE, Some("30")),
        ];
        FIELDS
    }

    fn secrets(&self) -> &'static [SecretField] {
        const fn given(name: &'static str) -> SecretField {
            SecretField { name, made_by_us: None, rotates: false, check: password }
        }
        const FIELDS: &[SecretField] = &[
            SecretField { name: INBOUND, made_by_us: Some(Made::Signing), rotates: true, check: signing },
            SecretField { name: HOOK_PASSWORD, made_by_us: Some(Made::Token), rotates: true, check: visible },
            SecretField { name: MAILGUN, made_by_us: None, rotates: true, check: visible },
            given(SMTP.password),
            given(IMAP.password),
        ];
        FIELDS
    }

    fn optional_secrets(&self) -> &'static [&'static str] {
        &[MAILGUN, SMTP.password, IMAP.password]
    }

    fn unsound(&self, account: &Account<'_>) -> Option<(&'static str, &'static str)> {
        if check_email(account.setting(ADDRESS)).is_err() {
            return Some((ADDRESS, "is not an e-mail address"));
        }
        if !account.setting(PER_MINUTE).parse::<u32>().is_ok_and(|many| (1..=1_000).contains(&many)) {
            return Some((PER_MINUTE, "is not a number from 1 to 1,000"));
        }
        SMTP.unsound(account).or_else(|| IMAP.unsound(account))
    }

    fn servers(&self, account: &Account<'_>) -> Vec<(&'static str, MailServer)> {
        let both = [(SMTP.host, SMTP.server(account)), (IMAP.host, IMAP.server(account))];
        both.into_iter().filter_map(|(name, server)| Some((name, server?))).collect()
    }

    fn body_max(&self) -> usize {
        BODY_MAX
    }

    /// Lets whoever sets it up see that the address is right; says nothing about us.
    fn handshake(&self, request: &Request<'_>, _: &Account<'_>) -> Option<Answer> {
        (request.method == "GET").then(|| Answer::json(&json!({"ok": true})))
    }

    fn verify(&self, request: &Request<'_>, account: &Account<'_>, now: Millis) -> Result<(), Refused> {
        hook::believe(request, account, now)
    }

    fn events(&self, request: &Request<'_>) -> Result<Vec<Event>, Refused> {
        let mime = hook::unpack(request)?;
        if mime.len() > MAIL_MAX {
            return Err(Refused::Unreadable(format!("the mail is larger than {MAIL_MAX} bytes")));
        }
        Ok(vec![Event { message: hook::request_key(request), ..event(&mime, None)? }])
    }

    /// What we sent comes back to those who read their own mailbox.
    fn is_ours(&self, raw: &Value, account: &Account<'_>) -> bool {
        !raw["from"].as_str().is_some_and(|from| from.eq_ignore_ascii_case(account.setting(ADDRESS)))
    }

    fn read(&self, raw: &Value) -> Result<Inbound, String> {
        let mail = mail_in(raw)?;
        if let Some(bounce) = mail.bounce {
            let what = match bounce.reason {
                Some(reason) => What::Report {
                    provider_id: bounce.message_id,
                    state: DeliveryState::Failed,
                    reason: Some(reason),
                },
                None => What::Nothing,
            };
            return Ok(Inbound { who: None, what });
        }
        if mail.is_automatic {
            return Ok(Inbound { who: None, what: What::Nothing });
        }
        let who = Who {
            key: mail.from.clone(),
            name: mail.name.clone().or_else(|| mail.from.split('@').next().map(str::to_owned)),
            email: Some(mail.from.clone()),
            address: json!({
                "to": mail.reply_to.as_ref().unwrap_or(&mail.from),
                "name": mail.name,
                "message_id": mail.message_id,
                "thread": mail.thread(),
                "subject": mail.subject,
                "answers": mail.in_reply_to,
                "references": mail.references,
            }),
            ..Who::default()
        };
        let mut text = mail.words();
        if let Some(whole) = raw["whole"].as_u64() {
            let names = mail.files.iter().map(|file| format!("\n[{}]", file.name));
            text = format!("{text}{}\n[… {} MB]", names.collect::<String>(), whole.div_ceil(1 << 20));
        }
        let nothing = text.is_empty() && mail.files.is_empty();
        let what = if nothing { What::Nothing } else { What::Message { text, files: Vec::new() } };
        Ok(Inbound { who: Some(who), what })
    }

    fn enclosed(&self, raw: &Value) -> Vec<File> {
        if raw["whole"].is_u64() {
            return Vec::new();
        }
        mail_in(raw).map(|mail| mail.files).unwrap_or_default()
    }

    /// Answers are letters.
    fn render(&self, _: &Account<'_>, _: &Saying<'_>, _: Millis) -> Result<Vec<Call>, String> {
        Err("mail is not sent by a call".into())
    }

    fn letter(&self, account: &Account<'_>, saying: &Saying<'_>) -> Option<Result<mime::Mail, String>> {
        Some(letter::write(account, saying))
    }

    /// Nothing of mail is a call.
    fn judge(&self, got: &Got<'_>) -> Verdict {
        Verdict::Failed { reason: format!("status {}", got.status) }
    }

    /// As mail servers do: two days.
    fn patience(&self) -> Millis {
        2 * 24 * 60 * 60 * 1_000
    }
}

fn signing(text: &str) -> Result<String, &'static str> {
    let secret = text.trim().parse::<Secret>();
    secret.map(|secret| secret.reveal()).map_err(|_| "must be whsec_ and the base64 of 24 to 64 bytes")
}

/// As [`visible`], with blanks: app passwords are shown with them.
fn password(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if !(1..=4_096).contains(&text.len()) {
        return Err("must be 1 to 4,096 characters long");
    }
    if text.chars().any(char::is_control) { Err("has a control character") } else { Ok(text.to_owned()) }
}
