//! Units: search, tree, generations.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use domain::atlas::{Generation, Level, Unit};
use domain::time::Day;
use proto::gazetteer::{Gazetteer, Lang, NAME_CHARS_MAX, level_named};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Kind, Problem};

use super::asked::{Asked, unit, wrong};
use super::reply::{Made, reply};
use crate::App;

/// Most units of one answer.
const LIMIT_MAX: usize = 1000;
const LIMIT: usize = 50;

/// A unit in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitLine {
    /// `L-637`, `VN`.
    key: String,
    /// With the kind: `Huyện Krông Pa`.
    name_vi: &'static str,
    /// `Krong Pa District`.
    name_en: String,
    /// The unit and those above it: `Huyện Krông Pa, Tỉnh Gia Lai`.
    path: String,
    /// `nation`, `province`, `district` or `commune`.
    level: &'static str,
    /// `E`, `L` or `N`; left out for the nation.
    #[serde(skip_serializing_if = "Option::is_none")]
    generation: Option<&'static str>,
    /// First day in force; left out when only assumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Last day in force; left out while it still is.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// The key of the unit above.
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<String>,
}

/// Units.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitList {
    /// The position up to which facts are folded.
    position: u64,
    /// How many there are in all.
    total: usize,
    /// The units, the best first.
    units: Vec<UnitLine>,
    /// Ask again with `cursor=` this for more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A unit.
#[derive(Serialize, ToSchema)]
pub(crate) struct UnitBody {
    /// The position up to which facts are folded.
    position: u64,
    #[serde(flatten)]
    unit: UnitLine,
    /// The official code, which other generations use for other areas.
    code: &'static str,
    /// The units above, from the nearest to the nation.
    ancestors: Vec<UnitLine>,
    /// The units that went into this one.
    predecessors: Vec<UnitLine>,
    /// The units that this one went into.
    successors: Vec<UnitLine>,
    /// How many units are directly below.
    children: usize,
    /// Where it lies (WGS 84), for display only.
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<PointBody>,
}

/// A point.
#[derive(Serialize, ToSchema)]
#[schema(as = UnitPoint)]
pub(crate) struct PointBody {
    lat: f64,
    lon: f64,
}

fn line(unit: Unit) -> UnitLine {
    let gazetteer = Gazetteer::embedded();
    let record = gazetteer.atlas.record(unit);
    UnitLine {
        key: record.key.clone(),
        name_vi: gazetteer.entry(unit).name_vi,
        name_en: gazetteer.name(unit, Lang::En).into_owned(),
        path: gazetteer.path(unit),
        level: level_name(record.level),
        generation: record.generation.map(generation_name),
        from: (record.from != Day::MIN).then(|| record.from.to_string()),
        to: (record.to != Day::MAX).then(|| record.to.to_string()),
        parent: record.parent.map(|parent| gazetteer.key(parent).to_owned()),
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::Nation => "nation",
        Level::Province => "province",
        Level::District => "district",
        Level::Commune => "commune",
    }
}

fn generation_name(generation: Generation) -> &'static str {
    match generation {
        Generation::Earlier => "E",
        Generation::Legacy => "L",
        Generation::New => "N",
    }
}

const GENERATIONS: [(&str, Generation); 3] =
    [("E", Generation::Earlier), ("L", Generation::Legacy), ("N", Generation::New)];

pub(super) const LIST: &[&str] = &["q", "level", "generation", "on", "cursor", "limit"];
pub(super) const ONE: &[&str] = &[];
pub(super) const CHILDREN: &[&str] = &["on", "cursor", "limit"];

/// Which units.
struct Wanted {
    level: Option<Level>,
    generation: Option<Generation>,
    on: Option<Day>,
    offset: usize,
    limit: usize,
}

impl Wanted {
    fn read(asked: &Asked) -> Result<Wanted, Problem> {
        let level = match asked.one("level")? {
            None => None,
            Some(name) => Some(level_named(name).ok_or_else(|| {
                wrong("level", "there is no such level; nation, province, district or commune")
            })?),
        };
        // The gazetteer does not change while the program runs, so a place in a list stays.
        let offset = match asked.one("cursor")? {
            None => 0,
            Some(text) => text
                .strip_prefix('u')
                .filter(|digits| digits.bytes().all(|c| c.is_ascii_digit()))
                .and_then(|digits| digits.parse().ok())
                .ok_or_else(|| wrong("cursor", "it is none of ours; leave it out to begin"))?,
        };
        Ok(Wanted {
            level,
            generation: asked.word("generation", &GENERATIONS)?,
            on: asked.day("on")?,
            offset,
            limit: asked.whole("limit", LIMIT, 1..=LIMIT_MAX)?,
        })
    }

    fn list(&self, position: u64, all: impl Iterator<Item = Unit>) -> UnitList {
        let atlas = &Gazetteer::embedded().atlas;
        let wanted = |unit: &Unit| {
            let record = atlas.record(*unit);
            self.level.is_none_or(|level| record.level == level)
                && self.generation.is_none_or(|one| record.generation == Some(one))
                && self.on.is_none_or(|day| atlas.in_force(*unit, day))
        };
        let found: Vec<Unit> = all.filter(wanted).collect();
        let behind = self.offset.saturating_add(self.limit);
        UnitList {
            position,
            total: found.len(),
            units: found.iter().skip(self.offset).take(self.limit).map(|one| line(*one)).collect(),
            next: (behind < found.len()).then(|| format!("u{behind}")),
        }
    }

