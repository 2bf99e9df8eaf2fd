//! What can be said about a URL before any name is looked up.

use std::net::IpAddr;
use std::ops::RangeInclusive;

use url::{Host, Url};

use super::address::is_public;
use super::allow::AllowList;

/// Longest URL that is called, in bytes.
const URL_BYTES: usize = 2048;

/// Why a URL is not called. The text is for the person who set the URL; it tells nothing of the inner network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a URL with a host, or too long.
    #[error("not a valid URL")]
    NotAUrl,
    /// Neither http nor https.
    #[error("the URL must start with https:// or http://")]
    Scheme,
    /// A name or password stands in the URL.
    #[error("the URL must not contain a user name or password")]
    UserInfo,
    /// A port that is not on the list.
    #[error("port {0} is not allowed")]
    Port(u16),
    /// The host is, or has, an address of an inner or special network.
    #[error("the host is not on the public internet")]
    Address,
}

/// A URL that passed, and how far its host is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub url: Url,
    /// The operator named this host, so its addresses are not checked.
    pub named: bool,
}

/// Checks everything a URL says by itself. The URL parser (WHATWG) has by then turned every odd
/// spelling of an IPv4 address, such as `0x7f.1`, into the plain one.
pub(super) fn check(text: &str, allow: &AllowList, ports: &[RangeInclusive<u16>]) -> Result<Target, Refused> {
    if text.len() > URL_BYTES {
        return Err(Refused::NotAUrl);
    }
    let url = Url::parse(text).map_err(|_| Refused::NotAUrl)?;
    // Written out it may be longer.
    if url.as_str().len() > URL_BYTES {
        return Err(Refused::NotAUrl);
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Refused::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::UserInfo);
    }
    let host = url.host().ok_or(Refused::NotAUrl)?;
    let port = url.port_or_known_default().ok_or(Refused::NotAUrl)?;
    let name = host.to_string();
    let name = name.trim_end_matches('.');
    if !ports.iter().any(|range| range.contains(&port)) && !allow.names_port(name, port) {
        return Err(Refused::Port(port));
    }
    let named = allow.names(name, port);
    let inner = match host {
        Host::Ipv4(address) => !may_reach(IpAddr::V4(address), allow),
        Host::Ipv6(address) => !may_reach(IpAddr::V6(address), allow),
        // RFC 6761: always loopback, whatever a name server says. Others are judged by their addresses.
        Host::Domain(_) => name.is_empty() || name == "localhost" || name.ends_with(".localhost"),
    };
    if inner && !named { Err(Refused::Address) } else { Ok(Target { url, named }) }
}

