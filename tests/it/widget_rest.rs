//! The widget without a socket: the same chat, proofs, limits and answers, one request at a time.

use futures_util::future::join_all;
use hmac::{Hmac, Mac};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::app::{Answer, Person, TestApp, with_json};
use crate::support::database::Database;
use crate::support::sockets::{Socket, client_id};

const SHOP: &str = "https://shop.example";

/// A page of a site, with the token of its visitor.
#[derive(Clone)]
struct Page {
    nobody: Person,
    channel: String,
    origin: Option<&'static str>,
    token: String,
}

impl Page {
    fn new(app: &TestApp, channel: &str) -> Self {
        Self { nobody: app.stranger(), channel: channel.to_owned(), origin: Some(SHOP), token: String::new() }
    }

    fn at(&self, origin: Option<&'static str>) -> Self {
        Self { origin, ..self.clone() }
    }

    fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    fn request(&self, method: &Method, verb: &str, more: &str) -> reqwest::RequestBuilder {
        let path = format!("/api/v1/widget/{verb}?channel={}{more}", self.channel);
        let mut request = self.nobody.bare(method, &path);
        if let Some(origin) = self.origin {
            request = request.header("origin", origin);
        }
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    async fn post(&self, verb: &str, body: Value) -> Answer {
        Answer::to(with_json(self.request(&Method::POST, verb, ""), &body)).await
    }

    async fn entries(&self, more: &str) -> Value {
        Answer::to(self.request(&Method::GET, "entries", more)).await.good()
    }

    /// Says hello; the page then has a token.
    async fn welcomed(&self, hello: Value) -> (Self, Value) {
        let welcome = self.post("session", hello).await.good();
        (self.with_token(welcome["visitor_token"].as_str().unwrap()), welcome)
    }
}

/// A server, its owner, and the key of a channel that only the shop may use.
async fn shop() -> (TestApp, Person, String) {
    let app = TestApp::start(Database::sqlite(), |_| {}).await;
    let owner = app.owner().await;
    let channel = channel_for(&owner, &[SHOP]).await;
    (app, owner, channel["public_key"].as_str().unwrap().to_owned())
}

async fn channel_for(owner: &Person, origins: &[&str]) -> Value {
    let path = format!("/api/v1/scopes/{}/channels", owner.scope().await);
    owner.post(&path, json!({"name": "Shop", "settings": {"allowed_origins": origins}})).await.good()
}

fn kinds(entries: &Value) -> Vec<&str> {
    let entries = entries["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["body"]["kind"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn a_whole_chat_needs_no_socket() {
    let (app, owner, channel) = shop().await;
    let (page, welcome) = Page::new(&app, &channel).welcomed(json!({"page": {"language": "de"}})).await;
    assert_eq!((&welcome["protocol"], &welcome["conversation"]), (&json!(1), &Value::Null));
    assert_eq!(welcome["status"]["status"], "none");
    assert!(welcome.get("ref").is_none() && welcome.get("type").is_none(), "{welcome}");
    assert_eq!(page.entries("").await, json!({"conversation": null, "entries": [], "more": false}));
    let id = client_id();
    assert_eq!(page.post("end", json!({"client_id": id})).await.code(), "not_found");

    let first = json!({"client_id": client_id(), "text": "Hello"});
    let started = page.post("start", first.clone()).await.good();
    assert_eq!(started["seq"], 2);
    assert_eq!(page.post("start", first.clone()).await.good()["seq"], 2);
    let other_words = json!({"client_id": first["client_id"], "text": "Bye"});
    assert_eq!(page.post("start", other_words).await.code(), "id_reused");
    assert_eq!(
        page.post("send", json!({"client_id": client_id(), "text": "Anybody?"})).await.good()["seq"],
        3
    );

    let conversation = started["conversation"].as_str().unwrap();
    let path = format!("/api/v1/conversations/{conversation}");
    let note = json!({"client_id": client_id(), "text": "secret"});
    owner.post(&format!("{path}/note"), note).await.good();
    owner.post(&format!("{path}/send"), json!({"client_id": client_id(), "text": "Hi"})).await.good();
    assert_eq!(page.post("read", json!({"seq": 6})).await.good(), json!({}));
    let seen = page.entries("").await;
    assert_eq!(kinds(&seen), ["opened", "message", "message", "hidden", "joined", "message"]);
    assert!(!seen.to_string().contains("secret") && !seen.to_string().contains(&owner.id), "{seen}");
    let part = page.entries("&after=1&limit=2").await;
    assert_eq!((kinds(&part), &part["more"]), (vec!["message", "message"], &json!(true)));
    let (_, again) = page.welcomed(json!({"visitor_token": page.token, "after": 4})).await;
    assert_eq!((kinds(&again), &again["conversation"]), (vec!["joined", "message"], &json!(conversation)));
    assert_eq!(again["status"]["agent"]["name"], "Olga");
}

#[actix_web::test]
async fn the_end_and_what_follows_need_no_socket() {
    let (app, owner, channel) = shop().await;
    let (page, _) = Page::new(&app, &channel).welcomed(json!({})).await;
    let first = json!({"client_id": client_id(), "text": "Hello"});
    let started = page.post("start", first.clone()).await.good();
    // Nobody but people are there to ask.
    assert!(page.post("request_human", json!({"client_id": client_id()})).await.good().get("seq").is_none());
    let end = json!({"client_id": client_id(), "rating": 5});
    let ended = page.post("end", end.clone()).await.good();
    assert_eq!(page.post("end", end).await.good(), ended);
    assert_eq!(page.post("send", json!({"client_id": client_id(), "text": "x"})).await.code(), "ended");
    assert_eq!(
        page.post("feedback", json!({"client_id": client_id(), "rating": 1})).await.code(),
        "already_rated"
    );

    // The first message again, as after an answer that was lost: the same answer and no second conversation.
    assert_eq!(page.post("start", first.clone()).await.good()["seq"], started["seq"]);
    let next = json!({"client_id": client_id(), "text": "One more thing"});
    let next = page.post("start", next).await.good();
    assert_ne!(next["conversation"], started["conversation"]);
    let first_again = page.post("start", first).await.good();
    assert_eq!(first_again["conversation"], started["conversation"]);
    let list = format!("/api/v1/scopes/{}/conversations?state=", owner.scope().await);
    for (state, count) in [("active", 1), ("ended", 1)] {
        let rows = owner.get(&format!("{list}{state}")).await.good();
        assert_eq!(rows["items"].as_array().unwrap().len(), count, "{state}");
    }
}

#[actix_web::test]
async fn a_first_message_sent_again_on_a_new_socket_after_the_end_begins_nothing() {
    let (app, owner, _) = shop().await;
    let channel = channel_for(&owner, &["*"]).await;
    let channel = channel["public_key"].as_str().unwrap();
    let (mut socket, welcome) = Socket::widget(&app.base, channel, json!({})).await;
    let start = json!({"type": "start", "client_id": client_id(), "text": "Hello"});
    let started = socket.ok(start.clone()).await;
    socket.ok(json!({"type": "end", "client_id": client_id()})).await;
    socket.close().await;
    let hello = json!({"visitor_token": welcome["visitor_token"]});
    let (mut socket, _) = Socket::widget(&app.base, channel, hello).await;
    let again = socket.ok(start).await;
    assert_eq!((&again["conversation"], &again["seq"]), (&started["conversation"], &started["seq"]));
    let list = format!("/api/v1/scopes/{}/conversations?state=active", owner.scope().await);
    assert_eq!(owner.get(&list).await.good()["items"], json!([]));
    // A new one still begins a new chat, which this socket hears.
    socket.ok(json!({"type": "start", "client_id": client_id(), "text": "Again"})).await;
    socket.entry("message").await;
    assert!(app.running.edge.directory.session_count() >= 1);
}

#[actix_web::test]
async fn only_the_visitors_own_token_opens_their_chat() {
    let (app, owner, channel) = shop().await;
    let (page, _) = Page::new(&app, &channel).welcomed(json!({})).await;
    let text = json!({"client_id": client_id(), "text": "mine"});
    page.post("start", text).await.good();
    let other_channel = channel_for(&owner, &[SHOP]).await;
    let elsewhere = Page::new(&app, other_channel["public_key"].as_str().unwrap());
    let (elsewhere, _) = elsewhere.welcomed(json!({})).await;
    let key = owner.with_key(&owner.scope().await, "agent").await.key;

    let send = json!({"client_id": client_id(), "text": "forged"});
    let cookie = owner.cookie.split_once('=').unwrap().1;
    let cut = &page.token[..page.token.len() - 2];
    let swapped = format!("{}x", page.token);
    for token in ["x", "v1..", &elsewhere.token, &key, cookie, cut, &swapped, &"a".repeat(5_000)] {
        let thief = page.with_token(token);
        assert_eq!(thief.post("send", send.clone()).await.code(), "invalid_token", "{token}");
        let read = Answer::to(thief.request(&Method::GET, "entries", "")).await;
        assert_eq!((read.status, read.code()), (StatusCode::UNAUTHORIZED, "invalid_token".into()));
    }
    assert_eq!(page.with_token("").post("send", send.clone()).await.code(), "unauthenticated");
    let basic = page.with_token("").request(&Method::POST, "send", "").header("authorization", "Basic eA==");
    assert_eq!(Answer::to(with_json(basic, &send)).await.code(), "invalid_token");
    // Nor does the visitor's token open anything of members.
    let visitor = app.stranger().holding(&page.token);
    for path in ["/api/v1/session", "/api/v1/scopes"] {
        assert_eq!(visitor.get(path).await.code(), "invalid_token", "{path}");
    }
    // Another visitor has their own, empty chat.
    let (other, welcome) = Page::new(&app, &channel).welcomed(json!({"after": 2})).await;
    assert_eq!((&welcome["conversation"], &welcome["resync"]), (&Value::Null, &json!(true)));
    assert_eq!(other.entries("").await["entries"], json!([]));
    assert_eq!(kinds(&page.entries("").await), ["opened", "message"]);
}

#[actix_web::test]
async fn pages_of_allowed_sites_may_read_the_answer_and_no_others() {
    let (app, owner, channel) = shop().await;
    let page = Page::new(&app, &channel);
    let good = page.post("session", json!({})).await;
    assert_eq!((good.status, good.header("access-control-allow-origin")), (StatusCode::OK, SHOP));
    assert!(good.header("vary").contains("Origin"), "{:?}", good.headers);
    assert_eq!(good.header("access-control-allow-credentials"), "");
    // Refusals are for the page to read, too.
    let refused = page.post("session", json!({"xyz": 1})).await;
    assert_eq!(
        (refused.code().as_str(), refused.header("access-control-allow-origin")),
        ("bad_request", SHOP)
    );

    let preflight = Answer::to(page.request(&Method::OPTIONS, "send", "")).await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    assert_eq!(preflight.header("access-control-allow-origin"), SHOP);
    assert_eq!(preflight.header("access-control-allow-methods"), "GET, POST");
    assert_eq!(preflight.header("access-control-allow-headers"), "authorization, content-type, x-file-name");

    let strangers =
        [Some("https://evil.example"), Some("https://shop.example.evil.example"), Some("null"), None];
    for origin in strangers {
        for (method, verb) in [(Method::POST, "session"), (Method::OPTIONS, "send"), (Method::GET, "entries")]
        {
            let answer = Answer::to(with_json(page.at(origin).request(&method, verb, ""), &json!({}))).await;
            assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "origin_denied"));
            assert_eq!(answer.header("access-control-allow-origin"), "", "{origin:?}");
            assert!(answer.header("vary").contains("Origin"));
        }
    }
    let twice = page.request(&Method::POST, "session", "").header("origin", SHOP);
    assert_eq!(Answer::to(with_json(twice, &json!({}))).await.code(), "origin_denied");
    let unknown = Page { channel: "nothing".into(), ..page.clone() };
    assert_eq!(unknown.post("session", json!({})).await.code(), "not_found");

