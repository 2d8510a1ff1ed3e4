//! Facts in a journal in a temporary folder, and what they come to.
// Each of the tests uses a part of it.
#![allow(dead_code, clippy::unwrap_used)]

mod pen;

use std::path::Path;
use std::sync::Arc;

use domain::contribution::Rules;
use journal::{Entry, Journal, Options, Writer};
use projector::{Config, Report, catch_up};
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use proto::intake::Intake;

pub(crate) use pen::fact;

/// The rules of this program.
pub(crate) fn today() -> Arc<Rules> {
    let atlas = Gazetteer::embedded().atlas.clone();
    Arc::new(Rules { atlas, plan: Catalogue::embedded().plan.clone() })
}

/// Writes facts into a journal, and folds them by this program's definitions.
pub(crate) async fn folded(folder: &Path, facts: &[String]) -> (Journal, Report) {
    let url = format!("dir:{}", folder.join("journal").display());
    let mut writer = Writer::open(&url, &Options::create()).await.unwrap();
    let intake = Intake {
        gazetteer: Gazetteer::embedded(),
        plan: &Catalogue::embedded().plan,
        today: "2026-01-01".parse().unwrap(),
    };
    let entry = |line: &String| {
        let taken = intake.take(line.as_bytes()).unwrap_or_else(|why| panic!("{why}: {line}"));
        Entry::new(taken.route, taken.bytes)
    };
    writer.append(&facts.iter().map(entry).collect::<Vec<_>>()).await.unwrap();
    let journal = Journal::open(&url, &Options::default()).await.unwrap();
    let hash = Catalogue::embedded().hash();
    let config = Config::new(journal.clone(), folder.join("data"), today(), hash);
    (journal, catch_up(config, |_| {}).await.unwrap())
}
