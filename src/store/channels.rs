//! Channels: where contacts come in.

use diesel::prelude::*;

use super::schema::{channel_faults, channel_secrets, channels, contacts, gateway_sessions, inbox, routes};
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::channel::{Channel, ChannelKind, WidgetSettings};
use crate::domain::ids::{ChannelId, ScopeId};
use crate::domain::messaging::MessagingSettings;

#[derive(Queryable)]
struct Row {
    id: String,
    scope_id: String,
    kind: String,
    name: String,
    public_key: String,
    identity_secret: String,
    settings: String,
    enabled: bool,
    #[expect(dead_code, reason = "kept for reports")]
    created_at: Millis,
}

impl TryFrom<Row> for Channel {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let kind: ChannelKind = text::variant(&row.kind)?;
        let (settings, messaging) = if kind.is_messaging() {
            (WidgetSettings::of_no_widget(), text::from_json(&row.settings)?)
        } else {
            (text::from_json(&row.settings)?, MessagingSettings::default())
        };
        Ok(Self {
            id: text::id(&row.id)?,
            scope: text::id(&row.scope_id)?,
            kind,
            name: row.name,
            public_key: row.public_key,
            identity_secret: row.identity_secret,
            settings,
            messaging,
            enabled: row.enabled,
        })
    }
}

/// The one kind of settings that counts for the channel.
fn settings(channel: &Channel) -> Result<String, StoreError> {
    if channel.kind.is_messaging() { text::json(&channel.messaging) } else { text::json(&channel.settings) }
}

/// Adds a channel.
///
/// # Errors
/// [`StoreError::Conflict`] when its id or public key exists or its scope does not.
pub fn insert(connection: &mut Connection, channel: &Channel, now: Millis) -> Result<(), StoreError> {
    diesel::insert_into(channels::table)
        .values((
            channels::id.eq(channel.id.to_string()),
            channels::scope_id.eq(channel.scope.to_string()),
            channels::kind.eq(text::variant_name(&channel.kind)?),
            channels::name.eq(&channel.name),
            channels::public_key.eq(&channel.public_key),
            channels::identity_secret.eq(&channel.identity_secret),
            channels::settings.eq(settings(channel)?),
            channels::enabled.eq(channel.enabled),
            channels::created_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// One channel.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_id(connection: &mut Connection, id: ChannelId) -> Result<Channel, StoreError> {
    channels::table.find(id.to_string()).first::<Row>(connection)?.try_into()
}

/// The widget that an embed snippet names, enabled or not.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_public_key(connection: &mut Connection, key: &str) -> Result<Channel, StoreError> {
    let widgets = channels::table.filter(channels::kind.eq(ChannelKind::Widget.as_str()));
    widgets.filter(channels::public_key.eq(key)).first::<Row>(connection)?.try_into()
}

/// The channels of a scope, oldest first.
///
/// # Errors
/// The store's failures.
pub fn list(connection: &mut Connection, scope: ScopeId) -> Result<Vec<Channel>, StoreError> {
    let rows = channels::table
        .filter(channels::scope_id.eq(scope.to_string()))
        .order(channels::id)
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Channels of a kind, of all scopes, enabled or not: the oldest, at most `limit`.
///
/// # Errors
/// The store's failures.
pub fn of_kind(
    connection: &mut Connection,
    kind: ChannelKind,
    limit: i64,
) -> Result<Vec<ChannelId>, StoreError> {
    let of_kind = channels::table.filter(channels::kind.eq(kind.as_str()));
    let ids: Vec<String> = of_kind.order(channels::id).limit(limit).select(channels::id).load(connection)?;
    ids.iter().map(|id| text::id(id)).collect()
}

/// Writes name, keys, settings and whether it is enabled.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such channel.
pub fn update(connection: &mut Connection, channel: &Channel) -> Result<(), StoreError> {
    let changed = diesel::update(channels::table.find(channel.id.to_string()))
        .set((
            channels::name.eq(&channel.name),
            channels::public_key.eq(&channel.public_key),
            channels::identity_secret.eq(&channel.identity_secret),
            channels::settings.eq(settings(channel)?),
            channels::enabled.eq(channel.enabled),
        ))
        .execute(connection)?;
    super::found(changed)
}

/// Removes a channel nobody ever came in by; others can only be disabled, as every word is kept.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such channel, [`StoreError::Conflict`]`("in_use")` when
/// it has contacts.
pub fn delete(connection: &mut Connection, id: ChannelId) -> Result<(), StoreError> {
    let id = id.to_string();
    let contact = contacts::table.filter(contacts::channel_id.eq(&id)).select(contacts::id);
    if contact.first::<String>(connection).optional()?.is_some() {
        return Err(StoreError::Conflict("in_use"));
    }
    forget(connection, &id)?;
    super::found(diesel::delete(channels::table.find(&id)).execute(connection)?)
}

/// Removes what only a messaging channel has.
pub(super) fn forget(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    diesel::delete(channel_secrets::table.filter(channel_secrets::channel_id.eq(id))).execute(connection)?;
    diesel::delete(channel_faults::table.filter(channel_faults::channel_id.eq(id))).execute(connection)?;
    diesel::delete(inbox::table.filter(inbox::channel_id.eq(id))).execute(connection)?;
    diesel::delete(routes::table.filter(routes::channel_id.eq(id))).execute(connection)?;
    diesel::delete(gateway_sessions::table.find(id)).execute(connection)?;
    super::mailboxes::forget(connection, id)
}
