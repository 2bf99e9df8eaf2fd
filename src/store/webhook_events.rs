//! What webhooks are told: rows made with what happened, taken on by the loop that sends, and the log of its tries.

use diesel::prelude::*;
use serde::Serialize;

use super::deliveries::Line;
use super::schema::{webhook_events as events, webhook_tries as tries, webhooks};
use super::{Connection, StoreError, text};
use crate::domain::ids::{
    ContactId, ConversationId, DeliveryId, MemberId, ScopeId, WebhookEventId, WebhookId,
};
use crate::domain::webhook::EventType;
use crate::domain::{Millis, Seq};

/// Something that one webhook is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookEvent {
    /// Id; the same in every try.
    pub id: WebhookEventId,
    /// Who is told.
    pub webhook: WebhookId,
    /// Where it happened.
    pub scope: ScopeId,
    /// In which conversation, if in one.
    pub conversation: Option<ConversationId>,
    /// Which entry of it.
    pub seq: Option<Seq>,
    /// To which customer, if to one without a conversation.
    pub contact: Option<ContactId>,
    /// What.
    pub kind: EventType,
    /// What else there is to say: why, or which member. Gone when the customer is erased.
    pub detail: Option<String>,
    /// When.
    pub at: Millis,
}

/// Something that happened outside of a conversation's commit.
#[derive(Debug, Clone)]
pub struct Happened {
    /// Where.
    pub scope: ScopeId,
    /// What.
    pub kind: EventType,
    /// In which conversation, and to which entry.
    pub entry: Option<(ConversationId, Seq)>,
    /// To which customer.
    pub contact: Option<ContactId>,
    /// What else there is to say.
    pub detail: Option<String>,
    /// When.
    pub at: Millis,
}

impl Happened {
    /// What is known of a customer changed.
    pub const fn contact_changed(scope: ScopeId, contact: ContactId, at: Millis) -> Self {
        let kind = EventType::ContactChanged;
        Self { scope, kind, entry: None, contact: Some(contact), detail: None, at }
    }

    /// A member came, changed or went.
    pub fn of_member(scope: ScopeId, kind: EventType, member: MemberId, at: Millis) -> Self {
        Self { scope, kind, entry: None, contact: None, detail: Some(member.to_string()), at }
    }

    /// A message by a messaging channel has come as far as this line of the delivery log says; none when it only waits.
    pub fn of_delivery(scope: ScopeId, line: &Line) -> Option<Self> {
        let kind = EventType::of_delivery(line.state)?;
        let entry = Some((line.conversation, line.seq));
        Some(Self { scope, kind, entry, contact: None, detail: line.reason.clone(), at: line.at })
    }
}

/// [`EventType::ContactCreated`], as it is stored.
const NEW_CONTACT: &str = "contact.created";

/// An event that was taken on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// What to tell.
    pub event: WebhookEvent,
    /// Which try this is, from 1.
    pub attempt: i64,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = events)]
pub(super) struct Row {
    id: String,
    webhook_id: String,
    scope_id: String,
    conversation_id: Option<String>,
    seq: Option<Seq>,
    contact_id: Option<String>,
    kind: String,
    detail: Option<String>,
    at: Millis,
    attempts: i64,
    next_at: Millis,
    held: bool,
    done_at: Option<Millis>,
}

impl Row {
    pub(super) fn of(event: &WebhookEvent) -> Result<Self, StoreError> {
        Ok(Self {
            id: event.id.to_string(),
            webhook_id: event.webhook.to_string(),
            scope_id: event.scope.to_string(),
            conversation_id: text::maybe(event.conversation),
            seq: event.seq,
            contact_id: text::maybe(event.contact),
            kind: text::variant_name(&event.kind)?,
            detail: event.detail.clone(),
            at: event.at,
            attempts: 0,
            next_at: event.at,
            held: false,
            done_at: None,
        })
    }

    /// Is it only true when the commit's contact was not known before?
    pub(super) fn is_of_new_contact(&self) -> bool {
        self.kind == NEW_CONTACT
    }

    pub(super) fn insert(&self, connection: &mut Connection) -> Result<(), StoreError> {
        diesel::insert_into(events::table).values(self).execute(connection)?;
        Ok(())
    }
}

