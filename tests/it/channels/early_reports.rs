//! A platform may tell how far a message has come before we have noted what it calls the message.

use std::sync::Arc;

use serde_json::{Value, json};
use switchboard::store::deliveries::{self, Outcome};
use tokio::sync::Notify;

use super::sim::{Fault, meta, talk, viber};
use super::{Line, Office, texts};
use crate::support::database::Database;
use crate::support::on_both;
use crate::support::sockets::Socket;

on_both! {
    a_report_that_comes_early_is_kept
    a_failure_that_comes_early_is_shown
    what_is_told_late_takes_nothing_back
}

impl Office {
    /// A channel of the fakes and its first customer's conversation, with the number of the next entry.
    async fn talking(&self, kind: &str) -> (Line, String, i64) {
        let (settings, secrets) = talk::account(kind, &self.sim.base);
        let line = self.add(kind, settings, secrets).await;
        if kind == "viber" {
            self.owner.post(&format!("{}/{}/connect", self.channels(), line.id), json!({})).await.good();
        }
        self.says(kind, &line, 1, "Hi").await;
        let chat = self.conversations(1).await.remove(0);
        let log = self.log(&chat, |log| !texts(log).is_empty()).await;
        // The first answer makes the member join as well.
        (line, chat, log.len() as i64 + 2)
    }

    async fn says(&self, kind: &str, line: &Line, id: u64, text: &str) {
        let hook = format!("{}/hooks/{}", self.app.base, line.id);
        let text = talk::Writing { hook: &hook, secret: "", id, customer: 1, text };
        self.posted(line, talk::say(kind, &text).unwrap()).await;
    }

    async fn whatsapp_status(&self, line: &Line, id: &str, state: &str, errors: Value) {
        let who = talk::customer("whatsapp", 1);
        let status = json!({"id": id, "status": state, "timestamp": "1767225601", "recipient_id": who, "errors": errors});
        assert_eq!(self.meta_event(line, &meta::whatsapp_event(&json!({"statuses": [status]}))).await.0, 200);
    }

    /// Whatever this customer's platform has sent until now is worked on: their events are, in order.
    async fn caught_up(&self, kind: &str, line: &Line, chat: &str, id: u64) {
        let word = format!("caught up {id}");
        self.says(kind, line, id, &word).await;
        self.log(chat, |log| texts(log).contains(&word.as_str())).await;
    }
}

async fn a_report_that_comes_early_is_kept(database: Database) {
    let office = Office::open(database).await;
    let (line, chat, seq) = office.talking("whatsapp").await;
    let answered = Arc::new(Notify::new());
    office.sim.fail_next(Fault::Hold(answered.clone()));
    office.does("send", &chat, json!({"text": "On its way"})).await;
    // Our call is not answered yet; out of order, and once more than needed.
    for state in ["read", "delivered", "read"] {
        office.whatsapp_status(&line, "wamid.OURS1", state, json!([])).await;
    }
    office.caught_up("whatsapp", &line, &chat, 2).await;
    answered.notify_one();
    let lines = office.delivered(&chat, seq, "read").await;
    let seen: Vec<_> = lines.iter().map(|line| (line["outcome"].clone(), line["state"].clone())).collect();
    let wanted = [("sent", "sent"), ("reported", "read"), ("reported", "read")];
    assert_eq!(seen, wanted.map(|(outcome, state)| (json!(outcome), json!(state))));
    // One about somebody else's message stays without effect, also when another of ours follows.
    office.whatsapp_status(&line, "wamid.THEIRS", "read", json!([])).await;
    office.caught_up("whatsapp", &line, &chat, 3).await;
    let log = office.log(&chat, |log| !log.is_empty()).await;
    office.does("send", &chat, json!({"text": "Anything else?"})).await;
    assert_eq!(office.delivered(&chat, log.len() as i64 + 1, "sent").await.len(), 1);
}

async fn a_failure_that_comes_early_is_shown(database: Database) {
    let office = Office::open(database).await;
    let (line, chat, seq) = office.talking("viber").await;
    let answered = Arc::new(Notify::new());
    office.sim.fail_next(Fault::Hold(answered.clone()));
    office.does("send", &chat, json!({"text": "On its way"})).await;
    let who = talk::customer("viber", 1);
    let body = viber::report("failed", viber::sent(1), &who).to_string().into_bytes();
    let headers = vec![("x-viber-content-signature", viber::signature(&body))];
    office.posted(&line, talk::Request { headers, body }).await;
    office.caught_up("viber", &line, &chat, 2).await;
    answered.notify_one();
    let lines = office.delivered(&chat, seq, "failed").await;
    assert_eq!(lines.last().unwrap()["reason"], "failure description");
}

async fn what_is_told_late_takes_nothing_back(database: Database) {
    let office = Office::open(database).await;
    let (line, chat, seq) = office.talking("whatsapp").await;
    let (mut member, _) = Socket::dashboard(&office.owner).await;
    let open = json!({"type": "open", "conversation": chat});
    member.ok(open.clone()).await;
    office.does("send", &chat, json!({"text": "On its way"})).await;
    let lines = office.delivered(&chat, seq, "sent").await;
    office.whatsapp_status(&line, lines[0]["provider_id"].as_str().unwrap(), "read", json!([])).await;
    member.until(|frame| frame["type"] == "delivery" && frame["state"] == "read").await;
    // Whoever sent it may be slower to tell than whoever heard from the platform.
    let edge = &office.app.running.edge;
    let id = chat.parse().unwrap();
    let lines = edge.store.read(move |c| deliveries::of_entry(c, id, seq, None, 10)).await.unwrap();
    let sent = lines.into_iter().find(|line| line.outcome == Outcome::Sent).unwrap();
    member.forget();
    edge.directory.delivery_changed(office.scope.parse().unwrap(), sent).await;
    let opened = member.ask(open).await;
    assert_eq!(opened["deliveries"], json!([{"seq": seq, "state": "read"}]), "{opened}");
    let told: Vec<_> = member.heard().filter(|frame| frame["type"] == "delivery").collect();
    assert!(told.is_empty(), "{told:?}");
}
