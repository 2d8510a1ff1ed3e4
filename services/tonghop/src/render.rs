//! Answers as people read them, and as JSON and CSV.

mod findings;

use anyhow::Result;
use proto::gazetteer::{Gazetteer, Lang};
use query::written::{lists, name, remarks, title, value};
use query::{Answer, Body, Line, LineValue, Table, When};
use query::{labels, lang};

use crate::cli::Format;
use crate::screen::Screen;

/// Shows an answer.
pub fn show(screen: &mut Screen, answer: &Answer) -> Result<()> {
    if screen.format == Format::Json {
        return screen.json(answer);
    }
    match &answer.body {
        Body::Figures { when, figures } => figures_table(screen, when, figures),
        Body::Movements { unit, when, tables } => {
            tables.iter().try_for_each(|table| movement_table(screen, unit, when, table))
        }
        Body::Findings { unit, counts, findings, figures, unreadable } => {
            findings::tell_unreadable(screen.lang, unreadable.as_ref());
            findings::found(screen, unit, counts, findings)?;
            // In CSV a table is one list: that of the facts.
            match figures {
                Some(figures) if screen.format != Format::Csv => {
                    findings::implausible(screen, figures)
                }
                _ => Ok(()),
            }
        }
        Body::Digest { digest, gazetteer, catalogue } => {
            let header = ["digest", "position", "gazetteer", "catalogue"];
            if screen.format == Format::Csv {
                let row = vec![
                    digest.clone(),
                    answer.position.to_string(),
                    gazetteer.clone(),
                    catalogue.clone(),
                ];
                return screen.rows(&header, &[row], header.len());
            }
            screen.line(digest)
        }
        // Asked for over HTTP only; the command line has no question for them.
        Body::Targets { .. }
        | Body::Series { .. }
        | Body::Compare { .. }
        | Body::FindingGroups { .. } => screen.json(answer),
    }
}

/// Several units and not more indicators than this make a table of units by indicators.
const MATRIX_COLUMNS_MAX: usize = 6;

/// Units down, indicators across.
fn matrix(screen: &mut Screen, when: &When, figures: &[Line], indicators: usize) -> Result<()> {
    let lang = screen.lang;
    screen.heading(title(lang, when))?;
    let named = figures[..indicators].iter().map(|line| labels::indicator(lang, &line.indicator));
    let named: Vec<String> = named.collect();
    let mut header = vec![screen.pick("Mã", "Key"), screen.pick("Đơn vị", "Unit")];
    header.extend(named.iter().map(String::as_str));
    let notes = screen.pick("Ghi chú", "Notes");
    let mut rows = Vec::new();
    for of_unit in figures.chunk_by(|a, b| a.unit == b.unit) {
        let mut row = vec![of_unit[0].unit.clone(), name(lang, &of_unit[0].unit)];
        row.extend(of_unit.iter().map(|line| value(lang, &line.value)));
        let mut marks: Vec<&String> = of_unit.iter().flat_map(|line| &line.marks).collect();
        marks.dedup();
        row.push(
            marks.into_iter().map(|mark| labels::mark(lang, mark)).collect::<Vec<_>>().join("; "),
        );
        rows.push(row);
    }
    let last = header.len();
    header.push(notes);
    screen.aligned(&header, &rows, 2..last)
}

fn figures_table(screen: &mut Screen, when: &When, figures: &[Line]) -> Result<()> {
    let lang = screen.lang;
    if screen.format == Format::Csv {
        let header = [
            "unit",
            "name",
            "indicator",
            "by",
            "from",
            "to",
            "value",
            "numerator",
            "denominator",
            "counted_in",
            "marks",
        ];
        let rows: Vec<Vec<String>> = figures.iter().map(|line| csv_row(lang, when, line)).collect();
        return screen.rows(&header, &rows, header.len());
    }
    let several = figures.iter().any(|line| line.unit != figures[0].unit);
    let indicators = figures.iter().take_while(|line| line.unit == figures[0].unit).count();
    if several && indicators <= MATRIX_COLUMNS_MAX && figures.iter().all(|line| line.by.is_empty())
    {
        return matrix(screen, when, figures, indicators);
    }
    for of_unit in figures.chunk_by(|a, b| a.unit == b.unit) {
        let unit = Gazetteer::embedded().unit(&of_unit[0].unit);
        let path = unit.map_or_else(String::new, |unit| Gazetteer::embedded().path(unit));
        screen.heading(format!("{path} ({}) · {}", of_unit[0].unit, title(lang, when)))?;
        // Of many indicators only those are shown that have something to tell.
        let all = of_unit.len() > 40 || several;
        let empty = |line: &Line| {
            matches!(line.value, LineValue::Missing { .. } | LineValue::Whole { value: 0 })
        };
        let shown: Vec<&Line> = of_unit.iter().filter(|line| !(all && empty(line))).collect();
        let hidden = of_unit.len() - shown.len();
        let rows: Vec<Vec<String>> = shown
            .iter()
            .map(|line| {
                vec![
                    labels::indicator(lang, &line.indicator),
                    breakdown(lang, line),
                    value(lang, &line.value),
                    labels::counted_in(lang, &line.indicator),
                    remarks(lang, line),
                ]
            })
            .collect();
        let header = [
            screen.pick("Chỉ số", "Indicator"),
            screen.pick("Phân tổ", "By"),
            screen.pick("Giá trị", "Value"),
            screen.pick("Đơn vị tính", "Counted in"),
            screen.pick("Ghi chú", "Notes"),
        ];
        screen.figures(&header, &rows)?;
        if hidden > 0 {
            let said = match lang {
                Lang::Vi => format!("({hidden} chỉ số bằng 0 hoặc chưa có số liệu không in ra)"),
                Lang::En => {
                    format!("({hidden} indicators that are zero or not known are left out)")
                }
            };
            screen.line(said)?;
        }
    }
    Ok(())
}

