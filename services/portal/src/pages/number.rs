//! Figures as pages write them: a true minus, no line break before a unit, marks said.

use domain::codes::{Code, Confirmation, Qualifier};
use domain::figures::{Figure, Missing, Value};
use domain::number::rounded;
use domain::time::Day;
use proto::gazetteer::Lang;
use query::{labels, lang as written};

/// A number as printed: U+2212 for minus, blanks that do not break.
pub(crate) fn printed(text: &str) -> String {
    text.replace('-', "\u{2212}").replace(' ', "\u{a0}")
}

/// 1.751
pub(crate) fn whole(lang: Lang, value: i128) -> String {
    printed(&written::whole(lang, value))
}

/// +3, −214, 0
pub(crate) fn signed(lang: Lang, value: i128) -> String {
    let plus = if value > 0 { "+" } else { "" };
    format!("{plus}{}", whole(lang, value))
}

/// 11,14
pub(crate) fn share(lang: Lang, numerator: i128, denominator: i128) -> String {
    if denominator == 0 {
        return "…".to_owned();
    }
    printed(&written::decimal(lang, rounded(numerator * 100, denominator, 2), 2))
}

/// 30,5: a share of a target, with one decimal.
pub(crate) fn attained(lang: Lang, numerator: i128, denominator: i128) -> String {
    if denominator == 0 {
        return "…".to_owned();
    }
    printed(&written::decimal(lang, rounded(numerator * 100, denominator, 1), 1))
}

/// −1,14 điểm %: from `before` to `after`.
pub(crate) fn points(lang: Lang, before: (i128, i128), after: (i128, i128)) -> String {
    let text = printed(&written::points(lang, after, before));
    let rises = after.0 * before.1 > before.0 * after.1;
    if rises { format!("+{text}") } else { text }
}

/// 14/6/2021 or 2021-06-14.
pub(crate) fn day(lang: Lang, day: Day) -> String {
    query::written::date(lang, &day.to_string())
}

/// A figure ready to be shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    /// The number alone: `1.751`, `11,14`, `113,0`; `…` when there is none.
    pub(crate) number: String,
    /// What stands behind it: `%`, `tỷ đồng`, `hộ`.
    pub(crate) unit: String,
    /// `2.128 / 19.104`, for a share.
    pub(crate) parts: String,
    /// What has to be said with it.
    pub(crate) marks: Vec<String>,
    /// Whether it is over a part of the units only.
    pub(crate) is_partial: bool,
    /// A letter behind the number in a table: `≈` allocated, `k/n`, `!` a figure that
    /// cannot be, `*` anything else.
    pub(crate) sign: String,
    /// Why there is no number.
    pub(crate) missing: String,
}

impl Shown {
    /// The figure of an indicator.
    pub(crate) fn of(lang: Lang, id: &str, figure: &Figure) -> Shown {
        let mut shown = Shown { unit: labels::counted_in(lang, id), ..Shown::default() };
        match figure.value {
            Value::Whole(value) if labels::counted_in_code(id) == "vnd" => {
                (shown.number, shown.unit) = money(lang, value);
            }
            Value::Whole(value) => shown.number = whole(lang, value),
            Value::Ratio(n, d) => {
                shown.number = share(lang, n, d);
                shown.unit = "%".to_owned();
                shown.parts =
                    format!("{} / {}", whole(lang, n), whole(lang, d)).replace(' ', "\u{a0}");
            }
            Value::Points { before, after } => {
                let text = printed(&written::points(lang, before, after));
                let (number, unit) = text.split_once('\u{a0}').unwrap_or((&text, ""));
                (shown.number, shown.unit) = (number.to_owned(), unit.to_owned());
            }
            Value::Stated(value) => shown.number = printed(&written::stated(lang, value)),
            Value::Missing(Missing::Hidden(min)) => {
                shown.number = labels::hidden(lang).to_owned();
                shown.unit = String::new();
                shown.missing = labels::missing(lang, &format!("{}{min}", query::HIDDEN));
            }
            Value::Missing(why) => {
                shown.number = "…".to_owned();
                shown.unit = String::new();
                shown.missing = match why {
                    Missing::NeedsTimelines => {
                        let (vi, en) = ("mở chỉ số để đếm", "open the indicator to count");
                        written::pick(lang, vi, en).to_owned()
                    }
                    Missing::NotStated
                    | Missing::NoDenominator
                    | Missing::NoNumerator
                    | Missing::NotKept
                    | Missing::NotReported
                    | Missing::UnknownIndicator
                    | Missing::Hidden(_)
                    | Missing::BeyondRange => labels::missing(lang, why.code()),
                };
            }
        }
        shown.mark(lang, figure);
        if let Some(passed) = query::plausible::passed(id, figure) {
            let mark = format!("{}{}", query::IMPLAUSIBLE, passed.rule.id);
            shown.marks.insert(0, labels::mark(lang, &mark));
            shown.sign.push('!');
        }
        shown
    }

