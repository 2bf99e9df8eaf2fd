//! What is read out of mails of all kinds.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use switchboard::channels::{Inbound, Platform, What, email, platform};
use switchboard::domain::channel::ChannelKind;
use switchboard::domain::delivery::DeliveryState;

use super::super::sim::email::USER;
use super::{PostOffice, answer, mail, texts};
use crate::support::database::Database;

fn platform_of_mail() -> &'static dyn Platform {
    platform(ChannelKind::Email).unwrap()
}

fn read(mime: &str) -> Inbound {
    platform_of_mail().read(&email::event(mime.as_bytes(), None).unwrap().raw).unwrap()
}

fn said(mime: &str) -> String {
    match read(mime).what {
        What::Message { text, .. } => text,
        other => panic!("{other:?}"),
    }
}

/// A mail with this type and body.
fn typed(content_type: &str, body: &str) -> String {
    mail("t1", "", "", "")
        .replace("text/plain; charset=utf-8", content_type)
        .replace("\r\n\r\n\r\n", "\r\n\r\n")
        + body
}

#[test]
fn the_mail_of_the_reference_is_read_as_expected() {
    let Inbound { who, what } = read(&answer("c2", "m_01JB.1042@help.example", "Still waiting."));
    assert_eq!(what, What::Message { text: "Still waiting.".into(), files: Vec::new() });
    let who = who.unwrap();
    assert_eq!((who.key.as_str(), who.name.as_deref()), ("zoe@customer.example", Some("Zoë")));
    assert_eq!(who.email.as_deref(), Some("zoe@customer.example"));
    let address = &who.address;
    assert_eq!(address["to"], "zoe@customer.example");
    assert_eq!(address["subject"], "Re: Your order");
    assert_eq!(address["message_id"], "c2@customer.example");
    assert_eq!(address["answers"], json!(["m_01JB.1042@help.example"]));
    let thread = json!(["c1@customer.example", "m_01JB.1042@help.example", "c2@customer.example"]);
    assert_eq!(address["thread"], thread);
}

#[test]
fn text_is_found_in_whatever_holds_it() {
    let both = "--b\r\nContent-Type: text/html\r\n\r\n<p>page</p>\r\n--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b--\r\n";
    assert_eq!(said(&typed("multipart/alternative; boundary=b", both)), "plain");
    assert_eq!(said(&typed("text/html", "<div>Hello</div><div>Zoë &amp; Co</div>")), "Hello\nZoë & Co");
    let japanese = format!("{}\u{1b}$B$3$s$K$A$O\u{1b}(B", "");
    assert_eq!(said(&typed("text/plain; charset=iso-2022-jp", &japanese)), "こんにちは");
    let quoted = typed(
        "text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable",
        "Gr=FC=DFe=\r\n!",
    );
    assert_eq!(said(&quoted), "Grüße!");
    assert_eq!(said(&typed("text/plain; charset=no-such", "plain")), "plain");
    assert_eq!(said(&typed("multipart/mixed; boundary=b", "--b\r\n\r\nno end")), "no end");
    let long = said(&typed("text/plain", &"word ".repeat(20_000)));
    assert!(long.ends_with("[…]") && long.chars().count() < 40_010, "{}", long.len());
}

#[test]
fn a_mail_without_an_id_has_one_of_its_own() {
    let without =
        |text: &str| mail("x", "Order", "", text).replace("Message-ID: <x@customer.example>\r\n", "");
    let key = |mime: &str| email::event(mime.as_bytes(), None).unwrap().key;
    assert_eq!(key(&without("a")), key(&without("a").replace("To: ", "Received: by y; now\r\nTo: ")));
    assert_ne!(key(&without("a")), key(&without("b")));
    assert_eq!(key(&mail("x", "Order", "", "a")), "mail:x@customer.example");
    let odd = mail(&"x".repeat(300), "Order", "", "a");
    assert!(key(&odd).starts_with("mail-sha256:"));
}

#[test]
fn nothing_that_comes_breaks_the_reader() {
    assert!(email::event(b"", None).is_err());
    let whole = mail("c1", "Order", "", "Hello").replace("text/plain", "multipart/mixed; boundary=\"b\"");
    for end in 0..whole.len() {
        if let Some(part) = whole.get(..end)
            && let Ok(event) = email::event(part.as_bytes(), None)
        {
            let _ = platform_of_mail().read(&event.raw);
            platform_of_mail().enclosed(&event.raw);
        }
    }
    let deep: String =
        (0..500).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\n")).collect();
    let _ = email::event(format!("From: a@b.example\r\n{deep}x").as_bytes(), None);
    let nested = "Content-Type: message/rfc822\r\n\r\n".repeat(500);
    let _ = email::event(format!("From: a@b.example\r\n{nested}x").as_bytes(), None);
    for raw in [json!({}), json!({"mime": "!"}), json!({"mime": ""}), Value::Null] {
        assert!(platform_of_mail().read(&raw).is_err());
    }
}

