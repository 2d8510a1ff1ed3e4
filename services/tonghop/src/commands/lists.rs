//! What can be asked for: indicators and units.

use anyhow::Result;
use domain::atlas::Level;
use domain::time::Day;
use proto::catalogue::Catalogue;
use proto::gazetteer::{Gazetteer, Lang};
use query::labels;
use serde::Serialize;

use crate::cli::Format;
use crate::screen::Screen;

#[derive(Serialize)]
struct IndicatorRow<'a> {
    id: &'a str,
    vi: &'a str,
    en: &'a str,
    counted_in: &'a str,
    by: Vec<String>,
    note: &'a str,
}

pub(super) fn indicators(screen: &mut Screen) -> Result<()> {
    let rows = Catalogue::embedded().plan.indicators().iter().map(|indicator| {
        let definition = &indicator.definition;
        let sets = indicator
            .kept
            .iter()
            .map(|kept| kept.by.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("×"));
        IndicatorRow {
            id: &definition.id,
            vi: &definition.vi,
            en: &definition.en,
            counted_in: &definition.counted_in,
            by: sets.filter(|set| !set.is_empty()).collect(),
            note: &definition.note,
        }
    });
    if screen.format == Format::Json {
        let rows: Vec<_> = rows.collect();
        return screen.json(&rows);
    }
    let lang = screen.lang;
    let row = |row: IndicatorRow<'_>| {
        let name = match lang {
            Lang::Vi => row.vi,
            Lang::En => row.en,
        };
        let counted_in = labels::counted_in(lang, row.id);
        vec![row.id.to_owned(), name.to_owned(), counted_in, row.by.join(", ")]
    };
    let rows: Vec<Vec<String>> = rows.map(row).collect();
    let header = [
        screen.pick("Mã", "Id"),
        screen.pick("Chỉ số", "Indicator"),
        screen.pick("Đơn vị tính", "Counted in"),
        screen.pick("Phân tổ", "By"),
    ];
    screen.rows(&header, &rows, header.len())
}

#[derive(Serialize)]
struct UnitRow {
    key: String,
    name: String,
    path: String,
    level: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
}

pub(super) fn units(screen: &mut Screen, text: &str, limit: usize) -> Result<()> {
    let gazetteer = Gazetteer::embedded();
    let found = match gazetteer.unit(text) {
        Some(unit) => vec![unit],
        None => gazetteer.search(text, limit),
    };
    let rows: Vec<UnitRow> = found
        .into_iter()
        .map(|unit| {
            let record = gazetteer.atlas.record(unit);
            UnitRow {
                key: record.key.clone(),
                name: gazetteer.name(unit, screen.lang).into_owned(),
                path: gazetteer.path(unit),
                level: match record.level {
                    Level::Nation => "nation",
                    Level::Province => "province",
                    Level::District => "district",
                    Level::Commune => "commune",
                },
                from: (record.from != Day::MIN).then(|| record.from.to_string()),
                to: (record.to != Day::MAX).then(|| record.to.to_string()),
            }
        })
        .collect();
    if screen.format == Format::Json {
        return screen.json(&rows);
    }
    if rows.is_empty() {
        let none = screen.pick("Không tìm thấy đơn vị nào.", "No unit was found.").to_owned();
        return screen.line(none);
    }
    let cells = |row: UnitRow| {
        vec![row.key, row.path, row.from.unwrap_or_default(), row.to.unwrap_or_default()]
    };
    let rows: Vec<Vec<String>> = rows.into_iter().map(cells).collect();
    let header = [
        screen.pick("Mã", "Key"),
        screen.pick("Đơn vị", "Unit"),
        screen.pick("Từ ngày", "From"),
        screen.pick("Đến ngày", "To"),
    ];
    screen.rows(&header, &rows, header.len())
}
