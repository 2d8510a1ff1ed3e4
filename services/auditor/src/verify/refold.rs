//! Folds the records of a pack again, apart from everything else, and compares what they come to.

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use domain::contribution::Rules;
use journal::{Position, SealedBlock};
use projector::{Evaluated, evaluate_blocks};
use proto::gazetteer::Gazetteer;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::archive;
use crate::compare::differences;
use crate::fault::{Fault, Faults};
use crate::form::{self, records};
use crate::vintage::Vintage;

/// Reads, hashes and folds the first `to` of so many records; and what is wrong with them.
pub(super) async fn again(
    path: &Path,
    (to, records): (u64, u64),
    rules: &Arc<Rules>,
    threads: usize,
    progress: impl Fn(u64) + Send,
) -> (Option<Evaluated>, Faults) {
    let (sender, blocks) = mpsc::channel(threads.max(1));
    let reading = read(path, (to < records).then_some(to), sender);
    let (to, gazetteer) = (Position(to), Gazetteer::embedded());
    let evaluated = evaluate_blocks(blocks, to, rules, gazetteer, threads, progress).await;
    let mut faults = reading.await.unwrap_or_else(|_| {
        let mut faults = Faults::default();
        faults.find(Fault::Fold { what: "reading the records broke off".into() });
        faults
    });
    match evaluated {
        Ok(evaluated) => (Some(evaluated), faults),
        Err(error) => {
            // That records are missing was told.
            if faults.listed.is_empty() {
                faults.find(Fault::Fold { what: error.to_string() });
            }
            (None, faults)
        }
    }
}

/// Reads the records on a thread of their own.
fn read(
    path: &Path,
    part: Option<u64>,
    sender: mpsc::Sender<journal::Result<SealedBlock>>,
) -> JoinHandle<Faults> {
    let path = path.to_owned();
    spawn_blocking(move || {
        let mut faults = Faults::default();
        let unreadable = |file| move |what| Fault::Unreadable { file, what };
        let mut inner = Ok(());
        let outer = archive::reader(&path, form::FACTS, |facts| {
            inner = archive::reader(&path, form::RECEIPTS, |receipts| {
                let give = |block: journal::Block| sender.blocking_send(Ok(block.into())).is_ok();
                let (facts, receipts) = (BufReader::new(facts), BufReader::new(receipts));
                records::read(facts, receipts, part, give, &mut |fault| faults.find(fault));
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
