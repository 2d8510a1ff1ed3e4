//! From records to facts: the part that needs most of the time, so it runs beside the fold.

use domain::fact::{Fact, Subject, What};
use journal::Record;
use proto::document::Document;
use proto::gazetteer::Gazetteer;
use proto::instant;
use proto::meaning::{Hash, leaf};
use sha2::{Digest, Sha256};
use store::{Mark, Unreadable};

use crate::config::{Config, Shard};

/// Knows how to read records.
#[derive(Clone, Debug)]
pub(crate) struct Decoder {
    gazetteer: &'static Gazetteer,
    shard: Shard,
}

/// The facts of a run of records.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    /// The first position.
    pub(crate) first: u64,
    /// The last position, and the digest of what is there.
    pub(crate) mark: Mark,
    /// In the order of the journal; a correction is two facts of one position.
    pub(crate) facts: Vec<(Subject, Fact)>,
    /// When the journal received each record, in milliseconds since 1970.
    pub(crate) received_ms: Vec<i64>,
    /// The leaf of each record in the tree over the journal.
    pub(crate) leaves: Vec<Hash>,
    /// How many records the facts are from.
    pub(crate) readable: u64,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) foreign: u64,
}

/// What one record is.
pub(crate) enum One {
    Facts(Subject, Vec<Fact>),
    Foreign,
    Unreadable(Unreadable),
}

impl Decoder {
    pub(crate) fn new(config: &Config) -> Decoder {
        Decoder { gazetteer: config.gazetteer, shard: config.shard.clone() }
    }

    pub(crate) fn whole(gazetteer: &'static Gazetteer) -> Decoder {
        Decoder { gazetteer, shard: Shard::Whole }
    }

    /// Reads a block, all of it.
    pub(crate) fn block(&self, block: &journal::Block) -> Decoded {
        let mut decoded = Decoded { first: block.first().0, ..Decoded::default() };
        decoded.facts.reserve(block.len());
        decoded.leaves.reserve(block.len());
        decoded.received_ms.reserve(block.len());
        let mut last = None;
        for record in block.records() {
            last = Some(record);
            let leaf = leaf(record.bytes);
            decoded.leaves.push(leaf);
            decoded.received_ms.push(record.received.0);
            match self.record(record, &leaf) {
                One::Facts(subject, facts) => {
                    decoded.readable += 1;
                    decoded.facts.extend(facts.into_iter().map(|fact| (subject, fact)));
                }
                One::Foreign => decoded.foreign += 1,
                One::Unreadable(unreadable) => decoded.unreadable.push(unreadable),
            }
        }
        decoded.mark = last.map(|record| mark(record.position.0, record.bytes)).unwrap_or_default();
        decoded
    }

    /// Reads one record. What cannot be read is passed, never in the way of what follows.
    pub(crate) fn record(&self, record: Record<'_>, leaf: &Hash) -> One {
        let position = record.position.0;
        let meaning = Document::read(record.bytes)
            .and_then(|document| document.meaning(leaf, position, self.gazetteer));
        match meaning {
            Ok(mut meaning) if self.shard.takes(self.gazetteer, meaning.unit) => {
                for fact in &mut meaning.facts {
                    if let What::Closing(closing) = &mut fact.what {
                        closing.received = instant::day_of_millis(record.received.0);
                    }
                }
                One::Facts(meaning.subject, meaning.facts)
            }
            Ok(_) => One::Foreign,
            Err(rejection) => {
                One::Unreadable(Unreadable { position, reason: rejection.to_string() })
            }
        }
    }
}

/// A place in the journal with the digest of what is there.
pub(crate) fn mark(position: u64, bytes: &[u8]) -> Mark {
    Mark { position, digest: Sha256::digest(bytes).into() }
}
