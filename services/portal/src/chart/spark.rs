//! Sparklines: the course of one row, on its own scale.

use super::at;

/// A line of 124 by 24 with a dot at its end; nothing when fewer than two values are known.
pub(crate) fn spark(values: &[Option<f64>]) -> String {
    let known: Vec<(usize, f64)> =
        values.iter().enumerate().filter_map(|(i, value)| value.map(|v| (i, v))).collect();
    let (Some((last_at, last)), true) = (known.last().copied(), known.len() > 1) else {
        return String::new();
    };
    let least = known.iter().map(|(_, v)| *v).fold(f64::INFINITY, f64::min);
    let most = known.iter().map(|(_, v)| *v).fold(f64::NEG_INFINITY, f64::max);
    let steps = (values.len() - 1) as f64;
    let x = |i: usize| 3.0 + 116.0 * i as f64 / steps;
    let y = |v: f64| if most > least { 20.0 - 16.0 * (v - least) / (most - least) } else { 12.0 };
    let mut path = String::new();
    let mut pen_up = true;
    for (i, value) in values.iter().enumerate() {
        match value {
            Some(v) => {
                let verb = if pen_up { 'M' } else { 'L' };
                path.push_str(&format!("{verb}{} {}", at(x(i)), at(y(*v))));
                pen_up = false;
            }
            // A gap in what is known is a gap in the line.
            None => pen_up = true,
        }
    }
    format!(
        "<svg width=\"124\" height=\"24\" viewBox=\"0 0 124 24\" aria-hidden=\"true\">\
         <path class=\"ln thin\" d=\"{path}\"/>\
         <circle class=\"f-acc\" cx=\"{}\" cy=\"{}\" r=\"2.5\"/></svg>",
        at(x(last_at)),
        at(y(last)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_rises_where_the_numbers_rise_and_breaks_where_none_is_known() {
        for (values, expected) in [
            (vec![], None),
            (vec![Some(1.0)], None),
            (vec![None, Some(1.0)], None),
            (vec![Some(1.0), Some(3.0)], Some("M3 20L119 4")),
            (vec![Some(2.0), Some(2.0)], Some("M3 12L119 12")),
            (vec![Some(0.0), None, Some(4.0)], Some("M3 20M119 4")),
        ] {
            let svg = spark(&values);
            match expected {
                None => assert_eq!(svg, "", "{values:?}"),
                Some(path) => assert!(svg.contains(path), "{values:?}: {svg}"),
            }
        }
    }
}
