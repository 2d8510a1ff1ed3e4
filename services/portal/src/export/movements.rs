//! The movement tables as a workbook, in the official layout ("diễn biến hộ nghèo, hộ cận nghèo",
//! Circular 07/2021/TT-BLĐTBXH): a sheet for each class.

use domain::codes::{Code, Standing};
use proto::catalogue::{Catalogue, MovementEntry, Sign};
use proto::gazetteer::Lang;
use query::lang::pick;
use query::{Boundaries, Table, TableHeads, When, labels, written};
use rust_xlsxwriter::{ColNum, Formula, RowNum, Workbook, Worksheet, XlsxError};

use super::sheet::{self, Styles, cell, merged};
use super::tables::UnitTables;
use crate::app::Source;

/// Three tiers of heads and the row of numbers.
const HEADS: (RowNum, RowNum) = (3, 6);
const FIRST: RowNum = 7;
/// Number and unit.
const FIXED: ColNum = 2;

/// What the workbook tells.
pub(crate) struct Told<'a> {
    pub(crate) own: &'a UnitTables,
    /// The units below it.
    pub(crate) children: &'a [UnitTables],
    pub(crate) when: &'a When,
    pub(crate) boundaries: Boundaries,
}

/// The workbook: a row for each unit below, their sum, and the unit itself.
pub(crate) fn workbook(told: &Told<'_>, source: &Source, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    for (class, name) in [
        (Standing::Poor, pick(lang, "Hộ nghèo", "Poor")),
        (Standing::NearPoor, pick(lang, "Hộ cận nghèo", "Near-poor")),
    ] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        class_sheet(sheet, class, told, source, lang)?;
    }
    workbook.save_to_buffer()
}

fn class_sheet(
    sheet: &mut Worksheet,
    class: Standing,
    told: &Told<'_>,
    source: &Source,
    lang: Lang,
) -> Result<(), XlsxError> {
    let Told { own, children, when, boundaries } = *told;
    let (styles, entries) = (Styles::new(lang), Catalogue::embedded().movements());
    let last = FIXED + 2 * entries.len() as ColNum - 1;
    let title = match (class, lang) {
        (Standing::NearPoor, Lang::Vi) => "DIỄN BIẾN HỘ CẬN NGHÈO",
        (_, Lang::Vi) => "DIỄN BIẾN HỘ NGHÈO",
        (Standing::NearPoor, Lang::En) => "MOVEMENTS OF NEAR-POOR HOUSEHOLDS",
        (_, Lang::En) => "MOVEMENTS OF POOR HOUSEHOLDS",
    };
    let mut subtitle =
        format!("{}, {}", written::name(lang, &own.unit), written::title(lang, when));
    if boundaries == Boundaries::Current {
        subtitle += pick(lang, ", theo địa giới hiện nay", ", in the boundaries of today");
    }
    sheet::title(sheet, &styles, last, title, &subtitle)?;
    heads(sheet, &styles, entries, class, lang)?;
    let table = |unit: &UnitTables| -> Option<Table> {
        unit.tables.iter().find(|table| table.class == class.code()).cloned()
    };
    let listed = if children.is_empty() { std::slice::from_ref(own) } else { children };
    let mut row = FIRST;
    let mut sums = vec![Sum::default(); entries.len()];
    for unit in listed {
        let Some(table) = table(unit) else { continue };
        let number = f64::from(row - FIRST + 1);
        sheet.write_number_with_format(row, 0, number, &styles.centre)?;
        let mut name = written::name(lang, &unit.unit);
        if unit.wider {
            name += pick(lang, " (gồm cả nơi khác)", " (also holds other places)");
        }
        sheet.write_string_with_format(row, 1, name + &said(&table, lang), &styles.text)?;
        of_unit(sheet, &styles, row, entries, &table)?;
        for (sum, entry) in sums.iter_mut().zip(entries) {
            sum.add(&table, &entry.row);
        }
        row += 1;
    }
    total(sheet, &styles, row, &sums, lang)?;
    // Moves inside the unit are decreases and increases of its parts and neither of the whole, so
    // the unit's own rows may be less than the sums.
    if !children.is_empty()
        && let Some(table) = table(own)
    {
        row += 1;
        sheet.write_blank(row, 0, &styles.centre)?;
        let name = written::name(lang, &own.unit);
        let whole = match boundaries {
            Boundaries::Own => {
                pick(lang, "đã bù trừ chuyển đi, chuyển đến trong địa bàn", "moves inside netted")
            }
            Boundaries::Current => pick(lang, "theo địa giới lúc đó", "in the boundaries of then"),
        };
        let name = format!("{name} ({whole}){}", said(&table, lang));
        sheet.write_string_with_format(row, 1, name, &styles.text)?;
        of_unit(sheet, &styles, row, entries, &table)?;
    }
    sheet::source(sheet, &styles, row + 2, source, lang)?;
    sheet.set_column_width(0, 5)?;
    sheet.set_column_width(1, 26)?;
    for column in FIXED..=last {
        sheet.set_column_width(column, 8.5)?;
    }
    sheet::paper(sheet, HEADS, FIXED, (row + 2, last))
}

