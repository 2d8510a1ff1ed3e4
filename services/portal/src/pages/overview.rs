//! The overview of a unit: where it stands, what moved, and who below it needs looking at.

use askama::Template;
use domain::codes::Standing;
use domain::figures::Value;
use domain::household::MovementRow;
use domain::movements::{Heads, MovementTable};
use query::labels;

use super::Outcome;
use super::frame::{Frame, Link};
use super::heads::{self, Head};
use super::milestone::{self, Event};
use super::number;
use super::recent::{KeyedFact, RecentFact};
use super::rows::{self, Row};
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
    let (opening, closing, shown) = rows::stock(view, view.unit, "poor_households");
    let targets = target::versions(view, view.unit, "poor_households_reduction");
    let flow = view.reader().movements(view.unit, Standing::Poor, view.time);
    let below = view.below();
    let (total, table) = rows::rows(view, &below);
    let trend = trend::trend(view, "poor_households", t.trend, &targets);
    let (from, to) = view.days();
    let (kin_forward, kin) = view.kin();
    let kin_more = kin.len().saturating_sub(6);
    let mut frame = Frame::of_unit(view, "", &name);
    let fell = opening - closing;
    let pair = [number::whole(view.lang, closing), number::whole(view.lang, fell.abs())];
    let moved = match fell {
        1.. => t.poor_fell_h,
        0 => t.poor_same_h,
        _ => t.poor_rose_h,
    };
    let moved = fill(moved, &[&pair[0], &pair[1]]);
    frame.say = format!("{name}: {moved}.");
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
        lede: lede(view, &name, &flow, opening, closing, targets.last()),
        heads: heads::heads(view, opening, closing, shown, targets.last()),
        trend_title: moved,
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
        moves_title: moves_title(view, &flow, closing),
        moves: moves(view, &flow, opening, closing),
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

/// Where the unit stands, in one or two whole sentences.
fn lede(
    view: &View<'_>,
    name: &str,
    flow: &MovementTable,
    opening: i128,
    closing: i128,
    target: Option<&Version>,
) -> String {
    use proto::gazetteer::Lang::{En, Vi};
    let lang = view.lang;
    let (left, moved) =
        (number::whole(lang, closing), number::whole(lang, (opening - closing).abs()));
    let period = view.title().to_lowercase();
    if !view.is_told_of(view.unit) {
        return match lang {
            Vi => format!("Chưa có dữ kiện nào của {name}."),
            En => format!("{name}: no facts yet."),
        };
    }
    let is_move = |(row, heads): &&(MovementRow, Heads)| {
        *row != MovementRow::Registered && heads.households != 0
    };
    let is_still = flow.rows.iter().find(is_move).is_none();
    // A rate whose denominator only some of the units told is no sentence about the whole.
    let figure = view.figure(view.unit, "poverty_rate", view.time);
    let rate = match (figure.value, figure.marks.children) {
        (Value::Ratio(_, _), Some((told, all))) if told < all => String::new(),
        (Value::Ratio(n, d), _) => format!(" ({}\u{a0}%)", number::share(lang, n, d)),
        (_, _) => String::new(),
    };
    let first = match (lang, (opening - closing).signum()) {
        (Vi, 1) => format!("{name} còn {left} hộ nghèo{rate}, giảm {moved} hộ trong {period}."),
        (Vi, 0) if is_still => format!(
            "{name} có {left} hộ nghèo{rate}; trong {period} chưa ghi nhận hộ nào thoát nghèo hoặc \
             nghèo mới."
        ),
        (En, 0) if is_still => format!(
            "{name}, {period}: {left} poor households{rate}; none is recorded to have left or \
             entered poverty."
        ),
        (Vi, 0) => format!("{name} có {left} hộ nghèo{rate}, không đổi trong {period}."),
        (Vi, _) => format!("{name} có {left} hộ nghèo{rate}, tăng {moved} hộ trong {period}."),
        (En, 1) => format!("{name}, {period}: {left} poor households{rate}, {moved} fewer."),
        (En, 0) => format!("{name}, {period}: {left} poor households{rate}, unchanged."),
        (En, _) => format!("{name}, {period}: {left} poor households{rate}, {moved} more."),
    };
    let Some(target) = target.filter(|version| !version.attained.is_empty()) else { return first };
    let year = labels::period(lang, &target.period.to_string());
    let (value, attained) = (&target.value, &target.attained);
    let second = match lang {
        Vi if is_still => format!("Chỉ tiêu của {year} là giảm {value} hộ."),
        En if is_still => format!("The target for {year} is a fall of {value} households."),
        Vi => format!("Như vậy đạt {attained}\u{a0}% chỉ tiêu giảm {value} hộ của {year}."),
        En => format!(
            "This is {attained}\u{a0}% of the target for {year}, a fall of {value} households."
        ),
    };
    format!("{first} {second}")
}

fn moves_title(view: &View<'_>, table: &MovementTable, closing: i128) -> String {
    let of = |decrease: bool| -> i128 {
        let rows = table
            .rows
            .iter()
            .filter(|(row, _)| *row != MovementRow::Registered && row.is_decrease() == decrease);
        rows.map(|(_, heads)| heads.households).sum()
    };
    let [down, up, left] = [of(true), of(false), closing].map(|n| number::whole(view.lang, n));
    match view.lang {
        proto::gazetteer::Lang::Vi => format!("Giảm {down}, tăng {up}: còn {left} hộ"),
        proto::gazetteer::Lang::En => format!("{down} fewer, {up} more: {left} households"),
    }
}

/// Opening, what moved, closing: bars from zero, on one scale for the stocks and one for the rest.
fn moves(view: &View<'_>, table: &MovementTable, opening: i128, closing: i128) -> Vec<Move> {
    let t = view.t;
    let stocks = opening.max(closing) as f64;
    let stock = |name: &str, value: i128| Move {
        name: name.to_owned(),
        households: number::whole(view.lang, value),
        bar: inline_bar(value as f64, stocks, 200.0, "f-ink3", None),
        total: true,
    };
    let listed = table.rows.iter().filter(|(row, heads)| {
        *row != MovementRow::Registered
            && *row != MovementRow::SizeChange
            && (*row != MovementRow::StandardChange || heads.households != 0)
    });
    let most = listed.clone().map(|(_, h)| h.households.abs()).max().unwrap_or(0) as f64;
    let registered = table.rows.iter().find(|(row, _)| *row == MovementRow::Registered);
    let opened = match registered.map_or(0, |(_, heads)| heads.households) {
        0 => t.opening.to_owned(),
        known => fill(t.opening_with, &[&number::whole(view.lang, known)]),
    };
    let mut moves = vec![stock(&opened, opening)];
    moves.extend(listed.map(|(row, heads)| {
        let by = if row.is_decrease() { -heads.households } else { heads.households };
        let class = if by <= 0 { "f-acc" } else { "f-worse" };
        Move {
            name: labels::movement(view.lang, "poor", row.code()),
            households: number::signed(view.lang, by),
            bar: inline_bar(by.abs() as f64, most, 200.0, class, None),
            total: false,
        }
    }));
    moves.push(stock(t.closing, closing));
    moves
}