impl TryFrom<Row> for Due {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let attempt = row.attempts;
        let event = WebhookEvent {
            id: text::id(&row.id)?,
            webhook: text::id(&row.webhook_id)?,
            scope: text::id(&row.scope_id)?,
            conversation: text::maybe_id(row.conversation_id.as_deref())?,
            seq: row.seq,
            contact: text::maybe_id(row.contact_id.as_deref())?,
            kind: text::variant(&row.kind)?,
            detail: row.detail,
            at: row.at,
        };
        Ok(Self { event, attempt })
    }
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TryOutcome {
    /// The other side took it.
    Delivered,
    /// It will be tried again.
    Again,
    /// It will not, unless an admin wants it.
    GivenUp,
}

/// One line of a webhook's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Try {
    /// Id, in the order of the tries.
    pub id: DeliveryId,
    /// Which event.
    pub event: WebhookEventId,
    /// Of what type.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// Which try of it, from 1.
    pub attempt: i64,
    /// When.
    pub at: Millis,
    /// How it ended.
    pub outcome: TryOutcome,
    /// HTTP status of the answer, if there was one.
    pub status: Option<i64>,
    /// Why it did not arrive.
    pub reason: Option<String>,
    /// When it is tried again.
    pub next_at: Option<Millis>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = tries)]
struct TryRow {
    id: String,
    webhook_id: String,
    event_id: String,
    kind: String,
    attempt: i64,
    at: Millis,
    outcome: String,
    status: Option<i64>,
    reason: Option<String>,
    next_at: Option<Millis>,
}

impl TryFrom<TryRow> for Try {
    type Error = StoreError;

    fn try_from(row: TryRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: text::id(&row.id)?,
            event: text::id(&row.event_id)?,
            kind: text::variant(&row.kind)?,
            attempt: row.attempt,
            at: row.at,
            outcome: text::variant(&row.outcome)?,
            status: row.status,
            reason: row.reason,
            next_at: row.next_at,
        })
    }
}

/// Notes for every webhook of the scope that wants it what happened; `id` makes ids.
///
/// # Errors
/// The store's failures.
pub fn raise(
    connection: &mut Connection,
    happened: &Happened,
    id: impl Fn() -> WebhookEventId,
) -> Result<(), StoreError> {
    let Happened { scope, kind, entry, contact, detail, at } = happened.clone();
    let hooks = super::webhooks::enabled(connection, scope)?;
    for hook in hooks.iter().filter(|hook| hook.wants(kind)) {
        let event = WebhookEvent {
            id: id(),
            webhook: hook.id,
            scope,
            conversation: entry.map(|(conversation, _)| conversation),
            seq: entry.map(|(_, seq)| seq),
            contact,
            kind,
            detail: detail.clone(),
            at,
        };
        Row::of(&event)?.insert(connection)?;
    }
    Ok(())
}

/// Webhooks that are on and have events due, at most `limit`, without those of `full`.
///
/// # Errors
/// The store's failures.
pub fn webhooks_due(
    connection: &mut Connection,
    full: &[WebhookId],
    now: Millis,
    limit: i64,
) -> Result<Vec<WebhookId>, StoreError> {
    let full: Vec<String> = full.iter().map(ToString::to_string).collect();
    let ready = events::table
        .filter(events::webhook_id.eq(webhooks::id))
        .filter(events::done_at.is_null())
        .filter(events::held.eq(false))
        .filter(events::next_at.le(now));
    let due: Vec<String> = webhooks::table
        .filter(webhooks::enabled.eq(true))
        .filter(webhooks::id.ne_all(full))
        .filter(diesel::dsl::exists(ready))
        .select(webhooks::id)
        .limit(limit)
        .load(connection)?;
    due.iter().map(|id| text::id(id)).collect()
}

/// When, after `now`, the next event is due of a webhook that is on.
///
/// # Errors
/// The store's failures.
pub fn next_due(connection: &mut Connection, now: Millis) -> Result<Option<Millis>, StoreError> {
    let on = webhooks::table.filter(webhooks::enabled.eq(true)).select(webhooks::id);
    let waiting = events::table
        .filter(events::done_at.is_null())
        .filter(events::held.eq(false))
        .filter(events::next_at.gt(now))
        .filter(events::webhook_id.eq_any(on));
    Ok(waiting.select(diesel::dsl::min(events::next_at)).first(connection)?)
}

