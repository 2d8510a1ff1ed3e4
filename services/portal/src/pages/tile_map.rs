//! The tile map: one equal square for each unit, coloured in classes that never part equal values.

use std::collections::{BTreeSet, HashMap};

use domain::atlas::{Level, Unit};
use proto::gazetteer::Lang;
use query::{labels, lang};

use super::number::{self, Shown};
use super::text::fill;
use super::view::View;
use crate::below::Below;
use crate::chart::escape;
use crate::tiles;

/// A class of the legend.
pub(crate) struct Class {
    pub(crate) fill: String,
    pub(crate) name: String,
    pub(crate) count: String,
}

/// A unit listed beside the map.
pub(crate) struct Beside {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) value: String,
}

/// A map with its legend.
pub(crate) struct TileMap {
    pub(crate) svg: String,
    /// Of what and of whom: `Tỷ lệ hộ nghèo theo xã`.
    pub(crate) title: String,
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) classes: Vec<Class>,
    pub(crate) beside: Vec<Beside>,
    /// Whether it needs the whole width of a page.
    pub(crate) wide: bool,
}

/// One unit with its value.
pub(super) struct Tile {
    pub(super) unit: Unit,
    pub(super) shown: Shown,
    pub(super) length: Option<f64>,
    class: Option<usize>,
}

/// `Tỷ lệ hộ nghèo theo xã`: the indicator by the level of the units below.
pub(super) fn title(view: &View<'_>, below: &[Below], name: &str) -> String {
    let Some(one) = below.first() else { return name.to_owned() };
    fill(view.t.map_by, &[name, level(view.lang, view.app.rules.atlas.record(one.unit).level)])
}

fn level(lang: Lang, level: Level) -> &'static str {
    let (vi, en) = match level {
        Level::Nation => ("cả nước", "nation"),
        Level::Province => ("tỉnh", "province"),
        Level::District => ("huyện", "district"),
        Level::Commune => ("xã", "commune"),
    };
    lang::pick(lang, vi, en)
}

/// The units below with their values and classes.
pub(super) fn values(view: &View<'_>, below: &[Below], id: &str) -> Vec<Tile> {
    let mut tiles: Vec<Tile> = below
        .iter()
        .map(|one| {
            let figure = view.figure(one.unit, id, view.time);
            let shown = Shown::of(view.lang, id, &figure);
            let length = number::length(&figure.value);
            Tile { unit: one.unit, shown, length, class: None }
        })
        .collect();
    let lengths: Vec<f64> = tiles.iter().filter_map(|tile| tile.length).collect();
    let limits = limits(&lengths);
    for tile in &mut tiles {
        tile.class = tile.length.map(|length| class_of(&limits, length));
    }
    tiles
}

/// As written: two decimals. Values that look equal are equal here.
fn grain(value: f64) -> i64 {
    (value * 100.0).round() as i64
}

/// The lowest value of each class but the first: at most five classes of about equally many units.
/// Zero is a class of its own.
fn limits(values: &[f64]) -> Vec<i64> {
    let mut sorted: Vec<i64> = values.iter().map(|value| grain(*value)).collect();
    sorted.sort_unstable();
    let mut limits: Vec<i64> = Vec::new();
    let zeros = sorted.iter().filter(|value| **value == 0).count();
    let mut classes = 5;
    if zeros > 0 && sorted[0] == 0 && zeros < sorted.len() {
        sorted.drain(..zeros);
        limits.push(sorted[0]);
        classes -= 1;
    }
    for n in 1..classes {
        let at = sorted.len() * n / classes;
        let Some(limit) = sorted.get(at) else { break };
        // A limit at the lowest value would leave the first class empty.
        if *limit > sorted[0] && limits.last() != Some(limit) {
            limits.push(*limit);
        }
    }
    limits
}

fn class_of(limits: &[i64], value: f64) -> usize {
    limits.iter().filter(|limit| grain(value) >= **limit).count()
}

/// The colours of so many classes, the strongest for the highest.
fn fill_of(class: usize, classes: usize) -> usize {
    match classes {
        0 | 1 => 3,
        2 => [2, 4][class.min(1)],
        3 => [1, 3, 5][class.min(2)],
        4 => [1, 2, 4, 5][class.min(3)],
        _ => class + 1,
    }
}

