//! API keys. Only the hash of a key is stored.

use diesel::prelude::*;

use super::schema::{api_keys, members, memberships};
use super::{Connection, StoreError, members as people, text};
use crate::domain::Millis;
use crate::domain::ids::{KeyId, MemberId, ScopeId};
use crate::domain::member::{Member, Role};

/// Lets a program act in one scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Id.
    pub id: KeyId,
    /// Where it is good.
    pub scope: ScopeId,
    /// Who made it; it acts under their name.
    pub member: MemberId,
    /// What it is for, in the words of its maker.
    pub name: String,
    /// What it may do at most.
    pub role: Role,
    /// When it was made.
    pub created_at: Millis,
    /// Last use, to the minute.
    pub last_used_at: Option<Millis>,
    /// Worthless from then on.
    pub expires_at: Option<Millis>,
    /// When it was taken back, if it was.
    pub revoked_at: Option<Millis>,
}

#[derive(Queryable)]
struct Row {
    id: String,
    scope_id: String,
    member_id: String,
    name: String,
    #[expect(dead_code, reason = "only ever compared in the database")]
    key_hash: String,
    role: String,
    created_at: Millis,
    last_used_at: Option<Millis>,
    expires_at: Option<Millis>,
    revoked_at: Option<Millis>,
}

impl TryFrom<Row> for ApiKey {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            scope: text::id(&row.scope_id)?,
            member: text::id(&row.member_id)?,
            name: row.name,
            role: text::variant(&row.role)?,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        })
    }
}

/// Adds a key.
///
/// # Errors
/// [`StoreError::Conflict`] when id or key exist, or scope or member do not.
pub fn insert(connection: &mut Connection, key: &ApiKey, key_hash: &str) -> Result<(), StoreError> {
    diesel::insert_into(api_keys::table)
        .values((
            api_keys::id.eq(key.id.to_string()),
            api_keys::scope_id.eq(key.scope.to_string()),
            api_keys::member_id.eq(key.member.to_string()),
            api_keys::name.eq(&key.name),
            api_keys::key_hash.eq(key_hash),
            api_keys::role.eq(key.role.as_str()),
            api_keys::created_at.eq(key.created_at),
            api_keys::last_used_at.eq(key.last_used_at),
            api_keys::expires_at.eq(key.expires_at),
            api_keys::revoked_at.eq(key.revoked_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// A key and its member, whether or not it is still good.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_hash(connection: &mut Connection, hash: &str) -> Result<(ApiKey, Member), StoreError> {
    let (key, member) = api_keys::table
        .inner_join(members::table)
        .filter(api_keys::key_hash.eq(hash))
        .first::<(Row, people::Row)>(connection)?;
    Ok((key.try_into()?, member.try_into()?))
}

/// Those of these keys that are still good.
///
/// # Errors
/// The store's failures.
pub fn standing(connection: &mut Connection, ids: &[KeyId], now: Millis) -> Result<Vec<KeyId>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let belongs = memberships::table
        .filter(memberships::member_id.eq(api_keys::member_id))
        .filter(memberships::scope_id.eq(api_keys::scope_id));
    let found: Vec<String> = api_keys::table
        .inner_join(members::table)
        .filter(api_keys::id.eq_any(ids.iter().map(ToString::to_string)))
        .filter(api_keys::revoked_at.is_null())
        .filter(api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now)))
        .filter(members::disabled.eq(false))
        .filter(diesel::dsl::exists(belongs))
        .select(api_keys::id)
        .load(connection)?;
    found.iter().map(|id| text::id(id)).collect()
}

/// The keys of a scope, newest first, revoked ones too.
///
/// # Errors
/// The store's failures.
pub fn list(connection: &mut Connection, scope: ScopeId) -> Result<Vec<ApiKey>, StoreError> {
    let rows = api_keys::table
        .filter(api_keys::scope_id.eq(scope.to_string()))
        .order(api_keys::id.desc())
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Takes a key back and answers whose it was; a second time changes nothing.
///
/// # Errors
/// [`StoreError::NotFound`] when the scope has no such key.
pub fn revoke(
    connection: &mut Connection,
    id: KeyId,
    scope: ScopeId,
    now: Millis,
) -> Result<MemberId, StoreError> {
    let own = api_keys::table.find(id.to_string()).filter(api_keys::scope_id.eq(scope.to_string()));
    let member = own.select(api_keys::member_id).first::<String>(connection)?;
    let good = api_keys::table.find(id.to_string()).filter(api_keys::revoked_at.is_null());
    diesel::update(good).set(api_keys::revoked_at.eq(now)).execute(connection)?;
    text::id(&member)
}

/// Notes a use. A key that is gone is no error.
///
/// # Errors
/// The store's failures.
pub fn touch(connection: &mut Connection, id: KeyId, now: Millis) -> Result<(), StoreError> {
    diesel::update(api_keys::table.find(id.to_string()))
        .set(api_keys::last_used_at.eq(now))
        .execute(connection)?;
    Ok(())
}
