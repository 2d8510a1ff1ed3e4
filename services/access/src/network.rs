//! What stands for one address wherever something is limited by address.

use std::net::IpAddr;

/// The network an address is in: who has one IPv6 address has 2⁶⁴. This machine's own stays itself.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if !v6.is_loopback() => {
            IpAddr::V6((u128::from(v6) & !u128::from(u64::MAX)).into())
        }
        canonical => canonical,
    }
}
