//! Files to send, and how they are uploaded.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::app::{Answer, Person};
use super::sockets::client_id;

/// A PNG of 640 by 480 pixels, as far as anybody looks.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x06\0\0\0";

/// As much of a PDF as anybody looks at.
pub const PDF: &[u8] = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n";

/// A request that uploads a file under this name, which may hold any characters.
pub fn upload(person: &Person, path: &str, name: &str, bytes: Vec<u8>) -> RequestBuilder {
    with_file(person.request(&Method::POST, path), name, bytes)
}

/// Adds a file as the body.
pub fn with_file(request: RequestBuilder, name: &str, bytes: Vec<u8>) -> RequestBuilder {
    let name: String = name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    request.header("x-file-name", name).header(CONTENT_TYPE, "application/octet-stream").body(bytes)
}

/// A file that this member has just sent to a conversation, in a note: its id.
pub async fn sent_by(person: &Person, conversation: &str) -> String {
    let path = format!("/api/v1/conversations/{conversation}");
    let file = Answer::to(upload(person, &format!("{path}/files"), "a.png", PNG.to_vec())).await.good();
    let note = json!({"client_id": client_id(), "attachments": [file["id"]]});
    person.post(&format!("{path}/note"), note).await.good();
    text(&file["id"])
}

/// The text of a value.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
