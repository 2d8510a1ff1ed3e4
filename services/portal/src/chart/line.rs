//! Lines over time: what was observed, and the course that a target asks for.

use super::bars::frame;
use super::{Names, Point, at, escape, ticks};

/// The straight course of a target, in steps of the points.
pub(crate) struct Plan {
    /// From which point, and at which value.
    pub(crate) from: (f64, f64),
    /// To which point, and at which value.
    pub(crate) to: (f64, f64),
    /// What it asks for.
    pub(crate) label: String,
    /// When it ends: under the axis.
    pub(crate) ends: String,
    /// Whether it is in force: dashed ink, not dotted grey.
    pub(crate) in_force: bool,
}

/// A chart of one line.
pub(crate) struct Line<'a> {
    /// Its name.
    pub(crate) title: &'a str,
    /// What it says, in words.
    pub(crate) says: &'a str,
    /// Observed, in order.
    pub(crate) points: &'a [Point],
    /// Targets.
    pub(crate) plans: &'a [Plan],
    /// Whether the axis begins at zero; where it does not, the page says so.
    pub(crate) from_zero: bool,
}

/// The chart in two renderings, 660 and 340 wide; the sheet shows one of them.
pub(crate) fn line(chart: &Line<'_>, name: Names<'_>) -> String {
    [(660.0, "only-w"), (340.0, "only-n")]
        .map(|(width, class)| rendering(chart, name, width, class))
        .concat()
}

fn rendering(chart: &Line<'_>, name: Names<'_>, width: f64, class: &str) -> String {
    const HEIGHT: f64 = 260.0;
    const LABEL: f64 = 48.0;
    let known = chart.points.iter().filter_map(|point| point.value);
    let all: Vec<f64> =
        known.chain(chart.plans.iter().flat_map(|plan| [plan.from.1, plan.to.1])).collect();
    let most = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = all.iter().copied().fold(f64::INFINITY, f64::min);
    if all.is_empty() {
        return String::new();
    }
    let least = if chart.from_zero || least == most { least.min(0.0) } else { least };
    let ticks = ticks(least, if most > least { most } else { least + 1.0 });
    let (low, high) = (ticks[0], ticks[ticks.len() - 1]);
    let names = name(&ticks);
    let left = 8.0 + 7.0 * names.iter().map(|name| name.chars().count()).max().unwrap_or(1) as f64;
    let longest = chart.plans.iter().map(|plan| plan.label.chars().count()).max();
    // Room for the last value and for what the targets ask for, beside the line and not on it.
    let ending = chart.points.last().map(|point| point.text.chars().count());
    let right = width - 12.0 - longest.max(ending).map_or(0.0, |n| 7.2 * n as f64);
    let (top, bottom) = (16.0, HEIGHT - 26.0);
    let last = chart
        .plans
        .iter()
        .map(|plan| plan.to.0)
        .fold(chart.points.len().saturating_sub(1) as f64, f64::max);
    let x = |i: f64| left + 6.0 + (right - left - 6.0) * i / last.max(1.0);
    let y = |v: f64| bottom - (v - low) / (high - low) * (bottom - top);

    let mut body = String::new();
    for (n, (v, name)) in ticks.iter().zip(&names).enumerate() {
        let line = if n == 0 { "axis" } else { "grid-l" };
        body.push_str(&format!(
            "<line class=\"{line}\" x1=\"{left}\" x2=\"{}\" y1=\"{y0}\" y2=\"{y0}\"/>\
             <text class=\"e\" x=\"{}\" y=\"{}\">{}</text>",
            at(right + 6.0),
            at(left - 6.0),
            at(y(*v) + 4.0),
            escape(name),
            y0 = at(y(*v)),
        ));
    }
    for (plan, label_y) in chart.plans.iter().zip(apart(chart.plans.iter().map(|p| y(p.to.1)))) {
        let (class, text) = if plan.in_force { ("ln-now", "t-ink t-b") } else { ("ln-2", "") };
        body.push_str(&format!(
            "<path class=\"{class}\" d=\"M{} {}L{} {}\"/><text class=\"{text}\" x=\"{}\" y=\"{}\">{}</text>",
            at(x(plan.from.0)),
            at(y(plan.from.1)),
            at(x(plan.to.0)),
            at(y(plan.to.1)),
            at(x(plan.to.0) + 8.0),
            at(label_y + 4.0),
            escape(&plan.label),
        ));
    }
    let furthest = chart.plans.iter().max_by(|a, b| a.to.0.total_cmp(&b.to.0));
    let newest = chart.points.len().saturating_sub(1) as f64;
    if let Some(plan) = furthest.filter(|plan| x(plan.to.0) - x(newest) >= LABEL) {
        body.push_str(&format!(
            "<text class=\"m\" x=\"{}\" y=\"{}\">{}</text>",
            at(x(plan.to.0)),
            at(HEIGHT - 6.0),
            escape(&plan.ends),
        ));
    }
    let mut path = String::new();
    let mut pen_up = true;
    for (i, point) in chart.points.iter().enumerate() {
        match point.value {
            Some(v) => {
                let verb = if pen_up { 'M' } else { 'L' };
                path.push_str(&format!("{verb}{} {}", at(x(i as f64)), at(y(v))));
                pen_up = false;
            }
            None => pen_up = true,
        }
    }
    body.push_str(&format!("<path class=\"ln\" d=\"{path}\"/>"));
    let room = x(1.0) - x(0.0);
    let every = (LABEL / room.max(1.0)).ceil() as usize;
    let count = chart.points.len();
    for (i, point) in chart.points.iter().enumerate() {
        let px = x(i as f64);
        if let Some(v) = point.value {
            let tip = escape(&point.says());
            let class = if point.is_partial { "pt part" } else { "pt" };
            body.push_str(&format!(
                "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"3.5\" data-tip=\"{tip}\" tabindex=\"0\" role=\"img\" aria-label=\"{tip}\"/>",
                at(px),
                at(y(v)),
            ));
            if i + 1 == count {
                let (dx, dy) = if chart.plans.is_empty() { (9.0, 4.0) } else { (6.0, -9.0) };
                body.push_str(&format!(
                    "<text class=\"halo t-acc t-b\" x=\"{}\" y=\"{}\">{}</text>",
                    at(px + dx),
                    at(y(v) + dy),
                    escape(&point.text),
                ));
            }
        }
        if (count - 1 - i).is_multiple_of(every.max(1)) {
            body.push_str(&format!(
                "<text class=\"m\" x=\"{}\" y=\"{}\">{}</text>",
                at(px),
                at(HEIGHT - 6.0),
                escape(&point.label),
            ));
        }
    }
    frame(chart.title, chart.says, &body, width, HEIGHT, class)
}

