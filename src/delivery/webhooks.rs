//! Tells webhooks what happened in their scope: at most [`lanes::LANE`] events at once for each, again and again while there is
//! hope. One that hangs holds up itself only.
//!
//! An event's row names the entry it is about, and the body is made of what the entry is at the moment of a try: what was
//! erased meanwhile is told as erased. `docs/WEBHOOKS.md` describes the bodies.

use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::Courier;
use super::lanes::{self, STORE_PAUSE, Table};
use crate::domain::Millis;
use crate::domain::contact::Contact;
use crate::domain::event::Author;
use crate::domain::ids::{ScopeId, WebhookEventId, WebhookId};
use crate::domain::webhook::{
    EventType, JITTER, OLD_SECRET_KEPT, OffReason, RETRY_AFTER_MAX, Webhook, pause_after,
};
use crate::fault::{self, Fault};
use crate::kill::{self, Point};
use crate::outgoing::signature::{self, Secret};
use crate::outgoing::{ErrorKind, Limits, Reply};
use crate::store::audit::{self, AuditActor, AuditRow};
use crate::store::webhook_events::{self, Due, Try, TryOutcome, WebhookEvent};
use crate::store::webhooks::{self, Keys, SealedKey};
use crate::store::{Connection, StoreError, contacts, conversations, deliveries, entries, members};
use crate::vault::{Sealed, Vault, VaultError};

/// Where events that are due stand.
const EVENTS: Table<WebhookId, Due> = Table {
    due: webhook_events::webhooks_due,
    next_due: webhook_events::next_due,
    take: webhook_events::take,
};

/// Whole call, and most bytes of the answer, which nobody reads.
const LIMITS: Limits = Limits { total: Duration::from_secs(15), answer_bytes: 4 * 1024 };

/// Tells what is due, for as long as the program runs.
pub async fn run(courier: Courier) {
    while let Err(error) = courier.store.write(webhook_events::let_go).await {
        log::warn!("events not taken on error=\"{error}\"");
        tokio::time::sleep(STORE_PAUSE).await;
    }
    let woken = &courier.directory.shared().events_out;
    lanes::run(
        "events",
        woken,
        async |lanes| lanes::take(&courier, lanes, &EVENTS, lanes::unpaced).await,
        async |_, due| courier.tell(&due).await,
    )
    .await;
}

/// An event with everything that is needed to tell it.
struct Letter {
    hook: Webhook,
    secrets: Vec<Secret>,
    body: Value,
}

/// How a call ended.
struct Ended {
    delivered: bool,
    gone: bool,
    status: Option<i64>,
    reason: Option<String>,
    retry_after: Option<Duration>,
}

impl Courier {
    /// Tries to tell one event, and notes what became of it.
    async fn tell(&self, due: &Due) {
        let Due { event, attempt } = due;
        let (id, attempt) = (event.id, *attempt);
        let letter = match self.letter(event).await {
            Ok(letter) => letter,
            // The webhook, or what it is about, was removed.
            Err(StoreError::NotFound) => {
                return self.surely(move |c, now| webhook_events::tried(c, id, None, now)).await;
            }
            Err(error) => {
                log::warn!("event not read event={id} error=\"{error}\"");
                let pause = Millis::try_from(STORE_PAUSE.as_millis()).unwrap_or(Millis::MAX / 4);
                return self.surely(move |c, now| webhook_events::tried(c, id, Some(now + pause), now)).await;
            }
        };
        kill::point(Point::BeforeTelling);
        let ended = self.post_letter(&letter, id).await;
        kill::point(Point::AfterTelling);
        self.note_try(&letter.hook, event, attempt, ended).await;
        kill::point(Point::TellingNoted);
    }

    async fn letter(&self, event: &WebhookEvent) -> Result<Letter, StoreError> {
        let (vault, event, now) = (self.vault.clone(), event.clone(), self.sources.now());
        let read = move |connection: &mut Connection| {
            let hook = webhooks::by_id(connection, event.webhook)?;
            let keys = webhooks::keys(connection, hook.id)?;
            let data = data(connection, &event)?;
            let body = json!({
                "id": event.id,
                "type": event.kind,
                "at": event.at,
                "scope": event.scope,
                "conversation": event.conversation,
                "seq": event.seq,
                "data": data,
            });
            Ok(Letter { secrets: open(&vault, hook.id, &keys, now), hook, body })
        };
        self.store.read(read).await
    }

