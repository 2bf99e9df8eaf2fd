//! Voice messages, recordings and clips: in from platforms, out to them, and in parts to players.

use reqwest::header::{ACCEPT_ENCODING, IF_RANGE, RANGE};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use switchboard::channels::SentFile;
use switchboard::domain::channel::ChannelKind::{Messenger, Whatsapp};

use super::meta::{Say, rendered};
use super::sim::files::Kept;
use super::sim::meta::{BUSINESS, NUMBER, PAGE, TOKEN, whatsapp_event};
use super::sim::{self, telegram};
use super::{Office, texts};
use crate::support::app::Answer;
use crate::support::database::Database;
use crate::support::files::{MP3, MP4, OPUS, PDF, PNG, WAV, upload};
use crate::support::on_both;

on_both! {
    a_voice_message_comes_in_and_a_recording_goes_out
}

impl Office {
    /// Uploads a file to send; answers what is known of it.
    async fn uploaded(&self, chat: &str, name: &str, bytes: &[u8]) -> Value {
        let files = format!("/api/v1/conversations/{chat}/files");
        Answer::to(upload(&self.owner, &files, name, bytes.to_vec())).await.good()
    }
}

async fn a_voice_message_comes_in_and_a_recording_goes_out(database: Database) {
    let office = Office::open(database).await;
    let line =
        office.meta("whatsapp", json!({"phone_number_id": NUMBER, "business_account_id": BUSINESS})).await;
    let header = || Some(("authorization", format!("Bearer {TOKEN}")));
    let said = json!({"url": format!("{}/media/1", office.sim.base), "mime_type": "audio/ogg; codecs=opus"});
    let found = Kept { bytes: said.to_string().into_bytes(), header: header(), ..Kept::default() };
    office.sim.put_file("/v24.0/900100300", found);
    office.sim.put_file("/media/1", Kept { bytes: OPUS.to_vec(), header: header(), ..Kept::default() });
    let voice = json!({"id": "900100300", "mime_type": "audio/ogg; codecs=opus", "voice": true});
    let event = whatsapp_event(&json!({"messages": [
        {"from": "15552223333", "id": "wamid.V1", "timestamp": "1767225600", "type": "audio", "audio": voice},
    ]}));
    office.meta_event(&line, &event).await;
    let chat = office.conversations(1).await.remove(0);
    let is_file = |entry: &&Value| entry["body"]["kind"] == "file";
    let log = office.log(&chat, |log| log.iter().any(|entry| is_file(&entry))).await;
    let file = &log.iter().find(is_file).unwrap()["body"]["news"]["file"];
    assert_eq!((&file["name"], &file["type"]), (&json!("audio.ogg"), &json!("audio/ogg")));
    let path = format!("/api/v1/conversations/{chat}/files/{}", file["id"].as_str().unwrap());
    let got = office.owner.get(&path).await;
    assert_eq!((got.status, got.header("content-type")), (StatusCode::OK, "audio/ogg"));
    assert!(got.header("content-disposition").starts_with("attachment; filename=\"audio.ogg\""));
    assert_eq!(got.header("content-security-policy"), "sandbox; default-src 'none'");
    assert_eq!(got.header("x-content-type-options"), "nosniff");

    let jingle = office.uploaded(&chat, "jingle", MP3).await;
    assert_eq!((&jingle["name"], &jingle["type"]), (&json!("jingle.mp3"), &json!("audio/mpeg")));
    office.does("send", &chat, json!({"text": "", "attachments": [jingle["id"]]})).await;
    let is_ours = |call: &&sim::Taken| call.path.ends_with("/messages");
    let taken = office.sim.wait_until(|taken, _| taken.iter().any(|call| is_ours(&call))).await;
    let call = taken.iter().find(is_ours).unwrap().json();
    assert_eq!(call["type"], "audio");
    let address = call["audio"]["link"].as_str().unwrap();
    let path = address.strip_prefix(&office.app.base).expect("our public address");
    let fetched = Answer::to(office.app.stranger().bare(&Method::GET, path)).await;
    assert_eq!((fetched.status, fetched.header("content-type")), (StatusCode::OK, "audio/mpeg"));
    let part = office.app.stranger().bare(&Method::GET, path).header(RANGE, "bytes=0-2");
    let part = Answer::to(part).await;
    assert_eq!((part.status, part.text.as_str()), (StatusCode::PARTIAL_CONTENT, "ID3"));
}

