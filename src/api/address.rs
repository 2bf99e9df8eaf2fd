//! Who is calling, as far as addresses tell: the peer, or what a listed proxy says of it.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName};

use crate::config::Config;

/// The client's address. `X-Forwarded-For` counts only when the peer is a listed proxy, and is read from the right:
/// the last address that is not itself a listed proxy. Without a peer (impossible over TCP) the unspecified address.
pub fn client(request: &HttpRequest, config: &Config) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    behind_proxies(peer, request.headers(), config)
}

fn behind_proxies(peer: IpAddr, headers: &HeaderMap, config: &Config) -> IpAddr {
    let mut address = peer;
    let forwarded: Vec<&str> = headers
        .get_all(HeaderName::from_static("x-forwarded-for"))
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.into_iter().rev() {
        if !config.trusts(address) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(before) => address = before.to_canonical(),
            Err(_) => break,
        }
    }
    address
}

/// The address as limits count it: an IPv6 customer usually has 2^64 addresses, which count as one.
pub fn counted(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn only_listed_proxies_are_believed() {
        let mut config = Config::defaults().unwrap();
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let mut headers = HeaderMap::new();
        let name = HeaderName::from_static("x-forwarded-for");
        headers.append(name.clone(), HeaderValue::from_static("6.6.6.6, 203.0.113.9"));
        headers.append(name, HeaderValue::from_static("10.0.0.2"));

        assert_eq!(behind_proxies(ip("198.51.100.1"), &headers, &config), ip("198.51.100.1"));
        config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        assert_eq!(behind_proxies(ip("198.51.100.1"), &headers, &config), ip("198.51.100.1"));
        assert_eq!(behind_proxies(ip("10.0.0.1"), &headers, &config), ip("203.0.113.9"));
        assert_eq!(behind_proxies(ip("10.0.0.1"), &HeaderMap::new(), &config), ip("10.0.0.1"));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_customer() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(counted(ip("2001:db8::1")), counted(ip("2001:db8::ffff:1")));
        assert_ne!(counted(ip("2001:db8::1")), counted(ip("2001:db8:0:1::1")));
        assert_ne!(counted(ip("192.0.2.1")), counted(ip("192.0.2.2")));
    }
}