/// The map of an indicator; none when nothing below has a place.
pub(crate) fn tile_map(view: &View<'_>, below: &[Below], id: &str, small: bool) -> Option<TileMap> {
    let units: Vec<Unit> = below.iter().map(|one| one.unit).collect();
    let placed = tiles::below(view.unit, &units).or_else(|| {
        // Today's boundaries: the tiles of the province that holds most of them.
        let parent = units.first().and_then(|unit| view.app.rules.atlas.record(*unit).parent)?;
        tiles::below(parent, &units)
    })?;
    let tiles = values(view, below, id);
    let (inside, outside): (Vec<&Tile>, Vec<&Tile>) =
        tiles.iter().partition(|tile| placed.contains_key(&tile.unit));
    let name = labels::indicator(view.lang, id);
    let columns = inside.iter().map(|tile| placed[&tile.unit].0);
    let wide = columns.collect::<BTreeSet<_>>().len() > 7;
    Some(TileMap {
        wide,
        title: title(view, below, &name),
        svg: svg(view, &inside, placed, &name, small && !wide, &tiles),
        unit: tiles
            .iter()
            .map(|tile| tile.shown.unit.clone())
            .find(|unit| !unit.is_empty())
            .unwrap_or_default(),
        classes: classes(view, &tiles),
        beside: outside
            .into_iter()
            .map(|tile| Beside {
                href: view.href(tile.unit, ""),
                name: view.name(tile.unit),
                value: tile.shown.number.clone(),
            })
            .collect(),
        name,
    })
}

fn count_classes(tiles: &[Tile]) -> usize {
    tiles.iter().filter_map(|tile| tile.class).max().map_or(0, |most| most + 1)
}

/// The legend, the highest class first: what its values reach from and to, and how many units.
fn classes(view: &View<'_>, tiles: &[Tile]) -> Vec<Class> {
    let classes = count_classes(tiles);
    let mut legend: Vec<Class> = (0..classes)
        .rev()
        .map(|class| {
            let mut own: Vec<&Tile> =
                tiles.iter().filter(|tile| tile.class == Some(class)).collect();
            own.sort_by(|a, b| {
                a.length.partial_cmp(&b.length).unwrap_or(std::cmp::Ordering::Equal)
            });
            let (low, high) = (own.first(), own.last());
            let text = |tile: Option<&&Tile>| {
                tile.map_or_else(String::new, |one| one.shown.number.clone())
            };
            let name = match text(low) == text(high) {
                true => text(low),
                false => format!("{} – {}", text(low), text(high)),
            };
            Class {
                fill: format!("q{}", fill_of(class, classes)),
                name,
                count: number::whole(view.lang, own.len() as i128),
            }
        })
        .collect();
    let none = tiles.iter().filter(|tile| tile.class.is_none()).count();
    if none > 0 {
        legend.push(Class {
            fill: "f-none".to_owned(),
            name: view.t.no_data_class.to_owned(),
            count: number::whole(view.lang, none as i128),
        });
    }
    legend
}

fn svg(
    view: &View<'_>,
    inside: &[&Tile],
    placed: &HashMap<Unit, (u16, u16)>,
    name: &str,
    small: bool,
    all: &[Tile],
) -> String {
    const STEP: u16 = 68;
    let cells: Vec<(u16, u16)> = inside.iter().map(|tile| placed[&tile.unit]).collect();
    let cells = closed_up(&cells);
    let most = |f: fn(&(u16, u16)) -> u16| cells.iter().map(f).max().unwrap_or(0);
    let (columns, rows) = (most(|c| c.0) + 1, most(|c| c.1) + 1);
    let classes = count_classes(all);
    let mut body = String::new();
    // In reading order, so that Tab goes through the map as the eye does.
    let mut order: Vec<usize> = (0..inside.len()).collect();
    order.sort_by_key(|at| (cells[*at].1, cells[*at].0));
    for at in order {
        let (tile, (column, row)) = (inside[at], cells[at]);
        let (x, y) = (column * STEP, row * STEP);
        // What is read out begins with what is seen, as WCAG 2.5.3 asks.
        let parts = [tile.shown.parts.as_str(), tile.shown.missing.as_str()].concat();
        let parts = if parts.is_empty() { parts } else { format!(" ({parts})") };
        let says = format!("{} {}{parts}", view.short(tile.unit), tile.shown.full());
        let says = escape(&says);
        let (fill, ink) = match tile.class {
            Some(class) => {
                let q = fill_of(class, classes);
                (format!("q{q}"), format!("i{q}"))
            }
            None => ("f-none".to_owned(), "t-3".to_owned()),
        };
        body.push_str(&format!(
            "<a href=\"{}\" aria-label=\"{says}\" data-column=\"{column}\" data-row=\"{row}\"><rect class=\"{fill}\" x=\"{x}\" y=\"{y}\" width=\"64\" height=\"64\"/>",
            escape(&view.href(tile.unit, "")),
        ));
        for (line, text) in two_lines(view.short(tile.unit)).iter().enumerate() {
            let fit = if text.chars().count() > 7 { " tight" } else { "" };
            body.push_str(&format!(
                "<text class=\"{ink} nm{fit}\" x=\"{}\" y=\"{}\">{}</text> ",
                x + 5,
                y + 16 + 14 * line as u16,
                escape(text),
            ));
        }
        let long = if tile.shown.number.chars().count() > 6 { " tight" } else { "" };
        body.push_str(&format!(
            "<text class=\"{ink} big{long}\" x=\"{}\" y=\"{}\">{}</text></a>",
            x + 5,
            y + 57,
            escape(&tile.shown.number),
        ));
    }
    let (width, height) = (columns * STEP, rows * STEP);
    let size = if small { "small" } else { "large" };
    // Tiles keep their size; a wide map scrolls on a narrow screen.
    format!(
        "<div class=\"tilebox {size}\" tabindex=\"0\" role=\"region\" aria-label=\"{label}\"><svg class=\"tiles\" width=\"{w}\" height=\"{h}\" viewBox=\"-2 -2 {w} {h}\" role=\"group\" aria-label=\"{label}\">{body}</svg></div>",
        label = escape(&format!("{name}, {}", view.name(view.unit))),
        w = width,
        h = height,
    )
}

