//! A mail as bytes: text and HTML of the same words, files, and the headers by which mail programs and we file it.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart};
use lettre::{Address, Message};

use super::mail::{html, lines, one_line};

/// Somebody with a mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// How they call themselves; may be empty.
    pub name: String,
    /// The address.
    pub address: String,
}

/// A file of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosure {
    /// Its name.
    pub name: String,
    /// Its MIME type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// One mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// From whom.
    pub from: Party,
    /// To whom.
    pub to: Party,
    /// Subject; control characters in it become blanks.
    pub subject: String,
    /// Its own id, without angle brackets.
    pub message_id: String,
    /// Which mail it answers.
    pub in_reply_to: Option<String>,
    /// The thread so far, oldest first.
    pub references: Vec<String>,
    /// A machine wrote it: others are not to answer by themselves (RFC 3834).
    pub automatic: bool,
    /// When it was written. UTC milliseconds.
    pub at: i64,
    /// Plain text.
    pub text: String,
    /// Files.
    pub files: Vec<Enclosure>,
}

impl Mail {
    /// The mail as it is sent.
    ///
    /// # Errors
    /// What in it cannot be sent.
    pub fn format(self) -> Result<Vec<u8>, String> {
        let at = UNIX_EPOCH + Duration::from_millis(u64::try_from(self.at).unwrap_or(0));
        let mut builder = Message::builder()
            .from(mailbox(&self.from)?)
            .to(mailbox(&self.to)?)
            .subject(one_line(&self.subject))
            .date(at)
            .message_id(Some(bracketed(&self.message_id)));
        if let Some(id) = &self.in_reply_to {
            builder = builder.in_reply_to(bracketed(id));
        }
        if !self.references.is_empty() {
            let all: Vec<String> = self.references.iter().map(|id| bracketed(id)).collect();
            builder = builder.references(all.join(" "));
        }
        if self.automatic {
            builder = builder
                .raw_header(header("Auto-Submitted", "auto-replied"))
                .raw_header(header("X-Auto-Response-Suppress", "All"));
        }
        let text = lines(&self.text);
        let page = html(&text);
        let words = MultiPart::alternative_plain_html(text, page);
        let message = if self.files.is_empty() {
            builder.multipart(words)
        } else {
            let with_words = MultiPart::mixed().multipart(words);
            let all = self.files.into_iter().fold(with_words, |parts, file| {
                let media_type = ContentType::parse(file.media_type).unwrap_or(ContentType::TEXT_PLAIN);
                // Whatever it is, so that no line end in it is changed, and none of it is one for a mail server.
                let bytes = Body::new_with_encoding(file.bytes, ContentTransferEncoding::Base64);
                let bytes = bytes.unwrap_or_else(Body::new);
                parts.singlepart(Attachment::new(file.name).body(bytes, media_type))
            });
            builder.multipart(all)
        };
        message.map(|message| message.formatted()).map_err(|error| error.to_string())
    }
}

fn mailbox(party: &Party) -> Result<Mailbox, String> {
    let address: Address =
        party.address.parse().map_err(|_| format!("{} is no mail address", one_line(&party.address)))?;
    let name = Some(one_line(&party.name)).filter(|name| !name.trim().is_empty());
    Ok(Mailbox::new(name, address))
}

/// What comes from others may hold anything; in a header it is one word.
fn bracketed(id: &str) -> String {
    let word: String = id.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>')).collect();
    format!("<{word}>")
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail() -> Mail {
        let party = |name: &str, address: &str| Party { name: name.into(), address: address.into() };
        Mail {
            from: party("Ana\r\nBcc: all@x.example", "support@help.example"),
            to: party("Zoë", "zoe@customer.example"),
            subject: "Re: Your order\r\nX: y".into(),
            message_id: "c_1-7@help.example".into(),
            in_reply_to: Some("c1@customer.example>\r\nX: <y".into()),
            references: (0..40).map(|number| format!("reference-number-{number}@customer.example")).collect(),
            automatic: true,
            at: 1_767_225_600_000,
            text: "On its <way>!\n.\nfrom here".into(),
            files: vec![Enclosure {
                name: "häuser.pdf".into(),
                media_type: "application/pdf",
                bytes: vec![0, 255],
            }],
        }
    }

    #[test]
    fn headers_hold_what_was_meant_and_nothing_else() {
        let text = String::from_utf8(mail().format().unwrap()).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        for line in [
            "Message-ID: <c_1-7@help.example>",
            "In-Reply-To: <c1@customer.exampleX:y>",
            "Auto-Submitted: auto-replied",
            "Date: Thu, 01 Jan 2026 00:00:00 +0000",
        ] {
            assert!(head.lines().any(|known| known == line), "{line}\n{head}");
        }
        assert!(!head.lines().any(|line| line.starts_with("Bcc:") || line.starts_with("X:")), "{head}");
        assert!(head.lines().all(|line| line.len() < 998), "{head}");
        assert!(body.contains("&lt;way&gt;") && body.contains("multipart/alternative"), "{body}");
        assert!(body.contains("filename*0*=utf-8''h%C3%A4user.pdf"), "{body}");
    }

    #[test]
    fn the_same_mail_is_told_by_its_id_and_a_bad_address_is_refused() {
        let again = |mail: Mail| String::from_utf8(mail.format().unwrap()).unwrap();
        let id = |text: &str| text.lines().find(|line| line.starts_with("Message-ID")).map(str::to_owned);
        assert_eq!(id(&again(mail())), id(&again(mail())));
        let nobody = Party { name: String::new(), address: "zoe@customer.example>\r\nRCPT TO:<x@y".into() };
        assert!(Mail { to: nobody, ..mail() }.format().is_err());
    }
}
