//! Charts as SVG text: pure functions from numbers, geometry in attributes, words for who cannot
//! see them.

mod bars;
mod line;
mod spark;

pub(crate) use bars::{bars, inline_bar};
pub(crate) use line::{Line, Plan, line};
pub(crate) use spark::spark;

/// What is known of one time: a point of a line, or a bar.
pub(crate) struct Point {
    /// Under the axis.
    pub(crate) label: String,
    /// How high; none where nothing is known.
    pub(crate) value: Option<f64>,
    /// The value in words.
    pub(crate) text: String,
    /// What has to be said with it; empty when there is nothing.
    pub(crate) marks: String,
    /// Whether it is over a part of the units only: drawn hollow.
    pub(crate) is_partial: bool,
}

impl Point {
    /// All of it in words: on hover and focus, and read out.
    pub(crate) fn says(&self) -> String {
        match self.marks.as_str() {
            "" => format!("{}: {}", self.label, self.text),
            marks => format!("{}: {} ({marks})", self.label, self.text),
        }
    }
}

/// Text that may stand in markup and in an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// How the ticks of an axis are written, all of them at once: alike.
type Names<'a> = &'a dyn Fn(&[f64]) -> Vec<String>;

/// A coordinate with one decimal: more would only make the page longer.
fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// Ticks of an axis that holds all values: round numbers, three to six of them.
fn ticks(least: f64, most: f64) -> Vec<f64> {
    let span = (most - least).max(f64::MIN_POSITIVE);
    let rough = span / 4.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(power * 10.0);
    // Half a household is none.
    let step = if least.fract() == 0.0 && most.fract() == 0.0 { step.max(1.0) } else { step };
    let (first, last) = ((least / step).floor() as i64, (most / step).ceil() as i64);
    (first..=last.max(first + 1)).map(|n| n as f64 * step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_all_values() {
        for (least, most, expected) in [
            (0.0, 400.0, vec![0.0, 100.0, 200.0, 300.0, 400.0]),
            (0.0, 7.0, vec![0.0, 2.0, 4.0, 6.0, 8.0]),
            (1_640.0, 2_342.0, vec![1_600.0, 1_800.0, 2_000.0, 2_200.0, 2_400.0]),
            (0.0, 1.0, vec![0.0, 1.0]),
            (0.0, 0.9, vec![0.0, 0.25, 0.5, 0.75, 1.0]),
            (-3.0, 5.0, vec![-4.0, -2.0, 0.0, 2.0, 4.0, 6.0]),
        ] {
            assert_eq!(ticks(least, most), expected, "{least} to {most}");
        }
    }

    #[test]
    fn markup_in_a_name_stays_text() {
        assert_eq!(escape("<script>\"'&"), "&lt;script&gt;&quot;&#39;&amp;");
    }

    #[test]
    fn coordinates_have_one_decimal_at_most() {
        for (value, expected) in [(3.0, "3"), (2.72, "2.7"), (-0.25, "-0.2"), (1e3, "1000")] {
            assert_eq!(at(value), expected);
        }
    }
}
