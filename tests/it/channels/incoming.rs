//! What customers send besides text: files, changes of what they wrote, reactions, messages taken back.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use switchboard::domain::conversation::{Command, Conversation};
use switchboard::domain::incoming::{FetchFailure, FileNews};
use switchboard::store::coming_files::{self, Coming};
use switchboard::store::{files, inbox};

use super::sim::files::Kept;
use super::sim::telegram::{TOKEN, text};
use super::sim::{Fault, line, meta, twilio};
use super::{Line, Office, texts};
use crate::support::chat::Chat;
use crate::support::database::Database;
use crate::support::files::{PDF, PNG};
use crate::support::sockets::Socket;
use crate::support::{eventually, on_both};

/// What the log says of the files of its messages, in order.
fn news(log: &[Value]) -> Vec<&Value> {
    log.iter().filter(|entry| entry["body"]["kind"] == "file").map(|entry| &entry["body"]["news"]).collect()
}

fn kinds(log: &[Value]) -> Vec<&str> {
    log.iter().map(|entry| entry["body"]["kind"].as_str().unwrap()).collect()
}

impl Office {
    /// Waits until the log of the only conversation has this many entries of a kind.
    async fn told(&self, kind: &str, count: usize) -> Vec<Value> {
        let chat = self.conversations(1).await.remove(0);
        self.log(&chat, |log| kinds(log).iter().filter(|other| **other == kind).count() >= count).await
    }