    fn mark(&mut self, lang: Lang, figure: &Figure) {
        let marks = &figure.marks;
        if marks.allocated {
            self.marks.push(labels::mark(lang, "allocated"));
            self.sign.push('≈');
        }
        if let Some((told, all)) = marks.children.filter(|(told, all)| told < all) {
            self.marks.push(query::written::complete(lang, (told, all)));
            self.sign = format!("{}{told}/{all}", self.sign);
            self.is_partial = true;
        } else if let Some((open, all)) = marks.communes {
            self.marks.push(query::written::lists(lang, (open, all)));
            self.sign = format!("{}{open}/{all}", self.sign);
            self.is_partial = true;
        }
        if let Some(level) = marks.level.filter(|level| *level != Confirmation::Official) {
            self.marks.push(labels::mark(lang, level.code()));
            self.sign.push('*');
        }
        if let Some(words) = marks.qualifier.filter(|words| *words != Qualifier::Exact) {
            self.marks.push(labels::mark(lang, words.code()));
        }
        if let Some(day) = marks.base {
            self.marks.push(labels::mark(lang, &format!("{}{day}", query::BASE)));
        }
        if !marks.reference.is_empty() {
            self.marks.push(marks.reference.to_string());
        }
    }

    /// Whether a commune's figure was divided between units without knowing which part is whose.
    pub(crate) fn is_allocated(&self) -> bool {
        self.sign.starts_with('≈')
    }

    /// Number and unit in one, as in a sentence: `1.751 hộ`.
    pub(crate) fn full(&self) -> String {
        match self.unit.is_empty() {
            true => self.number.clone(),
            false => format!("{}\u{a0}{}", self.number, self.unit),
        }
    }
}

/// Money in the unit people say it in; the whole number of đồng is in the downloads.
pub(super) fn money(lang: Lang, dong: i128) -> (String, String) {
    let by = |scale: i128, places: u32| {
        printed(&written::decimal(lang, rounded(dong, scale, places), places))
    };
    let (number, unit) = match (dong.unsigned_abs(), lang) {
        (1_000_000_000.., Lang::Vi) => (by(1_000_000_000, 2), "tỷ đồng"),
        (1_000_000_000.., Lang::En) => (by(1_000_000_000, 2), "billion đồng"),
        (1_000_000.., Lang::Vi) => (by(1_000_000, 1), "triệu đồng"),
        (1_000_000.., Lang::En) => (by(1_000_000, 1), "million đồng"),
        (_, Lang::Vi) => (whole(lang, dong), "đồng"),
        (_, Lang::En) => (whole(lang, dong), "đồng"),
    };
    (number, unit.to_owned())
}

/// The value as a length or a height, for charts only; shares in percent.
pub(crate) fn length(value: &Value) -> Option<f64> {
    match value {
        Value::Whole(value) => Some(*value as f64),
        Value::Ratio(n, d) => Some(*n as f64 * 100.0 / *d as f64),
        Value::Points { before, after } => {
            let share = |(n, d): (i128, i128)| n as f64 * 100.0 / d as f64;
            Some(share(*before) - share(*after))
        }
        Value::Stated(decimal) => {
            Some(decimal.digits as f64 / 10f64.powi(i32::from(decimal.places)))
        }
        Value::Missing(_) => None,
    }
}

