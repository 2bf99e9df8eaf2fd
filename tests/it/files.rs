//! Files in both directions: who may upload, send and fetch them, what they may be, and when they go.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard::api;
use switchboard::store::files as rows;

use crate::support::app::{Answer, Person, TestApp};
use crate::support::database::Database;
use crate::support::files::{PDF, PNG, sent_by, text, upload, with_file};
use crate::support::sockets::{Socket, client_id};
use crate::support::{eventually, on_both};

const DAY: i64 = 86_400_000;

/// A customer with a token, at a page that may use the channel.
struct Customer {
    nobody: Person,
    channel: String,
    token: String,
}

impl Customer {
    async fn new(app: &TestApp, channel: &str) -> Self {
        let nobody = app.stranger();
        let path = format!("/api/v1/widget/session?channel={channel}");
        let welcome = nobody.post(&path, json!({})).await.good();
        Self { nobody, channel: channel.to_owned(), token: text(&welcome["visitor_token"]) }
    }

    fn request(&self, method: &Method, verb: &str) -> reqwest::RequestBuilder {
        let path = format!("/api/v1/widget/{verb}?channel={}", self.channel);
        self.nobody.bare(method, &path).bearer_auth(&self.token)
    }

    async fn uploads(&self, name: &str, bytes: &[u8]) -> Answer {
        Answer::to(with_file(self.request(&Method::POST, "files"), name, bytes.to_vec())).await
    }

    async fn says(&self, verb: &str, body: Value) -> Answer {
        let request = self.request(&Method::POST, verb).header("content-type", "application/json");
        Answer::to(request.body(body.to_string())).await
    }

    async fn fetches(&self, id: &Value) -> Answer {
        Answer::to(self.request(&Method::GET, &format!("files/{}", id.as_str().unwrap()))).await
    }

    async fn entries(&self) -> Value {
        Answer::to(self.request(&Method::GET, "entries")).await.good()["entries"].clone()
    }

    /// Starts a conversation with a file; answers its id and the file.
    async fn starts(&self) -> (String, Value) {
        let file = self.uploads("photo.png", PNG).await.good();
        let start = json!({"client_id": client_id(), "attachments": [file["id"]]});
        (text(&self.says("start", start).await.good()["conversation"]), file)
    }
}

struct Shop {
    app: TestApp,
    owner: Person,
    channel: String,
}

async fn shop(database: Database) -> Shop {
    shop_with(database, |_| {}).await
}

async fn shop_with(database: Database, change: impl FnOnce(&mut switchboard::config::Config)) -> Shop {
    let app = TestApp::start(database, |config| {
        config.limits.visitor_burst = 1_000;
        change(config);
    })
    .await;
    let owner = app.owner().await;
    let channel = owner.channel_open_to_all().await;
    Shop { app, owner, channel }
}

impl Shop {
    async fn customer(&self) -> Customer {
        Customer::new(&self.app, &self.channel).await
    }

