//! Figures as a workbook: units down, indicators across.

use std::collections::BTreeMap;

use domain::atlas::Unit;
use domain::catalogue::Combine;
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, Lang};
use query::lang::pick;
use query::{Answer, Body, HIDDEN, Line, LineValue, labels, written};
use rust_xlsxwriter::{ColNum, RowNum, Workbook, Worksheet, XlsxError};

use super::sheet::{self, Styles, cell, merged};
use crate::app::Source;

/// Two tiers of heads and the row of numbers.
const HEADS: (RowNum, RowNum) = (3, 5);
const FIRST: RowNum = 6;
/// Number, key, unit.
const FIXED: ColNum = 3;
/// A sheet has no more columns.
const COLUMNS_MAX: usize = 16_000;

/// One indicator with one breakdown: a column, or three for a share.
struct Block<'a> {
    indicator: &'a str,
    by: &'a BTreeMap<String, String>,
    share: bool,
    at: ColNum,
}

impl Block<'_> {
    fn last(&self) -> ColNum {
        self.at + if self.share { 2 } else { 0 }
    }

    /// Whether a unit's value is the sum of those of its parts.
    fn adds_up(&self) -> bool {
        let definition = Catalogue::embedded().definition(self.indicator);
        // A household that borrowed in two communes is one household of the district; the same
        // programme in two communes is one programme.
        let apart = definition.is_some_and(|one| {
            use domain::catalogue::Measure;
            matches!(
                one.measure,
                Measure::Distinct { .. } | Measure::Codes { .. } | Measure::ChildrenBehind { .. }
            )
        });
        if apart {
            return false;
        }
        match definition.map(|one| one.combine) {
            Some(Combine::Sum | Combine::OwnElseChildren | Combine::Recompute) => true,
            Some(Combine::Own) | None => false,
        }
    }
}

/// The workbook: a row for each unit below, their sum, and the unit itself.
pub(crate) fn workbook(
    answer: &Answer,
    unit: Unit,
    source: &Source,
    lang: Lang,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(pick(lang, "Số liệu", "Figures"))?;
    let Body::Figures { when, figures } = &answer.body else {
        return workbook.save_to_buffer();
    };
    let (styles, blocks) = (Styles::new(lang), blocks(figures)?);
    let last = blocks.last().map_or(FIXED - 1, Block::last) + 1;
    let title = pick(lang, "SỐ LIỆU TỔNG HỢP", "FIGURES");
    let subtitle = format!("{}, {}", Gazetteer::embedded().path(unit), written::title(lang, when));
    sheet::title(sheet, &styles, last, title, &subtitle)?;
    heads(sheet, &styles, &blocks, last, lang)?;

    // The unit itself stands below the sum of its parts, where it has any.
    let key = Gazetteer::embedded().key(unit);
    let mut units: Vec<&[Line]> = figures.chunk_by(|a, b| a.unit == b.unit).collect();
    let own = (units.len() > 1).then(|| units.iter().position(|lines| lines[0].unit == key));
    let own = own.flatten().map(|at| units.remove(at));
    let mut row = FIRST;
    for lines in &units {
        let number = f64::from(row - FIRST + 1);
        sheet.write_number_with_format(row, 0, number, &styles.centre)?;
        of_unit(sheet, &styles, row, &blocks, lines, last, lang)?;
        row += 1;
    }
    if row > FIRST {
        total(sheet, &styles, row, &blocks, &units, last, lang)?;
        row += 1;
    }
    if let Some(lines) = own {
        sheet.write_blank(row, 0, &styles.centre)?;
        of_unit(sheet, &styles, row, &blocks, lines, last, lang)?;
        row += 1;
    }
    sheet::source(sheet, &styles, row + 1, source, lang)?;
    for (column, width) in [(0, 5.0), (1, 10.0), (2, 28.0), (last, 24.0)] {
        sheet.set_column_width(column, width)?;
    }
    for column in FIXED..last {
        sheet.set_column_width(column, 13)?;
    }
    sheet::paper(sheet, HEADS, FIXED, (row + 1, last))?;
    workbook.save_to_buffer()
}

