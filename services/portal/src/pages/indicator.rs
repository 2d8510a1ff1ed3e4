//! One indicator of a unit: value, definition, course, breakdowns, units below, targets.

use std::cmp::Reverse;

use askama::Template;
use domain::catalogue::{Combine, Filter, Measure, Reference};
use domain::figures::{Figure, Marks, Missing, Question, Value};
use query::{labels, lang};

use super::frame::Frame;
use super::number::{self, Shown};
use super::outcome::{Fault, Outcome};
use super::target::{self, Version};
use super::text::{capital, fill};
use super::trend::{self, Trend};
use super::view::View;
use crate::chart::inline_bar;

/// A table of an indicator broken down by one attribute.
struct Breakdown {
    id: String,
    title: String,
    rows: Vec<Part>,
}

struct Part {
    name: String,
    shown: Shown,
    share: String,
    bar: String,
}

struct Child {
    rank: usize,
    href: String,
    /// Where its figure comes from.
    why: String,
    name: String,
    key: String,
    wider: bool,
    shown: Shown,
    bar: String,
    change: String,
}

#[derive(Template)]
#[template(path = "indicator.html")]
struct Page {
    f: Frame,
    stamp: String,
    id: String,
    shown: Shown,
    why: String,
    change: String,
    definition: Vec<(&'static str, String)>,
    trend: Trend,
    breakdowns: Vec<Breakdown>,
    distinct: bool,
    targets: Vec<Version>,
    count: String,
    children: Vec<Child>,
    any_parts: bool,
    notes: String,
    all_href: String,
    map_href: String,
    csv: String,
    xlsx: String,
    source: String,
}

pub(crate) fn page(view: &View<'_>, id: &str) -> Result<Outcome, Fault> {
    let found = view.app.rules.plan.indicator(id).ok_or(Fault::NotFound)?;
    let (lang, t) = (view.lang, view.t);
    let name = labels::indicator(lang, id);
    let figure = view.figure_counted(view.unit, id, view.time);
    let shown = Shown::of(lang, id, &figure);
    let mut frame = Frame::of_unit(view, "/i", &name);
    frame.say = format!("{name}: {}", shown.full());
    let below = view.below();
    let mut children: Vec<(f64, Child)> = below
        .iter()
        .map(|one| {
            let figure = view.figure(one.unit, id, view.time);
            let child = Child {
                rank: 0,
                href: view.ask.href(&format!("/u/{}/i/{id}", view.key(one.unit)), &[]),
                why: view.explain(one.unit, id),
                name: view.short(one.unit).to_owned(),
                key: view.key(one.unit).to_owned(),
                wider: one.wider,
                shown: Shown::of(lang, id, &figure),
                bar: String::new(),
                change: view.change(one.unit, id, &figure.value),
            };
            (number::length(&figure.value).unwrap_or(f64::NEG_INFINITY), child)
        })
        .collect();
    children.sort_by(|a, b| b.0.total_cmp(&a.0));
    let most = children.iter().map(|(length, _)| *length).fold(0.0, f64::max);
    let mark = number::length(&figure.value).filter(|_| matches!(figure.value, Value::Ratio(..)));
    let children: Vec<Child> = children
        .into_iter()
        .enumerate()
        .map(|(at, (length, child))| Child {
            rank: at + 1,
            bar: inline_bar(length.max(0.0), most, 132.0, "f-acc", mark),
            ..child
        })
        .collect();
    let targets = target::versions(view, view.unit, id);
    let download = |format| {
        let more = [("indicator", Some(id)), ("children", Some("1")), ("format", Some(format))];
        view.download("figures", &more)
    };
    let (from, to) = view.days();
    let days = format!("{} – {}", number::day(lang, from), number::day(lang, to));
    Ok(Outcome::Page(Box::new(Page {
        stamp: format!("{} · {} · {days}", view.name(view.unit), view.title()),
        id: id.to_owned(),
        why: view.explain(view.unit, id),
        change: view.change(view.unit, id, &figure.value),
        definition: definition(view, &found.definition),
        trend: trend::trend(view, id, &name, &targets),
        breakdowns: breakdowns(view, id),
        distinct: matches!(found.definition.measure, Measure::Distinct { .. }),
        targets,
        count: if below.is_empty() { String::new() } else { view.count_below(&below) },
        notes: view.notes(
            children.iter().any(|one| one.shown.is_allocated()),
            children.iter().any(|one| one.wider),
        ),
        any_parts: children
            .iter()
            .any(|one| !one.shown.parts.is_empty() || !one.shown.missing.is_empty()),
        children,
        all_href: view.href(view.unit, "/i"),
        map_href: view
            .ask
            .href(&format!("/u/{}/map", view.key(view.unit)), &[("indicator", Some(id))]),
        csv: download("csv"),
        xlsx: download("xlsx"),
        source: fill(t.source_facts, &[&frame.position]),
        shown,
        f: frame,
    })))
}

fn definition(
    view: &View<'_>,
    definition: &domain::catalogue::Definition,
) -> Vec<(&'static str, String)> {
    let (lang, t) = (view.lang, view.t);
    let named = |reference: &Reference| {
        let name = labels::indicator(lang, &reference.indicator);
        let only: Vec<String> = reference
            .filter
            .iter()
            .flat_map(|(attribute, codes)| {
                codes.iter().map(|code| labels::code(lang, attribute, code))
            })
            .collect();
        if only.is_empty() { name } else { format!("{name} ({})", only.join(", ")) }
    };
    let mut lines = vec![(t.counted_in, labels::counted_in(lang, &definition.id))];
    match &definition.measure {
        Measure::Ratio { numerator, denominator } => {
            lines.push((t.numerator, named(numerator)));
            lines.push((t.denominator, named(denominator)));
        }
        Measure::Balance { of, less } => {
            lines.push((t.what, named(of)));
            lines.push((t.taken_away, named(less)));
        }
        Measure::Reduction { of } | Measure::Communes { of } | Measure::Codes { of, .. } => {
            lines.push((t.what, named(of)));
        }
        Measure::ChildrenBehind { target } => {
            lines.push((t.what, labels::indicator(lang, target)));
        }
        Measure::Flow { .. }
        | Measure::Distinct { .. }
        | Measure::Stock { .. }
        | Measure::Movement { .. }
        | Measure::Census {}
        | Measure::External {}
        | Measure::Plan {} => {}
    }
    let combine = match definition.combine {
        Combine::Sum => t.combine_sum,
        Combine::Recompute => t.combine_recompute,
        Combine::Own => t.combine_own,
        Combine::OwnElseChildren => t.combine_own_else,
    };
    lines.push((t.combine, combine.to_owned()));
    lines.push((t.rounding, t.rounding_how.to_owned()));
    let note = lang::pick(view.lang, &definition.note_vi, &definition.note);
    if !note.is_empty() {
        lines.push((t.note, note.to_owned()));
    }
    lines.push((t.identifier, definition.id.clone()));
    let hash: String = view.app.editions.catalogue.chars().take(12).collect();
    lines.push((t.catalogue, hash));
    lines
}

/// The indicator by each attribute it is kept by; a rate by those of its numerator.
fn breakdowns(view: &View<'_>, id: &str) -> Vec<Breakdown> {
    let plan = &view.app.rules.plan;
    let Some(found) = plan.indicator(id) else { return Vec::new() };
    let mut attributes: Vec<(&'static str, Vec<&'static str>)> = Vec::new();
    for (name, codes) in found.kept.iter().flat_map(|kept| &kept.by) {
        if attributes.iter().all(|(one, _)| one != name) {
            attributes.push((name, codes.clone()));
        }
    }
    let total = number::exact(&view.figure(view.unit, id, view.time).value);
    attributes
        .into_iter()
        .filter_map(|(name, codes)| {
            let mut parts: Vec<(i128, Part)> =
                codes.into_iter().filter_map(|code| part(view, id, name, code, total)).collect();
            if parts.is_empty() {
                return None;
            }
            parts.sort_by_key(|(value, _)| Reverse(*value));
            let most = parts.iter().map(|(value, _)| *value).max().unwrap_or(0) as f64;
            let label = attribute(view, name);
            Some(Breakdown {
                id: format!("by-{name}"),
                title: fill(view.t.breakdown_one, &[&label]),
                rows: parts
                    .into_iter()
                    .map(|(value, part)| Part {
                        bar: inline_bar(value as f64, most, 112.0, "f-acc", None),
                        ..part
                    })
                    .collect(),
            })
        })
        .collect()
}

fn part(
    view: &View<'_>,
    id: &str,
    name: &str,
    code: &str,
    total: Option<(i128, i128)>,
) -> Option<(i128, Part)> {
    let filter = Filter::from([(name.to_owned(), vec![code.to_owned()])]);
    let question = Question { unit: view.unit, indicator: id, filter, time: view.time };
    let figure = view.read(&question);
    let value = match figure.value {
        // Said, for what is left out of the table is nothing.
        Value::Missing(Missing::Hidden(_)) => 0,
        Value::Whole(value) if value != 0 => value,
        _ => return None,
    };
    let share = match total {
        Some((total, 1)) if total > 0 && value != 0 => {
            format!("{}\u{a0}%", number::attained(view.lang, value, total))
        }
        Some(_) | None => String::new(),
    };
    let shown = Shown::of(view.lang, id, &figure);
    let part = Part {
        name: capital(&labels::code(view.lang, name, code)),
        shown,
        share,
        bar: String::new(),
    };
    Some((value, part))
}

/// What an attribute is called; its code where it has no name here.
fn attribute(view: &View<'_>, name: &str) -> String {
    let (vi, en) = match name {
        "class" => ("loại hộ", "class of household"),
        "purpose" => ("mục đích", "purpose"),
        "programme" => ("chương trình tín dụng", "credit programme"),
        "fund" => ("nguồn vốn", "fund"),
        "construction" => ("cách xây dựng", "kind of construction"),
        "kind" => ("loại hỗ trợ", "kind of support"),
        "group" => ("nhóm đối tượng", "group of recipients"),
        "occasion" => ("dịp", "occasion"),
        "topic" => ("chủ đề", "topic"),
        "organiser" => ("đơn vị tổ chức", "organiser"),
        "project" => ("dự án", "project"),
        "nature" => ("tính chất vốn", "nature of the funds"),
        "sponsor" => ("đơn vị giúp đỡ", "sponsor"),
        "cause" => ("nguyên nhân", "cause"),
        "standing" => ("diện hộ", "standing"),
        other => (other, other),
    };
    query::lang::pick(view.lang, vi, en).to_owned()
}

/// One line of the list of all indicators.
struct Entry {
    href: String,
    name: String,
    id: String,
    shown: Shown,
}

#[derive(Template)]
#[template(path = "indicators.html")]
struct List {
    f: Frame,
    stamp: String,
    entries: Vec<Entry>,
    csv: String,
    xlsx: String,
    source: String,
}

/// All indicators of a unit.
pub(crate) fn list(view: &View<'_>) -> Outcome {
    let t = view.t;
    let frame = Frame::of_unit(view, "/i", t.all_indicators);
    let entries = view.app.rules.plan.indicators().iter().map(|one| {
        let id = one.definition.id.as_str();
        let figure = match view.is_heavy(view.unit, id) {
            true => {
                Figure { value: Value::Missing(Missing::NeedsTimelines), marks: Marks::default() }
            }
            false => view.figure(view.unit, id, view.time),
        };
        Entry {
            href: view.href(view.unit, &format!("/i/{id}")),
            name: labels::indicator(view.lang, id),
            id: id.to_owned(),
            shown: Shown::of(view.lang, id, &figure),
        }
    });
    Outcome::Page(Box::new(List {
        stamp: format!("{} · {}", view.name(view.unit), view.title()),
        entries: entries.collect(),
        csv: view.download("figures", &[("format", Some("csv"))]),
        xlsx: view.download("figures", &[("format", Some("xlsx"))]),
        source: fill(t.source_facts, &[&frame.position]),
        f: frame,
    }))
}
