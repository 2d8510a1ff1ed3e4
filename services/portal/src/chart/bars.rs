//! Bars, always from zero: in a table's cell, and as a chart of periods.

use super::{Names, Point, at, escape, ticks};

/// A bar of a table's cell, `width` wide at `most`, with the parent's value as a tick.
pub(crate) fn inline_bar(
    value: f64,
    most: f64,
    width: f64,
    class: &str,
    mark: Option<f64>,
) -> String {
    let long = |v: f64| if most > 0.0 { (v.max(0.0) / most).min(1.0) * width } else { 0.0 };
    let mark = mark.filter(|m| *m > 0.0 && *m <= most).map_or(String::new(), |m| {
        let x = at(long(m).clamp(1.0, width - 1.0));
        format!("<line class=\"mk\" x1=\"{x}\" x2=\"{x}\" y1=\"0\" y2=\"10\"/>")
    });
    format!(
        "<svg class=\"ib\" width=\"{w}\" height=\"10\" viewBox=\"0 0 {w} 10\" aria-hidden=\"true\">\
         <rect class=\"f-line\" x=\"0\" y=\"9\" width=\"{w}\" height=\"1\"/>\
         <rect class=\"{class}\" width=\"{}\" height=\"10\"/>{mark}</svg>",
        at(long(value)),
        w = at(width),
    )
}

/// A chart of bars in two renderings, 660 and 340 wide; the sheet shows one of them.
pub(crate) fn bars(title: &str, says: &str, bars: &[Point], name: Names<'_>) -> String {
    [(660.0, "only-w"), (340.0, "only-n")]
        .map(|(width, class)| rendering(title, says, bars, name, width, class))
        .concat()
}

fn rendering(
    title: &str,
    says: &str,
    bars: &[Point],
    name: Names<'_>,
    width: f64,
    class: &str,
) -> String {
    let height = if bars.len() == 1 { 160.0 } else { 240.0 };
    let most = bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::max);
    let least = bars.iter().filter_map(|bar| bar.value).fold(0.0, f64::min);
    let ticks = ticks(least, if most > least { most } else { least + 1.0 });
    let (low, high) = (ticks[0], ticks[ticks.len() - 1]);
    let names = name(&ticks);
    let left = 8.0 + 7.0 * names.iter().map(|name| name.chars().count()).max().unwrap_or(1) as f64;
    let (top, bottom) = (20.0, height - 26.0);
    let y = |v: f64| bottom - (v - low) / (high - low) * (bottom - top);
    let mut body = String::new();
    for (v, name) in ticks.iter().zip(&names) {
        let line = if *v == 0.0 { "axis" } else { "grid-l" };
        body.push_str(&format!(
            "<line class=\"{line}\" x1=\"{left}\" x2=\"{width}\" y1=\"{y0}\" y2=\"{y0}\"/>\
             <text class=\"e\" x=\"{x}\" y=\"{yt}\">{}</text>",
            escape(name),
            y0 = at(y(*v)),
            x = at(left - 6.0),
            yt = at(y(*v) + 4.0),
        ));
    }
    let step = (width - left) / bars.len().max(1) as f64;
    // One or two bars are not to fill the page.
    let (wide, each) = ((step * 0.68).min(72.0), label_every(bars.len(), step));
    for (i, bar) in bars.iter().enumerate() {
        let middle = left + step * (i as f64 + 0.5);
        if let Some(value) = bar.value {
            let tip = escape(&bar.says());
            let class = if bar.is_partial { "f-part" } else { "f-acc" };
            let (y0, y1) = (y(value.max(0.0)), y(value.min(0.0)));
            body.push_str(&format!(
                "<g data-tip=\"{tip}\" tabindex=\"0\" role=\"img\" aria-label=\"{tip}\"><rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/></g>",
                at(middle - wide / 2.0),
                at(y0),
                at(wide),
                at((y1 - y0).max(0.5)),
            ));
            if step >= 7.5 * bar.text.chars().count() as f64 {
                body.push_str(&format!(
                    "<text class=\"m t-ink halo\" x=\"{}\" y=\"{}\">{}</text>",
                    at(middle),
                    at(y0 - 6.0),
                    escape(&bar.text),
                ));
            }
        }
        if (bars.len() - 1 - i).is_multiple_of(each) {
            body.push_str(&format!(
                "<text class=\"m\" x=\"{}\" y=\"{}\">{}</text>",
                at(middle),
                at(height - 6.0),
                escape(&bar.label),
            ));
        }
    }
    frame(title, says, &body, width, height, class)
}

/// Every how many bars a label fits: the last bar always has one.
fn label_every(bars: usize, step: f64) -> usize {
    const LABEL: f64 = 52.0;
    ((LABEL / step).ceil() as usize).clamp(1, bars.max(1))
}

/// The outer element of a chart, with its title and what it says in words.
pub(super) fn frame(
    title: &str,
    says: &str,
    body: &str,
    width: f64,
    height: f64,
    class: &str,
) -> String {
    format!(
        "<svg class=\"fit {class}\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-label=\"{}\">\
         <desc>{}</desc>{body}</svg>",
        escape(title),
        escape(says),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share_and_never_longer_than_its_cell() {
        for (value, most, expected) in [
            (50.0, 100.0, "width=\"66\" height=\"10\""),
            (0.0, 100.0, "width=\"0\" height=\"10\""),
            (-5.0, 100.0, "width=\"0\" height=\"10\""),
            (300.0, 100.0, "width=\"132\" height=\"10\"/></svg>"),
            (1.0, 0.0, "width=\"0\" height=\"10\""),
        ] {
            let svg = inline_bar(value, most, 132.0, "f-acc", None);
            assert!(svg.contains(expected), "{value} of {most}: {svg}");
        }
        assert!(inline_bar(1.0, 2.0, 100.0, "f-acc", Some(1.0)).contains("x1=\"50\""));
        assert!(!inline_bar(1.0, 2.0, 100.0, "f-acc", Some(3.0)).contains("line class"));
    }

    #[test]
    fn bars_begin_at_zero_and_hostile_labels_stay_text() {
        let bar = |value, is_partial| Point {
            label: "<b>".into(),
            value,
            text: "x".into(),
            marks: String::new(),
            is_partial,
        };
        let all = [bar(Some(10.0), false), bar(None, false), bar(Some(5.0), true)];
        let svg = bars("t", "s", &all, &|all| all.iter().map(f64::to_string).collect());
        assert!(svg.contains(">0</text>") && !svg.contains("<b>"), "{svg}");
        assert_eq!(svg.matches("f-acc").count(), 2, "one whole bar in each rendering");
        assert_eq!(svg.matches("f-part").count(), 2, "and a hollow one");
    }
}
