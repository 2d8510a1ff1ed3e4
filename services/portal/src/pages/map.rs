//! The map page: the tile map of an indicator, and the units ranked.

use askama::Template;
use domain::catalogue::Measure;
use query::labels;

use super::frame::{Frame, Link};
use super::number::Shown;
use super::outcome::{Fault, Outcome};
use super::text::fill;
use super::tile_map::{self, TileMap};
use super::view::View;
use crate::chart::inline_bar;

/// One row of the ranked table.
struct Ranked {
    /// None where there is no value.
    rank: String,
    href: String,
    name: String,
    shown: Shown,
    bar: String,
}

#[derive(Template)]
#[template(path = "map.html")]
struct Page {
    f: Frame,
    stamp: String,
    title: String,
    map: Option<TileMap>,
    /// Whether map and table stand side by side.
    beside: bool,
    picks: Vec<Link>,
    rows: Vec<Ranked>,
    value_name: String,
    source: String,
    csv: String,
    xlsx: String,
}

/// Indicators that are offered first; any other can be asked for.
const OFFERED: [&str; 10] = [
    "poverty_rate",
    "near_poverty_rate",
    "poor_households",
    "near_poor_households",
    "poor_households_reduction",
    "newly_escaped_households",
    "loan_households",
    "loan_amount",
    "houses_completed",
    "health_insurance_coverage",
];

pub(crate) fn page(view: &View<'_>) -> Result<Outcome, Fault> {
    let asked = view.ask.get("indicator").unwrap_or("poverty_rate");
    let indicator = view.app.rules.plan.indicator(asked).ok_or(Fault::NotFound)?;
    let id = indicator.definition.id.as_str();
    if matches!(indicator.definition.measure, Measure::ChildrenBehind { .. }) {
        return Err(Fault::NotFound);
    }
    let below = view.below();
    let name = labels::indicator(view.lang, id);
    let mut frame = Frame::of_unit(view, "/map", &format!("{name}: {}", view.name(view.unit)));
    frame.say = String::new();
    let mut tiles = tile_map::values(view, &below, id);
    tiles.sort_by(|a, b| b.length.partial_cmp(&a.length).unwrap_or(std::cmp::Ordering::Equal));
    let most = tiles.iter().filter_map(|tile| tile.length).fold(0.0, f64::max);
    let rows = tiles.into_iter().enumerate().map(|(at, tile)| Ranked {
        rank: if tile.length.is_some() { (at + 1).to_string() } else { String::new() },
        href: view.href(tile.unit, ""),
        name: view.name(tile.unit),
        bar: tile.length.map_or_else(String::new, |v| inline_bar(v, most, 132.0, "f-acc", None)),
        shown: tile.shown,
    });
    let map = tile_map::tile_map(view, &below, id, false);
    let picks = OFFERED.into_iter().chain((!OFFERED.contains(&id)).then_some(id));
    let download = |format| {
        let more = [("indicator", Some(id)), ("children", Some("1")), ("format", Some(format))];
        view.download("figures", &more)
    };
    Ok(Outcome::Page(Box::new(Page {
        stamp: if below.is_empty() { String::new() } else { view.count_below(&below) },
        title: tile_map::title(view, &below, &name),
        beside: map.as_ref().is_some_and(|map| !map.wide) && !below.is_empty(),
        map,
        picks: picks
            .map(|one| Link {
                href: view.ask.href(&view.ask.path, &[("indicator", Some(one))]),
                name: labels::indicator(view.lang, one),
                current: one == id,
            })
            .collect(),
        rows: rows.collect(),
        value_name: format!("{name}, {}", labels::counted_in(view.lang, id)),
        source: fill(view.t.source_facts, &[&frame.position]),
        csv: download("csv"),
        xlsx: download("xlsx"),
        f: frame,
    })))
}