/// Moves labels apart so that none covers another; their order stays.
fn apart(wanted: impl Iterator<Item = f64>) -> Vec<f64> {
    const ROW: f64 = 15.0;
    let wanted: Vec<f64> = wanted.collect();
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut placed = wanted.clone();
    let mut lowest = f64::INFINITY;
    // From the bottom up: the axis is below, and above there is room.
    for at in order.into_iter().rev() {
        placed[at] = wanted[at].min(lowest - ROW);
        lowest = placed[at];
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_keep_their_order_and_their_distance() {
        for (wanted, expected) in [
            (vec![], vec![]),
            (vec![10.0, 50.0], vec![10.0, 50.0]),
            (vec![50.0, 52.0, 54.0], vec![24.0, 39.0, 54.0]),
            (vec![54.0, 50.0], vec![54.0, 39.0]),
        ] {
            assert_eq!(apart(wanted.clone().into_iter()), expected, "{wanted:?}");
        }
    }

    #[test]
    fn a_line_has_its_points_its_target_and_a_gap_where_nothing_is_known() {
        let point = |value, told: &str| Point {
            label: "6/21".into(),
            value,
            text: "x".into(),
            marks: told.into(),
            is_partial: !told.is_empty(),
        };
        let points = [point(Some(10.0), "3 < 14"), point(None, ""), point(Some(20.0), "")];
        let plan = Plan {
            from: (0.0, 10.0),
            to: (4.0, 0.0),
            label: "<0".into(),
            ends: "12/21".into(),
            in_force: true,
        };
        let chart =
            Line { title: "t", says: "s", points: &points, plans: &[plan], from_zero: true };
        let svg = line(&chart, &|all| all.iter().map(f64::to_string).collect());
        assert_eq!(svg.matches("<circle").count(), 4, "two points in each rendering");
        assert_eq!(svg.matches("class=\"pt part\"").count(), 2, "one of them is hollow");
        assert_eq!(svg.matches("aria-label=\"6/21: x (3 &lt; 14)\"").count(), 2, "{svg}");
        assert_eq!(svg.matches("aria-label=\"6/21: x\"").count(), 2, "{svg}");
        assert_eq!(svg.matches("ln-now").count(), 2);
        assert_eq!(svg.matches(">12/21</text>").count(), 2, "the axis names where the target ends");
        assert!(svg.contains("&lt;0") && !svg.contains("NaN"), "{svg}");
        let course = svg.split("class=\"ln\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(course.matches('M').count(), 2, "{course}");
        let none = Line { title: "t", says: "s", points: &[], plans: &[], from_zero: true };
        assert_eq!(line(&none, &|all| all.iter().map(f64::to_string).collect()), "");
    }

    #[test]
    fn the_last_value_is_not_cut_off_beside_a_short_target() {
        let point = |value| Point {
            label: "6/21".into(),
            value: Some(value),
            text: "2,342 households".into(),
            marks: String::new(),
            is_partial: false,
        };
        let (from, to) = ((0.0, 10.0), (1.0, 0.0));
        let (label, ends) = ("0".into(), "12/21".into());
        let plans = [Plan { from, to, label, ends, in_force: true }];
        let points = [point(10.0), point(20.0)];
        let chart = Line { title: "t", says: "s", points: &points, plans: &plans, from_zero: true };
        let svg = line(&chart, &|all| all.iter().map(f64::to_string).collect());
        let labels: Vec<f64> = svg
            .split("<text class=\"halo t-acc t-b\" x=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().parse().unwrap())
            .collect();
        for (x, width) in labels.iter().zip([660.0, 340.0]) {
            assert!(x + 7.2 * 16.0 <= width, "it begins at {x} of {width}");
        }
        assert_eq!(labels.len(), 2);
    }
}
