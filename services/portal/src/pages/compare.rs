//! Two units or two periods side by side; the difference of a rate split into what its numerator
//! and what its denominator did.

use askama::Template;
use domain::atlas::Unit;
use domain::figures::{Figure, Time, Value};
use domain::number::rounded;
use domain::time::Period;
use proto::gazetteer::UnitRef;
use query::{Effects, Exact, labels};

use super::frame::{Choice, Frame};
use super::number::{self, Shown};
use super::outcome::{Fault, Outcome};
use super::text::fill;
use super::time;
use super::view::View;

/// One indicator on both sides.
struct Row {
    href: String,
    name: String,
    id: String,
    left: Shown,
    right: Shown,
    difference: String,
    relative: String,
}

/// The difference of one rate, split.
struct Split {
    name: String,
    numerator: String,
    denominator: String,
    whole: String,
    left: String,
    right: String,
}

#[derive(Template)]
#[template(path = "compare.html")]
struct Page {
    f: Frame,
    stamp: String,
    left: String,
    right: String,
    with_unit: String,
    unknown: bool,
    periods: Vec<Choice>,
    hidden: Vec<(String, String)>,
    action: String,
    rows: Vec<Row>,
    splits: Vec<Split>,
    source: String,
}

/// What is compared: those that say most, in the catalogue's order.
const SHOWN: [&str; 22] = [
    "poor_households",
    "near_poor_households",
    "poor_persons",
    "newly_escaped_households",
    "ethnic_minority_poor_households",
    "households",
    "population",
    "poverty_rate",
    "near_poverty_rate",
    "multidimensional_poverty_rate",
    "ethnic_minority_share_of_poor",
    "poor_households_reduction",
    "poor_households_became_near_poor",
    "poor_households_rose_above",
    "poor_households_relapsed",
    "poor_households_newly_arisen",
    "loan_households",
    "loan_amount",
    "houses_completed",
    "health_insurance_coverage",
    "funds_disbursed",
    "supported_households",
];

pub(crate) fn page(view: &View<'_>) -> Result<Outcome, Fault> {
    let t = view.t;
    let typed = view.ask.get("with").map(str::trim).unwrap_or_default();
    let other = if typed.is_empty() { None } else { found(view, typed) };
    let with_period = match view.ask.get("with_period").filter(|text| !text.is_empty()) {
        Some(text) => {
            let period = text.parse::<Period>().map_err(|_| Fault::Unclear(text.to_owned()))?;
            Some(Time::Period(period))
        }
        None => None,
    };
    // Nothing chosen yet: this period with the one before.
    let time = match (other, with_period) {
        (_, Some(time)) => time,
        (Some(_), None) => view.time,
        (None, None) => view.before().unwrap_or(view.time),
    };
    let unit = other.unwrap_or(view.unit);
    let frame = Frame::of_unit(view, "/compare", t.compare_title);
    let side = |unit: Unit, time: Time| {
        format!("{}, {}", view.name(unit), time::title(view.lang, time).to_lowercase())
    };
    // The other side stands left: it is what this one is measured against.
    let pairs = SHOWN.into_iter().filter(|id| view.app.rules.plan.indicator(id).is_some());
    let (mut rows, mut splits) = (Vec::new(), Vec::new());
    for id in pairs {
        if view.is_heavy(view.unit, id) || view.is_heavy(unit, id) {
            continue;
        }
        let [left, right] = view.pair(id, (unit, time), (view.unit, view.time));
        if matches!((&left.value, &right.value), (Value::Missing(_), Value::Missing(_))) {
            continue;
        }
        splits.extend(split(view, id, &left, &right));
        rows.push(row(view, id, &left, &right));
    }
    let kept = ["period", "from", "to", "boundaries", "lang"];
    Ok(Outcome::Page(Box::new(Page {
        stamp: format!("{} · {}", view.name(view.unit), view.title()),
        left: side(unit, time),
        right: side(view.unit, view.time),
        with_unit: typed.chars().take(100).collect(),
        unknown: !typed.is_empty() && other.is_none(),
        periods: periods(view, with_period),
        hidden: view
            .ask
            .query
            .iter()
            .filter(|(n, _)| kept.contains(&n.as_str()))
            .cloned()
            .collect(),
        action: view.ask.path.clone(),
        rows,
        splits,
        source: fill(t.source_facts, &[&frame.position]),
        f: frame,
    })))
}