fn breakdown(lang: Lang, line: &Line) -> String {
    let one = |(attribute, code): (&String, &String)| labels::code(lang, attribute, code);
    line.by.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn csv_row(lang: Lang, when: &When, line: &Line) -> Vec<String> {
    let by: Vec<String> = line.by.iter().map(|(name, code)| format!("{name}={code}")).collect();
    let (value, numerator, denominator) = match &line.value {
        LineValue::Whole { value } => (value.to_string(), String::new(), String::new()),
        LineValue::Stated { value } => (value.clone(), String::new(), String::new()),
        LineValue::Ratio { numerator, denominator } => {
            let digits =
                domain::number::rounded(i128::from(*numerator) * 100, i128::from(*denominator), 2);
            (
                lang::decimal(Lang::En, digits, 2).replace(',', ""),
                numerator.to_string(),
                denominator.to_string(),
            )
        }
        LineValue::Points { before, after } => {
            let wide = |(n, d): (i64, i64)| (i128::from(n), i128::from(d));
            let written =
                lang::points(Lang::En, wide(*before), wide(*after)).replace([',', ' ', 'p'], "");
            (written, String::new(), String::new())
        }
        LineValue::Missing { .. } => Default::default(),
    };
    vec![
        line.unit.clone(),
        name(lang, &line.unit),
        line.indicator.clone(),
        by.join(" "),
        when.from.clone(),
        when.to.clone(),
        value,
        numerator,
        denominator,
        labels::counted_in_code(&line.indicator),
        remarks(lang, line),
    ]
}

fn movement_table(screen: &mut Screen, unit: &str, when: &When, table: &Table) -> Result<()> {
    let lang = screen.lang;
    if screen.format == Format::Csv {
        let number = |row: &str, value: i64| match table.missing_of(row) {
            Some(_) => String::new(),
            None => value.to_string(),
        };
        let rows = table.lines().map(|(row, heads)| {
            let of = [unit, &table.class, &when.from, &when.to, row].map(str::to_owned);
            let numbers = [number(row, heads.households), number(row, heads.persons)];
            [&of[..], &numbers].concat()
        });
        let rows: Vec<Vec<String>> = rows.collect();
        return screen.rows(
            &["unit", "class", "from", "to", "row", "households", "persons"],
            &rows,
            7,
        );
    }
    let class = labels::code(lang, "standing", &table.class);
    let heading = match lang {
        Lang::Vi => format!("Diễn biến {class} · {} · {}", name(lang, unit), title(lang, when)),
        Lang::En => format!(
            "Movements of {class} households · {} · {}",
            name(lang, unit),
            title(lang, when)
        ),
    };
    screen.heading(heading)?;
    if let Some(why) = &table.missing {
        return screen.line(labels::missing(lang, why));
    }
    let number = |row: &str, value: i64| match table.missing_of(row) {
        Some(_) => "…".to_owned(),
        None => lang::whole(lang, i128::from(value)),
    };
    let rows: Vec<Vec<String>> = table
        .lines()
        .map(|(row, heads)| {
            let label = labels::movement(lang, &table.class, row);
            vec![label, number(row, heads.households), number(row, heads.persons)]
        })
        .collect();
    let header = ["", screen.pick("Hộ", "Households"), screen.pick("Nhân khẩu", "Persons")];
    screen.rows(&header, &rows, 1)?;
    if let Some(of) = table.communes {
        screen.line(lists(lang, of))?;
    }
    if let Some(of) = table.opening_communes {
        let before = screen.pick("Đầu kỳ", "Opening");
        screen.line(format!("{before}: {}", lists(lang, of)))?;
    }
    let verdict = if table.balances {
        screen.pick(
            "Bảng cân đối: cuối kỳ = đầu kỳ − giảm + tăng.",
            "The table balances: closing = opening − decreases + increases.",
        )
    } else {
        screen.pick(
            "BẢNG KHÔNG CÂN ĐỐI: hãy báo lỗi chương trình.",
            "THE TABLE DOES NOT BALANCE: please report this as a fault of the program.",
        )
    };
    screen.line(verdict)
}
