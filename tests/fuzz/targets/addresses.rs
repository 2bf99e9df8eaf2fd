//! Addresses that others name, which our calls must keep away from the inner network, and those they call from.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use actix_web::http::header::{HeaderName, HeaderValue, ORIGIN};
use actix_web::test::TestRequest;
use switchboard::api::address;
use switchboard::api::origin::OwnOrigins;
use switchboard::config::Config;
use switchboard::outgoing::address::{Net, is_public};
use switchboard::outgoing::allow::AllowList;
use switchboard::outgoing::mail::Security;
use switchboard::outgoing::wire::MailServer;
use switchboard::outgoing::{Outgoing, OutgoingOptions};
use url::{Host, Url};

use super::text;

static OUTGOING: LazyLock<Outgoing> = LazyLock::new(|| Outgoing::new(&OutgoingOptions::default()).unwrap());

/// A URL that a member or a platform named. What passes the guard leads to no inner address, by whatever spelling.
pub fn urls(data: &[u8]) {
    let given = text(data);
    if let Ok(url) = OUTGOING.check_url(&given) {
        assert!(matches!(url.scheme(), "http" | "https"));
        assert!(url.username().is_empty() && url.password().is_none());
        let port = url.port_or_known_default().unwrap();
        assert!(matches!(port, 80 | 443 | 8000..=9999), "port {port}");
        leads_out(&url);
        assert_eq!(OUTGOING.check_url(url.as_str()), Ok(url), "what passed passes again");
    }
    if let Ok(url) = OUTGOING.check_secure_url(&given) {
        assert_eq!(url.scheme(), "https");
    }
    // What the operator writes: a block holds its own base, and one address is public or inner, never both.
    if let Some((base, net)) =
        given.split_once('/').and_then(|(base, _)| base.parse().ok().zip(given.parse::<Net>().ok()))
    {
        assert!(net.contains(base));
    }
    if let Ok(ip) = given.parse::<IpAddr>() {
        assert!(!(is_public(ip) && is_inner(ip)), "{ip}");
        assert!(Net::single(ip).contains(ip));
    }
    let _ = AllowList::read(&given.split(',').collect::<Vec<_>>());
}

/// Name or address of a mail server, as an admin set it.
pub fn mail_servers(data: &[u8]) {
    let host = text(data).into_owned();
    let server =
        MailServer { host: host.clone(), port: 993, security: Security::Tls, login: None, trusted: false };
    if OUTGOING.check_mail_server(&server).is_ok() {
        leads_out(&Url::parse(&format!("https://{host}/")).expect("a host that passed is one"));
        let plain = MailServer { security: Security::None, ..server };
        assert!(OUTGOING.check_mail_server(&plain).is_err(), "without TLS only where the operator says so");
    }
}

fn leads_out(url: &Url) {
    match url.host().expect("a host") {
        Host::Ipv4(ip) => assert!(!is_inner(ip.into()), "{ip}"),
        Host::Ipv6(ip) => assert!(!is_inner(ip.into()), "{ip}"),
        Host::Domain(name) => {
            // With two dots it is a name that nobody has, and any name's addresses are judged at the connection.
            let address = name.strip_suffix('.').unwrap_or(name);
            assert!(address.parse::<IpAddr>().is_err(), "an address that was not seen as one: {name}");
            let name = name.trim_end_matches('.');
            assert!(!name.is_empty() && name != "localhost" && !name.ends_with(".localhost"), "{name}");
        }
    }
}

/// The same question as the guard's, asked of the standard library and of the address's own bits.
fn is_inner(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_inner_v4(ip),
        IpAddr::V6(ip) => is_inner_v6(ip),
    }
}

fn is_inner_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 198 && (18..20).contains(&b))
}

fn is_inner_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, ..] = ip.segments();
    let low = |at: usize| {
        let bytes = ip.octets();
        is_inner_v4(Ipv4Addr::new(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]))
    };
    ip.is_loopback()
        || ip.is_unspecified()
        || ip.is_multicast()
        || (a & 0xfe00) == 0xfc00
        || (a & 0xffc0) == 0xfe80
        || (a == 0x2001 && b == 0xdb8)
        || (a == 0x64 && b == 0xff9b)
        || (a == 0x2002 && low(2))
        || (a == 0x2001 && b == 0)
        || (a == 0 && b == 0 && c == 0)
}

/// Headers that say where a request comes from: origins, then addresses by which it was passed on, one a line.
pub fn origins(data: &[u8]) {
    static CONFIG: LazyLock<Config> = LazyLock::new(|| {
        let mut config = Config::defaults().unwrap();
        config.public_url = "https://chat.example".into();
        config.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        config
    });
    static OWN: LazyLock<OwnOrigins> =
        LazyLock::new(|| OwnOrigins::new(&CONFIG, "127.0.0.1:8080".parse().unwrap()));
    let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').take(4).collect();
    let value = |line: &[u8]| HeaderValue::from_bytes(line).ok();
    let origin = lines.first().and_then(|line| value(line));
    let passed: Vec<HeaderValue> = lines.iter().skip(1).filter_map(|line| value(line)).collect();
    let request = |peer: &str| {
        let mut request = TestRequest::get().peer_addr(format!("{peer}:1").parse().unwrap());
        if let Some(origin) = &origin {
            request = request.append_header((ORIGIN, origin.clone()));
        }
        for by in &passed {
            request = request.append_header((HeaderName::from_static("x-forwarded-for"), by.clone()));
        }
        request.to_http_request()
    };
    let stranger = request("198.51.100.1");
    let is_ours = origin.as_ref().is_some_and(|origin| origin.as_bytes() == b"https://chat.example");
    assert_eq!(OWN.check(&stranger).is_ok(), is_ours);
    assert_eq!(address::client(&stranger, &CONFIG), IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)));
    let by_proxy = address::client(&request("10.0.0.1"), &CONFIG);
    let said = passed.iter().any(|by| {
        let by = String::from_utf8_lossy(by.as_bytes()).into_owned();
        by.split(',').any(|hop| hop.trim().parse::<IpAddr>().is_ok_and(|hop| hop.to_canonical() == by_proxy))
    });
    assert!(said || by_proxy == IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), "an address that nobody named");
    assert_eq!(address::counted(address::counted(by_proxy)), address::counted(by_proxy));
}
