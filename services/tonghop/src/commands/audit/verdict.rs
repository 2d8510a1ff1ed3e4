//! What an audit comes to.

use auditor::{Difference, Fault, Replay, Vintage, differences};
use query::Editions;
use serde::Serialize;

use crate::cli::AuditArgs;

/// What an audit comes to.
#[derive(Serialize, Default)]
pub(super) struct Verdict {
    answer: &'static str,
    pub(super) vintage: String,
    pub(super) position: u64,
    /// Whether every row, the digest, the root, the pack and the live store are the same.
    pub(super) equal: bool,
    /// Of the vintage, as it is kept.
    pub(super) digest: String,
    /// Of the same, replayed; empty if no closing makes it.
    pub(super) replayed: String,
    /// The root of the tree over the journal, as it is kept, and replayed.
    pub(super) root: String,
    pub(super) replayed_root: String,
    pub(super) rows: usize,
    pub(super) facts: u64,
    pub(super) seconds: f64,
    /// The store as it is now, against a replay up to its position.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) live: Option<Live>,
    /// By which catalogue, when another was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<String>,
    /// The pack that was replayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pack: Option<Pack>,
    pub(super) differences_count: usize,
    pub(super) differences: Vec<Difference>,
}

/// The live store beside a replay.
#[derive(Serialize)]
pub(super) struct Live {
    pub(super) position: u64,
    pub(super) equal: bool,
    digest: String,
    replayed: String,
}

/// The pack that was replayed.
#[derive(Serialize)]
pub(super) struct Pack {
    pub(super) file: String,
    /// Who speaks for the journal.
    pub(super) origin: String,
    /// Whether it was checked that they signed.
    pub(super) signature_checked: bool,
    /// Whether the vintage is that of the data folder; else it is the pack's own.
    pub(super) data_folder: bool,
    /// The position of the live store, where the pack ends before it and cannot tell of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) live_beyond: Option<u64>,
    /// What is wrong with the pack.
    pub(super) faults: Vec<Said>,
    pub(super) more_faults: u64,
}

/// A fault, in a sentence.
#[derive(Serialize)]
pub(super) struct Said {
    #[serde(flatten)]
    pub(super) fault: Fault,
    pub(super) message: String,
}

impl Verdict {
    /// A vintage as it is kept beside the same replayed.
    pub(super) fn of(kept: &Vintage, again: Option<&Vintage>, args: &AuditArgs) -> Verdict {
        let differ = again.map(|again| differences(kept, again)).unwrap_or_default();
        let digest = |vintage: &Vintage| vintage.digest().to_string();
        let same = |again: &Vintage| {
            let other_definitions = args.catalog.is_some();
            other_definitions
                || kept.digest() == again.digest() && kept.head.root == again.head.root
        };
        Verdict {
            answer: "audit",
            vintage: kept.head.id.clone(),
            position: kept.head.position,
            equal: again.is_some_and(same) && differ.is_empty(),
            digest: digest(kept),
            replayed: again.map(digest).unwrap_or_default(),
            root: kept.head.root.clone(),
            replayed_root: again.map(|again| again.head.root.clone()).unwrap_or_default(),
            rows: kept.rows.len(),
            catalogue: args.catalog.as_ref().and(again).map(|again| again.head.catalogue.clone()),
            differences_count: differ.len(),
            differences: differ.into_iter().take(args.limit).collect(),
            ..Verdict::default()
        }
    }

    /// The same, with the live store beside it.
    pub(super) fn beside(&mut self, live: Option<Live>) {
        self.equal &= live.as_ref().is_none_or(|live| live.equal);
        self.live = live;
    }
}

impl Live {
    /// The digest of a live store beside a replay up to its position.
    pub(super) fn beside(
        position: u64,
        digest: String,
        replay: &Replay,
        editions: &Editions,
    ) -> Live {
        let replayed = replay.fold.books.digest(editions.bytes().as_bytes()).to_string();
        Live { position, equal: replayed == digest, digest, replayed }
    }
}
