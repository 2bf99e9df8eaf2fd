//! Twilio: SMS and WhatsApp.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use switchboard::channels::{
    Account, Headers, Recipient, Request, Saying, SentFile, What, Who, Writer, platform,
};
use switchboard::domain::channel::ChannelKind;
use switchboard::domain::delivery::DeliveryState;
use url::form_urlencoded;

use super::sim::Fault;
use super::sim::twilio::{SID, TOKEN, sent, signed, status, text};
use super::{Line, Office, last_message, texts};
use crate::support::database::Database;

const URL: &str = "https://hooks.example.com/channels/twilio/ch_1?tenant=7";
const BODY: &str = "MessageSid=SM00000000000000000000000000000001&SmsSid=SM00000000000000000000000000000001&SmsMessageSid=SM00000000000000000000000000000001&AccountSid=AC00000000000000000000000000000001&From=%2B15552223333&To=%2B15550001111&Body=Hi+%2B+caf%C3%A9+%26+tea&NumMedia=0&NumSegments=1&SmsStatus=received&ApiVersion=2010-04-01&FromCity=";
const BY_SHA1: &str = "S71VAgeGZvRrUP7sJ7nQqxfOZQg=";
const BY_SHA256: &str = "tA8Q/lRc9sMhm70cs/vW3RW5klF2bZhwi4y31RyTsM0=";
const JSON_URL: &str = "https://hooks.example.com/tw/json?bodySHA256=d6c37284f213760f10fee73383bd7b309c6d1b9ac5991f7af300404f19607ab9";
const JSON_BODY: &str = r#"{"event":"onMessageAdded","MessageSid":"IM1"}"#;
const BY_JSON: &str = "nuEiAUmCh4tgEu+s3Y8WEz0qRvs=";
const BY_REPEATED: &str = "YWrE0gauV7olj20n57rdrp8EhGU=";

const OURS: &str = "+15550001111";
const THEIRS: &str = "+15552223333";

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn verdict(secrets: &[(&str, &str)], url: &str, headers: &[(&str, &str)], body: &str) -> bool {
    let twilio = platform(ChannelKind::Twilio).unwrap();
    let (settings, secrets) = (map(&[]), map(secrets));
    let mut all = Headers::default();
    for (name, value) in headers {
        all.add(name, value);
    }
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let request = Request { method: "POST", url, query: &query, headers: &all, body: body.as_bytes() };
    twilio.verify(&request, &Account::new(twilio, &settings, &secrets), 0).is_ok()
}

#[test]
fn every_vector_of_twilio_has_its_verdict() {
    let secrets = [("auth_token", TOKEN), ("signature_key", TOKEN)];
    let by = |signature: &str| verdict(&secrets, URL, &[("X-Twilio-Signature", signature)], BODY);
    assert!(by(BY_SHA1));
    for bad in ["", &BY_SHA1[..20], "!", "T71VAgeGZvRrUP7sJ7nQqxfOZQg=", BY_JSON, BY_SHA256] {
        assert!(!by(bad), "{bad}");
    }
    let right = [("x-twilio-signature", BY_SHA1)];
    let at = |url: &str, body: &str| verdict(&secrets, url, &right, body);
    assert!(at(&URL.replace(".com/", ".com:443/"), BODY), "the port that the scheme has anyway");
    assert!(!at(&URL.replace("https:", "http:"), BODY));
    assert!(!at(&URL.replace("=7", "=8"), BODY));
    assert!(!at(URL, &BODY.replace("tea", "tee")));
    assert!(!at(URL, &BODY.replace("&FromCity=", "")), "empty values count");
    assert!(!verdict(&secrets, URL, &[], BODY));
    assert!(!verdict(&secrets, URL, &[right[0], right[0]], BODY), "twice counts as none");
    assert!(!verdict(&[], URL, &right, BODY), "no secret, nothing believed");
    assert!(!verdict(&[("auth_token", "0123456789abcdef0123456789abcdee")], URL, &right, BODY));
    let rotated = [("auth_token", "other"), ("auth_token_previous", TOKEN)];
    assert!(verdict(&rotated, URL, &right, BODY));

    let with = |algorithm: &str, signature: &str, secrets: &[(&str, &str)]| {
        let headers =
            [("x-twilio-signature", signature), ("x-twilio-webhooks-signature-settings", algorithm)];
        verdict(secrets, URL, &headers, BODY)
    };
    assert!(with("key=k1,algorithm=HMAC_SHA256", BY_SHA256, &secrets));
    assert!(!with("key=k1,algorithm=HMAC_SHA256", BY_SHA256, &secrets[..1]), "its key is another secret");
    assert!(!with("key=k1,algorithm=HMAC_SHA256", BY_SHA1, &secrets));
    assert!(!with("key=k1,algorithm=MD5", BY_SHA1, &secrets));
    assert!(!with("key=k1", BY_SHA1, &secrets));

    let json = |body: &str| verdict(&secrets, JSON_URL, &[("x-twilio-signature", BY_JSON)], body);
    assert!(json(JSON_BODY));
    assert!(!json(&format!("{JSON_BODY} ")));
    let repeated = [("x-twilio-signature", BY_REPEATED)];
    assert!(verdict(&secrets, "https://h.example.com/x", &repeated, "MediaUrl=b&MediaUrl=a&MediaUrl=a"));
}

