//! Which addresses may be sent to: public ones, and those that the operator allows.
//!
//! Whoever may register a URL could otherwise have this machine ask what only this machine can
//! reach: a router, a database, the cloud's page of credentials (OWASP: server-side request forgery).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use url::{Host, Url};

use crate::{Error, Failure, Result};

/// Longest URL.
pub(crate) const URL_BYTES_MAX: usize = 2048;

/// A network: `127.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cidr {
    base: IpAddr,
    bits: u8,
}

/// What may be sent to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Guard {
    /// Networks that may be, although they are private, and without TLS.
    pub allowed: Vec<Cidr>,
}

/// Private, shared, reserved, multicast or for documentation (RFC 6890 and IANA's registry), and
/// the one public address at which a cloud answers its own machines only.
const REFUSED_V4: [(Ipv4Addr, u8); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// The only part of IPv6 that is given out.
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What is special in it: protocol assignments with Teredo, documentation, 6to4.
const REFUSED_V6: [(Ipv6Addr, u8); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

impl Guard {
    /// Nothing private.
    pub fn strict() -> Guard {
        Guard::default()
    }

    /// Whether an address may be sent to: by TLS, or without.
    pub fn admits(&self, address: IpAddr, is_tls: bool) -> bool {
        let address = address.to_canonical();
        self.allowed.iter().any(|network| network.holds(address)) || is_tls && is_public(address)
    }

    /// Of the addresses that a name has, those that may be sent to.
    ///
    /// # Errors
    /// `PrivateAddress`, when there are none.
    pub(crate) fn of_these(
        &self,
        addresses: impl IntoIterator<Item = IpAddr>,
        is_tls: bool,
    ) -> Result<Vec<IpAddr>, Failure> {
        let good = addresses.into_iter().filter(|address| self.admits(*address, is_tls));
        let good: Vec<IpAddr> = good.collect();
        if good.is_empty() { Err(Failure::PrivateAddress) } else { Ok(good) }
    }

    /// Reads the URL of a new subscription. What a name resolves to is looked at with each attempt.
    ///
    /// # Errors
    /// `Refused`.
    pub fn check(&self, text: &str) -> Result<Url> {
        let url = parse(text)?;
        let refused = |what: &str| Err(Error::refused("url", what));
        let is_tls = url.scheme() == "https";
        match literal(&url) {
            Some(address) if !self.admits(address, is_tls) && is_tls => refused(
                "this address is private or reserved; name a public host, or have the operator \
                 allow it: --webhook-allow CIDR",
            ),
            Some(address) if !self.admits(address, is_tls) => refused(
                "webhooks go by https; http is only for networks that the operator allows: \
                 --webhook-allow CIDR",
            ),
            None if !is_tls && self.allowed.is_empty() => refused("webhooks go by https"),
            Some(_) | None => Ok(url),
        }
    }
}

/// Reads a URL, whoever it leads to.
///
/// # Errors
/// `Refused`.
pub(crate) fn parse(text: &str) -> Result<Url> {
    let refused = |what: &str| Err(Error::refused("url", what));
    if text.len() > URL_BYTES_MAX {
        return refused("a URL has at most 2,048 bytes");
    }
    let Ok(url) = Url::parse(text) else {
        return refused("it is no URL; write https://host/path");
    };
    if !matches!(url.scheme(), "https" | "http") {
        return refused("webhooks go by https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refused("name and password have no place in a URL; the signature says who sends");
    }
    if url.fragment().is_some() {
        return refused("a fragment (#…) is never sent; leave it out");
    }
    match (url.host(), url.port()) {
        (None, _) => refused("it names no host"),
        // Below 1024 are mail, files and other services that could take a request for their own.
        (Some(_), Some(port)) if port < 1024 && port != 80 && port != 443 => {
            refused("take port 443, or one from 1024")
        }
        (Some(_), _) => Ok(url),
    }
}

/// The address, where the host is one and no name.
pub(crate) fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(v4) => Some(v4.into()),
        Host::Ipv6(v6) => Some(IpAddr::from(v6).to_canonical()),
        Host::Domain(_) => None,
    }
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(_) => !REFUSED_V4.iter().any(|one| network(*one).holds(address)),
        IpAddr::V6(_) => {
            network(GLOBAL_V6).holds(address)
                && !REFUSED_V6.iter().any(|one| network(*one).holds(address))
        }
    }
}

fn network((base, bits): (impl Into<IpAddr>, u8)) -> Cidr {
    Cidr { base: base.into(), bits }
}

impl Cidr {
    /// Whether an address is in it. Those of IPv4 in IPv6 clothes are IPv4's.
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                u32::from(base) & mask == u32::from(address) & mask
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0);
                u128::from(base) & mask == u128::from(address) & mask
            }
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

impl FromStr for Cidr {
    type Err = String;

