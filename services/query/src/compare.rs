//! Two units, or two times, beside each other; the change of a rate split into what its numerator
//! and what its denominator did.

use domain::atlas::Unit;
use domain::catalogue::Filter;
use domain::disclosure::Guard;
use domain::figures::{Alike, Figure, Missing, Question, Reader, Time, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::figures::line;
use crate::{Exact, Line};

/// An indicator on both sides.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// The indicator's id.
    pub indicator: String,
    /// On the first side: the earlier time, or the unit that is compared with. A share of one unit
    /// at two times is over those of its children of which it is known at both.
    pub first: Line,
    /// On the second side.
    pub second: Line,
    /// Second less first; of shares as a share: times 100 it is percentage points. Left out where
    /// a side has no figure, or the two are of different kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Exact>,
    /// The difference over the first: the relative change, never to be mixed with points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<Exact>,
    /// Of two shares, where the difference comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effects: Option<Effects>,
}

/// The difference of two shares as the sum of two effects.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Effects {
    /// What the numerator's change did.
    pub numerator: Exact,
    /// What the denominator's change did.
    pub denominator: Exact,
}

/// One side of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Side {
    /// The unit.
    pub unit: Unit,
    /// When.
    pub time: Time,
}

/// Compares two sides, indicator by indicator.
pub fn compare(
    guard: &Guard<'_>,
    first: Side,
    second: Side,
    indicators: &[&str],
) -> Vec<Comparison> {
    let filter = Filter::new();
    let one = |indicator: &&str| {
        let question = |Side { unit, time }| {
            let filter = filter.clone();
            Question { unit, indicator, filter, time }
        };
        let Sides { first: a, second: b, alike } =
            sides(guard, &question(first), &question(second));
        let (from, to) = if alike { (a.value, b.value) } else { NOTHING };
        let difference = difference(from, to);
        let base = amount(from);
        Comparison {
            indicator: (*indicator).to_owned(),
            first: line(first.unit, indicator, &filter, &a),
            second: line(second.unit, indicator, &filter, &b),
            difference,
            relative: difference.zip(base).and_then(|(change, base)| {
                // Of a base below zero, "so much more" means nothing.
                (base.numerator() > 0).then(|| change.over(base)).flatten()
            }),
            effects: match (from, to) {
                (Value::Ratio(n, d), Value::Ratio(m, e)) => effects((n, d), (m, e)),
                _ => None,
            },
        }
    };
    indicators.iter().map(one).collect()
}

const NOTHING: (Value, Value) =
    (Value::Missing(Missing::NoDenominator), Value::Missing(Missing::NoDenominator));

struct Sides {
    first: Figure,
    second: Figure,
    /// Whether there is sense in a difference.
    alike: bool,
}

/// Both figures, as far as they may be told; of one unit at two times a share is over the same units at both.
fn sides(guard: &Guard<'_>, first: &Question<'_>, second: &Question<'_>) -> Sides {
    let reader = Reader::from(guard.fold());
    let (a, b) = (guard.figure(&reader, first), guard.figure(&reader, second));
    let is_hidden = |figure: &Figure| matches!(figure.value, Value::Missing(Missing::Hidden(_)));
    if is_hidden(&a) || is_hidden(&b) {
        return Sides { first: a, second: b, alike: false };
    }
    if guard.hides_difference(first, second) {
        return Sides { first: a, second: guard.hidden(), alike: false };
    }
    let same = (first.unit == second.unit).then(|| reader.alike(second, first.time)).flatten();
    if let Some(Ok(Alike { before, after, marks })) = same {
        let figure = |(n, d)| Figure { value: Value::Ratio(n, d), marks: marks.clone() };
        return Sides { first: figure(before), second: figure(after), alike: true };
    }
    Sides { first: a, second: b, alike: same.is_none() }
}

