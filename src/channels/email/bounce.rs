//! Reports of mail servers about mails of ours (RFC 3464): which one did not arrive, and why.

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use super::mail::ids;

/// Longest reason that is kept, in characters.
const REASON_MAX: usize = 300;

/// What a report says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// Id of our mail, without angle brackets.
    pub message_id: String,
    /// Why it did not arrive; none when it is only late.
    pub reason: Option<String>,
}

/// The report that a mail is; none when it is another mail, or does not say which mail it is about.
pub fn read(message: &Message<'_>) -> Option<Bounce> {
    let kind = message.root_part().content_type()?;
    let is_report = kind.ctype().eq_ignore_ascii_case("multipart")
        && kind.subtype().is_some_and(|kind| kind.eq_ignore_ascii_case("report"))
        && kind.attribute("report-type").is_some_and(|kind| kind.eq_ignore_ascii_case("delivery-status"));
    if !is_report {
        return None;
    }
    let is = |kind: &'static str, part: &&mail_parser::MessagePart<'_>| {
        part.content_type().is_some_and(|given| {
            format!("{}/{}", given.ctype(), given.subtype().unwrap_or_default()).eq_ignore_ascii_case(kind)
        })
    };
    let status = message.parts.iter().find(|part| is("message/delivery-status", part))?;
    let status = String::from_utf8_lossy(status.contents());
    let message_id = message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(inner) => id(inner),
        _ if is("text/rfc822-headers", &part) => {
            id(&MessageParser::default().parse_headers(part.contents())?)
        }
        _ => None,
    })?;
    Some(Bounce { message_id, reason: reason(&status) })
}

fn id(message: &Message<'_>) -> Option<String> {
    ids(message.header("Message-ID")).into_iter().next()
}

fn reason(status: &str) -> Option<String> {
    let field = |name: &str| {
        status.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let code = field("Status").unwrap_or_default();
    let failed = match field("Action") {
        Some(action) => action.eq_ignore_ascii_case("failed"),
        None => code.starts_with('5'),
    };
    if !failed {
        return None;
    }
    let said = field("Diagnostic-Code").unwrap_or_default();
    let said = said.split_once(';').map_or(said.as_str(), |(_, said)| said).trim();
    let reason = format!("returned: {code} {said}");
    Some(reason.chars().filter(|c| !c.is_control()).take(REASON_MAX).collect::<String>().trim().to_owned())
}
