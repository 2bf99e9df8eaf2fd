//! A program at the other end of a generic webhook channel: checks every signature, drops repeats by `webhook-id`.

use std::collections::HashMap;

use serde_json::{Value, json};
use switchboard::outgoing::signature::{ID, SIGNATURE, Secret, Signed, TIMESTAMP, verify};
use switchboard::sources::Sources;

use super::{Said, Simulator, Taken};

/// What the program remembers.
#[derive(Default)]
pub struct State {
    /// Nothing is believed without one.
    secret: Option<Secret>,
    /// How often each message came.
    seen: HashMap<String, usize>,
}

impl State {
    /// Calls are to be signed with this secret.
    pub fn expect(&mut self, secret: &str) {
        self.secret = secret.parse().ok();
    }

    /// Answers one call.
    pub fn judge(&mut self, call: &Taken) -> Said {
        let signed = Signed {
            id: call.header(ID),
            timestamp: call.header(TIMESTAMP),
            signature: call.header(SIGNATURE),
        };
        let now = Sources::default().now() / 1_000;
        if verify(self.secret.as_slice(), signed, &call.body, now).is_err() {
            return Said { status: 401, body: json!({}) };
        }
        let body = call.json();
        let whole = ["message_id", "conversation_id", "conversation_key", "author", "text"];
        if body["type"] != "message.outbound" || whole.iter().any(|name| body["data"][*name].is_null()) {
            return Said { status: 422, body: json!({}) };
        }
        let count = self.seen.entry(signed.id.to_owned()).or_default();
        *count += 1;
        Said { status: 200, body: json!({"external_id": format!("ext-{}", signed.id)}) }
    }
}

impl Simulator {
    /// Our calls are to be signed with this secret.
    pub fn expect_signed_with(&self, secret: &str) {
        self.state().webhook.expect(secret);
    }

    /// How often each message came, by its `webhook-id`.
    pub fn messages_seen(&self) -> HashMap<String, usize> {
        self.state().webhook.seen.clone()
    }

    /// What the last `setWebhook` said.
    pub fn telegram_hook(&self) -> Option<Value> {
        self.state().telegram.hook.clone()
    }
}

/// A message of a customer.
pub fn text(id: &str, customer: &str, text: &str) -> Value {
    json!({"type": "message.inbound", "timestamp": "2026-01-01T00:00:00Z", "data": {
        "message_id": id,
        "conversation_key": customer,
        "sender": {"id": customer, "name": "Zoë", "locale": "en", "attributes": {"plan": "pro"}},
        "text": text,
    }})
}
