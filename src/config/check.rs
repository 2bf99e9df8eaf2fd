//! Is the configuration sound? Every message names its key.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::Config;

/// Why the program does not start with this configuration.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Not readable, an unknown key, or a value of the wrong type.
    #[error("{0}")]
    Unreadable(#[from] config::ConfigError),
    /// A value that cannot work.
    #[error("configuration key `{key}`: {why}")]
    Value {
        /// The key with its section.
        key: &'static str,
        /// What is wrong with it.
        why: &'static str,
    },
}

impl Config {
    /// Refuses values that cannot work.
    pub(super) fn check(&self) -> Result<(), Problem> {
        let url = &self.database_url.0;
        let known = ["sqlite://", "postgres://", "postgresql://"];
        if !url.is_empty() && !known.iter().any(|scheme| url.starts_with(scheme)) {
            return wrong("database_url", "must begin with sqlite:// or postgres://");
        }
        if self.data_dir.as_os_str().is_empty() {
            return wrong("data_dir", "must name a folder");
        }
        if !self.public_url.is_empty() {
            check_public_url(&self.public_url)?;
        }
        self.check_files()?;
        for (key, value) in self.numbers_above_zero() {
            if value == 0 {
                return wrong(key, "must be above 0");
            }
        }
        if self.timers.silence_ms <= self.timers.ping_ms {
            return wrong("timers.silence_ms", "must be longer than timers.ping_ms");
        }
        if self.login.idle_ms > self.login.absolute_ms {
            return wrong("login.idle_ms", "must not be longer than login.absolute_ms");
        }
        for (key, value) in [
            ("login.idle_ms", self.login.idle_ms),
            ("login.setup_link_ms", self.login.setup_link_ms),
            ("login.invitation_ms", self.login.invitation_ms),
            ("files.unsent_ms", self.files.unsent_ms),
        ] {
            if value <= 0 {
                return wrong(key, "must be above 0");
            }
        }
        Ok(())
    }

    fn check_files(&self) -> Result<(), Problem> {
        let files = &self.files;
        let is_bucket = Url::parse(&files.url).is_ok_and(|url| {
            let only_place = url.username().is_empty() && url.password().is_none() && url.query().is_none();
            url.scheme() == "s3" && url.host_str().is_some_and(|host| !host.is_empty()) && only_place
        });
        if !files.url.is_empty() && !is_bucket {
            return wrong(
                "files.url",
                "must be s3://bucket or s3://bucket/folder; credentials go into the environment",
            );
        }
        let is_web = |text: &str| Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !files.endpoint.is_empty() && !is_web(&files.endpoint) {
            return wrong("files.endpoint", "must begin with https:// or http://");
        }
        Ok(())
    }

    fn numbers_above_zero(&self) -> [(&'static str, u64); 30] {
        let count = |number: usize| number as u64;
        let (limits, timers) = (&self.limits, &self.timers);
        [
            ("limits.request_head_ms", limits.request_head_ms),
            ("limits.request_body_ms", limits.request_body_ms),
            ("limits.request_body_bytes", count(limits.request_body_bytes)),
            ("limits.connections", count(limits.connections)),
            ("limits.socket_message_bytes", count(limits.socket_message_bytes)),
            ("limits.socket_fragments", count(limits.socket_fragments)),
            ("limits.visitor_rate", limits.visitor_rate.into()),
            ("limits.visitor_burst", limits.visitor_burst.into()),
            ("limits.agent_rate", limits.agent_rate.into()),
            ("limits.agent_burst", limits.agent_burst.into()),
            ("limits.login_per_account", limits.login_per_account.into()),
            ("limits.login_per_address", limits.login_per_address.into()),
            ("limits.login_window_ms", limits.login_window_ms),
            ("limits.key_per_minute", limits.key_per_minute.into()),
            ("limits.files_per_visitor", limits.files_per_visitor.into()),
            ("limits.files_per_address", limits.files_per_address.into()),
            ("files.max_bytes", count(self.files.max_bytes)),
            ("files.upload_ms", self.files.upload_ms),
            ("timers.ping_ms", timers.ping_ms),
            ("timers.first_frame_ms", timers.first_frame_ms),
            ("timers.conversation_sleep_ms", timers.conversation_sleep_ms),
            ("timers.visitor_token_ms", timers.visitor_token_ms),
            ("timers.ticket_ms", timers.ticket_ms),
            ("outgoing.connect_ms", self.outgoing.connect_ms),
            ("mail.port", self.mail.port.into()),
            ("mail.timeout_ms", self.mail.timeout_ms),
            ("login.check_ms", self.login.check_ms),
            ("login.hashers", count(self.login.hashers)),
            ("store.queue", count(self.store.queue)),
            ("store.journal_queue", count(self.store.journal_queue)),
        ]
    }
}

fn check_public_url(text: &str) -> Result<(), Problem> {
    let key = "public_url";
    let Ok(url) = Url::parse(text) else { return wrong(key, "is not a web address") };
    if !matches!(url.scheme(), "http" | "https") {
        return wrong(key, "must begin with https:// or http://");
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return wrong(key, "must be scheme, host and port only");
    }
    Ok(())
}

fn wrong<T>(key: &'static str, why: &'static str) -> Result<T, Problem> {
    Err(Problem::Value { key, why })
}

/// An address, or a network such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Does the address lie in it? An IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                u32::from(ours) & mask == u32::from(theirs) & mask
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                u128::from(ours) & mask == u128::from(theirs) & mask
            }
            _ => false,
        }
    }
}

/// The text is neither an address nor a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotANetwork;

impl fmt::Display for NotANetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither an address nor a network such as 10.0.0.0/8")
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| NotANetwork)?)),
            None => (text, None),
        };
        let address = address.trim().parse::<IpAddr>().map_err(|_| NotANetwork)?.to_canonical();
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most { Err(NotANetwork) } else { Ok(Self { address, bits }) }
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(network("10.0.0.0/8").contains(address("10.255.0.1")));
        assert!(!network("10.0.0.0/8").contains(address("11.0.0.1")));
        assert!(network("127.0.0.1").contains(address("::ffff:127.0.0.1")));
        assert!(!network("127.0.0.1").contains(address("127.0.0.2")));
        assert!(network("0.0.0.0/0").contains(address("8.8.8.8")));
        assert!(network("2001:db8::/32").contains(address("2001:db8:1::1")));
        assert!(!network("2001:db8::/32").contains(address("2001:db9::1")));
        for text in ["", "10.0.0.0/33", "10.0.0.0/x", "host", "::/129"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