fn read(fields: &Value) -> (Option<Who>, What) {
    let inbound = platform(ChannelKind::Twilio).unwrap().read(fields).unwrap();
    (inbound.who, inbound.what)
}

#[test]
fn every_kind_of_message_and_report_is_read() {
    let (who, what) = read(&text("SM1", THEIRS, OURS, "hello"));
    let who = who.unwrap();
    assert_eq!((who.key.as_str(), who.name.as_deref()), (THEIRS, Some(THEIRS)));
    assert_eq!(who.address, json!({"from": OURS}));
    assert_eq!(what, What::Message { text: "hello".into(), files: Vec::new() });

    let (_, what) = read(&json!({
        "MessageSid": "MM2", "From": THEIRS, "To": OURS, "Body": "", "NumMedia": "2",
        "MediaUrl0": "https://api.twilio.com/ME1", "MediaContentType0": "image/jpeg",
        "MediaUrl1": "https://api.twilio.com/ME2", "MediaContentType1": "application/pdf",
    }));
    let What::Message { files, .. } = what else { panic!("{what:?}") };
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["image.jpeg", "file.pdf"]);
    assert_eq!(files[0].reference, "https://api.twilio.com/ME1");

    let (who, what) = read(&json!({
        "MessageSid": "SM3", "From": "whatsapp:+15552223333", "To": "whatsapp:+15550001111",
        "ProfileName": "Zoë", "WaId": "15552223333", "Body": "", "NumMedia": "0",
        "Latitude": "52.52", "Longitude": "13.405", "Address": "Main St 1", "Label": "Shop",
    }));
    let who = who.unwrap();
    assert_eq!((who.key.as_str(), who.name.as_deref()), ("whatsapp:+15552223333", Some("Zoë")));
    assert_eq!(who.attributes["phone"], THEIRS);
    assert_eq!(what, What::Message { text: "📍 52.52, 13.405 Shop, Main St 1".into(), files: Vec::new() });

    let button = json!({"MessageSid": "SM4", "From": THEIRS, "To": OURS, "Body": "", "ButtonText": "Yes", "ButtonPayload": "y"});
    assert_eq!(read(&button).1, What::Message { text: "Yes".into(), files: Vec::new() });
    let reply = json!({"MessageSid": "SM5", "From": THEIRS, "To": OURS, "Body": "this one", "OriginalRepliedMessageSid": "SM9"});
    assert_eq!(read(&reply).1, What::Message { text: "this one".into(), files: Vec::new() });
    assert_eq!(read(&text("SM6", THEIRS, OURS, "")).1, What::Nothing);

    for (word, state) in [
        ("sent", DeliveryState::Sent),
        ("delivered", DeliveryState::Delivered),
        ("read", DeliveryState::Read),
    ] {
        let report = What::Report { provider_id: "SM7".into(), state, reason: None };
        assert_eq!(read(&status("SM7", word, "")).1, report);
    }
    assert_eq!(read(&status("SM7", "queued", "")).1, What::Nothing);
    let What::Report { state, reason, .. } = read(&status("SM7", "undelivered", "30003")).1 else { panic!() };
    assert_eq!(
        (state, reason.unwrap().as_str()),
        (DeliveryState::Failed, "the phone is off or out of reach (30003)")
    );
    assert!(platform(ChannelKind::Twilio).unwrap().read(&json!({"MessageSid": "SM8"})).is_err());
}

