//! A series as bytes: for each cell the distance to the slot before, and the value, as varints.
//! A distance of zero goes on with a value that takes more than 64 bits: see [`domain::exact`].

use domain::exact;
use domain::posting::Slot;

/// Packs cells in slot order.
pub(crate) fn pack(cells: impl Iterator<Item = (Slot, i64)>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut before = 0;
    for (slot, value) in cells {
        put(&mut out, u64::from(slot.0 - before));
        put(&mut out, ((value << 1) ^ (value >> 63)) as u64);
        before = slot.0;
    }
    out
}

/// Calls `visit` with each cell; `None` if the bytes are not what [`pack`] gives.
pub(crate) fn unpack(mut bytes: &[u8], mut visit: impl FnMut(Slot, i64)) -> Option<()> {
    let mut before: Option<(u16, i64)> = None;
    while !bytes.is_empty() {
        let step = u16::try_from(take(&mut bytes)?).ok()?;
        let slot = match before {
            None => step,
            Some((_, value)) if step == 0 && !exact::may_go_on(value) => return None,
            Some((slot, _)) => slot.checked_add(step)?,
        };
        let coded = take(&mut bytes)?;
        if coded == 0 {
            return None;
        }
        let value = (coded >> 1) as i64 ^ -((coded & 1) as i64);
        visit(Slot(slot), value);
        before = Some((slot, value));
    }
    before.map(|_| ())
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_comes_back_as_it_was() {
        let table: &[&[(u16, i64)]] = &[
            &[(0, 1)],
            &[(65_535, -1)],
            &[(0, i64::MAX), (1, i64::MIN), (65_535, 63), (65_535, -64)][..3],
            &[(5, i64::MAX), (5, i64::MAX), (5, 3), (6, -i64::MAX), (6, -1)],
            &[(7_300, 50_000_000), (7_301, -50_000_000), (9_000, 64)],
        ];
        for cells in table {
            let bytes = pack(cells.iter().map(|(slot, value)| (Slot(*slot), *value)));
            let mut back = Vec::new();
            unpack(&bytes, |slot, value| back.push((slot.0, value))).unwrap();
            assert_eq!(back, *cells);
        }
    }

    #[test]
    fn bytes_that_are_no_series_are_refused() {
        let table: &[(&[u8], &str)] = &[
            (&[], "no cell"),
            (&[5], "no value"),
            (&[5, 0], "a value of zero"),
            (&[5, 2, 0, 2], "a slot twice"),
            (&[0xFF, 0xFF, 0x7F, 2], "a slot beyond the last"),
            (&[5, 0x80], "cut short"),
        ];
        for (bytes, why) in table {
            assert!(unpack(bytes, |_, _| {}).is_none(), "{why}");
        }
    }
}
