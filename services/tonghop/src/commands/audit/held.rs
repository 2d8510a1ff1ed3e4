//! What a replay is held against: definitions in a folder, and the live store.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use auditor::Replay;
use domain::contribution::Rules;
use journal::Journal;
use proto::catalogue::{Catalogue, Texts};
use proto::gazetteer::{Gazetteer, Lang};
use query::{Body, Editions, Query};

use crate::cli::AuditArgs;
use crate::commands::ask;
use crate::screen;

/// The rules of another catalogue, and their names.
pub(super) fn definitions(folder: &Path) -> Result<(Arc<Rules>, Editions)> {
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let [indicators, movements, calendars, codes] =
        ["indicators.toml", "movements.toml", "calendars.toml", "codes.toml"].map(read);
    let (indicators, movements) = (indicators?, movements?);
    let (calendars, codes) = (calendars?, codes?);
    // A catalogue of before there were bounds has none.
    let has_bounds = folder.join("bounds.toml").exists();
    let bounds = if has_bounds { read("bounds.toml")? } else { String::new() };
    let texts = Texts {
        indicators: &indicators,
        movements: &movements,
        calendars: &calendars,
        codes: &codes,
        bounds: &bounds,
    };
    let catalogue = Catalogue::load(&texts).map_err(|defects| {
        let all: Vec<String> = defects.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("the catalogue in {} is not sound:\n{}", folder.display(), all.join("\n"))
    })?;
    let editions = Editions { catalogue: catalogue.hash().to_owned(), ..Editions::embedded() };
    let atlas = Gazetteer::embedded().atlas.clone();
    Ok((Arc::new(Rules { atlas, plan: catalogue.plan }), editions))
}

/// The digest of the live store, if there is one.
pub(super) fn live(lang: Lang, args: &AuditArgs) -> Option<(u64, String)> {
    let answer = ask::answer(lang, &args.data.data, &Query::Digest).ok()?;
    match answer.body {
        Body::Digest { digest, .. } => Some((answer.position, digest)),
        _ => None,
    }
}

/// The journal replayed up to a position.
pub(super) async fn up_to(
    lang: Lang,
    journal: &Journal,
    args: &AuditArgs,
    to: u64,
    rules: &Arc<Rules>,
    editions: &Editions,
) -> Result<Replay> {
    let bar = screen::progress(lang, ("Đang tính lại", "Replaying"), Some(to), false);
    let (rules, editions) = (rules.clone(), editions.clone());
    let told = bar.clone();
    let progress = move |position| told.set_position(position);
    let replay = Replay::of(journal, Some(to), rules, editions, args.threads, progress).await;
    bar.finish_and_clear();
    Ok(replay?)
}
