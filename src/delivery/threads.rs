//! A mail that answers one of ours belongs to the conversation of that one, whoever sent it: from a second address, or by a
//! colleague of the customer. Our ids cannot be guessed, so whoever names one has seen the mail.

use super::{Courier, Line};
use crate::channels::email::bare_subject;
use crate::channels::{Inbound, What, Who};
use crate::domain::channel::ChannelKind;
use crate::domain::ids::ChannelId;
use crate::store::routes::{self, RouteTo};
use crate::store::{Connection, StoreError, conversations, deliveries};
use serde_json::Value;

/// Most ids of one mail that are looked up.
const IDS_MAX: usize = 20;

/// The same event, as one of the customer whom it answers to.
pub(super) async fn rejoin(courier: &Courier, line: &Line, inbound: Inbound) -> Result<Inbound, StoreError> {
    if line.channel.kind != ChannelKind::Email {
        return Ok(inbound);
    }
    let Inbound { who: Some(who), what: What::Message { text, files } } = inbound else { return Ok(inbound) };
    let (channel, said) = (line.channel.id, who.address.clone());
    let found = courier.store.read(move |connection| customer(connection, channel, &said)).await?;
    let Some((key, route)) = found.filter(|(key, _)| *key != who.key) else {
        return Ok(Inbound { who: Some(who), what: What::Message { text, files } });
    };
    let mut address = route.address;
    for fact in ["message_id", "thread", "subject"] {
        address[fact] = who.address[fact].clone();
    }
    let text = format!("{}:\n{text}", who.key);
    Ok(Inbound { who: Some(Who { key, address, ..Who::default() }), what: What::Message { text, files } })
}

/// The customer of the message of ours that the mail answers, and the way to them. What it says to answer counts; what it
/// only refers to counts under the same subject, as people take old mails to begin something new.
fn customer(
    connection: &mut Connection,
    channel: ChannelId,
    address: &Value,
) -> Result<Option<(String, RouteTo)>, StoreError> {
    let ids = |name: &str| -> Vec<String> {
        let all = address[name].as_array().into_iter().flatten();
        all.rev().filter_map(|id| id.as_str().map(str::to_owned)).take(IDS_MAX).collect()
    };
    let subject = |address: &Value| bare_subject(address["subject"].as_str().unwrap_or_default()).to_owned();
    let (answers, references) = (ids("answers"), ids("references"));
    let surely = answers.into_iter().map(|id| (id, true));
    for (id, sure) in surely.chain(references.into_iter().map(|id| (id, false))) {
        let Some(sent) = deliveries::by_provider_id(connection, channel, &id)? else { continue };
        let (_, contact) = conversations::with_contact(connection, sent.conversation)?;
        let Some(key) = contact.external_id else { continue };
        let Some(route) = routes::find(connection, channel, &key)? else { continue };
        if sure || subject(&route.address) == subject(address) {
            return Ok(Some((key, route)));
        }
    }
    Ok(None)
}
