//! The rows of a vintage, from the books of a position.

use domain::atlas::{Level, Unit};
use domain::catalogue::Filter;
use domain::closing::VintageName;
use domain::codes::{Code, Confirmation, Qualifier, Standing};
use domain::fact::StatedKind;
use domain::figures::{Figure, Missing, Question, Reader, Time, Value};
use domain::finding::{Finding, Treatment};
use domain::fold::Fold;
use domain::plan::{Indicator, Kept};
use domain::posting::Column;
use domain::rollup::View;
use proto::gazetteer::Gazetteer;
use query::findings::key;

use crate::vintage::{Kind, Row};

/// The rows of a unit and all below it: every figure with its breakdowns, the movement tables,
/// targets, and findings up to the end of the period. Of a nation, provinces and districts.
pub fn freeze(fold: &Fold, name: &VintageName) -> Vec<Row> {
    // What a vintage tells must follow from the books alone: a replay keeps no timelines.
    let reader = Reader { fold: None, ..Reader::from(fold) };
    let time = Time::Period(name.period);
    let units = subtree(&reader, name.unit, time);
    let mut rows = Vec::new();
    for unit in &units {
        for indicator in fold.rules.plan.indicators() {
            figures(&reader, *unit, indicator, time, &mut rows);
        }
    }
    for unit in &units {
        movements(&reader, *unit, time, &mut rows);
    }
    for unit in &units {
        targets(fold, *unit, time, &mut rows);
    }
    findings(fold, name.unit, time, &mut rows);
    rows
}

fn subtree(reader: &Reader<'_>, unit: Unit, time: Time) -> Vec<Unit> {
    let nation = reader.rules.atlas.record(unit).level == Level::Nation;
    let (mut units, mut open) = (Vec::new(), vec![unit]);
    while let Some(unit) = open.pop() {
        units.push(unit);
        let mut below = reader.children_in_force(unit, *time.days().end());
        below.retain(|one| !nation || reader.rules.atlas.record(*one).level != Level::Commune);
        below.reverse();
        open.append(&mut below);
    }
    units
}

fn figures(
    reader: &Reader<'_>,
    unit: Unit,
    indicator: &Indicator,
    time: Time,
    rows: &mut Vec<Row>,
) {
    let id = indicator.definition.id.as_str();
    let ask = |filter: Filter| reader.figure(&Question { unit, indicator: id, filter, time });
    let whole = ask(Filter::new());
    rows.push(figure(unit, id, &Filter::new(), &whole));
    // A block of breakdowns has hundreds of columns, and a unit cells in a few.
    let question = Question { unit, indicator: id, filter: Filter::new(), time };
    let Some(cells) = reader.cells(&question) else { return };
    let view = View { rollup: &reader.books.rollup, atlas: &reader.rules.atlas };
    for kept in indicator.kept.iter().filter(|kept| !kept.by.is_empty()) {
        for column in view.touched(unit, kept.base, kept.len(), &cells.slots) {
            let filter = filter_of(kept, column);
            let part = ask(filter.clone());
            if !matches!(part.value, Value::Whole(0) | Value::Missing(_)) {
                rows.push(figure(unit, id, &filter, &part));
            }
        }
    }
}

/// The codes that one column of a block counts.
fn filter_of(kept: &Kept, column: Column) -> Filter {
    let names = kept.by.iter().map(|(name, _)| (*name).to_owned());
    let codes = kept.codes(column).into_iter().map(|code| vec![code.to_owned()]);
    names.zip(codes).collect()
}

fn figure(unit: Unit, indicator: &str, filter: &Filter, figure: &Figure) -> Row {
    let unit = Gazetteer::embedded().key(unit);
    let name = [unit, indicator, &written_filter(filter)];
    Row::new(Kind::Figure, name, &[&written(figure.value), &marks(figure)])
}

/// `class=poor;programme=poor_household`.
pub fn written_filter(filter: &Filter) -> String {
    let one = |(name, codes): (&String, &Vec<String>)| format!("{name}={}", codes.join(","));
    filter.iter().map(one).collect::<Vec<_>>().join(";")
}

