//! Members, their passwords and their places in scopes.

use std::collections::HashMap;

use diesel::prelude::*;

use super::schema::{members, memberships};
use super::{Connection, StoreError, canned, dialect, mentions, text};
use crate::domain::Millis;
use crate::domain::ids::{MemberId, ScopeId};
use crate::domain::member::{Member, Membership, Role};

/// A member and what proves them.
#[derive(Clone)]
pub struct Credentials {
    /// Who.
    pub member: Member,
    /// The argon2 hash; none until they have set a password.
    pub password_hash: Option<String>,
}

#[derive(Queryable)]
pub(super) struct Row {
    id: String,
    email: String,
    name: String,
    password_hash: Option<String>,
    disabled: bool,
    #[expect(dead_code, reason = "kept for reports")]
    created_at: Millis,
}

impl TryFrom<Row> for Credentials {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let member =
            Member { id: text::id(&row.id)?, email: row.email, name: row.name, disabled: row.disabled };
        Ok(Self { member, password_hash: row.password_hash })
    }
}

impl TryFrom<Row> for Member {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Credentials::try_from(row)?.member)
    }
}

/// Adds a member; the address is stored in lower case.
///
/// # Errors
/// [`StoreError::Conflict`] when the id or the address exists.
pub fn insert(
    connection: &mut Connection,
    member: &Member,
    password_hash: Option<&str>,
    now: Millis,
) -> Result<(), StoreError> {
    diesel::insert_into(members::table)
        .values((
            members::id.eq(member.id.to_string()),
            members::email.eq(member.email.to_lowercase()),
            members::name.eq(&member.name),
            members::password_hash.eq(password_hash),
            members::disabled.eq(member.disabled),
            members::created_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// One member.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_id(connection: &mut Connection, id: MemberId) -> Result<Member, StoreError> {
    members::table.find(id.to_string()).first::<Row>(connection)?.try_into()
}

/// The member with this log-in name, whatever its case, with the hash of their password.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_email(connection: &mut Connection, email: &str) -> Result<Credentials, StoreError> {
    members::table.filter(members::email.eq(email.to_lowercase())).first::<Row>(connection)?.try_into()
}

/// A member with the hash of their password.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn credentials(connection: &mut Connection, id: MemberId) -> Result<Credentials, StoreError> {
    members::table.find(id.to_string()).first::<Row>(connection)?.try_into()
}

/// The names of members, also of those who have left.
///
/// # Errors
/// The store's failures.
pub fn names(connection: &mut Connection, ids: &[MemberId]) -> Result<HashMap<MemberId, String>, StoreError> {
    let wanted: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let rows = members::table
        .filter(members::id.eq_any(wanted))
        .select((members::id, members::name))
        .load::<(String, String)>(connection)?;
    rows.into_iter().map(|(id, name)| Ok((text::id(&id)?, name))).collect()
}

/// Where a member belongs, and as what.
///
/// # Errors
/// The store's failures.
pub fn memberships_of(connection: &mut Connection, id: MemberId) -> Result<Vec<Membership>, StoreError> {
    let rows = memberships::table
        .filter(memberships::member_id.eq(id.to_string()))
        .order(memberships::scope_id)
        .select((memberships::scope_id, memberships::role))
        .load::<(String, String)>(connection)?;
    rows.into_iter()
        .map(|(scope, role)| Ok(Membership { scope: text::id(&scope)?, role: text::variant(&role)? }))
        .collect()
}

/// A member's role in a scope; none when they do not belong to it.
///
/// # Errors
/// The store's failures.
pub fn role_in(
    connection: &mut Connection,
    id: MemberId,
    scope: ScopeId,
) -> Result<Option<Role>, StoreError> {
    let role: Option<String> = memberships::table
        .find((id.to_string(), scope.to_string()))
        .select(memberships::role)
        .first(connection)
        .optional()?;
    role.as_deref().map(text::variant).transpose()
}

/// The members of a scope with their roles, by name; disabled ones too.
///
/// # Errors
/// The store's failures.
pub fn list_of_scope(connection: &mut Connection, scope: ScopeId) -> Result<Vec<(Member, Role)>, StoreError> {
    let rows = memberships::table
        .inner_join(members::table)
        .filter(memberships::scope_id.eq(scope.to_string()))
        .order((members::name, members::id))
        .select((members::all_columns, memberships::role))
        .load::<(Row, String)>(connection)?;
    rows.into_iter().map(|(row, role)| Ok((row.try_into()?, text::variant(&role)?))).collect()
}

/// The owners of a scope who may log in. A scope must keep one: ask in the same [`super::Store::write`].
///
/// # Errors
/// The store's failures.
pub fn owners_of(connection: &mut Connection, scope: ScopeId) -> Result<Vec<MemberId>, StoreError> {
    let ids = memberships::table
        .inner_join(members::table)
        .filter(memberships::scope_id.eq(scope.to_string()))
        .filter(memberships::role.eq(Role::Owner.as_str()))
        .filter(members::disabled.eq(false))
        .select(members::id)
        .load::<String>(connection)?;
    ids.iter().map(|id| text::id(id)).collect()
}

/// Gives a member a role in a scope, their first one there or another.
///
/// # Errors
/// [`StoreError::Conflict`] when there is no such member or scope.
pub fn set_role(
    connection: &mut Connection,
    id: MemberId,
    scope: ScopeId,
    role: Role,
) -> Result<(), StoreError> {
    dialect::put_membership(connection, &id.to_string(), &scope.to_string(), role.as_str())
}

/// Takes a member out of a scope.
///
/// # Errors
/// [`StoreError::NotFound`] when they do not belong to it.
pub fn remove_from_scope(
    connection: &mut Connection,
    id: MemberId,
    scope: ScopeId,
) -> Result<(), StoreError> {
    let changed =
        diesel::delete(memberships::table.find((id.to_string(), scope.to_string()))).execute(connection)?;
    canned::delete_of(connection, &scope.to_string(), &id.to_string())?;
    mentions::delete_of(connection, &scope.to_string(), &id.to_string())?;
    super::found(changed)
}

/// Disables a member, or lets them in again.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such member.
pub fn set_disabled(connection: &mut Connection, id: MemberId, disabled: bool) -> Result<(), StoreError> {
    let changed = diesel::update(members::table.find(id.to_string()))
        .set(members::disabled.eq(disabled))
        .execute(connection)?;
    super::found(changed)
}

/// Sets the hash of a member's password.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such member.
pub fn set_password(connection: &mut Connection, id: MemberId, hash: &str) -> Result<(), StoreError> {
    let changed = diesel::update(members::table.find(id.to_string()))
        .set(members::password_hash.eq(hash))
        .execute(connection)?;
    super::found(changed)
}

/// Writes name and log-in name.
///
/// # Errors
/// [`StoreError::NotFound`] when there is no such member, [`StoreError::Conflict`] when another
/// member has the address.
pub fn update(connection: &mut Connection, member: &Member) -> Result<(), StoreError> {
    let changed = diesel::update(members::table.find(member.id.to_string()))
        .set((members::email.eq(member.email.to_lowercase()), members::name.eq(&member.name)))
        .execute(connection)?;
    super::found(changed)
}

/// How many members there are; 0 on first start.
///
/// # Errors
/// The store's failures.
pub fn count(connection: &mut Connection) -> Result<i64, StoreError> {
    Ok(members::table.count().get_result(connection)?)
}
