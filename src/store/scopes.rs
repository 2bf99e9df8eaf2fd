//! Scopes, and the bot of each.

use diesel::prelude::*;

use super::schema::{
    api_keys, canned_replies, channels, contacts, conversation_tags, conversations, deliveries, entries,
    episodes, feedback, memberships, mentions, outbox, reads, scopes, tags,
};
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::bot::BotConfig;
use crate::domain::ids::{MemberId, ScopeId};
use crate::domain::member::Role;
use crate::domain::scope::Scope;

#[derive(Queryable)]
struct Row {
    id: String,
    name: String,
    mode: String,
    time_zone: String,
    settings: String,
    #[expect(dead_code, reason = "read by itself: most readers have no use for it")]
    bot: String,
    #[expect(dead_code, reason = "kept for reports")]
    created_at: Millis,
}

impl TryFrom<Row> for Scope {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            name: row.name,
            mode: text::variant(&row.mode)?,
            time_zone: row.time_zone,
            settings: text::from_json(&row.settings)?,
        })
    }
}

/// Adds a scope with its bot.
///
/// # Errors
/// [`StoreError::Conflict`] when the id exists.
pub fn insert(
    connection: &mut Connection,
    scope: &Scope,
    bot: &BotConfig,
    now: Millis,
) -> Result<(), StoreError> {
    diesel::insert_into(scopes::table)
        .values((
            scopes::id.eq(scope.id.to_string()),
            scopes::name.eq(&scope.name),
            scopes::mode.eq(text::variant_name(&scope.mode)?),
            scopes::time_zone.eq(&scope.time_zone),
            scopes::settings.eq(text::json(&scope.settings)?),
            scopes::bot.eq(text::json(bot)?),
            scopes::created_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// One scope.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_id(connection: &mut Connection, id: ScopeId) -> Result<Scope, StoreError> {
    scopes::table.find(id.to_string()).first::<Row>(connection)?.try_into()
}

/// All scopes, oldest first.
///
/// # Errors
/// The store's failures.
pub fn list(connection: &mut Connection) -> Result<Vec<Scope>, StoreError> {
    let rows = scopes::table.order(scopes::id).load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The scopes a member belongs to, oldest first, and their role in each.
///
/// # Errors
/// The store's failures.
pub fn of_member(connection: &mut Connection, member: MemberId) -> Result<Vec<(Scope, Role)>, StoreError> {
    let rows = memberships::table
        .inner_join(scopes::table)
        .filter(memberships::member_id.eq(member.to_string()))
        .order(scopes::id)
        .select((scopes::all_columns, memberships::role))
        .load::<(Row, String)>(connection)?;
    rows.into_iter().map(|(row, role)| Ok((row.try_into()?, text::variant(&role)?))).collect()
}

/// Writes name, mode, time zone and settings.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such scope.
pub fn update(connection: &mut Connection, scope: &Scope) -> Result<(), StoreError> {
    let changed = diesel::update(scopes::table.find(scope.id.to_string()))
        .set((
            scopes::name.eq(&scope.name),
            scopes::mode.eq(text::variant_name(&scope.mode)?),
            scopes::time_zone.eq(&scope.time_zone),
            scopes::settings.eq(text::json(&scope.settings)?),
        ))
        .execute(connection)?;
    super::found(changed)
}

/// The scope's bot, secrets included.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such scope.
pub fn bot(connection: &mut Connection, id: ScopeId) -> Result<BotConfig, StoreError> {
    let bot: String = scopes::table.find(id.to_string()).select(scopes::bot).first(connection)?;
    text::from_json(&bot)
}

/// Gives the scope another bot.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such scope.
pub fn set_bot(connection: &mut Connection, id: ScopeId, bot: &BotConfig) -> Result<(), StoreError> {
    let changed = diesel::update(scopes::table.find(id.to_string()))
        .set(scopes::bot.eq(text::json(bot)?))
        .execute(connection)?;
    super::found(changed)
}

/// How many scopes there are; 0 on first start.
///
/// # Errors
/// The store's failures.
pub fn count(connection: &mut Connection) -> Result<i64, StoreError> {
    Ok(scopes::table.count().get_result(connection)?)
}

/// Removes a scope and everything in it. Members and the audit trail stay.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such scope.
pub fn delete(connection: &mut Connection, id: ScopeId) -> Result<(), StoreError> {
    let id = id.to_string();
    let own = || conversations::table.filter(conversations::scope_id.eq(&id)).select(conversations::id);
    diesel::delete(entries::table.filter(entries::conversation_id.eq_any(own()))).execute(connection)?;
    diesel::delete(feedback::table.filter(feedback::conversation_id.eq_any(own()))).execute(connection)?;
    diesel::delete(deliveries::table.filter(deliveries::conversation_id.eq_any(own())))
        .execute(connection)?;
    diesel::delete(episodes::table.filter(episodes::scope_id.eq(&id))).execute(connection)?;
    diesel::delete(reads::table.filter(reads::conversation_id.eq_any(own()))).execute(connection)?;
    diesel::delete(mentions::table.filter(mentions::scope_id.eq(&id))).execute(connection)?;
    diesel::delete(outbox::table.filter(outbox::scope_id.eq(&id))).execute(connection)?;
    super::webhooks::erase_scope(connection, &id)?;
    diesel::delete(conversation_tags::table.filter(conversation_tags::conversation_id.eq_any(own())))
        .execute(connection)?;
    diesel::delete(tags::table.filter(tags::scope_id.eq(&id))).execute(connection)?;
    super::coming_files::erase_scope(connection, &id)?;
    super::known_messages::erase_scope(connection, &id)?;
    diesel::delete(conversations::table.filter(conversations::scope_id.eq(&id))).execute(connection)?;
    super::files::erase_scope(connection, &id)?;
    diesel::delete(contacts::table.filter(contacts::scope_id.eq(&id))).execute(connection)?;
    diesel::delete(canned_replies::table.filter(canned_replies::scope_id.eq(&id))).execute(connection)?;
    diesel::delete(api_keys::table.filter(api_keys::scope_id.eq(&id))).execute(connection)?;
    diesel::delete(memberships::table.filter(memberships::scope_id.eq(&id))).execute(connection)?;
    let of_scope = channels::table.filter(channels::scope_id.eq(&id));
    for channel in of_scope.select(channels::id).load::<String>(connection)? {
        super::channels::forget(connection, &channel)?;
    }
    diesel::delete(of_scope).execute(connection)?;
    let changed = diesel::delete(scopes::table.find(&id)).execute(connection)?;
    super::found(changed)
}