    /// Signs and sends, once.
    async fn post_letter(&self, letter: &Letter, id: WebhookEventId) -> Ended {
        let failed = |reason: String| Ended {
            delivered: false,
            gone: false,
            status: None,
            reason: Some(reason),
            retry_after: None,
        };
        if letter.secrets.is_empty() {
            return failed("the secret cannot be opened".into());
        }
        if let Err(refused) = self.outgoing.check_secure_url(&letter.hook.url) {
            return failed(refused.to_string());
        }
        let id = if fault::on(Fault::NewIdEachTry) { self.sources.id() } else { id };
        let body = Bytes::from(letter.body.to_string());
        let (id, seconds) = (id.to_string(), self.sources.now() / 1_000);
        let signatures: Vec<String> =
            letter.secrets.iter().map(|secret| secret.sign(&id, seconds, &body)).collect();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let signed = [
            (signature::ID, id),
            (signature::TIMESTAMP, seconds.to_string()),
            (signature::SIGNATURE, signatures.join(" ")),
        ];
        for (name, value) in signed {
            let Ok(value) = HeaderValue::from_str(&value) else {
                return failed("a header cannot be sent".into());
            };
            headers.insert(HeaderName::from_static(name), value);
        }
        match self.outgoing.post(&letter.hook.url, headers, body, LIMITS).await {
            Ok(reply) => judge(&reply),
            // Only a success can be too large.
            Err(error) if error.kind == ErrorKind::TooLarge => {
                Ended { delivered: true, gone: false, status: None, reason: None, retry_after: None }
            }
            Err(error) => failed(error.to_string()),
        }
    }

    /// Notes how a try ended: in the log, for the event, and for the webhook.
    async fn note_try(&self, hook: &Webhook, event: &WebhookEvent, attempt: i64, ended: Ended) {
        let now = self.sources.now();
        let wanted = ended.retry_after.map_or(0, |after| {
            Millis::try_from(after.as_millis()).unwrap_or(RETRY_AFTER_MAX).min(RETRY_AFTER_MAX)
        });
        let pause = pause_after(attempt, self.sources.dice(2 * JITTER + 1)).filter(|_| !ended.gone);
        let next_at = pause.filter(|_| !ended.delivered).map(|pause| now + pause.max(wanted));
        let outcome = match next_at {
            _ if ended.delivered => TryOutcome::Delivered,
            Some(_) => TryOutcome::Again,
            None => TryOutcome::GivenUp,
        };
        let line = Try {
            id: self.sources.id(),
            event: event.id,
            kind: event.kind,
            attempt,
            at: now,
            outcome,
            status: ended.status,
            reason: ended.reason,
            next_at,
        };
        let off = AuditRow {
            id: self.sources.id(),
            scope: Some(hook.scope),
            at: now,
            actor: AuditActor::of(&Author::System),
            action: "webhook_switched_off".into(),
            object: hook.id.to_string(),
            address: None,
            details: json!({"reason": if ended.gone { OffReason::Gone } else { OffReason::Failing }}),
        };
        let (id, event, gone) = (hook.id, event.id, ended.gone);
        self.surely(move |connection, now| {
            // Deleted meanwhile: there is nothing to note.
            if matches!(webhooks::by_id(connection, id), Err(StoreError::NotFound)) {
                return Ok(());
            }
            webhook_events::tried(connection, event, next_at, now)?;
            webhook_events::log(connection, id, &line)?;
            let switched_off = match outcome {
                TryOutcome::Delivered => webhooks::works(connection, id).map(|()| false)?,
                _ if gone => webhooks::switch_off(connection, id, OffReason::Gone)?,
                _ => webhooks::fails(connection, id, now)?,
            };
            if switched_off { audit::append(connection, off.clone()) } else { Ok(()) }
        })
        .await;
        let failing_long = hook.failing_since.is_some_and(|since| since < now);
        if gone || (outcome != TryOutcome::Delivered && failing_long) {
            self.tell_if_off(hook).await;
        }
    }

    /// A webhook that was switched off gets no new events.
    async fn tell_if_off(&self, hook: &Webhook) {
        let (id, scope) = (hook.id, hook.scope);
        let is_on = self.store.read(move |connection| Ok(webhooks::by_id(connection, id)?.enabled)).await;
        if matches!(is_on, Ok(false)) {
            log::warn!("webhook switched off scope={scope} webhook={id}");
            self.directory.scope_changed(scope).await;
        }
    }

    /// Sends a test, once, also to a webhook that is off. Answers its line in the log.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is gone, and the store's other failures.
    pub async fn test_webhook(&self, hook: &Webhook) -> Result<Try, StoreError> {
        let event = WebhookEvent {
            id: self.sources.id(),
            webhook: hook.id,
            scope: hook.scope,
            conversation: None,
            seq: None,
            contact: None,
            kind: EventType::Test,
            detail: None,
            at: self.sources.now(),
        };
        let ended = self.post_letter(&self.letter(&event).await?, event.id).await;
        let line = Try {
            id: self.sources.id(),
            event: event.id,
            kind: event.kind,
            attempt: 1,
            at: self.sources.now(),
            outcome: if ended.delivered { TryOutcome::Delivered } else { TryOutcome::GivenUp },
            status: ended.status,
            reason: ended.reason,
            next_at: None,
        };
        let (id, kept) = (hook.id, line.clone());
        self.store.write(move |connection| webhook_events::log(connection, id, &kept)).await?;
        Ok(line)
    }

