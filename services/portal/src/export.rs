//! Tables that leave the house: CSV and Excel.

pub(crate) mod csv;
pub(crate) mod figures;
pub(crate) mod movements;
pub(crate) mod revisions;
mod sheet;
pub(crate) mod tables;

use domain::atlas::Unit;
use proto::gazetteer::{Gazetteer, Lang};
use query::Query;

/// A file's name: what, of which unit, when.
pub(crate) fn name(lang: Lang, what: &str, unit: Unit, query: &Query, xlsx: bool) -> String {
    let what = match (lang, what) {
        (Lang::Vi, "movements") => "Diễn biến hộ nghèo",
        (Lang::Vi, _) => "Số liệu",
        (Lang::En, "movements") => "Movements",
        (Lang::En, _) => "Figures",
    };
    let when = match query {
        Query::Figures(query) => Some(&query.when),
        Query::Movements { when, .. } | Query::Targets { when, .. } => Some(when),
        Query::Findings { when, .. } | Query::FindingGroups { when, .. } => when.as_ref(),
        Query::Series { .. } | Query::Compare { .. } | Query::Digest => None,
    };
    let when = when.map_or_else(String::new, |when| match &when.period {
        Some(period) => period.clone(),
        None => format!("{} {}", when.from, when.to),
    });
    let unit = Gazetteer::embedded().name(unit, lang);
    let ending = if xlsx { "xlsx" } else { "csv" };
    format!("{what} - {unit} - {when}.{ending}")
}