    /// Names of what lies in the folder of files.
    fn stored(&self) -> Vec<String> {
        let folder = std::fs::read_dir(self.app.folder.path().join("files")).unwrap();
        folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn path_of(conversation: &str) -> String {
    format!("/api/v1/conversations/{conversation}")
}

on_both! {
    files_go_both_ways
    a_file_is_sent_once_and_only_by_whoever_uploaded_it
    what_is_not_sent_goes_after_a_day
    erasing_a_contact_removes_their_files
}

async fn files_go_both_ways(database: Database) {
    let shop = shop(database).await;
    let customer = shop.customer().await;
    let photo = customer.uploads("../Küche \"1\".jpeg", PNG).await;
    assert_eq!(photo.status, StatusCode::CREATED);
    let photo = photo.good();
    let shown = json!({"id": photo["id"], "name": "Küche 1.jpeg.png", "type": "image/png", "size": PNG.len(),
        "width": 640, "height": 480});
    assert_eq!(photo, shown);
    // Before it is sent nobody can fetch it.
    assert_eq!(customer.fetches(&photo["id"]).await.code(), "not_found");

    let start = json!({"client_id": client_id(), "text": "", "attachments": [photo["id"]]});
    let started = customer.says("start", start.clone()).await.good();
    assert_eq!(
        customer.says("start", start).await.good()["seq"],
        started["seq"],
        "a repeat has no second effect"
    );
    let path = path_of(started["conversation"].as_str().unwrap());
    let fetched = shop.owner.get(&format!("{path}/files/{}", photo["id"].as_str().unwrap())).await;
    assert_eq!(fetched.header("content-type"), "image/png");
    assert_eq!(fetched.header("x-content-type-options"), "nosniff");
    assert_eq!(fetched.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(
        fetched.header("content-disposition"),
        "attachment; filename=\"K_che 1.jpeg.png\"; filename*=UTF-8''K%C3%BCche%201%2Ejpeg%2Epng"
    );
    let row = shop.owner.get(&path).await.good()["row"].clone();
    assert_eq!((&row["preview"]["text"], &row["first_text"]), (&shown["name"], &shown["name"]));

    let pdf =
        Answer::to(upload(&shop.owner, &format!("{path}/files"), "Offer.pdf", PDF.to_vec())).await.good();
    let (mut socket, _) = Socket::dashboard(&shop.owner).await;
    let conversation = started["conversation"].clone();
    let send = json!({"type": "send", "conversation": conversation, "client_id": client_id(), "text": "Here",
        "attachments": [pdf["id"]]});
    assert_eq!(socket.ok(send.clone()).await["seq"], socket.ok(send).await["seq"]);
    let entries = customer.entries().await;
    let last = &entries.as_array().unwrap().last().unwrap()["body"];
    assert_eq!(*last, json!({"kind": "message", "text": "Here", "attachments": [pdf]}));
    let got = customer.fetches(&pdf["id"]).await;
    assert_eq!((got.status, got.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert_eq!(got.header("content-security-policy"), "sandbox; default-src 'none'");
    assert!(got.text.starts_with("%PDF-1.7"));
    assert_eq!(got.header("access-control-allow-origin"), "", "a caller without Origin");

    let transcript = shop.owner.get(&format!("{path}/transcript")).await.text;
    assert!(transcript.contains("[file Offer.pdf, "), "{transcript}");
}

async fn a_file_is_sent_once_and_only_by_whoever_uploaded_it(database: Database) {
    let shop = shop(database).await;
    let (ann, ben) = (shop.customer().await, shop.customer().await);
    let (of_ann, photo) = ann.starts().await;
    let (of_ben, _) = ben.starts().await;
    let again = json!({"client_id": client_id(), "text": "again", "attachments": [photo["id"]]});
    assert_eq!(ann.says("send", again).await.code(), "not_found", "sent before");
    let (path, elsewhere) = (path_of(&of_ann), path_of(&of_ben));
    let fresh = ann.uploads("b.png", PNG).await.good();
    let with = |file: &Value| json!({"client_id": client_id(), "text": "x", "attachments": [file["id"]]});
    assert_eq!(ben.says("send", with(&fresh)).await.code(), "not_found", "of another customer");
    assert_eq!(
        shop.owner.post(&format!("{path}/send"), with(&fresh)).await.code(),
        "not_found",
        "the customer's"
    );

    let offer = Answer::to(upload(&shop.owner, &format!("{path}/files"), "o.pdf", PDF.to_vec())).await.good();
    assert_eq!(
        shop.owner.post(&format!("{elsewhere}/send"), with(&offer)).await.code(),
        "not_found",
        "for Ann"
    );
    assert_eq!(ann.says("send", with(&offer)).await.code(), "not_found", "the member's");
    let scope = shop.owner.scope().await;
    let kim = shop.owner.invites(&scope, "agent", "Kim").await;
    assert_eq!(kim.post(&format!("{path}/note"), with(&offer)).await.code(), "not_found", "another member's");
    shop.owner.post(&format!("{path}/send"), with(&offer)).await.good();
    assert_eq!(kim.get(&format!("{path}/files/{}", text(&offer["id"]))).await.status, StatusCode::OK);

    // Ids and tokens mixed.
    let offer = text(&offer["id"]);
    assert_eq!(shop.owner.get(&format!("{elsewhere}/files/{offer}")).await.code(), "not_found");
    assert_eq!(ben.fetches(&json!(offer)).await.code(), "not_found");
    let (own, foreign) =
        (format!("{path}/files/{offer}"), ann.request(&Method::GET, &format!("files/{offer}")));
    assert_eq!(Answer::to(shop.app.stranger().bare(&Method::GET, &own)).await.code(), "unauthenticated");
    assert_eq!(
        Answer::to(shop.app.stranger().bare(&Method::GET, &own).bearer_auth(&ann.token)).await.code(),
        "invalid_token"
    );
    assert_eq!(Answer::to(foreign).await.status, StatusCode::OK);
    let no_token = format!("/api/v1/widget/files/{offer}?channel={}", ann.channel);
    assert_eq!(shop.app.stranger().get(&no_token).await.code(), "unauthenticated");
    let in_address = format!("{no_token}&token={}", ann.token);
    assert_eq!(shop.app.stranger().get(&in_address).await.code(), "bad_request");
    let key = shop.owner.with_key(&scope, "agent").await;
    assert_eq!(key.get(&own).await.status, StatusCode::OK);
    let of_scope = format!("/api/v1/scopes/{scope}/channels");
    let other = shop
        .owner
        .post(&of_scope, json!({"name": "Two", "settings": {"allowed_origins": ["*"]}}))
        .await
        .good();
    let moved = Customer { channel: text(&other["public_key"]), ..ann };
    assert_eq!(moved.fetches(&json!(offer)).await.code(), "invalid_token");

    // A note's file is for members alone.
    let secret = sent_by(&shop.owner, &of_ben).await;
    assert_eq!(shop.owner.get(&format!("{elsewhere}/files/{secret}")).await.status, StatusCode::OK);
    assert_eq!(ben.fetches(&json!(secret)).await.code(), "not_found");
    assert!(!ben.entries().await.to_string().contains(&secret));
}

async fn what_is_not_sent_goes_after_a_day(database: Database) {
    let shop = shop(database).await;
    let customer = shop.customer().await;
    let (conversation, photo) = customer.starts().await;
    let left = customer.uploads("left.png", PNG).await.good();
    assert_eq!(shop.stored().len(), 2);
    let edge = &shop.app.running.edge;
    assert_eq!(api::files::sweep(edge).await, 0);
    edge.sources.shift_clock(DAY + 1);
    assert_eq!(api::files::sweep(edge).await, 1);
    assert_eq!(shop.stored().len(), 1);
    let late = json!({"client_id": client_id(), "text": "late", "attachments": [left["id"]]});
    assert_eq!(customer.says("send", late).await.code(), "not_found");
    let path = format!("{}/files/{}", path_of(&conversation), text(&photo["id"]));
    edge.sources.shift_clock(-DAY - 1);
    assert_eq!(shop.owner.get(&path).await.status, StatusCode::OK, "what was sent stays");
}

async fn erasing_a_contact_removes_their_files(database: Database) {
    let shop = shop(database).await;
    let (customer, other) = (shop.customer().await, shop.customer().await);
    let (conversation, photo) = customer.starts().await;
    let (_, kept) = other.starts().await;
    customer.uploads("unsent.pdf", PDF).await.good();
    sent_by(&shop.owner, &conversation).await;
    let path = path_of(&conversation);
    let contact = text(&shop.owner.get(&path).await.good()["contact"]["id"]);
    let export = shop.owner.get(&format!("/api/v1/contacts/{contact}/export")).await.good();
    let by: Vec<_> = export["files"].as_array().unwrap().iter().map(|file| text(&file["by"])).collect();
    assert_eq!(by, ["contact", "contact", "member"]);
    assert_eq!(export["files"][0]["file"], photo);
    assert_eq!(shop.stored().len(), 4);

    let erased = shop.owner.post(&format!("/api/v1/contacts/{contact}/erase"), json!({})).await;
    assert_eq!(erased.status, StatusCode::NO_CONTENT);
    assert_eq!(shop.stored().len(), 1);
    assert_eq!(shop.owner.get(&format!("{path}/files/{}", text(&photo["id"]))).await.code(), "not_found");
    let after = shop.owner.get(&format!("/api/v1/contacts/{contact}/export")).await.good();
    assert_eq!(after["files"], json!([]));
    assert!(!after.to_string().contains("photo.png"), "{after}");
    assert_eq!(other.fetches(&kept["id"]).await.status, StatusCode::OK);
}

#[actix_web::test]
async fn only_what_no_browser_runs_is_taken_and_it_leaves_as_what_it_is() {
    let shop = shop(Database::sqlite()).await;
    let customer = shop.customer().await;
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>";
    for (name, bytes) in [
        ("a.svg", &svg[..]),
        ("a.png", &svg[..]),
        ("a.txt", b"<!doctype html><script>alert(1)</script>"),
        ("a.pdf", b"<html>%PDF-1.7"),
        ("a.exe", b"MZ\x90\0\x03"),
        ("a.zip", b"PK\x03\x04"),
        ("a.txt", b"\xff\xfel\0a\0t\0i\0n\0"),
        ("empty.txt", b""),
    ] {
        let refused = customer.uploads(name, bytes).await;
        assert_eq!(refused.code(), "bad_request", "{name} {}", String::from_utf8_lossy(bytes));
    }
    assert!(shop.stored().is_empty(), "nothing stays of what was refused");

    // A picture that is a page as well leaves as a picture, whatever its name.
    let polyglot = [&b"GIF89a/*\0\x01\0"[..], b"*/=1;<script>alert(1)</script>"].concat();
    for (name, kept) in [
        ("run.html", "run.html.gif"),
        ("a\r\nX-Evil: 1\0.gif", "aX-Evil 1.gif"),
        ("..\\..\\secret", "secret.gif"),
        ("/etc/passwd", "passwd.gif"),
        ("\u{202e}fig.exe", "fig.exe.gif"),
    ] {
        let file = customer.uploads(name, &polyglot).await.good();
        assert_eq!((&file["name"], &file["type"]), (&json!(kept), &json!("image/gif")));
        let body = json!({"client_id": client_id(), "attachments": [file["id"]]});
        customer.says("send", body).await.good();
        let got = customer.fetches(&file["id"]).await;
        assert_eq!(got.header("content-type"), "image/gif");
        assert_eq!(got.header("x-content-type-options"), "nosniff");
        assert!(got.header("content-disposition").starts_with("attachment; "), "{name}");
        assert!(got.headers.get("x-evil").is_none());
    }
    assert!(shop.stored().iter().all(|name| name.len() == 64), "{:?}", shop.stored());

    for bad in ["a%ff.png", &"a".repeat(2_001)] {
        let request = customer.request(&Method::POST, "files").header("x-file-name", bad).body(PNG);
        assert_eq!(Answer::to(request).await.code(), "bad_request");
    }
    let nameless = customer.request(&Method::POST, "files").body(PNG);
    assert_eq!(Answer::to(nameless).await.code(), "bad_request");
}

#[actix_web::test]
async fn size_number_and_rate_have_limits() {
    let shop = shop_with(Database::sqlite(), |config| config.files.max_bytes = 600_000).await;
    let customer = shop.customer().await;
    // Larger than one part, so that it comes in pieces.
    let exact = "a".repeat(600_000);
    let file = customer.uploads("exact.txt", exact.as_bytes()).await.good();
    assert_eq!(customer.uploads("more.txt", format!("{exact}a").as_bytes()).await.code(), "too_large");
    let pieces = futures_util::stream::iter((0..10).map(|_| Ok::<_, std::io::Error>(vec![b'a'; 100_000])));
    let unannounced = customer.request(&Method::POST, "files").header("x-file-name", "many.txt");
    let unannounced = unannounced.body(reqwest::Body::wrap_stream(pieces));
    assert_eq!(Answer::to(unannounced).await.code(), "too_large");
    assert_eq!(shop.stored().len(), 1);
    let start = json!({"client_id": client_id(), "attachments": [file["id"]]});
    customer.says("start", start).await.good();
    assert_eq!(customer.fetches(&file["id"]).await.text, exact);

    let eleven: Vec<String> = (0..11).map(|n| format!("f_{n:032x}")).collect();
    let body = json!({"client_id": client_id(), "text": "x", "attachments": eleven});
    assert_eq!(customer.says("send", body).await.code(), "too_large");
    let twice = json!({"client_id": client_id(), "text": "x", "attachments": [file["id"], file["id"]]});
    assert_eq!(customer.says("send", twice).await.code(), "bad_request");
    let empty = json!({"client_id": client_id(), "text": "", "attachments": []});
    assert_eq!(customer.says("send", empty).await.code(), "bad_request");

    for _ in 3..20 {
        customer.uploads("a.png", PNG).await.good();
    }
    let refused = customer.uploads("a.png", PNG).await;
    assert_eq!(refused.code(), "rate_limited");
    assert!(refused.json()["details"]["retry_after_ms"].as_u64().unwrap() > 0);
    shop.customer().await.uploads("a.png", PNG).await.good();
    assert!(shop.owner.get("/api/v1/session").await.status.is_success());
}

#[actix_web::test]
async fn an_upload_of_a_contact_erased_meanwhile_leaves_nothing() {
    let shop = shop(Database::sqlite()).await;
    let customer = shop.customer().await;
    let (conversation, _) = customer.starts().await;
    let contact = text(&shop.owner.get(&path_of(&conversation)).await.good()["contact"]["id"]);
    let (feed, pieces) = tokio::sync::mpsc::unbounded_channel::<Result<Vec<u8>, std::io::Error>>();
    let body = futures_util::stream::unfold(pieces, |mut pieces| async move {
        pieces.recv().await.map(|piece| (piece, pieces))
    });
    let request = customer.request(&Method::POST, "files").header("x-file-name", "slow.txt");
    let request = request.body(reqwest::Body::wrap_stream(body));
    feed.send(Ok(b"slow".to_vec())).unwrap();
    let uploading = actix_web::rt::spawn(Answer::to(request));
    let store = shop.app.running.edge.store.clone();
    let far = shop.app.running.edge.sources.now() + 2 * DAY;
    // The row is there before the bytes.
    let rows = async || store.read(move |c| rows::expiring(c, far)).await.unwrap();
    eventually(rows, |rows| *rows > 0).await;
    shop.owner.post(&format!("/api/v1/contacts/{contact}/erase"), json!({})).await;
    feed.send(Ok(b" text".to_vec())).unwrap();
    drop(feed);
    assert_eq!(uploading.await.unwrap().code(), "not_found");
    assert!(shop.stored().is_empty(), "{:?}", shop.stored());
}
