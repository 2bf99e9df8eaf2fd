//! Which request is being worked on? Its id stands in the answer, in the body of an error, and in every line that is logged
//! meanwhile, so that whoever is shown an error finds what the log says about it. A socket has the id of the request that
//! opened it.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::sources::Sources;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// 128 random bits of our own, written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(u128);

impl RequestId {
    /// A new one.
    pub fn new(sources: &Sources) -> Self {
        Self(u128::from_be_bytes(sources.secret()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:032x}", self.0)
    }
}

impl Serialize for RequestId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The request that is being worked on here; none outside of requests.
pub fn current() -> Option<RequestId> {
    CURRENT.try_with(|id| *id).ok()
}

/// Does work that takes a while for this request.
pub async fn during<F: Future>(id: Option<RequestId>, work: F) -> F::Output {
    match id {
        Some(id) => CURRENT.scope(id, work).await,
        None => work.await,
    }
}

/// Does work for this request, at once.
pub fn at_once<T>(id: Option<RequestId>, work: impl FnOnce() -> T) -> T {
    match id {
        Some(id) => CURRENT.sync_scope(id, work),
        None => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_request_has_an_id_of_its_own_while_it_is_worked_on() {
        let sources = Sources::default();
        let (one, other) = (Some(RequestId::new(&sources)), Some(RequestId::new(&sources)));
        assert_ne!(one, other);
        let slow = during(one, async {
            tokio::task::yield_now().await;
            (current(), at_once(other, current), current())
        });
        let seen = tokio::join!(slow, during(other, async { current() }), during(None, async { current() }));
        assert_eq!(seen, ((one, other, one), other, None));
        assert_eq!(current(), None);
    }

    #[test]
    fn an_id_is_always_as_long() {
        assert_eq!(RequestId(0x2a).to_string(), format!("{:0>32}", "2a"));
        assert_eq!(serde_json::to_value(RequestId(1)).unwrap(), format!("{:0>32}", "1"));
    }
}
