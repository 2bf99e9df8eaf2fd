//! Files of members, which Slack and Discord are given and keep.

use serde_json::{Value, json};

use super::sim::discord::said;
use super::sim::talk;
use super::sim::{Fault, discord};
use super::{Office, last_message, texts};
use crate::support::app::Answer;
use crate::support::database::Database;
use crate::support::files::{PDF, PNG, upload};

impl Office {
    /// A channel of this platform and its first customer's chat.
    async fn chat_by(&self, kind: &str) -> String {
        let (mut settings, secrets) = talk::account(kind, &self.sim.base);
        if kind == "discord" {
            settings["gateway"] = json!("on");
        }
        let line = self.add(kind, settings, secrets).await;
        if kind == "discord" {
            self.sim.gateway.wait_until(|heard| heard.iter().any(|frame| frame["op"] == 2)).await;
            self.sim.gateway.happens("MESSAGE_CREATE", &discord::message("1", "80351110224678912", "Hi"));
        } else {
            let hook = format!("{}/hooks/{}", self.app.base, line.id);
            let writing = talk::Writing { hook: &hook, secret: "", id: 1, customer: 1, text: "Hi" };
            self.posted(&line, talk::say(kind, &writing).unwrap()).await;
        }
        let chat = self.conversations(1).await.remove(0);
        self.log(&chat, |log| !texts(log).is_empty()).await;
        chat
    }

    /// A member sends these files; answers the number of the message.
    async fn sends(&self, chat: &str, text: &str, files: &[(&str, &[u8])]) -> i64 {
        let mut ids = Vec::new();
        for (name, bytes) in files {
            let path = format!("/api/v1/conversations/{chat}/files");
            let file: Value = Answer::to(upload(&self.owner, &path, name, bytes.to_vec())).await.good();
            ids.push(file["id"].clone());
        }
        let before = self.log(chat, |_| true).await.len();
        self.does("send", chat, json!({"text": text, "attachments": ids})).await;
        last_message(&self.log(chat, |log| log.len() > before).await)
    }
}

#[actix_web::test]
async fn slack_is_given_files_and_shows_each_once() {
    let office = Office::open(Database::sqlite()).await;
    let chat = office.chat_by("slack").await;
    let seq = office.sends(&chat, "The bill", &[("a.png", PNG), ("bill 1.pdf", PDF)]).await;
    let lines = office.delivered(&chat, seq, "sent").await;
    assert_eq!(lines.iter().map(|line| &line["part"]).collect::<Vec<_>>(), [0, 1, 2]);
    let taken = office.sim.taken();
    let uploads: Vec<_> = taken.iter().filter(|call| call.path.starts_with("/upload/")).collect();
    assert_eq!(uploads.iter().map(|call| &call.body[..]).collect::<Vec<_>>(), [PNG, PDF]);
    assert!(
        uploads.iter().all(|call| call.header("authorization").is_empty()),
        "the address is proof enough"
    );
    let shown = |taken: &[super::sim::Taken]| -> Vec<String> {
        let shown = taken.iter().filter(|call| call.path.ends_with("completeUploadExternal"));
        shown.map(|call| String::from_utf8_lossy(&call.body).into_owned()).collect()
    };
    assert!(shown(&taken)[1].contains("bill+1.pdf") && shown(&taken)[1].contains("channel_id=D00000001"));

    // Whatever breaks before it is shown is begun anew, and it is shown once.
    for fault in [Fault::Answer(500, "{}"), Fault::Lost, Fault::TakenButLost] {
        let before = shown(&office.sim.taken()).len();
        office.sim.fail_next(fault);
        let seq = office.sends(&chat, "", &[("b.png", PNG)]).await;
        office.delivered(&chat, seq, "sent").await;
        assert_eq!(shown(&office.sim.taken()).len(), before + 1);
    }
    // An app without the right shows words all the same.
    let missing = r#"{"ok":false,"error":"missing_scope","needed":"files:write","provided":"chat:write"}"#;
    office.sim.fail_next(Fault::Answer(200, missing));
    let seq = office.sends(&chat, "", &[("c.png", PNG)]).await;
    let lines = office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines.last().unwrap()["reason"], "missing_scope: files:write");
    let seq = office.sends(&chat, "Words", &[]).await;
    office.delivered(&chat, seq, "sent").await;
}

#[actix_web::test]
async fn discord_is_given_files_below_the_text() {
    let office = Office::open(Database::sqlite()).await;
    let chat = office.chat_by("discord").await;
    let seq = office.sends(&chat, "The bill", &[("a.png", PNG), ("bill.pdf", PDF)]).await;
    office.delivered(&chat, seq, "sent").await;
    let taken = office.sim.taken();
    let body = said(taken.iter().rfind(|call| call.path.ends_with("/messages")).unwrap());
    assert_eq!(body["content"], "The bill");
    let files = body["_files"].as_array().unwrap();
    assert_eq!((&files[0]["filename"], &files[1]["filename"]), (&json!("a.png"), &json!("bill.pdf")));
    assert_eq!(body["enforce_nonce"], true);

    // Files without words.
    let seq = office.sends(&chat, "", &[("bill.pdf", PDF)]).await;
    office.delivered(&chat, seq, "sent").await;
    let taken = office.sim.taken();
    let body = said(taken.iter().rfind(|call| call.path.ends_with("/messages")).unwrap());
    assert_eq!((&body["content"], body["_files"].as_array().unwrap().len()), (&Value::Null, 1));
}
