//! What the operator allows beyond the public internet: hosts, hosts with a port, address blocks.

use std::net::IpAddr;

use url::Host;

use super::address::Net;

/// `outgoing.allow`, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    Net(Net),
    Host { host: String, port: Option<u16> },
}

impl AllowList {
    /// Reads entries such as `bot.internal`, `127.0.0.1:5005`, `[::1]:5005` and `10.0.0.0/8`.
    ///
    /// # Errors
    /// Names the first entry that is none of these.
    pub fn read<S: AsRef<str>>(entries: &[S]) -> Result<Self, String> {
        entries
            .iter()
            .map(|entry| {
                Entry::read(entry.as_ref())
                    .ok_or_else(|| format!("not a host, host:port or block: {:?}", entry.as_ref()))
            })
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Is this host, as a checked URL spells it, allowed by name on this port?
    pub fn names(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|entry| match entry {
            Entry::Host { host: allowed, port: on } => allowed == host && on.is_none_or(|on| on == port),
            Entry::Net(_) => false,
        })
    }

    /// Does an entry name this host together with this port? Then the port needs no other leave.
    pub fn names_port(&self, host: &str, port: u16) -> bool {
        self.0.iter().any(|entry| matches!(entry, Entry::Host { host: allowed, port: Some(on) } if allowed == host && *on == port))
    }

    /// Is the address in an allowed block?
    pub fn covers(&self, address: IpAddr) -> bool {
        self.0.iter().any(|entry| matches!(entry, Entry::Net(net) if net.contains(address)))
    }
}

impl Entry {
    fn read(text: &str) -> Option<Self> {
        if text.contains('/') {
            return text.parse().ok().map(Self::Net);
        }
        if let Ok(address) = text.parse() {
            return Some(Self::Net(Net::single(address)));
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !text.ends_with(']') => (host, Some(port.parse().ok()?)),
            _ => (text, None),
        };
        if host.is_empty() || host.contains('*') {
            return None;
        }
        let host = Host::parse(host).ok()?.to_string();
        Some(Self::Host { host: host.trim_end_matches('.').to_owned(), port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_ports_and_blocks_are_told_apart() {
        let list = AllowList::read(&[
            "Bot.Internal",
            "127.0.0.1:5005",
            "[::1]:5005",
            "10.0.0.0/8",
            "192.168.1.7",
            "rasa:5005",
        ])
        .expect("good entries");
        assert!(list.names("bot.internal", 443) && !list.names_port("bot.internal", 443));
        assert!(list.names("127.0.0.1", 5005) && list.names_port("127.0.0.1", 5005));
        assert!(!list.names("127.0.0.1", 80));
        assert!(list.names("[::1]", 5005) && !list.names("[::1]", 80));
        assert!(list.names_port("rasa", 5005));
        assert!(list.covers(IpAddr::from([10, 9, 8, 7])) && !list.covers(IpAddr::from([11, 0, 0, 1])));
        assert!(list.covers(IpAddr::from([192, 168, 1, 7])) && !list.covers(IpAddr::from([192, 168, 1, 8])));
    }

    #[test]
    fn nonsense_is_named() {
        for bad in
            ["", "*", "*.example.com", "10.0.0.0/40", "host:port", "host:99999", ":80", "a b", "http://a/"]
        {
            let why = AllowList::read(&[bad]).expect_err(bad);
            assert!(why.contains(&format!("{bad:?}")), "{why}");
        }
    }
}
