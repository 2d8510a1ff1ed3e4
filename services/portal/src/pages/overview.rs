//! The overview of a unit: where it stands, what moved, and who below it needs looking at.

use askama::Template;
use domain::codes::Standing;
use domain::household::MovementRow;
use domain::movements::MovementTable;
use query::labels;

use super::frame::{Frame, Link};
use super::heads::{self, Head};
use super::lede;
use super::milestone::{self, Event};
use super::number;
use super::outcome::Outcome;
use super::recent::{KeyedFact, RecentFact};
use super::rows::{self, Row};
use super::stock::Stock;
use super::target::{self, Version};
use super::text::fill;
use super::tile_map::{self, TileMap};
use super::trend::{self, Trend};
use super::view::View;
use super::words::{self, Texts as Words};
use crate::chart::inline_bar;

/// Milestones that are shown of a unit.
const MILESTONES: usize = 3;

/// One movement within the period.
struct Move {
    name: String,
    households: String,
    bar: String,
    total: bool,
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    f: Frame,
    parent: String,
    key: String,
    count: String,
    days: String,
    in_force: bool,
    not_yet: bool,
    goes_on: bool,
    kin_forward: bool,
    kin: Vec<Link>,
    kin_more: String,
    lede: String,
    heads: Vec<Head>,
    trend: Trend,
    trend_title: String,
    targets: Vec<(Version, String)>,
    moves: Vec<Move>,
    moves_title: String,
    moves_href: String,
    map: Option<TileMap>,
    map_href: String,
    total: Row,
    rows: Vec<Row>,
    sort: &'static str,
    sorts: Vec<(&'static str, String)>,
    notes: String,
    any_target: bool,
    recent: Option<Vec<RecentFact>>,
    keyed: Vec<KeyedFact>,
    w: &'static Words,
    milestones: Vec<Event>,
    milestones_href: String,
    source: String,
    figures_csv: String,
    figures_xlsx: String,
    findings_href: String,
    rate_href: String,
}

pub(crate) fn page(
    view: &View<'_>,
    recent: Option<Vec<RecentFact>>,
    keyed: Vec<KeyedFact>,
) -> Outcome {
    let t = view.t;
    let name = view.name(view.unit);
    let stock = Stock::of(view, view.unit, "poor_households");
    let targets = target::versions(view, view.unit, "poor_households_reduction");
    let flow = view.reader().movements(view.unit, Standing::Poor, view.time);
    let below = view.below();
    let (total, table) = rows::rows(view, &below);
    let trend = trend::trend(view, "poor_households", t.trend, &targets);
    let (from, to) = view.days();
    let (kin_forward, kin) = view.kin();
    let kin_more = kin.len().saturating_sub(6);
    let mut frame = Frame::of_unit(view, "", &name);
    let headline = lede::headline(view.lang, &stock);
    frame.say = format!("{name}: {headline}.");
    let map = tile_map::tile_map(view, &below, map_indicator(view, &table), true);
    let sorts = rows::SORTS.iter().map(|sort| {
        let href = view.ask.href(&view.ask.path, &[("sort", Some(sort))]);
        (*sort, format!("{href}#units"))
    });
    Outcome::Page(Box::new(Page {
        parent: parent(view),
        key: view.key(view.unit).to_owned(),
        count: if below.is_empty() { String::new() } else { view.count_below(&below) },
        days: format!("{} – {}", number::day(view.lang, from), number::day(view.lang, to)),
        in_force: view.in_force(),
        not_yet: view.app.rules.atlas.record(view.unit).from > to,
        goes_on: view.goes_on(),
        kin_forward,
        kin: kin
            .iter()
            .take(6)
            .map(|unit| Link {
                href: view.ask.href(&format!("/u/{}", view.key(*unit)), &[]),
                name: view.name(*unit),
                current: false,
            })
            .collect(),
        kin_more: if kin_more > 0 {
            fill(t.and_more, &[&kin_more.to_string()])
        } else {
            String::new()
        },
        lede: lede::lede(view, &name, &flow, &stock, targets.last()),
        heads: heads::heads(view, &stock, targets.last()),
        trend_title: headline,
        trend,
        targets: targets
            .into_iter()
            .map(|version| {
                let share = version.share.unwrap_or(0.0) * 100.0;
                let bar = inline_bar(share, 100f64.max(share), 112.0, "f-acc", None);
                (version, bar)
            })
            .rev()
            .collect(),
        moves_title: moves_title(view, &flow),
        moves: moves(view, &flow),
        moves_href: view.href(view.unit, "/movements"),
        map,
        map_href: view.href(view.unit, "/map"),
        notes: view
            .notes(table.iter().any(|row| row.is_allocated), table.iter().any(|row| row.wider)),
        any_target: table.iter().any(|row| !row.target.is_empty()),
        total,
        rows: table,
        sort: rows::sort(view),
        sorts: sorts.collect(),
        recent,
        keyed,
        w: words::of(view.lang),
        milestones: milestone::latest(view.app, view.ask, view.unit, MILESTONES),
        milestones_href: view.ask.href("/milestones", &[("unit", Some(view.key(view.unit)))]),
        source: fill(t.source_facts, &[&frame.position]),
        figures_csv: view.download("figures", &[("children", Some("1")), ("format", Some("csv"))]),
        figures_xlsx: view
            .download("figures", &[("children", Some("1")), ("format", Some("xlsx"))]),
        findings_href: view.href(view.unit, "/findings"),
        rate_href: view.href(view.unit, "/i/poverty_rate"),
        f: frame,
    }))
}

/// The unit above, unless it is the nation.
fn parent(view: &View<'_>) -> String {
    let atlas = &view.app.rules.atlas;
    let above = atlas.ancestry(view.unit).skip(1).filter(|unit| view.key(*unit) != "VN");
    above.map(|unit| view.name(unit)).collect::<Vec<_>>().join(", ")
}

fn map_indicator(view: &View<'_>, rows: &[Row]) -> &'static str {
    let asked = view.ask.get("indicator");
    let rates = rows.iter().any(|row| row.rate.missing.is_empty());
    match asked {
        Some("poor_households") => "poor_households",
        _ if rates => "poverty_rate",
        _ => "poor_households",
    }
}

fn moves_title(view: &View<'_>, table: &MovementTable) -> String {
    if let Some(why) = table.of.missing {
        return labels::missing(view.lang, why.code());
    }
    let of = |decrease: bool| -> i128 {
        let rows = table
            .rows
            .iter()
            .filter(|(row, _)| *row != MovementRow::Registered && row.is_decrease() == decrease);
        rows.map(|(_, heads)| heads.households).sum()
    };
    let left = table.closing.households;
    let [down, up, left] = [of(true), of(false), left].map(|n| number::whole(view.lang, n));
    match view.lang {
        proto::gazetteer::Lang::Vi => format!("Giảm {down}, tăng {up}: còn {left} hộ"),
        proto::gazetteer::Lang::En => format!("{down} fewer, {up} more: {left} households"),
    }
}

/// Opening, what moved, closing: bars from zero, on one scale for the stocks and one for the rest.
fn moves(view: &View<'_>, table: &MovementTable) -> Vec<Move> {
    let t = view.t;
    let (opening, closing) = (table.opening.households, table.closing.households);
    if table.of.missing.is_some() {
        return Vec::new();
    }
    let stocks = opening.max(closing) as f64;
    let stock = |name: &str, value: i128| Move {
        name: name.to_owned(),
        households: number::whole(view.lang, value),
        bar: inline_bar(value as f64, stocks, 200.0, "f-ink3", None),
        total: true,
    };
    // What the form does not have is shown where there is something of it.
    let listed = table.rows.iter().filter(|(row, heads)| match row {
        MovementRow::SizeChange => false,
        MovementRow::Registered | MovementRow::StandardChange => heads.households != 0,
        _ => true,
    });
    let moved = listed.clone().filter(|(row, _)| *row != MovementRow::Registered);
    let most = moved.map(|(_, h)| h.households.abs()).max().unwrap_or(0) as f64;
    let mut opened = stock(t.opening, opening);
    if table.opening_of.missing.is_some() {
        opened.households = "…".to_owned();
    }
    if let Some((open, all)) = table.opening_of.communes {
        opened.name += &format!(" ({open}/{all})");
    }
    let mut moves = vec![opened];
    moves.extend(listed.map(|(row, heads)| {
        let by = if row.is_decrease() { -heads.households } else { heads.households };
        let (class, scale) = match row {
            MovementRow::Registered => ("f-ink3", stocks),
            _ if by <= 0 => ("f-acc", most),
            _ => ("f-worse", most),
        };
        Move {
            name: labels::movement(view.lang, "poor", row.code()),
            households: number::signed(view.lang, by),
            bar: inline_bar(by.abs() as f64, scale, 200.0, class, None),
            total: false,
        }
    }));
    moves.push(stock(t.closing, closing));
    moves
}
