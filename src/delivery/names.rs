//! Names of customers whose platform does not send them along.

use std::time::Duration;

use bytes::Bytes;

use super::{Courier, Line, request};
use crate::outgoing::Limits;

/// A customer waits no longer for the platform to tell their name.
const PATIENCE: Duration = Duration::from_secs(5);

/// The name of a new customer, if the platform is to be asked and tells.
pub(super) async fn ask(courier: &Courier, line: &Line, key: &str) -> Option<String> {
    let call = line.platform.ask_name(&line.account(), key)?;
    let (method, headers) = request(&call)?;
    let limits = Limits { total: PATIENCE, ..Limits::default() };
    let answer = courier.outgoing.call(method, &call.url, headers, Bytes::from(call.body), limits).await;
    let answer = answer.ok().filter(|answer| answer.status.is_success())?;
    line.platform.name_in(&serde_json::from_slice(&answer.body).ok()?)
}
