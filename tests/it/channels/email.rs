//! E-mail: in by the hook and out of a mailbox, out by SMTP.

mod mailbox;
mod outgoing;
mod reading;
mod tls;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use switchboard::channels::{Account, Headers, Refused, Request, platform};
use switchboard::domain::channel::ChannelKind;
use switchboard::outgoing::signature::Secret;

use super::sim::email::{MailServers, PASSWORD, USER};
use super::{Line, Office, last_message, texts};
use crate::support::database::Database;

/// A mail of a customer with these further headers.
pub fn mail(id: &str, subject: &str, more: &str, text: &str) -> String {
    format!(
        "From: =?UTF-8?Q?Zo=C3=AB?= <Zoe@customer.example>\r\nTo: {USER}\r\nSubject: {subject}\r\n\
         Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <{id}@customer.example>\r\n{more}\
         MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    )
}

/// The mail of the reference, with our message in the place of its.
pub fn answer(id: &str, ours: &str, text: &str) -> String {
    let more = format!("In-Reply-To: <{ours}>\r\nReferences: <c1@customer.example> <{ours}>\r\n");
    let quoted =
        "On Wed, 31 Dec 2025 at 10:00, Help <support@help.example> wrote:\r\n> We are looking into it.";
    mail(id, "Re: Your order", &more, &format!("{text}\r\n\r\n{quoted}"))
}

/// An office with a mail server.
pub struct PostOffice {
    pub office: Office,
    pub servers: MailServers,
    pub line: Line,
}

impl PostOffice {
    /// With a channel that sends, and reads the mailbox too when it is to.
    pub async fn open(database: Database, reads: bool) -> Self {
        let servers = MailServers::start().await.unwrap();
        let reached = vec![servers.smtp.to_string(), servers.imap.to_string()];
        let office = Office::open_beside(database, &reached).await;
        let (platform, secrets) = settings(&servers, reads);
        let line = office.add("email", platform, secrets).await;
        Self { office, servers, line }
    }

    /// A program posts a mail; answers the status.
    pub async fn post(&self, id: &str, mime: &str) -> u16 {
        self.office.signed(&self.line, id, "message/rfc822", mime.as_bytes().to_vec()).await.0
    }

    /// A customer's first mail became a chat.
    pub async fn chat(&self) -> String {
        assert_eq!(self.post("first", &mail("c1", "Your order", "", "Where is it?")).await, 200);
        let chat = self.office.conversations(1).await.remove(0);
        self.office.log(&chat, |log| !texts(log).is_empty()).await;
        chat
    }

    /// A member says something; answers the number of the message.
    pub async fn say(&self, chat: &str, text: &str) -> i64 {
        self.office.does("send", chat, json!({"text": text})).await;
        let log = self.office.log(chat, |log| texts(log).contains(&text)).await;
        last_message(&log)
    }
}

/// Settings and secrets of a channel at these servers.
pub fn settings(servers: &MailServers, reads: bool) -> (Value, Value) {
    let mut platform = json!({
        "address": USER, "name": "Help",
        "smtp_host": "127.0.0.1", "smtp_port": servers.smtp.port().to_string(), "smtp_security": "none",
        "smtp_user": USER,
    });
    let mut secrets = json!({"smtp_password": PASSWORD});
    if reads {
        let imap = json!({
            "imap_host": "127.0.0.1", "imap_port": servers.imap.port().to_string(), "imap_security": "none",
            "imap_user": USER,
        });
        platform.as_object_mut().unwrap().extend(imap.as_object().unwrap().clone());
        secrets["imap_password"] = json!(PASSWORD);
    }
    (platform, secrets)
}

fn judged(headers: &[(&str, &str)], body: &[u8], secrets: &[(&str, &str)], now: i64) -> Result<(), Refused> {
    let email = platform(ChannelKind::Email).unwrap();
    let given = headers.iter().fold(Headers::default(), |mut all, (name, value)| {
        all.add(name, value);
        all
    });
    let settings = [("address".to_owned(), USER.to_owned())].into();
    let secrets = secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let request = Request { method: "POST", url: "", query: &[], headers: &given, body };
    email.verify(&request, &Account::new(email, &settings, &secrets), now)
}

/// The reference's vector of Mailgun, and everything that is not quite it.
#[test]
fn mailgun_is_believed_by_time_and_token() {
    const KEY: &str = "key-0123456789abcdef0123456789abcdef";
    const TOKEN: &str = "aaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    const SIGNATURE: &str = "c1d3c0d8cbc570c9ef5ec4de58744a724ee0ffbbb2554f05e4ab65fb5d1bf098";
    const NOW: i64 = 1_767_225_600_000;
    let form = |time: &str, token: &str, signature: &str| {
        format!("timestamp={time}&token={token}&signature={signature}&body-mime=x")
    };
    let says = |body: &str, key: &str, now: i64| {
        judged(
            &[("content-type", "application/x-www-form-urlencoded")],
            body.as_bytes(),
            &[("mailgun_key", key)],
            now,
        )
    };
    let right = form("1767225600", TOKEN, SIGNATURE);
    assert_eq!(says(&right, KEY, NOW), Ok(()));
    let unbelieved =
        |found: Result<(), Refused>| assert!(matches!(found, Err(Refused::Unauthenticated(_))), "{found:?}");
    unbelieved(says(&right, "key-0123456789abcdef0123456789abcdee", NOW));
    unbelieved(says(&right, KEY, NOW + 301_000));
    unbelieved(says(&form("1767225601", TOKEN, SIGNATURE), KEY, NOW));
    unbelieved(says(&form("1767225600", &TOKEN.replacen('a', "c", 1), SIGNATURE), KEY, NOW));
    unbelieved(says(&form("1767225600", TOKEN, &SIGNATURE.replacen('c', "d", 1)), KEY, NOW));
    unbelieved(says(&form("1767225600", TOKEN, &SIGNATURE[..62]), KEY, NOW));
    unbelieved(says(&form("1767225600", TOKEN, "zz"), KEY, NOW));
    unbelieved(says("token=a&signature=b", KEY, NOW));
    assert!(matches!(says(&form("soon", TOKEN, SIGNATURE), KEY, NOW), Err(Refused::Malformed(_))));
}

#[test]
fn a_password_is_believed_only_when_it_is_the_very_same() {
    let says = |authorization: &str, secrets: &[(&str, &str)]| {
        judged(&[("content-type", "application/json"), ("authorization", authorization)], b"{}", secrets, 0)
    };
    let basic = |text: &str| format!("Basic {}", STANDARD.encode(text));
    let secrets = [("hook_password", "secret-1"), ("hook_password_previous", "secret-0")];
    assert_eq!(says(&basic("anybody:secret-1"), &secrets), Ok(()));
    assert_eq!(says(&basic(":secret-0"), &secrets), Ok(()));
    let wrong = [
        basic("x:secret-2"),
        basic("x:secret-"),
        basic("x:"),
        basic("secret-1"),
        "Basic !".into(),
        "Bearer secret-1".into(),
    ];
    for wrong in wrong {
        assert!(matches!(says(&wrong, &secrets), Err(Refused::Unauthenticated(_))), "{wrong}");
    }
    assert!(matches!(says(&basic("x:"), &[]), Err(Refused::Unauthenticated(_))), "without a secret nobody");
}

#[actix_web::test]
async fn only_a_mail_that_is_believed_comes_in() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let (office, line) = (&post.office, &post.line.id);
    let secret: Secret = post.line.made["inbound_secret"].as_str().unwrap().parse().unwrap();
    let other = Secret::from_bytes([7; 32]);
    let mime = mail("c1", "Order", "", "Hello");
    let now = office.app.running.edge.sources.now() / 1_000;
    let try_it = async |secret: &Secret, seconds: i64, signed: &str, sent: &str, kind: &str| {
        let signature = secret.sign("m1", seconds, signed.as_bytes());
        let seconds = seconds.to_string();
        let headers = [
            ("content-type", kind),
            ("webhook-id", "m1"),
            ("webhook-timestamp", &seconds),
            ("webhook-signature", &signature),
        ];
        office.post(line, &headers, sent.as_bytes().to_vec()).await.0
    };
    let kind = "message/rfc822";
    assert_eq!(office.post(line, &[("content-type", kind)], mime.clone().into_bytes()).await.0, 401);
    assert_eq!(office.post(line, &[], mime.clone().into_bytes()).await.0, 415);
    assert_eq!(try_it(&other, now, &mime, &mime, kind).await, 401);
    assert_eq!(try_it(&secret, now - 301, &mime, &mime, kind).await, 401);
    assert_eq!(try_it(&secret, now, &mime, &mime.replace("Hello", "Hallo"), kind).await, 401);
    assert_eq!(try_it(&secret, now, &mime, &mime, "text/html").await, 415);
    assert_eq!(try_it(&secret, now, "", "", kind).await, 422);
    assert_eq!(office.rows().await.len(), 0);
    assert_eq!(try_it(&secret, now, &mime, &mime, kind).await, 200);
    office.conversations(1).await;
}