/// What stands for a value that may not be told to whoever asks.
pub fn hidden(households_min: u32) -> String {
    format!("?{}{households_min}", query::HIDDEN)
}

/// A value as a vintage has it.
pub fn written(value: Value) -> String {
    match value {
        Value::Whole(value) => value.to_string(),
        Value::Ratio(n, d) => format!("{n}/{d}"),
        Value::Points { before: (n, d), after: (m, e) } => format!("{n}/{d}>{m}/{e}"),
        Value::Stated(value) => value.to_string(),
        Value::Missing(Missing::Hidden(min)) => hidden(min),
        Value::Missing(why) => format!("?{}", why.code()),
    }
}

/// What a mark ends with that is about the lists of communes.
pub(crate) const COMMUNES: &str = " communes";

fn marks(figure: &Figure) -> String {
    let marks = &figure.marks;
    let mut said = Vec::new();
    if marks.allocated {
        said.push("allocated".to_owned());
    }
    if let Some((told, all)) = marks.children {
        said.push(format!("{told} of {all}"));
    }
    said.extend(marks.communes.map(|(open, all)| format!("{open} of {all}{COMMUNES}")));
    said.extend(
        marks.level.filter(|one| *one != Confirmation::Official).map(|one| one.code().into()),
    );
    said.extend(
        marks.qualifier.filter(|one| *one != Qualifier::Exact).map(|one| one.code().into()),
    );
    said.extend(marks.base.map(|day| format!("{}{day}", query::BASE)));
    said.join(",")
}

fn movements(reader: &Reader<'_>, unit: Unit, time: Time, rows: &mut Vec<Row>) {
    let key = Gazetteer::embedded().key(unit);
    for class in [Standing::Poor, Standing::NearPoor] {
        let table = reader.movements(unit, class, time);
        // The figures of the same unit say why there are no rows.
        if table.of.missing.is_some() {
            continue;
        }
        let inner = table.rows.iter().map(|(row, heads)| (row.code(), *heads));
        // Nor is there an opening where no list was open.
        let opening = ("opening", table.opening);
        let all = Some(opening)
            .filter(|_| table.opening_of.missing.is_none())
            .into_iter()
            .chain(inner)
            .chain([("closing", table.closing)]);
        for (row, heads) in all {
            let (households, persons) = (heads.households.to_string(), heads.persons.to_string());
            let name = [key, class.code(), row];
            rows.push(Row::new(Kind::Movement, name, &[&households, &persons]));
        }
    }
}

/// Every version of a target whose period meets the closed one, whenever it was set: the books are
/// those of the closing's position, and so it was known then.
fn targets(fold: &Fold, unit: Unit, time: Time, rows: &mut Vec<Row>) {
    let days = time.days();
    let of_unit = fold
        .books
        .statements
        .iter()
        .filter(|one| one.unit == unit && one.stated.kind == StatedKind::Target);
    for one in of_unit {
        let Some(period) = one.stated.period else { continue };
        if period.days().start() > days.end() || period.days().end() < days.start() {
            continue;
        }
        let stated = &one.stated;
        let name = [Gazetteer::embedded().key(unit), &stated.indicator, &key(one.fact)];
        let value = [
            &*period.to_string(),
            &one.on.to_string(),
            stated.set_by.map_or("", |by| by.code()),
            stated.qualifier.code(),
            &stated.value.to_string(),
            &stated.reference,
        ];
        rows.push(Row::new(Kind::Target, name, &value));
    }
}

fn findings(fold: &Fold, unit: Unit, time: Time, rows: &mut Vec<Row>) {
    let atlas = &fold.rules.atlas;
    let last = *time.days().end();
    let of_unit = fold.findings().filter(|one| one.on <= last && atlas.holds(unit, one.at));
    for Finding { reason, at, on, fact, .. } in of_unit {
        let treatment = match reason.treatment() {
            Treatment::Noted => "noted",
            Treatment::Held => "held",
        };
        let name = [Gazetteer::embedded().key(atlas.unit_of(at)), reason.code(), &key(fact)];
        rows.push(Row::new(Kind::Finding, name, &[treatment, &on.to_string()]));
    }
}