/// Households to the left, persons to the right.
fn column(entry: usize) -> ColNum {
    FIXED + 2 * entry as ColNum
}

fn heads(
    sheet: &mut Worksheet,
    styles: &Styles,
    entries: &[MovementEntry],
    class: Standing,
    lang: Lang,
) -> Result<(), XlsxError> {
    let (top, middle, bottom, numbers) = (HEADS.0, HEADS.0 + 1, HEADS.0 + 2, HEADS.1);
    let head = &styles.head;
    merged(sheet, (top, 0), (bottom, 0), pick(lang, "TT", "No."), head)?;
    merged(sheet, (top, 1), (bottom, 1), pick(lang, "Đơn vị", "Unit"), head)?;
    sheet.write_string_with_format(numbers, 0, "A", &styles.numbering)?;
    sheet.write_string_with_format(numbers, 1, "B", &styles.numbering)?;
    let mut at = 0;
    for group in entries.chunk_by(|a, b| a.sign == b.sign && a.sign != Sign::Stock) {
        let (first, end) = (column(at), column(at + group.len()) - 1);
        let alone = group.len() == 1;
        if !alone {
            let text = match group[0].sign {
                Sign::Minus => pick(lang, "Giảm trong kỳ", "Decreases"),
                Sign::Plus | Sign::Stock => pick(lang, "Tăng trong kỳ", "Increases"),
            };
            merged(sheet, (top, first), (top, end), text, head)?;
        }
        for entry in group {
            let (left, name) = (column(at), entry.name(class, lang));
            let from = if alone { top } else { middle };
            merged(sheet, (from, left), (middle, left + 1), name, head)?;
            sheet.write_string_with_format(bottom, left, pick(lang, "Hộ", "Households"), head)?;
            let persons = pick(lang, "Nhân khẩu", "Persons");
            sheet.write_string_with_format(bottom, left + 1, persons, head)?;
            let number = number(entries, at);
            let number =
                if entry.row == "closing" { formula_text(entries, &number) } else { number };
            merged(sheet, (numbers, left), (numbers, left + 1), &number, &styles.numbering)?;
            at += 1;
        }
    }
    sheet.set_row_height(top, 20)?;
    sheet.set_row_height(middle, 78)?;
    sheet.set_row_height(numbers, 26)?;
    Ok(())
}

/// The number in the form; rows that the form does not have get letters.
fn number(entries: &[MovementEntry], at: usize) -> String {
    let entry = &entries[at];
    if !entry.number.is_empty() {
        return entry.number.clone();
    }
    let before = entries[..at].iter().filter(|one| one.number.is_empty()).count();
    char::from(b'a' + u8::try_from(before).unwrap_or_default()).to_string()
}

/// `9 = 1 + a - 2 - 3 - 4 + 5 + 6 + 7 + 8 + b + c`.
fn formula_text(entries: &[MovementEntry], closing: &str) -> String {
    let mut text = format!("{closing} = {}", number(entries, 0));
    for (at, entry) in entries.iter().enumerate() {
        match entry.sign {
            Sign::Minus => text += &format!(" - {}", number(entries, at)),
            Sign::Plus => text += &format!(" + {}", number(entries, at)),
            Sign::Stock => {}
        }
    }
    text
}

