//! One-time links: first set-up, invitation, new password. Only the hash of a link's token is stored.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::schema::{invitations, members};
use super::{Connection, StoreError, members as people, text};
use crate::domain::Millis;
use crate::domain::ids::{InvitationId, MemberId};
use crate::domain::member::Member;

/// What a one-time link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The first owner sets the system up.
    Setup,
    /// A new member sets name and password.
    Invite,
    /// A member sets a new password.
    Reset,
}

/// A one-time link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Id.
    pub id: InvitationId,
    /// For whom.
    pub member: MemberId,
    /// What for.
    pub purpose: Purpose,
    /// When it was made.
    pub created_at: Millis,
    /// Worthless from then on.
    pub expires_at: Millis,
    /// When it was used, if it was.
    pub used_at: Option<Millis>,
}

#[derive(Queryable)]
struct Row {
    id: String,
    member_id: String,
    #[expect(dead_code, reason = "only ever compared in the database")]
    token_hash: String,
    purpose: String,
    created_at: Millis,
    expires_at: Millis,
    used_at: Option<Millis>,
}

impl TryFrom<Row> for Invitation {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            member: text::id(&row.member_id)?,
            purpose: text::variant(&row.purpose)?,
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
        })
    }
}

/// Adds a link.
///
/// # Errors
/// [`StoreError::Conflict`] when id or token exist or the member does not.
pub fn insert(
    connection: &mut Connection,
    invitation: &Invitation,
    token_hash: &str,
) -> Result<(), StoreError> {
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(invitation.id.to_string()),
            invitations::member_id.eq(invitation.member.to_string()),
            invitations::token_hash.eq(token_hash),
            invitations::purpose.eq(text::variant_name(&invitation.purpose)?),
            invitations::created_at.eq(invitation.created_at),
            invitations::expires_at.eq(invitation.expires_at),
            invitations::used_at.eq(invitation.used_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// The link of a token and its member, whether or not it is still good.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_token_hash(connection: &mut Connection, hash: &str) -> Result<(Invitation, Member), StoreError> {
    let (invitation, member) = invitations::table
        .inner_join(members::table)
        .filter(invitations::token_hash.eq(hash))
        .first::<(Row, people::Row)>(connection)?;
    Ok((invitation.try_into()?, member.try_into()?))
}

/// Marks a link as used. Of several who try at once, one succeeds.
///
/// # Errors
/// [`StoreError::Conflict`]`("used")` when it was used, or has gone.
pub fn use_up(connection: &mut Connection, id: InvitationId, now: Millis) -> Result<(), StoreError> {
    let unused = invitations::table.find(id.to_string()).filter(invitations::used_at.is_null());
    let changed = diesel::update(unused).set(invitations::used_at.eq(now)).execute(connection)?;
    if changed == 1 { Ok(()) } else { Err(StoreError::Conflict("used")) }
}

/// Makes all links of a member worthless, as before a new one.
///
/// # Errors
/// The store's failures.
pub fn delete_all_of(connection: &mut Connection, member: MemberId) -> Result<(), StoreError> {
    diesel::delete(invitations::table.filter(invitations::member_id.eq(member.to_string())))
        .execute(connection)?;
    Ok(())
}
