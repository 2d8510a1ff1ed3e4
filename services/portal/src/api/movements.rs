//! Movement tables.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use proto::gazetteer::Lang;
use query::{Boundaries, Query, Table, When};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Language, Problem};

use super::asked::Asked;
use super::format::{CSV, Format, XLSX};
use super::reply::{Made, internal, reply};
use crate::App;
use crate::below::{self, Below};
use crate::export::movements::{self as sheet, Told};
use crate::export::tables::UnitTables;
use crate::export::{csv, name};

pub(super) const MOVEMENTS: &[&str] =
    &["unit", "children", "period", "from", "to", "boundaries", "format", "bom", "sep"];

/// The movement tables of a unit.
#[derive(Serialize, ToSchema)]
pub(crate) struct MovementsAnswer {
    /// The position up to which facts are folded.
    position: u64,
    /// `movements`
    answer: &'static str,
    when: When,
    /// The unit's key.
    unit: String,
    /// Of poor and of near-poor households.
    tables: Vec<Table>,
    /// With `children=1`: of every unit directly below. With `boundaries=current`: of the units of
    /// today that hold it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    children: Vec<UnitTables>,
}

/// The movement tables of poor and near-poor households ("diễn biến hộ nghèo, hộ cận nghèo"):
/// opening, rows, closing, in households and persons. As CSV and XLSX with every unit below.
#[utoipa::path(
    get, path = "/v1/movements", operation_id = "getMovements", tag = "figures",
    params(
        ("unit" = String, Query, description = "The unit's key", example = "L-637"),
        ("children" = Option<String>, Query, description = "`1`: also of every unit directly below"),
        ("period" = Option<String>, Query, description = "`2021`, `2021-H1@administrative`, …", example = "2021-H1@administrative"),
        ("from" = Option<String>, Query, description = "First day, YYYY-MM-DD, instead of a period"),
        ("to" = Option<String>, Query, description = "Last day, included"),
        ("boundaries" = Option<String>, Query, description = "`own` or `current`: with the units of today that hold it, instead of those it had"),
        ("format" = Option<String>, Query, description = "`json`, `csv` or `xlsx`; else by `Accept`"),
        ("bom" = Option<String>, Query, description = "`1`: CSV begins with a byte order mark, for Excel"),
        ("sep" = Option<String>, Query, description = "Of CSV: `comma` or `semicolon`"),
        ("lang" = Option<String>, Query, description = "Of CSV and XLSX: `vi` or `en`"),
    ),
    responses((status = 200, description = "The tables", content(
        (MovementsAnswer = "application/json"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))),
)]
pub(super) async fn movements(
    State(app): State<Arc<App>>,
    Language(lang): Language,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, MOVEMENTS)?;
    let format = Format::of(&asked, &headers)?;
    let (unit, when) = (asked.unit("unit")?, asked.must_when()?);
    let boundaries = asked.boundaries()?;
    let is_current = boundaries == Boundaries::Current;
    let with_below = asked.flag("children")? || is_current || format != Format::Json;
    let lang = if format == Format::Json { Lang::Vi } else { lang };
    let time = when.time().map_err(|error| internal(&error))?;
    let query = Query::Movements { unit: app.gazetteer.key(unit).to_owned(), when: when.clone() };
    let canonical = serde_json::to_string(&query).map_err(|error| internal(&error))?;
    let question = format!("{format:?} {lang:?} {with_below} {boundaries:?} {canonical}");
    Ok(reply(&app, &headers, &question, move |app| {
        let (position, own, children) = app.handle.read(|fold, progress| {
            let tables = |unit| query::movements(fold, unit, time).to_vec();
            let children = if with_below {
                below::below(app, fold, unit, &when, boundaries)
            } else {
                Vec::new()
            };
            let of = |one: &Below| UnitTables {
                unit: app.gazetteer.key(one.unit).to_owned(),
                wider: one.wider,
                tables: tables(one.unit),
            };
            (progress.position, tables(unit), children.iter().map(of).collect::<Vec<_>>())
        });
        let key = app.gazetteer.key(unit).to_owned();
        let (kind, bytes) = match format {
            Format::Json => {
                let answer = "movements";
                let body =
                    MovementsAnswer { position, answer, when, unit: key, tables: own, children };
                return Made::json(position, &body);
            }
            Format::Csv(dialect) => {
                let own = UnitTables { unit: key, wider: false, tables: own };
                (CSV, csv::movements(&own, &children, &when, dialect, lang))
            }
            Format::Xlsx => {
                let own = &UnitTables { unit: key, wider: false, tables: own };
                let (source, children) = (app.source(position), children.as_slice());
                let told = Told { own, children, when: &when, boundaries };
                let made = sheet::workbook(&told, &source, lang);
                (XLSX, made.map_err(|error| internal(&error))?)
            }
        };
        let file = name(lang, "movements", unit, &query, kind == XLSX);
        Ok(Made { position, kind, bytes, file: Some(file) })
    })
    .await)
}
