//! The closing desk: freezes what is closed, at its position, and signs it.

use std::io;
use std::sync::Arc;

use domain::closing::{Act, Judged, VintageName};
use domain::codes::{Code, Confirmation};
use domain::contribution::Rules;
use domain::fact::Fact;
use domain::fold::Fold;
use journal::Journal;
use projector::Closings;
use proof::{Checkpoint, Range, Signer};
use proto::gazetteer::Gazetteer;
use query::Editions;
use query::findings::key;

use crate::Error;
use crate::freeze::freeze;
use crate::replay::Replay;
use crate::shelf::{Listed, Shelf};
use crate::vintage::{Head, Vintage};

/// Who makes vintages here.
pub const PROGRAM: &str = concat!("tonghop ", env!("CARGO_PKG_VERSION"));

/// Keeps what closings name: told by the projector, in the order of the journal.
#[derive(Debug)]
pub struct Desk {
    shelf: Shelf,
    journal: String,
    editions: Editions,
    signer: Option<Arc<Signer>>,
}

impl Desk {
    /// A desk that files under `shelf` what is closed in a journal, and signs if it has a key.
    pub fn new(shelf: Shelf, journal: String, signer: Option<Arc<Signer>>) -> Desk {
        Desk { shelf, journal, editions: Editions::embedded(), signer }
    }

    /// Signs the vintages that were made while there was no key, each after a replay: a file that
    /// says something else than the journal is never signed. What stands in the way is logged.
    pub async fn sign_missing(&self, journal: &Journal, rules: &Arc<Rules>) {
        if self.signer.is_none() {
            return;
        }
        let unsigned = self.unsigned().unwrap_or_else(|error| {
            tracing::error!(%error, "vintages without a signature cannot be listed");
            Vec::new()
        });
        for listed in unsigned {
            if let Err(error) = self.replay_and_sign(journal, rules, &listed).await {
                tracing::error!(%error, id = listed.id, "a vintage is not signed");
            }
        }
    }

    fn unsigned(&self) -> crate::Result<Vec<Listed>> {
        let signed: Vec<u64> =
            self.shelf.checkpoints()?.into_iter().map(|(size, _)| size).collect();
        let mut listed = self.shelf.list()?;
        listed.retain(|one| !signed.contains(&one.position));
        Ok(listed)
    }

    async fn replay_and_sign(
        &self,
        journal: &Journal,
        rules: &Arc<Rules>,
        listed: &Listed,
    ) -> crate::Result<()> {
        let kept = crate::shelf::read(&listed.path)?;
        let (rules, editions) = (rules.clone(), self.editions.clone());
        let to = Some(listed.position);
        let replay = Replay::of(journal, to, rules, editions, 1, |_| {}).await?;
        match replay.vintage() {
            Some(again) if again.digest() == kept.digest() => {
                self.sign(&replay.tree, vec![extension(&kept)])
            }
            Some(_) | None => {
                let what = "it is not what the journal comes to; `tonghop audit` tells where";
                Err(Error::Damaged { path: listed.path.clone(), what: what.to_owned() })
            }
        }
    }

    /// Signs the tree over the journal as it is, with what else is to be said.
    ///
    /// # Errors
    /// As [`Shelf::keep_checkpoint`]. Without a key nothing is done.
    pub fn sign(&self, tree: &Range, extensions: Vec<String>) -> crate::Result<()> {
        let Some(signer) = &self.signer else { return Ok(()) };
        let origin = format!("{}/{}", signer.name(), self.journal);
        let (size, root) = (tree.size(), tree.root());
        let note = Checkpoint { origin, size, root, extensions }.sign(signer)?;
        self.shelf.keep_checkpoint(size, &note)
    }
}

impl Closings for Desk {
    fn closed(&self, fold: &Fold, fact: &Fact, tree: &Range) -> io::Result<()> {
        let Some(vintage) = vintage(fold, fact.position, &self.journal, tree, &self.editions)
        else {
            return Ok(());
        };
        let kept = self.shelf.keep(&vintage).map_err(io::Error::other)?;
        if kept.is_some_and(|kept| kept.digest() != vintage.digest()) {
            // What was closed stays as it was, and is not signed as if it were this: only an audit
            // can tell why it would differ now.
            tracing::warn!(id = vintage.head.id, "folded again, a vintage would differ; it stays");
            return Ok(());
        }
        self.sign(tree, vec![extension(&vintage)]).map_err(io::Error::other)
    }
}

/// What a checkpoint says of a vintage.
fn extension(vintage: &Vintage) -> String {
    format!("vintage {} {}", vintage.head.id, vintage.digest())
}

/// The vintage that the closing at a position makes; none, if it makes none. `fold` and `tree`
/// must be as of the position.
pub fn vintage(
    fold: &Fold,
    position: u64,
    journal: &str,
    tree: &Range,
    editions: &Editions,
) -> Option<Vintage> {
    let closings = fold.closings();
    let judged = closings.iter().find(|one| one.fact.position == position)?;
    let name = judged.verdict.ok().filter(|_| judged.closing.act == Act::Closed)?;
    let head = Head {
        journal: journal.to_owned(),
        position,
        root: tree.root().to_string(),
        catalogue: editions.catalogue.clone(),
        gazetteer: editions.gazetteer.clone(),
        program: PROGRAM.to_owned(),
        ..head(judged, &name)
    };
    Some(Vintage { head, rows: freeze(fold, &name) })
}

fn head(judged: &Judged<'_>, name: &VintageName) -> Head {
    let closing = judged.closing;
    let days = name.period.days();
    Head {
        id: id(name),
        closing: key(judged.fact.key),
        unit: Gazetteer::embedded().key(name.unit).to_owned(),
        period: name.period.to_string(),
        days: format!("{} {}", days.start(), days.end()),
        level: name.level.code().to_owned(),
        set_by: closing.authority.map_or_else(String::new, |by| by.code().to_owned()),
        reference: closing.reference.to_string(),
        received: closing.received.to_string(),
        ..Head::default()
    }
}

/// `L-637.2021-H1@administrative.official.1`.
pub fn id(name: &VintageName) -> String {
    let unit = Gazetteer::embedded().key(name.unit);
    format!("{unit}.{}.{}.{}", name.period, name.level.code(), name.nth)
}

/// What a head is of.
pub fn named(head: &Head) -> Option<VintageName> {
    let unit = Gazetteer::embedded().unit(&head.unit)?;
    let (period, level) = (head.period.parse().ok()?, Confirmation::of(&head.level)?);
    let nth = head.id.rsplit('.').next()?.parse().ok()?;
    Some(VintageName { unit, period, level, nth })
}
