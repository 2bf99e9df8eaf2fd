//! What webhooks are told: rows in the commit of what happened, and none at all in a scope without webhooks.

use super::Conversation;
use crate::domain::contact::Contact;
use crate::domain::event::Entry;
use crate::domain::ids::WebhookId;
use crate::domain::webhook::EventType;
use crate::store::webhook_events::WebhookEvent;

impl Conversation {
    /// What webhooks are to be told of these entries, and of the customer whose first they are.
    pub(super) fn events_out(&self, entries: &[Entry], opening: Option<&Contact>) -> Vec<WebhookEvent> {
        let mut events = Vec::new();
        for hook in &self.rules.webhooks {
            let at = entries.first().map_or(0, |entry| entry.at);
            let created = opening.filter(|_| hook.wants(EventType::ContactCreated));
            events.extend(created.map(|contact| WebhookEvent {
                contact: Some(contact.id),
                at,
                ..self.event_out(hook.id, EventType::ContactCreated)
            }));
            for entry in entries {
                let Some(kind) = EventType::of(&entry.body).filter(|kind| hook.wants(*kind)) else {
                    continue;
                };
                events.push(WebhookEvent {
                    conversation: Some(self.id),
                    seq: Some(entry.seq),
                    at: entry.at,
                    ..self.event_out(hook.id, kind)
                });
            }
        }
        events
    }

    /// About nothing yet.
    fn event_out(&self, webhook: WebhookId, kind: EventType) -> WebhookEvent {
        WebhookEvent {
            id: self.shared.sources.id(),
            webhook,
            scope: self.scope,
            conversation: None,
            seq: None,
            contact: None,
            kind,
            detail: None,
            at: 0,
        }
    }
}