/// The value exactly, as numerator and denominator; shares as shares of one.
pub(crate) fn exact(value: &Value) -> Option<(i128, i128)> {
    match value {
        Value::Whole(value) => Some((*value, 1)),
        Value::Ratio(n, d) => Some((*n, *d)),
        Value::Points { before, after } => {
            Some((before.0 * after.1 - after.0 * before.1, before.1 * after.1))
        }
        Value::Stated(decimal) => {
            Some((i128::from(decimal.digits), 10i128.pow(u32::from(decimal.places))))
        }
        Value::Missing(_) => None,
    }
}

/// Writes the ticks of an axis: whole numbers, or all with as few decimals as they need; from a
/// billion on in billions, which only money comes to.
pub(crate) fn ticks(lang: Lang, values: &[f64]) -> Vec<String> {
    const BILLION: f64 = 1e9;
    let is_large = values.iter().any(|value| value.abs() >= BILLION);
    let (scale, unit) = match is_large {
        true => (BILLION, written::pick(lang, "\u{a0}tỷ", "\u{a0}billion")),
        false => (1.0, ""),
    };
    let places = values.iter().map(|value| places(value / scale)).max().unwrap_or(0);
    let written = |value: &f64| {
        let digits = (value / scale * 10f64.powi(places as i32)).round() as i128;
        let unit = if digits == 0 { "" } else { unit };
        format!("{}{unit}", printed(&written::decimal(lang, digits, places)))
    };
    values.iter().map(written).collect()
}

/// How many decimals a tick needs, three at most.
fn places(value: f64) -> u32 {
    (0..3u32)
        .find(|places| {
            let scaled = value * 10f64.powi(*places as i32);
            (scaled - scaled.round()).abs() < 1e-6
        })
        .unwrap_or(3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::figures::Marks;

    #[test]
    fn numbers_have_a_true_minus_and_do_not_break() {
        for (written, expected) in [
            (signed(Lang::Vi, -1214), "−1.214"),
            (signed(Lang::Vi, 3), "+3"),
            (signed(Lang::En, 0), "0"),
            (share(Lang::Vi, 2128, 19_104), "11,14"),
            (share(Lang::Vi, 1, 0), "…"),
            (attained(Lang::Vi, 214, 702), "30,5"),
            (points(Lang::Vi, (1228, 10_000), (1114, 10_000)), "−1,14\u{a0}điểm\u{a0}%"),
            (points(Lang::En, (10, 100), (12, 100)), "+2.00\u{a0}pp"),
            (points(Lang::Vi, (1, 2), (1, 2)), "0,00\u{a0}điểm\u{a0}%"),
            (ticks(Lang::Vi, &[2.8, 3.0]).join(" "), "2,8 3,0"),
            (ticks(Lang::Vi, &[0.0, 0.25, 0.5]).join(" "), "0,00 0,25 0,50"),
            (ticks(Lang::Vi, &[1600.0]).join(" "), "1.600"),
            (ticks(Lang::Vi, &[0.0, 1e11, 2e11]).join(" "), "0 100\u{a0}tỷ 200\u{a0}tỷ"),
            (ticks(Lang::En, &[5e8, 1e9]).join(" "), "0.5\u{a0}billion 1.0\u{a0}billion"),
            (money(Lang::Vi, 113_000_000_000).0, "113,00"),
            (money(Lang::Vi, -5_500_000).0, "−5,5"),
        ] {
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn what_has_to_be_said_with_a_figure_is_said() {
        let figure = Figure {
            value: Value::Ratio(1, 2),
            marks: Marks { allocated: true, children: Some((3, 14)), ..Marks::default() },
        };
        let shown = Shown::of(Lang::Vi, "poverty_rate", &figure);
        assert_eq!((shown.number.as_str(), shown.parts.as_str()), ("50,00", "1\u{a0}/\u{a0}2"));
        assert_eq!(shown.sign, "≈3/14");
        assert_eq!(shown.marks.len(), 2, "{:?}", shown.marks);
    }
}
