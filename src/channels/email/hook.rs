//! The ways a mail comes to our address: raw from a program that signs it, or inside the form of a provider.
//!
//! Providers' forms, in the variant that carries the whole mail: Mailgun's routes (`body-mime`), `SendGrid`'s Inbound Parse with
//! "POST the raw, full MIME message" (`email`), Postmark's inbound webhook with "Include raw email content" (`RawEmail`). How
//! each is set up: `docs/channels/email.md`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::Value;
use subtle::ConstantTimeEq;
use url::form_urlencoded;

use super::super::Account;
use super::super::mac::is_sha256;
use super::super::request::{Refused, Request};
use super::{HOOK_PASSWORD, INBOUND, MAILGUN};
use crate::domain::Millis;
use crate::hex;
use crate::outgoing::signature::{BadSignature, ID, SIGNATURE, Secret, Signed, TIMESTAMP, TOLERANCE, verify};

/// Most fields of a form.
const FIELDS_MAX: usize = 200;

/// How a body is packed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    Raw,
    Json,
    Form,
    Multipart,
}

fn packing(request: &Request<'_>) -> Result<Packing, Refused> {
    let given = request.headers.one("content-type").unwrap_or_default();
    match given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "message/rfc822" | "application/octet-stream" => Ok(Packing::Raw),
        "application/json" => Ok(Packing::Json),
        "application/x-www-form-urlencoded" => Ok(Packing::Form),
        "multipart/form-data" => Ok(Packing::Multipart),
        _ => Err(Refused::Type),
    }
}

/// Is this from somebody who knows a secret of the channel? By the signature of Standard Webhooks, by Mailgun's, or by the
/// password in the address that the provider was given.
///
/// # Errors
/// Why not.
pub fn believe(request: &Request<'_>, account: &Account<'_>, now: Millis) -> Result<(), Refused> {
    let packing = packing(request)?;
    if request.headers.one(SIGNATURE).is_some() {
        return signed(request, account, now);
    }
    if let Some(given) = request.headers.one("authorization") {
        return known(given, account);
    }
    if matches!(packing, Packing::Form | Packing::Multipart) {
        return by_mailgun(&fields(request)?, account, now);
    }
    Err(Refused::Unauthenticated("no signature and no password"))
}

fn signed(request: &Request<'_>, account: &Account<'_>, now: Millis) -> Result<(), Refused> {
    let secrets: Vec<Secret> = account.secrets(INBOUND).filter_map(|text| text.parse().ok()).collect();
    let header = |name| request.headers.one(name).unwrap_or_default();
    let call = Signed { id: header(ID), timestamp: header(TIMESTAMP), signature: header(SIGNATURE) };
    verify(&secrets, call, request.body, now.div_euclid(1_000)).map_err(|bad| match bad {
        BadSignature::Malformed => Refused::Malformed("webhook-id or webhook-timestamp"),
        BadSignature::Stale => Refused::Unauthenticated("webhook-timestamp is outside the tolerance"),
        BadSignature::Unknown => Refused::Unauthenticated("no signature fits"),
    })
}

/// HTTP Basic; the name is all the same.
fn known(given: &str, account: &Account<'_>) -> Result<(), Refused> {
    let wrong = Refused::Unauthenticated("the password is another one");
    let (scheme, rest) = given.split_once(' ').ok_or(wrong.clone())?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(wrong);
    }
    let both = STANDARD.decode(rest.trim()).map_err(|_| wrong.clone())?;
    let at = both.iter().position(|byte| *byte == b':').ok_or(wrong.clone())?;
    let password = &both[at + 1..];
    let fits = |secret: &str| bool::from(secret.as_bytes().ct_eq(password));
    if account.secrets(HOOK_PASSWORD).any(fits) { Ok(()) } else { Err(wrong) }
}

