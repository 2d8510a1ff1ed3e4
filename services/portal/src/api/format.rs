//! What form an answer has: JSON, CSV or XLSX.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use web::Problem;

use super::asked::{Asked, wrong};
use crate::export::csv::Dialect;

/// CSV.
pub(crate) const CSV: &str = "text/csv; charset=utf-8; header=present";
/// A workbook.
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The form of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Json,
    Csv(Dialect),
    Xlsx,
}

impl Format {
    /// What is asked for with `format=`, else with `Accept`, else JSON.
    pub(super) fn of(asked: &Asked, headers: &HeaderMap) -> Result<Format, Problem> {
        let dialect = Dialect {
            bom: asked.flag("bom")?,
            semicolon: asked
                .word("sep", &[("comma", false), ("semicolon", true)])?
                .unwrap_or_default(),
        };
        let csv = Format::Csv(dialect);
        let words = [("json", Format::Json), ("csv", csv), ("xlsx", Format::Xlsx)];
        let format = asked.word("format", &words)?.unwrap_or_else(|| accepted(headers, csv));
        let plain = dialect == Dialect::default();
        if !plain && !matches!(format, Format::Csv(_)) {
            let field = if dialect.bom { "bom" } else { "sep" };
            return Err(wrong(field, "it is for format=csv only"));
        }
        Ok(format)
    }
}

/// The first of the types that we have; browsers ask for HTML and get JSON.
fn accepted(headers: &HeaderMap, csv: Format) -> Format {
    let lists = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let types = lists.flat_map(|list| list.split(',').take(20));
    let known = |range: &str| match range.split(';').next().unwrap_or_default().trim() {
        "application/json" | "*/*" | "application/*" => Some(Format::Json),
        "text/csv" => Some(csv),
        XLSX => Some(Format::Xlsx),
        _ => None,
    };
    types.into_iter().find_map(known).unwrap_or(Format::Json)
}
