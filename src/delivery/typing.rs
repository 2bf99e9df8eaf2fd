//! Shows customers of messaging channels that a member is writing, where their platform can. Nothing of it is stored or tried again,
//! and what comes while too much is on its way is left out: the next sign of life follows in seconds.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::{Courier, Line};
use crate::channels::{Call, Recipient};
use crate::domain::ids::{ChannelId, ConversationId};
use crate::outgoing::Limits;
use crate::store::{Connection, StoreError, conversations, known_messages, routes};

/// Most calls on their way at once, over all channels.
const AT_ONCE: usize = 16;

/// Later than this nobody cares.
const LIMITS: Limits = Limits { total: Duration::from_secs(5), answer_bytes: 4 * 1024 };

/// Tells platforms who is being written to, for as long as the program runs.
pub async fn run(courier: Courier) {
    let mut running = FuturesUnordered::new();
    loop {
        tokio::select! {
            (channel, conversation) = courier.directory.shared().typed() => {
                if running.len() < AT_ONCE {
                    running.push(show(&courier, channel, conversation));
                }
            }
            Some(()) = running.next(), if !running.is_empty() => {}
        }
    }
}

async fn show(courier: &Courier, channel: ChannelId, conversation: ConversationId) {
    let here = courier.clone();
    let read = move |connection: &mut Connection| {
        let line = here.line(connection, channel)?;
        call(connection, &line, conversation)
    };
    let call = match courier.store.read(read).await {
        Ok(Some(call)) => call,
        Ok(None) => return,
        Err(error) => return log::debug!("typing not shown conversation={conversation} error=\"{error}\""),
    };
    let (Ok(method), Some(headers)) = (Method::from_bytes(call.method.as_bytes()), headers(&call)) else {
        return;
    };
    let asked = courier.outgoing.call(method, &call.url, headers, Bytes::from(call.body), LIMITS);
    if let Err(error) = asked.await {
        log::debug!("typing not shown conversation={conversation} error=\"{error}\"");
    }
}

fn call(
    connection: &mut Connection,
    line: &Line,
    conversation: ConversationId,
) -> Result<Option<Call>, StoreError> {
    let channel = line.channel.id;
    let (_, contact) = conversations::with_contact(connection, conversation)?;
    let Some(key) = contact.external_id.as_deref() else { return Ok(None) };
    let Some(route) = routes::find(connection, channel, key)? else { return Ok(None) };
    let to = Recipient { key, address: &route.address, last_in_at: route.last_in_at };
    let last = known_messages::last_of(connection, conversation)?;
    Ok(line.platform.typing(&line.account(), &to, last.as_deref()))
}

fn headers(call: &Call) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
    }
    Some(headers)
}