    // A channel for everybody is also for servers, which send no origin.
    let open = channel_for(&owner, &["*"]).await;
    let open = Page { channel: open["public_key"].as_str().unwrap().into(), ..page };
    assert_eq!(open.at(None).post("session", json!({})).await.status, StatusCode::OK);
    let anywhere = open.at(Some("https://anywhere.example")).post("session", json!({})).await;
    assert_eq!(anywhere.header("access-control-allow-origin"), "https://anywhere.example");
    let plain = open.request(&Method::POST, "session", "").header("content-type", "text/plain").body("{}");
    assert_eq!(Answer::to(plain).await.code(), "bad_request");
}

#[actix_web::test]
async fn the_limits_of_the_socket_hold_here_too() {
    let (app, _, channel) = shop().await;
    let (page, _) = Page::new(&app, &channel).welcomed(json!({})).await;
    page.post("start", json!({"client_id": client_id(), "text": "Hello"})).await.good();
    // At once, so that a slow machine does not earn new ones meanwhile.
    let sent =
        join_all((0..30).map(|_| page.post("send", json!({"client_id": client_id(), "text": "x"})))).await;
    let refused = sent.into_iter().find(|answer| answer.status != StatusCode::OK);
    let refused = refused.expect("10 at once and 1 a second");
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::TOO_MANY_REQUESTS, "rate_limited"));
    assert!(refused.json()["details"]["retry_after_ms"].as_u64().unwrap() <= 1_000);
    assert_eq!(refused.header("retry-after"), "1");

    // One conversation was begun above, four more may be, whoever begins them.
    let hello = json!({"client_id": client_id(), "text": "Hello"});
    for index in 0..5 {
        let (other, _) = Page::new(&app, &channel).welcomed(json!({})).await;
        let answer = other.post("start", hello.clone()).await;
        if index < 4 {
            answer.good();
            // A repeat and what follows begin nothing.
            other.post("start", hello.clone()).await.good();
            other.post("start", json!({"client_id": client_id(), "text": "more"})).await.good();
        } else {
            assert_eq!(answer.code(), "rate_limited");
        }
    }
    let long = json!({"client_id": client_id(), "text": "ü".repeat(10_001)});
    let (other, _) = Page::new(&app, &channel).welcomed(json!({})).await;
    assert_eq!(other.post("send", long).await.code(), "too_large");
    assert_eq!(other.post("typing", json!({"on": true})).await.code(), "not_found");
}