    fn canonical(&self) -> String {
        let Wanted { level, generation, on, offset, limit } = self;
        format!("{level:?} {generation:?} {on:?} {offset} {limit}")
    }
}

/// Finds units as people write their names: any case, with or without tone marks, over all
/// generations; after commas come units above (`phú cần, krông pa`).
#[utoipa::path(
    get, path = "/v1/units", operation_id = "listUnits", tag = "units",
    params(
        ("q" = Option<String>, Query, description = "Name, code or key; all units when left out"),
        ("level" = Option<String>, Query, description = "`nation`, `province`, `district` or `commune`"),
        ("generation" = Option<String>, Query, description = "`E` (before 2025), `L` (to 30 June 2025) or `N` (since)"),
        ("on" = Option<String>, Query, description = "Only units in force on this day, YYYY-MM-DD"),
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
        ("limit" = Option<u32>, Query, description = "Most units, 1 to 1000; 50 when left out", minimum = 1, maximum = 1000),
    ),
    responses((status = 200, description = "The units, the best first", body = UnitList)),
)]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let asked = Asked::read(&uri, LIST)?;
    let wanted = Wanted::read(&asked)?;
    let text = asked.one("q")?.map(str::to_owned);
    if text.as_deref().is_some_and(|text| text.chars().count() > NAME_CHARS_MAX) {
        return Err(wrong("q", format!("a name has at most {NAME_CHARS_MAX} characters")));
    }
    let question = format!("units {} {text:?}", wanted.canonical());
    Ok(reply(&app, &headers, &question, move |app| {
        let position = app.handle.progress().position;
        let list = match &text {
            Some(text) => wanted.list(position, app.gazetteer.search(text, usize::MAX).into_iter()),
            None => wanted.list(position, app.gazetteer.atlas.units()),
        };
        Made::json(position, &list)
    })
    .await)
}

/// A unit with its names, days in force, and what it came from and went into.
#[utoipa::path(
    get, path = "/v1/units/{key}", operation_id = "getUnit", tag = "units",
    params(("key" = String, Path, description = "The unit's key: `L-637`, `N-24112`, `VN`", example = "L-637")),
    responses((status = 200, description = "The unit", body = UnitBody)),
)]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let unit = match known(&uri, ONE, &key) {
        Ok((_, unit)) => unit,
        Err(problem) => return problem.into_response(),
    };
    let question = format!("unit {}", unit.0);
    reply(&app, &headers, &question, move |app| {
        let (gazetteer, atlas) = (app.gazetteer, &app.gazetteer.atlas);
        let entry = gazetteer.entry(unit);
        let kin = |old: bool| {
            let rows = gazetteer.successions().iter();
            let rows = rows.map(|row| if old { (row.new, row.old) } else { (row.old, row.new) });
            let mut found: Vec<Unit> =
                rows.filter(|(one, _)| *one == unit).map(|(_, other)| other).collect();
            found.sort_unstable();
            found.dedup();
            found.into_iter().map(line).collect()
        };
        let position = app.handle.progress().position;
        let body = UnitBody {
            position,
            unit: line(unit),
            code: entry.code,
            ancestors: atlas.ancestry(unit).skip(1).map(line).collect(),
            predecessors: kin(true),
            successors: kin(false),
            children: atlas.children(unit).len(),
            point: entry.point.map(|point| PointBody { lat: point.lat, lon: point.lon }),
        };
        Made::json(position, &body)
    })
    .await
}

/// The units directly below one.
#[utoipa::path(
    get, path = "/v1/units/{key}/children", operation_id = "listChildren", tag = "units",
    params(
        ("key" = String, Path, description = "The unit's key: `L-637`, `N-24112`, `VN`", example = "L-637"),
        ("on" = Option<String>, Query, description = "Only units in force on this day, YYYY-MM-DD"),
        ("cursor" = Option<String>, Query, description = "`next` of the answer before"),
        ("limit" = Option<u32>, Query, description = "Most units, 1 to 1000; 50 when left out", minimum = 1, maximum = 1000),
    ),
    responses((status = 200, description = "The units, in the order of the gazetteer", body = UnitList)),
)]
pub(super) async fn children(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let (asked, unit) = known(&uri, CHILDREN, &key)?;
    let wanted = Wanted::read(&asked)?;
    let question = format!("children {} {}", unit.0, wanted.canonical());
    Ok(reply(&app, &headers, &question, move |app| {
        let position = app.handle.progress().position;
        let children = app.gazetteer.atlas.children(unit).iter().copied();
        Made::json(position, &wanted.list(position, children))
    })
    .await)
}

fn known(uri: &Uri, known: &[&str], key: &str) -> Result<(Asked, Unit), Problem> {
    let asked = Asked::read(uri, known)?;
    let found = unit(key).map_err(|detail| Problem::new(Kind::NotFound, detail).at("key"))?;
    Ok((asked, found))
}