/// The unit that was typed: its key, its name, or the best that a search finds.
fn found(view: &View<'_>, text: &str) -> Option<Unit> {
    let gazetteer = view.app.gazetteer;
    let day = view.days().1;
    gazetteer
        .unit(text)
        .or_else(|| gazetteer.resolve(&UnitRef::parse(text), Some(day)).ok())
        .or_else(|| {
            let found = gazetteer.search(text, 20);
            let live = found.iter().find(|unit| gazetteer.atlas.in_force(**unit, day));
            live.or(found.first()).copied()
        })
}

/// Periods of the same length, the newest first.
fn periods(view: &View<'_>, chosen: Option<Time>) -> Vec<Choice> {
    let Time::Period(shown) = view.time else { return Vec::new() };
    let newest = Period::containing(shown.grain(), time::now().0).unwrap_or(shown).max(shown);
    std::iter::successors(Some(newest), |period| period.before())
        .take_while(|period| period.days().end().ymd().0 >= time::FIRST_YEAR)
        .take(24)
        .map(|period| Choice {
            value: period.to_string(),
            name: time::title(view.lang, Time::Period(period)),
            chosen: chosen == Some(Time::Period(period)),
        })
        .collect()
}

fn row(view: &View<'_>, id: &str, left: &Figure, right: &Figure) -> Row {
    let lang = view.lang;
    let (difference, relative) = match (left.value, right.value) {
        (Value::Ratio(n, d), Value::Ratio(m, e)) => (number::points(lang, (n, d), (m, e)), {
            // Relative change of a rate: (m/e − n/d) ÷ n/d.
            relative(view, m * d - n * e, n * e)
        }),
        (before, after) => match (number::exact(&before), number::exact(&after)) {
            (Some((a, 1)), Some((b, 1))) => {
                let whole = Value::Whole((b - a).abs());
                let figure = Figure { value: whole, marks: domain::figures::Marks::default() };
                let text = Shown::of(lang, id, &figure);
                let sign = match (b - a).signum() {
                    1 => "+",
                    0 => "",
                    _ => "\u{2212}",
                };
                let money = labels::counted_in_code(id) == "vnd";
                let text = if money { text.full() } else { text.number };
                (format!("{sign}{text}"), relative(view, b - a, a))
            }
            (_, _) => (String::new(), String::new()),
        },
    };
    Row {
        href: view.href(view.unit, &format!("/i/{id}")),
        name: labels::indicator(lang, id),
        id: id.to_owned(),
        left: Shown::of(lang, id, left),
        right: Shown::of(lang, id, right),
        difference,
        relative,
    }
}

fn relative(view: &View<'_>, difference: i128, base: i128) -> String {
    if base <= 0 {
        return String::new();
    }
    let sign = if difference > 0 { "+" } else { "" };
    format!("{sign}{}\u{a0}%", number::attained(view.lang, difference, base))
}

fn split(view: &View<'_>, id: &str, left: &Figure, right: &Figure) -> Option<Split> {
    let (Value::Ratio(n, d), Value::Ratio(m, e)) = (left.value, right.value) else { return None };
    let Effects { numerator, denominator } = query::effects((n, d), (m, e))?;
    if numerator.numerator() == 0 && denominator.numerator() == 0 {
        return None;
    }
    let lang = view.lang;
    let points = |part: Exact| {
        let digits = rounded(part.numerator() * 100, part.denominator(), 2);
        let text = number::printed(&query::lang::decimal(lang, digits, 2));
        if digits > 0 { format!("+{text}") } else { text }
    };
    let share = |n, d| format!("{}\u{a0}%", number::share(lang, n, d));
    Some(Split {
        name: labels::indicator(lang, id),
        numerator: points(numerator),
        denominator: points(denominator),
        whole: number::points(lang, (n, d), (m, e)),
        left: share(n, d),
        right: share(m, e),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_effects_add_up_to_the_difference_exactly() {
        for (before, after, sign) in [
            // Fewer poor, same households: the numerator alone.
            ((2342, 19_076), (2128, 19_076), (-1, 0)),
            // Same poor, more households: the denominator alone.
            ((2342, 19_076), (2342, 19_104), (0, -1)),
            ((2342, 19_076), (2128, 19_104), (-1, -1)),
            ((10, 100), (12, 80), (1, 1)),
            ((0, 7), (0, 9), (0, 0)),
        ] {
            let Effects { numerator: n, denominator: d } = query::effects(before, after).unwrap();
            let exact = |(n, d): (i128, i128)| Exact::new(n, d).unwrap();
            assert_eq!(n.plus(d), exact(after).minus(exact(before)), "{before:?}");
            let signs = (n.numerator().signum(), d.numerator().signum());
            assert_eq!(signs, sign, "{before:?} {after:?}");
        }
    }
}