#[actix_web::test]
async fn a_mail_that_comes_twenty_times_has_one_effect() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let mime = mail("c1", "Order", "", "Hello");
    let names: Vec<String> = (0..20).map(|number| format!("m{}", number % 10)).collect();
    let all = futures_util::future::join_all(names.iter().map(|id| post.post(id, &mime))).await;
    assert_eq!(all, vec![200; 20]);
    let chat = post.office.conversations(1).await.remove(0);
    // The same mail by a provider, whose form has another signature.
    let password = post.line.made["hook_password"].as_str().unwrap();
    let authorization = format!("Basic {}", STANDARD.encode(format!("x:{password}")));
    let body = json!({"From": "zoe@customer.example", "RawEmail": mime}).to_string();
    let headers = [("content-type", "application/json"), ("authorization", &authorization)];
    assert_eq!(post.office.post(&post.line.id, &headers, body.into_bytes()).await.0, 200);
    assert_eq!(post.post("m99", &mail("c2", "Order", "", "Bye")).await, 200);
    let log = post.office.log(&chat, |log| texts(log).iter().any(|text| text.contains("Bye"))).await;
    assert_eq!(texts(&log), ["Order\n\nHello", "Order\n\nBye"]);
}

#[actix_web::test]
async fn providers_post_their_own_forms() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let password = post.line.made["hook_password"].as_str().unwrap();
    let authorization = format!("Basic {}", STANDARD.encode(format!("x:{password}")));
    let mime = mail("c1", "Order", "", "Grüße");
    let form = format!(
        "--xYzZY\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\n{USER}\r\n--xYzZY\r\n\
         Content-Disposition: form-data; name=\"email\"\r\n\r\n{mime}\r\n--xYzZY--\r\n"
    );
    let headers =
        [("content-type", "multipart/form-data; boundary=xYzZY"), ("authorization", &authorization)];
    let answered = post.office.post(&post.line.id, &headers, form.into_bytes()).await;
    assert_eq!(answered.0, 200, "{}", answered.1);
    let chat = post.office.conversations(1).await.remove(0);
    let log = post.office.log(&chat, |log| !texts(log).is_empty()).await;
    assert_eq!(texts(&log), ["Order\n\nGrüße"]);
    let empty = "--xYzZY\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\nx\r\n--xYzZY--\r\n";
    assert_eq!(post.office.post(&post.line.id, &headers, empty.into()).await.0, 422);
    let headers = [("content-type", "application/json"), ("authorization", &authorization)];
    assert_eq!(post.office.post(&post.line.id, &headers, b"{}".to_vec()).await.0, 422);
    assert_eq!(post.office.post(&post.line.id, &headers, b"garbage".to_vec()).await.0, 400);
    let large = vec![b'x'; (15 << 20) + 1];
    assert_eq!(post.office.post(&post.line.id, &headers, large).await.0, 413);
}