/// What the units come to in one row of the table.
#[derive(Clone, Copy, Default)]
struct Sum {
    households: i64,
    persons: i64,
    /// How many units tell of it, and how many do not.
    told: usize,
    untold: usize,
}

impl Sum {
    fn add(&mut self, table: &Table, row: &str) {
        if table.missing_of(row).is_some() {
            self.untold += 1;
            return;
        }
        let heads = of_entry(table, row);
        self.told += 1;
        self.households += heads.households;
        self.persons += heads.persons;
    }
}

fn of_entry(table: &Table, row: &str) -> TableHeads {
    let nobody = TableHeads { households: 0, persons: 0 };
    table.lines().find(|(name, _)| *name == row).map_or(nobody, |(_, heads)| heads)
}

/// What has to be said with a unit's numbers, behind its name.
fn said(table: &Table, lang: Lang) -> String {
    let missing = table.missing.as_deref().map(|why| labels::missing(lang, why));
    let lists = table.communes.map(|of| written::lists(lang, of));
    let opening = table
        .opening_communes
        .map(|of| pick(lang, "đầu kỳ: ", "opening: ").to_owned() + &written::lists(lang, of));
    let said: Vec<String> = missing.into_iter().chain(lists).chain(opening).collect();
    if said.is_empty() { String::new() } else { format!(" ({})", said.join("; ")) }
}

/// The cells of a unit; the closing is a formula of the others.
fn of_unit(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: RowNum,
    entries: &[MovementEntry],
    table: &Table,
) -> Result<(), XlsxError> {
    let format = &styles.whole;
    if table.missing.is_some() {
        for column in column(0)..column(entries.len()) {
            sheet.write_string_with_format(row, column, "…", format)?;
        }
        return Ok(());
    }
    for (at, entry) in entries.iter().enumerate() {
        let heads = of_entry(table, &entry.row);
        let is_known = table.missing_of(&entry.row).is_none();
        for (side, value) in [heads.households, heads.persons].into_iter().enumerate() {
            let column = column(at) + side as ColNum;
            if entry.row == "closing" {
                let opening = table.opening_missing.is_none();
                let formula = closing(entries, (row, side as ColNum), opening, value);
                sheet.write_formula_with_format(row, column, formula, format)?;
            } else if !is_known {
                sheet.write_string_with_format(row, column, "…", format)?;
            } else {
                sheet.write_number_with_format(row, column, value as f64, format)?;
            }
        }
    }
    Ok(())
}

/// Opening and all rows; of the rows alone where nobody knows the opening, for a text is no number.
fn closing(
    entries: &[MovementEntry],
    (row, side): (RowNum, ColNum),
    opening: bool,
    value: i64,
) -> Formula {
    let mut text = String::from("=");
    for (at, entry) in entries.iter().enumerate() {
        let name = cell(row, column(at) + side);
        match (entry.sign, entry.row.as_str()) {
            (Sign::Stock, "opening") if opening => text += &name,
            (Sign::Stock, _) => {}
            (Sign::Minus, _) => text += &format!("-{name}"),
            (Sign::Plus, _) => text += &format!("+{name}"),
        }
    }
    sheet::formula(&text, value)
}

fn total(
    sheet: &mut Worksheet,
    styles: &Styles,
    row: RowNum,
    sums: &[Sum],
    lang: Lang,
) -> Result<(), XlsxError> {
    let (head, whole) = (Styles::bold(&styles.text), Styles::bold(&styles.whole));
    let name = match sums.iter().all(|sum| sum.untold == 0) {
        true => pick(lang, "Cộng", "Total"),
        false => pick(lang, "Cộng các đơn vị có báo cáo", "Total of those that have reported"),
    };
    merged(sheet, (row, 0), (row, 1), name, &head)?;
    for (at, total) in sums.iter().enumerate() {
        for (side, value) in [total.households, total.persons].into_iter().enumerate() {
            let column = column(at) + side as ColNum;
            if total.told == 0 {
                sheet.write_string_with_format(row, column, "…", &whole)?;
                continue;
            }
            let sum = sheet::sum(column, FIRST, row - 1, value);
            sheet.write_formula_with_format(row, column, sum, &whole)?;
        }
    }
    Ok(())
}
