//! What one append does with each fact that was handed in: write it, or tell where it is, or why not.

use std::collections::{HashMap, HashSet};

use access::Who;
use domain::fact::Key;
use journal::{Entry, Position, Receipt};
use proto::gazetteer::Gazetteer;

use crate::care::{Touched, refused};
use crate::ledger::{Asked, Known, Ledger};
use crate::outcome::Refusal;
use crate::recent::Recent;

/// A fact to be written.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) asked: Asked,
    pub(crate) touched: Touched,
    pub(crate) entry: Entry,
}

/// What became of an offer.
pub(crate) type Settled = Result<Placed, Refusal>;

/// Where a fact is, and how it came there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Placed {
    pub(crate) position: u64,
    pub(crate) known: Known,
}

/// What one append does.
#[derive(Default)]
pub(crate) struct Plan {
    /// What is done with each fact.
    pub(crate) steps: Vec<(Asked, Step)>,
    /// What is written.
    pub(crate) entries: Vec<Entry>,
}

impl Plan {
    /// What has to be written of these, and where the others are.
    pub(crate) fn of(seen: Vec<(Offer, Seen)>, recent: &Recent) -> Plan {
        let mut plan = Plan::default();
        let mut written: HashMap<(Key, u64), usize> = HashMap::new();
        let mut keys: HashMap<Key, usize> = HashMap::new();
        for (Offer { asked, entry, .. }, Seen { known: folded, refusal }) in seen {
            let Asked { key, meaning, .. } = asked;
            let recent = recent.known(key, meaning);
            let step =
                if let (Known::Same(position), _) | (_, Known::Same(position)) = (recent, folded) {
                    Step::There { position }
                } else if let Some(refusal) = refusal {
                    Step::Refused(refusal)
                } else if let Some(nth) = written.get(&(key, meaning)) {
                    Step::Again { nth: *nth }
                } else {
                    let nth = plan.entries.len();
                    written.insert((key, meaning), nth);
                    plan.entries.push(entry);
                    let rival_of = match (rival_of(folded), rival_of(recent)) {
                        // The fold is older than what we remember.
                        (Some(first), _) | (None, Some(first)) => Some(First::At(first)),
                        (None, None) => keys.get(&key).copied().map(First::Nth),
                    };
                    keys.entry(key).or_insert(nth);
                    Step::Write { nth, rival_of }
                };
            plan.steps.push((asked, step));
        }
        plan
    }
}

/// The fact that had a key first.
#[derive(Clone, Copy, Debug)]
pub(crate) enum First {
    /// In the journal, at this position.
    At(u64),
    /// The n-th that the same append writes.
    Nth(usize),
}

fn rival_of(known: Known) -> Option<u64> {
    match known {
        Known::Rival(first) => Some(first),
        Known::Not | Known::Same(_) => None,
    }
}

/// What is done with one fact.
#[derive(Debug)]
pub(crate) enum Step {
    /// Not in the sender's care.
    Refused(Refusal),
    /// It is in the journal.
    There { position: u64 },
    /// It is the n-th that this append writes; `rival_of` has its key with another content.
    Write { nth: usize, rival_of: Option<First> },
    /// The same as the n-th.
    Again { nth: usize },
}

impl Step {
    /// Where it was written, if it was not there.
    pub(crate) fn written(&self, receipts: &[Receipt]) -> Option<u64> {
        match self {
            Step::Write { nth, .. } => {
                let Receipt { position: Position(position), duplicate } = receipts[*nth];
                (!duplicate).then_some(position)
            }
            Step::Refused(_) | Step::There { .. } | Step::Again { .. } => None,
        }
    }

    pub(crate) fn settled(&self, receipts: &[Receipt]) -> Settled {
        match self {
            Step::Refused(refusal) => Err(refusal.clone()),
            Step::There { position } => {
                Ok(Placed { position: *position, known: Known::Same(*position) })
            }
            Step::Again { nth } => {
                let position = receipts[*nth].position.0;
                Ok(Placed { position, known: Known::Same(position) })
            }
            Step::Write { nth, rival_of } => {
                let Receipt { position: Position(position), duplicate } = receipts[*nth];
                let known = match (duplicate, rival_of) {
                    // The journal itself knew it.
                    (true, _) => Known::Same(position),
                    (false, Some(First::At(first))) => Known::Rival(*first),
                    (false, Some(First::Nth(first))) => Known::Rival(receipts[*first].position.0),
                    (false, None) => Known::Not,
                };
                Ok(Placed { position, known })
            }
        }
    }
}

/// What is known of an offer, and why it must not be written, if so.
#[derive(Debug)]
pub(crate) struct Seen {
    known: Known,
    refusal: Option<Refusal>,
}

/// What the ledger knows of the offers of one sender.
pub(crate) fn look(who: &Who, offers: Vec<Offer>, ledger: &dyn Ledger) -> Vec<(Offer, Seen)> {
    let asked: Vec<Asked> = offers.iter().map(|offer| offer.asked).collect();
    let known = ledger.known(&asked);
    if everywhere(who) {
        let one = |(offer, known): (Offer, Known)| {
            let misses = offer.touched.misses(offer.asked.subject, ledger);
            let refusal = misses.then_some(Refusal::OtherSubject);
            (offer, Seen { known, refusal })
        };
        return offers.into_iter().zip(known).map(one).collect();
    }
    let sent: HashSet<Key> = asked.iter().map(|asked| asked.key).collect();
    let one = |(offer, known): (Offer, Known)| {
        let taken = rival_of(known);
        let judged = || {
            let sent = |key| sent.contains(&key);
            refused(who, ledger, &offer.asked, taken, offer.touched, sent)
        };
        let refusal = (offer.touched.depends() || taken.is_some()).then(judged).flatten();
        (offer, Seen { known, refusal })
    };
    offers.into_iter().zip(known).map(one).collect()
}

/// Whether somebody has the whole country in their care.
pub(crate) fn everywhere(who: &Who) -> bool {
    let gazetteer = Gazetteer::embedded();
    gazetteer.unit("VN").is_some_and(|nation| who.may_write(&gazetteer.atlas, nation))
}
