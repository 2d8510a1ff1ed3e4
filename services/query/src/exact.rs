//! Exact shares and differences of them: a fraction in lowest terms, never rounded here.

use std::cmp::Ordering;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, OneOfBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::long::Whole;

/// A fraction in lowest terms, its denominator above zero. In JSON a pair of whole numbers; one
/// that 64 bits cannot hold is written as a text of digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    /// The fraction, in lowest terms; none over zero, or beyond 128 bits.
    pub fn new(numerator: i128, denominator: i128) -> Option<Exact> {
        if denominator == 0 || numerator == i128::MIN || denominator == i128::MIN {
            return None;
        }
        let divisor = common(numerator, denominator) * denominator.signum();
        Some(Exact { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// A whole number.
    pub fn whole(value: i128) -> Exact {
        Exact { numerator: value, denominator: 1 }
    }

    /// Above the line.
    pub fn numerator(self) -> i128 {
        self.numerator
    }

    /// Below the line; above zero.
    pub fn denominator(self) -> i128 {
        self.denominator
    }

    /// The sum; none beyond 128 bits.
    pub fn plus(self, other: Exact) -> Option<Exact> {
        let above = self.numerator.checked_mul(other.denominator)?;
        let below = other.numerator.checked_mul(self.denominator)?;
        Exact::new(above.checked_add(below)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// The difference; none beyond 128 bits.
    pub fn minus(self, other: Exact) -> Option<Exact> {
        self.plus(Exact { numerator: -other.numerator, ..other })
    }

    /// The product; none beyond 128 bits.
    pub fn times(self, other: Exact) -> Option<Exact> {
        let above = self.numerator.checked_mul(other.numerator)?;
        Exact::new(above, self.denominator.checked_mul(other.denominator)?)
    }

    /// The quotient; none over zero, or beyond 128 bits.
    pub fn over(self, other: Exact) -> Option<Exact> {
        let above = self.numerator.checked_mul(other.denominator)?;
        Exact::new(above, self.denominator.checked_mul(other.numerator)?)
    }

    /// Below zero.
    pub fn is_negative(self) -> bool {
        self.numerator < 0
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Exact) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Exact) -> Ordering {
        let here = self.numerator.checked_mul(other.denominator);
        match (here, other.numerator.checked_mul(self.denominator)) {
            (Some(here), Some(there)) => here.cmp(&there),
            (_, _) => by_quotients(*self, *other),
        }
    }
}

/// Compares what products of 128 bits cannot hold: by whole parts, then by what is left over.
fn by_quotients(mut a: Exact, mut b: Exact) -> Ordering {
    let mut upside_down = false;
    loop {
        let whole = |one: Exact| one.numerator.div_euclid(one.denominator);
        let rest = |one: Exact| one.numerator.rem_euclid(one.denominator);
        let found = match (whole(a).cmp(&whole(b)), rest(a), rest(b)) {
            (Ordering::Equal, 0, 0) => Ordering::Equal,
            (Ordering::Equal, 0, _) => Ordering::Less,
            (Ordering::Equal, _, 0) => Ordering::Greater,
            (Ordering::Equal, more, more_of_other) => {
                // a/b < c/d where d/c < b/a.
                a = Exact { numerator: a.denominator, denominator: more };
                b = Exact { numerator: b.denominator, denominator: more_of_other };
                upside_down = !upside_down;
                continue;
            }
            (apart, _, _) => apart,
        };
        return if upside_down { found.reverse() } else { found };
    }
}

/// The greatest common divisor, above zero; neither is the least number there is.
fn common(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl PartialSchema for Exact {
    fn schema() -> RefOr<Schema> {
        let side = OneOfBuilder::new()
            .item(ObjectBuilder::new().schema_type(Type::Integer))
            .item(ObjectBuilder::new().schema_type(Type::String).pattern(Some("^-?[0-9]+$")));
        let pair = ArrayBuilder::new().items(side).min_items(Some(2)).max_items(Some(2));
        let what = "Numerator and denominator, in lowest terms.";
        pair.description(Some(what)).build().into()
    }
}

impl ToSchema for Exact {}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (Whole::from(self.numerator), Whole::from(self.denominator)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Exact, D::Error> {
        let (above, below) = <(Whole, Whole)>::deserialize(deserializer)?;
        let both = above.value().zip(below.value());
        both.and_then(|(above, below)| Exact::new(above, below))
            .ok_or_else(|| serde::de::Error::custom("not a fraction"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_in_lowest_terms_and_never_overflow() {
        let table = [
            (Exact::new(6, 4), Some((3, 2))),
            (Exact::new(6, -4), Some((-3, 2))),
            (Exact::new(0, 7), Some((0, 1))),
            (Exact::new(1, 0), None),
            (Exact::new(i128::MIN, 1), None),
            (Exact::whole(1).over(Exact::whole(3)), Some((1, 3))),
            (Exact::whole(i128::MAX).plus(Exact::whole(1)), None),
            (Exact::whole(i128::MAX).times(Exact::whole(2)), None),
            (Exact::whole(1).over(Exact::whole(0)), None),
            (Exact::new(1, 3).and_then(|third| third.minus(Exact::new(1, 2)?)), Some((-1, 6))),
        ];
        for (number, (found, expected)) in table.into_iter().enumerate() {
            let found = found.map(|exact| (exact.numerator(), exact.denominator()));
            assert_eq!(found, expected, "line {number}");
        }
    }

    #[test]
    fn fractions_are_ordered_also_where_products_overflow() {
        let big = i128::MAX / 2;
        let ordered = [
            Exact::new(-big, 2),
            Exact::new(-1, 3),
            Exact::new(-1, big),
            Exact::new(0, 1),
            Exact::new(1, big),
            Exact::new(1, big - 2),
            Exact::new(1, 3),
            Exact::new(big - 1, big),
            Exact::new(big, big - 1),
            Exact::new(big, 2),
            Exact::new(big, 1),
        ]
        .map(Option::unwrap);
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(a.cmp(b), i.cmp(&j), "{a:?} {b:?}");
                assert_eq!(by_quotients(*a, *b), i.cmp(&j), "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn json_keeps_every_digit() {
        for (numerator, json) in
            [(-3, "[-3,1]"), (i128::from(i64::MAX) + 1, r#"["9223372036854775808",1]"#)]
        {
            let exact = Exact::whole(numerator);
            let text = serde_json::to_string(&exact).unwrap();
            assert_eq!(text, json);
            assert_eq!(serde_json::from_str::<Exact>(&text).unwrap(), exact);
        }
        assert!(serde_json::from_str::<Exact>("[1,0]").is_err());
    }
}
