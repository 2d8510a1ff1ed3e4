//! Figures and movement tables as a vintage has them: by the definitions of its time.

use std::collections::{BTreeMap, BTreeSet};

use domain::figures::Missing;
use query::{Body, Boundaries, FiguresQuery, Line, LineValue, Query, Table, TableHeads};

use crate::freeze::COMMUNES;
use crate::vintage::{Kind, Row, Vintage};

/// Answers from a vintage; none, if it does not tell: another period, another unit, days.
pub fn as_was(vintage: &Vintage, query: &Query) -> Option<Body> {
    let of_period = |period: &Option<String>| period.as_ref() == Some(&vintage.head.period);
    match query {
        Query::Figures(asked) if of_period(&asked.when.period) => figures(vintage, asked),
        Query::Movements { unit, when } if of_period(&when.period) => {
            let tables = ["poor", "near_poor"].map(|class| table(vintage, unit, class));
            let [Some(poor), Some(near_poor)] = tables else { return None };
            let tables = vec![poor, near_poor];
            Some(Body::Movements { unit: unit.clone(), when: when.clone(), tables })
        }
        _ => None,
    }
}

fn figures(vintage: &Vintage, asked: &FiguresQuery) -> Option<Body> {
    // Which units lie below is for the gazetteer to say, and whose boundaries, too.
    if asked.children || asked.boundaries != Boundaries::Own {
        return None;
    }
    let by: BTreeSet<&str> = asked.by.iter().map(String::as_str).collect();
    let wanted = |row: &&Row| {
        let [unit, indicator, filter] = row.fields();
        let told = asked.indicators.is_empty() || asked.indicators.iter().any(|id| id == indicator);
        let names: BTreeSet<&str> =
            filter.split(';').filter_map(|one| Some(one.split_once('=')?.0)).collect();
        row.kind == Kind::Figure && unit == asked.unit && told && (names.is_empty() || names == by)
    };
    let figures: Vec<Line> =
        vintage.rows.iter().filter(wanted).map(line).collect::<Option<Vec<Line>>>()?;
    (!figures.is_empty()).then(|| Body::Figures { when: asked.when.clone(), figures })
}

fn line(row: &Row) -> Option<Line> {
    let [unit, indicator, filter] = row.fields();
    let (value, marks) = row.value.split_once('\t')?;
    let parts = filter.split(';').filter_map(|one| one.split_once('='));
    let by: BTreeMap<String, String> =
        parts.map(|(name, code)| (name.to_owned(), code.to_owned())).collect();
    let children = marks.split(',').find_map(part);
    let communes = communes(marks);
    let said = marks.split(',').filter(|mark| !mark.is_empty() && !mark.contains(" of "));
    Some(Line {
        unit: unit.to_owned(),
        indicator: indicator.to_owned(),
        by,
        value: self::value(value)?,
        marks: said.map(str::to_owned).collect(),
        children,
        communes,
        reference: String::new(),
    })
}

/// `3 of 14`.
fn part(mark: &str) -> Option<(u32, u32)> {
    let (told, all) = mark.split_once(" of ")?;
    Some((told.parse().ok()?, all.parse().ok()?))
}

/// Of the lists of how many of all communes a figure is, where not of all.
fn communes(marks: &str) -> Option<(u32, u32)> {
    marks.split(',').find_map(|mark| part(mark.strip_suffix(COMMUNES)?))
}

fn value(text: &str) -> Option<LineValue> {
    let pair = |text: &str| {
        let (above, below) = text.split_once('/')?;
        Some((above.parse::<i64>().ok()?, below.parse::<i64>().ok()?))
    };
    if let Some(missing) = text.strip_prefix('?') {
        return Some(LineValue::Missing { missing: missing.to_owned() });
    }
    if let Some((before, after)) = text.split_once('>') {
        return Some(LineValue::Points { before: pair(before)?, after: pair(after)? });
    }
    if text.contains('/') {
        let (numerator, denominator) = pair(text)?;
        return Some(LineValue::Ratio { numerator, denominator });
    }
    Some(match text.parse() {
        Ok(value) => LineValue::Whole { value },
        Err(_) => LineValue::Stated { value: text.to_owned() },
    })
}

fn table(vintage: &Vintage, unit: &str, class: &str) -> Option<Table> {
    let (mut opening, mut closing, mut rows) = (None, None, Vec::new());
    for row in vintage.rows.iter().filter(|row| row.kind == Kind::Movement) {
        let [of, its_class, name] = row.fields();
        if of != unit || its_class != class {
            continue;
        }
        let (households, persons) = row.value.split_once('\t')?;
        let heads =
            TableHeads { households: households.parse().ok()?, persons: persons.parse().ok()? };
        match name {
            "opening" => opening = Some(heads),
            "closing" => closing = Some(heads),
            _ => rows.push((name.to_owned(), heads)),
        }
    }
    // It was closed as it was: that it balances is an invariant of what was frozen.
    let nobody = TableHeads { households: 0, persons: 0 };
    Some(Table {
        class: class.to_owned(),
        opening: opening.unwrap_or(nobody),
        rows,
        closing: closing?,
        balances: true,
        opening_missing: opening.is_none().then(|| Missing::NotReported.code().to_owned()),
        opening_communes: None,
        missing: None,
        communes: lists_of(vintage, unit, class),
    })
}

/// Of how many lists a table is, as the figure of its closing has it: what the opening is of was
/// not frozen.
fn lists_of(vintage: &Vintage, unit: &str, class: &str) -> Option<(u32, u32)> {
    let stock = format!("{class}_households");
    let mut figures = vintage.rows.iter().filter(|row| row.kind == Kind::Figure);
    let figure = figures.find(|row| row.fields() == [unit, &stock, ""])?;
    communes(figure.value.split_once('\t')?.1)
}
