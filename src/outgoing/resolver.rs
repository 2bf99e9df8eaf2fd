//! From a name to the addresses a connection may go to.
//!
//! The check sits inside the client's resolver: the addresses that were judged are the addresses that are
//! dialled, so a name that changes its answer between a check and the connection gains nothing.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::allow::AllowList;
use super::target::{Refused, may_reach};

/// The addresses of a name, or why there are none.
pub type Answer = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Asks for the addresses of a name. The system does it in service; tests play the outside world.
pub trait Lookup: fmt::Debug + Send + Sync {
    /// All addresses of `name`.
    fn lookup(&self, name: String) -> Answer;
}

/// The system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(&self, name: String) -> Answer {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// Gives a client only addresses it may reach.
#[derive(Debug, Clone)]
pub(super) struct Resolver {
    pub lookup: Arc<dyn Lookup>,
    /// `None`: the client serves only hosts that the operator named, whose addresses are not judged.
    pub allow: Option<Arc<AllowList>>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let answer = self.lookup.lookup(name.as_str().to_owned());
        let allow = self.allow.clone();
        Box::pin(async move {
            let addresses = answer.await?;
            // One inner address among public ones is enough: no honest public service has it.
            if let Some(allow) = allow
                && !addresses.iter().all(|address| may_reach(*address, &allow))
            {
                return Err(Refused::Address.into());
            }
            let with_port_of_url = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(with_port_of_url) as Addrs)
        })
    }
}
