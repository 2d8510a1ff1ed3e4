//! Folds the records of a pack again, apart from everything else, and compares what they come to.

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use domain::contribution::Rules;
use domain::fold::Fold;
use journal::{Position, SealedBlock};
use projector::evaluate_blocks;
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

/// Reads, hashes and folds the records. The tree over them, if they could be read.
pub(super) async fn again(
    path: &Path,
    opened: &Opened,
    vintage: Option<&Vintage>,
    definitions: Option<(Catalogue, Editions)>,
    threads: usize,
    progress: impl Fn(u64) + Send,
    faults: &mut Faults,
) -> Option<Range> {
    // What cannot be compared is hashed all the same: another root is to be told.
    let folds = vintage.is_some() && definitions.is_some();
    let (catalogue, editions) = match definitions {
        Some((catalogue, editions)) => (Some(catalogue), editions),
        None => (None, Editions::embedded()),
    };
    let plan = catalogue.as_ref().unwrap_or(Catalogue::embedded()).plan.clone();
    let gazetteer = Gazetteer::embedded();
    let rules = Arc::new(Rules { atlas: gazetteer.atlas.clone(), plan });
    let (sender, blocks) = mpsc::channel(threads.max(1));
    let reading = read(path, sender);
    let to = Position(opened.receipts);
    let evaluated = evaluate_blocks(blocks, to, &rules, gazetteer, threads, progress).await;
    let read = match reading.await {
        Ok(read) => read,
        Err(_) => Faults {
            listed: vec![Fault::Fold { what: "reading the records broke off".into() }],
            more: 0,
        },
    };
    let whole = read.listed.is_empty();
    read.listed.into_iter().for_each(|fault| faults.find(fault));
    faults.more += read.more;
    let evaluated = match evaluated {
        Ok(evaluated) => evaluated,
        Err(error) => {
            // That records are missing was told.
            if whole {
                faults.find(Fault::Fold { what: error.to_string() });
            }
            return None;
        }
    };
    let tree = evaluated.tree;
    if let (Some(vintage), true) = (vintage, folds) {
        let fold = Fold::of_books(rules, evaluated.books, evaluated.closings);
        let (position, journal) = (vintage.head.position, &vintage.head.journal);
        match desk::vintage(&fold, position, journal, &tree, &editions) {
            Some(found) => compare(vintage, &found, faults),
            None => faults.find(Fault::NoClosing { position }),
        }
    }
    Some(tree)
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
fn compare(said: &Vintage, found: &Vintage, faults: &mut Faults) {
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
