//! Pictures of members. Their bytes are in the object store under their id.
//!
//! A row's life: [`reserve`] before the bytes come, [`show`] when all are stored, until another one is shown or [`hide`] is
//! asked for; then its time is over ([`expired`], [`forget`]).

use diesel::prelude::*;

use super::schema::{avatars, memberships};
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::attachment::MediaType;
use crate::domain::avatar::{AvatarId, Faces};
use crate::domain::ids::{MemberId, ScopeId};

/// A picture that may be handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAvatar {
    /// What it is.
    pub media_type: MediaType,
    /// Bytes.
    pub size: i64,
}

/// Makes a place for a picture that is about to come; it goes at `expires_at` unless it is shown.
///
/// # Errors
/// The store's failures.
pub fn reserve(
    connection: &mut Connection,
    id: &AvatarId,
    member: MemberId,
    now: Millis,
    expires_at: Millis,
) -> Result<(), StoreError> {
    diesel::insert_into(avatars::table)
        .values((
            avatars::id.eq(&id.0),
            avatars::member_id.eq(member.to_string()),
            avatars::media_type.eq(""),
            avatars::size.eq(0),
            avatars::created_at.eq(now),
            avatars::expires_at.eq(Some(expires_at)),
        ))
        .execute(connection)?;
    Ok(())
}

/// All bytes are stored: from now on this is the member's picture, and the one before goes.
///
/// # Errors
/// [`StoreError::NotFound`] when its time was over.
pub fn show(
    connection: &mut Connection,
    id: &AvatarId,
    member: MemberId,
    stored: &StoredAvatar,
) -> Result<(), StoreError> {
    hide(connection, member)?;
    let changed = diesel::update(avatars::table.find(&id.0).filter(avatars::expires_at.gt(0)))
        .set((
            avatars::media_type.eq(stored.media_type.as_str()),
            avatars::size.eq(stored.size),
            avatars::expires_at.eq(None::<Millis>),
        ))
        .execute(connection)?;
    super::found(changed)
}

/// The member's picture goes, if they have one.
///
/// # Errors
/// The store's failures.
pub fn hide(connection: &mut Connection, member: MemberId) -> Result<(), StoreError> {
    let shown = avatars::table
        .filter(avatars::member_id.eq(member.to_string()))
        .filter(avatars::expires_at.is_null());
    diesel::update(shown).set(avatars::expires_at.eq(Some(0))).execute(connection)?;
    Ok(())
}

/// Gives a picture up at once, as when its upload failed.
///
/// # Errors
/// The store's failures.
pub fn give_up(connection: &mut Connection, id: &AvatarId) -> Result<(), StoreError> {
    diesel::update(avatars::table.find(&id.0)).set(avatars::expires_at.eq(Some(0))).execute(connection)?;
    Ok(())
}

/// A picture that somebody shows now.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_id(connection: &mut Connection, id: &AvatarId) -> Result<StoredAvatar, StoreError> {
    let (media_type, size) = avatars::table
        .find(&id.0)
        .filter(avatars::expires_at.is_null())
        .select((avatars::media_type, avatars::size))
        .first::<(String, i64)>(connection)?;
    Ok(StoredAvatar { media_type: text::variant(&media_type)?, size })
}

/// The pictures of a scope's members.
///
/// # Errors
/// The store's failures.
pub fn of_scope(connection: &mut Connection, scope: ScopeId) -> Result<Faces, StoreError> {
    let members =
        memberships::table.filter(memberships::scope_id.eq(scope.to_string())).select(memberships::member_id);
    let rows = avatars::table
        .filter(avatars::expires_at.is_null())
        .filter(avatars::member_id.eq_any(members))
        .select((avatars::member_id, avatars::id))
        .load::<(String, String)>(connection)?;
    rows.into_iter().map(|(member, id)| Ok((text::id(&member)?, AvatarId(id)))).collect()
}

/// At most `limit` pictures whose time is over; nobody can fetch or show them any more.
///
/// # Errors
/// The store's failures.
pub fn expired(connection: &mut Connection, now: Millis, limit: i64) -> Result<Vec<AvatarId>, StoreError> {
    diesel::update(avatars::table.filter(avatars::expires_at.le(now)))
        .set(avatars::expires_at.eq(Some(0)))
        .execute(connection)?;
    let ids = avatars::table
        .filter(avatars::expires_at.eq(0))
        .order(avatars::id)
        .limit(limit)
        .select(avatars::id)
        .load::<String>(connection)?;
    Ok(ids.into_iter().map(AvatarId).collect())
}

/// Removes the rows of pictures whose bytes are gone.
///
/// # Errors
/// The store's failures.
pub fn forget(connection: &mut Connection, gone: &[AvatarId]) -> Result<(), StoreError> {
    let ids: Vec<&str> = gone.iter().map(|id| id.0.as_str()).collect();
    diesel::delete(avatars::table.filter(avatars::id.eq_any(ids)).filter(avatars::expires_at.eq(0)))
        .execute(connection)?;
    Ok(())
}
