//! Mail: what leaves, to whom, and that nobody waits for it. The mail server is one of our own.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::support::database::Database;
use crate::support::sockets::client_id;
use crate::support::stage::{Stage, command};

/// A mail as the server got it.
struct Mail {
    to: String,
    raw: String,
}

/// Takes every mail, after having put off the first `busy` ones; answers its port.
async fn mail_server(busy: usize) -> (u16, UnboundedReceiver<Mail>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (taken, inbox) = unbounded_channel();
    actix_web::rt::spawn(async move {
        let mut left = busy;
        while let Ok((stream, _)) = listener.accept().await {
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            write.write_all(b"220 ready\r\n").await.unwrap();
            let mut mail = Mail { to: String::new(), raw: String::new() };
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match line.split(' ').next().unwrap().to_uppercase().as_str() {
                    "RCPT" if left > 0 => {
                        left -= 1;
                        "451 later"
                    }
                    "RCPT" => {
                        mail.to = line;
                        "250 good"
                    }
                    "DATA" => {
                        write.write_all(b"354 go on\r\n").await.unwrap();
                        while let Ok(Some(line)) = lines.next_line().await {
                            if line == "." {
                                break;
                            }
                            mail.raw.push_str(&line);
                            mail.raw.push('\n');
                        }
                        let _ = taken.send(std::mem::replace(
                            &mut mail,
                            Mail { to: String::new(), raw: String::new() },
                        ));
                        "250 taken"
                    }
                    "QUIT" => "221 bye",
                    _ => "250 good",
                };
                write.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            }
        }
    });
    (port, inbox)
}

async fn stage(port: u16) -> Stage {
    Stage::with(Database::sqlite(), |config| {
        config.limits.conversations_per_minute = 1_000;
        config.limits.visitor_burst = 1_000;
        config.mail.host = "127.0.0.1".into();
        config.mail.port = port;
        config.mail.security = switchboard::config::Security::None;
        config.mail.from = "Shop <chat@shop.example>".into();
    })
    .await
}

#[actix_web::test]
async fn an_invitation_is_mailed_and_its_link_works() {
    let (port, mut inbox) = mail_server(1).await;
    let stage = stage(port).await;
    let owner = stage.app.owner().await;
    assert_eq!(owner.get("/api/v1/session").await.good()["mail"], true);
    let sent_to = owner.post("/api/v1/mail/test", Value::Null).await;
    assert!(sent_to.code() == "bad_request" && sent_to.json()["message"].to_string().contains("later"));
    owner.post("/api/v1/mail/test", Value::Null).await.good();
    assert!(inbox.recv().await.unwrap().raw.contains("Subject: Mail from Switchboard works"));

    let path = format!("/api/v1/scopes/{}/members", stage.scope);
    let body = json!({"email": "zoe@shop.example", "name": "Zo\u{eb} <b>", "role": "agent"});
    let invited = owner.post(&path, body).await.good();
    assert_eq!(invited["mailed"], true);
    let mail = inbox.recv().await.unwrap();
    assert!(mail.to.contains("<zoe@shop.example>"), "{}", mail.to);
    assert!(!mail.raw.contains("<b>") || mail.raw.contains("&lt;b&gt;"), "{}", mail.raw);
    assert!(mail.raw.contains("/setup"), "{}", mail.raw);
}

