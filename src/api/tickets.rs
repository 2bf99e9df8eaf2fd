//! One-time tickets for the dashboard socket: they prove that the page which opens it could also send a request with a
//! CSRF token. In memory only; a restart costs a client one more request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::secret;
use crate::domain::Millis;
use crate::domain::ids::LoginId;
use crate::sources::Sources;

/// Tickets that may be open at the same time. When it is full, the oldest is dropped.
const MOST: usize = 10_000;

/// Open tickets by the hash of their text.
#[derive(Debug)]
pub struct Tickets {
    sources: Sources,
    life: Millis,
    open: Mutex<HashMap<String, Ticket>>,
}

#[derive(Debug, Clone, Copy)]
struct Ticket {
    login: LoginId,
    expires_at: Millis,
}

impl Tickets {
    /// None yet. Each will count for `life` milliseconds.
    pub fn new(sources: Sources, life: Millis) -> Self {
        Self { sources, life, open: Mutex::default() }
    }

    /// A new ticket for this log-in.
    pub fn issue(&self, login: LoginId) -> String {
        let text = secret::token(&self.sources, "");
        let now = self.sources.now();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.len() >= MOST {
            open.retain(|_, ticket| ticket.expires_at > now);
        }
        if open.len() >= MOST
            && let Some(oldest) =
                open.iter().min_by_key(|(_, ticket)| ticket.expires_at).map(|(hash, _)| hash.clone())
        {
            open.remove(&oldest);
        }
        open.insert(secret::hash(&text), Ticket { login, expires_at: now + self.life });
        text
    }

    /// Is it a ticket of this log-in, in time and for the first time? It counts no more afterwards, whatever the answer.
    pub fn redeem(&self, text: &str, login: LoginId) -> bool {
        let ticket = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(&secret::hash(text));
        ticket.is_some_and(|ticket| ticket.login == login && ticket.expires_at > self.sources.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_works_once_in_time_for_its_login() {
        let sources = Sources::default();
        let (login, other) = (sources.id(), sources.id());
        let tickets = Tickets::new(sources.clone(), 60_000);
        let ticket = tickets.issue(login);
        assert!(tickets.redeem(&ticket, login));
        assert!(!tickets.redeem(&ticket, login));
        assert!(!tickets.redeem("made up", login));

        let stolen = tickets.issue(login);
        assert!(!tickets.redeem(&stolen, other));
        assert!(!tickets.redeem(&stolen, login));

        let late = tickets.issue(login);
        sources.shift_clock(60_000);
        assert!(!tickets.redeem(&late, login));
    }

    #[test]
    fn open_tickets_are_bounded() {
        let sources = Sources::default();
        let login = sources.id();
        let tickets = Tickets::new(sources, 60_000);
        for _ in 0..=MOST {
            tickets.issue(login);
        }
        assert_eq!(tickets.open.lock().unwrap().len(), MOST);
    }
}
