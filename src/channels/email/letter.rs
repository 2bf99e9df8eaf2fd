//! An answer as a mail: to whom, in which thread, and under which name of its own.

use super::super::Account;
use super::super::call::{Saying, Writer};
use super::quote::bare_subject;
use super::{ADDRESS, NAME};
use crate::outgoing::mime::{Mail, Party};

/// Largest files of one mail together, in bytes: most servers take 25 MB, and base64 makes a third more of it.
const FILES_MAX: i64 = 15 << 20;

/// The mail. The same saying always has the same `Message-ID`; its files are added by whoever has their bytes.
///
/// # Errors
/// Why it can never be sent.
pub fn write(account: &Account<'_>, saying: &Saying<'_>) -> Result<Mail, String> {
    let ours = account.setting(ADDRESS);
    let domain = ours.rsplit('@').next().unwrap_or_default();
    let to = saying.to.address;
    let word = |name: &str| to[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    if saying.files.iter().map(|file| file.size).sum::<i64>() > FILES_MAX {
        return Err("the files are larger than 15 MB together".into());
    }
    let thread = to["thread"].as_array().into_iter().flatten();
    let shop = account.setting(NAME);
    let name = match saying.writer {
        Writer::Agent(name) if shop.is_empty() => name.to_owned(),
        Writer::Agent(name) => format!("{name}, {shop}"),
        Writer::Bot | Writer::System => shop.to_owned(),
    };
    let subject = word("subject").unwrap_or_default();
    let subject = bare_subject(&subject);
    Ok(Mail {
        from: Party { name, address: ours.to_owned() },
        to: Party {
            name: word("name").unwrap_or_default(),
            address: word("to").unwrap_or_else(|| saying.to.key.to_owned()),
        },
        subject: format!("Re: {}", if subject.is_empty() { shop } else { subject }).trim().to_owned(),
        message_id: format!("{}@{domain}", saying.id()),
        in_reply_to: word("message_id"),
        references: thread.filter_map(|id| id.as_str().map(str::to_owned)).collect(),
        automatic: !matches!(saying.writer, Writer::Agent(_)),
        at: saying.at,
        text: saying
            .quick_replies
            .iter()
            .fold(saying.text.to_owned(), |text, reply| format!("{text}\n• {reply}")),
        files: Vec::new(),
    })
}