/// May a connection go to this address?
pub(super) fn may_reach(address: IpAddr, allow: &AllowList) -> bool {
    is_public(address) || allow.covers(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORTS: [RangeInclusive<u16>; 3] = [80..=80, 443..=443, 8000..=9999];

    fn checked(text: &str, allow: &[&str]) -> Result<Target, Refused> {
        check(text, &AllowList::read(allow).expect("good entries"), &PORTS)
    }

    #[test]
    fn every_spelling_of_an_inner_target_is_refused() {
        let inner = [
            "http://127.0.0.1/",
            "http://127.0.0.1:8080/",
            "https://127.0.0.1/",
            "HTTP://127.0.0.1/",
            "http:127.0.0.1",
            "http:\\\\127.0.0.1\\",
            "http:////127.0.0.1/",
            " http://127.0.0.1/",
            "ht\ntp://127.0.\t0.1/",
            "http://127.0.0.1./",
            "http://127.1/",
            "http://127.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0x7F.0x0.0x0.0x1/",
            "http://017700000001/",
            "http://0177.0.0.01/",
            "http://0177.0x0.1/",
            "http://127.255.255.254/",
            "http://0/",
            "http://0.0.0.0/",
            "http://0x0/",
            "http://%31%32%37.0.0.1/",
            "http://127%2e0%2e0%2e1/",
            "http://127。0。0。1/",
            "http://１２７.0.0.1/",
            "http://①②⑦.⓪.⓪.①/",
            "http://localhost/",
            "http://LOCALHOST/",
            "http://localhost./",
            "http://ｌｏｃａｌｈｏｓｔ/",
            "http://loc%61lhost/",
            "http://bot.localhost/",
            "http://[::1]/",
            "http://[::1]:8080/",
            "http://[0:0:0:0:0:0:0:1]/",
            "http://[0000::0001]/",
            "http://[::]/",
            "http://[::127.0.0.1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[0:0:0:0:0:FFFF:7F00:0001]/",
            "http://[::ffff:0:127.0.0.1]/",
            "http://[64:ff9b::127.0.0.1]/",
            "http://[64:ff9b::a9fe:a9fe]/",
            "http://[64:ff9b:1::10.0.0.1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001:0:7f00:1::]/",
            "http://[fe80::1]/",
            "http://[fc00::1]/",
            "http://[fd00:ec2::254]/latest/meta-data/",
            "http://[ff02::1]/",
            "http://[2001:db8::1]/",
            "http://169.254.169.254/latest/meta-data/",
            "http://2852039166/latest/meta-data/",
            "http://0xa9fea9fe/",
            "http://0251.0376.0251.0376/",
            "http://100.100.100.200/",
            "http://168.63.129.16/",
            "http://192.0.0.192/",
            "http://10.0.0.1/",
            "http://10.1/",
            "http://172.16.0.1/",
            "http://172.31.255.255/",
            "http://192.168.0.1/",
            "http://192.168.257/",
            "http://3232235521/",
            "http://100.64.0.1/",
            "http://198.18.0.1/",
            "http://203.0.113.9/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://./",
        ];
        for spelling in inner {
            assert_eq!(checked(spelling, &[]), Err(Refused::Address), "{spelling}");
        }
    }

    #[test]
    fn what_is_no_plain_web_address_is_refused_with_the_reason() {
        let long = format!("https://bot.example.com/{}", "a".repeat(URL_BYTES));
        let cases = [
            ("", Refused::NotAUrl),
            ("bot.example.com", Refused::NotAUrl),
            ("//bot.example.com/", Refused::NotAUrl),
            ("http://", Refused::NotAUrl),
            ("http://[fe80::1%25eth0]/", Refused::NotAUrl),
            ("http://[::1/", Refused::NotAUrl),
            ("http://127.0.0.1.5/", Refused::NotAUrl),
            ("http://256.1.1.1/", Refused::NotAUrl),
            ("http://0x100000000/", Refused::NotAUrl),
            ("http://a b/", Refused::NotAUrl),
            (&long, Refused::NotAUrl),
            ("file:///etc/passwd", Refused::Scheme),
            ("ftp://bot.example.com/", Refused::Scheme),
            ("gopher://127.0.0.1:8080/_x", Refused::Scheme),
            ("unix:/run/docker.sock", Refused::Scheme),
            ("javascript:alert(1)", Refused::Scheme),
            ("https://user@bot.example.com/", Refused::UserInfo),
            ("https://user:pass@bot.example.com/", Refused::UserInfo),
            ("https://:pass@bot.example.com/", Refused::UserInfo),
            ("http://8.8.8.8@127.0.0.1/", Refused::UserInfo),
            ("http://bot.example.com:22/", Refused::Port(22)),
            ("http://bot.example.com:0/", Refused::Port(0)),
            ("http://bot.example.com:6379/", Refused::Port(6379)),
            ("http://bot.example.com:10000/", Refused::Port(10_000)),
            ("http://bot.example.com:65536/", Refused::NotAUrl),
        ];
        for (text, why) in cases {
            assert_eq!(checked(text, &[]), Err(why), "{text}");
        }
    }

    #[test]
    fn what_stands_after_the_hash_is_no_host() {
        let target = checked("http://8.8.8.8#@127.0.0.1:22/", &[]).expect("a public address");
        assert_eq!(target.url.host_str(), Some("8.8.8.8"));
    }

    #[test]
    fn public_hosts_pass_on_the_listed_ports() {
        for text in [
            "https://bot.example.com/turn?x=1",
            "http://bot.example.com:8000/",
            "https://8.8.8.8:9999/",
            "https://bücher.example/",
        ] {
            assert!(!checked(text, &[]).expect(text).named);
        }
    }

    #[test]
    fn the_operator_may_allow_hosts_ports_and_blocks() {
        assert!(checked("http://127.0.0.1:5005/", &["127.0.0.1:5005"]).expect("named").named);
        assert!(checked("http://0x7f.1:5005/", &["127.0.0.1:5005"]).expect("the same address").named);
        assert_eq!(checked("http://127.0.0.1:5006/", &["127.0.0.1:5005"]), Err(Refused::Port(5006)));
        assert_eq!(checked("http://127.0.0.1:8005/", &["127.0.0.1:5005"]), Err(Refused::Address));
        assert!(checked("http://Rasa.:8080/", &["rasa"]).expect("named").named);
        assert_eq!(checked("http://rasa:5005/", &["rasa"]), Err(Refused::Port(5005)));
        assert!(checked("http://localhost:8080/", &["localhost"]).expect("named").named);
        let in_block = checked("http://10.1.2.3/", &["10.0.0.0/8"]).expect("in an allowed block");
        assert!(!in_block.named, "a block does not exempt the host from the check at connect time");
        assert_eq!(checked("http://[::ffff:10.1.2.3]/", &["10.0.0.0/8"]), Err(Refused::Address));
    }
}
