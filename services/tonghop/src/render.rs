//! Answers as people read them, and as JSON and CSV.

use anyhow::Result;
use proto::gazetteer::{Gazetteer, Lang};
use query::written::{date, lists, name, remarks, title, value};
use query::{
    Answer, Body, Found, Implausible, Judged, Line, LineValue, Table, Unreadable, UnreadableRecord,
    When,
};
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
            tell_unreadable(screen.lang, unreadable.as_ref());
            findings_table(screen, unit, counts, findings)?;
            // In CSV a table is one list: that of the facts.
            match figures {
                Some(figures) if screen.format != Format::Csv => implausible_table(screen, figures),
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

/// Figures that cannot be.
fn implausible_table(screen: &mut Screen, figures: &Judged) -> Result<()> {
    let lang = screen.lang;
    screen.heading(screen.pick("Số liệu không hợp lý", "Figures that cannot be"))?;
    if !figures.is_whole {
        let units = lang::whole(lang, i128::from(figures.units));
        screen.line(match lang {
            Lang::Vi => format!("Đã xem {units} đơn vị; hãy hỏi từng đơn vị cấp dưới để xem hết."),
            Lang::En => format!("{units} units were looked at; ask for units below to see all."),
        })?;
    }
    if figures.found.is_empty() {
        let none = screen.pick("Không có.", "None.").to_owned();
        return screen.line(none);
    }
    let row = |one: &Implausible| {
        vec![
            one.unit.clone(),
            name(lang, &one.unit),
            labels::indicator(lang, &one.indicator),
            period(lang, &one.period),
            value(lang, &one.value),
            labels::bound(lang, one),
            labels::implausible(lang, &one.rule),
        ]
    };
    let rows: Vec<Vec<String>> = figures.found.iter().map(row).collect();
    let header = [
        screen.pick("Mã", "Key"),
        screen.pick("Đơn vị", "Unit"),
        screen.pick("Chỉ số", "Indicator"),
        screen.pick("Kỳ", "Period"),
        screen.pick("Số liệu", "Value"),
        screen.pick("Giới hạn", "Bound"),
        screen.pick("Vì sao", "Why"),
    ];
    screen.aligned(&header, &rows, 4..6)?;
    let mut rules: Vec<&str> = figures.found.iter().map(|one| one.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    rules.into_iter().try_for_each(|rule| {
        let (what, todo) =
            (labels::implausible(lang, rule), labels::implausible_remedy(lang, rule));
        screen.line(format!("  · {what}: {todo}"))
    })
}

/// A period, or the day of a census, as people write it.
fn period(lang: Lang, text: &str) -> String {
    match text.parse::<domain::time::Day>() {
        Ok(_) => date(lang, text),
        Err(_) => labels::period(lang, text),
    }
}

/// Most records that are named; the JSON has more.
const UNREADABLE_NAMED_MAX: usize = 10;

/// Says on the standard error which records are no facts, whatever the format.
fn tell_unreadable(lang: Lang, unreadable: Option<&Unreadable>) {
    let Some(Unreadable { count, records }) = unreadable else { return };
    let count = lang::whole(lang, i128::from(*count));
    let mut text = match lang {
        Lang::Vi => {
            format!("{count} bản ghi của sổ không phải là dữ kiện, không được tính vào đâu")
        }
        Lang::En => format!("{count} records of the journal are no facts and are in no figure"),
    };
    for UnreadableRecord { position, reason } in records.iter().take(UNREADABLE_NAMED_MAX) {
        let at = query::lang::pick(lang, "vị trí", "position");
        text.push_str(&format!("; {at} {position}: {reason}"));
    }
    crate::screen::note(lang, &text);
}

fn findings_table(
    screen: &mut Screen,
    unit: &str,
    counts: &std::collections::BTreeMap<String, u64>,
    findings: &[Found],
) -> Result<()> {
    let lang = screen.lang;
    let row = |found: &Found| {
        vec![
            date(lang, &found.on),
            found.unit.clone(),
            name(lang, &found.unit),
            labels::finding(lang, &found.reason),
            labels::treatment(lang, &found.treatment),
            found.position.map_or_else(String::new, |position| position.to_string()),
        ]
    };
    if screen.format == Format::Csv {
        let rows: Vec<Vec<String>> = findings
            .iter()
            .map(|f| {
                let position = f.position.map_or_else(String::new, |position| position.to_string());
                vec![
                    f.on.clone(),
                    f.unit.clone(),
                    f.reason.clone(),
                    f.treatment.clone(),
                    f.fact.clone(),
                    position,
                ]
            })
            .collect();
        return screen.rows(&["on", "unit", "reason", "treatment", "fact", "position"], &rows, 6);
    }
    let heading = screen.pick("Những điều cần xem lại", "What was noticed");
    screen.heading(format!("{heading} · {}", name(lang, unit)))?;
    if counts.is_empty() {
        let none = screen.pick("Không có gì cần xem lại.", "Nothing was noticed.").to_owned();
        return screen.line(none);
    }
    let summary: Vec<Vec<String>> = counts
        .iter()
        .map(|(reason, count)| {
            vec![
                labels::finding(lang, reason),
                labels::treatment_of(lang, reason),
                lang::whole(lang, i128::from(*count)),
                labels::finding_remedy(lang, reason),
            ]
        })
        .collect();
    let header = [
        screen.pick("Lý do", "Reason"),
        screen.pick("Cách tính", "Treatment"),
        screen.pick("Số lượng", "Count"),
        screen.pick("Cần làm gì", "What to do"),
    ];
    screen.rows(&header, &summary, 9)?;
    if findings.is_empty() {
        return Ok(());
    }
    screen.line("")?;
    let rows: Vec<Vec<String>> = findings.iter().map(row).collect();
    let header = [
        screen.pick("Ngày", "Day"),
        screen.pick("Mã", "Key"),
        screen.pick("Đơn vị", "Unit"),
        screen.pick("Lý do", "Reason"),
        screen.pick("Cách tính", "Treatment"),
        screen.pick("Vị trí trong sổ", "Position"),
    ];
    screen.rows(&header, &rows, 5)
}
