//! Webhooks of scopes, with their sealed secrets.

use diesel::prelude::*;

use super::schema::{webhook_events, webhook_tries, webhooks};
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::ids::{ScopeId, WebhookId};
use crate::domain::webhook::{FAILING_MAX, OffReason, Webhook};

/// A sealed secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedKey {
    /// Names the key that seals it.
    pub key_name: String,
    /// The sealed text.
    pub sealed: String,
}

/// What signs for a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// The secret.
    pub current: SealedKey,
    /// The one before it, and until when it signs, too.
    pub old: Option<(SealedKey, Millis)>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = webhooks)]
struct Row {
    id: String,
    scope_id: String,
    url: String,
    events: String,
    enabled: bool,
    off_reason: Option<String>,
    failing_since: Option<Millis>,
    created_at: Millis,
    key_name: String,
    sealed: String,
    old_key_name: Option<String>,
    old_sealed: Option<String>,
    old_until: Option<Millis>,
}

impl Row {
    fn keys(&self) -> Keys {
        let old = self.old_key_name.clone().zip(self.old_sealed.clone()).zip(self.old_until);
        Keys {
            current: SealedKey { key_name: self.key_name.clone(), sealed: self.sealed.clone() },
            old: old.map(|((key_name, sealed), until)| (SealedKey { key_name, sealed }, until)),
        }
    }
}

impl TryFrom<Row> for Webhook {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            scope: text::id(&row.scope_id)?,
            url: row.url,
            events: text::from_json(&row.events)?,
            enabled: row.enabled,
            off_reason: row.off_reason.as_deref().map(text::variant).transpose()?,
            failing_since: row.failing_since,
            created_at: row.created_at,
        })
    }
}

/// Adds a webhook with its secret.
///
/// # Errors
/// [`StoreError::Conflict`] when the scope is gone.
pub fn insert(connection: &mut Connection, hook: &Webhook, key: &SealedKey) -> Result<(), StoreError> {
    let row = Row {
        id: hook.id.to_string(),
        scope_id: hook.scope.to_string(),
        url: hook.url.clone(),
        events: text::json(&hook.events)?,
        enabled: hook.enabled,
        off_reason: hook.off_reason.map(|reason| text::variant_name(&reason)).transpose()?,
        failing_since: hook.failing_since,
        created_at: hook.created_at,
        key_name: key.key_name.clone(),
        sealed: key.sealed.clone(),
        old_key_name: None,
        old_sealed: None,
        old_until: None,
    };
    diesel::insert_into(webhooks::table).values(row).execute(connection)?;
    Ok(())
}

/// The webhooks of a scope, oldest first. There are at most [`crate::domain::webhook::WEBHOOKS_MAX`].
///
/// # Errors
/// The store's failures.
pub fn list(connection: &mut Connection, scope: ScopeId) -> Result<Vec<Webhook>, StoreError> {
    let rows = webhooks::table
        .filter(webhooks::scope_id.eq(scope.to_string()))
        .order(webhooks::id)
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Those of a scope that are switched on.
///
/// # Errors
/// The store's failures.
pub fn enabled(connection: &mut Connection, scope: ScopeId) -> Result<Vec<Webhook>, StoreError> {
    Ok(list(connection, scope)?.into_iter().filter(|hook| hook.enabled).collect())
}

/// One webhook.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_id(connection: &mut Connection, id: WebhookId) -> Result<Webhook, StoreError> {
    webhooks::table.find(id.to_string()).first::<Row>(connection)?.try_into()
}

/// What signs for a webhook.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn keys(connection: &mut Connection, id: WebhookId) -> Result<Keys, StoreError> {
    Ok(webhooks::table.find(id.to_string()).first::<Row>(connection)?.keys())
}

/// The keys of all webhooks, to seal them anew.
///
/// # Errors
/// The store's failures.
pub fn all_keys(connection: &mut Connection) -> Result<Vec<(WebhookId, Keys)>, StoreError> {
    let rows = webhooks::table.order(webhooks::id).load::<Row>(connection)?;
    rows.iter().map(|row| Ok((text::id(&row.id)?, row.keys()))).collect()
}