    fn from_str(text: &str) -> Result<Cidr, String> {
        let wrong = || format!("{text:?} is no network; write 10.1.0.0/16 or fd00::/8");
        let (base, bits) = text.split_once('/').map_or((text, None), |(a, b)| (a, Some(b)));
        let base: IpAddr = base.trim().parse().map_err(|_| wrong())?;
        let bits_max = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(bits_max), |bits| bits.trim().parse()).map_err(|_| wrong())?;
        if bits > bits_max { Err(wrong()) } else { Ok(Cidr { base, bits }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_reserved_addresses_are_refused_to_their_last_and_no_further() {
        for (text, good) in [
            ("0.0.0.0", false),
            ("0.255.255.255", false),
            ("1.0.0.0", true),
            ("9.255.255.255", true),
            ("10.0.0.0", false),
            ("10.255.255.255", false),
            ("11.0.0.0", true),
            ("100.63.255.255", true),
            ("100.64.0.0", false),
            ("100.100.100.200", false), // a cloud's metadata
            ("100.127.255.255", false),
            ("100.128.0.0", true),
            ("126.255.255.255", true),
            ("127.0.0.1", false),
            ("127.255.255.255", false),
            ("168.63.129.15", true),
            ("168.63.129.16", false), // a cloud's metadata
            ("169.253.255.255", true),
            ("169.254.169.254", false), // clouds' metadata
            ("169.255.0.0", true),
            ("172.15.255.255", true),
            ("172.16.0.0", false),
            ("172.31.255.255", false),
            ("172.32.0.0", true),
            ("192.0.0.192", false), // a cloud's metadata
            ("192.0.2.1", false),
            ("192.0.3.0", true),
            ("192.88.99.1", false),
            ("192.167.255.255", true),
            ("192.168.1.1", false),
            ("192.169.0.0", true),
            ("198.17.255.255", true),
            ("198.18.0.0", false),
            ("198.19.255.255", false),
            ("198.20.0.0", true),
            ("198.51.100.7", false),
            ("203.0.113.7", false),
            ("203.0.114.0", true),
            ("223.255.255.255", true),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("240.0.0.1", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::7f00:1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:169.254.169.254", false),
            ("::ffff:8.8.8.8", true),
            ("64:ff9b::7f00:1", false),
            ("100::1", false),
            ("2001::1", false),
            ("2001:1ff:ffff::1", false),
            ("2001:200::1", true),
            ("2001:db8::1", false),
            ("2001:4860:4860::8888", true),
            ("2002:7f00:1::1", false),
            ("2606:4700::1111", true),
            ("3fff::1", false),
            ("3fff:1000::1", true),
            ("4000::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false), // a cloud's metadata
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ] {
            let address = text.parse().unwrap();
            assert_eq!(Guard::strict().admits(address, true), good, "{text}");
            assert!(!Guard::strict().admits(address, false), "never without TLS: {text}");
        }
    }

    #[test]
    fn what_the_operator_allows_may_be_sent_to_and_nothing_beside() {
        let guard =
            Guard { allowed: vec!["127.0.0.0/8".parse().unwrap(), "fd12::/16".parse().unwrap()] };
        for (text, good) in [
            ("127.0.0.1", true),
            ("::ffff:127.0.0.1", true),
            ("126.0.0.1", false),
            ("10.0.0.1", false),
            ("::1", false),
            ("fd12::1", true),
            ("fd13::1", false),
        ] {
            assert_eq!(guard.admits(text.parse().unwrap(), false), good, "{text}");
        }
        for text in ["10.0.0.0/33", "fd00::/129", "10.0.0/8", "", "all", "10.0.0.0/-1"] {
            assert!(text.parse::<Cidr>().is_err(), "{text:?}");
        }
        let one: Cidr = "10.0.0.7".parse().unwrap();
        assert!(one.holds("10.0.0.7".parse().unwrap()));
        assert!(!one.holds("10.0.0.6".parse().unwrap()));
        let all: Cidr = "0.0.0.0/0".parse().unwrap();
        assert!(all.holds("192.168.0.1".parse().unwrap()));
    }

    #[test]
    fn a_url_leads_by_https_to_a_public_host_unless_the_operator_allows_it() {
        let allowing = Guard { allowed: vec!["127.0.0.0/8".parse().unwrap()] };
        for (text, strict, allowed) in [
            ("https://example.org/hook", true, true),
            ("https://example.org:8443/hook?a=b", true, true),
            ("https://example.org:443/", true, true),
            ("https://8.8.8.8/", true, true),
            ("http://example.org/", false, true), // looked at again when its address is known
            ("http://8.8.8.8/", false, false),
            ("http://127.0.0.1:9000/", false, true),
            ("https://127.0.0.1:9000/", false, true),
            ("https://127.1/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://2130706433/", false, true),
            ("https://[::ffff:127.0.0.1]/", false, true),
            ("https://[::1]/", false, false),
            ("https://10.0.0.1/", false, false),
            ("https://169.254.169.254/latest/meta-data/", false, false),
            ("https://hoa:secret@example.org/", false, false),
            ("https://hoa@example.org/", false, false),
            ("https://example.org/#part", false, false),
            ("https://example.org:22/", false, false),
            ("https://example.org:25/", false, false),
            ("ftp://example.org/", false, false),
            ("file:///etc/passwd", false, false),
            ("https://", false, false),
            ("example.org/hook", false, false),
            ("", false, false),
        ] {
            assert_eq!(Guard::strict().check(text).is_ok(), strict, "strict: {text}");
            assert_eq!(allowing.check(text).is_ok(), allowed, "allowing: {text}");
        }
        let long = format!("https://example.org/{}", "a".repeat(URL_BYTES_MAX));
        assert!(Guard::strict().check(&long).is_err());
    }
}