#[actix_web::test]
async fn an_identity_counts_from_the_first_message_on() {
    let (app, owner, _) = shop().await;
    let channel = channel_for(&owner, &[SHOP]).await;
    let page = Page::new(&app, channel["public_key"].as_str().unwrap());
    let proof = |id: &str| {
        let secret = channel["identity_secret"].as_str().unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(id.as_bytes());
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let hello = |proof: &str| json!({"identity": {"external_id": "42", "name": "Zoë", "proof": proof}});
    assert_eq!(page.post("session", hello(&proof("43"))).await.code(), "invalid_token");
    let (here, welcome) = page.welcomed(hello(&proof("42"))).await;
    assert_eq!(welcome["contact"]["name"], "Zoë");
    let started = here.post("start", json!({"client_id": client_id(), "text": "Hello"})).await.good();
    let path = format!("/api/v1/conversations/{}", started["conversation"].as_str().unwrap());
    let contact = owner.get(&path).await.good()["contact"].clone();
    assert_eq!((&contact["external_id"], &contact["verified"]), (&json!("42"), &json!(true)));
    // On another device the same customer has the same chat.
    let (_, there) = page.welcomed(hello(&proof("42"))).await;
    assert_eq!(there["conversation"], started["conversation"]);
}

#[actix_web::test]
async fn every_page_learns_whether_it_may_have_the_widget() {
    let (app, owner, channel) = shop().await;
    let page = Page::new(&app, &channel);
    let ask = async |origin| Answer::to(page.at(origin).request(&Method::GET, "settings", "")).await;
    let good = ask(Some(SHOP)).await;
    assert_eq!(good.good(), json!({"colour": "#1f6b4a", "language": "auto", "proactive": []}));
    assert_eq!(good.header("access-control-allow-origin"), "*");
    // Browsers send no origin from the server's own pages.
    ask(None).await.good();
    for origin in ["https://evil.example", "null", "https://shop.example.evil.example"] {
        let refused = ask(Some(origin)).await;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "origin_denied"));
        assert_eq!(refused.header("access-control-allow-origin"), "*", "the page may read why");
    }
    let unknown = Page { channel: "nobody".to_owned(), ..page.clone() };
    let unknown = Answer::to(unknown.request(&Method::GET, "settings", "")).await;
    assert_eq!((unknown.status, unknown.header("access-control-allow-origin")), (StatusCode::NOT_FOUND, "*"));

    let path = format!("/api/v1/scopes/{}/channels", owner.scope().await);
    let channels = owner.get(&path).await.good();
    let mine =
        channels["items"].as_array().unwrap().iter().find(|item| item["public_key"] == channel.as_str());
    let path = format!("{path}/{}", mine.unwrap()["id"].as_str().unwrap());
    let rule = json!({"text": "Need help?", "after_seconds": 5, "url": "*/cart"});
    owner.patch(&path, json!({"settings": {"proactive": [rule]}})).await.good();
    let shown = ask(Some(SHOP)).await.good()["proactive"][0].clone();
    assert_eq!(
        (&shown["text"], &shown["after_seconds"], &shown["url"]),
        (&json!("Need help?"), &json!(5), &json!("*/cart"))
    );
    owner.patch(&path, json!({"settings": {"proactive": [{"text": "Any questions?"}]}})).await.good();
    assert_ne!(
        ask(Some(SHOP)).await.good()["proactive"][0]["id"],
        shown["id"],
        "another rule, to be shown anew"
    );
    owner.patch(&path, json!({"settings": {"language": "ja"}})).await.good();
    assert_eq!(ask(Some(SHOP)).await.good()["language"], "ja");
    let unknown = owner.patch(&path, json!({"settings": {"language": "tlh"}})).await;
    assert_eq!(unknown.code(), "bad_request");
    let wrong = owner.patch(&path, json!({"settings": {"proactive": [{"text": ""}]}})).await;
    assert_eq!(wrong.code(), "bad_request");
}