/// Sets what signs for a webhook.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn set_keys(connection: &mut Connection, id: WebhookId, keys: &Keys) -> Result<(), StoreError> {
    let old = keys.old.as_ref();
    let changed = diesel::update(webhooks::table.find(id.to_string()))
        .set((
            webhooks::key_name.eq(&keys.current.key_name),
            webhooks::sealed.eq(&keys.current.sealed),
            webhooks::old_key_name.eq(old.map(|(key, _)| &key.key_name)),
            webhooks::old_sealed.eq(old.map(|(key, _)| &key.sealed)),
            webhooks::old_until.eq(old.map(|(_, until)| *until)),
        ))
        .execute(connection)?;
    super::found(changed)
}

/// Writes address, wishes and whether it is on.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn update(connection: &mut Connection, hook: &Webhook) -> Result<(), StoreError> {
    let reason = hook.off_reason.map(|reason| text::variant_name(&reason)).transpose()?;
    let changed = diesel::update(webhooks::table.find(hook.id.to_string()))
        .set((
            webhooks::url.eq(&hook.url),
            webhooks::events.eq(text::json(&hook.events)?),
            webhooks::enabled.eq(hook.enabled),
            webhooks::off_reason.eq(reason),
            webhooks::failing_since.eq(hook.failing_since),
        ))
        .execute(connection)?;
    super::found(changed)
}

/// Something arrived there.
///
/// # Errors
/// The store's failures; it is none when it is gone.
pub fn works(connection: &mut Connection, id: WebhookId) -> Result<(), StoreError> {
    let failing = webhooks::table.find(id.to_string()).filter(webhooks::failing_since.is_not_null());
    diesel::update(failing).set(webhooks::failing_since.eq(None::<Millis>)).execute(connection)?;
    Ok(())
}

/// Something did not arrive there; the first time since something did counts. True when that is now too long ago, so that
/// it was switched off.
///
/// # Errors
/// The store's failures; it is none when it is gone.
pub fn fails(connection: &mut Connection, id: WebhookId, now: Millis) -> Result<bool, StoreError> {
    let first = webhooks::table.find(id.to_string()).filter(webhooks::failing_since.is_null());
    diesel::update(first).set(webhooks::failing_since.eq(now)).execute(connection)?;
    let too_long = webhooks::table
        .find(id.to_string())
        .filter(webhooks::failing_since.le(now - FAILING_MAX).assume_not_null())
        .select(webhooks::id);
    let too_long: Option<String> = too_long.first(connection).optional()?;
    if too_long.is_some() { switch_off(connection, id, OffReason::Failing) } else { Ok(false) }
}

/// Switches one off. False when it was off, or is gone.
///
/// # Errors
/// The store's failures.
pub fn switch_off(connection: &mut Connection, id: WebhookId, reason: OffReason) -> Result<bool, StoreError> {
    let on = webhooks::table.find(id.to_string()).filter(webhooks::enabled.eq(true));
    let changed = diesel::update(on)
        .set((webhooks::enabled.eq(false), webhooks::off_reason.eq(text::variant_name(&reason)?)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Removes a webhook, what it was to be told, and its log.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn delete(connection: &mut Connection, id: WebhookId) -> Result<(), StoreError> {
    let id = id.to_string();
    diesel::delete(webhook_events::table.filter(webhook_events::webhook_id.eq(&id))).execute(connection)?;
    diesel::delete(webhook_tries::table.filter(webhook_tries::webhook_id.eq(&id))).execute(connection)?;
    super::found(diesel::delete(webhooks::table.find(&id)).execute(connection)?)
}

/// Removes the webhooks of a scope.
///
/// # Errors
/// The store's failures.
pub(super) fn erase_scope(connection: &mut Connection, scope: &str) -> Result<(), StoreError> {
    let own = webhooks::table.filter(webhooks::scope_id.eq(scope)).select(webhooks::id);
    for id in own.load::<String>(connection)? {
        delete(connection, text::id(&id)?)?;
    }
    Ok(())
}
