//! Whether a figure is what a report says, under the precision and the words of the report; in whole
//! numbers only.

use domain::codes::Qualifier;
use domain::fact::Decimal;
use domain::figures::Value;

/// A number over another, the latter above zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Fraction(i128, i128);

impl Fraction {
    fn at_most(self, other: Fraction) -> bool {
        self.0 * other.1 <= other.0 * self.1
    }

    fn plus(self, other: Fraction) -> Fraction {
        Fraction(self.0 * other.1 + other.0 * self.1, self.1 * other.1)
    }

    fn minus(self, other: Fraction) -> Fraction {
        self.plus(Fraction(-other.0, other.1))
    }
}

impl From<Decimal> for Fraction {
    fn from(decimal: Decimal) -> Fraction {
        Fraction(i128::from(decimal.digits), 10i128.pow(u32::from(decimal.places)))
    }
}

/// Whether a value lies where a published number puts it: within half the precision of it, or, for
/// "over", "at least" and "nearly", within the whole precision on the side the word says. Without
/// a precision the number is exact. Shares are compared in percent, differences of shares in
/// percentage points; a value that is missing agrees with nothing.
pub fn agrees(
    value: &Value,
    published: Decimal,
    precision: Option<Decimal>,
    qualifier: Qualifier,
) -> bool {
    let Some(value) = fraction(value) else { return false };
    let told = Fraction::from(published);
    let precision = precision.map_or(Fraction(0, 1), Fraction::from);
    let half = Fraction(precision.0, precision.1 * 2);
    let (least, most) = match qualifier {
        Qualifier::Exact | Qualifier::About => (told.minus(half), told.plus(half)),
        Qualifier::Over | Qualifier::AtLeast => (told, told.plus(precision)),
        Qualifier::Nearly => (told.minus(precision), told),
    };
    least.at_most(value) && value.at_most(most)
}

fn fraction(value: &Value) -> Option<Fraction> {
    Some(match value {
        Value::Whole(value) => Fraction(*value, 1),
        Value::Ratio(numerator, denominator) => Fraction(numerator * 100, *denominator),
        Value::Points { before, after } => {
            Fraction(before.0 * 100, before.1).minus(Fraction(after.0 * 100, after.1))
        }
        Value::Stated(decimal) => Fraction::from(*decimal),
        Value::Missing(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::figures::Missing;

    #[test]
    fn a_value_agrees_within_the_published_precision_and_not_beyond() {
        let number = |text: &str| -> Decimal { text.parse().unwrap() };
        let exact = Qualifier::Exact;
        let table = [
            (Value::Whole(1_779), "1779", "", exact, true),
            (Value::Whole(1_768), "1779", "", exact, false),
            // 269 of 2,342 is 11,4859 %.
            (Value::Ratio(269, 2_342), "11.5", "0.1", exact, true),
            (Value::Ratio(269, 2_342), "11.4", "0.1", exact, false),
            (Value::Ratio(269, 2_342), "11.49", "0.01", exact, true),
            (Value::Ratio(1, 8), "12.5", "", exact, true),
            (Value::Whole(113_400_000_000), "113000000000", "1000000000", exact, true),
            (Value::Whole(113_500_000_001), "113000000000", "1000000000", exact, false),
            // "trên 350", to the nearest ten.
            (Value::Whole(355), "350", "10", Qualifier::Over, true),
            (Value::Whole(349), "350", "10", Qualifier::Over, false),
            (Value::Whole(361), "350", "10", Qualifier::Over, false),
            (Value::Whole(345), "350", "10", Qualifier::Nearly, true),
            // "từ 3 % trở lên" stated as 3.
            (Value::Stated(number("3")), "3", "1", Qualifier::AtLeast, true),
            (Value::Stated(number("3.30")), "3.30", "0.01", exact, true),
            (Value::Stated(number("3.68")), "3.30", "0.01", exact, false),
            // 1,56 % to 1,26 %: 0,30 percentage points.
            (Value::Points { before: (156, 10_000), after: (126, 10_000) }, "0.3", "", exact, true),
            (Value::Missing(Missing::NotStated), "0", "1", exact, false),
        ];
        for (value, published, precision, qualifier, expected) in table {
            let precision = (!precision.is_empty()).then(|| number(precision));
            let found = agrees(&value, number(published), precision, qualifier);
            assert_eq!(found, expected, "{value:?} is {qualifier:?} {published}");
        }
    }
}