#[test]
fn a_head_without_end_is_cut() {
    let ids: String = (0..5_000).map(|n| format!(" <{n}@customer.example>\r\n")).collect();
    let more = format!("References:{ids}Reply-To: {}@customer.example\r\n", "z".repeat(5_000));
    let inbound = read(&mail("h1", &"long ".repeat(20_000), &more, "Hello"));
    let address = inbound.who.unwrap().address;
    assert!(address.to_string().len() < 10_000, "{} bytes to answer one mail", address.to_string().len());
    assert_eq!(address["to"], "zoe@customer.example", "nobody has an address of 5,000 characters");
    assert_eq!(address["references"][0], "0@customer.example");
    assert_eq!(address["references"].as_array().unwrap().last().unwrap(), "4999@customer.example");
    let begins = mail("h2", &"long ".repeat(20_000), "", "Hello");
    assert!(said(&begins).chars().count() < 600 && said(&begins).ends_with("\n\nHello"));
}

/// A report of a mail server about a mail of ours.
pub fn bounce(ours: &str, action: &str, status: &str, part: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mail.customer.example\r\nTo: {USER}\r\nSubject: Undelivered\r\nReturn-Path: <>\r\n\
         Message-ID: <b-{action}-{ours}>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"r\"\r\n\r\n\
         --r\r\nContent-Type: text/plain\r\n\r\nYour mail was not delivered.\r\n\
         --r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.customer.example\r\n\r\n\
         Original-Recipient: rfc822;zoe@customer.example\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 {status} no such user\r\n\
         --r\r\nContent-Type: {part}\r\n\r\nMessage-ID: <{ours}>\r\nSubject: Re: Your order\r\n\r\nOn its way!\r\n--r--\r\n"
    )
}

#[test]
fn a_report_names_the_mail_that_did_not_arrive() {
    for part in ["message/rfc822", "text/rfc822-headers"] {
        let Inbound { who, what } = read(&bounce("c_1-7@help.example", "failed", "5.1.1", part));
        assert_eq!(who, None);
        let reason = Some("returned: 5.1.1 550 5.1.1 no such user".to_owned());
        let provider_id = "c_1-7@help.example".to_owned();
        assert_eq!(what, What::Report { provider_id, state: DeliveryState::Failed, reason }, "{part}");
    }
    assert_eq!(read(&bounce("c_1-7@help.example", "delayed", "4.4.1", "message/rfc822")).what, What::Nothing);
}

/// The smallest PNG there is, with bytes after it so that it counts as a picture.
fn png() -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x03\x08\x06\0\0\0".to_vec();
    bytes.resize(300, 0);
    bytes
}

/// A mail with a picture, a program, a letter inside it and a logo in its text.
fn with_files() -> String {
    let program = STANDARD.encode(b"MZ\x90\0\x03\0\0\0");
    let picture = STANDARD.encode(png());
    mail("c1", "Order", "", "").replace("text/plain; charset=utf-8", "multipart/mixed; boundary=b")
        + &format!(
            "--b\r\nContent-Type: text/plain\r\n\r\nSee the picture.\r\n\
             --b\r\nContent-Type: image/png; name*=UTF-8''h%C3%A4user.png\r\nContent-Disposition: attachment; filename*=UTF-8''h%C3%A4user.png\r\nContent-Transfer-Encoding: base64\r\n\r\n{picture}\r\n\
             --b\r\nContent-Type: image/png\r\nContent-ID: <logo>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\n{picture}\r\n\
             --b\r\nContent-Type: application/octet-stream; name=\"../setup.exe\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{program}\r\n\
             --b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner\r\n--b--\r\n"
        )
}

async fn files_are_kept(database: Database) {
    let post = PostOffice::open(database, false).await;
    assert_eq!(post.post("m1", &with_files()).await, 200);
    let chat = post.office.conversations(1).await.remove(0);
    let log = post.office.log(&chat, |log| !texts(log).is_empty()).await;
    let body = &log.iter().find(|entry| entry["body"]["kind"] == "message").unwrap()["body"];
    assert_eq!(body["text"], "Order\n\nSee the picture.\n[../setup.exe]");
    let files = body["attachments"].as_array().unwrap();
    let names: Vec<&str> = files.iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["häuser.png", "mail.eml.txt"]);
    assert_eq!((&files[0]["width"], &files[0]["size"]), (&json!(2), &json!(300)));
    let path = format!("/api/v1/conversations/{chat}/files/{}", files[0]["id"].as_str().unwrap());
    assert_eq!(post.office.owner.get(&path).await.header("content-type"), "image/png");
}

#[actix_web::test]
async fn files_of_a_mail_are_kept_on_sqlite() {
    files_are_kept(Database::sqlite()).await;
}

#[actix_web::test]
async fn files_of_a_mail_are_kept_on_postgres() {
    files_are_kept(Database::postgres()).await;
}
