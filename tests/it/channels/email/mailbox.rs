//! Mailboxes by IMAP: each mail once, whatever breaks.

use serde_json::{Value, json};

use super::super::sim::email::{MailServers, PASSWORD};
use super::{PostOffice, answer, mail, settings, texts};
use crate::support::database::Database;
use crate::support::eventually;
use crate::support::process::Launch;

/// What the customer said in a chat, without what comes from others.
async fn said(post: &PostOffice, chat: &str, count: usize) -> Vec<String> {
    let log = post.office.log(chat, |log| texts(log).len() >= count).await;
    texts(&log).iter().map(|text| (*text).to_owned()).collect()
}

async fn a_mailbox_is_read(database: Database) {
    let servers = MailServers::start().await.unwrap();
    servers.deliver(&mail("old", "Long ago", "", "before the channel was made"));
    let reached = vec![servers.smtp.to_string(), servers.imap.to_string()];
    let office = super::Office::open_beside(database, &reached).await;
    let (platform, secrets) = settings(&servers, true);
    let line = office.add("email", platform, secrets).await;
    let post = PostOffice { office, servers, line };
    post.servers.wait_for_reader(1).await;
    post.servers.deliver(&mail("c1", "Order", "", "Where is it?"));
    assert_eq!(post.servers.wait_for_seen(1).await, [2].into());
    let chat = post.office.conversations(1).await.remove(0);
    assert_eq!(said(&post, &chat, 1).await, ["Order\n\nWhere is it?"]);

    // The connection breaks while a mail comes.
    post.servers.cut_connections();
    post.servers.deliver(&answer("c2", "x@y", "Still waiting."));
    post.servers.wait_for_seen(2).await;
    assert_eq!(said(&post, &chat, 2).await.len(), 2);

    // Numbered anew: nothing comes twice, and the next one comes. What was there before the channel came is known by nobody.
    post.servers.renumber();
    post.servers.wait_for_seen(3).await;
    post.servers.deliver(&answer("c3", "x@y", "Hello?"));
    post.servers.wait_for_seen(4).await;
    let all = said(&post, &chat, 4).await;
    assert_eq!(all.iter().filter(|text| *text == "Still waiting.").count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|text| text.contains("before the channel")).count(), 1, "{all:?}");
    assert_eq!(all.len(), 4, "{all:?}");

    // The same mail by the hook as well.
    assert_eq!(post.post("m3", &answer("c3", "x@y", "Hello?")).await, 200);
    assert_eq!(post.post("m4", &answer("c4", "x@y", "Last")).await, 200);
    let all = said(&post, &chat, 5).await;
    assert_eq!((all.len(), all[4].as_str()), (5, "Last"));
}

#[actix_web::test]
async fn a_mailbox_is_read_on_sqlite() {
    a_mailbox_is_read(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_mailbox_is_read_on_postgres() {
    a_mailbox_is_read(Database::postgres()).await;
}

#[actix_web::test]
async fn of_a_mail_that_is_too_large_the_beginning_is_read() {
    let post = PostOffice::open(Database::sqlite(), true).await;
    post.servers.wait_for_reader(1).await;
    let line = format!("{}\r\n", "QUJD".repeat(18));
    let large = mail("c1", "Order", "", "")
        .replace("text/plain; charset=utf-8", "multipart/mixed; boundary=b")
        + "--b\r\nContent-Type: text/plain\r\n\r\nSee the film.\r\n"
        + "--b\r\nContent-Type: video/mp4; name=film.mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + &line.repeat((11 << 20) / line.len())
        + "--b--\r\n";
    post.servers.deliver(&large);
    let chat = post.office.conversations(1).await.remove(0);
    assert_eq!(said(&post, &chat, 1).await, ["Order\n\nSee the film.\n[film.mp4]\n[… 12 MB]"]);
}

#[actix_web::test]
async fn a_mailbox_that_refuses_us_is_a_fault_until_it_does_not() {
    let post = PostOffice::open(Database::sqlite(), false).await;
    post.servers.refuse_login(true);
    let path = format!("{}/{}", post.office.channels(), post.line.id);
    let (platform, secrets) = settings(&post.servers, true);
    let change = json!({"settings": {"platform": platform}, "secrets": secrets});
    post.office.owner.patch(&path, change.clone()).await.good();
    let state = format!("{path}/state");
    let fault = async || post.office.owner.get(&state).await.good()["fault"].clone();
    let reason = eventually(fault, |fault| !fault.is_null()).await["reason"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("mailbox: the server says:") && reason.contains("wrong password"), "{reason}");
    post.servers.refuse_login(false);
    post.servers.wait_for_reader(1).await;
    eventually(fault, Value::is_null).await;
    // Switched off, nothing is read; switched on again, nothing is lost.
    post.office.owner.patch(&path, json!({"enabled": false})).await.good();
    post.servers.deliver(&mail("c1", "Order", "", "Hello"));
    post.office.owner.patch(&path, json!({"enabled": true})).await.good();
    let chat = post.office.conversations(1).await.remove(0);
    assert_eq!(said(&post, &chat, 1).await, ["Order\n\nHello"]);
    post.office.owner.patch(&path, json!({"settings": {"platform": {"imap_folder": "Nowhere"}}})).await;
}

/// Killed again and again while mails come: each is there once, in order.
#[actix_web::test]
async fn kills_lose_no_mail_and_double_none() {
    const MAILS: usize = 30;
    let database = Database::sqlite();
    let servers = MailServers::start().await.unwrap();
    let reached = format!("{},{}", servers.smtp, servers.imap);
    let launch = Launch::on(&database.url).with(&[("OUTGOING__ALLOW", &reached)]);
    let mut server = launch.start().await;
    let owner = server.owner().await;
    let scope = owner.scope().await;
    let (platform, mut secrets) = settings(&servers, true);
    secrets["imap_password"] = json!(PASSWORD);
    let body =
        json!({"kind": "email", "name": "Mail", "settings": {"platform": platform}, "secrets": secrets});
    owner.post(&format!("/api/v1/scopes/{scope}/channels"), body).await.good();
    servers.wait_for_reader(1).await;
    for number in 0..MAILS {
        servers.deliver(&answer(&format!("c{number}"), "x@y", &format!("mail {number}")));
        if number % 10 == 5 {
            servers.wait_for_seen(number - 3).await;
            server.kill();
            server = launch.start().await;
        }
    }
    servers.wait_for_seen(MAILS).await;
    let person = owner.at(&server.base);
    let rows = person.get(&format!("/api/v1/scopes/{scope}/conversations?state=all")).await.good();
    let chat = rows["items"][0]["id"].as_str().unwrap().to_owned();
    let wanted: Vec<String> = (0..MAILS).map(|number| format!("mail {number}")).collect();
    loop {
        let path = format!("/api/v1/conversations/{chat}/entries?after=0&limit=200");
        let log = person.get(&path).await.good();
        let log = log["entries"].as_array().unwrap();
        let said: Vec<&str> = texts(log);
        if said.len() >= MAILS {
            assert_eq!(said, wanted);
            break;
        }
    }
    server.kill();
}