/// The cells without the columns and rows that are empty between them: a few units out of many would
/// stand far apart. Who is north and who is east of whom stays.
fn closed_up(cells: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let order = |all: Vec<u16>| -> HashMap<u16, u16> {
        let distinct: BTreeSet<u16> = all.into_iter().collect();
        distinct.into_iter().zip(0..).collect()
    };
    let columns = order(cells.iter().map(|cell| cell.0).collect());
    let rows = order(cells.iter().map(|cell| cell.1).collect());
    cells.iter().map(|cell| (columns[&cell.0], rows[&cell.1])).collect()
}

/// A name on two lines of about equal length; what is longer than a tile is cut with a mark.
fn two_lines(name: &str) -> Vec<String> {
    const LINE: usize = 12;
    let words: Vec<&str> = name.split(' ').collect();
    let length = |words: &[&str]| words.join(" ").chars().count();
    if words.len() == 1 || length(&words) <= 7 {
        return vec![cut(name, LINE)];
    }
    let best = (1..words.len()).min_by_key(|at| length(&words[..*at]).max(length(&words[*at..])));
    let (first, second) = words.split_at(best.unwrap_or(1));
    vec![cut(&first.join(" "), LINE), cut(&second.join(" "), LINE)]
}

fn cut(text: &str, most: usize) -> String {
    match text.chars().count() > most {
        true => text.chars().take(most - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_never_parts_equal_values_and_none_is_empty() {
        for values in [
            vec![],
            vec![1.0],
            vec![2.0, 2.0, 2.0],
            vec![1.0, 1.0, 1.0, 1.0, 9.0],
            vec![0.0, 0.0, 0.0, 1.0, 2.0, 3.0],
            (0..100).map(f64::from).collect(),
            vec![11.141, 11.139, 11.14, 5.0, 20.0],
        ] {
            let limits = limits(&values);
            let classes: Vec<usize> = values.iter().map(|v| class_of(&limits, *v)).collect();
            for (a, one) in values.iter().zip(&classes) {
                for (b, other) in values.iter().zip(&classes) {
                    assert!(grain(*a) != grain(*b) || one == other, "{values:?}");
                    assert!(a >= b || one <= other, "{values:?}");
                }
            }
            for class in 0..=limits.len() {
                assert!(values.is_empty() || classes.contains(&class), "{values:?} {class}");
            }
        }
        assert_eq!(limits(&(0..100).map(f64::from).collect::<Vec<_>>()).len(), 4);
    }

    #[test]
    fn cells_close_up_and_keep_their_order() {
        for (cells, expected) in [
            (vec![], vec![]),
            (vec![(3, 2)], vec![(0, 0)]),
            (vec![(1, 1), (4, 1), (1, 7)], vec![(0, 0), (1, 0), (0, 1)]),
            (vec![(0, 0), (1, 1), (2, 0)], vec![(0, 0), (1, 1), (2, 0)]),
        ] {
            assert_eq!(closed_up(&cells), expected, "{cells:?}");
        }
    }

    #[test]
    fn names_stand_on_two_lines() {
        for (name, expected) in [
            ("Uar", vec!["Uar"]),
            ("Ia RSai", vec!["Ia RSai"]),
            ("Krông Năng", vec!["Krông", "Năng"]),
            ("Thành phố Hồ Chí Minh", vec!["Thành phố", "Hồ Chí Minh"]),
            ("Bà Rịa - Vũng Tàu", vec!["Bà Rịa -", "Vũng Tàu"]),
        ] {
            assert_eq!(two_lines(name), expected);
        }
    }
}