    /// Seals the secret of a webhook.
    ///
    /// # Errors
    /// See [`VaultError`].
    pub fn seal_webhook(&self, id: WebhookId, secret: &Secret) -> Result<SealedKey, VaultError> {
        let Sealed { key, text } = self.vault.seal(&place(id), &secret.reveal(), &self.sources)?;
        Ok(SealedKey { key_name: key, sealed: text })
    }
}

/// These keys with a new one before them; the one until now signs a while longer.
pub fn rotated(keys: Keys, new: SealedKey, now: Millis) -> Keys {
    Keys { current: new, old: Some((keys.current, now + OLD_SECRET_KEPT)) }
}

/// What a secret is sealed for.
fn place(id: WebhookId) -> String {
    format!("{id}/secret")
}

/// The secrets that sign now, the newest first. One that cannot be opened is left out.
fn open(vault: &Vault, id: WebhookId, keys: &Keys, now: Millis) -> Vec<Secret> {
    let old = keys.old.as_ref().filter(|(_, until)| *until > now).map(|(key, _)| key);
    let opened = std::iter::once(&keys.current).chain(old).filter_map(|key| {
        let sealed = Sealed { key: key.key_name.clone(), text: key.sealed.clone() };
        match vault.open(&place(id), &sealed) {
            Ok(text) => text.parse().ok(),
            Err(error) => {
                log::error!("secret not opened webhook={id} error=\"{error}\"");
                None
            }
        }
    });
    opened.collect()
}

/// Seals the secrets of all webhooks anew with the newest key of the vault. Answers how many there are.
///
/// # Errors
/// The store's failures; `seal` says why a secret cannot be opened or sealed.
pub(super) fn seal_anew(
    connection: &mut Connection,
    seal: impl Fn(&str, &SealedKey) -> Result<SealedKey, StoreError>,
) -> Result<usize, StoreError> {
    let mut count = 0;
    for (id, keys) in webhooks::all_keys(connection)? {
        let current = seal(&place(id), &keys.current)?;
        let old = keys.old.map(|(key, until)| Ok::<_, StoreError>((seal(&place(id), &key)?, until)));
        let new = Keys { current, old: old.transpose()? };
        count += 1 + usize::from(new.old.is_some());
        webhooks::set_keys(connection, id, &new)?;
    }
    Ok(count)
}

/// 2xx is taken, 410 is gone for good, everything else is tried again. A redirect is not followed.
fn judge(reply: &Reply) -> Ended {
    let status = reply.status;
    let reason = match status {
        _ if status.is_success() => None,
        _ if status.is_redirection() => Some("redirects are not followed".to_owned()),
        StatusCode::GONE => Some("the address is gone for good".to_owned()),
        _ => Some("it was not taken".to_owned()),
    };
    Ended {
        delivered: status.is_success(),
        gone: status == StatusCode::GONE,
        status: Some(i64::from(status.as_u16())),
        reason,
        retry_after: reply.retry_after,
    }
}

/// What is told, as it is now.
fn data(connection: &mut Connection, event: &WebhookEvent) -> Result<Value, StoreError> {
    match (event.kind, event.conversation, event.seq, event.contact) {
        (EventType::Test, ..) => Ok(json!({})),
        (
            EventType::DeliverySent
            | EventType::DeliveryDelivered
            | EventType::DeliveryRead
            | EventType::DeliveryUnconfirmed
            | EventType::DeliveryFailed,
            Some(conversation),
            Some(seq),
            _,
        ) => {
            let last = deliveries::of_entry(connection, conversation, seq, None, 1)?.pop();
            Ok(json!({"channel": last.map(|line| line.channel), "reason": event.detail}))
        }
        (EventType::MemberAdded | EventType::MemberChanged | EventType::MemberRemoved, ..) => {
            let id = event.detail.as_deref().and_then(|id| id.parse().ok()).ok_or(StoreError::NotFound)?;
            let member = members::by_id(connection, id)?;
            let role = members::role_in(connection, id, event.scope)?;
            Ok(json!({"member": {"id": id, "name": member.name, "role": role, "disabled": member.disabled}}))
        }
        (_, Some(conversation), Some(seq), _) => {
            let (conversation, contact) = conversations::with_contact(connection, conversation)?;
            let mut entry = entries::at(connection, conversation.id, seq)?;
            entry.client_id = None;
            Ok(json!({"entry": entry, "contact": contact.id, "channel": conversation.channel}))
        }
        (_, _, _, Some(contact)) => Ok(json!({"contact": about(&contacts::by_id(connection, contact)?)})),
        _ => Err(StoreError::NotFound),
    }
}

/// What is known of a customer.
fn about(contact: &Contact) -> Value {
    json!({
        "id": contact.id,
        "channel": contact.channel,
        "name": contact.name,
        "email": contact.email,
        "external_id": contact.external_id,
        "verified": contact.verified,
        "attributes": contact.attributes,
        "first_seen": contact.first_seen,
    })
}

impl Courier {
    /// The scope's webhooks changed: new events go by what they are now, and what waits is looked at.
    pub async fn webhooks_changed(&self, scope: ScopeId) {
        self.directory.scope_changed(scope).await;
        self.directory.shared().events_out.notify_one();
    }
}