fn amount(value: Value) -> Option<Exact> {
    match value {
        Value::Whole(value) => Some(Exact::whole(value)),
        Value::Ratio(above, below) => Exact::new(above, below),
        Value::Points { before, after } => {
            Exact::new(before.0, before.1)?.minus(Exact::new(after.0, after.1)?)
        }
        Value::Stated(decimal) => {
            Exact::new(i128::from(decimal.digits), 10i128.checked_pow(u32::from(decimal.places))?)
        }
        Value::Missing(_) => None,
    }
}

fn difference(first: Value, second: Value) -> Option<Exact> {
    let share = |value| matches!(value, Value::Ratio(..) | Value::Points { .. });
    if share(first) != share(second) {
        return None;
    }
    amount(second)?.minus(amount(first)?)
}

/// Splits `m/e - n/d` into the effect of the numerator, `(m - n) · (1/d + 1/e) / 2`, and that of
/// the denominator, `(1/e - 1/d) · (n + m) / 2`.
///
/// Each factor's change is weighed by the mean of the other before and after (the symmetric form,
/// which is Shapley's for two factors; Das Gupta, *Standardization and Decomposition of Rates*,
/// US Bureau of the Census, 1993). It has no remainder, and turning time round only changes the
/// signs; holding either side fixed would leave a remainder or favour one year.
pub fn effects(first: (i128, i128), second: (i128, i128)) -> Option<Effects> {
    let ((n, d), (m, e)) = (first, second);
    let below = d.checked_mul(e)?.checked_mul(2)?;
    let numerator = m.checked_sub(n)?.checked_mul(d.checked_add(e)?)?;
    let denominator = n.checked_add(m)?.checked_mul(d.checked_sub(e)?)?;
    Some(Effects {
        numerator: Exact::new(numerator, below)?,
        denominator: Exact::new(denominator, below)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effects_of_a_rate_sum_to_its_change_exactly() {
        let table = [
            // Only the numerator moved.
            ((156, 10_000), (126, 10_000), (-3, 1000), (0, 1)),
            // Only the denominator moved: 10/100 to 10/200.
            ((10, 100), (10, 200), (0, 1), (-1, 20)),
            // Both: 2342/19077 to 2073/19200.
            ((2342, 19_077), (2073, 19_200), (-10_296_513, 732_556_800), (-543_045, 732_556_800)),
            ((0, 7), (0, 9), (0, 1), (0, 1)),
            ((0, 7), (3, 7), (3, 7), (0, 1)),
        ];
        for (first, second, numerator, denominator) in table {
            let found = effects(first, second).unwrap();
            let exact = |(n, d): (i128, i128)| Exact::new(n, d).unwrap();
            assert_eq!(found.numerator, exact(numerator), "{first:?} {second:?}");
            assert_eq!(found.denominator, exact(denominator), "{first:?} {second:?}");
            let change = exact(second).minus(exact(first));
            assert_eq!(found.numerator.plus(found.denominator), change);
            let back = effects(second, first).unwrap();
            assert_eq!(back.numerator, exact((-numerator.0, numerator.1)), "turned round");
        }
        assert_eq!(effects((1, i128::MAX), (1, 2)), None, "beyond 128 bits there is no answer");
    }

    #[test]
    fn kinds_that_cannot_be_compared_have_no_difference() {
        let table = [
            (Value::Whole(2), Value::Whole(5), Some((3, 1))),
            (Value::Whole(2), Value::Ratio(1, 2), None),
            (Value::Ratio(1, 4), Value::Ratio(1, 2), Some((1, 4))),
            (Value::Whole(2), Value::Missing(domain::figures::Missing::NotStated), None),
            (Value::Stated("1.5".parse().unwrap()), Value::Whole(2), Some((1, 2))),
        ];
        for (first, second, expected) in table {
            let found = difference(first, second).map(|one| (one.numerator(), one.denominator()));
            assert_eq!(found, expected, "{first:?} {second:?}");
        }
    }
}