/// What is sent: the values of one field of each call, or why nothing is.
fn rendered(
    to: &str,
    files: &[SentFile],
    replies: &[String],
    age: i64,
    field: &str,
) -> Result<Vec<String>, String> {
    let twilio = platform(ChannelKind::Twilio).unwrap();
    let (settings, secrets) = (map(&[("account_sid", SID)]), map(&[("auth_token", TOKEN)]));
    let from = if to.starts_with("whatsapp:") { "whatsapp:+15550001111" } else { OURS };
    let address = json!({"from": from});
    let saying = Saying {
        conversation: "c_019b0000000070008000000000000000".parse().unwrap(),
        seq: 1,
        at: 0,
        writer: Writer::Agent("Ana"),
        text: "Here",
        files,
        quick_replies: replies,
        to: Recipient { key: to, address: &address, last_in_at: 0 },
    };
    let calls = twilio.render(&Account::new(twilio, &settings, &secrets), &saying, age)?;
    let values = calls.iter().map(|call| {
        let form: BTreeMap<String, String> = form_urlencoded::parse(&call.body).into_owned().collect();
        form.get(field).cloned().unwrap_or_default()
    });
    Ok(values.collect())
}

#[test]
fn files_go_as_media_where_the_number_takes_them_and_as_links_elsewhere() {
    let file = |name: &str, media_type: &'static str, size: i64| SentFile {
        name: name.into(),
        media_type,
        size,
        url: format!("https://chat.example.com/{name}"),
    };
    let files = [file("a.png", "image/png", 1_000), file("b.pdf", "application/pdf", 1_000)];
    let whatsapp = "whatsapp:+4915112345678";
    assert_eq!(
        rendered(whatsapp, &files, &[], 0, "MediaUrl").unwrap(),
        ["", "https://chat.example.com/a.png", "https://chat.example.com/b.pdf"]
    );
    assert_eq!(rendered(THEIRS, &files, &[], 0, "MediaUrl").unwrap(), ["", "https://chat.example.com/a.png"]);
    assert_eq!(
        rendered("+4915112345678", &files, &[], 0, "Body").unwrap(),
        ["Here\na.png: https://chat.example.com/a.png\nb.pdf: https://chat.example.com/b.pdf"]
    );
    let huge = [file("c.pdf", "application/pdf", 17_000_000)];
    assert_eq!(rendered(whatsapp, &huge, &[], 0, "MediaUrl").unwrap(), [""]);
    let replies = ["Yes".to_owned(), "No".to_owned()];
    assert_eq!(rendered(THEIRS, &[], &replies, 0, "Body").unwrap(), ["Here\n• Yes\n• No"]);
}

#[test]
fn the_window_of_whatsapp_is_known_before_anything_is_sent() {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let whatsapp = "whatsapp:+15552223333";
    assert!(rendered(whatsapp, &[], &[], DAY, "Body").is_ok());
    assert!(rendered(whatsapp, &[], &[], DAY + 1, "Body").unwrap_err().contains("more than 24 hours ago"));
    assert!(rendered(THEIRS, &[], &[], DAY + 1, "Body").is_ok(), "SMS has no window");
}

impl Office {
    async fn twilio(&self) -> Line {
        let platform = json!({"api_base": self.sim.base, "account_sid": SID});
        self.add("twilio", platform, json!({"auth_token": TOKEN})).await
    }

    async fn twilio_event(&self, line: &Line, fields: &Value) -> (u16, String) {
        let (signature, body) = signed(&format!("{}/hooks/{}", self.app.base, line.id), TOKEN, fields);
        let headers =
            [("x-twilio-signature", &*signature), ("content-type", "application/x-www-form-urlencoded")];
        self.post(&line.id, &headers, body).await
    }
}

#[actix_web::test]
async fn only_what_twilio_signed_comes_in_and_once() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.twilio().await;
    let hook = format!("{}/hooks/{}", office.app.base, line.id);
    let (good, body) = signed(&hook, TOKEN, &text("SM1", THEIRS, OURS, "hello"));
    const HEADER: &str = "x-twilio-signature";
    let foreign = signed(&hook, "another", &text("SM1", THEIRS, OURS, "hello")).0;
    for bad in [&good[..10], "", "garbage", &foreign] {
        assert_eq!(office.post(&line.id, &[(HEADER, bad)], body.clone()).await.0, 401, "{bad}");
    }
    assert_eq!(office.post(&line.id, &[], body.clone()).await.0, 401);
    assert_eq!(office.post(&line.id, &[(HEADER, &good)], b"garbage".to_vec()).await.0, 401);
    let (nothing, empty) = signed(&hook, TOKEN, &json!({"x": "y"}));
    assert_eq!(office.post(&line.id, &[(HEADER, &nothing)], empty).await.0, 422);
    assert_eq!(office.rows().await.len(), 0);
    let right = [(HEADER, &*good)];
    let posts = (0..20).map(|_| office.post(&line.id, &right, body.clone()));
    let answers = futures_util::future::join_all(posts).await;
    assert!(answers.iter().all(|(status, body)| *status == 200 && body == "<Response/>"), "{answers:?}");
    let chat = office.conversations(1).await.remove(0);
    office.twilio_event(&line, &text("SM2", THEIRS, OURS, "bye")).await;
    let log = office.log(&chat, |log| texts(log).contains(&"bye")).await;
    assert_eq!(texts(&log), ["hello", "bye"]);
}

