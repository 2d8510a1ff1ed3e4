//! Findings, figures that cannot be, and records that are no facts, as people read them.

use anyhow::Result;
use proto::gazetteer::Lang;
use query::written::{date, name, value};
use query::{Found, Implausible, Judged, PassedBound, Unreadable, UnreadableRecord, labels, lang};

use crate::cli::Format;
use crate::screen::Screen;

/// Figures that cannot be.
pub(super) fn implausible(screen: &mut Screen, figures: &Judged) -> Result<()> {
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
pub(super) fn tell_unreadable(lang: Lang, unreadable: Option<&Unreadable>) {
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

/// What was noticed, by reason and one by one.
pub(super) fn found(
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
            labels::found(lang, &found.reason, found.bound.as_ref()),
            labels::treatment(lang, &found.treatment),
            found.position.map_or_else(String::new, |position| position.to_string()),
        ]
    };
    if screen.format == Format::Csv {
        let rows: Vec<Vec<String>> = findings
            .iter()
            .map(|f| {
                let position = f.position.map_or_else(String::new, |position| position.to_string());
                let written = |one: &PassedBound| format!("{}<={}", one.field, one.most);
                let bound = f.bound.as_ref().map_or_else(String::new, written);
                vec![
                    f.on.clone(),
                    f.unit.clone(),
                    f.reason.clone(),
                    f.treatment.clone(),
                    f.fact.clone(),
                    position,
                    bound,
                ]
            })
            .collect();
        let header = ["on", "unit", "reason", "treatment", "fact", "position", "bound"];
        return screen.rows(&header, &rows, header.len());
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
