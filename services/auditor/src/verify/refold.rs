//! Folds the records of a pack again, apart from everything else, and compares what they come to.

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use domain::contribution::Rules;
use domain::fold::Fold;
use journal::{Position, SealedBlock};
use projector::{Evaluated, evaluate_blocks};
use proof::Range;
use proto::catalogue::Catalogue;
use proto::gazetteer::Gazetteer;
use query::Editions;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::archive::{self, Opened};
use super::fault::{Fault, Faults};
use crate::compare::differences;
use crate::desk;
use crate::pack::{facts, form};
use crate::vintage::Vintage;

/// What the records of a pack come to.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// The tree over them, if they could be read.
    pub(super) tree: Option<Range>,
    /// The vintage that the closing at the end of them makes, if it makes one.
    pub(super) vintage: Option<Vintage>,
    /// What is wrong with them.
    pub(super) faults: Faults,
}

/// Reads, hashes and folds the records.
pub(super) async fn again(
    path: &Path,
    opened: &Opened,
    vintage: Option<&Vintage>,
    definitions: Option<&(Catalogue, Editions)>,
    threads: usize,
    progress: impl Fn(u64) + Send,
) -> Again {
    // What cannot be compared is hashed all the same: another root is to be told.
    let catalogue = match definitions {
        Some((catalogue, _)) => catalogue,
        None => Catalogue::embedded(),
    };
    let gazetteer = Gazetteer::embedded();
    let atlas = gazetteer.atlas.clone();
    let rules = Arc::new(Rules { atlas, plan: catalogue.plan.clone() });
    let (sender, blocks) = mpsc::channel(threads.max(1));
    let reading = read(path, sender);
    let to = Position(opened.receipts);
    let evaluated = evaluate_blocks(blocks, to, &rules, gazetteer, threads, progress).await;
    let mut faults = reading.await.unwrap_or_else(|_| {
        let mut faults = Faults::default();
        faults.find(Fault::Fold { what: "reading the records broke off".into() });
        faults
    });
    let Evaluated { books, closings, tree, .. } = match evaluated {
        Ok(evaluated) => evaluated,
        Err(error) => {
            // That records are missing was told.
            if faults.listed.is_empty() {
                faults.find(Fault::Fold { what: error.to_string() });
            }
            return Again { faults, ..Again::default() };
        }
    };
    let found = vintage.zip(definitions).and_then(|(vintage, (_, editions))| {
        let fold = Fold::of_books(rules, books, closings);
        let (position, journal) = (vintage.head.position, &vintage.head.journal);
        desk::vintage(&fold, position, journal, &tree, editions)
    });
    Again { tree: Some(tree), vintage: found, faults }
}

/// Reads the records on a thread of their own.
fn read(path: &Path, sender: mpsc::Sender<journal::Result<SealedBlock>>) -> JoinHandle<Faults> {
    let path = path.to_owned();
    spawn_blocking(move || {
        let mut faults = Faults::default();
        let unreadable = |file| move |what| Fault::Unreadable { file, what };
        let mut inner = Ok(());
        let outer = archive::reader(&path, form::FACTS, |records| {
            inner = archive::reader(&path, form::RECEIPTS, |receipts| {
                let give = |block: journal::Block| sender.blocking_send(Ok(block.into())).is_ok();
                let (records, receipts) = (BufReader::new(records), BufReader::new(receipts));
                facts::read(records, receipts, give, &mut |fault| faults.find(fault));
            });
        });
        for error in
            [outer.map_err(unreadable(form::FACTS)), inner.map_err(unreadable(form::RECEIPTS))]
        {
            if let Err(fault) = error {
                faults.find(fault);
            }
        }
        faults
    })
}

/// Tells every line and row that does not come out of the facts.
pub(super) fn compare(said: &Vintage, found: &Vintage, faults: &mut Faults) {
    let heads = [
        ("id", &said.head.id, &found.head.id),
        ("closing", &said.head.closing, &found.head.closing),
        ("unit", &said.head.unit, &found.head.unit),
        ("period", &said.head.period, &found.head.period),
        ("days", &said.head.days, &found.head.days),
        ("level", &said.head.level, &found.head.level),
        ("set_by", &said.head.set_by, &found.head.set_by),
        ("reference", &said.head.reference, &found.head.reference),
        ("received", &said.head.received, &found.head.received),
    ];
    for (line, said, found) in heads {
        if said != found {
            let (said, found) = (said.clone(), found.clone());
            faults.find(Fault::Head { line, said, found });
        }
    }
    let differing = differences(said, found);
    for one in &differing {
        let cell = format!("{} {} {} {}", one.kind.word(), one.unit, one.of, one.by);
        let text = |said: &Option<String>| said.clone().unwrap_or_default();
        let (said, found) = (text(&one.first), text(&one.second));
        faults.find(Fault::Figure { cell: cell.trim_end().to_owned(), said, found });
    }
    if differing.is_empty() && said.rows != found.rows {
        let what = "its rows are in another order than they are frozen in".to_owned();
        faults.find(Fault::Malformed { file: form::VINTAGE, line: 0, what });
    }
}