#[actix_web::test]
async fn telegram_gets_each_file_by_the_call_that_plays_it() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.telegram().await;
    office.update(&line, &telegram::text(1, 55_501, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let mut ids = Vec::new();
    for (name, bytes) in [("v", OPUS), ("s", MP3), ("c", MP4), ("b", PDF), ("p", PNG), ("w", WAV)] {
        ids.push(office.uploaded(&chat, name, bytes).await["id"].clone());
    }
    office.does("send", &chat, json!({"text": "Listen", "attachments": ids})).await;
    let taken = office.sim.wait_for(6).await;
    let said: Vec<&str> = taken.iter().map(|call| call.path.rsplit('/').next().unwrap()).collect();
    assert_eq!(said, ["sendMessage", "sendVoice", "sendAudio", "sendVideo", "sendDocument", "sendPhoto"]);
    // What Telegram would not fetch goes as a link.
    let text = taken[0].json()["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with(&format!("Listen\nw.wav: {}/files/f_", office.app.base)), "{text}");
}

#[test]
fn meta_gets_sound_and_film_as_such() {
    let file = |media_type: &'static str, size: i64| SentFile {
        name: "a".into(),
        media_type,
        size,
        url: "https://chat.example/files/a".into(),
    };
    let files = [
        file("audio/ogg", 9),
        file("audio/amr", 9),
        file("video/3gpp", 9),
        file("video/mp4", 9),
        file("audio/wav", 9),
        file("video/webm", 9),
        file("video/mp4", 17 << 20),
    ];
    let kinds = |say: &Say<'_>, kind, settings: Value, place: &str| -> Vec<String> {
        let bodies = rendered(kind, &settings, say).unwrap();
        bodies.iter().map(|body| body.pointer(place).unwrap().as_str().unwrap().to_owned()).collect()
    };
    let say = Say { files: &files, address: json!({"to": "15552223333"}), ..Say::default() };
    let settings = json!({"phone_number_id": NUMBER, "business_account_id": BUSINESS});
    assert_eq!(
        kinds(&say, Whatsapp, settings, "/type"),
        ["audio", "audio", "video", "video", "document", "document", "document"]
    );
    let say = Say { files: &files[..4], address: json!({"id": "222"}), ..Say::default() };
    assert_eq!(
        kinds(&say, Messenger, json!({"page_id": PAGE}), "/message/attachment/type"),
        ["audio", "audio", "video", "video"]
    );
}

/// RFC 9110, section 14: as Safari and Chromium ask.
#[actix_web::test]
async fn players_ask_for_parts_of_a_file() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.telegram().await;
    office.update(&line, &telegram::text(1, 55_501, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    let bytes = [WAV, &[b'x'; 300_000]].concat();
    let file = office.uploaded(&chat, "call.wav", &bytes).await;
    office.does("note", &chat, json!({"text": "", "attachments": [file["id"]]})).await;
    let id = file["id"].as_str().unwrap();
    let path = format!("/api/v1/conversations/{chat}/files/{id}");
    let size = bytes.len();
    let ask = async |range: &str, known: &str| -> Answer {
        let mut request = office.owner.request(&Method::GET, &path).header(ACCEPT_ENCODING, "gzip, br");
        if !range.is_empty() {
            request = request.header(RANGE, range);
        }
        if !known.is_empty() {
            request = request.header(IF_RANGE, known);
        }
        Answer::to(request).await
    };
    let whole = ask("", "").await;
    assert_eq!((whole.status, whole.text.len()), (StatusCode::OK, size));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("content-length"), size.to_string());
    assert_eq!(whole.header("content-encoding"), "", "parts are those of the file itself");
    let tag = whole.header("etag").to_owned();
    assert_eq!(tag, format!("\"{id}\""));

    for (range, from, to) in [
        ("bytes=0-1", 0, 2),
        ("bytes=8-11", 8, 12),
        ("bytes=300000-", 300_000, size),
        ("bytes=-3", size - 3, size),
    ] {
        let part = ask(range, &tag).await;
        assert_eq!(part.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(part.header("content-range"), format!("bytes {from}-{}/{size}", to - 1));
        assert_eq!(part.header("content-length"), (to - from).to_string());
        assert_eq!(part.text.as_bytes(), &bytes[from..to], "{range}");
        assert_eq!(part.header("content-type"), "audio/wav");
        assert_eq!(part.header("content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(part.header("x-content-type-options"), "nosniff");
    }
    for (range, known) in
        [("bytes=0-1,4-5", ""), ("lines=1-2", ""), ("bytes=5-2", ""), ("bytes=0-1", "\"other\"")]
    {
        let answer = ask(range, known).await;
        assert_eq!((answer.status, answer.text.len()), (StatusCode::OK, size), "{range} {known}");
    }
    for range in [format!("bytes={size}-"), "bytes=-0".into()] {
        let answer = ask(&range, "").await;
        assert_eq!(answer.status, StatusCode::RANGE_NOT_SATISFIABLE, "{range}");
        assert_eq!((answer.header("content-range"), answer.text.as_str()), (&*format!("bytes */{size}"), ""));
    }
    assert_eq!(office.app.stranger().get(&path).await.code(), "unauthenticated");
}