#[actix_web::test]
async fn a_letter_that_is_put_off_is_sent_later_and_nobody_waits() {
    let (port, mut inbox) = mail_server(1).await;
    let stage = stage(port).await;
    let (agent, mut desk) = stage.agent().await;
    let (mut customer, welcome) = stage.returning(json!({})).await;
    let conversation = customer.writes("Hello <script>").await;
    desk.ok(command("note", &conversation, json!({"client_id": client_id(), "text": "internal words"})))
        .await;
    let path = format!("/api/v1/conversations/{conversation}/mail_transcript");
    agent.post(&path, Value::Null).await.good();
    let mail = inbox.recv().await.unwrap();
    assert!(mail.raw.contains("internal words") && mail.raw.contains("&lt;script&gt;"), "{}", mail.raw);

    // The customer gets theirs after the end, without what is internal, and not more often than is decent.
    let token = welcome["visitor_token"].as_str().unwrap().to_owned();
    let ask = |email: &str| {
        let request = stage.app.stranger().bare(
            &reqwest::Method::POST,
            &format!("/api/v1/widget/mail_transcript?channel={}", stage.channel.public_key),
        );
        let body = json!({"email": email});
        crate::support::app::Answer::to(crate::support::app::with_json(request.bearer_auth(&token), &body))
    };
    assert_eq!(ask("zoe@shop.example").await.code(), "not_ended");
    customer.ok(json!({"type": "end", "client_id": client_id()})).await;
    assert_eq!(ask("zoe@shop.example\r\nBcc: all@x.example").await.code(), "bad_request");
    ask("zoe@shop.example").await.good();
    let mail = inbox.recv().await.unwrap();
    assert!(mail.to.contains("<zoe@shop.example>"), "{}", mail.to);
    assert!(mail.raw.contains("&lt;script&gt;") && !mail.raw.contains("internal words"), "{}", mail.raw);
    for _ in 0..3 {
        ask("zoe@shop.example").await;
    }
    assert_eq!(ask("zoe@shop.example").await.code(), "rate_limited");
}

#[actix_web::test]
async fn without_a_mail_server_there_is_no_mail() {
    let stage = Stage::new(Database::sqlite()).await;
    let owner = stage.app.owner().await;
    assert_eq!(owner.get("/api/v1/session").await.good()["mail"], false);
    assert_eq!(owner.post("/api/v1/mail/test", Value::Null).await.code(), "not_found");
    assert_eq!(stage.returning(json!({})).await.1["channel"]["mail"], false);
    let renamed = owner.patch("/api/v1/session", json!({"name": "Ada Byron"})).await.good();
    assert_eq!(renamed["name"], "Ada Byron");
    assert_eq!(owner.get("/api/v1/session").await.good()["member"]["name"], "Ada Byron");
    assert_eq!(owner.patch("/api/v1/session", json!({"name": " "})).await.code(), "bad_request");
}

#[actix_web::test]
async fn a_new_password_is_told_by_mail() {
    let (port, mut inbox) = mail_server(0).await;
    let stage = stage(port).await;
    let owner = stage.app.owner().await;
    let new = json!({"old": crate::support::app::PASSWORD, "new": "battery staple"});
    assert_eq!(owner.put("/api/v1/session/password", new).await.status, 204);
    let mail = inbox.recv().await.unwrap();
    assert!(mail.to.contains("<olga@shop.example>"), "{}", mail.to);
    assert!(mail.raw.contains("Subject: Your password was changed"), "{}", mail.raw);
    assert!(mail.raw.contains("127.0.0.1") && !mail.raw.contains("battery"), "{}", mail.raw);

    // Also when a link took the place of the old one.
    let path = format!("/api/v1/scopes/{}/members", stage.scope);
    let kim = owner.invites(&stage.scope, "agent", "Kim").await;
    assert!(inbox.recv().await.unwrap().raw.contains("Subject: Your access"));
    let again = json!({"email": kim.email, "name": "Kim", "role": "agent"});
    let link = owner.post(&path, again).await.good()["link"].as_str().unwrap().to_owned();
    assert!(inbox.recv().await.unwrap().raw.contains("Subject: Your access"));
    let token = crate::support::app::token_of(&link);
    stage.app.stranger().accept(json!({"token": token, "password": "another battery"})).await;
    let mail = inbox.recv().await.unwrap();
    assert!(
        mail.to.contains("<kim@shop.example>") && mail.raw.contains("password was changed"),
        "{}",
        mail.raw
    );
}