/// Takes on at most `limit` events of a webhook that are due, oldest first. They are held until they are finished, put off
/// or given up, or until [`let_go`].
///
/// # Errors
/// The store's failures.
pub fn take(
    connection: &mut Connection,
    webhook: WebhookId,
    now: Millis,
    limit: i64,
) -> Result<Vec<Due>, StoreError> {
    let due: Vec<String> = events::table
        .filter(events::webhook_id.eq(webhook.to_string()))
        .filter(events::done_at.is_null())
        .filter(events::held.eq(false))
        .filter(events::next_at.le(now))
        .order((events::next_at, events::id))
        .limit(limit)
        .select(events::id)
        .load(connection)?;
    let rows = diesel::update(events::table.filter(events::id.eq_any(due)))
        .set((events::attempts.eq(events::attempts + 1), events::held.eq(true)))
        .returning(events::all_columns)
        .get_results::<Row>(connection)?;
    let mut taken = rows.into_iter().map(TryInto::try_into).collect::<Result<Vec<Due>, _>>()?;
    taken.sort_by_key(|due| due.event.id);
    Ok(taken)
}

/// At the start: what an earlier run of the program held is to be taken on again.
///
/// # Errors
/// The store's failures.
pub fn let_go(connection: &mut Connection) -> Result<(), StoreError> {
    let held = events::table.filter(events::done_at.is_null()).filter(events::held.eq(true));
    diesel::update(held).set(events::held.eq(false)).execute(connection)?;
    Ok(())
}

/// A try is over. `again_at`: when to try again; none = never. Nothing happens when the event is gone.
///
/// # Errors
/// The store's failures.
pub fn tried(
    connection: &mut Connection,
    id: WebhookEventId,
    again_at: Option<Millis>,
    now: Millis,
) -> Result<(), StoreError> {
    let done_at = if again_at.is_some() { None } else { Some(now) };
    diesel::update(events::table.find(id.to_string()))
        .set((
            events::held.eq(false),
            events::next_at.eq(again_at.unwrap_or(now)),
            events::done_at.eq(done_at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Has an event of this webhook told again from now on, as if it were new, and under its old id.
///
/// # Errors
/// [`StoreError::NotFound`] when there is none, or it is on its way at this moment.
pub fn replay(
    connection: &mut Connection,
    webhook: WebhookId,
    id: WebhookEventId,
    now: Millis,
) -> Result<(), StoreError> {
    let own = events::table
        .find(id.to_string())
        .filter(events::webhook_id.eq(webhook.to_string()))
        .filter(events::held.eq(false));
    let changed = diesel::update(own)
        .set((events::attempts.eq(0), events::next_at.eq(now), events::done_at.eq(None::<Millis>)))
        .execute(connection)?;
    super::found(changed)
}

/// A webhook was mended: what waits for its next try is tried at once.
///
/// # Errors
/// The store's failures.
pub fn hurry(connection: &mut Connection, webhook: WebhookId, now: Millis) -> Result<(), StoreError> {
    let waiting = events::table
        .filter(events::webhook_id.eq(webhook.to_string()))
        .filter(events::done_at.is_null())
        .filter(events::next_at.gt(now));
    diesel::update(waiting).set(events::next_at.eq(now)).execute(connection)?;
    Ok(())
}

/// Adds a line to the log of a webhook.
///
/// # Errors
/// The store's failures.
pub fn log(connection: &mut Connection, webhook: WebhookId, line: &Try) -> Result<(), StoreError> {
    let row = TryRow {
        id: line.id.to_string(),
        webhook_id: webhook.to_string(),
        event_id: line.event.to_string(),
        kind: text::variant_name(&line.kind)?,
        attempt: line.attempt,
        at: line.at,
        outcome: text::variant_name(&line.outcome)?,
        status: line.status,
        reason: line.reason.clone(),
        next_at: line.next_at,
    };
    diesel::insert_into(tries::table).values(row).execute(connection)?;
    Ok(())
}

/// The log of a webhook, newest first, at most `limit` lines before `before`.
///
/// # Errors
/// The store's failures.
pub fn log_of(
    connection: &mut Connection,
    webhook: WebhookId,
    before: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<Try>, StoreError> {
    let mut query = tries::table
        .filter(tries::webhook_id.eq(webhook.to_string()))
        .order(tries::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(tries::id.lt(before.to_string()));
    }
    query.load::<TryRow>(connection)?.into_iter().map(TryInto::try_into).collect()
}

/// Removes what is older than `before`, told or not. Answers how many rows there were.
///
/// # Errors
/// The store's failures.
pub fn sweep(connection: &mut Connection, before: Millis) -> Result<usize, StoreError> {
    let told = diesel::delete(events::table.filter(events::at.lt(before))).execute(connection)?;
    Ok(told + diesel::delete(tries::table.filter(tries::at.lt(before))).execute(connection)?)
}
