//! Which addresses belong to the public internet.
//!
//! IPv4: everything but the special-purpose blocks of the IANA registry (RFC 6890 and successors).
//! IPv6: only global unicast, `2000::/3`, less its special blocks. So the forms that carry an IPv4
//! address (mapped, compatible, NAT64, 6to4, Teredo) are never public.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A block of addresses, such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Net {
    base: IpAddr,
    prefix: u8,
}

impl Net {
    const fn v4(a: u8, b: u8, c: u8, prefix: u8) -> Self {
        Self { base: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), prefix }
    }

    const fn v6(a: u16, b: u16, prefix: u8) -> Self {
        Self { base: IpAddr::V6(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0)), prefix }
    }

    /// The block of this one address.
    pub const fn single(address: IpAddr) -> Self {
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        Self { base: address, prefix }
    }

    /// Is the address in the block? IPv4 and IPv6 never mix, however the address is spelled.
    pub fn contains(&self, address: IpAddr) -> bool {
        let prefix = u32::from(self.prefix);
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                (base.to_bits() ^ address.to_bits()).checked_shr(32 - prefix).unwrap_or(0) == 0
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                (base.to_bits() ^ address.to_bits()).checked_shr(128 - prefix).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

/// The text is not `address/prefix`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a block of addresses such as 10.0.0.0/8")]
pub struct BadNet;

impl FromStr for Net {
    type Err = BadNet;

    fn from_str(text: &str) -> Result<Self, BadNet> {
        let (base, prefix) = text.split_once('/').ok_or(BadNet)?;
        let base: IpAddr = base.parse().map_err(|_| BadNet)?;
        let prefix: u8 = prefix.parse().map_err(|_| BadNet)?;
        let longest = if base.is_ipv4() { 32 } else { 128 };
        if prefix > longest { Err(BadNet) } else { Ok(Self { base, prefix }) }
    }
}

const NOT_PUBLIC_V4: [Net; 16] = [
    Net::v4(0, 0, 0, 8),       // this network
    Net::v4(10, 0, 0, 8),      // private
    Net::v4(100, 64, 0, 10),   // carrier-grade NAT
    Net::v4(127, 0, 0, 8),     // loopback
    Net::v4(169, 254, 0, 16),  // link-local, metadata services
    Net::v4(172, 16, 0, 12),   // private
    Net::v4(192, 0, 0, 24),    // protocol assignments
    Net::v4(192, 0, 2, 24),    // documentation
    Net::v4(192, 88, 99, 24),  // 6to4 relays
    Net::v4(192, 168, 0, 16),  // private
    Net::v4(198, 18, 0, 15),   // benchmarks
    Net::v4(198, 51, 100, 24), // documentation
    Net::v4(203, 0, 113, 24),  // documentation
    Net::v4(224, 0, 0, 4),     // multicast
    Net::v4(240, 0, 0, 4),     // reserved, broadcast
    // Looks public, but inside Azure it is the host's own service (learn.microsoft.com, "168.63.129.16").
    Net { base: IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)), prefix: 32 },
];

const GLOBAL_V6: Net = Net::v6(0x2000, 0, 3);

const NOT_PUBLIC_V6: [Net; 4] = [
    Net::v6(0x2001, 0, 23),     // protocol assignments: Teredo, benchmarks, ORCHID
    Net::v6(0x2001, 0xdb8, 32), // documentation
    Net::v6(0x2002, 0, 16),     // 6to4
    Net::v6(0x3fff, 0, 20),     // documentation
];

/// True for an address anybody on the internet could have; false for every inner or special one.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !NOT_PUBLIC_V4.iter().any(|net| net.contains(address)),
        IpAddr::V6(_) => {
            GLOBAL_V6.contains(address) && !NOT_PUBLIC_V6.iter().any(|net| net.contains(address))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn the_first_and_last_address_of_every_inner_block_is_refused_and_its_neighbours_are_not() {
        // Block: first, last, public neighbour before, public neighbour after ("" = the neighbour is special too).
        let blocks = [
            ("0.0.0.0", "0.255.255.255", "", "1.0.0.0"),
            ("10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"),
            ("100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"),
            ("127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"),
            ("168.63.129.16", "168.63.129.16", "168.63.129.15", "168.63.129.17"),
            ("169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"),
            ("172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"),
            ("192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0"),
            ("192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"),
            ("192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"),
            ("192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"),
            ("198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"),
            ("198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0"),
            ("203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"),
            ("224.0.0.0", "239.255.255.255", "223.255.255.255", ""),
            ("240.0.0.0", "255.255.255.255", "", ""),
            ("::", "::1", "", ""),
            ("::7f00:1", "::ffff:ffff", "", ""),
            ("::ffff:0:0", "::ffff:ffff:ffff", "", ""),
            ("::ffff:0:0:0", "::ffff:0:ffff:ffff", "", ""),
            ("64:ff9b::", "64:ff9b::ffff:ffff", "", ""),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "", ""),
            ("100::", "100::ffff:ffff:ffff:ffff", "", ""),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2000:ffff::", "2001:200::"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff::", "2001:db9::"),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:ffff::", "2003::"),
            ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe:ffff::", "3fff:1000::"),
            ("4000::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:ffff::", ""),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""),
            ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""),
            ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", ""),
        ];
        for (first, last, before, after) in blocks {
            assert!(!is_public(address(first)), "{first}");
            assert!(!is_public(address(last)), "{last}");
            for neighbour in [before, after].into_iter().filter(|text| !text.is_empty()) {
                assert!(is_public(address(neighbour)), "{neighbour}");
            }
        }
        for public in ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:800::200e"] {
            assert!(is_public(address(public)), "{public}");
        }
    }

    #[test]
    fn a_block_holds_its_addresses_and_no_others() {
        let net: Net = "10.1.0.0/16".parse().expect("a block");
        assert!(net.contains(address("10.1.255.255")));
        assert!(!net.contains(address("10.2.0.0")));
        assert!(!net.contains(address("::ffff:10.1.0.1")));
        let everything: Net = "0.0.0.0/0".parse().expect("a block");
        assert!(everything.contains(address("255.1.2.3")) && !everything.contains(address("::1")));
        assert!("::/0".parse::<Net>().expect("a block").contains(address("fe80::1")));
        assert!(Net::single(address("::1")).contains(address("::1")));
        assert!(!Net::single(address("::1")).contains(address("::2")));
        for bad in ["10.0.0.0/33", "10.0.0.0", "::/129", "10.0.0/8", "x/8", "10.0.0.0/", "10.0.0.0/-1"] {
            assert_eq!(bad.parse::<Net>(), Err(BadNet), "{bad}");
        }
    }
}
