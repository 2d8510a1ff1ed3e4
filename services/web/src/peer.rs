//! Where a request comes from.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use access::network;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};

/// The other end of the connection: put into each request by [`crate::serve`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Peer(pub SocketAddr);

/// The address of whoever asks, as limits count it: put into each request by the door; unspecified
/// where there is no door.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Client(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Client, Infallible> {
        let told = parts.extensions.get::<Client>().copied();
        Ok(told.unwrap_or(Client(Ipv4Addr::UNSPECIFIED.into())))
    }
}

/// The address of whoever asks. Behind a proxy of ours that is what the proxy says last; anything
/// before it may be made up.
pub(crate) fn client(extensions: &Extensions, headers: &HeaderMap, behind_proxy: bool) -> IpAddr {
    // Unknown is nobody near.
    let peer = extensions.get::<Peer>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip());
    let told = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        last.rsplit(',').next()?.trim().parse().ok()
    };
    network(if behind_proxy { told().unwrap_or(peer) } else { peer })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxy_says_last_counts() {
        let table = [
            ("198.51.100.7:1", None, false, "198.51.100.7"),
            ("198.51.100.7:1", Some("10.0.0.1"), false, "198.51.100.7"),
            ("127.0.0.1:1", Some("10.0.0.1, 203.0.113.9"), true, "203.0.113.9"),
            ("127.0.0.1:1", Some("203.0.113.9, rubbish"), true, "127.0.0.1"),
            ("127.0.0.1:1", None, true, "127.0.0.1"),
            ("[::1]:1", None, false, "::1"),
            ("[::ffff:10.1.2.3]:1", None, false, "10.1.2.3"),
            ("[2001:db8:1:2:3:4:5:6]:1", None, false, "2001:db8:1:2::"),
        ];
        for (peer, forwarded, behind_proxy, expected) in table {
            let mut extensions = Extensions::new();
            extensions.insert(Peer(peer.parse().expect("an address")));
            let mut headers = HeaderMap::new();
            if let Some(forwarded) = forwarded {
                headers.insert("x-forwarded-for", forwarded.parse().expect("a value"));
            }
            let found = client(&extensions, &headers, behind_proxy);
            assert_eq!(found.to_string(), expected, "{peer} {forwarded:?}");
        }
    }
}