#[actix_web::test]
async fn a_visitor_reads_their_earlier_chats_and_nobody_elses() {
    let (app, owner, channel) = shop().await;
    let (page, _) = Page::new(&app, &channel).welcomed(json!({})).await;
    let get =
        async |page: &Page, verb: &str, more: &str| Answer::to(page.request(&Method::GET, verb, more)).await;
    assert_eq!(get(&page, "conversations", "").await.good(), json!({"items": [], "next": null}));
    let mut started = Vec::new();
    for text in ["First", "Second", "Third"] {
        let answer = page.post("start", json!({"client_id": client_id(), "text": text})).await.good();
        started.insert(0, answer["conversation"].clone());
        if text != "Third" {
            page.post("end", json!({"client_id": client_id()})).await.good();
        }
    }
    let list = get(&page, "conversations", "&limit=2").await.good();
    assert_eq!(list["items"][0]["first_text"], "Third");
    assert_eq!((&list["items"][0]["ended_at"], list["items"][1]["ended_at"].is_i64()), (&Value::Null, true));
    let rest = format!("&limit=2&cursor={}", list["next"].as_str().unwrap());
    let rest = get(&page, "conversations", &rest).await.good();
    assert_eq!(
        (&rest["items"][0]["id"], &rest["items"][1], &rest["next"]),
        (&started[2], &Value::Null, &Value::Null)
    );

    let entries = format!("conversations/{}/entries", started[2].as_str().unwrap());
    let part = get(&page, &entries, "&after=1&limit=1").await.good();
    assert_eq!((part["entries"][0]["body"]["text"].as_str(), &part["more"]), (Some("First"), &json!(true)));
    let (stranger, _) = Page::new(&app, &channel).welcomed(json!({})).await;
    assert_eq!(get(&stranger, &entries, "").await.code(), "not_found");
    assert_eq!(get(&Page::new(&app, &channel), &entries, "").await.code(), "unauthenticated");
    let (other, _) = Page::new(&app, &channel).welcomed(json!({})).await;
    assert_eq!(get(&other, "conversations", "").await.good()["items"], json!([]));

    // Pages of the server itself: browsers send them no origin, but say where they are.
    let path = format!("/api/v1/scopes/{}/channels", owner.scope().await);
    let own = json!({"name": "Own", "settings": {"allowed_origins": [app.base]}});
    let own = owner.post(&path, own).await.good()["public_key"].as_str().unwrap().to_owned();
    let here = Page { channel: own, ..page.clone() }.at(None);
    let same = async |page: &Page, site: &str| {
        let request = page.request(&Method::GET, "conversations", "").header("sec-fetch-site", site);
        Answer::to(request).await.code()
    };
    assert_eq!(same(&here, "same-origin").await, "invalid_token");
    assert_eq!(same(&here, "cross-site").await, "origin_denied");
    assert_eq!(same(&page.at(None), "same-origin").await, "origin_denied");

    let preflight = page.request(&Method::OPTIONS, &entries, "&after=1&limit=1");
    assert_eq!(Answer::to(preflight).await.header("access-control-allow-origin"), SHOP);
}
