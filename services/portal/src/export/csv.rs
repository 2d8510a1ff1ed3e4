//! CSV (RFC 4180) that Excel opens and that no cell can turn into a formula.

use proto::gazetteer::Lang;
use query::{Answer, Body, Exact, Line, LineValue, When, labels, written};

use super::tables::UnitTables;

/// How a CSV is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Dialect {
    /// A byte order mark first: Excel then takes it for UTF-8.
    pub(crate) bom: bool,
    /// `;` between cells and a comma in decimals, as Excel has it in Vietnamese.
    pub(crate) semicolon: bool,
}

/// Rows being written.
pub(super) struct Table {
    writer: csv::Writer<Vec<u8>>,
    row: csv::ByteRecord,
    comma: bool,
}

impl Table {
    pub(super) fn new(dialect: Dialect) -> Table {
        let start = if dialect.bom { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
        let writer = csv::WriterBuilder::new()
            .delimiter(if dialect.semicolon { b';' } else { b',' })
            .terminator(csv::Terminator::CRLF)
            .from_writer(start);
        Table { writer, row: csv::ByteRecord::new(), comma: dialect.semicolon }
    }

    /// A text; one that a spreadsheet would take for a formula is led by an apostrophe (OWASP, CSV
    /// injection).
    pub(super) fn text(&mut self, text: &str) {
        if is_formula(text) {
            self.row.push_field(format!("'{text}").as_bytes());
        } else {
            self.row.push_field(text.as_bytes());
        }
    }

    pub(super) fn number(&mut self, number: impl std::fmt::Display) {
        let text = number.to_string();
        let text = if self.comma { text.replace('.', ",") } else { text };
        self.row.push_field(text.as_bytes());
    }

    pub(super) fn nothing(&mut self) {
        self.row.push_field(b"");
    }

    pub(super) fn end(&mut self) {
        // Writing to memory does not fail.
        let _ = self.writer.write_byte_record(&self.row);
        self.row.clear();
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.writer.into_inner().unwrap_or_default()
    }
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

const FIGURES: [&str; 14] = [
    "unit",
    "name",
    "indicator",
    "indicator_name",
    "by",
    "from",
    "to",
    "value",
    "numerator",
    "denominator",
    "counted_in",
    "missing",
    "marks",
    "reference",
];

/// Figures, one line each.
pub(crate) fn figures(answer: &Answer, dialect: Dialect, lang: Lang) -> Vec<u8> {
    let mut table = Table::new(dialect);
    FIGURES.iter().for_each(|name| table.text(name));
    table.end();
    if let Body::Figures { when, figures } = &answer.body {
        for line in figures {
            figure(&mut table, line, when, lang);
        }
    }
    table.finish()
}

fn figure(table: &mut Table, line: &Line, when: &When, lang: Lang) {
    let by: Vec<String> = line.by.iter().map(|(name, code)| format!("{name}={code}")).collect();
    table.text(&line.unit);
    table.text(&written::name(lang, &line.unit));
    table.text(&line.indicator);
    table.text(&labels::indicator(lang, &line.indicator));
    table.text(&by.join(" "));
    table.text(&when.from);
    table.text(&when.to);
    let mut share = None;
    let mut missing = "";
    match &line.value {
        LineValue::Whole { value } => table.number(value),
        LineValue::Stated { value } => table.number(value),
        LineValue::Ratio { numerator, denominator } => {
            share = Some((i128::from(*numerator), i128::from(*denominator)));
            table.nothing();
        }
        LineValue::Points { before, after } => {
            let exact = |(n, d): (i64, i64)| Exact::new(i128::from(n), i128::from(d));
            let fell = exact(*before).zip(exact(*after)).and_then(|(b, a)| b.minus(a));
            share = fell.map(|fell| (fell.numerator(), fell.denominator()));
            table.nothing();
        }
        LineValue::Missing { missing: why } => {
            missing = why;
            table.nothing();
        }
    }
    match share {
        Some((above, below)) => {
            table.number(above);
            table.number(below);
        }
        None => {
            table.nothing();
            table.nothing();
        }
    }
    table.text(&labels::counted_in(lang, &line.indicator));
    table.text(missing);
    let mut marks = line.marks.clone();
    marks.extend(line.children.map(|(told, all)| format!("{told}/{all}")));
    marks.extend(line.communes.map(|(open, all)| format!("communes:{open}/{all}")));
    table.text(&marks.join(" "));
    table.text(&line.reference);
    table.end();
}

const MOVEMENTS: [&str; 12] = [
    "unit",
    "name",
    "class",
    "row",
    "row_name",
    "from",
    "to",
    "households",
    "persons",
    "wider",
    "missing",
    "communes",
];

/// Movement tables: a line for each unit, class and row. `wider`: 1 for a unit of today that also
/// holds places that the unit asked for never had, else 0. `missing`: why there are no numbers.
/// `communes`: k/n where only k of n communes have opened their lists.
pub(crate) fn movements(
    own: &UnitTables,
    children: &[UnitTables],
    when: &When,
    dialect: Dialect,
    lang: Lang,
) -> Vec<u8> {
    let mut table = Table::new(dialect);
    MOVEMENTS.iter().for_each(|name| table.text(name));
    table.end();
    for unit in std::iter::once(own).chain(children) {
        for of_class in &unit.tables {
            for (row, heads) in of_class.lines() {
                table.text(&unit.unit);
                table.text(&written::name(lang, &unit.unit));
                table.text(&of_class.class);
                table.text(row);
                table.text(&labels::movement(lang, &of_class.class, row));
                table.text(&when.from);
                table.text(&when.to);
                let missing = of_class.missing_of(row);
                match missing {
                    None => [heads.households, heads.persons].map(|one| table.number(one)),
                    Some(_) => [(); 2].map(|()| table.nothing()),
                };
                table.number(u8::from(unit.wider));
                table.text(missing.unwrap_or_default());
                let communes = of_class.communes_of(row).map(|(open, all)| format!("{open}/{all}"));
                table.text(&communes.unwrap_or_default());
                table.end();
            }
        }
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn line(value: LineValue, reference: &str) -> Line {
        Line {
            unit: "L-637".into(),
            indicator: "poverty_rate".into(),
            by: BTreeMap::new(),
            value,
            marks: vec!["estimate".into()],
            children: Some((3, 14)),
            communes: None,
            reference: reference.into(),
        }
    }

    fn read(bytes: &[u8], semicolon: bool) -> Vec<Vec<String>> {
        let delimiter = if semicolon { b';' } else { b',' };
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(bytes);
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn no_text_becomes_a_formula_and_every_number_stays_one() {
        let table = [
            ("=1+1", "'=1+1"),
            ("+84", "'+84"),
            ("-x", "'-x"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\r=x", "'\r=x"),
            ("146/QĐ-UBND", "146/QĐ-UBND"),
            ("a,b;\"c\"\r\nd", "a,b;\"c\"\r\nd"),
            ("<script>", "<script>"),
        ];
        for (reference, expected) in table {
            for semicolon in [false, true] {
                let figures = vec![line(LineValue::Whole { value: -5 }, reference)];
                let when = When::period("2021".parse().unwrap());
                let answer = Answer { position: 1, body: Body::Figures { when, figures } };
                let dialect = Dialect { bom: false, semicolon };
                let bytes = super::figures(&answer, dialect, Lang::Vi);
                let rows = read(&bytes, semicolon);
                assert_eq!(rows[0], FIGURES);
                assert_eq!(rows[1][13], expected, "{reference:?}");
                assert_eq!(rows[1][7], "-5", "a number below zero is no formula");
                assert_eq!(rows[1][12], "estimate 3/14");
                assert_eq!(rows[1][1], "Huyện Krông Pa");
            }
        }
    }

    #[test]
    fn values_keep_what_they_are_made_of() {
        let missing = LineValue::Missing { missing: "not_stated".into() };
        let table = [
            (LineValue::Ratio { numerator: 156, denominator: 10_000 }, ["", "156", "10000", ""]),
            (LineValue::Points { before: (15, 100), after: (3, 25) }, ["", "3", "100", ""]),
            (LineValue::Stated { value: "3.68".into() }, ["3.68", "", "", ""]),
            (missing, ["", "", "", "not_stated"]),
        ];
        for (value, [number, above, below, missing]) in table {
            let when = When::period("2021".parse().unwrap());
            let figures = vec![line(value, "")];
            let answer = Answer { position: 1, body: Body::Figures { when, figures } };
            let rows = read(&super::figures(&answer, Dialect::default(), Lang::En), false);
            let row = &rows[1];
            assert_eq!([&*row[7], &row[8], &row[9], &row[11]], [number, above, below, missing]);
            let dialect = Dialect { bom: true, semicolon: true };
            let bytes = super::figures(&answer, dialect, Lang::En);
            let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).expect("a byte order mark");
            assert_eq!(read(bytes, true)[1][7], number.replace('.', ","));
        }
    }
}