    /// The bytes of a file in the only conversation, as members get them.
    async fn fetched(&self, file: &Value) -> Vec<u8> {
        let chat = self.conversations(1).await.remove(0);
        let path = format!("/api/v1/conversations/{chat}/files/{}", file["id"].as_str().unwrap());
        let answer = self.owner.request(&reqwest::Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.bytes().await.unwrap().to_vec()
    }

    /// Events that wait, failed or were passed over.
    async fn passed_over(&self, line: &Line) -> Vec<Value> {
        let path = format!("{}/{}/dead_events", self.channels(), line.id);
        self.owner.get(&path).await.good()["items"].as_array().unwrap().clone()
    }
}

/// A Telegram message with these members.
fn message(update: i64, more: Value) -> Value {
    let mut whole = text(update, 55501, "Zoë", "");
    let message = whole["message"].as_object_mut().unwrap();
    message.remove("text");
    message.extend(more.as_object().unwrap().clone());
    whole
}

fn document(update: i64, id: &str, name: &str) -> Value {
    message(update, json!({"document": {"file_id": id, "file_name": name}}))
}

fn keep(office: &Office, id: &str, bytes: &[u8]) {
    office.sim.put_bytes(&format!("/file/bot{TOKEN}/documents/{id}"), bytes);
}

async fn files_are_fetched_and_kept(database: Database) {
    let office = Office::open(database).await;
    let line = office.telegram().await;
    keep(&office, "AgA-big", PNG);
    let photo = json!({"caption": "Look", "photo": [{"file_id": "AgA-small"}, {"file_id": "AgA-big"}]});
    office.update(&line, &message(1, photo)).await;
    let log = office.told("file", 1).await;
    let said = log.iter().find(|entry| entry["body"]["kind"] == "message").unwrap();
    assert_eq!((&said["body"]["text"], &said["by"]["kind"]), (&json!("Look"), &json!("contact")));
    let coming = &said["body"]["coming"][0];
    assert_eq!(coming["name"], "photo.jpg");
    let told = log.last().unwrap();
    assert_eq!((&told["body"]["of"], &told["body"]["id"]), (&said["seq"], &coming["id"]));
    let file = &news(&log)[0]["file"];
    assert_eq!(
        (&file["name"], &file["type"], &file["width"]),
        (&json!("photo.jpg.png"), &json!("image/png"), &json!(640))
    );
    assert_eq!(office.fetched(file).await, PNG);

    // The same update once more: nothing is fetched or told twice.
    office.update(&line, &message(1, json!({}))).await;
    office.update(&line, &text(2, 55501, "Zoë", "Did it arrive?")).await;
    let log = office.told("message", 2).await;
    assert_eq!(news(&log).len(), 1);
}

/// Files of every platform, each asked for as it wants to be asked.
#[actix_web::test]
async fn every_platform_hands_its_files_out() {
    let office = Office::open(Database::sqlite()).await;
    let sim = &office.sim;
    let bearer = |token: &str| Some(("authorization", format!("Bearer {token}")));
    let has_file = |log: &[Value]| !news(log).is_empty();
    let mut seen = 0;

    // WhatsApp: an id, an address, both with the token.
    let channel = office
        .meta("whatsapp", json!({"phone_number_id": meta::NUMBER, "business_account_id": meta::BUSINESS}))
        .await;
    let media = json!({"url": format!("{}/media/900100201", sim.base), "mime_type": "application/pdf"});
    let id = Kept { bytes: media.to_string().into_bytes(), header: bearer(meta::TOKEN), ..Kept::default() };
    sim.put_file("/v24.0/900100201", id);
    sim.put_file(
        "/media/900100201",
        Kept { bytes: PDF.to_vec(), header: bearer(meta::TOKEN), ..Kept::default() },
    );
    let bill =
        json!({"id": "900100201", "mime_type": "application/pdf", "filename": "bill.pdf", "caption": "see"});
    let event = meta::whatsapp_event(&json!({"messages": [
        {"from": "15552223333", "id": "wamid.T3", "timestamp": "1767225602", "type": "document", "document": bill},
    ]}));
    office.meta_event(&channel, &event).await;
    seen += 1;
    let chat = office.conversations(seen).await.remove(seen - 1);
    let log = office.log(&chat, has_file).await;
    assert_eq!(news(&log)[0]["file"]["name"], "bill.pdf");

    // Messenger: an address that leads on, without the token.
    let channel = office.meta("messenger", json!({"page_id": meta::PAGE})).await;
    sim.put_file("/cdn/x", Kept { leads_to: Some(format!("{}/cdn/y", sim.base)), ..Kept::default() });
    sim.put_bytes("/cdn/y", PNG);
    let attached = json!([{"type": "image", "payload": {"url": format!("{}/cdn/x", sim.base)}}]);
    let event = meta::page_events(
        "page",
        meta::PAGE,
        &json!([{
            "sender": {"id": "222"}, "recipient": {"id": meta::PAGE}, "timestamp": 1,
            "message": {"mid": "m_2", "attachments": attached},
        }]),
    );
    office.meta_event(&channel, &event).await;
    seen += 1;
    let chat = office.conversations(seen).await.remove(seen - 1);
    let log = office.log(&chat, has_file).await;
    assert_eq!(news(&log)[0]["file"]["type"], "image/png");

    // LINE: by the message's id, at the host of files.
    let bases = json!({"api_base": sim.base, "data_base": sim.base});
    let secrets = json!({"channel_secret": line::SECRET, "channel_access_token": line::TOKEN});
    let channel = office.add("line", bases, secrets).await;
    sim.put_file(
        "/v2/bot/message/5003/content",
        Kept { bytes: PDF.to_vec(), header: bearer(line::TOKEN), ..Kept::default() },
    );
    let mut event = line::text("01JB5", "U0123456789abcdef0123456789abcdef", "");
    event["message"] = json!({"type": "file", "id": "5003", "fileName": "bill.pdf", "fileSize": 53_211});
    let body = line::request(&[event]);
    office.post(&channel.id, &[("x-line-signature", &line::signature(&body))], body).await;
    seen += 1;
    let chat = office.conversations(seen).await.remove(seen - 1);
    let log = office.log(&chat, has_file).await;
    assert_eq!(news(&log)[0]["file"]["name"], "bill.pdf");

    // Twilio: with the account's name and token, and then without them.
    let account = json!({"api_base": sim.base, "account_sid": twilio::SID});
    let channel = office.add("twilio", account, json!({"auth_token": twilio::TOKEN})).await;
    let path = format!("/2010-04-01/Accounts/{}/Messages/MM2/Media/ME1", twilio::SID);
    let login = Some((
        "authorization",
        format!("Basic {}", STANDARD.encode(format!("{}:{}", twilio::SID, twilio::TOKEN))),
    ));
    sim.put_file(
        &path,
        Kept { header: login, leads_to: Some(format!("{}/storage/1", sim.base)), ..Kept::default() },
    );
    sim.put_bytes("/storage/1", PNG);
    let url = format!("{}{path}", sim.base);
    let mut fields = twilio::text("MM2", "+15552223333", "+15550001111", "");
    fields["MediaUrl0"] = json!(url);
    fields["MediaContentType0"] = json!("image/jpeg");
    let hook = format!("{}/hooks/{}", office.app.base, channel.id);
    let (signature, body) = twilio::signed(&hook, twilio::TOKEN, &fields);
    let form = ("content-type", "application/x-www-form-urlencoded");
    office.post(&channel.id, &[("x-twilio-signature", &signature), form], body).await;
    seen += 1;
    let chat = office.conversations(seen).await.remove(seen - 1);
    let log = office.log(&chat, has_file).await;
    assert_eq!(news(&log)[0]["file"]["name"], "image.jpeg.png");

    // A program: a plain address.
    let channel = office.webhook().await;
    let url = sim.put_bytes("/files/a.txt", b"Hello, I am a text.");
    let event = json!({"type": "message.inbound", "data": {
        "message_id": "ext-1", "conversation_key": "cust-42", "attachments": [{"url": url, "name": "a.txt"}],
    }});
    office.webhook_event(&channel, "e1", &event).await;
    seen += 1;
    let chat = office.conversations(seen).await.remove(seen - 1);
    let log = office.log(&chat, has_file).await;
    assert_eq!(news(&log)[0]["file"]["type"], "text/plain");
}

async fn what_cannot_be_fetched_is_said_and_tried_again_for_a_member(database: Database) {
    let office = Office::open(database).await;
    let line = office.telegram().await;
    keep(&office, "script", b"<!doctype html><script>alert(1)</script>");
    keep(&office, "huge", &vec![b'x'; office.app.running.edge.config.files.max_bytes + 1]);
    office.update(&line, &document(1, "too-big", "film.mp4")).await;
    office.update(&line, &document(2, "script", "page.html")).await;
    office.update(&line, &document(3, "huge", "huge.txt")).await;
    // Nobody has put it there.
    office.update(&line, &document(4, "gone", "bill.pdf")).await;
    let log = office.told("file", 4).await;
    let mut why: Vec<&str> = news(&log).iter().map(|news| news["reason"].as_str().unwrap()).collect();
    why.sort_unstable();
    assert_eq!(why, ["gone", "too_large", "too_large", "type"]);

    // Meanwhile it is there: a member has it fetched again.
    keep(&office, "gone", PDF);
    let chat = office.conversations(1).await.remove(0);
    let gone = log.iter().find(|entry| entry["body"]["news"]["reason"] == "gone").unwrap()["body"].clone();
    let path = format!("/api/v1/conversations/{chat}/coming_files/{}/retry", gone["id"].as_str().unwrap());
    office.owner.post(&path, json!({})).await.good();
    let log = office.told("file", 6).await;
    let told: Vec<_> = news(&log).into_iter().map(|news| news["state"].as_str().unwrap()).collect();
    assert_eq!(told[4..], ["again", "here"]);
    assert_eq!(log[log.len() - 2]["by"]["kind"], "member");
    assert_eq!(office.fetched(&news(&log)[5]["file"]).await, PDF);
    assert_eq!(office.owner.post(&path, json!({})).await.code(), "not_found");
}

#[actix_web::test]
async fn a_hanging_file_holds_up_no_word_and_is_tried_again() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.telegram().await;
    keep(&office, "slow", PDF);
    office.sim.fail_next(Fault::Answer(500, "{}"));
    office.update(&line, &document(1, "slow", "bill.pdf")).await;
    office.sim.wait_until(|_, refused| refused.len() == 1).await;
    office.update(&line, &text(2, 55501, "Zoë", "Here it is")).await;
    let log = office.told("message", 2).await;
    assert_eq!(news(&log).len(), 0);
    // The second try is a second later.
    let log = office.told("file", 1).await;
    assert_eq!(news(&log)[0]["state"], "here");
}

