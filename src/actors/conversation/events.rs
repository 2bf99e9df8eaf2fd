//! What webhooks are told: rows in the commit of what happened, and none at all in a scope without webhooks.

use super::Conversation;
use crate::domain::event::Entry;
use crate::domain::webhook::EventType;
use crate::store::webhook_events::WebhookEvent;

impl Conversation {
    /// What webhooks are to be told of these entries.
    pub(super) fn events_out(&self, entries: &[Entry]) -> Vec<WebhookEvent> {
        let mut events = Vec::new();
        for hook in &self.rules.webhooks {
            for entry in entries {
                let Some(kind) = EventType::of(&entry.body).filter(|kind| hook.wants(*kind)) else {
                    continue;
                };
                events.push(WebhookEvent {
                    id: self.shared.sources.id(),
                    webhook: hook.id,
                    scope: self.scope,
                    conversation: Some(self.id),
                    seq: Some(entry.seq),
                    contact: None,
                    kind,
                    detail: None,
                    at: entry.at,
                });
            }
        }
        events
    }
}