/// The columns, in the order in which they first appear: zero breakdowns are left out of answers.
fn blocks(figures: &[Line]) -> Result<Vec<Block<'_>>, XlsxError> {
    let mut seen: BTreeMap<(&str, &BTreeMap<String, String>), usize> = BTreeMap::new();
    let mut blocks: Vec<Block<'_>> = Vec::new();
    for line in figures {
        let share = matches!(line.value, LineValue::Ratio { .. });
        let number = *seen.entry((&line.indicator, &line.by)).or_insert_with(|| {
            let Line { indicator, by, .. } = line;
            blocks.push(Block { indicator, by, share: false, at: 0 });
            blocks.len() - 1
        });
        blocks[number].share |= share;
    }
    if blocks.len() * 3 > COLUMNS_MAX {
        return Err(XlsxError::RowColumnLimitError);
    }
    // Breakdowns that only later units have belong to their indicator.
    let first: BTreeMap<&str, usize> =
        blocks.iter().enumerate().rev().map(|(number, block)| (block.indicator, number)).collect();
    blocks.sort_by_key(|block| first[block.indicator]);
    let mut at = FIXED;
    for block in &mut blocks {
        block.at = at;
        at = block.last() + 1;
    }
    Ok(blocks)
}

fn heads(
    sheet: &mut Worksheet,
    styles: &Styles,
    blocks: &[Block<'_>],
    last: ColNum,
    lang: Lang,
) -> Result<(), XlsxError> {
    let (top, bottom, numbers) = (HEADS.0, HEADS.0 + 1, HEADS.1);
    let head = &styles.head;
    let fixed = [
        (0, pick(lang, "TT", "No.")),
        (1, pick(lang, "Mã", "Key")),
        (2, pick(lang, "Đơn vị", "Unit")),
        (last, pick(lang, "Ghi chú", "Notes")),
    ];
    for (column, text) in fixed {
        merged(sheet, (top, column), (bottom, column), text, head)?;
    }
    for block in blocks {
        let codes = block.by.iter().map(|(name, code)| labels::code(lang, name, code));
        let codes: Vec<String> = codes.collect();
        let mut name = labels::indicator(lang, block.indicator);
        if !codes.is_empty() {
            name += &format!(": {}", codes.join(", "));
        }
        merged(sheet, (top, block.at), (top, block.last()), &name, head)?;
        let counted_in = labels::counted_in(lang, block.indicator);
        if block.share {
            let below =
                [pick(lang, "Tử số", "Numerator"), pick(lang, "Mẫu số", "Denominator"), "%"];
            for (column, text) in (block.at..).zip(below) {
                sheet.write_string_with_format(bottom, column, text, head)?;
            }
        } else {
            sheet.write_string_with_format(bottom, block.at, counted_in, head)?;
        }
    }
    for column in 0..=last {
        let number = format!("({})", column + 1);
        sheet.write_string_with_format(numbers, column, number, &styles.numbering)?;
    }
    sheet.set_row_height(top, 64)?;
    Ok(())
}

fn of_unit(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: RowNum,
    blocks: &[Block<'_>],
    lines: &[Line],
    last: ColNum,
    lang: Lang,
) -> Result<(), XlsxError> {
    let key = &lines[0].unit;
    sheet.write_string_with_format(row, 1, key, &styles.text)?;
    sheet.write_string_with_format(row, 2, written::name(lang, key), &styles.text)?;
    let found: BTreeMap<_, &Line> =
        lines.iter().map(|line| ((line.indicator.as_str(), &line.by), line)).collect();
    for block in blocks {
        match found.get(&(block.indicator, block.by)) {
            Some(line) => value(sheet, styles, row, block, &line.value, lang)?,
            // Left out of the answer because it is nothing.
            None => {
                for column in block.at..=block.last() {
                    sheet.write_blank(row, column, &styles.whole)?;
                }
            }
        }
    }
    let marks = lines.iter().flat_map(|line| &line.marks).map(|mark| labels::mark(lang, mark));
    let mut notes: Vec<String> =
        marks.chain(lines.iter().filter_map(|one| hides(one, lang))).collect();
    let partial = |of: &(u32, u32)| of.0 < of.1;
    let children = lines.iter().filter_map(|line| line.children).filter(partial);
    notes.extend(children.map(|of| written::complete(lang, of)));
    let communes = lines.iter().filter_map(|line| line.communes).filter(partial);
    notes.extend(communes.map(|of| written::lists(lang, of)));
    notes.sort();
    notes.dedup();
    sheet.write_string_with_format(row, last, notes.join("; "), &styles.text)?;
    Ok(())
}

fn value(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: RowNum,
    block: &Block<'_>,
    value: &LineValue,
    lang: Lang,
) -> Result<(), XlsxError> {
    let (at, hidden) = (block.at, labels::hidden(lang));
    let share = |(n, d): (i64, i64)| n as f64 / d as f64;
    match value {
        LineValue::Whole { value } => {
            sheet.write_number_with_format(row, at, *value as f64, &styles.whole)?;
        }
        LineValue::Stated { value } => match value.parse::<f64>() {
            Ok(number) => {
                sheet.write_number_with_format(row, at, number, &styles.decimal)?;
            }
            Err(_) => {
                sheet.write_string_with_format(row, at, value, &styles.text)?;
            }
        },
        LineValue::Ratio { numerator, denominator } => {
            sheet.write_number_with_format(row, at, *numerator as f64, &styles.whole)?;
            sheet.write_number_with_format(row, at + 1, *denominator as f64, &styles.whole)?;
            rate(sheet, styles, row, at, share((*numerator, *denominator)), false)?;
        }
        LineValue::Points { before, after } => {
            let fell = (share(*before) - share(*after)) * 100.0;
            sheet.write_number_with_format(row, at, fell, &styles.points)?;
        }
        LineValue::Missing { missing } => {
            let said = if missing.starts_with(HIDDEN) { hidden } else { "…" };
            for column in at..=block.last() {
                sheet.write_string_with_format(row, column, said, &styles.centre)?;
            }
        }
    }
    Ok(())
}

/// What has to be said of a line that is hidden.
fn hides(line: &Line, lang: Lang) -> Option<String> {
    match &line.value {
        LineValue::Missing { missing } if missing.starts_with(HIDDEN) => {
            Some(labels::missing(lang, missing))
        }
        _ => None,
    }
}

/// A share as a formula of the two cells to its left.
fn rate(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: RowNum,
    at: ColNum,
    result: f64,
    bold: bool,
) -> Result<(), XlsxError> {
    let (above, below) = (cell(row, at), cell(row, at + 1));
    let text = format!("=IF({below}=0,\"\",{above}/{below})");
    let format = if bold { &Styles::bold(&styles.percent) } else { &styles.percent };
    sheet.write_formula_with_format(row, at + 2, sheet::formula(&text, result), format)?;
    Ok(())
}

fn total(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: RowNum,
    blocks: &[Block<'_>],
    units: &[&[Line]],
    last: ColNum,
    lang: Lang,
) -> Result<(), XlsxError> {
    let text = Styles::bold(&styles.text);
    let whole = Styles::bold(&styles.whole);
    merged(sheet, (row, 0), (row, 2), pick(lang, "Cộng", "Total"), &text)?;
    let mut is_whole = true;
    for block in blocks {
        let values = units
            .iter()
            .flat_map(|lines| lines.iter())
            .filter(|line| line.indicator == block.indicator && line.by == *block.by);
        let (mut above, mut below, mut points, mut hides_some) = (0.0, 0.0, false, false);
        let block_adds = block.adds_up();
        for line in values {
            match &line.value {
                LineValue::Whole { value } => above += *value as f64,
                LineValue::Stated { value } => above += value.parse::<f64>().unwrap_or_default(),
                LineValue::Ratio { numerator, denominator } => {
                    above += *numerator as f64;
                    below += *denominator as f64;
                }
                LineValue::Points { .. } => points = true,
                LineValue::Missing { missing } => {
                    hides_some |= missing.starts_with(HIDDEN);
                    is_whole &= !block_adds;
                }
            }
        }
        // What is seen of a column does not come to its total; that stands in the unit's own row.
        if hides_some {
            for column in block.at..=block.last() {
                sheet.write_string_with_format(row, column, labels::hidden(lang), &text)?;
            }
            continue;
        }
        // Points do not add up, nor do averages: no number is better than a wrong one.
        if points || !block_adds {
            for column in block.at..=block.last() {
                sheet.write_blank(row, column, &text)?;
            }
            continue;
        }
        let sum = |column, result: f64| sheet::sum(column, FIRST, row - 1, result);
        sheet.write_formula_with_format(row, block.at, sum(block.at, above), &whole)?;
        if block.share {
            let below_sum = sum(block.at + 1, below);
            sheet.write_formula_with_format(row, block.at + 1, below_sum, &whole)?;
            let share = if below == 0.0 { 0.0 } else { above / below };
            rate(sheet, styles, row, block.at, share, true)?;
        }
    }
    let note = match is_whole {
        true => "",
        false => pick(lang, "Chỉ cộng đơn vị có số liệu", "Sums are of units with a number"),
    };
    sheet.write_string_with_format(row, last, note, &text)?;
    Ok(())
}