/// Whatever became of a try that was cut off, the next start lets it go and begins anew.
#[actix_web::test]
async fn a_file_that_was_on_its_way_when_the_program_ended_is_fetched_once() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.telegram().await;
    keep(&office, "doc", PDF);
    office.sim.fail_next(Fault::Hang);
    office.update(&line, &document(1, "doc", "bill.pdf")).await;
    office.sim.wait_until(|_, refused| refused.len() == 1).await;
    let store = office.app.running.edge.store.clone();
    let held = store.read(|c| coming_files::next_due(c, 0)).await.unwrap();
    assert_eq!(held, None);
    store.write(coming_files::let_go).await.unwrap();
    office.app.running.edge.courier.wake_fetching();
    let log = office.told("file", 1).await;
    assert_eq!(news(&log)[0]["state"], "here");
}

async fn edits_and_reactions_stand_at_their_message(database: Database) {
    let office = Office::open(database).await;
    let line = office.telegram().await;
    let edited = |update: i64, of: i64, text: &str| {
        let mut edit = super::sim::telegram::text(of, 55501, "Zoë", text);
        let message = edit["message"].take();
        json!({"update_id": update, "edited_message": message})
    };
    let reacted = |update: i64, of: i64, emojis: &[&str]| {
        let emojis: Vec<Value> =
            emojis.iter().map(|emoji| json!({"type": "emoji", "emoji": emoji})).collect();
        json!({"update_id": update, "message_reaction": {
            "chat": {"id": 55501, "type": "private"}, "message_id": of, "user": {"id": 55501, "first_name": "Zoë"},
            "old_reaction": [], "new_reaction": emojis,
        }})
    };
    // The edit overtakes its message.
    office.update(&line, &text(1, 55501, "Zoë", "Hi")).await;
    office.update(&line, &edited(2, 3, "Where is my order 42?")).await;
    office.told("message", 1).await;
    let passed_over = eventually(async || office.passed_over(&line).await, |events| !events.is_empty()).await;
    assert_eq!(passed_over[0]["passed_over"], true);
    office.update(&line, &text(3, 55501, "Zoë", "Where is my order 24?")).await;
    let log = office.told("edited", 1).await;
    let last = log.last().unwrap();
    assert_eq!(
        last["body"],
        json!({"kind": "edited", "of": log[log.len() - 2]["seq"], "text": "Where is my order 42?"})
    );
    assert!(office.passed_over(&line).await.is_empty());

    // A reaction to a message of ours, taken back; each told twice.
    let chat = office.conversations(1).await.remove(0);
    office.does("send", &chat, json!({"text": "On its way"})).await;
    let ours = office.told("message", 3).await.last().unwrap()["seq"].as_i64().unwrap();
    office.delivered(&chat, ours, "sent").await;
    for (update, emojis) in [(4, &["👍"][..]), (5, &["👍"]), (6, &[]), (7, &[]), (8, &["❤", "🎉"])] {
        office.update(&line, &reacted(update, 201, emojis)).await;
        office.update(&line, &edited(100 + update, 3, "Where is my order 42?")).await;
    }
    let log = office.told("reacted", 3).await;
    let all: Vec<&Value> = log.iter().map(|e| &e["body"]).filter(|body| body["kind"] == "reacted").collect();
    assert!(all.iter().all(|body| body["of"] == ours));
    let emojis: Vec<&Value> = all.iter().map(|body| &body["emojis"]).collect();
    assert_eq!(emojis, [&json!(["👍"]), &json!([]), &json!(["❤", "🎉"])]);
    assert_eq!(kinds(&log).iter().filter(|kind| **kind == "edited").count(), 1);
    assert_eq!(texts(&log), ["Hi", "Where is my order 24?", "On its way"]);
}

