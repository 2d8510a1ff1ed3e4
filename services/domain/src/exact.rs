//! Exact sums: a total that 64 bits cannot hold lies in several values, never wrapped.
//!
//! A cell keeps its value in 64 bits, for there are very many cells and hardly one needs more.
//! One that does is listed several times under one address: as often as its total holds
//! [`i64::MAX`] that value, then the rest. That form is canonical, so that equal totals are equal
//! lists, and who adds the values up in 128 bits has the total. So many facts that 128 bits do not
//! hold them cannot be written.

/// The values that a total lies in: the largest that 64 bits hold, with its sign, as often as it
/// goes, then what is left. None for zero.
pub fn split(total: i128) -> impl Iterator<Item = i64> {
    let most = i128::from(i64::MAX) * total.signum();
    let mut left = total;
    std::iter::from_fn(move || {
        let next = if left.abs() > most.abs() { most } else { left };
        left -= next;
        // Not beyond what 64 bits hold, by the line above.
        (next != 0).then_some(next as i64)
    })
}

/// Whether another value of the same address may follow this one.
pub fn may_go_on(value: i64) -> bool {
    value == i64::MAX || value == -i64::MAX
}

/// Adds up neighbours of one address, in a list that is sorted by address: what is left is
/// canonical, without zeros.
pub fn add_up<T: Copy>(
    list: &mut Vec<T>,
    same: impl Fn(&T, &T) -> bool,
    value: impl Fn(&mut T) -> &mut i64,
) {
    let mut is_plain = true;
    list.dedup_by(|later, first| {
        let is_same = same(later, first);
        if !is_same {
            return false;
        }
        let sum = value(first).checked_add(*value(later)).filter(|sum| *sum != i64::MIN);
        match sum {
            Some(sum) => *value(first) = sum,
            None => is_plain = false,
        }
        sum.is_some()
    });
    if is_plain {
        list.retain_mut(|one| {
            // It has no opposite in 64 bits, and so no place in the canonical form.
            is_plain &= *value(one) != i64::MIN;
            *value(one) != 0
        });
    }
    if !is_plain {
        add_up_wide(list, same, value);
    }
}

/// The same where a sum does not fit: each total is made in 128 bits and split again.
#[cold]
fn add_up_wide<T: Copy>(
    list: &mut Vec<T>,
    same: impl Fn(&T, &T) -> bool,
    value: impl Fn(&mut T) -> &mut i64,
) {
    let mut out = Vec::with_capacity(list.len());
    for alike in list.chunk_by_mut(|a, b| same(a, b)) {
        let total: i128 = alike.iter_mut().map(|one| i128::from(*value(one))).sum();
        out.extend(split(total).map(|part| {
            let mut one = alike[0];
            *value(&mut one) = part;
            one
        }));
    }
    *list = out;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Values near all edges of 64 bits.
    fn edge() -> impl Strategy<Value = i64> {
        let edges = [0, 1, -1, 7, i64::MAX, i64::MAX - 1, -i64::MAX, i64::MIN, i64::MAX / 2];
        prop_oneof![proptest::sample::select(edges.to_vec()), any::<i64>()]
    }

    proptest! {
        #[test]
        fn sums_are_exact_and_canonical(values in prop::collection::vec((0u8..3, edge()), 0..12)) {
            let mut list = values.clone();
            list.sort_unstable_by_key(|(address, _)| *address);
            add_up(&mut list, |a, b| a.0 == b.0, |one| &mut one.1);
            let expected: Vec<(u8, i64)> = (0..3)
                .flat_map(|address| {
                    let own = values.iter().filter(|one| one.0 == address);
                    let total = own.map(|one| i128::from(one.1)).sum();
                    split(total).map(move |part| (address, part))
                })
                .collect();
            prop_assert_eq!(list, expected);
        }

        #[test]
        fn a_total_is_the_sum_of_its_parts(total in -(1i128 << 67)..(1i128 << 67)) {
            let parts: Vec<i64> = split(total).collect();
            prop_assert_eq!(parts.iter().map(|part| i128::from(*part)).sum::<i128>(), total);
            prop_assert!(parts.iter().rev().skip(1).all(|part| may_go_on(*part)));
            prop_assert!(parts.iter().all(|part| *part != 0 && *part != i64::MIN));
        }
    }
}
