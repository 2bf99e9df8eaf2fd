//! Files in a store that speaks S3: a fake that checks every signature, and the real program.
//!
//! Signatures: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use actix_web::web::{Bytes, Data, PayloadConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use hmac::{Hmac, Mac};
use reqwest::{Method, StatusCode};
use serde_json::json;
use sha2::{Digest, Sha256};
use switchboard::hex;

use crate::support::app::{Answer, Person};
use crate::support::database::Database;
use crate::support::files::{text, upload};
use crate::support::process::Launch;
use crate::support::sockets::{Socket, client_id};

const KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A bucket called `chats`.
#[derive(Default)]
struct Bucket {
    objects: Mutex<BTreeMap<String, Bytes>>,
    parts: Mutex<BTreeMap<usize, Bytes>>,
    /// Whether it says that it is broken.
    broken: AtomicBool,
}

impl Bucket {
    fn start() -> (Data<Self>, String) {
        let bucket = Data::from(Arc::new(Self::default()));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let shared = bucket.clone();
        let server = HttpServer::new(move || {
            let body = PayloadConfig::new(16 * 1024 * 1024);
            App::new().app_data(shared.clone()).app_data(body).default_service(web::to(answer))
        });
        let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
        actix_web::rt::spawn(server);
        (bucket, endpoint)
    }

    fn names(&self) -> Vec<String> {
        self.objects.lock().unwrap().keys().cloned().collect()
    }
}

async fn answer(request: HttpRequest, body: Bytes, bucket: Data<Bucket>) -> HttpResponse {
    if let Err(why) = check_signature(&request, &body) {
        return HttpResponse::Forbidden().body(why);
    }
    if bucket.broken.load(Ordering::Relaxed) {
        return HttpResponse::BadRequest().body("<Error><Code>Broken</Code></Error>");
    }
    let name = request.path().to_owned();
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(request.query_string().as_bytes()).into_owned().collect();
    let mut objects = bucket.objects.lock().unwrap();
    let mut parts = bucket.parts.lock().unwrap();
    match (request.method().as_str(), query.get("partNumber")) {
        ("POST", _) if query.contains_key("uploads") => HttpResponse::Ok()
            .body("<InitiateMultipartUploadResult><UploadId>one</UploadId></InitiateMultipartUploadResult>"),
        ("PUT", Some(number)) => {
            parts.insert(number.parse().unwrap(), body);
            HttpResponse::Ok().insert_header(("etag", format!("\"{number}\""))).finish()
        }
        ("POST", _) => {
            let whole: Vec<u8> = parts.values().flat_map(|part| part.to_vec()).collect();
            parts.clear();
            objects.insert(name, whole.into());
            let done = "<CompleteMultipartUploadResult><ETag>\"all\"</ETag></CompleteMultipartUploadResult>";
            HttpResponse::Ok().body(done)
        }
        ("PUT", None) => {
            objects.insert(name, body);
            HttpResponse::Ok().insert_header(("etag", "\"whole\"")).finish()
        }
        ("GET", _) => match objects.get(&name) {
            Some(bytes) if request.headers().contains_key("range") => part_of(bytes, &request),
            Some(bytes) => HttpResponse::Ok()
                .insert_header(("etag", "\"whole\""))
                .insert_header(("last-modified", "Sun, 22 Nov 2026 06:00:00 GMT"))
                .body(bytes.clone()),
            None => HttpResponse::NotFound().finish(),
        },
        ("DELETE", _) => {
            objects.remove(&name);
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::MethodNotAllowed().finish(),
    }
}

/// As S3 answers one range of bytes with both ends.
fn part_of(bytes: &Bytes, request: &HttpRequest) -> HttpResponse {
    let range = request.headers().get("range").unwrap().to_str().unwrap().strip_prefix("bytes=").unwrap();
    let (first, last) = range.split_once('-').unwrap();
    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
    HttpResponse::PartialContent()
        .insert_header(("etag", "\"whole\""))
        .insert_header(("last-modified", "Sun, 22 Nov 2026 06:00:00 GMT"))
        .insert_header(("content-range", format!("bytes {first}-{last}/{}", bytes.len())))
        .body(bytes.slice(first..=last))
}

/// As S3 checks it: over method, path, query, the headers that are named, and the body's hash.
fn check_signature(request: &HttpRequest, body: &[u8]) -> Result<(), &'static str> {
    let header =
        |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = header("authorization").strip_prefix("AWS4-HMAC-SHA256 ").ok_or("not signed")?;
    let fields: BTreeMap<&str, &str> = given.split(", ").filter_map(|field| field.split_once('=')).collect();
    let (credential, signed) = (fields["Credential"], fields["SignedHeaders"]);
    let scope =
        credential.strip_prefix(KEY).and_then(|scope| scope.strip_prefix('/')).ok_or("another key")?;
    let hash = header("x-amz-content-sha256");
    if hash != "UNSIGNED-PAYLOAD" && hash != hex::encode(&Sha256::digest(body)) {
        return Err("another body");
    }
    let mut query: Vec<&str> = request.query_string().split('&').collect();
    query.sort_unstable();
    let headers: String = signed.split(';').map(|name| format!("{name}:{}\n", header(name).trim())).collect();
    let canonical =
        [request.method().as_str(), request.path(), &query.join("&"), &headers, signed, hash].join("\n");
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{}\n{scope}\n{}",
        header("x-amz-date"),
        hex::encode(&Sha256::digest(canonical.as_bytes()))
    );
    let key = scope.split('/').fold(format!("AWS4{SECRET}").into_bytes(), |key, part| mac(&key, part));
    if hex::encode(&mac(&key, &to_sign)) == fields["Signature"] { Ok(()) } else { Err("another signature") }
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn launch(database: &Database, endpoint: &str, secret: &str) -> Launch {
    Launch::on(&database.url)
        .with(&[("FILES__URL", "s3://chats/of/us"), ("FILES__ENDPOINT", endpoint)])
        .with_variables(&[("AWS_ACCESS_KEY_ID", KEY), ("AWS_SECRET_ACCESS_KEY", secret)])
}

