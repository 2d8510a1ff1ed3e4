//! The movement table in the official layout, households and persons side by side.

use askama::Template;
use domain::codes::{Code, Standing};
use domain::figures::Coverage;
use domain::household::MovementRow;
use domain::movements::{Heads, MovementTable};
use proto::gazetteer::Lang;
use query::labels;

use super::frame::{Frame, Link};
use super::number;
use super::outcome::Outcome;
use super::text::fill;
use super::view::{self, View};
use crate::below::Below;

/// A cell of the table.
struct Cell {
    text: String,
    zero: bool,
    /// First of a column, persons, a sum: how it is ruled and shaded.
    class: &'static str,
}

struct Row {
    number: String,
    href: String,
    name: String,
    key: String,
    /// Whether it also holds places of other units.
    wider: bool,
    /// Where only k of n communes have opened their lists: `k/n`.
    lists: String,
    cells: Vec<Cell>,
    total: bool,
}

/// A column of two: its heading and its number in the form.
struct Column {
    name: String,
    number: String,
}

/// A step of the equation above the table.
struct Step {
    sign: &'static str,
    households: String,
    persons: String,
    name: String,
    sum: bool,
}

#[derive(Template)]
#[template(path = "movements.html")]
struct Page {
    f: Frame,
    stamp: String,
    days: String,
    steps: Vec<Step>,
    balance: String,
    balanced: bool,
    classes: Vec<Link>,
    opening: Column,
    extra: Vec<Column>,
    down: Vec<Column>,
    up: Vec<Column>,
    closing: Column,
    any_wider: bool,
    rows: Vec<Row>,
    reads: Vec<(String, &'static str)>,
    csv: String,
    csv_semicolon: String,
    xlsx: String,
    source: String,
    moved: String,
    lists: String,
}

/// Rows of the table that the form has, and those it does not have.
fn order() -> ([MovementRow; 1], [MovementRow; 3], [MovementRow; 4], [MovementRow; 2]) {
    use MovementRow::*;
    (
        [Registered],
        [ToOtherClass, RoseAbove, OtherDecrease],
        [FromOtherClass, Relapsed, NewlyArisen, OtherIncrease],
        [SizeChange, StandardChange],
    )
}

pub(crate) fn page(view: &View<'_>) -> Outcome {
    let (lang, t) = (view.lang, view.t);
    let class = view::class(view.ask);
    let code = class.code();
    let below = view.below();
    let title = match class {
        Standing::NearPoor => t.movements_title_near_poor,
        Standing::Poor | Standing::Above => t.movements_title_poor,
    };
    let mut frame = Frame::of_unit(view, "/movements", title);
    frame.wide = true;
    let own = Below { unit: view.unit, wider: false };
    let tables: Vec<(Below, MovementTable)> = std::iter::once(own)
        .chain(below)
        .map(|one| (one, view.reader().movements(one.unit, class, view.time)))
        .collect();
    let even = tables.iter().filter(|(_, table)| table.balances()).count();
    let (from, to) = view.days();
    let column = |row: MovementRow| Column {
        name: labels::movement(lang, code, row.code()),
        number: official_number(view, row),
    };
    let (first, down, up, last) = order();
    let mut extra: Vec<Column> = first.into_iter().chain(last).map(column).collect();
    for (at, letter) in ["a", "b", "c"].into_iter().enumerate() {
        extra[at].number = letter.to_owned();
    }
    let stock =
        |row: &str| Column { name: labels::movement(lang, code, row), number: String::new() };
    let total = &tables[0].1;
    frame.say = format!("{title}: {}", title_of(lang, total));
    let classes = [(Standing::Poor, t.class_poor), (Standing::NearPoor, t.class_near_poor)];
    let download = |format, more: &[(&'static str, Option<&'static str>)]| {
        let own = [("children", Some("1")), ("format", Some(format))];
        view.download("movements", &[&own, more].concat())
    };
    Outcome::Page(Box::new(Page {
        stamp: format!("{} · {}", view.name(view.unit), view.title()),
        days: format!("{} – {}", number::day(lang, from), number::day(lang, to)),
        steps: steps(view, code, total),
        balance: fill(t.balance_yes, &[&even.to_string(), &tables.len().to_string()]),
        balanced: even == tables.len(),
        classes: classes
            .into_iter()
            .map(|(one, name)| Link {
                href: view.ask.href(&view.ask.path, &[("class", Some(one.code()))]),
                name: name.to_owned(),
                current: one == class,
            })
            .collect(),
        opening: stock("opening"),
        extra,
        down: down.into_iter().map(column).collect(),
        up: up.into_iter().map(column).collect(),
        closing: stock("closing"),
        any_wider: tables.iter().any(|(one, _)| one.wider),
        rows: tables
            .iter()
            .enumerate()
            .map(|(at, (Below { unit, wider }, table))| Row {
                number: if at == 0 { String::new() } else { at.to_string() },
                href: view
                    .ask
                    .href(&format!("/u/{}/movements", view.key(*unit)), &[("class", Some(code))]),
                name: if at == 0 { t.whole_unit.to_owned() } else { view.short(*unit).to_owned() },
                lists: lists_sign(table),
                key: view.key(*unit).to_owned(),
                wider: *wider,
                cells: cells(view, table),
                total: at == 0,
            })
            .collect(),
        reads: vec![
            (labels::movement(lang, code, MovementRow::Relapsed.code()), t.read_relapsed),
            (labels::movement(lang, code, MovementRow::NewlyArisen.code()), t.read_new),
            (labels::movement(lang, code, MovementRow::OtherDecrease.code()), t.read_decrease),
            (labels::movement(lang, code, MovementRow::OtherIncrease.code()), t.read_increase),
            (labels::movement(lang, code, MovementRow::Registered.code()), t.read_registered),
        ],
        csv: download("csv", &[]),
        csv_semicolon: download("csv", &[("sep", Some("semicolon")), ("bom", Some("1"))]),
        xlsx: download("xlsx", &[]),
        source: fill(t.source_facts, &[&frame.position]),
        moved: title_of(lang, total),
        lists: tables[0]
            .1
            .of
            .communes
            .map_or_else(String::new, |of| query::written::lists(lang, of)),
        f: frame,
    }))
}

/// What fell and what rose, or why nobody knows.
fn title_of(lang: Lang, table: &MovementTable) -> String {
    if let Some(why) = table.of.missing {
        return labels::missing(lang, why.code());
    }
    let (_, down, up, _) = order();
    let sum = |rows: &[MovementRow]| -> String {
        let sum = rows.iter().map(|row| heads_of(table, *row).households).sum::<i128>();
        number::whole(lang, sum)
    };
    let (fallen, risen) = (sum(&down), sum(&up));
    match lang {
        Lang::Vi => format!("Giảm {fallen} hộ, tăng {risen} hộ"),
        Lang::En => format!("{fallen} households fewer, {risen} more"),
    }
}

fn official_number(view: &View<'_>, row: MovementRow) -> String {
    let entries = view.app.catalogue.movements();
    let entry = entries.iter().find(|entry| entry.row == row.code());
    entry.map_or_else(String::new, |entry| entry.number.clone())
}

fn lists_sign(table: &MovementTable) -> String {
    table.of.communes.map_or_else(String::new, |(open, all)| format!("{open}/{all}"))
}

fn heads_of(table: &MovementTable, wanted: MovementRow) -> Heads {
    table.rows.iter().find(|(row, _)| *row == wanted).map(|(_, heads)| *heads).unwrap_or_default()
}

/// What the period did to a stock of households: those that were there when the record began did
/// not come in it.
fn net(table: &MovementTable) -> i128 {
    let registered = heads_of(table, MovementRow::Registered).households;
    table.closing.households - table.opening.households - registered
}

/// The cells of a row, in the order of the form: opening, in the record at start, decreases,
/// increases, size and standard, closing, net.
fn cells(view: &View<'_>, table: &MovementTable) -> Vec<Cell> {
    let (first, down, up, last) = order();
    let pair = |heads: Heads, of: Coverage, class: [&'static str; 2]| {
        [(heads.households, class[0]), (heads.persons, class[1])].map(|(value, class)| Cell {
            text: known(of, number::whole(view.lang, value)),
            zero: value == 0 && of.missing.is_none(),
            class,
        })
    };
    let plain = |row: MovementRow| pair(heads_of(table, row), table.of, ["gl", "k"]);
    let mut cells = Vec::with_capacity(25);
    cells.extend(pair(table.opening, table.opening_of, ["gl sumc", "k sumc"]));
    cells.extend(first.into_iter().chain(down).chain(up).chain(last).flat_map(plain));
    cells.extend(pair(table.closing, table.of, ["gl sumc", "k sumc"]));
    let net = net(table);
    let text = known(table.of, number::signed(view.lang, net));
    cells.push(Cell { text, zero: net == 0, class: "gl" });
    cells
}

/// A number, where anybody knows it.
fn known(of: Coverage, number: String) -> String {
    if of.missing.is_some() { "…".to_owned() } else { number }
}

fn steps(view: &View<'_>, code: &str, table: &MovementTable) -> Vec<Step> {
    let lang = view.lang;
    let (from, to) = view.days();
    let step_of = |of: Coverage, sign, heads: Heads, name: String, sum| Step {
        sign,
        households: known(of, number::whole(lang, heads.households)),
        persons: known(of, number::whole(lang, heads.persons)),
        name,
        sum,
    };
    let step = |sign, heads, name, sum| step_of(table.of, sign, heads, name, sum);
    let (first, down, up, last) = order();
    let mut opening = format!("{} {}", view.t.opening, number::day(lang, from));
    if let Some((open, all)) = table.opening_of.communes {
        opening += &format!(" ({open}/{all})");
    }
    let mut steps = vec![step_of(table.opening_of, "", table.opening, opening, true)];
    for row in first.into_iter().chain(down).chain(up).chain(last) {
        let heads = heads_of(table, row);
        let ours = first.contains(&row) || last.contains(&row);
        // What the form does not have is shown where there is something of it.
        if ours && heads == Heads::default() {
            continue;
        }
        let sign = if row.is_decrease() { "−" } else { "+" };
        steps.push(step(sign, heads, labels::movement(lang, code, row.code()), false));
    }
    let closing = format!("{} {}", view.t.closing, number::day(lang, to));
    steps.push(step("=", table.closing, closing, true));
    steps
}