#[actix_web::test]
async fn machines_open_no_chat_and_change_none() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    let marks = [
        "Auto-Submitted: auto-replied\r\n",
        "Precedence: bulk\r\n",
        "List-Id: <news.customer.example>\r\n",
        "X-Autoreply: yes\r\n",
        "Return-Path: <>\r\n",
    ];
    for (number, mark) in marks.iter().enumerate() {
        let id = format!("auto{number}");
        assert_eq!(post.post(&id, &mail(&id, "Out of office", mark, "I am away")).await, 200);
    }
    let own = mail("own", "Order", "", "Hello").replace("Zoe@customer.example", USER);
    assert_eq!(post.post("own", &own).await, 200);
    let nobody = mail("nobody", "Order", "", "Hello").replace("Zoe@customer", "no-reply@customer");
    assert_eq!(post.post("nobody", &nobody).await, 200);
    let chat = post.chat().await;
    assert_eq!(post.post("auto", &mail("away", "Re: Your order", marks[0], "I am away")).await, 200);
    assert_eq!(
        post.post("last", &mail("c2", "Re: Your order", "Auto-Submitted: no\r\n", "Hello?")).await,
        200
    );
    let log = post.office.log(&chat, |log| texts(log).len() > 1).await;
    assert_eq!(texts(&log), ["Your order\n\nWhere is it?", "Your order\n\nHello?"]);
    assert_eq!(post.office.rows().await.len(), 1);
}

#[actix_web::test]
async fn settings_that_cannot_work_are_refused_with_the_field() {
    let servers = MailServers::start().await.unwrap();
    let office = Office::open_beside(Database::sqlite(), &[servers.smtp.to_string()]).await;
    let refused = async |change: Value| {
        let (mut platform, secrets) = settings(&servers, false);
        platform.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let body =
            json!({"kind": "email", "name": "Mail", "settings": {"platform": platform}, "secrets": secrets});
        let answer = office.owner.post(&office.channels(), body).await;
        assert_eq!(answer.code(), "bad_request", "{change}");
        answer.json()["message"].as_str().unwrap().to_owned()
    };
    for (change, field) in [
        (json!({"address": "nobody"}), "address"),
        (json!({"smtp_port": "x"}), "smtp_port"),
        (json!({"smtp_port": "80"}), "smtp_host"),
        (json!({"smtp_security": "perhaps"}), "smtp_security"),
        (json!({"smtp_host": "localhost", "smtp_port": "587"}), "smtp_host"),
        (json!({"smtp_host": "mail.example.com", "smtp_port": "587", "smtp_security": "none"}), "smtp_host"),
        (json!({"smtp_host": "mail.example.com:25/x", "smtp_port": "587"}), "smtp_host"),
        (json!({"imap_host": "10.0.0.1"}), "imap_host"),
        (json!({"per_minute": "0"}), "per_minute"),
        (json!({"smtp_hots": "x"}), "smtp_hots"),
    ] {
        let message = refused(change).await;
        assert!(message.contains(field), "{field}: {message}");
    }
}