/// HMAC-SHA256 over time and token. It says nothing of the mail, so a token counts once: it names the request.
fn by_mailgun(fields: &[(String, Vec<u8>)], account: &Account<'_>, now: Millis) -> Result<(), Refused> {
    let text = |name: &str| field(fields, name).and_then(|value| std::str::from_utf8(value).ok());
    let (Some(time), Some(token), Some(given)) = (text("timestamp"), text("token"), text("signature")) else {
        return Err(Refused::Unauthenticated("no signature and no password"));
    };
    let seconds: i64 = time.parse().map_err(|_| Refused::Malformed("timestamp"))?;
    let given = hex::decode(given).ok_or(Refused::Unauthenticated("no signature fits"))?;
    if (now.div_euclid(1_000).saturating_sub(seconds)).saturating_abs() > TOLERANCE {
        return Err(Refused::Unauthenticated("timestamp is outside the tolerance"));
    }
    let fits = |key: &str| is_sha256(key, format!("{time}{token}").as_bytes(), &given);
    if account.secrets(MAILGUN).any(fits) {
        Ok(())
    } else {
        Err(Refused::Unauthenticated("no signature fits"))
    }
}

/// What names the request, so that the same one cannot be sent twice.
pub fn request_key(request: &Request<'_>) -> Option<String> {
    if request.headers.one(SIGNATURE).is_some() {
        return request.headers.one(ID).map(|id| format!("hook:{id}"));
    }
    if request.headers.one("authorization").is_some() {
        return None;
    }
    let fields = fields(request).ok()?;
    let token = field(&fields, "token").and_then(|token| std::str::from_utf8(token).ok())?;
    Some(format!("mailgun:{}", token.chars().take(100).collect::<String>()))
}

/// The mail in the request.
///
/// # Errors
/// [`Refused::Unreadable`] when there is none.
pub fn unpack(request: &Request<'_>) -> Result<Vec<u8>, Refused> {
    let missing = |what: &str| Refused::Unreadable(format!("{what}: missing"));
    match packing(request)? {
        Packing::Raw => Ok(request.body.to_vec()),
        Packing::Json => {
            let body: Value = serde_json::from_slice(request.body)
                .map_err(|_| Refused::Malformed("the body is not JSON"))?;
            let mail = body["RawEmail"].as_str().ok_or_else(|| missing("RawEmail"))?;
            Ok(mail.as_bytes().to_vec())
        }
        Packing::Form | Packing::Multipart => {
            let fields = fields(request)?;
            let mail = field(&fields, "body-mime").or_else(|| field(&fields, "email"));
            mail.map(<[u8]>::to_vec).ok_or_else(|| missing("body-mime"))
        }
    }
}

fn field<'a>(fields: &'a [(String, Vec<u8>)], name: &str) -> Option<&'a [u8]> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| &value[..])
}

fn fields(request: &Request<'_>) -> Result<Vec<(String, Vec<u8>)>, Refused> {
    match packing(request)? {
        Packing::Form => Ok(form_urlencoded::parse(request.body)
            .take(FIELDS_MAX)
            .map(|(name, value)| (name.into_owned(), value.into_owned().into_bytes()))
            .collect()),
        Packing::Multipart => multipart(request),
        _ => Ok(Vec::new()),
    }
}

/// A form of parts is MIME itself, but for its head, which stands in the request's.
fn multipart(request: &Request<'_>) -> Result<Vec<(String, Vec<u8>)>, Refused> {
    let head = request.headers.one("content-type").unwrap_or_default();
    let whole = [b"Content-Type: ", head.as_bytes(), b"\r\n\r\n", request.body].concat();
    let read = std::panic::catch_unwind(|| {
        let form = MessageParser::default().parse(&whole)?;
        let of_part = |part: &mail_parser::MessagePart<'_>| {
            let name = part.content_disposition()?.attribute("name")?.to_owned();
            let bytes = whole.get(part.raw_body_offset() as usize..part.raw_end_offset() as usize)?;
            Some((name, bytes.to_vec()))
        };
        Some(form.parts.iter().take(FIELDS_MAX).filter_map(of_part).collect())
    });
    read.ok().flatten().ok_or(Refused::Malformed("the body is not a form"))
}
