//! Browsers that are told by Web Push, one for each log-in. The database removes them with their log-in.

use diesel::prelude::*;

use super::schema::push_subscriptions as table;
use super::{Connection, StoreError, text};
use crate::domain::Millis;
use crate::domain::ids::{LoginId, MemberId};
use crate::domain::push::{BROWSERS_MAX, Subscription};

#[derive(Queryable, Insertable)]
#[diesel(table_name = table)]
struct Row {
    login_id: String,
    member_id: String,
    endpoint: String,
    p256dh: String,
    auth: String,
    wishes: String,
    wording: String,
    created_at: Millis,
}

impl TryFrom<Row> for Subscription {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            login: text::id(&row.login_id)?,
            member: text::id(&row.member_id)?,
            endpoint: row.endpoint,
            p256dh: row.p256dh,
            auth: row.auth,
            wishes: text::from_json(&row.wishes)?,
            wording: text::from_json(&row.wording)?,
            created_at: row.created_at,
        })
    }
}

/// Sets the browser of a log-in. The same browser under another log-in, and what a member has beyond
/// [`BROWSERS_MAX`], the oldest first, go. True when this log-in had no browser.
///
/// # Errors
/// [`StoreError::Conflict`] when the log-in has ended.
pub fn put(connection: &mut Connection, subscription: &Subscription) -> Result<bool, StoreError> {
    let login = subscription.login.to_string();
    let before = diesel::delete(table::table.find(&login)).execute(connection)?;
    diesel::delete(table::table.filter(table::endpoint.eq(&subscription.endpoint))).execute(connection)?;
    let row = Row {
        login_id: login,
        member_id: subscription.member.to_string(),
        endpoint: subscription.endpoint.clone(),
        p256dh: subscription.p256dh.clone(),
        auth: subscription.auth.clone(),
        wishes: text::json(&subscription.wishes)?,
        wording: text::json(&subscription.wording)?,
        created_at: subscription.created_at,
    };
    let member = row.member_id.clone();
    diesel::insert_into(table::table).values(row).execute(connection)?;
    let surplus: Vec<String> = table::table
        .filter(table::member_id.eq(&member))
        .order((table::created_at.desc(), table::login_id.desc()))
        .offset(BROWSERS_MAX)
        // SQLite knows no offset without a limit.
        .limit(BROWSERS_MAX)
        .select(table::login_id)
        .load(connection)?;
    diesel::delete(table::table.filter(table::login_id.eq_any(surplus))).execute(connection)?;
    Ok(before == 0)
}

/// The browser of a log-in, if it is told.
///
/// # Errors
/// The store's failures.
pub fn of_login(connection: &mut Connection, login: LoginId) -> Result<Option<Subscription>, StoreError> {
    let row = table::table.find(login.to_string()).first::<Row>(connection).optional()?;
    row.map(TryInto::try_into).transpose()
}

/// The browsers of these members.
///
/// # Errors
/// The store's failures.
pub fn of_members(
    connection: &mut Connection,
    members: &[MemberId],
) -> Result<Vec<Subscription>, StoreError> {
    let members: Vec<String> = members.iter().map(ToString::to_string).collect();
    let rows = table::table
        .filter(table::member_id.eq_any(members))
        .order(table::login_id)
        .load::<Row>(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Members who have a browser that is told.
///
/// # Errors
/// The store's failures.
pub fn members(connection: &mut Connection) -> Result<Vec<MemberId>, StoreError> {
    let ids: Vec<String> = table::table.select(table::member_id).distinct().load(connection)?;
    ids.iter().map(|id| text::id(id)).collect()
}

/// The browser of this log-in is not told any more. True when it was.
///
/// # Errors
/// The store's failures.
pub fn delete(connection: &mut Connection, login: LoginId) -> Result<bool, StoreError> {
    Ok(diesel::delete(table::table.find(login.to_string())).execute(connection)? == 1)
}

/// The push service knows this address no more. One that was set since stays.
///
/// # Errors
/// The store's failures.
pub fn delete_gone(connection: &mut Connection, login: LoginId, endpoint: &str) -> Result<(), StoreError> {
    let gone = table::table.find(login.to_string()).filter(table::endpoint.eq(endpoint));
    diesel::delete(gone).execute(connection)?;
    Ok(())
}
