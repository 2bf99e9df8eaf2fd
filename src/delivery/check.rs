//! Asks a platform whether it lets an account in, before the account becomes a channel.

use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use super::{Courier, request};
use crate::channels::{Account, Call, Got, Platform, Verdict};
use crate::outgoing::{ErrorKind, Limits};

/// Somebody looks at a form meanwhile.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a platform said to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum Checked {
    /// It lets it in.
    Works {
        /// How the account calls itself, where the platform tells.
        account: Option<String>,
    },
    /// It does not.
    Refused {
        /// In the platform's words.
        reason: String,
    },
    /// It did not answer, or not now.
    Unknown {
        /// Why.
        reason: String,
    },
    /// This platform cannot be asked.
    Unasked,
}

impl Courier {
    /// Asks the platform. Nothing is stored.
    pub async fn check(&self, platform: &dyn Platform, account: &Account<'_>) -> Checked {
        let call = match platform.check(account) {
            Ok(Some(call)) => call,
            Ok(None) => return Checked::Unasked,
            Err(reason) => return Checked::Refused { reason },
        };
        let Some((method, headers)) = request(&call) else {
            return Checked::Refused { reason: "a header cannot be sent".into() };
        };
        let Call { url, body, .. } = call;
        let limits = Limits { total: PATIENCE, ..Limits::default() };
        let reply = match self.outgoing.call(method, &url, headers, Bytes::from(body), limits).await {
            Ok(reply) => reply,
            Err(error) => {
                let reason = error.to_string();
                return match error.kind {
                    ErrorKind::Refused(_) => Checked::Refused { reason },
                    _ => Checked::Unknown { reason },
                };
            }
        };
        let got = Got { status: reply.status.as_u16(), retry_after: reply.retry_after, body: &reply.body };
        match platform.judge(&got) {
            Verdict::Done { .. } => {
                let answer = serde_json::from_slice(&reply.body).unwrap_or_default();
                Checked::Works { account: platform.account_in(&answer) }
            }
            Verdict::Failed { reason } | Verdict::Broken { reason } => Checked::Refused { reason },
            Verdict::Again { reason, .. } | Verdict::Unknown { reason } => Checked::Unknown { reason },
        }
    }
}
