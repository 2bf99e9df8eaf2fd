//! Each kind of token is good for its own use and for no other.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, COOKIE, ORIGIN};
use serde_json::{Value, json};

use crate::support::app::{Answer, Person, TestApp, stranger, token_of, with_json};
use crate::support::database::Database;
use crate::support::sockets::Socket;

/// What a token can be tried as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Session,
    Csrf,
    Key,
    Visitor,
    Ticket,
    Link,
    /// Signs, and is never sent: the bot's, the channel's, the webhook's.
    Secret,
}

/// Those that are sent.
const SENT: [Use; 6] = [Use::Session, Use::Csrf, Use::Key, Use::Visitor, Use::Ticket, Use::Link];

/// Does the server take this token for that? Else the code it refuses with.
async fn taken(owner: &Person, channel: &str, token: &str, used: Use) -> Result<(), String> {
    let nobody = stranger(&owner.base);
    let get = |path: &str| nobody.bare(&Method::GET, path);
    let name = owner.cookie.split_once('=').unwrap().0;
    let bearer = format!("Bearer {token}");
    let request = match used {
        Use::Session => get("/api/v1/session").header(COOKIE, format!("{name}={token}")),
        Use::Csrf => {
            let own = owner.bare(&Method::POST, "/api/v1/session/ticket").header(COOKIE, &owner.cookie);
            own.header(ORIGIN, &owner.base).header("X-CSRF-Token", token)
        }
        Use::Key => get("/api/v1/session").header(AUTHORIZATION, bearer),
        Use::Visitor => {
            get(&format!("/api/v1/widget/entries?channel={channel}")).header(AUTHORIZATION, bearer)
        }
        Use::Link => {
            let look = nobody.bare(&Method::POST, "/api/v1/invitations/look").header(ORIGIN, &owner.base);
            with_json(look, &json!({"token": token}))
        }
        Use::Ticket => return ticket_taken(owner, token).await,
        Use::Secret => unreachable!("nobody sends it"),
    };
    let answer = Answer::to(request).await;
    if answer.status.is_success() { Ok(()) } else { Err(answer.code()) }
}

async fn ticket_taken(owner: &Person, ticket: &str) -> Result<(), String> {
    let headers = [("cookie", owner.cookie.as_str()), ("origin", owner.base.as_str())];
    let mut socket = Socket::open(&owner.base, "/api/v1/dashboard/socket", &headers).await.unwrap();
    socket.send_text(&json!({"type": "hello", "ref": "1", "ticket": ticket}).to_string()).await;
    match socket.try_next().await {
        Ok(frame) if frame["type"] == "welcome" => Ok(()),
        Err(why) if why.contains("4001") => Err("4001".into()),
        other => Err(format!("{other:?}")),
    }
}

#[actix_web::test]
async fn each_token_is_good_for_its_own_use_only() {
    let app = TestApp::start(Database::sqlite(), |config| config.limits.enabled = false).await;
    let owner = app.owner().await;
    let scope = owner.scope().await;
    let channel = owner.channel_open_to_all().await;
    let at = |what: &str| format!("/api/v1/scopes/{scope}/{what}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();

    let session = format!("/api/v1/widget/session?channel={channel}");
    let visitor = text(&app.stranger().post(&session, json!({})).await.good()["visitor_token"]);
    let ticket = text(&owner.post("/api/v1/session/ticket", json!({})).await.good()["ticket"]);
    let invite = json!({"email": "new@shop.example", "name": "New", "role": "agent"});
    let link = token_of(&text(&owner.post(&at("members"), invite).await.good()["link"]));
    let bot = json!({"kind": "http", "url": "https://bot.example/turns"});
    let bot = text(&owner.put(&at("bot"), bot).await.good()["secret"]);
    let hook = text(&owner.post(&at("webhooks"), json!({"url": "https://a.example"})).await.good()["secret"]);
    let identity = owner.post(&at("channels"), json!({"name": "Two"})).await.good();
    let tokens = [
        (Use::Session, owner.cookie.split_once('=').unwrap().1.to_owned()),
        (Use::Csrf, owner.csrf.clone()),
        (Use::Key, owner.with_key(&scope, "agent").await.key),
        (Use::Visitor, visitor),
        (Use::Link, link),
        (Use::Secret, bot),
        (Use::Secret, hook),
        (Use::Secret, text(&identity["identity_secret"])),
        (Use::Secret, channel.clone()),
        (Use::Ticket, ticket),
    ];
    for (kind, token) in &tokens {
        for used in SENT.iter().filter(|used| *used != kind) {
            let refused = taken(&owner, &channel, token, *used).await;
            let code = refused.expect_err(&format!("{kind:?} as {used:?}"));
            let expected = ["unauthenticated", "invalid_token", "forbidden", "4001"];
            assert!(expected.contains(&code.as_str()), "{kind:?} as {used:?}: {code}");
        }
    }
    // None of that used one up.
    for (kind, token) in tokens.iter().filter(|(kind, _)| *kind != Use::Secret) {
        assert_eq!(taken(&owner, &channel, token, *kind).await, Ok(()), "{kind:?}");
    }
}
