//! The units below one, ranked: their rate, their movement, their course, their target.

use domain::figures::Value;

use super::number::Shown;
use super::stock::Stock;
use super::target;
use super::trend;
use super::view::View;
use crate::below::Below;
use crate::chart::{inline_bar, spark};

/// One line of the table of units.
pub(crate) struct Row {
    pub(crate) rank: String,
    pub(crate) href: String,
    /// Where its number of poor households comes from, and its rate.
    pub(crate) why: String,
    pub(crate) why_rate: String,
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) wider: bool,
    /// Whether one of its figures is divided between units.
    pub(crate) is_allocated: bool,
    pub(crate) rate: Shown,
    pub(crate) bar: String,
    pub(crate) opening: String,
    pub(crate) closing: String,
    pub(crate) sign: String,
    pub(crate) net: String,
    pub(crate) net_zero: bool,
    pub(crate) spark: String,
    pub(crate) target: String,
    pub(crate) attained: String,
    pub(crate) attained_bar: String,
    order: Order,
}

#[derive(Clone, Copy, Default)]
struct Order {
    rate: f64,
    closing: i128,
    net: i128,
    attained: f64,
}

/// The orders a table of units can have.
pub(crate) const SORTS: [&str; 5] = ["rate", "closing", "net", "attained", "name"];

/// The order asked for; by rate otherwise.
pub(crate) fn sort(view: &View<'_>) -> &'static str {
    let asked = view.ask.get("sort").unwrap_or("rate");
    SORTS.into_iter().find(|one| *one == asked).unwrap_or("rate")
}

/// The unit's own row, and those of the units below in the order asked for.
pub(crate) fn rows(view: &View<'_>, below: &[Below]) -> (Row, Vec<Row>) {
    let total = row(view, Below { unit: view.unit, wider: false });
    let mut rows: Vec<Row> = below.iter().map(|one| row(view, *one)).collect();
    // The units come by name: equal ones stay so.
    match sort(view) {
        "closing" => rows.sort_by_key(|row| std::cmp::Reverse(row.order.closing)),
        "net" => rows.sort_by_key(|row| row.order.net),
        "attained" => rows.sort_by(|a, b| b.order.attained.total_cmp(&a.order.attained)),
        "name" => {}
        _ => rows.sort_by(|a, b| {
            let rates = b.order.rate.total_cmp(&a.order.rate);
            rates.then(b.order.closing.cmp(&a.order.closing))
        }),
    }
    let most = rows.iter().map(|row| row.order.rate).fold(0.0, f64::max);
    let mark = Some(total.order.rate).filter(|rate| *rate >= 0.0);
    let most_attained = rows.iter().map(|row| row.order.attained).fold(100.0, f64::max);
    for (at, row) in rows.iter_mut().enumerate() {
        row.rank = (at + 1).to_string();
        // The bar repeats the rate and nothing else.
        if row.order.rate >= 0.0 {
            row.bar = inline_bar(row.order.rate, most, 132.0, "f-acc", mark);
        }
        if row.order.attained >= 0.0 {
            row.attained_bar = inline_bar(row.order.attained, most_attained, 92.0, "f-ink3", None);
        }
    }
    (total, rows)
}

fn row(view: &View<'_>, below: Below) -> Row {
    let unit = below.unit;
    let stock = Stock::of(view, unit, "poor_households");
    let rate = view.figure(unit, "poverty_rate", view.time);
    let target = target::in_force(view, unit, "poor_households_reduction");
    let (attained, share) = match &target {
        Some(version) => (version.attained.clone(), version.share.map_or(-1.0, |s| s * 100.0)),
        None => (String::new(), -1.0),
    };
    let order = Order {
        rate: match rate.value {
            Value::Ratio(n, d) => n as f64 * 100.0 / d as f64,
            _ => -1.0,
        },
        closing: stock.closing.unwrap_or(-1),
        net: stock.net().unwrap_or(0),
        attained: share,
    };
    let rate = Shown::of(view.lang, "poverty_rate", &rate);
    Row {
        rank: String::new(),
        href: view.href(unit, ""),
        name: if unit == view.unit { view.name(unit) } else { view.short(unit).to_owned() },
        why: view.explain(unit, "poor_households"),
        why_rate: view.explain(unit, "poverty_rate"),
        key: view.key(unit).to_owned(),
        wider: below.wider,
        is_allocated: rate.is_allocated() || stock.shown.is_allocated(),
        rate,
        bar: String::new(),
        opening: stock.opening(view),
        closing: stock.shown.number.clone(),
        net: stock.net_text(view),
        net_zero: stock.net() == Some(0),
        sign: stock.shown.sign,
        spark: match stock.closing {
            Some(_) => spark(&trend::course(view, unit, "poor_households")),
            None => String::new(),
        },
        target: target.map_or_else(String::new, |version| version.value),
        attained,
        attained_bar: String::new(),
        order,
    }
}