async fn what_a_customer_takes_back_is_gone(database: Database) {
    let office = Office::open(database).await;
    let channel = office.webhook().await;
    let url = office.sim.put_bytes("/files/a.pdf", PDF);
    let said = json!({"type": "message.inbound", "data": {
        "message_id": "ext-1", "conversation_key": "cust-42", "text": "My secret is 1234",
        "attachments": [{"url": url, "name": "secret.pdf"}],
    }});
    let edited = json!({"type": "message.edited", "data": {
        "message_id": "ext-1", "conversation_key": "cust-42", "text": "My secret is 5678",
    }});
    let deleted = json!({"type": "message.deleted", "data": {"message_id": "ext-1"}});
    office.webhook_event(&channel, "e1", &said).await;
    let log = office.told("file", 1).await;
    let file = news(&log)[0]["file"]["id"].as_str().unwrap().parse().unwrap();
    office.webhook_event(&channel, "e2", &edited).await;
    office.told("edited", 1).await;
    for id in ["e3", "e4"] {
        office.webhook_event(&channel, id, &deleted).await;
    }
    let log = office.told("deleted", 1).await;
    assert!(!format!("{log:?}").contains("secret"));

    let store = office.app.running.edge.store.clone();
    assert!(store.read(move |c| files::by_id(c, file)).await.is_err());
    let chat = office.conversations(1).await.remove(0);
    let shown = office.owner.get(&format!("/api/v1/conversations/{chat}/entries?after=0")).await.good();
    assert!(!shown.to_string().contains("secret"), "{shown}");
    let row = &office.rows().await[0];
    assert_eq!((&row["preview"], &row["first_text"]), (&Value::Null, &json!("")));
    let events = store.read(|c| inbox::due(c, i64::MAX, 100)).await.unwrap();
    assert!(!format!("{events:?}").contains("secret"));

    // The same message under another event, and a late change of it: nothing comes back.
    office.webhook_event(&channel, "e5", &said).await;
    office.webhook_event(&channel, "e6", &edited).await;
    let next = json!({"type": "message.inbound", "data": {
        "message_id": "ext-2", "conversation_key": "cust-42", "text": "Never mind",
    }});
    office.webhook_event(&channel, "e7", &next).await;
    let log = office.log(&chat, |log| texts(log).contains(&"Never mind")).await;
    assert_eq!(texts(&log), ["", "Never mind"]);
    assert_eq!(kinds(&log).iter().filter(|kind| **kind == "deleted").count(), 1);
}

