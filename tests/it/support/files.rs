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

/// As much as anybody looks at of a voice message, a recording, a clip and an uncompressed recording.
pub const OPUS: &[u8] =
    b"OggS\0\x02\0\0\0\0\0\0\0\0\x01\x02\x03\x04\0\0\0\0\x05\x06\x07\x08\x01\x13OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";
pub const MP3: &[u8] = b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\0";
pub const MP4: &[u8] = b"\0\0\0\x14ftypmp42\0\0\0\0mp42\0\0\0\x20hdlr\0\0\0\0\0\0\0\0vide\0\0\0\0";
pub const WAV: &[u8] =
    b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0";

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