/// A conversation that a customer has just begun.
async fn opened(owner: &Person) -> String {
    let channel = owner.channel_open_to_all().await;
    let (mut socket, _) = Socket::widget(&owner.base, &channel, json!({})).await;
    let start = json!({"type": "start", "client_id": client_id(), "text": "Hello"});
    text(&socket.ok(start).await["conversation"])
}

#[actix_web::test]
async fn small_and_large_files_go_to_the_bucket_and_come_back() {
    let (bucket, endpoint) = Bucket::start();
    let database = Database::sqlite();
    let mut process = launch(&database, &endpoint, SECRET).start().await;
    let owner = process.owner().await;
    let path = format!("/api/v1/conversations/{}/files", opened(&owner).await);

    // Larger than the smallest part that S3 takes, so that it goes in parts.
    let large: Vec<u8> = (0..6 * 1024 * 1024).map(|at| b"All is well.\n"[at % 13]).collect();
    for (name, bytes) in [("small.txt", b"All is well.".to_vec()), ("large.txt", large)] {
        let file = Answer::to(upload(&owner, &path, name, bytes.clone())).await.good();
        let note = json!({"client_id": client_id(), "attachments": [file["id"]]});
        owner.post(&path.replace("files", "note"), note).await.good();
        let back = owner.request(&Method::GET, &format!("{path}/{}", file["id"].as_str().unwrap()));
        let back = back.send().await.unwrap();
        assert_eq!(back.status(), StatusCode::OK);
        assert_eq!(back.bytes().await.unwrap(), bytes, "{name}");
        let part = owner.request(&Method::GET, &format!("{path}/{}", file["id"].as_str().unwrap()));
        let part = Answer::to(part.header("range", "bytes=4-5")).await;
        assert_eq!((part.status, part.text.as_str()), (StatusCode::PARTIAL_CONTENT, "is"), "{name}");
    }
    let names = bucket.names();
    assert_eq!(names.len(), 2);
    assert!(names.iter().all(|name| name.starts_with("/chats/of/us/")), "{names:?}");

    bucket.broken.store(true, Ordering::Relaxed);
    let refused = Answer::to(upload(&owner, &path, "more.txt", b"All is well.".to_vec())).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable".into()));
}

#[actix_web::test]
async fn a_bucket_that_refuses_the_key_is_a_clear_answer() {
    let (bucket, endpoint) = Bucket::start();
    let database = Database::sqlite();
    let mut process = launch(&database, &endpoint, "another secret").start().await;
    let owner = process.owner().await;
    let path = format!("/api/v1/conversations/{}/files", opened(&owner).await);
    let refused = Answer::to(upload(&owner, &path, "small.txt", b"All is well.".to_vec())).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::SERVICE_UNAVAILABLE, "unavailable".into()));
    assert!(bucket.names().is_empty());
}
