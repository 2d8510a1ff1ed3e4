//! Audit packs over HTTP: for those who may see every household that is in them.

use std::sync::Arc;

use access::Who;
use auditor::{Error, Shelf, Vintage};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, Uri};
use axum::response::{IntoResponse, Response};
use domain::atlas::Unit;
use web::{Asker, Kind, Problem};

use super::asked::Asked;
use super::audit::{FILE, gone, shelf};
use super::reply::{disposition, internal, matches, place_in, unchanged, validated};
use crate::packs::{self, Trouble};
use crate::{App, audit};

const ZIP: HeaderValue = HeaderValue::from_static("application/zip");
/// When to come again where two are being made, in seconds.
const RETRY_S: u32 = 15;

/// The audit pack of a vintage: every fact up to its closing, the definitions, the figures and the
/// signed checkpoint in one zip file, which `tonghop verify` and other people's programs check. It
/// holds the pseudonyms of all households of the journal, whichever unit closed: it is for those who
/// may see all of them, and each reading is recorded. The vintage must be signed; else the problem's
/// `reason` is `not_signed`.
#[utoipa::path(
    get, path = "/v1/vintages/{id}/pack", operation_id = "getPack", tag = "audit",
    params(("id" = String, Path, description = "The vintage's id", example = "L-637.2021-H1@administrative.official.1")),
    responses((status = 200, description = "The pack", body = Vec<u8>, content_type = "application/zip")),
)]
pub(super) async fn pack(
    State(app): State<Arc<App>>,
    Asker(who): Asker,
    Path(id): Path<String>,
    method: Method,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    Asked::read(&uri, FILE)?;
    let key = id.split('.').next().unwrap_or_default();
    let unit = app.gazetteer.unit(key).ok_or_else(gone)?;
    if !may_have(&app, &who, unit).await? {
        let detail = "a pack holds the facts of all households in the journal up to a closing; it \
                      is for auditors, and for officers of all units whose facts are in it";
        return Err(Problem::new(Kind::Forbidden, detail));
    }
    let shelf = shelf(&app)?.clone();
    let (shelf, vintage) = signed(shelf, &id).await?;
    let tag = HeaderValue::from_str(&format!("W/\"{}\"", vintage.digest()));
    let tag = tag.map_err(|error| internal(&error))?;
    if matches(&headers, &tag) {
        return Ok(unchanged(tag));
    }
    let named = disposition(&format!("{id}.zip"))?;
    let mut sent = HeaderMap::from_iter([(CONTENT_TYPE, ZIP), (CONTENT_DISPOSITION, named)]);
    validated(&mut sent, tag);
    // Who asks only what there is need not have it made.
    if method == Method::HEAD {
        return Ok(sent.into_response());
    }
    let busy = || Problem::new(Kind::Busy, "other packs are being made").retry_after(RETRY_S);
    let places = app.packs.place().ok_or_else(busy)?;
    let what = format!("{}: {id}", audit::READING_PACK);
    if !(app.reading)(&who, &what, app.gazetteer.key(unit)) {
        let detail = "the reading could not be recorded, so nothing is shown; come again";
        return Err(Problem::new(Kind::Busy, detail).retry_after(RETRY_S));
    }
    let made = packs::make(shelf, app.journal.clone(), vintage, places).await;
    let made = made.map_err(|trouble| problem(&trouble))?;
    sent.insert(CONTENT_LENGTH, HeaderValue::from(made.bytes));
    Ok((sent, made.body()).into_response())
}

/// Whether somebody may have packs of closings of a unit: looked up on a thread that may wait for
/// the fold.
async fn may_have(app: &Arc<App>, who: &Who, unit: Unit) -> Result<bool, Problem> {
    if !who.may_see_households(&app.rules.atlas, unit) {
        return Ok(false);
    }
    let place = place_in(&app.audits).await?;
    let (theirs, who) = (Arc::clone(app), who.clone());
    let looking = tokio::task::spawn_blocking(move || {
        let may = theirs.handle.read(|fold, progress| audit::may_have_packs(fold, progress, &who));
        drop(place);
        may
    });
    looking.await.map_err(|error| internal(&error))
}

/// The vintage, if a checkpoint was signed at its position.
async fn signed(shelf: Shelf, id: &str) -> Result<(Shelf, Vintage), Problem> {
    let id = id.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let vintage = shelf.get(&id)?;
        let signed = shelf.checkpoints()?.iter().any(|(size, _)| *size == vintage.head.position);
        if signed { Ok((shelf, vintage)) } else { Err(Error::NoNote { id }) }
    });
    let read = reading.await.map_err(|error| internal(&error))?;
    read.map_err(|error| problem(&Trouble::Audit(error)))
}

fn problem(trouble: &Trouble) -> Problem {
    let none = |reason, detail: &str| Problem {
        reason: Some(reason),
        ..Problem::new(Kind::NotFound, detail)
    };
    match trouble {
        Trouble::Audit(Error::Unknown { .. }) => gone(),
        Trouble::Audit(Error::NoNote { .. }) => none(
            "not_signed",
            "this vintage is not signed, so that there is no pack of it: whoever runs the machine \
             signs closings with `tonghop up --key`, or this one with `tonghop pack --key`",
        ),
        Trouble::Audit(Error::Editions { .. }) => none(
            "other_definitions",
            "this vintage was made by another catalogue or gazetteer than this program has: pack \
             it with the program that the vintage names",
        ),
        Trouble::Audit(error) => internal(error),
        Trouble::Io(error) => internal(error),
        Trouble::GivenUp => {
            let detail =
                "the pack took too long; whoever runs the machine makes it with `tonghop pack`";
            Problem::new(Kind::Busy, detail).retry_after(RETRY_S)
        }
    }
}