async fn talk(database: Database) {
    let office = Office::open(database).await;
    let line = office.twilio().await;
    office.owner.post(&format!("{}/{}/connect", office.channels(), line.id), json!({})).await.good();
    office.twilio_event(&line, &text("SM1", THEIRS, OURS, "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    office.log(&chat, |log| !texts(log).is_empty()).await;
    let long = "One sentence of many. ".repeat(100);
    office.does("send", &chat, json!({"text": long.trim()})).await;
    // The first call was the look at the account.
    let taken = office.sim.wait_for(3).await;
    let forms: Vec<BTreeMap<String, String>> =
        taken[1..].iter().map(|call| form_urlencoded::parse(&call.body).into_owned().collect()).collect();
    assert_eq!(format!("{} {}", forms[0]["Body"], forms[1]["Body"]), long.trim());
    assert_eq!((forms[0]["From"].as_str(), forms[0]["To"].as_str()), (OURS, THEIRS));
    assert_eq!(forms[0]["StatusCallback"], format!("{}/hooks/{}", office.app.base, line.id));
    let log = office.log(&chat, |log| texts(log).len() == 2).await;
    let seq = last_message(&log);
    let lines = office.delivered(&chat, seq, "sent").await;
    assert_eq!(lines[1]["provider_id"], sent(2));

    office.twilio_event(&line, &status(&sent(2), "read", "")).await;
    office.delivered(&chat, seq, "read").await;
}

#[actix_web::test]
async fn a_customer_talks_by_sms_on_sqlite() {
    talk(Database::sqlite()).await;
}

#[actix_web::test]
async fn a_customer_talks_by_sms_on_postgres() {
    talk(Database::postgres()).await;
}

#[actix_web::test]
async fn each_answer_of_twilio_has_its_consequence() {
    let office = Office::open(Database::sqlite()).await;
    let line = office.twilio().await;
    office.twilio_event(&line, &text("SM1", THEIRS, OURS, "Hi")).await;
    let chat = office.conversations(1).await.remove(0);
    let mut seq = office.log(&chat, |log| !texts(log).is_empty()).await.len() as i64 + 1;

    office.sim.fail_next(Fault::Answer(
        400,
        r#"{"code":21610,"message":"Attempt to send to unsubscribed recipient","status":400}"#,
    ));
    office.does("send", &chat, json!({"text": "Stopped"})).await;
    seq += 1;
    let lines = office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines[0]["reason"], "the customer wrote STOP and gets no more messages (21610)");

    office.sim.fail_next(Fault::Answer(429, r#"{"code":20429,"message":"Too Many Requests","status":429}"#));
    office.does("send", &chat, json!({"text": "Slower"})).await;
    seq += 1;
    office.delivered(&chat, seq, "sent").await;

    office.sim.fail_next(Fault::TakenButLost);
    office.sim.fail_next(Fault::TakenButLost);
    office.does("send", &chat, json!({"text": "Lost twice"})).await;
    seq += 1;
    office.delivered(&chat, seq, "unconfirmed").await;

    office.sim.fail_next(Fault::Answer(401, r#"{"code":20003,"message":"Authenticate","status":401}"#));
    office.does("send", &chat, json!({"text": "Later"})).await;
    seq += 1;
    office.delivered(&chat, seq, "queued").await;
    let path = format!("{}/{}", office.channels(), line.id);
    let state = office.owner.get(&format!("{path}/state")).await.good();
    assert_eq!(state["fault"]["reason"], "Authenticate (20003)");
    office.owner.patch(&path, json!({"secrets": {"auth_token": TOKEN}})).await.good();
    office.delivered(&chat, seq, "sent").await;
}
