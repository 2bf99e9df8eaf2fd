//! Log-in sessions of members. Only the hash of a session's token is stored.

use diesel::prelude::*;

use super::schema::{logins, members};
use super::{Connection, StoreError, members as people, text};
use crate::domain::Millis;
use crate::domain::ids::{LoginId, MemberId};
use crate::domain::member::Member;

/// A member is logged in in one browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Id.
    pub id: LoginId,
    /// Who.
    pub member: MemberId,
    /// Must come back in `X-CSRF-Token` with each change.
    pub csrf_token: String,
    /// When they logged in.
    pub created_at: Millis,
    /// Last sign of life, to the minute.
    pub last_seen_at: Millis,
    /// The end of it, whatever happens.
    pub expires_at: Millis,
    /// Where from.
    pub address: Option<String>,
    /// With which browser.
    pub user_agent: Option<String>,
}

#[derive(Queryable)]
struct Row {
    id: String,
    member_id: String,
    #[expect(dead_code, reason = "only ever compared in the database")]
    token_hash: String,
    csrf_token: String,
    created_at: Millis,
    last_seen_at: Millis,
    expires_at: Millis,
    address: Option<String>,
    user_agent: Option<String>,
}

impl TryFrom<Row> for Login {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            member: text::id(&row.member_id)?,
            csrf_token: row.csrf_token,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            address: row.address,
            user_agent: row.user_agent,
        })
    }
}

/// Adds a session.
///
/// # Errors
/// [`StoreError::Conflict`] when id or token exist or the member does not.
pub fn insert(connection: &mut Connection, login: &Login, token_hash: &str) -> Result<(), StoreError> {
    diesel::insert_into(logins::table)
        .values((
            logins::id.eq(login.id.to_string()),
            logins::member_id.eq(login.member.to_string()),
            logins::token_hash.eq(token_hash),
            logins::csrf_token.eq(&login.csrf_token),
            logins::created_at.eq(login.created_at),
            logins::last_seen_at.eq(login.last_seen_at),
            logins::expires_at.eq(login.expires_at),
            logins::address.eq(login.address.as_deref()),
            logins::user_agent.eq(login.user_agent.as_deref()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The session of a token and its member, whether or not it has expired.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none.
pub fn by_token_hash(connection: &mut Connection, hash: &str) -> Result<(Login, Member), StoreError> {
    let (login, member) = logins::table
        .inner_join(members::table)
        .filter(logins::token_hash.eq(hash))
        .first::<(Row, people::Row)>(connection)?;
    Ok((login.try_into()?, member.try_into()?))
}

/// A member's sessions, newest first.
///
/// # Errors
/// The store's failures.
pub fn list_of(connection: &mut Connection, member: MemberId) -> Result<Vec<Login>, StoreError> {
    let rows = logins::table
        .filter(logins::member_id.eq(member.to_string()))
        .order(logins::id.desc())
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Those of these sessions that have not ended: neither by hand nor by age, nor by silence since `idle_since`.
///
/// # Errors
/// The store's failures.
pub fn standing(
    connection: &mut Connection,
    ids: &[LoginId],
    now: Millis,
    idle_since: Millis,
) -> Result<Vec<LoginId>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<String> = logins::table
        .inner_join(members::table)
        .filter(logins::id.eq_any(ids.iter().map(ToString::to_string)))
        .filter(logins::expires_at.gt(now).and(logins::last_seen_at.gt(idle_since)))
        .filter(members::disabled.eq(false))
        .select(logins::id)
        .load(connection)?;
    found.iter().map(|id| text::id(id)).collect()
}

/// Notes a sign of life. A session that is gone is no error.
///
/// # Errors
/// The store's failures.
pub fn touch(connection: &mut Connection, id: LoginId, now: Millis) -> Result<(), StoreError> {
    diesel::update(logins::table.find(id.to_string()))
        .set(logins::last_seen_at.eq(now))
        .execute(connection)?;
    Ok(())
}

/// Ends one session of a member.
///
/// # Errors
/// [`StoreError::NotFound`] when the member has no such session.
pub fn delete(connection: &mut Connection, id: LoginId, member: MemberId) -> Result<(), StoreError> {
    let own = logins::table.find(id.to_string()).filter(logins::member_id.eq(member.to_string()));
    super::found(diesel::delete(own).execute(connection)?)
}

/// Ends all sessions of a member, but for one that may be kept. Answers those that ended.
///
/// # Errors
/// The store's failures.
pub fn delete_all_of(
    connection: &mut Connection,
    member: MemberId,
    except: Option<LoginId>,
) -> Result<Vec<LoginId>, StoreError> {
    let kept = text::maybe(except).unwrap_or_default();
    let doomed = logins::table.filter(logins::member_id.eq(member.to_string())).filter(logins::id.ne(kept));
    let ids = diesel::delete(doomed).returning(logins::id).get_results::<String>(connection)?;
    ids.iter().map(|id| text::id(id)).collect()
}

/// Removes what expired before `now`, or was last seen before `idle_since`. Answers how many.
///
/// # Errors
/// The store's failures.
pub fn delete_expired(
    connection: &mut Connection,
    now: Millis,
    idle_since: Millis,
) -> Result<usize, StoreError> {
    let old = logins::expires_at.lt(now).or(logins::last_seen_at.lt(idle_since));
    Ok(diesel::delete(logins::table.filter(old)).execute(connection)?)
}
