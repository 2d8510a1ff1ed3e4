//! The keys of the rows: one byte for the kind, then numbers, big-endian so that they sort.

use crate::Id;

pub(super) const META: &[u8] = b"m";
/// What all states begin with.
pub(super) const STATES: &[u8] = b"s";
/// What the order of all log entries begins with.
pub(super) const LOGGED: &[u8] = b"g";

/// The kinds of rows that belong to one subscription.
pub(super) const OF_SUBSCRIPTION: [u8; 6] = *b"sodqtl";

/// What the rows of one kind and subscription begin with.
pub(super) fn of(kind: u8, id: Id) -> Vec<u8> {
    with(kind, id, &[])
}

pub(super) fn state(id: Id) -> Vec<u8> {
    of(b's', id)
}

pub(super) fn open(id: Id, position: u64) -> Vec<u8> {
    with(b'o', id, &[position])
}

pub(super) fn dead(id: Id, position: u64) -> Vec<u8> {
    with(b'd', id, &[position])
}

pub(super) fn lane(id: Id, lane: u64) -> Vec<u8> {
    with(b'q', id, &[lane])
}

pub(super) fn in_lane(id: Id, lane: u64, position: u64) -> Vec<u8> {
    with(b'q', id, &[lane, position])
}

pub(super) fn due(id: Id, next_ms: u64, position: u64) -> Vec<u8> {
    with(b't', id, &[next_ms, position])
}

pub(super) fn log(id: Id, number: u64) -> Vec<u8> {
    with(b'l', id, &[number])
}

pub(super) fn logged(number: u64) -> Vec<u8> {
    [LOGGED, &number.to_be_bytes()].concat()
}

/// The subscription of a key.
pub(super) fn id_of(key: &[u8]) -> Option<Id> {
    Some(Id::of_bytes(key.get(1..9)?.try_into().ok()?))
}

/// The number in a key, or value, at this byte.
pub(super) fn number(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn with(kind: u8, id: Id, numbers: &[u64]) -> Vec<u8> {
    let mut key = Vec::with_capacity(9 + 8 * numbers.len());
    key.push(kind);
    key.extend(id.to_bytes());
    for number in numbers {
        key.extend(number.to_be_bytes());
    }
    key
}
