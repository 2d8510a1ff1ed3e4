//! Indicators: the catalogue, as data.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use domain::catalogue::{Combine, Measure, Reference};
use domain::plan::Indicator;
use proto::catalogue::Catalogue;
use proto::gazetteer::Lang;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Kind, Problem};

use super::asked::{Asked, indicator};
use super::reply::{Made, reply};
use crate::App;

/// An indicator in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct IndicatorLine {
    /// Its stable name.
    id: String,
    /// Its name in Vietnamese.
    vi: String,
    /// Its name in English.
    en: String,
    /// What its values are counted in.
    counted_in: String,
    /// The same in Vietnamese.
    counted_in_vi: String,
    /// The same in English.
    counted_in_en: String,
    /// What it measures: `flow`, `distinct`, `stock`, `movement`, `balance`, `reduction`, `ratio`,
    /// `communes`, `codes`, `census`, `external`, `children_behind` or `plan`.
    measure: &'static str,
    /// How children make their parent: `sum`, `recompute`, `own` or `own_else_children`.
    combine: &'static str,
    /// The source of the definition.
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
    /// The same in Vietnamese.
    #[serde(skip_serializing_if = "String::is_empty")]
    note_vi: String,
    /// The sets of attributes it can be broken down by, beside the total.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    by: Vec<Vec<&'static str>>,
}

/// Indicators.
#[derive(Serialize, ToSchema)]
pub(crate) struct IndicatorList {
    /// The position up to which facts are folded.
    position: u64,
    /// The indicators, in the order of the catalogue.
    indicators: Vec<IndicatorLine>,
}

/// An indicator.
#[derive(Serialize, ToSchema)]
pub(crate) struct IndicatorBody {
    /// The position up to which facts are folded.
    position: u64,
    #[serde(flatten)]
    indicator: IndicatorLine,
    /// The indicator above the line, of a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    numerator: Option<String>,
    /// The indicator below the line, of a ratio.
    #[serde(skip_serializing_if = "Option::is_none")]
    denominator: Option<String>,
    /// The indicator it is computed from, of others.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    /// The codes of each attribute it can be broken down by.
    attributes: BTreeMap<&'static str, Vec<CodeLine>>,
}

/// A code with its names.
#[derive(Serialize, ToSchema)]
pub(crate) struct CodeLine {
    code: &'static str,
    vi: String,
    en: String,
}

fn line(indicator: &Indicator) -> IndicatorLine {
    let one = &indicator.definition;
    let counted = |lang| query::labels::counted_in(lang, &one.id);
    let names = |kept: &domain::plan::Kept| kept.by.iter().map(|(name, _)| *name).collect();
    let sets = indicator.kept.iter().map(names).filter(|set: &Vec<_>| !set.is_empty());
    IndicatorLine {
        id: one.id.clone(),
        vi: one.vi.clone(),
        en: one.en.clone(),
        counted_in: one.counted_in.clone(),
        counted_in_vi: counted(Lang::Vi),
        counted_in_en: counted(Lang::En),
        measure: measure(&one.measure),
        combine: combine(one.combine),
        note: one.note.clone(),
        note_vi: one.note_vi.clone(),
        by: sets.collect(),
    }
}

fn measure(measure: &Measure) -> &'static str {
    match measure {
        Measure::Flow { .. } => "flow",
        Measure::Distinct { .. } => "distinct",
        Measure::Stock { .. } => "stock",
        Measure::Movement { .. } => "movement",
        Measure::Balance { .. } => "balance",
        Measure::Reduction { .. } => "reduction",
        Measure::Ratio { .. } => "ratio",
        Measure::Communes { .. } => "communes",
        Measure::Codes { .. } => "codes",
        Measure::Census {} => "census",
        Measure::External {} => "external",
        Measure::ChildrenBehind { .. } => "children_behind",
        Measure::Plan {} => "plan",
    }
}

fn combine(combine: Combine) -> &'static str {
    match combine {
        Combine::Sum => "sum",
        Combine::Recompute => "recompute",
        Combine::Own => "own",
        Combine::OwnElseChildren => "own_else_children",
    }
}

fn references(measure: &Measure) -> [Option<String>; 3] {
    let id = |reference: &Reference| Some(reference.indicator.clone());
    match measure {
        Measure::Ratio { numerator, denominator } => [id(numerator), id(denominator), None],
        Measure::Balance { of, .. }
        | Measure::Reduction { of }
        | Measure::Communes { of }
        | Measure::Codes { of, .. } => [None, None, id(of)],
        Measure::ChildrenBehind { target } => [None, None, Some(target.clone())],
        Measure::Flow { .. }
        | Measure::Distinct { .. }
        | Measure::Stock { .. }
        | Measure::Movement { .. }
        | Measure::Census {}
        | Measure::External {}
        | Measure::Plan {} => [None, None, None],
    }
}

pub(super) const LIST: &[&str] = &[];
pub(super) const ONE: &[&str] = &[];

/// All indicators that can be asked for.
#[utoipa::path(
    get, path = "/v1/indicators", operation_id = "listIndicators", tag = "indicators",
    responses((status = 200, description = "The catalogue", body = IndicatorList)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    Asked::read(&uri, LIST)?;
    Ok(reply(&app, &headers, "indicators", |app| {
        let position = app.handle.progress().position;
        let indicators = app.catalogue.plan.indicators().iter().map(line).collect();
        Made::json(position, &IndicatorList { position, indicators })
    })
    .await)
}

/// One indicator with its definition and the codes it can be broken down by.
#[utoipa::path(
    get, path = "/v1/indicators/{id}", operation_id = "getIndicator", tag = "indicators",
    params(("id" = String, Path, description = "The indicator's id: `poverty_rate`", example = "poverty_rate")),
    responses((status = 200, description = "The indicator", body = IndicatorBody)),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    Asked::read(&uri, ONE)?;
    let unknown = || match indicator(&id) {
        Ok(()) => Problem::new(Kind::NotFound, "").at("id"),
        Err(detail) => Problem::new(Kind::NotFound, detail).at("id"),
    };
    let found = Catalogue::embedded().plan.indicator(&id).ok_or_else(unknown)?;
    let question = format!("indicator {}", found.definition.id);
    Ok(reply(&app, &headers, &question, move |app| {
        let position = app.handle.progress().position;
        let [numerator, denominator, of] = references(&found.definition.measure);
        let name = |attribute: &str, code: &'static str| {
            let label = |lang| query::labels::code(lang, attribute, code);
            CodeLine { code, vi: label(Lang::Vi), en: label(Lang::En) }
        };
        let kept = found.kept.iter().flat_map(|kept| &kept.by);
        let attributes = kept
            .map(|(attribute, codes)| {
                (*attribute, codes.iter().map(|code| name(attribute, code)).collect())
            })
            .collect();
        let indicator = line(found);
        let body = IndicatorBody { position, indicator, numerator, denominator, of, attributes };
        Made::json(position, &body)
    })
    .await)
}
