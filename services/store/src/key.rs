//! The keys of the rows: one byte for the kind, then numbers, big-endian so that they sort.

use domain::atlas::Unit;
use domain::posting::{Column, Site};

pub(crate) const META: &[u8] = b"m";
pub(crate) const UPPER_MARK: &[u8] = b"v";
pub(crate) const CELLS: &[u8] = b"c";
pub(crate) const FACTS: &[u8] = b"f";
pub(crate) const UPPER: &[u8] = b"u";
pub(crate) const UNREADABLE: &[u8] = b"x";
pub(crate) const NOTICES: &[u8] = b"n";

pub(crate) fn cells(site: Site, column: Column) -> [u8; 5] {
    pair(b'c', site.0, column.0)
}

/// What all series of a site begin with.
pub(crate) fn site(site: Site) -> [u8; 3] {
    let [high, low] = site.0.to_be_bytes();
    [b'c', high, low]
}

pub(crate) fn upper(unit: Unit, column: Column) -> [u8; 5] {
    pair(b'u', unit.0, column.0)
}

pub(crate) fn chunk(number: u32) -> [u8; 5] {
    let [a, b, c, d] = number.to_be_bytes();
    [b'f', a, b, c, d]
}

pub(crate) fn unreadable(position: u64) -> [u8; 9] {
    long(b'x', position)
}

/// A run of notices, by the number of its last.
pub(crate) fn notices(number: u64) -> [u8; 9] {
    long(b'n', number)
}

fn long(kind: u8, number: u64) -> [u8; 9] {
    let mut key = [kind; 9];
    key[1..].copy_from_slice(&number.to_be_bytes());
    key
}

fn pair(kind: u8, first: u16, second: u16) -> [u8; 5] {
    let ([a, b], [c, d]) = (first.to_be_bytes(), second.to_be_bytes());
    [kind, a, b, c, d]
}

/// The two numbers of a `c` or `u` key.
pub(crate) fn read_pair(key: &[u8]) -> Option<(u16, u16)> {
    let [_, a, b, c, d] = *key else { return None };
    Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])))
}

/// The number of an `x` or `n` key.
pub(crate) fn read_long(key: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(key.get(1..)?.try_into().ok()?))
}