/// While a member writes, platforms that can show it do; not for each key.
#[actix_web::test]
async fn customers_see_that_a_member_writes() {
    let office = Office::open(Database::sqlite()).await;
    let sim = &office.sim;
    let writes = async |chat: &str| {
        let mut socket = Socket::dashboard(&office.owner).await.0;
        office.does("join", chat, json!({})).await;
        socket.ok(json!({"type": "open", "conversation": chat})).await;
        for _ in 0..5 {
            socket.tell(json!({"type": "typing", "conversation": chat, "on": true})).await;
        }
        socket
    };
    let telegram = office.telegram().await;
    office.update(&telegram, &text(1, 55501, "Zoë", "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    let _socket = writes(&chat).await;
    let taken =
        sim.wait_until(|taken, _| taken.iter().any(|call| call.path.ends_with("/sendChatAction"))).await;
    assert_eq!(taken[0].json(), json!({"chat_id": 55501, "action": "typing"}));
    // What follows at once is no second sign of life.
    office.does("send", &chat, json!({"text": "Hello"})).await;
    let taken = sim.wait_until(|taken, _| taken.iter().any(|call| call.path.ends_with("/sendMessage"))).await;
    assert_eq!(taken.len(), 2);

    let whatsapp = office
        .meta("whatsapp", json!({"phone_number_id": meta::NUMBER, "business_account_id": meta::BUSINESS}))
        .await;
    office.meta_event(&whatsapp, &meta::whatsapp_text("wamid.T1", "15552223333", "Zoë", "Hi")).await;
    let chat = office.conversations(2).await.remove(1);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let _socket = writes(&chat).await;
    let typing = json!({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.T1", "typing_indicator": {"type": "text"}});
    sim.wait_until(|taken, _| taken.iter().any(|call| call.json() == typing)).await;
}

/// A file of this conversation could not be fetched: its id.
pub async fn failed_file(chat: &Chat, conversation: &Conversation) -> String {
    let file = Coming {
        id: chat.sources.id(),
        channel: conversation.channel,
        scope: conversation.scope,
        contact: conversation.contact,
        conversation: conversation.id,
        seq: 2,
        name: "bill.pdf".into(),
        reference: "https://files.example.com/bill.pdf".into(),
        created_at: chat.now(),
    };
    let id = file.id;
    chat.store.write(move |connection| coming_files::put(connection, &[file])).await.unwrap();
    let news = FileNews::Failed { reason: FetchFailure::Gone };
    chat.does(conversation, Command::FileNews { of: 2, id, news, by: None }).await;
    id.to_string()
}

on_both! {
    files_are_fetched_and_kept
    what_cannot_be_fetched_is_said_and_tried_again_for_a_member
    edits_and_reactions_stand_at_their_message
    what_a_customer_takes_back_is_gone
}
